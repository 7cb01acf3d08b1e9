"""Targets: what should we reach, by month and by age of a cohort?"""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, dcc, html

from core.metrics.portfolio import month_end
from core.metrics.targets import BUDGET, target_of
from dashboard import ids
from dashboard import text_targets as say
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.page import Page
from dashboard.pages.targets import ages, bring, months
from dashboard.services import Services

PAGE = Page("/targets", "Targets", "Data", "What should we reach?", filters=False)


def layout() -> html.Div:
    """The page without numbers."""
    return page_layout(
        PAGE,
        [months.card(), html.Div([bring.card(), ages.card()], className="row-2"), dcc.Store(id=bring.SENT)],
    )


def update_answer(services: Services) -> list[Any]:
    """How many targets are set, and where the budget is missing."""
    reader = services.reader()
    book, targets = reader.book(), reader.targets()
    if book.is_empty:
        return []
    coming = months.months_from(month_end(book.days[-1]), months.MONTHS_AHEAD + 1)
    missing = [month for month in coming if target_of(targets, BUDGET, month) != target_of(targets, BUDGET, month)]
    return sentence(say.targets_answer(len(targets), missing, coming[-1]))


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""

    @app.callback(Output(answer_id(PAGE), "children"), Input(ids.REVISION, "data"))
    def answer(_: int | None) -> list[Any]:
        return update_answer(services)

    months.register(app, services)
    ages.register(app, services)
    bring.register(app, services)
