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
_STEPS_BETWEEN_LOOKS = 10_000


@contextmanager
def brief_read(engine: Engine, seconds: float = BUDGET_SECONDS) -> Iterator[Connection]:
    """A read-only transaction that may take so many seconds in all. Raises Refused beyond them."""
    ends = time.monotonic() + seconds
    with reading(engine) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(lambda: time.monotonic() > ends, _STEPS_BETWEEN_LOOKS)
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
