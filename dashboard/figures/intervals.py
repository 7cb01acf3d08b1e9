"""Intervals and months as they are drawn: a band where one is known, a gap where a month is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboard import format as show


def band(x: Sequence[Any], low: Sequence[float], high: Sequence[float], colour: str, **more: Any) -> dict[str, Any]:
    """The area between two lines, in one piece for each run of places where both ends are known.

    Args:
        x: places, ordered.
        low, high: in the axis' own units, NaN where there is no interval.
        colour: of the fill, thinned already.
        more: further keys of the trace, which win.
    """
    lower, upper = [float(end) for end in low], [float(end) for end in high]
    pieces: list[list[int]] = []
    for place, ends in enumerate(zip(lower, upper, strict=True)):
        if any(math.isnan(end) for end in ends):
            continue
        if pieces and pieces[-1][-1] == place - 1:
            pieces[-1].append(place)
        else:
            pieces.append([place])
    across: list[Any] = []
    up: list[float | None] = []
    for piece in pieces:
        back = piece[::-1]
        across += [*([None] if across else []), *(x[place] for place in piece), *(x[place] for place in back)]
        up += [*([None] if up else []), *(lower[place] for place in piece), *(upper[place] for place in back)]
    return {
        "type": "scatter", "mode": "lines", "x": across, "y": up, "fill": "toself", "fillcolor": colour,
        "line": {"width": 0}, "hoverinfo": "skip", "name": "interval", **more,
    }  # fmt: skip


def with_gaps(rows: pd.DataFrame, month: str = "month") -> pd.DataFrame:
    """The rows by month, with an empty row for every month-end between the first and the last that has none.

    Lines drawn over them break where months are missing instead of bridging them.

    >>> with_gaps(pd.DataFrame({"month": ["2026-01-31", "2026-03-31"], "share": [0.1, 0.3]}))["share"].tolist()
    [0.1, nan, 0.3]
    """
    if len(rows) < 2:
        return rows
    known = rows.sort_values(month).set_index(month)
    between = pd.date_range(known.index[0], known.index[-1], freq="ME").strftime("%Y-%m-%d")
    wanted = sorted({*known.index, *between})
    return known.reindex(wanted).rename_axis(month).reset_index()


def spelled(low: float, high: float, level: float = 0.95, *, money: bool = False) -> str:
    """An interval in words, with the line break before it; "" where there is none.

    >>> spelled(0.291, 0.338)
    '<br>95 % interval 29.1 % to 33.8 %'
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    word = show.money if money else show.percent
    return f"<br>{show.percent(level, 0)} interval {word(low)} to {word(high)}"


def plain(values: Sequence[float], factor: float = 1.0) -> list[float | None]:
    """Numbers times a factor for a trace; None where undefined."""
    return [None if math.isnan(value) else float(value) * factor for value in values]
