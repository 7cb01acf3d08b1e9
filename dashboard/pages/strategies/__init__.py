"""Strategies: what works, for whom, and at what value?

The measurement stands first and always: when it was made, what came since, the button that makes it again. Everything else
is under tabs, of which only the open one is computed. A panel is one file here: `card()` lays it out without numbers,
`update_...` makes what it shows, `register(app, shared, view)` wires the two. It joins the page in CONTENT.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import dash
from dash import Output, html

from dashboard import text_effects
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.page import Page
from dashboard.pages.strategies import (
    brought,
    by_segment,
    curves,
    decide,
    decided,
    effects,
    findings,
    forest,
    groups,
    levels,
    over_time,
    overlap,
    plan,
    policy,
    proposed,
    rests,
    suggestions,
    trials,
    try_it,
    waiting,
    work,
)
from dashboard.pages.strategies.findings import TABS
from dashboard.pages.strategies.seen import Seen, Shared
from dashboard.services import Services

PAGE = Page("/strategies", "Strategies", "See", "What works, for whom, and at what value?")

Rows = tuple[tuple[ModuleType, ...], ...]
CONTENT: dict[str, Rows] = {
    "works": ((effects,), (forest, levels), (overlap,), (rests,)),
    "whom": ((groups,),),
    "brought": ((brought,), (curves, by_segment), (over_time,)),
    "next": ((suggestions, decide), (policy,), (proposed, waiting)),
    "try": ((try_it,),),
    "trials": ((trials,), (plan,)),
    "decided": ((decided,),),
}
"""By tab its rows of panels; two panels of a row stand side by side."""


def layout() -> html.Div:
    """The page without numbers: the answer in a sentence, the measurement, then a question a tab."""
    panels = TABS.panels([list(map(_row, CONTENT[key])) for key, _ in TABS.names])
    return page_layout(PAGE, [work.card(), TABS.row(), *panels])


def _row(panels: tuple[ModuleType, ...]) -> Any:
    made = [each.card() for each in panels]
    return html.Div(made, className="row-even") if len(made) > 1 else made[0]


def update_answer(services: Services, seen: Seen, search: str | None) -> list[object]:
    """What works, in a sentence or two; what happened, where nothing was measured."""
    told = seen.effects()
    happened = "" if told else brought.happened(services, search)
    return sentence(text_effects.answer(seen.run, seen.currency, happened))


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    shared = Shared(services)

    @app.callback(Output(answer_id(PAGE), "children"), **TABS.whole())
    def answer(search: str | None, **_: Any) -> list[object]:
        return update_answer(services, shared.seen(), search)

    findings.register(app, shared)
    work.register(app, shared, TABS.whole())
    for key, rows in CONTENT.items():
        for row in rows:
            for panel in row:
                panel.register(app, shared, TABS.view(key))
