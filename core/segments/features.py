"""The ratios that say who a borrower is, whatever the size of the loan or the currency of the book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HIGHEST_RATIO = 3.0
"""Debt-to-income and cover say nothing more above this; capping keeps one odd row from being all a model sees."""

LOWEST_DEBT = 0.02
"""Below this share of income an instalment is nobody's burden, and its logarithm would only measure rounding."""

FULL_COVER = 1.0
"""Between segments, security beyond the balance changes nothing: no more than the balance can be recovered."""


def number(frame: pd.DataFrame, field: str) -> Numbers:
    """A field as floats, NaN where it is absent from the row or from the whole frame."""
    if field not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(pd.to_numeric(frame[field], errors="coerce").to_numpy(dtype=float, na_value=np.nan), dtype=float)


def debt_to_income(frame: pd.DataFrame) -> Numbers:
    """Instalments due a month, here and elsewhere, over income a month.

    Args:
        frame: emi, other_emi (absent counts as none owed elsewhere) and monthly_income, in currency a month.

    Returns:
        A share, unbounded above: instalments without any income give `inf`; NaN where emi or income is not stated,
        or where both are 0.
    """
    owed = number(frame, "emi") + np.nan_to_num(number(frame, "other_emi"), nan=0.0)
    income = number(frame, "monthly_income")
    with np.errstate(divide="ignore", invalid="ignore"):
        return owed / income


def collateral_cover(frame: pd.DataFrame) -> Numbers:
    """Value of the security over the balance it secures.

    Args:
        frame: collateral_value and balance, in currency.

    Returns:
        A ratio, 0 for a loan without security; NaN where the whole frame says nothing of collateral or the balance is 0.
        An empty collateral in a book that states collateral elsewhere means unsecured (core.columns), hence 0.
    """
    value, balance = number(frame, "collateral_value"), number(frame, "balance")
    if not np.isnan(value).all():
        value = np.nan_to_num(value, nan=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = value / balance
    return np.where(balance > 0, cover, np.nan)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One axis on which loans are compared.

    Attributes:
        name: its name in a stored clustering.
        fields: the columns it reads.
        of: frame in, one number a row out; NaN where it cannot be said.
        high, low: the words for a segment that stands above or below the book on it.
        direction: +1 where more of it is known in the field to go with more recovery, -1 where with less. It orients
            the axes (see core.segments.geometry); nothing is learned from outcomes.
    """

    name: str
    fields: tuple[str, ...]
    of: Callable[[pd.DataFrame], Numbers]
    high: str
    low: str
    direction: int


def _log_debt(frame: pd.DataFrame) -> Numbers:
    return np.asarray(np.log(np.clip(debt_to_income(frame), LOWEST_DEBT, HIGHEST_RATIO)), dtype=float)


def _capped_cover(frame: pd.DataFrame) -> Numbers:
    return np.minimum(collateral_cover(frame), FULL_COVER)


def _log_of(field: str) -> Callable[[pd.DataFrame], Numbers]:
    return lambda frame: np.log1p(number(frame, field))


def _plain(field: str) -> Callable[[pd.DataFrame], Numbers]:
    return lambda frame: number(frame, field)


RATIOS: tuple[Ratio, ...] = (
    Ratio(
        "log_debt_to_income", ("emi", "other_emi", "monthly_income"), _log_debt,
        "stretched budget", "comfortable budget", -1,
    ),
    Ratio("log_balance", ("balance",), _log_of("balance"), "large balance", "small balance", -1),
    Ratio("collateral_cover", ("collateral_value", "balance"), _capped_cover, "well secured", "little security", 1),
    Ratio("log_dpd", ("dpd",), _log_of("dpd"), "long overdue", "recently overdue", -1),
    Ratio(
        "promise_kept_ratio", ("promise_kept_ratio",), _plain("promise_kept_ratio"),
        "keeps promises", "breaks promises", 1,
    ),
    Ratio("contact_rate", ("contact_rate",), _plain("contact_rate"), "reachable", "hard to reach", 1),
)  # fmt: skip

MISSED = Ratio(
    "log_missed_payments",
    ("missed_payments",),
    _log_of("missed_payments"),
    "many missed payments",
    "few missed payments",
    -1,
)
"""Stands in for the behaviour that promises and contacts would show, in a book that records neither: beside arrears it
says little of its own, and counted twice they outweigh all else."""

BY_NAME: dict[str, Ratio] = {ratio.name: ratio for ratio in (*RATIOS, MISSED)}


def ratio_words(name: str) -> str:
    """A ratio's name as people read it.

    >>> ratio_words("log_dpd"), ratio_words("collateral_cover")
    ('dpd', 'collateral cover')
    """
    return name.removeprefix("log_").replace("_", " ")


def ratios_of(frame: pd.DataFrame, names: tuple[str, ...] | None = None) -> pd.DataFrame:
    """The ratios of every loan, one column each; NaN where a loan's row does not carry one.

    Args:
        frame: snapshots in the fields of core.columns.
        names: the ratios of a stored clustering; None takes those the book can carry and that vary in it.
    """
    if names is not None:
        return pd.DataFrame({name: BY_NAME[name].of(frame) for name in names}, index=frame.index)
    found = {ratio.name: ratio.of(frame) for ratio in RATIOS}
    if np.isnan(found["promise_kept_ratio"]).all() and np.isnan(found["contact_rate"]).all():
        found[MISSED.name] = MISSED.of(frame)
    carried = {name: values for name, values in found.items() if len(np.unique(values[np.isfinite(values)])) > 1}
    return pd.DataFrame(carried, index=frame.index)
