"""For whom a strategy works: effects by segment, product and other groups, shrunk towards the whole where they are few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Output, html

from dashboard import text_groups as say
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.switch import chooser, keep_in_url, switch
from dashboard.figures.effects import group_forest
from dashboard.pages.strategies.seen import OUTCOME, OUTCOMES, Listens, Seen, Shared, outcome_asked, outcomes_of
from dashboard.state import page_key
from dashboard.text_effects import is_money

CARD, HEIGHT, KEY, BY = "strategies-groups", 560, "by", "strategies-groups-by"
FIRST, MOST_GROUPS = "first", 8


def card() -> html.Div:
    """The choices, and the place of the chart."""
    controls = [
        chooser(BY, "By", [(FIRST, "the first of them")], FIRST, key=KEY),
        switch(f"{CARD}-outcome", "Outcome", OUTCOMES, OUTCOMES[0][0], key=OUTCOME, shown=True),
    ]
    return html.Div(
        [html.Div(controls, id=f"{CARD}-choice", className="is-absent"), html.Div([], id=CARD)], className="with-choice"
    )


def update_groups(seen: Seen, search: str | None, mode: str | None) -> dict[str, Any]:
    """Effects of the outcome by the grouping asked for, and the groupings there are."""
    rows = list(seen.content.get("groups") or ())
    outcome = outcome_asked(search, seen.content)
    kinds = list(dict.fromkeys(row["by"] for row in rows))
    by = page_key(search, KEY, kinds, kinds[0] if kinds else "")
    options = [
        {"value": FIRST if place == 0 else name, "label": say.grouping(name)} for place, name in enumerate(kinds)
    ]
    own = [row for row in rows if (row["by"], row["outcome"]) == (by, outcome)]
    if not own:
        return {
            "options": options,
            "chart": chart_absent(title="For whom each strategy works", why=say.no_groups(seen.run), choice=False),
        }
    shown = _largest(own)
    drawn = [{**row, "words": say.group_line(row, seen.currency)} for row in shown]
    return {
        "options": options,
        "chart": chart_props(
            group_forest(drawn, mode, height=HEIGHT, money=is_money(outcome)),
            title=say.groups_title(own, seen.currency),
            subtitle=say.groups_subtitle(by, outcome, seen.content, len(own) - len(shown)),
            summary="; ".join(row["words"] for row in drawn) + ".",
            rows=say.group_rows(own, seen.currency),
            choice=len(outcomes_of(seen.content)) > 1 or len(kinds) > 1,
        ),
    }


def _largest(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of the largest groups, in the order they came."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["group"]] = sizes.get(row["group"], 0) + int(row["n"])
    kept = set(sorted(sizes, key=lambda name: -sizes[name])[:MOST_GROUPS])
    return [row for row in rows if row["group"] in kept]


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the run and its choices."""
    keep_in_url(app, BY)
    keep_in_url(app, f"{CARD}-outcome")

    @app.callback(
        output={
            "chart": Output(CARD, "children"),
            "options": Output(BY, "options"),
            "look": Output(f"{CARD}-choice", "className"),
        },
        **view,
    )
    def groups(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        told = update_groups(shared.seen(), search, mode)
        return {
            "chart": filled_card(CARD, told["chart"], height=HEIGHT), "options": told["options"],
            "look": "choices" if told["options"] else "is-absent",
        }  # fmt: skip
