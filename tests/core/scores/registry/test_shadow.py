"""What a model in the shadow would say, and how far it agrees, on loans worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.metrics.intervals import wilson
from core.scores.registry.shadow import rank_correlation, shadow_of
from core.scores.scoring.bands import band_of
from tests.dashboard.models_book import model


def day(days_past_due, **columns):
    n = len(days_past_due)
    return pd.DataFrame(
        {"loan_ref": [f"L{place}" for place in range(n)], "borrower_ref": [f"B{place}" for place in range(n)],
         "as_of": "2026-10-31", "balance": 100.0, "dpd": days_past_due, "status": "open", "hold": None, **columns}
    )  # fmt: skip


def in_force(risk):
    risk = pd.Series(risk, dtype=float)
    return pd.DataFrame({"risk_score": risk, "band": band_of(risk), "proposed": "Standard"})


def test_a_model_that_orders_the_loans_alike_agrees_in_rank_and_differs_in_bands():
    frame = day([1, 5, 10, 20, 40, 60, 90, 120, 150, 180])
    told = shadow_of(model(1, "challenger"), frame, in_force(np.linspace(0.01, 0.1, 10)))
    assert (told["n"], told["rank_correlation"]) == (10, 1)
    margin = -1 + 0.8 * (np.log1p(frame["dpd"]) - 3)
    risky = int((1 / (1 + np.exp(-margin)) >= 0.5).sum())
    assert 0 < risky < 10
    assert told["other_band"] == {"loans": risky, "share": risky / 10, "ci": list(wilson(risky, 10))}
    assert told["other_strategy"]["loans"] == risky


def test_closed_loans_and_loans_without_a_score_do_not_count():
    frame = day([1, 400, 10, 20], status=["open", "paid", "open", "open"])
    told = shadow_of(model(1, "challenger"), frame, in_force([0.1, 0.1, np.nan, 0.2]))
    assert told["n"] == 2
    assert (told["rank_correlation"], told["rank_ci"]) == (None, None)


def test_no_loan_at_all_is_no_share():
    told = shadow_of(model(1, "challenger"), day([1], status=["paid"]), in_force([0.1]))
    assert told["other_band"] == {"loans": 0, "share": None, "ci": None}


def test_a_damaged_model_is_refused():
    with pytest.raises(Refused, match="damaged"):
        shadow_of(model(1, "challenger", artifact="{}"), day([1]), in_force([0.1]))


def test_rank_correlation_with_its_interval():
    found, (low, high) = rank_correlation(np.arange(12.0), np.array([1, 0, 2, 4, 3, 5, 7, 6, 8, 10, 9, 11.0]))
    assert found == pytest.approx(1 - 6 * 8 / (12 * 143))
    assert low < found < high < 1
    assert rank_correlation(np.ones(20), np.arange(20.0)) == (None, None)
    assert rank_correlation(np.arange(20.0), -np.arange(20.0)) == (-1, [-1, -1])
