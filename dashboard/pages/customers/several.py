"""Borrowers with several loans, and those with the largest arrears over all of them."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import format as show
from dashboard import text_customers as say
from dashboard.components.grid import borrower_column, grid, number_column
from dashboard.services import Services
from dashboard.state import VIEW, view_of

LARGEST, SIZES = "customers-largest", "customers-sizes"
MOST = 100
HEADS = ("Open loans", "Borrowers", "Loans", "Outstanding", "In arrears")
COLUMNS = (
    borrower_column(minWidth=110),
    number_column("arrears", "In arrears", minWidth=105),
    number_column("balance", "Outstanding", minWidth=105),
    number_column("loans", "Loans", minWidth=65),
    number_column("late", "Loans behind", minWidth=70),
    number_column("dpd", "Days past due", minWidth=75),
)


def largest_card() -> html.Section:
    """The list, empty."""
    head = html.Div([html.H2("The largest arrears"), html.P("", id=f"{LARGEST}-subtitle", className="subtitle")])
    return html.Section(
        [html.Div(head, className="card-head"), grid(LARGEST, COLUMNS, label="Borrowers", height=400, rowData=[])],
        className="card",
    )


def sizes_card() -> html.Section:
    """The table, empty."""
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in HEADS]))
    table = html.Table([head, html.Tbody([], id=f"{SIZES}-rows")], className="plain-table sizes")
    return html.Section(
        [
            html.H2("", id=f"{SIZES}-title"),
            html.P("", id=f"{SIZES}-subtitle", className="subtitle"),
            html.Div(
                table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": "Borrowers by loans"}
            ),
        ],
        className="card",
    )


def update_several(services: Services, search: str | None) -> dict[str, Any]:
    """Both, from the borrowers of the selection."""
    view = view_of(services, search)
    sizes = view.reader.borrower_sizes(view.selection)
    shown = view.reader.top_borrowers(view.selection, limit=MOST)
    people, arrears = int(sizes["arrears_borrowers"].sum()), float(sizes["arrears_balance"].sum())
    narrowed, day = bool(view.selection.filters), show.day(view.as_of)
    whole = f"Borrowers of open loans{' of this selection' if narrowed else ''} by how many they have, {day}"
    alone = len(sizes) == 1 and int(sizes["size"].iloc[0]) == 1
    return {
        "rows": [_row(row) for row in shown.to_dict("records")],
        "subtitle": say.largest_subtitle(shown, people, arrears, day, narrowed=narrowed) if people else say.NO_ARREARS,
        "sizes": [_size(row) for row in sizes.to_dict("records")],
        "sizes_title": say.sizes_title(sizes) if len(sizes) else "No open loan",
        "sizes_subtitle": say.ONE_EACH_NOTE if alone else f"{whole}; n = {show.count(int(sizes['borrowers'].sum()), 'borrowers')}",
    }  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, str]:
    return {
        "borrower_ref": row["borrower_ref"], "arrears": show.number(row["arrears_balance"]),
        "balance": show.number(row["balance"]), "loans": show.number(row["loans"]),
        "late": show.number(row["arrears_loans"]), "dpd": show.number(row["dpd"]),
    }  # fmt: skip


def _size(row: dict[str, Any]) -> html.Tr:
    cells = [
        show.number(row["borrowers"]), show.number(row["loans"]),
        show.money(row["balance"]), show.money(row["arrears_balance"]),
    ]  # fmt: skip
    return html.Tr([html.Th(say.size_word(int(row["size"])), scope="row"), *[html.Td(cell) for cell in cells]])


def register(app: dash.Dash, services: Services) -> None:
    """List and table listen to the view."""
    outputs = {
        "rows": Output(LARGEST, "rowData"),
        "subtitle": Output(f"{LARGEST}-subtitle", "children"),
        "sizes": Output(f"{SIZES}-rows", "children"),
        "sizes_title": Output(f"{SIZES}-title", "children"),
        "sizes_subtitle": Output(f"{SIZES}-subtitle", "children"),
    }

    @app.callback(output=outputs, inputs=VIEW)
    def several(search: str | None, **_: Any) -> dict[str, Any]:
        return update_several(services, search)
