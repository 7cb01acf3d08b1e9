"""Train from the page, leave it, come back, and read the verdict: real server, real worker, real Chromium."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.tutorial import lookalike

pytestmark = pytest.mark.browser
SLOW = 240_000  # a busy machine is slow, not wrong


def test_a_training_asked_for_on_the_page_goes_on_without_it_and_ends_in_a_verdict(watched, empty_server, tmp_path):
    path = tmp_path / "book.csv"
    lookalike().to_csv(path, index=False)
    assert json.loads(empty_server.command("ingest", str(path)))["status"] == "committed"
    page = watched.page
    page.goto(f"{empty_server.url}/models")
    expect(page.locator("#models-answer")).to_contain_text("Nothing was trained on this book yet", timeout=SLOW)
    page.click("#models-train")
    expect(page.locator("#models-said")).to_contain_text("Training asked for", timeout=SLOW)
    page.goto("about:blank")
    page.goto(f"{empty_server.url}/models")
    expect(page.locator("#models-outcome")).to_contain_text("No usable signal in this book", timeout=SLOW)
    expect(page.locator("#models-answer")).to_contain_text("No usable signal in this file", timeout=SLOW)
    expect(page.locator("#models-answer")).to_contain_text("rule score orders the work")
    page.focus("#models-tab-good")
    page.keyboard.press("End")
    expect(page.locator("#models-tab-which")).to_be_focused()
    expect(page.locator("#models-registry")).to_contain_text("refused", timeout=SLOW)
    assert page.url.endswith("/models?tab=which")
    assert not page.locator("#models-panel-good").is_visible()
    expect(page.locator("#models-train")).to_be_enabled()
    watched.settle()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert (watched.errors, watched.outside) == ([], [])
