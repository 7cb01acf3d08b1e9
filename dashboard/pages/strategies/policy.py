"""What the learned policy is worth on loans it did not learn from, against the rule in use; what the limits are worth; whether it may be tried."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.strategies.catalogue import NO_ACTION
from core.strategies.policy.simulate import Rule
from core.workflows.simulate import simulated
from dashboard import text_policy as say
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.facts import fact_rows
from dashboard.figures.policy import value_forest
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.pages.strategies.try_it import simulable_of

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


def _today(shared: Shared) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """What the policy would do with today's loans within today's limits, and what these are worth; None where that is not known."""
    on = simulable_of(shared)
    if isinstance(on, str):
        return None, None
    found = simulated(on, on.limits, Rule("value"))
    shares = {
        name: loans / max(found.workable, 1) for name, loans in zip(on.names, found.rule.loans.tolist(), strict=True)
    }
    shares[NO_ACTION] = max(0.0, 1.0 - sum(shares.values()))
    prices = found.prices
    assert prices is not None
    worth = {name: price for name, price in zip(on.names, prices.places.tolist(), strict=True) if price > 0}
    return shares, {**worth, "hour": prices.hour, "budget": prices.money}


def _facts(seen: Seen, shares: dict[str, float] | None = None, prices: dict[str, float] | None = None) -> html.Section:
    told = say.policy_facts(seen, shares, prices)
    rows = fact_rows([each for each in say.FACTS if each[0] in told], told)
    return html.Section([html.H2(say.policy_title(seen)), html.Dl(rows, className="facts")], className="card")


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """Chart and facts follow the run."""

    @app.callback(Output(f"{CARD}-place", "children"), **view)
    def policy(mode: str | None, **_: Any) -> list[Any]:
        seen = shared.seen()
        return [filled_card(CARD, update_policy(seen, mode), height=HEIGHT), _facts(seen, *_today(shared))]
