"""Sites side by side: rates by hand, intervals against a bootstrap and over many books, and claims that are no accident."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.metrics.sites import NOT_ADJUSTED, site_comparison, site_recovery
from core.selection import Selection
from tests.core.metrics.stub_reader import StubReader, a_book

OCTOBER = date(2026, 10, 31)


def spread(**sites: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
    """Sums over the episodes of each branch, from (balances, cash)."""
    rows = [
        (name.replace("_", " "), len(b), b.sum(), c.sum(), b @ b, c @ c, b @ c)
        for name, (b, c) in ((name, map(np.asarray, pair)) for name, pair in sites.items())
    ]
    return pd.DataFrame(rows, columns=["branch", "loans", "balance", "cash", "balance_sq", "cash_sq", "balance_cash"])


def episodes(rng: np.random.Generator, n: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Skewed balances; two thirds pay nothing, the others a part of it that makes `rate` of the balance on average."""
    balance = rng.lognormal(8, 0.9, n)
    return balance, balance * np.where(rng.random(n) < 1 / 3, rng.beta(3 * rate, 1 - 3 * rate, n), 0.0)


def test_a_rate_is_the_cash_over_the_balance_and_others_are_all_the_rest_together():
    sites = site_comparison(
        spread(Hill=([100.0, 300.0], [20.0, 0.0]), Harbour=([1000.0], [500.0]), Quay=([200.0], [0.0])), "branch"
    )
    assert sites["branch"].tolist() == ["Harbour", "Hill", "Quay"]
    assert sites["rate"].tolist() == [0.5, 0.05, 0.0]
    assert sites["others"].tolist() == pytest.approx([20 / 600, 500 / 1200, 520 / 1400])


def test_the_interval_worked_by_hand():
    """40 placements of 100; 10 of them paid 40: r = .1, each misses by -10 or 30, 40/39 x 12000 / 4000^2."""
    paid = np.array([40.0] * 10 + [0.0] * 30)
    site = site_comparison(spread(Hill=(np.full(40, 100.0), paid)), "branch").iloc[0]
    half = 2.0227 * math.sqrt(40 / 39 * 12_000) / 4_000  # t with 39 degrees of freedom
    assert (site["low"], site["high"]) == pytest.approx((0.1 - half, 0.1 + half), rel=1e-4)
    assert math.isnan(site["others"])
    assert not site["differs"]


def test_the_interval_is_what_a_bootstrap_of_the_placements_gives():
    rng = np.random.default_rng(8)
    balance, cash = episodes(rng, 400, 0.2)
    site = site_comparison(spread(Hill=(balance, cash)), "branch").iloc[0]
    drawn = rng.integers(0, 400, (4_000, 400))
    ends = np.quantile(cash[drawn].sum(axis=1) / balance[drawn].sum(axis=1), [0.025, 0.975])
    width = ends[1] - ends[0]
    assert site["high"] - site["low"] == pytest.approx(width, rel=0.08)
    assert (site["low"], site["high"]) == pytest.approx(tuple(ends), abs=0.1 * width)


def test_the_interval_holds_the_rate_that_placements_come_from_about_19_times_in_20():
    rng = np.random.default_rng(9)
    worlds = {f"w{at}": episodes(rng, 300, 0.2) for at in range(1_000)}
    sites = site_comparison(spread(**worlds), "branch")
    held = ((sites["low"] <= 0.2) & (sites["high"] >= 0.2)).mean()
    assert 0.92 <= held <= 0.97


def test_equal_sites_are_told_apart_once_in_20_and_not_once_in_6():
    """Two halves of one book: that an interval excludes the other half's rate happens far too often by chance."""
    rng = np.random.default_rng(10)
    pairs = [
        site_comparison(spread(a=episodes(rng, 300, 0.2), b=episodes(rng, 300, 0.2)), "branch") for _ in range(400)
    ]
    told = np.mean([pair["differs"].iloc[0] for pair in pairs])
    weaker = np.mean([not pair["low"].iloc[0] <= pair["others"].iloc[0] <= pair["high"].iloc[0] for pair in pairs])
    assert 0.03 <= told <= 0.08
    assert weaker > 0.12


def test_of_books_whose_sites_are_all_alike_one_in_20_names_any():
    rng = np.random.default_rng(11)
    books = [
        site_comparison(spread(**{f"b{at}": episodes(rng, 120, 0.2) for at in range(18)}), "branch") for _ in range(300)
    ]
    named = np.mean([book["differs"].any() for book in books])
    assert 0.02 <= named <= 0.1


def test_sites_that_cannot_be_compared_make_the_others_no_harder_to_tell_apart():
    rng = np.random.default_rng(14)
    strong, rest = episodes(rng, 500, 0.24), episodes(rng, 500, 0.2)
    small = {f"s{at}": episodes(rng, 5, 0.2) for at in range(40)}
    alone = site_comparison(spread(strong=strong, rest=rest, s0=small["s0"]), "branch").set_index("branch")
    among = site_comparison(spread(strong=strong, rest=rest, **small), "branch").set_index("branch")
    assert alone.loc["strong", "differs"] == among.loc["strong", "differs"]


def test_a_site_that_recovers_twice_as_much_is_told_apart_and_the_bystanders_are_not():
    rng = np.random.default_rng(12)
    sites = site_comparison(
        spread(
            strong=episodes(rng, 500, 0.3), first=episodes(rng, 500, 0.15), second=episodes(rng, 500, 0.15),
            third=episodes(rng, 500, 0.15), small=episodes(rng, 29, 0.3),
        ), "branch",
    ).set_index("branch")  # fmt: skip
    assert sites["differs"].to_dict()["strong"]
    assert not sites.loc["small", "differs"]
    assert sites.loc["strong", "low"] > sites.loc["strong", "others"]


def test_fewer_than_30_placements_show_no_interval_and_say_so():
    balance, cash = np.full(29, 100.0), np.arange(29.0)
    site = site_comparison(spread(Hill=(balance, cash)), "branch").iloc[0]
    assert site["rate"] == pytest.approx(0.14)
    assert math.isnan(site["low"])
    assert site["why"] == "fewer than 30 placements: no interval"
    more = site_comparison(spread(Hill=(np.append(balance, 100.0), np.append(cash, 29.0))), "branch").iloc[0]
    assert more["low"] < more["rate"] < more["high"]
    assert more["why"] == ""


def test_where_a_few_balances_decide_there_is_no_interval_however_many_loans_there_are():
    balance = np.append(np.full(200, 10.0), [5_000.0] * 3)
    cash = balance * np.where(np.arange(203) % 2, 0.4, 0.0)
    site = site_comparison(spread(Hill=(balance, cash)), "branch").iloc[0]
    assert math.isnan(site["low"])
    assert site["why"] == "a few large balances decide this rate: no interval"


def test_where_nobody_paid_there_is_no_interval_rather_than_one_of_no_width():
    site = site_comparison(spread(Hill=(np.full(50, 100.0), np.zeros(50))), "branch").iloc[0]
    assert site["rate"] == 0.0
    assert math.isnan(site["high"])
    assert site["why"] == "no payment sets these placements apart: no interval"


def test_what_is_not_stated_comes_last_and_nothing_placed_has_no_rate():
    sites = site_comparison(spread(not_stated=([900.0], [1.0]), Hill=([0.0], [0.0]), Quay=([5.0], [1.0])), "branch")
    assert sites["branch"].tolist() == ["Quay", "Hill", "not stated"]
    assert math.isnan(sites["rate"].iloc[1])


def test_no_site_is_an_empty_comparison():
    sites = site_comparison(spread(), "branch")
    assert sites.empty
    assert list(sites.columns)[:5] == ["branch", "loans", "balance", "cash", "rate"]


def stock(*rows: tuple[str, int, float, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["branch", "loans", "balance", "arrears_loans", "arrears_balance"])


def test_a_site_is_shown_with_what_it_has_in_arrears_now_placed_or_not():
    reader = StubReader(
        a_book(OCTOBER),
        recovery_spread=spread(Hill=([100.0, 300.0], [20.0, 0.0]), Quay=([1000.0], [500.0])),
        stock=stock(("Hill", 7, 700.0, 2, 150.5), ("new", 3, 90.0, 0, 0.0)),
    )
    sites = site_recovery(reader, Selection(known_on=OCTOBER), "branch").set_index("branch")
    assert sites.index.tolist() == ["Quay", "Hill", "new"]
    assert sites.loc["Hill", ["open_loans", "open_balance", "arrears_loans", "arrears_balance"]].tolist() == [
        7,
        700,
        2,
        150.5,
    ]
    assert sites.loc["Quay", ["open_loans", "arrears_loans", "arrears_balance"]].tolist() == [0, 0, 0]
    assert sites.loc["new", ["loans", "balance", "cash"]].tolist() == [0, 0, 0]
    assert math.isnan(sites.loc["new", "rate"])
    assert sites.loc["new", "why"] == "fewer than 30 placements: no interval"
    assert sites["differs"].tolist() == [False] * 3
    assert reader.known_on == OCTOBER


def test_without_payments_the_sites_have_arrears_and_no_rate():
    reader = StubReader(
        a_book(OCTOBER, payments=False),
        recovery_spread=spread(Hill=(np.full(40, 10.0), np.zeros(40))),
        stock=stock(("Hill", 7, 700.0, 2, 150.5), ("new", 3, 90.0, 0, 0.0)),
    )
    sites = site_recovery(reader, Selection(), "branch")
    assert sites[["cash", "rate", "low", "high", "others"]].isna().all(axis=None)
    assert set(sites["why"]) == {"this book has no payments"}
    assert sites["arrears_loans"].tolist() == [2, 0]


def test_pages_are_given_the_warning_that_goes_with_it():
    assert NOT_ADJUSTED.startswith("Not adjusted for what they were given")
