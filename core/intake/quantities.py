"""Money, whole numbers, numbers and shares, from numerals and a decimal mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from core.columns import Column
from core.errors import FileRefused
from core.intake.cells import Reading
from core.intake.numbers import Numerals, Written, digits, to_cents
from core.wording import agree, counted

LARGEST = 1e13
"""No amount or number is larger, so that its hundredths are exact in a float."""


def decimal_mark(column: Column, header: str, numerals: Numerals, elsewhere: Counter[str]) -> tuple[str, list[str]]:
    """The decimal mark of a column, and what had to be assumed.

    Args:
        column: what it holds.
        header: its name in the file.
        numerals: its cells, with the marks they show.
        elsewhere: marks shown by the file's other columns.

    Raises:
        FileRefused: an amount can be read two ways a thousandfold apart and nothing in the file decides it.
    """
    evidence = numerals.marks or elsewhere
    mark = "," if evidence[","] > evidence["."] else "."
    if evidence or not numerals.two_ways:
        return mark, []
    if column.dtype == "money" and "." in numerals.two_ways:
        raise FileRefused(
            f"Amounts in {header} can be read two ways, and no other number of the file shows its decimal mark",
            where=(f"'{numerals.two_ways}' is either with three decimals or in thousands",),
            remedy="Write amounts with two decimals, or without a thousands mark.",
        )
    reading = "the comma as thousands" if "," in numerals.two_ways else "the point as decimal mark"
    return mark, [f"{header}: numbers like '{numerals.two_ways}' were read with {reading}."]


def read_quantity(column: Column, header: str, numerals: Numerals, mark: str) -> tuple[Reading, dict[int, Decimal]]:
    """The values of a numeric column, float64, and for money what rounding to hundredths added to each cell.

    Money is rounded half to even, exactly. A share column whose values above 1 (up to 100) are at least as many as
    those between 0 and 1 is in percent and divided by 100; a cell with "%" always is.
    """
    literals, percents, refused = _literals(column, numerals, mark)
    values = np.array([float(literal) if literal else np.nan for literal in literals])
    findings: list[str] = []
    if column.dtype == "share":
        findings = _shares(header, numerals, literals, percents, values)
    _refuse_outside(column, values, refused)
    if column.dtype == "integer":
        _refuse(refused, np.flatnonzero(values % 1 > 0), "is not a whole number")
    moved = _round_money(literals, values, refused) if column.dtype == "money" else {}
    values[list(refused)] = np.nan
    return Reading(values, refused, findings), moved


def _literals(column: Column, numerals: Numerals, mark: str) -> tuple[list[str], set[int], dict[int, str]]:
    """Every cell as Python writes the number ("" where absent or refused), which had a percent sign, which are refused."""
    if numerals.plain:
        return numerals.cells.texts, set(), {}
    literals: list[str] = []
    percents: set[int] = set()
    refused: dict[int, str] = {}
    may_be_percent = column.dtype == "share" or column.unit.startswith("percent")
    for place, written in enumerate(numerals.written):
        literal = digits(written, mark) if isinstance(written, Written) else ""
        if isinstance(written, str):
            refused[place] = written
        elif isinstance(written, Written):
            if not literal:
                refused[place] = f"is not a number with '{mark}' as its decimal mark, as the column is written"
            elif written.percent and not may_be_percent:
                refused[place], literal = "is a percentage", ""
            elif written.signs and column.dtype != "money":
                refused[place], literal = "is an amount of money", ""
            elif written.percent:
                percents.add(place)
        literals.append(literal)
    return literals, percents, refused


def _shares(header: str, numerals: Numerals, literals: list[str], percents: set[int], values: np.ndarray) -> list[str]:
    """Divide percentages by 100, in place; a finding where the whole column is taken to be in percent."""
    rows = numerals.cells.rows
    unsigned = np.array([place not in percents for place in range(len(values))])
    above = int(rows[unsigned & (values > 1) & (values <= 100)].sum())
    within = int(rows[unsigned & (values > 0) & (values < 1)].sum())
    in_percent = above > 0 and above >= within
    for place, literal in enumerate(literals):
        if literal and (place in percents or in_percent):
            values[place] = float(Decimal(literal).scaleb(-2))
    return (
        [
            f"{header}: read as percent, since {counted(above, 'value')} {agree(above, 'is', 'are')} above 1; divided by 100."
        ]
        if in_percent
        else []
    )


def _refuse_outside(column: Column, values: np.ndarray, refused: dict[int, str]) -> None:
    _refuse(refused, np.flatnonzero(np.abs(values) > LARGEST), "is larger than 10,000,000,000,000 (10^13)")
    if column.low is not None:
        _refuse(refused, np.flatnonzero(values < column.low), f"is below {column.low:,g}")
    if column.high is not None:
        per_cent = " (100 %)" if column.dtype == "share" else ""
        _refuse(refused, np.flatnonzero(values > column.high), f"is above {column.high:,g}{per_cent}")


def _refuse(refused: dict[int, str], places: Iterable[int], reason: str) -> None:
    for place in places:
        refused.setdefault(int(place), reason)


def _round_money(literals: list[str], values: np.ndarray, refused: dict[int, str]) -> dict[int, Decimal]:
    """Round to hundredths in place; returns what was added to the cells that had more than two decimals."""
    moved: dict[int, Decimal] = {}
    for place, literal in enumerate(literals):
        whole, _, decimals = literal.partition(".")
        if place in refused or not whole + decimals:
            continue
        if len(decimals) > 2 or "e" in literal.lower():
            cents, moved[place] = to_cents(literal)
            values[place] = cents / 100
    return moved
