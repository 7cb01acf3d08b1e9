"""A column of text as its distinct cells: every rule is applied once to each distinct text, however many rows hold it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

ABSENT_MARKERS = frozenset({"", "na", "n/a", "#n/a", "#na", "null", "none", "nan", "nat", "-", "--"})
"""What a number, date or category says when it says nothing, in lower case. Ids and names are never compared to it."""

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of text.

    Attributes:
        texts: its distinct texts.
        codes: for each row, which of them it holds.
        rows: how many rows hold each of them.
    """

    texts: list[str]
    codes: np.ndarray
    rows: np.ndarray

    def replaced(self, texts: list[str]) -> Cells:
        """The same rows with other texts."""
        return Cells(texts, self.codes, self.rows)


@dataclass(slots=True)
class Reading:
    """What the distinct texts of a column mean.

    Attributes:
        values: one value per distinct text; None or NaN where absent or refused.
        refused: why a text is refused, by its place in `texts`.
        findings: sentences about how the column was read.
    """

    values: np.ndarray
    refused: dict[int, str]
    findings: list[str]


def distinct(column: Sequence[Any] | np.ndarray | pd.Series) -> Cells:
    """The distinct cells of a column of text, in order of appearance."""
    codes, texts = pd.factorize(np.asarray(column, dtype=object))
    return Cells(list(texts), codes, np.bincount(codes, minlength=len(texts)))


def constant(text: str, rows: int) -> Cells:
    """A column that says the same in every row."""
    return Cells([text], np.zeros(rows, dtype=np.intp), np.array([rows]))


def is_absent(text: str) -> bool:
    """Whether a cell of a number, date or category says nothing.

    >>> [is_absent(text) for text in ("", " N/A ", "0", "nil")]
    [True, True, False, False]
    """
    return text.strip().lower() in ABSENT_MARKERS


def shown(text: str) -> str:
    """A cell as a message may show it: at most 80 characters, invisible ones written out.

    >>> shown("LN" + chr(0x202E) + "1")
    'LN\\\\u202e1'
    """
    visible = "".join(_visible(letter) for letter in text[:80])
    return visible if len(text) <= 80 else visible + "..."


def _visible(letter: str) -> str:
    return letter if unicodedata.category(letter) not in ("Cc", "Cf") else letter.encode("unicode_escape").decode()


def invisible(text: str, *, allowed: str = "") -> str:
    """The first control or format character of a text as "U+202E", or "" where there is none but `allowed` ones."""
    if text.isascii() and text.isprintable():
        return ""
    for letter in text:
        if letter not in allowed and unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp"):
            return f"U+{ord(letter):04X}"
    return ""
