"""What changed and why, on the small book and on a longer one whose fall is known; the bridge to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pandas as pd
import pytest

from core.metrics.bridge import SCOPES
from core.metrics.summary import summary_measures
from core.selection import Selection
from dashboard import format as show
from dashboard.address import Why
from dashboard.pages.portfolio import bridge, change
from tests.dashboard.pages.test_portfolio import answer_of
from tests.dashboard.small_book import BOOK, DAYS, TUTORIAL, SmallBookReader, loans_on
from tests.fakes import FakePortfolioReader

NAN = float("nan")
MONTH_ENDS = [day.date().isoformat() for day in pd.date_range("2025-10-31", "2026-10-31", freq="ME")]


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("+", ""))


def card_of(services, search: str) -> dict:
    return change.update_change(services, search, "light")


def bars(card: dict) -> dict[str, float]:
    trace = card["figure"]["data"][0]
    return dict(zip(trace["y"], trace["x"], strict=True))


def total(card: dict) -> dict[str, float]:
    """The last row of the table by its column, amounts only."""
    return {name: number(cell) for name, cell in zip(card["rows"][0][1:7], card["rows"][-1][1:7], strict=True)}


@lru_cache
def long_book(auto_pays: float = 40.0) -> FakePortfolioReader:
    """Thirteen month-ends: three Auto and three Home loans of 10,000, 45 days late. All pay 100 a month, a little more every
    other month; in the newest six months Auto pays `auto_pays`."""
    products = ["Auto"] * 3 + ["Home"] * 3
    loans, paid = [], []
    for month, day in enumerate(MONTH_ENDS):
        for place, product in enumerate(products):
            ref = f"L{place}"
            loans.append({"loan_ref": ref, "borrower_ref": ref, "as_of": day, "balance": 10_000.0, "dpd": 45,
                          "product": product, "currency": "EUR"})  # fmt: skip
            amount = auto_pays if product == "Auto" and month > 6 else 100.0
            if month:
                day_paid = f"{day[:8]}15"
                paid.append({"loan_ref": ref, "paid_on": day_paid, "amount": amount + month % 2, "payment_kind": "cash",
                             "payment_ref": f"{ref}-{month}"})  # fmt: skip
    return FakePortfolioReader(pd.DataFrame(loans), pd.DataFrame(paid), name="own")


@pytest.fixture
def long(services):
    reader = long_book()
    return replace(services, reader=lambda: reader)


def test_the_planted_group_is_named_in_words_and_amounts(long):
    card = card_of(long, "")
    assert card["title"] == "Auto pays less: 1.08 k less cash than at its earlier rate"
    assert card["subtitle"].startswith("Cash 3.62 k in Nov 2025 to Apr 2026, 2.54 k in May to Oct 2026.")
    assert bars(card) == {"Volume": 0.0, "Mix": 0.0, "Auto": -1_080.0}  # 3 loans x 6 months x 60 less


def test_the_answer_names_it_too(long):
    assert (
        "Auto pays less: 1.08 k less cash in 6 months than at its earlier rate (0.4 % of its arrears a month, against 1.0 %)."
        in answer_of(long, "")
    )


def test_a_book_where_nobody_pays_differently_names_nobody(services):
    reader = long_book(auto_pays=100.0)
    card = card_of(replace(services, reader=lambda: reader), "")
    assert card["title"] == "No product changed its rate"


@pytest.mark.parametrize(
    "search", ["", "?as=loans", "?over=3", "?over=1&change=bucket", "?of=arrears", "?change=region"]
)
def test_bars_and_table_add_up_to_the_change(long, search):
    card = card_of(long, search)
    moved = total(card)
    before, after = list(moved.values())[:2]
    assert moved["Change"] == pytest.approx(after - before)
    assert moved["Volume"] + moved["Mix"] + moved["Performance"] == pytest.approx(moved["Change"])
    assert sum(bars(card).values()) == pytest.approx(moved["Change"])


@pytest.mark.parametrize("by", change.CHANGE_BY)
@pytest.mark.parametrize("counted", ["", "&as=loans"])
def test_the_arrears_of_two_days_add_up_too(services, by, counted):
    card = card_of(services, f"?of=arrears&change={by}{counted}")
    late = [loans_on(day).query("dpd > 0") for day in DAYS[1:]]
    expected = len(late[1]) - len(late[0]) if counted else late[1]["balance"].sum() - late[0]["balance"].sum()
    assert total(card)["Change"] == pytest.approx(expected)
    assert sum(bars(card).values()) == pytest.approx(expected)


def test_arrears_by_bucket_have_no_rate_and_are_told_by_their_change(services):
    card = card_of(services, "?of=arrears&change=bucket")
    assert card["title"].startswith("Arrears rose by 170 k, most in ")
    assert {"Volume", "Mix"}.isdisjoint(bars(card))


def test_arrears_that_fell_or_stood_still_are_told_so(services):
    fell = card_of(services, "?of=arrears&change=bucket&as_of=2026-08-31&against=2026-10-31")
    assert fell["title"].startswith("Arrears fell by")
    still = card_of(services, "?of=arrears&change=bucket&product=Home")
    assert still["title"] == "The arrears did not change"


def test_who_falls_behind_is_named(services):
    assert card_of(services, "?of=arrears")["title"].startswith("Auto is more in arrears: ")


def test_a_short_book_is_compared_over_one_month_and_says_so(services):
    card = card_of(services, "")
    assert "Sep 2026" in card["subtitle"]
    assert card["subtitle"].endswith("the book is too short for more months")
    assert card["title"].endswith(", not judged by the usual swing")


def test_months_asked_for_that_the_book_lacks_are_not_replaced(services):
    absent = card_of(services, "?over=6")["absent"]
    assert absent.startswith("n/a, because this book holds no loans of 31 Oct 2025 and 30 Nov 2025 and ")


def test_within_the_usual_swing_a_group_is_named_with_that_remark(services):
    reader = long_book(auto_pays=99.9)
    card = card_of(replace(services, reader=lambda: reader), "")
    assert card["title"] == "Auto pays less: 2 less cash than at its earlier rate, within the usual swing"


def test_each_group_opens_its_own_number(long, services):
    assert card_of(long, "")["rows"][1][0] == [
        "Auto",
        "why=cash_performance&cell=after~2026-05-31..2026-10-31&cell=before~2025-11-30..2026-04-30&cell=product~Auto",
    ]
    assert card_of(services, "?of=arrears&change=region")["rows"][1][0][1].startswith(
        "why=arrears_performance&cell=before~2026-09-30&cell=region~"
    )
    marks = card_of(long, "")["figure"]["data"][0]["customdata"]
    assert marks[0].startswith("why:why=cash_volume&cell=after~2026-05-31..2026-10-31")
    assert marks[0].endswith("&cell=by~product")


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        ("", "this book has no payments"),
        ("?of=arrears", "this book holds no day before 31 Oct 2026"),
        ("?of=arrears&with=year", "this book holds no figures of 31 Oct 2025"),
        ("?with=target", "no target is set for Oct 2026. Set one on Targets"),
    ],
)
def test_on_one_day_without_payments_it_says_what_is_missing(services_with, search, reason):
    assert card_of(services_with(TUTORIAL), search)["absent"] == f"n/a, because {reason}."


def test_an_empty_selection_says_so(services, long):
    for search in ("?product=not+stated", "?product=not+stated&of=arrears", "?product=not+stated&as=loans"):
        assert card_of(services, search)["absent"] == "n/a, because no loan is in this selection."
    assert "because no target is set for" in card_of(long, "?with=target&product=Auto")["absent"]


def test_the_distance_to_each_target_is_drawn_and_the_worst_miss_named(services):
    reader = SmallBookReader(BOOK)
    targets = pd.DataFrame(
        {"metric": ["cash_month", "in_arrears", "recovery_rate"], "month": NAN, "age_months": NAN,
         "value": [90_000.0, 1_700_000.0, 0.01]}
    )  # fmt: skip
    reader.set_targets.put(targets, "ana", date(2026, 10, 1))
    card = card_of(replace(services, reader=lambda: reader), "?with=target")
    assert card["title"] == "Cash this month: 49.9 % under its target"
    now = summary_measures(reader, Selection(as_of=DAYS[-1]))
    numbers = [Why.from_query(mark.removeprefix("why:")).number for mark in card["figure"]["data"][0]["customdata"]]
    assert [show.measure(now[name]) for name in numbers] == [row[1].removeprefix("EUR ") for row in card["rows"][1:]]
    assert list(bars(card)) == ["In arrears", "Recovery rate", "Cash this month"]
    assert card["rows"][1][0] == ["In arrears", "why=in_arrears"]
    reader.set_targets.put(targets.assign(value=[1.0, 9e9, 0.001]), "ana", date(2026, 10, 2))
    assert card_of(replace(services, reader=lambda: reader), "?with=target")["title"] == "All 3 targets are met"


def test_the_bridge_closes_to_the_cent_in_every_column(services):
    card = bridge.update_bridge(services, "", "light")
    header, *rows = card["rows"]
    assert header[1:] == ["In arrears", *list(SCOPES)[2:]]
    for place in range(1, len(header)):
        amounts = [number(row[place]) for row in rows]
        assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=0.005)
    late = [loans_on(day).query("dpd > 0")["balance"].sum() for day in DAYS[1:]]
    assert (number(rows[0][1]), number(rows[-1][1])) == pytest.approx(tuple(late))
    assert card["title"].startswith("Arrears rose by 170 k: ")


def test_the_bridge_of_loans_closes_too(services):
    card = bridge.update_bridge(services, "?as=loans", "light")
    _, *rows = card["rows"]
    counts = [number(row[1]) for row in rows]
    late = [len(loans_on(day).query("dpd > 0")) for day in DAYS[1:]]
    assert [counts[0], counts[-1]] == late
    assert sum(counts[:-1]) == counts[-1]
    assert sum(bars(card).values()) == late[1] - late[0]
    assert card["title"].startswith(f"Loans in arrears rose by {late[1] - late[0]}: ")


def test_a_line_of_the_bridge_opens_its_number(services):
    card = bridge.update_bridge(services, "", "light")
    assert card["rows"][1][0] == ["Opening", "why=bridge_opening"]
    assert "why:why=bridge_fell_behind" in card["figure"]["data"][0]["customdata"]
    assert bridge.address_of("rolled_in") is None
    assert bridge.address_of("paid") == bridge.address_of("cash")


def test_without_two_month_ends_there_is_no_bridge(services_with, services):
    assert bridge.update_bridge(services_with(TUTORIAL), "", "light")["absent"] == (
        "n/a, because this book holds no loans of 30 Sep 2026, and a month is known by both its ends."
    )
    assert bridge.update_bridge(services, "?product=not+stated", "light")["absent"] == (
        "n/a, because no loan of this selection was in arrears."
    )


def test_without_payments_the_bridge_says_where_they_are(services_with):
    without = replace(BOOK, has_payments=False, has_actions=False, has_costs=False)
    assert "what was paid is in Other" in bridge.update_bridge(services_with(without), "", "light")["subtitle"]
