"""Sentences of the Models page: the verdict, and what a model had to pass."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.records import Model
from core.scores.gate import FEWEST_EVENTS, HIGHEST_P
from dashboard import format as show
from dashboard.components.badges import Tone

KINDS = {
    "logistic": "logistic regression", "random_forest": "random forest", "gradient_boosting": "gradient boosting",
    "none": "no model",
}  # fmt: skip
RULE_ORDERS = "The **rule score** orders the work: it is not validated on your data, and no probability"
DECIMALS = 3
LOOKED_AT = "Model looked at"
WHEN_TRAINED = "not yet asked"
CHECK_HEADS = ("A model has to", "Figure", "95\u00a0% interval", "n", "Held?")


RULES = (
    f"know at least {FEWEST_EVENTS} loans of each outcome",
    "tell the outcomes apart: AUC, its interval above 0.5",
    f"be no work of chance: p at most {HIGHEST_P:g}",
    "hold on later loans than it learned from: AUC, its interval above 0.5",
)
"""What a model has to pass, as the end of the first of CHECK_HEADS."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a book's score: the sentence ("**bold**" words in it), a short badge, and its tone."""

    sentence: str
    badge: str
    tone: Tone


def verdict_of(models: Sequence[Model], champion: Model | None, damage: str, red: str = "") -> Verdict:
    """The verdict on the score in use.

    Args:
        models: every model and refused attempt, newest first.
        champion: the model in use.
        damage: why it cannot be read, "" where it can.
        red: what stands out badly about it since it was trained, "" where nothing does.
    """
    if champion is not None and damage:
        return Verdict(f"**No.** {damage}. {RULE_ORDERS}. Train again, or roll back.", "rule score in use", "bad")
    if champion is not None:
        said = _in_use(champion, models)
        return Verdict(
            said.replace("**Yes.**", f"**Yes, with care.** {red}.") if red else said,
            "validated, in use",
            "good",
        )
    if not models:
        said = f"**Nothing was trained on this book yet.** {RULE_ORDERS}."
        return Verdict(said, "rule score in use", "neutral")
    newest = models[0]
    if newest.status != "refused":
        gone = any(each.status == "retired" for each in models)
        why = "the one that was has been taken out of use" if gone else "none was put in use yet"
        said = f"**No model is in use**: {why}. {RULE_ORDERS}."
        return Verdict(said, "rule score in use", "neutral")
    why = str(newest.card.get("why") or "").rstrip(".")
    if newest.card.get("verdict") == "too little history":
        return Verdict(f"**Too little history to learn from.** {why}. {RULE_ORDERS}.", "rule score in use", "neutral")
    if why:
        return Verdict(f"**No usable signal in this file.** {why}. {RULE_ORDERS}.", "rule score in use", "neutral")
    said = (
        f"**No usable signal in this file.** The best that could be learned has {measured(newest.card)}. {RULE_ORDERS}."
    )
    return Verdict(said, "rule score in use", "neutral")


def _in_use(champion: Model, models: Sequence[Model]) -> str:
    card = champion.card
    said = f"**Yes.** Model {champion.id} ({kind_words(champion)}) orders the work, with {measured(card)}"
    later = card.get("out_of_time")
    if later:
        said += f"; {auc_words(later)} on {show.count(later['n'], 'loans')} later than it learned from"
    said += "."
    newer = [each for each in models if each.id > champion.id]
    if any(each.status == "challenger" for each in newer):
        number = next(each.id for each in newer if each.status == "challenger")
        return f"{said} **Model {number} waits** as its challenger."
    if newer and newer[0].status == "refused":
        return f"{said} A later attempt (model {newer[0].id}) was refused: {newer[0].card.get('verdict', '')}."
    return said


def measured(card: Mapping[str, Any]) -> str:
    """The AUC of a card with its interval, n and events."""
    if not is_number(card.get("auc")):
        return "no measured AUC"
    counted = f"{show.count(card['n'], 'loans')}, {show.number(card['events'])} of them not recovered"
    return f"{auc_words(card)} on {counted}"


def auc_words(measured: Mapping[str, Any]) -> str:
    """An AUC and its interval: `auc` and `auc_ci` of a mapping."""
    return f"AUC {figure(measured['auc'])} ({between(measured.get('auc_ci'))})"


def kind_words(model: Model) -> str:
    """How a model was learned."""
    anew = model.card.get("recalibrated")
    return KINDS.get(model.kind, model.kind) + (f", recalibrated from model {anew['from']}" if anew else "")


def is_number(value: Any) -> bool:
    """Whether a figure of a card was measured: None and NaN were not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def figure(value: Any, decimals: int = DECIMALS) -> str:
    """A figure of a card; "n/a" where it was not measured."""
    return show.number(float(value), decimals) if is_number(value) else show.UNDEFINED


def between(interval: Any, decimals: int = DECIMALS) -> str:
    """An interval of a card: "0.640 to 0.812"; "n/a" where there is none."""
    if not isinstance(interval, Sequence) or len(interval) != 2 or not all(map(is_number, interval)):
        return show.UNDEFINED
    return f"{figure(interval[0], decimals)} to {figure(interval[1], decimals)}"


def checks_title(model: Model | None) -> str:
    """Which model the page is about."""
    if model is None:
        return "No model yet"
    words = {"champion": "in use", "challenger": "waiting as challenger", "refused": "refused", "retired": "retired"}
    return f"Model {model.id}, {words[model.status]}"


def checks_subtitle(model: Model | None) -> str:
    """What the table of rules is."""
    if model is None:
        return "A model is used only where it passes every rule below; until then the rule score orders the work."
    target = model.card.get("target")
    learned = f"Learns: {target_words(target)}. " if target else ""
    return f"{learned}A model that fails one rule never orders work."


def check_rows(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rules of the gate, as far as a training came: rule, figure, interval, n and whether it held."""
    if not card:
        return [{"rule": rule, "figure": "", "interval": "", "n": "", "held": WHEN_TRAINED} for rule in RULES]
    n, events = card.get("n"), card.get("events")
    rows = []
    if is_number(n) and is_number(events):
        rarer = min(events, n - events)
        rows.append(_row(RULES[0], show.number(rarer), "", n, rarer >= FEWEST_EVENTS))
    if not is_number(card.get("auc")):
        return rows
    low = card["auc_ci"][0]
    rows.append(
        _row(
            RULES[1],
            figure(card["auc"]),
            between(card["auc_ci"]),
            n,
            low > 0.5,
        )
    )
    rows.append(
        _row(
            RULES[2],
            _p_words(card["p_value"]),
            *_shuffles(card["p_value"], n),
            card["p_value"] <= HIGHEST_P,
        )
    )
    later = card.get("out_of_time")
    if later:
        rows.append(
            _row(RULES[3], figure(later["auc"]), between(later["auc_ci"]), later["n"], later["auc_ci"][0] > 0.5)
        )
    else:
        rows.append(
            {
                "rule": RULES[3],
                "figure": show.UNDEFINED,
                "interval": "",
                "n": "",
                "held": "not asked: the days do not allow it",
            }
        )
    return rows


def _p_words(p: float) -> str:
    """A p with as many decimals as the rule states, and a fourth where it tells the two apart."""
    return figure(p, 4).removesuffix("0")


def _shuffles(p: float, n: Any) -> tuple[str, Any]:
    """Interval and n of a p: none, and of how many shuffles of the outcomes none gave as good a score, where the p is of none."""
    tried = round(1 / p) - 1 if 0 < p <= HIGHEST_P else 0
    if not tried or abs(1 / (tried + 1) - p) > 1e-6 * p:
        return "", n
    return "", f"{show.number(0)} of {show.count(tried, 'shuffles')}"


def target_words(target: object) -> str:
    """What a score learns, with its share in per cent: "cash within 12 months under 5 % of the balance"."""
    return re.sub(r"under (0\.\d+) of", lambda found: f"under {show.percent(float(found[1]), 0)} of", str(target))


def _row(rule: str, value: str, interval: str, n: Any, held: bool) -> dict[str, str]:
    return {
        "rule": rule,
        "figure": value,
        "interval": interval,
        "n": n if isinstance(n, str) else show.number(n),
        "held": "yes" if held else "no",
    }
