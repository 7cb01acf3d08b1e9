"""Sentences on the screen that more than one page says. `**decisive words**` become bold through `sentence()`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from core.metrics.intervals import can_be_judged, difference_is_clear
from core.metrics.measure import Measure
from dashboard.format import UNDEFINED, count, money, money_exact, number, percent, points, signed
from dashboard.format import measure as shown

Better = Literal["up", "down", "neither"]
NO_CLEAR_DIFFERENCE = "no clear difference"
NOT_JUDGED = "not judged: no interval"


@dataclass(frozen=True, slots=True)
class Delta:
    """A change in words: its text ("+1.7 % worse") and its tone (a CSS class: good, bad or muted)."""

    text: str
    tone: Literal["good", "bad", "muted"]


def because(answer: Measure) -> str:
    """ "n/a, because ..." for an undefined measure, else "" ."""
    return "" if answer.is_defined else f"{UNDEFINED}, because {answer.why}" if answer.why else UNDEFINED


def delta(now: Measure, before: Measure | None, better: Better, *, aim: bool = False) -> Delta:
    """The change between two days: shares in points, amounts in percent of the earlier one.

    It is better or worse only where there is evidence: intervals that leave no doubt of a difference, or sums, which are
    exact for the book. A share or ratio without an interval says by how much it moved and no more (`can_be_judged`).

    Args:
        aim: `before` is a target; on which side of it a number lies is a fact.
    """
    if before is None or not (now.is_defined and before.is_defined):
        return Delta("", "muted")
    change = now.value - before.value
    if now.unit == "share":
        text = points(change)
    elif before.value == 0:
        text = signed(money(change))
    else:
        text = signed(percent(change / abs(before.value)))
    if math.isclose(change, 0, abs_tol=1e-12) or not any(digit in text for digit in "123456789"):
        return Delta("no change", "muted")
    judged = aim or can_be_judged(now, before)
    if judged and not aim and not difference_is_clear(now, before):
        return Delta(f"{text}, {NO_CLEAR_DIFFERENCE}", "muted")
    if better == "neither":
        return Delta(f"{text} {'up' if change > 0 else 'down'}", "muted")
    if not judged:
        return Delta(f"{text}, {NOT_JUDGED}", "muted")
    good = (change > 0) == (better == "up")
    return Delta(f"{text} {'better' if good else 'worse'}", "good" if good else "bad")


def why(answer: Measure) -> str:
    """What a number was computed from: numerator, denominator, n and what was left out."""
    if not answer.is_defined:
        return because(answer) + "."
    parts = []
    if answer.denominator != 1.0:
        parts.append(f"{_exact(answer.numerator, answer)} / {_exact(answer.denominator, answer)} = {shown(answer)}")
    else:
        parts.append(_exact(answer.value, answer))
    parts.append(f"n = {count(answer.n, answer.of)}")
    if answer.excluded:
        parts.append(f"{count(answer.excluded, answer.left_out_of)} left out")
    if answer.why:
        parts.append(answer.why)
    return "; ".join(parts) + "."


def _exact(value: float, answer: Measure) -> str:
    return number(value) if answer.unit == "count" else money_exact(value)
