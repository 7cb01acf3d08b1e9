import numpy as np
import pandas as pd
import pytest

from core.scores.rate.use import MODEL, POOLED, expectation, rate_of
from tests.core.scores.rate.test_model import by_hand
from tests.core.scores.worlds import world

RATES = pd.DataFrame(
    {"bucket": ["1-29", "90-119"], "loans": [50, 50], "balance": [1000.0, 1000.0], "cash_12m": [500.0, 100.0]}
)
INTERVALS = {
    "edges": [0.3], "together": 2.0, "learned_from": 100,
    "bins": [{"n": 50, "spread": 0.01, "low_80": 0.0, "high_80": 0.2, "low_95": 0.0, "high_95": 0.5},
             {"n": 50, "spread": 0.04, "low_80": 0.1, "high_80": 0.9, "low_95": 0.0, "high_95": 1.0}],
}  # fmt: skip


def loans():
    """In arrears, on hold, closed, current, of a strategy nobody learned, without days past due."""
    return pd.DataFrame({"dpd": [10.0, 10.0, 10.0, 0.0, 10.0, np.nan], "balance": 1000.0,
                         "status": ["open", "open", "paid", "open", "open", "open"]})  # fmt: skip


PROPOSED = pd.Series(["Standard", "Hold", "None", "Standard", "Sealed letter", "Legal"])


def test_the_model_speaks_for_open_loans_in_arrears_under_strategies_it_knows_and_experience_for_the_others():
    rate = by_hand(world(loans=200), intervals=INTERVALS)
    told = expectation(loans(), PROPOSED, rate, RATES)
    assert told["expected_source"].tolist() == [MODEL, MODEL, None, None, POOLED, MODEL]
    assert told["expected_rate"].tolist()[:2] == pytest.approx([0.35, 0.35])
    assert told["expected_rate"][4] == 0.5
    assert told["expected_rate"].isna().tolist() == [False, False, True, True, False, False]
    assert told.loc[0, ["expected_low", "expected_high", "expected_variance"]].tolist() == pytest.approx(
        [100.0, 900.0, 80_000.0]
    )
    assert told.loc[2:4, ["expected_low", "expected_high", "expected_variance"]].isna().all(axis=None)


def test_without_a_model_the_pooled_experience_stays_and_says_no_interval():
    told = expectation(loans(), PROPOSED, None, RATES)
    assert told["expected_source"].tolist() == [POOLED, POOLED, None, None, POOLED, None]
    assert told["expected_variance"].isna().all()
    assert rate_of(None) is None


def test_no_loans_have_no_expectation():
    told = expectation(loans().head(0), PROPOSED.head(0), by_hand(world(loans=200), intervals=INTERVALS), RATES)
    assert told.empty
