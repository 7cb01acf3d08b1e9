"""What a book looks like: distributions, outcomes by group, and which columns move together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above, too_long
from dashboard.figures.packed import packed
from dashboard.theme import palette

BINS = 24
HEIGHT = 320
MAP_HEIGHT = 470
GOOD_WORDS = ("fully", "paid 5")
MIDDLE_WORDS = ("partial",)
LABEL_FROM = 0.1
ABOVE_DEPTH = 0.5
_QUARTERS = (0, 0.25, 0.5, 0.75, 1)
WHOLE = {"tickvals": [share * 100 for share in _QUARTERS], "ticktext": [show.percent(share, 0) for share in _QUARTERS]}


def histogram(values: pd.Series, mode: str | None, *, title: str) -> dict[str, Any]:
    """How many loans lie in each of 24 equal steps of an amount; the median is marked.

    Args:
        values: amounts in currency units, none absent, at least one.
    """
    divisor, unit = show.scale_of(float(values.max()))
    counts, edges = np.histogram(values / divisor, bins=BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    colours = palette(mode)
    middle = float(values.median()) / divisor
    bars = {
        "type": "bar", "x": [round(float(value), 4) for value in centres], "y": counts.tolist(), "width": float(edges[1] - edges[0]) * 0.94,
        "marker": {"color": colours.series},
        "customdata": [[show.number(low, 2), show.number(high, 2)] for low, high in itertools.pairwise(edges)],
        "hovertemplate": f"%{{customdata[0]}} to %{{customdata[1]}} {unit}<br>%{{y:,}} loans<extra></extra>",
    }  # fmt: skip
    line = {
        "type": "line",
        "x0": middle,
        "x1": middle,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.ink, "width": 1.2, "dash": "dot"},
    }
    note = {"x": middle, "y": 1, "yref": "paper", "text": f"median {show.money(float(values.median()))}", "showarrow": False,
            "xanchor": "left", "xshift": 5, "yanchor": "top", "font": label_font(mode, strong=True)}  # fmt: skip
    return figure(
        [bars], mode, x=axis("number", mode, title=title, unit=unit, grid=False), y=axis("number", mode, title="Loans", rangemode="tozero"),
        height=HEIGHT, shapes=[line], annotations=[note],
    )  # fmt: skip


def ranges(groups: Sequence[Mapping[str, Any]], mode: str | None, *, title: str, across: str) -> dict[str, Any]:
    """The middle half and the median of an amount in each group, as boxes without whiskers.

    Args:
        groups: name, n, low (first quartile), middle (median), high (third quartile), currency units.
    """
    divisor, unit = show.scale_of(max(group["high"] for group in groups))
    colours = palette(mode)
    names = [group["name"] for group in groups]
    words = [
        [show.money(group[part]) for part in ("low", "middle", "high")] + [show.number(group["n"])] for group in groups
    ]
    spans = {
        "type": "bar", "x": names, "y": [(group["high"] - group["low"]) / divisor for group in groups],
        "base": [group["low"] / divisor for group in groups], "marker": {"color": colours.soft, "line": {"color": colours.series, "width": 1}},
        "customdata": words, "width": 0.55,
        "hovertemplate": "Middle half %{customdata[0]} to %{customdata[2]}<br>median %{customdata[1]}<br>n %{customdata[3]}<extra></extra>",
    }  # fmt: skip
    middles = {
        "type": "scatter", "mode": "markers+text", "x": names, "y": [group["middle"] / divisor for group in groups],
        "marker": {"symbol": "line-ew", "size": 26, "line": {"color": colours.accent, "width": 3}},
        "text": [word[1] for word in words], "textposition": "top center", "textfont": label_font(mode, strong=True), "hoverinfo": "skip",
    }  # fmt: skip
    return figure(
        [spans, middles], mode, x=axis("category", mode, title=across, **_broken(names)), y=axis("number", mode, title=title, unit=unit, rangemode="tozero"),
        height=HEIGHT,
    )  # fmt: skip


def _broken(names: Sequence[str]) -> dict[str, Any]:
    return {"tickangle": 0, "tickvals": list(names), "ticktext": [name.replace(" ", "<br>") for name in names]}


def outcome_colours(outcomes: Sequence[str], mode: str | None) -> dict[str, str]:
    """Good, middling and bad ends, by their words; an outcome of another kind is plain ink.

    Each is dark enough (light enough, in dark mode) for the share that stands in it.
    """
    colours = palette(mode)
    found = {}
    for name in outcomes:
        word = name.casefold()
        is_good, is_middle = word.startswith(GOOD_WORDS), word.startswith(MIDDLE_WORDS)
        is_bad = any(part in word for part in ("written", "charged", "paid less", "unpaid", "default"))
        found[name] = (
            colours.good if is_good else colours.muted if is_middle else colours.bad if is_bad else colours.ink
        )
    return found


def stacked_shares(
    shares: pd.DataFrame, mode: str | None, *, by: str, groups: Sequence[str], outcomes: Sequence[str]
) -> dict[str, Any]:
    """Each group as one bar of a whole, cut by outcome; the share stands in its part, n behind the group's name.

    Args:
        shares: from `core.metrics.association.outcome_shares`, grouped by `by`.
        groups: top to bottom; outcomes: left to right.
    """
    colours = outcome_colours(outcomes, mode)
    sizes = shares.drop_duplicates(by).set_index(by)["n"]
    counts = {group: f"n {show.number(int(sizes[group]))}" for group in groups}
    above = too_long(groups)
    names = list(groups) if above else [f"{group}<br>{count}" for group, count in counts.items()]
    notes = names_above(
        {group: f"{group}, {count}" for group, count in counts.items()},
        mode,
        rows=len(groups),
        height=HEIGHT - 40,
        depth=ABOVE_DEPTH,
    )
    traces = []
    for outcome in outcomes:
        own = shares[shares["outcome"] == outcome].set_index(by)["share"].reindex(list(groups)).fillna(0)
        loans = shares[shares["outcome"] == outcome].set_index(by)["loans"].reindex(list(groups)).fillna(0)
        traces.append(
            {
                "type": "bar", "orientation": "h", "name": outcome, "y": names, "x": [round(share * 100, 2) for share in own],
                "marker": {"color": colours[outcome]}, "text": [show.percent(share, 0) if share >= LABEL_FROM else "" for share in own],
                "textposition": "inside", "constraintext": "none", "insidetextanchor": "middle", "textangle": 0,
                "insidetextfont": {"color": palette(mode).surface, "weight": 600, "size": 12},
                "customdata": [show.number(int(count)) for count in loans],
                "hovertemplate": f"{outcome}: %{{x:.1f}} %<br>%{{customdata}} loans<extra></extra>",
            }
        )  # fmt: skip
    return figure(
        traces, mode, x=axis("percent", mode, range=[0, 101], grid=False, tickangle=0, **WHOLE),
        y=axis("category", mode, autorange="reversed", showticklabels=not above), annotations=notes if above else [],
        height=HEIGHT, barmode="stack", margin={"r": 26}, bargap=1 - ABOVE_DEPTH if above else 0.32,
    )  # fmt: skip


def outcome_scatter(points: pd.DataFrame, mode: str | None, *, outcomes: Sequence[str]) -> dict[str, Any]:
    """Income across, loan amount up, one mark a loan in the colour and shape of its outcome.

    Args:
        points: monthly_income, loan_amount (both above zero) and outcome.
    """
    colours = outcome_colours(outcomes, mode)
    symbols = ("circle", "diamond", "x", "triangle-up", "square", "star")
    traces = [
        {
            "type": "scatter", "mode": "markers", "name": outcome,
            "x": packed(points.loc[points["outcome"] == outcome, "monthly_income"]),
            "y": packed(points.loc[points["outcome"] == outcome, "loan_amount"]),
            "marker": {"color": colours[outcome], "symbol": symbols[place % len(symbols)], "size": 5.5, "opacity": 0.6},
            "hovertemplate": f"Income %{{x:,.6~r}}<br>Loan %{{y:,.6~r}}<br>{outcome}<extra></extra>",
        }
        for place, outcome in enumerate(outcomes)
    ]  # fmt: skip
    money = {"tickformat": "~s", "zeroline": False}
    return figure(
        traces,
        mode,
        x=axis("number", mode, title="Monthly income", **money),
        y=axis("number", mode, title="Loan amount", **money),
        height=HEIGHT,
    )


def correlation_map(pairs: pd.DataFrame, mode: str | None, *, words: Mapping[str, str]) -> dict[str, Any]:
    """The lower triangle of rank correlations: bad's colour below zero, accent above, the number in its cell.

    Args:
        pairs: from `core.metrics.association.rank_correlations`.
        words: column to label.
    """
    colours = palette(mode)
    names = list(dict.fromkeys([*pairs["left"], *pairs["right"]]))
    across, up = names[:-1], names[1:]
    known = {(right, left): (rho, n) for left, right, rho, n in pairs.itertuples(index=False)}
    cells = [[known.get((row, column)) for column in across] for row in up]
    rhos = [[cell[0] if cell and cell[0] == cell[0] else None for cell in row] for row in cells]
    trace = {
        "type": "heatmap", "x": [words[name] for name in across], "y": [words[name] for name in up], "z": rhos,
        "zmin": -1, "zmax": 1, "xgap": 2, "ygap": 2, "showscale": False, "hoverongaps": False,
        "colorscale": [[0, colours.bad], [0.5, colours.grid], [1, colours.accent]],
        "customdata": [[show.number(cell[1]) if cell else "" for cell in row] for row in cells],
        "hovertemplate": "%{y} and %{x}: %{z:.2f}<br>n %{customdata}<extra></extra>",
    }  # fmt: skip
    notes = [
        {"x": words[column], "y": words[row], "text": show.number(rho, 2), "showarrow": False, "font": _on(rho, mode)}
        for row, line in zip(up, rhos, strict=True) for column, rho in zip(across, line, strict=True) if rho is not None
    ]  # fmt: skip
    return figure(
        [trace], mode, x=axis("category", mode, tickangle=-35), y=axis("category", mode, autorange="reversed"),
        height=MAP_HEIGHT, annotations=notes,
    )  # fmt: skip


def _on(rho: float, mode: str | None) -> dict[str, Any]:
    strong = abs(rho) >= 0.55
    colours = palette(mode)
    return {**label_font(mode, strong=strong), "color": colours.surface if strong else colours.ink, "size": 11}
