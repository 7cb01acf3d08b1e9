"""What the loans of one borrower share widens intervals; where everybody has one loan nothing changes."""

import numpy as np
import pytest

from core.metrics.intervals import wilson
from core.scores.measures.clustered import design_effect, share_interval

# Six loans of three borrowers: A has three (two events), B two (none), C one (an event); share 1/2.
HAPPENED, WHO = np.array([1.0, 1, 0, 0, 0, 1]), np.array([7, 7, 7, 3, 3, 9])


def test_the_design_effect_by_hand():
    # off: A .5 + .5 - .5 = .5, B -1, C .5: squares 1.5; of the loans 6 x .25 = 1.5; few borrowers 3/2 x 5/6
    assert design_effect(HAPPENED - 0.5, WHO) == pytest.approx(1.5 / 1.5 * 1.5 * 5 / 6)
    assert share_interval(HAPPENED, WHO) == pytest.approx(wilson(3 / 1.25, 6 / 1.25))


def test_one_loan_a_borrower_changes_nothing_and_no_borrowers_neither():
    off = HAPPENED - 0.5
    assert design_effect(off, np.arange(6)) == design_effect(off, None) == 1.0
    assert share_interval(HAPPENED, np.arange(6)) == share_interval(HAPPENED, None) == wilson(3, 6)


def test_loans_that_balance_within_a_borrower_do_not_narrow_an_interval():
    assert design_effect(np.array([1.0, -1, 1, -1]), np.array([0, 0, 1, 1])) == 1.0


def test_where_nothing_varies_the_loans_of_a_borrower_count_as_one():
    assert share_interval(np.zeros(6), np.array([0, 0, 1, 1, 2, 2])) == wilson(0, 3)
    assert share_interval(np.ones(4), np.array([5, 5, 5, 5])) == wilson(1, 1)
    assert design_effect(HAPPENED - 0.5, np.full(6, 1)) == 6.0
    assert np.isnan(share_interval(np.zeros(0), np.zeros(0))).all()


def test_every_loan_told_twice_by_its_borrower_is_told_once():
    draw = np.random.default_rng(3)
    happened = (draw.random(400) < 0.3).astype(float)
    twice = share_interval(np.repeat(happened, 2), np.repeat(np.arange(400), 2))
    assert twice == pytest.approx(wilson(happened.sum(), 400), abs=1e-3)
