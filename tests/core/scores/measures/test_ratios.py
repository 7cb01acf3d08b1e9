import numpy as np
import pytest

from core.scores.measures.ratios import mean_difference, ratio_effect, ratio_within, share_ratio


def test_a_ratio_of_shares_worked_by_hand():
    # log(2) -+ 1.96 x sqrt(1/20 - 1/100 + 1/10 - 1/100)
    assert share_ratio(20, 100, 10, 100) == pytest.approx((2.0, 0.986, 4.055), abs=0.001)
    assert share_ratio(20, 100, 10, 100, 0.99)[1] < 0.986


@pytest.mark.parametrize("table", [(0, 50, 30, 50), (30, 50, 0, 50), (4, 50, 5, 50)])
def test_a_ratio_of_too_few_is_undefined(table):
    assert np.isnan(share_ratio(*table)).all()


def rows(table):
    """(band, member, chosen, how many) as a row a loan."""
    told = np.repeat(np.array([each[:3] for each in table]), [each[3] for each in table], axis=0)
    return told[:, 2] == 1, told[:, 1] == 1, told[:, 0]


def test_a_difference_that_is_only_about_risk_goes_away_within_bands():
    # half of the risky and a tenth of the rest are chosen, whoever they are; members are mostly risky
    table = [
        (0, 1, 1, 10),
        (0, 1, 0, 90),
        (0, 0, 1, 80),
        (0, 0, 0, 720),
        (1, 1, 1, 200),
        (1, 1, 0, 200),
        (1, 0, 1, 50),
        (1, 0, 0, 50),
    ]
    chosen, member, band = rows(table)
    assert share_ratio(210, 500, 130, 900)[0] == pytest.approx(2.908, abs=0.001)
    ratio, low, high = ratio_within(chosen, member, band)
    assert ratio == pytest.approx(1.0)
    assert low < 1 < high


def test_the_ratio_within_bands_worked_by_hand():
    table = [
        (0, 1, 1, 8),
        (0, 1, 0, 12),
        (0, 0, 1, 5),
        (0, 0, 0, 25),
        (1, 1, 1, 9),
        (1, 1, 0, 1),
        (1, 0, 1, 6),
        (1, 0, 0, 4),
    ]
    ratio, low, high = ratio_within(*rows([*table, (2, 1, 1, 40)]))  # a band without others says nothing
    assert ratio == pytest.approx((8 * 30 / 50 + 9 * 10 / 20) / (5 * 20 / 50 + 6 * 10 / 20))
    spread = (13 * 20 * 30 - 8 * 5 * 50) / 50**2 + (15 * 10 * 10 - 9 * 6 * 20) / 20**2
    half = 1.959964 * np.sqrt(spread / ((8 * 30 / 50 + 4.5) * (2 + 3)))
    assert (low, high) == pytest.approx((ratio * np.exp(-half), ratio * np.exp(half)))


def test_no_band_with_both_sides_gives_no_ratio():
    assert np.isnan(ratio_within(*rows([(0, 1, 1, 30), (1, 0, 1, 30)]))).all()


def test_a_standardised_difference_of_means():
    one, other = np.array([1.0, 2, 3]), np.array([3.0, 4, 5])
    told = mean_difference(one, other)
    assert told["value"] == -2.0
    half = 1.959964 * np.sqrt(6 / 9 + 4 / 12)
    assert told["ci"] == pytest.approx([-2 - half, -2 + half])
    assert mean_difference(one[:1], other)["value"] is None
    assert mean_difference(np.ones(3), np.ones(3))["value"] is None


def test_the_design_effect_of_a_ratio_is_one_for_single_loans_and_counts_borrowers_else():
    chosen, member, _ = rows([(0, 1, 1, 20), (0, 1, 0, 80), (0, 0, 1, 10), (0, 0, 0, 90), (0, 2, 1, 7)])
    other = np.concatenate([np.zeros(100), np.ones(100), np.zeros(7)]) == 1  # the last seven are on neither side
    assert ratio_effect(chosen, member, other, np.arange(207.0)) == 1.0
    pairs = np.arange(207.0) // 2  # both loans of a pair are alike on these sides
    assert ratio_effect(chosen, member, other, pairs) == pytest.approx(2 * (100 / 99) * (199 / 200))
    assert ratio_effect(chosen & ~member, member, other, pairs) == 1.0
    narrow, wide = share_ratio(20, 100, 10, 100), share_ratio(20, 100, 10, 100, effect=4.0)
    assert np.log(wide[2] / wide[0]) == pytest.approx(2 * np.log(narrow[2] / narrow[0]))


def test_within_bands_and_between_means_a_borrower_told_twice_is_told_once():
    table = [(0, 1, 1, 30), (0, 1, 0, 60), (0, 0, 1, 20), (0, 0, 0, 80), (1, 1, 1, 40), (1, 1, 0, 20), (1, 0, 1, 30), (1, 0, 0, 30)]  # fmt: skip
    once, who = rows(table), np.arange(310.0)
    twice = [np.repeat(each, 2) for each in once]
    assert ratio_within(*once, groups=who) == ratio_within(*once)
    assert ratio_within(*twice, groups=np.repeat(who, 2)) == pytest.approx(ratio_within(*once), rel=0.01)
    draw = np.random.default_rng(4)
    one, other = draw.normal(size=80), draw.normal(size=120) + 0.3
    told = mean_difference(one, other)
    assert mean_difference(one, other, np.arange(200.0)) == told
    double = mean_difference(np.repeat(one, 2), np.repeat(other, 2), np.repeat(np.arange(200.0), 2))
    assert double["ci"] == pytest.approx(told["ci"], abs=0.01)
