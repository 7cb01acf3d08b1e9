"""Take a batch back, or move it to another day."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.ports import PortfolioReader, PortfolioWriter, WriteUnit
from core.scores.registry.kept_out import kept_out_by_now, reads_kept_out
from core.workflows.monitor import monitor_unit
from core.workflows.refresh import score_unit


def undo(batch_id: int, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str) -> dict[str, Any]:
    """Retract a batch; today's answers are those before it. Raises UnknownBatch.

    Where the model in use falls with it and the one that returns reads a column that stays out by now, that one is withdrawn
    and the rule score orders the work.

    Args:
        reader: opened on the batch's book.
    """
    batch = reader.batch(batch_id)
    with writer.unit(batch.book, kind="undo", known_on=today, who=who, note=f"batch {batch_id}") as unit:
        unit.retract(batch_id)
        _score(unit, reader, batch_id, None)
        monitor_unit(unit)
    return {
        "batch": batch_id,
        "status": "undone",
        "kind": batch.kind,
        "rows": batch.accepted,
        "filename": batch.filename,
    }


def _score(unit: WriteUnit, reader: PortfolioReader, gone: int, number: int | None) -> None:
    """Score what speaks now that a batch is gone; the whole newest day where the model that returned had to be withdrawn.

    Args:
        gone: the batch; number: the one in its place, None where there is none.
    """
    withdrawn = _withdrawn(unit, reader, gone)
    score_unit(unit, batch_id=number, newest_before=None)
    if withdrawn and (days := unit.book_days()):
        score_unit(unit, batch_id=number, newest_before=days[-1], payments_until=days[-1])


def _withdrawn(unit: WriteUnit, reader: PortfolioReader, batch_id: int) -> bool:
    """Withdraw the model that returned with an undo where it reads what stays out by now; whether it was."""
    before, now = reader.champion(), unit.champion()
    if now is None or (before is not None and before.id == now.id):
        return False
    cards = [each.card for each in reader.models() if batch_id not in each.card.get("trained_on_batches", ())]
    read = reads_kept_out(now.card.get("inputs", ()), kept_out_by_now(cards, reader.rulings()))
    if read:
        unit.withdraw(now.id, because=f"it reads {', '.join(read)}, which stays out of any model trained now")
    return bool(read)


def redate(
    batch_id: int, as_of: date, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str
) -> dict[str, Any]:
    """Give a portfolio batch another day: the old one is undone (see `undo`) and its rows are stored again, in one revision.
    Raises UnknownBatch, and Refused where its rows bring their own dates or are of another kind."""
    batch = reader.batch(batch_id)
    with writer.unit(
        batch.book, kind="batch", known_on=today, who=who, note=f"batch {batch_id} as of {as_of.isoformat()}"
    ) as unit:
        number = unit.redate(batch_id, as_of)
        _score(unit, reader, batch_id, number)
        monitor_unit(unit, [as_of.isoformat()])
    return {
        "batch": number,
        "status": "committed",
        "kind": batch.kind,
        "rows": batch.accepted,
        "as_of": as_of.isoformat(),
        "replaces": batch_id,
    }
