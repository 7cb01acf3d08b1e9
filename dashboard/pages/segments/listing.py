"""The loans behind the selection, page by page, the most promising first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
import dash_bootstrap_components as dbc
import pandas as pd
from dash import Input, Output, State, dcc, html

from core.loan_fields import LOAN_FIELDS
from core.segments.migration import CLEARLY
from core.selection import NOT_STATED
from core.strategies.catalogue import NO_ACTION
from dashboard import format as show
from dashboard import ids
from dashboard.components.grid import borrower_column, grid, number_column, text_column
from dashboard.components.score_badge import risk
from dashboard.components.switch import chooser
from dashboard.pages.segments import confirm
from dashboard.pages.segments.evidence import TABS
from dashboard.pages.segments.profiles import no_expectation
from dashboard.services import Services
from dashboard.state import View, page_key, view_of

GRID = "segments-loans"
KEYS = "segments-loans-keys"
CONTROLS = ("segments-sort", "segments-search")
PAGE_SIZE = 50
DEFAULT_SORT = "expected_recovery"
SORTS = (
    ("expected_recovery", "Suggested order"), ("expected_net", "Expected net value"), ("balance", "Outstanding"),
    ("risk_score", "Risk"), ("dpd", "Days past due"), ("last_contact_on", "Last contact"), ("hold", "Hold"),
)  # fmt: skip
_STRATEGY = {"cellClassRules": {
    "is-standard": "params.value == 'Standard'", "is-settlement": "params.value == 'Settlement'",
    "is-legal": "params.value == 'Legal'",
}}  # fmt: skip
COLUMNS = (
    text_column("loan_ref", "Loan", flex=0, width=105, pinned="left"),
    text_column("product", "Product", minWidth=90),
    number_column("dpd", "Days past due", minWidth=85),
    number_column("balance", "Outstanding", minWidth=108),
    number_column("risk", "Risk", minWidth=95),
    number_column("expected_recovery", "Expected", minWidth=95, headerTooltip="Expected recovery in 12 months"),
    text_column("proposed", "Proposed", minWidth=112, **_STRATEGY),
    text_column("confirmation", "Confirmation", minWidth=148),
    text_column("strategy", "Strategy now", minWidth=115, **_STRATEGY),
    borrower_column(minWidth=95),
    text_column("hold", "Hold", minWidth=95),
    text_column("collector", "Owner", minWidth=100),
    text_column("last_contact", "Last contact", minWidth=200),
    text_column("segment", "Segment", minWidth=260, tooltipField="segment"),
    text_column("why", "Why", minWidth=520, tooltipField="why"),
)


def card() -> html.Section:
    """The list with its order, search, pages and decisions."""
    search = dbc.Input(
        id="segments-search",
        type="search",
        value="",
        debounce=350,
        size="sm",
        maxlength=80,
        placeholder="LN-000123",
        autocomplete="off",
    )
    found = html.Div(
        [html.Label("Loan or borrower", htmlFor="segments-search"), search,
         dcc.Store(id="segments-search-key", data={"key": "search", "default": ""})],
        className="chooser",
    )  # fmt: skip
    controls = [found, chooser("segments-sort", "Sort by", SORTS, DEFAULT_SORT, key="sort"),
                html.A("Export these loans", id="segments-export", href="/download/loans.csv", className="link", download="")]  # fmt: skip
    head = [html.Div([html.H2("", id=f"{GRID}-title"), html.P("", id=f"{GRID}-subtitle", className="subtitle")]),
            html.Div(controls, className="card-controls")]  # fmt: skip
    pages = [
        html.Button("Previous", id=f"{GRID}-previous", className="button quiet", disabled=True),
        html.Span("", id=f"{GRID}-place", className="muted figure", role="status"),
        html.Button("Next", id=f"{GRID}-next", className="button quiet", disabled=True),
    ]
    selecting = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True, "enableClickSelection": False}
    options = {
        "rowSelection": selecting,
        "selectionColumnDef": {"pinned": "left", "width": 44, "flex": 0, "minWidth": 44},
        "tooltipShowDelay": 300,
    }
    table = grid(
        GRID,
        COLUMNS,
        label="Loans of the selection",
        height=520,
        empty="No loans match.",
        rowData=[],
        dashGridOptions=options,
    )
    foot = html.Div([html.Div(pages, className="pager"), *confirm.controls()], className="list-foot")
    return html.Section([html.Div(head, className="card-head"), table, foot], className="card", id="segments-list")


def update_list(services: Services, search: str | None, keys: Sequence[str | None] | None, step: int) -> dict[str, Any]:
    """One page of the list.

    Args:
        keys: as this function returned them: one key a page turned so far, and the key of the page after.
        step: +1 for the next page, -1 for the one before, 0 for the first.
    """
    view = view_of(services, search)
    sort = _order(view, page_key(search, "sort", [name for name, _ in SORTS], DEFAULT_SORT))
    known = _turned(keys, step)
    page = view.reader.loans(view.selection, sort=sort, after=known[-1], limit=PAGE_SIZE)
    first = PAGE_SIZE * (len(known) - 1) + 1
    last = first + len(page.frame) - 1
    newest = view.as_of == view.book.days[-1] and view.selection.known_on is None
    return {
        "rows": rows_of(page.frame, newest),
        "selected": [],
        "title": _title(view, page.total),
        "subtitle": _subtitle(view, sort, page.frame),
        "place": f"{show.number(first)} to {show.number(last)} of {show.number(page.total)}" if len(page.frame) else "",
        "previous": len(known) < 2,
        "next": page.next_key is None,
        "keys": [*known[1:], page.next_key or ""],
    }


def _order(view: View, asked: str) -> str:
    """The order asked for. The suggested one is by expected recovery, and by risk where nothing is expected of any loan because no payment is known."""
    return asked if view.book.has_payments or asked != DEFAULT_SORT else "risk_score"


def _turned(keys: Sequence[str | None] | None, step: int) -> list[str | None]:
    """The keys of the pages up to the one to show."""
    known = [key for key in keys or () if isinstance(key, str)]
    kept = {1: len(known), -1: len(known) - 2}.get(step, 0)
    return [None, *known[: max(0, kept)]]


def rows_of(frame: pd.DataFrame, newest: bool) -> list[dict[str, Any]]:
    """A page of loans as the grid shows them; `can_confirm` marks those a person may send to Legal today."""
    return [_row(loan, newest) for loan in frame.to_dict("records")]


def _row(loan: dict[str, Any], newest: bool) -> dict[str, Any]:
    waits = bool(loan["needs_confirmation"])
    contact = [
        show.day(loan["last_contact_on"]) if _said(loan["last_contact_on"]) else "",
        _said(loan["last_contact_result"]),
    ]
    return {
        "loan_ref": loan["loan_ref"],
        "borrower_ref": _said(loan["borrower_ref"]),
        "product": _said(loan["product"]),
        "dpd": show.number(loan["dpd"]),
        "balance": show.number(loan["balance"]),
        "risk": risk(loan["risk_score"], loan["source"]),
        "expected_recovery": show.number(loan["expected_recovery"]),
        "proposed": loan["proposed"],
        "confirmation": "needs confirmation" if waits else "confirmed" if loan["proposed"] == confirm.STRATEGY else "",
        "strategy": loan["strategy"],
        "hold": _said(loan["hold"]),
        "collector": _said(loan["collector"]),
        "last_contact": ", ".join(part for part in contact if part) or "none recorded",
        "segment": _segment(loan),
        "why": "; ".join(loan["reasons"]),
        "can_confirm": newest and waits and loan["proposed"] == confirm.STRATEGY and not _said(loan["hold"]),
    }


def _segment(loan: dict[str, Any]) -> str:
    """The segment, and whether it could as well be another or none."""
    notes = ["borderline"] if loan["segment_margin"] <= CLEARLY else []
    notes += ["unlike anything seen"] if loan["segment_unlike"] else []
    return f"{loan['segment']} ({', '.join(notes)})" if notes else str(loan["segment"])


def _said(value: Any) -> str:
    return value if isinstance(value, str) and value != NOT_STATED else ""


def _title(view: View, total: int) -> str:
    narrowed = view.selection.filters or view.selection.lasso or view.selection.search
    return f"{show.count(total, 'loans')} in {'the selection' if narrowed else 'the book'}"


def _subtitle(view: View, sort: str, frame: pd.DataFrame) -> str:
    parts = [f"Open loans on {show.day(view.as_of)}, highest {LOAN_FIELDS[sort].label.lower()} first."]
    if view.selection.lasso:
        parts.append("Only those in the lasso.")
    if view.selection.search:
        parts.append(f"Loan or borrower starts with “{view.selection.search}”.")
    if sort == "expected_net":
        parts.append("Net values rest on the costs that the export names.")
    if len(frame) and frame["expected_recovery"].isna().all():
        idle = bool(frame["proposed"].eq(NO_ACTION).all())
        parts.append(
            f"Expected recovery of these loans is {show.UNDEFINED}, because {no_expectation(view, idle=idle)}."
        )
    return " ".join(parts)


def register(app: dash.Dash, services: Services) -> None:
    """The list follows the address; the pager turns its pages."""
    outputs = {
        "rows": Output(GRID, "rowData"),
        "selected": Output(GRID, "selectedRows"),
        "title": Output(f"{GRID}-title", "children"),
        "subtitle": Output(f"{GRID}-subtitle", "children"),
        "place": Output(f"{GRID}-place", "children"),
        "previous": Output(f"{GRID}-previous", "disabled"),
        "next": Output(f"{GRID}-next", "disabled"),
        "keys": Output(KEYS, "data"),
        "tab": Output(TABS.tab("list"), "children"),
    }
    inputs = {
        **TABS.whole()["inputs"],
        "_previous": Input(f"{GRID}-previous", "n_clicks"),
        "_next": Input(f"{GRID}-next", "n_clicks"),
    }

    @app.callback(output=outputs, inputs=inputs, state={"keys": State(KEYS, "data")}, prevent_initial_call=True)
    def turn(search: str | None, keys: list[str | None] | None, **_: Any) -> dict[str, Any]:
        step = {f"{GRID}-previous": -1, f"{GRID}-next": 1}.get(dash.ctx.triggered_id)
        told = update_list(services, search, keys, step or 0)
        return told | {"tab": TABS.words("list", told["title"])}

    app.clientside_callback(
        dash.ClientsideFunction("segments", "exportLink"), Output("segments-export", "href"), Input(ids.URL, "search")
    )
