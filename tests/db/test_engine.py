"""Opening a store, and the ways it is refused."""

import sqlite3
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from core.errors import StoreRefused
from db import engine as engine_room
from db.engine import APPLICATION_ID, open_store, reading, writing


def url_of(path):
    return f"sqlite:///{path}"


def pragma(engine, name):
    with reading(engine) as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_new_store_is_ours_in_wal_with_durable_commits_and_checked_references(engine):
    assert pragma(engine, "application_id") == APPLICATION_ID
    assert pragma(engine, "journal_mode") == "wal"
    assert (pragma(engine, "synchronous"), pragma(engine, "foreign_keys"), pragma(engine, "busy_timeout")) == (
        2,
        1,
        30000,
    )


def test_a_store_opens_again_with_what_was_written(tmp_path):
    path = tmp_path / "again.db"
    first = open_store(url_of(path))
    with writing(first) as connection:
        connection.exec_driver_sql("INSERT INTO books (name, created_at) VALUES ('own', '2026-01-01')")
    first.dispose()
    again = open_store(url_of(path), create=False)
    with reading(again) as connection:
        assert connection.exec_driver_sql("SELECT name FROM books").all() == [("own",)]
    again.dispose()


def test_a_reading_transaction_cannot_write(engine):
    with reading(engine) as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("INSERT INTO books (name, created_at) VALUES ('own', '2026-01-01')")


def test_an_exception_rolls_everything_back(engine):
    def stumble():
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO books (name, created_at) VALUES ('own', '2026-01-01')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM books").scalar() == 0


def test_two_writers_that_read_before_they_write_lose_nothing(engine):
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO books (name, shown, created_at) VALUES ('own', 0, '2026-01-01')")

    def add_ten():
        for _ in range(10):
            with writing(engine) as connection:
                seen = connection.exec_driver_sql("SELECT shown FROM books").scalar()
                time.sleep(0.001)
                connection.exec_driver_sql("UPDATE books SET shown = ?", (seen + 1,))

    threads = [threading.Thread(target=add_ten) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT shown FROM books").scalar() == 30


def test_a_reader_keeps_its_view_while_a_writer_commits(engine):
    with reading(engine) as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM books").scalar() == 0
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO books (name, created_at) VALUES ('own', '2026-01-01')")
        assert reader.exec_driver_sql("SELECT count(*) FROM books").scalar() == 0


def test_errors_do_not_tell_the_values_that_were_sent(engine):
    with pytest.raises(Exception, match="NOT NULL") as caught, writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO books (name, created_at) VALUES (?, NULL)", ("Ada Lovelace",))
    assert "Ada" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("not a url", "is not a database URL"),
        ("postgresql://host/db", "postgresql is not supported yet"),
        ("sqlite://", "does not name a file"),
        ("sqlite:///:memory:", "does not name a file"),
        ("sqlite:///x.db?mode=ro", "does not name a file"),
    ],
)
def test_other_urls_are_refused(url, found):
    with pytest.raises(StoreRefused, match=found):
        open_store(url)


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreRefused, match="is a folder"):
        open_store(url_of(tmp_path))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StoreRefused, match=r"There is no folder .*nowhere"):
        open_store(url_of(tmp_path / "nowhere" / "x.db"))


def test_a_store_that_must_exist_is_not_made(tmp_path):
    with pytest.raises(StoreRefused, match="There is no store at"):
        open_store(url_of(tmp_path / "x.db"), create=False)
    assert not (tmp_path / "x.db").exists()


def test_places_that_may_not_be_written_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.db"
    monkeypatch.setattr(engine_room.os, "access", lambda place, _: place != tmp_path)
    with pytest.raises(StoreRefused, match=r"The folder .* may not be written"):
        open_store(url_of(path))
    path.write_bytes(b"")
    monkeypatch.setattr(engine_room.os, "access", lambda place, _: place != path)
    with pytest.raises(StoreRefused, match="may not be read and written"):
        open_store(url_of(path))


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "loans.csv"
    path.write_text("Loan_ID,Outstanding\nL1,5\n")
    with pytest.raises(StoreRefused, match="is not a database"):
        open_store(url_of(path))
    assert path.read_text().startswith("Loan_ID")


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreRefused, match=r"database of another program \(recipes\)"):
        open_store(url_of(path))


def test_an_empty_file_becomes_a_store(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    opened = open_store(url_of(path))
    assert pragma(opened, "application_id") == APPLICATION_ID
    opened.dispose()


def test_a_damaged_database_is_refused(tmp_path):
    path = tmp_path / "damaged.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(StoreRefused, match="is damaged"):
        open_store(url_of(path))
