"""The model card: what it learned from, how, what it may not see, where it ends, who trained it and who put it in use."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_registry as say
from dashboard.components.facts import fact_rows
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD, CANDIDATES = "models-card", "models-candidates"
FACTS = (
    ("target", "Target"), ("window", "Snapshots learned from"), ("rows", "Training rows"), ("excluded", "Left out"),
    ("learned", "How it learned"), ("inputs", "Facts it reads"), ("quarantined", "Quarantined"), ("limits", "Limits"),
    ("trained", "Trained by"), ("placed", "Put in use by"), ("artifact", "Stored model"),
)  # fmt: skip
DOWNLOAD = f"{CARD}-download"


def card() -> html.Section:
    """The empty card."""
    columns = [
        text_column("kind", "Way to learn", minWidth=140), number_column("auc", "AUC (± standard error)", minWidth=130),
        number_column("log_loss", "Log-loss", minWidth=80), number_column("worse", "Worse by (± standard error)", minWidth=140),
        number_column("n", "n", minWidth=70),
    ]  # fmt: skip
    link = html.A("Download as JSON", id=DOWNLOAD, href="", className="is-absent", download="")
    head = [html.H2("Model card", id=f"{CARD}-title"), html.Div(link, className="card-controls")]
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Dl([], id=f"{CARD}-facts", className="facts"),
            html.H3("Ways to learn that were compared"),
            grid(CANDIDATES, columns, label="Ways to learn that were compared", rowData=[], empty="None was compared."),
        ],
        className="is-absent",
        id=CARD,
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_card(shared: Shared, seen: Seen) -> dict[str, Any]:
    """Every fact of the model looked at."""
    model = seen.shown
    told = say.card_facts(model, shared.services.reader().model_events())
    return {
        **{name: told.get(name, "") for name, _ in FACTS},
        "candidates": say.candidate_rows(seen.card),
        "title": f"Card of model {model.id}" if model else "Model card",
        "href": f"/download/model-{model.id}.json" if model else "",
        "link": "link" if model else "is-absent",
        "look": "card" if model else "is-absent",
    }


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card's one callback."""
    places = {
        "facts": Output(f"{CARD}-facts", "children"), "candidates": Output(CANDIDATES, "rowData"), "title": Output(f"{CARD}-title", "children"),
        "href": Output(DOWNLOAD, "href"), "link": Output(DOWNLOAD, "className"),
        "look": Output(CARD, "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def model_card(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_card(shared, shared.seen(search))
        facts = fact_rows(FACTS, {name: told.pop(name) for name, _ in FACTS})
        return {"facts": facts, **told}
