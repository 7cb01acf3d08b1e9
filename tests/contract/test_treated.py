"""From which day, strategy and facts effects are measured, and what came of each loan: on the fake and on the store."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, actions, loan, payments, portfolio, put, undo
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

JUNE, JULY, AUGUST = "2025-06-30", "2025-07-31", "2025-08-31"
RECEIVED = date(2026, 7, 2)
TRIAL = {"trial": "Offers", "arm": "Offer", "assignment_probability": 0.25}
LOANS = {
    JUNE: [
        loan("PAYS", strategy="Legal", assigned_on="2025-06-10", dpd=70, borrower_ref="B1"),
        loan("HELD", strategy="Legal", hold="dispute"),
        loan("CURRENT", strategy="Standard", dpd=0),
        loan("SILENT"),
        loan("DRAWN", strategy="Settlement", **TRIAL),
        loan("LATE", strategy="Legal", assigned_on="2025-05-01"),
        loan("INTIME", strategy="Legal", assigned_on="2025-05-31"),
        loan("PAID", strategy="Standard", status="paid"),
        loan("NOTHING", balance=0.0, strategy="Standard"),
    ],
    JULY: [
        loan("PAYS", balance=700.0, strategy="Standard"),
        loan("HELD", balance=800.0, strategy="Legal"),
        loan("CURRENT", strategy="Standard", dpd=5),
        loan("YOUNG", strategy="Standard"),
    ],
}
PAID = [
    {"loan_ref": "PAYS", "paid_on": JUNE, "amount": 999.0},  # on the day itself: before the window
    {"loan_ref": "PAYS", "paid_on": "2025-07-01", "amount": 100.0, "payment_ref": "P1"},
    {"loan_ref": "PAYS", "paid_on": "2025-09-28", "amount": 10.0},  # the ninetieth day
    {"loan_ref": "PAYS", "paid_on": "2025-09-29", "amount": 1.0},
    {"loan_ref": "PAYS", "paid_on": "2026-06-30", "amount": 5.0},
    {"loan_ref": "PAYS", "paid_on": "2026-07-01", "amount": 2000.0},  # after the window
    {"loan_ref": "PAYS", "paid_on": "2026-06-02", "amount": 40.0, "payment_kind": "reversal", "reverses_ref": "P1"},
    {"loan_ref": "PAYS", "paid_on": "2025-08-01", "amount": 300.0, "payment_kind": "waiver"},
    {"loan_ref": "DRAWN", "paid_on": "2025-08-01", "amount": 7.0},
]
DONE = [
    {"loan_ref": "PAYS", "acted_on": "2025-06-20", "action": "letter", "cost": 500.0},  # before the day
    {"loan_ref": "PAYS", "acted_on": "2025-08-20", "action": "court filing", "cost": 60.5},
    {"loan_ref": "PAYS", "acted_on": "2025-09-20", "action": "call"},
    {"loan_ref": "PAYS", "acted_on": "2026-07-01", "action": "letter", "cost": 70.0},
]


def told(days=LOANS, paid=PAID, done=DONE, received=RECEIVED):
    """The days as a full file each, with the newest one far enough on for a year to be over."""
    files = [portfolio(rows, as_of=day, received_on=date.fromisoformat(day)) for day, rows in days.items()]
    files.append(portfolio([loan("PAYS", strategy="Standard")], as_of="2026-06-30", received_on=date(2026, 7, 1)))
    files += [payments(paid, received_on=received)] if paid else []
    return files + ([actions(done, received_on=received)] if done else [])


def fake(files):
    rows = {kind: [file.frame for file in files if file.kind == kind] for kind in ("portfolio", "payments", "actions")}
    frames = [pd.concat(rows[kind], ignore_index=True) if rows[kind] else None for kind in rows]
    until = {f"{kind}_until": RECEIVED for kind in ("payments", "actions") if rows[kind]}
    return FakePortfolioReader(*frames, **until)


class Books:
    """Readers on files, of either kind."""

    def __init__(self, kind, path):
        self.kind, self.path, self.engines = kind, path, []

    def __call__(self, files=None):
        files = told() if files is None else files
        if self.kind == "fake":
            return fake(files)
        engine = new_store(self.path / f"{len(self.engines)}.db")
        self.engines.append(engine)
        put(SqlPortfolioWriter(engine, lambda: NOON), *files)
        return SqlPortfolioReader(engine)


@pytest.fixture(params=["fake", "sql"])
def book_of(request, tmp_path):
    books = Books(request.param, tmp_path)
    yield books
    for engine in books.engines:
        engine.dispose()


def by_loan(reader):
    return reader.treated_rows().set_index("loan_ref")


def test_a_loan_counts_from_the_first_day_it_could_be_worked_under_a_strategy(book_of):
    rows = by_loan(book_of())
    days = rows["as_of"].to_dict()
    assert days == {
        "PAYS": JUNE, "DRAWN": JUNE, "LATE": JUNE, "INTIME": JUNE, "HELD": JULY, "CURRENT": JULY, "YOUNG": JULY,
    }  # fmt: skip
    assert rows["strategy"].to_dict() == {
        "PAYS": "Legal", "DRAWN": "Settlement", "LATE": "Legal", "INTIME": "Legal", "HELD": "Legal", "CURRENT": "Standard",
        "YOUNG": "Standard",
    }  # fmt: skip
    assert rows.loc["HELD", "balance"] == 800.0
    assert (rows.loc["PAYS", "dpd"], rows.loc["PAYS", "borrower_ref"]) == (70, "B1")


def test_cash_and_costs_are_those_of_the_window_and_a_reversal_counts_back(book_of):
    row = by_loan(book_of()).loc["PAYS"]
    assert row["cash_90d"] == 100 - 40 + 10
    assert row["cash_12m"] == 100 - 40 + 10 + 1 + 5
    assert row["cost_12m"] == 60.5


def test_a_loan_without_payments_or_actions_brought_and_cost_nothing(book_of):
    row = by_loan(book_of()).loc["INTIME"]
    assert (row["cash_90d"], row["cash_12m"], row["cost_12m"]) == (0, 0, 0)


def test_a_window_that_is_not_over_has_no_outcome(book_of):
    row = by_loan(book_of()).loc["YOUNG"]
    assert row[["cash_12m", "cost_12m"]].isna().all()
    assert row["cash_90d"] == 0


def test_a_loan_that_came_under_another_strategy_is_marked_and_counts_for_its_first(book_of):
    rows = by_loan(book_of())
    assert rows.index[rows["changed_later"]].tolist() == ["PAYS"]


def test_a_strategy_that_began_more_than_31_days_before_its_first_snapshot_is_marked(book_of):
    rows = by_loan(book_of())
    assert rows.index[rows["begun_earlier"]].tolist() == ["LATE"]
    assert rows["assigned_on"].dropna().to_dict() == {
        "PAYS": "2025-06-10", "LATE": "2025-05-01", "INTIME": "2025-05-31",
    }  # fmt: skip


def test_chance_is_told_with_its_trial(book_of):
    row = by_loan(book_of()).loc["DRAWN"]
    assert (row["decided_by"], row["trial"], row["arm"], row["assignment_probability"]) == (
        "trial",
        "Offers",
        "Offer",
        0.25,
    )
    other = by_loan(book_of()).loc["PAYS"]
    assert other["decided_by"] == "file"
    assert pd.isna([other["trial"], other["arm"], other["assignment_probability"]]).all()


def test_without_costs_or_payments_nothing_is_made_up(book_of):
    costless = [{name: value for name, value in row.items() if name != "cost"} for row in DONE]
    assert by_loan(book_of(told(done=costless)))["cost_12m"].isna().all()
    assert by_loan(book_of(told(done=None)))["cost_12m"].isna().all()
    rows = by_loan(book_of(told(paid=None)))
    assert rows[["cash_90d", "cash_12m"]].isna().all().all()
    assert rows.loc["PAYS", "cost_12m"] == 60.5


def test_without_payments_the_first_day_that_states_an_outcome_counts_whatever_the_status(book_of):
    days = {
        JUNE: [loan("A", strategy="Legal"), loan("B", strategy="Legal", dpd=0, recovery_status="Fully Recovered", status="paid")],
        JULY: [loan("A", balance=900.0, strategy="Legal", recovered_amount=12.0), loan("C", strategy="Standard")],
    }  # fmt: skip
    rows = by_loan(book_of(told(days, paid=None, done=None)[:-1]))
    assert rows["as_of"].to_dict() == {"B": JUNE, "A": JULY, "C": JULY}
    assert rows.loc["A", "recovered_amount"] == 12.0


def test_a_book_without_strategies_has_no_rows_but_every_column(book_of):
    rows = book_of([portfolio([loan("A")], as_of=JUNE)]).treated_rows()
    assert len(rows) == 0
    named = {
        "strategy",
        "assigned_on",
        "decided_by",
        "cash_90d",
        "cash_12m",
        "cost_12m",
        "changed_later",
        "begun_earlier",
    }
    assert named | {"balance", "dpd", "extra", "batch_id", "loan_ref", "borrower_ref"} <= set(rows.columns)


# --- what only a store can tell --------------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path):
    engine = new_store(tmp_path / "store.db")
    yield SqlPortfolioWriter(engine, lambda: NOON), SqlPortfolioReader(engine)
    engine.dispose()


def test_what_was_undone_brought_and_cost_nothing_and_gave_no_strategy(stored):
    writer, reader = stored
    put(writer, *told()[:3])
    wrong = put(writer, *told()[3:], portfolio([loan("NEW", strategy="Legal")], as_of=AUGUST, scope="partial"))
    assert "NEW" in by_loan(reader).index
    for number in wrong:
        undo(writer, number)
    rows = by_loan(reader)
    assert "NEW" not in rows.index
    assert rows[["cash_12m", "cost_12m"]].isna().all().all()


def test_a_day_restated_later_keeps_its_first_facts_and_takes_its_newest_strategy(stored):
    writer, reader = stored
    put(writer, *told())
    restated = [loan("PAYS", balance=1.0, dpd=400, strategy="Settlement", borrower_ref="B1"), *LOANS[JUNE][1:]]
    put(writer, portfolio(restated, as_of=JUNE, received_on=date(2026, 7, 3)))
    row = by_loan(reader).loc["PAYS"]
    assert (row["balance"], row["dpd"], row["strategy"], row["as_of"]) == (1000.0, 70, "Settlement", JUNE)
    assert row["cash_12m"] == 76
    assert reader.treated_rows()["loan_ref"].is_unique


def test_a_strategy_that_a_person_gave_counts_from_the_first_day_after_it(stored):
    writer, reader = stored
    put(writer, portfolio([loan("SILENT"), loan("OTHER", strategy="Standard")], as_of=JUNE))
    with writer.unit("own", kind="decision", known_on=date(2025, 7, 20), who="ana") as unit:
        unit.decide(["SILENT", "OTHER"], "Legal", date(2025, 7, 20))
    put(writer, portfolio([loan("SILENT"), loan("OTHER", strategy="Legal")], as_of=JULY))
    put(writer, payments([{"loan_ref": "OTHER", "paid_on": "2025-09-01", "amount": 5.0}]))
    rows = by_loan(reader)
    assert rows["as_of"].to_dict() == {"OTHER": JUNE, "SILENT": JULY}
    assert rows["strategy"].to_dict() == {"OTHER": "Standard", "SILENT": "Legal"}
    assert rows["decided_by"].to_dict() == {"OTHER": "file", "SILENT": "person"}
    assert rows.loc["SILENT", "assigned_on"] == "2025-07-20"
    assert rows["changed_later"].to_dict() == {"OTHER": True, "SILENT": False}


def test_facts_carried_forward_count_as_they_stood(stored):
    writer, reader = stored
    put(writer, portfolio([loan("A", strategy="Legal"), loan("B", dpd=0, strategy="Standard")], as_of=JUNE))
    put(writer, portfolio([loan("B", strategy="Standard")], as_of=JULY, scope="partial"))
    put(writer, payments([{"loan_ref": "A", "paid_on": "2025-09-01", "amount": 5.0}]))
    assert by_loan(reader)["as_of"].to_dict() == {"A": JUNE, "B": JULY}
