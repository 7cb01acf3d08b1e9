"""Can two strategies be compared from this history? The rules, and the words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.strategies.effects.aipw import Estimate
from core.strategies.effects.nuisance import FEWEST_LOANS, borrowers_of
from core.strategies.effects.overlap import NEAR_ZERO, Overlap
from core.strategies.observed import Codes, Numbers, Observed

RANDOMISED = "randomised"
ADJUSTED = "adjusted"
NOT_COMPARABLE = "not comparable"

LEAST_ESS_SHARE = 0.30
LEAST_ESS = 50.0
LARGEST_SMD = 0.10
CHANCE_LEAVES = 1.2
LARGEST_THIN = 0.12
FEWEST_OTHER = 10
"""Loans of a strategy whose outcome differs from its commonest one; below, its error cannot be told."""
REMEDY = "Run a test: let chance give either strategy to some of these loans."

NO_COSTS = "What the strategies cost is not known for these loans, so nothing is said of net value. State their costs and measure again."
LARGEST_PART = 0.10
"""Part of an estimate's variance that may come from one borrower without being said."""


def nothing_to_compare(observed: Observed) -> str | None:
    """Why no strategy can be compared with any other; None where two were given to somebody."""
    given = np.unique(observed.strategy)
    if len(given) == 0:
        return "There are no loans."
    if len(given) == 1:
        return (
            f"All loans were given {observed.strategies[int(given[0])]}: there is nothing to compare it with. {REMEDY}"
        )
    return None


def too_little(observed: Observed, outcome: Numbers, kind: int) -> str | None:
    """Why nothing can be said of a strategy against the reference before anything is learned; None where it can be tried."""
    nothing = nothing_to_compare(observed)
    if nothing is not None:
        return nothing
    borrowers = borrowers_of(observed)
    for each in (kind, 0):
        name, n = observed.strategies[each], int((observed.strategy == each).sum())
        if n == 0:
            return f"No loan was given {name}. {REMEDY}"
        if borrowers[each] < FEWEST_LOANS:
            of = "" if n == borrowers[each] else f" of {borrowers[each]} borrowers"
            return f"{n} loans{of} under {name} are too few to tell: {FEWEST_LOANS} borrowers are needed. Wait for more outcomes, or run a test."
    if np.ptp(outcome) == 0:
        return f"Every loan has the same outcome ({outcome[0]:g}): nothing tells the strategies apart."
    return hardly_varies(observed, outcome, kind) or hardly_varies(observed, outcome, 0)


def hardly_varies(observed: Observed, outcome: Numbers, kind: int) -> str | None:
    """Why no error can be told of a mean over the loans of a strategy: (nearly) all have one outcome. None where one can."""
    had, name = outcome[observed.strategy == kind], observed.strategies[kind]
    values, counts = np.unique(had, return_counts=True)
    other = len(had) - int(counts.max(initial=0))
    if other >= FEWEST_OTHER or not len(had):
        return None
    of = f"All {len(had)} loans" if not other else f"All but {other} of the {len(had)} loans"
    return (
        f"{of} under {name} have the same outcome ({values[int(np.argmax(counts))]:g}): how sure a difference is cannot be told. "
        "Wait for more outcomes."
    )


def objections(name: str, overlap: Overlap) -> list[str]:
    """What speaks against letting the loans of one strategy speak for all, in words with their figures; empty for nothing.

    The limit of the standardised differences is LARGEST_SMD and what chance leaves: weighted loans that count as 100 differ
    from all by a tenth of a standard deviation in this or that fact even where chance alone gave the strategy.
    """
    told = []
    if overlap.ess < LEAST_ESS_SHARE * overlap.n or overlap.ess < LEAST_ESS:
        told.append(
            f"after weighting, the {overlap.n} loans under {name} count as {overlap.ess:.0f} "
            f"(at least {max(LEAST_ESS, LEAST_ESS_SHARE * overlap.n):.0f} are needed)"
        )
    if overlap.max_smd > smd_limit(overlap):
        told.append(
            f"the loans under {name} still differ from all loans by {overlap.max_smd:.2f} standard deviations after weighting "
            f"(at most {smd_limit(overlap):.2f} can be let pass)"
        )
    if overlap.gap is not None:
        gap = overlap.gap
        told.append(
            f"{name} was given to {gap.given or 'none'} of the {gap.n} loans ({gap.share:.2f} of all) with {gap.words}"
        )
    return told


def few_in_trial(part: Observed, outcome: Numbers, kind: int, own: Overlap, reference: Overlap) -> list[str]:
    """What speaks against a comparison among loans that chance decided: too few, or too few that count."""
    little = too_little(part, outcome, kind)
    if little is not None:
        return [little.rstrip(".")]
    told = zip((part.strategies[kind], part.strategies[0]), (own, reference), strict=True)
    return [
        f"after weighting by their stated probabilities, the {each.n} loans under {name} count as {each.ess:.0f} (at least {FEWEST_LOANS} are needed)"
        for name, each in told
        if each.ess < FEWEST_LOANS
    ]


def carried_by_few(difference: Numbers, cluster: Codes) -> str:
    """A sentence where one borrower makes much of an estimate's variance, as one huge balance does; else nothing."""
    _, place = np.unique(cluster, return_inverse=True)
    squares = np.bincount(place, weights=difference - difference.mean()) ** 2
    part = float(squares.max() / squares.sum())
    if part <= LARGEST_PART:
        return ""
    return f" One borrower alone makes {part:.2f} of its uncertainty: a few loans carry this number, and its interval may be too narrow."


def thin(names: str, share: float) -> list[str]:
    """What speaks against it where too many loans had hardly a chance of a strategy."""
    if share <= LARGEST_THIN:
        return []
    return [
        f"{share:.2f} of all loans had less than a tenth of the usual chance of {names} (at most {LARGEST_THIN:.2f} can be let pass)"
    ]


def pair_objections(names: tuple[str, str], own: Overlap, reference: Overlap) -> list[str]:
    """What speaks against comparing a strategy with the reference over all loans."""
    either = float((own.thin | reference.thin).mean())
    return [*objections(names[0], own), *objections(names[1], reference), *thin(f"{names[0]} or {names[1]}", either)]


def smd_limit(overlap: Overlap) -> float:
    """Up to which standardised difference the weighted loans of a strategy are like all."""
    return float(LARGEST_SMD + CHANCE_LEAVES / np.sqrt(max(overlap.ess, 1.0)))


def not_comparable(strategy: str, reference: str, against: Sequence[str], near_zero: float) -> str:
    """The refusal in words."""
    hardly = (
        f" {near_zero:.2f} of all loans had a chance below {NEAR_ZERO:g} of one of them." if near_zero >= 0.01 else ""
    )
    return f"{strategy} and {reference} cannot be compared from this history: {'; '.join(against)}.{hardly} {REMEDY}"


def finding(strategy: str, reference: str, estimate: Estimate, outcome: str) -> str:
    """What the interval says, in words."""
    what = "recovery rate" if outcome == "recovery_rate" else "net value a loan"
    digits = 3 if outcome == "recovery_rate" else 2
    low, high = f"{estimate.low:+,.{digits}f}", f"{estimate.high:+,.{digits}f}"
    if estimate.low <= 0 <= estimate.high:
        return f"No effect found: what {strategy} changes against {reference} lies between {low} and {high} ({what}, 95 % interval), and that holds 0."
    way = "raises" if estimate.value > 0 else "lowers"
    return f"{strategy} {way} the {what} against {reference} by {abs(estimate.value):,.{digits}f} (between {low} and {high}, 95 % interval)."
