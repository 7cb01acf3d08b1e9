"""The one factory of figures: plain dicts with the theme's quiet axes, never a plotly template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from dashboard.theme import FONT, palette

LONGEST_BESIDE = 18
AxisKind = Literal["number", "percent", "category", "day", "none"]


def figure(
    traces: Sequence[Mapping[str, Any]],
    mode: str | None,
    *,
    x: Mapping[str, Any] | None = None,
    y: Mapping[str, Any] | None = None,
    height: int = 300,
    margin: Mapping[str, int] | None = None,
    **layout: Any,
) -> dict[str, Any]:
    """A figure as a plain dict.

    Args:
        traces: plotly traces as dicts (lists, not arrays; NaN as None).
        mode: "light" or "dark".
        x, y: axes made by `axis`.
        height: px; the same as the card's.
        layout: more of plotly's layout (annotations, shapes, barmode, dragmode ...).
    """
    colours = palette(mode)
    return {
        "data": [dict(trace) for trace in traces],
        "layout": {
            "height": height,
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8, "pad": 4, **(margin or {})},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 12, "color": colours.muted},
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": colours.surface,
                "bordercolor": colours.line,
                "font": {"family": FONT, "size": 12, "color": colours.ink},
                "align": "left",
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colours.faint, "activecolor": colours.accent},
            "dragmode": False,
            "xaxis": dict(x or axis("number", mode)),
            "yaxis": dict(y or axis("number", mode)),
            "uirevision": "kept",
            **layout,
        },
    }


def axis(
    kind: AxisKind, mode: str | None, *, title: str = "", unit: str = "", grid: bool | None = None, **more: Any
) -> dict[str, Any]:
    """One axis.

    Args:
        kind: "number" (values divided by the scale you chose, with `unit` as suffix), "percent" (values x 100),
            "category" (in the order given), "day" (ISO dates), "none" (hidden, zero kept).
        title: what it measures; "" where the subtitle says it.
        grid: lines across the drawing; by default for numbers only.
        more: further plotly axis keys, which win.
    """
    colours = palette(mode)
    numeric = kind in ("number", "percent")
    base: dict[str, Any] = {
        "automargin": True,
        "showgrid": numeric if grid is None else grid,
        "gridcolor": colours.grid,
        "zeroline": numeric,
        "zerolinecolor": colours.line,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"text": title, "font": {"size": 12, "color": colours.muted}, "standoff": 8},
    }
    suffix = " %" if kind == "percent" else f" {unit}" if unit else ""
    per_kind: dict[str, dict[str, Any]] = {
        "number": {"type": "linear", "ticksuffix": suffix, "separatethousands": True, "nticks": 6},
        "percent": {"type": "linear", "ticksuffix": suffix, "nticks": 6},
        "category": {"type": "category"},
        "day": {"type": "date", "tickformat": "%b\n%Y", "hoverformat": "%d %b %Y"},
        "none": {"visible": False},
    }
    return {**base, **per_kind[kind], **more}


def too_long(names: Iterable[str]) -> bool:
    """Whether a name is too long to stand beside its row, so that all of them stand above theirs."""
    return any(len(name) > LONGEST_BESIDE for name in names)


def names_above(
    names: Mapping[str, str], mode: str | None, *, rows: int, height: int, depth: float, strong: bool = False
) -> list[dict[str, Any]]:
    """Names of horizontal rows, each over its row from the left edge: long names need no column of their own.

    Args:
        names: category on the y axis to the words shown.
        rows: categories on the axis; height: of the drawing between its margins, px.
        depth: the share of its place that a row's bar or cell fills, 0 to 1.
    """
    half = height / max(rows, 1) * depth / 2
    font = label_font(mode, strong=strong) | {"weight": 400, "size": 11}
    return [
        {"x": 0, "xref": "paper", "xanchor": "left", "y": name, "yanchor": "bottom", "yshift": round(half), "showarrow": False,
         "align": "left", "borderpad": 0, "text": words, "font": font, "bgcolor": palette(mode).surface}
        for name, words in names.items()
    ]  # fmt: skip


def label_font(mode: str | None, *, strong: bool = False) -> dict[str, Any]:
    """The font of a label inside the drawing."""
    colours = palette(mode)
    return {
        "family": FONT,
        "size": 12,
        "color": colours.ink if strong else colours.muted,
        **({"weight": 600} if strong else {}),
    }
