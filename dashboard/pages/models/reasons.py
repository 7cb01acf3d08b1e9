"""Why does the score say so: which reasons move it most, and would a refit name the same?"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_reasons as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models_reasons import importance_bars
from dashboard.pages.models.seen import Listens, Seen, Shared
from dashboard.text_reasons import family_words

CARD, HEIGHT = "models-reasons", 360


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_reasons(seen: Seen, mode: str | None) -> dict[str, Any]:
    """Importance by family of the model looked at."""
    told = seen.card.get("importance")
    if not told:
        return chart_absent(title=say.REASONS, why=say.no_reasons(seen.shown))
    names = [family_words(each["family"]) for each in told["families"]]
    return chart_props(
        importance_bars(told["families"], names, mode, height=HEIGHT),
        title=say.reasons_title(told),
        subtitle=say.reasons_subtitle(told),
        summary=say.reasons_summary(told),
        rows=say.reasons_rows(told),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def reasons(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_reasons(shared.seen(search), mode)
