import json
import math

import numpy as np
import pytest
from scipy.stats import hypergeom

from core.monitoring.drift import PERMUTATIONS, baseline, drift, index_parts, p_value_of, shift
from tests.bench_monitoring import loans, rates

DAYS = {"first_day": "2025-01-31", "last_day": "2025-06-30"}


def held(score, **inputs):
    return json.loads(json.dumps(baseline(score, inputs, **DAYS)))


def even(n):
    return (np.arange(n) + 0.5) / n


def test_the_index_is_the_sum_of_share_differences_times_their_log_ratio():
    before, now = np.array([600, 400]), np.array([250, 250])
    weight, pooled = 1.0, np.array([850, 650]) / 1500
    p, q = (before + weight * pooled) / 1001, (now + weight * pooled) / 501
    assert index_parts(before, now).tolist() == pytest.approx(((q - p) * np.log(q / p)).tolist())
    plainly = (0.5 - 0.6) * math.log(0.5 / 0.6) + (0.5 - 0.4) * math.log(0.5 / 0.4)
    assert index_parts(before, now).sum() == pytest.approx(plainly, rel=0.01)


def test_an_empty_bin_keeps_the_index_finite_and_an_unchanged_book_has_none():
    assert 0.5 < index_parts(np.array([1000, 0]), np.array([400, 100])).sum() < 2
    assert index_parts(np.array([50, 50]), np.array([500, 500])).sum() == 0.0


def test_the_same_loans_have_no_drift_and_shifted_ones_raise_the_alarm_of_their_fact_alone():
    base = held(even(1000), income=even(1000), debt=even(1000)[::-1].copy())
    score, income, debt = drift(base, even(400), {"income": even(400) ** 2, "debt": even(400)})
    assert [score.alarm, income.alarm, debt.alarm] == [False, True, False]
    assert (income.n, income.m, income.feature) == (400, 1000, "income")
    assert income.psi > income.bound > 0
    assert sum(each["part"] for each in income.bins) == pytest.approx(income.psi)
    assert sum(each["now"] for each in income.bins) == pytest.approx(1)


def test_a_fact_the_file_no_longer_carries_is_all_missing():
    words = np.array(["a", "b"] * 500, dtype=object)
    _, income, word = drift(held(even(1000), income=even(1000), word=words), even(300), {})
    assert (income.missing, income.missing_before, income.alarm) == (1.0, 0.0, True)
    assert (word.missing, word.alarm) == (1.0, True)


def test_levels_never_seen_raise_the_alarm():
    words = np.array(["a", "b"] * 500, dtype=object)
    _, word = drift(held(even(1000), word=words), even(300), {"word": np.array(["a", "b", "c"] * 100, dtype=object)})
    assert word.alarm
    assert (
        word.unseen == next(each["now"] for each in word.bins if each["name"] == "other levels") == pytest.approx(1 / 3)
    )


def test_with_few_loans_nothing_is_compared_and_no_other_fact_pays_for_it():
    base = held(even(1000), income=even(1000))
    score, income = drift(base, even(49), {"income": np.ones(49)})
    assert math.isnan(score.psi)
    assert (income.n, income.alarm, income.bins) == (49, False, ())


def test_a_sure_but_small_shift_is_no_matter():
    base = held(even(20_000), income=even(20_000))
    _, income = drift(base, even(20_000), {"income": even(20_000) ** 1.1})
    assert income.p_value < 0.001
    assert income.psi < 0.02
    assert not income.alarm


def test_a_fact_that_never_varies_cannot_drift_until_it_goes_missing():
    constant = held(even(500), income=np.ones(500))["facts"][1]
    assert shift(constant, np.ones(200)).p_value == 1.0
    assert shift(constant, np.full(200, np.nan)).p_value < 0.001


def test_a_rare_chance_is_confirmed_by_random_divisions_and_a_common_one_is_not_drawn():
    few, many = p_value_of(np.array([500, 2]), np.array([96, 4])), p_value_of(np.array([300, 200]), np.array([60, 40]))
    assert few == pytest.approx(hypergeom.sf(3, 602, 6, 100), abs=0.002)
    assert many > 0.9
    assert p_value_of(np.array([500, 0]), np.array([50, 50]), 1) == pytest.approx(1 / (PERMUTATIONS + 1))


def test_inputs_share_their_chance_of_false_alarms():
    """A p-value between 0.75 % / 20 and 0.75 % is an alarm by itself and none among twenty still ones."""
    moved = even(300) ** 1.42
    alone = drift(held(even(1000), a=even(1000)), even(300), {"a": moved})[1]
    assert 0.0075 / 20 < alone.p_value < 0.0075
    assert alone.alarm
    still = {f"s{at}": even(1000) for at in range(19)}
    base = held(even(1000), a=even(1000), **still)
    assert not drift(base, even(300), {"a": moved} | {name: even(300) for name in still})[1].alarm


@pytest.mark.parametrize(("n", "m"), [(100, 500), (500, 5_000)])
def test_without_drift_alarms_are_rare_and_a_shift_of_a_third_of_a_deviation_is_found(n, m):
    still, moved = rates(n, m, 0.0, 60, seed=3), rates(500, m, 0.4, 15, seed=4)
    assert max(still[:2]) <= 4 / 60
    assert min(moved[0], moved[2]) >= 13 / 15


def test_the_bench_draws_the_same_loans_for_the_same_seed():
    one, other = (loans(np.random.default_rng(9), 50) for _ in range(2))
    assert one[0].tolist() == other[0].tolist()
    assert set(one[1]) == set(other[1])
