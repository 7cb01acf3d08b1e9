"""What moves the score, drawn: bars of importance by family, and the mean risk along single facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band
from dashboard.theme import palette, tint

Row = Mapping[str, Any]
GAP = 0.12
TICKS_PX = 34


def importance_bars(families: Sequence[Row], names: Sequence[str], mode: str | None, *, height: int) -> dict[str, Any]:
    """A bar a family, the most important on top, with its interval over refits.

    Args:
        families: of core.scores.learning.importance; names: their words.
        height: px.
    """
    colours = palette(mode)
    size = [each["size"] for each in families]
    hover = [
        f"<b>{name}</b><br>{show.number(each['size'], 2)} ({show.number(each['low'], 2)} to {show.number(each['high'], 2)})"
        f"<br>among the first three in {show.percent(each['top_share'], 0)} of refits"
        for name, each in zip(names, families, strict=True)
    ]
    bars = {
        "type": "bar", "orientation": "h", "x": size, "y": list(names), "marker": {"color": colours.series},
        "error_x": {"type": "data", "symmetric": False, "array": [each["high"] - each["size"] for each in families],
                    "arrayminus": [each["size"] - each["low"] for each in families], "color": colours.ink, "thickness": 1.4, "width": 3},
        "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>", "width": 0.6,
    }  # fmt: skip
    return figure(
        [bars], mode, height=height, x=axis("number", mode, title="log-odds"),
        y=axis("category", mode, categoryorder="array", categoryarray=list(names)[::-1]),
    )  # fmt: skip


def risk_shapes(shapes: Sequence[Row], names: Sequence[str], mode: str | None, *, height: int) -> dict[str, Any]:
    """The mean risk along each fact with its band over refits, two facts a row, all on one scale.

    Args:
        shapes: of core.scores.learning.importance, at most four; names: their words.
        height: px.
    """
    colours = palette(mode)
    top = 100 * max(point["high"] for shape in shapes for point in shape["points"])
    rows = (len(shapes) + 1) // 2
    traces: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    notes = []
    for place, (shape, name) in enumerate(zip(shapes, names, strict=True)):
        number = "" if place == 0 else str(place + 1)
        left, right = ((0, 0.5 - GAP / 2) if place % 2 == 0 else (0.5 + GAP / 2, 1)) if len(shapes) > 1 else (0, 1)
        floor = 1 - (place // 2 + 1) / rows + (GAP if place // 2 + 1 < rows else 0.02)
        ceiling = 1 - place // 2 / rows - 0.07
        at = [point["value"] for point in shape["points"]]
        ends = [[100 * point[side] for point in shape["points"]] for side in ("low", "high")]
        on = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        traces.append({**band(at, *ends, tint(colours.accent, 0.16)), **on})
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": at, "y": [100 * point["risk"] for point in shape["points"]], "name": name, **on,
            "line": {"color": colours.accent, "width": 2}, "marker": {"size": 6, "color": colours.accent},
            "hovertext": [_said(name, point) for point in shape["points"]], "hovertemplate": "%{hovertext}<extra></extra>",
        })  # fmt: skip
        more[f"xaxis{number}"] = axis(
            "number", mode, domain=[left, right], anchor=f"y{number}", grid=False, **_ticks(at)
        )
        more[f"yaxis{number}"] = axis(
            "percent", mode, domain=[max(floor, 0), ceiling], anchor=f"x{number}", range=[0, 1.05 * top], nticks=4
        )
        notes.append({"xref": "paper", "yref": "paper", "x": left, "y": ceiling, "text": name, "showarrow": False,
                      "xanchor": "left", "yanchor": "bottom", "xshift": -TICKS_PX, "font": label_font(mode, strong=True)})  # fmt: skip
    drawn = figure(traces, mode, height=height, annotations=notes)
    drawn["layout"].update(more)
    return drawn


def _ticks(at: Sequence[float]) -> dict[str, Any]:
    """Few enough to stand apart on a phone; of shares the first value, the middle one and the last."""
    return {"tickvals": [at[0], at[len(at) // 2], at[-1]], "tickformat": ".1f"} if max(at) <= 1 else {"nticks": 4}


def _said(name: str, point: Row) -> str:
    ends = f"{show.percent(point['low'])} to {show.percent(point['high'])}"
    return f"<b>{name} {show.number(point['value'], 0 if point['value'] >= 1 else 1)}</b><br>mean risk {show.percent(point['risk'])} ({ends})<br>{show.count(point['n'], 'loans')} near it"
