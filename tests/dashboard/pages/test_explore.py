"""Explore: how columns are spread and move together, and how loans ended."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pandas as pd

from dashboard.pages import explore
from dashboard.pages.explore import columns, outcomes
from tests.dashboard.pages.test_segments import words_of
from tests.dashboard.work import book_of, forty_loans, services_of


def on(reader=None, search=""):
    return columns.update_columns(services_of(reader or book_of(forty_loans())), search, "light")


def ended(reader=None, search=""):
    return outcomes.update_outcomes(services_of(reader or book_of(forty_loans())), search, "light")


def test_loan_amounts_are_counted_in_equal_steps_and_their_middle_half_is_the_title():
    shown = on()["amount"]
    assert shown["title"] == "Half of the loans were granted between 9.88 k and 19.6 k"
    assert sum(shown["figure"]["data"][0]["y"]) == 40
    assert shown["rows"][3] == ["Median", "14.8 k"]


def test_loan_amount_is_set_against_income_in_fifths_with_its_correlation():
    shown = on()["income"]
    assert shown["title"] == "Loan amount rises strongly with income"
    assert "Rank correlation 1.00, n 40." in shown["subtitle"]
    assert shown["rows"][1] == ["lowest fifth", "8", "5.88 k", "6.75 k", "7.62 k"]


def unrelated() -> pd.DataFrame:
    """Forty loans whose income says nothing of their amount, nor any other column of another."""
    rng = np.random.default_rng(4)
    return pd.DataFrame({name: rng.permutation(40) + 1.0 for name in columns.WORDS})


def test_no_direction_is_claimed_where_the_interval_of_the_correlation_holds_0():
    income = columns.income_props(unrelated(), "light", "40 loans.")
    assert income["title"] == "No clear relation between income and loan amount"
    assert re.search(r"Rank correlation −?0\.\d+ \(95 % interval −0\.\d+ to 0\.\d+\), n 40", income["subtitle"])
    assert columns.correlation_props(unrelated(), "light", "")["title"] == "No two columns clearly move together"


def test_the_strongest_pair_is_the_title_and_blanks_are_counted():
    shown = on()["correlation"]
    assert shown["title"].endswith("move together most (1.00)")
    # the interest rate never varies: five pairs with it are blank
    assert "Blank: 5 pairs with under 30 loans or a column that never varies." in shown["subtitle"]
    assert ["Outstanding and interest rate", "n/a", "40"] in shown["rows"]
    assert "Not in this book: instalment, collateral, tenure, promises kept, contact rate." in shown["subtitle"]


def test_a_book_that_states_nothing_is_told_so_chart_by_chart():
    shown = on(book_of(forty_loans(loan_amount=None, monthly_income=None).head(20)))
    assert shown["amount"]["absent"] == "n/a, because no loan here states a loan amount."
    assert shown["income"]["absent"] == "n/a, because no loan here states both income and loan amount."
    assert shown["correlation"]["absent"] == "n/a, because no two columns are stated together for 30 loans or more."
    assert on(search="?band=not+stated")["amount"]["absent"] == "n/a, because no loan matches these filters."


def test_outcomes_are_taken_as_the_file_states_them():
    shown = ended()
    assert words_of(shown["answer"]) == "Of 40 loans with a known outcome: 75 % fully recovered , 25 % written off ."
    assert [words_of(entry) for entry in shown["legend"]] == ["Fully Recovered", "Written Off"]
    assert shown["history"]["rows"] == [
        ["Group", "Fully Recovered", "Written Off", "Loans"], ["On-Time", "100.0 %", "0.0 %", "30"], ["Missed", "0.0 %", "100.0 %", "10"],
    ]  # fmt: skip
    assert shown["history"]["title"] == "Payment history: “written off” runs from 0 % (On-Time) to 100 % (Missed)"
    assert shown["missed"]["rows"][1:] == [["0", "100.0 %", "0.0 %", "30"], ["4 or more", "0.0 %", "100.0 %", "10"]]
    assert "no group stands out in “written off”" in shown["segments"]["title"]


def test_loans_without_a_stated_outcome_are_left_out_and_counted():
    some = forty_loans()
    some.loc[:4, "recovery_status"] = None
    assert "5 left out: no outcome stated." in ended(book_of(some))["history"]["subtitle"]


def paying_book() -> pd.DataFrame:
    earlier = forty_loans(as_of="2025-10-31", recovery_status=None)
    return pd.concat([earlier, forty_loans(recovery_status=None)], ignore_index=True)


def payment(loan_ref: str, amount: float, paid_on: str) -> dict[str, object]:
    return {
        "loan_ref": loan_ref,
        "amount": amount,
        "paid_on": paid_on,
        "payment_kind": "cash",
        "payment_ref": f"{loan_ref}{paid_on}",
    }


def test_with_payments_an_outcome_is_five_percent_paid_in_the_twelve_months_after():
    # LN10 owes 1,100.00 and pays 55.00, just enough; LN11 pays a cent too little; LN12 pays a day too late; LN00 was not late
    paid = [payment("LN10", 55.00, "2026-10-31"), payment("LN11", 55.49, "2025-11-01"), payment("LN12", 999.0, "2026-11-01"),
            payment("LN13", 999.0, "2025-10-31"), payment("LN00", 999.0, "2026-01-01")]  # fmt: skip
    shown = ended(book_of(paying_book(), pd.DataFrame(paid)))
    assert (
        words_of(shown["answer"])
        == "Of 39 loans with a known outcome: 3 % paid 5 % or more , 97 % paid less than 5 % ."
    )
    assert "1 left out: not in arrears." in shown["history"]["subtitle"]


def test_too_early_is_said_rather_than_counted_as_not_paid():
    book = book_of(paying_book(), pd.DataFrame([payment("LN10", 55.0, "2026-01-01")]))
    assert (
        "no day of this book lies 12 months before 31 Oct 2025: it is too early"
        in ended(book, "?as_of=2025-10-31")["answer"]
    )


def test_a_book_without_outcomes_and_payments_says_why():
    shown = ended(book_of(forty_loans(recovery_status=None)))
    assert shown["answer"] == "How these loans ended is n/a, because this book states no outcome and has no payments."
    assert shown["scatter"]["absent"].startswith("n/a, because")
    assert shown["legend_class"].endswith("is-absent")


def test_the_day_whose_twelve_months_have_passed_is_the_latest_such():
    days = (date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30))
    assert outcomes.matured_day(days, date(2026, 10, 31)) == date(2025, 10, 31)
    assert outcomes.matured_day(days, date(2026, 8, 31)) is None


def test_columns_that_are_not_stated_leave_their_chart_out_alone():
    shown = ended(book_of(forty_loans(payment_history=None, monthly_income=None)))
    assert shown["history"]["absent"] == "n/a, because this book does not state it."
    assert shown["scatter"]["absent"] == "n/a, because no loan here states both income and loan amount."
    assert shown["missed"]["absent"] == ""


def test_both_answers_fit_the_wire():
    assert len(json.dumps(on())) < 64 * 1024
    shown = ended()
    assert len(json.dumps({name: shown[name] for name in outcomes.CHARTS})) < 64 * 1024


def test_the_page_says_why_its_points_open_no_drawer_and_where_the_rows_are():
    words = str(explore.layout())
    assert "none opens 'why this number'" in words
    assert "The rows are on Segments" in words
