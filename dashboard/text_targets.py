"""Sentences of the page Targets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from core.metrics.targets import TargetMetric
from dashboard import format as show

EVERY_MONTH = "Every month"
MONTHS_NOTE = (
    f"Type into a cell; empty it to take the target away. “{EVERY_MONTH}” holds wherever a month has none of its own. "
    "The budget is the target of cash this month. Every target is of the whole book and of a whole month: under a filter an amount is "
    "held against none and a rate is shown beside the whole book's; what a month brought is held against it once the month is over."
)
AGES_NOTE = (
    "Cash to date as a share of the balance placed, by months since placement. "
    "Between two ages the target is a straight line; it begins with nothing in the month of placement."
)
BRING_NOTE = (
    "A CSV with the columns Metric, Month, Age_Months and Value. Metric is the head of a column above; an empty Month holds always; "
    f"Age_Months is for liquidation only. A share is written as {show.percent(0.35, 0)} or as 0.35. "
    "The file is checked first, and set whole or not at all."
)
NO_ROWS = "No row has a fault."
LONGEST_SHARE = 10
"""Decimals of a percentage that a target is ever shown with."""


def value_words(value: float, metric: TargetMetric) -> str:
    """A target as the page shows it and reads it back: whole amounts without hundredths, shares as short as they are exact."""
    if metric.unit == "currency":
        return show.number(value, 2 if value % 1 else 0)
    decimals = next((n for n in range(LONGEST_SHARE) if round(value, n + 2) == value), LONGEST_SHARE)
    return show.percent(value, decimals)


def targets_answer(count: int, missing: Sequence[date], until: date) -> str:
    """How many targets are set, and for which of the months to come the budget is missing.

    Args:
        count: targets that are set.
        missing: months without a budget, from the newest of the book on.
        until: the last month looked at.
    """
    if not count:
        return "**No target is set yet**, so nothing in this book is held against one."
    head = f"**{show.count(count, 'targets')}** {'is' if count == 1 else 'are'} set."
    if not missing:
        return f"{head} The monthly budget is set for every month up to {show.month(until)}."
    later = len(missing) - 1
    more = f" and {show.count(later, 'later months')}" if later else ""
    return f"{head} The monthly budget is missing for **{show.month(missing[0])}**{more}."


def months_title(first: date, last: date) -> str:
    """What the table holds."""
    return f"Targets by month, {show.month(first)} to {show.month(last)}"


def months_note(newest: date, currency: str, elsewhere: int) -> str:
    """How to use the table, the newest day of the book, and how many targets are set for months it never shows."""
    parts = [MONTHS_NOTE, f"Newest figures: {show.day(newest)}."]
    parts += [f"Amounts in {currency}."] if currency else []
    if elsewhere:
        be = "is" if elsewhere == 1 else "are"
        parts.append(f"{show.count(elsewhere, 'targets')} of other months {be} set too; the CSV holds them.")
    return " ".join(parts)


def falls(curve: pd.DataFrame) -> str:
    """Where the liquidation target falls with age, which cash to date does by reversals only; "" where it never does."""
    set_ages = curve.sort_values("age_months")
    drops = set_ages[set_ages["value"].diff() < 0]
    if not len(drops):
        return ""
    age = int(drops["age_months"].iloc[0])
    return f" The target at {show.count(age, 'months')} is below an earlier one; cash to date falls by reversals only."


def was_set(names: Sequence[str], taken: int, who: str) -> str:
    """What an edit did: which targets, by whom."""
    told = f"{names[0]}" if len(names) == 1 else show.count(len(names), "targets")
    if taken == len(names):
        return f"{told}: taken away by {who}."
    return f"{told}: set by {who}."


def was_refused(name: str, text: str, why: str) -> str:
    """Why an edit was not taken."""
    return f"{name}: “{text[:40]}” {why}. The cell is as it was."


def check_words(filename: str, good: int, rejected: int) -> str:
    """What the check of a file found."""
    if rejected:
        return (
            f"{rejected:,} of {show.count(good + rejected, 'rows')} of {filename} {'has' if rejected == 1 else 'have'} a fault, "
            "so none can be set. Mend them and send the file again."
        )
    return f"{filename} is in order: {show.count(good, 'targets')}. Nothing is set before you say so."


def brought(written: int, filename: str, who: str) -> str:
    """What came of a file."""
    return f"{show.count(written, 'targets')} of {filename} set by {who}."
