"""Shares month by month with their intervals: one panel a share, each from zero to its own top."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import plain, spelled, with_gaps
from dashboard.theme import palette, tint

_HEAD, _AXES = 30, 50
_TO_THE_EDGE = -34
"""A panel's name begins over the words of its axis: on a phone it needs the whole width."""


def monthly_shares(
    shares: pd.DataFrame,
    mode: str | None,
    *,
    names: Mapping[str, str],
    height: int,
    target: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Dots by month on a thin line, the bar through each its interval.

    Args:
        shares: name, month (month-end, ISO), share (0-1), n, low, high (NaN where there is no interval).
        names: name to the words over its panel, in the order drawn; those without rows are left out.
        height: px, of all panels together.
        target: month, value (0-1), drawn dashed behind the first panel; None or without rows where none is set.

    Returns:
        The figure; a month that is missing breaks the line. Every point's customdata is "name|month". Without rows an
        empty one.
    """
    told = {name: shares[shares["name"] == name] for name in names}
    panels = [(name, with_gaps(rows.drop(columns="name"))) for name, rows in told.items() if len(rows)]
    traces, notes, axes = [], [], {}
    head = _HEAD / max(height - _AXES, 1)
    for place, (name, rows) in enumerate(panels):
        number = "" if place == 0 else str(place + 1)
        floor, ceiling = 1 - (place + 1) / len(panels), 1 - place / len(panels) - head
        aim = target if target is not None and place == 0 else rows[:0]
        ends = [*rows["high"], *rows["share"], *(aim["value"] if len(aim) else [])]
        top = max((value for value in ends if not math.isnan(value)), default=0.0) * 112 or 1.0
        at = {"xaxis": "x", "yaxis": f"y{number}"}
        axes[f"yaxis{number}"] = axis("percent", mode, range=[0, top], nticks=5 if len(panels) == 1 else 3,
                                      domain=[floor, ceiling])  # fmt: skip
        traces += [_aim(aim, mode) | at] if len(aim) else []
        traces.append(_dots(name, rows, mode) | at)
        notes.append(_named(names[name], rows.iloc[-1], ceiling, mode))
    y = axes.pop("yaxis", None)
    x = axis("day", mode, nticks=6, tickangle=0, anchor="free", position=0)
    return figure(traces, mode, x=x, y=y, height=height, annotations=notes, **axes)


def _dots(name: str, rows: pd.DataFrame, mode: str | None) -> dict[str, Any]:
    colour = palette(mode).series
    share = rows["share"]
    return {
        "type": "scatter", "mode": "lines+markers", "name": name, "x": rows["month"].tolist(), "y": _percents(share),
        "line": {"color": tint(colour, 0.5), "width": 1.5}, "marker": {"color": colour, "size": 7, "opacity": 1},
        "error_y": {"type": "data", "symmetric": False, "thickness": 1.6, "width": 0, "color": tint(colour, 0.55),
                    "array": _percents(rows["high"] - share),
                    "arrayminus": _percents(share - rows["low"])},
        "connectgaps": False, "customdata": [f"{name}|{month}" for month in rows["month"]],
        "hovertext": [
            "" if math.isnan(row.share) else f"<b>{show.month(row.month)}</b><br>{show.percent(row.share)}, "
            f"n {show.number(row.n)}{spelled(row.low, row.high)}" for row in rows.itertuples()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _aim(aim: pd.DataFrame, mode: str | None) -> dict[str, Any]:
    colour = palette(mode).muted
    return {
        "type": "scatter", "mode": "lines" if len(aim) > 1 else "markers", "name": "target", "x": aim["month"].tolist(),
        "y": _percents(aim["value"]), "line": {"color": colour, "width": 1.6, "dash": "dash", "shape": "hvh"},
        "marker": {"color": colour, "symbol": "line-ew-open", "size": 12},
        "hovertemplate": "<b>Target</b>: %{y:.1f} %<extra></extra>",
    }  # fmt: skip


def _named(words: str, newest: pd.Series, ceiling: float, mode: str | None) -> dict[str, Any]:
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "y": ceiling, "yref": "paper", "yanchor": "bottom", "yshift": 3, "xshift": _TO_THE_EDGE,
        "showarrow": False, "align": "left", "font": label_font(mode, strong=True) | {"weight": 400},
        "text": f"<b>{words}</b>  {show.percent(newest['share'])}, n {show.number(newest['n'])}",
    }  # fmt: skip


def _percents(shares: pd.Series) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in plain(shares.tolist(), 100)]
