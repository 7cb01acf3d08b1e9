"""Up to which day payments say what became of loans, whichever file reaches further."""

from __future__ import annotations

from datetime import date

import pytest

from db.outcomes import _MONTHS_SINCE, outcomes_known_until
from db.reader import SqlPortfolioReader
from tests.db.conftest import loan, payments, portfolio, put

YEAR = ("2025-11", "2025-12", *(f"2026-{month:02}" for month in range(1, 11)))


def until(engine) -> date | None:
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT id FROM books WHERE name = 'own'").scalar_one()
        return outcomes_known_until(connection, number)


def paid(on: str, loan_ref: str = "A") -> dict[str, object]:
    return {"loan_ref": loan_ref, "paid_on": on, "amount": 20.0}


def test_a_book_without_payments_says_nothing(engine, writer):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    assert until(engine) is None


def months(*days: str, loan_ref: str = "A") -> list[dict[str, object]]:
    return [paid(day, loan_ref) for day in days]


@pytest.mark.parametrize(
    ("newest_payment", "received", "told"),
    [
        ("2026-01-30", "2026-02-03", "2026-01-31"),  # nobody paid on the last day of the month
        ("2026-01-28", "2026-02-03", "2026-01-31"),
        ("2026-01-12", "2026-02-03", "2026-01-15"),  # the file ends within the month
        ("2026-01-30", "2026-01-30", "2026-01-30"),  # no later than it was received
    ],
)
def test_one_portfolio_and_the_payments_since_tell_up_to_the_newest_payment(
    engine, writer, newest_payment, received, told
):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    since = months("2025-11-05", "2025-12-20", newest_payment)
    put(writer, payments(since, received_on=date.fromisoformat(received)))
    assert until(engine) == date.fromisoformat(told)


def test_a_month_without_any_payment_was_not_told(engine, writer):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    put(writer, payments(months("2025-11-05", "2026-01-20"), received_on=date(2026, 2, 3)))
    assert until(engine) == date(2025, 11, 8)


def test_payments_of_loans_that_are_not_in_the_portfolio_reach_nowhere(engine, writer):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    put(writer, payments(months("2025-11-05", "2025-12-20", loan_ref="elsewhere"), received_on=date(2026, 2, 3)))
    assert until(engine) == date(2025, 10, 31)


def test_a_later_portfolio_day_reaches_as_far_as_payments_were_received(engine, writer):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    put(writer, payments(months("2025-11-05"), received_on=date(2026, 9, 20)))
    assert until(engine) == date(2025, 11, 8)
    put(writer, portfolio([loan("A")], "2026-08-31"))
    assert until(engine) == date(2026, 8, 31)
    put(writer, portfolio([loan("A")], "2026-09-30"))
    assert until(engine) == date(2026, 9, 20)


def test_one_portfolio_and_a_year_of_payments_have_outcomes_to_learn_from(engine, writer):
    put(writer, portfolio([loan("A"), loan("B")], "2025-10-31"))
    year = [paid(f"{day}-15") for day in YEAR] + [
        paid("2025-10-31"),
        paid("2026-10-29"),
        paid("2025-12-01", "elsewhere"),
    ]
    put(writer, payments(year, received_on=date(2026, 11, 3)))
    rows = SqlPortfolioReader(engine, "own").training_rows().set_index("loan_ref")
    assert rows["cash_12m"].to_dict() == {"A": 260.0, "B": 0.0}


def test_eleven_months_of_payments_are_no_year(engine, writer):
    put(writer, portfolio([loan("A")], "2025-10-31"))
    put(writer, payments([paid(f"{day}-27") for day in YEAR[:-1]], received_on=date(2026, 11, 3)))
    assert SqlPortfolioReader(engine, "own").training_rows()["cash_12m"].isna().all()


def test_asking_reads_only_the_payments_since_the_newest_portfolio_day(engine):
    plan = f"EXPLAIN QUERY PLAN {_MONTHS_SINCE}"
    with engine.connect() as connection:
        steps = [str(row[3]) for row in connection.exec_driver_sql(plan, {"book": 1, "day": "2026-10-31"})]
    assert any("payments_by_day (book_id=? AND paid_on>?)" in step for step in steps)
    assert not any(step.startswith("SCAN") for step in steps)
