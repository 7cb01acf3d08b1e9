import numpy as np
import pytest

from core.scores.rate.intervals import fit_intervals, loan_interval, loan_variance, sum_interval


def mixture(n, seed):
    """Rates that are nothing, a part or all of the balance, and what they are on average."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(0.05, 0.95, n)
    kind = rng.random(n)
    return mean, np.where(kind < mean / 2, 1.0, np.where(kind < 0.5 + mean / 2, mean, 0.0))


def test_the_middle_of_a_bin_lies_between_its_order_statistics():
    realised = np.linspace(0.01, 0.99, 99)
    told = fit_intervals(np.full(99, 0.5), realised, np.ones(99), np.arange(99))
    assert told["edges"] == []
    assert [told["bins"][0][name] for name in ("low_80", "high_80")] == pytest.approx([0.10, 0.90])  # the 10th and 90th
    assert [told["bins"][0][name] for name in ("low_95", "high_95")] == pytest.approx([0.02, 0.98])
    assert told["bins"][0]["spread"] == pytest.approx(np.mean((realised - 0.5) ** 2))


@pytest.mark.parametrize("level", [0.80, 0.95])
def test_the_share_promised_is_held_whatever_the_spread_looks_like(level):
    told = fit_intervals(*mixture(2_000, 1), np.ones(2_000), np.arange(2_000))
    rate, came = mixture(20_000, 2)
    low, high = loan_interval(told, rate, level)
    held = ((came >= low) & (came <= high)).mean()
    assert level - 0.02 <= held <= 1.0
    assert ((low <= rate) & (rate <= high)).all()


def test_a_sum_is_held_as_often_as_it_says_and_counts_the_error_of_the_rate():
    learned, asked, held, without = 400, 1_200, 0, 0
    for seed in range(200):
        rate, came = mixture(learned, seed)
        told = fit_intervals(rate, came, np.ones(learned), np.arange(learned))
        off = came.mean() - rate.mean()  # a model that knows the level only from its own loans
        mean, later = mixture(asked, 10_000 + seed)
        variance = float(loan_variance(told, mean, np.ones(asked)).sum())
        ends = sum_interval(float((mean + off).sum()), variance, asked, of_day=asked, learned_from=learned)
        narrow = sum_interval(float((mean + off).sum()), variance, asked, of_day=0, learned_from=learned)
        held += ends[0] <= later.sum() <= ends[1]
        without += narrow[0] <= later.sum() <= narrow[1]
    assert 0.90 <= held / 200 <= 0.99
    assert without / 200 < 0.80


def test_sums_by_hand():
    ends = sum_interval(1_000.0, 10_000.0, 30, of_day=300, learned_from=100)
    assert ends == pytest.approx((1_000 - 1.959964 * 200, 1_000 + 1.959964 * 200))  # sqrt(10,000 x (1 + 3)) = 200
    assert sum_interval(100.0, 10_000.0, 30, of_day=300, learned_from=100)[0] == 0.0
    assert np.isnan(sum_interval(1_000.0, 10_000.0, 29, of_day=300, learned_from=100)).all()
    assert np.isnan(sum_interval(1_000.0, float("nan"), 30, of_day=300, learned_from=100)).all()
    assert np.isnan(sum_interval(1_000.0, 1.0, 30, of_day=300, learned_from=0)).all()


def test_loans_of_one_borrower_that_go_wrong_together_widen_a_sum():
    gap = np.tile([0.5, 0.5, -0.5, -0.5], 25)
    alone = fit_intervals(np.full(100, 0.5), 0.5 + gap, np.ones(100), np.arange(100))
    pairs = fit_intervals(np.full(100, 0.5), 0.5 + gap, np.ones(100), np.arange(100) // 2)
    assert alone["together"] == 1.0
    twice = 2 * (50 / 49) * (99 / 100)  # with the factors for few borrowers and few loans
    assert pairs["together"] == pytest.approx(twice)
    rate = np.asarray([0.5, np.nan])
    assert loan_variance(pairs, rate, np.asarray([10.0, 10.0]))[0] == pytest.approx(100 * 0.25 * twice)
    assert np.isnan(loan_variance(pairs, rate, np.asarray([10.0, 10.0]))[1])
    assert np.isnan(loan_interval(pairs, rate)[0][1])
    assert np.isnan(loan_interval(pairs, rate)[1][1])
