"""What people do with Recoup, from the first start to the last undo: real server, real worker, real Chromium."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.selection import Selection
from core.synthetic.dynamics import FALLING_PRODUCT
from core.wording import dated
from db.engine import open_store
from db.reader import SqlPortfolioReader
from tests import tutorial
from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.browser

PAGES = {
    "/": "How are we doing, and what needs attention?",
    "/recovery": "What is being recovered, and is it getting better?",
    "/strategies": "What works, for whom, and at what value?",
    "/segments": "Who are they, and which ones do we work?",
    "/score": "What should we do with this borrower, and why?",
    "/models": "Can the score be trusted?",
    "/batches": "Bring a file, check it, load it",
    "/explore": "What does this book look like?",
}
SLOW = 120_000  # a busy machine is slow, not wrong
AT_ONCE = 5_000


def metrics(server: Server) -> dict:
    return json.loads(server.command("metrics"))["metrics"]


def text(page: Page, selector: str) -> str:
    """What a person reads there: no-break and thin spaces are spaces."""
    return re.sub("[\u00a0\u202f\u2009]", " ", page.inner_text(selector))


def opened(watched: Watched, url: str) -> Page:
    watched.page.goto(url)
    watched.settle()
    return watched.page


def walk(watched: Watched, where: str) -> None:
    """To another page by its link, as a person goes."""
    watched.page.click(f"nav a[href='{where}']")
    watched.page.wait_for_url(re.compile(f"{re.escape(where)}(\\?.*)?$"))
    watched.settle()


def assert_clean(watched: Watched) -> None:
    assert watched.errors == []
    assert watched.outside == []


def bring(page: Page, server: Server, path: Path) -> None:
    """Upload a file on Batches, wait for its check, load it, wait until it is loaded."""
    page.goto(f"{server.url}/batches")
    page.wait_for_selector("#batches-file", state="attached")
    page.set_input_files("#batches-file", str(path))
    expect(page.locator("#batches-load")).to_be_visible(timeout=SLOW)
    expect(page.locator("#batches-load")).to_be_enabled(timeout=SLOW)
    page.click("#batches-load")
    expect(page.locator("#batches-list")).to_contain_text(path.name, timeout=SLOW)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_sample_book_opens_clean(watched, sample_server, path):
    page = opened(watched, sample_server.url + path)
    assert page.inner_text("h1") == PAGES[path]
    expect(page.locator("body")).to_contain_text("synthetic")
    watched.settle()
    assert "Something went wrong" not in page.inner_text("body")
    expect(page.locator("main")).to_be_visible()
    for mode in ("light", "dark"):
        page.evaluate("mode => document.documentElement.setAttribute('data-bs-theme', mode)", mode)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    watched.settle()
    page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert_clean(watched)


def test_the_page_shows_what_the_command_line_says(watched, sample_server):
    page = opened(watched, sample_server.url)
    told = metrics(sample_server)
    expect(page.locator(".kpis").first).to_contain_text("n = ", timeout=SLOW)
    shown = text(page, ".kpis")
    for name in ("outstanding", "in_arrears", "cash_month", "net_recovery"):
        assert shown_amount(told[name]["value"]) in shown, name
    for name in ("recovery_rate", "cost_to_collect"):
        assert f"{told[name]['value'] * 100:.1f} %" in shown, name
    assert f"n = {told['outstanding']['n']:,}" in shown


def test_the_sample_book_comes_with_a_past_of_models_and_with_segments_that_fit_it(watched, sample_server):
    told = json.loads(sample_server.command("models"))
    first, second = sorted(told["models"], key=lambda each: each["model"])
    assert (first["verdict"], second["verdict"], {each["who"] for each in told["events"]}) == (
        "usable", "usable", {"sample book"},
    )  # fmt: skip
    months = [date.fromisoformat(each["trained_at"][:10]) for each in (first, second)]
    assert (months[1].year - months[0].year) * 12 + months[1].month - months[0].month == 13
    assert told["champion"] in (first["model"], second["model"])
    engine = open_store(sample_server.db, create=False)
    reader = SqlPortfolioReader(engine, "sample")
    last = reader.models()[0].card
    assert last["comparison"]["on"] in ("later", "new")  # they met on loans new to both
    ways = {each["name"]: each for each in reader.segmentation().comparison["ways"]}
    assert ways["K-means"]["ari"] >= 0.80
    assert ways["K-means"]["jaccard"] >= 0.75
    margins = reader.segment_margins(Selection())
    assert margins["unlike"].sum() <= 0.05 * margins["placed"].sum()
    engine.dispose()
    page = opened(watched, f"{sample_server.url}/models?tab=which")
    expect(page.locator("#models-answer")).to_contain_text(f"Model {told['champion']}", timeout=SLOW)
    for day in months:
        expect(page.locator("#models-registry")).to_contain_text(dated(day))
    assert_clean(watched)


def test_the_planted_fall_of_one_product_is_named_in_words_and_amounts(watched, sample_server):
    """Its generator lets one product pay less in the last months; page and command line find it, and no other."""
    told = json.loads(sample_server.command("metrics"))["tables"]["what_changed_product"]["rows"]
    clear = [row for row in told if abs(row["performance"]) > 2 * row["performance_error"]]
    assert [row["product"] for row in clear if row["performance"] < 0] == [FALLING_PRODUCT]
    (fall,) = [row for row in told if row["product"] == FALLING_PRODUCT]
    by_hand = (
        fall["after"] - fall["base_after"] * fall["before"] / fall["base_before"]
    )  # less what its earlier rate gives
    assert fall["performance"] < -300_000
    assert fall["volume"] + fall["mix"] + fall["performance"] == pytest.approx(fall["after"] - fall["before"], abs=0.02)
    assert fall["performance"] == pytest.approx(by_hand, abs=0.01)
    page = opened(watched, sample_server.url)
    said = f"{FALLING_PRODUCT} pays less: {shown_amount(fall['performance'])} less cash"
    for place in ("#portfolio-answer", "#portfolio-attention-list", "#portfolio-change-title"):
        assert said in text(page, place), place
    assert_clean(watched)


def shown_amount(value: float) -> str:
    """Three significant digits and a scale, as a person would round it."""
    scale, unit = (1e6, "M") if abs(value) >= 1e6 else (1e3, "k")
    digits = abs(value) / scale
    places = 2 if digits < 10 else 1 if digits < 100 else 0
    return f"{digits:.{places}f} {unit}"


def test_filters_move_every_chart_and_count_together_and_the_address_brings_them_back(watched, sample_server, visit):
    page = opened(watched, f"{sample_server.url}/segments")
    whole = int(re.sub(r"\D", "", text(page, "#segments-loans-title").split(" loans")[0]))
    page.click("#label-product")
    page.locator("#filter-product").get_by_label("Auto").check()
    page.wait_for_url("**/segments?*product=Auto*")
    expect(page.locator("#segments-loans-title")).not_to_contain_text(f"{whole:,} loans")
    watched.settle()
    part = int(re.sub(r"\D", "", text(page, "#segments-loans-title").split(" loans")[0]))
    told = json.loads(sample_server.command("metrics", "--where", "product=Auto"))["metrics"]
    assert part == told["loans"]["value"] < whole
    profiles = page.locator("#segments-profiles tr td:nth-child(2)").all_inner_texts()
    assert sum(int(re.sub(r"\D", "", loans)) for loans in profiles) == part

    answer, title = page.inner_text("#segments-answer"), text(page, "#segments-loans-title")
    page.evaluate("() => localStorage.clear()")  # what another person's browser does not hold
    other = visit(height=1000)
    copied = opened(other, page.url)
    assert copied.inner_text("#segments-answer") == answer
    assert copied.inner_text("#segments-loans-title") == title
    assert_clean(watched)
    assert_clean(other)


def test_a_lasso_becomes_the_list(watched, sample_server):
    page = opened(watched, f"{sample_server.url}/segments")
    whole = text(page, "#segments-loans-title")
    box = page.locator("#segments-scatter-graph .nsewdrag").bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    corners = [(0.45, 0.15), (0.75, 0.2), (0.7, 0.5), (0.4, 0.5), (0.45, 0.15)]
    page.mouse.move(x + corners[0][0] * width, y + corners[0][1] * height)
    page.mouse.down()
    for across, down in corners[1:]:
        page.mouse.move(x + across * width, y + down * height, steps=8)
    page.mouse.up()
    page.wait_for_url("**lasso=*")
    expect(page.locator("#segments-loans-title")).not_to_have_text(whole)
    watched.settle()
    drawn = text(page, "#segments-loans-title")
    page.reload()
    watched.settle()
    assert text(page, "#segments-loans-title") == drawn
    with page.expect_download() as download:
        page.click("#segments-export")
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").strip().splitlines()
    assert len(lines) - 1 == int(re.sub(r"\D", "", drawn.split(" loans")[0]))
    assert_clean(watched)


def test_a_borrower_is_scored_at_once(watched, sample_server):
    page = opened(watched, f"{sample_server.url}/score")
    page.click("#score-example")
    expect(page.locator("#score-told")).to_be_visible(timeout=AT_ONCE)
    expect(page.locator("#score-strategy")).to_have_text(re.compile("Standard|Settlement|Legal"), timeout=AT_ONCE)
    first = page.inner_text("#score-value")
    field = page.get_by_label("Days past due")
    field.fill("400")
    expect(page.locator("#score-value")).not_to_have_text(first, timeout=AT_ONCE)
    field.fill("many")
    expect(page.locator("#score-dpd-error")).not_to_be_empty(timeout=AT_ONCE)
    expect(page.locator("#score-told")).not_to_be_visible(timeout=AT_ONCE)
    assert_clean(watched)


def test_a_tutorial_file_goes_in_is_seen_on_every_page_and_comes_out_again(watched, empty_server, tmp_path):
    for path in tutorial.files(tmp_path):
        page = watched.page
        before = json.loads(empty_server.command("metrics") or "{}")
        bring(page, empty_server, path)
        told = metrics(empty_server)
        assert told["loans"]["value"] == 500
        for where, question in reversed(PAGES.items()):
            walk(watched, where)
            expect(page.locator("h1")).to_have_text(question)
            assert "Something went wrong" not in page.inner_text("body")
        expect(page.locator(".kpis").first).to_contain_text("n = ", timeout=SLOW)
        shown = text(page, ".kpis")
        assert "n = 500" in shown
        assert "because this book has no payments" in text(page, "main")
        walk(watched, "/segments")
        assert text(page, "#segments-loans-title").startswith("500 loans")
        undo_newest(page, empty_server)
        assert json.loads(empty_server.command("metrics") or "{}") == before
    assert_clean(watched)


def undo_newest(page: Page, server: Server) -> None:
    page.click("nav a[href='/batches']")
    newest = page.locator("#batches-list [row-index='0']")
    newest.first.click()
    page.click("#batches-undo")
    page.click("#batches-undo-yes")
    expect(newest.filter(has_text="undone")).to_be_visible(timeout=SLOW)


def test_a_broken_file_is_answered_with_line_column_value_and_what_to_do(watched, empty_server, tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nLN1,100.00,3\nLN2,soon,4\n")
    page = watched.page
    page.goto(f"{empty_server.url}/batches")
    page.wait_for_selector("#batches-file", state="attached")
    page.set_input_files("#batches-file", str(path))
    expect(page.locator("#batches-load-good")).to_be_visible(timeout=SLOW)
    found = text(page, "main")
    for part in ("line 3", "Outstanding_Loan_Amount", "soon", "Mend"):
        assert part in found
    page.click("#batches-load-good")
    expect(page.locator("#batches-list")).to_contain_text("broken.csv", timeout=SLOW)
    assert metrics(empty_server)["loans"]["value"] == 1
    assert_clean(watched)


def test_a_file_without_a_required_column_can_be_mapped_on_the_page(watched, empty_server, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("Konto,Outstanding,DPD\nK1,100.00,3\nK2,250.00,40\n")
    page = watched.page
    page.goto(f"{empty_server.url}/batches")
    page.wait_for_selector("#batches-file", state="attached")
    page.set_input_files("#batches-file", str(path))
    expect(page.locator("main")).to_contain_text("needs Loan_ID", timeout=SLOW)
    page.locator("#batches-mapping-part [row-index='0'] [col-id='ours']").click()
    page.get_by_role("option", name="Loan_ID", exact=True).click()
    page.click("#batches-again")
    expect(page.locator("#batches-load")).to_be_visible(timeout=SLOW)
    expect(page.locator("#batches-load")).to_be_enabled(timeout=SLOW)
    page.click("#batches-load")
    expect(page.locator("#batches-list")).to_contain_text("theirs.csv", timeout=SLOW)
    assert metrics(empty_server)["outstanding"]["value"] == 350.00
    assert_clean(watched)
