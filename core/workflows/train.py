"""Learn a score from what became of the loans, or say why this book cannot carry one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from core.errors import Refused, TooLittleData
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.records import Batch, Book, Model, Ruling
from core.scores.checks.admission import Admission
from core.scores.gate import admit
from core.scores.learning.objections import objection
from core.scores.registry.kept_out import reads_kept_out
from core.scores.registry.promotion import Asked, contest, failed_rules, was_held
from core.scores.rows.learned_rows import left_out, rows_sha256
from core.scores.rows.target import Target, non_recovery
from core.scores.scoring.evaluate import sha256_of
from core.wording import counted, dated
from core.workflows.monitor import baselines, later_days, watch
from core.workflows.no_contest import no_contest_words
from core.workflows.refresh import scored_as_in_use, settle_segments
from core.workflows.rulings import extra_names, stated_times, their_names
from core.workflows.shadow import shadow_unit

if TYPE_CHECKING:
    from core.scores.registry.recalibration import Recalibrated
    from core.scores.training import Trained

Status = Literal["champion", "challenger", "refused"]


def train(
    reader: PortfolioReader, writer: PortfolioWriter, *, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Train on the book on show (see `_tried`), and say which score orders the work afterwards.

    Returns:
        What `_tried` returns, and score_in_use: "rule score", or the number and kind of the model.
    """
    result, champion = _tried(reader, writer, today=today, who=who, progress=progress), reader.champion()
    if champion is None:
        in_use, said = (
            "rule score",
            "The rule score orders the work: it is not validated on your data, and no probability.",
        )
    else:
        read = kept_out(champion, result["quarantined"])
        though = f", though it reads {read}, which stays out of any model trained now" if read else ""
        in_use, said = f"model {champion.id} ({champion.kind})", f"Model {champion.id} stays in use{though}."
    if result["status"] == "refused":
        result["sentence"] += f" {said}"
    return result | {"score_in_use": in_use}


def _tried(
    reader: PortfolioReader, writer: PortfolioWriter, *, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Train on the book on show, put the result to the test, store it, and rescore the newest day where it is used.

    A usable model becomes champion where there is none, where it beats the champion, or where the champion cannot be read or
    reads what stays out by now; else it waits as challenger.
    A refused attempt is stored with its card, so that the page can say why; the score in use stays in use.

    Args:
        today: the day the training is known on.
        who: who asked for it.
        progress: told how far it is.

    Returns:
        model, kind, verdict, status, target, n, events, auc, auc_ci, ece, calibration_slope, quarantined (list of column,
        why, and auc_alone and lift where measured), questioned (the same), allowed (column, who, on, because, why),
        unused (column, why), p_value, rescored (loans) and sentence. What was not measured is None.
    """
    progress(0.02, "reading outcomes")
    book = reader.book()
    batches = [
        each for each in reader.batches(limit=1_000_000) if each.status == "committed" and each.book == book.name
    ]
    learned_from = sorted(each.id for each in batches if each.kind in ("portfolio", "payments"))
    snapshots = reader.training_rows()
    try:
        target = outcomes_of(snapshots, batches)
    except TooLittleData as nothing:
        return _store_refusal(
            writer,
            book,
            {"verdict": "too little history", "why": str(nothing), "trained_by": who},
            learned_from,
            today,
            who,
        )
    admission = admission_of(target, batches, reader.rulings())
    if (refusal := objection(target, admission)) is not None:
        thin = {**refusal, **rows_told(snapshots, target, refusal), "trained_by": who}
        return _store_refusal(writer, book, thin, learned_from, today, who)
    progress(0.1, "training")
    from core.scores.training import train_model

    trained = train_model(target, admission, progress=lambda done: progress(0.1 + 0.7 * done, "training"))
    champion = reader.champion()
    status, comparison, because = _status(trained, target, champion, admission)
    card = {**trained.card, **rows_told(snapshots, target, trained.card), "comparison": comparison, "because": because,
            "trained_on_batches": learned_from, "trained_by": who}  # fmt: skip
    card["baseline"] = baselines(trained, target, reader)
    progress(0.85, "storing and rescoring")
    return store(reader, writer, trained, status, card, learned_from, champion, today, who)


def outcomes_of(snapshots: pd.DataFrame, batches: Sequence[Batch]) -> Target:
    """Rows and outcomes; an outcome that a map names is called as the file calls it. Raises TooLittleData."""
    mapped = [each.mapping["outcome"] for each in batches if each.mapping.get("outcome")]
    target = non_recovery(snapshots, status_is_outcome=bool(mapped))
    if not mapped or target.column != "recovery_status":
        return target
    return replace(target, name=f"{mapped[0]['column']} is {' or '.join(mapped[0]['non_recovery'])}, as the map says")


def admission_of(
    target: Target, batches: Sequence[Batch], rulings: Iterable[Ruling], *, questions: bool = True
) -> Admission:
    """What may enter, by the analyst's maps and words; `questions` as in `core.scores.gate.admit`."""
    present, known_at = extra_names(target.rows), stated_times(batches)
    stated = {name: when for name, when in known_at.items() if name in present}
    unstated = tuple(sorted(present - stated.keys()))
    said = {each.column: each for each in rulings}
    return admit(target, stated, unstated, said, their_names(batches), questions=questions)


def rows_told(snapshots: pd.DataFrame, target: Target, card: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a card about the rows: their days, how many, their hash, and who was left out."""
    days = target.rows["as_of"].astype(str)
    data = {
        "first_day": days.min(),
        "last_day": days.max(),
        "loans": len(days),
        "borrowers": len(np.unique(target.groups)),
    }
    return {
        "data": {**data, **card.get("data", {}), "sha256": rows_sha256(target)}, "excluded": left_out(snapshots, target),
        "outcome_column": target.column,
    }  # fmt: skip


def kept_out(champion: Model, quarantined: Iterable[Mapping[str, Any]]) -> str:
    """What the model in use reads though it stays out by now, as words; "" where there is nothing."""
    return ", ".join(reads_kept_out(champion.card.get("inputs", ()), {each["column"] for each in quarantined}))


def _status(
    trained: Trained, target: Target, champion: Model | None, admission: Admission
) -> tuple[Status, Mapping[str, Any] | None, str]:
    """What a trained model becomes, how it did against the champion, and why, in words."""
    if trained.verdict != "usable":
        return "refused", None, trained.verdict
    if champion is None:
        return "champion", None, "the first usable model where none is in use"
    if read := kept_out(champion, admission.as_json()["quarantined"]):
        return "champion", None, f"the model in use reads {read}, which stays out of any model trained now"
    later = (
        None if trained.later is None else (trained.later.rows, Asked(trained.later.probability, trained.later.score))
    )
    try:
        comparison = contest(Asked(trained.measured, trained.margins), champion, target, later)
    except Refused as unreadable:
        return "champion", None, f"the model in use cannot be read: {unreadable.found}"
    if not was_held(comparison):
        return "challenger", comparison, no_contest_words(comparison)
    if comparison["passed"]:
        return "champion", comparison, f"it passes every rule against model {champion.id}"
    return "challenger", comparison, f"it fails against model {champion.id}: {failed_rules(comparison)}"


def store(
    reader: PortfolioReader, writer: PortfolioWriter, trained: Trained | Recalibrated, status: Status,
    card: Mapping[str, Any], learned_from: Sequence[int], champion: Model | None, today: date, who: str,
) -> dict[str, Any]:  # fmt: skip
    """Store a model; score the newest day with it where it is in use, else in the shadow. Returns what a training tells.

    Args:
        champion: the model that was in use when the work began. Raises Refused where that, or what it learned from, changed.
    """
    rescored, name = 0, reader.book().name
    with writer.unit(name, kind="scoring", known_on=today, who=who, note=f"training: {card['verdict']}") as unit:
        if status != "refused":
            _refuse_overtaken(reader, champion, unit.champion(), learned_from, card.get("inputs", ()))
        days = unit.book_days()
        number = unit.put_model(_row(trained.kind, status, trained.artifact, card, learned_from))
        if status == "champion":
            model = Model(number, trained.kind, "champion", "", trained.sha256, card, trained.artifact)
            frame = unit.all_on(days[-1])
            scores = scored_as_in_use(unit, frame, model)
            unit.put_scores(scores, number)
            settle_segments(unit)
            watch(unit, model, later_days(model, days))
            rescored = len(scores)
            shadow_unit(unit, frame, scores)
        elif status == "challenger":
            frame = unit.all_on(days[-1])
            standing = scored_as_in_use(unit, frame, unit.champion())
            shadow_unit(unit, frame, standing)
    return _answer(number, trained.kind, status, card, rescored)


def _refuse_overtaken(
    reader: PortfolioReader, before: Model | None, now: Model | None, learned_from: Sequence[int], inputs: Sequence[str]
) -> None:
    """What was learned must still hold when it is stored, with the write lock held. Raises Refused where it does not."""
    standing = {each.id for each in reader.batches(limit=1_000_000) if each.status == "committed"}
    if gone := sorted(set(learned_from) - standing):
        raise Refused(
            f"Batch {gone[0]} was undone while this training ran, which had learned from it",
            remedy="Train again on what stands; nothing was stored.",
        )
    if (before and before.id) != (now and now.id):
        raise Refused(
            f"While this training ran, {'the model in use was taken out of use' if now is None else f'model {now.id} came into use'}: what was learned was held against another",
            remedy="Train again; nothing was stored.",
        )
    if read := reads_kept_out(inputs, {each.column for each in reader.rulings() if not each.allowed}):
        raise Refused(
            f"While this training ran, a person kept {', '.join(read)} out, which it reads",
            remedy="Train again without it; nothing was stored.",
        )


def _store_refusal(
    writer: PortfolioWriter, book: Book, card: Mapping[str, Any], learned_from: Sequence[int], today: date, who: str
) -> dict[str, Any]:
    with writer.unit(book.name, kind="scoring", known_on=today, who=who, note=f"training: {card['verdict']}") as unit:
        number = unit.put_model(_row("none", "refused", "", card, learned_from))
    return _answer(number, "none", "refused", card, 0)


def _row(
    kind: str, status: Status, artifact: str, card: Mapping[str, Any], learned_from: Sequence[int]
) -> dict[str, Any]:
    measured = {name: card.get(name) for name in ("verdict", "n", "events", "auc", "auc_ci", "ece", "p_value")}
    return {
        "kind": kind, "status": status, "sha256": sha256_of(artifact), "card": card, "artifact": artifact,
        "trained_on_batches": list(learned_from), "because": str(card.get("because") or card["verdict"]),
        "figures": _without_nan(measured) | {"comparison": card.get("comparison")},
    }  # fmt: skip


def _answer(number: int, kind: str, status: Status, card: Mapping[str, Any], rescored: int) -> dict[str, Any]:
    measured = {
        name: card.get(name)
        for name in ("target", "n", "events", "auc", "auc_ci", "ece", "calibration_slope", "p_value")
    }
    return {
        "model": number, "kind": kind, "verdict": card["verdict"], "status": status, **_without_nan(measured),
        **{name: list(card.get(name, [])) for name in ("quarantined", "questioned", "allowed", "unused")}, "rescored": rescored, "sentence": _sentence(status, card, rescored),
    }  # fmt: skip


def _without_nan(measured: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in measured.items()}


def _sentence(status: Status, card: Mapping[str, Any], rescored: int) -> str:
    if card["verdict"] == "too little history":
        return f"Too little history to learn from: {str(card['why']).rstrip('.')}."
    if "auc" not in card:
        return f"No usable signal in this book: {card['why']}."
    low, high = card["auc_ci"]
    measured = f"AUC {card['auc']:.3f} ({low:.3f} to {high:.3f}) on {counted(card['n'], 'loan')}, {card['events']:,} not recovered"
    if later := card.get("out_of_time"):
        low, high = later["auc_ci"]
        measured += f"; {later['auc']:.3f} ({low:.3f} to {high:.3f}) on {counted(later['n'], 'loan')} from {dated(later['first_day'])} on, learned from earlier ones"
    if status == "refused":
        return f"No usable signal in this book: {measured}."
    if status == "challenger":
        return f"Usable, {measured}; it waits as challenger, because {card['because']}."
    return f"Usable and in use from now on, {measured}; {counted(rescored, 'loan')} rescored."
