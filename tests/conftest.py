"""What holds for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.chromium import CHROMIUM_FLAGS

settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("any machine")
expect.set_options(timeout=60_000)


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
