"""The sentences of the Recovery page on what moves: rolls, cures, promises, and what is about to roll."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from core.metrics.cure import CURED, REDEFAULTED, SUSTAINED
from core.metrics.funnel import unsaid
from core.metrics.promise_outcomes import GRACE_DAYS, TOLERANCE_SHARE
from core.metrics.ripeness import SOURCES, partly
from core.metrics.whole_month import WholeMonth
from core.records import Book
from dashboard import format as show
from dashboard.text_recovery import aim_words, interval

OF = {"opening": "opening balance", "loans": "loans"}
STEPS = {
    "inventory": "Open loans", "workable": "Workable", "worked": "Worked", "contacted": "Contacted",
    "reached": "Right party reached", "promised": "Promised", "paying": "Paying",
}  # fmt: skip


def heat_title(shares: pd.DataFrame) -> str:
    """Which share of the arrears rolled forward, and which was cured.

    Args:
        shares: from `core.metrics.roll.direction_shares`.
    """
    told = shares.set_index("direction")["share"]
    if math.isnan(told["forward"]):
        return "Nothing was in arrears at the opening"
    return f"{show.percent(told['forward'])} of the arrears rolled forward, {show.percent(told['cure'])} were cured"


def heat_subtitle(matrix: pd.DataFrame, month: WholeMonth, weight: str) -> str:
    """What a cell says, how many loans stand behind it, and what it cannot say."""
    n = int(matrix.drop_duplicates("origin")["loans"].sum())
    sure = (
        "with 95 % intervals under the pointer"
        if weight == "loans"
        else "shares of balance carry no interval, shares of loans do"
    )
    return (
        f"Of each bucket's {OF[weight]} on {show.day(month.opening)}, the share in each state on {show.day(month.closing)}; "
        f"each row adds up to {show.percent(1, 0)}; {sure}; n = {show.count(n, 'loans')}. Choose a cell for its trend"
    )


def heat_summary(matrix: pd.DataFrame, month: WholeMonth) -> str:
    """The largest move of each bucket, read out."""
    known = matrix[matrix["share"].notna()]
    largest = known.sort_values("share", ascending=False, kind="stable").drop_duplicates("origin")
    told = [f"{row.origin} to {row.state} {show.percent(row.share)}" for row in largest.itertuples()]
    return f"From {show.day(month.opening)} to {show.day(month.closing)}, the largest share of each bucket: {', '.join(told)}."


def heat_rows(told: pd.DataFrame, weight: str) -> list[list[str]]:
    """The cells something moved to, as a table."""
    rows = [["From and to", "Share", OF[weight].capitalize(), "Of", "Loans of the bucket", "95 % interval"]]
    amount = show.money_exact if weight == "opening" else show.number
    return rows + [
        [f"{row.origin} to {row.state}", show.percent(row.share), amount(row.numerator), amount(row.denominator),
         show.number(row.loans), interval(row.low, row.high)]
        for row in told.itertuples()
    ]  # fmt: skip


def move_title(cell: str, trend: pd.DataFrame) -> str:
    """A cell's newest share beside the mean of the months before."""
    known = trend[trend["share"].notna()]
    newest, before = known.iloc[-1], known.iloc[:-1].tail(3)
    said = f"{cell}: {show.percent(newest['share'])} in {show.month(newest['month'])}"
    if before.empty:
        return said
    change = show.points(float(newest["share"]) - float(before["share"].mean()))
    return f"{said}, {change} on the {show.count(len(before), 'months')} before"


def move_subtitle(origin: str, weight: str) -> str:
    """What the line is."""
    sure = "; band: 95 % interval" if weight == "loans" else "; a share of balance carries no interval"
    return f"Share of the {OF[weight]} that was {origin} at each month's opening, by month; n beside it{sure}"


def move_summary(cell: str, trend: pd.DataFrame) -> str:
    """The line in words."""
    told = [f"{show.month(row.month)} {show.percent(row.share)}" for row in trend.itertuples()]
    return f"{cell}: {', '.join(told)}."


def move_rows(trend: pd.DataFrame, weight: str) -> list[list[str]]:
    """The line as a table."""
    amount = show.money_exact if weight == "opening" else show.number
    rows = [["Month", "Share", OF[weight].capitalize(), "Of", "Loans of the bucket", "95 % interval"]]
    return rows + [
        [show.month(row.month), show.percent(row.share), amount(row.numerator), amount(row.denominator),
         show.number(row.loans), interval(row.low, row.high)]
        for row in trend.itertuples()
    ]  # fmt: skip


def cure_title(history: pd.DataFrame) -> str:
    """The newest month's cures, and whether cures last.

    Args:
        history: from `core.metrics.cure.cure_history`.
    """
    newest = {name: rows.iloc[-1] for name, rows in history.groupby("name")}
    told = [f"{show.percent(newest[CURED]['share'])} of loans in arrears cured"] if CURED in newest else []
    if SUSTAINED in newest:
        told.append(f"{show.percent(newest[SUSTAINED]['share'], 0)} last three months")
    if REDEFAULTED in newest:
        told.append(f"{show.percent(newest[REDEFAULTED]['share'], 0)} fall back within six")
    return ", ".join(told)


def cure_summary(history: pd.DataFrame) -> str:
    """The newest of each number, read out."""
    told = [
        f"{name} {show.percent(rows.iloc[-1]['share'])} in {show.month(rows.iloc[-1]['month'])}"
        for name, rows in history.groupby("name", sort=False)
    ]
    return f"By month of the cure: {', '.join(told)}."


def cure_rows(history: pd.DataFrame, months: Sequence[str], names: Mapping[str, str]) -> list[list[str]]:
    """The shares as a table, a row a month; "not yet" where its cures are too young to tell."""
    known = {
        (row.month, row.name): row
        for row in history[["month", "name", "share", "n", "low", "high"]].itertuples(index=False)
    }
    rows = [["Month", *(word for name in names.values() for word in (name, "n", "95 % interval"))]]
    for month in months:
        cells = [known.get((month, name)) for name in names]
        rows.append([show.month(month), *(text for cell in cells for text in _cure_cell(cell))])
    return rows


def _cure_cell(cell: Any) -> tuple[str, str, str]:
    if cell is None:
        return "not yet", "", ""
    return show.percent(cell.share), show.number(cell.n), interval(cell.low, cell.high)


def funnel_title(steps: pd.DataFrame) -> str:
    """How much of what could be worked was, and paid."""
    shares = steps.set_index("step")["share_of_before"]
    said = [("worked", "were worked"), ("paying", "paid")]
    told = [
        f"{show.percent(shares[step], 0)} {words}" for step, words in said if not math.isnan(shares.get(step, math.nan))
    ]
    return f"Of the workable loans {' and '.join(told)}" if told else "From the book to those who pay"


def funnel_subtitle(month: WholeMonth, book: Book) -> str:
    """What is counted, over which month, and what the book cannot say."""
    left_out = ""
    for source in SOURCES:
        why, part = unsaid(book, month, source), partly(book, month.closing, source)
        left_out += f"; {why}, so their steps are left out" if why else f"; {part}" if part else ""
    return (
        f"Loans, each once, from {show.day(month.opening)} to {show.day(month.closing)}; the line at a bar's end is the 95 % "
        f"interval of its share. Paying is a share of the workable, for loans pay without a promise too{left_out}"
    )


def funnel_summary(steps: pd.DataFrame) -> str:
    """The steps in words."""
    told = [f"{STEPS[row.step].lower()} {show.number(row.loans)}" for row in steps.itertuples()]
    return f"Loans by step: {', '.join(told)}."


def funnel_rows(steps: pd.DataFrame) -> list[list[str]]:
    """The steps as a table."""
    rows = [["Step", "Loans", "Share", "Of", "95 % interval"]]
    return rows + [
        [STEPS[row.step], show.number(row.loans), show.percent(row.share_of_before) if row.before else "",
         STEPS[row.before].lower() if row.before else "", interval(row.low, row.high)]
        for row in steps.itertuples()
    ]  # fmt: skip


def kept_title(history: pd.DataFrame) -> str:
    """The newest month's promises beside those of the months before."""
    newest, before = history.iloc[-1], history.iloc[:-1].tail(12)
    said = f"{show.percent(newest['share'], 0)} of the promises due in {show.month(newest['month'])} were kept"
    n = int(before["n"].sum())
    if not n:
        return said
    change = float(newest["share"]) - float(before["numerator"].sum()) / n
    return f"{said}, {show.points(change)} on the {show.count(len(before), 'months')} before"


def kept_subtitle(months: pd.DataFrame, target: pd.DataFrame, *, part: bool, known: str = "") -> str:
    """The rule, what is left out, and the target; `known`: up to when what they rest on is known, where that is early."""
    unstated, cancelled = int(months["unstated"].sum()), int(months["cancelled"].sum())
    aim = aim_words(target, part=part)
    return (
        f"Promises kept / promises due, with their 95 % intervals; {GRACE_DAYS} days of grace, {show.percent(TOLERANCE_SHARE, 0)} "
        f"tolerance, one payment keeps one promise; {aim}; left out: {show.number(unstated)} that state no day or amount, "
        f"{show.number(cancelled)} cancelled{f'; {known}, and no promise is judged after it' if known else ''}"
    )


def kept_summary(history: pd.DataFrame) -> str:
    """The kept share by month, read out."""
    told = [
        f"{show.month(row.month)} {show.percent(row.share)} of {show.number(row.n)}" for row in history.itertuples()
    ]
    return f"Promises kept: {', '.join(told)}."


def kept_rows(history: pd.DataFrame) -> list[list[str]]:
    """The kept share by month as a table."""
    rows = [["Month due", "Kept", "Promises kept", "Promises due", "95 % interval", "Kept, by amount"]]
    return rows + [
        [show.month(row.month), show.percent(row.share), show.number(row.numerator), show.number(row.n),
         interval(row.low, row.high), show.percent(row.value_share)]
        for row in history.itertuples()
    ]  # fmt: skip


def warning_title(seen: pd.DataFrame, closing: date) -> str:
    """How much is expected to roll on by the next month-end.

    Args:
        seen: a row a bucket: loans, balance, expected_loans, expected_balance (NaN where nothing told).
    """
    if seen.empty or seen["expected_balance"].isna().all():
        return "About to roll"
    balance, loans = float(seen["expected_balance"].sum()), float(seen["expected_loans"].sum())
    return f"About {show.count(round(loans), 'loans')} with {show.money(balance)} are about to roll"


def warning_subtitle(seen: pd.DataFrame, closing: date) -> str:
    """What is meant, and from which loans it is told."""
    if seen.empty:
        return f"{show.UNDEFINED}, because no loan of this selection was open on {show.day(closing)}."
    if seen["expected_balance"].isna().all():
        return f"{show.UNDEFINED}, because no month up to {show.day(closing)} has both its ends in the book."
    return (
        f"Expected to be in a worse bucket, or charged off, one month after {show.day(closing)}: loans by the share of their "
        f"bucket and product that rolled in the six months before; n = {show.count(int(seen['loans'].sum()), 'loans')}"
    )


def warning_rows(seen: pd.DataFrame) -> list[dict[str, str]]:
    """A row a bucket: loans, balance, the share that rolled before with its interval and n, and what is expected."""
    return [
        {
            "bucket": row.bucket, "loans": show.number(row.loans), "balance": show.money(row.balance),
            "chance": show.percent(row.probability), "interval": _short(row.low, row.high), "n": show.number(0 if math.isnan(row.n) else row.n),
            "expected": show.money(row.expected_balance),
        }
        for row in seen.itertuples()
    ]  # fmt: skip


def _short(low: float, high: float) -> str:
    return "none" if math.isnan(low) else f"{show.number(low * 100, 1)} to {show.percent(high)}"
