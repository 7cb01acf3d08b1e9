"""What changed between two days and why, split by a dimension into amounts that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.metrics.delinquency import ARREARS

PARTS: tuple[str, ...] = ("volume", "mix", "performance")
"""Why a sum changed: there is more or less of it all, its groups' shares moved, its groups' rates changed."""
CLEAR_ERRORS = 2.0
"""A performance of this many standard errors is more than the usual swing between months."""
FEWEST_MONTHS = 3
"""Months a side must have for its swing between months to be judged."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The group whose rate moved a sum most.

    Attributes:
        group: its name.
        amount: its part in the change, currency.
        rate_before, rate_after: its amount over its base on the two sides, shares.
        loans: its loans on the later side (loan-months where that is several months); 0 where not told.
        is_clear: whether the amount is beyond the usual swing between months; False where that cannot be judged.
    """

    group: str
    amount: float
    rate_before: float
    rate_after: float
    loans: int
    is_clear: bool


def contributions(before: pd.DataFrame, after: pd.DataFrame, by: str, amount: str) -> pd.DataFrame:
    """Each group's part in the change of a sum.

    Args:
        before: one row a group with columns `by` and `amount` (currency), on the earlier day; may be empty.
        after: the same on the later day. A group absent from one side counts as 0 there.
        by: the dimension.
        amount: the summed column.

    Returns:
        by, before, after, change, share (change / sum of before over all groups; NaN where that is 0), largest
        change in size first. Additive: the changes sum to the change of the total, to the cent.
    """
    joined = (
        before[[by, amount]]
        .rename(columns={amount: "before"})
        .merge(after[[by, amount]].rename(columns={amount: "after"}), on=by, how="outer")
        .fillna({"before": 0.0, "after": 0.0})
    )
    joined["change"] = (joined["after"] - joined["before"]).round(2)
    total = float(joined["before"].sum())
    joined["share"] = joined["change"] / total if total else float("nan")
    order = joined["change"].abs().sort_values(ascending=False, kind="stable").index
    return joined.loc[order].reset_index(drop=True)


def mix_and_performance(before: pd.DataFrame, after: pd.DataFrame, by: str, base: str, amount: str) -> pd.DataFrame:
    """Why did a sum change: because there is more of the book, because its mix moved, or because groups do differently?

    The sum on each side is taken as base x rate, added up over groups. For a group with base b, rate r, and B the base
    of all groups (0 the earlier side, 1 the later):

        volume       b0 x r0 x (B1 / B0 - 1)     the whole base changed, shares and rates as they were
        mix          B1 x (b1 / B1 - b0 / B0) x r0    its share of the base changed, at its old rate
        performance  b1 x (r1 - r0)              its rate changed, on its new base

    Volume adds up to (B1 - B0) x the old rate of the whole. A group without a base on the earlier side has no old rate:
    its whole amount is mix. One without a base on the later side leaves with its old amount, split into volume and mix.
    An amount that stands on no base counts as mix. Where there was no base at all before, the whole change is volume.

    Args:
        before: columns `by`, `base` (currency, not negative), `amount` (currency) and, where known, loans (count): one or
            more rows a group, added up; may be empty. No nulls.
        after: the same on the later side.
        by: the dimension.
        base: what the rate is taken of.
        amount: the sum that changed.

    Returns:
        One row a group, largest performance in size first, ties by name: `by`, base_before, base_after, before, after,
        rate_before, rate_after (NaN on no base), volume, mix, performance, change, loans (of the later side). The three
        parts of a group add up to its change, and the changes to the change of the sum, to the cent; sums of the columns
        are the parts of the whole. Empty for two empty sides.

    Raises:
        ValueError: a base is negative.

    References:
        Kitagawa (1955), "Components of a difference between two rates", JASA 50, p. 1168-1194: composition against rates,
        here weighed at the old rates and the new bases, so that nothing is left over.

    >>> before = pd.DataFrame({"product": ["Auto", "Home"], "opening": [100.0, 100.0], "cash": [10.0, 2.0]})
    >>> after = pd.DataFrame({"product": ["Auto", "Home"], "opening": [120.0, 180.0], "cash": [6.0, 3.6]})
    >>> mix_and_performance(before, after, "product", "opening", "cash")[["product", *PARTS, "change"]].values.tolist()
    [['Auto', 5.0, -3.0, -6.0, -4.0], ['Home', 1.0, 0.6, 0.0, 1.6]]
    """
    sides = pd.concat(
        [_sums(before, by, base, amount).add_suffix("_before"), _sums(after, by, base, amount).add_suffix("_after")],
        axis=1,
    )
    sides = sides.sort_index().fillna(0.0)
    if (sides[["base_before", "base_after"]] < 0).any(axis=None):
        raise ValueError(f"A base cannot be negative: found one in {base}")
    parts = pd.DataFrame(
        {
            by: sides.index.astype(str),
            "base_before": sides["base_before"].round(2),
            "base_after": sides["base_after"].round(2),
            "before": sides["amount_before"].round(2),
            "after": sides["amount_after"].round(2),
            **_split(sides),
            "loans": sides["loans_after"].astype(np.int64),
        }
    )
    order = parts["performance"].abs().sort_values(ascending=False, kind="stable").index
    return parts.loc[order].reset_index(drop=True)


def cash_change(flows_before: pd.DataFrame, flows_after: pd.DataFrame, by: str) -> pd.DataFrame:
    """Why did the cash on loans in arrears change: more of them, other ones, or because they pay differently?

    The base is the opening balance of loans in arrears, the rate their cash of the month over it. Give whole months, as
    many on one side as on the other: five or six together tell more than one, for a single large payment can make a
    month. Months of the year before compare like seasons but not like ages, and collections fall as loans age.

    Args:
        flows_before: flows of one or more months: month, origin, opening, cash, loans and `by` (see
            core.metrics.flows; `by` may be "origin").
        flows_after: the same of as many later months.
        by: the dimension.

    Returns:
        The columns of `mix_and_performance` and performance_error: the standard error of the performance, judged by how
        the group's rate swings between the months of each side; NaN below three months a side or without a base.

    Raises:
        ValueError: the sides have different numbers of months.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., chapter 6: standard error of a ratio, with months as the units.
    """
    months_before, months_after = flows_before["month"].nunique(), flows_after["month"].nunique()
    if months_before != months_after and months_before and months_after:
        raise ValueError(f"Compare as many months with as many: found {months_before} before and {months_after} after")
    before, after = (flows[flows["origin"].isin(ARREARS)] for flows in (flows_before, flows_after))
    parts = mix_and_performance(before, after, by, "opening", "cash")
    errors = [parts[by].map(_rate_errors(side, by, months_after)) for side in (before, after)]
    parts["performance_error"] = parts["base_after"] * np.hypot(errors[0].astype(float), errors[1].astype(float))
    return parts


def explain(parts: pd.DataFrame) -> Explanation | None:
    """Which group's rate explains most of a change?

    Args:
        parts: from `mix_and_performance` or `cash_change`; the dimension is its first column.

    Returns:
        The group with the largest performance in size among those beyond the usual swing between months; where none is
        (or no swing was judged), the largest of all. None where no rate changed.
    """
    moved = parts[parts["performance"] != 0]
    if moved.empty:
        return None
    errors = moved["performance_error"] if "performance_error" in moved else pd.Series(np.nan, index=moved.index)
    clear = moved["performance"].abs() > CLEAR_ERRORS * errors
    candidates = moved[clear] if clear.any() else moved
    row = candidates.iloc[int(candidates["performance"].abs().argmax())]
    return Explanation(
        str(row.iloc[0]), float(row["performance"]), float(row["rate_before"]), float(row["rate_after"]),
        int(row["loans"]), bool(clear.any()),
    )  # fmt: skip


def _sums(frame: pd.DataFrame, by: str, base: str, amount: str) -> pd.DataFrame:
    """Base, amount and loans of each group, under those names, the group as index."""
    told = pd.DataFrame(
        {
            "by": frame[by].astype(str),
            "base": frame[base].astype(float),
            "amount": frame[amount].astype(float),
            "loans": frame.get("loans", 0),
        }
    )
    return told.groupby("by", sort=True).sum()


def _split(sides: pd.DataFrame) -> dict[str, pd.Series]:
    """Rates and parts of each group from base_before, base_after, amount_before, amount_after."""
    rates = {
        side: (sides[f"amount_{side}"] / sides[f"base_{side}"]).where(sides[f"base_{side}"] > 0)
        for side in ("before", "after")
    }
    change = (sides["amount_after"] - sides["amount_before"]).round(2)
    whole_before, whole_after = sides["base_before"].sum(), sides["base_after"].sum()
    stood = sides["amount_before"].where(sides["base_before"] > 0, 0.0)
    volume = (stood * (whole_after / whole_before - 1)).round(2) if whole_before > 0 else change
    performance = (sides["base_after"] * (rates["after"] - rates["before"])).fillna(0.0).round(2)
    return {
        "rate_before": rates["before"],
        "rate_after": rates["after"],
        "volume": volume,
        "mix": (change - volume - performance).round(2) + 0.0,
        "performance": performance,
        "change": change,
    }


def _rate_errors(flows: pd.DataFrame, by: str, months: int) -> pd.Series:
    """The standard error of each group's cash over opening balance, over the months of a side."""
    if months < FEWEST_MONTHS:
        return pd.Series(dtype=float)
    monthly = flows.groupby([by, "month"])[["opening", "cash"]].sum()
    sums = monthly.groupby(level=0).transform("sum")
    residual = monthly["cash"] - monthly["opening"] * sums["cash"] / sums["opening"].where(sums["opening"] > 0)
    squares = (residual**2).groupby(level=0).sum(min_count=1) * months / (months - 1)
    opening = monthly["opening"].groupby(level=0).sum()
    return pd.Series(np.sqrt(squares) / opening.where(opening > 0))
