"""What the panels of the page are about: one reading of the book's models, shared by all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.records import Book, Model
from core.scores.scoring.evaluate import load_artifact
from dashboard.remembered import Remembered
from dashboard.services import Services

Listens = Mapping[str, Any]
"""What a panel's callback listens to, as arguments of `app.callback`: `state.VIEW`, or the view of its tab."""
KEY, IN_USE = "model", "in-use"
"""The model looked at, in the address; without it the one in use, else the newest attempt."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The models of a book.

    Attributes:
        book: the book on show; never empty.
        models: every model and refused attempt, newest first.
        champion: the model in use; None where the rule score orders the work because there is none.
        damage: why the champion cannot be read, so that the rule score orders the work; "" where it can.
        shown: the model whose evidence the panels show; None where nothing was trained yet.
        asked: whether the address names that model.
    """

    book: Book
    models: Sequence[Model]
    champion: Model | None
    damage: str
    shown: Model | None
    asked: bool = False

    @property
    def card(self) -> Mapping[str, Any]:
        """The card of the model shown; {} where there is none. Cards of older trainings lack what came later."""
        return {} if self.shown is None else self.shown.card


class Shared:
    """What the panels' callbacks share: the services, and one reading of the models for each state of the book."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.remembered = Remembered()

    def seen(self, search: str | None) -> Seen:
        """What an address asks to see. Raises PreventUpdate where the book is empty: the shell then shows how to begin."""
        book = self.services.reader().book()
        if book.is_empty:
            raise PreventUpdate
        made: Seen = self.remembered.answer(
            book, ("seen", _asked(search)), lambda: seen_of(self.services, book, search)
        )
        return made


def seen_of(services: Services, book: Book, search: str | None) -> Seen:
    """Read the models of the book on show."""
    models = services.reader().models()
    champion = next((each for each in models if each.status == "champion"), None)
    asked = next((each for each in models if str(each.id) == _asked(search)), None)
    return Seen(
        book,
        models,
        champion,
        damage_of(champion),
        asked or champion or (models[0] if models else None),
        asked is not None,
    )


def damage_of(model: Model | None) -> str:
    """Why a stored model cannot be used, in words without a full stop; "" where it can."""
    if model is None:
        return ""
    try:
        load_artifact(model.artifact, model.sha256)
    except Refused as refusal:
        return refusal.found
    return ""


def _asked(search: str | None) -> str:
    return parse_qs((search or "").lstrip("?")).get(KEY, [""])[-1]
