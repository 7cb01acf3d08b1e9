"""What a person can do first: train, and see how far that is. The work is the worker's."""

from __future__ import annotations

import dash
from dash import html

from dashboard.components.work import Work
from dashboard.pages.models.seen import Listens, Shared
from dashboard.services import Services
from dashboard.training import MODEL_JOBS, start_training

CARD = "models-work"
CHANGED = "models-changed"
"""Where the panel that decides says what was asked for."""
ANEW = "models-alarms-recalibrate"
"""The button beside the alert that advises a recalibration; once pressed it says that it was asked for."""
WORK = Work("models", "models-train", MODEL_JOBS, stoppable=("train", "recalibrate"), heard=(CHANGED, ANEW))


def card() -> html.Section:
    """The button, progress and what came of it, empty."""
    return html.Section(
        [
            html.H2("Train"),
            html.P(
                "A training may take minutes and goes on when this page is closed. A refused model never orders work.",
                className="subtitle",
            ),
            WORK.buttons("Train on outcomes"),
            *WORK.progress(),
        ],
        className="card",
        id=CARD,
    )


def begin(services: Services) -> str:
    """Ask for a training; what is said of it."""
    return f"Training asked for, job {start_training(services)}."


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the newest job about models."""
    WORK.register(app, shared.services, begin)
