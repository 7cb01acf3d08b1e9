"""Recovery by strategy and months since placement, drawn: a line a strategy in its own colour, with its interval."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band, plain, spelled
from dashboard.figures.recovery import spread
from dashboard.theme import strategy_colour, tint


def strategy_curves(curves: pd.DataFrame, mode: str | None, *, height: int) -> dict[str, Any]:
    """Share of the balance placed that came back, by months since placement.

    Args:
        curves: strategy, age (months), rate, low, high (0-1 and above; NaN without an interval), cohorts, loans; ages ascending.
        height: px.
    """
    lines = dict(list(curves.groupby("strategy", sort=False)))
    bands, traces, ends = [], [], {}
    for name, rows in lines.items():
        colour = strategy_colour(name, mode)
        bands.append(band(rows["age"].tolist(), rows["low"] * 100, rows["high"] * 100, tint(colour, 0.14)))
        traces.append(
            {
                "type": "scatter", "mode": "lines" if len(rows) > 1 else "markers", "name": name, "x": rows["age"].astype(int).tolist(),
                "y": plain(rows["rate"], 100), "line": {"color": colour, "width": 2.4}, "marker": {"color": colour, "size": 8},
                "hovertext": [
                    f"<b>{name}</b>, month {row.age}: {show.percent(float(row.rate))}{spelled(float(row.low), float(row.high))}"
                    f"<br>n {show.number(row.loans)} placements of {show.count(int(row.cohorts), 'months')}"
                    for row in rows.itertuples()
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )  # fmt: skip
        ends[str(name)] = float(rows["rate"].iloc[-1])
    top = max([5.0, *(value for trace in traces for value in trace["y"] if value is not None)]) * 1.12
    places = spread(ends, gap=top * 17 / max(height - 60, 1))
    labels = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": places[name], "showarrow": False, "text": name,
         "font": {**label_font(mode, strong=True), "color": strategy_colour(name, mode)}}
        for name in ends
    ]  # fmt: skip
    oldest = int(curves["age"].max())
    x = axis(
        "number", mode, title="Months since placement", range=[0, oldest or 1], grid=False, dtick=3 if oldest > 8 else 1
    )
    room = 16 + 7 * max(len(name) for name in ends)
    return figure(
        [each for each in bands if each["x"]] + traces, mode, x=x, y=axis("percent", mode, range=[0, top]), height=height,
        annotations=labels, margin={"r": room},
    )  # fmt: skip
