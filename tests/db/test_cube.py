"""What the cubes count, by hand, and that they always equal their rows."""

from datetime import date

import pytest

from db.cubes.all import recount
from db.engine import writing
from tests.db.conftest import (
    KNOWN_ON,
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

STOCK = "loans, balance, arrears_loans, arrears_balance, workable_loans, workable_balance"
JANUARY, FEBRUARY = "2026-01-31", "2026-02-28"


def test_stock_counts_open_loans_arrears_and_what_may_be_worked(engine, writer):
    rows = [
        loan("A", 100.25, 0),
        loan("B", 200.50, 1),
        loan("C", 300.00, 95, hold="dispute"),
        loan("gone", 999.00, 95, status="charged off"),
    ]
    put(writer, portfolio(rows, JANUARY))
    assert cell(engine, "cube_stock", STOCK, as_of=JANUARY) == (3, 60075, 2, 50050, 1, 20050)
    assert cell(engine, "cube_site", STOCK, as_of=JANUARY) == (3, 60075, 2, 50050, 1, 20050)
    assert_cubes_equal_rows(engine)


def test_a_dispute_binds_its_loan_and_a_hold_about_the_person_every_loan_of_the_borrower(engine, writer):
    rows = [
        loan("A", 1, 30, borrower_ref="X", hold="dispute"),
        loan("B", 2, 30, borrower_ref="X"),
        loan("C", 4, 30, borrower_ref="Y", hold="deceased"),
        loan("D", 8, 30, borrower_ref="Y"),
        loan("E", 16, 30, borrower_ref="Z"),
    ]
    put(writer, portfolio(rows, JANUARY))
    assert cell(engine, "cube_stock", "workable_balance") == (200 + 1600,)


def test_a_hold_that_arrives_in_a_partial_file_binds_the_borrowers_other_loans(engine, writer):
    rows = [loan("C", 4, 30, borrower_ref="Y"), loan("D", 8, 30, borrower_ref="Y"), loan("E", 16, 30)]
    put(writer, portfolio(rows, JANUARY))
    held = [loan("C", 4, 30, borrower_ref="Y", hold="vulnerable")]
    put(writer, portfolio(held, JANUARY, scope="partial"))
    assert cell(engine, "cube_stock", "workable_balance, arrears_balance") == (1600, 2800)
    assert_cubes_equal_rows(engine)


def test_absent_dimensions_are_not_stated_and_scores_give_theirs(engine, writer):
    put(writer, portfolio([loan("A", 100, 150, product="Auto"), loan("B", 50, 10)], JANUARY), score=score_rows)
    with_score = {"product": "Auto", "segment": "long overdue", "band": "High", "proposed": "Legal", "bucket": "120+"}
    assert cell(engine, "cube_stock", "loans, expected_loans, expected_recovery", **with_score) == (1, 1, 2500)
    assert cell(engine, "cube_stock", "loans", product="not stated", strategy="not stated", bucket="1-29") == (1,)


def test_a_new_score_moves_the_loan_to_its_cell_and_keeps_the_total(engine, writer):
    put(writer, portfolio([loan("A", 100, 150), loan("B", 50, 10)], JANUARY), score=score_rows)
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        frame = unit.all_on(date(2026, 1, 31))
        unit.put_scores(score_rows(frame, segment="other", expected_recovery=float("nan")), None)
    assert cell(engine, "cube_stock", "loans, balance", segment="other") == (2, 15000)
    assert cell(engine, "cube_stock", "loans, balance, expected_loans") == (2, 15000, 0)
    assert cell(engine, "cube_placed", "loans", segment="other") == (2,)
    assert_cubes_equal_rows(engine)


def test_cash_belongs_to_the_cohort_of_the_latest_placement_and_waivers_never_count(engine, writer):
    put(writer, portfolio([loan("A", 1000, 30), loan("B", 500, 0)], JANUARY))
    rows = [
        {"loan_ref": "A", "paid_on": "2026-01-30", "amount": 7.0, "payment_kind": "cash"},
        {"loan_ref": "A", "paid_on": "2026-01-31", "amount": 10.10, "payment_kind": "cash"},
        {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 20.20, "payment_kind": "cash"},
        {"loan_ref": "A", "paid_on": "2026-02-04", "amount": 99.00, "payment_kind": "waiver"},
        {"loan_ref": "B", "paid_on": "2026-02-05", "amount": 5.00, "payment_kind": "cash"},
    ]
    put(writer, payments(rows))
    assert cell(engine, "cube_cash", "payments, cash, cash_effective", cohort=JANUARY) == (2, 3030, 3030)
    assert cell(engine, "cube_cash", "payments, cash", month=FEBRUARY) == (1, 2020)
    assert_cubes_equal_rows(engine)


def test_a_reversal_leaves_cash_when_posted_and_effective_cash_when_the_payment_was(engine, writer):
    put(writer, portfolio([loan("A", 1000, 30)], JANUARY))
    paid = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 50.0, "payment_ref": "P1", "payment_kind": "cash"}
    taken = {**paid, "paid_on": "2026-03-05", "payment_ref": "P2", "reverses_ref": "P1", "payment_kind": "reversal"}
    put(writer, payments([taken]))
    assert cell(engine, "cube_cash", "cash, cash_effective", month="2026-03-31") == (-5000, -5000)
    put(writer, payments([paid]))
    assert cell(engine, "cube_cash", "payments, cash, cash_effective", month=FEBRUARY) == (1, 5000, 0)
    assert cell(engine, "cube_cash", "payments, cash, cash_effective", month="2026-03-31") == (0, -5000, 0)
    assert_cubes_equal_rows(engine)


def test_a_second_episode_takes_the_cash_that_follows_it(engine, writer):
    days = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    put(writer, payments([{"loan_ref": "A", "paid_on": "2026-06-02", "amount": 9.0, "payment_kind": "cash"}]))
    for day, late in zip(days, [30, 0, 0, 0, 5], strict=True):
        put(writer, portfolio([loan("A", 100, late), loan("B", 50, 0)], day))
    assert cell(engine, "cube_placed", "loans, balance") == (2, 20000)
    assert cell(engine, "cube_cash", "cash", cohort="2026-01-31") == (0,)
    assert cell(engine, "cube_cash", "cash", cohort="2026-05-31") == (900,)
    assert_cubes_equal_rows(engine)


def test_a_reversal_goes_to_the_episode_of_the_payment_it_takes_back(engine, writer):
    days = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    for day, late in zip(days, [30, 0, 0, 0, 5], strict=True):
        put(writer, portfolio([loan("A", 100, late), loan("B", 50, 0)], day))
    paid = {"loan_ref": "A", "paid_on": "2026-02-02", "amount": 9.0, "payment_ref": "P1", "payment_kind": "cash"}
    taken = {**paid, "paid_on": "2026-06-03", "payment_ref": "P2", "reverses_ref": "P1", "payment_kind": "reversal"}
    put(writer, payments([paid, taken]))
    assert cell(engine, "cube_cash", "cash", cohort="2026-01-31", month="2026-06-30") == (-900,)
    assert cell(engine, "cube_cash", "cash, cash_effective", cohort="2026-05-31") == (0, 0)


def test_activity_takes_the_attributes_of_the_snapshot_before_it_or_the_first_after(engine, writer):
    put(
        writer,
        portfolio([loan("A", 100, 30, region="North", strategy="Standard")], JANUARY),
        portfolio([loan("A", 100, 60, region="South", strategy="Legal")], FEBRUARY),
    )
    rows = [
        {"loan_ref": "A", "acted_on": "2026-01-10", "action": "call", "cost": 1.5, "result": "No Answer"},
        {"loan_ref": "A", "acted_on": "2026-02-10", "action": "call", "cost": 2.0, "result": "Right Party"},
        {"loan_ref": "A", "acted_on": "2026-02-28", "action": "call", "result": "promise", "promise_amount": 30.0},
        {"loan_ref": "Z", "acted_on": "2026-02-28", "action": "call", "strategy": "reminder"},
    ]
    put(writer, actions(rows))
    names = "actions, contacts, promises, promised, cost, costed"
    assert cell(engine, "cube_activity", names, region="North", strategy="Standard") == (2, 1, 0, 0, 350, 2)
    assert cell(engine, "cube_activity", names, region="South", strategy="Legal") == (1, 1, 1, 3000, 0, 0)
    assert cell(engine, "cube_activity", names, region="not stated", strategy="Standard") == (1, 0, 0, 0, 0, 0)
    assert_cubes_equal_rows(engine)


def test_a_snapshot_that_arrives_later_takes_over_the_actions_after_it(engine, writer):
    put(writer, actions([{"loan_ref": "A", "acted_on": "2026-02-10", "action": "call"}]))
    put(writer, portfolio([loan("A", 100, 60, region="South")], FEBRUARY))
    assert cell(engine, "cube_activity", "actions", region="South") == (1,)
    put(writer, portfolio([loan("A", 100, 30, region="North")], JANUARY))
    assert cell(engine, "cube_activity", "actions", region="South") == (0,)
    assert cell(engine, "cube_activity", "actions", region="North") == (1,)
    assert_cubes_equal_rows(engine)


def test_work_joins_the_episode_that_had_begun_when_a_placement_comes_or_goes(engine, writer):
    put(writer, portfolio([loan("A", 100, 0), loan("bystander", 100, 30)], JANUARY))
    rows = [{"loan_ref": "A", "acted_on": day, "action": "call"} for day in ("2026-01-15", "2026-02-28")]
    put(writer, actions([*rows, {"loan_ref": "bystander", "acted_on": "2026-02-10", "action": "call"}]))
    assert cell(engine, "cube_activity", "actions", cohort="none") == (2,)
    february = put(writer, portfolio([loan("A", 100, 30)], FEBRUARY))[0]
    assert cell(engine, "cube_activity", "actions", cohort="none") == (1,)
    assert cell(engine, "cube_activity", "actions", cohort=FEBRUARY, month=FEBRUARY) == (1,)
    assert cell(engine, "cube_activity", "actions", cohort=JANUARY) == (1,)
    assert_cubes_equal_rows(engine)
    undo(writer, february)
    assert cell(engine, "cube_activity", "actions", cohort="none") == (2,)
    assert_cubes_equal_rows(engine)


def test_work_joins_an_episode_that_a_later_file_dates_back(engine, writer):
    put(writer, portfolio([loan("A", 100, 0)], JANUARY))
    put(writer, actions([{"loan_ref": "A", "acted_on": "2026-02-20", "action": "call"}]))
    put(writer, portfolio([loan("A", 100, 30, placed_on="2026-02-10")], "2026-03-31"))
    assert cell(engine, "cube_activity", "actions", cohort=FEBRUARY) == (1,)
    assert cell(engine, "cube_activity", "actions", cohort="none") == (0,)
    assert_cubes_equal_rows(engine)


def test_costs_follow_the_placement_when_it_comes_is_scored_anew_and_goes(engine, writer):
    """A cost of nothing is stated; one that is not stated, and the bystander's before its placement, are none."""
    put(writer, portfolio([loan("A", 100, 0, region="North"), loan("bystander", 100, 0)], JANUARY))
    calls = [("A", "2026-01-15", 1.0), ("A", "2026-02-28", 2.5), ("A", "2026-03-04", 0.0), ("A", "2026-03-05", None)]
    calls += [("bystander", "2026-03-06", 64.0)]
    put(
        writer,
        actions([{"loan_ref": ref, "acted_on": day, "action": "call", "cost": cost} for ref, day, cost in calls]),
    )
    assert cell(engine, "cube_costs", "costed, cost") == (0, 0)
    february = put(writer, portfolio([loan("A", 100, 30, region="South", strategy="Legal")], FEBRUARY))[0]
    put(writer, portfolio([loan("A", 90, 70, region="East", strategy="Standard")], "2026-03-31"))
    at_placement = {"cohort": FEBRUARY, "region": "South", "strategy": "Legal", "bucket": "30-59"}
    assert cell(engine, "cube_costs", "costed, cost", month=FEBRUARY, **at_placement) == (1, 250)
    assert cell(engine, "cube_costs", "costed, cost", month="2026-03-31", **at_placement) == (1, 0)
    assert cell(engine, "cube_costs", "costed, cost") == (2, 250)
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.put_scores(score_rows(unit.all_on(date(2026, 2, 28)), segment="other"), None)
    assert cell(engine, "cube_costs", "costed, cost", segment="other", **at_placement) == (2, 250)
    assert_cubes_equal_rows(engine)
    undo(writer, february)
    at_placement = {"cohort": "2026-03-31", "region": "East", "bucket": "60-89"}
    assert (
        cell(engine, "cube_costs", "costed, cost")
        == cell(engine, "cube_costs", "costed, cost", **at_placement)
        == (0, 0)
    )
    assert_cubes_equal_rows(engine)


def test_cash_outside_placements_takes_the_attributes_of_its_day_and_leaves_when_a_placement_claims_it(engine, writer):
    names = "payments, cash, waivers, waived"
    paid = [("A", "2026-01-10", 7.0, "cash"), ("A", "2026-02-10", 5.0, "cash"), ("A", "2026-02-11", 9.0, "waiver")]
    rows = [dict(zip(("loan_ref", "paid_on", "amount", "payment_kind"), row, strict=True)) for row in paid]
    put(writer, payments(rows))
    assert cell(engine, "cube_outside", names, region="not stated") == (2, 1200, 1, 900)
    put(writer, portfolio([loan("A", 100, 0, region="South"), loan("bystander", 1, 0, region="South")], FEBRUARY))
    assert cell(engine, "cube_outside", names, region="South") == (2, 1200, 1, 900)
    assert_cubes_equal_rows(engine)
    put(writer, portfolio([loan("A", 100, 0, region="North")], JANUARY))
    assert cell(engine, "cube_outside", names, region="North", month=JANUARY) == (1, 700, 0, 0)
    assert cell(engine, "cube_outside", names, region="North", month=FEBRUARY) == (1, 500, 1, 900)
    assert_cubes_equal_rows(engine)
    placed = put(writer, portfolio([loan("A", 100, 9, region="North")], JANUARY, scope="partial"))[0]
    assert cell(engine, "cube_outside", names) == (1, 700, 1, 900)  # the waiver stays outside, whatever is placed
    assert_cubes_equal_rows(engine)
    undo(writer, placed)
    assert cell(engine, "cube_outside", names) == (2, 1200, 1, 900)
    assert_cubes_equal_rows(engine)


def test_only_cells_that_change_are_written(engine, writer):
    put(writer, portfolio([loan("A", 100, 30, region="North"), loan("B", 100, 30, region="South")], JANUARY))
    put(writer, portfolio([loan("B", 90, 30, region="South")], JANUARY, scope="partial"))
    changed = rows_of(engine, "SELECT region, loans, balance FROM cube_stock WHERE revision_id = 2")
    assert changed == [("South", 0, -1000)]


def test_a_cube_that_was_tampered_with_is_found_out(engine, writer):
    put(writer, portfolio([loan("A", 100, 30)], JANUARY))
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE cube_stock SET balance = balance + 1")
    with writing(engine) as connection:
        found = recount(connection)
    assert found["cube_stock"]["balance"].tolist() == [1]
    assert all(found[name].empty for name in found if name != "cube_stock")


@pytest.mark.parametrize("book", ["sample", "own"])
def test_books_never_mix(engine, writer, book):
    put(writer, portfolio([loan("A", 100, 30)], JANUARY), book="sample")
    put(writer, portfolio([loan("A", 7, 30)], JANUARY), book="own")
    number = rows_of(engine, "SELECT id FROM books WHERE name = ?", book)[0][0]
    assert cell(engine, "cube_stock", "loans, balance", book_id=number) == (1, {"sample": 10000, "own": 700}[book])
