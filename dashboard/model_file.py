"""A model's card as a file to take away: what it learned from, its figures, its limits, and who decided what about it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import Response

from core.errors import Refused
from core.scores.registry.limits import limits_of
from dashboard.services import Services


def model_card(services: Services, model_id: int) -> Response:
    """The card of a model of the book on show, with what was decided about it; what was not measured is null.

    Raises:
        Refused: there is no such model.
    """
    reader = services.reader()
    model = next((each for each in reader.models() if each.id == model_id), None)
    if model is None:
        raise Refused(f"There is no model {model_id}", remedy="Look up its number in the list of models.")
    told = {
        "model": model.id, "kind": model.kind, "status": model.status, "trained_at": model.trained_at, "sha256": model.sha256,
        "card": without_nan(model.card), "limits": limits_of(model.card),
        "decisions": [
            {"what": each.what, "who": each.who, "at": each.at, "because": each.because, "figures": without_nan(each.figures)}
            for each in reader.model_events() if each.model == model.id
        ],
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
    headers = {"Content-Disposition": f'attachment; filename="model-{model.id}.json"', "Cache-Control": "no-store"}
    return Response(text, mimetype="application/json", headers=headers)


def without_nan(value: Any) -> Any:
    """A card's value with null for what is undefined, however deep it stands."""
    if isinstance(value, Mapping):
        return {str(name): without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
