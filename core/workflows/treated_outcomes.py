"""What came of each loan that effects are measured on, and what it cost: from payments, stated amounts, or a stated status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.columns import plain
from core.errors import TooLittleData
from core.metrics.treated import LATEST_FACTS_DAYS
from core.scores.rows.target import WINDOW_MONTHS, WRITTEN_OFF
from core.segments.features import Numbers, number
from core.strategies.catalogue import Limits, Strategy
from core.wording import agree, counted

Outcome = Literal["recovery_rate", "recovered_share"]
TOO_YOUNG = f"their {WINDOW_MONTHS} months are not over, or the payments of that time are not known"
BEGUN_EARLIER = (
    f"their strategy began more than {LATEST_FACTS_DAYS} days before the first day that shows them under it: "
    "facts of that day may tell what it did already"
)
NO_COSTS = "no costs are told: load actions with Cost, state Strategy_Cost, or give them with --limits"


@dataclass(frozen=True, slots=True)
class Came:
    """Loans with an outcome.

    Attributes:
        rows: those of `PortfolioReader.treated_rows` that have one, in the same order.
        others: those whose outcome is not known yet.
        rate: share of the balance recovered; with `outcome` recovered_share 1 for recovered, 0 for written off.
        cash: currency; NaN where the book states no amounts.
        outcome: name of it; words: the same in a sentence; column: where it comes from, as core.scores.rows.target names it.
        excluded: why and loans, for every reason that left any out.
    """

    rows: pd.DataFrame
    others: pd.DataFrame
    rate: Numbers
    cash: Numbers
    outcome: Outcome
    words: str
    column: str
    excluded: tuple[dict[str, Any], ...]


def outcomes_of(treated: pd.DataFrame, loans: int) -> Came:
    """Which loans have an outcome, which one, and why the others have none.

    Payments speak where the window of any loan is over by them; else the amounts recovered that the file states; else its status.

    Args:
        treated: `PortfolioReader.treated_rows()`.
        loans: in the book.

    Raises:
        TooLittleData: no loan was worked under a strategy, or none has an outcome yet.
    """
    if treated.empty:
        raise TooLittleData(
            "No loan of this book was worked under a strategy",
            remedy="Load a portfolio that states Strategy or Collection_Method for loans in arrears.",
        )
    left = Counter({"on no day of the book worked under a strategy": loans - len(treated)})
    early = treated["begun_earlier"].to_numpy(dtype=bool)
    left[BEGUN_EARLIER] += int(early.sum())
    rows = treated[~early]
    for told in (_from_payments, _from_amounts, _from_status):
        came = told(rows, left)
        if came is not None:
            return came
    young = f"{counted(len(rows), 'loan')} {agree(len(rows), 'was', 'were')} worked under a strategy, and the outcome of none is known yet"
    raise TooLittleData(
        young,
        remedy="Load the payments of the 12 months after a snapshot, or a file with Recovered_Amount or Recovery_Status.",
    )


def _from_payments(rows: pd.DataFrame, left: Counter[str]) -> Came | None:
    cash = number(rows, "cash_12m")
    known = np.isfinite(cash)
    if not known.any():
        return None
    words = (
        f"cash of the {WINDOW_MONTHS} months after the loan was first worked under a strategy, over its balance then"
    )
    return _came(rows, known, cash / number(rows, "balance"), cash, "recovery_rate", words, "payments", left + Counter({TOO_YOUNG: int((~known).sum())}))  # fmt: skip


def _from_amounts(rows: pd.DataFrame, left: Counter[str]) -> Came | None:
    cash = number(rows, "recovered_amount")
    stated, long_enough = np.isfinite(cash), _long_enough(rows)
    known = stated & long_enough
    if not known.any():
        return None
    words = "amount recovered as the file states it, over the balance"
    return _came(rows, known, cash / number(rows, "balance"), cash, "recovery_rate", words, "recovered_amount", left + _why_not(stated, long_enough, "amount recovered"))  # fmt: skip


def _from_status(rows: pd.DataFrame, left: Counter[str]) -> Came | None:
    status = rows["recovery_status"]
    stated, long_enough = status.notna().to_numpy(), _long_enough(rows)
    known = stated & long_enough
    if not known.any():
        return None
    kept = np.asarray(~status.fillna("").astype(str).map(plain).isin(WRITTEN_OFF), dtype=np.float64)
    words = "recovered in full or in part, as Recovery_Status says: not Written Off. The file states no amounts"
    return _came(rows, known, kept, np.full(len(rows), np.nan), "recovered_share", words, "recovery_status", left + _why_not(stated, long_enough, "status"))  # fmt: skip


def _long_enough(rows: pd.DataFrame) -> np.ndarray:
    months = number(rows, "months_observed")
    return np.asarray(np.isnan(months) | (months >= WINDOW_MONTHS))


def _why_not(stated: np.ndarray, long_enough: np.ndarray, what: str) -> Counter[str]:
    return Counter({
        f"their file states no {what}": int((~stated).sum()),
        f"observed for less than {WINDOW_MONTHS} months": int((stated & ~long_enough).sum()),
    })  # fmt: skip


def _came(
    rows: pd.DataFrame, known: np.ndarray, rate: Numbers, cash: Numbers, outcome: Outcome, words: str, column: str, left: Counter[str]
) -> Came:  # fmt: skip
    excluded = tuple({"why": why, "loans": loans} for why, loans in left.items() if loans > 0)
    with_outcome, others = (rows[each].reset_index(drop=True) for each in (known, ~known))
    return Came(with_outcome, others, rate[known], cash[known], outcome, words, column, excluded)


def net_values(came: Came, strategy: Iterable[str], limits: Limits) -> tuple[Numbers | None, Numbers, str]:
    """What the cash of each loan was worth less fees and costs.

    Net value = npv factor x (1 - fee share) x cash - cost, by the figures of the loan's own strategy. The cost is what the
    lender's limits state for it, else what was told of the loan (Strategy_Cost, or the costs of its actions); never the
    catalogue's planning figure.

    Args:
        came: loans with outcomes; strategy: the name of each one's; limits: the lender's figures.

    Returns:
        (n,) currency, (n,) the cost of each loan (NaN where nobody told it), and "": or None, the costs, and why it is refused.
    """
    names = pd.Series(list(strategy), dtype=object)
    figures = {name: figures_of(name, limits) for name in names.unique()}
    cost = _told_costs(came)
    for name in limits.stated & set(names):
        cost[(names == name).to_numpy()] = limits.strategy(name).cost
    if came.outcome == "recovered_share":
        return None, cost, "the file states no amounts: net value needs cash"
    if not np.isfinite(cost).any():
        return None, cost, NO_COSTS
    untold = names[~np.isfinite(cost)].value_counts()
    if len(untold):
        missing = ", ".join(f"{counted(int(n), 'loan')} under {name}" for name, n in untold.items())
        return None, cost, f"no cost is told of {missing}: state it with --limits, or load it"
    factor = names.map({name: each.npv_factor * (1 - each.fee_share) for name, each in figures.items()})
    return factor.to_numpy(dtype=float) * came.cash - cost, cost, ""


def _told_costs(came: Came) -> Numbers:
    stated, acted = number(came.rows, "strategy_cost"), number(came.rows, "cost_12m")
    first, second = (acted, stated) if came.column == "payments" else (stated, acted)
    return np.where(np.isfinite(first), first, second)


def figures_of(name: str, limits: Limits) -> Strategy:
    """The figures of a strategy; of one that the catalogue does not know, cash at its face value."""
    known = {each.name: each for each in limits.strategies}
    return known.get(name, Strategy(name, "", 0.0, 0.0, 1.0, 0.0))
