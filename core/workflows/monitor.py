"""Watch a score: hold what a batch brought against what the model learned from, and what matured against what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.metrics.delinquency import OPEN
from core.monitoring import alerts
from core.monitoring.calibration_watch import plain, ranking
from core.monitoring.drift import SCORE, Shift, baseline, drift
from core.ports import PortfolioReader, WriteUnit
from core.records import Model
from core.scores.measures.calibration import apply_calibration
from core.scores.rows.features import fit_inputs, input_values, matrix_of
from core.scores.rows.target import WINDOW_MONTHS, Target
from core.scores.scoring.evaluate import Artifact, load_artifact, margins_of
from core.scores.scoring.rule_score import rule_score
from core.segments.features import Numbers, number
from core.workflows.came_true import came_true

if TYPE_CHECKING:
    from core.scores.registry.recalibration import Recalibrated
    from core.scores.training import Trained

FEWEST_NEW = 100
"""With fewer loans new in arrears a batch is judged by all its workable loans."""
MOST_ROWS = 10_000
"""Of more loans a fixed sample is compared: it finds a shift of 0.1 standard deviations all the same."""
FEWEST_LEARNED = 500
"""So many loans learned from must have come into arrears after the book's first day to stand for new ones alone."""
SEED = 20_261
NEW, STOCK, ALL = "new", "stock", "all"
"""Who is compared: loans new in arrears with those learned from; all workable loans with those of the day of training;
where outcomes are stated in the file, all loans of a day with those learned from."""


def baselines(trained: Trained | Recalibrated, target: Target, reader: PortfolioReader) -> dict[str, Any]:
    """What later loans will be held against, for the card of a usable model; {} for another.

    Loans new in arrears are held against the loans learned from that were new themselves: where the book goes on after its
    first day and 500 of them came later, those of the first day are left out, for they were in arrears for long already.

    Returns:
        JSON by who is compared; "new" and "all" also hold auc, auc_ci and events of those loans, each scored by a model
        that did not see it.
    """
    if not trained.artifact:
        return {}
    artifact = load_artifact(trained.artifact, trained.sha256)
    days = target.rows["as_of"].astype(str).to_numpy()
    chosen = days > str(reader.book().days[0])
    if target.column != "payments" or chosen.sum() < FEWEST_LEARNED:
        chosen = np.ones(len(days), dtype=bool)
    rows, outcome, margin = target.rows[chosen], target.outcome[chosen], trained.margins[chosen]
    score = apply_calibration(artifact.content["calibration"], margin)
    held = baseline(score, input_values(artifact.inputs, rows), first_day=min(days[chosen]), last_day=max(days[chosen]))
    value, low, high = ranking(outcome, margin, target.groups[chosen])
    held |= plain({"auc": value, "auc_low": low, "auc_high": high}) | {"events": int(outcome.sum())}
    if target.column != "payments":
        return {ALL: held}
    newest = reader.book().days[-1]
    stock = workable(pd.concat(list(reader.snapshots(newest)), ignore_index=True))
    return {NEW: held, STOCK: _held(artifact, _some(stock), newest.isoformat())}


def _held(artifact: Artifact, rows: pd.DataFrame, day: str) -> dict[str, Any]:
    return baseline(_scores(artifact, rows), input_values(artifact.inputs, rows), first_day=day, last_day=day)


def monitor_unit(unit: WriteUnit, days: Iterable[str] = ()) -> None:
    """After a revision: write what stands out about the score in use, in the same transaction.

    Args:
        days: the days (ISO) whose loans the revision brought; none after payments or an undo, which change outcomes only.
    """
    champion = unit.champion()
    if champion is None:
        unit.put_monitoring([row for day in sorted(days)[-1:] for row in _by_rule(unit, day)], None)
        return
    watch(unit, champion, days)


def later_days(model: Model, days: Iterable[date]) -> list[str]:
    """The days of the book after the last one a model learned from: what a new model is watched on from the start."""
    last_learned = str(model.card.get("data", {}).get("last_day", ""))
    return [day.isoformat() for day in days if day.isoformat() > last_learned]


def watch(unit: WriteUnit, model: Model, days: Iterable[str]) -> None:
    """Write what stands out about a model on these days, and about what it said of loans that have matured by now."""
    rows = [row for day in sorted(days) for row in _on_day(unit, model, day)]
    rows += came_true(unit, model)
    unit.put_monitoring(rows, model.id)


def _on_day(unit: WriteUnit, model: Model, day: str) -> list[dict[str, Any]]:
    """PSI and CSI of a day; nothing where the card holds no baseline or the model cannot be read."""
    held = model.card.get("baseline") or {}
    try:
        artifact = load_artifact(model.artifact, model.sha256)
    except Refused:
        return []
    who, rows = _compared(unit, held, day)
    if not who:
        return []
    against = (held[who]["first_day"], held[who]["last_day"])
    found = drift(held[who], _scores(artifact, rows), input_values(artifact.inputs, rows))
    return [_of_shift(each, day, who, against) for each in found]


def _compared(unit: WriteUnit, held: Mapping[str, Any], day: str) -> tuple[str, pd.DataFrame]:
    if ALL in held:
        return ALL, _some(unit.all_on(date.fromisoformat(day)))
    if NEW not in held:
        return "", pd.DataFrame()
    new = unit.newcomers(date.fromisoformat(day), date.fromisoformat(day))
    if len(new) >= FEWEST_NEW or not held.get(STOCK):
        return NEW, _some(new)
    return STOCK, _some(workable(unit.all_on(date.fromisoformat(day))))


def _by_rule(unit: WriteUnit, day: str) -> list[dict[str, Any]]:
    """Without a model: loans new in arrears against those of the twelve months before, by the rule score and its facts."""
    until = date.fromisoformat(day)
    year = (pd.Timestamp(until) - pd.DateOffset(months=WINDOW_MONTHS)).date()
    told = unit.newcomers(year, until)
    is_now = told["as_of"].astype(str) == day if len(told) else pd.Series([], dtype=bool)
    now, before = _some(told[is_now]), _some(told[~is_now])
    if min(len(now), len(before)) < FEWEST_NEW:
        return []
    inputs = fit_inputs(before, ())
    days = before["as_of"].astype(str)
    held = baseline(_rule(before), input_values(inputs, before), first_day=days.min(), last_day=days.max())
    found = drift(held, _rule(now), input_values(inputs, now))
    return [_of_shift(each, day, NEW, (days.min(), days.max())) for each in found]


def _rule(rows: pd.DataFrame) -> Numbers:
    return rule_score(rows)["risk_score"].to_numpy(dtype=float)


def _scores(artifact: Artifact, rows: pd.DataFrame) -> Numbers:
    return apply_calibration(artifact.content["calibration"], margins_of(artifact, matrix_of(artifact.inputs, rows)))


def _of_shift(one: Shift, day: str, who: str, against: tuple[str, str]) -> dict[str, Any]:
    is_score = one.feature == SCORE
    alarm, kind = (int(one.alarm), "score") if is_score else alerts.of_input(one.alarm, one.missing, one.missing_before)
    told = {
        "who": who,
        "first_day": against[0],
        "last_day": against[1],
        "kind": kind,
        "p_value": one.p_value,
        "missing": one.missing,
        "missing_before": one.missing_before,
        "unseen": one.unseen,
    }
    return {
        "as_of": day, "what": "score" if is_score else "input", "feature": "" if is_score else one.feature, "value": one.psi,
        "n": one.n, "m": one.m, "bound": one.bound, "alarm": alarm, "details": plain(told) | {"bins": list(one.bins)},
    }  # fmt: skip


def workable(frame: pd.DataFrame) -> pd.DataFrame:
    """Open loans in arrears that nothing holds, with a balance: those a score is about."""
    is_open = frame["status"].fillna(OPEN).eq(OPEN) if "status" in frame else pd.Series(True, index=frame.index)
    is_held = frame["hold"].notna() & frame["hold"].ne("") if "hold" in frame else pd.Series(False, index=frame.index)
    return frame[is_open & ~is_held & (number(frame, "dpd") >= 1) & (number(frame, "balance") > 0)]


def _some(frame: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_ROWS of the rows, the same ones each time."""
    if len(frame) <= MOST_ROWS:
        return frame.reset_index(drop=True)
    chosen = np.sort(np.random.default_rng(SEED).choice(len(frame), MOST_ROWS, replace=False))
    return frame.iloc[chosen].reset_index(drop=True)
