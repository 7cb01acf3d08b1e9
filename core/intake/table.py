"""All columns of a file, read: conventions are decided per column with the whole file as evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from core.columns import Column, Kind, by_field
from core.errors import FileRefused
from core.intake.cells import Cells, Reading, shown
from core.intake.dates import read_days, take_apart_days
from core.intake.numbers import Numerals, Written, take_apart
from core.intake.quantities import decimal_mark, read_quantity
from core.intake.texts import read_categories, read_ids

NUMERIC = ("money", "integer", "number", "share")
MAY_LIE_AHEAD = ("promise_due",)


@dataclass(slots=True)
class Table:
    """The readings of a file's columns.

    Attributes:
        columns: the fields read, with what they hold.
        headers: field to its name in messages.
        cells, readings: by field.
        moved: by money field, what rounding added to its distinct cells.
        currency: ISO code, "" where the file does not say.
        findings: what was assumed.
    """

    columns: Mapping[str, Column]
    headers: Mapping[str, str]
    cells: Mapping[str, Cells]
    readings: dict[str, Reading] = field(default_factory=dict)
    moved: dict[str, dict[int, Decimal]] = field(default_factory=dict)
    currency: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.readings)

    def values(self, name: str) -> pd.Series:
        """One value per row, in the column's type; refused cells are absent."""
        values = self.readings[name].values[self.cells[name].codes]
        if self.columns[name].dtype == "integer":
            return pd.Series(pd.array(values, dtype="Float64").astype("Int64"))
        return pd.Series(values, dtype=float if self.columns[name].dtype in NUMERIC else object)

    def text(self, name: str, row: int) -> str:
        """A cell as written, "" where the file has no such column."""
        return self.cells[name].texts[self.cells[name].codes[row]] if name in self.cells else ""

    def refused_rows(self, name: str) -> np.ndarray:
        """Which rows hold a refused cell."""
        if name not in self.cells:
            return np.zeros(len(self.cells["loan_ref"].codes), dtype=bool)
        return np.isin(self.cells[name].codes, list(self.readings[name].refused))

    def refused(self, name: str) -> Iterator[tuple[int, str, str]]:
        """Row, text and reason of every refused cell."""
        reasons, cells = self.readings[name].refused, self.cells[name]
        for row in np.flatnonzero(self.refused_rows(name)) if reasons else ():
            code = int(cells.codes[row])
            yield int(row), cells.texts[code], reasons[code]

    def rounding(self, kept: np.ndarray) -> list[str]:
        """By how much rounding to hundredths moved the sum of each money column over the kept rows."""
        told = []
        for name, moved in self.moved.items():
            rows = np.bincount(self.cells[name].codes[kept], minlength=len(self.cells[name].texts))
            total = sum((added * int(rows[place]) for place, added in moved.items()), Decimal(0))
            if any(rows[place] and added for place, added in moved.items()):
                told.append(f"{self.headers[name]}: rounding to hundredths moved the sum by {total:+.6f}.")
        return told


def read_table(kind: Kind, cells: Mapping[str, Cells], headers: Mapping[str, str], *, today: date) -> Table:
    """Read every column of a file.

    Raises:
        FileRefused: amounts that can be read two ways, free text in a category, more than one currency.
    """
    columns = by_field(kind)
    table = Table(columns, headers, cells)
    numerals = {name: take_apart(column) for name, column in cells.items() if columns[name].dtype in NUMERIC}
    days = {name: take_apart_days(column) for name, column in cells.items() if columns[name].dtype == "date"}
    marks = sum((found.marks for found in numerals.values()), Counter[str]())
    orders = sum((found.orders for found in days.values()), Counter[str]())
    for name, column in cells.items():
        header = headers[name]
        if name in numerals:
            mark, assumed = decimal_mark(columns[name], header, numerals[name], marks)
            reading, moved = read_quantity(columns[name], header, numerals[name], mark)
            table.findings += assumed
            if moved:
                table.moved[name] = moved
        elif name in days:
            reading = read_days(header, days[name], orders, latest=None if name in MAY_LIE_AHEAD else today)
        elif columns[name].dtype == "category":
            reading = read_categories(columns[name], header, column)
        else:
            reading = read_ids(header, column)
        table.readings[name] = reading
        table.findings += reading.findings
    table.currency = _currency(table, numerals)
    return table


def _currency(table: Table, numerals: Mapping[str, Numerals]) -> str:
    """The one currency a file's column and signs agree on. Raises FileRefused where they do not."""
    said: dict[frozenset[str], str] = {}
    if "currency" in table.readings:
        for text, value in zip(table.cells["currency"].texts, table.readings["currency"].values, strict=True):
            if value is not None:
                said.setdefault(frozenset({value}), f"{table.headers['currency']}: '{shown(text)}'")
    for name, found in numerals.items():
        for text, written in zip(found.cells.texts, found.written, strict=False):
            if isinstance(written, Written) and written.signs:
                said.setdefault(written.signs, f"{table.headers[name]}: '{shown(text)}'")
    if not said:
        return ""
    agreed = frozenset.intersection(*said)
    if not agreed:
        raise FileRefused(
            "The file mixes currencies, and money of two currencies cannot be added",
            where=list(said.values()),
            remedy="Load one file per currency.",
        )
    return next(iter(agreed)) if len(agreed) == 1 else ""
