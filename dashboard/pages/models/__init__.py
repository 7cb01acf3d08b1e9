"""Models: can the score be trusted, and who says so?

The verdict and the training stand first and always; the evidence is under tabs, of which only the open one is computed.
A panel is one file here with one card: `card()` lays it out without numbers, `update_...(seen, ...)` makes what it shows
from the one read all panels share (`seen.Seen`), `register(app, shared, view)` wires the two. It joins the page in CONTENT.
A panel that has nothing to say is away, and its tab says what it cannot tell and why (`findings`).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import dash
from dash import Output, html

from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.page import Page
from dashboard.pages.models import (
    alarms,
    calibration,
    came_true,
    card,
    contest,
    decide,
    discrimination,
    drift,
    fairness,
    findings,
    gains,
    lift,
    needs,
    quarantine,
    ranking,
    rate,
    rate_facts,
    reasons,
    recipe,
    registry,
    rule,
    shadow,
    shapes,
    verdict,
    work,
)
from dashboard.pages.models.findings import TABS, untold_place
from dashboard.pages.models.seen import Seen, Shared
from dashboard.pages.models.watched import red_finding
from dashboard.services import Services
from dashboard.text_models import verdict_of

PAGE = Page("/models", "Models", "Prove", "Can the score be trusted?", filters=False)

Rows = tuple[tuple[ModuleType, ...], ...]
FIRST: tuple[ModuleType, ...] = (verdict, work)
"""What stands above the tabs, side by side."""

CONTENT: dict[str, Rows] = {
    "good": ((needs,), (discrimination, calibration), (lift, gains), (rate, rate_facts), (rule,)),
    "holds": ((alarms,), (drift,), (came_true, ranking)),
    "why": ((reasons, shapes), (fairness,)),
    "out": ((quarantine,), (recipe,)),
    "which": ((registry,), (decide,), (contest,), (shadow,), (card,)),
}  # fmt: skip
"""By tab its rows of panels; two panels of a row stand side by side."""


def layout() -> html.Div:
    """The page without numbers: the verdict in a sentence, what it rests on, then the evidence, a question a tab."""
    first = html.Div([each.card() for each in FIRST], className="row-2")
    panels = TABS.panels([[*map(_row, CONTENT[key]), untold_place(key)] for key, _ in TABS.names])
    return page_layout(PAGE, [first, TABS.row(), *panels])


def _row(panels: tuple[ModuleType, ...]) -> html.Div | html.Section:
    made = [each.card() for each in panels]
    return html.Div(made, className="row-even") if len(made) > 1 else made[0]


def update_answer(seen: Seen, red: str = "") -> list[object]:
    """The verdict in a sentence; `red`: what stands out badly about the model in use, see `watched.red_finding`."""
    return sentence(verdict_of(seen.models, seen.champion, seen.damage, red).sentence)


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    shared = Shared(services)

    @app.callback(Output(answer_id(PAGE), "children"), **TABS.whole())
    def answer(search: str | None, **_: Any) -> list[object]:
        seen = shared.seen(search)
        return update_answer(seen, red_finding(shared, seen))

    findings.register(app, shared)
    for panel in FIRST:
        panel.register(app, shared, TABS.whole())
    for key, rows in CONTENT.items():
        for row in rows:
            for panel in row:
                panel.register(app, shared, TABS.view(key))
