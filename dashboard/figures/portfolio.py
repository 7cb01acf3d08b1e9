"""Where the money stands, as bars from zero, and what changed, as bars to both sides of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above, too_long
from dashboard.theme import palette

ABOVE_DEPTH = 0.44


def stuck_bars(groups: pd.DataFrame, mode: str | None, *, by: str, height: int) -> dict[str, Any]:
    """Balance in arrears by group, largest on top, with its share and how many loans.

    Args:
        groups: `by`, arrears_balance, share, arrears_loans, largest first.
        by: the column that names the groups.
    """
    divisor, unit = show.scale_of(groups["arrears_balance"].max())
    values = [float(value) / divisor for value in groups["arrears_balance"]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(groups[by]),
        "x": values,
        "marker": {"color": palette(mode).series, "cornerradius": 3},
        "width": _thickness(len(groups)),
        "text": [f"<b>{show.money(balance)}</b>" for balance in groups["arrears_balance"]],
        "textposition": "outside",
        "textfont": label_font(mode, strong=True),
        "cliponaxis": False,
        "customdata": _evidence(groups),
        "hovertemplate": "<b>%{y}</b><br>%{text} in arrears<br>%{customdata}<extra></extra>",
    }
    x = axis("number", mode, unit=unit, range=[0, max(values) * 1.28 or 1], nticks=4)
    y = axis(
        "category", mode, autorange="reversed", tickmode="array", tickvals=list(groups[by]), ticktext=_named(groups, by)
    )
    return figure([trace], mode, x=x, y=y, height=height)


def change_bars(parts: pd.DataFrame, mode: str | None, *, by: str, height: int) -> dict[str, Any]:
    """Each group's part in a change of the arrears: more is bad, less is good, zero in the middle.

    Args:
        parts: `by`, before, after, change (currency).
    """
    colours = palette(mode)
    largest = float(parts["change"].abs().max())
    divisor, unit = show.scale_of(largest)
    values = [float(value) / divisor for value in parts["change"]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(parts[by]),
        "x": values,
        "marker": {"color": [colours.bad if value > 0 else colours.good for value in values], "cornerradius": 3},
        "width": _thickness(len(parts)),
        "text": [f"<b>{show.signed(show.money(change))}</b>" for change in parts["change"]],
        "textposition": "outside",
        "textfont": label_font(mode, strong=True),
        "cliponaxis": False,
        "customdata": [
            [show.money(before), show.money(after)]
            for before, after in zip(parts["before"], parts["after"], strict=True)
        ],
        "hovertemplate": "<b>%{y}</b><br>%{customdata[0]} to %{customdata[1]}<br>%{text}<extra></extra>",
    }
    low, high = min([0.0, *values]), max([0.0, *values])
    room = (high - low or 1.0) * 0.42
    reach = [low - (room if low < 0 else 0), high + (room if high > 0 or low == 0 else 0)]
    x = axis("number", mode, unit=unit, range=reach, nticks=4, zerolinecolor=colours.faint)
    above = too_long(parts[by])
    trace["width"] = ABOVE_DEPTH if above else trace["width"]
    notes = names_above(
        {name: name for name in parts[by]}, mode, rows=len(parts), height=height - 40, depth=ABOVE_DEPTH, strong=True
    )
    y = axis("category", mode, autorange="reversed", tickfont={"color": colours.ink, "size": 12}, ticksuffix=" ",
             showticklabels=not above)  # fmt: skip
    return figure([trace], mode, x=x, y=y, height=height, annotations=notes if above else [])


def _named(groups: pd.DataFrame, by: str) -> list[str]:
    return [f"<b>{_short(str(name))}</b><br>{said}" for name, said in zip(groups[by], _evidence(groups), strict=True)]


def _evidence(groups: pd.DataFrame) -> list[str]:
    return [
        f"{show.percent(share, 0)}, {show.count(int(loans), 'loans')}"
        for share, loans in zip(groups["share"], groups["arrears_loans"], strict=True)
    ]


def _thickness(bars: int) -> float:
    """The share of its row a bar fills: few bars do not become blocks."""
    return min(0.56, 0.14 * bars)


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"
