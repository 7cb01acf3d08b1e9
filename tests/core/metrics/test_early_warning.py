"""Who is about to roll: probabilities by count, and what they come to on the stock of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.delinquency import BUCKETS
from core.metrics.early_warning import (
    EVERY_PRODUCT,
    about_to_roll,
    early_warning,
    early_warning_measures,
    roll_risks,
)
from core.metrics.flows import ORIGINS, STATES
from core.metrics.intervals import wilson
from core.records import Book
from core.selection import Selection
from tests.core.metrics.flow_worlds import simulate
from tests.core.metrics.stub_reader import a_book

COLUMNS = ["month", "product", "origin", "state", "loans"]
OCTOBER = "2026-10-31"
FLOWS = pd.DataFrame(
    [
        (OCTOBER, "Auto", "1-29", "30-59", 30),
        (OCTOBER, "Auto", "1-29", "1-29", 50),
        (OCTOBER, "Auto", "1-29", "charged off", 10),
        (OCTOBER, "Auto", "1-29", "Current", 5),
        (OCTOBER, "Auto", "1-29", "sold", 3),
        (OCTOBER, "Auto", "1-29", "missing", 2),
        (OCTOBER, "Home", "1-29", "60-89", 5),
        (OCTOBER, "Home", "1-29", "paid", 45),
        (OCTOBER, "Home", "120+", "120+", 3),
        (OCTOBER, "Home", "120+", "charged off", 1),
        (OCTOBER, "BYSTANDER", "new", "120+", 900),  # was in no bucket a month ago
        ("2026-04-30", "BYSTANDER", "1-29", "30-59", 900),  # the seventh month back
        *((f"2026-0{month}-28", "Home", "120+", "90-119", 1) for month in range(5, 10)),
    ],
    columns=COLUMNS,
)
STOCK = pd.DataFrame(
    [("Auto", "1-29", 10, 1000.0), ("Home", "1-29", 20, 300.0), ("Home", "120+", 9, 90.0), ("Card", "60-89", 2, 50.0)],
    columns=["product", "bucket", "loans", "balance"],
)


def test_a_product_with_a_hundred_loans_has_its_own_risk_and_every_bucket_has_one():
    """Of 100 Auto loans 40 rolled or were charged off, of 150 in all 45; of nine 120+ loans one was charged off. Loans that
    are new and the seventh month do not count."""
    risks = roll_risks(FLOWS)
    assert risks[["product", "bucket", "loans", "probability"]].values.tolist() == [
        [EVERY_PRODUCT, "1-29", 150, 45 / 150],
        ["Auto", "1-29", 100, 0.40],
        [EVERY_PRODUCT, "120+", 9, 1 / 9],
    ]
    assert tuple(risks.loc[1, ["low", "high"]]) == pytest.approx(wilson(40, 100))


def test_one_loan_below_a_hundred_a_product_goes_with_its_bucket():
    short = FLOWS.replace({"loans": {50: 49}})
    assert "Auto" not in set(roll_risks(short)["product"])


def test_what_is_expected_to_roll_takes_the_risk_of_its_product_or_else_its_bucket():
    seen = about_to_roll(STOCK, roll_risks(FLOWS)).set_index(["product", "bucket"])
    assert seen["learned_from"].tolist() == ["Auto", EVERY_PRODUCT, EVERY_PRODUCT, EVERY_PRODUCT]
    assert seen["n"].tolist() == [100, 150, 9, 0]
    assert seen["expected_balance"].tolist()[:3] == [400.0, 90.0, 10.0]
    assert seen["expected_loans"].tolist()[:3] == pytest.approx([4, 6, 1])
    assert seen.loc[("Card", "60-89"), ["probability", "expected_loans", "expected_balance"]].isna().all()


def test_half_a_hundredth_goes_to_the_even_one_whatever_floats_make_of_it():
    risks = roll_risks(
        pd.DataFrame([(OCTOBER, "Auto", "1-29", state, 1) for state in ("30-59", "paid")], columns=COLUMNS)
    )
    stock = pd.DataFrame([("Auto", "1-29", 1, balance) for balance in (1.09, 1.15, 2.03)], columns=STOCK.columns)
    assert about_to_roll(stock, risks)["expected_balance"].tolist() == [1.02, 0.58, 0.54]  # of 101.5, 57.5, 54.5


def test_no_flows_say_nothing():
    risks = roll_risks(FLOWS[:0])
    assert risks.empty
    seen = about_to_roll(STOCK, risks)
    assert len(seen) == len(STOCK)
    assert seen["expected_balance"].isna().all()
    assert about_to_roll(STOCK[:0], roll_risks(FLOWS)).empty


rows = st.tuples(
    st.sampled_from([OCTOBER, "2026-09-30"]), st.sampled_from(["Auto", "Home"]), st.sampled_from(ORIGINS),
    st.sampled_from(STATES), st.integers(0, 300),
)  # fmt: skip


@given(st.lists(rows, max_size=30))
def test_risks_are_shares_and_products_add_up_to_their_bucket(told):
    flows = pd.DataFrame(told, columns=COLUMNS).astype({"loans": int, "month": "str", "product": "str"})
    risks = roll_risks(flows)
    assert risks["probability"].between(0, 1).all()
    assert (risks["low"] <= risks["probability"]).all()
    assert (risks["probability"] <= risks["high"]).all()
    whole = risks[risks["product"] == EVERY_PRODUCT].set_index("bucket")["loans"].to_dict()
    opening = flows[flows["origin"] != "new"].groupby("origin")["loans"].sum()
    assert whole == opening[opening > 0].to_dict()
    assert (risks.loc[risks["product"] != EVERY_PRODUCT, "loans"] >= 100).all()


def test_on_a_simulated_book_the_risks_are_those_it_was_made_with():
    world = simulate(4, months=6, loans=6000, arrive=100)
    risks = roll_risks(world.flows.assign(product="Auto")).set_index(["product", "bucket"])
    for bucket in BUCKETS:
        low, high = wilson(
            round(risks.loc[("Auto", bucket), "probability"] * risks.loc[("Auto", bucket), "loans"]),
            int(risks.loc[("Auto", bucket), "loans"]),
            level=0.999,
        )
        assert low <= world.rolls[bucket] <= high


class Reader:
    """Answers `book`, `flows` and `stock` as they were given."""

    def __init__(self, book: Book, flows: pd.DataFrame = FLOWS, stock: pd.DataFrame = STOCK) -> None:
        self.held, self.told, self.there = book, flows, stock
        self.known_on: date | None = None
        self.asked: list[tuple[date | None, list[str]]] = []

    def book(self, known_on: date | None = None) -> Book:
        self.known_on = known_on
        return self.held

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self.asked.append((selection.as_of, list(by)))
        return self.told

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self.asked.append((selection.as_of, list(by)))
        return self.there


END, INSIDE = date(2026, 10, 31), date(2026, 11, 12)


def test_the_measures_add_up_what_is_expected_and_leave_out_what_cannot_be_judged():
    reader = Reader(a_book(END, INSIDE))
    measures = early_warning_measures(reader, Selection(known_on=INSIDE))
    balance, loans = measures["rolling_next_month"], measures["rolling_loans_next_month"]
    assert (balance.value, balance.unit, balance.n, balance.excluded) == (500.0, "currency", 39, 2)
    assert (loans.value, loans.unit, loans.n, loans.excluded) == (pytest.approx(11), "count", 39, 2)
    assert balance.why == "from the stock of 31 Oct 2026; buckets that had no loans before are left out"
    assert reader.known_on == INSIDE
    assert reader.asked == [(END, ["month", "product", "origin", "state"]), (END, ["product", "bucket"])]


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (Reader(a_book(INSIDE)), "holds no month-end"),
        (Reader(a_book(END), stock=STOCK[:0]), "no loan chosen is open on 31 Oct 2026"),
        (Reader(a_book(END), flows=FLOWS[:0]), "no month up to the day has both its ends in the book"),
    ],
)
def test_what_cannot_be_told_has_its_reason(reader: Reader, why: str):
    measures = early_warning_measures(reader, Selection())
    assert [told.is_defined for told in measures.values()] == [False, False]
    assert all(why in told.why for told in measures.values())


def test_a_book_without_a_month_end_lists_nothing():
    assert early_warning(Reader(a_book(INSIDE)), Selection()).empty
