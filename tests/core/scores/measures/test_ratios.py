import numpy as np
import pytest

from core.scores.measures.ratios import mean_difference, ratio_within, share_ratio


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
