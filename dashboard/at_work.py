"""What the worker has of some kinds of jobs, among the newest of the queue."""

from __future__ import annotations

from collections.abc import Collection

from core.records import Job
from dashboard.services import Services

NEWEST, WAITING = 200, 1_000
"""Jobs looked at: by a page while it follows one, several times a second, and once before another is asked for."""


def newest(services: Services, kinds: Collection[str]) -> Job | None:
    """The newest job of these kinds, over or not; None where there was none."""
    return next((job for job in services.jobs.recent(NEWEST) if job.kind in kinds), None)


def is_busy(services: Services, kinds: Collection[str]) -> bool:
    """Whether a job of these kinds waits or runs."""
    return any(job.kind in kinds and not job.is_over for job in services.jobs.recent(WAITING))
