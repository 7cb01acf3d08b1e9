"""After any change of the book: score what it made speak, or left without a score."""

from __future__ import annotations

from datetime import date

from core.ports import WriteUnit
from core.workflows.score import fit_segments_if_needed, score_frame
from core.workflows.shadow import shadow_unit


def score_unit(
    unit: WriteUnit,
    *,
    batch_id: int | None,
    newest_before: date | None,
    payments_until: date | None = None,
    may_fit: bool = True,
) -> None:
    """Score what a revision made speak or left without a score.

    Payments change what may be expected of the newest day, so that day is scored anew, unless they run ahead of the book:
    then the next portfolio file brings a newer day.

    Args:
        batch_id: the batch a first or outgrown clustering is fitted on.
        newest_before: the newest day of the book before this revision.
        payments_until: the last day of a payments file; None for any other revision.
        may_fit: whether a clustering may be fitted on what is scored here: not on a handful of chosen loans.
    """
    frame = unit.to_score()
    if payments_until is not None and newest_before is not None and payments_until <= newest_before:
        frame = unit.all_on(newest_before)
    if frame.empty:
        return
    segmentation = unit.segmentation()
    newest = frame[frame["as_of"] == frame["as_of"].max()]
    fitted = fit_segments_if_needed(newest, segmentation) if may_fit else None
    if fitted is not None:
        content, names = fitted
        segmentation = unit.put_segmentation(content, names, batch_id)
    champion = unit.champion()
    scores = score_frame(frame, champion=champion, segmentation=segmentation, rates=unit.matured_rates())
    unit.put_scores(scores, champion.id if champion else None)
    if may_fit:
        shadow_unit(unit, frame, scores)
