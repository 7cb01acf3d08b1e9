"""A read that is given up when it takes too long, so that one page cannot hold the others up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from core.errors import Refused
from db.engine import reading

BUDGET_SECONDS = 5.0
"""Of the reader's own work: on a busy machine a light question may wait long for its turn, and is no heavier for it."""
PATIENCE = 6
"""So many times its budget a question may take by the clock."""
_STEPS_BETWEEN_LOOKS = 10_000


@contextmanager
def brief_read(engine: Engine, seconds: float = BUDGET_SECONDS) -> Iterator[Connection]:
    """A read-only transaction that may work for so many seconds (of its thread's processor), and wait some times as long.

    Raises Refused beyond them.
    """
    works_until, ends = time.thread_time() + seconds, time.monotonic() + PATIENCE * seconds

    def is_over() -> bool:
        return time.thread_time() > works_until or time.monotonic() > ends

    with reading(engine) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(is_over, _STEPS_BETWEEN_LOOKS)
        try:
            yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
                raise
            raise Refused(
                f"This question takes longer than {seconds:g} seconds", remedy="Narrow the selection, or ask later."
            ) from None
        finally:
            raw.set_progress_handler(None, 0)
