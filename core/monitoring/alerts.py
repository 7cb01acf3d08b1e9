"""What stands out about a model in use, how badly, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["amber", "red"]
NONE, AMBER, RED = 0, 1, 2
LEVELS: dict[int, Level] = {AMBER: "amber", RED: "red"}

CLOSE, FAR = 0.1, 0.2
"""A/E further from 1 than this is amber, red."""
LEAST_SLOPE, MOST_SLOPE = 0.8, 1.2
"""A calibration slope outside is amber."""
RECALIBRATE = ("calibration", "recent", "slope")
"""Alerts whose remedy is a recalibration."""
FELL = 0.05
"""An AUC that fell by more is red."""
EMPTIER = 0.05
"""A share of missing values that rose by more is named by itself."""
GONE, WAS_THERE = 0.999, 0.5
"""A fact that (nearly) no new loan states although at least half of the loans learned from did has vanished."""

TO_DO: dict[str, str] = {
    "vanished": "Mend the file, or its mapping, and load it again; until then the model reads the median of training in its place. If the column is gone for good, train again without it.",
    "missing": "Ask who sends the file why the column is emptier; where it is not stated the model reads the median of training.",
    "input": "See whether the loans changed or only the file did. The score may still hold: watch actual against expected as these loans mature.",
    "score": "See which inputs moved. The score may still hold: watch actual against expected as these loans mature.",
    "ranking": "The order of the loans fell, which no recalibration mends: train again on newer outcomes.",
    "calibration": "Recalibrate first; train again only if the order of the loans fell too.",
    "recent": "Recalibrate first; train again only if the order of the loans fell too.",
    "slope": "Recalibrate first; train again only if the order of the loans fell too.",
}
"""What to do about each kind of alert. The order is that of importance within a level."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to act on.

    Attributes:
        kind: a key of TO_DO; level: amber or red; feature: the input it is about, "" where it is about the score.
        value: the figure (a PSI, a share missing, A/E, a slope, an AUC), with its interval low to high (None
            where it has none), and before: what it is held against.
        n, m: loans it is about; loans it is held against.
        as_of: the newest day of these loans (ISO); to_do: what to do, in words.
    """

    kind: str
    level: Level
    feature: str
    value: float
    low: float | None
    high: float | None
    before: float | None
    n: int
    m: int
    as_of: str

    @property
    def to_do(self) -> str:
        return TO_DO[self.kind]


def of_ratio(value: float, low: float, high: float) -> int:
    """How bad an A/E is: red outside 0.8 to 1.2, amber outside 0.9 to 1.1, and only where its interval leaves out 1.

    >>> of_ratio(1.25, 1.05, 1.4), of_ratio(1.25, 0.98, 1.5), of_ratio(1.12, 1.01, 1.2), of_ratio(1.05, 1.01, 1.09)
    (2, 0, 1, 0)
    """
    if math.isnan(value) or low <= 1 <= high:
        return NONE
    return RED if abs(value - 1) > FAR else AMBER if abs(value - 1) > CLOSE else NONE


def of_slope(value: float, low: float, high: float) -> int:
    """How bad a calibration slope is: amber outside 0.8 to 1.2, and only where its interval leaves out 1.

    >>> of_slope(0.7, 0.5, 0.9), of_slope(0.7, 0.3, 1.1), of_slope(0.85, 0.8, 0.9), of_slope(float("nan"), 0.0, 0.0)
    (1, 0, 0, 0)
    """
    if math.isnan(value) or low <= 1 <= high:
        return NONE
    return NONE if LEAST_SLOPE <= value <= MOST_SLOPE else AMBER


def of_ranking(drop: float, low: float) -> int:
    """How bad a fall of the AUC is: red beyond 0.05 where the interval of the fall lies above 0.

    >>> of_ranking(0.06, 0.01), of_ranking(0.06, -0.01), of_ranking(0.04, 0.02), of_ranking(float("nan"), 0.1)
    (2, 0, 0, 0)
    """
    return RED if drop > FELL and low > 0 else NONE


def of_input(alarm: bool, missing: float, missing_before: float) -> tuple[int, str]:
    """How bad a drifted input is and which kind of alert it makes.

    >>> of_input(True, 1.0, 0.1), of_input(True, 0.3, 0.1), of_input(True, 0.1, 0.1), of_input(False, 0.3, 0.1)
    ((2, 'vanished'), (1, 'missing'), (1, 'input'), (0, 'input'))
    """
    if not alarm:
        return NONE, "input"
    if missing >= GONE and missing_before < WAS_THERE:
        return RED, "vanished"
    return AMBER, "missing" if missing - missing_before > EMPTIER else "input"


def standing(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of one model's findings those that say how it stands: drift on the newest day looked at, and the newest of each other
    kind. A drift that a later batch no longer shows is history."""
    told = list(rows)
    newest: dict[str, str] = {}
    for row in told:
        newest[_group(row)] = max(newest.get(_group(row), ""), row["as_of"])
    return [row for row in told if row["as_of"] == newest[_group(row)]]


def _group(row: Mapping[str, Any]) -> str:
    return "drift" if row["what"] in ("score", "input") else str(row["what"])


def alerts(rows: Iterable[Mapping[str, Any]]) -> list[Alert]:
    """The alerts that stand among a model's findings (see `core.workflows.monitor`), red first, then by the order of TO_DO."""
    order = list(TO_DO)
    found = [_alert(row) for row in standing(rows) if row["alarm"]]
    return sorted(found, key=lambda each: (each.level != "red", order.index(each.kind), -each.value))


def _alert(row: Mapping[str, Any]) -> Alert:
    told = row["details"]
    kind = told.get("kind", row["what"])
    value, before = float(row["value"]), told.get("before")
    if kind in ("vanished", "missing"):
        value, before = float(told["missing"]), float(told["missing_before"])
    return Alert(
        kind, LEVELS[int(row["alarm"])], row["feature"], value, told.get("low"), told.get("high"), before,
        int(row["n"]), int(row["m"]), row["as_of"],
    )  # fmt: skip
