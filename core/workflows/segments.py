"""Segments on request: fitted again with a reason, and compared with other ways to find groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused, TooLittleData
from core.metrics.delinquency import OPEN
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.records import Job
from core.segments.features import number
from core.wording import counted, dated
from core.workflows.refresh import settle_segments
from core.workflows.score import score_frame
from core.workflows.worker import Handler

SHORTEST_REASON = 5
LONGEST_REASON = 200
FEWEST_LOANS = 50


def checked_reason(text: object) -> str:
    """Why the segments are fitted again, in a person's words. Raises Refused for none, or one too long to be read."""
    reason = " ".join(str(text or "").split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Refused(
            f"The reason is {counted(len(reason), 'letter')} long",
            remedy=f"Say in {SHORTEST_REASON} to {LONGEST_REASON} letters why the segments are fitted again.",
        )
    return reason


def with_outcomes(reader: PortfolioReader) -> pd.DataFrame:
    """One row a loan: its newest snapshot, open and with balance, whose 12 months have passed, with `recovery` (share of
    the balance, net cash of 12 months); empty where no outcome is known."""
    rows = reader.training_rows()
    known = rows["cash_12m"].notna() & (rows["balance"] > 0)
    if "status" in rows:
        known &= rows["status"].fillna(OPEN) == OPEN
    newest = rows[known].sort_values("as_of").drop_duplicates("loan_ref", keep="last")
    return newest.assign(recovery=number(newest, "cash_12m") / number(newest, "balance")).reset_index(drop=True)


def refit(
    reader: PortfolioReader, writer: PortfolioWriter, *, reason: str, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Fit the segments to the newest day anew, place its loans in them, and compare the ways; ids and names carry over.

    Raises:
        Refused: no reason, or an empty book. TooLittleData: fewer than 50 open loans.
    """
    from core.segments.clustering import fit_segments
    from core.segments.naming import names_of
    from core.segments.stability import matched

    because, book = checked_reason(reason), reader.book()
    if book.is_empty:
        raise Refused("There is no loan in this book", remedy="Load a portfolio file first.")
    progress(0.05, "reading outcomes")
    outcomes, loans = with_outcomes(reader), _open_loans(reader, book.days[-1])
    progress(0.2, "finding segments")
    old, content = reader.segmentation(), fit_segments(loans, outcomes=outcomes)
    content = {**content, "loans_on": book.days[-1].isoformat()}
    names: tuple[str, ...] = names_of(content)
    if old is not None:
        content, names = matched(content, old.content, old.names)
    progress(0.4, "comparing with other ways")
    comparison = _comparison(loans, content, outcomes)
    progress(0.7, "placing the loans")
    files = [each for each in reader.batches() if each.kind == "portfolio" and each.status == "committed"]
    with writer.unit(
        book.name, kind="scoring", known_on=today, who=who, note=f"segments fitted again: {because}"
    ) as unit:
        frame, champion = unit.all_on(book.days[-1]), unit.champion()
        segmentation = unit.put_segmentation(content, names, files[0].id if files else None, reason=because)
        unit.put_comparison(segmentation.id, comparison)
        scores = score_frame(
            frame, champion=champion, segmentation=segmentation, rates=unit.matured_rates(), policy=unit.policy_in_use()
        )
        unit.put_scores(scores, champion.id if champion and (scores["source"] == "model").all() else None)
        settle_segments(unit)
    kept = len(set(names) & set(old.names)) if old else 0
    return {
        "segments": len(names), "kept": kept, "loans": len(frame), "n": content["n"], "method": content["method"],
        "sentence": f"{counted(len(names), 'segment')} on {dated(book.days[-1])}, {kept} of them as before; "
        f"{counted(len(frame), 'loan')} placed.",
    }  # fmt: skip


def compare(
    reader: PortfolioReader, writer: PortfolioWriter, *, today: date, who: str, progress: Progress
) -> dict[str, Any]:
    """Compare the clustering in use with other ways, and keep the result with it.

    Raises:
        Refused: the book has no segments yet.
    """
    book, segmentation = reader.book(), reader.segmentation()
    if segmentation is None or book.is_empty:
        raise Refused("This book has no segments yet", remedy="Load a portfolio file with at least 50 open loans.")
    progress(0.05, "reading outcomes")
    outcomes = with_outcomes(reader)
    progress(0.3, "comparing with other ways")
    comparison = _comparison(_open_loans(reader, book.days[-1]), segmentation.content, outcomes)
    with writer.unit(book.name, kind="scoring", known_on=today, who=who, note="segmentations compared") as unit:
        unit.put_comparison(segmentation.id, comparison)
    return {"ways": len(comparison["ways"]), "n": comparison["n"], "sentence": " ".join(comparison["verdict"][:2])}


def segment_jobs(
    reader: Callable[[], PortfolioReader], writer: PortfolioWriter, today: Callable[[], date]
) -> dict[str, Handler]:
    """What the worker does for the jobs of the Segments page: "refit" with a reason, and "compare segments"."""

    def fit(job: Job, progress: Progress) -> dict[str, Any]:
        reason = str(job.payload.get("reason", ""))
        return refit(reader(), writer, reason=reason, today=today(), who=job.who, progress=progress)

    def beside(job: Job, progress: Progress) -> dict[str, Any]:
        return compare(reader(), writer, today=today(), who=job.who, progress=progress)

    return {"refit": fit, "compare segments": beside}


def _open_loans(reader: PortfolioReader, day: date) -> pd.DataFrame:
    """The loans that shape segments: those open on a day."""
    frame = pd.concat(list(reader.snapshots(day)), ignore_index=True)
    return frame[frame["status"].fillna(OPEN) == OPEN].reset_index(drop=True) if "status" in frame else frame


def _comparison(loans: pd.DataFrame, content: Any, outcomes: pd.DataFrame) -> dict[str, Any]:
    """On loans with outcomes where there are enough of them, else on today's open ones."""
    from core.segments.comparison import compared
    from core.segments.explained import FEWEST_OUTCOMES

    if len(outcomes) >= FEWEST_OUTCOMES:
        return compared(outcomes, content, outcomes["recovery"].to_numpy(dtype=float)) | {"on": "outcomes"}
    if len(loans) < FEWEST_LOANS:
        raise TooLittleData(
            f"Segmentations cannot be compared on {counted(len(loans), 'open loan')}",
            remedy=f"Load a day with at least {FEWEST_LOANS}.",
        )
    return compared(loans, content, np.full(len(loans), np.nan)) | {"on": "newest day"}
