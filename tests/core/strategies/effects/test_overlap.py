"""How far loans can speak for all: by hand, and on kinds of loans that a strategy never got."""

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.effects.overlap import gap_of, overlap_of, smd_to_all
from core.strategies.effects.verdict import objections, pair_objections, smd_limit
from core.strategies.observed import Fact
from tests.core.strategies.effects.loans import small


def test_differences_by_hand():
    facts = np.array([[0.0, 5.0], [0.0, 5.0], [2.0, 5.0], [2.0, 5.0]])
    had = np.array([True, False, True, True])
    assert smd_to_all(facts, had, np.array([1.0, 1.0, 1.0])) == pytest.approx([1 / 3, 0.0])
    assert smd_to_all(facts, had, np.array([2.0, 1.0, 1.0])) == pytest.approx([0.0, 0.0])


def test_weighting_makes_the_loans_of_a_strategy_like_all():
    observed = small(1_500)
    told = overlap_of(observed, fit_nuisances(observed), 1)
    assert told.max_smd < 0.05 < 0.3 < np.abs(told.smd_before).max()
    assert 0.5 * told.n < told.ess < told.n == (observed.strategy == 1).sum()
    assert told.gap is None
    assert objections("Legal", told) == []
    assert told.to_json()["ess"] == told.ess


def test_a_kind_of_loan_that_never_got_a_strategy_is_named():
    observed = small(1_000)
    strategy = np.where((observed.facts[:, 0] > 1) | (observed.strategy == 1), 1, 0)
    gap = gap_of(replace(observed, strategy=strategy), 0)
    assert gap.words in {"arrears above 0.987", "arrears above 1"}
    assert gap.given == 0
    assert gap.share == pytest.approx((observed.facts[:, 0] > 1).mean(), abs=0.02)
    assert gap_of(replace(observed, strategy=strategy), 1) is None


def test_a_kind_is_told_by_its_category_too():
    observed = small(1_000)
    auto = (np.arange(1_000) % 4 == 0).astype(float)
    told = replace(
        observed,
        facts=np.column_stack([observed.facts, auto]),
        columns=(*observed.columns, Fact("product: Auto", "product", False)),
        strategy=np.where(auto == 1, 1, np.arange(1_000) % 3 % 2),
    )
    assert gap_of(told, 0).words == "product: Auto"


def test_few_loans_or_one_strategy_have_no_gap():
    observed = small(60)
    assert gap_of(observed, 0) is None
    assert gap_of(replace(observed, strategy=np.zeros(60, dtype=np.int64)), 0) is None


def test_a_strategy_that_was_not_learned_has_no_figures():
    observed = small(200)
    strategy = np.zeros(200, dtype=np.int64)
    strategy[:5] = 1
    told = overlap_of(observed := replace(observed, strategy=strategy), fit_nuisances(observed), 1)
    assert told.n == 5
    assert np.isnan([told.ess, told.max_weight, told.near_zero_share, told.thin_share]).all()
    assert told.to_json()["ess"] is None


def test_every_objection_tells_its_figure_and_its_limit():
    observed = small(1_500)
    good = overlap_of(observed, fit_nuisances(observed), 1)
    few = objections("Legal", replace(good, ess=0.2 * good.n))
    assert f"count as {0.2 * good.n:.0f} (at least {0.3 * good.n:.0f} are needed)" in few[0]
    unlike = replace(good, smd=np.array([-0.4]))
    assert (
        f"differ from all loans by 0.40 standard deviations after weighting (at most {smd_limit(good):.2f}"
        in objections("Legal", unlike)[0]
    )


def test_loans_with_hardly_a_chance_of_either_are_counted_once():
    good = overlap_of(observed := small(1_000), fit_nuisances(observed), 1)
    one, other = replace(good, thin=np.arange(1_000) < 100), replace(good, thin=np.arange(1_000) >= 960)
    assert objections("Legal", one) == []
    (told,) = pair_objections(("Legal", "Standard"), one, other)
    assert (
        told
        == "0.14 of all loans had less than a tenth of the usual chance of Legal or Standard (at most 0.12 can be let pass)"
    )
    assert pair_objections(("Legal", "Standard"), one, one) == []


def test_what_chance_leaves_is_let_pass_where_loans_are_few():
    good = overlap_of(observed := small(600), fit_nuisances(observed), 1)
    assert smd_limit(replace(good, ess=100.0)) == pytest.approx(0.22)
    assert smd_limit(replace(good, ess=1e8)) == pytest.approx(0.10, abs=0.001)
