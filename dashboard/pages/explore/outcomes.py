"""How loans ended: as the file states it, else by what they paid in the twelve months after a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from core.metrics.association import differs_beyond_chance, outcome_shares
from core.metrics.outcome import months_between
from core.metrics.ripeness import ripe_day
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard.components.chart import chart_absent, chart_props
from dashboard.components.head import sentence
from dashboard.figures import explore as figures
from dashboard.pages.explore.columns import MOST_LOANS, looked_at_words
from dashboard.services import Services
from dashboard.state import View, view_of

CHARTS = ("history", "missed", "scatter", "segments")
FIELDS = [
    "payment_history",
    "missed_payments",
    "monthly_income",
    "loan_amount",
    "segment",
    "recovery_status",
    "balance",
    "dpd",
]
WINDOW_MONTHS = 12
PAID_FROM = 0.05
PAID = f"Paid {show.percent(PAID_FROM, 0)} or more"
NOT_PAID = f"Paid less than {show.percent(PAID_FROM, 0)}"
MISSED = ("0", "1", "2", "3", "4 or more")
FEWEST_IN_GROUP = 10
MOST_MARKS = 2_500
TITLES = {
    "history": "Payment history by outcome", "missed": "Missed payments by outcome",
    "scatter": "Income, loan amount and outcome", "segments": "Segments by outcome",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """Loans with their outcome.

    Attributes:
        loans: FIELDS and outcome, one row a loan with a stated outcome.
        outcomes: those that occur, from good to bad.
        about: what an outcome means here, on which day, n and what is left out.
        why: why there is none; "" otherwise.
    """

    loans: pd.DataFrame
    outcomes: tuple[str, ...]
    about: str
    why: str = ""


def update_outcomes(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The four charts, their legend and the page's answer."""
    view = view_of(services, search)
    ended = outcomes_of(view)
    if ended.why:
        absent = {name: chart_absent(title=TITLES[name], why=ended.why) for name in CHARTS}
        return {
            **absent,
            "legend": [],
            "legend_class": "outcome-line is-absent",
            "answer": f"How these loans ended is {ended.why}",
        }
    colours = figures.outcome_colours(ended.outcomes, mode)
    loans = ended.loans.assign(missed=_missed(ended.loans["missed_payments"]))
    return {
        "history": _shares(
            ended, loans, "payment_history", TITLES["history"], _by_size(loans, "payment_history"), mode
        ),
        "missed": _shares(ended, loans, "missed", TITLES["missed"], list(MISSED), mode),
        "segments": _shares(ended, loans, "segment", TITLES["segments"], view.reader.values("segment"), mode),
        "scatter": _scatter(ended, mode),
        "legend": [
            html.Li([html.I(className="dot", style={"background": colours[name]}), name]) for name in ended.outcomes
        ],
        "legend_class": "outcome-line",
        "answer": sentence(_answer(ended)),
    }


def outcomes_of(view: View) -> Ended:
    """The loans of a view with their outcome."""
    chosen = replace(view.selection, search="")
    loans, total = view.reader.loan_points(chosen, FIELDS, limit=MOST_LOANS)
    stated = loans[loans["recovery_status"] != NOT_STATED]
    if len(stated):
        about = f"Outcome as the file states it on {show.day(view.as_of)}. {looked_at_words(len(loans), total)}"
        about += (
            f" {show.number(len(loans) - len(stated))} left out: no outcome stated." if len(stated) < len(loans) else ""
        )
        return _ended(stated.assign(outcome=stated["recovery_status"]), about)
    if not len(loans):
        return _none("no loan matches these filters")
    if not view.book.has_payments:
        return _none("this book states no outcome and has no payments")
    ripe = ripe_day(view.book, view.as_of, "payments")
    day = matured_day(view.book.days, ripe)
    if day is None:
        known = "" if ripe == view.as_of else ", up to which payments are known"
        return _none(f"no day of this book lies {WINDOW_MONTHS} months before {show.day(ripe)}{known}: it is too early")
    return _paid(view, day)


def matured_day(days: Sequence[date], as_of: date) -> date | None:
    """The latest day whose next twelve months had passed by `as_of`."""
    seen = months_between(pd.Series([day.isoformat() for day in days]), as_of)
    return max((day for day, months in zip(days, seen, strict=True) if months >= WINDOW_MONTHS), default=None)


def _paid(view: View, day: date) -> Ended:
    loans, total = view.reader.loan_points(replace(view.selection, search="").at(day), FIELDS, limit=MOST_LOANS)
    late = loans[(loans["dpd"] >= 1) & (loans["balance"] > 0)]
    if late.empty:
        return _none(f"no loan of these filters was in arrears on {show.day(day)}")
    until = (pd.Timestamp(day.isoformat()) + pd.DateOffset(months=WINDOW_MONTHS)).date()
    if pd.Timestamp(day.isoformat()).is_month_end:
        until = (pd.Timestamp(day.isoformat()) + pd.offsets.MonthEnd(WINDOW_MONTHS)).date()
    paid = view.reader.cash_between(late["loan_ref"].tolist(), day, until, view.selection.known_on)
    share = late["loan_ref"].map(paid.set_index("loan_ref")["cash"]).fillna(0.0) / late["balance"]
    about = (
        f"Loans in arrears on {show.day(day)}: cash of the {WINDOW_MONTHS} months after, as a share of the balance then. "
        f"{looked_at_words(len(loans), total)} {show.number(len(loans) - len(late))} left out: not in arrears."
    )
    return _ended(late.assign(outcome=[PAID if part >= PAID_FROM else NOT_PAID for part in share]), about)


def _ended(loans: pd.DataFrame, about: str) -> Ended:
    return Ended(loans, tuple(sorted(loans["outcome"].unique(), key=_goodness)), about)


def _none(why: str) -> Ended:
    return Ended(pd.DataFrame(), (), "", f"{show.UNDEFINED}, because {why}.")


def _goodness(outcome: str) -> tuple[int, str]:
    word = outcome.casefold()
    order = ("fully", PAID.casefold(), "partial")
    rank = next((place for place, start in enumerate(order) if word.startswith(start)), len(order))
    return (rank + 1 if outcome == worst((outcome,)) and rank == len(order) else rank, outcome)


def worst(outcomes: Sequence[str]) -> str:
    """The outcome a lender fears, among those that occur; the last where none says so."""
    feared = [
        name for name in outcomes if name == NOT_PAID or "written" in name.casefold() or "charged" in name.casefold()
    ]
    return feared[-1] if feared else outcomes[-1]


def _missed(missed: pd.Series) -> pd.Series:
    words = {float(count): MISSED[count] for count in range(4)}
    return missed.map(lambda count: NOT_STATED if count != count else words.get(count, MISSED[-1])).astype("str")


def _by_size(loans: pd.DataFrame, by: str) -> list[str]:
    return [str(name) for name in loans[by].value_counts().index]


def _shares(
    ended: Ended, loans: pd.DataFrame, by: str, title: str, groups: Sequence[str], mode: str | None
) -> dict[str, Any]:
    """One chart of shares by group; the title says which group stands out, or that none does."""
    stated = loans[loans[by] != NOT_STATED]
    if stated.empty:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because this book does not state it.")
    shares = outcome_shares(stated, by)
    present = [name for name in groups if (shares[by] == name).any()]
    rows = [["Group", *ended.outcomes, "Loans"]]
    for name in present:
        own = shares[shares[by] == name].set_index("outcome")["share"]
        rows.append([name, *(show.percent(own.get(outcome, 0.0)) for outcome in ended.outcomes),
                     show.number(int(shares.loc[shares[by] == name, "n"].iloc[0]))])  # fmt: skip
    absent = len(loans) - len(stated)
    left_out = f" {show.number(absent)} left out: not stated." if absent else ""
    return chart_props(
        figures.stacked_shares(shares, mode, by=by, groups=present, outcomes=ended.outcomes),
        title=f"{title.split(' by ')[0]}: {_finding(shares, by, ended)}",
        subtitle=f"Share of loans. {ended.about}{left_out}",
        summary="; ".join(f"{row[0]}: " + ", ".join(f"{outcome} {part}" for outcome, part in zip(ended.outcomes, row[1:-1], strict=True)) for row in rows[1:]) + ".",
        rows=rows,
    )  # fmt: skip


def _finding(shares: pd.DataFrame, by: str, ended: Ended) -> str:
    feared = worst(ended.outcomes)
    sizes = shares.drop_duplicates(by)[[by, "n"]]
    counts = shares[shares["outcome"] == feared][[by, "loans"]]
    groups = sizes.merge(counts, on=by, how="left").fillna({"loans": 0})
    groups = groups[groups["n"] >= FEWEST_IN_GROUP]
    if len(groups) < 2:
        return "too few loans to compare groups"
    if not differs_beyond_chance(groups):
        return f"no group stands out in “{feared.lower()}”; the differences are within chance"
    groups["share"] = groups["loans"] / groups["n"]
    high, low = groups.loc[groups["share"].idxmax()], groups.loc[groups["share"].idxmin()]
    return f"“{feared.lower()}” runs from {show.percent(low['share'], 0)} ({low[by]}) to {show.percent(high['share'], 0)} ({high[by]})"


def _scatter(ended: Ended, mode: str | None) -> dict[str, Any]:
    known = ended.loans[(ended.loans["monthly_income"] > 0) & (ended.loans["loan_amount"] > 0)].head(MOST_MARKS)
    if known.empty:
        why = f"{show.UNDEFINED}, because no loan here states both income and loan amount."
        return chart_absent(title=TITLES["scatter"], why=why)
    middles = known.groupby("outcome")[["monthly_income", "loan_amount"]].median()
    sizes = known["outcome"].value_counts()
    present = [name for name in ended.outcomes if name in middles.index]
    rows = [["Outcome", "Loans drawn", "Median income", "Median loan amount"]]
    rows += [
        [name, show.number(int(sizes[name])), *(show.money(float(value)) for value in middles.loc[name])]
        for name in present
    ]
    return chart_props(
        figures.outcome_scatter(known, mode, outcomes=present),
        title="; ".join(f"{name}: median income {row[2]}" for name, row in zip(present, rows[1:], strict=True)),
        subtitle=f"Income and loan amount, one mark a loan, {show.number(len(known))} drawn. {ended.about}",
        summary="; ".join(
            f"{row[0]}: {row[1]} loans, median income {row[2]}, median amount {row[3]}" for row in rows[1:]
        )
        + ".",
        rows=rows,
    )


def _answer(ended: Ended) -> str:
    n = len(ended.loans)
    sizes = ended.loans["outcome"].value_counts()
    parts = [f"{show.percent(sizes[name] / n, 0)} {name.lower()}" for name in ended.outcomes]
    return f"Of **{show.count(n, 'loans')}** with a known outcome: **{'**, **'.join(parts)}**."
