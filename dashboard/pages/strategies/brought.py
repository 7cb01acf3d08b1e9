"""What each strategy was given, brought back and cost to date, as it happened: a row a strategy."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.metrics.costs import left_out
from core.metrics.portfolio import NO_COSTS
from core.metrics.ripeness import SOURCES
from core.metrics.strategies import outcome_mix
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.address import Why
from dashboard.components.badges import badge, strategy_chip
from dashboard.pages.strategies.results import NUMBERS, ORDER, results_of, until
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import View, view_of
from dashboard.text_why import label_of

HEADS = (
    "Strategy",
    "Given, loans",
    "Given, balance",
    "Recovered",
    "Rate",
    "of placements",
    "Cost",
    "Cost of cash",
    "Net",
)


def card() -> html.Section:
    """The warning above everything, and the table, empty."""
    head = html.Thead(html.Tr([], id="strategies-heads"))
    table = html.Table([head, html.Tbody([], id="strategies-rows")], className="plain-table strategies")
    return html.Section(
        [
            html.Div([badge(say.AS_IT_HAPPENED, "accent"), html.Span(say.WHY_NOT)], className="as-it-happened"),
            html.H2("", id="strategies-table-title"),
            html.P("", id="strategies-table-subtitle", className="subtitle"),
            html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": "Strategies"}),
        ],
        className="card",
    )


def update_table(services: Services, search: str | None) -> dict[str, Any]:
    """A row a strategy."""
    view = view_of(services, search)
    results = results_of(view, ["strategy"])
    rows = [
        _row(row, has_payments=view.book.has_payments, has_costs=view.book.has_costs)
        for row in results.to_dict("records")
    ]
    return {
        "rows": rows,
        "title": f"What each strategy was given, brought back and cost by {show.day(view.as_of)}",
        "subtitle": _table_subtitle(view),
    }


def happened(services: Services, search: str | None) -> str:
    """What the strategies brought back and cost, in a sentence."""
    view = view_of(services, search)
    return say.strategies_answer(
        results_of(view, ["strategy"]),
        has_payments=view.book.has_payments,
        has_costs=view.book.has_costs,
        currency=view.book.currency,
        mix=outcome_mix(view.reader.outcomes(view.selection, ["strategy"]), order=ORDER),
    )


def _row(row: dict[str, Any], *, has_payments: bool, has_costs: bool) -> html.Tr:
    known = [
        ("cash", show.money(row["cash"]) if has_payments else show.UNDEFINED), ("rate", show.percent(row["rate"])),
        ("placed", show.number(row["placed_loans"])), ("cost", show.money(row["cost"]) if has_costs else show.UNDEFINED),
        ("cost_share", show.percent(row["cost_share"])), ("net", show.money(row["net"])),
    ]  # fmt: skip
    tone = {"className": "bad"} if row["net"] < 0 else {}
    return html.Tr(
        [
            html.Th(strategy_chip(row["strategy"]), scope="row"),
            html.Td(show.number(row["given_loans"])),
            html.Td(show.money(row["given_balance"])),
            *[
                html.Td(_opening(name, text, row["strategy"]), **(tone if name == "net" else {}))
                for name, text in known
            ],
        ]
    )


def _opening(name: str, text: str, strategy: str) -> html.Button | str:
    """A number of a strategy that opens the drawer; as plain text where it is none."""
    if text == show.UNDEFINED:
        return text
    why = Why(NUMBERS[name], {"strategy": strategy})
    return html.Button(
        text, className="number-link",
        **{"data-why": why.to_query(), "aria-haspopup": "dialog", "aria-label": f"{text}, why this number: {label_of(why)}"},
    )  # fmt: skip


def _table_subtitle(view: View) -> str:
    said = "To date. Cash and cost count for the strategy a loan's recovery began under"
    if not view.book.has_payments:
        costs = "" if view.book.has_costs else f" Cost is {show.UNDEFINED}, because {NO_COSTS}."
        return f"{said}. Recovered, rate, cost of cash and net are {say.NO_PAYMENTS_WHY}{costs}"
    said += until(view, *SOURCES)
    if not view.book.has_costs:
        return f"{said}. Cost and net are {show.UNDEFINED}, because {NO_COSTS}."
    unit = f"; amounts in {view.book.currency}" if view.book.currency else ""
    early = left_out(view.reader.activity(view.selection, ["cohort"]))
    return f"{said}{unit}{early and '; ' + early}. A loan that changed its strategy was given to both; {say.NO_ROWS_OF_GIVEN}."


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The table follows the view."""
    places = {
        "rows": Output("strategies-rows", "children"), "heads": Output("strategies-heads", "children"), "title": Output("strategies-table-title", "children"),
        "subtitle": Output("strategies-table-subtitle", "children"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def table(search: str | None, **_: Any) -> dict[str, Any]:
        heads = [html.Th(word, scope="col") for word in HEADS]
        return {**update_table(shared.services, search), "heads": heads}
