"""Whether the loans that come in are like those the score was learned from: its PSI, and each input's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import Output, html

from core.records import Model
from dashboard import text_drift as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Listens, Shared
from dashboard.pages.models.watched import watched

CARD = "models-drift"
TITLE, SUBTITLE = f"{CARD}-title", f"{CARD}-subtitle"


def card() -> html.Section:
    """The table of facts, empty."""
    columns = [
        text_column("fact", "Fact", minWidth=120, flex=2, wrapText=True, autoHeight=True),
        text_column("verdict", "Verdict", minWidth=110, flex=2, wrapText=True, autoHeight=True),
        number_column("psi", "PSI", minWidth=75), number_column("bound", "By chance up to", minWidth=95),
        number_column("n", "n", minWidth=70), number_column("m", "Against", minWidth=80),
        text_column("moved", "Where most", minWidth=190, flex=3, wrapText=True, autoHeight=True),
        text_column("missing", "Not stated", minWidth=150, flex=2, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    head = [html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]
    return html.Section(
        [
            *head,
            grid(CARD, columns, label="Drift of the score and its inputs", rowData=[]),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": TITLE},
    )


def update_drift(model: Model | None, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Title, who is compared with whom, and a row a fact: alarms first, then by index."""
    facts = say.of_kind(rows, "score", "input")
    order = sorted(
        facts,
        key=lambda row: (
            row["what"] != "score",
            -row["alarm"],
            -(row["value"] if say.is_finite(row["value"]) else 0.0),
        ),
    )
    return {
        "title": say.drift_title(order),
        "subtitle": say.drift_subtitle(order, model),
        "rows": say.drift_rows(order),
        "look": "card chart" if order else "is-absent",
    }


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The table follows the model looked at."""
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "rows": Output(CARD, "rowData"),
        "look": Output(f"{CARD}-card", "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def drift(search: str | None, **_: Any) -> dict[str, Any]:
        _, model, rows = watched(shared, search)
        return update_drift(model, rows)
