"""What is proposed now for the open loans."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from core.metrics.strategies import proposals
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.strategies import proposal_bars
from dashboard.pages.strategies.results import ORDER
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import view_of

PROPOSED, LOW = "strategies-proposed", 250


def card() -> html.Section:
    """The empty chart."""
    return chart_card(PROPOSED, height=LOW, why=Why("loans"))


def update_proposed(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """What is proposed now."""
    view = view_of(services, search)
    proposed = proposals(view.reader.stock(view.selection, ["proposed"]), ORDER)
    if proposed.empty or set(proposed["proposed"]) <= {NOT_STATED}:
        return chart_absent(
            title="Proposed now", why=f"{show.UNDEFINED}, because no loan of this selection has a proposal."
        )
    rows = [["Proposed", "Loans", "Share", "in arrears", "workable", "Outstanding"]]
    rows += [
        [row.proposed, show.number(row.loans), show.percent(row.share), show.number(row.arrears_loans),
         show.number(row.workable_loans), show.money_exact(row.balance)]
        for row in proposed.itertuples()
    ]  # fmt: skip
    addresses = [Why("loans", {"proposed": name}) for name in proposed["proposed"]]
    return chart_props(
        proposal_bars(proposed.assign(why=addresses), mode, height=LOW),
        title=say.proposed_title(proposed),
        subtitle=f"Open loans on {show.day(view.as_of)} by proposed strategy, n = {show.count(int(proposed['loans'].sum()), 'loans')}; "
        "a proposal, not a decision",
        summary="Proposed: " + ", ".join(f"{row[0]} {row[1]}" for row in rows[1:]) + ".",
        rows=rows,
        addresses=addresses,
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the view."""

    @app.callback(output=chart_outputs(PROPOSED), **view)
    def proposed(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_proposed(shared.services, search, mode)
