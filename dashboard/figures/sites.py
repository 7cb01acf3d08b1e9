"""Recovery of branches, agencies or collectors side by side, each with its interval, beside that of all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above
from dashboard.figures.intervals import spelled
from dashboard.theme import palette

MOST = 15
NO_INTERVAL = "too few loans for an interval"
DEPTH = 0.34
_HEAD = 26


def site_dots(sites: pd.DataFrame, mode: str | None, *, by: str, overall: float, height: int) -> dict[str, Any]:
    """Recovery rate of each site as a dot with its 95 % interval; a ring where there is none.

    Dots are places, not lengths: the axis starts where the intervals do, so that they can be told apart. Names stand above
    their rows, so that on a phone too the intervals have most of the width.

    Args:
        sites: `by`, loans, balance, cash, rate (0-1, NaN where nothing was placed), low, high (NaN where there is no
            interval), differs (from all others together, by more than chance), and why (there is no interval) where
            known, in the order to be drawn; the first 15 with a rate are. `mark`, where given, is what a dot carries.
        by: the column that names the sites.
        overall: the rate of all together, NaN where undefined.
        height: px.
    """
    rows = sites[sites["rate"].notna()].head(MOST).to_dict("records")
    names = [str(row[by]) for row in rows]
    inner = height - 40 - _HEAD
    counts = [f"n {show.number(int(row['loans']))}" for row in rows]
    known = [value * 100 for row in rows for value in (row["low"], row["rate"], row["high"]) if not math.isnan(value)]
    known += [] if math.isnan(overall) else [overall * 100]
    tones = [_tone(row, overall, mode) for row in rows]
    rates = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": name, "showarrow": False, "align": "left",
         "text": f"<b>{show.percent(row['rate'])}</b>{_word(row, overall)}", "font": label_font(mode, strong=True) | {"color": tone, "weight": 400}}
        for row, name, tone in zip(rows, names, tones, strict=True)
    ]  # fmt: skip
    said = {name: f"<b>{name}</b>  {count}" for name, count in zip(names, counts, strict=True)}
    over = names_above(said, mode, rows=len(names), height=inner, depth=DEPTH, strong=True)
    reach = [min(known, default=0.0), max(known, default=1.0)]
    pad = (reach[1] - reach[0]) * 0.08 or 1.0
    x = axis("percent", mode, range=[reach[0] - pad, reach[1] + pad], nticks=4, tickangle=0, zeroline=False)
    y = axis("category", mode, range=[len(names) - 0.5, -0.8], showticklabels=False)
    lines, heads = _overall(overall, mode)
    return figure(
        _dots(rows, names, tones, mode) if rows else [], mode, x=x, y=y, height=height, margin={"r": 104, "t": _HEAD},
        shapes=lines, annotations=[*rates, *heads, *over],
    )  # fmt: skip


def _dots(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], tones: Sequence[str], mode: str | None
) -> list[dict[str, Any]]:
    """An interval for each site that has one, and a dot or a ring for every site."""
    whiskers = [
        {"type": "scatter", "mode": "lines", "x": [row["low"] * 100, row["high"] * 100], "y": [name, name], "hoverinfo": "skip",
         "line": {"color": tone, "width": 3}}
        for row, name, tone in zip(rows, names, tones, strict=True) if _has_interval(row)
    ]  # fmt: skip
    fills = [tone if _has_interval(row) else palette(mode).surface for row, tone in zip(rows, tones, strict=True)]
    dots = {
        "type": "scatter", "mode": "markers", "x": [row["rate"] * 100 for row in rows], "y": list(names),
        "marker": {"size": 10, "color": fills, "line": {"color": list(tones), "width": 1.6}, "opacity": 1},
        "customdata": [row.get("mark", name) for row, name in zip(rows, names, strict=True)], "hovertext": [_told(row, name) for row, name in zip(rows, names, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    return [*whiskers, dots]


def _overall(rate: float, mode: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The line of all sites together and its name."""
    if math.isnan(rate):
        return [], []
    at = {"x0": rate * 100, "x1": rate * 100, "yref": "paper", "y0": 0, "y1": 1}
    line = {"type": "line", **at, "layer": "below", "line": {"color": palette(mode).ink, "width": 1.2, "dash": "dot"}}
    head = {"x": rate * 100, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4, "showarrow": False,
            "text": f"all {show.percent(rate)}", "font": label_font(mode, strong=True)}  # fmt: skip
    return [line], [head]


def _has_interval(row: Mapping[str, Any]) -> bool:
    return not (math.isnan(row["low"]) or math.isnan(row["high"]))


def _differs(row: Mapping[str, Any], overall: float) -> bool:
    return bool(row["differs"]) and not math.isnan(overall)


def _word(row: Mapping[str, Any], overall: float) -> str:
    if not _differs(row, overall):
        return ""
    return " below" if row["rate"] < overall else " above"


def _tone(row: Mapping[str, Any], overall: float, mode: str | None) -> str:
    """Set off where it differs by more than chance; neither good nor bad, for nothing is adjusted for what a site was given."""
    return palette(mode).accent if _differs(row, overall) else palette(mode).muted


def _told(row: Mapping[str, Any], name: str) -> str:
    interval = spelled(row["low"], row["high"]) or f"<br>{row.get('why') or NO_INTERVAL}"
    return (
        f"<b>{name}</b><br>{show.percent(row['rate'])}: {show.money(row['cash'])} of {show.money(row['balance'])}"
        f"<br>{show.count(int(row['loans']), 'placements')}{interval}"
    )
