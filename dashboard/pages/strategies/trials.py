"""Every trial with its verdict: how it stands at each look against its boundary, its arms, and until when it runs."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.workflows.trials import trials_told
from dashboard import text_trials as say
from dashboard.components.badges import badge
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.switch import chooser, keep_in_url
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.figures.trials import look_lines
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.state import page_key

CARD, KEY, CHOICE, HEIGHT = "strategies-trials", "trial", "strategies-trial", 320
NEWEST = "newest"


def card() -> html.Div:
    """The choice of the trial, and its place."""
    choice = chooser(CHOICE, "Trial", [(NEWEST, "the newest")], NEWEST, key=KEY)
    return html.Div(
        [
            html.H2("", id=f"{CARD}-title"),
            html.Div(choice, id=f"{CARD}-choice", className="is-absent"),
            html.Div([], id=CARD, className="tab-panel"),
        ],
        className="with-choice",
    )


def trials_of(shared: Shared) -> list[dict[str, Any]]:
    """Every trial of the book, newest first, kept until the book or the day changes."""
    services = shared.services
    reader, today = services.reader(), services.today()
    made: list[dict[str, Any]] = shared.remembered.answer(
        reader.book(), ("trials", today), lambda: trials_told(reader, today)
    )
    return made


def trial_asked(search: str | None, trials: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The trial an address names, else the newest; None where there is none."""
    names = [each["name"] for each in trials]
    name = page_key(search, KEY, names, names[0] if names else "")
    return next((each for each in trials if each["name"] == name), None)


def update_trials(trials: list[dict[str, Any]], search: str | None, mode: str | None, currency: str) -> dict[str, Any]:
    """The choice, and the cards of the trial looked at."""
    told = trial_asked(search, trials)
    options = [
        {"value": NEWEST if place == 0 else each["name"], "label": say.choice(each)}
        for place, each in enumerate(trials)
    ]
    return {
        "title": say.list_title(trials), "options": options, "look": "choices" if len(trials) > 1 else "is-absent",
        "cards": [] if told is None else [_verdict(told, currency), *_charts(told, mode, currency)],
    }  # fmt: skip


def _verdict(told: dict[str, Any], currency: str) -> html.Section:
    words, tone = say.verdict(told)
    table = empty_table(f"{CARD}-arms", "Arms of the trial", kind="arms")
    head, body = table.children.children
    head.children.children, body.children = (
        table_heads(say.ARM_HEADS),
        table_rows(say.arm_rows(told, currency), say.ARM_HEADS),
    )
    concerns = say.concerns(told, (told["against"] or [{}])[0])
    return html.Section(
        [
            html.Div([html.H2([told["name"], " ", badge(words, tone)])], className="card-head"),
            html.P(" ".join(told["words"])),
            html.P(say.standing(told), className="subtitle"),
            table,
            html.Ul([html.Li(each) for each in concerns], className="trial-concerns"),
        ],
        className="card",
    )


def _charts(told: dict[str, Any], mode: str | None, currency: str) -> list[html.Section]:
    return [
        filled_card(f"{CARD}-looks-{place}", _chart(told, each, mode, currency), height=HEIGHT)
        for place, each in enumerate(told["against"][:3])
    ]


def _chart(told: dict[str, Any], against: dict[str, Any], mode: str | None, currency: str) -> dict[str, Any]:
    looks = list(against["looks"]) or [each for each in [against.get("now")] if each]
    title = say.look_title(told, against, currency)
    if not looks:
        return chart_absent(title=title, why=" ".join(against["words"]))
    drawn = [{**look, "words": say.look_words(look, told)} for look in looks]
    return chart_props(
        look_lines(drawn, mode, height=HEIGHT, money=say.is_money(told), days=told.get("look_days") or ()),
        title=title, subtitle=say.LOOK_SUBTITLE, summary=f"{title}. {drawn[-1]['words']}.", rows=say.look_rows(looks, told),
    )  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The cards follow the book and the trial looked at."""
    keep_in_url(app, CHOICE)
    places = {
        "title": Output(f"{CARD}-title", "children"), "options": Output(CHOICE, "options"), "look": Output(f"{CARD}-choice", "className"),
        "cards": Output(CARD, "children"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def trials(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_trials(trials_of(shared), search, mode, shared.seen().currency)
