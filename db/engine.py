"""Opening a store: one SQLite file in WAL, brought to the present schema, or a refusal that says why.

Reads run in deferred, read-only transactions (`reading`); writes take the write lock at once (`writing`), because a
transaction that reads first and asks for the lock later loses to any other writer.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import StoreRefused
from db.history import rebuild_derived

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICATION_ID = 0x5245_434F
"""Written into the header of every Recoup file ("RECO"), so that another program's database is told apart."""
BUSY_SECONDS = 30
_SQLITE_MAGIC = b"SQLite format 3\x00"
_RESTORE = "Stop Recoup, put back the latest copy of the file, and load again what came since."
_REFUSALS = {
    "SQLITE_FULL": ("The disk has no room left for {}; nothing was stored", "Make room, then try again."),
    "SQLITE_BUSY": (f"Another program has been writing to {{}} for {BUSY_SECONDS} seconds", "Try again in a moment."),
    "SQLITE_IOERR": ("The disk under {} failed; nothing was stored", "Check the disk and its mount, then try again."),
    "SQLITE_CANTOPEN": ("The database {} cannot be opened", "Check that it is there and may be written."),
    "SQLITE_CORRUPT": ("The database {} is damaged", _RESTORE),
    "SQLITE_NOTADB": ("The database {} is damaged", _RESTORE),
}
_ELSEWHERE = "Choose another file with --db or RECOUP_DB."


def open_store(url: str, *, create: bool = True) -> Engine:
    """The store at a URL, with the present schema.

    Args:
        url: `sqlite:///folder/file.db` (relative) or `sqlite:////folder/file.db` (absolute).
        create: make a new, empty store where there is none; an empty file counts as none.

    Raises:
        StoreRefused: another kind of database, a place that cannot be written, a file that is not a Recoup store,
            or one written by a newer Recoup.
    """
    path = _path_of(url)
    _check_place(path, create)
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    try:
        _upgrade(engine, path)
    except DBAPIError as error:
        engine.dispose()
        raise StoreRefused(
            f"The database {path} cannot be used: {error.orig}",
            remedy="Check that the file is whole and may be written, or choose another with --db.",
        ) from None
    except StoreRefused:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction: one consistent view of the store, never waiting for a writer.

    Raises StoreRefused where the file or its disk fails (see `refused`).
    """
    with refused(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its first statement; commits on leaving, rolls back on error.

    Raises StoreRefused where the file or its disk fails, or another program holds the lock for too long (see `refused`).
    """
    with refused(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def refused(engine: Engine) -> Iterator[None]:
    """What SQLite says of its file, its disk and other writers, as a refusal with the remedy. Mistakes of ours pass."""
    try:
        yield
    except DBAPIError as error:
        kind = "_".join(getattr(error.orig, "sqlite_errorname", "").split("_")[:2])
        if kind not in _REFUSALS:
            raise
        found, remedy = _REFUSALS[kind]
        raise StoreRefused(found.format(engine.url.database), remedy=remedy) from None


def _path_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreRefused(f"'{url}' is not a database URL", remedy="Write it as sqlite:///recoup.db.") from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreRefused(
            f"A store in {parsed.get_backend_name()} is not supported yet", remedy="Use sqlite:///recoup.db."
        )
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreRefused(
            f"'{url}' does not name a file", remedy="Write it as sqlite:///recoup.db, without further options."
        )
    return Path(parsed.database).absolute()


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise StoreRefused(f"{path} is a folder, not a database file", remedy=_ELSEWHERE)
    if not path.parent.is_dir():
        raise StoreRefused(f"There is no folder {path.parent}", remedy=f"Create it first. Or: {_ELSEWHERE}")
    if not os.access(path.parent, os.W_OK):
        raise StoreRefused(f"The folder {path.parent} may not be written", remedy=_ELSEWHERE)
    if not path.exists():
        if not create:
            raise StoreRefused(f"There is no store at {path}", remedy="Ingest a file first, or check --db.")
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreRefused(f"The file {path} may not be read and written", remedy=_ELSEWHERE)
    with path.open("rb") as file:
        head = file.read(len(_SQLITE_MAGIC))
    if head and head != _SQLITE_MAGIC:
        raise StoreRefused(f"{path} is not a database", where=(f"it begins with {head[:16]!r}",), remedy=_ELSEWHERE)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -32000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def _upgrade(engine: Engine, path: Path) -> None:
    with reading(engine) as connection:
        known = set(inspect(connection).get_table_names())
        ours = connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID
    if known and not ours:
        raise StoreRefused(f"{path} is a database of another program", where=sorted(known)[:3], remedy=_ELSEWHERE)
    if not known:
        _set_wal(engine)
    with writing(engine) as connection:
        _migrate(connection, path)


def _set_wal(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _migrate(connection: Connection, path: Path) -> None:
    known = _revisions()
    found = _schema_version(connection)
    if found == known[0]:
        return
    if found is not None and found not in known:
        raise StoreRefused(
            f"{path} was written by a newer Recoup (schema {found}, this one knows up to {known[0]})",
            remedy="Update Recoup, or choose another file with --db.",
        )
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    command.upgrade(migration_config(connection), "head")
    rebuild_derived(connection)


@cache
def _revisions() -> tuple[str, ...]:
    """Every schema this Recoup knows, the newest first; read once, for each migration is a file of its own."""
    return tuple(each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _schema_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: Any = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)


def migration_config(connection: Connection) -> Config:
    """Alembic's settings for a connection that is inside a write transaction; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
