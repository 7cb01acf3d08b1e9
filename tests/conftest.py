"""What holds for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.chromium import CHROMIUM_FLAGS

LONGEST_FIRST = (
    "tests/browser/test_journeys.py",
    "tests/test_reference.py",
    "tests/test_histories.py",
    "tests/browser/test_known.py",
    "tests/db/test_known.py",
    "tests/test_why_marks.py",
    "tests/test_faults.py",
    "tests/db/test_flows.py",
    "tests/db/test_facts.py",
    "tests/browser/test_frame.py",
    "tests/browser/test_drawer.py",
    "tests/test_web_attacks.py",
    "tests/test_learning_path.py",
    "tests/db/test_undo.py",
    "tests/test_odd_files.py",
)
"""Files that take 20 seconds or more. `make test` works on two at a time: one of these begun last would run alone."""

settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("any machine")
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in the order they have."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(places)))


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
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
    yield chromium
    chromium.close()
