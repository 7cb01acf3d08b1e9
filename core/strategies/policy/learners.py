"""What each strategy brings for whom: the S-, T- and DR-learner, each shrunk by what the data carry. NumPy only.

All three stand on one shared baseline. The S-learner gives each fact a spread of its own within each strategy, so that few
facts may matter much; the T-learner gives all facts of a strategy one spread, as lines learned apart and pulled towards the
baseline; the DR-learner corrects both by what is left over of each loan, weighted by its chance of having its strategy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.strategies.observed import Numbers, Observed
from core.strategies.policy.design import BENT, Columns
from core.strategies.policy.lines import Line, Prior, fit_line, sigmoid
from core.strategies.policy.value import margins

PARTS = ("direct", "pays", "severity")
"""The rate itself; whether anything is paid; the share paid by those who pay. A rate is the mean of the first and the product of the others."""
LEVEL_SPREAD = 0.3
"""How far a strategy may move everybody, log-odds: a first guess as firm as a few dozen loans."""
OWN_SPREAD = 0.1
WEIGHT = 0.2
OF_SEVERITY = 0.5
"""Strategies move how much is paid about half as much as whether anything is."""
RARE = 0.02
"""A chance below it counts as it in the weights of what is left over."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner's lines by part, and its rates of the loans it learned from (n, K)."""

    lines: dict[str, Line]
    rates: Numbers


def learn_lines(observed: Observed, columns: Columns, matrix: Numbers, highest: float, *, by_fact: bool) -> Learner:
    """The S-learner (`by_fact`) or the T-learner pulled towards the shared baseline.

    Args:
        observed: the loans. columns, matrix: what lines look at, and the loans' rows of it.
        highest: the rate that a share of 1 stands for.

    References:
        Kuenzel, Sekhon, Bickel & Yu (2019), Metalearners for estimating heterogeneous treatment effects, PNAS 116,
        4156-4165 (S and T); Loterman et al. (2012), International Journal of Forecasting 28, 161-170 (two stages).
    """
    kinds = len(observed.strategies)
    rows = columns.under(matrix, observed.strategy, kinds)
    group, levels = columns.groups(kinds, by_fact=by_fact)
    share = np.minimum(observed.rate / highest, 1.0)
    paid = observed.rate > 0
    lines: dict[str, Line] = {}
    for part in PARTS:
        scale = OF_SEVERITY if part == "severity" else 1.0
        stated = np.full(int(group.max(initial=BENT)) + 1, np.nan)
        stated[levels] = LEVEL_SPREAD * scale
        prior = Prior(group, WEIGHT, OWN_SPREAD * scale, stated)
        asked = paid if part == "severity" else np.ones(len(paid), dtype=bool)
        lines[part] = fit_line(rows[asked], paid.astype(float) if part == "pays" else share[asked], prior)
    direct, pays, severity = (sigmoid(margins(lines[part].beta, matrix, columns, kinds)) for part in PARTS)
    return Learner(lines, highest * (direct + pays * severity) / 2.0)


def corrections(
    observed: Observed, columns: Columns, matrix: Numbers, rates: Numbers, propensity: Numbers
) -> list[Numbers | None]:
    """What the DR-learner adds to the rate under each strategy: an intercept and a slope a column of the matrix.

    What is left over of a loan under its strategy, weighted by one over its chance of having it, is regressed on the
    facts, shrunk by the marginal likelihood; None for a strategy that few loans had.

    Args:
        rates: (n, K) of the other learners. propensity: (n, K) cross-fitted; NaN for a strategy that is not learned.

    References:
        Kennedy (2023), Towards optimal doubly robust estimation of heterogeneous causal effects, Electronic Journal of
        Statistics 17, 3008-3049, algorithm 1.
    """
    told: list[Numbers | None] = []
    for kind in range(rates.shape[1]):
        had = observed.strategy == kind
        if not had.any() or not np.isfinite(propensity[had, kind]).all():
            told.append(None)
            continue
        weight = 1.0 / np.maximum(propensity[had, kind], RARE)
        told.append(_ridge(matrix[had], observed.rate[had] - rates[had, kind], weight / weight.mean()))
    return told


def _ridge(x: Numbers, y: Numbers, weight: Numbers) -> Numbers:
    """Weighted ridge regression; its strength and the noise by the marginal likelihood (MacKay 1992). Intercept first."""
    rows = np.column_stack([np.ones(len(x)), x]) * np.sqrt(weight)[:, None]
    told = y * np.sqrt(weight)
    values, vectors = np.linalg.eigh(rows.T @ rows)
    values, along = np.maximum(values, 0.0), vectors.T @ (rows.T @ told)
    total, spread, noise = float(told @ told), 1e-4, float(told @ told) / len(told) + 1e-12
    for _ in range(50):
        beta = along / (values + noise / spread)
        used_up = float((values / (values + noise / spread)).sum())
        spread = float(np.clip((beta @ beta) / max(used_up, 1e-9), 1e-12, 1.0))
        left = total - 2 * float(beta @ along) + float(beta @ (values * beta))
        noise = max(left / max(len(told) - used_up, 5.0), 1e-12)
    return np.asarray(vectors @ (along / (values + noise / spread)))
