"""The frame in a real Chromium, on the small fake book: the address is the state, and everything is reachable by key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashboard.app import create_app
from tests.browser.conftest import Visit, Watched
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK, EMPTY
from tests.served import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=[BOOK], ids=["small book"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    yield from address_of(request.param)


@pytest.fixture(scope="module")
def empty_address() -> Iterator[str]:
    yield from address_of(EMPTY)


def address_of(book) -> Iterator[str]:
    with served(create_app(services_on(book)).server) as port:
        yield f"http://127.0.0.1:{port}"


def opened(watched: Watched, url: str) -> Page:
    watched.page.goto(url)
    watched.page.wait_for_function("() => document.querySelector('#portfolio-answer')?.textContent.length > 0")
    watched.settle()
    return watched.page


def answer(page: Page, has: str) -> None:
    page.wait_for_function("has => document.querySelector('#portfolio-answer').textContent.includes(has)", arg=has)


def test_a_filter_goes_into_the_address_and_back_takes_it_out(watched, address):
    page = opened(watched, address)
    page.click("#label-product")
    page.locator("#filter-product").get_by_label("Auto").check()
    answer(page, "of 823 k")
    assert page.url == f"{address}/?product=Auto"
    assert page.inner_text("#label-product") == "Product Auto"
    page.locator("#portfolio-stuck-by").get_by_text("Region").click()
    page.wait_for_url("**/?product=Auto&by=region")
    page.wait_for_function("() => document.querySelector('#portfolio-stuck-title').textContent.startsWith('South')")
    page.go_back()
    page.wait_for_function("() => document.querySelector('#portfolio-stuck-title').textContent.includes('one product')")
    page.go_back()
    answer(page, "of 2.35 M")
    assert page.inner_text("#label-product") == "Product all 3"
    assert (watched.errors, watched.outside) == ([], [])


def test_a_copied_address_shows_the_same_view(watched, address):
    page = opened(watched, f"{address}/?as_of=2026-09-30&product=Auto&by=region")
    assert page.inner_text("#label-days") == "Sep 2026 against Aug"
    assert page.inner_text("#book-day") == "As of 30 Sep 2026"
    page.click("#copy-link")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.get_attribute("#export-link", "href") == "/download/loans.csv?as_of=2026-09-30&product=Auto&by=region"
    page.click("#clear-filters")
    answer(page, "of 2.35 M")
    assert page.url == f"{address}/?by=region"


def test_an_address_that_cannot_be_shown_says_so_and_leads_back(watched, address):
    watched.page.goto(f"{address}/?as_of=2020-01-01")
    card = watched.page.get_by_role("alert")
    card.get_by_text("The book holds no figures for 1 Jan 2020").wait_for()
    card.get_by_role("button", name="Show the whole book").click()
    answer(watched.page, "of 2.35 M")
    assert watched.page.locator("#failure").text_content() == ""


def test_the_mode_is_kept_and_charts_follow_it(watched, address):
    page = opened(watched, address)
    page.click("#theme-switch")
    watched.settle()
    ink = "() => document.querySelector('#portfolio-stuck-graph .js-plotly-plot').layout.font.color"
    page.wait_for_function(f"() => ({ink})() === '#9BA6B5'")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_chip_opens_by_key_and_escape_gives_the_focus_back(watched, address):
    page = opened(watched, address)
    page.focus("#label-region")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_url("**/?region=North")
    page.keyboard.press("Escape")
    assert page.locator("details.chip[open]").count() == 0
    assert page.evaluate("document.activeElement.id") == "label-region"
    page.click("#change-day")
    page.wait_for_function("() => document.activeElement.id === 'filter-as_of'")


def test_the_table_of_a_chart_holds_its_numbers(watched, address):
    page = opened(watched, address)
    card = page.locator("section[aria-labelledby=portfolio-stuck-title]")
    card.locator("summary", has_text="Table").click()
    card.locator(".plain-table").wait_for()
    assert card.locator(".plain-table").inner_text().split()[:4] == ["Product", "In", "arrears", "Share"]


def test_the_skip_link_comes_first_and_leads_to_the_content(watched, address):
    page = opened(watched, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_phones_menu_opens_and_closes(visit: Visit, address):
    page = opened(visit(390, 844), address)
    button = page.get_by_role("button", name="Menu")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.body.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_portfolio_page(visit: Visit, address, scheme):
    watched = visit(color_scheme=scheme, reduced_motion="reduce")
    page = opened(watched, address)
    for _ in watched.at_both_widths():
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert (watched.errors, watched.outside) == ([], [])


def test_an_empty_store_asks_for_a_first_file(watched, empty_address):
    watched.page.goto(empty_address)
    watched.page.get_by_role("heading", name="Bring your first file").wait_for()
    assert not watched.page.locator("#portfolio-outstanding-value").is_visible()
    assert watched.errors == []


def test_on_paper_there_is_nothing_to_press_but_the_view_is_said(watched, address):
    page = opened(watched, address)
    page.click("#label-product")
    assert page.locator("#filter-product").is_visible()
    page.emulate_media(media="print")
    shown = page.evaluate(
        "() => [...document.querySelectorAll('main button, main select, main input, main details:not(.chip), .modebar, .popover-panel, .sidebar')]"
        ".filter(each => each.checkVisibility() && each.getBoundingClientRect().width > 1 && !each.closest('.notice')).map(each => each.outerHTML.slice(0, 90))"
    )
    assert shown == []
    assert page.locator("#label-product").is_visible()
    assert page.locator("#portfolio-answer").is_visible()
    page.emulate_media(media="screen")
    assert page.get_by_role("button", name="Copy link").is_visible()


def test_tabs_move_by_arrows_stand_in_the_address_and_only_the_open_one_is_a_stop(watched, address):
    page = watched.page
    page.goto(f"{address}/segments")
    page.locator("#segments-tab-sure span").wait_for()  # what was found stands on the tab
    page.focus("#segments-tab-list")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/segments?tab=ways")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/segments?tab=sure")
    page.locator("#segments-panel-sure").wait_for()
    assert not page.locator("#segments-panel-list").is_visible()
    marks = "[...document.querySelectorAll('#segments-page [role=tab]')].map(tab => tab.ariaSelected + tab.tabIndex)"
    assert page.evaluate(marks) == ["false-1", "true0", "false-1", "false-1"]
    page.reload()
    page.locator("#segments-panel-sure").wait_for()
    assert watched.errors == []


def test_a_grid_is_one_stop_for_the_tab_key_and_arrows_move_within_it(watched, address):
    page = watched.page
    page.goto(f"{address}/segments")
    page.locator("#segments-loans .ag-row").first.wait_for()
    within = "document.activeElement.closest('#segments-loans') !== null"
    page.focus("#segments-export")
    page.keyboard.press("Tab")
    assert page.evaluate(within)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('.ag-cell')")
    page.keyboard.press("Tab")
    assert not page.evaluate(within)
    page.focus("#segments-export")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "segments-export"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    while not page.evaluate("document.activeElement.matches('[col-id=borrower_ref]')"):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?borrower=*")
