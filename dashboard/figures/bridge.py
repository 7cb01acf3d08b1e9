"""What moved the stock between two month-ends: each movement as a bar on its side of zero.

The movements are small beside the stock they move, and bars of totals must start at zero: drawn as a waterfall the
movements would be slivers between two blocks. So the totals are said in words, above and below, and the movements
have the scale to themselves.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.theme import palette

OPENING, CLOSING = "opening", "closing"
WORDS = {
    "new": "New loans", "fell_behind": "New in arrears", "rolled_in": "Rolled in", "rolled_out": "Rolled out",
    "cured": "Cured", "cash": "Cash", "waived": "Waived", "interest_and_fees": "Interest, fees",
    "written_off": "Written off", "sold": "Sold, recalled", "gone": "Missing", "other": "Other",
    "reclassified": "Changed groups",
}  # fmt: skip
EARNED = ("cash", "cured")
OVER_ALL = ("cash", "waived", "interest_and_fees", "other")
"""Movements whose loans are all that opened there, not only those that had one."""
LEAST = 0.005
_HEAD, _FOOT, _SIDES = 52, 34, 1.75


def stock_bridge(
    lines: pd.DataFrame,
    mode: str | None,
    *,
    height: int,
    opening: str = "Opening",
    closing: str = "Closing",
    more_is_bad: bool = True,
) -> dict[str, Any]:
    """Opening, the movements in the bridge's own order, closing.

    Args:
        lines: line, amount (currency, signed so that opening and all lines add up to closing), loans; one bridge,
            opening first and closing last; other columns are left alone.
        height: px.
        opening, closing: what to call the two totals, such as their days.
        more_is_bad: growth has the colour of bad (arrears); without it growth is neutral (the whole stock).

    Returns:
        The figure; lines of zero are left out.
    """
    totals = lines.set_index("line")
    moved = lines[~lines["line"].isin([OPENING, CLOSING]) & (lines["amount"].abs() >= LEAST)]
    reach = float(moved["amount"].abs().max()) if len(moved) else 1.0
    divisor, unit = show.scale_of(reach)
    change = float(totals.loc[CLOSING, "amount"] - totals.loc[OPENING, "amount"])
    heads = [
        _total(opening, totals.loc[OPENING], mode) | {"y": 1, "yanchor": "bottom", "yshift": 24},
        _total(closing, totals.loc[CLOSING], mode, f", {show.signed(show.money(change))}") | {"y": 0, "yanchor": "top", "yshift": -8},
        *([_side("← less", "right", mode), _side("more →", "left", mode)] if len(moved) else []),
    ]  # fmt: skip
    up_and_down = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1}
    zero = up_and_down | {"line": {"color": palette(mode).faint, "width": 1}}
    ends = [-reach / divisor * _SIDES, reach / divisor * _SIDES]
    return figure(
        [_bars(moved, divisor, more_is_bad, mode)], mode, x=axis("number", mode, unit=unit, range=ends, visible=False),
        y=axis("category", mode, autorange="reversed", showticklabels=False), height=height,
        margin={"t": _HEAD, "b": _FOOT}, shapes=[zero], annotations=[*_names(moved, mode), *heads],
    )  # fmt: skip


def _bars(moved: pd.DataFrame, divisor: float, more_is_bad: bool, mode: str | None) -> dict[str, Any]:
    rows = list(moved.itertuples())
    return {
        "type": "bar", "orientation": "h", "y": [row.line for row in rows], "x": [float(row.amount) / divisor for row in rows],
        "marker": {"color": [_tone(row.line, row.amount, more_is_bad, mode) for row in rows], "cornerradius": 2}, "width": 0.56,
        "text": [f"<b>{show.signed(show.money(row.amount))}</b>" for row in rows], "textposition": "outside", "cliponaxis": False,
        "textfont": label_font(mode, strong=True), "customdata": [row.line for row in rows],
        "hovertext": [
            f"<b>{words_of(row.line)}</b><br>{show.signed(show.money_exact(row.amount))}<br>{_counted(row.line, int(row.loans))}"
            for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _names(moved: pd.DataFrame, mode: str | None) -> list[dict[str, Any]]:
    """What moved, on the side of zero that its bar leaves free."""
    return [
        {"x": 0, "y": row.line, "xanchor": "right" if row.amount > 0 else "left", "xshift": -8 if row.amount > 0 else 8,
         "text": words_of(row.line), "showarrow": False, "font": label_font(mode)}
        for row in moved.itertuples()
    ]  # fmt: skip


def words_of(line: str) -> str:
    """A movement as it is called on screen."""
    return WORDS.get(line, line.replace("_", " ").capitalize())


def _counted(line: str, loans: int) -> str:
    return f"over all {show.count(loans, 'loans')} there" if line in OVER_ALL else show.count(abs(loans), "loans")


def _tone(line: str, amount: float, more_is_bad: bool, mode: str | None) -> str:
    """Money that came in and loans that were mended are good, growth of arrears is bad; what was given up is neither."""
    colours = palette(mode)
    if amount > 0:
        return colours.bad if more_is_bad else colours.series
    return colours.good if line in EARNED else colours.muted


def _total(name: str, row: Any, mode: str | None, change: str = "") -> dict[str, Any]:
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "yref": "paper", "showarrow": False, "align": "left",
        "text": f"<b>{name} {show.money(row['amount'])}</b>{change}, {show.count(int(row['loans']), 'loans')}",
        "font": label_font(mode, strong=True) | {"weight": 400},
    }  # fmt: skip


def _side(words: str, anchor: str, mode: str | None) -> dict[str, Any]:
    return {
        "x": 0, "xanchor": anchor, "xshift": -8 if anchor == "right" else 8, "y": 1, "yref": "paper", "yanchor": "bottom",
        "text": words, "showarrow": False, "font": label_font(mode) | {"size": 11},
    }  # fmt: skip
