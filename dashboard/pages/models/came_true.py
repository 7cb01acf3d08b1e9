"""What came true of the scores given: actual over expected by tenth, on outcomes that have had their time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import html

from core.records import Model
from dashboard import text_came_true as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.drift import ratio_dots
from dashboard.pages.models.seen import Listens, Shared
from dashboard.pages.models.watched import watched
from dashboard.text_drift import is_finite, of_kind

CARD, HEIGHT = "models-came-true", 300


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_came_true(model: Model | None, rows: Sequence[dict[str, Any]], mode: str | None) -> dict[str, Any]:
    """The tenths of the scores whose outcome is known; else why there are none, and until when."""
    whole = of_kind(rows, "calibration")
    found = of_kind(rows, "recent") or whole  # findings of before the newest months were told apart hold the whole only
    if not found or not is_finite(found[0]["value"]):
        return chart_absent(title="What came true", why=say.not_yet(rows, model))
    row = found[0]
    return chart_props(
        ratio_dots(row["details"]["deciles"], mode, height=HEIGHT),
        title=say.ratio_title(row), subtitle=say.ratio_subtitle(row, next(iter(whole), None)), summary=say.ratio_summary(row), rows=say.ratio_rows(row),
    )  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def came_true(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        _, model, rows = watched(shared, search)
        return update_came_true(model, rows, mode)
