"""Legal proposals wait for a person: the confirmation, in two steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import Input, Output, html, no_update, set_props

from core.errors import Refused
from core.workflows import decide as workflow
from dashboard import format as show
from dashboard import ids
from dashboard.services import Services

STRATEGY = "Legal"
BUTTON, PANEL, TEXT, YES, NO, SAID = (
    f"segments-confirm{part}" for part in ("", "-panel", "-text", "-yes", "-no", "-said")
)
GRID = "segments-loans"
NAMED = 5


def controls() -> list[Any]:
    """The button, its second step and what came of it."""
    panel = html.Div(
        [
            html.P("", id=TEXT),
            html.Button("Confirm", id=YES, className="button"),
            html.Button("Cancel", id=NO, className="button quiet"),
        ],
        id=PANEL,
        className="confirm-panel is-absent",
        role="group",
        **{"aria-labelledby": TEXT},
    )
    button = html.Button(f"Confirm {STRATEGY} for 0 loans", id=BUTTON, className="button quiet", disabled=True)
    return [html.Div([button, html.P("", id=SAID, className="muted", role="status")], className="confirm"), panel]


def waiting(selected: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The loans among the selected rows that a person may send to Legal."""
    return [str(row["loan_ref"]) for row in selected or () if row.get("can_confirm") is True and "loan_ref" in row]


def update_button(selected: Sequence[Mapping[str, Any]] | None) -> tuple[str, bool, str]:
    """The button's words, whether it is closed, and why some selected loans are not meant."""
    ready, chosen = len(waiting(selected)), len(selected or ())
    note = ""
    if chosen > ready:
        note = (
            f"Not waiting for a confirmation on the newest day: {show.count(chosen - ready, 'loans')} of the selected."
        )
    return f"Confirm {STRATEGY} for {show.count(ready, 'loans')}", ready == 0, note


def question(refs: Sequence[str]) -> str:
    """What confirming would do."""
    more = f" and {show.number(len(refs) - NAMED)} more" if len(refs) > NAMED else ""
    return (
        f"Put {show.count(len(refs), 'loans')} under {STRATEGY} ({', '.join(refs[:NAMED])}{more})? "
        "Legal notices and the intensive recovery team follow. The decision is kept with your name and the day."
    )


def decide(services: Services, refs: Sequence[str]) -> str:
    """Store the decision; returns what was done, or why it was refused."""
    today, who = services.today(), services.settings.who
    try:
        done = workflow.decide(refs, STRATEGY, reader=services.reader(), writer=services.writer, today=today, who=who)
    except Refused as refusal:
        return f"Nothing was changed. {refusal}"
    return f"{STRATEGY} confirmed for {show.count(done, 'loans')} by {who}, {show.day(today)}."


def update_step(
    services: Services, pressed: str | None, selected: Sequence[Mapping[str, Any]] | None
) -> tuple[Any, Any, Any]:
    """The second step: its class, its question and what came of it."""
    refs, closed = waiting(selected), "confirm-panel is-absent"
    if pressed == BUTTON and refs:
        return "confirm-panel", question(refs), ""
    if pressed == YES and refs:
        return closed, "", decide(services, refs)
    return closed, no_update, no_update


def register(app: dash.Dash, services: Services) -> None:
    """Select, ask, decide."""

    @app.callback(
        Output(BUTTON, "children"), Output(BUTTON, "disabled"), Output(SAID, "children"), Input(GRID, "selectedRows"),
        prevent_initial_call=True,
    )  # fmt: skip
    def button(selected: list[dict[str, Any]] | None) -> tuple[str, bool, Any]:
        words, closed, note = update_button(selected)
        return words, closed, note if selected else no_update

    @app.callback(
        Output(PANEL, "className"), Output(TEXT, "children"), Output(SAID, "children", allow_duplicate=True),
        Input(BUTTON, "n_clicks"), Input(YES, "n_clicks"), Input(NO, "n_clicks"), Input(GRID, "selectedRows"),
        prevent_initial_call=True,
    )  # fmt: skip
    def step(
        _ask: int | None, _yes: int | None, _no: int | None, selected: list[dict[str, Any]] | None
    ) -> tuple[Any, ...]:
        changes = update_step(services, dash.ctx.triggered_id, selected)
        if dash.ctx.triggered_id == YES:
            set_props(ids.REVISION, {"data": services.reader().book().revision})
        return changes
