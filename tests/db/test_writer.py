"""Storing batches: rows, who speaks, carried rows, assignments, decisions, and what is refused."""

import threading
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import DuplicateBatch, Refused, Reject, UnknownBatch
from tests.db.conftest import (
    KNOWN_ON,
    NOON,
    actions,
    assert_cubes_equal_rows,
    cell,
    loan,
    payments,
    portfolio,
    put,
    rows_of,
    score_rows,
    undo,
)

JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
SPEAK = "SELECT l.loan_ref, s.balance, s.carried_from FROM snapshots s JOIN loans l ON l.id = s.loan_id WHERE s.live = 1 AND s.as_of = ? ORDER BY 1"
TOLD = (
    "SELECT l.loan_ref, a.assigned_on, a.strategy, a.decided_by, a.trial, a.arm FROM assignments a "
    "JOIN loans l ON l.id = a.loan_id WHERE a.live = 1 ORDER BY 1, 2, a.id"
)


def unit_of(writer, kind="decision", book="own"):
    return writer.unit(book, kind=kind, known_on=KNOWN_ON, who="ana")


def test_money_is_kept_in_whole_hundredths_and_absent_values_stay_absent(engine, writer):
    rows = [loan("A", 1234.56, 3, monthly_income=0.29, age=None, region=""), loan("B", 0.1, 0, age=41)]
    put(writer, portfolio(rows, JANUARY))
    kept = rows_of(
        engine, "SELECT balance, monthly_income, age, region, bucket, status, line FROM snapshots ORDER BY id"
    )
    assert kept == [(123456, 29, None, None, "1-29", "open", 2), (10, None, 41, None, "Current", "open", 3)]


def test_a_batch_keeps_its_record_totals_and_rejects(engine, writer):
    wrong = (Reject(4, "Days_Past_Due", "soon", "is not a number"),)
    put(writer, portfolio([loan("A")], JANUARY, rejects=wrong, findings=("Day assumed.",)))
    record = rows_of(engine, "SELECT status, rows, accepted, rejected, first_day, last_day, findings, who FROM batches")
    assert record == [("committed", 2, 1, 1, JANUARY, JANUARY, '["Day assumed."]', "ana")]
    assert rows_of(engine, 'SELECT line, "column", value, reason FROM rejects') == [
        (4, "Days_Past_Due", "soon", "is not a number")
    ]


def test_a_refused_file_is_kept_outside_the_facts_and_does_not_block_its_correction(engine, writer):
    wrong = tuple(Reject(line, "Days_Past_Due", "x", "is not a number") for line in (2, 3))
    refused = portfolio([], rejects=wrong)
    assert writer.record_refusal("own", refused, "ana") == 1
    assert writer.record_refusal("own", refused, "ana") == 2
    assert rows_of(engine, "SELECT status, rows, accepted, rejected FROM batches")[0] == ("refused", 2, 0, 2)
    assert rows_of(engine, "SELECT count(*) FROM rejects WHERE batch_id = 1") == [(2,)]
    assert rows_of(engine, "SELECT count(*) FROM revisions") == [(0,)]
    with pytest.raises(UnknownBatch, match="Batch 1 was refused"):
        undo(writer, 1)


def test_the_same_content_is_refused_with_the_number_it_has(engine, writer):
    batch = portfolio([loan("A")], JANUARY)
    put(writer, batch)
    with pytest.raises(DuplicateBatch, match="in the book already, as batch 1"):
        put(writer, batch)
    assert put(writer, batch, book="sample") == [2]
    assert rows_of(engine, "SELECT count(*) FROM snapshots") == [(2,)]


def test_of_four_simultaneous_uploads_of_a_file_one_is_stored(engine, writer):
    batch, answers = portfolio([loan("A")], JANUARY), []

    def upload():
        try:
            answers.append(put(writer, batch)[0])
        except DuplicateBatch as duplicate:
            answers.append(f"duplicate of {duplicate.batch_id}")

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [1, "duplicate of 1", "duplicate of 1", "duplicate of 1"]
    assert cell(engine, "cube_stock", "loans") == (1,)


def test_a_file_without_rows_is_refused(writer):
    with pytest.raises(Refused, match=r"portfolio\.csv has no rows"):
        put(writer, portfolio([], JANUARY))


def test_one_revision_stores_one_batch(writer):
    def store_two():
        with unit_of(writer, "batch") as unit:
            unit.append(portfolio([loan("A")], JANUARY))
            unit.append(portfolio([loan("A")], FEBRUARY))

    with pytest.raises(ValueError, match="one revision stores one batch"):
        store_two()


def test_an_error_in_the_middle_leaves_nothing_behind(engine, writer):
    put(writer, portfolio([loan("A")], JANUARY))

    def stumble():
        with unit_of(writer, "batch") as unit:
            unit.append(portfolio([loan("A"), loan("B")], FEBRUARY))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert rows_of(engine, "SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM snapshots)") == [(1, 1)]
    put(writer, portfolio([loan("B")], FEBRUARY))
    assert_cubes_equal_rows(engine)


def test_a_full_file_replaces_its_day_and_a_partial_one_only_its_loans(engine, writer):
    put(writer, portfolio([loan("A", 1), loan("B", 2)], JANUARY))
    put(writer, portfolio([loan("B", 3), loan("C", 4)], JANUARY))
    assert rows_of(engine, SPEAK, JANUARY) == [("B", 300, None), ("C", 400, None)]
    put(writer, portfolio([loan("C", 5)], JANUARY, scope="partial"))
    assert rows_of(engine, SPEAK, JANUARY) == [("B", 300, None), ("C", 500, None)]
    assert_cubes_equal_rows(engine)


def test_a_partial_day_carries_the_open_loans_of_the_day_before(engine, writer):
    put(writer, portfolio([loan("A", 1), loan("B", 2), loan("P", 9, status="paid")], JANUARY))
    put(writer, portfolio([loan("B", 3)], FEBRUARY, scope="partial"))
    assert rows_of(engine, SPEAK, FEBRUARY) == [("A", 100, JANUARY), ("B", 300, None)]
    put(writer, portfolio([loan("A", 4)], FEBRUARY, scope="partial"))
    assert rows_of(engine, SPEAK, FEBRUARY) == [("A", 400, None), ("B", 300, None)]
    assert_cubes_equal_rows(engine)


def test_carried_rows_follow_the_day_they_came_from(engine, writer):
    put(writer, portfolio([loan("A", 1), loan("B", 2)], JANUARY))
    put(writer, portfolio([loan("B", 3)], FEBRUARY, scope="partial"))
    put(writer, portfolio([loan("B", 4)], MARCH, scope="partial"))
    corrected = put(writer, portfolio([loan("A", 7), loan("B", 2)], JANUARY))
    assert rows_of(engine, SPEAK, MARCH) == [("A", 700, FEBRUARY), ("B", 400, None)]
    undo(writer, corrected[0])
    assert rows_of(engine, SPEAK, MARCH) == [("A", 100, FEBRUARY), ("B", 400, None)]
    assert_cubes_equal_rows(engine)


def test_a_carried_row_is_no_statement_about_the_strategy(engine, writer):
    put(writer, portfolio([loan("A", strategy="Standard"), loan("B")], JANUARY))
    with unit_of(writer) as unit:
        unit.decide(["A"], "Legal", date(2026, 2, 10))
    put(writer, portfolio([loan("B")], FEBRUARY, scope="partial"))
    assert rows_of(engine, "SELECT strategy FROM snapshots WHERE carried_from IS NOT NULL") == [("Legal",)]
    assert [row[2] for row in rows_of(engine, TOLD)] == ["Standard", "Legal"]


def test_a_corrected_newest_day_takes_back_the_placement_and_the_assignment_it_had_made(engine, writer):
    put(writer, portfolio([loan("A", 100, 0, strategy="Standard"), loan("B", 50, 30)], JANUARY))
    put(writer, portfolio([loan("A", 90, 30, strategy="Legal"), loan("B", 50, 60)], FEBRUARY))
    assert cell(engine, "cube_placed", "loans, balance") == (2, 14000)
    put(writer, portfolio([loan("A", 90, 0, strategy="Standard"), loan("B", 50, 60)], FEBRUARY))
    assert cell(engine, "cube_placed", "loans, balance") == (1, 5000)
    assert rows_of(engine, TOLD) == [("A", JANUARY, "Standard", "file", None, None)]


def test_a_strategy_first_told_the_month_after_the_placement_is_the_episodes(engine, writer):
    put(writer, portfolio([loan("A", 100, 30), loan("B", 50, 30)], JANUARY))
    put(writer, portfolio([loan("A", 90, 60, strategy="Legal"), loan("B", 50, 60)], FEBRUARY))
    assert cell(engine, "cube_placed", "loans, balance", strategy="Legal") == (1, 10000)
    assert cell(engine, "cube_placed", "loans, balance", strategy="not stated") == (1, 5000)
    assert_cubes_equal_rows(engine)


def test_a_full_file_for_a_partial_day_ends_its_carried_rows(engine, writer):
    put(writer, portfolio([loan("A", 1), loan("B", 2)], JANUARY))
    put(writer, portfolio([loan("B", 3)], FEBRUARY, scope="partial"))
    put(writer, portfolio([loan("B", 4)], FEBRUARY))
    assert rows_of(engine, SPEAK, FEBRUARY) == [("B", 400, None)]
    assert_cubes_equal_rows(engine)


def test_overlapping_payment_files_count_a_numbered_payment_once_and_an_unnumbered_one_each_time(engine, writer):
    put(writer, portfolio([loan("A", 1000, 30)], JANUARY))
    numbered = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 10.0, "payment_ref": "P1", "payment_kind": "cash"}
    bare = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 1.0, "payment_kind": "cash"}
    put(writer, payments([numbered, bare]), payments([numbered, bare, {**numbered, "payment_ref": "P2"}]))
    assert cell(engine, "cube_cash", "payments, cash") == (4, 1000 + 1000 + 200)
    assert_cubes_equal_rows(engine)


def test_a_payment_number_told_of_another_loan_moves_the_cash(engine, writer):
    put(writer, portfolio([loan("A", 1000, 30, region="North"), loan("B", 10, 30, region="South")], JANUARY))
    paid = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 10.0, "payment_ref": "P1", "payment_kind": "cash"}
    put(writer, payments([paid]), payments([{**paid, "loan_ref": "B"}]))
    assert cell(engine, "cube_cash", "cash", region="North") == (0,)
    assert cell(engine, "cube_cash", "cash", region="South") == (1000,)


def test_a_reversal_that_names_a_payment_of_another_loan_keeps_its_own_day(engine, writer):
    paid = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 10.0, "payment_ref": "P1", "payment_kind": "cash"}
    wrong = {**paid, "loan_ref": "B", "paid_on": "2026-03-05", "payment_ref": "P2", "reverses_ref": "P1"}
    put(writer, payments([paid, {**wrong, "payment_kind": "reversal"}]))
    assert rows_of(engine, "SELECT amount, effective_on FROM payments ORDER BY id") == [
        (1000, "2026-02-03"),
        (-1000, "2026-03-05"),
    ]


def test_payments_and_actions_may_come_before_the_loan_and_find_its_borrower_later(engine, writer):
    put(writer, actions([{"loan_ref": "A", "acted_on": "2026-02-10", "action": "call"}]))
    put(writer, portfolio([loan("A", borrower_ref="X"), loan("B", borrower_ref="X")], JANUARY))
    named = "SELECT l.loan_ref, b.borrower_ref FROM loans l JOIN borrowers b ON b.id = l.borrower_id ORDER BY 1"
    assert rows_of(engine, named) == [("A", "X"), ("B", "X")]


def test_a_file_that_names_no_borrower_keeps_the_one_the_loan_has(engine, writer):
    put(writer, portfolio([loan("A", borrower_ref="X")], JANUARY), portfolio([loan("A"), loan("B")], FEBRUARY))
    named = "SELECT s.as_of, b.borrower_ref FROM snapshots s JOIN borrowers b ON b.id = s.borrower_id ORDER BY s.id"
    assert rows_of(engine, named) == [(JANUARY, "X"), (FEBRUARY, "X"), (FEBRUARY, "(loan B)")]
    assert rows_of(engine, "SELECT count(*) FROM borrowers") == [(2,)]


def test_promises_are_made_where_an_amount_or_a_day_was_given(engine, writer):
    call = {"loan_ref": "A", "acted_on": "2026-02-10", "action": "call"}
    promised = [call, {**call, "promise_amount": 12.5}, {**call, "promise_due": "2026-03-01"}]
    put(writer, actions(promised))
    kept = "SELECT action_id, promised_on, due_on, amount, live FROM promises ORDER BY id"
    assert rows_of(engine, kept) == [(2, "2026-02-10", None, 1250, 1), (3, "2026-02-10", "2026-03-01", None, 1)]


def test_the_strategy_is_the_stated_one_then_the_collection_method_then_the_last_given(engine, writer):
    january = [
        loan("A", strategy="reminder", collection_method="Debt Collectors"),
        loan("B", collection_method="Debt Collectors", legal_action_taken="Yes"),
        loan("C", strategy="Own way"),
        loan("D", legal_action_taken="Yes"),
    ]
    put(writer, portfolio(january, JANUARY), portfolio([loan(ref) for ref in "ABCD"], FEBRUARY))
    said = (
        "SELECT l.loan_ref, s.strategy FROM snapshots s JOIN loans l ON l.id = s.loan_id WHERE s.as_of = ? ORDER BY 1"
    )
    expected = [("A", "Standard"), ("B", "Legal"), ("C", "Own way"), ("D", None)]
    assert rows_of(engine, said, JANUARY) == expected
    assert rows_of(engine, said, FEBRUARY) == expected


def test_assignments_are_written_when_the_strategy_changes_or_a_test_begins(engine, writer):
    put(
        writer,
        portfolio([loan("A", strategy="Standard", assigned_on="2026-01-10"), loan("B", strategy="Legal")], JANUARY),
        portfolio([loan("A", strategy="Standard", trial="Wording", arm="B"), loan("B", strategy="Legal")], FEBRUARY),
    )
    assert [row[:2] for row in rows_of(engine, TOLD)] == [("A", "2026-01-10"), ("A", FEBRUARY), ("B", JANUARY)]
    put(writer, portfolio([loan("A", strategy="Legal", assigned_on="2026-01-10"), loan("B", strategy="Legal")], MARCH))
    assert rows_of(engine, TOLD) == [
        ("A", "2026-01-10", "Standard", "file", None, None),
        ("A", FEBRUARY, "Standard", "trial", "Wording", "B"),
        ("A", MARCH, "Legal", "file", None, None),
        ("B", JANUARY, "Legal", "file", None, None),
    ]


def test_a_person_puts_loans_under_a_strategy_and_is_asked_about_by_to_score(engine, writer):
    put(writer, portfolio([loan("A", strategy="Standard"), loan("B", strategy="Standard")], JANUARY), score=score_rows)
    with unit_of(writer) as unit:
        assert unit.decide(["A", "A"], "legal notice", date(2026, 2, 10)) == 1
        asked = unit.to_score()
    assert asked[["loan_ref", "confirmed"]].values.tolist() == [["A", "Legal"]]
    assert rows_of(engine, TOLD)[1] == ("A", "2026-02-10", "Legal", "person", None, None)
    with unit_of(writer, "scoring") as unit:
        confirmed = unit.all_on(date(2026, 1, 31)).set_index("loan_ref")["confirmed"]
    assert (confirmed["A"], confirmed["B"]) == ("Legal", None)


def test_a_decision_outlives_silent_files_and_gives_way_to_a_later_statement(engine, writer):
    put(writer, portfolio([loan("A", strategy="Standard")], JANUARY))
    with unit_of(writer) as unit:
        unit.decide(["A"], "Legal", date(2026, 2, 10))
    put(writer, portfolio([loan("A")], FEBRUARY), portfolio([loan("A", strategy="Settlement")], MARCH))
    assert rows_of(engine, "SELECT as_of, strategy FROM snapshots ORDER BY as_of") == [
        (JANUARY, "Standard"),
        (FEBRUARY, "Legal"),
        (MARCH, "Settlement"),
    ]
    assert [row[1:4] for row in rows_of(engine, TOLD)] == [
        (JANUARY, "Standard", "file"),
        ("2026-02-10", "Legal", "person"),
        (MARCH, "Settlement", "file"),
    ]
    assert_cubes_equal_rows(engine)


def test_a_statement_after_a_decision_that_differs_from_it_takes_over_though_it_came_first(engine, writer):
    for day in (JANUARY, FEBRUARY):
        put(writer, portfolio([loan("A", strategy="Standard")], day))
    with unit_of(writer) as unit:
        unit.decide(["A"], "Legal", date(2026, 2, 10))
    assert [row[1:4] for row in rows_of(engine, TOLD)] == [
        (JANUARY, "Standard", "file"),
        ("2026-02-10", "Legal", "person"),
        (FEBRUARY, "Standard", "file"),
    ]


def test_a_decision_on_the_day_of_a_placement_is_the_strategy_of_its_episode(engine, writer):
    put(writer, portfolio([loan("A", 100, 30), loan("B", 100, 30)], JANUARY))
    with unit_of(writer) as unit:
        unit.decide(["A"], "Settlement", date(2026, 2, 10))
    assert cell(engine, "cube_placed", "loans", strategy="Settlement") == (1,)
    assert cell(engine, "cube_placed", "loans", strategy="not stated") == (1,)
    assert_cubes_equal_rows(engine)


@pytest.mark.parametrize(
    ("refs", "strategy", "found"),
    [
        (["A"], "smoke signals", "There is no strategy 'smoke signals'"),
        (["A", "nobody"], "Legal", r"1 of the loans are not in the book \(nobody\)"),
        (["disputed"], "Legal", r"on hold \(disputed: dispute\)"),
        (["A", "related"], "Legal", r"on hold \(related: deceased\)"),
        (["paid"], "Legal", r"are not open \(paid: paid\)"),
    ],
)
def test_decisions_on_loans_that_may_not_be_worked_are_refused_whole(engine, writer, refs, strategy, found):
    rows = [
        loan("A"),
        loan("disputed", hold="dispute"),
        loan("late owner", borrower_ref="X", hold="deceased"),
        loan("related", borrower_ref="X"),
        loan("paid", 0, 0, status="paid"),
    ]
    put(writer, portfolio(rows, JANUARY))
    with pytest.raises(Refused, match=found), unit_of(writer) as unit:
        unit.decide(refs, strategy, KNOWN_ON)
    assert rows_of(engine, TOLD) == []


def test_to_score_tells_what_the_file_said_in_currency_with_the_borrowers_other_loans(writer):
    rows = [loan("A", 10.25, 5, borrower_ref="X", monthly_income=99.99), loan("B", borrower_ref="X"), loan("C")]
    put(writer, portfolio(rows, JANUARY), score=score_rows)
    with unit_of(writer, "batch") as unit:
        unit.append(portfolio([loan("A", 9.25, 6, borrower_ref="X", age=50)], JANUARY, scope="partial"))
        frame = unit.to_score().set_index("loan_ref")
        assert unit.all_on(date(2026, 1, 31))["loan_ref"].tolist() == ["B", "C", "A"]
    assert sorted(frame.index) == ["A", "B"]
    assert frame.loc["A", ["borrower_ref", "as_of", "balance", "dpd", "age"]].tolist() == ["X", JANUARY, 9.25, 6, 50.0]
    assert frame.loc["B", "hold"] is None
    assert pd.isna(frame.loc["A", "monthly_income"])
    assert frame.loc["A", "confirmed"] is None


def test_scores_are_kept_in_hundredths_and_replace_the_ones_before(engine, writer):
    put(writer, portfolio([loan("A", 100, 150)], JANUARY), score=score_rows)
    with unit_of(writer, "scoring") as unit:
        frame = unit.all_on(date(2026, 1, 31))
        unit.put_scores(score_rows(frame, expected_recovery=12.34), None)
        unit.put_scores(score_rows(frame).head(0), None)
        assert unit.to_score().empty
    kept = rows_of(engine, "SELECT live, expected_recovery, expected_net, needs_confirmation, reasons FROM scores")
    assert kept == [(0, 2500, None, 1, '["overdue"]'), (1, 1234, None, 1, '["overdue"]')]


def test_what_made_a_score_is_kept_as_it_was_told_or_not_at_all(engine, writer):
    put(writer, portfolio([loan("A", 100, 90), loan("B", 50, 0)], JANUARY))
    told = '{"base":0.25,"margin":0.5,"parts":{"arrears":0.25}}'
    with unit_of(writer, "scoring") as unit:
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), contributions=[told, None]), None)
    assert rows_of(engine, "SELECT contributions FROM scores ORDER BY snapshot_id") == [(told,), (None,)]


def test_matured_rates_pool_the_first_twelve_months_of_old_placements(writer):
    days = ["2025-01-31", "2025-06-30", "2026-01-31"]
    put(writer, *(portfolio([loan("A", 1000, 45), loan("B", 500, 45), loan("C", 70, 100)], day) for day in days[:1]))
    put(writer, portfolio([loan("young", 9, 45)], days[1]), portfolio([loan("young", 9, 45)], days[2]))
    with unit_of(writer, "scoring") as unit:
        assert unit.matured_rates().empty
    paid = {"paid_on": "2025-02-01", "payment_kind": "cash"}
    rows = [
        {**paid, "loan_ref": "A", "amount": 100.0, "payment_ref": "P1"},
        {
            **paid,
            "loan_ref": "A",
            "amount": 30.0,
            "payment_ref": "P2",
            "payment_kind": "reversal",
            "paid_on": "2026-03-01",
            "reverses_ref": "P1",
        },
        {**paid, "loan_ref": "B", "amount": 50.0, "payment_ref": "P3", "paid_on": "2026-01-31"},
        {**paid, "loan_ref": "C", "amount": 7.0, "payment_ref": "P4", "payment_kind": "waiver"},
    ]
    put(writer, payments(rows))
    with unit_of(writer, "scoring") as unit:
        rates = unit.matured_rates()
    assert rates.values.tolist() == [["30-59", 2, 1500.0, 70.0], ["90-119", 1, 70.0, 0.0]]


def test_a_book_is_on_show_once_it_is_said_and_a_lenders_own_from_the_start(engine, writer):
    shown = "SELECT name FROM books WHERE shown = 1"
    put(writer, portfolio([loan("A")], JANUARY), book="sample")
    assert rows_of(engine, shown) == []
    with unit_of(writer, "decision") as unit:
        unit.show("own")
    assert rows_of(engine, shown) == [("own",)]
    with unit_of(writer, "decision") as unit:
        unit.show("sample")
    assert rows_of(engine, shown) == [("sample",)]


def test_the_first_book_of_a_store_is_on_show_where_it_is_the_lenders_own(engine, writer):
    put(writer, portfolio([loan("A")], JANUARY), book="own")
    assert rows_of(engine, "SELECT name FROM books WHERE shown = 1") == [("own",)]


def test_a_redated_batch_stands_under_the_other_day_with_its_rows_and_rejects(engine, writer):
    wrong = (Reject(3, "Days_Past_Due", "soon", "is not a number"),)
    number = put(writer, portfolio([loan("A", 5, strategy="Legal")], MARCH, rejects=wrong, as_of_assumed=True))[0]
    with unit_of(writer, "redate") as unit:
        assert unit.redate(number, date(2026, 2, 28)) == 2
        unit.put_scores(score_rows(unit.to_score()), None)
    assert rows_of(engine, "SELECT status, as_of, as_of_assumed, first_day FROM batches") == [
        ("undone", MARCH, 1, MARCH),
        ("committed", FEBRUARY, 0, FEBRUARY),
    ]
    assert rows_of(engine, SPEAK, MARCH) == []
    assert rows_of(engine, SPEAK, FEBRUARY) == [("A", 500, None)]
    assert [row[1:3] for row in rows_of(engine, TOLD)] == [(FEBRUARY, "Legal")]
    assert rows_of(engine, "SELECT batch_id, line FROM rejects") == [(1, 3), (2, 3)]
    assert cell(engine, "cube_stock", "loans", as_of=FEBRUARY, band="Low") == (1,)
    assert_cubes_equal_rows(engine)


@pytest.mark.parametrize(
    ("batch", "day", "found"),
    [
        (payments([{"loan_ref": "A", "paid_on": JANUARY, "amount": 1.0}]), date(2026, 2, 28), "a file of payments"),
        (portfolio([loan("A", as_of=JANUARY), loan("A", as_of=FEBRUARY)]), date(2026, 3, 31), "bring their own days"),
        (portfolio([loan("A")], JANUARY), date(2026, 1, 31), "its day already"),
        (portfolio([loan("A")], JANUARY), date(2026, 11, 21), "after 20 Nov 2026"),
    ],
)
def test_what_cannot_be_redated_is_refused_and_stays_as_it_was(engine, writer, batch, day, found):
    number = put(writer, batch)[0]
    with pytest.raises(Refused, match=found), unit_of(writer, "redate") as unit:
        unit.redate(number, day)
    assert rows_of(engine, "SELECT status FROM batches") == [("committed",)]


def test_moments_are_kept_in_utc(engine, writer):
    put(writer, replace(portfolio([loan("A")], JANUARY), received_on=date(2026, 2, 3)))
    assert rows_of(engine, "SELECT received_on, received_at FROM batches") == [
        ("2026-02-03", "2026-11-20T12:00:00+00:00")
    ]
    assert NOON.utcoffset().total_seconds() == 0
