"""Whether the score still ranks: AUC by the month loans came into arrears, beside that of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import html

from core.records import Model
from dashboard import text_came_true as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.drift import ranking_dots
from dashboard.pages.models.seen import Listens, Shared
from dashboard.pages.models.watched import watched
from dashboard.text_drift import of_kind

CARD, HEIGHT = "models-ranking", 300


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_ranking(model: Model | None, rows: Sequence[dict[str, Any]], mode: str | None) -> dict[str, Any]:
    """AUC of each month that has matured; else why there is none, and until when."""
    found = of_kind(rows, "ranking")
    if not found:
        return chart_absent(title="Whether it still ranks", why=say.not_yet(rows, model))
    row, of = found[0], found[0]["details"]
    return chart_props(
        ranking_dots(of["cohorts"], of["before"], mode, height=HEIGHT),
        title=say.ranking_title(row), subtitle=say.ranking_subtitle(row), summary=say.ranking_summary(row),
        rows=say.ranking_rows(row),
    )  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), **view)
    def ranking(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        _, model, rows = watched(shared, search)
        return update_ranking(model, rows, mode)
