"""Do cures last? Of the loans that became current again, how many still are, and how many fell back?"""

from __future__ import annotations

from datetime import date

import pandas as pd

from core.metrics.delinquency import ARREARS
from core.metrics.flows import REDEFAULT_MONTHS, SUSTAINED_MONTHS
from core.metrics.intervals import wilson, with_wilson
from core.metrics.measure import Measure, ratio
from core.wording import counted, dated

WINDOW_MONTHS = 12
"""Cures of so many months are taken together."""
CURED, SUSTAINED, REDEFAULTED = "cured", "sustained", "redefaulted"
_LOST = "that the book lost sight of before (sold, recalled, missing, or months it lacks)"
HISTORY = ["name", "month", "share", "numerator", "n", "low", "high"]


def lasting_measures(flows: pd.DataFrame, closing: date) -> dict[str, Measure]:
    """Whether cures lasted, over the twelve newest months whose cures are old enough to tell.

    A cure whose time is not yet over on `closing` counts on neither side, so that the newest cures cannot flatter or
    spoil the number, whatever is known of them by now. A cured loan that is paid on the way has kept its cure, one that
    is charged off has not; one that is sold, recalled or missing before its time is over was lost sight of.

    Args:
        flows: month (month-end, ISO), cured, seen_3, sustained_3, seen_6, redefaulted_6 (counts; see
            core.metrics.flows); any further columns and several rows a month; may be empty.
        closing: the newest month-end that counts as seen.

    Returns:
        sustained_cure_rate: Current three months on, or paid by then / cures followed so long. redefault_rate: 30 days
        past due or more, or charged off, on any of the next six month-ends / cures followed so long. With Wilson
        intervals; n is the denominator, `excluded` the cures of the same months that cannot be followed. Undefined
        without any.

    References:
        Sustained cure and re-default: ../../README.md, "How the numbers are defined".
    """
    return {
        "sustained_cure_rate": _lasting(flows, closing, SUSTAINED_MONTHS, "sustained_3", "seen_3"),
        "redefault_rate": _lasting(flows, closing, REDEFAULT_MONTHS, "redefaulted_6", "seen_6"),
    }


def cure_history(flows: pd.DataFrame, closing: date) -> pd.DataFrame:
    """Month by month, which share of the loans in arrears was cured, and which share of a month's cures lasted?

    Args:
        flows: month (month-end, ISO), origin, state, loans, seen_3, sustained_3, seen_6, redefaulted_6 (counts; see
            core.metrics.flows); several rows a month; may be empty.
        closing: the newest month-end that counts as seen.

    Returns:
        One row a number and month, oldest month first: name (CURED: loans now Current or paid / loans in arrears at the
        opening; SUSTAINED and REDEFAULTED: as for `lasting_measures`), month (of the cure), share (0-1), numerator, n
        (count), low, high (95 % Wilson). A month with nothing to divide by is absent, and so is one whose cures are not
        old enough to tell on `closing`. Empty without flows.

    >>> flows = pd.DataFrame({"month": "2026-10-31", "origin": "1-29", "state": ["Current", "30-59"], "loans": [1, 3],
    ...                       "seen_3": 0, "sustained_3": 0, "seen_6": 0, "redefaulted_6": 0})
    >>> cure_history(flows, date(2026, 10, 31))[["name", "month", "share", "n"]].values.tolist()
    [['cured', '2026-10-31', 0.25, 4]]
    """
    late = flows[flows["origin"].isin(list(ARREARS))]
    cured = late["loans"].where(late["state"].isin(["Current", "paid"]), 0)
    parts = [
        (CURED, 0, late.assign(above=cured, below=late["loans"])),
        (SUSTAINED, SUSTAINED_MONTHS, late.assign(above=late["sustained_3"], below=late["seen_3"])),
        (REDEFAULTED, REDEFAULT_MONTHS, late.assign(above=late["redefaulted_6"], below=late["seen_6"])),
    ]
    rows = []
    for name, age_months, told in parts:
        old_enough = told[told["month"] <= matured_months(closing, age_months)[-1]]
        for month, sums in old_enough.groupby("month", sort=True)[["above", "below"]].sum().iterrows():
            above, below = int(sums["above"]), int(sums["below"])
            if below:
                rows.append((name, month, above / below, above, below, *wilson(above, below)))
    return pd.DataFrame(rows, columns=HISTORY)


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
    words = f"of the months ended {dated(months[0])} to {dated(months[-1])}"
    unknown = (
        f"the book lacks the month-ends that would tell, or the loan on them, for {counted(cured, 'cure')} {words}"
    )
    lost = cured - followed
    return with_wilson(
        ratio(
            float(sums[kept]),
            float(followed),
            n=followed,
            of="cures",
            excluded=lost,
            why=f"cures {words}" + (f"; left out: {lost} {_LOST}" if lost else ""),
            when_zero=unknown if cured else f"there are no cures {words}",
        )
    )
