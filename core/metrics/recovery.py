"""What is being recovered, and is it getting better? Rates to date, cash by month, and cohorts at the same age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from core.metrics.portfolio import month_end

MARKS: tuple[int, ...] = (3, 6, 12)
"""Ages in whole months at which cohorts are compared."""

CohortSize = Literal["month", "quarter"]


def recovery_history(
    placed: pd.DataFrame, cash: pd.DataFrame, months: Sequence[str], by: Sequence[str] = ()
) -> pd.DataFrame:
    """Recovery rate to date at each month-end: cash to date / balance placed to date, all cohorts together.

    Args:
        placed: `by`, cohort (month-end, ISO), loans (episodes), balance (currency).
        cash: `by`, month (month-end of posting, ISO), cash (currency, net of reversals).
        months: month-ends (ISO) asked about, oldest first.
        by: the dimensions at placement that split it; () for the whole.

    Returns:
        One row a group and month, groups in order of first appearance in `placed`: `by`, month, loans, balance, cash
        (all to date), rate (0-1 and above; NaN until something was placed). Groups without placements are absent,
        cash of such groups too. Empty without placements or months.

    References:
        Recovery rate: ../../README.md, "How the numbers are defined".
    """
    columns = [*by, "month", "loans", "balance", "cash", "rate"]
    blocks = []
    for group, rows in _groups(placed, by):
        paid = _of_group(cash, by, group)
        to_date = pd.DataFrame(
            {
                "month": list(months),
                "loans": _running(rows, "cohort", "loans", months).astype(np.int64),
                "balance": _running(rows, "cohort", "balance", months).round(2),
                "cash": _running(paid, "month", "cash", months).round(2),
            }
        )
        blocks.append(to_date.assign(**dict(zip(by, group, strict=True))))
    if not blocks or not months:
        return pd.DataFrame(columns=columns)
    history = pd.concat(blocks, ignore_index=True)
    history["rate"] = (history["cash"] / history["balance"]).where(history["balance"] > 0)
    return history[columns]


def cash_by_month(cash: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """Cash of each month, posted and counted back.

    Args:
        cash: month (month-end, ISO), payments (count), cash (currency; a reversal counts in the month it was posted),
            cash_effective (currency; a reversal counts in the month of the payment it takes back).
        months: month-ends (ISO) asked about; months without a payment are rows of zeros.

    Returns:
        One row a month: month, payments, cash, cash_effective, moved (cash - cash_effective: what reversals moved out of or into
        the month). Over a whole history the two sums are equal.
    """
    sums = cash.groupby("month")[["payments", "cash", "cash_effective"]].sum().reindex(list(months)).fillna(0.0)
    sums = sums.round(2).astype({"payments": "int64"})
    return sums.assign(moved=(sums["cash"] - sums["cash_effective"]).round(2)).rename_axis("month").reset_index()


def cohort_recovery(
    placed: pd.DataFrame, cash: pd.DataFrame, as_of: date, *, size: CohortSize = "quarter", marks: Sequence[int] = MARKS
) -> pd.DataFrame:
    """Recovery of each placement cohort at the same ages, and to date.

    The age of a payment is the number of calendar months between the placement's month (0) and its own. A cohort has
    reached an age only when every loan in it has: when the last of its months did, and that month is over on `as_of`.

    Args:
        placed: cohort (month-end, ISO), loans (episodes), balance (currency).
        cash: cohort, month (month-ends, ISO), cash (currency, as posted), cash_effective (reversals counted back to
            their payment).
        as_of: the day up to which payments are known, or that of the question where that is earlier (`ripe_day`).
        size: whether a cohort is a month or a quarter of placements.
        marks: ages in months.

    Returns:
        One row a cohort, oldest first: cohort ("2026-04" or "2026 Q2"), first, last (month-ends, ISO, of its months
        with placements), loans, balance, cash (as posted, to date), rate (to date), age (months every loan has
        reached; -1 while its last month runs), and rate_<mark> by `cash_effective`: NaN where not yet reached or where
        nothing was placed. Empty without placements.

    References:
        Liquidation curve L(m): ../../README.md, "How the numbers are defined".
    """
    columns = [
        "cohort",
        "first",
        "last",
        "loans",
        "balance",
        "cash",
        "rate",
        "age",
        *(f"rate_{mark}" for mark in marks),
    ]
    if placed.empty:
        return pd.DataFrame(columns=columns)
    named = placed.assign(name=placed["cohort"].map(lambda month: cohort_name(month, size)))
    paid = cash.assign(
        name=cash["cohort"].map(lambda month: cohort_name(month, size)),
        at=[_months_between(start, month) for start, month in zip(cash["cohort"], cash["month"], strict=True)],
    )
    complete = _last_complete_month(as_of)
    rows, of_cohort = [], dict(tuple(paid.groupby("name")))
    for name, members in named.groupby("name", sort=True):
        own, balance, last = of_cohort.get(name, paid[:0]), _sum(members["balance"]), members["cohort"].max()
        age = max(-1, _months_between(last, complete))
        rates = {f"rate_{mark}": _rate_at(own, mark, balance, age) for mark in marks}
        to_date = _sum(own["cash"])
        rows.append(
            {
                "cohort": name, "first": members["cohort"].min(), "last": last, "loans": int(members["loans"].sum()),
                "balance": balance, "cash": to_date, "rate": _share(to_date, balance), "age": age, **rates,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def cohort_name(month: str, size: CohortSize) -> str:
    """A placement month's cohort.

    >>> cohort_name("2026-05-31", "quarter"), cohort_name("2026-05-31", "month")
    ('2026 Q2', '2026-05')
    """
    return month[:7] if size == "month" else f"{month[:4]} Q{(int(month[5:7]) + 2) // 3}"


def cohort_months(cohort: str) -> tuple[str, ...]:
    """The placement months (month-ends, ISO) of a cohort: of a quarter its three, else the month it is.

    >>> cohort_months("2026 Q1"), cohort_months("2026-05-31")
    (('2026-01-31', '2026-02-28', '2026-03-31'), ('2026-05-31',))
    """
    year, _, quarter = cohort.partition(" Q")
    if not (year.isdecimal() and len(year) == 4 and quarter in ("1", "2", "3", "4")):
        return (cohort,)
    return tuple(month_end(date(int(year), 3 * int(quarter) - back, 1)).isoformat() for back in (2, 1, 0))


def _running(frame: pd.DataFrame, clock: str, amount: str, months: Sequence[str]) -> np.ndarray:
    """The sum of `amount` up to and including each of `months`, by the month-end in `clock`."""
    ordered = frame.sort_values(clock, kind="stable")
    so_far = np.concatenate([[0.0], ordered[amount].to_numpy(dtype=float).cumsum()])
    return np.asarray(so_far[np.searchsorted(ordered[clock].to_numpy(dtype=str), list(months), side="right")])


def _rate_at(cash: pd.DataFrame, mark: int, balance: float, age: int) -> float:
    return _share(_sum(cash.loc[cash["at"] <= mark, "cash_effective"]), balance) if age >= mark else float("nan")


def _share(cash: float, balance: float) -> float:
    return cash / balance if balance > 0 else float("nan")


def _sum(amounts: pd.Series) -> float:
    return round(float(amounts.sum()), 2)


def _months_between(start: str, end: str) -> int:
    return (int(end[:4]) - int(start[:4])) * 12 + int(end[5:7]) - int(start[5:7])


def _last_complete_month(as_of: date) -> str:
    return as_of.isoformat() if as_of == month_end(as_of) else (as_of.replace(day=1) - timedelta(days=1)).isoformat()


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple[tuple[str, ...], pd.DataFrame]]:
    if frame.empty:
        return []
    if not by:
        return [((), frame)]
    return [(tuple(str(part) for part in group), rows) for group, rows in frame.groupby(list(by), sort=False)]


def _of_group(frame: pd.DataFrame, by: Sequence[str], group: Sequence[str]) -> pd.DataFrame:
    for name, value in zip(by, group, strict=True):
        frame = frame[frame[name] == value]
    return frame
