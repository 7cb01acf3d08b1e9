"""Durable work for the worker: rows that are claimed by lease, so that no crash loses or doubles a job.

The store has one write lock and a job that stores a batch holds it for as long as that takes. Waiting for the lock
would then be waiting for oneself, so the worker's own calls (`claim`, `heartbeat`) give up soon and say "not now".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, func, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from core.records import Job
from db.engine import BUSY_SECONDS, reading, refused
from db.tables import jobs

MOST_CLAIMS = 3
PATIENT_MS = BUSY_SECONDS * 1000
HASTY_MS = 250
ENDS = ("done", "failed", "cancelled")
NEVER_AGAIN = MOST_CLAIMS + 1
"""The claims of a job that its caller runs itself: no worker takes it up."""
GAVE_UP = f"Given up: it was started {MOST_CLAIMS} times and never came to an end."
LOST = "Its process ended before it did; what was not finished was not stored."


class SqlJobQueue:
    """The `JobQueue` of core.ports over the table `jobs`.

    Args:
        engine: the store.
        clock: the present moment, with its time zone.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, kind: str, payload: Mapping[str, Any], who: str) -> int:
        """Queue a job; returns its number. Raises StoreRefused where the store cannot be written."""
        row = {"kind": kind, "payload": _text(payload), "status": "waiting", "who": who, "created_at": self._now()}
        with refused(self._engine), self._writing(PATIENT_MS) as connection:
            return int(connection.execute(insert(jobs).values(row).returning(jobs.c.id)).scalar_one())

    def begin(self, kind: str, payload: Mapping[str, Any], who: str, owner: str, lease_seconds: float) -> Job:
        """A job that its caller runs itself, leased from its start (see JobQueue). Raises StoreRefused."""
        row = {"kind": kind, "payload": _text(payload), "status": "running", "who": who, "owner": owner,
               "lease_until": self._clock().timestamp() + lease_seconds, "attempts": NEVER_AGAIN,
               "created_at": self._now(), "started_at": self._now()}  # fmt: skip
        with refused(self._engine), self._writing(PATIENT_MS) as connection:
            self._bury(connection)
            return _job(connection.execute(insert(jobs).values(row).returning(*jobs.c)).mappings().one())

    def hold(self, job_id: int, name: str) -> Job | None:
        """Keep others from what has that name (see JobQueue). Raises StoreRefused."""
        alive = (jobs.c.status == "running") & (jobs.c.lease_until >= self._clock().timestamp())
        theirs = select(jobs).where(jobs.c.holds == name, jobs.c.id != job_id, alive).order_by(jobs.c.id).limit(1)
        with refused(self._engine), self._writing(PATIENT_MS) as connection:
            other = connection.execute(theirs).mappings().one_or_none()
            if other is None:
                connection.execute(update(jobs).where(jobs.c.id == job_id).values(holds=name))
            return None if other is None else _job(other)

    def claim(self, owner: str, lease_seconds: float) -> Job | None:
        """The oldest waiting job, or one whose lease ran out, leased to `owner`; None when there is none.

        None too while somebody else writes to the store: ask again. A job claimed three times without an end fails.
        """
        if not self._something_to_claim():
            return None
        try:
            with self._writing(HASTY_MS) as connection:
                self._bury(connection)
                return self._lease(connection, owner, lease_seconds)
        except OperationalError as error:
            if not _is_busy(error):
                raise
            return None

    def heartbeat(self, job_id: int, owner: str, progress: float, message: str, lease_seconds: float) -> bool:
        """Report progress and renew the lease. False: cancelled by a person, or no longer ours; stop.

        True, with nothing written, while the store is busy: nobody can have cancelled or taken the job meanwhile.
        """
        mine = (jobs.c.id == job_id, jobs.c.owner == owner, jobs.c.status == "running", jobs.c.cancel == 0)
        told = {
            "progress": min(max(progress, 0.0), 1.0),
            "message": message,
            "lease_until": self._clock().timestamp() + lease_seconds,
        }
        try:
            with self._writing(HASTY_MS) as connection:
                return connection.execute(update(jobs).where(*mine).values(told)).rowcount == 1
        except OperationalError as error:
            if not _is_busy(error):
                raise
            return True

    def finish(self, job_id: int, owner: str, status: str, result: Mapping[str, Any], message: str) -> bool:
        """End a job; False (and nothing changed) when it is no longer this owner's."""
        if status not in ENDS:
            raise ValueError(f"a job ends as one of {', '.join(ENDS)}, not as '{status}'")
        mine = (jobs.c.id == job_id, jobs.c.owner == owner, jobs.c.status == "running")
        end: dict[str, Any] = {"status": status, "result": _text(result), "message": message, "lease_until": None}
        end["finished_at"] = self._now()
        if status == "done":
            end["progress"] = 1.0
        with self._writing(PATIENT_MS) as connection:
            return connection.execute(update(jobs).where(*mine).values(end)).rowcount == 1

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop; a waiting one ends at once, one that is over stays as it is."""
        waiting = jobs.c.status == "waiting"
        asked = {
            "cancel": 1,
            "status": case((waiting, "cancelled"), else_=jobs.c.status),
            "finished_at": case((waiting, self._now()), else_=jobs.c.finished_at),
        }
        alive = jobs.c.status.in_(("waiting", "running"))
        with refused(self._engine), self._writing(PATIENT_MS) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id, alive).values(asked))

    def job(self, job_id: int) -> Job | None:
        """One job."""
        with reading(self._engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
        return None if row is None else _job(row)

    def recent(self, limit: int = 20) -> list[Job]:
        """Newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(limit)).mappings().all()
        return [_job(row) for row in rows]

    def _something_to_claim(self) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(jobs.c.id).where(self._claimable()).limit(1)).first() is not None

    def _claimable(self) -> Any:
        return or_(jobs.c.status == "waiting", self._abandoned())

    def _abandoned(self) -> Any:
        return (jobs.c.status == "running") & (jobs.c.lease_until < self._clock().timestamp())

    def _bury(self, connection: Connection) -> None:
        """End the abandoned jobs that were to be cancelled or had their last chance."""
        over = (jobs.c.cancel == 1) | (jobs.c.attempts >= MOST_CLAIMS)
        end = {
            "status": case((jobs.c.cancel == 1, "cancelled"), else_="failed"),
            "message": case(
                (jobs.c.cancel == 1, jobs.c.message), (jobs.c.attempts >= NEVER_AGAIN, LOST), else_=GAVE_UP
            ),
            "finished_at": self._now(),
            "lease_until": None,
        }
        connection.execute(update(jobs).where(self._abandoned(), over).values(end))

    def _lease(self, connection: Connection, owner: str, lease_seconds: float) -> Job | None:
        oldest = select(func.min(jobs.c.id)).where(self._claimable()).scalar_subquery()
        lease = {
            "status": "running",
            "owner": owner,
            "lease_until": self._clock().timestamp() + lease_seconds,
            "attempts": jobs.c.attempts + 1,
            "holds": None,
            "started_at": func.coalesce(jobs.c.started_at, self._now()),
        }
        claimed = update(jobs).where(jobs.c.id == oldest).values(lease).returning(*jobs.c)
        row = connection.execute(claimed).mappings().one_or_none()
        return None if row is None else _job(row)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    @contextmanager
    def _writing(self, wait_ms: int) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start, or fails after `wait_ms`."""
        with self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute(f"PRAGMA busy_timeout = {wait_ms}")
            try:
                with connection.execution_options(writes=True).begin():
                    yield connection
            finally:
                raw.execute(f"PRAGMA busy_timeout = {PATIENT_MS}")


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, allow_nan=False)


def _job(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        status=row["status"],
        progress=row["progress"],
        message=row["message"],
        result=None if row["result"] is None else json.loads(row["result"]),
        who=row["who"],
        attempts=row["attempts"],
        cancel=bool(row["cancel"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )
