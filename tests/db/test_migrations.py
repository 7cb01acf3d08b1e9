"""The schema that migrations make is the schema the tables describe."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from core.errors import StoreRefused
from db.engine import migration_config, open_store, reading, writing
from db.tables import metadata
from db.writer import SqlPortfolioWriter
from tests.db.conftest import (
    NOON,
    actions,
    assert_cubes_equal_rows,
    loan,
    payments,
    portfolio,
    put,
    rows_of,
    score_rows,
    undo,
    visible,
)


def test_migrations_make_exactly_the_tables_described(engine):
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_table_is_strict(engine):
    with reading(engine) as connection:
        loose = connection.exec_driver_sql(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%'"
        )
        assert [row[0] for row in loose] == ["alembic_version"]


def test_a_store_of_a_newer_schema_is_refused_with_both_versions(tmp_path):
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    engine = open_store(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreRefused, match=r"newer Recoup \(schema 9999, this one knows up to 0\d+\)"):
        open_store(url)


def test_a_store_can_be_taken_down_to_nothing_and_up_again(engine):
    with writing(engine) as connection:
        command.downgrade(migration_config(connection), "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    with writing(engine) as connection:
        command.upgrade(migration_config(connection), "head")
    with reading(engine) as connection:
        assert set(metadata.tables) < set(inspect(connection).get_table_names())


def test_two_programs_that_open_a_new_store_at_once_both_get_it(tmp_path):
    url, opened, failed = f"sqlite:///{tmp_path / 'race.db'}", [], []

    def open_it():
        try:
            opened.append(open_store(url))
        except StoreRefused as refused:
            failed.append(refused)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in opened:
        engine.dispose()
    assert (len(opened), failed) == (2, [])


def test_a_store_of_the_first_schema_is_brought_up_with_its_data_and_what_was_undone_is_known_since_when(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    january, february = "2026-01-31", "2026-02-28"
    rows = [loan("A", 100, 30, strategy="Legal"), loan("B", 50, 95, borrower_ref="X")]
    put(writer, portfolio(rows, january), portfolio([loan("A", 90, 35)], february), score=score_rows)
    paid = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 50.0, "payment_ref": "P1", "payment_kind": "cash"}
    called = {"loan_ref": "B", "acted_on": "2026-02-10", "action": "call", "promise_amount": 5.0}
    numbers = put(writer, payments([paid]), payments([{**paid, "amount": 70.0}]), actions([called]))
    undo(writer, numbers[1])
    with writer.unit("own", kind="batch", known_on=NOON.date(), who="ana") as unit:
        unit.redate(2, NOON.date().replace(month=3, day=31))
    with writer.unit("own", kind="decision", known_on=NOON.date(), who="ana") as unit:
        unit.decide(["B"], "Settlement", NOON.date())
    before, taken_back = visible(engine), rows_of(engine, "SELECT id, undone_by FROM batches ORDER BY id")
    with writing(engine) as connection:
        command.downgrade(migration_config(connection), "0001")
        assert "since_on" not in {column["name"] for column in inspect(connection).get_columns("snapshots")}
    engine.dispose()
    engine = open_store(url)
    assert visible(engine) == before
    assert_cubes_equal_rows(engine)
    assert rows_of(engine, "SELECT id, undone_by FROM batches ORDER BY id") == taken_back
    assert taken_back == [(1, None), (2, 7), (3, None), (4, 6), (5, None), (6, None)]
    assert rows_of(engine, "SELECT unsettled FROM books") == [(0,)]
    engine.dispose()


def test_what_became_of_cures_is_told_anew_in_a_store_that_followed_them_by_another_rule(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    bystander = loan("B", 7.0, 0)
    for day, rows in (("2026-01-31", [loan("A", 100, 30)]), ("2026-02-28", [loan("A", 90, 0)])):
        put(writer, portfolio([*rows, bystander], day))
    put(writer, portfolio([loan("A", 0, 0, status="paid"), bystander], "2026-03-31"))
    put(writer, *(portfolio([bystander], day) for day in ("2026-04-30", "2026-05-31")))
    told = "SELECT sum(cured), sum(seen_3), sum(sustained_3) FROM cube_flows"
    with writing(engine) as connection:
        command.downgrade(migration_config(connection), "0002")
        connection.exec_driver_sql("UPDATE books SET unsettled = 0")
        connection.exec_driver_sql("UPDATE cube_flows SET seen_3 = 0, sustained_3 = 0")
    assert rows_of(engine, told) == [(1, 0, 0)]
    engine.dispose()
    engine = open_store(url)
    assert rows_of(engine, told) == [(1, 1, 1)]
    assert_cubes_equal_rows(engine)
    assert rows_of(engine, "SELECT unsettled FROM books") == [(0,)]
    engine.dispose()


def test_models_of_a_store_without_a_log_stand_in_it_without_a_name_and_the_one_before_can_return(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    put(writer, portfolio([loan("A")], "2026-01-31"))
    card = {"kind": "logistic", "sha256": "x", "card": {}, "artifact": "{}", "trained_on_batches": [1]}
    for status in ("champion", "refused", "champion"):
        with writer.unit("own", kind="scoring", known_on=NOON.date(), who="ana") as unit:
            unit.put_model({**card, "status": status})
    with writing(engine) as connection:
        command.downgrade(migration_config(connection), "0007")
    engine.dispose()
    engine = open_store(url)
    told = rows_of(engine, "SELECT model_id, what, who, because FROM model_events ORDER BY id")
    why = "recorded before the log was kept"
    assert [row[:2] for row in told] == [
        (1, "trained"),
        (2, "trained"),
        (3, "trained"),
        (1, "promoted"),
        (3, "promoted"),
    ]
    assert {row[2:] for row in told} == {("", why)}
    engine.dispose()
