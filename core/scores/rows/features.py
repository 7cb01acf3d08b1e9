"""What a model may look at: facts of the snapshot, never protected ones, and the matrix they make."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.segments.features import HIGHEST_RATIO, Numbers, collateral_cover, debt_to_income, number

FEWEST_OF_LEVEL = 30
MOST_LEVELS = 20
EXTRA = "extra:"
STRATEGY = "strategy"
REFERENCE = "Standard"
"""The strategy a risk score is about: what happens if the loan is only reminded."""


@dataclass(frozen=True, slots=True)
class Source:
    """One fact a model may use.

    Attributes:
        name: its name in a model; family: the kind of reason it gives; fields: the columns it reads.
        of: frame in, numbers out (categories: None, read as they are).
        monotone: 1 where more can only mean more risk, -1 less, 0 where the field is not sure.
    """

    name: str
    family: str
    fields: tuple[str, ...]
    of: Callable[[pd.DataFrame], Numbers] | None = None
    monotone: int = 0


def _log(field: str) -> Callable[[pd.DataFrame], Numbers]:
    return lambda frame: np.log1p(number(frame, field))


def _as_is(field: str) -> Callable[[pd.DataFrame], Numbers]:
    return lambda frame: number(frame, field)


def owed_share(frame: pd.DataFrame) -> Numbers:
    granted = number(frame, "loan_amount")
    share = np.divide(number(frame, "balance"), granted, out=np.full(len(frame), np.nan), where=granted > 0)
    return np.asarray(share, dtype=float)


SOURCES: tuple[Source, ...] = (
    Source("days past due (log)", "arrears", ("dpd",), _log("dpd"), 1),
    Source("missed payments (log)", "arrears", ("missed_payments",), _log("missed_payments"), 1),
    Source("debt-to-income", "affordability", ("emi", "other_emi", "monthly_income"),
           lambda frame: np.minimum(debt_to_income(frame), HIGHEST_RATIO), 1),
    Source("income (log)", "affordability", ("monthly_income",), _log("monthly_income"), -1),
    Source("collateral cover", "security", ("collateral_value", "balance"),
           lambda frame: np.minimum(collateral_cover(frame), HIGHEST_RATIO), -1),
    Source("balance (log)", "size", ("balance",), _log("balance")),
    Source("share still owed", "size", ("balance", "loan_amount"), owed_share),
    Source("interest rate", "size", ("interest_rate",), _as_is("interest_rate")),
    Source("tenure", "size", ("tenure_months",), _as_is("tenure_months")),
    Source("promises kept", "engagement", ("promise_kept_ratio",), _as_is("promise_kept_ratio"), -1),
    Source("contact rate", "engagement", ("contact_rate",), _as_is("contact_rate"), -1),
    Source("product", "security", ("product",)),
    Source("employment", "affordability", ("employment_type",)),
    Source("payment history", "arrears", ("payment_history",)),
)  # fmt: skip
"""Families gather facts that say the same thing: work decides income, the kind of loan its security, the amount its term
and rate. Told apart, twins take each other's credit from one refit to the next, and reasons change for nothing."""

NEVER_INPUTS: dict[str, str] = {
    "age": "protected", "gender": "protected",
    "dependents": "a family fact: only inside an affordability calculation",
    "region": "a place can stand in for who lives there", "branch": "a place can stand in for who lives there",
    "agency": "who collects is treatment, not the borrower", "collector": "who collects is treatment, not the borrower",
    "currency": "one a book", "status": "a state, not a fact about paying", "hold": "a state, not a fact about paying",
}  # fmt: skip
"""Snapshot columns that no model reads, and why."""


def extra_columns(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Unknown columns of the file, unpacked from `extra` (JSON a row): text as it came, None where absent."""
    if not names or "extra" not in frame:
        return pd.DataFrame(dict.fromkeys(names), index=frame.index, dtype=object)
    rows = [json.loads(text) if isinstance(text, str) and text else {} for text in frame["extra"]]
    return pd.DataFrame({name: [row.get(name) for row in rows] for name in names}, index=frame.index, dtype=object)


def as_numbers(values: pd.Series) -> Numbers | None:
    """The column as numbers where 95 % of what it states are numbers, else None."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    stated = values.notna() & (values.astype(str).str.strip() != "")
    enough = np.isfinite(numbers[stated.to_numpy()]).mean() >= 0.95 if stated.any() else False
    return np.asarray(np.where(np.isfinite(numbers), numbers, np.nan), dtype=float) if enough else None


def fit_inputs(
    frame: pd.DataFrame,
    extras: Sequence[str],
    barred: frozenset[str] = frozenset(),
    sources: Sequence[Source] = SOURCES,
) -> list[dict[str, Any]]:
    """Learn how to turn a frame into a matrix: medians, levels, and which facts this book carries and varies.

    Args:
        frame: snapshots in the fields of core.columns; extras: unknown columns to read.
        barred: fields no input may read. A fact worked out from several columns stays out with any of them: what is made
            of the others alone is another fact, and when a loan is scored all its columns are there again.
        sources: the facts to choose from; what only measures, and decides nothing, may read more than a model does.

    Returns:
        One dict an input: name, family, kind (number, category, strategy), monotone, median and has_missing (number),
        levels (category: those with 30 rows, at most 20; strategy: those but the reference).
    """
    inputs: list[dict[str, Any]] = []
    for source in sources:
        if not barred.isdisjoint(source.fields):
            continue
        if source.of is not None:
            _add_number(inputs, source.name, source.family, source.of(frame), source.monotone)
        elif source.fields[0] in frame:
            _add_category(inputs, source.name, source.family, frame[source.fields[0]])
    unpacked = extra_columns(frame, extras)
    for name in extras:
        numbers = as_numbers(unpacked[name])
        if numbers is not None:
            _add_number(inputs, EXTRA + name, name, numbers, 0)
        else:
            _add_category(inputs, EXTRA + name, name, unpacked[name])
    if STRATEGY in frame:
        counts = frame[STRATEGY].value_counts()
        levels = [str(name) for name in counts.index[counts >= FEWEST_OF_LEVEL] if name != REFERENCE]
        if levels and counts.get(REFERENCE, 0) >= FEWEST_OF_LEVEL:
            inputs.append(
                {"name": STRATEGY, "family": STRATEGY, "kind": "strategy", "monotone": 0, "levels": sorted(levels)}
            )
    return inputs


def _add_number(inputs: list[dict[str, Any]], name: str, family: str, values: Numbers, monotone: int) -> None:
    known = values[np.isfinite(values)]
    if len(np.unique(known)) > 1:
        missing = bool((~np.isfinite(values)).mean() > 0.01)
        inputs.append({"name": name, "family": family, "kind": "number", "monotone": monotone,
                       "median": float(np.median(known)), "has_missing": missing})  # fmt: skip


def _add_category(inputs: list[dict[str, Any]], name: str, family: str, values: pd.Series) -> None:
    counts = values.dropna().astype(str).value_counts()
    levels = sorted(counts.index[counts >= FEWEST_OF_LEVEL][:MOST_LEVELS])
    if len(levels) > 1:
        inputs.append({"name": name, "family": family, "kind": "category", "monotone": 0, "levels": levels})


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of numbers without NaN; `owner[j]` is the input that column j belongs to; left_out: inputs no row states."""

    values: Numbers
    owner: NDArrayInt
    left_out: tuple[str, ...]


NDArrayInt = np.ndarray[Any, np.dtype[np.int64]]
Under = Literal["reference", "actual"]


def matrix_of(
    inputs: Sequence[Mapping[str, Any]],
    frame: pd.DataFrame,
    *,
    under: Under = "reference",
    sources: Sequence[Source] = SOURCES,
) -> Matrix:
    """The matrix of a frame; a number not stated counts as the median of training, a level not seen as none of them.

    Args:
        inputs: from `fit_inputs`.
        frame: snapshots in the fields of core.columns.
        under: score every loan as if under the reference strategy, or under the one it had (training).
        sources: as given to `fit_inputs`.
    """
    by_name = {source.name: source for source in sources}
    unpacked = extra_columns(frame, [each["name"][len(EXTRA) :] for each in inputs if each["name"].startswith(EXTRA)])
    columns: list[Numbers] = []
    owner: list[int] = []
    left_out: list[str] = []
    for place, each in enumerate(inputs):
        if each["kind"] == "number":
            values = _numbers(each["name"], by_name, frame, unpacked)
            made = [np.where(np.isfinite(values), values, each["median"])]
            made += [(~np.isfinite(values)).astype(float)] if each["has_missing"] else []
            absent = not np.isfinite(values).any()
        else:
            texts = _texts(each["name"], by_name, frame, unpacked)
            known = each["kind"] != "strategy" or under == "actual"
            made = [(texts == level).astype(float) * known for level in each["levels"]]
            absent = each["kind"] == "category" and all(text is None for text in texts)
        columns += made
        owner += [place] * len(made)
        left_out += [each["name"].removeprefix(EXTRA)] if absent else []
    values = np.column_stack(columns) if columns else np.zeros((len(frame), 0))
    return Matrix(values, np.asarray(owner, dtype=np.int64), tuple(left_out))


def unstated(inputs: Sequence[Mapping[str, Any]], frame: pd.DataFrame, nowhere: Sequence[str]) -> list[list[str]]:
    """Per row, the inputs it does not state, so that the median of training stands in: unlike a gap that the model met in
    training, which has a weight of its own. Where no row states an input (`nowhere`: `Matrix.left_out`) all are told.
    A loan that owes nothing is told only of those.
    """
    by_name = {source.name: source for source in SOURCES}
    unpacked = extra_columns(frame, [each["name"][len(EXTRA) :] for each in inputs if each["name"].startswith(EXTRA)])
    owes = ~(number(frame, "balance") <= 0)
    found: list[list[str]] = [[] for _ in range(len(frame))]
    for each in inputs:
        name = each["name"].removeprefix(EXTRA)
        lacks = np.full(len(frame), name in nowhere)
        if each["kind"] == "number" and not each["has_missing"]:
            lacks |= owes & ~np.isfinite(_numbers(each["name"], by_name, frame, unpacked))
        for row in np.flatnonzero(lacks):
            found[row].append(name)
    return found


def unseen_levels(inputs: Sequence[Mapping[str, Any]], frame: pd.DataFrame) -> list[list[str]]:
    """Per row, the categories a model does not know, as "product 'Boat'": they count as none of those it learned, which had
    at least 30 loans in training."""
    by_name = {source.name: source for source in SOURCES}
    categories = [each for each in inputs if each["kind"] == "category"]
    unpacked = extra_columns(
        frame, [each["name"][len(EXTRA) :] for each in categories if each["name"].startswith(EXTRA)]
    )
    found: list[list[str]] = [[] for _ in range(len(frame))]
    for each in categories:
        texts = pd.Series(_texts(each["name"], by_name, frame, unpacked), dtype=object)
        for row in np.flatnonzero(texts.notna() & ~texts.isin(each["levels"])):
            found[row].append(f"{each['name'].removeprefix(EXTRA)} '{texts[row]}'")
    return found


def input_values(inputs: Sequence[Mapping[str, Any]], frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """What a frame states of each input, by name: floats (NaN where not stated) or texts (None); the strategy is left out."""
    by_name = {source.name: source for source in SOURCES}
    unpacked = extra_columns(frame, [each["name"][len(EXTRA) :] for each in inputs if each["name"].startswith(EXTRA)])
    read = {"number": _numbers, "category": _texts}
    return {
        each["name"]: read[each["kind"]](each["name"], by_name, frame, unpacked)
        for each in inputs
        if each["kind"] in read
    }


def _numbers(name: str, by_name: Mapping[str, Source], frame: pd.DataFrame, unpacked: pd.DataFrame) -> Numbers:
    if name.startswith(EXTRA):
        return number(unpacked, name[len(EXTRA) :])
    of = by_name[name].of
    return of(frame) if of is not None else np.full(len(frame), np.nan)


def _texts(name: str, by_name: Mapping[str, Source], frame: pd.DataFrame, unpacked: pd.DataFrame) -> np.ndarray:
    field = name[len(EXTRA) :] if name.startswith(EXTRA) else by_name[name].fields[0] if name in by_name else name
    held = unpacked if name.startswith(EXTRA) else frame
    if field not in held:
        return np.full(len(frame), None, dtype=object)
    texts = np.full(len(held), None, dtype=object)
    texts[:] = [str(value) if known else None for value, known in zip(held[field], held[field].notna(), strict=True)]
    return texts
