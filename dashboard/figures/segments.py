"""Loans as points over two axes, coloured by what they are, with the lasso that picks some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.lasso import inside
from core.scores.scoring.bands import BANDS
from core.selection import Lasso
from dashboard import format as show
from dashboard.figures.canvas import axis, figure
from dashboard.figures.packed import packed
from dashboard.theme import palette, segment_colours, strategy_colour

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "hexagon", "star")
HEIGHT = 480
DENSITY_CELLS = (44, 30)
HUNDREDTHS = {f"{thousandths}m": f"{thousandths / 1000:g}" for thousandths in (500, 200, 100, 50, 20, 10)}
"""Below 1 the format of thousands and millions counts in thousandths, as "500m"."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis of the scatter: its field, its words, whether it is money and whether it is drawn in logarithms."""

    field: str
    title: str
    money: bool = False
    log: bool = False


def drawable(points: pd.DataFrame, x: Scale, y: Scale) -> pd.DataFrame:
    """The points that have a place on both axes: a number, and above zero where the axis is logarithmic."""
    kept = points[x.field].notna() & points[y.field].notna()
    for scale in (x, y):
        if scale.log:
            kept &= points[scale.field] > 0
    return points[kept]


def group_colours(colour: str, groups: Sequence[str], segments: Sequence[str], mode: str | None) -> dict[str, str]:
    """The colour of each group of the scatter, the same as everywhere else in Recoup."""
    colours = palette(mode)
    if colour == "segment":
        return segment_colours([*segments, *(name for name in groups if name not in segments)], mode)
    if colour == "band":
        known = dict(zip(BANDS, (colours.good, colours.muted, colours.bad), strict=True))
        return {name: known.get(name, colours.faint) for name in groups}
    return {name: strategy_colour(name, mode) for name in groups}


def scatter(
    points: pd.DataFrame,
    mode: str | None,
    *,
    x: Scale,
    y: Scale,
    groups: Sequence[str],
    colours: Mapping[str, str],
    lasso: Lasso | None = None,
    shaded: bool = False,
) -> dict[str, Any]:
    """The scatter.

    Args:
        points: drawable points with both fields and `group`.
        groups: the groups in the order of their marks.
        lasso: picks points where it was drawn over these two axes; the others fade.
        shaded: how dense the points lie is drawn behind them.
    """
    on_show = lasso if lasso and (lasso.x, lasso.y) == (x.field, y.field) else None
    px, py = points[x.field].to_numpy(dtype=float), points[y.field].to_numpy(dtype=float)
    held = inside(on_show, px, py) if on_show else np.ones(len(points), dtype=bool)
    names = points["group"].to_numpy()
    traces = [_density(px, py, x, y, mode)] if shaded and len(points) else []
    for place, group in enumerate(groups):
        of_group = names == group
        for kept, opacity in ((held, 0.62), (~held, 0.12)):
            chosen = of_group & kept
            if chosen.any():
                mark = {"color": colours[group], "symbol": SYMBOLS[place % len(SYMBOLS)], "size": 5, "opacity": opacity}
                traces.append(_marks(group, px[chosen], py[chosen], mark, x, y))
    traces += [_outline(on_show, mode)] if on_show else []
    drawn = {"x": _axis(x, mode), "y": _axis(y, mode)}
    remembered = {
        "meta": {"x": x.field, "y": y.field},
        "selections": [],
        "selectionrevision": str(on_show),
        "dragmode": "lasso",
    }
    line = {"color": palette(mode).ink, "width": 1.2, "dash": "dot"}
    return figure(traces, mode, **drawn, height=HEIGHT, newselection={"line": line}, **remembered)


def _axis(scale: Scale, mode: str | None) -> dict[str, Any]:
    drawn: dict[str, Any] = {"zeroline": False, "fixedrange": False}
    if scale.money:
        drawn |= {"tickformat": "~s", "labelalias": HUNDREDTHS}
    if scale.log:
        drawn |= {"type": "log", "dtick": "D2", "nticks": 0}
    return axis("number", mode, title=scale.title, **drawn)


def _marks(group: str, x: Numbers, y: Numbers, mark: Mapping[str, Any], over: Scale, up: Scale) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": group, "x": packed(x), "y": packed(y), "marker": dict(mark),
        "hovertemplate": f"{over.title} %{{x:,.6~r}}<br>{up.title} %{{y:,.6~r}}<br>%{{fullData.name}}<extra></extra>",
    }  # fmt: skip


def _outline(lasso: Lasso, mode: str | None) -> dict[str, Any]:
    corners = [*lasso.corners, lasso.corners[0]]
    return {
        "type": "scatter", "mode": "lines", "name": "lasso", "x": [x for x, _ in corners], "y": [y for _, y in corners],
        "line": {"color": palette(mode).ink, "width": 1.4, "dash": "dash"}, "hoverinfo": "skip",
    }  # fmt: skip


def _density(px: Numbers, py: Numbers, x: Scale, y: Scale, mode: str | None) -> dict[str, Any]:
    """How many of the drawn loans lie in each cell, smoothed once over its neighbours."""
    across, up = np.log10(px) if x.log else px, np.log10(py) if y.log else py
    counts, x_edges, y_edges = np.histogram2d(across, up, bins=DENSITY_CELLS)
    smooth = _blurred(_blurred(counts.T, 0), 1)
    centres = [(edges[:-1] + edges[1:]) / 2 for edges in (x_edges, y_edges)]
    xs, ys = (10**centre if scale.log else centre for centre, scale in zip(centres, (x, y), strict=True))
    shades = packed(np.round(smooth / smooth.max() * 255))
    colours = palette(mode)
    return {
        "type": "contour", "name": "density", "x": packed(xs), "y": packed(ys), "hoverinfo": "skip", "showscale": False,
        "z": shades | {"shape": f"{smooth.shape[0]}, {smooth.shape[1]}"}, "ncontours": 7, "line": {"width": 0},
        "colorscale": [[0, f"{colours.soft}00"], [1, colours.soft]], "contours": {"coloring": "fill"},
    }  # fmt: skip


def _blurred(cells: Numbers, along: int) -> Numbers:
    weights = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9
    return np.apply_along_axis(lambda line: np.convolve(line, weights, mode="same"), along, cells)


def group_table(points: pd.DataFrame, x: Scale, y: Scale, groups: Sequence[str]) -> list[list[str]]:
    """The numbers of the scatter: loans drawn in each group, and the middle of both axes."""
    rows = [["Group", "Loans drawn", f"Median {x.title.lower()}", f"Median {y.title.lower()}"]]
    for group in groups:
        part = points[points["group"] == group]
        middles = [show.number(float(part[scale.field].median()), _decimals(scale)) for scale in (x, y)]
        rows.append([group, show.number(len(part)), *middles])
    return rows


def _decimals(scale: Scale) -> int:
    return 2 if scale.field in ("risk_score", "interest_rate") else 0
