"""Every mark of every chart opens a drawer whose first number is the mark's own, and whose rows come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import isclose
from typing import Any

import pytest

from core.metrics.answers import rows_behind
from core.ports import PortfolioReader
from core.synthetic import generate, write_files
from core.workflows.measures import families
from dashboard import why
from dashboard.address import Why
from dashboard.pages.portfolio import bridge, change, stuck, year
from dashboard.services import Services
from db.engine import open_store
from db.reader import SqlPortfolioReader
from tests.agreement import Store
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK
from tests.reference_files import File

FAMILIES = families(0.1)
SCALES = (1.0, 0.01, 1e3, 1e6)
"""What a chart's axis counts in: units, percent, thousands, millions."""


@dataclass(frozen=True)
class Mark:
    """A point of a chart: the value it is drawn at, and the address it carries."""

    trace: int
    value: float
    why: Why


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> Services:
    store = Store(tmp_path_factory.mktemp("marks"))
    for file in write_files(generate(seed=7, loans=100, months=23)):
        store.ingest(File(file.kind, file.text, file.as_of.isoformat() if file.as_of else None))
    reader: PortfolioReader = SqlPortfolioReader(open_store(store.db), budget_seconds=60)
    return replace(services_on(BOOK), reader=lambda: reader, today=lambda: date(2026, 11, 5))


def marks_of(figure: dict[str, Any]) -> Iterator[Mark]:
    for place, trace in enumerate(figure["data"]):
        keys = trace.get("customdata")
        if not keys:
            continue
        if trace["type"] == "heatmap":
            drawn = [
                pair for values, row in zip(trace["z"], keys, strict=True) for pair in zip(values, row, strict=True)
            ]
        else:
            sideways = trace.get("orientation") == "h" or isinstance(trace["y"][0] if trace["y"] else 0.0, str)
            drawn = list(zip(trace["x" if sideways else "y"], keys, strict=True))
        for value, key in drawn:
            mark = key[0] if isinstance(key, list) else key
            asked = Why.from_query(mark.removeprefix("why:")) if mark and mark.startswith("why:") else None
            if asked is not None and value is not None:
                yield Mark(place, float(value), asked)


def opened(services: Services, search: str, asked: Why) -> tuple[why.Asked, Any]:
    """The drawer of an address in a view, and its number."""
    told = why.asked_of(services, f"?{search.lstrip('?')}&{asked.to_query()}")
    assert told is not None
    return told, why._number(told, told.page(None, 1), FAMILIES)


def assert_marks_open_themselves(services: Services, search: str, card: dict[str, Any]) -> int:
    """How many marks were compared."""
    compared = 0
    scales: dict[int, float] = {}
    for mark in marks_of(card["figure"]):
        told, number = opened(services, search, mark.why)
        scale = scales.get(mark.trace)
        if scale is None and mark.value:
            scale = scales[mark.trace] = next(
                (each for each in SCALES if isclose(abs(mark.value) * each, abs(number.value), rel_tol=1e-3)), 0.0
            )
        taken_off = (
            number.of == "loans" and told.behind.kind == "flows" and mark.why.number == "flows:loans" and mark.value < 0
        )
        value = abs(mark.value) if taken_off else mark.value
        assert isclose(value * (scale or 1.0), number.value, rel_tol=1e-6, abs_tol=0.006), (search, mark, number)
        assert_rows_come_to_it(told, number)
        compared += 1
    return compared


def assert_rows_come_to_it(told: why.Asked, number: Any) -> None:
    for side, behind in told.sides.items():
        expected = why._expected(replace(told, side=side), number)
        if behind.computed or expected is None:
            continue
        page = rows_behind(told.view.reader, told.view.selection, behind, told.cell, limit=1)
        assert isclose(abs(page.total), abs(expected), abs_tol=0.006), (told.why, side, page.total, expected)


PARTS: dict[str, Callable[[Services, str], list[dict[str, Any]]]] = {
    "change": lambda services, search: [change.update_change(services, search, "light")],
    "stuck": lambda services, search: [stuck.update_stuck(services, search, "light")],
    "bridge": lambda services, search: [bridge.update_bridge(services, search, "light")],
    "year": lambda services, search: [year.update_year(services, search, "light")["chart"]],
}
VIEWS = {
    "change": ["", "?change=bucket", "?over=3&change=region&as=loans", "?over=1&change=segment&with=year", "?of=arrears", "?of=arrears&change=bucket",
               "?of=arrears&change=region&as=loans&with=year", "?of=arrears&change=bucket&as=loans", "?region=North", "?as_of=2026-08-31&bucket=30-59"],
    "stuck": ["", "?as=loans&by=branch", "?by=agency&region=North"],
    "bridge": ["", "?as=loans", "?product=Auto"],
    "year": ["", "?product=Auto", "?as_of=2026-03-31"],
}  # fmt: skip


@pytest.mark.parametrize(("part", "search"), [(part, search) for part, views in VIEWS.items() for search in views])
def test_every_mark_opens_its_own_number_and_the_rows_that_come_to_it(services, part, search):
    assert sum(assert_marks_open_themselves(services, search, card) for card in PARTS[part](services, search)) > 1
