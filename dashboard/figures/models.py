"""A model's evidence, drawn: the ROC curve, promised against observed, tenths of the loans, and what they gather."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band, spelled
from dashboard.theme import palette, tint

Row = Mapping[str, Any]
"""One bin or tenth, as core.scores.measures.evidence makes them."""


def roc_curve(roc: Row, mode: str | None, *, height: int) -> dict[str, Any]:
    """The curve over the diagonal of chance, its KS point marked.

    Args:
        roc: points ([share of recovered, share of not recovered], 0-1) and ks (value, ci, at, n).
        height: px.
    """
    colours = palette(mode)
    across, up = ([100 * point[side] for point in roc["points"]] for side in (0, 1))
    ks = roc["ks"]
    x, y = (100 * value for value in ks["at"])
    gap = f"<b>KS {show.number(ks['value'], 3)}</b>{_ends(ks['ci'], 3)}<br>n = {show.number(ks['n'])}"
    traces = [
        chance_line([0, 100], [0, 100], mode),
        {"type": "scatter", "mode": "lines", "name": "KS", "x": [x, x], "y": [x, y], "hoverinfo": "skip",
         "line": {"color": colours.muted, "width": 1.4, "dash": "dot"}},
        {"type": "scatter", "mode": "lines", "name": "score", "x": across, "y": up, "line": {"color": colours.accent, "width": 2.4},
         "hovertext": [f"{show.percent(b / 100)} of the not recovered<br>{show.percent(a / 100)} of the recovered"
                       for a, b in zip(across, up, strict=True)],
         "hovertemplate": "%{hovertext}<extra></extra>"},
        {"type": "scatter", "mode": "markers", "name": "largest gap", "x": [x], "y": [y], "hovertext": [gap],
         "marker": {"color": colours.surface, "size": 9, "line": {"color": colours.accent, "width": 2}},
         "hovertemplate": "%{hovertext}<extra></extra>"},
    ]  # fmt: skip
    notes = [
        {"x": 62, "y": 54, "text": "by chance", "showarrow": False, "font": label_font(mode), "xanchor": "left"},
        {"x": x, "y": y, "text": f"KS {show.number(ks['value'], 2)}", "showarrow": False, "xanchor": "left", "xshift": 10,
         "yshift": -10, "font": label_font(mode, strong=True)},
    ]  # fmt: skip
    return figure(
        traces, mode, x=axis("percent", mode, title="of the recovered loans", range=[0, 100]),
        y=axis("percent", mode, title="of the not recovered", range=[0, 101]), height=height, annotations=notes,
    )  # fmt: skip


def calibration_dots(bins: Sequence[Row], mode: str | None, *, height: int) -> dict[str, Any]:
    """Observed against promised shares of each bin, with Wilson's interval, over the line where they are the same.

    Args:
        bins: predicted, observed, low, high (shares 0-1), n, events.
        height: px.
    """
    colours = palette(mode)
    top = min(100.0, 106 * max([each["high"] for each in bins] + [each["predicted"] for each in bins] + [0.05]))
    dots = {
        "type": "scatter", "mode": "markers", "name": "observed", "x": [100 * each["predicted"] for each in bins],
        "y": [100 * each["observed"] for each in bins], "marker": {"color": colours.accent, "size": 9},
        "error_y": interval_bars([each["observed"] for each in bins], bins, tint(colours.accent, 0.7)),
        "hovertext": [
            f"promised {show.percent(each['predicted'])}<br><b>observed {show.percent(each['observed'])}</b>"
            f"{spelled(each['low'], each['high'])}<br>n = {show.number(each['n'])}"
            for each in bins
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    notes = [
        {"x": 0.66 * top, "y": 0.66 * top, "text": "as promised", "showarrow": False, "font": label_font(mode),
         "xanchor": "left", "xshift": 8, "yshift": -12}
    ]  # fmt: skip
    return figure(
        [chance_line([0, top], [0, top], mode), dots], mode, height=height, annotations=notes,
        x=axis("percent", mode, title="promised", range=[0, top]), y=axis("percent", mode, title="observed", range=[0, top]),
    )  # fmt: skip


def decile_bars(deciles: Sequence[Row], overall: float, mode: str | None, *, height: int) -> dict[str, Any]:
    """The share not recovered in each tenth, the riskiest first, with Wilson's interval, and that of all loans as a line.

    Args:
        deciles: share, low, high (0-1), lift, n, events.
        overall: share not recovered of all (0-1).
        height: px.
    """
    colours = palette(mode)
    names = [str(place) for place in range(1, len(deciles) + 1)]
    bars = {
        "type": "bar", "name": "not recovered", "x": names, "y": [100 * each["share"] for each in deciles],
        "marker": {"color": colours.series}, "error_y": interval_bars([each["share"] for each in deciles], deciles, colours.ink),
        "hovertext": [
            f"tenth {name}: <b>{show.percent(each['share'])}</b>{spelled(each['low'], each['high'])}<br>"
            f"lift {show.number(each['lift'], 2)}, n = {show.number(each['n'])}"
            for name, each in zip(names, deciles, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 100 * overall, "y1": 100 * overall,
            "line": {"color": colours.muted, "width": 1.4, "dash": "dash"}}  # fmt: skip
    note = {"xref": "paper", "x": 1, "y": 100 * overall, "text": f"all loans {show.percent(overall)}", "showarrow": False,
            "xanchor": "right", "yanchor": "bottom", "font": label_font(mode), "bgcolor": colours.surface, "borderpad": 1}  # fmt: skip
    top = 106 * max([each["high"] for each in deciles] + [overall])
    return figure(
        [bars], mode, height=height, shapes=[line], annotations=[note], bargap=0.25,
        x=axis("category", mode, title="tenth of the loans, riskiest first", tickangle=0),
        y=axis("percent", mode, range=[0, top]),
    )  # fmt: skip


def gains_line(deciles: Sequence[Row], mode: str | None, *, height: int) -> dict[str, Any]:
    """The share of all not recovered loans among the riskiest, as more of them are taken, with Wilson's interval.

    Args:
        deciles: loans_share, captured, captured_ci (0-1), the riskiest first.
        height: px.
    """
    colours = palette(mode)
    x = [0.0] + [100 * each["loans_share"] for each in deciles]
    y = [0.0] + [100 * each["captured"] for each in deciles]
    low, high = ([0.0] + [100 * each["captured_ci"][end] for each in deciles] for end in (0, 1))
    line = {
        "type": "scatter", "mode": "lines+markers", "name": "score", "x": x, "y": y,
        "line": {"color": colours.accent, "width": 2.4}, "marker": {"color": colours.accent, "size": 6},
        "hovertext": ["nothing taken"] + [
            f"riskiest {show.percent(each['loans_share'], 0)} of the loans<br><b>{show.percent(each['captured'])}</b> of the not "
            f"recovered{spelled(*each['captured_ci'])}"
            for each in deciles
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    note = {"x": 62, "y": 54, "text": "by chance", "showarrow": False, "font": label_font(mode), "xanchor": "left"}
    traces = [band(x, low, high, tint(colours.accent, 0.16)), chance_line([0, 100], [0, 100], mode), line]
    return figure(
        traces, mode, height=height, annotations=[note],
        x=axis("percent", mode, title="of the loans, riskiest first", range=[0, 100]),
        y=axis("percent", mode, title="of the not recovered", range=[0, 101]),
    )  # fmt: skip


def chance_line(x: list[float], y: list[float], mode: str | None) -> dict[str, Any]:
    """The line a score without knowledge, or one that is exactly right, would follow."""
    line = {"color": palette(mode).muted, "width": 1.4, "dash": "dash"}
    return {"type": "scatter", "mode": "lines", "name": "by chance", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def interval_bars(values: Sequence[float], rows: Sequence[Row], colour: str) -> dict[str, Any]:
    """The intervals through points or over bars, in percent."""
    return {
        "type": "data", "symmetric": False, "thickness": 1.4, "width": 3, "color": colour,
        "array": [100 * (row["high"] - value) for value, row in zip(values, rows, strict=True)],
        "arrayminus": [100 * (value - row["low"]) for value, row in zip(values, rows, strict=True)],
    }  # fmt: skip


def _ends(interval: Sequence[float], decimals: int) -> str:
    low, high = (show.number(end, decimals) for end in interval)
    return f"<br>{show.percent(0.95, 0)} interval {low} to {high}"
