"""Where a score comes from and whether it earned trust, in a pill and in a unit."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from core.records import Model
from dashboard import format as show
from dashboard.components.badges import Tone, badge

RULE = "rule, not validated on your data"
DECIMALS = 2


def score_words(sources: Iterable[str], champion: Model | None) -> tuple[str, Tone]:
    """What the badge says.

    Args:
        sources: "rule" or "model" of the scores shown; empty where there are none.
        champion: the model in use, with its card.
    """
    known = set(sources)
    if not known & {"rule", "model"}:
        return "no scores yet", "neutral"
    if "rule" in known:
        return RULE if "model" not in known else "part model, part rule", "neutral"
    if champion is None:
        return "a model no longer in use", "neutral"
    low, high = (show.number(value, DECIMALS) for value in champion.card["auc_ci"])
    return f"validated, AUC {show.number(champion.card['auc'], DECIMALS)} ({low} to {high})", "good"


def score_badge(sources: Iterable[str], champion: Model | None) -> html.Span:
    """The badge."""
    return badge(*score_words(sources, champion))


def risk(score: float, source: str) -> str:
    """A score in its unit: a model's is a probability, the rule's are points of a hundred and never a probability.

    >>> risk(0.62, "rule"), risk(0.62, "model")
    ('62 of 100', '0.62')
    """
    if score != score:
        return show.UNDEFINED
    return f"{show.number(score * 100)} of 100" if source == "rule" else show.number(score, DECIMALS)
