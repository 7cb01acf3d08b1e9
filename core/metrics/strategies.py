"""What did each strategy get, bring back and cost? As it happened: the differences are no effects."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.selection import NOT_STATED

GIVEN = ("given_loans", "given_balance")
PLACED = ("placed_loans", "placed_balance")
STATUS_ORDER = ("Fully Recovered", "Partially Recovered", "Written Off")


def strategy_results(
    given: pd.DataFrame,
    placed: pd.DataFrame,
    cash: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    by: Sequence[str] = ("strategy",),
    *,
    order: Sequence[str] = (),
) -> pd.DataFrame:
    """What each strategy was given, recovered and cost, to date.

    A loan's cash and its costs count for the strategy its recovery episode began under.

    Args:
        given: `by`, loans (distinct), balance (currency, when given).
        placed: `by`, loans (episodes that began under it), balance (currency).
        cash: `by`, payments, cash (currency, net of reversals); None where the book has no payments.
        costs: `by`, cost (currency), costed (actions with a cost); None where the book has no costs.
        by: must hold "strategy"; further dimensions split it.
        order: the strategies' own order; others follow it.

    Returns:
        One row a group, strategies in their own order: `by`, given_loans, given_balance, placed_loans, placed_balance,
        payments, cash, rate (cash / placed_balance), costed, cost, cost_share (cost / cash), net (cash - cost). NaN
        where the book cannot say, or where the denominator is 0 or below; counts are whole.
    """
    keys = list(by)
    frame = _named(given, keys, loans="given_loans", balance="given_balance").merge(
        _named(placed, keys, loans="placed_loans", balance="placed_balance"), on=keys, how="outer"
    )
    told = [*GIVEN, *PLACED]
    for more, names in ((cash, ("payments", "cash")), (costs, ("costed", "cost"))):
        if more is None:
            frame = frame.assign(**dict.fromkeys(names, float("nan")))
        else:
            frame = frame.merge(more[[*keys, *names]], on=keys, how="outer")
            told += names
    frame = frame.fillna(dict.fromkeys(told, 0.0))
    frame = frame.astype(dict.fromkeys(("given_loans", "placed_loans"), "int64"))
    frame["rate"] = (frame["cash"] / frame["placed_balance"]).where(frame["placed_balance"] > 0)
    frame["cost_share"] = (frame["cost"] / frame["cash"]).where(frame["cash"] > 0)
    frame["net"] = (frame["cash"] - frame["cost"]).round(2)
    columns = [*keys, *GIVEN, *PLACED, "payments", "cash", "rate", "costed", "cost", "cost_share", "net"]
    return in_own_order(frame, "strategy", order)[columns]


def outcome_mix(outcomes: pd.DataFrame, by: str = "strategy", *, order: Sequence[str] = ()) -> pd.DataFrame:
    """How loans ended, as their file states it.

    Args:
        outcomes: `by`, recovery_status, loans, balance, recovered_loans (rows with an amount), recovered (currency).
        order: the groups' own order; others follow it.

    Returns:
        One row a group and status: `by`, recovery_status, loans, share (of the group's loans, 0-1), n (the group's
        loans), recovered_loans, recovered, balance; the usual statuses first, best to worst. Empty without outcomes.
    """
    if outcomes.empty:
        return outcomes.assign(share=pd.Series(dtype=float), n=pd.Series(dtype="int64"))
    frame = outcomes.assign(n=outcomes.groupby(by)["loans"].transform("sum"))
    frame["share"] = frame["loans"] / frame["n"]
    known = [status for status in STATUS_ORDER if status in set(frame["recovery_status"])]
    statuses = [*known, *sorted(set(frame["recovery_status"]) - set(known))]
    place = frame["recovery_status"].map({status: index for index, status in enumerate(statuses)})
    ordered = frame.assign(place=place).sort_values([by, "place"], kind="stable")
    return in_own_order(ordered.drop(columns="place"), by, order)


def proposals(stock: pd.DataFrame, order: Sequence[str] = ()) -> pd.DataFrame:
    """What is proposed for the open loans of a day.

    Args:
        stock: proposed, loans, balance, arrears_loans, workable_loans (see PortfolioReader.stock).
        order: the strategies' own order; others follow it.

    Returns:
        proposed, loans, balance, arrears_loans, workable_loans, share (of all loans, 0-1), in that order.
    """
    total = int(stock["loans"].sum())
    columns = ["proposed", "loans", "balance", "arrears_loans", "workable_loans"]
    return in_own_order(
        stock[columns].assign(share=stock["loans"] / total if total else float("nan")), "proposed", order
    )


def in_own_order(frame: pd.DataFrame, name: str, order: Sequence[str]) -> pd.DataFrame:
    """Rows by the value in column `name`: those of `order` first, then others as they come, "not stated" last."""
    known = {strategy: place for place, strategy in enumerate(order)}
    place = frame[name].map(
        lambda strategy: len(known) + 1 if strategy == NOT_STATED else known.get(strategy, len(known))
    )
    return frame.assign(_place=place).sort_values("_place", kind="stable").drop(columns="_place").reset_index(drop=True)


def _named(frame: pd.DataFrame, keys: Sequence[str], **names: str) -> pd.DataFrame:
    return frame[[*keys, *names]].rename(columns=names)
