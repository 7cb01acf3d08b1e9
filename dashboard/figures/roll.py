"""Where balances move from one month-end to the next: a matrix of tints, and its cells over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import STATES
from core.metrics.roll import DIRECTIONS, direction
from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band, plain, spelled, with_gaps
from dashboard.theme import palette, tint

Weight = Literal["opening", "loans"]
LEAST_SHOWN = 0.005
BETWEEN = "|"
TINTS = ((0.0, 0.03), (0.02, 0.10), (0.10, 0.22), (0.30, 0.38), (1.0, 0.60))
"""Share to depth of the tint: the small shares off the diagonal are told apart, the order is kept."""
MEANS = dict(zip(DIRECTIONS, ("worse", "stays", "better", "cured", "left the book"), strict=True))
_FOOT, _PANEL_HEAD = 30, 32


def roll_heat(
    matrix: pd.DataFrame, mode: str | None, *, weight: Weight, selected: str | None = None, height: int
) -> dict[str, Any]:
    """Buckets before in rows, states after in columns; the deeper the tint the larger the share of the row.

    What stays is outlined; left of the outline is better, right of it worse, and behind the divider what left the book.

    Args:
        matrix: origin, state, share (0-1, NaN where the origin has no balance), numerator, denominator (currency, or loans by `weight`), loans (of the
            origin), low, high (NaN where there is no interval).
        weight: what the shares are shares of.
        selected: a cell as "origin|state", drawn with a strong outline. Every cell's customdata is such a text.
        height: px.

    Returns:
        The figure; without rows an empty one. A column nobody moved to is left out.
    """
    origins = [name for name in STATES if name in set(matrix["origin"])]
    moved = set(matrix.loc[matrix["share"] > 0, "state"])
    states = [name for name in STATES if name in moved or name in origins]
    cells = {(row.origin, row.state): row for row in matrix.itertuples()}
    colours = palette(mode)
    grid = [[cells.get((origin, state)) for state in states] for origin in origins]
    trace = {
        "type": "heatmap", "x": states, "y": origins, "zmin": 0, "zmax": 1, "showscale": False, "xgap": 2, "ygap": 2,
        "z": [[None if cell is None or math.isnan(cell.share) else float(cell.share) for cell in row] for row in grid],
        "text": [[_shown(cell.share) if cell else "" for cell in row] for row in grid], "texttemplate": "%{text}",
        "textfont": {"color": colours.ink},
        "customdata": [[f"{origin}{BETWEEN}{state}" for state in states] for origin in origins],
        "hovertext": [[_told(cell, weight) if cell else "" for cell in row] for row in grid],
        "hovertemplate": "%{hovertext}<extra></extra>", "hoverongaps": False,
        "colorscale": [[share, tint(colours.series, depth)] for share, depth in TINTS],
    }  # fmt: skip
    sizes = {row.origin: int(row.loans) for row in matrix.itertuples()}
    names = [f"<b>{origin}</b><br>n {show.number(sizes[origin])}" for origin in origins]
    x = axis("category", mode, side="top", tickangle="auto", autotickangles=[0, 90], tickmode="array", tickvals=states,
             ticktext=[state.replace(" ", "<br>") for state in states], tickfont={"color": colours.ink, "size": 11})  # fmt: skip
    y = axis("category", mode, autorange="reversed", tickmode="array", tickvals=origins, ticktext=names, ticksuffix=" ",
             tickfont={"color": colours.ink, "size": 11})  # fmt: skip
    return figure(
        [trace] if origins else [], mode, x=x, y=y, height=height, margin={"b": _FOOT},
        shapes=_outlines(origins, states, selected, mode), annotations=_sides(states, mode) if origins else [],
    )  # fmt: skip


def _shown(share: float) -> str:
    return show.percent(share, 0) if share >= LEAST_SHOWN else ""


def _told(cell: Any, weight: Weight) -> str:
    """One cell in words, for the pointer."""
    amount = show.money if weight == "opening" else show.number
    of = "of the opening balance" if weight == "opening" else "of the loans"
    parts = f"{amount(cell.numerator)} of {amount(cell.denominator)}"
    return (
        f"<b>{cell.origin} to {cell.state}</b>: {MEANS[direction(cell.origin, cell.state)]}<br>{show.percent(cell.share)} {of}<br>{parts}"
        f"<br>n {show.number(int(cell.loans))}{spelled(cell.low, cell.high)}"
    )


def _outlines(
    origins: Sequence[str], states: Sequence[str], selected: str | None, mode: str | None
) -> list[dict[str, Any]]:
    """The cells that stay, the line before the states that left, and the chosen cell."""
    colours = palette(mode)

    def box(row: int, column: int, colour: str, width: float) -> dict[str, Any]:
        ends = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        return {"type": "rect", **ends, "line": {"color": colour, "width": width}, "fillcolor": "rgba(0,0,0,0)"}

    stays = [box(row, states.index(name), colours.muted, 1.4) for row, name in enumerate(origins)]
    stock = sum(name in BUCKETS for name in states)
    edge = {"type": "line", "yref": "paper", "x0": stock - 0.5, "x1": stock - 0.5, "y0": 0, "y1": 1,
            "line": {"color": colours.muted, "width": 1, "dash": "dot"}}  # fmt: skip
    origin, _, state = (selected or "").partition(BETWEEN)
    chosen = [box(origins.index(origin), states.index(state), colours.accent, 3)] if (
        origin in origins and state in states) else []  # fmt: skip
    return [*stays, *([edge] if origins and stock < len(states) else []), *chosen]


def _sides(states: Sequence[str], mode: str | None) -> list[dict[str, Any]]:
    """Which side of the outline is which, under the matrix; what leads where, in its upper left corner."""
    colours = palette(mode)
    stock = sum(name in BUCKETS for name in states)
    gone = len(states) - stock
    under = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -8, "showarrow": False}
    words = [
        (-0.5, "left", "← better", colours.good),
        (stock - 0.5, "right", "worse →", colours.bad),
        *([(len(states) - 0.5, "right", "left the book" if gone > 1 else "left", colours.muted)] if gone else []),
    ]
    sides = [
        {**under, "x": x, "xanchor": anchor, "text": text, "font": label_font(mode) | {"color": colour, "size": 11}}
        for x, anchor, text, colour in words
    ]
    corner = {"x": 0, "xref": "paper", "xanchor": "right", "xshift": -8, "y": 1, "yref": "paper", "yanchor": "bottom",
              "yshift": 4, "showarrow": False, "align": "right", "text": "to →<br>from ↓",
              "font": label_font(mode) | {"size": 11}}  # fmt: skip
    return [*sides, corner]


def roll_trend(trend: pd.DataFrame, mode: str | None, *, height: int) -> dict[str, Any]:
    """Cells of the roll matrix over the months, one panel each on one common scale from zero.

    Args:
        trend: month (month-end, ISO), origin, state, share (0-1), numerator, denominator, loans, low, high.
        height: px, of all panels together.

    Returns:
        The figure; a month that is missing breaks the line. Without rows an empty one.
    """
    panels = [
        (origin, state, with_gaps(rows)) for (origin, state), rows in trend.groupby(["origin", "state"], sort=False)
    ]
    ends = trend[["share", "high"]].to_numpy(dtype=float) if len(trend) else [[math.nan]]
    top = max((value for row in ends for value in row if not math.isnan(value)), default=0.0) * 115 or 1.0
    colours = palette(mode)
    traces, notes, axes = [], [], {}
    head = _PANEL_HEAD / max(height - 50, 1)
    for place, (origin, state, rows) in enumerate(panels):
        number = "" if place == 0 else str(place + 1)
        floor, ceiling = 1 - (place + 1) / len(panels), 1 - place / len(panels) - head
        at = {"xaxis": "x", "yaxis": f"y{number}"}
        axes[f"yaxis{number}"] = axis("percent", mode, range=[0, top], nticks=4 if len(panels) == 1 else 3,
                                      domain=[floor, ceiling])  # fmt: skip
        months = rows["month"].tolist()
        traces.append(band(months, rows["low"] * 100, rows["high"] * 100, tint(colours.series, 0.16), **at))
        traces.append(_trend_line(rows, f"{origin}{BETWEEN}{state}", mode) | at)
        newest = rows.iloc[-1]
        notes.append(
            {"x": 0, "xref": "paper", "xanchor": "left", "y": ceiling, "yref": "paper", "yanchor": "bottom", "yshift": 3,
             "showarrow": False, "align": "left", "font": label_font(mode, strong=True) | {"weight": 400},
             "text": f"<b>{origin} to {state}</b>  {show.percent(newest['share'])}, n {show.number(int(newest['loans']))}"}
        )  # fmt: skip
    y = axes.pop("yaxis", None)
    x = axis("day", mode, nticks=6, tickangle=0, anchor="free", position=0)
    return figure(traces, mode, x=x, y=y, height=height, annotations=notes, **axes)


def _trend_line(rows: pd.DataFrame, cell: str, mode: str | None) -> dict[str, Any]:
    colour = palette(mode).series
    size = [8 if place == len(rows) - 1 else 4 for place in range(len(rows))]
    return {
        "type": "scatter", "mode": "lines+markers", "name": cell, "x": rows["month"].tolist(),
        "y": plain(rows["share"], 100), "line": {"color": colour, "width": 2}, "marker": {"color": colour, "size": size, "opacity": 1, "line": {"width": 0}},
        "connectgaps": False, "customdata": [f"{cell}{BETWEEN}{month}" for month in rows["month"]],
        "hovertext": [
            "" if math.isnan(row.share) else f"<b>{show.month(row.month)}</b><br>{show.percent(row.share)}, "
            f"n {show.number(int(row.loans))}{spelled(row.low, row.high)}" for row in rows.itertuples()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
