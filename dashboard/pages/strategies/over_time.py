"""Each strategy over the months, as it happened."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.portfolio import NO_COSTS, month_end
from core.metrics.recovery import recovery_history
from core.metrics.ripeness import Source, partly, untold
from core.metrics.strategies import in_own_order
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.strategies import strategy_lines
from dashboard.pages.strategies.results import NUMBERS, ORDER, until
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import View, page_key, view_of

TIME, HEIGHT = "strategies-time", 400
TOLD_BY: dict[str, tuple[Source, ...]] = {"cash": ("payments",), "cost": ("actions",)}
OVER = (("rate", "Rate"), ("cash", "Cash"), ("cost", "Cost"), ("given", "Given"))
SUMS_OF = {"cash": "cash:cash", "cost": "costs:cost"}
"""The sum behind a strategy's month."""


def card() -> html.Section:
    """The empty chart with its switch."""
    over = switch(f"{TIME}-over", "Show over time", OVER, "rate", key="over")
    return chart_card(TIME, height=HEIGHT, controls=[over], why=Why("recovery_rate"))


def update_time(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Each strategy over the months."""
    view, over = view_of(services, search), page_key(search, "over", [name for name, _ in OVER], "rate")
    title = {
        "rate": "Recovery rate to date",
        "cash": "Cash a month",
        "cost": "Cost a month",
        "given": "Loans given a month",
    }[over]
    if over in ("rate", "cash") and not view.book.has_payments:
        return chart_absent(title=title, why=say.NO_PAYMENTS_WHY)
    if over == "cost" and not view.book.has_costs:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {NO_COSTS}.")
    ends = sorted({month_end(day) for day in view.book.days if day <= view.as_of})
    told = TOLD_BY.get(over, ())
    months = [end.isoformat() for end in ends if not untold(view.book, end, *told)]
    if not months:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {partly(view.book, view.as_of, *told)}.")
    history = _history(view, over, months)
    if history.empty:
        return chart_absent(
            title=title, why=f"{show.UNDEFINED}, because no loan of this selection was given a strategy yet."
        )
    kind = {"rate": "share", "given": "count"}.get(over, "currency")
    said = {"share": show.percent, "count": show.number, "currency": show.money_exact}[kind]
    table = history.pivot(index="month", columns="strategy", values="value")[list(dict.fromkeys(history["strategy"]))]
    rows = [["Month", *map(str, table.columns)]]
    rows += [[show.month(str(month)), *(said(float(cell)) for cell in cells)] for month, *cells in table.itertuples()]
    newest = ", ".join(f"{name} {text}" for name, text in zip(table.columns, rows[-1][1:], strict=True))
    return chart_props(
        strategy_lines(
            history.assign(why=[_address(view, over, row.strategy, row.month) for row in history.itertuples()]), mode,
            value="value", kind=kind, height=HEIGHT,
        ),
        title=f"{title}: {newest}",
        subtitle=f"{_drawn(over)}; {show.month(months[0])} to {show.month(months[-1])}"
        f"{until(view, *(('payments',) if over == 'rate' else told))}. Not adjusted",
        summary=f"{title} in {show.month(months[-1])}: {newest}.",
        rows=rows,
    )  # fmt: skip


def _address(view: View, over: str, strategy: str, month: str) -> Why | None:
    """What a point of the lines asks about. None for what was given, of which no rows are kept, and for the rate at a
    month-end whose day the book does not hold, unless that is the day looked at."""
    cell = {"strategy": strategy}
    if over in SUMS_OF:
        return Why(SUMS_OF[over], cell | {"month": month})
    if over == "given":
        return None
    if month >= view.as_of.isoformat():
        return Why(NUMBERS["rate"], cell)
    held = date.fromisoformat(month) in view.book.days
    return Why(NUMBERS["rate"], cell | {"as_of": month}) if held else None


def _history(view: View, over: str, months: list[str]) -> pd.DataFrame:
    """strategy, month, value over the months, strategies in their own order."""
    reader, selection, keys = view.reader, view.selection, ["strategy", "month"]
    if over == "rate":
        placed, cash = reader.placed(selection, ["cohort", "strategy"]), reader.cash(selection, ["month", "strategy"])
        history = recovery_history(placed, cash, months, ["strategy"]).rename(columns={"rate": "value"})
        return in_own_order(history[[*keys, "value"]], "strategy", ORDER)
    asked = {"cash": reader.cash, "cost": reader.costs, "given": reader.given}[over]
    frame = asked(selection, keys).rename(columns={"loans" if over == "given" else over: "value"})
    names = list(dict.fromkeys(frame["strategy"]))
    whole = pd.MultiIndex.from_product([names, months], names=keys)
    filled = frame.set_index(keys)["value"].reindex(whole).fillna(0.0).reset_index()
    return in_own_order(filled, "strategy", ORDER)


def _drawn(over: str) -> str:
    return {
        "rate": "Cash to date / balance placed to date, by the strategy a loan's recovery began under",
        "cash": "Cash net of reversals, by the strategy a loan's recovery began under",
        "cost": "Cost of actions on placed loans, by the strategy a loan's recovery began under",
        "given": f"Loans given the strategy in the month, once a loan and month; {say.NO_ROWS_OF_GIVEN}",
    }[over]


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the view and its switch."""
    keep_in_url(app, f"{TIME}-over")

    @app.callback(output=chart_outputs(TIME), **view)
    def time(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_time(shared.services, search, mode)
