"""Who was given which strategy: officers who saw severity, and one randomised test among the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.synthetic.chance import choose
from core.synthetic.loans import PRODUCTS

STRATEGIES = ("Standard", "Settlement", "Legal")
STANDARD, SETTLEMENT, LEGAL = range(3)
CONFOUNDERS = ("dpd", "missed", "balance", "product")
"""What the officers looked at; nothing else drives the choice."""

TRIAL = "Reminder wording"
ARMS = ("Reminder A", "Reminder B")
TRIAL_FIRST_MONTH, TRIAL_LAST_MONTH = 6, 17
ARM_PROBABILITY = 0.5


def severity(loans: pd.DataFrame) -> np.ndarray:
    """How bad an account looks to an officer, around 0: long overdue, many missed instalments, big for its product."""
    usual = loans["product"].map({name: product.median_amount * 55 for name, product in PRODUCTS.items()}).astype(float)
    size = np.log(loans["balance"] / usual)
    score = 0.70 * (loans["dpd"] - 45) / 30 + 0.65 * (loans["missed"].clip(upper=7) - 3.2) / 2 + 0.30 * size / 0.6
    return np.asarray(score.clip(-2.0, 2.0), dtype=float)


def strategy_probabilities(loans: pd.DataFrame) -> np.ndarray:
    """Chance of each strategy, one row a loan, columns in the order of STRATEGIES; rows sum to 1."""
    seen = severity(loans)
    weights = np.exp(np.column_stack([np.zeros_like(seen), -0.70 + 0.50 * seen, -1.40 + 1.25 * seen]))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def draw_strategies(rng: np.random.Generator, loans: pd.DataFrame) -> np.ndarray:
    """The strategy each loan was given at placement, as an index into STRATEGIES."""
    return choose(rng, strategy_probabilities(loans))


def draw_arms(rng: np.random.Generator, loans: pd.DataFrame, strategy: np.ndarray) -> np.ndarray:
    """The arm of each loan in the randomised test: an index into ARMS, -1 outside the test.

    Loans placed under Standard in the 7th to 18th month take part. The arm is drawn from a stream of its own and
    nothing that happens later reads it: the two wordings do the same.
    """
    takes_part = (strategy == STANDARD) & loans["placed"].between(TRIAL_FIRST_MONTH, TRIAL_LAST_MONTH).to_numpy()
    return np.where(takes_part, (rng.random(len(loans)) >= ARM_PROBABILITY).astype(int), -1)
