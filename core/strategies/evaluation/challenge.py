"""May a learned policy challenge the champion, and if not, why not: in words."""

from __future__ import annotations

from dataclasses import dataclass

from core.strategies.effects.aipw import Estimate
from core.strategies.evaluation.cross import HeldOut
from core.wording import counted

FEWEST = 200
"""Loans held out below which no value is told: the interval of a skewed amount is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Whether a policy may be tried against the champion, and the sentence that says why or why not."""

    may: bool
    why: str


def may_challenge(
    held_out: HeldOut, *, least: float = 0.0, whom: str = "the champion", gain: Estimate | None = None
) -> Challenge:
    """A policy may become champion, after a trial, only with a lower bound of its held-out gain above `least`.

    Args:
        held_out: from `cross_evaluate`. least: currency a loan that it has to bring more, at least.
        whom: the champion's name in the sentence.
        gain: over another champion than the one `held_out` was held against, on loans that did not teach the policy.
    """
    whom = whom if gain or held_out.against_champion else "the reference for all"
    gain = gain or held_out.against_champion or held_out.against_reference
    if gain.n < FEWEST:
        return Challenge(
            False,
            f"Only {counted(gain.n, 'loan')} were held out: with fewer than {FEWEST} nothing is promised of a policy",
        )
    if gain.value != gain.value or gain.se != gain.se:
        return Challenge(False, "What the policy brings cannot be told from these loans")
    told = (
        f"on {counted(gain.n, 'loan')} that did not teach it the policy brings {abs(gain.value):,.0f} a loan {'more' if gain.value >= 0 else 'less'} than {whom} "
        f"(from {gain.low:,.0f} to {gain.high:,.0f})"
    )
    if gain.low > least:
        return Challenge(True, f"It may be tried against {whom}: {told}")
    if gain.high < least:
        return Challenge(False, f"It loses against {whom}: {told}")
    return Challenge(False, f"Not yet: {told}, and the lower end is not above {least:,.0f}")
