"""A person decides: loans go under a strategy, and what is said of them follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.ports import PortfolioReader, PortfolioWriter
from core.wording import counted
from core.workflows.refresh import score_unit


def decide(
    loan_refs: Sequence[str],
    strategy: str,
    *,
    reader: PortfolioReader,
    writer: PortfolioWriter,
    today: date,
    who: str,
) -> int:
    """Put loans of the book on show under a strategy, in one revision with their new scores.

    Args:
        loan_refs: the loans; strategy: any name the catalogue knows.
        today: the day of the decision; who: the person's name.

    Returns:
        How many loans.

    Raises:
        Refused: no such strategy; loans that are not in the book, have left it, or are on hold. Nothing is changed.
    """
    note = f"{strategy} for {counted(len(loan_refs), 'loan')}"
    with writer.unit(reader.book().name, kind="decision", known_on=today, who=who, note=note) as unit:
        done = unit.decide(loan_refs, strategy, today)
        score_unit(unit, batch_id=None, newest_before=None, may_fit=False)
    return done
