import numpy as np
import pandas as pd
import pytest

from core.scores.checks.suspicion import bins_of, fills_up_later, shares_of_bins, strength_alone

OUTCOME = np.array([0.0, 1.0] * 50)


def test_a_column_that_says_nothing_has_a_strength_of_a_half():
    assert strength_alone(pd.Series([None] * 100), OUTCOME) == 0.5
    assert strength_alone(pd.Series([7] * 100), OUTCOME) == 0.5


def test_the_strength_of_numbers_is_their_auc_whichever_way_round():
    assert strength_alone(pd.Series([1, 3, 2, 4] * 25), OUTCOME) == pytest.approx(1.0)
    assert strength_alone(pd.Series(["4", "2", "3", "1"] * 25), OUTCOME) == pytest.approx(1.0)
    assert strength_alone(pd.Series([2, 1, 1, 2] * 25), OUTCOME) == pytest.approx(0.5)


def test_numbers_that_tell_by_their_distance_from_the_middle_are_strong_too():
    rng = np.random.default_rng(1)
    lost = (rng.random(2_000) < 0.4).astype(float)
    values = rng.normal(0, np.where(lost == 1, 4.0, 1.0))
    assert strength_alone(pd.Series(values), lost) > 0.75
    assert strength_alone(pd.Series(np.abs(values)), lost) > 0.75


def test_bins_put_gaps_first_keep_few_values_apart_and_cut_many_into_tenths():
    assert bins_of(pd.Series(["b", " ", "a", "b", None])).tolist() == [1, 0, 2, 1, 0]
    many = bins_of(pd.Series([*range(100), None]))
    assert (many[100], many.max()) == (0, 10)
    assert np.bincount(many)[1:].tolist() == [10] * 10
    mostly_zero = bins_of(pd.Series([0] * 900 + list(range(1, 101))))
    assert len(set(mostly_zero[:900])) == 1
    assert mostly_zero[-1] not in set(mostly_zero[:900])


def test_the_share_of_a_bin_is_drawn_towards_everybody_s_and_an_empty_bin_has_theirs():
    shares = shares_of_bins(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert shares[0] == pytest.approx(np.log(3 / 2))  # (2 + 2 x 0.5) of (3 + 2)
    assert shares[1] == pytest.approx(np.log(1 / 2))  # (0 + 1) of (1 + 2)
    assert shares[2] == pytest.approx(0.0)


def column(usual, others, usual_count, other_count):
    return pd.Series([usual] * usual_count + [others] * other_count, dtype=object)


@pytest.mark.parametrize(
    ("open_values", "closed", "fills"),
    [
        (column(0, 3, 400, 0), column(0, 3, 200, 200), True),
        (column(0, 3, 390, 10), column(0, 3, 300, 100), True),
        (column(None, 3, 395, 5), column(None, 3, 300, 100), True),
        (column("", "yes", 400, 0), column(None, "yes", 340, 60), True),
        (column("0", "3", 400, 0), column("0.0", "3", 380, 20), False),
        (column(0, 3, 370, 30), column(0, 3, 200, 200), False),
        (column(0, 3, 385, 15), column(0, 3, 360, 40), False),
        (column(0, 3, 30, 0), column(0, 3, 300, 40), False),
        (column(0, 3, 29, 0), column(0, 3, 200, 200), False),
        (column(0, 3, 400, 0), column(7, 3, 400, 0), False),
    ],
    ids=["constant then varied", "mostly zero", "mostly gaps", "gaps in two spellings", "too few vary", "varied in open too",
         "not four times", "may be chance", "too few open", "another constant"],
)  # fmt: skip
def test_what_stands_still_in_open_loans_and_varies_in_closed_ones_fills_up(open_values, closed, fills):
    assert fills_up_later(closed, open_values) is fills
