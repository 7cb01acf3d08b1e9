"""What holds for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import BrowserContext, Playwright, expect, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import db.engine
from tests.chromium import CHROMIUM_FLAGS

LONGEST_FIRST = (
    "tests/browser/test_journeys.py",
    "tests/test_histories.py",
    "tests/test_why_marks.py",
    "tests/test_reference.py",
    "tests/test_web_attacks.py",
    "tests/test_faults.py",
    "tests/test_learning_path.py",
    "tests/test_third_party_scores.py",
    "tests/db/test_flows.py",
    "tests/browser/test_frame.py",
    "tests/browser/test_drawer.py",
    "tests/browser/test_known.py",
    "tests/browser/test_strategies.py",
    "tests/browser/test_models.py",
    "tests/db/test_known.py",
    "tests/core/workflows/test_train.py",
    "tests/db/test_facts.py",
    "tests/test_odd_files.py",
    "tests/core/scores/test_training.py",
    "tests/test_flipped_book.py",
)
"""The longest files. `make test` works on two at a time: one of these begun last would run alone. The journeys in a browser have no
other browser beside them for most of their time, which a small machine would starve."""

settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("any machine")
expect.set_options(timeout=60_000)


SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
db.engine.create_engine = partial(create_engine, execution_options={"compiled_cache": LRUCache(2000)})
"""A store of each test's own, but one memory of statements made into SQL: a fifth to a third of a small test's time.

The product keeps it too, in each process: it opens one store, a run of the tests opens thousands.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in the order they have."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(places)))
    for item in items:
        if not is_measured(item):
            item.add_marker(pytest.mark.no_cover)


def is_measured(item: pytest.Item) -> bool:
    """Whether coverage is taken of a test: it doubles the time of what runs.

    Not of a real browser, of the long files that ask the whole product, or of examples drawn by the dozen: the quick
    tests of each room run the same lines.
    """
    file = item.nodeid.split("::")[0]
    asks_the_whole = file in LONGEST_FIRST and not file.startswith(("tests/core/", "tests/db/", "tests/dashboard/"))
    drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return not (asks_the_whole or drawn or file.startswith("tests/browser/"))


@contextmanager
def unmeasured(item: pytest.Item) -> Iterator[None]:
    """Without coverage where a test is marked `no_cover`; the plugin itself leaves out the call alone."""
    plugin: Any = item.config.pluginmanager.getplugin("_cov")
    controller = plugin and plugin.cov_controller
    if not controller or not item.get_closest_marker("no_cover"):
        yield
        return
    controller.pause()
    try:
        yield
    finally:
        controller.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with unmeasured(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    with unmeasured(item):
        return (yield)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = os.environ.get("RECOUP_CHROMIUM") or shutil.which("chromium")
    assert path, "Chromium is missing: `make test` installs it (Debian package chromium)"
    return path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def profile(
    playwright: Playwright, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """One profile for the whole run: in it Chromium keeps the compiled scripts of a site, a third of the cost of opening a page."""
    folder = tmp_path_factory.mktemp("profile")
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=chromium_path, args=CHROMIUM_FLAGS, permissions=["clipboard-read", "clipboard-write"]
    )
    yield context
    context.close()
