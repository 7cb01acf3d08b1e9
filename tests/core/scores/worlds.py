"""Books whose truth is known because it was written here, in the columns of `PortfolioReader.training_rows`."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from core.scores import training
from core.scores.gate import admit
from core.scores.rows.target import non_recovery
from core.scores.training import Trained, train_model


def world(seed=1, loans=600, *, signal=1.0, strategy_effect=0.0, borrowers=None):
    """Loans in arrears with a payments outcome; non-recovery rises with arrears and debt, falls with cover.

    `signal` 0 makes the outcome independent of everything; `borrowers` below `loans` lets some share one.
    """
    rng = np.random.default_rng(seed)
    dpd = rng.integers(1, 180, loans)
    income = rng.lognormal(8, 0.5, loans)
    emi = income * rng.uniform(0.05, 0.8, loans)
    balance = rng.lognormal(9, 0.8, loans).round(2)
    cover = np.where(rng.random(loans) < 0.5, 0.0, rng.uniform(0.2, 2.0, loans))
    strategy = rng.choice(["Standard", "Settlement", "Legal"], loans, p=[0.6, 0.25, 0.15])
    margin = signal * (1.2 * (np.log1p(dpd) - 4) + 3.0 * (emi / income - 0.4) - 0.8 * cover)
    margin = margin - strategy_effect * (strategy == "Legal")
    lost = rng.random(loans) < 1 / (1 + np.exp(-margin))
    return pd.DataFrame(
        {
            "loan_ref": [f"L{i:05d}" for i in range(loans)],
            "borrower_ref": [f"B{i % (borrowers or loans):05d}" for i in range(loans)],
            "as_of": "2025-06-30",
            "balance": balance,
            "dpd": dpd,
            "status": "open",
            "hold": pd.Series([None] * loans, dtype=object),
            "monthly_income": income.round(2),
            "emi": emi.round(2),
            "collateral_value": (cover * balance).round(2),
            "missed_payments": rng.integers(0, 6, loans),
            "product": rng.choice(["Auto", "Home"], loans),
            "strategy": strategy,
            "age": rng.integers(20, 70, loans),
            "gender": rng.choice(["Female", "Male"], loans),
            "cash_12m": np.where(lost, 0.0, 0.5 * balance).round(2),
            "extra": [
                json.dumps({"NOISE": str(round(x, 4)), "LEAK": "yes" if y else "no"})
                for x, y in zip(rng.random(loans), lost, strict=True)
            ],
        }
    )


@cache
def learned(seed: int = 3, loans: int = 700) -> Trained:
    """The model of a world, a line, learned once in a process for all that only read it."""
    target = non_recovery(world(seed=seed, loans=loans))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "CANDIDATES", training.CANDIDATES[:1])
        return train_model(target, admit(target, {}))
