"""A policy's worth, drawn: gains on loans it did not learn from; and who would move from which strategy to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.theme import palette, strategy_colour, tint

Row = Mapping[str, Any]


def value_forest(rows: Sequence[Row], mode: str | None, *, height: int, colour: str = "") -> dict[str, Any]:
    """Gains a loan, a row each, with intervals and the line of no gain.

    Args:
        rows: words (what it is held against), value, ci_low, ci_high, n, outcome.
        height: px. colour: of the dots; by default the accent.
    """
    colours = palette(mode)
    shade, money = colour or colours.accent, bool(rows) and rows[0]["outcome"] == "net_value"
    ends = [row[key] for row in rows for key in ("ci_low", "ci_high")]
    divisor, unit = show.scale_of(max((abs(each) for each in ends), default=0.0)) if money else (0.01, "")
    traces: list[dict[str, Any]] = []
    notes = []
    for place, row in enumerate(rows):
        low, value, high = (row[key] / divisor for key in ("ci_low", "value", "ci_high"))
        words = f"against {row['words']}<br><b>{_said(row['value'], money)}</b> ({_said(row['ci_low'], money)} to {_said(row['ci_high'], money)})"
        traces += [
            {"type": "scatter", "mode": "lines", "name": "interval", "x": [low, high], "y": [place, place], "hoverinfo": "skip",
             "line": {"color": tint(shade, 0.55), "width": 4.5}},
            {"type": "scatter", "mode": "markers", "name": "gain", "x": [value], "y": [place], "marker": {"color": shade, "size": 11},
             "hovertext": [f"{words}<br>n = {show.number(row['n'])}"], "hovertemplate": "%{hovertext}<extra></extra>"},
        ]  # fmt: skip
        notes.append(
            {"xref": "paper", "x": 0, "xanchor": "left", "y": place - 0.32, "yanchor": "middle", "showarrow": False, "align": "left",
             "text": f"against <b>{row['words']}</b>, n = {show.number(row['n'])}", "font": label_font(mode), "bgcolor": colours.surface}
        )  # fmt: skip
    low, high = min([0.0, *ends]) / divisor, max([0.0, *ends]) / divisor
    room = 0.08 * (high - low) or 1.0
    zero = {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": 0,
        "x1": 0,
        "line": {"color": colours.muted, "width": 1.3},
    }
    return figure(
        traces, mode, height=height, shapes=[zero], annotations=notes, margin={"t": 12},
        x=axis("number", mode, title=f"{unit} a loan".strip() if money else "points", zeroline=False, range=[low - room, high + room]),
        y=axis("none", mode, range=[len(rows) - 0.4, -0.66]),
    )  # fmt: skip


def move_matrix(
    moves: Sequence[Sequence[int]], names: Sequence[str], mode: str | None, *, height: int
) -> dict[str, Any]:
    """Loans by what is proposed now (rows) and by what would be (columns); who stays is pale, who moves is tinted.

    Args:
        moves: counts, in the order of `names` both ways.
        names: strategies, and "nothing" where that is a choice.
    """
    colours = palette(mode)
    total = max(1, sum(map(sum, moves)))
    most = max([1, *(count for at, row in enumerate(moves) for to, count in enumerate(row) if at != to)])
    cells, labels = [], []
    for at, row in enumerate(moves):
        for to, count in enumerate(row):
            shade = (
                tint(colours.faint, 0.16)
                if at == to
                else tint(strategy_colour(names[to], mode), 0.10 + 0.5 * count / most)
                if count
                else colours.grid
            )
            cells.append(
                {"type": "rect", "x0": to - 0.47, "x1": to + 0.47, "y0": at - 0.44, "y1": at + 0.44, "fillcolor": shade, "line": {"width": 0}, "layer": "below"}
            )  # fmt: skip
            if count:
                labels.append(
                    {"x": to, "y": at, "showarrow": False, "font": label_font(mode, strong=True) | {"weight": 400},
                     "text": f"<b>{show.number(count)}</b><br>{'stay' if at == to else show.percent(count / total)}"}
                )  # fmt: skip
    points = [(to, at) for at in range(len(names)) for to in range(len(names))]
    trace = {
        "type": "scatter", "mode": "markers", "x": [to for to, _ in points], "y": [at for _, at in points], "marker": {"size": 26, "opacity": 0},
        "hovertext": [
            f"{names[at]} now, {names[to]} then: {show.count(int(moves[at][to]), 'loans')}" for to, at in points
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": list(names), "showgrid": False, "zeroline": False,
             "tickfont": {"color": colours.ink, "size": 12}}  # fmt: skip
    return figure(
        [trace], mode, height=height, shapes=cells, annotations=labels,
        x=axis("number", mode, side="top", range=[-0.5, len(names) - 0.5], title="then", **ticks),
        y=axis("number", mode, range=[len(names) - 0.5, -0.5], title="now", ticksuffix=" ", **ticks),
    )  # fmt: skip


def _said(value: float, money: bool) -> str:
    return show.signed(show.money(value)) if money else show.points(value)
