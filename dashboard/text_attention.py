"""The sentences of what needs attention, and of the year so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from core.metrics.attention import EVERY_PRODUCT, Attention, Concern
from core.metrics.measure import Measure
from dashboard import format as show

HEADING = "What needs attention"
CALM = "Nothing is beyond its usual swing"
UNJUDGED = "Nothing can be held against its usual swing yet"
MOST_SHOWN = 6
NOT_EVERY_MONTH = "not every month of the year has one"


class Told(NamedTuple):
    """A concern in words: the finding, its evidence, and where to look, with the words of the link."""

    finding: str
    evidence: str
    path: str
    link: str


def told(concern: Concern) -> Told:
    """One concern as a person reads it; `path` is a page, with its own keys in the address."""
    return _WORDS[concern.kind](concern)


def attention_subtitle(seen: Attention, day: date) -> str:
    """What was looked at, and that the order is by money."""
    looked = f"{show.count(seen.rates, 'roll rates')} held against their own months before" if seen.rates else ""
    order = "most money first" if len(seen.concerns) > 1 else ""
    return "; ".join(part for part in (show.month(day), looked, order) if part)


def unseen_words(unseen: Sequence[str]) -> str:
    """What could not be looked at; "" where everything could."""
    return f"Not looked at. {' '.join(unseen)}" if unseen else ""


def year_title(cash: Measure, before: Measure) -> str:
    """The cash of the year against that of last year."""
    if not cash.is_defined:
        return "Cash this year"
    change = (cash.value - before.value) / abs(before.value) if before.is_defined and before.value else math.nan
    if math.isnan(change):
        return f"Cash this year: {show.money(cash.value)}"
    word = "more" if change > 0 else "less"
    return f"Cash this year: {show.money(cash.value)}, {show.percent(abs(change))} {word} than last year"


def year_subtitle(cash: Measure, before: Measure, budget: float, no_budget: str) -> str:
    """What is drawn, and what it is held against; `no_budget` says why there is no budget to hold it against."""
    drawn = f"Cash on placed loans, adding up from January, n = {show.count(cash.n, 'payments')}"
    last = show.money(before.value) if before.is_defined else f"{show.UNDEFINED}, because {before.why}"
    if no_budget:
        return f"{drawn}; last year {last}; budget {show.UNDEFINED}, because {no_budget}"
    gap = show.signed(show.percent((cash.value - budget) / abs(budget))) if budget else show.UNDEFINED
    return f"{drawn}; last year {last}; budget {show.money(budget)}, {gap}"


def _late(concern: Concern) -> Told:
    return Told(
        f"The book is late: its newest figures are of {show.day(concern.day)}",
        f"The next month-end was {show.count(concern.n, 'days')} ago.",
        "/batches", "Bring a file",
    )  # fmt: skip


def _rolls(concern: Concern) -> Told:
    where = concern.bucket if concern.product == EVERY_PRODUCT else f"{concern.product}, {concern.bucket}"
    return Told(
        f"{where}: {show.money(concern.amount)} more rolled to a worse bucket than usual",
        f"{show.percent(concern.now)} in {show.month(concern.day)} against {show.percent(concern.usual)} in {concern.months} months before; "
        f"its usual swing ends at {show.percent(concern.limit)}; n = {show.count(concern.n, 'loans')}.",
        f"/recovery{_only(concern)}", "See where it rolls",
    )  # fmt: skip


def _promises(concern: Concern) -> Told:
    return Told(
        f"Promises broken: {show.money(concern.amount)} promised and not paid",
        f"{show.percent(concern.now)} were kept in {show.month(concern.day)} against {show.percent(concern.usual)} in {concern.months} "
        f"months before; the usual swing ends at {show.percent(concern.limit)}; n = {show.count(concern.n, 'promises')}.",
        "/recovery", "See the promises",
    )  # fmt: skip


def _cash(concern: Concern) -> Told:
    return Told(
        f"{concern.product} pays less: {show.money(concern.amount)} less cash in {show.count(concern.months, 'months')}",
        f"{show.percent(concern.now)} of its arrears a month against {show.percent(concern.usual)} in the {concern.months} months before, "
        f"beyond twice the swing between months; n = {show.count(concern.n, 'loan-months')}.",
        f"/recovery{_only(concern)}", f"See {concern.product}",
    )  # fmt: skip


def _budget(concern: Concern) -> Told:
    return Told(
        f"The budget is missed by {show.money(concern.amount)}",
        f"Cash in {show.month(concern.day)} was {show.money(concern.now)} of {show.money(concern.usual)}; "
        f"n = {show.count(concern.n, 'payments')}.",
        "/targets", "See the budget",
    )  # fmt: skip


def _only(concern: Concern) -> str:
    """The address's filter on the product of a concern."""
    return "" if concern.product in ("", EVERY_PRODUCT) else f"?product={concern.product}"


_WORDS: dict[str, Callable[[Concern], Told]] = {
    "late book": _late, "rolls": _rolls, "promises": _promises, "cash": _cash, "budget": _budget,
}  # fmt: skip
