"""The whole: a verdict, a number where the data carry it, and words where they do not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.strategies.effects.measure import measure_effects
from core.strategies.effects.verdict import ADJUSTED, NOT_COMPARABLE, RANDOMISED
from core.strategies.observed import Fact
from tests.core.strategies.effects.loans import EFFECT, small

RELIED_ON = {
    "outcome", "strategy", "naive", "adjusted", "se", "ci_low", "ci_high", "sensitivity_bound", "n", "ess", "max_smd",
    "verdict", "why",
}  # fmt: skip


def refused(observed, outcome="recovery_rate"):
    """The words of the one refusal, after checking that no number came with them."""
    told = measure_effects(observed)
    (effect,) = (each for each in told.effects if each.outcome == outcome and each.strategy == "Legal")
    plain = effect.to_json()
    assert effect.verdict == NOT_COMPARABLE
    assert {plain[name] for name in ("adjusted", "se", "ci_low", "ci_high", "sensitivity_bound", "bound_low")} == {None}
    json.dumps(told.to_json(), allow_nan=False)
    return effect.why


@pytest.fixture(scope="module")
def adjusted():
    return measure_effects(small(1_500))


def test_an_adjusted_effect_stands_beside_what_happened(adjusted):
    effect = adjusted.effect("Legal")
    assert effect.verdict == ADJUSTED
    assert effect.naive.high < EFFECT
    assert effect.estimate.low < EFFECT < effect.estimate.high
    assert abs(effect.stratified.value - EFFECT) < abs(effect.naive.value - EFFECT)
    assert effect.max_smd < effect.max_smd_before
    assert effect.smd_fact == "arrears"
    assert "Legal raises the recovery rate against Standard by 0.0" in effect.why


def test_the_names_that_others_rely_on(adjusted):
    for each in adjusted.to_json()["effects"]:
        assert each.keys() >= RELIED_ON
    assert [each.outcome for each in adjusted.effects] == ["recovery_rate", "net_value"]
    json.dumps(adjusted.to_json(), allow_nan=False)


def test_the_bound_widens_the_interval_by_itself(adjusted):
    effect = adjusted.effect("Legal")
    assert effect.sensitivity.low == pytest.approx(effect.estimate.low - effect.sensitivity.bound)
    assert effect.sensitivity.benchmark.fact == "arrears"
    assert effect.sensitivity.bound > 0


def test_a_trial_is_randomised_and_needs_no_bound():
    observed = small(800, confounding=0.0, probability=np.full(800, 0.5))
    effect = measure_effects(observed).effect("Legal")
    assert (effect.verdict, effect.sensitivity.bound) == (RANDOMISED, 0.0)
    assert effect.estimate.low < EFFECT < effect.estimate.high


def test_probabilities_that_cannot_be_right_are_not_believed():
    told = measure_effects(small(800, probability=np.full(800, 0.5)))
    assert told.effect("Legal").verdict == ADJUSTED
    assert "'arrears' differs between the loans given" in told.effect("Legal").why
    told = measure_effects(small(800, confounding=0.0, probability=np.full(800, 0.4)))
    assert "where 0.40 was stated" in told.doubt_of_chance


def test_no_effect_is_said_in_words():
    observed = small(1_500)
    effect = measure_effects(replace(observed, rate=observed.rate - EFFECT * observed.strategy + 0.1)).effect("Legal")
    assert effect.estimate.low < 0 < effect.estimate.high
    assert effect.why.startswith("No effect found")


def test_a_hard_rule_is_refused_with_the_kind_of_loans_it_took():
    observed = small(2_000)
    always = observed.facts[:, 0] > 1.2
    why = refused(replace(observed, strategy=np.where(always, 1, observed.strategy)))
    assert "Standard was given to none of the" in why
    assert "arrears above 1.2" in why
    assert "Run a test" in why


def test_one_strategy_only():
    observed = small(100, strategy=np.zeros(100, dtype=np.int64))
    assert "All loans were given Standard" in refused(observed)
    alone = measure_effects(replace(observed, strategies=("Standard",)))
    assert (alone.effects, alone.to_json()["why"]) == ((), alone.why)
    assert "nothing to compare it with" in alone.why


def test_a_strategy_with_ten_loans():
    observed = small(300)
    strategy = np.zeros(300, dtype=np.int64)
    strategy[:10] = 1
    assert "10 loans under Legal are too few" in refused(replace(observed, strategy=strategy))


def test_many_loans_of_few_borrowers_are_few():
    observed = small(300)
    assert "of 20 borrowers under Legal are too few" in refused(replace(observed, cluster=np.arange(300) % 20))


def test_all_outcomes_zero():
    observed = small(200)
    assert "same outcome (0)" in refused(replace(observed, rate=np.zeros(200), net=None))


def test_an_arm_whose_outcome_never_varies():
    observed = small(200)
    flat = replace(observed, rate=np.where(observed.strategy == 1, 0.0, observed.rate), net=None)
    n = int((observed.strategy == 1).sum())
    assert f"All {n} loans under Legal have the same outcome (0): how sure a difference is cannot be told" in refused(
        flat
    )
    told = measure_effects(flat)
    happened, level = told.effect("Legal").naive, told.levels[1]
    assert happened.value == pytest.approx(-observed.rate[observed.strategy == 0].mean())
    assert np.isnan([happened.se, happened.low, happened.high, level.happened.low, level.adjusted.value]).all()
    assert (level.happened.value, level.why) == (0.0, f"All {n} loans under Legal have the same outcome (0)")


def test_an_arm_of_which_nearly_all_have_one_outcome_is_told_without_an_interval():
    observed = small(200)
    mine = np.flatnonzero(observed.strategy == 1)
    rate = observed.rate.copy()
    rate[mine[9:]] = 0.0
    told = measure_effects(replace(observed, rate=rate, net=None))
    assert f"All but 9 of the {len(mine)} loans" in told.effect("Legal").why
    assert np.isnan([told.effect("Legal").naive.low, told.levels[1].adjusted.value]).all()
    assert np.isfinite([told.levels[0].adjusted.low, told.levels[0].happened.low]).all()


def test_no_loans_at_all():
    assert "no loans" in refused(small(300).rows(np.zeros(300, dtype=bool)))


def test_constant_and_repeated_facts_change_nothing_and_warn_of_nothing():
    observed = small(600)
    facts = np.column_stack([observed.facts, observed.facts, np.ones(600)])
    columns = (*observed.columns, Fact("again", "again", True), Fact("constant", "constant", True))
    effect = measure_effects(replace(observed, facts=facts, columns=columns)).effect("Legal")
    assert effect.verdict == ADJUSTED
    assert effect.estimate.low < EFFECT < effect.estimate.high


def test_without_costs_net_value_is_refused_in_words():
    told = measure_effects(small(200, net=None))
    assert told.effect("Legal").verdict == ADJUSTED
    net = told.effect("Legal", "net_value")
    assert (net.verdict, net.to_json()["naive"]) == (NOT_COMPARABLE, None)
    assert "What the strategies cost is not known" in net.why
    assert {each.outcome for each in told.levels} == {"recovery_rate"}


def test_a_number_that_one_borrower_carries_says_so(adjusted):
    observed = small(400)
    net = observed.net.copy()
    net[3] += 1e6
    told = measure_effects(replace(observed, net=net))
    assert "One borrower alone makes" in told.effect("Legal", "net_value").why
    assert "One borrower" not in adjusted.effect("Legal").why


def test_a_trial_whose_loans_hardly_count_is_refused():
    """A handful had a chance of four in a thousand and stand for half of all."""
    rng = np.random.default_rng(2)
    observed = small(2_000, confounding=0.0)
    chance = np.where(np.arange(2_000) < 1_000, 0.004, 0.1)
    strategy = (rng.random(2_000) < chance).astype(np.int64)
    probability = np.where(strategy == 1, chance, 1 - chance)
    effect = measure_effects(replace(observed, strategy=strategy, probability=probability, net=None)).effect("Legal")
    assert effect.verdict == NOT_COMPARABLE
    assert "after weighting by their stated probabilities" in effect.why


def test_progress_is_told_from_nothing_to_all():
    parts = []
    measure_effects(small(200), progress=lambda done, words: parts.append((done, words)))
    done = [each for each, _ in parts]
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert all(words for _, words in parts)


def test_a_trial_inside_a_book_answers_for_its_own_loans():
    """People chose for most loans by a hard rule; chance decided for a part, and that part is answered for by itself."""
    observed = small(1_500)
    trial = np.arange(1_500) % 3 == 0
    given = np.random.default_rng(5).integers(0, 2, 1_500)
    strategy = np.where(trial, given, (observed.facts[:, 0] > 0).astype(int))
    rate = observed.rate + EFFECT * (strategy - observed.strategy)
    told = measure_effects(
        replace(observed, strategy=strategy, rate=rate, net=None, probability=np.where(trial, 0.5, np.nan))
    ).effect("Legal")
    (part,) = (each for each in told.parts if each.name == "given by chance")
    assert part.share == pytest.approx(1 / 3)
    assert part.estimate.low < EFFECT < part.estimate.high


def test_a_strategy_given_by_chance_only_is_compared_among_the_loans_of_the_trial():
    observed = small(1_200, confounding=0.0)
    trial = np.arange(1_200) < 400
    strategy = np.where(trial, observed.strategy, 0)
    rate = observed.rate - EFFECT * (observed.strategy - strategy)
    effect = measure_effects(
        replace(observed, strategy=strategy, rate=rate, net=None, probability=np.where(trial, 0.5, np.nan))
    ).effect("Legal")
    assert effect.verdict == RANDOMISED
    assert "about the 400 loans that chance decided, of 1200" in effect.why
    assert effect.estimate.n == 400


def test_where_all_cannot_be_compared_a_named_part_may_be():
    observed = small(3_000)
    never = observed.facts[:, 0] > 1.0
    told = measure_effects(replace(observed, strategy=np.where(never, 1, observed.strategy))).effect("Legal")
    assert told.verdict == NOT_COMPARABLE
    (part,) = told.parts
    assert part.name == "comparable loans"
    assert "a chance of at least 0.05 of both Legal and Standard" in part.loans
    assert 0.6 < part.share < 0.95
    assert part.to_json()["value"] == part.estimate.value


def test_loans_told_twice_make_nothing_surer():
    """The loans of a borrower count together: twice the rows, and the interval is as wide as before."""
    observed = small(800, net=None)
    once = measure_effects(observed).effect("Legal").estimate
    twice = measure_effects(observed.rows(np.repeat(np.arange(800), 2))).effect("Legal").estimate
    assert twice.n == 1_600
    assert twice.se == pytest.approx(once.se, rel=0.1)


def test_levels_are_refused_one_by_one():
    observed = small(2_000)
    told = measure_effects(replace(observed, strategy=np.where(observed.facts[:, 0] > 1.2, 1, observed.strategy)))
    levels = {each.strategy: each for each in told.levels if each.outcome == "recovery_rate"}
    assert np.isnan(levels["Standard"].adjusted.value)
    assert "none of the" in levels["Standard"].why
    assert levels["Standard"].n + levels["Legal"].n == 2_000
    assert np.isfinite(levels["Legal"].happened.value)
    with pytest.raises(KeyError, match="Visit, recovery_rate"):
        told.effect("Visit")


@pytest.mark.parametrize("few", [1, 2, 6])
def test_a_strategy_with_hardly_a_loan_disturbs_no_other(few):
    observed = small(500, net=None)
    strategy = observed.strategy.copy()
    strategy[:few] = 2
    told = measure_effects(replace(observed, strategy=strategy, strategies=("Standard", "Legal", "Visit")))
    assert told.effect("Legal").verdict == ADJUSTED
    assert f"{few} loans under Visit are too few" in told.effect("Visit").why
    only = measure_effects(replace(observed, strategy=np.where(strategy == 2, 1, 0))).effect("Legal")
    assert f"{few} loans under Legal are too few" in only.why
