"""What was found about the score in use, for the command line and the pages."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from core.monitoring.alerts import Alert, alerts, standing
from core.ports import PortfolioReader
from core.records import Model
from core.wording import counted, dated
from core.workflows.promote import unreadable

_PLAIN = ("as_of", "value", "n", "m")


def monitored(reader: PortfolioReader) -> tuple[dict[str, Any], str]:
    """How the score in use stands.

    Returns:
        As plain values: model (its number, None: the rule score), alerts (kind, level, feature, value, low, high, before, n,
        m, as_of, to_do), drift (a fact each: feature, psi, bound, p_value, n, m, alarm, missing, missing_before, bins ...),
        calibration (all that matured), recent (the 12 newest months), ranking and maturity (None where nothing was found), sentence; and the same in sentences.
    """
    champion = reader.champion()
    rows = of_model(reader.monitoring(), champion.id if champion else None)
    found, stand = alerts(rows), standing(rows)
    facts = [_fact(row) for row in stand if row["what"] in ("score", "input")]
    told = {
        "model": champion.id if champion else None,
        "alerts": [asdict(each) | {"to_do": each.to_do} for each in found],
        "drift": facts, **{what: _first(stand, what) for what in ("calibration", "recent", "ranking", "maturity")},
    }  # fmt: skip
    damage = unreadable(champion) if champion else ""
    first = [f"{damage}: the rule score orders the work. Train again, or roll back."] if damage else []
    sentences = first + _sentences(champion, rows, found, told)
    return told | {"sentence": sentences[0]}, "\n".join(sentences)


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        "feature": row["feature"] or "score",
        "psi": row["value"],
        **{name: row[name] for name in ("as_of", "bound", "n", "m", "alarm")},
    }
    return _finite(own) | dict(row["details"])


def _first(rows: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any] | None:
    found = [row for row in rows if row["what"] == what]
    return _finite({name: found[0][name] for name in (*_PLAIN, "alarm")}) | found[0]["details"] if found else None


def _sentences(
    champion: Model | None, rows: Sequence[Any], found: Iterable[Alert], told: Mapping[str, Any]
) -> list[str]:
    whose = f"Model {champion.id}" if champion else "The rule score"
    if not rows:
        return [f"{whose}: nothing was compared yet. Each portfolio file that comes is."]
    facts = told["drift"]
    looked = (
        f"{counted(len(facts), 'fact')} of the loans of {dated(facts[0]['as_of'])} looked at"
        if facts
        else "no day compared yet"
    )
    alarms = list(found)
    said = [f"{whose}: {counted(len(alarms), 'alert')}; {looked}."]
    said += [f"{each.level}: {_alert(each)}. {each.to_do}" for each in alarms]
    waits = told["maturity"]
    if waits and waits["next_on"]:
        said.append(
            f"{counted(waits['waiting'], 'loan')} it scored have not matured; the next {waits['next_loans']:,} on {dated(waits['next_on'])}."
        )
    return said


def _alert(one: Alert) -> str:
    what = {
        "ranking": "AUC",
        "calibration": "actual / expected",
        "recent": "actual / expected of the 12 newest matured months",
        "slope": "calibration slope of the 12 newest matured months",
        "score": "PSI of the score",
        "input": f"PSI of {one.feature}",
    }
    name = what.get(one.kind, f"share of {one.feature} not stated")
    ends = f" ({one.low:.3f} to {one.high:.3f})" if one.low is not None and one.high is not None else ""
    before = f", before {one.before:.3f}" if one.before is not None else ""
    return f"{name} {one.value:.3f}{ends}{before}, n = {one.n:,}"


def _finite(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in told.items()
    }


def of_model(frame: pd.DataFrame, number: int | None) -> list[dict[str, Any]]:
    """The findings of one model among those of `PortfolioReader.monitoring`; None: of the rule score."""
    return findings(frame[frame["model_id"].isna() if number is None else frame["model_id"] == number])


def findings(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of `PortfolioReader.monitoring` as plain values, `details` read from JSON."""
    rows: Sequence[dict[Any, Any]] = frame.to_dict("records")
    return [{str(name): value for name, value in row.items()} | {"details": json.loads(row["details"])} for row in rows]
