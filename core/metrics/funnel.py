"""From the loans on the books to the loans that pay: how many get through each step of the work?"""

from __future__ import annotations

import pandas as pd

from core.metrics.delinquency import ARREARS
from core.metrics.flows import NEW
from core.metrics.intervals import wilson, with_wilson
from core.metrics.measure import Measure, ratio
from core.metrics.portfolio import NO_PAYMENTS
from core.metrics.ripeness import Source, noted, partly, untold
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import counted

NO_ACTIONS = "this book has no actions"

STEPS: dict[str, tuple[str, str]] = {
    "inventory": ("loans", ""),
    "workable": ("workable", "inventory"),
    "worked": ("worked", "workable"),
    "contacted": ("contacted", "worked"),
    "reached": ("reached", "contacted"),
    "promised": ("promised", "reached"),
    "paying": ("paying", "workable"),
}
"""Each step with its column of a flow and the step it is a share of. Loans pay without a promise, and without having been
reached, so paying is a share of the workable loans."""

_OF_ACTIONS: tuple[str, ...] = ("worked", "contacted", "reached", "promised")


def funnel(flows: pd.DataFrame, *, actions: bool = True, payments: bool = True) -> pd.DataFrame:
    """Of the loans open at the opening, how many could be worked, were, were reached, promised, and paid?

    Args:
        flows: origin and FLOW_COUNTS of one month, one or more rows an origin; may be empty. New loans are left out: nobody
            could work them at the opening.
        actions, payments: whether any can have been told of the month; steps that nothing is told about are left out.

    Returns:
        One row a step, in the order of STEPS: step, loans (count), before (the step it is a share of, "" for the first),
        share_of_before (0-1; NaN for the first and where no loan came to the step before), low, high (Wilson; NaN where
        the share is, or where it is above 1, as promises noted without a conversation can make it).

    >>> flows = pd.DataFrame({"origin": ["1-29"], "loans": [8], "workable": [6], "worked": [3], "contacted": [2],
    ...                       "reached": [1], "promised": [1], "paying": [3]})
    >>> funnel(flows)[["step", "loans", "before", "share_of_before"]].values.tolist()[1:3]
    [['workable', 6, 'inventory', 0.75], ['worked', 3, 'workable', 0.5]]
    """
    opened = flows[flows["origin"] != NEW]
    loans = {step: int(opened[column].sum()) for step, (column, _) in STEPS.items()}
    unsaid = (*(() if actions else _OF_ACTIONS), *(() if payments else ("paying",)))
    rows = [
        (step, loans[step], before, *_share(loans[step], loans.get(before, 0)))
        for step, (_, before) in STEPS.items()
        if step not in unsaid
    ]
    return pd.DataFrame(rows, columns=["step", "loans", "before", "share_of_before", "low", "high"])


def funnel_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How far the work of the newest whole month reached.

    Returns:
        penetration (worked / workable loans), contact_rate (loans where somebody was reached / worked),
        right_party_rate (loans where the right party was / worked), promise_rate (loans with a promise / right party
        reached), paying_rate (loans with cash / workable): shares of loans with Wilson intervals. intensity: attempts
        per worked loan, unit ratio. Loans, not attempts, are counted, each once a month. Undefined, with the reason, where
        no actions (paying_rate: no payments) can have been told of the month, or the book lacks either of its ends.
    """
    book = reader.book(selection.known_on)
    month = newest_whole_month(book, selection)
    opened = flows_of_month(reader, selection, month, ["origin"])
    opened = opened[opened["origin"] != NEW]
    told = opened.drop(columns="origin").sum()
    late = int(opened.loc[opened["origin"].isin(ARREARS), "loans"].sum())
    measures = _of_loans(told, late, month, book) | {"intensity": _intensity(told, month, book)}
    return {name: noted(each, partly(book, month.closing, _source(name))) for name, each in measures.items()}


_RATES: dict[str, tuple[str, str, str]] = {
    "penetration": ("worked", "workable", "no loan could be worked"),
    "contact_rate": ("contacted", "worked", "no loan was worked"),
    "right_party_rate": ("reached", "worked", "no loan was worked"),
    "promise_rate": ("promised", "reached", "no borrower was reached"),
    "paying_rate": ("paying", "workable", "no loan could be worked"),
}


def _of_loans(told: pd.Series, late: int, month: WholeMonth, book: Book) -> dict[str, Measure]:
    measures = {}
    for name, (above, below, nothing) in _RATES.items():
        why = month.why or unsaid(book, month, _source(name))
        if why:
            measures[name] = Measure.undefined(why, unit="share")
            continue
        n = int(told[below])
        held = late - n if below == "workable" else 0
        note = f"{month.words}; left out: {counted(held, 'loan')} in arrears on hold" if held else month.words
        rate = ratio(float(told[above]), float(n), n=n, excluded=held, why=note, when_zero=f"{nothing} {month.words}")
        measures[name] = with_wilson(rate)
    return measures


def _intensity(told: pd.Series, month: WholeMonth, book: Book) -> Measure:
    why = month.why or unsaid(book, month, "actions")
    if why:
        return Measure.undefined(why, unit="ratio")
    n = int(told["worked"])
    nothing = f"no loan was worked {month.words}"
    return ratio(float(told["attempts"]), float(n), n=n, unit="ratio", why=month.words, when_zero=nothing)


def unsaid(book: Book, month: WholeMonth, source: Source) -> str:
    """Why nothing of these is known about a month; "" where something can be."""
    if not (book.has_payments if source == "payments" else book.has_actions):
        return NO_PAYMENTS if source == "payments" else NO_ACTIONS
    return untold(book, month.closing, source)


def _source(name: str) -> Source:
    return "payments" if name == "paying_rate" else "actions"


def _share(loans: int, before: int) -> tuple[float, float, float]:
    if before == 0:
        return float("nan"), float("nan"), float("nan")
    low, high = wilson(loans, before) if loans <= before else (float("nan"), float("nan"))
    return loans / before, low, high
