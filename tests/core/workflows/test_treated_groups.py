"""For whom effects are told."""

import numpy as np
import pandas as pd
import pytest

from core.records import Segmentation
from core.workflows.treated_groups import banded, cuts_of, groups_of


def rows(n: int = 200, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    told = {
        "balance": rng.lognormal(9, 0.8, n), "dpd": rng.integers(1, 100, n), "collateral_value": np.where(np.arange(n) % 2, 0.0, 500.0),
        "product": np.where(np.arange(n) % 3, "Auto", "Home"), "region": "North", "gender": "Male", "age": 30,
    }  # fmt: skip
    return pd.DataFrame({**told, **columns})


def test_loans_are_told_apart_by_what_a_lender_can_act_on_and_not_by_who_people_are():
    groups = groups_of(rows(), None)
    assert list(groups) == [
        "product", "bucket", "security", "balance", "security / balance", "product / balance", "security / bucket",
    ]  # fmt: skip
    assert set(groups["security"]) == {"secured", "unsecured"}
    assert set(groups["bucket"]) == {"1-29", "30-59", "60-89", "90-119"}


def test_a_crossing_says_both_parts():
    groups = groups_of(rows(), None)
    place = 7
    parts = groups["security"][place], groups["balance"][place]
    assert groups["security / balance"][place] == " / ".join(parts)


def test_what_is_not_stated_is_in_no_group():
    told = rows(collateral_value=[np.nan] + [0.0, 9.0] * 99 + [0.0], product=[None] * 200)
    groups = groups_of(told, None)
    assert groups["security"][0] is None
    assert groups["security / balance"][0] is None
    assert "product" not in groups


def test_every_loan_is_placed_in_the_clustering_in_use():
    content = {"method": "buckets", "median_balance": 8_000.0}
    names = ("a", "b", "c", "d", "e", "f")
    groups = groups_of(rows(), Segmentation(1, None, content, names))
    assert next(iter(groups)) == "segment"
    assert set(groups["segment"]) == {"c", "d", "e", "f"}


def test_an_empty_book_has_no_groups():
    assert groups_of(rows()[:0], None) == {}


@pytest.mark.parametrize(("low", "high"), [(300, 900), (1e3, 1e5), (2e5, 9e6)])
def test_cuts_are_round_inside_and_near_the_quarters(low, high):
    balance = np.linspace(low, high, 1_000)
    cuts = cuts_of(balance)
    assert len(cuts) == 3
    for cut, share in zip(cuts, (0.25, 0.5, 0.75), strict=True):
        assert abs(cut / np.quantile(balance, share) - 1) <= 0.06
        assert cut == float(f"{cut:.1e}")


def test_bands_are_half_open_and_read_well():
    told = banded(np.array([3_999.99, 4_000, 8_000, 12_000]), [4_000.0, 12_000.0])
    assert told.tolist() == ["under 4,000", "4,000 to 12,000", "4,000 to 12,000", "12,000 or more"]
    assert banded(np.array([5.0]), []).tolist() == [None]


def test_balances_that_are_all_one_make_no_bands():
    assert cuts_of(np.full(50, 100.0)) == []
    assert cuts_of(np.array([])) == []
