"""Targets and budgets from a small CSV: every wrong line is explained, and a file with one is not used in part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from core.columns import plain
from core.errors import FileRefused, Reject
from core.intake.cells import distinct, is_absent, shown
from core.intake.dates import read_days, take_apart_days
from core.intake.read import read_blocks
from core.intake.sniff import sniff_file
from core.intake.target_values import WrittenValues, metric_named, take_apart_values, value_of
from core.metrics.portfolio import month_end
from core.metrics.targets import OLDEST_AGE_MONTHS, TARGET_METRICS, TargetMetric

HEADERS: dict[str, str] = {"metric": "Metric", "month": "Month", "age_months": "Age_Months", "value": "Value"}
"""Field to header. Headers match ignoring case, spaces, underscores, hyphens and points."""
TOLD_HEADERS: dict[str, str] = {"set_on": "Set_On", "who": "Who"}
"""Further columns of Recoup's own export, left out without a word."""
LARGEST_BYTES = 1 << 20
EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
_REQUIRED = ("metric", "value")
_MONTHS = {
    name: place
    for place, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
_NAMED = re.compile(r"([A-Za-z]{3,9})\.?[- /](\d{4}|\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CheckedTargets:
    """A checked file of targets.

    Attributes:
        frame: metric, month (month-end ISO or NaN), age_months (float or NaN), value (currency or share 0-1), as
            `PortfolioWriter.put_targets` takes them; only rows without a fault.
        rejects: every fault of the other rows, in file order.
        rows: rows of the file, good and bad.
        findings: sentences about what was assumed or left out.
    """

    frame: pd.DataFrame
    rejects: tuple[Reject, ...]
    rows: int
    findings: tuple[str, ...]

    @property
    def rejected(self) -> int:
        """How many rows have a fault."""
        return self.rows - len(self.frame)


def read_targets(path: Path, *, currency: str = "") -> CheckedTargets:
    """Check a file of targets: columns Metric, Month (empty: holds always), Age_Months (of liquidation only), Value.

    Args:
        path: the CSV; any delimiter and encoding `core.intake.sniff` knows. Its values share one decimal mark.
        currency: ISO code of the book; an amount with another currency's sign is refused. "" takes any.

    Raises:
        FileRefused: it cannot be read, is no CSV, has more than 1 MB or no rows, lacks Metric or Value, names a column
            twice, or its months can be read two ways.
    """
    header, raw, lines, unreadable = _gather(path)
    if not len(lines) + len(unreadable):
        raise FileRefused("The file has a header and 0 rows", remedy="Give each target a row: metric, month, value.")
    fields, findings = _fields(header)
    texts = {
        name: [str(text).strip() for text in raw[fields[name]]] if name in fields else [""] * len(lines)
        for name in HEADERS
    }
    months, said = _months(texts["month"])
    rows = _Rows(lines, texts, months, take_apart_values(texts["value"]), currency)
    frame = rows.read()
    rejects = sorted([*unreadable, *rows.rejects], key=lambda reject: reject.line)
    return CheckedTargets(frame, tuple(rejects), len(lines) + len(unreadable), (*findings, *said))


def _gather(path: Path) -> tuple[tuple[str, ...], pd.DataFrame, list[int], list[Reject]]:
    """The header, the rows as text with their lines, and the records that are no rows."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileRefused("A file of targets has 1 MB at most", remedy="Check that it is the right file.")
        dialect = sniff_file(path)
        blocks = list(read_blocks(path, dialect))
    except OSError as error:
        raise FileRefused(
            f"{path.name} cannot be read: {error.strerror}", remedy="Check the name and that you may read it."
        ) from None
    raw = pd.concat([block.frame for block in blocks], ignore_index=True)
    lines = [int(line) for block in blocks for line in block.lines]
    return dialect.header, raw, lines, [reject for block in blocks for reject in block.rejects]


def _fields(header: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Which header feeds which field, and what was left out."""
    ours = {plain(name): field for field, name in HEADERS.items()}
    told = {plain(name) for name in TOLD_HEADERS.values()}
    fields: dict[str, str] = {}
    left_out = []
    for name in header:
        known = ours.get(plain(name))
        if known is None:
            left_out += [] if plain(name) in told else [shown(name)]
        elif known in fields:
            where = (f"'{fields[known]}'", f"'{name}'")
            raise FileRefused(
                f"The file has the column {HEADERS[known]} twice", where=where, remedy="Keep one of them."
            )
        else:
            fields[known] = name
    missing = [HEADERS[name] for name in _REQUIRED if name not in fields]
    if missing:
        raise FileRefused(
            f"A file of targets needs the column {' and '.join(missing)}",
            where=(f"found {', '.join(shown(name) for name in header[:6])}",),
            remedy=f"Its columns are {', '.join(HEADERS.values())}.",
        )
    return fields, [f"Columns left out: {', '.join(left_out)}."] if left_out else []


def _months(texts: Sequence[str]) -> tuple[Mapping[str, str | None], list[str]]:
    """Each cell of Month as its month-end, "" where it holds always, None where it is no month; and what was assumed."""
    cells = dict.fromkeys(texts)
    months: dict[str, str | None] = {text: "" if is_absent(text) else _month(text) for text in cells}
    days = take_apart_days(distinct(np.array([text for text in cells if months[text] is None], dtype=object)))
    if days.open_order and not days.orders:
        raise FileRefused(
            "Days in Month can be read two ways, and no other day of the file shows the order of day and month",
            where=(f"'{shown(days.open_order)}'",),
            remedy="Write months as 2026-09.",
        )
    reading = read_days(HEADERS["month"], days, Counter(), latest=None)
    for text, day in zip(days.cells.texts, reading.values, strict=True):
        months[text] = None if day is None else month_end(date.fromisoformat(day)).isoformat()
    return months, reading.findings


def _month(text: str) -> str | None:
    """The month-end of a month written without a day; None where it is written otherwise."""
    year, month = 0, 0
    if match := _YEAR_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
    elif match := _MONTH_YEAR.fullmatch(text):
        year, month = int(match[2]), int(match[1])
    elif match := _NAMED.fullmatch(text):
        year = int(match[2]) + (2000 if len(match[2]) == 2 else 0)
        month = _MONTHS.get(match[1][:3].lower(), 0)
    return month_end(date(year, month, 1)).isoformat() if 1 <= month <= 12 and year >= 1 else None


@dataclass(slots=True)
class _Rows:
    """The rows of a file, read one by one; `rejects` grows meanwhile."""

    lines: Sequence[int]
    texts: Mapping[str, Sequence[str]]
    months: Mapping[str, str | None]
    values: WrittenValues
    currency: str
    rejects: list[Reject] = field(default_factory=list)

    def read(self) -> pd.DataFrame:
        """The rows without a fault."""
        good: list[tuple[str, str, float, float]] = []
        first: dict[tuple[str, str, str], int] = {}
        for place, line in enumerate(self.lines):
            row = self._row(place)
            if row is None:
                continue
            key = (row[0], row[1], str(row[2]))
            if key in first:
                self._refuse(
                    place, "value", f"is a second value for the target that line {first[key]} sets; keep one of them"
                )
                continue
            first[key] = line
            good.append(row)
        frame = pd.DataFrame(good, columns=["metric", "month", "age_months", "value"])
        frame["month"] = frame["month"].where(frame["month"] != "", None)
        return frame.astype({"metric": "str", "month": "str", "age_months": float, "value": float})

    def _row(self, place: int) -> tuple[str, str, float, float] | None:
        """Metric, month-end or "", age or NaN, value; None where anything is wrong with it."""
        before = len(self.rejects)
        text = {name: cells[place] for name, cells in self.texts.items()}
        metric = metric_named(text["metric"])
        if metric is None:
            reason = f"may have no target; those that may are {', '.join(TARGET_METRICS)}"
            self._refuse(
                place, "metric", reason if text["metric"] else f"is missing; write one of {', '.join(TARGET_METRICS)}"
            )
            return None
        month = self.months[text["month"]]
        age, wrong_age = _age(metric, text["age_months"])
        value, wrong_value = value_of(metric, text["value"], self.values, currency=self.currency)
        self._refuse(place, "month", _wrong_month(metric, month))
        self._refuse(place, "age_months", wrong_age)
        self._refuse(place, "value", wrong_value)
        return None if len(self.rejects) > before else (metric.name, month or "", age, value)

    def _refuse(self, place: int, name: str, reason: str) -> None:
        if reason:
            self.rejects.append(Reject(self.lines[place], HEADERS[name], shown(self.texts[name][place]), reason))


def _wrong_month(metric: TargetMetric, month: str | None) -> str:
    if month is None:
        return "is not a month; write it as 2026-09"
    if month and metric.by_age:
        return f"does not belong to {metric.name}, which is set by age; leave it empty"
    fits = not month or EARLIEST_YEAR <= int(month[:4]) <= LATEST_YEAR
    return "" if fits else f"is not between {EARLIEST_YEAR} and {LATEST_YEAR}; write it as 2026-09"


def _age(metric: TargetMetric, text: str) -> tuple[float, str]:
    """The age in months, NaN for a metric that has none; and why it is refused."""
    if is_absent(text):
        return np.nan, f"is missing; {metric.name} is set for an age in months, write 6 or 12" if metric.by_age else ""
    if not metric.by_age:
        return np.nan, f"does not belong to {metric.name}, which is set by month; leave it empty"
    if not re.fullmatch(r"\d{1,4}(?:[.,]0+)?", text, re.ASCII):
        return np.nan, f"is not a whole number of months from 0 to {OLDEST_AGE_MONTHS}; write 6 or 12"
    age = int(re.split("[.,]", text)[0])
    return (
        (float(age), "")
        if age <= OLDEST_AGE_MONTHS
        else (np.nan, f"is not a whole number of months from 0 to {OLDEST_AGE_MONTHS}; write 6 or 12")
    )
