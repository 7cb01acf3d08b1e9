"""Where the arrears stand."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import html

from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.address import Why
from dashboard.compared import compared_of
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import switch
from dashboard.figures.portfolio import stuck_bars
from dashboard.pages.portfolio.folding import choices, folded
from dashboard.services import Services
from dashboard.state import VIEW, page_key, view_of

STUCK = "portfolio-stuck"
STUCK_BY = ("product", "region", "branch", "agency")
CONTROLS = (f"{STUCK}-by",)
HEIGHT = 300
BALANCE, LOANS = "arrears_balance", "arrears_loans"


def card() -> html.Section:
    """The chart, empty."""
    by = switch(CONTROLS[0], "Arrears by", choices(STUCK_BY), STUCK_BY[0], key="by")
    return chart_card(STUCK, height=HEIGHT, controls=[by], why=Why("in_arrears"))


def update_stuck(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The arrears by group, by balance or by number of loans."""
    view, by = view_of(services, search), page_key(search, "by", STUCK_BY, STUCK_BY[0])
    counted = compared_of(view, search).counted
    stock = view.reader.stock(view.selection, [by])
    if set(stock[by]) <= {NOT_STATED}:
        why = f"{show.UNDEFINED}, because this book states no {by}." if len(stock) else say.NO_LOANS
        return chart_absent(title=f"Arrears by {by}", why=why)
    amount = LOANS if counted else BALANCE
    groups = shares(stock, by, amount)
    if not groups[LOANS].sum():
        why = f"No loan of this selection was past due on {show.day(view.as_of)}."
        return chart_absent(title="Nothing is in arrears", why=why)
    addresses = _addresses(groups, by, set(stock[by]), "loans_in_arrears" if counted else "in_arrears")
    whole = (
        f"{show.money(groups[BALANCE].sum(), view.book.currency)}, n = {show.count(int(groups[LOANS].sum()), 'loans')}"
    )
    return chart_props(
        stuck_bars(groups.assign(why=addresses), mode, by=by, height=HEIGHT, amount=amount),
        title=say.stuck_title(groups, by, counted=counted),
        subtitle=f"{'Loans' if counted else 'Balance'} 1+ days past due by {by}, {show.day(view.as_of)}; {whole}",
        summary=f"Arrears by {by}: {say.in_words(groups, by, amount)}",
        rows=_rows(groups, by),
        addresses=addresses,
    )


def shares(stock: pd.DataFrame, by: str, amount: str) -> pd.DataFrame:
    """Groups by their arrears, largest first, the small ones as one: `by`, arrears_balance, arrears_loans, share (of
    `amount`, 0-1)."""
    ordered = stock.sort_values(amount, ascending=False, kind="stable")
    groups = folded(ordered, by, [BALANCE, LOANS])
    total = groups[amount].sum()
    return groups.assign(share=groups[amount] / total if total else float("nan"))


def _addresses(groups: pd.DataFrame, by: str, known: set[str], number: str) -> list[Why | None]:
    return [Why(number, {by: name}) if name in known else None for name in groups[by]]


def _rows(groups: pd.DataFrame, by: str) -> list[list[str]]:
    rows = [[by.capitalize(), "In arrears", "Share", "Loans"]]
    return rows + [
        [name, show.money_exact(balance), show.percent(share), show.number(count)]
        for name, balance, share, count in groups[[by, BALANCE, "share", LOANS]].itertuples(index=False)
    ]


def register(app: dash.Dash, services: Services) -> None:
    """The chart listens to the view."""

    @app.callback(output=chart_outputs(STUCK), inputs=VIEW)
    def stuck(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_stuck(services, search, mode)
