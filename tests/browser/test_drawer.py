"""The drawer "why this number" in a real Chromium: by key, by pointer, by address, and without disturbing the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashboard.app import create_app
from tests.browser.conftest import Visit, Watched
from tests.dashboard.conftest import services_on
from tests.dashboard.facts_book import FactsReader
from tests.dashboard.small_book import BOOK
from tests.served import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    reader = FactsReader()
    app = create_app(replace(services_on(BOOK), reader=lambda: reader))
    with served(app.server) as port:
        yield f"http://127.0.0.1:{port}"


def opened(watched: Watched, url: str) -> Page:
    watched.page.goto(url)
    watched.page.wait_for_function("() => document.querySelector('#portfolio-answer')?.textContent.length > 0")
    watched.settle()
    return watched.page


def title(page: Page, words: str) -> None:
    page.locator("#why-body:not(.is-waiting)").wait_for()
    page.wait_for_function("words => document.querySelector('#why-title')?.textContent === words", arg=words)


def gone(page: Page) -> None:
    page.locator("#why-drawer").wait_for(state="detached")


def callbacks(page: Page) -> list[str]:
    """The callbacks of the page that run from now on: the pulse and the drawer's own are left out."""
    asked: list[str] = []

    def note(request: Any) -> None:
        body = request.post_data or ""
        if "_dash-update" in request.url and not any(
            part in body for part in ('"output":"..why-title', "empty-store-title")
        ):
            asked.append(body[:80])

    page.on("request", note)
    return asked


def test_a_figure_is_explained_by_key_and_the_focus_goes_in_and_returns(watched, address):
    page = opened(watched, address)
    asked = callbacks(page)
    page.get_by_role("button", name="why this number: Recovery rate").focus()
    page.keyboard.press("Enter")
    title(page, "Recovery rate")
    assert page.url == f"{address}/?why=recovery_rate"
    assert page.inner_text("#why-value") == page.inner_text("#portfolio-recovery_rate-value")
    assert page.evaluate("document.querySelector('#why-drawer').contains(document.activeElement)")
    assert page.get_by_role("dialog", name="Recovery rate").count() == 1
    page.keyboard.press("Escape")
    gone(page)
    assert page.url == f"{address}/"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "why this number: Recovery rate"
    assert asked == []  # the page was not drawn again
    assert (watched.errors, watched.outside) == ([], [])


def test_a_copied_address_opens_the_same_drawer_on_the_same_rows(watched, address):
    page = opened(watched, f"{address}/?product=Auto&rows=denominator&why=recovery_rate")
    title(page, "Recovery rate")
    assert page.get_by_role("button", name="Balance placed (denominator)").get_attribute("aria-pressed") == "true"
    page.locator("#why-rows").get_by_text("Auto").first.wait_for()
    page.get_by_role("button", name="Cash (numerator)").click()
    page.wait_for_url("**/?product=Auto&why=recovery_rate")
    page.locator("#why-rows-note", has_text="as in the number").wait_for()
    page.get_by_role("button", name="Close why this number").click()
    gone(page)
    assert page.url == f"{address}/?product=Auto"


def test_back_and_forward_open_and_close_it_and_leave_the_page_alone(watched, address):
    page = opened(watched, address)
    page.get_by_role("button", name="why this number: Cash this month").click()
    title(page, "Cash this month")
    asked = callbacks(page)
    page.go_back()
    gone(page)
    page.go_forward()
    title(page, "Cash this month")
    assert asked == []
    page.keyboard.press("Escape")
    gone(page)
    page.click("#label-product")
    page.locator("#filter-product").get_by_label("Auto").check()
    page.wait_for_url("**/?product=Auto")  # a filter still finds its way after all that


def test_a_bar_and_its_row_in_the_table_open_the_same_number(watched, address):
    page = opened(watched, address)
    page.locator("#portfolio-stuck-graph .bars .point").first.click(force=True)
    page.wait_for_url("**/?cell=product%7EAuto&why=in_arrears")
    title(page, "In arrears, Auto")
    page.keyboard.press("Escape")
    gone(page)
    card = page.locator("section[aria-labelledby=portfolio-stuck-title]")
    card.locator("summary", has_text="Table").click()
    card.get_by_role("button", name="Auto", exact=True).focus()
    page.keyboard.press("Enter")
    title(page, "In arrears, Auto")
    assert watched.errors == []


def test_the_rows_are_taken_away_as_csv(watched, address):
    page = opened(watched, f"{address}/?why=outstanding&product=Auto")
    title(page, "Outstanding")
    with page.expect_download() as taken:
        page.get_by_role("link", name="All rows as CSV").click()
    lines = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 == int(page.inner_text("#why-rows-place").split(" of ")[1])
    assert all('"Auto"' in line for line in lines[1:])


def test_a_number_there_is_not_is_refused_in_the_drawer(watched, address):
    page = opened(watched, f"{address}/?why=nonsense")
    title(page, "This number cannot be shown")
    assert "There is no number called 'nonsense'" in page.inner_text("#why-formula")
    assert not page.locator("#why-rows-part").is_visible()


def test_ticked_loans_stay_ticked(watched, address):
    watched.page.goto(f"{address}/segments")
    page = watched.page
    page.locator("#segments-loans .ag-row .ag-checkbox-input").first.check()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<button id=probe data-why=\"why=loans\">probe</button>')"
    )
    page.evaluate("document.querySelector('#probe').click()")
    title(page, "Loans")
    page.keyboard.press("Escape")
    gone(page)
    assert page.locator("#segments-loans .ag-row .ag-checkbox-input").first.is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_drawer_and_it_fits(visit: Visit, address, scheme):
    watched = visit(color_scheme=scheme, reduced_motion="reduce")
    page = opened(watched, f"{address}/?why=cost_to_collect")
    title(page, "Cost to collect")
    for width in watched.at_both_widths():
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        box = page.locator("#why-drawer").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["width"] == min(520, width)
    assert (watched.errors, watched.outside) == ([], [])
