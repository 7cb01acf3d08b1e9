"""What stays out of the score and why, and a person's word on it: let in, or kept out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html, set_props
from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.records import Ruling
from core.workflows.rulings import named_by, rule_on_column
from dashboard import ids
from dashboard import text_models_gate as say
from dashboard.components.grid import grid, listing, listing_id, listing_look, number_column, text_column
from dashboard.components.reason import reason_field
from dashboard.pages.models.seen import Listens, Seen, Shared
from dashboard.services import Services

CARD = "models-quarantine"
TITLE, SUBTITLE, SAID = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-said"
COLUMN, BECAUSE, ALLOW, FORBID = f"{CARD}-column", f"{CARD}-because", f"{CARD}-allow", f"{CARD}-forbid"
FORM = f"{CARD}-form"
GOOD, BAD = "notice good", "notice bad"


def card() -> html.Section:
    """The table of columns, empty, and the form for a word on one."""
    columns = [
        text_column("column", "Column", minWidth=185, wrapText=True, autoHeight=True),
        text_column("state", "State", minWidth=140), number_column("alone", "AUC alone", minWidth=76),
        number_column("lift", "Lift", minWidth=70),
        text_column("why", "What the gate found", minWidth=260, flex=3, wrapText=True, autoHeight=True),
        text_column("word", "On whose word", minWidth=160, flex=2, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    form = html.Div(
        [
            _field(
                say.COLUMN_LABEL, COLUMN, dbc.Select(id=COLUMN, options=[], value="", size="sm", placeholder=say.CHOOSE)
            ),
            reason_field(BECAUSE, say.REASON_LABEL),
            html.Button("Let it in", id=ALLOW, className="button quiet"),
            html.Button("Keep it out", id=FORBID, className="button quiet"),
        ],
        className="ruling",
    )
    return html.Section(
        [
            html.H2("", id=TITLE),
            html.P("", id=SUBTITLE, className="subtitle"),
            listing(grid(CARD, columns, label="Columns that stay out of the score", rowData=[])),
            html.Div([html.P(say.FORM_NOTE, className="muted"), form], id=FORM, className="is-absent"),
            html.Div("", id=SAID, className="notice", role="status"),
        ],
        className="card",
        **{"aria-labelledby": TITLE},
    )  # fmt: skip


def _field(label: str, control: str, element: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=control), element], className="chooser")


def update_quarantine(services: Services, seen: Seen, chosen: str | None = "") -> dict[str, Any]:
    """The columns of the model looked at, and those that a word may be given on; a chosen one stays chosen."""
    rulings = services.reader().rulings()
    rows = say.gate_rows(seen.card, rulings)
    names = _offered(seen, rulings)
    return {
        "title": say.gate_title(seen.shown),
        "subtitle": say.gate_subtitle(seen.shown),
        "rows": rows,
        "look": listing_look(rows),
        "options": [{"label": name, "value": name} for name in names],
        "column": chosen if chosen in names else "",
        "form": "" if names else "is-absent",
    }


def _offered(seen: Seen, rulings: Iterable[Ruling]) -> list[str]:
    """The columns that a word may be given on here: those the card speaks of (questioned ones too: a person may keep them
    out), and those somebody ruled on."""
    questioned = (each["column"] for each in seen.card.get("questioned", ()))
    return sorted({*named_by(seen.card), *questioned, *(each.column for each in rulings)})


def rule(services: Services, seen: Seen, column: str | None, because: str | None, *, allowed: bool) -> tuple[str, str]:
    """Keep a person's word on a column; what to say of it, and the class of the notice. An unknown column that is not
    offered is not looked for: that reads every row of the book, which is no work for the web process."""
    if not column:
        return say.CHOOSE_FIRST, BAD
    offered = _offered(seen, services.reader().rulings())
    try:
        kept = rule_on_column(
            services.reader(), services.writer, column, allowed=allowed, because=because or "",
            today=services.today(), who=services.settings.who, known_names=offered,
        )  # fmt: skip
    except Refused as refusal:
        return str(refusal), BAD
    return say.was_ruled(kept), GOOD


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The table follows the model looked at; the buttons keep a word."""
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "rows": Output(CARD, "rowData"),
        "look": Output(listing_id(CARD), "className"),
        "options": Output(COLUMN, "options"), "column": Output(COLUMN, "value"),
        "form": Output(FORM, "className"),
    }  # fmt: skip

    @app.callback(output=places, **view, state={"chosen": State(COLUMN, "value")})
    def quarantine(search: str | None, chosen: str | None, **_: Any) -> dict[str, Any]:
        return update_quarantine(shared.services, shared.seen(search), chosen)

    @app.callback(
        Output(SAID, "children"), Output(SAID, "className"), Input(ALLOW, "n_clicks"), Input(FORBID, "n_clicks"),
        State(COLUMN, "value"), State(BECAUSE, "value"), State(ids.URL, "search"), prevent_initial_call=True,
    )  # fmt: skip
    def word(
        _allow: int | None, _forbid: int | None, column: str | None, because: str | None, search: str | None
    ) -> tuple[str, str]:
        if dash.ctx.triggered_id not in (ALLOW, FORBID):
            raise PreventUpdate
        allowed = dash.ctx.triggered_id == ALLOW
        said, tone = rule(shared.services, shared.seen(search), column, because, allowed=allowed)
        if tone == GOOD:
            set_props(ids.REVISION, {"data": shared.services.reader().book().revision})
        return said, tone
