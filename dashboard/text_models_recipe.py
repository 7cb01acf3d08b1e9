"""Sentences about the tutorials' recipe beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.records import Model
from dashboard import format as show
from dashboard.text_models import between, figure, is_number

Row = Mapping[str, Any]
TITLE = "The tutorials' recipe beside the model"
SUBTITLE = (
    "K-means with four clusters on ten raw columns (age among them), the two with the most missed payments flagged as high risk, and a forest "
    "that learns that flag from the same columns. Every figure is on loans held out."
)


def recipe_title(model: Model | None) -> str:
    """What the recipe claims and what it is worth."""
    told = _recipe(model)
    if told is None:
        return TITLE
    right, area = show.percent(told["accuracy"]), figure(told["auc"], 2)
    if told["auc_ci"][0] <= 0.5 <= told["auc_ci"][1]:
        return (
            f"The tutorials' recipe: {right} right about its own flag, AUC {area} on the outcome, no better than a coin"
        )
    return f"The tutorials' recipe: {right} right about its own flag, AUC {area} on the outcome"


def recipe_subtitle(model: Model | None) -> str:
    """What the recipe does, or why it was not run."""
    if model is None:
        return f"{show.UNDEFINED}, because nothing was trained on this book yet."
    told = model.card.get("recipe")
    if not told:
        return f"{show.UNDEFINED}, because model {model.id} was not trained as far as that. {SUBTITLE}"
    return f"{show.UNDEFINED}, because {told['why']}. {SUBTITLE}" if told["why"] else SUBTITLE


def recipe_rows(model: Model | None) -> list[dict[str, str]]:
    """Both scores on both questions: the flag it made itself, and what became of the loans."""
    told = _recipe(model)
    if model is None or told is None:
        return []
    n, card = show.number(told["n"]), model.card
    honest = is_number(card.get("auc"))
    return [
        {"what": "Tutorials' forest: right about its own flag", "figure": show.percent(told["accuracy"]),
         "interval": " to ".join(map(show.percent, told["accuracy_ci"])), "n": n},
        {"what": "Tutorials' forest: AUC on what became of the loans", "figure": figure(told["auc"]),
         "interval": between(told["auc_ci"]), "n": n},
        {"what": f"Model {model.id}: AUC on what became of the loans", "figure": figure(card.get("auc")),
         "interval": between(card.get("auc_ci")), "n": show.number(card["n"]) if honest else show.UNDEFINED},
    ]  # fmt: skip


def recipe_note(model: Model | None) -> str:
    """Why the first figure says nothing."""
    told = _recipe(model)
    if told is None:
        return ""
    return (
        f"A flag made from columns can be read back from them, whatever became of the {show.count(told['n'], 'loans')} "
        f"({show.number(told['flagged'])} flagged, {show.number(told['events'])} not recovered). Only the second and third figure are about paying."
    )


def _recipe(model: Model | None) -> Row | None:
    told = None if model is None else model.card.get("recipe")
    return told if told and not told["why"] else None
