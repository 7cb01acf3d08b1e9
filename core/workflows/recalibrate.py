"""Set a score's probabilities anew where it still ranks: a challenger with the same order of loans. Worker only."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.errors import Refused, TooLittleData
from core.monitoring.alerts import of_ranking
from core.monitoring.calibration_watch import fell_by, ranking
from core.monitoring.maturity import matures_on
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.records import Model
from core.scores.gate import FEWEST_EVENTS, enough_events
from core.scores.registry.promotion import failed_rules
from core.scores.registry.recalibration import Recalibrated, recalibrated, since
from core.scores.rows.target import WINDOW_MONTHS, Target
from core.wording import counted, dated
from core.workflows.monitor import baselines
from core.workflows.promote import reason_of
from core.workflows.train import Status, admission_of, kept_out, outcomes_of, rows_told, store


def recalibrate(
    reader: PortfolioReader, writer: PortfolioWriter, *, because: str, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Make a challenger of the model in use with probabilities learned on loans that matured since, hold the two against
    each other, store it, and put it in use where it passes every rule.

    Args:
        because: why, in a person's words or those of an alert.
        today: the day it is known on; who: who asked for it; progress: told how far it is.

    Returns:
        As `core.workflows.train.train`, and recalibrated_from (the model's number), loans (recalibrated on), intercept and
        slope (of the outcome's log-odds on the margin).

    Raises:
        Refused: no reason; no model in use, or one that cannot be read, reads what stays out by now, or learned another
            outcome; too few loans have matured since; its order of them fell. Nothing is changed.
    """
    because = reason_of(because)
    progress(0.05, "reading outcomes")
    champion, book = reader.champion(), reader.book()
    if champion is None:
        raise Refused("No model is in use, so that there is nothing to recalibrate", remedy="Train one on outcomes.")
    batches = [
        each for each in reader.batches(limit=1_000_000) if each.status == "committed" and each.book == book.name
    ]
    snapshots = reader.training_rows()
    try:
        target = outcomes_of(snapshots, batches)
    except TooLittleData as nothing:
        raise Refused(
            f"Model {champion.id} cannot be recalibrated: {nothing}", remedy="Wait for outcomes, then ask again."
        ) from None
    fresh = since(champion, target)
    _require_enough(champion, target, fresh)
    if read := kept_out(champion, admission_of(target, batches, reader.rulings()).as_json()["quarantined"]):
        raise Refused(
            f"Model {champion.id} reads {read}, which stays out of any model by now", remedy="Train again instead."
        )
    progress(0.3, "setting the probabilities anew")
    made = recalibrated(champion, fresh)
    _require_rank(champion, fresh, made)
    status, said = _status(champion, made)
    learned_from = sorted(
        {
            *champion.card.get("trained_on_batches", []),
            *(each.id for each in batches if each.kind in ("portfolio", "payments")),
        }
    )
    card = {**made.card, **rows_told(snapshots, fresh, made.card), "because": f"recalibrated from model {champion.id}, because {because}; {said}",
            "trained_on_batches": learned_from, "trained_by": who}  # fmt: skip
    known = len(target.outcome) - len(fresh.outcome)
    card["excluded"] = _left_out(champion, known, rows_told(snapshots, target, made.card)["excluded"])
    card["baseline"] = baselines(made, fresh, reader)
    progress(0.8, "storing and rescoring")
    result = store(reader, writer, made, status, card, learned_from, champion, today, who)
    anew = made.card["recalibrated"]
    return result | {
        "recalibrated_from": champion.id, **{name: anew[name] for name in ("loans", "intercept", "slope")},
        "sentence": _sentence(status, champion, card, said, result["rescored"]),
    }  # fmt: skip


def _require_enough(champion: Model, target: Target, fresh: Target) -> None:
    last = str(champion.card.get("data", {}).get("last_day", ""))
    if not last:
        raise Refused(
            f"The card of model {champion.id} does not say which loans it learned from, so that none is known to be new to it",
            remedy="Train again instead.",
        )
    if champion.card.get("outcome_column", target.column) != target.column:
        raise Refused(
            f"Model {champion.id} learned its outcomes from {champion.card['outcome_column']}, and the book now tells them by "
            f"{target.column}",
            remedy="Train again instead.",
        )
    if enough_events(fresh.outcome):
        return
    waiting = [day for day in target.immature_on if day > last]
    following = min(waiting, default="")
    events = int(fresh.outcome.sum())
    found = (
        f"{len(fresh.outcome):,} ({events:,} not recovered) have matured" if len(fresh.outcome) else "none has matured"
    )
    raise Refused(
        f"Model {champion.id} cannot be recalibrated yet: it takes {FEWEST_EVENTS} loans of each outcome placed after "
        f"{dated(last)}, which it did not learn from, and {found}",
        remedy=(
            f"The next {counted(waiting.count(following), 'loan')} can be judged once payments up to "
            f"{dated(matures_on(date.fromisoformat(following), WINDOW_MONTHS))} are loaded."
            if following
            else "Load newer months with their payments."
        ),
    )


def _require_rank(champion: Model, fresh: Target, made: Recalibrated) -> None:
    """Refuse where the order of the loans fell: a recalibration leaves it as it is."""
    held = champion.card.get("baseline") or {}
    before = held.get("new") or held.get("all") or {}
    ends = tuple(before.get(name) for name in ("auc", "auc_low", "auc_high"))
    if None in ends:
        return
    now = ranking(fresh.outcome, made.margins, fresh.groups)
    drop, low, high = fell_by(ends, now)  # type: ignore[arg-type]
    if of_ranking(drop, low):
        raise Refused(
            f"The order of the loans fell: AUC {now[0]:.3f}, at training {ends[0]:.3f}, a fall of {drop:.3f} (95 % interval "
            f"{low:.3f} to {high:.3f}, n = {len(fresh.outcome):,}), which no recalibration mends",
            remedy="Train again on newer outcomes.",
        )


def _status(champion: Model, made: Recalibrated) -> tuple[Status, str]:
    comparison = made.card["comparison"]
    if comparison["passed"]:
        return "champion", f"it passes every rule against model {champion.id}"
    return "challenger", f"it fails against model {champion.id}: {failed_rules(comparison)}"


def _left_out(champion: Model, known: int, excluded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Why the other loans of the book are not among those recalibrated on."""
    last = dated(str(champion.card["data"]["last_day"]))
    return [{"why": f"placed by {last}, the last day model {champion.id} learned from", "loans": known}, *excluded]


def _sentence(status: Status, champion: Model, card: dict[str, Any], said: str, rescored: int) -> str:
    anew, outcome = card["recalibrated"], card["out_of_time"]
    made = (
        f"Recalibrated from model {champion.id} on {counted(anew['loans'], 'loan')} that matured since (intercept "
        f"{anew['intercept']:.2f}, slope {anew['slope']:.2f}); the order of the loans is the same, AUC {outcome['auc']:.3f} "
        f"({outcome['auc_ci'][0]:.3f} to {outcome['auc_ci'][1]:.3f}) on {counted(outcome['n'], 'loan')}"
    )
    if status == "champion":
        return f"{made}. In use from now on, because {said}; {counted(rescored, 'loan')} rescored."
    return f"{made}. It waits as challenger, because {said}."
