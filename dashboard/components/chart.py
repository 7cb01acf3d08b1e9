"""A chart in its card: finding, what is drawn, the chart, the same in words and as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Output, dcc, html

from dashboard import ids
from dashboard.address import Why
from dashboard.components.drawer import why_button
from dashboard.text_why import label_of

CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "displayModeBar": "hover",
    "responsive": True,
    "modeBarButtonsToRemove": ["zoomIn2d", "zoomOut2d", "autoScale2d", "select2d", "lasso2d", "toImage"],
}


def graph(card: str, *, height: int = 300, lasso: bool = False) -> dcc.Graph:
    """The only way to make a dcc.Graph: nothing is sent to a cloud, tools show on hover, and few of them.

    With `lasso` the pan, box and lasso tools stay.
    """
    removed = [name for name in CONFIG["modeBarButtonsToRemove"] if not (lasso and name in ("select2d", "lasso2d"))]
    config = {**CONFIG, "modeBarButtonsToRemove": removed, "displayModeBar": True if lasso else "hover"}
    return dcc.Graph(
        id=f"{card}-graph",
        figure={"data": [], "layout": {"height": height, "paper_bgcolor": "rgba(0,0,0,0)", "xaxis": {"visible": False},
                                       "yaxis": {"visible": False}, "plot_bgcolor": "rgba(0,0,0,0)"}},
        config=config,
        style={"height": f"{height}px"},
        responsive=True,
        clear_on_unhover=True,
    )  # fmt: skip


def chart_card(
    card: str,
    *,
    height: int = 300,
    controls: Sequence[Any] = (),
    lasso: bool = False,
    wide: bool = False,
    why: Why | html.Span | None = None,
    narrow: Any = None,
) -> html.Section:
    """The empty card. Fill it with `chart_outputs(card)` and `chart_props(...)`.

    Args:
        card: id prefix: `<card>-title`, `-subtitle`, `-graph` and so on.
        height: of the drawing in px, kept while it loads.
        controls: switches shown at the top right.
        lasso: the drawing is for selecting.
        wide: the card takes the whole row.
        why: the number whose drawer "why this number" opens, at the foot, or the place of such a button. A click on a point opens the drawer on
            the point's own number where its customdata is, or begins with, `Why.mark()`.
        narrow: what a phone shows in place of a drawing that would not fit it.
    """
    asked: list[Any] = [why] if isinstance(why, html.Span) else []
    if isinstance(why, Why):
        asked = [why_button(why.to_query(), label_of(why), described_by=f"{card}-title")]
    head = html.Div(
        [
            html.Div([html.H2("", id=f"{card}-title"), html.P("", id=f"{card}-subtitle", className="subtitle")]),
            *([html.Div(list(controls), className="card-controls")] if controls else []),
        ],
        className="card-head",
    )
    table = html.Details(
        [
            html.Summary("Table", id=ids.toggle_of(card)),
            html.Div([], id=ids.table_of(card), className="table-scroll", tabIndex=0, role="region",
                     **{"aria-label": "The numbers of the chart"}),
        ],
        className="as-table",
    )  # fmt: skip
    return html.Section(
        [
            head,
            html.Div(
                [
                    graph(card, height=height, lasso=lasso),
                    html.P("", id=f"{card}-absent", className="absent", style={"minHeight": f"{height}px"}),
                ],
                id=f"{card}-drawing",
                className="drawing",
            ),
            *([html.Div(narrow, className="narrow")] if narrow is not None else []),
            html.P("", id=f"{card}-summary", className="visually-hidden"),
            html.Div([table, *asked], className="card-foot"),
            dcc.Store(id=ids.rows_of(card)),
        ],
        className="card chart wide" if wide else "card chart",
        **{"aria-labelledby": f"{card}-title"},
    )


def chart_outputs(card: str) -> dict[str, Output]:
    """Where `chart_props` go, by part."""
    return {
        "title": Output(f"{card}-title", "children"),
        "subtitle": Output(f"{card}-subtitle", "children"),
        "figure": Output(f"{card}-graph", "figure"),
        "summary": Output(f"{card}-summary", "children"),
        "rows": Output(ids.rows_of(card), "data"),
        "absent": Output(f"{card}-absent", "children"),
        "drawing": Output(f"{card}-drawing", "className"),
    }


def chart_props(
    figure: dict[str, Any],
    *,
    title: str,
    subtitle: str,
    summary: str,
    rows: Sequence[Sequence[str]],
    choice: bool = True,
    addresses: Sequence[Why | None] = (),
) -> dict[str, Any]:
    """What the card shows.

    Args:
        figure: from a function in dashboard.figures.
        title: the finding ("Auto holds 41 % of the arrears").
        subtitle: what is drawn, the unit, n, and what is left out.
        summary: the chart in words, read out instead of it.
        rows: header first, then the numbers of the chart as text.
        choice: False hides the card's switches where they change nothing.
        addresses: the number behind each row after the header: its first cell then opens the drawer, as a click on the
            point does. None for a row without one.
    """
    linked = [None, *addresses, *[None] * len(rows)]
    return {
        "title": title, "subtitle": subtitle, "figure": figure, "summary": summary,
        "rows": [_linked(row, why) for row, why in zip(rows, linked, strict=False)], "absent": "", "drawing": "drawing" if choice else "drawing no-choice",
    }  # fmt: skip


def _linked(row: Sequence[str], why: Why | None) -> list[Any]:
    return [[row[0], why.to_query()], *row[1:]] if why else list(row)


def chart_absent(*, title: str, why: str, choice: bool = True) -> dict[str, Any]:
    """The card of a chart the data cannot carry: "n/a, because ..." in its place; no switches where no choice helps."""
    return {
        "title": title, "subtitle": "", "figure": {"data": [], "layout": {}}, "summary": why,
        "rows": [], "absent": why, "drawing": "drawing no-drawing" if choice else "drawing no-drawing no-choice",
    }  # fmt: skip


def filled_card(card: str, told: Mapping[str, Any], *, height: int = 300) -> html.Section:
    """The whole card as a callback gives it, for charts that change seldom: their place is one component of the page's layout.

    Args:
        card: id prefix, as of `chart_card`.
        told: from `chart_props` or `chart_absent`.
        height: of the drawing in px.
    """
    made = chart_card(card, height=height)
    parts = {json.dumps(part.id): part for part in made._traverse() if getattr(part, "id", None) is not None}
    for name, place in chart_outputs(card).items():
        where = place.component_id
        setattr(parts[json.dumps(where)], place.component_property, told[name])
    return made
