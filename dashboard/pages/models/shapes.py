"""How does the risk run along single facts, other things as they are?"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_models_reasons as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.models_reasons import risk_shapes
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, HEIGHT = "models-shapes", 360


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_shapes(seen: Seen, mode: str | None) -> dict[str, Any]:
    """Mean risk along the facts of the model looked at."""
    told = seen.card.get("importance")
    if not told:
        return chart_absent(title=say.SHAPES, why=say.no_reasons(seen.shown))
    if not told["shape"]:
        return chart_absent(title=say.SHAPES, why=say.NO_SHAPES)
    names = [say.HEADS[each["field"]] for each in told["shape"]]
    return chart_props(
        risk_shapes(told["shape"], names, mode, height=HEIGHT),
        title=say.shapes_title(told),
        subtitle=say.shapes_subtitle(),
        summary=say.shapes_summary(told),
        rows=say.shapes_rows(told),
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def shapes(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_shapes(shared.seen(search), mode)
