"""Who is new in arrears, and what became of loans a model scored then, on rows worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from db.engine import reading
from db.to_score import CAME_NEW
from tests.db.conftest import loan, payments, portfolio, put, score_rows, undo

FIRST, NEXT, LATER = "2025-06-30", "2025-07-31", "2025-08-31"


@pytest.fixture
def book(engine, writer):
    """Three months: N1 and N2 come into arrears in the second, everybody else is a bystander there."""
    one = [loan("OLD", dpd=5), loan("CURED", dpd=0), loan("N1", dpd=0)]
    two = [
        loan("OLD", dpd=36), loan("CURED", dpd=0), loan("N1", dpd=10), loan("N2", balance=400.0, dpd=20, strategy="Legal"),
        loan("HELD", dpd=10, hold="dispute"), loan("GONE", dpd=10, status="charged_off"), loan("FREE", balance=0.0, dpd=10),
        loan("FINE", dpd=0),
    ]  # fmt: skip
    three = [loan("N1", dpd=41), loan("N2", dpd=51), loan("N3", dpd=1)]
    numbers = put(writer, portfolio(one, FIRST), portfolio(two, NEXT), portfolio(three, LATER))
    put(writer, portfolio([loan("N1", dpd=0)], FIRST), portfolio([loan("N1", dpd=3)], NEXT), book="sample")
    return numbers


def refs(unit, first, last):
    return unit.newcomers(date.fromisoformat(first), date.fromisoformat(last))["loan_ref"].tolist()


def unit_of(writer, kind="scoring"):
    return writer.unit("own", kind=kind, known_on=date(2026, 11, 20), who="ana")


def test_new_are_workable_loans_on_their_first_day_in_arrears_after_the_books_first_day(book, writer):
    with unit_of(writer) as unit:
        assert refs(unit, NEXT, NEXT) == ["N1", "N2"]
        assert refs(unit, FIRST, FIRST) == []
        assert refs(unit, FIRST, LATER) == ["N1", "N2", "N3"]
        frame = unit.newcomers(date.fromisoformat(NEXT), date.fromisoformat(NEXT))
        assert frame["balance"].tolist() == [1000.0, 400.0]
        assert frame.columns.tolist() == unit.all_on(date.fromisoformat(NEXT)).columns.tolist()


def test_after_an_undo_those_are_new_who_come_first_without_it(book, writer):
    undo(writer, book[1])
    with unit_of(writer) as unit:
        assert refs(unit, FIRST, LATER) == ["N1", "N2", "N3"]
        assert refs(unit, NEXT, NEXT) == []


def scored(writer, model_id, risk, day=NEXT):
    with unit_of(writer) as unit:
        frame = unit.all_on(date.fromisoformat(day))
        unit.put_scores(score_rows(frame, source="model", risk_score=risk), model_id)


def outcomes(writer, model_id, *, after=FIRST, stated=False):
    with unit_of(writer) as unit:
        return unit.scored_outcomes(model_id, after=after, stated=stated)


def test_the_score_first_given_is_told_with_the_net_cash_of_the_twelve_months_after(book, writer):
    scored(writer, 7, 0.3)
    scored(writer, 7, 0.9)
    scored(writer, 8, 0.5)
    paid = [
        {"loan_ref": "N1", "paid_on": NEXT, "amount": 1.0}, {"loan_ref": "N1", "paid_on": "2025-08-01", "amount": 20.0},
        {"loan_ref": "N1", "paid_on": "2026-07-31", "amount": 300.0}, {"loan_ref": "N1", "paid_on": "2026-08-01", "amount": 4000.0},
        {"loan_ref": "N1", "paid_on": "2025-09-01", "amount": 50.0, "payment_ref": "P1"},
        {"loan_ref": "N1", "paid_on": "2025-10-01", "amount": 50.0, "payment_kind": "reversal", "reverses_ref": "P1"},
        {"loan_ref": "N1", "paid_on": "2025-10-01", "amount": 60.0, "payment_kind": "waiver"},
        {"loan_ref": "OLD", "paid_on": "2025-10-01", "amount": 77777.0},
    ]  # fmt: skip
    put(writer, payments(paid), portfolio([loan("N1", dpd=9)], "2026-07-31"))
    told, known_until = outcomes(writer, 7)
    assert known_until == date(2026, 8, 4)
    assert told[["as_of", "balance", "strategy", "risk_score", "cash_12m"]].astype(object).fillna("-").values.tolist() == [
        [NEXT, 1000.0, "-", 0.3, 320.0], [NEXT, 400.0, "Legal", 0.3, 0.0],
    ]  # fmt: skip
    assert told["borrower"].nunique() == 2
    assert outcomes(writer, 7, after=NEXT)[0].empty
    assert outcomes(writer, 9)[0].empty


def test_twelve_months_that_are_not_over_or_not_told_have_no_outcome(book, writer):
    scored(writer, 7, 0.3)
    assert outcomes(writer, 7)[1] is None
    put(writer, payments([{"loan_ref": "N1", "paid_on": "2025-08-05", "amount": 20.0}], received_on=date(2026, 7, 30)))
    put(writer, portfolio([loan("N1", dpd=9)], "2026-08-31"))
    told, known_until = outcomes(writer, 7)
    assert known_until == date(2026, 7, 30)
    assert told["cash_12m"].isna().all()


def test_where_the_file_states_outcomes_every_loan_counts_on_its_first_such_day(engine, writer):
    rows = [loan("A", dpd=0, recovery_status="Written Off"), loan("B", dpd=5), loan("C", recovered_amount=12.5)]
    put(writer, portfolio(rows, FIRST), portfolio([loan("A", dpd=0, recovery_status="Fully Recovered")], NEXT))
    scored(writer, 7, 0.3, FIRST)
    scored(writer, 7, 0.4, NEXT)
    told, _ = outcomes(writer, 7, after="", stated=True)
    assert told[["recovery_status", "recovered_amount", "risk_score"]].astype(object).fillna("-").values.tolist() == [
        ["Written Off", "-", 0.3], ["-", 12.5, 0.3],
    ]  # fmt: skip


def test_a_loan_whose_outcome_was_learned_from_is_not_judged_when_a_later_file_repeats_it(engine, writer):
    known = [loan("A", dpd=0, recovery_status="Written Off"), loan("B", dpd=5), loan("C", recovered_amount=12.5)]
    later = [
        loan("A", dpd=0, recovery_status="Written Off"),
        loan("B", dpd=0, recovery_status="Fully Recovered"),
        loan("C", recovered_amount=12.5),
    ]
    put(writer, portfolio(known, FIRST), portfolio(later, NEXT))
    scored(writer, 7, 0.4, NEXT)
    told, _ = outcomes(writer, 7, after=FIRST, stated=True)
    assert told["recovery_status"].tolist() == ["Fully Recovered"]


def test_new_loans_are_found_by_their_placement_without_walking_whole_days(book, engine):
    with reading(engine) as connection:
        query = f"EXPLAIN QUERY PLAN SELECT s.id FROM snapshots s WHERE +s.as_of BETWEEN :day AND :day AND {CAME_NEW}"
        plan = [row[3] for row in connection.exec_driver_sql(query, {"book": 1, "day": NEXT})]
    assert any("SEARCH s USING INTEGER PRIMARY KEY" in step for step in plan), plan
