"""Of what could be collected over a month, how much was? The collection effectiveness index, a secondary number."""

from __future__ import annotations

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import MISSING, NEW
from core.metrics.measure import Measure, ratio
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from core.ports import PortfolioReader
from core.selection import Selection
from core.wording import counted, dated

LOST: tuple[str, ...] = ("sold", "recalled", MISSING)
"""States of loans of which nobody can tell what was collected."""
NO_DUE = "no file states Monthly_EMI"


def cei(opening: float, due: float, closing_total: float, closing_current: float) -> float:
    """The collection effectiveness index: (opening + due - closing total) / (opening + due - closing current).

    Args:
        opening: receivables at the beginning (currency).
        due: what fell due in between; in the original, a month's average credit sales.
        closing_total: receivables at the end.
        closing_current: those of them that are not past due.

    Returns:
        A share, 1 where nothing past due is left; below 0 where more is owed than could be; NaN where nothing was
        there to collect (a denominator of 0 or below).

    References:
        CEI: ../../README.md, "How the numbers are defined"; the example is the one published for it.

    >>> round(cei(6200, 10890 / 3, 6340, 3590), 3), round(cei(6200, 10890, 6340, 3590), 3)
    (0.559, 0.796)
    """
    collectable = opening + due - closing_current
    return (opening + due - closing_total) / collectable if collectable > 0 else float("nan")


def cei_measure(reader: PortfolioReader, selection: Selection) -> Measure:
    """The index over the newest whole month, for the loans open at its opening.

    It was made for trade receivables, where all that is owed falls due within weeks; a loan's balance holds instalments
    of years: read it beside the recovery rate and the cure rate, never instead of them. It follows the same loans on
    both sides: an arrival of the month was not there to be collected from. What was written off has left the book
    without being collected and is added to the closing total. Loans that were sold, recalled or went missing are left
    out on both sides: nobody can tell what was collected of them.

    Returns:
        Unit share; n the loans of the opening that are followed; excluded those that left, and those that state no
        Monthly_EMI and so add nothing to what fell due. Undefined, with the reason, where no loan states one or the
        book lacks either end of the month.
    """
    month = newest_whole_month(reader.book(selection.known_on), selection)
    if month.why:
        return Measure.undefined(month.why, unit="share")
    flows = flows_of_month(reader, selection, month, ["origin", "state"])
    opened = flows[flows["origin"] != NEW]
    same = opened[~opened["state"].isin(LOST)]
    lost = int(opened["loans"].sum() - same["loans"].sum())
    loans, with_due = int(same["loans"].sum()), int(same["dated"].sum())
    if loans == 0:
        why = (
            f"every loan that was open on {dated(month.opening)} left the book"
            if lost
            else f"no loan was open on {dated(month.opening)}"
        )
        return Measure.undefined(why, unit="share")
    if with_due == 0:
        return Measure.undefined(NO_DUE, unit="share", n=loans)
    gross = round(float(same["opening"].sum() + same["due"].sum()), 2)
    current = same.loc[same["state"] == BUCKETS[0], "closing"].sum()
    owed = float(same["closing"].sum() + same["written_off"].sum())
    return ratio(
        round(gross - owed, 2),
        round(gross - float(current), 2),
        n=loans,
        excluded=lost + loans - with_due,
        why=_note(month, lost, loans - with_due),
        when_zero="all that was owed or fell due is on loans that are current",
    )


def _note(month: WholeMonth, lost: int, undated: int) -> str:
    told = [month.words]
    if lost:
        told.append(f"left out: {counted(lost, 'loan')} sold, recalled or missing at its end")
    if undated:
        told.append(f"nothing fell due on {counted(undated, 'loan')} without a Monthly_EMI")
    return "; ".join([*told, "what was written off counts as not collected"])
