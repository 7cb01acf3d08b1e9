"""What each tab of the Models page found, in a few words, and what it cannot tell yet with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.monitoring.alerts import alerts
from core.records import Model
from dashboard import format as show
from dashboard import (
    text_came_true,
    text_drift,
    text_fairness,
    text_models_rate,
    text_models_recipe,
    text_models_registry,
)
from dashboard.text_models import auc_words, is_number
from dashboard.text_models_evidence import no_evidence
from dashboard.text_models_reasons import no_reasons
from dashboard.text_reasons import family_words

Row = Mapping[str, Any]
TABS = (
    ("good", "Is it good?"), ("holds", "Does it still hold?"), ("why", "Why, and is it fair?"), ("out", "What stays out?"),
    ("which", "Which model?"),
)  # fmt: skip
"""Key in the address and question of each tab."""


def good(shown: Model | None, champion: Model | None, damage: str) -> str:
    """How well outcomes are told apart."""
    if shown is None:
        return "No model yet: what it needs"
    if shown is champion and damage:
        return "It cannot be read"
    card = shown.card
    if not is_number(card.get("auc")):
        return "Too little history to say"
    low = card["auc_ci"][0]
    return f"{'Tells outcomes apart' if low > 0.5 else 'No better than chance'}: {auc_words(card)}"


def holds(rows: Sequence[Row]) -> str:
    """What stands out of what was watched."""
    if not rows:
        return "Not looked at yet"
    found = alerts(rows)
    if not found:
        return text_drift.CALM
    return f"{show.count(len(found), 'things')} to look at: {text_drift.within(found[0])}"


def why(card: Row) -> str:
    """What weighs most, and how many groups stand out."""
    importance, audit = card.get("importance"), card.get("fairness")
    parts = (
        [f"{family_words(importance['families'][0]['family'])} weighs most"]
        if importance and importance["families"]
        else []
    )
    if audit and audit["attributes"]:
        odd = text_fairness.standing_apart(audit)
        parts.append(f"{show.count(odd, 'groups')} to look at" if odd else "no group stands out")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:] if words else "No model whose reasons could be told"


def out(shown: Model | None) -> str:
    """How many columns stay out, and how many are questioned."""
    if shown is None:
        return "What tells the outcome, and who somebody is"
    kept, asked = len(shown.card.get("quarantined", ())), len(shown.card.get("questioned", ()))
    said = f"{show.count(kept, 'columns')} kept out" if kept else "No column kept out"
    return f"{said}, {show.number(asked)} questioned" if asked else said


def which(models: Sequence[Model], champion: Model | None) -> str:
    """Which one is in use, of how many, and how many wait."""
    if not models:
        return "None was trained yet"
    waiting = sum(each.status == "challenger" for each in models)
    used = f"Model {champion.id} in use" if champion else "None in use"
    waits = f", {show.number(waiting)} waiting" if waiting else ""
    return f"{used}, {show.count(len(models), 'trainings')}{waits}"


def untold(
    shown: Model | None, watched: Model | None, rows: Sequence[Row], contested: Model | None, shadows: int
) -> dict[str, list[tuple[str, str]]]:
    """What each tab cannot tell, and why: (what, "n/a, because ...") by tab; a panel stands on the page or here.

    Args:
        shown: the model whose evidence the panels show.
        watched: the model that is watched, None for the rule score.
        rows: what was found about it.
        contested: the model whose contest with the one in use is shown.
        shadows: how often a model was scored in the shadow.
    """
    card = {} if shown is None else shown.card
    told: dict[str, list[tuple[str, str]]] = {key: [] for key, _ in TABS}
    if not card.get("evidence"):
        told["good"].append(("How well it tells outcomes apart, calibration, lift and gains", no_evidence(shown)))
    if text_models_rate.rate_of(shown) is None:
        told["good"].append((text_models_rate.TITLE, text_models_rate.no_rate(shown)))
    if not rows:
        told["holds"].append(
            ("What stands out, and whether new loans are like those before", text_drift.nothing_watched(watched))
        )
    found = text_drift.of_kind(rows, "recent") or text_drift.of_kind(rows, "calibration")
    if not found or not text_drift.is_finite(found[0]["value"]):
        told["holds"].append(("What came true, and whether it still ranks", text_came_true.not_yet(rows, watched)))
    if not card.get("importance"):
        told["why"].append(("What moves the score, and how the risk runs", no_reasons(shown)))
    if not card.get("fairness"):
        told["why"].append(("Whether it is fair to everybody", text_fairness.no_audit(shown)))
    if not text_models_recipe.recipe_rows(shown):
        told["out"].append((text_models_recipe.TITLE, text_models_recipe.recipe_subtitle(shown)))
    if not text_models_registry.contest_shown(contested):
        told["which"].append(
            (text_models_registry.contest_title(contested), text_models_registry.contest_subtitle(contested))
        )
    if not shadows:
        told["which"].append((text_models_registry.shadow_title(()), text_models_registry.SHADOWED))
    return told


def left_out(key: str, shown: Model | None, rows: Sequence[Row]) -> bool:
    """Whether a tab has nothing to say at all, so that it is not offered."""
    if key == "holds":
        return shown is None and not rows
    if key == "why":
        return shown is None or not (shown.card.get("importance") or shown.card.get("fairness"))
    return key == "which" and shown is None
