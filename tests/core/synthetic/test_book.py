"""The sample book as a whole: the same for the same arguments, of the promised size, and plausible."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.synthetic import SampleBook, generate, write_files


def text_of(seed: int, loans: int = 60, months: int = 4) -> str:
    return "".join(file.filename + file.text for file in write_files(generate(seed, loans, months)))


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others() -> None:
    assert text_of(3) == text_of(3)
    assert text_of(3) != text_of(4)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**40), loans=st.integers(20, 90), months=st.integers(2, 15))
def test_any_size_of_book_can_be_made_and_holds_every_loan(seed: int, loans: int, months: int) -> None:
    book = generate(seed, loans, months)
    seen = pd.concat(book.portfolio.values())
    assert len(book.portfolio) == months
    assert seen["Loan_ID"].nunique() == loans
    assert seen["Outstanding_Loan_Amount"].min() >= 0
    assert not seen.duplicated(["Loan_ID", "Snapshot_Date"]).any()


def test_the_default_book_has_the_promised_size(book: SampleBook) -> None:
    seen = pd.concat(book.portfolio.values())
    assert (seen["Loan_ID"].nunique(), seen["Borrower_ID"].nunique()) == (6000, 5199)
    assert seen.groupby("Borrower_ID")["Loan_ID"].nunique().max() == 3
    assert next(iter(book.portfolio)) == date(2024, 11, 30)
    assert list(book.portfolio)[-1] == date(2026, 10, 31)
    assert len(seen) <= 100_000
    assert sum(map(len, book.payments.values())) <= 60_000
    assert sum(map(len, book.actions.values())) <= 120_000
    assert sorted(seen["Loan_Type"].unique()) == ["Auto", "Business", "Card", "Home", "Personal"]
    assert sorted(seen["Region"].unique()) == ["Central", "East", "North", "South", "West"]
    assert set(seen["Strategy"]) == {"Standard", "Settlement", "Legal"}
    assert seen["Collector"].nunique() == 20


def test_a_loan_enters_in_arrears_on_the_day_its_strategy_is_given(book: SampleBook) -> None:
    first = pd.concat(book.portfolio.values()).drop_duplicates("Loan_ID")
    assert first["Days_Past_Due"].between(5, 121).all()
    assert (first["Account_Status"] == "open").all()
    assert (first["Assigned_On"] == first["Snapshot_Date"]).all()


def test_a_strategy_is_decided_once_and_only_standard_loans_are_in_the_test(book: SampleBook) -> None:
    seen = pd.concat(book.portfolio.values())
    assert (seen.groupby("Loan_ID")[["Strategy", "Arm", "Assigned_On"]].nunique() == 1).all(axis=None)
    tested = seen[seen["Trial"] != ""].drop_duplicates("Loan_ID")
    assert set(tested["Strategy"]) == {"Standard"}
    assert tested["Assigned_On"].between("2025-05-31", "2026-04-30").all()
    assert tested["Assigned_On"].nunique() == 12
    assert (tested["Assignment_Probability"] == 0.5).all()
    assert 0.45 < (tested["Arm"] == "Reminder B").mean() < 0.55
    assert seen.loc[seen["Trial"] == "", "Assignment_Probability"].isna().all()


def test_a_loan_that_was_paid_sold_recalled_or_charged_off_is_told_once_and_leaves(book: SampleBook) -> None:
    seen = pd.concat(book.portfolio.values())
    ended = seen[seen["Account_Status"] != "open"]
    assert set(ended["Account_Status"]) == {"paid", "charged off", "sold", "recalled"}
    assert not ended["Loan_ID"].duplicated().any()
    last = seen.groupby("Loan_ID")["Snapshot_Date"].transform("max")
    assert (ended["Snapshot_Date"] == last[seen["Account_Status"] != "open"]).all()
    paid = ended[ended["Account_Status"] == "paid"]
    assert (paid[["Outstanding_Loan_Amount", "Days_Past_Due"]] == 0).all(axis=None)


def test_a_hold_about_the_person_binds_every_loan_of_the_borrower(book: SampleBook) -> None:
    day = pd.concat(book.portfolio.values())
    person = day[day["Hold"].isin(["bankruptcy", "deceased", "vulnerable"])]
    others = day.merge(person[["Borrower_ID", "Snapshot_Date"]].drop_duplicates())
    assert len(others) >= len(person) > 0
    assert (others["Hold"] != "").all()


def test_the_picture_is_that_of_a_plausible_book(told: dict[str, pd.DataFrame]) -> None:
    portfolio, payments, actions = told["portfolio"], told["payments"], told["actions"]
    sign = payments["Kind"].map({"cash": 1, "reversal": -1, "waiver": 0})
    cash = (payments["Amount"] * sign).groupby(payments["month"]).sum()
    arrears = portfolio[(portfolio["Days_Past_Due"] > 0) & (portfolio["Account_Status"] == "open")]
    stock = arrears.groupby("month")["Outstanding_Loan_Amount"].sum()
    assert 0.08 < actions["Cost"].sum() / cash.sum() < 0.15
    assert 1.1 < stock.iloc[-1] / stock.iloc[0] < 1.6
    assert stock.pct_change().abs().max() < 0.12
    assert cash.iloc[4:].max() / cash.iloc[4:].min() < 2
    cured = arrears["Loan_ID"].isin(portfolio.loc[portfolio["Days_Past_Due"] == 0, "Loan_ID"])
    assert 0.15 < arrears.loc[cured, "Loan_ID"].nunique() / 6000 < 0.6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"seed": -1}, "A seed of -1 is not possible. Give a whole number from 0"),
        ({"seed": 1, "loans": 19}, "19 loans is not possible. Ask for 20 to 200,000"),
        ({"seed": 1, "loans": 200_001}, "200001 loans is not possible"),
        ({"seed": 1, "months": 1}, "1 months is not possible. Ask for 2 to 240"),
        ({"seed": 1, "last_month_end": date(2026, 10, 30)}, "cannot end on 2026-10-30. Give the last day of a month"),
    ],
)
def test_a_book_that_cannot_be_made_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        generate(**arguments)  # type: ignore[arg-type]
