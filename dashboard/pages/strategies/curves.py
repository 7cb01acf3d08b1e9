"""How much of what each strategy was given has come back by the months since placement: a liquidation curve a strategy."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.ripeness import ripe_day
from core.metrics.strategies import in_own_order
from core.metrics.vintages import liquidation, pooled
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_curves as say
from dashboard import text_strategies
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.figures.curves import strategy_curves
from dashboard.pages.strategies.results import ORDER, until
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import View, view_of

CARD, HEIGHT = "strategies-curves", 400


def card() -> html.Div:
    """The place of the chart."""
    return html.Div([], id=CARD, className="with-choice")


def update_curves(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """A curve a strategy, each with its interval between months of placement."""
    view = view_of(services, search)
    if not view.book.has_payments:
        return chart_absent(title=say.TITLE, why=text_strategies.NO_PAYMENTS_WHY)
    curves = curves_of(view)
    if curves.empty:
        return chart_absent(
            title=say.TITLE, why=f"{show.UNDEFINED}, because no month of placements has run a whole month yet."
        )
    return chart_props(
        strategy_curves(curves, mode, height=HEIGHT),
        title=say.curves_title(curves),
        subtitle=f"{say.SUBTITLE}{until(view, 'payments')}. Not adjusted",
        summary=say.curves_summary(curves),
        rows=say.curve_rows(curves),
    )


def curves_of(view: View) -> pd.DataFrame:
    """strategy, and `core.metrics.vintages.pooled` of the loans whose recovery began under it: only cohorts of whom every
    loan has reached an age, above and below the line."""
    placed = view.reader.placed(view.selection, ["cohort", "strategy"])
    cash = view.reader.cash(view.selection, ["cohort", "month", "strategy"])
    ripe = ripe_day(view.book, view.as_of, "payments")
    told = []
    for name in dict.fromkeys(placed["strategy"]):
        own = pooled(liquidation(placed[placed["strategy"] == name], cash[cash["strategy"] == name], ripe))
        if len(own) and name != NOT_STATED:
            told.append(own.assign(strategy=name))
    return in_own_order(pd.concat(told, ignore_index=True), "strategy", ORDER) if told else pd.DataFrame()


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the view."""

    @app.callback(Output(CARD, "children"), **view)
    def curves(search: str | None, mode: str | None, **_: Any) -> html.Section:
        return filled_card(CARD, update_curves(shared.services, search, mode), height=HEIGHT)
