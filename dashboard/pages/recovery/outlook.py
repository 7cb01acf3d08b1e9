"""The forecast of cash and arrears against what came and the budget."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.forecast import Outlook, outlook
from core.metrics.targets import NO_TARGET, target_for
from dashboard import format as show
from dashboard import text_recovery as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.head import sentence
from dashboard.figures.forecast import forecast_fan
from dashboard.pages.recovery.points import marked, parts
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of

CASH, ARREARS = "recovery-cash_ahead", "recovery-arrears_ahead"
CHARTS = {"cash": CASH, "arrears": ARREARS}
METRICS = {"cash": "forecast_cash_next_month", "arrears": "forecast_arrears_next_month"}
MEASURES = {"cash": "cash", "arrears": "arrears_balance"}
TARGETS = {"cash": "cash_month", "arrears": "in_arrears"}
AIMS = {"cash": "budget", "arrears": "target"}
HEIGHT, MOST_MONTHS = 320, 24


def outlook_of(view: View, remembered: Remembered) -> Outlook:
    """The forecast of a view, made once for all parts of the page."""
    made: Outlook = remembered.answer(
        view.book, ("outlook", view.selection.to_query()), lambda: outlook(view.reader, view.selection)
    )
    return made


def cards() -> html.Div:
    """The two charts, empty."""
    return html.Div(
        [chart_card(card, height=HEIGHT, why=Why(METRICS[name])) for name, card in CHARTS.items()], className="row-even"
    )


def update_outlook(
    services: Services, search: str | None, mode: str | None, remembered: Remembered
) -> dict[str, dict[str, Any]]:
    """Cash and arrears: actual, forecast, budget, and the forecasts made a month before."""
    view = view_of(services, search)
    seen = outlook_of(view, remembered)
    known = {"cash": _cash(view, seen), "arrears": _arrears(view, seen)}
    return {name: _chart(view, seen, name, known[name], mode) for name in CHARTS}


def _cash(view: View, seen: Outlook) -> pd.DataFrame:
    """Cash of each month up to the forecast, as `cash_month` counts it: month, value."""
    if seen.why or seen.cash_why:
        return pd.DataFrame(columns=["month", "value"])
    cash = view.reader.cash(view.selection.at(seen.start), ["month"])
    return cash.rename(columns={"cash": "value"})[["month", "value"]].tail(MOST_MONTHS).reset_index(drop=True)


def _arrears(view: View, seen: Outlook) -> pd.DataFrame:
    """The balance in arrears on each month-end up to the forecast: month, value."""
    if seen.why:
        return pd.DataFrame(columns=["month", "value"])
    stock = view.reader.stock_history(view.selection.at(seen.start))
    told = pd.DataFrame({"month": stock["as_of"].astype(str), "value": stock["arrears_balance"]})
    ends = pd.to_datetime(told["month"]).dt.is_month_end
    return told[ends].tail(MOST_MONTHS).reset_index(drop=True)


def _chart(view: View, seen: Outlook, name: str, known: pd.DataFrame, mode: str | None) -> dict[str, Any]:
    why = seen.why or (seen.cash_why if name == "cash" else "")
    if why:
        return chart_absent(title=say.OUTLOOK_NAMES[name], why=f"{show.UNDEFINED}, because {why}.")
    ahead = _of(seen.forecast, name)
    all_tested = _of(seen.tested, name)
    tested = all_tested[all_tested["steps"] == 1].reset_index(drop=True)
    months = [*known["month"], *ahead["month"]]
    budget, no_budget = _budget(view, name, months)
    first = str(ahead["month"].iloc[0])
    drawn = forecast_fan(
        known, ahead, mode, height=HEIGHT, budget=budget, aim=AIMS[name], earlier=tested[tested["month"].isin(months)]
    )
    props = chart_props(
        marked(drawn, lambda key: _address(name, *parts(key), first=first)),
        title=say.outlook_title(name, ahead.iloc[0], budget, view.book.currency),
        subtitle="",
        summary=say.outlook_summary(name, known, ahead),
        rows=_rows(known, ahead, budget, tested),
        addresses=[*(_address(name, "actual", month, first=first) for month in known["month"]),
                   *(_address(name, "forecast", month, first=first) for month in ahead["month"])],
    )  # fmt: skip
    return props | {"subtitle": sentence(say.outlook_subtitle(name, all_tested, seen.loans, no_budget))}


def _of(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows[rows["measure"] == MEASURES[name]].reset_index(drop=True)


def _budget(view: View, name: str, months: list[str]) -> tuple[pd.DataFrame, str]:
    """The targets of the months (month, value), and why there is none; every month of a forecast is a whole one."""
    targets = view.reader.targets(view.selection.known_on)
    told = {month: target_for(targets, TARGETS[name], view.selection, date.fromisoformat(month)) for month in months}
    known = [(month, target.value) for month, target in told.items() if target.is_defined]
    reasons = [target.why for target in told.values() if target.why != NO_TARGET]
    why = "" if known else reasons[0] if reasons else NO_TARGET
    return pd.DataFrame(known, columns=["month", "value"]), why


def _address(name: str, kind: str, month: str, *, first: str) -> Why | None:
    """Actual months open their own rows, the next month its forecast; months further ahead and forecasts made earlier have
    no number of their own.

    Args:
        first: the first month ahead.
    """
    if kind == "forecast" and month == first:
        return Why(METRICS[name])
    if kind not in ("actual", "forecast") or month > first:
        return None
    return Why("cash:cash", {"month": month}) if name == "cash" else Why("in_arrears", {"as_of": month})


def _rows(known: pd.DataFrame, ahead: pd.DataFrame, budget: pd.DataFrame, tested: pd.DataFrame) -> list[list[str]]:
    wanted = dict(zip(budget["month"], budget["value"], strict=True))
    before = {row.month: row for row in tested.itertuples()}

    def budgeted(month: str) -> str:
        return show.money_exact(wanted[month]) if month in wanted else "none"

    def foretold(month: str) -> list[str]:
        row = before.get(month)
        if row is None:
            return ["none", ""]
        return [f"{show.money_exact(row.low)} to {show.money_exact(row.high)}", "inside" if row.inside else "outside"]

    rows = [["Month", "Actual", "Forecast", "80 % interval", "", "Budget"]]
    rows += [[show.month(month), show.money_exact(value), "", *foretold(month), budgeted(month)]
             for month, value in zip(known["month"], known["value"], strict=True)]  # fmt: skip
    return rows + [
        [show.month(row.month), "", show.money_exact(row.value), f"{show.money_exact(row.low)} to {show.money_exact(row.high)}", "",
         budgeted(row.month)]
        for row in ahead.itertuples()
    ]  # fmt: skip


def register(app: dash.Dash, services: Services, remembered: Remembered) -> None:
    """One reading, two charts."""

    @app.callback(output={name: chart_outputs(card) for name, card in CHARTS.items()}, inputs=VIEW)
    def ahead(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        book = services.reader().book()
        made: dict[str, Any] = remembered.answer(
            book, ("ahead", search, mode), lambda: update_outlook(services, search, mode, remembered)
        )
        return made
