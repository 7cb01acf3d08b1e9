"""What was found about the score looked at, one reading for the panels that say whether it still holds."""

from __future__ import annotations

from typing import Any

from core.records import Model
from core.workflows.monitored import of_model
from dashboard.pages.models.seen import Seen, Shared


def watched(shared: Shared, search: str | None) -> tuple[Seen, Model | None, list[dict[str, Any]]]:
    """The models, the one that is watched (None: the rule score), and what was found about it.

    Where no model is in use and none is asked for that scores loans, that is the rule score.
    """
    seen = shared.seen(search)
    model = None if seen.champion is None and (seen.shown is None or seen.shown.status == "refused") else seen.shown
    number = None if model is None else model.id
    rows: list[dict[str, Any]] = shared.remembered.answer(
        seen.book, ("watched", number), lambda: of_model(shared.services.reader().monitoring(), number)
    )
    return seen, model, rows
