"""What a file says of a day once its outcome is known is not learned from."""

from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from tests.db.conftest import loan, payments, portfolio, put, undo

DAY = "2025-09-30"


@pytest.fixture
def reader(engine):
    return SqlPortfolioReader(engine)


def told_on(received_on: str, *loans, day=DAY, **more):
    return portfolio([*loans], as_of=day, received_on=date.fromisoformat(received_on), **more)


def learned(reader, day=DAY):
    """By loan: days past due and the outcome stated, as a training reads them."""
    rows = reader.training_rows()
    of_day = rows[rows["as_of"] == day].set_index("loan_ref")
    status = of_day["recovery_status"].fillna("")
    return {ref: (int(dpd), status[ref]) for ref, dpd in of_day["dpd"].items()}


def test_a_day_restated_after_its_year_is_learned_from_as_first_told_with_the_outcome_told_since(reader, writer):
    put(writer, told_on("2025-10-05", loan("A", dpd=30), loan("B", dpd=40, extra='{"grade": "x"}'), loan("C", dpd=50)))
    put(writer, payments([{"loan_ref": "A", "paid_on": "2026-01-31", "amount": 7.0}], received_on=date(2026, 11, 1)))
    put(
        writer,
        told_on("2026-11-10", loan("A", dpd=300, recovery_status="Written Off"), loan("B", dpd=40), loan("C", dpd=50)),
    )
    put(writer, told_on("2026-11-10", loan("A"), day="2026-10-31"))
    assert learned(reader) == {"A": (30, "Written Off"), "B": (40, ""), "C": (50, "")}
    rows = reader.training_rows()
    assert len(rows) == 4  # no loan twice; the day of October, told once, is as it is
    assert rows[(rows["loan_ref"] == "A") & (rows["as_of"] == DAY)]["cash_12m"].tolist() == [7.0]
    assert rows[rows["loan_ref"] == "B"]["extra"].tolist() == ['{"grade": "x"}']
    shown = pd.concat(reader.snapshots(date.fromisoformat(DAY)))
    assert shown["dpd"].tolist() == [300, 40, 50]  # what is shown is what is known now


@pytest.mark.parametrize(
    ("received", "dpd"),
    [
        (("2025-10-05", "2025-10-10", "2026-02-01"), 20),  # the newest by ten days after the day
        (("2025-10-05", "2025-10-11"), 10),  # the eleventh day is too late
        (("2025-12-01", "2026-03-01"), 10),  # none by then: the first one
        (("2026-09-29", "2026-11-01"), 10),  # still within its year
        (("2026-09-30", "2026-11-01"), 20),  # a backfill: taken as it stands now
    ],
)
def test_which_file_of_a_day_is_learned_from(reader, writer, received, dpd):
    for place, on in enumerate(received, start=1):
        put(writer, told_on(on, loan("A", dpd=10 * place)))
    assert learned(reader) == {"A": (dpd, "")}


def test_a_file_that_was_taken_back_and_a_row_carried_forward_tell_nothing(reader, writer):
    put(writer, told_on("2025-09-05", loan("A", dpd=1), loan("B", dpd=2), day="2025-08-31"))
    put(writer, told_on("2025-10-01", loan("B", dpd=32), scope="partial"))  # carries A forward
    [wrong] = put(writer, told_on("2025-10-02", loan("A", dpd=99), loan("B", dpd=98)))
    undo(writer, wrong)
    put(writer, told_on("2025-11-30", loan("A", dpd=31), loan("B", dpd=77)))
    assert learned(reader) == {"A": (31, ""), "B": (32, "")}
    assert pd.isna(reader.training_rows()["cash_12m"]).all()
