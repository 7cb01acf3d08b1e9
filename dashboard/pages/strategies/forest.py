"""What happened beside what was caused, drawn with intervals: one outcome at a time."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import format as show
from dashboard import text_effects as say
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.effects import effect_forest
from dashboard.pages.strategies.seen import OUTCOME, OUTCOMES, Listens, Seen, Shared, outcome_asked, outcomes_of

CARD, HEIGHT = "strategies-forest", 320


def card() -> html.Div:
    """The choice of the outcome, and the place of the chart."""
    outcome = switch(f"{CARD}-outcome", "Outcome", OUTCOMES, OUTCOMES[0][0], key=OUTCOME, shown=True)
    return html.Div(
        [html.Div(outcome, id=f"{CARD}-choice", className="is-absent"), html.Div([], id=CARD)], className="with-choice"
    )


def update_forest(seen: Seen, search: str | None, mode: str | None) -> dict[str, Any]:
    """The effects of the outcome asked for."""
    outcome = outcome_asked(search, seen.content)
    effects = seen.effects(outcome)
    if not effects:
        return chart_absent(title="What happened and what was caused", why=say.NOT_YET, choice=False)
    rows = [
        {
            **each,
            "words": say.effect_line(each, seen.currency),
            "note": f"{show.UNDEFINED}: not comparable from this history",
        }
        for each in effects
    ]
    return chart_props(
        effect_forest(rows, mode, height=HEIGHT, money=say.is_money(outcome)),
        title=say.forest_title(effects, seen.content["reference"]),
        subtitle=say.forest_subtitle(outcome, seen.content),
        summary="; ".join(row["words"] for row in rows) + ".",
        rows=say.chart_rows(effects),
        choice=len(outcomes_of(seen.content)) > 1,
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the run, the outcome and the colours."""
    keep_in_url(app, f"{CARD}-outcome")

    @app.callback(Output(CARD, "children"), Output(f"{CARD}-choice", "className"), **view)
    def forest(search: str | None, mode: str | None, **_: Any) -> tuple[html.Section, str]:
        seen = shared.seen()
        several = len(outcomes_of(seen.content)) > 1
        return filled_card(CARD, update_forest(seen, search, mode), height=HEIGHT), "" if several else "is-absent"
