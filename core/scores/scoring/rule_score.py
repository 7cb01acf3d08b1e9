"""The score that needs no history: four facts, weighed in the open. It orders work and is never a probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.scores.scoring.explain import packed
from core.segments.features import Numbers, collateral_cover, debt_to_income, number


@dataclass(frozen=True, slots=True)
class Input:
    """One fact the rule weighs.

    Attributes:
        name: what it is, in the field's words.
        weight: its part of the score; a loan without this fact shares the weight among the others.
        anchors: (value, points 0-1) between which points run straight; flat outside.
        fields: the columns it reads.
        of: the fact of each row, NaN where it is not known.
        says: the sentence shown beside the points.
        reason: why it has this weight and these anchors.
    """

    name: str
    weight: float
    anchors: tuple[tuple[float, float], ...]
    fields: tuple[str, ...]
    of: Callable[[pd.DataFrame], Numbers]
    says: Callable[[float], str]
    reason: str

    def points(self, values: Numbers) -> Numbers:
        """Points 0-1 of each value; NaN stays NaN."""
        at, points = zip(*self.anchors, strict=True)
        return np.where(np.isnan(values), np.nan, np.interp(values, at, points))


def _cover_words(cover: float) -> str:
    return "the loan is unsecured" if cover <= 0 else f"security covers {cover:.2f} of the balance"


def _debt_words(ratio: float) -> str:
    return (
        f"instalments take {ratio:.2f} of income"
        if np.isfinite(ratio)
        else "instalments are due and there is no income"
    )


def _count_words(one: str, many: str) -> Callable[[float], str]:
    return lambda count: f"{count:.0f} {one if count == 1 else many}"


INPUTS: tuple[Input, ...] = (
    Input(
        "days past due", 0.35, ((0, 0.0), (30, 0.5), (90, 0.85), (180, 1.0)),
        ("dpd",), lambda frame: number(frame, "dpd"), _count_words("day past due", "days past due"),
        "Age of the arrears orders recoveries best in every book; 30 and 90 days are the supervisors' steps, and at "
        "180 days lenders charge off.",
    ),
    Input(
        "missed payments", 0.25, ((0, 0.0), (1, 0.45), (3, 0.85), (6, 1.0)),
        ("missed_payments",), lambda frame: number(frame, "missed_payments"), _count_words("missed payment", "missed payments"),
        "The habit behind the arrears; three missed instalments are the usual definition of default.",
    ),
    Input(
        "debt-to-income", 0.2, ((0.0, 0.0), (0.2, 0.5), (0.4, 0.85), (0.6, 1.0)),
        ("emi", "other_emi", "monthly_income"), debt_to_income, _debt_words,
        "What the borrower can spare; lenders stop at about 0.4 of income, and little is left above 0.6.",
    ),
    Input(
        "collateral cover", 0.2, ((0.0, 1.0), (0.5, 0.75), (1.0, 0.4), (1.5, 0.0)),
        ("collateral_value", "balance"), collateral_cover, _cover_words,
        "What remains if nothing is paid; after costs and haircuts, security must exceed the balance to cover it.",
    ),
)  # fmt: skip
"""The rule, as data. The anchors are stated, not fitted; they cut three bands on any book with mixed arrears."""

REASONS_SHOWN = 3


def rule_score(frame: pd.DataFrame) -> pd.DataFrame:
    """How hard a loan looks to recover, from facts of its snapshot alone.

    Args:
        frame: snapshots in the fields of core.columns (dpd, missed_payments, emi, other_emi, monthly_income,
            collateral_value, balance); absent columns are allowed.

    Returns:
        risk_score (0-1, the weighted mean of points over the inputs known; NaN when none is), reasons (list of
        sentences, the largest part first), left_out (list of the inputs not known) and contributions (text: what each
        input adds, see core.scores.scoring.explain.packed), on the frame's index.
        More arrears, more missed payments, more debt or less cover never lower a score.
    """
    facts = np.column_stack([each.of(frame) for each in INPUTS])
    points = np.column_stack([each.points(facts[:, column]) for column, each in enumerate(INPUTS)])
    known = ~np.isnan(points)
    weight = np.where(known, np.asarray([each.weight for each in INPUTS]), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    parts = np.divide(weight * np.nan_to_num(points), total, out=np.zeros_like(weight), where=total > 0)
    score = np.where(total[:, 0] > 0, parts.sum(axis=1).round(6), np.nan)
    order = np.argsort(-parts, axis=1, kind="stable")
    told = packed(0.0, [each.name for each in INPUTS], parts, np.where(total[:, 0] > 0, parts.sum(axis=1), np.nan))
    return pd.DataFrame(
        {
            "risk_score": score,
            "reasons": [_reasons(facts[row], parts[row], order[row]) for row in range(len(frame))],
            "left_out": [
                [each.name for each, is_known in zip(INPUTS, row, strict=True) if not is_known] for row in known
            ],
            "contributions": pd.Series(told, index=frame.index, dtype=object),
        },
        index=frame.index,
    )


def _reasons(facts: Numbers, parts: Numbers, order: np.ndarray) -> list[str]:
    chosen = [column for column in order[:REASONS_SHOWN] if parts[column] > 0]
    if np.isnan(facts).all():
        return ["None of the rule's inputs is known"]
    if not chosen:
        return ["Nothing in this loan's facts adds to the rule score"]
    return [f"{_capital(INPUTS[column].says(facts[column]))} (adds {parts[column]:.2f})" for column in chosen]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
