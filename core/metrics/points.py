"""Numbers that only points of charts have: a cell of the roll matrix, a cohort at an age. Each is the sums of its rows."""

from __future__ import annotations

from core.metrics.definitions import Behind, Better, Definition
from core.metrics.measure import Unit


def _point(
    name: str, label: str, better: Better, formula: str, above: Behind, below: Behind, unit: Unit = "share"
) -> Definition:
    return Definition(name, label, unit, better, formula, "rows", above, below)


def _rolled(name: str, label: str, measure: str, what: str) -> Definition:
    return _point(
        name, label, "neither", f"Of the {what} in a bucket at the month's opening, the share that was in a state at its closing.",
        Behind("flows", measure, "Came to the state"), Behind("flows", measure, "Stood in the bucket", without=("state", "move")),
    )  # fmt: skip


POINTS: dict[str, Definition] = {
    each.name: each
    for each in (
        _point(
            "liquidation_at", "Liquidation", "up",
            "Cash up to so many months after placement, by balance placed; a reversal counts in the month of its payment.",
            Behind("cash", "cash_effective", "Cash"), Behind("placed", "balance", "Balance placed", without=("age",)),
        ),
        _rolled("roll_share", "Roll rate", "opening", "balance"),
        _rolled("roll_share_loans", "Roll rate, loans", "loans", "loans"),
    )
}  # fmt: skip
"""By name. Each needs a cell that says which point: "origin", "state" and "month"; "cohort" and "age"."""
