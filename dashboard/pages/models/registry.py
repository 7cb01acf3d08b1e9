"""Every training with its status, and the log: what happened to which model, by whom and why."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_registry as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Listens, Seen, Shared, damage_of

CARD, LOG = "models-registry", "models-log"
TITLE = f"{CARD}-title"


def card() -> html.Section:
    """The list and the log, empty."""
    columns = [
        number_column("model", "Model", minWidth=70, maxWidth=80), text_column("status", "Status", minWidth=165),
        text_column("kind", "Learned by", minWidth=140), text_column("day", "Trained", minWidth=105),
        text_column("verdict", "Verdict", minWidth=120), number_column("auc", "AUC", minWidth=70),
        number_column("interval", "95 % interval", minWidth=125), number_column("n", "n", minWidth=75),
        number_column("ece", "Calibration error", minWidth=95),
    ]  # fmt: skip
    log = [
        text_column("day", "When", minWidth=190), number_column("model", "Model", minWidth=70, maxWidth=80),
        text_column("what", "What", minWidth=100), text_column("who", "Who", minWidth=100),
        text_column("because", "Why", minWidth=260, flex=3, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("", id=TITLE),
            grid(CARD, columns, label="Trainings", rowData=[], empty="Nothing was trained yet."),
            html.H3("Who decided what"),
            grid(LOG, log, label="Decisions about models", rowData=[], empty="Nothing was decided yet."),
        ],
        className="card",
        **{"aria-labelledby": TITLE},
    )


def update_registry(shared: Shared, seen: Seen) -> dict[str, Any]:
    """The list and the log."""
    damaged = {each.id: damage_of(each) for each in seen.models if each.status != "refused"}
    return {
        "title": say.registry_title(seen.models), "rows": say.model_rows(seen.models, damaged),
        "log": say.log_rows(shared.services.reader().model_events()),
    }  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The lists follow the book."""
    places = {
        "title": Output(TITLE, "children"), "rows": Output(CARD, "rowData"), "log": Output(LOG, "rowData"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def registry(search: str | None, **_: Any) -> dict[str, Any]:
        return update_registry(shared, shared.seen(search))
