"""The Strategies page in a browser on a stored run: by keyboard from tab to tab, a slider that stands in the address, no fault for axe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dashboard.app import create_app
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK
from tests.served import served
from tests.strategy_book import StrategyReader

pytestmark = pytest.mark.browser
SLOW = 240_000  # a busy machine is slow, not wrong
TABS = ("works", "whom", "brought", "next", "try", "trials", "decided")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    reader = StrategyReader()
    app = create_app(replace(services_on(BOOK), reader=lambda: reader))
    with served(app.server) as port:
        yield f"http://127.0.0.1:{port}/strategies"


def test_every_tab_is_reached_by_keyboard_and_has_no_fault(watched, url):
    page = watched.page
    page.goto(url)
    expect(page.locator("#strategies-answer")).to_contain_text("Settlement earns EUR 1.24 k a loan more", timeout=SLOW)
    expect(page.locator("#strategies-effects")).to_contain_text("+5.9 pts", timeout=SLOW)
    assert not page.locator("#filters").is_visible()
    page.focus("#strategies-tab-works")
    for place, tab in enumerate(TABS):
        if place:
            page.keyboard.press("ArrowRight")
        expect(page.locator(f"#strategies-tab-{tab}")).to_be_focused()
        expect(page.locator(f"#strategies-panel-{tab}")).to_be_visible()
        watched.settle()
        page.wait_for_timeout(400)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{tab}: {found.generate_report()}"
    assert page.url.endswith("?tab=decided")
    assert (watched.errors, watched.outside) == ([], [])


def test_a_slider_stands_in_the_address_and_a_link_shows_the_same_simulation(watched, url):
    page = watched.page
    page.goto(f"{url}?tab=try")
    words, title = page.locator("#strategies-try-share_settlement-words"), page.locator("#strategies-simulated-title")
    expect(words).to_contain_text("no limit", timeout=SLOW)
    expect(title).to_contain_text("against today's rule", timeout=SLOW)
    before = title.inner_text()
    page.focus("#strategies-try-share_settlement")
    page.keyboard.press("Home")
    expect(words).to_contain_text("0 % of the loans", timeout=SLOW)
    page.wait_for_url("**/strategies?share_settlement=0&tab=try", timeout=SLOW)
    expect(page.locator("#strategies-simulated-note")).to_contain_text("Settlement has no place at all", timeout=SLOW)
    page.goto("about:blank")
    page.goto(f"{url}?share_settlement=0&tab=try")
    expect(words).to_contain_text("0 % of the loans", timeout=SLOW)
    expect(title).not_to_have_text(before, timeout=SLOW)
    page.click("text=Start again from today's limits")
    expect(title).to_have_text(before, timeout=SLOW)
    expect(words).to_contain_text("no limit")
    assert page.url.endswith("/strategies?tab=try")
    assert (watched.errors, watched.outside) == ([], [])


def test_a_decision_needs_a_reason(watched, url):
    page = watched.page
    page.goto(f"{url}?tab=next")
    expect(page.locator("#strategies-suggestions")).to_contain_text("Stop Legal on Personal loans", timeout=SLOW)
    page.click("#strategies-accept")
    expect(page.locator("#strategies-suggested")).to_contain_text("Say why first", timeout=SLOW)
    page.fill("#strategies-because", "Court fees rose")
    page.click("#strategies-accept")
    expect(page.locator("#strategies-suggested")).to_contain_text("Asked for", timeout=SLOW)
    expect(page.locator("#strategies-message")).to_contain_text("waiting for the worker", timeout=SLOW)
    expect(page.locator("#strategies-measure")).to_be_disabled()
    assert (watched.errors, watched.outside) == ([], [])
