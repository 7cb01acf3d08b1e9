"""Branches, agencies and collectors side by side: what each recovers, with its interval, and what it has in arrears."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.customers import customer_measures
from core.metrics.portfolio import NO_PAYMENTS
from core.metrics.ripeness import partly
from core.metrics.sites import NOT_ADJUSTED, site_recovery
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_customers as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.grid import grid, number_column, text_column
from dashboard.components.head import answer_id, sentence
from dashboard.components.switch import switch
from dashboard.figures.sites import MOST, site_dots
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of
from dashboard.text_apart import apart_title

SITES, TABLE = "customers-sites", "customers-sites-table"
BY = ("branch", "agency", "collector")
CONTROLS = (f"{SITES}-by",)
ROW_PX, ROUND_PX, LOWEST_PX = 36, 66, 180
HIGHEST_PX = MOST * ROW_PX + ROUND_PX
MOST_ROWS = 50
COLUMNS = (
    text_column("site", "Site", flex=0, width=150, pinned="left"),
    number_column("loans", "Loans", minWidth=60, headerTooltip="Open loans on the day"),
    number_column("borrowers", "Borrowers", minWidth=84, headerTooltip="With an open loan here; who has one in two sites counts in both"),
    number_column("placements", "Placements", minWidth=95),
    number_column("placed", "Balance placed", minWidth=96),
    number_column("cash", "Cash", minWidth=86),
    number_column("rate", "Rate", minWidth=70),
    text_column("interval", f"{show.percent(0.95, 0)} interval", minWidth=138, tooltipField="interval"),
    text_column("others", "Beside the others", minWidth=112),
    number_column("arrears", "Arrears now", minWidth=95),
    number_column("late", "Loans behind", minWidth=70),
)  # fmt: skip
HEADS = (
    "Placements",
    "Balance placed",
    "Cash",
    "Rate",
    "Low",
    "High",
    "Rate of the others",
    "Loans",
    "Borrowers",
    "In arrears",
)


def card() -> html.Section:
    """The chart, empty."""
    choices = [(name, name.capitalize()) for name in BY]
    by = switch(CONTROLS[0], "Compare by", choices, BY[0], key="by")
    return chart_card(SITES, height=HIGHEST_PX, controls=[by], wide=True, why=Why("recovery_rate"))


def table_card() -> html.Section:
    """The table, empty."""
    head = html.Div([html.H2("", id=f"{TABLE}-title"), html.P("", id=f"{TABLE}-subtitle", className="subtitle")])
    return html.Section(
        [html.Div(head, className="card-head"), grid(TABLE, COLUMNS, label="Sites", rowData=[])], className="card"
    )


def update_sites(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The answer, the chart and the table: one reading serves them all."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    people = customer_measures(view.reader, view.selection)
    stock = view.reader.stock(view.selection).iloc[0]
    answer = say.customers_answer(people, int(stock["loans"]), float(stock["balance"]), view.book.currency)
    frame = _sites(view, by)
    drawn = min(int(frame["rate"].notna().sum()), MOST)
    height = max(LOWEST_PX, drawn * ROW_PX + ROUND_PX)
    return {
        "answer": sentence(answer),
        "chart": _chart(view, frame, by, mode, height),
        "style": {"height": f"{height}px"},
        "absent_style": {"minHeight": f"{LOWEST_PX}px"},
        **_table(view, frame, by),
    }


def _sites(view: View, by: str) -> pd.DataFrame:
    """A row a site with its borrowers; none where the files state no site."""
    frame = site_recovery(view.reader, view.selection, by)
    people = view.reader.borrowers(view.selection, [by])
    frame = frame.merge(people[[by, "borrowers"]], on=by, how="left")
    return frame.fillna({"borrowers": 0}).astype({"borrowers": "int64"})


def _unstated(frame: pd.DataFrame, by: str) -> str:
    """Why no site can be shown, "" where some can."""
    if frame.empty:
        return say.NO_LOANS
    return say.unstated(by) if set(frame[by]) <= {NOT_STATED} else ""


def _chart(view: View, frame: pd.DataFrame, by: str, mode: str | None, height: int) -> dict[str, Any]:
    title = f"Recovery by {by}"
    why = _unstated(frame, by) or ("" if view.book.has_payments else f"{show.UNDEFINED}, because {NO_PAYMENTS}.")
    if why:
        return chart_absent(title=title, why=why)
    placed = frame[frame["rate"].notna()]
    if placed.empty:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because no loan of this selection was placed yet.")
    addresses = [Why("recovery_rate", {by: name}) for name in placed[by]]
    overall = float(placed["cash"].sum() / placed["balance"].sum())
    drawn = to_draw(placed.assign(mark=[why.mark() for why in addresses]))
    figure = site_dots(drawn, mode, by=by, overall=overall, height=height)
    return chart_props(
        figure,
        title=apart_title(placed, by),
        subtitle=say.sites_subtitle(placed, by, len(drawn), partly(view.book, view.as_of, "payments")),
        summary=f"Recovery rate by {by}: "
        + ", ".join(f"{row[by]} {show.percent(row['rate'])}" for row in drawn.to_dict("records"))
        + f". All together {show.percent(overall)}.",
        rows=[[by.capitalize(), *HEADS], *(_numbers(row, by) for row in placed.to_dict("records"))],
        addresses=addresses,
    )


def to_draw(placed: pd.DataFrame) -> pd.DataFrame:
    """As many sites as the chart holds, in their order: those that differ from the others first, then the largest."""
    first = placed.sort_values("differs", ascending=False, kind="stable").head(MOST)
    return first.sort_index()


def _numbers(row: dict[str, Any], by: str) -> list[str]:
    shares = [show.percent(row[name]) for name in ("rate", "low", "high", "others")]
    return [
        row[by], show.number(row["loans"]), show.money_exact(row["balance"]), show.money_exact(row["cash"]), *shares,
        show.number(row["open_loans"]), show.number(row["borrowers"]), show.money_exact(row["arrears_balance"]),
    ]  # fmt: skip


def _table(view: View, frame: pd.DataFrame, by: str) -> dict[str, Any]:
    why = _unstated(frame, by)
    shown = frame.head(0) if why else frame.head(MOST_ROWS)
    some = f", the {MOST_ROWS} with the largest balance placed" if len(frame) > MOST_ROWS else ""
    told = f"Loans, borrowers and arrears on {show.day(view.as_of)}; placements and cash to date{some}. {NOT_ADJUSTED}"
    return {
        "title": f"By {by}" if why else f"{say.how_many(int((frame[by] != NOT_STATED).sum()), by)}, one by one",
        "subtitle": why or told,
        "rows": [_row(row, by) for row in shown.to_dict("records")],
    }


def _row(row: dict[str, Any], by: str) -> dict[str, str]:
    known = row["low"] == row["low"]
    return {
        "site": row[by],
        "loans": show.number(row["open_loans"]),
        "borrowers": show.number(row["borrowers"]),
        "placements": show.number(row["loans"]),
        "placed": show.number(row["balance"]),
        "cash": show.number(row["cash"]),
        "rate": show.percent(row["rate"]),
        "interval": f"{show.percent(row['low'])} to {show.percent(row['high'])}"
        if known
        else f"{show.UNDEFINED}, {row['why']}",
        "others": say.against_others(row),
        "arrears": show.number(row["arrears_balance"]),
        "late": show.number(row["arrears_loans"]),
    }


def register(app: dash.Dash, services: Services, page: Page) -> None:
    """Answer, chart and table listen to the view."""
    outputs = {
        "answer": Output(answer_id(page), "children"),
        "chart": chart_outputs(SITES),
        "style": Output(f"{SITES}-graph", "style"),
        "absent_style": Output(f"{SITES}-absent", "style"),
        "title": Output(f"{TABLE}-title", "children"),
        "subtitle": Output(f"{TABLE}-subtitle", "children"),
        "rows": Output(TABLE, "rowData"),
    }

    @app.callback(output=outputs, inputs=VIEW)
    def draw(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_sites(services, search, mode)
