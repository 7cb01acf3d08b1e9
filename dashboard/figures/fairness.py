"""Groups held against a line: dots with their intervals, the odd ones by shape as well as by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.canvas import axis, figure
from dashboard.theme import palette

ROW_PX, AROUND_PX = 25, 64


@dataclass(frozen=True, slots=True)
class Dot:
    """One group.

    Attributes:
        label: its name; value, low, high: what is drawn, in the axis' own units.
        hover: what is said of it; odd: it stands apart from the line beyond chance.
        beside: the same among like loans (value, low, high), None where it is not drawn.
    """

    label: str
    value: float
    low: float
    high: float
    hover: str
    odd: bool = False
    beside: tuple[float, float, float] | None = None


def height_of(rows: int) -> int:
    """The height of a drawing of so many groups, px."""
    return AROUND_PX + ROW_PX * max(rows, 3)


def group_dots(
    dots: Sequence[Dot], mode: str | None, *, lines: Sequence[float], title: str, height: int, logarithmic: bool = False
) -> dict[str, Any]:
    """A row a group from the top down.

    Args:
        dots: the groups; lines: what they are held against.
        title: of the axis; height: px; logarithmic: for ratios, so that half and double are as far from one.
    """
    colours = palette(mode)
    labels = [dot.label for dot in dots][::-1]
    traces = []
    besides = [dot for dot in dots if dot.beside is not None]
    if besides:
        near = [dot.beside for dot in besides if dot.beside is not None]
        traces.append(
            _trace(
                "among loans of like risk",
                [dot.label for dot in besides],
                near,
                colours.muted,
                "circle-open",
                ["" for _ in near],
            )
        )
    for odd, colour, symbol in ((False, colours.series, "circle"), (True, colours.bad, "diamond")):
        some = [dot for dot in dots if dot.odd is odd]
        if some:
            ends = [(dot.value, dot.low, dot.high) for dot in some]
            traces.append(_trace("apart" if odd else "as the others", [dot.label for dot in some], ends, colour, symbol,
                                 [dot.hover for dot in some]))  # fmt: skip
    kind = {
        "type": "log",
        "tickvals": [0.125, 0.25, 0.5, 1, 2, 4, 8],
        "ticktext": ["1/8", "1/4", "1/2", "1", "2", "4", "8"],
        "tickangle": 0,
    }
    shapes = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "layer": "below",
         "line": {"color": colours.ink, "width": 1.2, "dash": "solid" if place == 0 else "dot"}}
        for place, at in enumerate(lines)
    ]  # fmt: skip
    return figure(
        traces, mode, height=height, shapes=shapes, x=axis("number", mode, title=title, zeroline=False, **(kind if logarithmic else {})),
        y=axis("category", mode, categoryorder="array", categoryarray=labels, range=[-0.6, len(labels) - 0.4]),
    )  # fmt: skip


def _trace(
    name: str, labels: Sequence[str], ends: Sequence[tuple[float, float, float]], colour: str, symbol: str, hover: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    value = [each[0] for each in ends]
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": value, "y": list(labels), "hovertext": list(hover),
        "marker": {"color": colour, "size": 9, "symbol": symbol, "line": {"color": colour, "width": 1.6}},
        "error_x": {"type": "data", "symmetric": False, "array": [high - at for at, _, high in ends],
                    "arrayminus": [at - low for at, low, _ in ends], "color": colour, "thickness": 1.4, "width": 3},
        "hovertemplate": "%{hovertext}<extra></extra>" if any(hover) else None,
        "hoverinfo": "skip" if not any(hover) else None,
    }  # fmt: skip
