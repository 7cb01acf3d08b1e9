"""Who may enter a model, and whether the model may be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.columns import by_field
from core.scores.discrimination import auc
from core.scores.features import SOURCES, as_numbers, extra_columns
from core.scores.target import Target
from core.segments.features import Numbers

Verdict = Literal["usable", "no usable signal", "too little history"]

FEWEST_EVENTS = 50
HIGHEST_P = 0.005
SUSPICIOUS_AUC = 0.75
SUSPICIOUS_AUC_OF_KNOWN = 0.90
"""A column whose meaning Recoup defines is allowed to be strong; almost perfect is still too good to be true."""

FEWEST_COMPARED = 30
SEED = 20_261
AFTER_THE_OUTCOME = re.compile(
    r"recover|settle|writ(e|ten)[\s_.-]*off|charge[\s_.-]*off|attempt|legal|court|lawsuit|outcome|resolution"
    r"|collection[\s_.-]*(fee|method|status|result)|hardship|loan[\s_.-]*status|clos(ed|ure)|last[\s_.-]*(pymnt|payment)"
    r"|total[\s_.-]*(pymnt|rec|paid)|default",
    re.IGNORECASE,
)
"""Names that the field gives to what is written once the outcome is known."""

PROTECTED = re.compile(
    r"(^|[^a-z])(sex|age|race|caste|zip([\s_.-]*code)?|post[\s_.-]*code|dob)([^a-z]|$)"
    r"|gender|marri|marital|relig|ethnic|nationalit|birth|disab|pregnan",
    re.IGNORECASE,
)
"""Names of what nobody may be treated by, or of a place that can stand in for it."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A column no model may see, and why, in one sentence."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Admission:
    """What passed the gate: contract columns barred (by field), extra columns admitted, and everything barred."""

    barred_fields: frozenset[str]
    extras: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]


def admit(target: Target, known_at: Mapping[str, str], unstated: tuple[str, ...] = ()) -> Admission:
    """Decide which columns of a book a model may see.

    A column is quarantined when the contract or the analyst says it is written after the outcome; when an unknown
    column's name says so, or names a protected attribute; when it alone tells the outcomes apart with an AUC above 0.75 (0.90 for columns Recoup
    defines); or when it is constant in open loans and varied in closed ones.
    The treatment (Strategy, Collection_Method) is no feature and no leak: it is not listed.

    Args:
        target: rows and outcomes.
        known_at: unknown columns the analyst has placed in time: "snapshot" or "after".
        unstated: unknown columns nobody has placed; they stay out of the model, and are listed where the name tells.
    """
    found: list[Quarantined] = []
    fields = by_field("portfolio")
    for field, column in fields.items():
        if (
            column.known_at == "after"
            and field in target.rows
            and target.rows[field].notna().any()
            and field != target.column
        ):
            found.append(Quarantined(column.header, "It is written with the outcome, after the snapshot"))
    barred = set()
    for source in SOURCES:
        field = source.fields[0]
        if len(source.fields) == 1 and field in target.rows:
            strength = strength_alone(target.rows[field], target.outcome)
            if strength > SUSPICIOUS_AUC_OF_KNOWN:
                barred.add(field)
                found.append(Quarantined(fields[field].header, _too_good(strength)))
    admitted: list[str] = []
    mine, theirs = extra_columns(target.rows, list(known_at)), extra_columns(target.open_rows, list(known_at))
    for name, when in known_at.items():
        why = _why_not(name, when, mine[name], theirs[name], target.outcome)
        if why:
            found.append(Quarantined(name, why))
        else:
            admitted.append(name)
    found += [Quarantined(name, _BY_NAME) for name in unstated if AFTER_THE_OUTCOME.search(name)]
    return Admission(frozenset(barred), tuple(admitted), tuple(found))


_BY_NAME = "Its name belongs to what is written after the outcome"


def _too_good(strength: float) -> str:
    return f"Alone it tells the outcomes apart with an AUC of {strength:.2f}: too good to be known beforehand"


def _why_not(name: str, when: str, values: pd.Series, open_values: pd.Series, outcome: Numbers) -> str:
    if when != "snapshot":
        return "The mapping says it is known only after the outcome"
    if PROTECTED.search(name):
        return "It is a protected attribute, or a place that can stand in for one: never an input"
    if AFTER_THE_OUTCOME.search(name):
        return _BY_NAME
    strength = strength_alone(values, outcome)
    if strength > SUSPICIOUS_AUC:
        return _too_good(strength)
    if _fills_up_later(values, open_values):
        return "It is constant in open loans and varied in closed ones: it fills up with the outcome"
    return ""


def strength_alone(values: pd.Series, outcome: Numbers) -> float:
    """How well one column tells the outcomes apart, whichever way round: the larger AUC of its values and its gaps.

    A category counts by the outcome share of its levels, learned on the other half of the rows. 0.5 where the
    column says nothing.
    """
    gaps = values.isna().to_numpy() | (values.astype(str).str.strip() == "").to_numpy()
    strengths = [0.5, _folded(outcome, gaps.astype(float))]
    numbers = as_numbers(values)
    if numbers is not None:
        known = np.isfinite(numbers)
        strengths.append(_folded(outcome[known], numbers[known]) if known.sum() >= FEWEST_COMPARED else 0.5)
    elif not gaps.all():
        strengths.append(_strength_of_levels(values.astype(str), outcome))
    return max(strengths)


def _folded(outcome: Numbers, score: Numbers) -> float:
    value = auc(outcome, score)
    return 0.5 if np.isnan(value) else max(value, 1 - value)


def _strength_of_levels(levels: pd.Series, outcome: Numbers) -> float:
    """Mean AUC over two random halves, each scored by the outcome shares of levels in the other."""
    half = np.random.default_rng(SEED).permutation(len(outcome)) % 2
    known = pd.Series(outcome, index=levels.index)
    areas = []
    for part in (0, 1):
        shares = known[half != part].groupby(levels[half != part]).mean()
        score = levels[half == part].map(shares).fillna(float(outcome.mean()))
        areas.append(_folded(outcome[half == part], score.to_numpy(dtype=float)))
    return float(np.mean(areas))


def _fills_up_later(values: pd.Series, open_values: pd.Series) -> bool:
    if len(open_values) < FEWEST_COMPARED or len(values) < FEWEST_COMPARED:
        return False
    return _top_share(open_values) >= 0.99 and _top_share(values) <= 0.90


def _top_share(values: pd.Series) -> float:
    return float(values.astype(str).value_counts(normalize=True).iloc[0])


def enough_events(outcome: Numbers) -> bool:
    """Both outcomes happened at least 50 times."""
    events = int(outcome.sum())
    return min(events, len(outcome) - events) >= FEWEST_EVENTS


def verdict(*, auc_low: float, p_value: float) -> Verdict:
    """Whether a model's score may order work: chance is rejected and the AUC's interval stays above 0.5."""
    return "usable" if p_value <= HIGHEST_P and auc_low > 0.5 else "no usable signal"
