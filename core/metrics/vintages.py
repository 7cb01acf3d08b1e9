"""How much of what was placed has come back at each age? Liquidation curves by cohort, and pooled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.measure import Measure, ratio
from core.metrics.portfolio import NO_PAYMENTS, NOTHING_PLACED, month_end, newest_day
from core.metrics.recovery import CohortSize, cohort_name
from core.metrics.ripeness import noted, partly, ripe_day
from core.metrics.spread import effective_number, interval_around, jackknife_error
from core.ports import PortfolioReader
from core.selection import Selection

MARKS: tuple[int, ...] = (3, 6, 12, 24)
"""Ages in whole months that are read off the curves."""
FEWEST_COHORTS = 3
"""With fewer, nothing is said about how much cohorts differ."""
LARGEST_SHARE = 0.5
"""Nor where one cohort holds more of the balance: its luck was drawn once, and it decides the whole."""

CURVE = ["cohort", "age", "loans", "balance", "cash", "rate", "reached"]
POOLED = ["age", "rate", "cohorts", "loans", "balance", "cash", "low", "high", "why"]


def liquidation(placed: pd.DataFrame, cash: pd.DataFrame, as_of: date, size: CohortSize = "month") -> pd.DataFrame:
    """The liquidation curve of each placement cohort: cash up to each age / balance placed.

    The age of a payment is the number of calendar months between the placement's month (0) and its own, and a cohort
    has reached an age once every loan of it has: see `core.metrics.recovery.cohort_recovery`.

    Args:
        placed: cohort (month-end, ISO), loans (episodes), balance (currency).
        cash: cohort, month (month-ends, ISO), cash_effective (currency; reversals counted back to their payment).
        as_of: the day up to which payments are known, or that of the question where that is earlier (`ripe_day`).
        size: whether a cohort is a month or a quarter of placements.

    Returns:
        One row a cohort and age, oldest cohort first, from age 0 to the newest that any of its loans is in on `as_of`:
        cohort ("2026-04" or "2026 Q2"), age (months), loans, balance (the whole cohort's), cash (to that age,
        currency), rate (cash / balance, 0-1 and above; NaN where nothing was placed), reached (every loan of the
        cohort has completed the age; where not, the rate can only be part of it, and is drawn grey). Empty without
        placements.

    References:
        Liquidation curve L(m): ../../README.md, "How the numbers are defined".

    >>> placed = pd.DataFrame({"cohort": ["2026-08-31"], "loans": [2], "balance": [200.0]})
    >>> cash = pd.DataFrame({"cohort": ["2026-08-31"] * 2, "month": ["2026-08-31", "2026-10-31"], "cash_effective": [10.0, 40.0]})
    >>> liquidation(placed, cash, date(2026, 10, 30))[["age", "cash", "rate", "reached"]].to_numpy().tolist()
    [[0, 10.0, 0.05, True], [1, 10.0, 0.05, True], [2, 50.0, 0.25, False]]
    """
    if placed.empty:
        return pd.DataFrame(columns=CURVE)
    named = placed.assign(
        name=[cohort_name(month, size) for month in placed["cohort"]], at=month_number(placed["cohort"])
    )
    cohorts = named.groupby("name", sort=True).agg(
        first=("at", "min"), last=("at", "max"), loans=("loans", "sum"), balance=("balance", "sum")
    )
    newest = _month_of(as_of)
    ages = np.arange(max(0, newest - int(cohorts["first"].min())) + 1)
    table = _cash_by_age(cash, size, cohorts.index, ages)
    shown = ages[None, :] <= (newest - cohorts["first"]).clip(lower=0).to_numpy()[:, None]
    which, age = np.nonzero(shown)
    of = cohorts.iloc[which]
    curves = pd.DataFrame(
        {
            "cohort": of.index.to_numpy(),
            "age": age.astype(np.int64),
            "loans": of["loans"].to_numpy(np.int64),
            "balance": of["balance"].round(2).to_numpy(),
            "cash": table[shown],
            "reached": age <= _complete_month(as_of) - of["last"].to_numpy(),
        }
    )
    curves["rate"] = (curves["cash"] / curves["balance"]).where(curves["balance"] > 0)
    return curves[CURVE]


def pooled(curves: pd.DataFrame) -> pd.DataFrame:
    """The liquidation of all cohorts together at each age: only cohorts that reached it, above and below the line.

    The interval is between cohorts: what another draw of as many cohorts would give, if cohorts were drawn from the
    same kinds of months. Loans placed in one month share that month's luck, so an interval that took loans as
    independent would be too narrow. It is still too narrow where neighbouring months are alike, and it widens where
    cohorts get better or worse over time. At different ages different cohorts are pooled, so the pooled curve may
    fall from one age to the next although none of its cohorts does.

    Args:
        curves: from `liquidation`.

    Returns:
        One row an age that some cohort has reached: age, rate (sum of cash / sum of balance), cohorts, loans, balance,
        cash, low, high (see `between_cohorts`), why (there is no interval, else ""). Empty where no cohort has completed its
        first month.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., chapter 9A: whole clusters of unequal size, and the ratio of
        their totals.
    """
    rows = []
    for age, cohorts in curves[curves["reached"].astype(bool)].groupby("age", sort=True):
        balance, cash = round(float(cohorts["balance"].sum()), 2), round(float(cohorts["cash"].sum()), 2)
        rate = cash / balance if balance > 0 else math.nan
        between = between_cohorts(cohorts["cash"], cohorts["balance"], lowest=0.0)
        why = no_interval_because(cohorts["cash"], cohorts["balance"])
        rows.append((age, rate, len(cohorts), int(cohorts["loans"].sum()), balance, cash, *between, why))
    return pd.DataFrame(rows, columns=POOLED)


def between_cohorts(amounts: pd.Series, balances: pd.Series, *, lowest: float = -math.inf) -> tuple[float, float]:
    """The 95 % interval of sum of amounts / sum of balances over cohorts, from how much the cohorts differ.

    By the jackknife, each cohort left out once, and Student's t with as many degrees of freedom as cohorts of equal
    size would give, less one, at least 2.

    Args:
        amounts, balances: one a cohort, currency.
        lowest: as for `core.metrics.spread.interval_around`.

    Returns:
        The ends as shares; NaN where `no_interval_because` gives a reason.
    """
    if no_interval_because(amounts, balances):
        return math.nan, math.nan
    amount, balance = amounts.to_numpy(float), balances.to_numpy(float)
    total = float(balance.sum())
    freedom = max(2.0, effective_number(total, float(balance @ balance)) - 1)
    return interval_around(float(amount.sum()) / total, jackknife_error(amount, balance), freedom, lowest=lowest)


def no_interval_because(amounts: pd.Series, balances: pd.Series) -> str:
    """Why cohorts cannot show how sure their pooled rate is: fewer than 3 of them, one that holds more than half of the
    balance (the month a book begins with often does), or no difference between them. "" where they can."""
    if len(balances) < FEWEST_COHORTS:
        return f"no interval, because fewer than {FEWEST_COHORTS} cohorts are old enough"
    if balances.max() > LARGEST_SHARE * balances.sum():
        return "no interval, because one cohort holds more than half of the balance"
    error = jackknife_error(amounts.to_numpy(float), balances.to_numpy(float))
    return "no interval, because the cohorts do not differ" if math.isnan(error) else ""


def vintage_table(curves: pd.DataFrame, marks: Sequence[int] = MARKS) -> pd.DataFrame:
    """Each cohort at a few ages, side by side.

    Args:
        curves: from `liquidation`.
        marks: ages in months.

    Returns:
        One row a cohort, oldest first: cohort, loans, balance, age (months every loan has completed; -1 while its last
        month runs), and rate_<mark>: NaN where not reached. Empty without cohorts.
    """
    reached = curves[curves["reached"].astype(bool)]
    table = curves.groupby("cohort", sort=True)[["loans", "balance"]].first()
    table["age"] = reached.groupby("cohort")["age"].max().reindex(table.index).fillna(-1).astype(np.int64)
    rates = reached.set_index(["cohort", "age"])["rate"]
    for mark in marks:
        table[f"rate_{mark}"] = [float(rates.get((cohort, mark), math.nan)) for cohort in table.index]
    return table.reset_index()


def liquidation_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """The pooled liquidation at each mark, over monthly cohorts.

    Returns:
        liquidation_3m, liquidation_6m, liquidation_12m, liquidation_24m: share of the balance placed, n and excluded
        in placements. Cohorts reach an age up to the day payments are known, and no later. Undefined without payments,
        without placements, and where no cohort has reached the age.
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    if not book.has_payments:
        return {f"liquidation_{mark}m": _undefined(NO_PAYMENTS) for mark in MARKS}
    at = selection.at(day)
    ripe, note = ripe_day(book, day, "payments"), partly(book, day, "payments")
    curves = liquidation(reader.placed(at, ["cohort"]), reader.cash(at, ["cohort", "month"]), ripe)
    placements = int(curves.loc[curves["age"] == 0, "loans"].sum())
    together = pooled(curves).set_index("age")
    return {f"liquidation_{mark}m": noted(_at_mark(together, mark, placements), note) for mark in MARKS}


def matured(placed: pd.DataFrame, as_of: date, age: int) -> pd.DataFrame:
    """The rows of `placed` (cohort: month-end, ISO) whose cohort has reached an age on `as_of`."""
    return placed[month_number(placed["cohort"]) + age <= _complete_month(as_of)]


def up_to_age(rows: pd.DataFrame, age: int) -> pd.DataFrame:
    """The rows (cohort, month: month-ends, ISO) of a month at most `age` months after their cohort's own."""
    return rows[month_number(rows["month"]) - month_number(rows["cohort"]) <= age]


def month_number(months: pd.Series) -> pd.Series:
    """Months counted through, so that differences are ages; from ISO texts.

    >>> month_number(pd.Series(["2025-12-31", "2026-02-28"])).diff().tolist()[1]
    2.0
    """
    text = months.astype("str")
    return text.str[:4].astype(np.int64) * 12 + text.str[5:7].astype(np.int64)


def _cash_by_age(cash: pd.DataFrame, size: CohortSize, cohorts: pd.Index, ages: np.ndarray) -> np.ndarray:
    """Cash to date, one row a cohort and one column an age."""
    paid = cash.assign(
        name=[cohort_name(month, size) for month in cash["cohort"]],
        age=(month_number(cash["month"]) - month_number(cash["cohort"])).clip(lower=0),
    )
    table = paid.pivot_table(index="name", columns="age", values="cash_effective", aggfunc="sum", fill_value=0.0)
    sums = table.reindex(index=cohorts, columns=ages, fill_value=0.0).to_numpy(float)
    return np.asarray(sums.cumsum(axis=1).round(2))


def _at_mark(together: pd.DataFrame, mark: int, placements: int) -> Measure:
    if not placements:
        return _undefined(NOTHING_PLACED)
    if mark not in together.index:
        return replace(_undefined(f"no month of placements has reached {mark} months"), excluded=placements)
    row = together.loc[[mark]].iloc[0]
    n, cohorts = int(row["loans"]), int(row["cohorts"])
    told = [f"placements of months that have not reached {mark} months are left out"] if n < placements else []
    measure = ratio(
        float(row["cash"]), float(row["balance"]), n=n, of="placements", excluded=placements - n,
        why="; ".join([*told, row["why"]] if row["why"] else told), when_zero=NOTHING_PLACED,
    )  # fmt: skip
    if row["why"] or not measure.is_defined:
        return measure
    between = f"between {cohorts} months of placements"
    return replace(measure, low=float(row["low"]), high=float(row["high"]), interval=between)


def _undefined(why: str) -> Measure:
    return Measure.undefined(why, unit="share", of="placements")


def _month_of(day: date) -> int:
    return day.year * 12 + day.month


def _complete_month(as_of: date) -> int:
    return _month_of(as_of) if as_of == month_end(as_of) else _month_of(as_of) - 1
