"""Which strategies a learned policy may give: by hand, and on worlds where there is nothing to gain or much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.catalogue import CATALOGUE
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.observed import Fact, Observed
from core.strategies.policy.design import fit_columns
from core.strategies.policy.evidence import ERRORS_ALONE, ERRORS_TO_ACT, evidence_of
from core.strategies.policy.learn import learn_policy
from tests.bench_policy import LIMITS, WORLDS, learned
from tests.worlds.observed import observed_of
from tests.worlds.world import Coefficients, draw

PLAIN = tuple(replace(each, cost=0.0, npv_factor=1.0) for each in CATALOGUE[:2])
HALF = np.log(1.0)
"""Log-odds of a rate of one half, where a rate moves by a quarter of what log-odds do."""


def artifact(lift: float, error: float) -> dict[str, object]:
    """Standard brings half of any loan; Settlement `lift` in log-odds more, give or take `error`."""
    columns = fit_columns(np.asarray([[7.0], [9.0]]), [Fact("balance", "balance", False)])
    told = [HALF, 0.0, lift, 0.0]
    return {
        "strategies": ["Standard", "Settlement"], "facts": [{"name": "balance", "of": "balance", "is_number": True}],
        "columns": columns.to_json(), "highest": 1.0, "learned": [True, True], "shares": [1.0],
        "lines": [{"direct": told, "pays": told, "severity": [50.0, 0.0, 0.0, 0.0]}],
        "root": [[0.0], [0.0], [error], [0.0]],
    }  # fmt: skip


def loans(standard: float, settlement: float, *, n: int = 400, seed: int = 0) -> tuple[Observed, np.ndarray]:
    """Loans of 1,000 each, given one of two strategies by a coin, that brought these shares on average."""
    rng = np.random.default_rng(seed)
    strategy = np.arange(n) % 2
    rate = np.where(strategy == 0, standard, settlement) + rng.normal(0, 0.2, n)
    observed = Observed(
        facts=np.full((n, 1), 8.0), columns=(Fact("balance", "balance", False),), strategy=strategy,
        strategies=("Standard", "Settlement"), balance=np.full(n, 1_000.0), rate=rate, net=rate * 1_000.0,
        cluster=np.arange(n), probability=np.full(n, np.nan), groups={},
    )  # fmt: skip
    return observed, np.full((n, 2), 0.5)


def told(lift: float, error: float, everybody: float, chosen: int = 100) -> dict[str, object]:
    observed, propensity = loans(0.5, 0.5 + everybody)
    choice = np.zeros(len(observed), dtype=np.int64)
    choice[:chosen] = 1
    return evidence_of(artifact(lift, error), observed, propensity, choice, PLAIN)


def test_gain_and_error_of_the_loans_chosen_by_hand():
    """Log-odds of .04 are a rate of .51: 10 currency of 1,000; an error of .04 is one of 10, common to all."""
    found = told(0.04, 0.04, everybody=0.0)
    assert found["evidence"]["Settlement"] == pytest.approx({"gain": 10.0, "error": 10.0, "n": 100}, rel=1e-3)
    assert found["standing"]["promised"] == pytest.approx(1.0, rel=1e-3)


def test_a_strategy_that_gains_less_than_its_error_asks_for_is_not_given_whatever_the_rest_says():
    assert told(0.9 * ERRORS_ALONE * 0.04, 0.04, everybody=0.5)["acts"] == [True, False]
    assert told(1.1 * ERRORS_ALONE * 0.04, 0.04, everybody=0.5)["acts"] == [True, True]


def test_what_it_did_for_everybody_speaks_for_it_or_against_it():
    weak = 0.5 * 0.04
    assert told(weak, 0.04, everybody=0.10)["acts"] == [True, True]
    against = told(weak, 0.04, everybody=-0.10)
    assert against["acts"] == [True, False]
    assert against["standing"]["for_everybody"] < -2
    assert against["standing"]["together"] == pytest.approx(0.5 - 1.0, abs=0.01)
    assert against["standing"]["asked"] == ERRORS_TO_ACT


def test_a_strong_promise_for_some_stands_although_everybody_else_would_lose():
    assert told(3 * 0.04, 0.04, everybody=-0.30)["acts"] == [True, True]


def test_a_strategy_given_to_nobody_stands_in_nobody_s_way():
    found = told(0.04, 0.04, everybody=-0.3, chosen=0)
    assert found["acts"] == [True, True]
    assert (found["evidence"]["Settlement"]["n"], found["standing"]) == (0, None)


@pytest.mark.no_cover  # forty policies: `test_learn` covers how one is learned
def test_where_strategies_do_nothing_few_policies_act_and_where_they_do_much_most():
    """20 seeds of 500 loans each. What costs more and brings nothing is left alone; of worlds with much to gain most are seen."""
    idle = Coefficients(settlement=0.0, legal=0.0, spread=0.0)

    def acting(world: Coefficients) -> int:
        seen = [observed_of(draw(500, seed, world)) for seed in range(20)]
        return sum(any(learn_policy(each, fit_nuisances(each), LIMITS).artifact["acts"][1:]) for each in seen)

    assert acting(idle) <= 13
    assert acting(WORLDS["plain"]) >= 17


def test_with_many_loans_evidence_carries_what_there_is():
    artifact = learned("plain", 5_000, 3).artifact
    assert artifact["acts"] == [True, True, True]
    assert artifact["standing"]["promised"] > 4
