"""What came true of a score, drawn: actual over expected by tenth, and AUC by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.theme import palette, tint

Row = Mapping[str, Any]
HIGHEST_RATIO = 3.0
"""Intervals of small tenths may reach far; the drawing ends here, the table does not."""


def ratio_dots(deciles: Sequence[Row], mode: str | None, *, height: int) -> dict[str, Any]:
    """Actual over expected of each tenth with its interval, over the line where both are the same; 0.9 to 1.1 shaded.

    Args:
        deciles: value, low, high (ratios), n, actual, expected; the lowest scores first.
        height: px.
    """
    names = [str(place) for place in range(1, len(deciles) + 1)]
    top = min(HIGHEST_RATIO, 1.06 * max([each["high"] or 0.0 for each in deciles] + [1.3]))
    hover = [
        f"tenth {name}: <b>{show.number(each['value'], 2)}</b>{_ends(each['low'], each['high'], 2)}<br>"
        f"{show.number(each['actual'])} not recovered, {show.number(each['expected'], 1)} promised, n = {show.number(each['n'])}"
        for name, each in zip(names, deciles, strict=True)
    ]
    dots = _dots(
        names, [each["value"] for each in deciles], [(each["low"], each["high"]) for each in deciles], hover, mode
    )
    near = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": 0.9, "y1": 1.1, "layer": "below", "line": {"width": 0},
            "fillcolor": tint(palette(mode).accent, 0.08)}  # fmt: skip
    return figure(
        [dots], mode, height=height, shapes=[near, _line(1.0, mode)],
        x=axis("category", mode, title="tenth of the loans, lowest score first", tickangle=0),
        y=axis("number", mode, title="actual / expected (1: as promised)", range=[0, top]),
    )  # fmt: skip


def ranking_dots(cohorts: Sequence[Row], before: float | None, mode: str | None, *, height: int) -> dict[str, Any]:
    """AUC of each month with its interval, and that of training as a line.

    Args:
        cohorts: as_of (ISO), auc, auc_low, auc_high (None where too few matured), n, events.
        before: the AUC at training; None where it is not known.
        height: px.
    """
    told = [each for each in cohorts if each["auc"] is not None]
    hover = [
        f"{show.month(each['as_of'])}: <b>AUC {show.number(each['auc'], 3)}</b>{_ends(each['auc_low'], each['auc_high'], 3)}<br>"
        f"n = {show.number(each['n'])}, {show.number(each['events'])} not recovered"
        for each in told
    ]
    ends = [(each["auc_low"], each["auc_high"]) for each in told]
    dots = _dots([show.month(each["as_of"]) for each in told], [each["auc"] for each in told], ends, hover, mode)
    low = min([0.5, *(each["auc_low"] for each in told)])
    lines = [] if before is None else [_line(before, mode)]
    notes = [] if before is None else [_note(before, f"at training {show.number(before, 3)}", mode)]
    return figure(
        [dots], mode, height=height, shapes=lines, annotations=notes, x=axis("category", mode, tickangle=0),
        y=axis("number", mode, title="AUC", range=[max(0.0, low - 0.02), 1.0]),
    )  # fmt: skip


def _dots(
    names: Sequence[str],
    values: Sequence[float],
    ends: Sequence[tuple[float, float]],
    hover: Sequence[str],
    mode: str | None,
) -> dict[str, Any]:
    colour = palette(mode).accent
    return {
        "type": "scatter", "mode": "markers", "x": list(names), "y": list(values), "marker": {"color": colour, "size": 9},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.4, "width": 3, "color": tint(colour, 0.7),
            "array": [high - value for value, (_, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, ends, strict=True)],
        },
        "hovertext": list(hover), "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _line(at: float, mode: str | None) -> dict[str, Any]:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at,
            "line": {"color": palette(mode).muted, "width": 1.4, "dash": "dash"}}  # fmt: skip


def _note(at: float, text: str, mode: str | None) -> dict[str, Any]:
    return {"xref": "paper", "x": 1, "y": at, "text": text, "showarrow": False, "xanchor": "right", "yanchor": "bottom",
            "font": label_font(mode), "bgcolor": palette(mode).surface, "borderpad": 1}  # fmt: skip


def _ends(low: float, high: float, decimals: int) -> str:
    return f"<br>{show.percent(0.95, 0)} interval {show.number(low, decimals)} to {show.number(high, decimals)}"
