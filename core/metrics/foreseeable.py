"""Of which parts of a book can be said what they will hold? Of those that loans neither enter nor leave while they live."""

from __future__ import annotations

from collections.abc import Mapping

from core.selection import DIMENSIONS, Selection

KEPT: tuple[str, ...] = ("product", "region", "branch")
"""What a loan has from the day it is granted (the branch is the one that granted it). A file may correct it; a loan that
is corrected leaves its group for good, and the backtest of the forecast shows what that costs."""
MOVING: Mapping[str, str] = {
    "segment": "between segments",
    "strategy": "between strategies",
    "proposed": "between proposed strategies",
    "bucket": "between arrears buckets",
    "band": "between risk bands",
    "agency": "between agencies",
    "collector": "between collectors",
    "hold": "on hold and off it",
}
"""What is decided, worked out or found anew for each month, and how loans move by it."""


def unforeseeable(selection: Selection) -> str:
    """Why nothing can be said of what a selection will hold; "" where something can.

    A forecast rolls on the loans that are chosen today. Under a filter on what moves it would have to know the loans that
    will come into the filter, and they are not among them: tested on a sample book, bands meant to hold 8 in 10 held 6 of
    12 under a filter on the risk band.

    >>> unforeseeable(Selection(filters={"product": ("Auto",)}))
    ''
    """
    ways = [MOVING[name] for name in DIMENSIONS if name in selection.filters and name not in KEPT]
    ways += ["into what was drawn"] if selection.lasso is not None else []
    ways += ["into what is searched for"] if selection.search else []
    if not ways:
        return ""
    able = ", ".join(KEPT[:-1])
    return (
        f"loans move {' and '.join(ways)}, and those that will come are not among the chosen ones today; "
        f"it can be told by {able} or {KEPT[-1]}, which a loan keeps"
    )
