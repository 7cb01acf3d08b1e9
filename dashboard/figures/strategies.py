"""Strategies as they happened: by segment as a table of tints, over time as lines, proposals and outcomes as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.strategies.catalogue import HOLD
from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above, too_long
from dashboard.figures.explore import LABEL_FROM, WHOLE, outcome_colours
from dashboard.figures.portfolio import marks
from dashboard.figures.recovery import spread
from dashboard.theme import palette, strategy_colour, tint

STRONGEST = 0.55
WEAKEST = 0.06
NAME_PX, HEAD_PX = 24, 26
MOST_TALL_ROWS = 6
BAR_DEPTH = 0.5


def segment_matrix(
    results: pd.DataFrame, mode: str | None, *, value: str, texts: Sequence[str], counts: Sequence[str], height: int
) -> dict[str, Any]:
    """Segments in rows, their names above them, strategies in columns; the deeper the tint the larger the number,
    losses in the colour of bad.

    Args:
        results: segment, strategy, `value` (NaN where it is undefined) and why (its number: Why or None).
        texts: the value of each row in words.
        counts: how many loans stand behind it, in words.
    """
    colours = palette(mode)
    strategies, segments = (list(dict.fromkeys(results[name])) for name in ("strategy", "segment"))
    largest = float(results[value].abs().max()) if results[value].notna().any() else 0.0
    cells = {
        (row.segment, row.strategy): float(getattr(row, value)) for row in results.itertuples()
    }  # fmt: skip
    grid = [[cells.get((segment, strategy), math.nan) for strategy in strategies] for segment in segments]
    asked = {
        (row.segment, row.strategy): mark for row, mark in zip(results.itertuples(), marks(results["why"]), strict=True)
    }
    scale = [
        [0, tint(colours.bad, STRONGEST)],
        [0.5, tint(colours.series, WEAKEST)],
        [1, tint(colours.series, STRONGEST)],
    ]
    common = {"type": "heatmap", "x": strategies, "y": segments, "showscale": False,
              "xgap": 2, "ygap": NAME_PX}  # fmt: skip
    traces = [
        {**common, "z": [[None if math.isnan(cell) else cell for cell in row] for row in grid],
         "zmin": -largest or -1.0, "zmax": largest or 1.0, "colorscale": scale, "hoverinfo": "none",
         "customdata": [[asked.get((segment, strategy)) for strategy in strategies] for segment in segments]},
        {**common, "hoverinfo": "skip", "z": [[1 if math.isnan(cell) else None for cell in row] for row in grid],
         "colorscale": [[0, colours.grid], [1, colours.grid]]},
    ]  # fmt: skip
    between = "<br>" if len(segments) <= MOST_TALL_ROWS else "  "
    labels = [
        {"x": row.strategy, "y": row.segment, "text": f"<b>{text}</b>{between}{count}", "showarrow": False,
         "font": label_font(mode, strong=True) | {"weight": 400}}
        for row, text, count in zip(results.itertuples(), texts, counts, strict=True)
    ]  # fmt: skip
    x = axis("category", mode, side="top", tickangle=0, tickfont={"color": colours.ink, "size": 12})
    inner, count_of = height - HEAD_PX - 16, len(segments)
    row_px = inner / (count_of + 0.5)
    y = axis("category", mode, range=[count_of - 0.5, -0.5 - (NAME_PX / 2) / row_px], showticklabels=False)
    names = names_above(
        {name: name for name in segments}, mode, rows=1, height=round(row_px), depth=1 - NAME_PX / row_px, strong=True
    )
    return figure(traces, mode, x=x, y=y, height=height, annotations=[*labels, *names])


def strategy_lines(history: pd.DataFrame, mode: str | None, *, value: str, kind: str, height: int) -> dict[str, Any]:
    """One line a strategy over the months, in its own colour, its name at its end.

    Args:
        history: strategy, month (ISO), `value` and why (its number: Why or None).
        kind: "share" (0-1), "currency" or "count".
    """
    lines = dict(list(history.groupby("strategy", sort=False)))
    known = history[value].dropna().abs()
    divisor, unit = (0.01, "") if kind == "share" else show.scale_of(float(known.max()) if len(known) else 0.0)
    traces, ends = [], {}
    for name, rows in lines.items():
        values = [None if math.isnan(number) else float(number) / divisor for number in rows[value]]
        traces.append(
            {
                "type": "scatter", "mode": "lines" if len(rows) > 1 else "markers", "name": name, "x": rows["month"].tolist(),
                "y": values, "line": {"color": strategy_colour(name, mode), "width": 2.2},
                "marker": {"color": strategy_colour(name, mode), "size": 9},
                "customdata": marks(rows["why"]), "hovertext": [_said(number, kind) for number in rows[value]],
                "hovertemplate": f"<b>{name}</b>, %{{x}}<br>%{{hovertext}}<extra></extra>",
            }
        )  # fmt: skip
        if values and values[-1] is not None:
            ends[name] = values[-1]
    numbers = [number for trace in traces for number in trace["y"] if number is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers]) * 1.08 or 1.0
    places = spread({name: end / 100 for name, end in ends.items()}, gap=(high - low) * 17 / max(height - 60, 1))
    labels = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": places[name], "showarrow": False, "text": name,
            "font": {**label_font(mode, strong=True), "color": strategy_colour(name, mode)},
        }
        for name in ends
    ]  # fmt: skip
    room = 16 + 7 * max((len(name) for name in ends), default=0)
    y = axis("percent" if kind == "share" else "number", mode, unit=unit, range=[low, high])
    return figure(
        traces, mode, x=axis("day", mode, nticks=6), y=y, height=height, annotations=labels, margin={"r": room}
    )


def proposal_bars(proposed: pd.DataFrame, mode: str | None, *, height: int) -> dict[str, Any]:
    """How many loans each strategy is proposed for, as bars from zero.

    Args:
        proposed: proposed, loans, balance, share (0-1) and why (its number).
    """
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": proposed["proposed"].tolist(),
        "x": [int(loans) for loans in proposed["loans"]],
        "marker": {"color": [strategy_colour(name, mode) for name in proposed["proposed"]], "cornerradius": 3},
        "width": 0.5,
        "text": [
            f"<b>{show.number(loans)}</b>  {show.percent(share, 0)}"
            for loans, share in zip(proposed["loans"], proposed["share"], strict=True)
        ],
        "textposition": "outside",
        "textfont": label_font(mode, strong=True) | {"weight": 400},
        "cliponaxis": False,
        "customdata": marks(proposed["why"]),
        "hovertext": [show.money(balance) for balance in proposed["balance"]],
        "hovertemplate": "<b>%{y}</b><br>%{x} loans, %{hovertext} outstanding<extra></extra>",
    }
    x = axis("number", mode, range=[0, float(proposed["loans"].max()) * 1.55 or 1.0], nticks=5)
    names = [f"{name} (nobody may work)" if name == HOLD else name for name in proposed["proposed"]]
    y = axis("category", mode, autorange="reversed", tickmode="array", tickvals=proposed["proposed"].tolist(),
             ticktext=[_wrapped(name) for name in names], ticksuffix=" ", tickfont={"color": palette(mode).ink, "size": 12})  # fmt: skip
    return figure([trace], mode, x=x, y=y, height=height)


def outcome_bars(mix: pd.DataFrame, mode: str | None, *, by: str, height: int) -> dict[str, Any]:
    """How loans ended by group, each bar the whole of its group.

    Args:
        mix: `by`, recovery_status, loans, share (0-1), n (the group's loans), statuses best to worst.
    """
    groups = mix.drop_duplicates(by)
    counts = {str(name): f"n = {show.number(n)}" for name, n in zip(groups[by], groups["n"], strict=True)}
    above = too_long(counts)
    names = {name: name if above else f"<b>{name}</b><br>{count}" for name, count in counts.items()}
    notes = names_above(
        {name: f"{name}, {count}" for name, count in counts.items()},
        mode,
        rows=len(counts),
        height=height - 64,
        depth=BAR_DEPTH,
    )
    traces = []
    for status, colour in outcome_colours(list(dict.fromkeys(mix["recovery_status"])), mode).items():
        rows = mix[mix["recovery_status"] == status]
        traces.append(
            {
                "type": "bar", "orientation": "h", "name": status, "y": [names[name] for name in rows[by]],
                "x": [float(share) * 100 for share in rows["share"]], "marker": {"color": colour}, "width": BAR_DEPTH,
                "text": [f"{show.percent(share, 0)}" if share >= LABEL_FROM else "" for share in rows["share"]],
                "textposition": "inside", "insidetextanchor": "middle", "textangle": 0, "constraintext": "none",
                "insidetextfont": {"color": palette(mode).surface, "weight": 600, "size": 12},
                "customdata": [show.count(int(loans), "loans") for loans in rows["loans"]],
                "hovertemplate": f"%{{y}}<br>{status}: %{{x:.1f}} %, %{{customdata}}<extra></extra>",
            }
        )  # fmt: skip
    legend = {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "yanchor": "bottom",
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
    }
    x = axis("percent", mode, range=[0, 101], grid=False, tickangle=0, **WHOLE)
    y = axis(
        "category",
        mode,
        autorange="reversed",
        ticksuffix=" ",
        showticklabels=not above,
        categoryarray=list(names.values()),
        categoryorder="array",
    )
    return figure(
        traces,
        mode,
        x=x,
        y=y,
        height=height,
        barmode="stack",
        showlegend=True,
        legend=legend,
        margin={"r": 26},
        annotations=notes if above else [],
    )


def _said(number: float, kind: str) -> str:
    return (
        show.percent(number)
        if kind == "share"
        else show.money_exact(number)
        if kind == "currency"
        else show.number(number)
    )


def _wrapped(name: str) -> str:
    """A name of two parts on two lines."""
    if len(name) <= 18:
        return name
    middle = min(
        (place for place, letter in enumerate(name) if letter == " "),
        key=lambda place: abs(place - len(name) / 2),
        default=-1,
    )
    return name if middle < 0 else f"{name[:middle]}<br>{name[middle + 1 :]}"
