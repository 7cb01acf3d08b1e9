"""Accounts about to roll: how much is expected to move to a worse bucket by the next month-end."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.delinquency import BUCKETS
from core.metrics.early_warning import EVERY_PRODUCT, about_to_roll, roll_risks
from core.metrics.whole_month import newest_whole_month
from dashboard import format as show
from dashboard import text_recovery_moves as say
from dashboard.address import Why
from dashboard.components.drawer import why_button
from dashboard.components.grid import grid, number_column, text_column
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, view_of
from dashboard.text_why import label_of

CARD = "recovery-warning"
TITLE, SUBTITLE = f"{CARD}-title", f"{CARD}-subtitle"
TABLE, ABSENT = f"{CARD}-table", "is-absent"


def card() -> html.Section:
    """A sentence and a table, empty."""
    columns = [
        text_column("bucket", "Arrears", minWidth=76, width=84, pinned="left"), number_column("loans", "Loans", minWidth=58),
        number_column("balance", "Balance", minWidth=72), number_column("chance", "Rolled before", minWidth=68),
        number_column("interval", "95 % interval", minWidth=112), number_column("n", "n", minWidth=56),
        number_column("expected", "Will roll", minWidth=68),
    ]  # fmt: skip
    why = Why("rolling_next_month")
    head = [
        html.Div([html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]),
    ]
    foot = html.Div(why_button(why.to_query(), label_of(why), described_by=TITLE), className="card-foot at-end")
    table = html.Div(grid(CARD, columns, label="About to roll, by arrears", rowData=[]), id=TABLE, className=ABSENT)
    return html.Section(
        [html.Div(head, className="card-head"), table, foot], className="card chart", **{"aria-labelledby": TITLE}
    )


def update_warning(services: Services, search: str | None) -> dict[str, Any]:
    """The sentence and a row a bucket."""
    view = view_of(services, search)
    month = newest_whole_month(view.reader.book(view.selection.known_on), view.selection)
    if month.why:
        return {
            "title": "About to roll",
            "subtitle": f"{show.UNDEFINED}, because {month.why}.",
            "rows": [],
            "table": ABSENT,
        }
    at = view.selection.at(month.closing)
    risks = roll_risks(view.reader.flows(at, ["month", "product", "origin", "state"]))
    seen = by_bucket(about_to_roll(view.reader.stock(at, ["product", "bucket"]), risks), risks)
    return {
        "title": say.warning_title(seen, month.closing),
        "subtitle": say.warning_subtitle(seen, month.closing),
        "rows": say.warning_rows(seen),
        "table": "" if len(seen) else ABSENT,
    }


def by_bucket(seen: pd.DataFrame, risks: pd.DataFrame) -> pd.DataFrame:
    """What is about to roll, with the products of a bucket taken together.

    Args:
        seen: from `about_to_roll`.
        risks: from `roll_risks`.

    Returns:
        One row a bucket with loans, in order: bucket, loans, balance, expected_loans, expected_balance (by product, NaN
        where no month told), and of the bucket as a whole probability, n (opening loans it rests on), low, high.
    """
    amounts = ["loans", "balance", "expected_loans", "expected_balance"]
    together = seen.groupby("bucket")[amounts].sum(min_count=1)
    whole = risks[risks["product"] == EVERY_PRODUCT].set_index("bucket")
    rows = together.reindex([name for name in BUCKETS if name in together.index])
    rows = rows.join(whole[["loans", "probability", "low", "high"]].rename(columns={"loans": "n"}))
    return rows.rename_axis("bucket").reset_index()


def register(app: dash.Dash, services: Services, remembered: Remembered) -> None:
    """One reading of the flows by product."""
    places = {
        "title": Output(TITLE, "children"),
        "subtitle": Output(SUBTITLE, "children"),
        "rows": Output(CARD, "rowData"),
        "table": Output(TABLE, "className"),
    }

    @app.callback(output=places, inputs=VIEW)
    def warning(search: str | None, **_: Any) -> dict[str, Any]:
        made: dict[str, Any] = remembered.answer(
            services.reader().book(), ("warning", search), lambda: update_warning(services, search)
        )
        return made
