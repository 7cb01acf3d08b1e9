"""A training asked for on a page: queued for the worker, one at a time."""

from __future__ import annotations

from core.errors import Refused
from core.workflows.promote import DECISIONS
from dashboard.at_work import is_busy
from dashboard.services import Services

MODEL_JOBS = ("train", "recalibrate", *DECISIONS)
"""Jobs about models, of which one runs at a time."""


def start_training(services: Services) -> int:
    """Queue a training. Returns the job.

    Raises:
        Refused: the book is empty, or a training waits or runs already.
    """
    book = services.reader().book()
    if book.is_empty:
        raise Refused("There is nothing to learn from yet", remedy="Load a portfolio file first.")
    trains = ("train", "sample") if book.is_sample else ("train",)  # the sample book is trained as it is loaded
    if is_busy(services, trains):
        raise Refused("A training is on its way already", remedy="Wait until it is done, or stop it on Batches.")
    return services.jobs.add("train", {}, services.settings.who)


def start_recalibration(services: Services, because: str) -> int:
    """Queue a recalibration of the model in use. Returns the job.

    Args:
        because: why, for the log.

    Raises:
        Refused: a training or another change of models waits or runs already.
    """
    if is_busy(services, MODEL_JOBS):
        raise Refused("Another job about models is at work", remedy="Wait until it is done, or stop it on Models.")
    return services.jobs.add("recalibrate", {"because": because}, services.settings.who)
