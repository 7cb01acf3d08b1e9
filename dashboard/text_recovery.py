"""The sentences of the Recovery page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.metrics.forecast_record import LEVEL, TOO_FEW, UNDER, coverage
from core.metrics.measure import Measure
from core.metrics.portfolio import NO_PAYMENTS
from core.metrics.same_age import FEWEST_EARLIER, SameAge, same_age_change
from core.metrics.same_age import LEVEL as COHORT_LEVEL
from core.metrics.targets import NO_TARGET
from dashboard import format as show
from dashboard.text_compared import WHOLE_BOOKS_TARGET

NO_PAYMENTS_WHY = f"{show.UNDEFINED}, because {NO_PAYMENTS}."
NO_BREAK = "\u00a0"
NO_TWO_COHORTS = "no two placement cohorts have run three months yet"
OUTLOOK_NAMES = {"cash": "Cash", "arrears": "Arrears"}


def recovery_answer(rate: Measure, same: SameAge | None, fallen: pd.DataFrame | None, by: str, currency: str) -> str:
    """What came back, and whether newer cohorts bring more.

    Args:
        rate: the recovery rate to date.
        same: the newest cohort beside the earlier ones; None where the book is too short.
        fallen: the comparison by `by`, largest fall first; None or empty where there is none.
    """
    if not rate.is_defined:
        return f"Recovery is {show.UNDEFINED}, because {rate.why}."
    back = (
        f"**{show.percent(rate.value)} of what was placed has come back**: {show.money(rate.numerator, currency)} "
        f"of {show.money(rate.denominator)}"
    )
    if same is None:
        return f"{back}. Whether it gets better cannot be said yet: {NO_TWO_COHORTS}."
    verdict = same_age_words(same)
    moved = fallen[fallen["is_clear"]] if same.is_clear and fallen is not None else None
    if moved is None or moved.empty:
        return f"{back}. {verdict}."
    first = moved.iloc[0] if same.change < 0 else moved.iloc[-1]
    if (first["change"] < 0) != (same.change < 0):
        return f"{back}. {verdict}."
    return (
        f"{back}. {verdict}; {first[by]} {'fell' if same.change < 0 else 'rose'} most, {show.points(first['change'])}."
    )


def same_age_words(same: SameAge) -> str:
    """The newest cohort against the earlier ones, in words: a direction only where it is outside what cohorts do anyway."""
    both = f"{show.percent(same.rate)} after {same.age} months, against {show.percent(same.earlier_rate)}"
    if not same.is_judged:
        return (
            f"The cohort of {same.cohort} brought {both} for {show.count(same.earlier_cohorts, 'earlier cohorts')}: "
            f"{cannot_tell(same)}"
        )
    usual = f"{show.percent(COHORT_LEVEL, 0)} of cohorts like the earlier ones lie between {show.percent(same.low)} and {show.percent(same.high)}"
    if not same.is_clear:
        return f"**No clear difference between the cohort of {same.cohort} and earlier ones**: {both}, and {usual}"
    moved = "less" if same.change < 0 else "more"
    return f"**The cohort of {same.cohort} brought {moved} than earlier ones**: {both}, and {usual}"


def cannot_tell(same: SameAge) -> str:
    """Why a cohort cannot be judged by the earlier ones."""
    if same.earlier_cohorts < FEWEST_EARLIER:
        return f"too few to call a difference clear, which takes {FEWEST_EARLIER}"
    return "they do not differ among themselves, so no difference can be called clear"


def cash_title(cash: pd.DataFrame) -> str:
    """The newest month beside the mean of those before it, from the first payment on."""
    newest, before = cash.iloc[-1], cash.iloc[:-1]
    before = before[before["payments"].cumsum() > 0].tail(3)
    said = f"{show.money(newest['cash'])} came in over {show.month(newest['month'])}"
    usual = float(before["cash"].mean()) if len(before) else math.nan
    if not usual > 0:
        return said
    change = show.signed(show.percent(newest["cash"] / usual - 1, 0))
    return f"{said}, {change} on the mean of {show.count(len(before), 'months')} before"


def groups_title(groups: pd.DataFrame, by: str) -> str:
    """Which group moved most among those that differ clearly from their own earlier cohorts, down first."""
    clear = groups[groups["is_clear"]]
    if clear.empty:
        return f"No {by} differs clearly from its earlier cohorts"
    first, last = clear.iloc[0], clear.iloc[-1]
    if first["change"] < 0:
        return f"{first[by]} fell most: {show.points(first['change'])}"
    return f"No {by} fell clearly; {last[by]} rose most: {show.points(last['change'])}"


def kpi_note(note: str, answer: Measure, aim: str) -> list[str]:
    """What stands under a key figure, a line each: its change and n, how sure it is, its target ("" where none is told)."""
    if not answer.is_defined:
        return [note]
    sure = show.interval(answer, LEVEL if answer.interval.startswith(f"{LEVEL * 100:.0f}") else 0.95)
    return [line for line in (note, sure, aim.replace(" ", NO_BREAK)) if line]


def liquidation_title(together: pd.DataFrame, target: pd.DataFrame, *, part: bool) -> str:
    """What comes back by an age, and whether that is what was aimed at.

    Args:
        together: from `core.metrics.vintages.pooled`.
        target: from `core.metrics.targets.liquidation_target`.
        part: the curve is of a part of the book; the target never is.
    """
    known = together[together["rate"].notna()].set_index("age")
    if known.empty:
        return "No month of placements is over yet"
    age = next((mark for mark in (12, 6, 3) if mark in known.index), int(known.index[-1]))
    rate = float(known.loc[age, "rate"])
    said = f"{show.percent(rate)} comes back within {show.count(age, 'months')}"
    aim = target.set_index("age_months")["value"].get(age, math.nan) if len(target) else math.nan
    if math.isnan(aim):
        return said
    return f"{said}, {show.number(abs(rate - aim) * 100, 1)} pts {'above' if rate >= aim else 'below'} {WHOLE_BOOKS_TARGET if part else 'target'}"


def aim_words(target: pd.DataFrame, *, part: bool) -> str:
    """The target in the legend; the whole book's beside the curve of a part of it."""
    return f"dashed: {WHOLE_BOOKS_TARGET if part else 'target'}" if len(target) else NO_TARGET


def liquidation_summary(together: pd.DataFrame) -> str:
    """The pooled curve in words."""
    told = [f"{show.percent(row.rate)} after {show.count(int(row.age), 'months')}" for row in together.itertuples()]
    return f"All cohorts together: {', '.join(told)}." if told else "No cohort is a month old."


def pooled_rows(together: pd.DataFrame, target: pd.DataFrame) -> list[list[str]]:
    """The pooled curve as a table."""
    aims = dict(zip(target["age_months"], target["value"], strict=True))
    rows = [
        ["Months since placement", "All cohorts that old", "95 % interval", "Loans", "Months of placements", "Target"]
    ]
    return rows + [
        [show.number(row.age), show.percent(row.rate), interval(row.low, row.high), show.number(row.loans),
         show.number(row.cohorts), show.percent(aims[row.age]) if row.age in aims else "none"]
        for row in together.itertuples()
    ]  # fmt: skip


def cohorts_title(table: pd.DataFrame) -> str:
    """Whether newer cohorts bring more, read at one age.

    Args:
        table: from `core.metrics.vintages.vintage_table`.
    """
    same = same_age_change(table, (12, 6, 3))
    if same is None:
        return "No two cohorts can be compared yet"
    before = show.count(same.earlier_cohorts, "cohorts")
    if same.is_clear:
        return f"After {same.age} months {same.cohort} brought {'less' if same.change < 0 else 'more'} than the {before} before"
    rates = f"{same.cohort} {show.percent(same.rate)}, the {before} before {show.percent(same.earlier_rate)}"
    said = "No clear difference" if same.is_judged else "Too few cohorts to tell"
    return f"{said} after {same.age} months: {rates}"


def cohorts_summary(table: pd.DataFrame) -> str:
    """Each cohort's rate to date."""
    told = [f"{row.cohort}: {show.percent(row.rate)} to date" for row in table.itertuples()]
    return f"Cohorts: {'; '.join(told)}."


def cohort_rows(table: pd.DataFrame, marks: Sequence[int]) -> list[list[str]]:
    """Cohorts at the same ages, as a table; `rate` is the rate to date."""
    rows = [["Cohort", "Placed", "Loans", *(f"{mark} months" for mark in marks), "To date"]]
    return rows + [
        [row.cohort, show.money_exact(row.balance), show.number(row.loans),
         *(show.percent(rate) if rate == rate else "not yet" for rate in (getattr(row, f"rate_{mark}") for mark in marks)),
         show.percent(row.rate)]
        for row in table.itertuples()
    ]  # fmt: skip


def interval(low: float, high: float) -> str:
    """An interval of shares in a table's cell."""
    return "none" if math.isnan(low) else f"{show.percent(low)} to {show.percent(high)}"


def outlook_title(name: str, first: pd.Series, budget: pd.DataFrame, currency: str) -> str:
    """What the next month is expected to bring, and how that stands to its budget or target.

    Args:
        name: a key of OUTLOOK_NAMES.
        first: month, value of the first month ahead.
        budget: month, value.
    """
    said = f"{OUTLOOK_NAMES[name]} of {show.month(first['month'])}: {show.money(first['value'], currency)} expected"
    wanted = budget.loc[budget["month"] == first["month"], "value"]
    if wanted.empty or not float(wanted.iloc[0]) > 0:
        return said
    change = float(first["value"]) / float(wanted.iloc[0]) - 1
    return f"{said}, {show.signed(show.percent(change, 0))} against {_aim(name)}"


def _aim(name: str) -> str:
    return "budget" if name == "cash" else "target"


def outlook_subtitle(name: str, tested: pd.DataFrame, loans: int, no_budget: str) -> str:
    """What is drawn, and how often earlier forecasts were right, with what has to be minded in bold.

    Args:
        tested: from `core.metrics.forecast.backtest`, one measure.
        no_budget: why no budget or target is drawn; "" where one is.
    """
    what = "Cash on placed loans, by month" if name == "cash" else "Balance 1+ days past due at each month-end"
    aim = f"dashed steps: {_aim(name)}"
    if no_budget:
        aim = (
            no_budget.replace("target", _aim(name))
            if no_budget == NO_TARGET
            else f"no {_aim(name)} is drawn, because {no_budget}"
        )
    return (
        f"{what}; dotted: forecast with its {show.percent(LEVEL, 0)} band; {aim}; rings: forecasts made a month before. "
        f"{record(tested)}. n = {show.count(loans, 'loans')}"
    )


def record(tested: pd.DataFrame) -> str:
    """How many earlier forecasts held what came, by how far ahead they looked, and what that says about the band."""
    if tested.empty:
        return "**No earlier month can be forecast again, so the band is not tested**"
    told = [_held(row) for row in coverage(tested).itertuples()]
    return f"{show.percent(LEVEL, 0)} of forecasts should hold what came; of earlier ones {'; '.join(told)}"


def _held(row: Any) -> str:
    said = f"{row.inside} of {row.n} did {show.count(row.steps, 'months')} ahead"
    if row.verdict == TOO_FEW:
        return f"{said}, **too few to judge the band by**"
    sure = f"{said} (95 % interval of the share {show.number(row.low * 100, 0)} to {show.percent(row.high, 0)})"
    if row.verdict == UNDER:
        return f"{sure}, **fewer than promised: the band is too narrow**"
    return f"{sure}, not clearly fewer" if row.share < LEVEL else sure


def outlook_summary(name: str, known: pd.DataFrame, ahead: pd.DataFrame) -> str:
    """The forecast in words, and where it starts from."""
    told = [
        f"{show.month(row.month)} {show.money(row.value)}, between {show.money(row.low)} and {show.money(row.high)}"
        for row in ahead.itertuples()
    ]
    start = (
        f", after {show.money(known['value'].iloc[-1])} in {show.month(known['month'].iloc[-1])}" if len(known) else ""
    )
    return f"{OUTLOOK_NAMES[name]} expected: {'; '.join(told)}{start}."
