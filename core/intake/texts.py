"""Ids and categories. Ids stay as written (leading zeros, "NA" and all); categories are trimmed and matched."""

from __future__ import annotations

import re

import numpy as np

from core.columns import Column
from core.errors import FileRefused
from core.intake.cells import LONGEST_TEXT, Cells, Reading, invisible, is_absent, shown
from core.intake.currencies import currencies_of

MOST_CATEGORIES = 5_000
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+")
_JOINERS_AND_BREAKS = "\u200c\u200d\n\r\t"


def read_ids(header: str, cells: Cells) -> Reading:
    """Ids as text, without the spaces around them; only an empty cell is absent."""
    values = np.full(len(cells.texts), None, dtype=object)
    refused: dict[int, str] = {}
    trimmed = 0
    for place, text in enumerate(cells.texts):
        value = text.strip()
        trimmed += int(cells.rows[place]) if value != text else 0
        hidden = invisible(value)
        if hidden:
            refused[place] = f"holds the invisible character {hidden}"
        elif len(value) > LONGEST_TEXT:
            refused[place] = f"is longer than {LONGEST_TEXT} characters"
        elif _SHORTENED.fullmatch(value):
            refused[place] = "was shortened by a spreadsheet; format the column as text before saving"
        elif value:
            values[place] = value
    return Reading(values, refused, [f"{header}: spaces around {trimmed} ids were left out."] if trimmed else [])


def read_categories(column: Column, header: str, cells: Cells) -> Reading:
    """Categories as text: one of the column's fixed values where it has some, else as written.

    Raises:
        FileRefused: more different values than a category can have (an id or free text stands in the column).
    """
    values = np.full(len(cells.texts), None, dtype=object)
    refused: dict[int, str] = {}
    fixed = dict(column.values)
    for place, text in enumerate(cells.texts):
        hidden = "" if fixed else invisible(text.strip(), allowed=_JOINERS_AND_BREAKS)
        if hidden:
            refused[place] = f"holds the invisible character {hidden}"
        elif not fixed and len(text.strip()) > LONGEST_TEXT:
            refused[place] = f"is longer than {LONGEST_TEXT} characters"
        else:
            value = _category(column, text)
            if value is None:
                refused[place] = _accepted(column)
            else:
                values[place] = value or None
    _refuse_too_many(header, values)
    return Reading(values, refused, [])


def _category(column: Column, text: str) -> str | None:
    """The stored value, "" where absent, None where it is none of the column's values."""
    fixed = dict(column.values)
    spelling = re.sub(r"[\s_-]+", " ", text.strip().lower())
    if spelling in fixed:
        return fixed[spelling]
    if is_absent(text):
        return ""
    if column.field == "currency":
        codes = currencies_of(text)
        return next(iter(codes)) if len(codes) == 1 else None
    return None if fixed else text.strip()


def _accepted(column: Column) -> str:
    if column.field == "currency":
        return "is not a currency code (ISO 4217, such as INR or EUR)"
    stored = dict.fromkeys(value for _, value in column.values if value)
    return f"is not one of {', '.join(stored)}; map its values"


def _refuse_too_many(header: str, values: np.ndarray) -> None:
    found = {value for value in values if value is not None}
    if len(found) > MOST_CATEGORIES:
        raise FileRefused(
            f"{header} has {len(found):,} different values; a category may have {MOST_CATEGORIES:,}",
            where=[f"'{shown(value)}'" for value in sorted(found)[:3]],
            remedy=f'It looks like an id or free text: keep it as an unknown column with {{"columns": {{"{header}": null}}}}.',
        )
