"""Models: can the score be trusted, and who says so?

A panel is one file here with one card: `card()` lays it out without numbers, `update_...(seen, ...)` makes what it shows
from the one read all panels share (`seen.Seen`), `register(app, shared)` wires the two. It joins the page in PARTS.
"""

from __future__ import annotations

from types import ModuleType

import dash
from dash import Input, Output, html

from dashboard import ids
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.page import Page
from dashboard.pages.models import (
    alarms,
    calibration,
    came_true,
    card,
    contest,
    discrimination,
    drift,
    fairness,
    gains,
    lift,
    quarantine,
    ranking,
    rate,
    rate_facts,
    reasons,
    recipe,
    registry,
    shadow,
    shapes,
    verdict,
    work,
)
from dashboard.pages.models.seen import Seen, Shared
from dashboard.services import Services
from dashboard.text_models import verdict_of

PAGE = Page("/models", "Models", "Prove", "Can the score be trusted?", filters=False)

PARTS: tuple[tuple[str, tuple[tuple[ModuleType, ...], ...]], ...] = (
    ("What did it have to pass?", ((verdict,), (work,))),
    ("How good is it on loans it never saw?", ((discrimination, calibration), (lift, gains), (rate, rate_facts))),
    ("Does it still hold?", ((alarms,), (drift,), (came_true, ranking))),
    ("Why does it say so?", ((reasons, shapes),)),
    ("Is it fair to everybody?", ((fairness,),)),
    ("What may it learn from?", ((quarantine,),)),
    ("What would the field's tutorials have said?", ((recipe,),)),
    ("What is it made of, and where does it end?", ((card,),)),
    ("Who decides which model is in use?", ((registry,), (contest,), (shadow,))),
)  # fmt: skip
"""Questions with their rows of panels; two panels of a row stand side by side."""


def layout() -> html.Div:
    """The page without numbers: the verdict in a sentence, then the evidence, a question a part."""
    return page_layout(PAGE, [_part(question, rows) for question, rows in PARTS])


def _part(question: str, rows: tuple[tuple[ModuleType, ...], ...]) -> html.Div:
    head = html.P(question, className="part-question")
    return html.Div(
        [head, *(html.Div([each.card() for each in row], className=_look(row)) for row in rows)], className="part"
    )


def _look(row: tuple[ModuleType, ...]) -> str:
    return "row-even" if len(row) > 1 else "row-one"


def update_answer(seen: Seen) -> list[object]:
    """The verdict in a sentence."""
    return sentence(verdict_of(seen.models, seen.champion, seen.damage).sentence)


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    shared = Shared(services)

    @app.callback(Output(answer_id(PAGE), "children"), Input(ids.URL, "search"), Input(ids.REVISION, "data"))
    def answer(search: str | None, _: int | str | None) -> list[object]:
        return update_answer(shared.seen(search))

    for _, rows in PARTS:
        for row in rows:
            for panel in row:
                panel.register(app, shared)
