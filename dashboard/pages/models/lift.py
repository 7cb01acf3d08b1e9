"""How much worse the riskier tenths of the loans are: lift by decile."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_evidence as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models import decile_bars
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-lift", 320


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_lift(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The tenths of the model looked at."""
    evidence = seen.card.get("evidence")
    if not evidence:
        return chart_absent(title="Lift by tenth", why=say.no_evidence(seen.shown))
    deciles = evidence["deciles"]
    return chart_props(
        decile_bars(deciles, evidence["events"] / evidence["n"], mode, height=HEIGHT),
        title=say.lift_title(deciles),
        subtitle=say.lift_subtitle(evidence),
        summary=say.lift_summary(deciles),
        rows=say.lift_rows(deciles),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def lift(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_lift(shared.seen(search), mode)
