"""From the loans in arrears to those who pay: one bar from zero for each step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above
from dashboard.figures.intervals import spelled
from dashboard.theme import palette, tint

WORDS = {"reached": "right party reached"}
OF = {"reached": "right party", "inventory": "all"}
DEPTH = 0.38


def funnel_bars(steps: pd.DataFrame, mode: str | None, *, height: int) -> dict[str, Any]:
    """How many loans each step of the work reaches, with the share of the step before.

    Args:
        steps: step, loans, before (the step it is a share of, "" for the first), share_of_before (0-1, NaN where there
            is none), low, high (its interval, NaN where there is none), in the order of the work.
        height: px.

    Returns:
        The figure; without rows an empty one. The line at a bar's end is the interval of its share, in loans.
    """
    colours = palette(mode)
    names = [str(step) for step in steps["step"]]
    sizes = dict(zip(names, (int(loans) for loans in steps["loans"]), strict=True))
    rows = list(steps.itertuples())
    reaches = [(_reach(row.low, row, sizes), _reach(row.high, row, sizes)) for row in rows]
    widest = max([*sizes.values(), *(end for ends in reaches for end in ends if end is not None)], default=1)
    trace = {
        "type": "bar", "orientation": "h", "y": names, "x": list(sizes.values()), "width": DEPTH,
        "marker": {"color": [tint(colours.series, 0.55) if place == 0 else colours.series for place in range(len(names))],
                   "cornerradius": 2},
        "customdata": names, "hovertext": [_told(row) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    whiskers = {
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "name": "interval", "line": {"color": colours.ink, "width": 2},
        "x": [end for ends in reaches if None not in ends for end in (*ends, None)],
        "y": [place for name, ends in zip(names, reaches, strict=True) if None not in ends for place in (name, name, None)],
    }  # fmt: skip
    inner = height - 40
    above = names_above(
        {row.step: f"<b>{_called(row.step)}</b>  {show.number(row.loans)}" for row in rows}, mode, rows=len(rows),
        height=inner, depth=DEPTH, strong=True,
    )  # fmt: skip
    shares = [
        note | {"x": 1, "xanchor": "right", "align": "right", "text": _of_before(row),
                "font": label_font(mode) | {"size": 11}}
        for note, row in zip(above, rows, strict=True) if not math.isnan(row.share_of_before)
    ]  # fmt: skip
    x = axis("number", mode, range=[0, widest * 1.02 or 1], nticks=5)
    y = axis("category", mode, range=[len(rows) - 0.5, -0.72], showticklabels=False)
    return figure([trace, whiskers] if rows else [], mode, x=x, y=y, height=height, annotations=[*above, *shares])


def _reach(share: float, row: Any, sizes: Mapping[str, int]) -> float | None:
    """An end of the interval as a number of loans."""
    return None if math.isnan(share) or row.before not in sizes else float(share * sizes[row.before])


def _of_before(row: Any) -> str:
    return f"{show.percent(row.share_of_before, 0)} of {OF.get(row.before, row.before)}"


def _told(row: Any) -> str:
    share = "" if math.isnan(row.share_of_before) else f"<br>{_of_before(row)}{spelled(row.low, row.high)}"
    return f"<b>{_called(row.step)}</b><br>{show.count(int(row.loans), 'loans')}{share}"


def _called(step: str) -> str:
    """A step as it is called on screen."""
    return WORDS.get(step, step).capitalize()
