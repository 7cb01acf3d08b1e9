"""Win, lose, not a win, not yet, invalid: each with its words, and no number that the data cannot carry."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from core.strategies.trials.design import Arm, Counter, Plan, derived_plan
from core.strategies.trials.reading import TrialRows, read
from core.strategies.trials.verdict import KINDS, judge
from tests.bench_trials import decided
from tests.trial_worlds import CV_1_5, draw, plan

LATE = date(2028, 1, 1)


def rows_of(outcome: np.ndarray, arm: np.ndarray, *, days: np.ndarray | None = None, **more: object) -> TrialRows:
    n = len(outcome)
    on = np.datetime64("2026-01-01", "D") + (np.arange(n) * 360 // max(1, n) if days is None else days).astype(
        "timedelta64[D]"
    )
    given = {"borrower": np.arange(n), "covariates": np.empty((n, 0))} | more
    return TrialRows(arm.astype(np.int64), outcome.astype(float), on, **given)


def even(n: int = 1_200) -> np.ndarray:
    return np.random.default_rng(8).permutation(n) % 2


def noise(n: int = 1_200, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).gamma(0.5, 1.0, n)


def small(**more: object) -> Plan:
    return replace(plan(monthly=50), outcome="cash_over_balance", **more)


def test_a_challenger_that_brings_more_wins_at_the_first_look_that_says_so():
    arm = even()
    found = judge(small(), rows_of(noise() + 1.0 * arm, arm), told_until=LATE)
    assert found.kind == "win"
    look = found.against[0].deciding
    assert 1 < look.number < 12
    assert look.low > 0
    assert found.words[0].startswith("Win: B beats A: cash over balance within 90 days differs by +")
    assert f"at look {look.number} of 12" in found.words[0]
    assert (found.next_look, found.decided_by) == (None, None)


def test_one_that_brings_less_loses():
    arm = even()
    found = judge(small(), rows_of(noise() - 1.0 * arm, arm), told_until=LATE)
    assert found.kind == "lose"
    assert found.words[0].startswith("Lose: B is worse than A")


def test_amounts_are_told_in_currency_and_large_ones_without_cents():
    arm, money = even(), 250.0
    large = judge(replace(small(), outcome="net_value"), rows_of(money * (noise() + arm), arm), told_until=LATE)
    look = large.against[0].deciding
    assert f"differs by {look.told.value:+,.0f} (between {look.low:+,.0f} and " in large.words[0]
    little = judge(replace(small(), outcome="net_value"), rows_of(noise() + arm, arm), told_until=LATE)
    assert f"differs by {little.against[0].deciding.told.value:+.2f} (between" in little.words[0]
    assert "points" not in large.words[0] + little.words[0]


def test_no_difference_is_not_a_win_with_its_interval_once_the_trial_is_over():
    found = judge(small(), rows_of(noise(), even()), told_until=LATE)
    look = found.against[0].deciding
    assert found.kind == "not a win"
    assert look.low < 0 < look.high
    assert "no difference found between B and A" in found.words[0]
    assert (
        f"points of the balance (between {100 * look.low:+.2f} and {100 * look.high:+.2f} over all looks)"
        in found.words[0]
    )


def test_a_clear_difference_between_looks_wins_nothing_before_the_next_planned_one():
    arm = even()
    rows = rows_of(noise() + 1.0 * arm, arm)
    won_on = judge(small(), rows, told_until=LATE).against[0].deciding.on
    before = judge(small(), rows, told_until=won_on - timedelta(1))
    assert before.kind == "not yet"
    assert before.next_look == won_on
    assert before.against[0].reading.now.always_low > 0
    assert judge(small(), rows, told_until=won_on).kind == "win"


def test_what_came_after_the_deciding_look_changes_no_verdict():
    arm = even()
    rows = rows_of(noise() + 1.0 * arm, arm)
    look = judge(small(), rows, told_until=LATE).against[0].deciding
    after = rows.due(small(), look.on)
    changed = replace(rows, outcome=np.where(after, rows.outcome, rows.outcome - 30 * arm))
    assert judge(small(), changed, told_until=LATE).against[0].deciding == look


def test_outcomes_that_are_not_mature_are_counted_and_the_next_ones_dated():
    found = judge(small(), rows_of(np.full(300, np.nan), even(300)), told_until=date(2026, 3, 1))
    assert found.kind == "not yet"
    assert (
        found.words[0] == "Not yet: 0 of 300 loans have matured (90 days from assignment); the next do on 1 Apr 2026."
    )
    assert found.against == ()
    assert all(math.isnan(arm.mean) for arm in found.arms)
    assert (found.next_look, found.decided_by) == (small().look_days()[0], small().look_days()[-1])


def test_windows_that_passed_without_payments_told_are_said_to_be_so():
    outcome = np.where(np.arange(300) < 40, 0.2, np.nan)
    found = judge(small(), rows_of(outcome, even(300)), told_until=date(2026, 7, 1))
    assert found.kind == "not yet"
    assert "of 37 more the window has passed, but no file tells their outcome" in found.words[0]
    assert "An interval needs 50 borrowers in each arm" in found.words[0]


def test_shares_that_do_not_match_the_plan_make_it_invalid_and_no_outcome_is_told():
    arm = (np.arange(1_200) % 5 < 2).astype(int)
    found = judge(small(), rows_of(noise() + arm, arm), told_until=LATE)
    assert found.kind == "invalid"
    assert "the shares do not match the plan" in found.words[0]
    assert "B 480 (planned 600)" in found.words[0]
    assert found.against == ()
    assert all(math.isnan(each.mean) and math.isnan(each.se) for each in found.arms)


def test_an_arm_with_nobody_is_invalid_where_many_should_be_in_it_and_not_yet_where_few():
    assert judge(small(), rows_of(noise(), np.zeros(1_200)), told_until=LATE).kind == "invalid"
    few = judge(small(), rows_of(noise(5), np.zeros(5)), told_until=LATE)
    assert (few.kind, few.words[0]) == ("not yet", "Not yet: nobody is in B so far, so there is nothing to compare.")


def test_no_loan_at_all_is_not_yet():
    found = judge(small(), rows_of(np.empty(0), np.empty(0)), told_until=date(2025, 12, 1))
    assert (found.kind, found.words) == ("not yet", ("Not yet: no loan takes part so far; it starts on 1 Jan 2026.",))


def test_an_arm_that_nobody_planned_is_invalid():
    arm = np.where(np.arange(1_200) == 7, -1, even())
    assert (
        "1 loan is in an arm that the plan does not know"
        in judge(small(), rows_of(noise(), arm), told_until=LATE).words[0]
    )


def test_borrowers_in_both_arms_are_left_out_if_few_and_make_it_invalid_if_many():
    arm, who = even(), np.arange(1_200)
    other = int(np.flatnonzero(arm != arm[0])[0])
    few = np.where(who == other, 0, who)
    found = judge(small(), rows_of(noise(), arm, borrower=few), told_until=LATE)
    assert found.kind == "not a win"
    assert sum(each.loans for each in found.arms) == 1_198
    assert any("1 borrower of 1,199 is in more than one arm" in words for words in found.words)
    many = judge(small(), rows_of(noise(), arm, borrower=who // 2), told_until=LATE)
    assert many.kind == "invalid"
    dealt_by_loan = judge(small(unit="loan"), rows_of(noise(), arm, borrower=who // 2), told_until=LATE)
    assert dealt_by_loan.kind == "not a win"


def test_outcomes_lost_in_one_arm_make_it_invalid():
    arm = even()
    lost = np.where((arm == 1) & (np.arange(1_200) % 4 == 0), np.nan, noise())
    found = judge(small(), rows_of(lost, arm), told_until=LATE)
    assert found.kind == "invalid"
    assert "outcomes are missing more often in one arm" in found.words[0]


def test_a_counter_metric_over_its_limit_blocks_a_win():
    arm = even()
    complaints = np.where(arm == 1, np.arange(1_200) % 10 == 0, np.arange(1_200) % 50 == 0).astype(float)
    rows = rows_of(noise() + 1.0 * arm, arm, counters={"complaints": complaints})
    blocked = judge(small(counters=(Counter("complaints", 0.02),)), rows, told_until=LATE)
    assert blocked.kind == "not a win"
    assert "brings more" in blocked.words[0]
    assert "more than the limit allows: no win" in blocked.words[0]
    assert judge(small(counters=(Counter("complaints", 0.2),)), rows, told_until=LATE).kind == "win"
    unknown = judge(small(counters=(Counter("contacts", 0.2),)), rows, told_until=LATE)
    assert unknown.kind == "win"
    assert any("contacts a loan is not known" in words for words in unknown.words)


def test_loans_outside_the_days_of_the_trial_are_left_out_and_counted():
    days = np.where(np.arange(1_200) < 100, -30, np.arange(1_200) * 360 // 1_200)
    found = judge(small(), rows_of(noise(), even(), days=days), told_until=LATE)
    assert "100 loans assigned before or after the trial's days are left out." in found.words
    assert sum(each.loans for each in found.arms) == 1_100


def test_a_plan_from_a_file_and_unknown_chances_are_said():
    trial = derived_plan("Old", "AB", None, first=date(2026, 1, 1), last=date(2026, 12, 26), smallest=600)
    found = judge(trial, rows_of(noise(), even()), told_until=LATE, shares_known=False)
    assert found.mismatch is None
    assert any("No file says with which chance" in words for words in found.words)
    assert any("made from the file afterwards" in words for words in found.words)


def test_several_challengers_share_the_error_and_the_best_decides():
    three = replace(small(), arms=(Arm("A", 1 / 3), Arm("B", 1 / 3), Arm("C", 1 / 3)), planned_n=400)
    arm = np.random.default_rng(8).permutation(1_200) % 3
    found = judge(three, rows_of(noise() + 1.0 * (arm == 2), arm), told_until=LATE)
    assert (found.kind, [each.kind for each in found.against]) == ("win", ["not a win", "win"])
    assert found.against[0].reading.alpha == 0.025


def test_little_hope_is_said_and_binds_nobody():
    arm = even()
    found = judge(small(effect=0.3), rows_of(noise() - 0.05 * arm, arm), told_until=small().look_days()[9])
    assert found.kind == "not yet"
    assert "Little hope" in found.words[0]
    assert "without harm to its error" in found.words[0]


def test_fewer_loans_than_planned_are_decided_at_the_last_look_with_what_is_left():
    arm = even(400)
    reading = read(small(), rows_of(noise(400), arm), 1, LATE)
    assert reading.is_over
    assert reading.looks[-1].number == 12
    assert reading.looks[-1].limit < 2.2


def test_if_nothing_more_comes_the_last_look_takes_the_place_of_the_one_before():
    arm = even()
    rows = rows_of(noise(), arm, days=np.arange(1_200) * 150 // 1_200)
    reading = read(replace(small(), planned_n=900), rows, 1, LATE)
    numbers = [look.number for look in reading.looks]
    assert numbers[-1] == 12
    assert sorted(set(numbers)) == numbers
    assert reading.looks[-1].told.loans == (600, 600)


def test_all_outcomes_zero_claim_nothing():
    found = judge(small(), rows_of(np.zeros(1_200), even()), told_until=LATE)
    assert found.kind == "not a win"
    assert found.words[0] == "Not a win: all outcomes of B and A are the same, so nothing tells them apart."
    assert found.against[0].deciding is None


def test_the_kinds_are_those_of_the_page():
    assert KINDS == ("win", "lose", "not a win", "not yet", "invalid")


@pytest.mark.parametrize("lift", [0.0, 0.3])
def test_the_bench_decides_as_the_product_does(lift):
    for seed in (1, 2):
        rows = draw(CV_1_5, seed, lift=lift, monthly=100)
        kind = judge(plan(100), rows, told_until=LATE).kind
        assert {"win": 1, "lose": -1, "not a win": 0}[kind] == decided(rows, adjusted=True, monthly=100)["looks"]


def test_null_trials_are_seldom_promoted_and_good_ones_are():
    """A fixed subset of tests/bench_trials.py, with fewer loans."""
    null = [decided(draw(CV_1_5, seed, monthly=60), adjusted=True, monthly=60) for seed in range(60)]
    good = [decided(draw(CV_1_5, seed, lift=0.4, monthly=60), adjusted=True, monthly=60) for seed in range(20)]
    assert np.mean([each["looks"] != 0 for each in null]) <= 0.10
    assert np.mean([each["always valid"] != 0 for each in null]) <= 0.04
    assert np.mean([each["peeking"] != 0 for each in null]) >= 0.10
    assert np.mean([each["looks"] > 0 for each in good]) >= 0.90
