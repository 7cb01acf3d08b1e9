"""Net flow compares two stocks: another number than a roll rate."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from core.metrics.delinquency import ARREARS
from core.metrics.net_flow import net_flow, net_flow_measures
from core.metrics.roll import roll_matrix
from core.selection import Selection
from tests.core.metrics.flow_rows import OCTOBER, STOCK, StubReader, flow, flows, stock
from tests.fakes import FakePortfolioReader

SEPTEMBER = "2026-09-30"
BEFORE = stock(Current=(20, 4000.0), b1_29=(4, 200.0), b30_59=50.0, b120=(9, 900.0))
AFTER = stock(Current=(18, 7777.0), b1_29=(6, 300.0), b30_59=(3, 240.0), b120=(10, 950.0))


def test_each_bucket_is_held_against_the_one_before_it_a_month_earlier():
    flow_of = net_flow(BEFORE, AFTER).set_index("bucket")
    assert flow_of["source"].to_dict()["30-59"] == "1-29"
    assert flow_of["ratio"].head(3).tolist() == [0.075, 1.2, 0.0]
    assert flow_of["loans"].tolist() == [20, 4, 1, 0, 0]
    assert flow_of["ratio"].isna().tolist() == [False, False, False, True, True]  # nothing stood in 60-89 and 90-119


def test_from_loans_a_bystander_that_left_the_book_counts_on_neither_side():
    """200 in 1-29 in September, 240 in 30-59 in October; the two BYSTANDERs are charged off and of August."""
    loans = pd.DataFrame(
        [
            ("A", SEPTEMBER, 12, 200.0, "open"), ("A", "2026-10-31", 43, 150.0, "open"),
            ("B", SEPTEMBER, 0, 90.0, "open"), ("B", "2026-10-31", 31, 90.0, "open"),
            ("BYSTANDER", SEPTEMBER, 12, 5000.0, "charged off"), ("BYSTANDER", "2026-10-31", 43, 5000.0, "charged off"),
            ("BYSTANDER 2", "2026-08-31", 12, 7000.0, "open"),
        ],
        columns=["loan_ref", "as_of", "dpd", "balance", "status"],
    )  # fmt: skip
    found = net_flow_measures(FakePortfolioReader(loans), Selection())["net_flow_30-59"]
    assert (found.value, found.numerator, found.denominator, found.n) == (1.2, 240.0, 200.0, 1)


def test_no_stock_gives_no_ratio():
    nothing = pd.DataFrame(columns=STOCK)
    assert net_flow(nothing, nothing)["ratio"].isna().all()
    assert net_flow(nothing, nothing)["bucket"].tolist() == list(ARREARS)


def test_it_is_no_roll_rate():
    moved = flows(flow("1-29", "30-59", 100.0), flow("1-29", "1-29", 100.0), flow("30-59", "30-59", 140.0))
    matrix = roll_matrix(moved)
    rolled = matrix[(matrix["origin"] == "1-29") & (matrix["state"] == "30-59")]["share"].item()
    assert rolled == 0.5
    assert net_flow(stock(b1_29=200.0, b30_59=140.0), stock(b1_29=100.0, b30_59=240.0))["ratio"][1] == 1.2


NOW = Selection()


def measures(selection: Selection = NOW, **more):
    return net_flow_measures(StubReader(stocks={SEPTEMBER: BEFORE, OCTOBER: AFTER}, **more), selection)


def test_each_bucket_in_arrears_has_a_measure_that_names_both_sides():
    found = measures()
    assert list(found) == [f"net_flow_{bucket}" for bucket in ARREARS]
    worse = found["net_flow_30-59"]
    assert (worse.value, worse.numerator, worse.denominator, worse.n, worse.unit) == (1.2, 240.0, 200.0, 4, "ratio")
    assert worse.why == "30-59 on 31 Oct 2026 for each 1-29 on 30 Sep 2026; no roll rate"


def test_a_bucket_whose_source_was_empty_says_so():
    last = measures()["net_flow_120+"]
    assert math.isnan(last.value)
    assert last.why == "no balance was 90-119 on 30 Sep 2026"


def test_the_open_ended_bucket_says_that_what_stayed_counts():
    stocks = {SEPTEMBER: stock(b90_119=100.0, b120=900.0), OCTOBER: stock(b120=950.0)}
    last = net_flow_measures(StubReader(stocks=stocks), Selection())["net_flow_120+"]
    assert last.value == 9.5
    assert "its own earlier balance counts too" in last.why


def test_a_filter_on_buckets_hides_the_flow_between_them():
    found = measures(Selection(filters={"bucket": ("30-59",)}))
    assert {measure.why for measure in found.values()} == {"a filter on buckets hides what flows between them"}


def test_days_that_are_no_adjacent_month_ends_are_never_compared():
    found = measures(days=(date(2026, 8, 31), date(2026, 10, 31)))
    assert {measure.why for measure in found.values()} == {
        "this book holds no loans of 30 Sep 2026, and a month is known by both its ends"
    }
