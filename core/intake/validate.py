"""Rows of text become typed rows, or rejects that say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.columns import Kind, by_field, plain
from core.errors import FileRefused, Reject
from core.intake.cells import Cells, constant, distinct, is_absent, shown
from core.intake.extras import extra_json
from core.intake.map import FULLY_RECOVERED, WRITTEN_OFF, Outcome, Resolution
from core.intake.read import Block
from core.intake.reconcile import DAY_FIELD, control_totals
from core.intake.rules import direct_payments, drop_repeated_payments, refuse_repeated_loans
from core.intake.table import Table, read_table
from core.wording import agree, counted, dated

CURRENCY_HEADERS = frozenset({"currency", "currencycode", "ccy"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file.

    Attributes:
        frame: accepted rows: the fields the file feeds and the required ones, in template order, then `line` (int64)
            and `extra` (JSON text of unknown columns, or None). Money is float64 in exact hundredths, integers are
            Int64, numbers and shares float64 (NaN where absent), everything else text or None; dates are ISO text.
        rejects: one per refused row, in file order.
        rows: rows of the file; accepted + rejected + repeated payments left out.
        control_totals: see `core.intake.reconcile.control_totals`.
        findings: sentences about what was assumed, kept or left out.
        days: the snapshot days of a portfolio file; empty for other kinds.
        currencies: what its amounts can be in (ISO codes); empty where the file does not say.
    """

    kind: Kind
    frame: pd.DataFrame
    rejects: tuple[Reject, ...]
    rows: int
    control_totals: Mapping[str, Any]
    findings: tuple[str, ...]
    days: frozenset[date]
    currencies: frozenset[str] = frozenset()


class _Faults:
    """Why rows are refused; a row keeps its first fault and names the other columns at fault."""

    def __init__(self, lines: np.ndarray) -> None:
        self._lines = lines
        self._found: dict[int, list[tuple[str, str, str]]] = {}

    def add(self, row: int, header: str, value: str, reason: str) -> None:
        self._found.setdefault(row, []).append((header, value, reason))

    @property
    def good(self) -> np.ndarray:
        good = np.ones(len(self._lines), dtype=bool)
        good[list(self._found)] = False
        return good

    def rejects(self) -> list[Reject]:
        return [self._reject(row, faults) for row, faults in self._found.items()]

    def _reject(self, row: int, faults: list[tuple[str, str, str]]) -> Reject:
        (header, value, reason), *others = faults
        also = ", ".join(dict.fromkeys(name for name, _, _ in others if name != header))
        return Reject(
            int(self._lines[row]), header, shown(value), f"{reason}; also at fault: {also}" if also else reason
        )


def validate(blocks: Iterable[Block], resolution: Resolution, *, as_of: date | None, today: date) -> Checked:
    """Check every row of a file.

    Args:
        blocks: the file's rows (see `core.intake.read.read_blocks`).
        resolution: which header feeds which field.
        as_of: the day of a portfolio row that states none; None where every row must.
        today: later days are refused, except those that may lie ahead (a promise's due date).

    Raises:
        FileRefused: the file has no rows, mixes currencies, has amounts that can be read two ways, a column of
            free text where a category belongs, or `as_of` is in the future.
    """
    if as_of is not None and as_of > today:
        raise FileRefused(f"The day {dated(as_of)} is in the future", remedy=f"State a day up to {dated(today)}.")
    raw, lines, unreadable, blank = _gather(blocks)
    rows = len(lines) + len(unreadable)
    if not rows:
        raise FileRefused("The file has a header and 0 rows", remedy="Export it again with its rows.")
    cells = _cells(raw, len(lines), resolution)
    table = read_table(
        resolution.kind,
        cells,
        _headers(resolution),
        today=today,
        lines=lines,
        stated=_currency_columns(raw, resolution),
    )
    findings = [*table.findings, *_absent_markers(resolution, cells)]
    faults = _Faults(lines)
    frame = _frame(resolution.kind, table, lines, as_of, faults)
    frame["extra"] = extra_json(raw, resolution.extra)
    left_out, told = _row_rules(resolution, frame, cells, faults)
    kept = faults.good & ~left_out
    accepted = frame[kept].reset_index(drop=True)
    findings += [*told, *table.rounding(kept), *_findings(resolution, blank, cells)]
    rejects = sorted([*unreadable, *faults.rejects()], key=lambda reject: reject.line)
    currency = next(iter(table.currencies)) if len(table.currencies) == 1 else ""
    totals = control_totals(resolution.kind, accepted, rows=rows, rejected=len(rejects), currency=currency)
    days = {date.fromisoformat(day) for day in accepted["as_of"].unique()} if resolution.kind == "portfolio" else set()
    return Checked(
        resolution.kind, accepted, tuple(rejects), rows, totals, tuple(findings), frozenset(days), table.currencies
    )


def _gather(blocks: Iterable[Block]) -> tuple[pd.DataFrame, np.ndarray, list[Reject], int]:
    """All blocks as one frame with its lines, the records that are no rows, and the number of blank lines."""
    frames: list[pd.DataFrame] = []
    lines: list[np.ndarray] = []
    rejects: list[Reject] = []
    blank = 0
    for block in blocks:
        frames.append(block.frame)
        lines.append(block.lines)
        rejects.extend(block.rejects)
        blank += block.blank
    if not frames:
        return pd.DataFrame(), np.array([], dtype=np.int64), rejects, blank
    return pd.concat(frames, ignore_index=True), np.concatenate(lines), rejects, blank


def _headers(resolution: Resolution) -> dict[str, str]:
    """Field to the name it has in messages: the file's own header, else ours."""
    columns = by_field(resolution.kind)
    ours = {name: column.header for name, column in columns.items()}
    outcome = {"recovery_status": resolution.outcome.column} if resolution.outcome else {}
    return {**ours, **outcome, **resolution.sources}


def _cells(raw: pd.DataFrame, rows: int, resolution: Resolution) -> dict[str, Cells]:
    """Every fed field's cells as they stand in the file, in template order."""
    cells: dict[str, Cells] = {}
    for name in resolution.fields:
        if name in resolution.constants:
            cells[name] = constant(resolution.constants[name], rows)
        elif name == "recovery_status" and resolution.outcome:
            cells[name] = _outcome(distinct(raw[resolution.outcome.column]), resolution.outcome)
        else:
            found = distinct(raw[resolution.sources[name]])
            ours = resolution.values.get(name)
            cells[name] = (
                found.replaced([ours.get(text.strip().lower(), text) for text in found.texts]) if ours else found
            )
    return cells


def _currency_columns(raw: pd.DataFrame, resolution: Resolution) -> dict[str, Cells]:
    """Unknown columns that are called after a currency: payments and actions have none of ours, yet must not mix."""
    return {header: distinct(raw[header]) for header in resolution.extra if plain(header) in CURRENCY_HEADERS}


def _outcome(cells: Cells, outcome: Outcome) -> Cells:
    bad = {value.strip().lower() for value in outcome.non_recovery}

    def status(text: str) -> str:
        if text.strip().lower() in bad:
            return WRITTEN_OFF
        return "" if is_absent(text) else FULLY_RECOVERED

    return cells.replaced([status(text) for text in cells.texts])


def _frame(kind: Kind, table: Table, lines: np.ndarray, as_of: date | None, faults: _Faults) -> pd.DataFrame:
    """The typed columns of all rows; cells that break a rule become faults."""
    frame = pd.DataFrame({name: table.values(name) for name in table.fields}, index=range(len(lines)))
    for name in table.fields:
        for row, value, reason in table.refused(name):
            faults.add(row, table.headers[name], value, reason)
    columns = by_field(kind)
    required = [name for name, column in columns.items() if column.required]
    if kind == "portfolio":
        _fill_day(frame, table, as_of)
        required.append("as_of")
    for name in required:
        absent = frame[name].isna().to_numpy() & ~table.refused_rows(name)
        for row in map(int, np.flatnonzero(absent)):
            faults.add(row, table.headers[name], table.text(name, row), "is empty, and every row needs it")
    frame["line"] = lines
    return frame[[*(name for name in columns if name in frame), "line"]]


def _fill_day(frame: pd.DataFrame, table: Table, as_of: date | None) -> None:
    day = as_of.isoformat() if as_of else None
    stated = (
        frame["as_of"].to_numpy(dtype=object, copy=True)
        if "as_of" in frame
        else np.full(len(frame), None, dtype=object)
    )
    absent = np.array([value is None for value in stated], dtype=bool) & ~table.refused_rows("as_of")
    stated[absent] = day
    frame["as_of"] = pd.Series(stated, index=frame.index, dtype=object)


def _row_rules(
    resolution: Resolution, frame: pd.DataFrame, cells: Mapping[str, Cells], faults: _Faults
) -> tuple[np.ndarray, list[str]]:
    """Apply the rules over whole rows; returns which rows to leave out, and findings."""
    headers = _headers(resolution)

    def refuse(row: int, name: str, reason: str) -> None:
        text = cells[name].texts[cells[name].codes[row]] if name in cells else ""
        faults.add(row, headers[name], text, reason)

    nothing = np.zeros(len(frame), dtype=bool)
    if resolution.kind == "portfolio":
        refuse_repeated_loans(frame, faults.good, refuse)
    if resolution.kind != "payments":
        return nothing, []
    told = direct_payments(frame, refuse)
    left_out, more = drop_repeated_payments(frame, faults.good, refuse)
    return left_out, told + more


def _absent_markers(resolution: Resolution, cells: Mapping[str, Cells]) -> list[str]:
    columns, headers = by_field(resolution.kind), _headers(resolution)
    found = []
    for name, column in cells.items():
        if columns[name].dtype == "text" or columns[name].values:
            continue
        markers = Counter(
            {
                text.strip(): int(rows)
                for text, rows in zip(column.texts, column.rows, strict=True)
                if text.strip() and is_absent(text)
            }
        )
        if markers:
            said = " and ".join(f"'{marker}'" for marker in sorted(markers))
            found.append(
                f"{headers[name]}: {counted(markers.total(), 'cell')} {said} {agree(markers.total(), 'was', 'were')} read as absent."
            )
    return found


def _findings(resolution: Resolution, blank: int, cells: Mapping[str, Cells]) -> list[str]:
    found = []
    if resolution.extra:
        few = ", ".join(resolution.extra[:8]) + (" ..." if len(resolution.extra) > 8 else "")
        unknown = len(resolution.extra)
        found.append(f"{counted(unknown, 'unknown column')} {agree(unknown, 'was', 'were')} kept with the rows: {few}.")
    if blank:
        found.append(f"{counted(blank, 'empty line')} {agree(blank, 'was', 'were')} left out.")
    if resolution.outcome and WRITTEN_OFF not in cells["recovery_status"].texts:
        found.append(f"{resolution.outcome.column}: no row has a value that means non-recovery.")
    days = DAY_FIELD[resolution.kind]
    if days in cells and len(cells[days].texts) > 400 and resolution.kind == "portfolio":
        found.append(
            f"{_headers(resolution)[days]}: {len(cells[days].texts):,} different days; a snapshot is usually a month-end."
        )
    return found
