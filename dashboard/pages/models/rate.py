"""Whether what was promised of the recovery came: promised against realised rates by tenth."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_rate as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models_rate import rate_dots
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-rate", 500


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_rate(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The tenths of the model looked at."""
    told = say.rate_of(seen.shown)
    if told is None:
        return chart_absent(title=say.TITLE, why=say.no_rate(seen.shown))
    return chart_props(
        rate_dots(told["deciles"], mode, height=HEIGHT),
        title=say.rate_title(told),
        subtitle=say.rate_subtitle(told),
        summary=say.rate_summary(told),
        rows=say.rate_rows(told),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def rate(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_rate(shared.seen(search), mode)
