"""The sentences of the Strategies page."""

from __future__ import annotations

import pandas as pd

from core.metrics.portfolio import NO_COSTS, NO_PAYMENTS
from core.strategies.thresholds import CHAMPION_V0, Thresholds
from dashboard import format as show

AS_IT_HAPPENED = "As it happened, not adjusted"
WHY_NOT = (
    "Somebody chose who went where, and usually sent the worst accounts to court: a difference between strategies mixes "
    "what they do with whom they were given, and must not be read as what a strategy causes."
)
NO_ROWS_OF_GIVEN = "what was given is counted from the files' strategies and keeps no rows to list"
NO_ROWS_OF_STATED = "counted from the file, which keeps no rows to list"
NO_PAYMENTS_WHY = f"{show.UNDEFINED}, because {NO_PAYMENTS}."


def strategies_answer(
    results: pd.DataFrame, *, has_payments: bool, has_costs: bool, currency: str, mix: pd.DataFrame
) -> str:
    """What the strategies brought back and cost, in a sentence.

    Args:
        results: from `strategy_results` by strategy.
        mix: from `outcome_mix` by strategy, for a book without payments.
    """
    if results.empty or not int(results["given_loans"].sum() + results["placed_loans"].sum()):
        return "**No loan of this selection was given a strategy yet.**"
    if not has_payments:
        said = f"What came back and what it cost is {show.UNDEFINED}, because {NO_PAYMENTS}"
        return f"{said}; {_worst_outcome(mix)}" if len(mix) else f"{said}."
    cash = float(results["cash"].sum())
    first = results.loc[results["cash"].idxmax()]
    answer = f"**{first['strategy']} brought back {show.money(first['cash'], currency)}** of {show.money(cash)}"
    if not has_costs:
        return f"{answer}; what it cost is {show.UNDEFINED}, because {NO_COSTS}."
    spent = results[results["cost_share"].notna()]
    if spent.empty:
        return f"{answer}."
    dear = spent.loc[spent["cost_share"].idxmax()]
    return (
        f"{answer}. **{dear['strategy']} cost {show.percent(dear['cost_share'])} of what it recovered**, "
        f"{show.money(dear['net'])} remain. This is how it happened, not what a strategy causes."
    )


def _worst_outcome(mix: pd.DataFrame) -> str:
    written = mix[mix["recovery_status"] == "Written Off"]
    if written.empty:
        return "the file's stated outcomes are below."
    low, high = float(written["share"].min()), float(written["share"].max())
    return f"the file states **{show.percent(low, 0)} to {show.percent(high, 0)} written off**, by strategy."


def matrix_title(results: pd.DataFrame, value: str) -> str:
    """Of an amount the cell that stands out, for a sum is a fact; of a rate its range and no cell, for cells have no interval."""
    known = results[results[value].notna()]
    if len(known) < 2:
        return "By segment"
    low, high = known.loc[known[value].idxmin()], known.loc[known[value].idxmax()]
    if value == "net":
        where = {name: f"{row['strategy']} with {row['segment']}" for name, row in (("low", low), ("high", high))}
        return (
            f"{where['low']} lost {show.money(-low[value])}" if low[value] < 0
            else f"{where['high']} left most: {show.money(high[value])}"
        )  # fmt: skip
    what = "Cost of what was recovered" if value == "cost_share" else "Recovered of what was placed"
    return f"{what}: {show.percent(low[value])} to {show.percent(high[value])} by cell, not ranked: no intervals"


def proposed_title(proposed: pd.DataFrame) -> str:
    """What is proposed for most loans."""
    worked = proposed[proposed["proposed"] != "Hold"]
    if worked.empty:
        return "Nothing is proposed"
    first = worked.loc[worked["loans"].idxmax()]
    return f"{first['proposed']} is proposed for {show.percent(first['share'], 0)} of the loans"


def thresholds_words(policy: Thresholds = CHAMPION_V0) -> str:
    """The policy in words: "Standard under 0.50, Settlement from 0.50, Legal from 0.75"."""
    edges = [show.number(edge, 2) for edge in policy.edges]
    parts = [f"{policy.tracks[0]} under {edges[0]}"]
    parts += [f"{track} from {edge}" for track, edge in zip(policy.tracks[1:], edges, strict=True)]
    return ", ".join(parts)


def outcome_title(mix: pd.DataFrame) -> str:
    """The share that came back in full, as stated."""
    full = mix[mix["recovery_status"] == "Fully Recovered"]["loans"].sum()
    total = mix["loans"].sum()
    if full:
        return f"The file states {show.percent(full / total, 0)} fully recovered"
    first = mix.groupby("recovery_status", sort=False)["loans"].sum().sort_values(ascending=False)
    return f"The file states {show.percent(first.iloc[0] / total, 0)} {first.index[0]}"


def outcome_rows(mix: pd.DataFrame, by: str) -> list[list[str]]:
    """The outcomes as a table; stated amounts where the file has them."""
    rows = [[by.capitalize(), "Outcome", "Loans", "Share", "Stated recovered", "with an amount"]]
    return rows + [
        [str(getattr(row, by)), row.recovery_status, show.number(row.loans), show.percent(row.share),
         show.money_exact(row.recovered) if row.recovered_loans else show.UNDEFINED, show.number(row.recovered_loans)]
        for row in mix.itertuples()
    ]  # fmt: skip
