"""What the learned policy is worth on loans it did not learn from, against the rule in use; what the limits are worth; whether it may propose."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_policy as say
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.facts import fact_rows
from dashboard.figures.policy import value_forest
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD, HEIGHT = "strategies-value", 260


def card() -> html.Div:
    """The place of the chart and the facts."""
    return html.Div([], id=f"{CARD}-place", className="row-2")


def update_policy(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The held-out values, and the facts."""
    rows = say.value_rows(seen.content)
    if rows:
        return chart_props(
            value_forest(rows, mode, height=HEIGHT), title=say.value_title(seen.content, seen.currency), subtitle=say.VALUE_SUBTITLE,
            summary=say.value_summary(rows, seen.currency), rows=say.value_table(rows, seen.currency),
        )  # fmt: skip
    return chart_absent(title="What the learned policy is worth", why=say.no_value(seen.run))


def _facts(seen: Seen) -> html.Section:
    told = say.policy_facts(seen)
    rows = fact_rows([each for each in say.FACTS if each[0] in told], told)
    return html.Section([html.H2(say.policy_title(seen)), html.Dl(rows, className="facts")], className="card")


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """Chart and facts follow the run."""

    @app.callback(Output(f"{CARD}-place", "children"), **view)
    def policy(mode: str | None, **_: Any) -> list[Any]:
        seen = shared.seen()
        return [filled_card(CARD, update_policy(seen, mode), height=HEIGHT), _facts(seen)]
