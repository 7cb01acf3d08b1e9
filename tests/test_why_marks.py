"""Every mark of every chart opens a drawer whose first number is the mark's own, and whose rows come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from math import isclose
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.metrics.answers import rows_behind
from core.ports import PortfolioReader
from core.records import FactPage
from core.workflows.measures import families
from dashboard import why
from dashboard.address import Why
from dashboard.pages.customers import sites
from dashboard.pages.portfolio import bridge, change, stuck, year
from dashboard.pages.recovery import liquidation, outlook, promises, rolls, to_date
from dashboard.pages.strategies import by_segment, over_time, proposed
from dashboard.remembered import Remembered
from dashboard.services import Services
from db.engine import open_store
from db.reader import SqlPortfolioReader
from tests.agreement import hundred_loans
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK

FAMILIES = families(0.1)
MOST = 8
"""Marks compared of one trace, spread evenly over it with both its ends: those of one trace are made by one line of code."""
EVERY = 3
"""The rows are added up of one mark in so many."""
AXES = (1.0, 0.01, 1e3, 1e6)
"""What an axis counts in: units, percent, thousands, millions."""


@dataclass(frozen=True)
class Mark:
    """A point of a chart: the value it is drawn at, and the address it carries."""

    trace: int
    value: float
    why: Why


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> Services:
    reader: PortfolioReader = SqlPortfolioReader(open_store(hundred_loans(tmp_path_factory).db), budget_seconds=60)
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
    page = FactPage(pd.DataFrame(), None, 0, 0.0) if told.meant else told.page(None, 1)
    return told, why._number(told, page, FAMILIES)


def assert_marks_open_themselves(services: Services, search: str, card: dict[str, Any]) -> int:
    """How many marks were compared. A bar of loans that are taken off points to the left; their number has no sign."""
    compared = 0
    scales: dict[int, float] = {}
    for mark in spread(marks_of(card["figure"])):
        told, number = opened(services, search, mark.why)
        value = abs(mark.value) if mark.why.number == "flows:loans" else mark.value
        tolerance = 6e-5 if number.unit == "share" else 0.006  # curves are drawn to a hundredth of a percent
        if value:
            scales.setdefault(mark.trace, _scale(value, number.value, tolerance))
        scale = scales.get(mark.trace, 1.0)
        assert isclose(value * scale, number.value, rel_tol=1e-6, abs_tol=tolerance), (search, mark, number)
        if not compared % EVERY:
            assert_rows_come_to_it(told, number)
        compared += 1
    return compared


def spread(marks: Iterator[Mark]) -> Iterator[Mark]:
    for _, trace in groupby(marks, key=lambda mark: mark.trace):
        all_marks = list(trace)
        places = np.linspace(0, len(all_marks) - 1, min(MOST, len(all_marks))).round().astype(int)
        yield from (all_marks[place] for place in places)


def _scale(value: float, number: float, tolerance: float) -> float:
    """What the first point of a trace says its axis counts in; the others must agree."""
    return next((scale for scale in AXES if isclose(value * scale, number, rel_tol=1e-6, abs_tol=tolerance)), 1.0)


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
    "sites": lambda services, search: [sites.update_sites(services, search, "light")["chart"]],
    "to_date": lambda services, search: list(to_date.update_to_date(services, search, "light", 1).values()),
    "liquidation": lambda services, search: list(liquidation.update_liquidation(services, search, "light").values()),
    "rolls": lambda services, search: [
        rolls.update_rolls(services, search, "light")[name] for name in ("move", "cures")
    ],
    "promises": lambda services, search: list(promises.update_promises(services, search, "light").values()),
    "strategies": lambda services, search: [
        update(services, search, "light")
        for update in (by_segment.update_matrix, over_time.update_time, proposed.update_proposed)
    ],
    "outlook": lambda services, search: list(outlook.update_outlook(services, search, "light", Remembered()).values()),
}
VIEWS = {
    "change": ["", "?change=bucket", "?over=3&change=region&as=loans", "?over=1&change=segment&with=year", "?of=arrears&change=bucket",
               "?of=arrears&change=region&as=loans&with=year", "?as_of=2026-08-31&bucket=30-59"],
    "stuck": ["", "?as=loans&by=branch", "?by=agency&region=North"],
    "bridge": ["", "?as=loans", "?product=Auto"],
    "year": ["", "?product=Auto", "?as_of=2026-03-31"],
    "sites": ["", "?by=agency", "?by=collector&product=Auto"],
    "to_date": ["", "?by=strategy", "?by=region&product=Auto"],
    "liquidation": ["?size=month", "?product=Auto"],
    "rolls": ["", "?as=loans&roll=1-29|Current", "?product=Auto"],
    "promises": ["", "?product=Auto"],
    "strategies": ["", "?show=cost_share&over=cash", "?show=net&over=cost&product=Auto&as_of=2026-09-30"],
    "outlook": ["", "?region=North"],
}  # fmt: skip


@pytest.mark.parametrize(("part", "search"), [(part, search) for part, views in VIEWS.items() for search in views])
def test_every_mark_opens_its_own_number_and_the_rows_that_come_to_it(services, part, search):
    assert sum(assert_marks_open_themselves(services, search, card) for card in PARTS[part](services, search)) > 1
