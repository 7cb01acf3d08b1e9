"""Expected recovery, drawn: what was promised to each tenth of the loans against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import spelled
from dashboard.figures.models import chance_line, interval_bars
from dashboard.theme import palette, tint

Row = Mapping[str, Any]


def rate_dots(tenths: Sequence[Row], mode: str | None, *, height: int) -> dict[str, Any]:
    """Mean rates that came against those promised, with intervals, over the line where they are the same.

    Args:
        tenths: predicted, realised, low, high (shares of the balance, above 1 is possible), n.
        height: px.
    """
    colours = palette(mode)
    top = 112 * max([each["high"] for each in tenths] + [each["predicted"] for each in tenths] + [0.05])
    low = min(0.0, 112 * min(each["low"] for each in tenths))
    came = [each["realised"] for each in tenths]
    dots = {
        "type": "scatter", "mode": "markers", "name": "came", "x": [100 * each["predicted"] for each in tenths],
        "y": [100 * value for value in came], "marker": {"color": colours.accent, "size": 9},
        "error_y": interval_bars(came, tenths, tint(colours.accent, 0.7)),
        "hovertext": [
            f"tenth {place}: promised {show.percent(each['predicted'])}<br><b>came {show.percent(each['realised'])}</b>"
            f"{spelled(each['low'], each['high'])}<br>n = {show.number(each['n'])}"
            for place, each in enumerate(tenths, start=1)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    note = {"x": 0.95 * top, "y": 0.95 * top, "text": "as promised", "showarrow": False, "font": label_font(mode),
            "xanchor": "right", "xshift": -8, "yshift": 6}  # fmt: skip
    return figure(
        [chance_line([0, top], [0, top], mode), dots], mode, height=height, annotations=[note],
        x=axis("percent", mode, title="of the balance, promised", range=[0, top]),
        y=axis("percent", mode, title="of the balance, came", range=[low, top]),
    )  # fmt: skip
