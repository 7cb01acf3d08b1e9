"""Which segments to work: how many of their loans can be worked, and what they should bring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.scores.rate.intervals import SUM_LEVEL, sum_interval
from core.selection import NOT_STATED
from core.strategies.catalogue import HOLD
from dashboard import format as show
from dashboard.components.table import cell
from dashboard.pages.segments.evidence import TABS
from dashboard.pages.segments.profiles import MOST_ROWS, expected_of_workable, no_expectation
from dashboard.services import Services
from dashboard.state import View, view_of
from dashboard.theme import segment_colours

HEADS = ("Segment", "Can be worked", "Balance of those", "Expected", "n")


def part() -> html.Div:
    """The empty part of the segments' card."""
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in HEADS]))
    table = html.Table([head, html.Tbody([], id="segments-priorities")], className="plain-table stacks priorities")
    scroll = html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": "Segments to work"})
    return html.Div(
        [html.H3("Which to work"), html.P("", id="segments-priorities-subtitle", className="subtitle"), scroll],
        className="priorities-part",
    )


def update_priorities(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """A row a segment, the most promising first, and what the numbers are."""
    view = view_of(services, search)
    chosen = replace(view.selection, lasso=None, search="")
    stock = view.reader.stock(chosen, by=["segment"]).set_index("segment")
    for name, of_workable in expected_of_workable(view.reader.stock(chosen, by=["segment", "proposed"])).items():
        stock[name] = of_workable.reindex(stock.index).fillna(0)
    stock = stock.reset_index()
    ranked = stock[stock["segment"] != NOT_STATED].sort_values(
        ["expected_recovery", "workable_loans"], ascending=False, kind="stable"
    )
    colours = segment_colours(view.reader.values("segment"), mode)
    sure = _intervals(view)
    return {
        "rows": [_row(row, colours, sure) for row in ranked.head(MOST_ROWS).to_dict("records")],
        "subtitle": _subtitle(view, ranked, sure),
    }


Ends = dict[str, tuple[int, float, float]]
"""Of each segment: the loans whose expectation the model told, and the ends of the interval of their sum."""


def _intervals(view: View) -> Ends:
    """Empty where no model in use tells the rate."""
    champion = view.reader.champion()
    learned_from = int((champion.card.get("rate") or {}).get("n", 0)) if champion else 0
    if not learned_from:
        return {}
    chosen = replace(view.selection, lasso=None, search="")
    of_day = int(view.reader.expected_spread(replace(chosen, filters={}))["loans"].sum())
    spread = view.reader.expected_spread(chosen, by=["segment", "proposed"])
    spread = (
        spread[spread["proposed"] != HOLD]
        .groupby("segment", observed=True)[["loans", "expected_recovery", "variance"]]
        .sum()
    )
    return {
        row["segment"]: (int(row["loans"]), *sum_interval(
            row["expected_recovery"], row["variance"], int(row["loans"]), of_day=of_day, learned_from=learned_from
        ))
        for row in spread.reset_index().to_dict("records")
    }  # fmt: skip


def _sure(row: dict[str, Any], sure: Ends) -> list[Any]:
    """The interval of a segment whose every expectation the model told, else nothing."""
    loans, low, high = sure.get(row["segment"], (0, float("nan"), float("nan")))
    if loans != row["expected_loans"] or low != low:
        return []
    return [html.Br(), html.Small(f"{show.percent(SUM_LEVEL, 0)}: {show.money(low)} to {show.money(high)}")]


def _row(row: dict[str, Any], colours: dict[str, str], sure: Ends) -> html.Tr:
    mark = html.I(className="dot", style={"background": colours.get(row["segment"], "var(--faint)")})
    is_known = row["expected_loans"] > 0
    return html.Tr(
        [
            html.Th(html.Div([mark, row["segment"]], className="profile-name"), scope="row"),
            cell(show.number(row["workable_loans"]), HEADS[1]),
            cell(show.money(row["workable_balance"]), HEADS[2]),
            cell([show.money(row["expected_recovery"]), *_sure(row, sure)] if is_known else show.UNDEFINED, HEADS[3]),
            cell(show.number(row["expected_loans"]), HEADS[4]),
        ]
    )


def _subtitle(view: View, ranked: pd.DataFrame, sure: Ends) -> str:
    told = "Can be worked: in arrears, open and free of a hold."
    if ranked["expected_loans"].sum() > 0:
        how = (
            "told by the model of the recovery rate"
            if sure
            else "what earlier loans like them brought, which says no interval"
        )
        return f"{told} Expected: recovery in 12 months, over the n of them that have an expectation; {how}."
    return f"{told} Expected is {show.UNDEFINED}, because {no_expectation(view)}."


def register(app: dash.Dash, services: Services) -> None:
    """Rows and their remark."""
    outputs = {
        "rows": Output("segments-priorities", "children"),
        "subtitle": Output("segments-priorities-subtitle", "children"),
    }

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_priorities(services, search, mode)
