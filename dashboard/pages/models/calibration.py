"""Whether the model's 0.3 means three in ten: promised against observed, with the gap that chance alone makes."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_evidence as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models import calibration_dots
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-calibration", 320


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_calibration(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The bins of the model looked at."""
    evidence = seen.card.get("evidence")
    if not evidence:
        return chart_absent(title="Whether the probabilities hold", why=say.no_evidence(seen.shown))
    told = evidence["calibration"]
    return chart_props(
        calibration_dots(told["bins"], mode, height=HEIGHT),
        title=say.calibration_title(told),
        subtitle=say.calibration_subtitle(told),
        summary=say.calibration_summary(told),
        rows=say.calibration_rows(told),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def calibration(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_calibration(shared.seen(search), mode)
