"""A recovery rate from cash: near the truth of drawn worlds, honest about itself, and refused where it adds nothing."""

import json

import lightgbm
import numpy as np
import pytest

from core.scores.rate.fit import _stored
from core.scores.rate.intervals import loan_interval, loan_variance, sum_interval
from core.scores.rate.model import rates_under, trees_of
from core.scores.rate.training import realised_rates, train_rate
from core.scores.rows.features import fit_inputs
from core.scores.rows.target import non_recovery
from tests.worlds.world import STRATEGIES, draw, permuted


def learned_from(frame):
    target = non_recovery(frame)
    return train_rate(target, target.rows, fit_inputs(target.rows, ()))


@pytest.fixture(scope="module")
def learned():
    return learned_from(draw(500, 1, "kinked").frame)


@pytest.fixture(scope="module")
def asked():
    return draw(5_000, 2, "kinked")


def r2(came, told):
    return 1 - ((came - told) ** 2).sum() / ((came - came.mean()) ** 2).sum()


def test_500_loans_tell_most_of_what_can_be_told(learned, asked):
    had = asked.frame["strategy"].to_numpy()
    truth = np.select([had == name for name in STRATEGIES], [asked.truth[f"rate_{name}"] for name in STRATEGIES])
    came = (asked.frame["cash_12m"] / asked.frame["balance"]).to_numpy()
    told = rates_under(learned.content, asked.frame, asked.frame["strategy"])
    assert r2(came, told) / r2(came, truth) > 0.78
    reference = asked.truth["rate_Standard"].to_numpy()
    assert r2(reference, rates_under(learned.content, asked.frame, "Standard")) > 0.78


def test_the_card_says_how_good_it_is_with_intervals_that_hold(learned, asked):
    card = learned.card
    assert (card["used"], card["why"], card["n"]) == (True, "", 500)
    came = (asked.frame["cash_12m"] / asked.frame["balance"]).to_numpy()
    told = rates_under(learned.content, asked.frame, asked.frame["strategy"])
    assert card["r2_ci"][0] < r2(came, told) < card["r2_ci"][1]
    assert card["actual_expected_ci"][0] < 1.0 < card["actual_expected_ci"][1]
    assert card["gain_ci"][0] > 0
    assert card["mae"] == pytest.approx(np.abs(came - told).mean(), abs=0.03)
    assert sum(each["n"] for each in card["deciles"]) == 500
    assert set(card["strategies"]) == set(STRATEGIES)
    json.dumps(card, allow_nan=False)


def test_intervals_hold_single_loans_and_sums_they_never_saw(learned, asked):
    intervals, frame = learned.content["intervals"], asked.frame
    came, balance = frame["cash_12m"].to_numpy(), frame["balance"].to_numpy()
    told = rates_under(learned.content, frame, frame["strategy"])
    for level in (0.80, 0.95):
        low, high = loan_interval(intervals, told, level)
        assert ((came >= low * balance) & (came <= high * balance)).mean() > level - 0.03
    variance = float(loan_variance(intervals, told, balance).sum())
    low, high = sum_interval(float((told * balance).sum()), variance, 5_000, of_day=5_000, learned_from=500)
    assert low <= came.sum() <= high
    assert high - low < came.sum()


def test_the_same_book_gives_the_same_rate_model(learned):
    assert json.dumps(learned_from(draw(500, 1, "kinked").frame).content) == json.dumps(learned.content)


def test_shuffled_outcomes_are_refused_and_leave_no_model():
    refused = learned_from(permuted(draw(500, 3), 1).frame)
    assert refused.content is None
    assert "does not clearly beat the pooled rate" in refused.card["why"]
    assert refused.card["gain_ci"][0] <= 0


def test_a_strategy_with_too_few_loans_is_not_told_and_says_why():
    frame = draw(400, 4).frame
    few = frame["strategy"].eq("Legal") & (frame["strategy"].eq("Legal").cumsum() > 5)
    card = learned_from(frame[~few]).card
    assert set(card["strategies"]) == {"Standard", "Settlement"}
    assert card["not_told"]["Legal"].startswith("5 loans were under it; 30 are needed")


def test_rare_multiples_of_a_balance_do_not_rule_and_are_counted():
    frame = draw(400, 5).frame
    frame.loc[0, "cash_12m"] = 50 * frame.loc[0, "balance"]
    frame.loc[1, "cash_12m"] = -10.0
    told = learned_from(frame)
    assert told.card["counted_as_zero"] == 1
    assert 1 <= told.card["counted_as_highest"] <= 3
    assert 1.0 <= told.card["highest"] <= 2.0
    assert rates_under(told.content, frame, "Standard").max() <= told.card["highest"]


def test_a_book_without_amounts_or_with_few_loans_has_no_rate():
    frame = draw(150, 6).frame
    few = learned_from(frame)
    assert few.content is None
    assert few.card["why"].startswith("only 150 loans with amounts")
    words = frame.drop(columns="cash_12m").assign(
        recovery_status=np.where(frame["cash_12m"] > 0, "Fully Recovered", "Written Off")
    )
    target = non_recovery(words)
    assert np.isnan(realised_rates(target)).all()
    assert learned_from(words).card == {"used": False, "why": "the book states no amounts that were recovered"}


def test_stored_trees_say_what_lightgbm_says():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((300, 3)), rng.random(300)
    booster = lightgbm.train(
        {"objective": "cross_entropy", "num_leaves": 5, "verbosity": -1}, lightgbm.Dataset(x, y), 20
    )
    stored = json.loads(json.dumps(_stored(booster)))
    assert np.abs(trees_of(stored, x) - booster.predict(x, raw_score=True)).max() < 1e-12
