"""The columns of the loans on one day: how amounts are spread, and which columns move together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from core.metrics.association import FEWEST_PAIRS, rank_correlations, rank_interval
from dashboard import format as show
from dashboard.components.chart import chart_absent, chart_props
from dashboard.figures import explore as figures
from dashboard.services import Services
from dashboard.state import View, view_of

CHARTS = ("amount", "income", "correlation")
MOST_LOANS = 5_000
FIFTHS = ("lowest fifth", "second", "middle", "fourth", "highest fifth")
FEWEST_IN_FIFTH = 5
WORDS = {
    "balance": "Outstanding", "dpd": "Days past due", "missed_payments": "Missed payments", "loan_amount": "Loan amount",
    "monthly_income": "Income", "emi": "Instalment", "collateral_value": "Collateral", "interest_rate": "Interest rate",
    "tenure_months": "Tenure", "promise_kept_ratio": "Promises kept", "contact_rate": "Contact rate",
}  # fmt: skip


def update_columns(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The three charts that need no outcome."""
    view = view_of(services, search)
    loans, total = view.reader.loan_points(replace(view.selection, search=""), list(WORDS), limit=MOST_LOANS)
    looked_at = looked_at_words(len(loans), total)
    return {
        "amount": amount_props(loans, mode, looked_at),
        "income": income_props(loans, mode, looked_at),
        "correlation": correlation_props(loans, mode, f"{looked_at} {_on_day(view)}"),
    }


def looked_at_words(asked: int, total: int) -> str:
    """How many loans stand behind a chart."""
    if asked < total:
        return f"{show.number(asked)} of {show.count(total, 'loans')}, always the same ones."
    return f"{show.count(total, 'loans')}."


def _on_day(view: View) -> str:
    return f"On {show.day(view.as_of)}."


def _left_out(stated: int, asked: int) -> str:
    return f" {show.number(asked - stated)} left out: not stated." if stated < asked else ""


def amount_props(loans: pd.DataFrame, mode: str | None, looked_at: str) -> dict[str, Any]:
    """How large the loans were when granted."""
    amounts = loans["loan_amount"].dropna()
    if amounts.empty:
        return chart_absent(title="Loan amount", why=_none_stated("a loan amount", len(loans)))
    low, middle, high = (float(amounts.quantile(share)) for share in (0.25, 0.5, 0.75))
    rows = [["Loan amount", "Value"], ["Smallest", show.money(float(amounts.min()))], ["First quarter below", show.money(low)],
            ["Median", show.money(middle)], ["Last quarter above", show.money(high)], ["Largest", show.money(float(amounts.max()))]]  # fmt: skip
    return chart_props(
        figures.histogram(amounts, mode, title="Loan amount"),
        title=f"Half of the loans were granted between {show.money(low)} and {show.money(high)}",
        subtitle=f"Loan amount at the start, number of loans in equal steps. {looked_at}{_left_out(len(amounts), len(loans))}",
        summary=f"Histogram of {show.count(len(amounts), 'loans')}: median {show.money(middle)}.",
        rows=rows,
    )


def income_props(loans: pd.DataFrame, mode: str | None, looked_at: str) -> dict[str, Any]:
    """Whether larger incomes were granted larger loans."""
    both = loans[["monthly_income", "loan_amount"]].dropna()
    title = "Loan amount by income"
    if both.empty:
        return chart_absent(title=title, why=_none_stated("both income and loan amount", len(loans)))
    groups = _by_fifth(both)
    if len(groups) < 2:
        why = f"{show.UNDEFINED}, because {show.count(len(both), 'loans')} cannot be cut into groups of income."
        return chart_absent(title=title, why=why)
    pair = rank_correlations(both, ["monthly_income", "loan_amount"]).iloc[0]
    rows = [["Income", "Loans", "First quarter", "Median", "Last quarter"]]
    rows += [
        [g["name"], show.number(g["n"]), *(show.money(g[part]) for part in ("low", "middle", "high"))] for g in groups
    ]
    return chart_props(
        figures.ranges(groups, mode, title="Loan amount", across="Monthly income"),
        title=_relation(float(pair["rho"]), int(pair["n"])),
        subtitle=f"Middle half and median of the loan amount in each fifth of income. Rank correlation {show.number(pair['rho'], 2)}{_sure(pair['rho'], pair['n'])}, "
        f"n {show.number(pair['n'])}. {looked_at}{_left_out(len(both), len(loans))}",
        summary="; ".join(f"{g['name']}: median {show.money(g['middle'])}" for g in groups) + ".",
        rows=rows,
    )


def _by_fifth(both: pd.DataFrame) -> list[dict[str, Any]]:
    """Median and quartiles of the amount in each fifth of income; equal incomes stay together."""
    fifth = pd.cut(both["monthly_income"].rank(pct=True), [0, 0.2, 0.4, 0.6, 0.8, 1], labels=FIFTHS)
    told = []
    for name, part in both.groupby(fifth, observed=True)["loan_amount"]:
        if len(part) >= FEWEST_IN_FIFTH:
            low, middle, high = (float(part.quantile(share)) for share in (0.25, 0.5, 0.75))
            told.append({"name": str(name), "n": len(part), "low": low, "middle": middle, "high": high})
    return told


def _relation(rho: float, n: int) -> str:
    """How the amount goes with income: a direction only where the correlation's interval leaves out 0."""
    if rho != rho:
        return f"How income and loan amount go together is {show.UNDEFINED}: under {FEWEST_PAIRS} loans state both"
    low, high = rank_interval(rho, n)
    if low <= 0 <= high:
        return "No clear relation between income and loan amount"
    strength = (
        "hardly" if abs(rho) < 0.1 else "weakly" if abs(rho) < 0.3 else "clearly" if abs(rho) < 0.6 else "strongly"
    )
    if strength == "hardly":
        return "Loan amount hardly depends on income"
    return f"Loan amount {'rises' if rho > 0 else 'falls'} {strength} with income"


def _sure(rho: float, n: int) -> str:
    """The interval of a correlation, to stand behind it."""
    low, high = rank_interval(rho, int(n))
    if low != low:
        return ""
    return f" ({show.percent(0.95, 0)} interval {show.number(low, 2)} to {show.number(high, 2)})"


def _together(known: pd.DataFrame) -> str:
    """The pair with the largest correlation, where its interval, shared out over all pairs, leaves out 0."""
    first = known.loc[known["rho"].abs().idxmax()]
    low, high = rank_interval(float(first["rho"]), int(first["n"]), among=len(known))
    if low <= 0 <= high:
        return "No two columns clearly move together"
    return f"{WORDS[first['left']]} and {WORDS[first['right']].lower()} move together most ({show.number(first['rho'], 2)})"


def correlation_props(loans: pd.DataFrame, mode: str | None, looked_at: str) -> dict[str, Any]:
    """Which columns move together."""
    stated = [name for name in WORDS if loans[name].notna().any()]
    pairs = rank_correlations(loans, stated)
    known = pairs[pairs["rho"].notna()]
    if known.empty:
        why = f"{show.UNDEFINED}, because no two columns are stated together for {FEWEST_PAIRS} loans or more."
        return chart_absent(title="Which columns move together", why=why)
    absent = [WORDS[name].lower() for name in WORDS if name not in stated]
    undefined = len(pairs) - len(known)
    notes = [f"Spearman's rank correlation, −1 to 1, of every pair. {looked_at} Pairs: n {_range(known['n'])}."]
    notes += (
        [f"Blank: {show.count(undefined, 'pairs')} with under {FEWEST_PAIRS} loans or a column that never varies."]
        if undefined
        else []
    )
    notes += [f"Not in this book: {', '.join(absent)}."] if absent else []
    notes.append("Age is left out, it is protected.")
    rows = [["Pair", "Rank correlation", "Loans"]]
    rows += [
        [f"{WORDS[p.left]} and {WORDS[p.right].lower()}", show.number(p.rho, 2), show.number(p.n)]
        for p in pairs.itertuples()
    ]
    return chart_props(
        figures.correlation_map(pairs, mode, words=WORDS),
        title=_together(known),
        subtitle=" ".join(notes),
        summary=f"Of {show.count(len(known), 'pairs')}, {int((known['rho'].abs() >= 0.3).sum())} have a rank correlation of 0.3 or more either way.",
        rows=rows,
    )


def _range(numbers: pd.Series) -> str:
    low, high = int(numbers.min()), int(numbers.max())
    return show.number(low) if low == high else f"{show.number(low)} to {show.number(high)}"


def _none_stated(what: str, loans: int) -> str:
    if not loans:
        return f"{show.UNDEFINED}, because no loan matches these filters."
    return f"{show.UNDEFINED}, because no loan here states {what}."
