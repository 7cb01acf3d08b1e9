"""What no file can have told is undefined: a book worked by hand, asked on and after the days its files can tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.measure import Measure, amount
from core.metrics.portfolio import MONTHLY, measures_before, portfolio_measures, portfolio_trend
from core.metrics.ripeness import noted, partly, refuse_days_ahead, ripe_day, told_in_time, unripe, untold
from core.metrics.value import value_measures
from core.metrics.vintages import liquidation_measures
from core.selection import Selection
from tests.core.metrics.stub_reader import a_book
from tests.fakes import FakePortfolioReader

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
PAID = date(2026, 10, 12)
"""The day the newest payments file was received; the snapshots go on to 31 October, the actions to 5 November."""

LOANS = pd.DataFrame(
    [
        (day, *loan)
        for day in ("2025-09-30", "2025-10-31", "2026-08-31", "2026-09-30", "2026-10-31")
        for loan in (("A", 100.0, 30, "2025-09-10"), ("B", 300.0, 30, "2025-10-10"), ("BYSTANDER", 999.0, 0, None))
        if (day, loan[0]) != ("2025-09-30", "B")
    ],
    columns=["as_of", "loan_ref", "balance", "dpd", "placed_on"],
)
PAYMENTS = pd.DataFrame(
    [
        ("A", "2025-09-20", 10.0), ("B", "2025-10-20", 30.0), ("A", "2026-09-15", 8.0), ("B", "2026-10-05", 45.0),
        ("BYSTANDER", "2026-10-06", 77.0),  # never placed
    ],
    columns=["loan_ref", "paid_on", "amount"],
)  # fmt: skip
ACTIONS = pd.DataFrame(
    [("A", "2026-09-03", "call", 2.0, "right party"), ("B", "2026-10-07", "call", 4.0, "right party")],
    columns=["loan_ref", "acted_on", "action", "cost", "result"],
)


def book(paid: date = PAID, acted: date = date(2026, 11, 5)) -> FakePortfolioReader:
    return FakePortfolioReader(LOANS, PAYMENTS, ACTIONS, payments_until=paid, actions_until=acted)


def headline(day: date, reader: FakePortfolioReader | None = None) -> dict[str, Measure]:
    return portfolio_measures(reader or book(), Selection(as_of=day))


WORDS = "payments are known up to 12 Oct 2026"
NO_WAIVERS = "waivers never count"
NOT_PLACED = "1 payment on loans that were not placed left out"


@pytest.mark.parametrize(
    ("day", "value", "why"),
    [
        (SEPTEMBER, 8.0, NO_WAIVERS),
        (date(2026, 10, 12), 45.0, f"{NOT_PLACED}; {NO_WAIVERS}"),
        (OCTOBER, 45.0, f"{NOT_PLACED}; {NO_WAIVERS}; {WORDS}"),
        (date(2026, 11, 30), None, f"{WORDS}: no file can have told those of Nov 2026"),
        (date(2027, 3, 15), None, f"{WORDS}: no file can have told those of Mar 2027"),
    ],
)
def test_the_cash_of_a_month_is_whole_in_part_or_undefined_by_the_day_its_file_was_received(day, value, why):
    cash = headline(day)["cash_month"]
    assert (cash.value if cash.is_defined else None, cash.why) == (value, why)


def test_far_after_the_last_files_the_month_is_unknown_and_sums_to_date_say_until_when_they_are_known():
    told = headline(date(2027, 6, 30))
    assert {name for name in told if not told[name].is_defined} == set(MONTHLY)
    assert told["contacts_month"].why == "actions are known up to 5 Nov 2026: no file can have told those of Jun 2027"
    assert told["net_recovery"].why == (
        f"{WORDS}: no file can have told those of Jun 2027; "
        "actions are known up to 5 Nov 2026: no file can have told those of Jun 2027"
    )
    assert (told["cash_to_date"].value, told["recovery_rate"].numerator, told["cost_to_date"].value) == (
        93.0,
        93.0,
        6.0,
    )
    assert told["cash_to_date"].why.endswith(WORDS)
    assert told["net_recovery_to_date"].why.endswith(f"{WORDS}, actions are known up to 5 Nov 2026")
    assert told["cost_to_date"].why == "actions are known up to 5 Nov 2026"
    assert told["outstanding"].why == ""


def test_what_needs_two_files_is_unknown_where_one_of_them_is():
    told = headline(OCTOBER, book(acted=SEPTEMBER))
    assert {name for name in told if not told[name].is_defined} == set(MONTHLY) - {"cash_month"}
    known = headline(OCTOBER)
    assert (known["net_recovery"].value, known["cost_month"].value) == (41.0, 4.0)
    assert known["net_recovery"].why.endswith(f"; {WORDS}")
    assert known["cost_month"].why == ""


def test_a_file_received_today_tells_payments_of_years_ago():
    late = FakePortfolioReader(LOANS, PAYMENTS.assign(paid_on="2023-05-02"), payments_until=date(2026, 11, 29))
    cash = headline(date(2026, 11, 28), late)["cash_month"]
    assert (cash.value, cash.why) == (0.0, NO_WAIVERS)
    assert not headline(OCTOBER, FakePortfolioReader(LOANS))["cash_month"].is_defined  # no payments at all


def test_the_trend_says_nothing_of_months_that_no_file_can_have_told():
    trend = portfolio_trend(book(paid=SEPTEMBER), Selection()).set_index("as_of")
    assert trend["cash_month"].iloc[:4].tolist() == [10.0, 30.0, 0.0, 8.0]
    assert trend.loc["2026-10-31", ["cash_month", "cost_to_collect", "net_recovery"]].isna().all()
    assert trend.loc["2026-10-31", "recovery_rate"] == 93 / 400
    assert portfolio_trend(book(), Selection()).set_index("as_of").loc["2026-10-31", "cash_month"] == 45.0


def test_a_month_told_in_part_is_compared_with_none():
    before = measures_before(book(), Selection(as_of=SEPTEMBER), OCTOBER)
    assert {name for name in MONTHLY if not before[name].is_defined} == {
        "cash_month",
        "cost_to_collect",
        "net_recovery",
    }
    assert before["cash_month"].why == WORDS
    whole = measures_before(book(paid=OCTOBER), Selection(as_of=SEPTEMBER), OCTOBER)
    assert whole["cash_month"].value == 8.0


def test_a_cohort_is_as_old_as_its_payments_are_known():
    """A, placed in September 2025, has twelve whole months by the end of September 2026; B by the end of October."""
    asked = Selection(as_of=OCTOBER)
    young, old = (liquidation_measures(book(paid=paid), asked)["liquidation_12m"] for paid in (PAID, OCTOBER))
    assert (young.numerator, young.denominator, young.n, young.excluded) == (18.0, 100.0, 1, 1)
    assert young.why.endswith(WORDS)
    assert (old.numerator, old.denominator, old.n, old.excluded) == (93.0, 400.0, 2, 0)
    assert "known" not in old.why
    none = liquidation_measures(book(paid=date(2026, 9, 29)), asked)["liquidation_12m"]
    assert none.why == "no month of placements has reached 12 months; payments are known up to 29 Sep 2026"


def test_the_windows_of_worth_and_loss_end_where_cash_and_costs_are_known():
    told = value_measures(book(), Selection(as_of=date(2027, 2, 28)), {"not stated": 0.0}, 0.0)
    npv = told["npv"]
    assert (npv.value, npv.n) == (8.0 + 45.0 - 6.0, 2)  # October 2025 to October 2026: B's 30 fell before
    assert npv.why.startswith("12 months from 31 Oct 2025,")
    assert npv.why.endswith(f"{WORDS}, actions are known up to 5 Nov 2026")
    assert (told["netback"].numerator, told["netback"].n) == (18.0, 1)
    assert (told["lgd_12m"].numerator, told["lgd_12m"].n) == (100.0 + 2.0 - 18.0, 1)

    by_costs = value_measures(book(paid=date(2026, 11, 5), acted=date(2026, 10, 4)), Selection(as_of=OCTOBER), {}, 0.0)
    assert by_costs["npv"].value == 8.0 - 2.0  # cash after the costs are known would look free
    assert by_costs["lgd_12m"].n == 1

    early = value_measures(book(paid=date(2025, 9, 29)), Selection(as_of=OCTOBER), {}, 0.0)["npv"]
    why = "payments are known up to 29 Sep 2025, and the book begins on 30 Sep 2025"
    assert (early.is_defined, early.why) == (False, why)


HELD = replace(a_book(SEPTEMBER, OCTOBER), payments_until=PAID, actions_until=None)


def test_the_day_up_to_which_a_question_can_be_answered():
    assert ripe_day(HELD, SEPTEMBER, "payments") == SEPTEMBER
    assert ripe_day(HELD, OCTOBER, "payments", "actions") == PAID  # no actions file sets no limit
    assert ripe_day(HELD, OCTOBER, "actions") == OCTOBER
    assert (untold(HELD, OCTOBER, "payments"), partly(HELD, PAID, "payments")) == ("", "")
    assert untold(replace(HELD, payments_until=SEPTEMBER), date(2026, 10, 1), "payments") != ""
    assert (unripe(HELD, OCTOBER, "payments"), unripe(HELD, date(2026, 9, 1), "payments")) == ("", "")
    assert unripe(replace(HELD, payments_until=AUGUST), OCTOBER, "payments").endswith("the book begins on 30 Sep 2026")


def test_a_number_that_is_undefined_already_keeps_its_reason_and_a_remark_is_made_once():
    undefined = Measure.undefined("this book has no costs", unit="currency")
    assert told_in_time(undefined, HELD, date(2027, 1, 1), "payments") == undefined
    once = noted(amount(1.0, n=1), "late")
    assert (once.why, noted(once, "late"), noted(once, "")) == ("late", once, once)


TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    "asked",
    [
        Selection(as_of=TODAY), Selection(as_of=OCTOBER, known_on=TODAY), Selection(), Selection(against=SEPTEMBER),
        Selection(as_of=date(2020, 1, 1)),
    ],
)  # fmt: skip
def test_days_that_have_come_are_answered(asked):
    refuse_days_ahead(HELD, asked, TODAY)


def test_a_book_whose_newest_day_is_ahead_of_the_clock_may_be_asked_about_it():
    refuse_days_ahead(HELD, Selection(as_of=OCTOBER), SEPTEMBER)
    with pytest.raises(
        SelectionRefused, match=r"1 Nov 2026 has not come yet.*figures are of 31 Oct 2026.*up to 31 Oct 2026"
    ):
        refuse_days_ahead(HELD, Selection(as_of=date(2026, 11, 1)), SEPTEMBER)


@pytest.mark.parametrize(
    ("held", "asked", "words"),
    [
        (HELD, Selection(as_of=date(2026, 11, 30)), "30 Nov 2026 has not come yet.*figures are of 31 Oct 2026.*today is 29 Nov 2026.*Choose a day up to 29 Nov 2026"),
        (a_book(), Selection(against=date(9999, 1, 1)), "1 Jan 9999 has not come yet.*holds no figures"),
        (HELD, Selection(known_on=date(2026, 11, 30)), "known on 30 Nov 2026.*today is 29 Nov 2026.*leave the day of knowledge out"),
    ],
)  # fmt: skip
def test_days_to_come_are_refused_with_what_was_found_and_what_to_do(held, asked, words):
    with pytest.raises(SelectionRefused, match=f"(?s){words}"):
        refuse_days_ahead(held, asked, TODAY)
