"""How well the model tells the outcomes apart: the ROC curve, AUC, Gini and KS with their intervals."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_evidence as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models import roc_curve
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-discrimination", 320


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_discrimination(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The curve of the model looked at."""
    evidence = seen.card.get("evidence")
    if not evidence:
        return chart_absent(title="How well the outcomes are told apart", why=say.no_evidence(seen.shown))
    return chart_props(
        roc_curve(evidence["roc"], mode, height=HEIGHT),
        title=say.roc_title(seen.card),
        subtitle=say.roc_subtitle(evidence),
        summary=say.roc_summary(seen.card, evidence),
        rows=say.roc_rows(seen.card, evidence),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def discrimination(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_discrimination(shared.seen(search), mode)
