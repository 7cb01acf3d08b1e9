"""All columns of a file, read: conventions are decided per column with the whole file as evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from core.columns import Column, Kind, by_field
from core.intake.cells import Cells, Reading
from core.intake.currencies import Said, agreed, currencies_of
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
        currencies: ISO codes its amounts can be in: one, or several where a sign is shared; empty where the file does not say.
        findings: what was assumed.
    """

    columns: Mapping[str, Column]
    headers: Mapping[str, str]
    cells: Mapping[str, Cells]
    readings: dict[str, Reading] = field(default_factory=dict)
    moved: dict[str, dict[int, Decimal]] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()
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


def read_table(
    kind: Kind,
    cells: Mapping[str, Cells],
    headers: Mapping[str, str],
    *,
    today: date,
    lines: Sequence[int] | np.ndarray,
    stated: Mapping[str, Cells] | None = None,
) -> Table:
    """Read every column of a file.

    Args:
        today: later days are refused, except those that may lie ahead.
        lines: the line of each row, for messages.
        stated: by header, columns that say a currency although the kind has no such column.

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
    table.currencies = agreed(_said_of_currency(table, numerals, stated or {}), lines)
    return table


def _said_of_currency(
    table: Table, numerals: Mapping[str, Numerals], stated: Mapping[str, Cells]
) -> Iterator[Said]:
    """Every cell that says which currency an amount is in."""
    if "currency" in table.readings:
        cells = table.cells["currency"]
        for place, value in enumerate(table.readings["currency"].values):
            if value is not None:
                yield Said(frozenset({value}), table.headers["currency"], cells, place)
    for header, cells in stated.items():
        for place, text in enumerate(cells.texts):
            if codes := currencies_of(text):
                yield Said(codes, header, cells, place)
    for name, found in numerals.items():
        for place, written in enumerate(found.written):
            if isinstance(written, Written) and written.signs:
                yield Said(written.signs, table.headers[name], found.cells, place)
