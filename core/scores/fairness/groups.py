"""Who is compared with whom when a score is audited for fairness: protected attributes, and two more to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.columns import PORTFOLIO
from core.scores.checks.protected import named_protected
from core.scores.rows.features import as_numbers, extra_columns
from core.segments.features import Numbers

AGES = (30, 45, 60)
AGE_BANDS = ("under 30", "30 to 44", "45 to 59", "60 or more")
MOST_GROUPS = 8
Role = Literal["protected", "looked at"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute people are grouped by.

    Attributes:
        name: its header in the file.
        role: protected (never an input, tested for stand-ins), or looked at for what it may hide.
        group: the group of each row, None where it is not stated.
        groups: their names, the largest first: the others are compared with it.
    """

    name: str
    role: Role
    group: np.ndarray
    groups: tuple[str, ...]


def attributes_of(rows: pd.DataFrame) -> list[Attribute]:
    """The attributes a book states with at least two and at most 8 groups, unknown columns with a protected name among
    them.

    Args:
        rows: snapshots in the fields of core.columns, unknown columns in `extra`.
    """
    found: list[tuple[str, Role, pd.Series]] = []
    for column in PORTFOLIO:
        if column.protected and column.field in rows:
            found.append((column.header, "protected", _grouped(column.header, rows[column.field])))
    named = protected_extras(rows)
    unpacked = extra_columns(rows, named)
    found += [(name, "protected", _grouped(name, unpacked[name])) for name in named]
    for field, header in (("region", "Region"), ("employment_type", "Employment_Type")):
        if field in rows:
            found.append((header, "looked at", _texts(rows[field])))
    made = [_attribute(*each) for each in found]
    return [each for each in made if 2 <= len(each.groups) <= MOST_GROUPS]


def protected_extras(rows: pd.DataFrame) -> list[str]:
    """Unknown columns whose name says that they are protected, or a place that can stand in for one."""
    texts = rows.get("extra", ())
    names = {name for text in texts if isinstance(text, str) and text for name in json.loads(text)}
    return sorted(name for name in names if named_protected(name))


def _attribute(name: str, role: Role, group: pd.Series) -> Attribute:
    counts = group.value_counts()
    ordered = sorted(counts.index, key=lambda each: (-counts[each], each))
    return Attribute(name, role, group.to_numpy(dtype=object), tuple(ordered))


def _grouped(name: str, values: pd.Series) -> pd.Series:
    """Ages in bands, everything else as it is written."""
    numbers = as_numbers(values)
    if numbers is not None and _IS_AGE.search(name):
        return pd.Series(age_bands(numbers), dtype=object)
    return _texts(values)


_IS_AGE = re.compile(r"(^|[^a-z])age([^a-z]|$)", re.IGNORECASE)


def age_bands(ages: Numbers) -> list[str | None]:
    """The band of each age in years; None where it is not stated.

    >>> age_bands(np.array([29.0, 30, 59, 60, np.nan]))
    ['under 30', '30 to 44', '45 to 59', '60 or more', None]
    """
    place = np.searchsorted(AGES, ages, side="right")
    return [AGE_BANDS[at] if known else None for at, known in zip(place, np.isfinite(ages), strict=True)]


def in_order(groups: Iterable[str]) -> list[str]:
    """Age bands from the youngest on; other groups as they come.

    >>> in_order(["60 or more", "under 30", "30 to 44"]), in_order(["South", "North"])
    (['under 30', '30 to 44', '60 or more'], ['South', 'North'])
    """
    return sorted(groups, key=lambda group: AGE_BANDS.index(group) if group in AGE_BANDS else -1)


def _texts(values: pd.Series) -> pd.Series:
    texts = [str(value).strip() if pd.notna(value) and str(value).strip() else None for value in values]
    return pd.Series(texts, dtype=object)


def flipped(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The same loans with every protected attribute told otherwise, and the names of what was changed."""
    told, named = rows.copy(), list[str]()
    for column in PORTFOLIO:
        if column.protected and column.field in rows and rows[column.field].notna().any():
            named.append(column.header)
            told[column.field] = _otherwise(rows[column.field])
    if hidden := protected_extras(rows):
        told["extra"] = pd.Series(
            [_extra_otherwise(text, hidden) for text in rows["extra"]], index=rows.index, dtype=object
        )
    return told, named + hidden


def _otherwise(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return (values + 25).where(values < 50, values - 25)
    levels = sorted({str(each) for each in values.dropna()})
    following = dict(zip(levels, [*levels[1:], "another"], strict=True))
    return values.map(lambda value: following[str(value)] if pd.notna(value) else "stated").astype(object)


def _extra_otherwise(text: Any, hidden: Sequence[str]) -> Any:
    if not isinstance(text, str) or not text:
        return text
    held = json.loads(text)
    return json.dumps(held | {name: f"not {held[name]}" for name in hidden if name in held})
