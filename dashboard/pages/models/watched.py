"""What was found about the score looked at, one reading for the panels that say whether it still holds."""

from __future__ import annotations

from typing import Any

from core.monitoring.alerts import alerts
from core.records import Model
from core.workflows.monitored import of_model
from dashboard.pages.models.seen import Seen, Shared
from dashboard.text_drift import told


def watched(shared: Shared, search: str | None) -> tuple[Seen, Model | None, list[dict[str, Any]]]:
    """The models, the one that is watched (None: the rule score), and what was found about it.

    Where no model is in use and none is asked for that scores loans, that is the rule score.
    """
    seen = shared.seen(search)
    model = None if seen.champion is None and (seen.shown is None or seen.shown.status == "refused") else seen.shown
    return seen, model, _found(shared, seen, None if model is None else model.id)


def red_finding(shared: Shared, seen: Seen) -> str:
    """The first red alert that stands about the model in use, in words without a full stop; "" where there is none."""
    if seen.champion is None:
        return ""
    red = [each for each in alerts(_found(shared, seen, seen.champion.id)) if each.level == "red"]
    return told(red[0]).finding if red else ""


def _found(shared: Shared, seen: Seen, number: int | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shared.remembered.answer(
        seen.book, ("watched", number), lambda: of_model(shared.services.reader().monitoring(), number)
    )
    return rows
