"""One borrower: all their loans together, what binds them, and what was paid on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode

import dash
import dash_bootstrap_components as dbc
import pandas as pd
from dash import Output, dcc, html

from core.metrics.customers import BorrowerSummary, borrower_summary
from core.metrics.delinquency import OPEN
from core.metrics.portfolio import NO_PAYMENTS
from core.scores.rate.intervals import LOAN_LEVEL
from core.scores.scoring.explain import unpacked
from core.scores.scoring.what_if import what_if
from core.selection import NOT_STATED, Selection
from core.workflows.proposing import value_policy_of
from dashboard import format as show
from dashboard import text_customers as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.components.reasons import part_list, what_if_list
from dashboard.components.score_badge import risk
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of
from dashboard.text_reasons import PARTS_TITLE, WHAT_IF_TITLE

CARD, LOANS, PAYMENTS = "customers-borrower", "customers-borrower-list", "customers-borrower-payments"
SEARCH = f"{CARD}-search"
CONTROLS = (SEARCH,)
KEY = "borrower"
LONGEST, MOST_CHOICES, MOST_SEARCHED, MOST_LOANS, MOST_PAYMENTS = 80, 12, 200, 50, 200
MOST_EXPLAINED = 2
FACTS = (
    ("loans", "Loans"), ("owed", "Outstanding"), ("arrears", "In arrears"), ("behind", "Furthest behind"),
    ("hold", "Hold"), ("paid", "Paid to date"),
)  # fmt: skip
EXPECTED_NOTE = (
    f"Expected recovery in 12 months; in brackets what the middle {show.percent(LOAN_LEVEL, 0)} of loans like it brought, "
    "where a model told it"
)
LOAN_COLUMNS = (
    text_column("loan_ref", "Loan", flex=0, width=105, pinned="left"),
    text_column("product", "Product", minWidth=90),
    text_column("status", "Status", minWidth=90),
    number_column("dpd", "Days past due", minWidth=80),
    number_column("balance", "Outstanding", minWidth=105),
    text_column("hold", "Hold", minWidth=95),
    text_column("placed_on", "Placed on", minWidth=105),
    number_column("risk", "Risk", minWidth=90),
    number_column("expected", "Expected", minWidth=195, headerTooltip=EXPECTED_NOTE),
    text_column("proposed", "Proposed", minWidth=100),
    text_column("strategy", "Strategy now", minWidth=105),
    text_column("branch", "Branch", minWidth=110),
    text_column("agency", "Agency", minWidth=110),
    text_column("collector", "Collector", minWidth=105),
    text_column("last_contact", "Last contact", minWidth=190),
)
PAYMENT_COLUMNS = (
    text_column("paid_on", "Paid on", minWidth=105),
    text_column("loan_ref", "Loan", minWidth=95),
    number_column("amount", "Amount", minWidth=100),
    text_column("kind", "Kind", minWidth=90),
    text_column("payment_ref", "Payment", minWidth=110),
    text_column("channel", "Channel", minWidth=100),
)


def card() -> html.Section:
    """The search, and the empty places of what it finds."""
    search = dbc.Input(
        id=SEARCH, type="search", value="", debounce=350, size="sm", maxlength=LONGEST, placeholder="B000123", autocomplete="off",
    )  # fmt: skip
    found = html.Div(
        [html.Label("Borrower or loan", htmlFor=SEARCH), search, dcc.Store(id=f"{SEARCH}-key", data={"key": KEY, "default": ""})],
        className="chooser",
    )  # fmt: skip
    head = [html.Div([html.H2("", id=f"{CARD}-title"), html.P("", id=f"{CARD}-subtitle", className="subtitle")]),
            html.Div([found], className="card-controls")]  # fmt: skip
    facts = html.Dl(
        [html.Div([html.Dt(word), html.Dd("", id=f"{CARD}-{name}")]) for name, word in FACTS], className="facts borrower-facts"
    )  # fmt: skip
    whole = [
        facts,
        html.Div([html.H3("Loans"), dcc.Link("In the work list", href="/segments", id=f"{CARD}-work", className="link")],
                 className="borrower-head"),
        grid(LOANS, LOAN_COLUMNS, label="Loans of the borrower", rowData=[]),
        html.H3(WHAT_IF_TITLE),
        html.Div([], id=f"{CARD}-what-if"),
        html.H3(PARTS_TITLE),
        html.Div([], id=f"{CARD}-parts"),
        html.H3("Payments"),
        html.P("", id=f"{PAYMENTS}-subtitle", className="subtitle"),
        grid(PAYMENTS, PAYMENT_COLUMNS, label="Payments of the borrower", height=260, rowData=[]),
    ]  # fmt: skip
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Div([], id=f"{CARD}-choices", className="borrower-choices"),
            html.Div(whole, id=f"{CARD}-whole", className="is-absent"),
        ],
        className="card",
        id=CARD,
    )


def update_borrower(services: Services, search: str | None) -> dict[str, Any]:
    """All about the borrower the address names; whom it may mean where it names none exactly."""
    view, asked = view_of(services, search), asked_of(search)
    if not asked:
        return _nothing(say.FIND_TITLE, say.FIND_NOTE)
    loans, meant, more = _found(view, asked)
    if loans.empty:
        why = say.several_found(asked, len(meant), more) if meant else say.nobody_found(asked, show.day(view.as_of))
        return _nothing(say.FIND_TITLE, why) | {"choices": [_choice(ref, search) for ref in meant]}
    ref = str(loans["borrower_ref"].iloc[0])
    loan_refs = loans["loan_ref"].tolist()
    paid, known_on = view.book.has_payments, view.selection.known_on
    cash = view.reader.cash_between(loan_refs, date.min, view.as_of, known_on) if paid else None
    payments, told = _payments(view, loan_refs)
    return {
        "title": say.borrower_title(ref, loan_refs[0]),
        "subtitle": f"Every loan on {show.day(view.as_of)}, of any status; the filters above do not apply here.",
        "choices": [],
        "whole": "",
        "work": _work_list(view, ref),
        "facts": _facts(borrower_summary(loans, cash), view.book.currency),
        "loans": [_loan(row) for row in loans.to_dict("records")],
        **_reasons(view, ref),
        "payments_subtitle": told,
        "payments": payments,
    }


def asked_of(search: str | None) -> str:
    """What the address asks for, without the spaces around it; "" for nobody."""
    given = parse_qs((search or "").lstrip("?")).get(KEY, [""])[-1]
    return given.strip()[:LONGEST]


def _found(view: View, asked: str) -> tuple[pd.DataFrame, list[str], bool]:
    """The loans of the one borrower meant (none where there are several or nobody), whom it may mean, and whether it
    may mean more than those."""
    for ref in (asked, view.reader.borrower_of(asked, view.selection)):
        loans = view.reader.borrower_loans(ref or asked, view.selection)
        if len(loans):
            return loans, [asked], False
    begins = replace(view.selection, filters={}, lasso=None, search=asked)
    page = view.reader.loans(begins, sort="balance", limit=MOST_SEARCHED)
    meant = list(dict.fromkeys(page.frame["borrower_ref"]))
    if len(meant) == 1:
        return view.reader.borrower_loans(meant[0], view.selection), meant, False
    more = page.next_key is not None or len(meant) > MOST_CHOICES
    return loans, sorted(meant[:MOST_CHOICES]), more


def _nothing(title: str, why: str) -> dict[str, Any]:
    return {
        "title": title, "subtitle": why, "choices": [], "whole": "is-absent", "work": "/segments",
        "facts": [""] * len(FACTS), "loans": [], "what_if": [], "parts": [],
        "payments_subtitle": "", "payments": [],
    }  # fmt: skip


def _choice(ref: str, search: str | None) -> dcc.Link:
    """A link to one of those who may be meant; the rest of the address stays."""
    kept = {key: values for key, values in parse_qs((search or "").lstrip("?")).items() if key != KEY}
    return dcc.Link(ref, href=f"/customers?{urlencode({**kept, KEY: ref}, doseq=True)}", className="link")


def _work_list(view: View, ref: str) -> str:
    asked = Selection(view.selection.as_of, view.selection.against, view.selection.known_on, search=ref)
    return f"/segments?{asked.to_query()}"


def _facts(summary: BorrowerSummary, currency: str) -> list[str]:
    late = f" on {show.count(summary.loans_in_arrears, 'loans')}" if summary.loans_in_arrears else ""
    paid = (
        show.money_exact(summary.cash) if summary.cash == summary.cash else f"{show.UNDEFINED}, because {NO_PAYMENTS}"
    )
    unit = f" {currency}" if currency else ""
    return [
        say.loans_words(summary),
        f"{show.money_exact(summary.balance)}{unit}",
        f"{show.money_exact(summary.arrears_balance)}{unit}{late}",
        say.behind_words(summary),
        say.hold_words(summary),
        f"{paid}{unit if summary.cash == summary.cash else ''}",
    ]


def _loan(row: dict[str, Any]) -> dict[str, str]:
    contact = [_day(row["last_contact_on"]), _said(row["last_contact_result"])]
    return {
        **{name: _said(row[name]) for name in ("loan_ref", "product", "status", "hold", "proposed", "strategy")},
        **{name: _said(row[name]) for name in ("branch", "agency", "collector")},
        "dpd": show.number(row["dpd"]),
        "balance": show.money_exact(row["balance"]),
        "placed_on": _day(row["placed_on"]) or "never placed",
        "risk": risk(row["risk_score"], row["source"]),
        "expected": _expected(row),
        "last_contact": ", ".join(part for part in contact if part) or "none recorded",
    }


def _expected(row: dict[str, Any]) -> str:
    """The expected recovery and, where a model told it, what the middle of the loans like it brought."""
    if row["expected_recovery"] != row["expected_recovery"]:
        return show.UNDEFINED
    amount = show.number(row["expected_recovery"])
    if row["expected_low"] != row["expected_low"]:
        return amount
    return f"{amount} ({show.number(row['expected_low'])} to {show.number(row['expected_high'])})"


def _reasons(view: View, ref: str) -> dict[str, list[Any]]:
    """What would change the recommendation, and what made the score of the largest loans in arrears."""
    told = view.reader.borrower_snapshots(ref, view.selection)
    asked = what_if(told, champion=view.reader.champion(), proposed_by=value_policy_of(told["policy"]))
    worked = told[(told["status"].fillna(OPEN) == OPEN) & (told["dpd"] >= 1)].sort_values(
        "balance", ascending=False, kind="stable"
    )
    parts: list[Any] = []
    for row in worked.head(MOST_EXPLAINED).to_dict("records"):
        head = html.H4(say.loan_score(row["loan_ref"], risk(row["risk_score"], row["source"])))
        parts.append(
            html.Div([head, *part_list(unpacked(row["contributions"]), row["source"])], className="reasons-of-loan")
        )
    more = len(worked) - MOST_EXPLAINED
    note = say.more_loans(more) if more > 0 else "" if len(worked) else say.NOTHING_BEHIND
    return {"what_if": what_if_list(asked), "parts": [*parts, *([html.P(note, className="muted")] if note else [])]}


def _payments(view: View, loan_refs: list[str]) -> tuple[list[dict[str, str]], str]:
    """The newest payments of all loans up to the day, and what is listed."""
    if not view.book.has_payments:
        return [], f"{show.UNDEFINED}, because {NO_PAYMENTS}."
    known_on = view.selection.known_on
    of_loans = [view.reader.payments_of(ref, known_on).assign(loan_ref=ref) for ref in loan_refs[:MOST_LOANS]]
    rows = pd.concat(of_loans, ignore_index=True)
    rows = rows[rows["paid_on"] <= view.as_of.isoformat()].sort_values("paid_on", ascending=False, kind="stable")
    shown = f"the {MOST_PAYMENTS} newest of " if len(rows) > MOST_PAYMENTS else ""
    told = (
        f"{shown}{show.count(len(rows), 'payments')} up to {show.day(view.as_of)} on all loans together, newest first."
    )
    return [_payment(row) for row in rows.head(MOST_PAYMENTS).to_dict("records")], f"{told[0].upper()}{told[1:]}"


def _payment(row: dict[str, Any]) -> dict[str, str]:
    return {
        "paid_on": _day(row["paid_on"]), "loan_ref": row["loan_ref"], "amount": show.money_exact(row["amount"]),
        "kind": _said(row["payment_kind"]), "payment_ref": _said(row["payment_ref"]), "channel": _said(row["channel"]),
    }  # fmt: skip


def _said(value: Any) -> str:
    return value if isinstance(value, str) and value != NOT_STATED else ""


def _day(value: Any) -> str:
    return show.day(value) if _said(value) else ""


def register(app: dash.Dash, services: Services) -> None:
    """The card listens to the address."""
    outputs = {
        "title": Output(f"{CARD}-title", "children"),
        "subtitle": Output(f"{CARD}-subtitle", "children"),
        "choices": Output(f"{CARD}-choices", "children"),
        "whole": Output(f"{CARD}-whole", "className"),
        "work": Output(f"{CARD}-work", "href"),
        "facts": [Output(f"{CARD}-{name}", "children") for name, _ in FACTS],
        "loans": Output(LOANS, "rowData"),
        "what_if": Output(f"{CARD}-what-if", "children"),
        "parts": Output(f"{CARD}-parts", "children"),
        "payments_subtitle": Output(f"{PAYMENTS}-subtitle", "children"),
        "payments": Output(PAYMENTS, "rowData"),
    }

    @app.callback(output=outputs, inputs=VIEW)
    def one(search: str | None, **_: Any) -> dict[str, Any]:
        return update_borrower(services, search)
