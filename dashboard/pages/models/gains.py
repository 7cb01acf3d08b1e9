"""How many of the not recovered loans the riskiest ones hold: cumulative gains."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_evidence as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models import gains_line
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-gains", 320


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_gains(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The gains of the model looked at."""
    evidence = seen.card.get("evidence")
    if not evidence:
        return chart_absent(title="Cumulative gains", why=say.no_evidence(seen.shown))
    deciles = evidence["deciles"]
    return chart_props(
        gains_line(deciles, mode, height=HEIGHT),
        title=say.gains_title(deciles),
        subtitle=say.gains_subtitle(evidence),
        summary=f"{say.gains_title(deciles)}.",
        rows=say.gains_rows(deciles),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def gains(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_gains(shared.seen(search), mode)
