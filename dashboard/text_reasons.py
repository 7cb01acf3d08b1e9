"""Sentences about one borrower's score: what made it, and what would change the recommendation."""

from __future__ import annotations

from core.scores.rows.features import REFERENCE
from core.scores.scoring.explain import SAID_FROM, Contributions, effect
from core.scores.scoring.what_if import Option, WhatIf
from core.strategies.thresholds import CHAMPION_V0
from dashboard import format as show
from dashboard.components.score_badge import RULE, risk

FAMILIES = {
    "arrears": "Arrears and payment history", "affordability": "Income, instalments and work",
    "security": "Security and kind of loan", "size": "Size, term and rate", "engagement": "Promises and contacts",
    "strategy": f"Left under {REFERENCE}, as the score assumes",
}  # fmt: skip
LOG_ODDS = (
    f"Log-odds: the scale on which reasons add up; half a point more turns a chance of {show.percent(0.5, 0)} "
    f"into {show.percent(0.62, 0)}."
)
PARTS_TITLE, WHAT_IF_TITLE = "What made the score", "What would change the recommendation"
NO_PARTS = f"{show.UNDEFINED}, because nothing the score reads is known, or the score is older than its parts are kept."
WHAT_IF_NOTE = "By this score, asked again with those facts. It is no promise of what would happen."


def family_words(family: str) -> str:
    """A family of reasons as people read it; one of the lender's own columns keeps its name."""
    return FAMILIES.get(family, family[:1].upper() + family[1:])


def part_words(size: float, source: str) -> str:
    """What a part does, with direction and size."""
    if source == "rule":
        return f"adds {show.number(100 * size, 1)}"
    if abs(size) < SAID_FROM:
        return "changes nothing"
    return f"{show.signed(show.number(size, 2))} {effect(size)}"


def sum_words(told: Contributions, source: str) -> str:
    """What the parts come to, and in which unit."""
    if source == "rule":
        return f"Points of the score; together {show.number(100 * told.margin, 1)} of 100. A {RULE}."
    return (
        f"In log-odds, before calibration: every loan begins at {show.number(told.base, 2)}, and the parts bring this one "
        f"to {show.number(told.margin, 2)}. {LOG_ODDS}"
    )


def option_words(option: Option, told: WhatIf) -> str:
    """One change, to what it would lead, and the score before and after."""
    now, then = _told_apart(told.risk, told.source), _told_apart(option.risk, told.source)
    score = f"score {then} instead of {now}" if option.risk == option.risk else "nothing would be left to work"
    return f"With {' and '.join(option.changes)}: {option.track} instead of {told.track} ({score})."


def _told_apart(score: float, source: str) -> str:
    """A score in its unit, with a decimal more where rounding would show an edge that it does not reach."""
    shown = risk(score, source)
    rounded = round(score, 2) if score == score else score
    if rounded in CHAMPION_V0.edges and score < rounded:
        return f"{show.number(100 * score, 1)} of 100" if source == "rule" else show.number(score, 3)
    return shown


def why_no_option(told: WhatIf) -> str:
    """Why there is no change to name."""
    return f"{told.why[:1].upper()}{told.why[1:]}."
