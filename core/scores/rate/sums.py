"""What the loans of a selection that can be worked are expected to bring in 12 months, with intervals. NumPy only.

The sums come from the store: expectations and their variances, added up over the rows of one day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import pandas as pd

from core.ports import PortfolioReader
from core.scores.rate.intervals import FEWEST_IN_SUM, sum_interval
from core.selection import Selection
from core.strategies.catalogue import CATALOGUE, HOLD
from core.wording import counted

PER_UNIT: Mapping[str, float] = {each.name: (1 - each.fee_share) * each.npv_factor for each in CATALOGUE}
"""What a unit of expected cash adds to the net value under each strategy."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A group's expectation.

    Attributes:
        group: the value of the dimension; "" for all.
        loans, balance: that can be worked (currency).
        told: of these, loans with an expectation.
        recovery, low, high: expected cash of 12 months and its 95 % interval (currency); NaN where there is none.
        net, net_low, net_high: what is left of it by the strategies' fees, costs and discount, and its interval.
        why: why there is no interval, without a full stop; "" where there is one.
    """

    group: str
    loans: int
    balance: float
    told: int
    recovery: float
    low: float = nan
    high: float = nan
    net: float = nan
    net_low: float = nan
    net_high: float = nan
    why: str = ""


def expected_sums(reader: PortfolioReader, selection: Selection, by: Sequence[str]) -> dict[str, list[Expected]]:
    """All that the selection's loans should bring, and the groups of each dimension, the largest expectation first.

    Args:
        selection: its lasso and search are left aside by the caller: the sums know no single loans.
        by: dimensions.

    Returns:
        "" to the whole (one), and each dimension to its groups with loans that can be worked.
    """
    champion = reader.champion()
    learned_from = int((champion.card.get("rate") or {}).get("n", 0)) if champion else 0
    columns = list(dict.fromkeys([*by, "proposed"]))
    stock = _free(reader.stock(selection, columns))
    spread = reader.expected_spread(selection, columns)
    of_day = int(spread["loans"].sum())
    if selection.filters:
        of_day = int(reader.expected_spread(replace(selection, filters={}))["loans"].sum())
    told = _with_net(_free(spread))

    def group(name: str, stock: pd.DataFrame, told: pd.DataFrame) -> Expected:
        return _expected(name, stock, told, of_day, learned_from)

    found = {"": [group("", stock, told)]}
    for each in by:
        names = [str(name) for name in stock[each].unique()]
        rows = [group(name, stock[stock[each] == name], told[told[each] == name]) for name in names]
        found[each] = sorted((row for row in rows if row.loans), key=lambda row: (-row.recovery, row.group))
    return found


def _free(rows: pd.DataFrame) -> pd.DataFrame:
    """Without loans on hold: they are expected to pay too, and nobody may work them."""
    return rows[rows["proposed"].astype(str) != HOLD]


def _with_net(told: pd.DataFrame) -> pd.DataFrame:
    per_unit = told["proposed"].astype(str).map(PER_UNIT).astype(float)
    return told.assign(net_variance=told["variance"] * per_unit**2)


def _expected(name: str, stock: pd.DataFrame, told: pd.DataFrame, of_day: int, learned_from: int) -> Expected:
    loans, balance = int(stock["workable_loans"].sum()), float(stock["workable_balance"].sum())
    known, recovery = int(stock["expected_loans"].sum()), float(stock["expected_recovery"].sum())
    by_model = int(told["loans"].sum())
    made = Expected(name, loans, balance, known, recovery if known else nan)
    if why := _why_none(known, by_model, learned_from):
        return replace(made, why=why)
    low, high = sum_interval(
        recovery, float(told["variance"].sum()), by_model, of_day=of_day, learned_from=learned_from
    )
    net = float(told["expected_net"].sum())
    _, half = sum_interval(0.0, float(told["net_variance"].sum()), by_model, of_day=of_day, learned_from=learned_from)
    return replace(made, low=low, high=high, net=net, net_low=net - half, net_high=net + half)


def _why_none(known: int, by_model: int, learned_from: int) -> str:
    if not known:
        return "no loan of it has an expectation"
    if not learned_from:
        return "no model in use tells the rate: what comparable placements brought says no interval"
    if by_model < known:
        return f"{counted(known - by_model, 'loan')} of {known:,} are told by what comparable placements brought, which says no interval"
    return f"it takes {FEWEST_IN_SUM} loans" if known < FEWEST_IN_SUM else ""
