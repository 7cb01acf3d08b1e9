import numpy as np
import pandas as pd
import pytest

from core.scores.rate.card import measured, ratio_interval, worth_it


def book(n=400, seed=1):
    """Loans of two buckets that bring .6 and .2 on average, and a fact nobody told the pooled rate."""
    rng = np.random.default_rng(seed)
    late, hidden = rng.random(n) < 0.5, rng.random(n) < 0.5
    truth = np.where(late, 0.2, 0.6) + np.where(hidden, 0.15, -0.15)
    realised = np.clip(truth + rng.normal(0, 0.04, n), 0, None)
    rows = pd.DataFrame({"dpd": np.where(late, 100, 10), "balance": rng.lognormal(8, 1, n)})
    return rows, truth, realised, np.arange(n)


def test_a_model_that_knows_more_than_the_bucket_is_worth_it_and_one_that_knows_as_much_is_not():
    rows, truth, realised, groups = book()
    card = measured(rows, truth, realised, groups)
    assert worth_it(card) == (True, "")
    assert card["gain"] == pytest.approx(0.0225, abs=0.003)  # the variance of the fact, .15 squared
    by_bucket = np.where(rows["dpd"] > 50, 0.2, 0.6)
    used, why = worth_it(measured(rows, by_bucket, realised, groups))
    assert not used
    assert "does not clearly beat the pooled rate" in why


def test_figures_by_hand():
    rows = pd.DataFrame({"dpd": [10, 10, 40, 40], "balance": [100.0, 100.0, 200.0, 200.0]})
    card = measured(rows, np.asarray([0.5, 0.5, 0.2, 0.2]), np.asarray([0.6, 0.4, 0.3, 0.1]), np.arange(4))
    assert card["n"] == 4
    assert card["mae"] == pytest.approx(0.1)
    assert card["r2"] == pytest.approx(1 - 0.04 / 0.13)  # squares: 4 x .01 of .0625 + .0025 + .0025 + .0625
    assert card["actual_expected"] == pytest.approx(1.0)  # 180 of 180
    assert (card["promised"], card["came"]) == pytest.approx((180 / 600, 180 / 600))
    assert card["came_ci"][0] < 0.3 < card["came_ci"][1]


def test_promised_and_came_weigh_by_what_is_owed_and_their_ratio_is_actual_over_expected():
    rows = pd.DataFrame({"dpd": [10, 10, 40, 40], "balance": [100.0, 100.0, 200.0, 600.0]})
    card = measured(rows, np.asarray([0.5, 0.5, 0.2, 0.3]), np.asarray([0.6, 0.4, 0.3, 0.1]), np.arange(4))
    assert (card["promised"], card["came"]) == pytest.approx((0.32, 0.22))  # 320 and 220 of 1000
    assert card["actual_expected"] == pytest.approx(0.22 / 0.32)


def test_a_tenth_that_holds_one_borrower_many_times_is_less_sure_than_one_of_many_borrowers():
    rows, truth, realised, _ = book()
    alone, shared = (
        measured(rows, truth, realised, each)["deciles"][3]
        for each in (np.arange(400), np.argsort(np.argsort(realised)) // 4)
    )
    assert alone["realised"] == shared["realised"]
    assert alone["n"] == shared["n"]
    assert shared["high"] - shared["low"] > 1.3 * (alone["high"] - alone["low"])


def test_deciles_hold_every_loan_once_with_an_interval():
    rows, truth, realised, groups = book()
    deciles = measured(rows, truth, realised, groups)["deciles"]
    assert sum(each["n"] for each in deciles) == 400
    assert sum(each["low"] <= each["predicted"] <= each["high"] for each in deciles) >= 8
    assert [each["predicted"] for each in deciles] == sorted(each["predicted"] for each in deciles)


def test_the_interval_of_a_ratio_holds_the_truth_and_widens_with_loans_of_one_borrower():
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        owed = rng.lognormal(0, 0.5, 300)
        _, low, high = ratio_interval(owed * rng.gamma(2.0, 0.5, 300), owed, np.arange(300))
        held += low <= 1.0 <= high
    assert 0.91 <= held / 200 <= 0.99
    assert np.isnan(ratio_interval(np.ones(2), np.zeros(2), np.arange(2))).all()


def test_loans_of_one_borrower_count_as_one_in_an_interval():
    came, owed = np.asarray([1.0, 0.0, 1.0, 0.0]), np.ones(4)
    _, low, high = ratio_interval(came, owed, np.arange(4))
    ratio, wide_low, wide_high = ratio_interval(np.repeat(came, 2), np.ones(8), np.arange(8) // 2)
    assert ratio == 0.5
    assert (wide_low, wide_high) == pytest.approx((low, high))  # twice the loans of the same four say no more
