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
