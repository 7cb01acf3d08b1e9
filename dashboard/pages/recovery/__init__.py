"""Recovery: what is being recovered, and is it getting better?"""

from __future__ import annotations

import dash
from dash import html

from dashboard import compared
from dashboard.components.head import page_layout
from dashboard.components.switch import keep_in_url
from dashboard.page import Page
from dashboard.pages.recovery import headline, liquidation, outlook, promises, rolls, to_date, warning
from dashboard.remembered import Remembered
from dashboard.services import Services

PAGE = Page("/recovery", "Recovery", "See", "What is being recovered, and is it getting better?")


def layout() -> html.Div:
    """The page without numbers: one question a row, the rates to date folded."""
    return page_layout(
        PAGE,
        [
            compared.controls(PAGE.key),
            headline.cards(),
            _part("How much of what was placed comes back, and how fast?", liquidation.cards()),
            _part("Where do the arrears go from month to month?", rolls.cards()),
            _part("Do cures last, and what is about to roll?", html.Div([rolls.cure_card(), warning.card()], className="row-even")),
            _part("Who is reached, and are promises kept?", promises.cards()),
            _part("What comes next, and how far were earlier forecasts off?", outlook.cards()),
            to_date.fold(),
        ],
    )  # fmt: skip


def _part(question: str, cards: html.Div) -> html.Div:
    return html.Div([html.P(question, className="part-question"), cards], className="part")


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    for control in (*compared.controls_of(PAGE.key), *liquidation.CONTROLS, *rolls.CONTROLS, *to_date.CONTROLS):
        keep_in_url(app, control)
    remembered = Remembered()
    headline.register(app, services, PAGE, remembered)
    for part in (liquidation, rolls, warning, promises, outlook):
        part.register(app, services, remembered)
    to_date.register(app, services)
