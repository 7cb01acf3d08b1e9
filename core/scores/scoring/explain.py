"""Why a loan got its score: the parts of its margin, gathered into families, put into words and kept with the score."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.scores.rows.features import EXTRA, STRATEGY, extra_columns, owed_share
from core.scores.scoring.evaluate import Parts
from core.segments.features import Numbers, collateral_cover, debt_to_income, number

REASONS_SHOWN = 3
STRONG_FROM, SLIGHT_UNDER = 0.5, 0.15
"""Sizes in log-odds: 0.5 moves even odds to 62 in 100, 0.15 to 54."""

SAID_FROM = 0.005
"""What moves a score by less than this is no reason."""

Inputs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Contributions:
    """What made a score: `base + sum(parts.values()) == margin`, within 1e-8 as stored.

    Attributes:
        base: where every loan begins.
        margin: what the parts come to: log-odds before calibration for a model, the score itself (0-1) for the rule.
        parts: what each family of reasons adds.
    """

    base: float
    margin: float
    parts: Mapping[str, float]


def families_of(inputs: Inputs) -> list[str]:
    """The families of reasons of a model, in the order of its inputs; the strategy it assumes is the last, if any."""
    names = list(dict.fromkeys(each["family"] for each in inputs))
    return [name for name in names if name != STRATEGY] + [name for name in names if name == STRATEGY]


def family_sizes(inputs: Inputs, parts: Parts) -> Numbers:
    """What each family adds to each margin: rows x `families_of(inputs)`; with the base they add up to the margin."""
    member = np.asarray([[each["family"] == family for family in families_of(inputs)] for each in inputs], dtype=float)
    return np.asarray(parts.by_input @ member.reshape(len(inputs), -1), dtype=float)


def packed(base: float, names: Sequence[str], sizes: Numbers, margin: Numbers) -> list[str | None]:
    """Contributions as text to be stored, a row each: JSON of base, margin and parts, to ten decimals.

    None where the margin is NaN: nothing was scored.

    Args:
        base: where every loan begins; names: of the families.
        sizes: rows x families; margin: a row each.
    """
    named = ",".join(f"{json.dumps(name, ensure_ascii=False).replace('%', '%%')}:%.10f" for name in names)
    shape = f'{{"base":{base:.10f},"margin":%.10f,"parts":{{{named}}}}}'
    return [None if at != at else shape % (at, *row) for at, row in zip(margin.tolist(), sizes.tolist(), strict=True)]


def unpacked(text: str | None) -> Contributions | None:
    """Stored contributions read back; None where a score has none (nothing was known, or it is older than they are)."""
    if not isinstance(text, str) or not text:
        return None
    told = json.loads(text)
    return Contributions(float(told["base"]), float(told["margin"]), told["parts"])


def contributions_of(inputs: Inputs, parts: Parts) -> list[str | None]:
    """The contributions of every row of a model's margins, packed."""
    return packed(parts.base, families_of(inputs), family_sizes(inputs, parts), parts.margin)


def reasons_of(inputs: Inputs, parts: Parts, frame: pd.DataFrame) -> list[list[str]]:
    """Up to three sentences a loan, the families that move its score most, with direction and size in log-odds.

    Families gather inputs that say the same thing (days past due and missed payments), so that a reason does not
    change because its twin took the credit; a sentence names every fact of its family that the model reads, those that
    pull the other way as "in spite of" them. What the score assumes about the strategy is no reason.
    """
    families = [name for name in families_of(inputs) if name != STRATEGY]
    if not families:
        return [[] for _ in range(len(frame))]
    size = family_sizes(inputs, parts)[:, : len(families)]
    order = np.argsort(-np.abs(size), axis=1, kind="stable")[:, :REASONS_SHOWN]
    facts = facts_of(inputs, frame, parts.by_input)
    return [
        [
            f"{facts[families[column]][row]}: {effect(size[row, column])} ({size[row, column]:+.2f})"
            for column in order[row]
            if abs(size[row, column]) >= SAID_FROM
        ]
        for row in range(len(frame))
    ]


def effect(size: float) -> str:
    """Direction and strength of a part of a margin, in words."""
    direction = "raises the risk" if size > 0 else "lowers the risk"
    how = " strongly" if abs(size) >= STRONG_FROM else " slightly" if abs(size) < SLIGHT_UNDER else ""
    return direction + how


def facts_of(inputs: Inputs, frame: pd.DataFrame, sizes: Numbers) -> dict[str, list[str]]:
    """For each family, the facts of every row that the model reads in it, as words: "40 days past due, 2 missed payments",
    or "loan type Home, in spite of no security" where the latter pulls the other way.

    Args:
        sizes: what each input adds to each margin, rows x inputs.
    """
    extras = [each["name"][len(EXTRA) :] for each in inputs if each["name"].startswith(EXTRA)]
    unpacked_extras = extra_columns(frame, extras)
    said: dict[str, list[list[str | None]]] = {}
    pulls: dict[str, list[Numbers]] = {}
    for each, size in zip(inputs, sizes.T, strict=True):
        if each["kind"] == STRATEGY:
            continue
        name = each["name"]
        phrases = _extra(name[len(EXTRA) :], unpacked_extras) if name.startswith(EXTRA) else _SAY[name](frame)
        said.setdefault(each["family"], []).append(phrases)
        pulls.setdefault(each["family"], []).append(size)
    return {family: _joined(family, phrases, np.column_stack(pulls[family])) for family, phrases in said.items()}


def _joined(family: str, phrases: Sequence[Sequence[str | None]], sizes: Numbers) -> list[str]:
    """The phrases of a family side by side; "... not stated" where a row states none of them."""
    absent = f"{NOT_STATED.get(family, family)} not stated"
    against = (np.abs(sizes) >= SAID_FROM) & (np.sign(sizes) != np.sign(sizes.sum(axis=1, keepdims=True)))
    rows = (_side_by_side(*row) or absent for row in zip(zip(*phrases, strict=True), against.tolist(), strict=True))
    return [text[:1].upper() + text[1:] for text in rows]


def _side_by_side(phrases: Sequence[str | None], against: Sequence[bool]) -> str:
    """What is stated, and what pulls the other way after it; "" where nothing is stated."""
    pro = [each for each, other in zip(phrases, against, strict=True) if each and not other]
    con = [each for each, other in zip(phrases, against, strict=True) if each and other]
    return f"{', '.join(pro)}, in spite of {' and '.join(con)}" if pro and con else ", ".join(pro + con)


def _extra(name: str, values: pd.DataFrame) -> list[str | None]:
    return [f"{name} is {value if value is not None else 'not stated'}" for value in values[name]]


NOT_STATED = {
    "arrears": "arrears", "affordability": "income and instalments", "security": "security", "size": "loan amount",
    "terms": "terms of the loan", "engagement": "promises and contacts", "product": "loan type",
    "employment": "employment", "payment history": "payment history",
}  # fmt: skip
"""What a loan does not state where it states no fact of a family."""


def _number(of: Callable[[pd.DataFrame], Numbers], phrase: str) -> Callable[[pd.DataFrame], list[str | None]]:
    say = phrase.format

    def told(frame: pd.DataFrame) -> list[str | None]:
        values = of(frame)
        return [
            say(value) if known else None for value, known in zip(values.tolist(), np.isfinite(values), strict=True)
        ]

    return told


def _count(field: str, one: str, many: str) -> Callable[[pd.DataFrame], list[str | None]]:
    def told(frame: pd.DataFrame) -> list[str | None]:
        counts = number(frame, field).tolist()
        return [None if each != each else f"{each:.0f} {one if each == 1 else many}" for each in counts]

    return told


def _field(field: str, phrase: str) -> Callable[[pd.DataFrame], list[str | None]]:
    return _number(lambda frame: number(frame, field), phrase)


def _category(field: str, label: str) -> Callable[[pd.DataFrame], list[str | None]]:
    def told(frame: pd.DataFrame) -> list[str | None]:
        if field not in frame:
            return [None] * len(frame)
        return [f"{label} {value}" if isinstance(value, str) else None for value in frame[field]]

    return told


def _security(frame: pd.DataFrame) -> list[str | None]:
    told = _number(collateral_cover, "security of {:.2f} times the balance")(frame)
    return ["no security" if cover <= 0 else said for said, cover in zip(told, collateral_cover(frame), strict=True)]


_SAY: dict[str, Callable[[pd.DataFrame], list[str | None]]] = {
    "days past due (log)": _count("dpd", "day past due", "days past due"),
    "missed payments (log)": _count("missed_payments", "missed payment", "missed payments"),
    "debt-to-income": _number(debt_to_income, "instalments take {:.2f} of income"),
    "income (log)": _field("monthly_income", "income {:,.0f} a month"),
    "collateral cover": _security,
    "balance (log)": _field("balance", "balance {:,.0f}"),
    "share still owed": _number(owed_share, "{:.2f} of the loan still owed"),
    "interest rate": _field("interest_rate", "interest rate {:.2f}"),
    "tenure": _field("tenure_months", "term of {:.0f} months"),
    "promises kept": _field("promise_kept_ratio", "kept {:.2f} of promises"),
    "contact rate": _field("contact_rate", "reached in {:.2f} of attempts"),
    "product": _category("product", "loan type"),
    "employment": _category("employment_type", "employment"),
    "payment history": _category("payment_history", "payment history"),
}
