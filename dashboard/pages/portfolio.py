"""Portfolio: how are we doing, and what needs attention?"""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.change import contributions
from core.metrics.portfolio import measures_before, portfolio_measures, portfolio_trend
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.facts import fact_list, fact_outputs
from dashboard.components.grid import grid, number_column, text_column
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.portfolio import change_bars, stuck_bars
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import VIEW, View, age_days, page_key, view_of
from dashboard.text import Better

PAGE = Page("/", "Portfolio", "See", "How are we doing, and what needs attention?")

KPIS: tuple[tuple[str, str, Better], ...] = (
    ("outstanding", "Outstanding", "neither"), ("in_arrears", "In arrears", "down"), ("recovery_rate", "Recovery rate", "up"),
    ("cash_month", "Cash this month", "up"), ("cost_to_collect", "Cost to collect", "down"), ("net_recovery", "Net recovery", "up"),
)  # fmt: skip
STUCK_BY = ("product", "region", "branch", "agency")
CHANGE_BY = ("product", "region", "segment", "bucket")
STUCK, CHANGE, LOANS = "portfolio-stuck", "portfolio-change", "portfolio-loans"
FACTS = (
    ("portfolio-newest", "Newest figures"), ("portfolio-received", "Last file received"), ("portfolio-batch", "Newest batch"),
    ("portfolio-stated", "Day of the figures"),
)  # fmt: skip
HEIGHT, MOST_BARS, LARGEST = 300, 7, 10


def layout() -> html.Div:
    """The page without numbers."""
    cards = html.Div([kpi_card(f"portfolio-{name}", label) for name, label, _ in KPIS], className="kpis")
    stuck = switch(f"{STUCK}-by", "Arrears by", _words(STUCK_BY), STUCK_BY[0], key="by")
    change = switch(f"{CHANGE}-by", "Change by", _words(CHANGE_BY), CHANGE_BY[0], key="change")
    charts = html.Div(
        [chart_card(STUCK, height=HEIGHT, controls=[stuck]), chart_card(CHANGE, height=HEIGHT, controls=[change])],
        className="row-even",
    )
    evidence = html.Div([_largest_card(), fact_list("How fresh this is", FACTS)], className="row-2 wide-left")
    return page_layout(PAGE, [cards, charts, evidence])


def _words(names: tuple[str, ...]) -> list[tuple[str, str]]:
    words = {"bucket": "Arrears"}
    return [(name, words.get(name, name.capitalize())) for name in names]


def _largest_card() -> html.Section:
    columns = [
        text_column("loan_ref", "Loan"), number_column("balance", "Balance", minWidth=80),
        number_column("dpd", "Days late", minWidth=80), text_column("product", "Product"), text_column("region", "Region"),
        text_column("band", "Risk", minWidth=80), text_column("proposed", "Proposed", minWidth=104),
    ]  # fmt: skip
    head = html.Div(
        [html.H2("The largest exposures in arrears"), html.P("", id=f"{LOANS}-subtitle", className="subtitle")]
    )
    return html.Section(
        [html.Div(head, className="card-head"), grid(LOANS, columns, label="The largest exposures in arrears")],
        className="card",
    )


def update_headline(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The answer in a sentence and the six key figures: one reading of both days serves them all."""
    view = view_of(services, search)
    now = portfolio_measures(view.reader, view.selection)
    before = measures_before(view.reader, view.before, view.as_of) if view.before else None
    parts = _parts(view, "product") if view.before else None
    answer = say.portfolio_answer(now, before, parts, currency=view.book.currency, before_on=_before_on(view))
    trend = portfolio_trend(view.reader, view.selection)
    figures = {
        name: kpi_props(
            now[name], label=label, better=better, mode=mode, before=(before or {}).get(name), before_on=_before_on(view),
            trend=[float(value) for value in trend[name]], formula=say.FORMULAS[name],
        )
        for name, label, better in KPIS
    }  # fmt: skip
    return {"answer": sentence(answer), "figures": figures}


def update_stuck(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Where the arrears stand."""
    view, by = view_of(services, search), page_key(search, "by", STUCK_BY, STUCK_BY[0])
    stock = view.reader.stock(view.selection, [by])
    if set(stock[by]) <= {NOT_STATED}:
        why = f"{show.UNDEFINED}, because " + (
            f"this book states no {by}" if len(stock) else "no loan is in this selection"
        )
        return chart_absent(title=f"Arrears by {by}", why=f"{why}.")
    groups = _shares(stock, by)
    total, loans = groups["arrears_balance"].sum(), int(groups["arrears_loans"].sum())
    if not total:
        return chart_absent(
            title="Nothing is in arrears", why=f"No loan of this selection was past due on {show.day(view.as_of)}."
        )
    rows = [[by.capitalize(), "In arrears", "Share", "Loans"]]
    rows += [
        [name, show.money_exact(balance), show.percent(share), show.number(count)]
        for name, balance, share, count in groups[[by, "arrears_balance", "share", "arrears_loans"]].itertuples(
            index=False
        )
    ]
    return chart_props(
        stuck_bars(groups, mode, by=by, height=HEIGHT),
        title=say.stuck_title(groups, by),
        subtitle=f"Balance 1+ days past due by {by}, {show.day(view.as_of)}; {show.money(total, view.book.currency)}, n = {show.count(loans, 'loans')}",
        summary=f"Arrears by {by}: {say.in_words(groups, by, 'arrears_balance')}",
        rows=rows,
    )


def update_change(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """What changed between the two days, in amounts that add up."""
    view, by = view_of(services, search), page_key(search, "change", CHANGE_BY, CHANGE_BY[0])
    if view.before is None:
        return chart_absent(
            title="What changed",
            why=f"{show.UNDEFINED}, because this book holds no day before {show.day(view.as_of)}.",
            choice=False,
        )
    parts = _folded(_parts(view, by), by, ["before", "after", "change"])
    if not len(parts):
        return chart_absent(title="What changed", why=f"{show.UNDEFINED}, because no loan is in this selection.")
    before, after = parts["before"].sum(), parts["after"].sum()
    rows = [[by.capitalize(), _before_on(view), show.day(view.as_of), "Change"]]
    rows += [
        [name, *(show.money_exact(value) for value in (one, two)), show.signed(show.money_exact(moved))]
        for name, one, two, moved in parts[[by, "before", "after", "change"]].itertuples(index=False)
    ]
    rows.append(
        [
            "Total",
            show.money_exact(before),
            show.money_exact(after),
            show.signed(show.money_exact(parts["change"].sum())),
        ]
    )
    return chart_props(
        change_bars(parts, mode, by=by, height=HEIGHT),
        title=say.change_title(parts),
        subtitle=f"Arrears {show.money(before)} on {_before_on(view)} to {show.money(after)} on {show.day(view.as_of)}; the bars add up to the change",
        summary=f"Change by {by}: {say.in_words(parts, by, 'change')}",
        rows=rows,
    )


def update_largest(services: Services, search: str | None) -> dict[str, Any]:
    """The ten largest balances in arrears."""
    view = view_of(services, search)
    late = [bucket for bucket in view.reader.values("bucket") if bucket != "Current"]
    chosen = view.selection.filters.get("bucket", tuple(late))
    kept = tuple(bucket for bucket in chosen if bucket in late)
    page = view.reader.loans(view.selection.only(bucket=kept or ("none",)), sort="balance", limit=LARGEST)
    rows = [
        {
            "loan_ref": loan.loan_ref, "product": loan.product, "region": loan.region, "dpd": show.number(loan.dpd),
            "balance": show.number(loan.balance), "band": loan.band, "proposed": loan.proposed,
        }
        for loan in page.frame.itertuples()
    ]  # fmt: skip
    shown = f"{len(rows)} of {show.count(page.total, 'loans')}" if rows else "No loan"
    return {"rows": rows, "subtitle": f"{shown} past due in this selection, largest balance first"}


def update_freshness(services: Services, search: str | None) -> tuple[str, str, str, str]:
    """How old the figures are, what brought them, and what was assumed."""
    view = view_of(services, search)
    book, newest = view.book, view.book.days[-1]
    age = age_days(view)
    lies_back = f"{show.count(age, 'days')} ago" if age else "today"
    received = show.day(book.last_received_on) if book.last_received_on else show.UNDEFINED
    files = [batch for batch in view.reader.batches(limit=1_000_000) if batch.status == "committed"]
    latest = (
        f"{files[0].filename}, {show.count(files[0].accepted, 'rows')} of {show.number(files[0].rows)}"
        if files
        else "none"
    )
    partial = any(batch.last_day == newest and batch.scope == "partial" for batch in files)
    return (
        f"{show.day(newest)}, {lies_back}; {show.count(len(book.days), 'snapshots')} in the book",
        f"{received}, {show.count(len(files), 'batches')} in all",
        latest,
        ("assumed to be the day received, the file states none" if book.as_of_assumed else "stated in the file")
        + ("; a partial file, loans it leaves out keep their last state" if partial else ""),
    )


def _parts(view: View, by: str) -> pd.DataFrame:
    assert view.before is not None
    before, after = (view.reader.stock(selection, [by]) for selection in (view.before, view.selection))
    return contributions(before, after, by, "arrears_balance")


def _shares(stock: pd.DataFrame, by: str) -> pd.DataFrame:
    ordered = stock.sort_values("arrears_balance", ascending=False, kind="stable")
    groups = _folded(ordered[[by, "arrears_balance", "arrears_loans"]], by, ["arrears_balance", "arrears_loans"])
    total = groups["arrears_balance"].sum()
    return groups.assign(share=groups["arrears_balance"] / total if total else float("nan"))


def _folded(frame: pd.DataFrame, by: str, amounts: list[str]) -> pd.DataFrame:
    """The first groups as they are and the rest as one, so that the sum stays."""
    if len(frame) <= MOST_BARS:
        return frame[[by, *amounts]].reset_index(drop=True)
    rest = frame.iloc[MOST_BARS - 1 :]
    last = pd.DataFrame([{by: f"{len(rest)} others", **rest[amounts].sum()}])
    return pd.concat([frame[[by, *amounts]].head(MOST_BARS - 1), last], ignore_index=True)


def _before_on(view: View) -> str:
    return show.day_beside(view.before.as_of, view.as_of) if view.before and view.before.as_of else ""


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    keep_in_url(app, f"{STUCK}-by")
    keep_in_url(app, f"{CHANGE}-by")

    figures = {name: kpi_outputs(f"portfolio-{name}") for name, _, _ in KPIS}

    @app.callback(output={"answer": Output(answer_id(PAGE), "children"), "figures": figures}, inputs=VIEW)
    def headline(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_headline(services, search, mode)

    @app.callback(output=chart_outputs(STUCK), inputs=VIEW)
    def stuck(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_stuck(services, search, mode)

    @app.callback(output=chart_outputs(CHANGE), inputs=VIEW)
    def change(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_change(services, search, mode)

    @app.callback(
        output={"rows": Output(LOANS, "rowData"), "subtitle": Output(f"{LOANS}-subtitle", "children")}, inputs=VIEW
    )
    def largest(search: str | None, **_: Any) -> dict[str, Any]:
        return update_largest(services, search)

    @app.callback(output=fact_outputs(FACTS), inputs=VIEW)
    def freshness(search: str | None, **_: Any) -> tuple[str, str, str, str]:
        return update_freshness(services, search)
