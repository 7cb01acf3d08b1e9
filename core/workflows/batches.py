"""Take a batch back, or move it to another day."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.ports import PortfolioReader, PortfolioWriter
from core.workflows.monitor import monitor_unit
from core.workflows.refresh import score_unit


def undo(batch_id: int, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str) -> dict[str, Any]:
    """Retract a batch; today's answers are those before it. Raises UnknownBatch."""
    batch = reader.batch(batch_id)
    with writer.unit(batch.book, kind="undo", known_on=today, who=who, note=f"batch {batch_id}") as unit:
        unit.retract(batch_id)
        score_unit(unit, batch_id=None, newest_before=None)
        monitor_unit(unit)
    return {
        "batch": batch_id,
        "status": "undone",
        "kind": batch.kind,
        "rows": batch.accepted,
        "filename": batch.filename,
    }


def redate(
    batch_id: int, as_of: date, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str
) -> dict[str, Any]:
    """Give a portfolio batch another day: the old one is undone and its rows are stored again, in one revision.
    Raises UnknownBatch, and Refused where its rows bring their own dates or are of another kind."""
    batch = reader.batch(batch_id)
    with writer.unit(
        batch.book, kind="batch", known_on=today, who=who, note=f"batch {batch_id} as of {as_of.isoformat()}"
    ) as unit:
        number = unit.redate(batch_id, as_of)
        score_unit(unit, batch_id=number, newest_before=None)
        monitor_unit(unit, [as_of.isoformat()])
    return {
        "batch": number,
        "status": "committed",
        "kind": batch.kind,
        "rows": batch.accepted,
        "as_of": as_of.isoformat(),
        "replaces": batch_id,
    }
