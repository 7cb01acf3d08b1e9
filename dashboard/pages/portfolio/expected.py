"""What the loans that can be worked should bring in 12 months: in all, by proposed strategy and by product, with intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import Output, html

from core.scores.rate.sums import expected_sums
from core.workflows.proposing import damage_of
from dashboard import text_expected as say
from dashboard.components.table import empty_table, table_rows
from dashboard.services import Services
from dashboard.state import VIEW, view_of

CARD = "portfolio-expected"
TITLE, SUBTITLE, TABLE = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-table"
BY = ("proposed", "product")
MOST_GROUPS = 8


def card() -> html.Section:
    """The card, empty."""
    head = html.Div([html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")])
    return html.Section(
        [
            html.Div(head, className="card-head"),
            empty_table(TABLE, "Expected in 12 months", say.HEADS, kind="expected"),
        ],
        className="card",
        **{"aria-labelledby": TITLE},
    )


def update_expected(services: Services, search: str | None) -> dict[str, Any]:
    """Title, what the figures are, and a row each for the whole, each proposed strategy and each product."""
    view = view_of(services, search)
    chosen = replace(view.selection, lasso=None, search="")
    sums = expected_sums(view.reader, chosen, BY)
    (whole,) = sums[""]
    groups = [(by, each) for by in BY for each in sums[by][:MOST_GROUPS]]
    rows = [say.row("", whole, view.book.currency), *(say.row(by, each, view.book.currency) for by, each in groups)]
    policy = view.reader.policy_in_use()
    of = None if policy is None or damage_of(policy) else policy.id
    return {
        "title": say.title(whole, view.book.currency),
        "subtitle": say.subtitle(whole, view.reader.champion(), chosen != view.selection, of),
        "rows": table_rows(rows, say.HEADS) if whole.told else [],
    }  # fmt: skip


def register(app: dash.Dash, services: Services) -> None:
    """The card follows the view."""
    outputs = {
        "title": Output(TITLE, "children"),
        "subtitle": Output(SUBTITLE, "children"),
        "rows": Output(TABLE, "children"),
    }

    @app.callback(output=outputs, inputs=VIEW)
    def expected(search: str | None, **_: Any) -> dict[str, Any]:
        return update_expected(services, search)
