"""A batch taken back leaves the store as if it had never come."""

import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnknownBatch
from db import assignments, placements
from db.engine import open_store, writing
from db.touched import Touched
from db.writer import SqlPortfolioWriter
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
    visible,
)

DAYS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
LOANS = ["A", "B", "C", "D"]
STRATEGIES = [None, "Standard", "Legal"]


def test_the_file_before_speaks_again_with_its_own_score(engine, writer):
    first = [loan("A", 100, 30), loan("B", 50, 0)]
    put(writer, portfolio(first, DAYS[0]), score=score_rows)
    before = visible(engine)
    later = put(writer, portfolio([loan("A", 90, 95)], DAYS[0]), score=score_rows)
    assert cell(engine, "cube_stock", "loans, balance") == (1, 9000)
    undo(writer, later[0])
    assert visible(engine) == before
    assert_cubes_equal_rows(engine)


def test_the_batch_is_marked_undone_with_its_day_and_the_revision_says_so(engine, writer):
    number = put(writer, portfolio([loan("A")], DAYS[0]))[0]
    undo(writer, number)
    assert rows_of(engine, "SELECT status, undone_on, undone_at FROM batches") == [
        ("undone", KNOWN_ON.isoformat(), "2026-11-20T12:00:00+00:00")
    ]
    assert rows_of(engine, "SELECT kind, batch_id FROM revisions ORDER BY id") == [("batch", 1), ("undo", 1)]


def test_the_same_file_may_come_again_after_an_undo(engine, writer):
    batch = portfolio([loan("A")], DAYS[0])
    undo(writer, put(writer, batch)[0])
    again = put(writer, batch)
    assert again == [2]
    assert cell(engine, "cube_stock", "loans") == (1,)


@pytest.mark.parametrize(("number", "found"), [(7, "no batch 7"), (1, "Batch 1 was undone")])
def test_what_is_not_there_cannot_be_undone(engine, writer, number, found):
    undo(writer, put(writer, portfolio([loan("A")], DAYS[0]))[0])
    with pytest.raises(UnknownBatch, match=found):
        undo(writer, number)


def test_a_batch_of_the_other_book_cannot_be_undone_from_here(writer):
    number = put(writer, portfolio([loan("A")], DAYS[0]), book="sample")[0]
    with pytest.raises(UnknownBatch, match="no batch 1 in this book"):
        undo(writer, number, book="own")


def test_a_payment_superseded_by_the_undone_file_counts_again_and_its_reversal_finds_it(engine, writer):
    put(writer, portfolio([loan("A", 1000, 30)], DAYS[0]))
    paid = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 50.0, "payment_ref": "P1", "payment_kind": "cash"}
    taken = {**paid, "paid_on": "2026-03-05", "payment_ref": "P2", "reverses_ref": "P1", "payment_kind": "reversal"}
    put(writer, payments([paid, taken]))
    before = visible(engine)
    corrected = put(writer, payments([{**paid, "paid_on": "2026-02-10", "amount": 40.0}]))
    assert rows_of(engine, "SELECT effective_on FROM payments WHERE payment_ref = 'P2'") == [("2026-02-10",)]
    undo(writer, corrected[0])
    assert visible(engine) == before


def test_assignments_of_an_undone_file_go_and_later_ones_are_told_anew(engine, writer):
    numbers = put(
        writer,
        portfolio([loan("A", strategy="Standard"), loan("B", strategy="Legal")], DAYS[0]),
        portfolio([loan("A", strategy="Legal"), loan("B", strategy="Legal")], DAYS[1]),
        portfolio([loan("A", strategy="Standard"), loan("B", strategy="Legal")], DAYS[2]),
    )
    told = "SELECT assigned_on, strategy FROM assignments JOIN loans l ON l.id = loan_id WHERE live = 1 AND loan_ref = 'A' ORDER BY 1"
    assert rows_of(engine, told) == [(DAYS[0], "Standard"), (DAYS[1], "Legal"), (DAYS[2], "Standard")]
    undo(writer, numbers[1])
    assert rows_of(engine, told) == [(DAYS[0], "Standard")]


def model_of(batches, status="champion"):
    return {
        "kind": "logistic",
        "status": status,
        "sha256": "0" * 64,
        "card": {"auc": 0.7},
        "artifact": "{}",
        "trained_on_batches": batches,
    }


def test_a_model_trained_on_the_undone_batch_loses_its_place_and_the_one_before_returns_with_its_scores(engine, writer):
    rows = [loan("A", 100, 30), loan("B", 50, 95)]
    first, second = put(writer, portfolio(rows, DAYS[0]), portfolio(rows, DAYS[1]), score=score_rows)
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        old = unit.put_model(model_of([first]))
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), segment="by the old model", source="model"), old)
    before = visible(engine)
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        new = unit.put_model(model_of([first, second]))
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), segment="by the new model", source="model"), new)
    assert rows_of(engine, "SELECT id, status FROM models") == [(old, "retired"), (new, "champion")]
    undo(writer, second)
    assert rows_of(engine, "SELECT id, status FROM models") == [(old, "champion"), (new, "retired")]
    assert rows_of(engine, "SELECT model_id, what, who, because FROM model_events ORDER BY id DESC LIMIT 2") == [
        (old, "returned", "ana", "the model in use fell with a batch that was undone"),
        (new, "withdrawn", "ana", "a batch it had learned from was undone"),
    ]
    after = visible(engine)
    kept = [row for row in before["snapshots"] if row[2] == DAYS[0]]
    assert after["snapshots"] == kept
    assert_cubes_equal_rows(engine)


def test_a_snapshot_left_without_a_score_asks_for_one(writer):
    first = put(writer, portfolio([loan("A")], DAYS[0]))[0]
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        second = unit.append(portfolio([loan("B")], DAYS[1]))
        model = unit.put_model(model_of([first, second]))
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31))), model)
    with writer.unit("own", kind="undo", known_on=KNOWN_ON, who="ana") as unit:
        unit.retract(second)
        assert unit.to_score()["loan_ref"].tolist() == ["A"]


def test_scores_given_while_undoing_one_batch_stand_when_another_is_undone(engine, writer):
    first, second = put(writer, portfolio([loan("A")], DAYS[0]), portfolio([loan("A")], DAYS[1]), score=score_rows)
    third = put(writer, portfolio([loan("A")], DAYS[2]), score=score_rows)[0]
    with writer.unit("own", kind="undo", known_on=KNOWN_ON, who="ana") as unit:
        unit.retract(third)
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), segment="given while undoing"), None)
    undo(writer, second)
    assert rows_of(engine, "SELECT segment FROM scores WHERE live = 1 AND snapshot_id = ?", first) == [
        ("given while undoing",)
    ]


def test_a_model_that_was_rolled_back_from_does_not_return_with_an_undo(engine, writer):
    first, second = put(writer, portfolio([loan("A")], DAYS[0]), portfolio([loan("A")], DAYS[1]))
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        stands, bad = unit.put_model(model_of([first])), unit.put_model(model_of([first]))
        unit.crown(stands, what="returned", because="complaints", figures={})
        newest = unit.put_model(model_of([second]))
    undo(writer, second)
    assert rows_of(engine, "SELECT id, status FROM models") == [
        (stands, "champion"), (bad, "retired"), (newest, "retired"),
    ]  # fmt: skip


def test_an_undo_that_fells_no_model_leaves_a_withdrawn_champion_alone(engine, writer):
    first, second = put(writer, portfolio([loan("A")], DAYS[0]), portfolio([loan("A")], DAYS[1]))
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.put_model(model_of([first]))
    undo(writer, second)
    assert rows_of(engine, "SELECT status FROM models") == [("champion",)]
    assert rows_of(engine, "SELECT what FROM model_events ORDER BY id") == [("trained",), ("promoted",)]


def test_refused_and_challenging_models_keep_their_status_when_another_falls(engine, writer):
    first, second = put(writer, portfolio([loan("A")], DAYS[0]), portfolio([loan("A")], DAYS[1]))
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.put_model(model_of([second], "refused"))
        unit.put_model(model_of([first], "challenger"))
        unit.put_model(model_of([second], "champion"))
    undo(writer, second)
    assert [row[0] for row in rows_of(engine, "SELECT status FROM models")] == ["refused", "challenger", "retired"]


def test_a_clustering_fitted_on_the_undone_batch_gives_way_to_the_one_before(engine, writer):
    first, second = put(writer, portfolio([loan("A")], DAYS[0]), portfolio([loan("A")], DAYS[1]))
    for number in (first, second):
        with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
            stored = unit.put_segmentation({"k": 2}, ["one", "two"], number)
            assert (stored.batch_id, stored.content, stored.names) == (number, {"k": 2}, ("one", "two"))
    assert rows_of(engine, "SELECT batch_id, live FROM segmentations") == [(first, 0), (second, 1)]
    undo(writer, second)
    assert rows_of(engine, "SELECT batch_id, live FROM segmentations") == [(first, 1), (second, 0)]


def told_row(ref, day, late, strategy, placed_on, trial, hold, status):
    """A portfolio row with all that moves other rows: holds, strategies, tests and placements."""
    told = {"as_of": day, "placed_on": placed_on, "strategy": strategy, "hold": hold, "status": status}
    test = {"trial": trial, "arm": trial and "arm of " + ref, "assigned_on": placed_on}
    return loan(ref, 100.0 + late, late, **told, **test, borrower_ref="X" if ref in "AB" else ref)


def rows_on(days):
    return st.lists(
        st.builds(
            told_row,
            st.sampled_from(LOANS),
            days,
            st.sampled_from([0, 0, 5, 95]),
            st.sampled_from(STRATEGIES),
            st.sampled_from([None, None, "2026-01-20", "2026-03-20"]),
            st.sampled_from([None, None, "Wording"]),
            st.sampled_from([None, None, "dispute", "deceased"]),
            st.sampled_from(["open", "open", "open", "paid"]),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda row: (row["loan_ref"], row["as_of"]),
    )


portfolios = st.builds(
    lambda rows, scope: portfolio(rows, scope=scope),
    st.one_of(st.sampled_from(DAYS).flatmap(lambda day: rows_on(st.just(day))), rows_on(st.sampled_from(DAYS))),
    st.sampled_from(["full", "full", "partial"]),
)
payment_files = st.builds(
    payments,
    st.lists(
        st.builds(
            lambda ref, day, cents, number, kind: {
                "loan_ref": ref,
                "paid_on": day,
                "amount": cents / 100,
                "payment_ref": number,
                "payment_kind": kind,
                "reverses_ref": "P1" if kind == "reversal" else None,
            },
            st.sampled_from(LOANS),
            st.sampled_from(["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10"]),
            st.integers(1, 9999),
            st.sampled_from(["P1", "P2", "P3", None]),
            st.sampled_from(["cash", "cash", "reversal", "waiver"]),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda row: row["payment_ref"] or row["loan_ref"],
    ),
)
action_files = st.builds(
    actions,
    st.lists(
        st.builds(
            lambda ref, day, promised: {
                "loan_ref": ref, "acted_on": day, "action": "call", "cost": 1.5, "result": "promise", "promise_amount": promised
            },
            st.sampled_from(LOANS),
            st.sampled_from(["2026-01-10", "2026-02-10", "2026-04-10"]),
            st.sampled_from([None, 25.0]),
        ),
        min_size=1,
        max_size=3,
    ),
)  # fmt: skip
steps = st.lists(
    st.one_of(portfolios, portfolios, payment_files, action_files, st.integers(0, 5)), min_size=2, max_size=7
)


def live_batches(engine):
    return [row[0] for row in rows_of(engine, "SELECT id FROM batches WHERE status = 'committed' ORDER BY id")]


def assert_deriving_everything_anew_changes_nothing(engine):
    """The short cuts of db.derive leave nothing out."""
    with writing(engine) as connection:
        touched = Touched(connection, KNOWN_ON.isoformat())
        connection.exec_driver_sql("INSERT INTO chosen SELECT id FROM loans WHERE true")
        assert assignments.rederive(connection, 1, 1, KNOWN_ON.isoformat()) == set()
        before = connection.exec_driver_sql("SELECT max(id), count(*) FROM placements").all()
        placements.rederive(connection, 1, touched)
        assert connection.exec_driver_sql("SELECT max(id), count(*) FROM placements").all() == before


def opened(template, path):
    shutil.copy(template, path)
    engine = open_store(f"sqlite:///{path}")
    return engine, SqlPortfolioWriter(engine, lambda: NOON)


@given(steps)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_comes_and_goes_the_cubes_equal_the_rows_and_an_undone_batch_never_was(
    template, tmp_path_factory, sequence
):
    folder = tmp_path_factory.mktemp("story")
    engine, writer = opened(template, folder / "lived.db")
    stored = {}
    for step in sequence:
        if not isinstance(step, int):
            if all(step.sha256 != batch.sha256 for batch in stored.values()):
                stored[put(writer, step, score=score_rows)[0]] = step
        elif stored:
            number = sorted(stored)[step % len(stored)]
            with writer.unit("own", kind="undo", known_on=KNOWN_ON, who="ana") as unit:
                unit.retract(number)
                unit.put_scores(score_rows(unit.to_score()), None)
            del stored[number]
        assert_cubes_equal_rows(engine)
        assert_deriving_everything_anew_changes_nothing(engine)
    assert live_batches(engine) == sorted(stored)
    told_anew, writer = opened(template, folder / "told_anew.db")
    put(writer, *(stored[number] for number in sorted(stored)), score=score_rows)
    assert visible(engine) == visible(told_anew)
    engine.dispose()
    told_anew.dispose()
