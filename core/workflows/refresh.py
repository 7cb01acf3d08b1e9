"""After any change of the book: score what it made speak, or left without a score."""

from __future__ import annotations

from datetime import date

import pandas as pd

from core.ports import WriteUnit
from core.records import Model
from core.segments.migration import held, month_before
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
        settle_segments(unit)
        return
    policy = unit.policy_in_use()
    if policy is not None and may_fit:
        frame = _whole_days(unit, frame)
    segmentation = unit.segmentation()
    newest = frame[frame["as_of"] == frame["as_of"].max()]
    fitted = fit_segments_if_needed(newest, segmentation) if may_fit else None
    if fitted is not None:
        content, names = fitted
        segmentation = unit.put_segmentation(content, names, batch_id)
    champion = unit.champion()
    rates = unit.matured_rates()
    scores = score_frame(frame, champion=champion, segmentation=segmentation, rates=rates, policy=policy)
    unit.put_scores(scores, champion.id if champion else None)
    settle_segments(unit)
    if may_fit:
        shadow_unit(unit, frame, scores)


def scored_as_in_use(unit: WriteUnit, frame: pd.DataFrame, champion: Model | None) -> pd.DataFrame:
    """What a model tells of snapshots, with segments, experience and policy as they are in use: for `WriteUnit.put_scores`.

    Args:
        frame: snapshots in the columns of `WriteUnit.to_score`. champion: the model that tells; None for the rule score.
    """
    return score_frame(
        frame,
        champion=champion,
        segmentation=unit.segmentation(),
        rates=unit.matured_rates(),
        policy=unit.policy_in_use(),
    )


def _whole_days(unit: WriteUnit, frame: pd.DataFrame) -> pd.DataFrame:
    """Every loan of the days touched: places that a policy gives are shared among all loans of a day."""
    days = sorted({date.fromisoformat(str(day)) for day in frame["as_of"]})
    return pd.concat([unit.all_on(day) for day in days], ignore_index=True)


def settle_segments(unit: WriteUnit) -> None:
    """Let the month before hold loans back that have not clearly moved (core.segments.migration), on every day this
    revision touched.

    A day's segments hang on those of the month before, so a file that comes late, or is taken back, may change them in
    the months after: these are settled again, one after the other, until one has passed in which nothing changed.
    """
    touched, days = set(unit.touched_days()), unit.book_days()
    news = {_month(day) for day in touched}
    seen: dict[date, pd.DataFrame] = {}
    for day in days:
        if day not in touched and _month(day) - 1 not in news:
            continue
        before = month_before(day, days)
        told = unit.segments_on(day)
        if before is not None and before not in seen:
            seen[before] = unit.segments_on(before)
        settled = held(told, None if before is None else seen[before])
        moved = (settled != told["segment"]).to_numpy()
        if moved.any():
            numbers = told.loc[moved, "snapshot_id"].astype(int).tolist()
            unit.put_segments(dict(zip(numbers, settled[moved].tolist(), strict=True)))
            news.add(_month(day))
        seen = {each: frame for each, frame in seen.items() if _month(each) >= _month(day) - 1}
        seen[day] = told.assign(segment=settled)


def _month(day: date) -> int:
    return day.year * 12 + day.month
