"""Why a loan got its score: the parts of its margin, gathered into families and put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.scores.evaluate import Parts
from core.scores.features import EXTRA, extra_columns, owed_share
from core.segments.features import collateral_cover, debt_to_income, number

REASONS_SHOWN = 3
STRONG_FROM, SLIGHT_UNDER = 0.5, 0.15
"""Sizes in log-odds: 0.5 moves even odds to 62 in 100, 0.15 to 54."""


def reasons_of(inputs: Sequence[Mapping[str, Any]], parts: Parts, frame: pd.DataFrame) -> list[list[str]]:
    """Up to three sentences a loan, the families that move its score most, with direction and size in log-odds.

    Families gather inputs that say the same thing (days past due and missed payments), so that a reason does not
    change because its twin took the credit. What the score assumes about the strategy is no reason.
    """
    families = list(dict.fromkeys(each["family"] for each in inputs if each["kind"] != "strategy"))
    if not families:
        return [[] for _ in range(len(frame))]
    member = np.asarray([[each["family"] == family for family in families] for each in inputs], dtype=float)
    size = parts.by_input @ member
    order = np.argsort(-np.abs(size), axis=1, kind="stable")[:, :REASONS_SHOWN]
    facts = {family: _facts(family, inputs, frame) for family in families}
    return [
        [
            f"{facts[families[column]][row]}: {_effect(size[row, column])} ({size[row, column]:+.2f})"
            for column in order[row]
            if abs(size[row, column]) >= 0.005
        ]
        for row in range(len(frame))
    ]


def _effect(size: float) -> str:
    direction = "raises the risk" if size > 0 else "lowers the risk"
    how = " strongly" if abs(size) >= STRONG_FROM else " slightly" if abs(size) < SLIGHT_UNDER else ""
    return direction + how


def _facts(family: str, inputs: Sequence[Mapping[str, Any]], frame: pd.DataFrame) -> list[str]:
    if family in _SAY:
        return _SAY[family](frame)
    extras = [
        each["name"][len(EXTRA) :] for each in inputs if each["family"] == family and each["name"].startswith(EXTRA)
    ]
    values = extra_columns(frame, extras)
    return [f"{family} is {value}" if value is not None else f"{family} is not stated" for value in values[family]]


def _words(frame: pd.DataFrame, what: str, parts: Sequence[tuple[Sequence[float] | np.ndarray, str]]) -> list[str]:
    """Each row's known numbers put into their phrases, joined; `what` is "not stated" where there is none."""
    said = []
    for row in range(len(frame)):
        known = [phrase.format(values[row]) for values, phrase in parts if np.isfinite(values[row])]
        text = ", ".join(known) or f"{what} not stated"
        said.append(text[:1].upper() + text[1:])
    return said


def _category(field: str, label: str) -> Callable[[pd.DataFrame], list[str]]:
    def say(frame: pd.DataFrame) -> list[str]:
        if field not in frame:
            return [f"{label} not stated"] * len(frame)
        return [f"{label} {value}" if isinstance(value, str) else f"{label} not stated" for value in frame[field]]

    return say


_SAY: dict[str, Callable[[pd.DataFrame], list[str]]] = {
    "arrears": lambda f: _words(f, "arrears", [(number(f, "dpd"), "{:.0f} days past due"), (number(f, "missed_payments"), "{:.0f} missed payments")]),
    "affordability": lambda f: _words(f, "income and instalments", [(debt_to_income(f), "instalments take {:.2f} of income"), (number(f, "monthly_income"), "income {:,.0f} a month")]),
    "security": lambda f: _words(f, "security", [(collateral_cover(f), "security of {:.2f} times the balance")]),
    "size": lambda f: _words(f, "loan amount", [(number(f, "balance"), "balance {:,.0f}"), (owed_share(f), "{:.2f} of the loan still owed")]),
    "terms": lambda f: _words(f, "terms of the loan", [(number(f, "interest_rate"), "interest rate {:.2f}"), (number(f, "tenure_months"), "term of {:.0f} months")]),
    "engagement": lambda f: _words(f, "promises and contacts", [(number(f, "promise_kept_ratio"), "kept {:.2f} of promises"), (number(f, "contact_rate"), "reached in {:.2f} of attempts")]),
    "product": _category("product", "Loan type"),
    "employment": _category("employment_type", "Employment"),
    "payment history": _category("payment_history", "Payment history"),
}  # fmt: skip
