"""What proposes, and who decides: the policy, the score behind it, what waits for a person, what nobody may work."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.selection import NOT_STATED
from core.strategies.catalogue import NO_ACTION
from core.strategies.thresholds import CHAMPION_V0
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.components.badges import badge
from dashboard.components.score_badge import score_words
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.services import Services
from dashboard.state import view_of

CARD = "strategies-waiting"
FACTS = ("Policy", "Score behind it", "Waiting for a person", "Nobody may work", "Not worth any work")
MOST_POINTS = 5000


def card() -> html.Section:
    """The empty facts."""
    return html.Section(
        [html.H2("What proposes, and who decides"), html.Dl([], id=CARD, className="facts")], className="card"
    )


def update_facts(services: Services, search: str | None) -> tuple[Any, Any, str, str, str]:
    """The policy, the score behind it, how many wait for a person, how many nobody may work, and for how many no action is proposed."""
    view = view_of(services, search)
    points, total = view.reader.loan_points(
        view.selection, ["source", "policy", "needs_confirmation", "proposed"], limit=MOST_POINTS
    )
    words, tone = score_words(points["source"].dropna().unique().tolist(), view.reader.champion())
    policies = [name for name in points["policy"].dropna().unique().tolist() if name != NOT_STATED]
    sample = (
        f", in a sample of {show.number(len(points))} of {show.count(total, 'loans')}" if total > len(points) else ""
    )
    waiting, held = int(points["needs_confirmation"].astype(bool).sum()), int((points["proposed"] == "Hold").sum())
    idle = int((points["proposed"] == NO_ACTION).sum())
    policy = (
        [badge(", ".join(policies), "accent"), f" {say.thresholds_words()}"]
        if policies == [CHAMPION_V0.name]
        else [", ".join(policies) or "none yet"]
    )
    return (
        policy,
        badge(words, tone),
        f"{show.count(waiting, 'loans')} proposed for Legal: nothing happens until a person confirms{sample}"
        if waiting
        else f"No loan waits{sample}",
        f"{show.count(held, 'loans')} on hold, their own or their borrower's{sample}"
        if held
        else f"No loan is on hold{sample}",
        f"{show.count(idle, 'loans')} proposed for no action: every strategy is expected to cost more than it brings, or the limits leave nothing for them{sample}"
        if idle
        else "",
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The facts follow the view."""

    @app.callback(Output(CARD, "children"), **view)
    def facts(search: str | None, **_: Any) -> list[Any]:
        told = update_facts(shared.services, search)
        return [html.Div([html.Dt(word), html.Dd(each)]) for word, each in zip(FACTS, told, strict=True) if each]
