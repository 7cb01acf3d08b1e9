"""Try it: move limits, costs and thresholds, and see what the rule would bring, at what cost, and who would move."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, dcc, html

from core.errors import TooLittleData
from core.workflows.simulate import Simulable, read_simulable, simulated
from dashboard import ids
from dashboard import text_simulation as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.figures.policy import move_matrix
from dashboard.pages.strategies.seen import Listens, Shared
from dashboard.simulation import RULE, RULES, SLIDERS, Slider, asked_for, bounds_of

CARD = "strategies-try"
BOUNDS, FORM, RULE_ID = f"{CARD}-bounds", f"{CARD}-form", f"{CARD}-rule"
TABLE, MOVES, DOWNLOAD = "strategies-simulated", "strategies-moves", f"{CARD}-download"
HEIGHT, WAIT_MS = 300, 250


def card() -> html.Div:
    """The form beside what comes of it, empty."""
    reset = " ".join([RULE, *(each.key for each in SLIDERS)])
    form = html.Section(
        [
            html.H2("The rule and its limits"),
            switch(RULE_ID, "Choose a strategy", RULES, RULES[0][0], key=RULE, shown=True),
            html.Div([_slider(each) for each in SLIDERS], className="sliders", id=FORM),
            html.Div(
                [
                    html.Button("Start again from today's limits", className="link", **{"data-try-reset": reset}),
                    html.A(
                        "Download the limits as JSON",
                        id=DOWNLOAD,
                        href="/download/limits.json",
                        className="link",
                        download="",
                    ),
                ],
                className="actions",
            ),
            dcc.Store(id=BOUNDS),
        ],
        className="card",
    )
    told = html.Section(
        [
            html.H2("", id=f"{TABLE}-title"),
            html.P("", id=f"{TABLE}-subtitle", className="subtitle"),
            empty_table(TABLE, "What the rule would bring", kind="simulated"),
            html.P("", id=f"{TABLE}-note", className="subtitle"),
        ],
        className="card",
        **{"aria-labelledby": f"{TABLE}-title", "aria-live": "polite"},
    )
    right = html.Div([told, chart_card(MOVES, height=HEIGHT)], className="try-told")
    return html.Div([form, right], className="try-row")


def _slider(slider: Slider) -> html.Div:
    """A range with its words; the words follow the hand, the figures a moment later."""
    name = f"{CARD}-{slider.key}"
    line = dbc.Input(id=name, type="range", min=0, max=1, step=0.01, value=None, debounce=WAIT_MS, className="slider")
    return html.Div(
        [html.Label(slider.words, id=f"{name}-words", htmlFor=name), line],
        className=f"slider-set of-{slider.unit} {slider.key}",
    )


def simulable_of(shared: Shared) -> Simulable | str:
    """What is simulated on, kept until the book changes; in words why there is nothing."""
    reader = shared.services.reader()

    def read() -> Simulable | str:
        try:
            return read_simulable(reader)
        except TooLittleData as refusal:
            return f"{refusal.found}. {refusal.remedy}"

    made: Simulable | str = shared.remembered.answer(reader.book(), "simulable", read)
    return made


def update_bounds(shared: Shared) -> dict[str, Any]:
    """Where each slider ends and stands today."""
    on = simulable_of(shared)
    if isinstance(on, str):
        return {}
    currency = shared.seen().currency
    told = bounds_of(on)
    for key, each in told.items():
        words = next(slider.words for slider in SLIDERS if slider.key == key)
        each |= {"currency": currency, "limit": key == "budget", "words": words}
    return told


def update_try(shared: Shared, search: str | None, mode: str | None) -> dict[str, Any]:
    """The table, the held-out gains and the moves of the rule the address asks for."""
    on = simulable_of(shared)
    link = "/download/limits.json" + (search or "")
    if isinstance(on, str):
        absent = say.nothing(on)
        return {
            "title": say.TITLE, "subtitle": absent, "heads": table_heads(say.HEADS), "rows": [], "note": "", "link": link, "form": "is-absent",
            "moves": chart_absent(title=say.MOVES_TITLE, why=absent),
        }  # fmt: skip
    rule, limits = asked_for(search, on)
    found, currency = simulated(on, limits, rule), shared.seen().currency
    names = say.choices(on.names, found)
    moves = found.moves[: len(names), : len(names)].tolist()
    return {
        "title": say.title(found, currency), "subtitle": say.subtitle(found, rule, on), "heads": table_heads(say.HEADS),
        "rows": table_rows(say.outcome_rows(found, on.names, currency), say.HEADS), "note": say.of_all(found, currency) + say.note(found, on.names, currency),
        "link": link, "form": f"sliders by-{rule.kind}",
        "moves": chart_props(
            move_matrix(moves, names, mode, height=HEIGHT), title=say.moves_title(found), subtitle=say.moves_subtitle(found),
            summary=say.moves_summary(found, names), rows=say.move_rows(found, names),
        ),
    }  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The figures follow the address; between address and sliders the browser goes alone."""
    keep_in_url(app, RULE_ID)
    lines = [f"{CARD}-{each.key}" for each in SLIDERS]
    places = {
        "title": Output(f"{TABLE}-title", "children"), "subtitle": Output(f"{TABLE}-subtitle", "children"),
        "heads": Output(f"{TABLE}-heads", "children"), "rows": Output(TABLE, "children"), "note": Output(f"{TABLE}-note", "children"),
        "link": Output(DOWNLOAD, "href"), "form": Output(FORM, "className"), "moves": chart_outputs(MOVES),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def tried(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_try(shared, search, mode)

    @app.callback(Output(BOUNDS, "data"), **view)
    def bounds(**_: Any) -> dict[str, Any]:
        return update_bounds(shared)

    app.clientside_callback(
        ClientsideFunction("recoup_try", "ends"),
        [Output(name, "max") for name in lines],
        [Output(name, "step") for name in lines],
        Input(BOUNDS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("recoup_try", "read"),
        [Output(name, "value") for name in lines],
        Input(ids.URL, "search"),
        Input(BOUNDS, "data"),
        [State(name, "value") for name in lines],
    )
    app.clientside_callback(
        ClientsideFunction("recoup_try", "write"),
        [Input(name, "value") for name in lines],
        State(BOUNDS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("recoup_try", "words"),
        [Output(f"{name}-words", "children") for name in lines],
        [Input(name, "value") for name in lines],
        Input(BOUNDS, "data"),
    )
