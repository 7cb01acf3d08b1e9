"""The largest exposures in arrears, and how fresh the figures are."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import Output, html

from core.metrics.ripeness import SOURCES, told_until
from core.records import Batch, Book
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.components.facts import fact_list, fact_outputs
from dashboard.components.grid import borrower_column, grid, number_column, text_column
from dashboard.services import Services
from dashboard.state import VIEW, age_days, view_of

LOANS = "portfolio-loans"
FACTS = (
    ("portfolio-newest", "Newest figures"), ("portfolio-received", "Last file received"), ("portfolio-told", "Known up to"),
    ("portfolio-batch", "Newest batch"), ("portfolio-stated", "Day of the figures"),
)  # fmt: skip
LARGEST = 10


def largest_card() -> html.Section:
    """The grid, empty."""
    columns = [
        text_column("loan_ref", "Loan", pinned="left", width=100), borrower_column(minWidth=96),
        number_column("balance", "Balance", minWidth=80), number_column("share", "Of the arrears", minWidth=76),
        number_column("dpd", "Days late", minWidth=80), text_column("product", "Product"), text_column("region", "Region"),
        text_column("band", "Risk", minWidth=80), text_column("proposed", "Proposed", minWidth=104),
    ]  # fmt: skip
    head = html.Div([html.H2("", id=f"{LOANS}-title"), html.P("", id=f"{LOANS}-subtitle", className="subtitle")])
    return html.Section(
        [html.Div(head, className="card-head"), grid(LOANS, columns, label="The largest exposures in arrears")],
        className="card",
        **{"aria-labelledby": f"{LOANS}-title"},
    )


def freshness_card() -> html.Section:
    """The list of facts, empty."""
    return fact_list("How fresh this is", FACTS)


def update_largest(services: Services, search: str | None) -> dict[str, Any]:
    """The ten largest balances in arrears."""
    view = view_of(services, search)
    late = [bucket for bucket in view.reader.values("bucket") if bucket != "Current"]
    chosen = view.selection.filters.get("bucket", tuple(late))
    kept = tuple(bucket for bucket in chosen if bucket in late)
    page = view.reader.loans(view.selection.only(bucket=kept or ("none",)), sort="balance", limit=LARGEST)
    stock = view.reader.stock(view.selection).iloc[0]
    whole = float(stock["arrears_balance"])
    rows = [
        {
            "loan_ref": loan.loan_ref, "borrower_ref": loan.borrower_ref, "share": _share(loan.balance, whole),
            "product": loan.product, "region": loan.region, "dpd": show.number(loan.dpd),
            "balance": show.number(loan.balance), "band": loan.band, "proposed": loan.proposed,
        }
        for loan in page.frame.itertuples()
    ]  # fmt: skip
    shown = f"{len(rows)} of {show.count(page.total, 'loans')}" if rows else "No loan"
    held = float(page.frame["balance"].sum()) if rows else 0.0
    return {
        "title": say.largest_title(len(rows), held, whole),
        "rows": rows,
        "subtitle": f"{shown} past due in this selection, largest balance first",
    }


def _share(balance: float, whole: float) -> str:
    return show.percent(balance / whole) if whole > 0 else show.UNDEFINED


def update_freshness(services: Services, search: str | None) -> tuple[str, ...]:
    """How old the figures are, what brought them, and what was assumed."""
    view = view_of(services, search)
    book, newest = view.book, view.book.days[-1]
    age = age_days(view)
    lies_back = f"{show.count(age, 'days')} ago" if age else "today"
    received = show.day(book.last_received_on) if book.last_received_on else show.UNDEFINED
    files = [batch for batch in view.reader.batches(limit=1_000_000) if _stood(batch, view.selection.known_on)]
    last = max(files, key=lambda batch: (batch.received_on, batch.id), default=None)
    latest = f"{last.filename}, {show.count(last.accepted, 'rows')} of {show.number(last.rows)}" if last else "none"
    partial = any(batch.last_day == newest and batch.scope == "partial" for batch in files)
    return (
        f"{show.day(newest)}, {lies_back}; {show.count(len(book.days), 'snapshots')} in the book",
        f"{received}, {show.count(len(files), 'batches')} in all",
        _told(book),
        latest,
        ("assumed to be the day received, the file states none" if book.as_of_assumed else "stated in the file")
        + ("; a partial file, loans it leaves out keep their last state" if partial else ""),
    )


def _stood(batch: Batch, known_on: date | None) -> bool:
    """Whether a file counts, or counted as known on a day."""
    if known_on is None:
        return batch.status == "committed"
    undone = batch.undone_on is not None and batch.undone_on <= known_on
    return batch.status != "refused" and batch.received_on <= known_on and not undone


def _told(book: Book) -> str:
    """Up to when the book's files can have told of payments and actions."""
    ends = [(source, told_until(book, source)) for source in SOURCES]
    return ", ".join(f"{source} {show.day(until) if until else show.UNDEFINED}" for source, until in ends)


def register(app: dash.Dash, services: Services) -> None:
    """Grid and facts listen to the view."""

    @app.callback(
        output={
            "title": Output(f"{LOANS}-title", "children"),
            "rows": Output(LOANS, "rowData"),
            "subtitle": Output(f"{LOANS}-subtitle", "children"),
        },
        inputs=VIEW,
    )
    def largest(search: str | None, **_: Any) -> dict[str, Any]:
        return update_largest(services, search)

    @app.callback(output=fact_outputs(FACTS), inputs=VIEW)
    def freshness(search: str | None, **_: Any) -> tuple[str, ...]:
        return update_freshness(services, search)
