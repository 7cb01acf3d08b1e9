"""A store filled through the command line, and what it answers beside the reference of the same files."""

from __future__ import annotations

import fcntl
import math
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

import run as recoup
from core.ports import PortfolioReader
from core.selection import Selection
from core.synthetic import generate, write_files
from core.workflows.measures import families, measured
from tests.command_line import run
from tests.reference import Reference
from tests.reference_files import File, files_known_on
from tests.reference_flows import Flows, Where
from tests.reference_forecast import REDRAWN, forecast_metrics, rolling_metrics
from tests.reference_moves import Metrics, move_metrics
from tests.reference_promises import Promise, promise_metrics, promises_of
from tests.reference_questions import QUESTIONS, Sums, sums_of_frame
from tests.reference_value import value_metrics
from tests.reference_year import year_metrics

COUNTED = ("on_hold_share", "roll_forward_rate_loans", "cure_rate_loans", "sustained_cure_rate", "redefault_rate", "penetration", "contact_rate",
           "right_party_rate", "promise_rate", "intensity", "paying_rate", "promises_kept_rate", "loans_per_borrower", "forecast_coverage")  # fmt: skip
"""Ratios of counts; the others are of money."""
NO_INTERVAL = ("intensity", "loans_per_borrower")


class Whole:
    """Everything the reference has to say about some files."""

    def __init__(self, files: list[File]) -> None:
        self.book = Reference(files)
        self.flows = Flows(self.book)

    def metrics(self, as_of: str, where: Where) -> Metrics:
        return (
            self.book.metrics(as_of, where)
            | move_metrics(self.flows, as_of, where)
            | promise_metrics(self.book, as_of, where)
            | value_metrics(self.book, as_of, where)
            | year_metrics(self.flows, as_of, where)
            | rolling_metrics(self.flows, as_of, where)
            | forecast_metrics(self.flows, as_of, where)
        )

    def promises(self, as_of: str) -> list[Promise]:
        """Every promise as of a day."""
        return promises_of(self.book, as_of)


class Store:
    """A store in a folder, and the files it was given in the order they were loaded, undone ones among them."""

    def __init__(self, folder: Path, told: list[File] | None = None) -> None:
        self.folder, self.told, self._asked = folder, list(told or []), 0
        self.db = f"sqlite:///{folder / 'book.db'}"

    @property
    def files(self) -> list[File]:
        """Those that are in."""
        return [file for file in self.told if not file.undone_on]

    @cached_property
    def product(self) -> recoup.Recoup:
        return recoup.Recoup(recoup.load_settings(db=self.db))

    @property
    def reader(self) -> PortfolioReader:
        return self.product.reader()

    def ingest(self, file: File) -> File:
        path = self.folder / f"{len(list(self.folder.iterdir()))}.csv"
        path.write_text(file.text, encoding="utf-8")
        told = ["--as-of", file.as_of] if file.as_of else []
        told += ["--received-on", file.received_on] if file.received_on else []
        told += ["--partial"] if file.scope == "partial" else []
        result = run("ingest", str(path), "--db", self.db, "--json", "--kind", file.kind, *told)
        assert result.json["status"] == "committed", (result.err, result.out)
        assert result.json["rejected"] == 0, result.json
        batch = self.reader.batch(result.json["batch"])
        stored = replace(file, batch=batch.id, received_on=batch.received_on.isoformat(), undone_on="")
        self.told.append(stored)
        return stored

    def undo(self, file: File) -> None:
        assert run("undo", str(file.batch), "--db", self.db, "--json").json["status"] == "undone"
        undone_on = self.reader.batch(file.batch).undone_on
        assert undone_on is not None
        self.told[self.told.index(file)] = replace(file, undone_on=undone_on.isoformat())

    def copy(self, folder: Path) -> Store:
        self.product.engine.dispose()
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Store(folder, self.told)

    def reference(self, known_on: str = "") -> Whole:
        return _whole(tuple(files_known_on(self.told, known_on or "9999-12-31")))

    def metrics(self, as_of: str, where: Where, known_on: str = "") -> dict[str, Any]:
        """Every metric, by the command line."""
        asked = [text for name, values in where.items() for value in values for text in ("--where", f"{name}={value}")]
        asked += ["--known-on", known_on] if known_on else []
        return dict(run("metrics", "--db", self.db, "--json", "--no-tables", "--as-of", as_of, *asked).json["metrics"])

    def metrics_at_once(self, as_of: str, where: Where, known_on: str = "") -> dict[str, Any]:
        """The same from the workflow behind the command: without a new process' worth of opening for every question."""
        if known_on:
            self.product.writer.settle_history("own")
        told = measured(
            self.reader, selected(as_of, where, known_on), families(self.product.settings.discount_rate), recoup.today()
        )
        return dict(told.as_json()["metrics"])

    def assert_agrees(self, asked: Iterable[tuple[str, Where]], known_on: str = "") -> None:
        """Every metric on these days under these filters, as known on a day (now where none is given); the first and
        every tenth question of a store goes by the command line."""
        for day, where in asked:
            ask = self.metrics_at_once if self._asked % 10 else self.metrics
            self._asked += 1
            found, expected = ask(day, where, known_on), self.reference(known_on).metrics(day, where)
            wrong = differences(found, expected)
            assert not wrong, (day, where, known_on, wrong)

    def assert_questions_agree(self, as_of: str, where: Where, known_on: str = "") -> None:
        """Every sum that the metrics are made of, group by group."""
        selection = selected(as_of, where, known_on)
        whole, reader = self.reference(known_on), self.reader
        for (name, by), answer in QUESTIONS.items():
            expected: Sums = answer(whole.book, whole.flows, whole.promises(as_of), as_of, where)
            frame = getattr(reader, name)(selection, list(by))
            wrong = unlike(sums_of_frame(name, frame, by, expected), expected)
            assert not wrong, (name, by, as_of, where, known_on, wrong)


def in_turn(days: Sequence[str], filters: Sequence[Where]) -> list[tuple[str, Where]]:
    """Every day under the first filter, and every other filter on one of the days, in turn."""
    return [(day, filters[0]) for day in days] + list(zip(cycle(days), filters[1:], strict=False))


def selected(as_of: str, where: Where, known_on: str = "") -> Selection:
    return Selection(
        as_of=date.fromisoformat(as_of),
        known_on=date.fromisoformat(known_on) if known_on else None,
        filters={name: tuple(values) for name, values in where.items()},
    )


@lru_cache(maxsize=8)
def _whole(files: tuple[File, ...]) -> Whole:
    return Whole(list(files))


def differences(found: dict[str, Any], expected: Metrics) -> dict[str, tuple[Any, Any]]:
    """Where the product and the reference differ: name to (found, expected)."""
    wrong: dict[str, tuple[Any, Any]] = {}
    for name, number in found.items():
        if name not in expected and (number["value"] is not None or not number["why"]):
            wrong[name] = (number, "no such number")
    for name, wanted in expected.items():
        number = found.get(name)
        told = plain(name, number) if number else "no such number"
        if wanted is None:
            if told == "no such number" or number["value"] is not None or not number["why"]:
                wrong[name] = (told, None)
        elif wanted[0] == REDRAWN:
            if told[0] is None or told[2:] != wanted[2:]:
                wrong[name] = (told, wanted)
        elif told != (rounded := (_round(wanted[0]), _round(wanted[1]), *wanted[2:])):
            wrong[name] = (told, rounded)
        elif name in COUNTED and name not in NO_INTERVAL and 0 < wanted[2] >= wanted[1]:
            ends = (number["low"], number["high"])
            if not all(math.isclose(*pair, abs_tol=1e-9) for pair in zip(ends, wilson(*wanted[1:3]), strict=True)):
                wrong[f"interval of {name}"] = (ends, wilson(*wanted[1:3]))
    return wrong


def plain(name: str, number: dict[str, Any]) -> tuple[Any, ...]:
    """A number of the product in the shape of the reference: money in whole hundredths."""
    value, above, below = number["value"], number["numerator"], number["denominator"]
    if number["unit"] == "currency":
        value, above = hundredths(value), hundredths(above)
    elif number["unit"] in ("share", "ratio") and name not in COUNTED:
        above, below = hundredths(above), hundredths(below)
    return (_round(value), _round(above), below, number["n"], number["excluded"])


def hundredths(value: float | None) -> int | None:
    if value is None:
        return None
    assert abs(value * 100 - round(value * 100)) < 1e-4, f"{value} is not to the cent"
    return round(value * 100)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Both ends of the 95 % score interval: the roots of (share - p)^2 = z^2 p (1 - p) / n."""
    z_sq = 1.959963984540054**2
    a, b, c = 1 + z_sq / n, -(2 * successes / n + z_sq / n), (successes / n) ** 2
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def unlike(found: Sums, expected: Sums) -> dict[Any, tuple[Any, Any]]:
    """Groups and measures that differ."""
    wrong: dict[Any, tuple[Any, Any]] = {}
    for group in found.keys() | expected.keys():
        ours, theirs = found.get(group, {}), expected.get(group, {})
        for name in ours.keys() | theirs.keys():
            if ours.get(name, 0) != theirs.get(name, 0):
                wrong[(*group, name)] = (ours.get(name, 0), theirs.get(name, 0))
    return wrong


def _round(value: float | None) -> float | None:
    """Shares to twelve places: hundredths over hundredths and currency over currency differ behind that."""
    return value if value is None else round(value, 12)


def hundred_loans(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A sample book of 100 loans and 23 months, made once for all who only read it: in whichever process asks first."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    folder = shared / "hundred loans"
    with (shared / "hundred loans.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half_made = Store(tmp_path_factory.mktemp("hundred"))
            for file in write_files(generate(seed=7, loans=100, months=23)):
                half_made.ingest(File(file.kind, file.text, file.as_of.isoformat() if file.as_of else None))
            half_made.folder.rename(folder)
    return Store(folder)
