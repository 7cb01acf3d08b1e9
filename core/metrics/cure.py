"""Do cures last? Of the loans that became current again, how many still are, and how many fell back?"""

from __future__ import annotations

from datetime import date

import pandas as pd

from core.metrics.flows import REDEFAULT_MONTHS, SUSTAINED_MONTHS
from core.metrics.intervals import with_wilson
from core.metrics.measure import Measure, ratio

WINDOW_MONTHS = 12
"""Cures of so many months are taken together."""


def lasting_measures(flows: pd.DataFrame, closing: date) -> dict[str, Measure]:
    """Whether cures lasted, over the twelve newest months whose cures are old enough to tell.

    A cure whose time is not yet over on `closing` counts on neither side, so that the newest cures cannot flatter or
    spoil the number, whatever is known of them by now.

    Args:
        flows: month (month-end, ISO), cured, seen_3, sustained_3, seen_6, redefaulted_6 (counts; see
            core.metrics.flows); any further columns and several rows a month; may be empty.
        closing: the newest month-end that counts as seen.

    Returns:
        sustained_cure_rate: Current or paid three months on / cures seen then. redefault_rate: 30 days past due or more
        on any of the next six month-ends / cures seen on all of them. With Wilson intervals; n is the denominator,
        `excluded` the cures of the same months that cannot be followed. Undefined without any.

    References:
        Sustained cure and re-default: ../../README.md, "How the numbers are defined".
    """
    return {
        "sustained_cure_rate": _lasting(flows, closing, SUSTAINED_MONTHS, "sustained_3", "seen_3"),
        "redefault_rate": _lasting(flows, closing, REDEFAULT_MONTHS, "redefaulted_6", "seen_6"),
    }


def matured_months(closing: date, age_months: int) -> list[str]:
    """The twelve newest month-ends (ISO, oldest first) that are so many months old on the month-end `closing`.

    >>> matured_months(date(2026, 10, 31), 3)[::11]
    ['2025-08-31', '2026-07-31']
    """
    newest = pd.Period(closing, "M") - age_months
    return [(newest - back).end_time.date().isoformat() for back in reversed(range(WINDOW_MONTHS))]


def _lasting(flows: pd.DataFrame, closing: date, age_months: int, kept: str, seen: str) -> Measure:
    months = matured_months(closing, age_months)
    sums = flows.loc[flows["month"].isin(months), ["cured", seen, kept]].sum()
    cured, followed = int(sums["cured"]), int(sums[seen])
    words = f"cures of the months to {months[0]} to {months[-1]}"
    unknown = f"the book lacks the month-ends that would tell, or the loan on them, for {cured} {words}"
    lost = cured - followed
    return with_wilson(
        ratio(
            float(sums[kept]),
            float(followed),
            n=followed,
            of="cures",
            excluded=lost,
            why=words + (f"; {lost} that the book cannot follow so long are left out" if lost else ""),
            when_zero=unknown if cured else f"there are no {words}",
        )
    )
