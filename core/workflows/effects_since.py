"""How much came in since strategies were measured, in words, and when they are measured again by themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.ports import JobQueue, PortfolioReader
from core.records import Batch, Book, StrategyRun
from core.wording import agree, counted, dated

ENOUGH_SHARE = 0.10
ENOUGH_OUTCOMES = 200
"""Measured again once this share of the outcomes measured on is new, or this many are, whichever is fewer."""


@dataclass(frozen=True, slots=True)
class Since:
    """What came in since a run.

    Attributes:
        outcomes: loans whose outcome is known since, of those worked when it ran; files: of any kind, loaded since.
        due: whether it is time to measure again.
        words: the same in a sentence; "" where nothing came in.
    """

    outcomes: int
    files: int
    due: bool
    words: str


def since(run: StrategyRun, book: Book, batches: list[Batch]) -> Since:
    """What a run does not know yet.

    Args:
        run: the newest that stands.
        book: as it stands; batches: of the book, refused and undone ones included.

    Returns:
        Outcomes are counted by the day on which they are known, for books with payments; in others every portfolio file loaded since
        is taken to bring some.
    """
    new = [
        each for each in batches
        if each.status == "committed" and each.book == book.name and each.id > max(run.batches, default=0)
    ]  # fmt: skip
    until = min(
        [day for day in (book.payments_until, book.days[-1] if book.days else None) if day is not None], default=None
    )
    waiting = run.content.get("waiting") or []
    outcomes = sum(each["loans"] for each in waiting if until is not None and each["on"] <= until.isoformat())
    enough = max(1.0, min(ENOUGH_OUTCOMES, ENOUGH_SHARE * int(run.content.get("n", 0))))
    by_files = not waiting and any(each.kind == "portfolio" for each in new)
    due = outcomes >= enough or by_files
    return Since(outcomes, len(new), due, _words(run, outcomes, len(new)))


def _words(run: StrategyRun, outcomes: int, files: int) -> str:
    if not outcomes and not files:
        return ""
    on = f"Measured as known on {dated(run.known_on)}"
    if outcomes:
        return f"{on}; since then the outcome of {counted(outcomes, 'loan')} more {agree(outcomes, 'is', 'are')} known."
    return f"{on}; since then {counted(files, 'file')} {agree(files, 'was', 'were')} loaded, without an outcome of a loan that waited."


def queue_if_due(reader: PortfolioReader, queue: JobQueue, who: str) -> int | None:
    """Ask for a new measurement where enough came in since the newest one; after a file was stored, never inside its transaction.

    Nothing is asked for where nothing was ever measured (a person begins), or where a measurement waits or runs already.

    Returns:
        The job's number, None where none was needed.
    """
    run = reader.strategy_run()
    if run is None:
        return None
    book = reader.book()
    if not since(run, book, reader.batches(limit=1_000_000)).due:
        return None
    if any(each.kind == "effects" and not each.is_over for each in queue.recent(50)):
        return None
    limits = json.dumps(dict(run.limits)) if run.limits else None
    asked = {"book": book.name, "reference": run.content.get("reference"), "limits": limits}
    return queue.add("effects", asked, who)
