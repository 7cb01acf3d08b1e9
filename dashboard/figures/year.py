"""Cash adding up over the calendar year, beside last year's and the budget."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import plain
from dashboard.figures.recovery import spread
from dashboard.theme import palette

_LABEL_PX, _AXES_PX = 17, 50


def year_lines(
    this: pd.DataFrame, last: pd.DataFrame, budget: pd.DataFrame, mode: str | None, *, height: int
) -> dict[str, Any]:
    """Three lines from zero, named at their ends.

    Args:
        this, last: month (month-end, ISO), to_date (currency), January first; last may be empty.
        budget: the same; NaN from the first month without one on.
        height: px.

    Returns:
        The figure; the month is on the x axis, the same one for every year. Every point of this year's line has its month
        as customdata.
    """
    colours = palette(mode)
    largest = max(
        (abs(value) for rows in (this, last, budget) for value in rows["to_date"] if not math.isnan(value)), default=0.0
    )
    divisor, unit = show.scale_of(largest)
    drawn = [
        ("budget", budget, {"color": colours.muted, "width": 1.8, "dash": "dash"}),
        ("last year", last, {"color": colours.muted, "width": 1.8}),
        ("this year", this, {"color": colours.accent, "width": 2.8}),
    ]
    lines = [(name, rows, line) for name, rows, line in drawn if len(rows) and rows["to_date"].notna().any()]
    traces = [
        {
            "type": "scatter", "mode": "lines+markers" if len(rows) == 1 else "lines", "name": name, "line": line,
            "marker": {"color": line["color"], "size": 7}, "x": [_short(month) for month in rows["month"]],
            "y": plain(rows["to_date"], 1 / divisor), "connectgaps": False,
            "customdata": list(rows["month"]),
            "hovertext": [f"<b>{name}</b>, to {show.month(month)}<br>{show.money(value)}" for month, value in zip(rows["month"], rows["to_date"], strict=True)],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for name, rows, line in lines
    ]  # fmt: skip
    ends = {name: float(rows["to_date"].dropna().iloc[-1]) / divisor / 100 for name, rows, _ in lines}
    low = min([0.0, *(value / divisor for _, rows, _ in lines for value in rows["to_date"].dropna())])
    top = largest / divisor * 1.1 or 1.0
    places = spread(ends, gap=(top - low) * _LABEL_PX / max(height - _AXES_PX, 1))
    labels = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": places[name], "showarrow": False, "text": name,
         "font": label_font(mode, strong=name == "this year") | ({"color": colours.accent} if name == "this year" else {})}
        for name in ends
    ]  # fmt: skip
    x = axis("category", mode, tickangle=0, nticks=6)
    return figure(traces, mode, x=x, y=axis("number", mode, unit=unit, range=[low, top]), height=height,
                  annotations=labels, margin={"r": 72})  # fmt: skip


def _short(month: str) -> str:
    return show.month(month).split()[0]
