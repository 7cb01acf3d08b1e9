"""What needs attention: what left its usual swing is named, and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.metrics.attention import Concern, _ranked, attention, fewer_kept, late_book, swing, worse_rolls
from core.selection import Selection
from tests.contract.book import fake
from tests.core.metrics.flow_rows import flow, flows
from tests.core.metrics.stub_reader import a_book
from tests.dashboard import moving_book
from tests.fakes import FakePortfolioReader

ENDS = [f"2026-{month:02}-{day}" for month, day in ((3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]
CLOSING = date(2026, 9, 30)
USUAL = (0.30, 0.32, 0.28, 0.30, 0.32, 0.28)  # mean 0.30, standard deviation 0.0179


def rolling(rates, *, product: str = "Auto", bucket: str = "1-29", worse: str = "30-59", loans: int = 40) -> list[dict]:
    """A bucket of 1,000 a month that rolls forward at these rates."""
    rows = []
    for month, rate in zip(ENDS, rates, strict=True):
        rows.append(flow(bucket, worse, 1000 * rate, loans=loans // 2, month=month, product=product))
        rows.append(flow(bucket, bucket, 1000 * (1 - rate), loans=loans - loans // 2, month=month, product=product))
    return rows


def book(*rows: dict) -> pd.DataFrame:
    return pd.concat([flows(*rows), pd.DataFrame({"product": [row["product"] for row in rows]})], axis=1)


def test_a_bucket_that_rolls_beyond_its_swing_is_named_with_what_rolled_beyond_the_mean():
    told = book(*rolling((*USUAL, 0.50)), *rolling((*USUAL, 0.31), product="Home"))
    (concern,), looked_at = worse_rolls(told, CLOSING)
    assert looked_at == 3  # Auto, Home, and both together
    assert (concern.kind, concern.product, concern.bucket, concern.n, concern.months) == (
        "rolls",
        "Auto",
        "1-29",
        40,
        6,
    )
    assert (concern.now, concern.usual, concern.amount) == pytest.approx((0.5, 0.3, 200.0))
    # t(1 - 0.05 / 3; 5) = 2.912; 0.30 + 2.912 x 0.01789 x sqrt(7 / 6)
    assert concern.limit == pytest.approx(0.3563, abs=2e-4)


def test_a_rate_inside_its_limit_is_not_named():
    concerns, looked_at = worse_rolls(book(*rolling((*USUAL, 0.345))), CLOSING)
    assert (concerns, looked_at) == ([], 2)


def test_a_fall_is_good_news():
    assert worse_rolls(book(*rolling((*USUAL, 0.05))), CLOSING)[0] == []


def test_where_no_product_stands_out_the_bucket_as_a_whole_may():
    noisy = np.array([0.06, -0.06, 0.06, -0.06, 0.06, -0.06, 0.0])
    auto, home = np.array([*USUAL, 0.45]) + noisy, np.array([*USUAL, 0.45]) - noisy
    (concern,), _ = worse_rolls(book(*rolling(auto), *rolling(home, product="Home")), CLOSING)
    assert (concern.product, concern.bucket, concern.n) == ("all products", "1-29", 80)


@pytest.mark.parametrize("rows", [rolling((*USUAL, 0.9), loans=28),
                                  [row for row in rolling((*USUAL, 0.9)) if row["month"] > ENDS[1]],
                                  rolling((*USUAL, 0.9), bucket="Current", worse="1-29")])  # fmt: skip
def test_few_loans_few_months_and_current_loans_are_not_looked_at(rows):
    assert worse_rolls(book(*rows), CLOSING) == ([], 0)


def due(rates, promises: int = 50) -> pd.DataFrame:
    kept = [round(promises * rate) for rate in rates]
    return pd.DataFrame(
        {"month": ENDS, "promises": promises, "kept": kept, "promised": 5000.0, "kept_amount": [100.0 * each for each in kept]}
    )  # fmt: skip


def test_broken_promises_are_named_by_what_was_promised_and_not_paid():
    concern, why = fewer_kept(due((0.5, 0.52, 0.48, 0.5, 0.52, 0.48, 0.3)), CLOSING)
    assert why == ""
    assert concern is not None
    assert (concern.now, concern.amount, concern.n, concern.of) == (0.3, 3500.0, 50, "promises")
    assert concern.usual == pytest.approx(0.5)
    assert concern.limit == pytest.approx(0.5 - 2.0150 * 0.017889 * math.sqrt(7 / 6), abs=2e-4)  # t(0.95; 5)
    assert fewer_kept(due((0.5, 0.52, 0.48, 0.5, 0.52, 0.48, 0.47)), CLOSING) == (None, "")
    assert fewer_kept(due((0.5, 0.52, 0.48, 0.5, 0.52, 0.48, 0.9)), CLOSING) == (None, "")


def test_promises_that_cannot_be_judged_say_why():
    whole = due((0.5,) * 7)
    assert fewer_kept(whole.tail(4), CLOSING) == (None, "fewer than 6 earlier months with promises due")
    assert fewer_kept(whole.head(6), CLOSING) == (None, "none fell due in the month")


def test_a_swing_without_a_deviation_ends_at_its_mean():
    assert swing([0.25] * 6, 0.05) == (0.25, 0.25, 6)
    assert swing([0.2, 0.4, math.nan, 0.3], 0.05)[2] == 3


@pytest.mark.parametrize(("day", "today", "late"), [("2026-10-31", "2026-12-10", None), ("2026-10-31", "2026-12-11", 11),
                                                    ("2026-10-15", "2026-11-12", 12), ("2026-10-31", "2026-11-29", None)])  # fmt: skip
def test_a_book_is_late_when_the_next_month_end_was_due(day, today, late):
    newest = date.fromisoformat(day)
    found = late_book(a_book(newest), date.fromisoformat(today), 10)
    assert (found.n if found else None) == late
    sample = replace(a_book(newest), name="sample")
    assert late_book(sample, date.fromisoformat(today), 10) is None


def test_a_late_book_comes_first_and_then_the_most_money():
    def concern(kind, amount):
        return Concern(kind, amount, 1, "x", math.nan, math.nan, math.nan, CLOSING)

    ranked = _ranked([concern("rolls", 5.0), None, concern("budget", 9.0), concern("late book", math.nan)])
    assert [each.kind for each in ranked] == ["late book", "budget", "rolls"]


def test_a_short_book_says_what_it_could_not_look_at():
    seen = attention(fake(), Selection(as_of=date(2026, 10, 31)), date(2026, 11, 3), 10)
    assert seen.rates == 0
    assert [each.partition(":")[0] for each in seen.unseen] == ["Roll rates", "Promises", "Cash", "Budget"]


def test_cash_that_is_known_in_part_is_not_held_against_whole_months():
    """The moving book pays 40 in every month but October, whose payments end on the 12th."""
    paid = moving_book.payments()
    held = FakePortfolioReader(
        moving_book.snapshots(),
        paid[paid["paid_on"] < "2026-10"],
        moving_book.actions(),
        payments_until=date(2026, 10, 12),
    )
    seen = attention(held, Selection(as_of=date(2026, 10, 31)), date(2026, 11, 3), 10)
    assert [each.kind for each in seen.concerns if each.kind in ("cash", "kept", "budget")] == []
    assert [each for each in seen.unseen if "12 Oct 2026" in each] == [
        f"{word}: payments are known up to 12 Oct 2026." for word in ("Promises", "Cash", "Budget")
    ]


def test_a_missed_budget_is_named_and_a_met_one_is_not(monkeypatch):
    reader = fake()
    cash = reader.cash(Selection(as_of=date(2026, 10, 31)), ["month"]).set_index("month")["cash"]["2026-10-31"]
    for budget, missed in ((cash + 12.5, 12.5), (cash, None)):
        rows = pd.DataFrame(
            [("cash_month", "2026-10-31", np.nan, budget)], columns=["metric", "month", "age_months", "value"]
        )
        monkeypatch.setattr(reader, "targets", lambda known_on=None, rows=rows: rows)
        seen = attention(reader, Selection(as_of=date(2026, 10, 31)), date(2026, 11, 3), 10)
        assert [each.amount for each in seen.concerns if each.kind == "budget"] == ([] if missed is None else [missed])
    filtered = Selection(as_of=date(2026, 10, 31), filters={"product": ("Personal",)})
    assert (
        "Budget: the target is of the whole book, and this is a part of it."
        in attention(reader, filtered, date(2026, 11, 3), 10).unseen
    )
