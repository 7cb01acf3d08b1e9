"""A person puts another model in use, takes back the last change, or takes the model in use out of use: who and why is logged, the newest day is rescored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from core.errors import Refused
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.records import Model
from core.scores.registry.kept_out import kept_out_by_now, reads_kept_out
from core.scores.registry.promotion import was_held
from core.scores.registry.succession import previous_champion
from core.scores.scoring.evaluate import load_artifact
from core.wording import counted
from core.workflows.monitor import later_days, monitor_unit, watch
from core.workflows.reasons import whole_reason
from core.workflows.refresh import scored_as_in_use, settle_segments
from core.workflows.shadow import shadow_unit

DECISIONS = ("promote", "rollback", "withdraw")
"""What a person may decide about the model in use; jobs of these kinds carry it out."""


def decided(what: str, said: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """Carry out one of `DECISIONS`.

    Args:
        said: because; for a promotion, model; and where the person saw it, in_use: the number of the model that was in use
            when they decided (None for none).
        given: what `promote`, `rollback` and `withdraw` take besides.

    Raises:
        Refused: another model is in use by now than the person saw; and as the decision itself.
    """
    if "in_use" in said:
        _require_still_in_use(said["in_use"], given["reader"].champion())
    if what == "promote":
        return promote(said["model"], because=said["because"], **given)
    return {"rollback": rollback, "withdraw": withdraw}[what](because=said["because"], **given)


def _require_still_in_use(seen: int | None, now: Model | None) -> None:
    if seen != (now and now.id):
        told = ["no model" if number is None else f"model {number}" for number in (now and now.id, seen)]
        raise Refused(
            f"By now {told[0]} is in use; when this was decided it was {told[1]}",
            remedy="Look at the models again and decide anew; nothing was changed.",
        )


def promote(
    model_id: int, *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, progress: Progress
) -> dict[str, Any]:  # fmt: skip
    """Put a stored model in use by a person's word; the one in use is retired. Where the two never met on loans new to
    both, the log says so behind the reason.

    Args:
        model_id: a challenger, or one that was in use before.
        because: why, in the person's words.
        today: the day of the decision; who: the person's name.
        progress: told how far it is.

    Returns:
        model, status, replaced (the model that was in use, None for the rule score), rescored (loans), sentence.

    Raises:
        Refused: no reason; no such model, a refused one, the one in use, one that learned from a batch that was undone,
            one that cannot be read, or one that reads a column that stays out by now. Nothing is changed.
    """
    because = reason_of(because)
    model = next((each for each in reader.models() if each.id == model_id), None)
    if model is None:
        raise Refused(f"There is no model {model_id}", remedy="Look up its number in the list of models.")
    if not _met(model, reader.champion()):
        because += " (put in use without a contest)"
    return _put_in_use(model, "promoted", because, reader, writer, today, who, progress)


def _met(model: Model, champion: Model | None) -> bool:
    """Whether either was held against the other on loans new to both; true where there is none to be held against."""
    if champion is None:
        return True
    met = [(model.card.get("comparison"), champion.id), (champion.card.get("comparison"), model.id)]
    return any(told and was_held(told) and told.get("against") == other for told, other in met)


def rollback(
    *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Bring back the model that was in use before; the one in use is withdrawn and does not return by itself.

    Returns:
        As `promote`.

    Raises:
        Refused: no reason; no earlier model that stands and can be read, or it reads a column that stays out by now.
            Nothing is changed.
    """
    because = reason_of(because)
    before = to_return(reader)
    if before is None:
        raise Refused(
            "There is no earlier model to return to",
            remedy="Promote another one from the list of models, or train again.",
        )
    return _put_in_use(before, "returned", because, reader, writer, today, who, progress)


def withdraw(
    *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, progress: Progress
) -> dict[str, Any]:  # fmt: skip
    """Take the model in use out of use; none returns in its place, and the rule score orders the work.

    Returns:
        As `promote`: model (the one taken out), status, replaced (None), rescored, sentence.

    Raises:
        Refused: no reason; no model is in use. Nothing is changed.
    """
    because, book = reason_of(because), reader.book()
    if (champion := reader.champion()) is None:
        raise Refused("No model is in use", remedy="Nothing to do: the rule score orders the work already.")
    progress(0.1, "taking the model out of use")
    with writer.unit(book.name, kind="scoring", known_on=today, who=who, note=f"model {champion.id} withdrawn") as unit:
        _require_still_in_use(champion.id, unit.champion())
        unit.withdraw(champion.id, because=because)
        progress(0.2, "rescoring the newest day")
        days = unit.book_days()
        frame = unit.all_on(days[-1])
        scores = scored_as_in_use(unit, frame, None)
        unit.put_scores(scores, None)
        settle_segments(unit)
        shadow_unit(unit, frame, scores)
        monitor_unit(unit, [days[-1].isoformat()])
        progress(0.95, "storing")
    return {
        "model": champion.id, "status": "retired", "replaced": None, "rescored": len(scores),
        "sentence": f"Model {champion.id} is out of use and the rule score orders the work: not validated on your data, and no "
        f"probability. {counted(len(scores), 'loan')} rescored. As no model is in use, the next usable training will be.",
    }  # fmt: skip


def to_return(reader: PortfolioReader) -> Model | None:
    """The model a rollback would bring back; None where there is none."""
    models, events = reader.models(), reader.model_events()
    champion = next((each.id for each in models if each.status == "champion"), None)
    undone = {batch.id for batch in reader.batches(limit=1_000_000) if batch.status == "undone"}
    fallen = {each.id for each in models if undone & set(each.card.get("trained_on_batches", []))}
    found = previous_champion([(each.model, each.what) for each in reversed(events)], current=champion, barred=fallen)
    return next((each for each in models if each.id == found), None)


def reason_of(because: str) -> str:
    """A person's words for the log, whole. Raises Refused where there are none, or too many."""
    words = whole_reason(because)
    if not words:
        raise Refused("Nothing says why", remedy="Give a reason: it stands in the log with your name.")
    return words


def _put_in_use(
    model: Model, what: Literal["promoted", "returned"], because: str, reader: PortfolioReader, writer: PortfolioWriter,
    today: date, who: str, progress: Progress,
) -> dict[str, Any]:  # fmt: skip
    book = reader.book()
    if model.status != "refused":
        load_artifact(model.artifact, model.sha256)
        _refuse_kept_out(model, reader)
    before = reader.champion()
    figures = {name: model.card.get(name) for name in ("n", "auc", "auc_ci")} | {
        "comparison": model.card.get("comparison")
    }
    progress(0.1, "putting the model in use")
    with writer.unit(book.name, kind="scoring", known_on=today, who=who, note=f"model {model.id} {what}") as unit:
        _require_still_in_use(None if before is None else before.id, unit.champion())
        unit.crown(model.id, what=what, because=because, figures=figures)
        progress(0.2, "rescoring the newest day")
        days = unit.book_days()
        frame = unit.all_on(days[-1])
        scores = scored_as_in_use(unit, frame, unit.champion())
        unit.put_scores(scores, model.id)
        settle_segments(unit)
        shadow_unit(unit, frame, scores)
        watch(unit, model, later_days(model, days))
        progress(0.95, "storing")
    verb = "is in use" if what == "promoted" else "is in use again"
    instead = "the rule score" if before is None else f"model {before.id}"
    return {
        "model": model.id, "status": "champion", "replaced": None if before is None else before.id, "rescored": len(scores),
        "sentence": f"Model {model.id} {verb} instead of {instead}; {counted(len(scores), 'loan')} rescored.",
    }  # fmt: skip


def _refuse_kept_out(model: Model, reader: PortfolioReader) -> None:
    """Raises Refused where a model reads a column that stays out of any model trained now."""
    out = kept_out_by_now([each.card for each in reader.models()], reader.rulings())
    if read := reads_kept_out(model.card.get("inputs", ()), out):
        raise Refused(
            f"Model {model.id} reads what stays out of any model trained now",
            where=[f"{name}: {out[name].rstrip('.')}" for name in read[:3]],
            remedy="Train again, put another model in use, or take the one in use out of use: the rule score then orders the work.",
        )


def listed(reader: PortfolioReader) -> tuple[dict[str, Any], str]:
    """Every model and refused attempt with its status, and the log, newest first.

    Returns:
        models (model, kind, status, trained_at, verdict, n, events, auc, auc_ci, readable, damage), champion (its number
        or None), returns (the model a rollback brings back, or None), events (model, what, who, at, because); and the same
        for a person at a terminal.
    """
    back = to_return(reader)
    models = [_told(each) for each in reader.models()]
    events = [
        {"model": each.model, "what": each.what, "who": each.who, "at": each.at, "because": each.because}
        for each in reader.model_events()
    ]
    champion = next((each["model"] for each in models if each["status"] == "champion"), None)
    told = {"models": models, "champion": champion, "returns": None if back is None else back.id, "events": events}
    return told, _as_text(told)


def _told(model: Model) -> dict[str, Any]:
    card = model.card
    measured = {name: card.get(name) for name in ("verdict", "n", "events", "auc", "auc_ci")}
    damage = "" if model.status == "refused" else unreadable(model)
    return {"model": model.id, "kind": model.kind, "status": model.status, "trained_at": model.trained_at, **measured,
            "readable": not damage, "damage": damage}  # fmt: skip


def unreadable(model: Model) -> str:
    """Why a stored model cannot be used, in words without a full stop; "" where it can."""
    try:
        load_artifact(model.artifact, model.sha256)
    except Refused as refusal:
        return refusal.found
    return ""


def _as_text(told: dict[str, Any]) -> str:
    lines = []
    for each in told["models"]:
        figures = ""
        if isinstance(each["auc"], float) and each["auc"] == each["auc"]:
            low, high = each["auc_ci"]
            figures = f", AUC {each['auc']:.3f} ({low:.3f} to {high:.3f}), n = {each['n']:,}"
        damage = f". {each['damage']}: the rule score orders the work" if each["damage"] else ""
        lines.append(
            f"{each['model']}: {each['status']}, {each['kind']}, {each['verdict'] or 'no verdict'}{figures}{damage}"
        )
    if not lines:
        return "No model was trained on this book; the rule score orders the work."
    if told["champion"] is None:
        lines.append("No model is in use: the rule score orders the work.")
    lines.append(
        f"A rollback brings back model {told['returns']}." if told["returns"] else "There is nothing to roll back to."
    )
    return "\n".join(lines)
