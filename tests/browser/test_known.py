"""The day of knowledge in a real Chromium: chosen in the row of filters, said above the page, kept from page to page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.app import create_app
from tests.browser.conftest import Visit, Watched
from tests.contract.test_knowledge import fake_history
from tests.dashboard.work import services_of
from tests.fake_history import FakeHistoryReader
from tests.served import served

pytestmark = pytest.mark.browser
KNOWN = "known_on=2026-11-05"
EARLIER = "/segments?known_on=2026-11-01"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    yield from address_of(fake_history())


def address_of(reader: FakeHistoryReader) -> Iterator[str]:
    with served(create_app(services_of(reader)).server) as port:
        yield f"http://127.0.0.1:{port}"


def opened(watched: Watched, url: str) -> Page:
    watched.page.goto(url)
    expect(watched.page.locator("#label-days")).to_contain_text("2026")
    watched.settle()
    return watched.page


def test_a_day_of_knowledge_is_chosen_kept_on_other_pages_and_left_again(watched, address):
    page = opened(watched, f"{address}/segments?region=North")
    assert not page.is_visible("#known")
    page.click("#label-days")
    page.fill("#known-any", "2026-11-05")
    page.press("#known-any", "Enter")
    page.wait_for_url(f"**/segments?{KNOWN}&region=North")
    expect(page.locator("#known-words")).to_contain_text("As known on 5 Nov 2026: what arrived later is left out.")
    expect(page.locator("#label-days")).to_have_text("Oct 2026 against Sep, known 5 Nov 2026")
    expect(page.locator("#export-link")).to_have_attribute("href", f"/download/loans.csv?{KNOWN}&region=North")
    page.keyboard.press("Escape")
    page.click("#nav-score")
    page.wait_for_url(f"**/score?{KNOWN}&region=North")
    expect(page.locator("#known-words")).to_contain_text("This page shows the book as it is now")
    page.click("#nav-segments")
    page.click("#known .to-now")
    page.wait_for_url("**/segments?region=North")
    expect(page.locator("#known")).to_be_hidden()
    assert (watched.errors, watched.outside) == ([], [])


def test_a_closed_pack_is_chosen_from_the_list_and_drops_days_that_came_after_it(watched, address):
    page = opened(watched, f"{address}/segments?as_of=2026-10-31&known_on=2026-11-05")
    expect(page.locator("#known-any")).to_have_value("2026-11-05")
    page.click("#label-days")
    labels = page.locator("#filter-known_on option:not([disabled])").all_text_contents()
    assert labels[-3:] == ["now", "Pack of Oct 2026, closed 10 Nov 2026", "5 Nov 2026"]
    page.select_option("#filter-known_on", "2026-11-10")
    page.wait_for_url("**/segments?as_of=2026-10-31&known_on=2026-11-10")
    expect(page.locator("#known-any")).to_have_value("2026-11-10")
    watched.settle()
    page.fill("#known-any", "2026-10-30")
    page.press("#known-any", "Enter")
    page.wait_for_url("**/segments?known_on=2026-10-30")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was known of this book on 30 Oct 2026")
    watched.settle()
    page.fill("#known-any", "2030-01-01")
    page.press("#known-any", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nobody can know yet what will be known on 1 Jan 2030")
    page.click("#clear-filters")
    page.wait_for_url(f"{address}/segments")


def test_the_days_to_choose_from_are_those_that_were_known(watched, address):
    page = opened(watched, address + EARLIER)
    expect(page.locator("#label-days")).to_have_text("30 Sep 2026, known 1 Nov 2026")
    expect(page.locator("#book-day")).to_have_text("As of 30 Sep 2026")
    days = page.locator("#filter-against option:not([disabled])").all_text_contents()
    assert days[-2:] == ["the day before", "30 Sep 2026"]
    assert "31 Oct 2026" not in days
    page.click("#clear-filters")
    page.wait_for_url(f"{address}/segments")


def test_a_page_that_waits_for_history_says_so_and_shows_itself_once_it_is_in_order(watched):
    reader = fake_history(unsettled=True)
    for address in address_of(reader):
        page = opened(watched, address + EARLIER)
        expect(page.get_by_role("alert")).to_contain_text("is being put in order. Ask again in a moment.")
        reader.unsettled = False
        expect(page.locator("#failure .notice")).to_have_count(0)
        expect(page.locator("#label-days")).to_have_text("30 Sep 2026, known 1 Nov 2026")
        expect(page.locator("#known-words")).to_contain_text("As known on 1 Nov 2026")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_banner_and_the_open_panel_are_accessible_and_fit(visit: Visit, address, scheme):
    watched = visit(color_scheme=scheme, reduced_motion="reduce")
    page = opened(watched, address + EARLIER)
    page.click("#label-days")
    for _ in watched.at_both_widths():
        for part in ("#known", "#filters"):
            found = Axe().run(page, context=part)
            assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.body.scrollWidth <= window.innerWidth")
