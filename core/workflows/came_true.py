"""What a model said of loans and what became of them: how many have matured, actual against expected, ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.monitoring import alerts
from core.monitoring.calibration_watch import actual_by_expected, by_decile, fell_by, plain, ranking, slope
from core.monitoring.maturity import maturity, newest_year
from core.monitoring.outcomes import outcome_of
from core.ports import WriteUnit
from core.records import Model
from core.scores.rows.target import WINDOW_MONTHS
from core.scores.scoring.evaluate import load_artifact
from core.segments.features import Numbers, number


def came_true(unit: WriteUnit, model: Model) -> list[dict[str, Any]]:
    """Findings (see `WriteUnit.put_monitoring`) about the loans the model scored when they were new in arrears.

    Returns:
        maturity; and, once some have matured: calibration (actual against expected of all that matured), recent (the same
        of those of the 12 newest months, on which the alarm rests, so that old months do not hide a present shift), slope
        (of the same loans) and ranking (AUC of all).
    """
    column = str(model.card.get("outcome_column", "payments"))
    last_learned = str(model.card.get("data", {}).get("last_day", ""))
    scored, known_until = unit.scored_outcomes(model.id, after=last_learned, stated=column != "payments")
    if scored.empty:
        return []
    outcome = outcome_of(scored, column)
    is_ripe = ~np.isnan(outcome)
    by_day = {date.fromisoformat(str(day)): int(n) for day, n in scored.loc[~is_ripe, "as_of"].value_counts().items()}
    told = maturity(by_day, known_until, months=WINDOW_MONTHS)
    rows = [_row(str(scored["as_of"].max()), "maturity", float(is_ripe.sum()), len(scored), 0, 0, {
        "waiting": int((~is_ripe).sum()), "next_on": told.next_on and told.next_on.isoformat(), "next_loans": told.next_loans,
        "known_until": known_until and known_until.isoformat(),
    })]  # fmt: skip
    ripe, outcome = scored[is_ripe], outcome[is_ripe]
    if ripe.empty:
        return rows
    return [*rows, *_against_expected(model, ripe, outcome), _ranked(model, ripe, outcome)]


def _against_expected(model: Model, ripe: pd.DataFrame, outcome: Numbers) -> list[dict[str, Any]]:
    """A/E of the loans the score is about: under the reference strategy, where the model knows strategies."""
    as_said, days = _as_said(model, ripe), ripe["as_of"].astype(str).to_numpy()
    recent = newest_year(days, months=WINDOW_MONTHS)
    whole, now = (_calibration(ripe, outcome, as_said, chosen) for chosen in (np.ones(len(ripe), dtype=bool), recent))
    alarm = alerts.of_ratio(_number(now["value"]), _number(now["low"]), _number(now["high"]))
    slopes = tuple(_number(now[name]) for name in ("slope", "slope_low", "slope_high"))
    of_slope = {
        "low": now["slope_low"],
        "high": now["slope_high"],
        "first_day": now["first_day"],
        "last_day": now["last_day"],
    }
    newest, found = max(days), [("calibration", whole, 0), ("recent", now, alarm)]
    return [
        *(_row(newest, what, _number(told["value"]), told["n"], told["actual"], level, told) for what, told, level in found),
        _row(newest, "slope", slopes[0], now["n"], now["actual"], alerts.of_slope(*slopes), of_slope),
    ]  # fmt: skip


def _calibration(ripe: pd.DataFrame, outcome: Numbers, as_said: np.ndarray, chosen: np.ndarray) -> dict[str, Any]:
    """A/E, slope and tenths of the chosen loans that the score is about."""
    inside, days = chosen & as_said, ripe["as_of"].astype(str).to_numpy()[chosen]
    actual, score, who = outcome[inside], number(ripe, "risk_score")[inside], number(ripe, "borrower")[inside]
    slopes = dict(zip(("slope", "slope_low", "slope_high"), slope(actual, score, who), strict=True))
    return plain(asdict(actual_by_expected(actual, score, who))) | plain(slopes) | {
        "first_day": min(days), "last_day": max(days), "other_strategies": int((chosen & ~as_said).sum()),
        "deciles": by_decile(actual, score, who),
    }  # fmt: skip


def _ranked(model: Model, ripe: pd.DataFrame, outcome: Numbers) -> dict[str, Any]:
    """AUC of all that matured beside that of training, and by month."""
    as_said, days = _as_said(model, ripe), ripe["as_of"].astype(str).to_numpy()
    score, who = number(ripe, "risk_score"), number(ripe, "borrower")
    held = (model.card.get("baseline") or {}).get("new") or (model.card.get("baseline") or {}).get("all") or {}
    before = tuple(_number(held.get(name)) for name in ("auc", "auc_low", "auc_high"))
    now = ranking(outcome, score, who)
    drop, drop_low, drop_high = fell_by(before, now)  # type: ignore[arg-type]
    ranked = plain({"low": now[1], "high": now[2], "before": before[0], "before_low": before[1], "before_high": before[2],
                    "drop": drop, "drop_low": drop_low, "drop_high": drop_high})  # fmt: skip
    months = [
        _cohort(day, *(each[days == day] for each in (outcome, score, who, as_said))) for day in sorted(set(days))
    ]
    level, learned = alerts.of_ranking(drop, drop_low), int(held.get("n", 0))
    return _row(max(days), "ranking", now[0], len(outcome), learned, level, ranked | {"cohorts": months})


def _cohort(day: str, outcome: Numbers, score: Numbers, who: Numbers, as_said: np.ndarray) -> dict[str, Any]:
    value, low, high = ranking(outcome, score, who)
    ratio = actual_by_expected(outcome[as_said], score[as_said], who[as_said])
    told = {
        "auc": value,
        "auc_low": low,
        "auc_high": high,
        "ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
    }
    return {"as_of": day, "n": len(outcome), "events": int(outcome.sum()), **plain(told)}


def _as_said(model: Model, ripe: pd.DataFrame) -> np.ndarray:
    """Which loans stayed under the reference strategy; all where the model knows no strategies, or cannot be read."""
    try:
        inputs = load_artifact(model.artifact, model.sha256).inputs
    except Refused:
        inputs = []
    levels: list[str] = next((each["levels"] for each in inputs if each["kind"] == "strategy"), [])
    return np.asarray(~ripe["strategy"].isin(levels), dtype=bool)


def _row(day: str, what: str, value: float, n: int, m: int, alarm: int, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"as_of": day, "what": what, "feature": "", "value": value, "n": n, "m": m, "bound": float("nan"), "alarm": alarm,
            "details": dict(details)}  # fmt: skip


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
