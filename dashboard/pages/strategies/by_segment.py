"""What each strategy brought by segment, as it happened; without payments, the outcomes that the file states."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.portfolio import NO_COSTS
from core.metrics.ripeness import SOURCES
from core.metrics.strategies import outcome_mix
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.strategies import outcome_bars, segment_matrix
from dashboard.pages.strategies.results import NUMBERS, ORDER, results_of, until
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import View, page_key, view_of

MATRIX, HEIGHT, MOST_SEGMENTS = "strategies-matrix", 400, 8
VALUES = (("rate", "Recovery rate"), ("cost_share", "Cost of cash"), ("net", "Net"))


def card() -> html.Section:
    """The empty chart with its switch."""
    value = switch(f"{MATRIX}-show", "Show by segment", VALUES, "rate", key="show")
    return chart_card(MATRIX, height=HEIGHT, controls=[value], why=Why("recovery_rate"))


def update_matrix(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Strategies by segment; without payments, the outcomes the file states by strategy."""
    view, value = view_of(services, search), page_key(search, "show", [name for name, _ in VALUES], "rate")
    if not view.book.has_payments:
        return _stated_outcomes(view, mode)
    if value != "rate" and not view.book.has_costs:
        return chart_absent(title="By segment", why=f"{show.UNDEFINED}, because {NO_COSTS}.")
    results = _by_segment(view)
    if results.empty:
        return chart_absent(
            title="By segment", why=f"{show.UNDEFINED}, because no loan of this selection was placed yet."
        )
    texts = [show.money(cell) if value == "net" else show.percent(cell) for cell in results[value]]
    counts = [f"n = {show.number(loans)}" for loans in results["placed_loans"]]
    rows = [["Segment", "Strategy", "Placements", "Rate", "Cash", "Cost", "Cost of cash", "Net"]]
    rows += [
        [row.segment, row.strategy, show.number(row.placed_loans), show.percent(row.rate), show.money_exact(row.cash),
         show.money_exact(row.cost), show.percent(row.cost_share), show.money_exact(row.net)]
        for row in results.itertuples()
    ]  # fmt: skip
    addresses = [
        Why(NUMBERS[value], {"segment": row.segment, "strategy": row.strategy}) if defined else None
        for row, defined in zip(results.itertuples(), results[value].notna(), strict=True)
    ]
    drawn = {"rate": "Cash / balance placed", "cost_share": "Cost / cash", "net": "Cash less cost"}[value]
    return chart_props(
        segment_matrix(
            results.assign(why=addresses), mode, value=value, texts=texts,
            counts=counts, height=HEIGHT,
        ),
        title=say.matrix_title(results, value),
        subtitle=f"{drawn} to date, by segment and strategy at placement; n = placements"
        f"{until(view, *(('payments',) if value == 'rate' else SOURCES))}. Not adjusted",
        summary=f"{drawn}: " + ", ".join(f"{row.strategy} with {row.segment} {text}" for row, text in zip(results.itertuples(), texts, strict=True)) + ".",
        rows=rows,
        addresses=addresses,
    )  # fmt: skip


def _by_segment(view: View) -> pd.DataFrame:
    """Results by segment and strategy, the book's segments in their own order, those that were placed."""
    results = results_of(view, ["segment", "strategy"])
    order = {name: place for place, name in enumerate(view.reader.values("segment"))}
    results = results[(results["placed_loans"] > 0) & results["segment"].isin(list(order)[:MOST_SEGMENTS])]
    return results.assign(place=results["segment"].map(order)).sort_values("place", kind="stable").drop(columns="place")


def _stated_outcomes(view: View, mode: str | None) -> dict[str, Any]:
    mix = outcome_mix(view.reader.outcomes(view.selection, ["strategy"]), order=ORDER)
    if mix.empty:
        return chart_absent(title="By segment", why=say.NO_PAYMENTS_WHY, choice=False)
    stated = int(mix["recovered_loans"].sum())
    amounts = f"{show.money(float(mix['recovered'].sum()), view.book.currency)} stated on {show.count(stated, 'loans')}"
    return chart_props(
        outcome_bars(mix, mode, by="strategy", height=HEIGHT),
        title=say.outcome_title(mix),
        subtitle=f"Share of loans by the outcome their file states ({say.NO_ROWS_OF_STATED}), n = {show.count(int(mix['loans'].sum()), 'loans')}; recovered amounts: "
        + (amounts if stated else f"{show.UNDEFINED}, because the file states none")
        + ". Not adjusted",
        summary="Stated outcomes by strategy: "
        + ", ".join(f"{row.strategy} {row.recovery_status} {show.percent(row.share)}" for row in mix.itertuples()) + ".",
        rows=say.outcome_rows(mix, "strategy"),
        choice=False,
    )  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the view and its switch."""
    keep_in_url(app, f"{MATRIX}-show")

    @app.callback(output=chart_outputs(MATRIX), **view)
    def matrix(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_matrix(shared.services, search, mode)
