"""Effects, drawn: what happened beside what was caused, by strategy and by group, and how alike the compared loans are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.theme import palette, strategy_colour, tint

Row = Mapping[str, Any]
NAME_ROOM = 0.34
"""Of a row's height, for the name above it."""


def effect_forest(rows: Sequence[Row], mode: str | None, *, height: int, money: bool) -> dict[str, Any]:
    """One row a strategy: hollow as it happened, filled what was caused, its interval, and the bound as a thin outer line.

    Args:
        rows: strategy, naive, adjusted, ci_low, ci_high, bound_low, bound_high (differences; None where refused), n, words (hover),
            note (said in place of a refused number).
        money: amounts a loan; else shares, drawn in points.
    """
    colours, factor = palette(mode), 1.0 if money else 100.0
    ends = [
        row[key]
        for row in rows
        for key in ("naive", "ci_low", "ci_high", "bound_low", "bound_high")
        if row.get(key) is not None
    ]
    divisor, unit = show.scale_of(max((abs(each) for each in ends), default=0.0)) if money else (1.0, "")
    scale = factor / divisor
    traces: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        colour = strategy_colour(row["strategy"], mode)
        notes.append(_name(place, f"<b>{row['strategy']}</b>, n = {show.number(row['n'])}", mode))
        if row.get("naive") is not None:
            traces.append(_dot(row["naive"] * scale, place + 0.16, row, colour, hollow=True, surface=colours.surface))
        if row.get("adjusted") is None:
            notes.append(_refusal(place, str(row.get("note") or show.UNDEFINED), mode))
            continue
        if row.get("bound_low") is not None:
            traces.append(
                _line(row["bound_low"] * scale, row["bound_high"] * scale, place - 0.06, tint(colour, 0.75), 1.2)
            )
        traces.append(_line(row["ci_low"] * scale, row["ci_high"] * scale, place - 0.06, colour, 4.5))
        traces.append(_dot(row["adjusted"] * scale, place - 0.06, row, colour, hollow=False, surface=colours.surface))
    return figure(
        traces, mode, height=height, shapes=[_zero(mode)], annotations=notes, margin={"t": 12},
        x=axis("number", mode, title=f"{unit} a loan".strip() if money else "points", zeroline=False, range=_range(ends, scale)),
        y=axis("none", mode, range=[len(rows) - 0.4, -0.72]),
    )  # fmt: skip


def group_forest(rows: Sequence[Row], mode: str | None, *, height: int, money: bool) -> dict[str, Any]:
    """Effects by group, a row a group and a dot a strategy, with intervals; what the group alone says is hollow.

    Args:
        rows: group, strategy, raw, adjusted, ci_low, ci_high (differences; None where refused), n, words.
        money: as `effect_forest`.
    """
    colours = palette(mode)
    groups, strategies = (list(dict.fromkeys(row[key] for row in rows)) for key in ("group", "strategy"))
    ends = [row[key] for row in rows for key in ("raw", "ci_low", "ci_high") if row.get(key) is not None]
    divisor, unit = show.scale_of(max((abs(each) for each in ends), default=0.0)) if money else (1.0, "")
    scale = (1.0 if money else 100.0) / divisor
    traces, notes = [], [_name(place, f"<b>{name}</b>", mode) for place, name in enumerate(groups)]
    step = 0.5 / max(len(strategies), 1)
    for row in rows:
        at = groups.index(row["group"]) - 0.12 + step * strategies.index(row["strategy"])
        colour = strategy_colour(row["strategy"], mode)
        if row.get("adjusted") is None:
            notes.append(_refusal(at, f"{row['strategy']}: {show.UNDEFINED}, n = {show.number(row['n'])}", mode))
            continue
        notes.append(_label(at, f"{row['strategy']}, n = {show.number(row['n'])}", colour, mode))
        traces.append(_line(row["ci_low"] * scale, row["ci_high"] * scale, at, colour, 3.5))
        if row.get("raw") is not None:
            traces.append(_dot(row["raw"] * scale, at, row, colour, hollow=True, surface=colours.surface, size=7))
        traces.append(_dot(row["adjusted"] * scale, at, row, colour, hollow=False, surface=colours.surface))
    return figure(
        traces, mode, height=height, shapes=[_zero(mode)], annotations=notes, margin={"t": 12, "r": 136},
        x=axis("number", mode, title=f"{unit} a loan".strip() if money else "points", zeroline=False, range=_range(ends, scale)),
        y=axis("none", mode, range=[len(groups) - 0.4, -0.62]),
    )  # fmt: skip


def love_plot(rows: Sequence[Row], mode: str | None, *, height: int, limit: float = 0.1) -> dict[str, Any]:
    """How far the compared loans differ, fact by fact: hollow before weighting, filled after, and the line of what may remain.

    Args:
        rows: fact, strategy, before, after (absolute standardised differences), largest first.
        limit: what may remain.

    References:
        Austin (2009), Balance diagnostics for comparing the distribution of baseline covariates, Statistics in Medicine 28.
    """
    colours = palette(mode)
    facts = list(dict.fromkeys(row["fact"] for row in rows))
    traces = []
    for name in dict.fromkeys(row["strategy"] for row in rows):
        own = [row for row in rows if row["strategy"] == name]
        colour = strategy_colour(name, mode)
        for part, hollow in (("before", True), ("after", False)):
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "name": f"{name} {part}", "x": [abs(row[part]) for row in own],
                    "y": [row["fact"] for row in own], "marker": _marker(colour, hollow, colours.surface, 9),
                    "hovertemplate": f"<b>%{{y}}</b><br>{name}, {part} weighting: %{{x:.2f}}<extra></extra>",
                }
            )  # fmt: skip
    line = {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": limit,
        "x1": limit,
        "line": {"color": colours.bad, "width": 1.2, "dash": "dash"},
    }
    top = max([limit * 1.3, *(abs(row[part]) * 1.08 for row in rows for part in ("before", "after"))])
    return figure(
        traces, mode, height=height, shapes=[line],
        x=axis("number", mode, title="standard deviations apart", range=[-0.01, top]),
        y=axis("category", mode, autorange="reversed", categoryorder="array", categoryarray=facts, grid=True, ticksuffix=" "),
    )  # fmt: skip


def _marker(colour: str, hollow: bool, surface: str, size: int) -> dict[str, Any]:
    return {"color": surface if hollow else colour, "size": size, "line": {"color": colour, "width": 1.8}}


def _dot(x: float, y: float, row: Row, colour: str, *, hollow: bool, surface: str, size: int = 11) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": "as it happened" if hollow else "caused", "x": [x], "y": [y],
        "marker": _marker(colour, hollow, surface, size), "hovertext": [row["words"]], "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _line(low: float, high: float, y: float, colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": "interval", "x": [low, high], "y": [y, y], "hoverinfo": "skip",
        "line": {"color": colour, "width": width},
    }  # fmt: skip


def _name(y: float, text: str, mode: str | None) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 0, "xanchor": "left", "y": y - NAME_ROOM, "yanchor": "middle", "text": text, "showarrow": False,
        "align": "left", "font": label_font(mode, strong=True) | {"weight": 400}, "bgcolor": palette(mode).surface, "borderpad": 1,
    }  # fmt: skip


def _label(y: float, text: str, colour: str, mode: str | None) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": y, "yanchor": "middle", "text": text, "showarrow": False,
        "font": label_font(mode) | {"color": colour, "size": 11},
    }  # fmt: skip


def _refusal(y: float, text: str, mode: str | None) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 0.5, "xanchor": "center", "y": y, "yanchor": "middle", "text": text, "showarrow": False,
        "font": label_font(mode), "bgcolor": palette(mode).surface, "borderpad": 2,
    }  # fmt: skip


def _zero(mode: str | None) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": 0,
        "x1": 0,
        "line": {"color": palette(mode).muted, "width": 1.3},
    }


def _range(ends: Sequence[float], scale: float) -> list[float]:
    low, high = min([0.0, *ends]) * scale, max([0.0, *ends]) * scale
    room = 0.08 * (high - low) or 1.0
    return [low - room, high + room]
