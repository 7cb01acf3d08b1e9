"""What the straight-line learners look at: every fact on one scale, numbers bent smoothly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.strategies.observed import Fact, Numbers

KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Quantiles at which a number may bend (Harrell's choice for five knots)."""
REACH = 4.0
"""A value counts as at most so many standard deviations from its mean: one absurd value moves no line."""


@dataclass(frozen=True, slots=True)
class Design:
    """How facts become columns of lines.

    Attributes:
        mean, scale: (p,) of each fact as learned from.
        knots: for each fact where it bends, in its own standardised units; empty for a straight line.
        mean_out, scale_out: (q,) of each column of the matrix.
        owner: (q,) which fact a column belongs to, as an index into the facts.
    """

    mean: Numbers
    scale: Numbers
    knots: tuple[Numbers, ...]
    mean_out: Numbers
    scale_out: Numbers
    owner: np.ndarray

    def matrix(self, facts: Numbers) -> Numbers:
        """(n, q) standardised columns of (n, p) facts; a fact that never varied gives zeros, no facts one column of them."""
        if not self.knots:
            return np.zeros((len(facts), 1))
        return np.asarray((_expanded(facts, self) - self.mean_out) / self.scale_out)


def fit_design(facts: Numbers, columns: Sequence[Fact]) -> Design:
    """Where each fact bends and on which scale it is, from the facts alone (no outcome, no strategy).

    Args:
        facts: (n, p), no NaN.
        columns: one a fact.

    References:
        Harrell, F. (2015). Regression Modeling Strategies, 2nd ed., section 2.4.5: restricted cubic splines.
    """
    if not len(columns):
        nothing = np.empty(0)
        return Design(nothing, nothing, (), nothing, nothing, nothing.astype(np.int64))
    mean, spread = facts.mean(axis=0), facts.std(axis=0)
    scale = np.where(spread > 1e-12, spread, np.inf)
    standard = _standard(facts, mean, scale)
    knots = tuple(
        _knots(standard[:, place]) if column.is_number else np.empty(0) for place, column in enumerate(columns)
    )
    owner = np.repeat(np.arange(len(columns)), [1 + max(len(each) - 2, 0) for each in knots])
    still = Design(mean, scale, knots, np.zeros(len(owner)), np.ones(len(owner)), owner)
    expanded = _expanded(facts, still)
    spread = expanded.std(axis=0)
    return Design(mean, scale, knots, expanded.mean(axis=0), np.where(spread > 1e-9, spread, np.inf), owner)


def _standard(facts: Numbers, mean: Numbers, scale: Numbers) -> Numbers:
    return np.asarray(((facts - mean) / scale).clip(-REACH, REACH))


def _knots(values: Numbers) -> Numbers:
    knots = np.unique(np.quantile(values, KNOTS).round(6))
    return knots if len(knots) >= 3 else np.empty(0)


def _expanded(facts: Numbers, design: Design) -> Numbers:
    standard = _standard(facts, design.mean, design.scale)
    parts = []
    for place, knots in enumerate(design.knots):
        value = standard[:, place]
        parts.append(value[:, None])
        if len(knots):
            parts.append(_bends(value, knots))
    return np.concatenate(parts, axis=1)


def _bends(value: Numbers, knots: Numbers) -> Numbers:
    """The restricted cubic terms: straight beyond the outer knots."""
    above = np.maximum(value[:, None] - knots, 0.0) ** 3
    last, before = knots[-1], knots[-2]
    told = (
        above[:, :-2]
        - above[:, [-2]] * (last - knots[:-2]) / (last - before)
        + above[:, [-1]] * (before - knots[:-2]) / (last - before)
    )
    return np.asarray(told / (last - knots[0]) ** 2)
