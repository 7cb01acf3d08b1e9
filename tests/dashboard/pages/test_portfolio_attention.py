"""What needs attention and the year so far, on the small book and on one that moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from dash.exceptions import PreventUpdate

from core.metrics.attention import Attention, Concern
from dashboard.address import Why
from dashboard.pages.portfolio import attention, year
from dashboard.state import view_of
from tests.dashboard.conftest import services_on
from tests.dashboard.moving_book import moving_book
from tests.dashboard.pages.test_portfolio import said
from tests.dashboard.pages.test_recovery import put_targets
from tests.dashboard.small_book import EMPTY, TUTORIAL

DAY = date(2026, 10, 31)
ROLLS = Concern("rolls", 5e3, 40, "loans", 0.5, 0.3, 0.4, DAY, "Auto", "1-29", 12)


@pytest.fixture(scope="module")
def moving():
    return of(moving_book())


def of(reader):
    """Services on a book."""
    return replace(services_on(TUTORIAL), reader=lambda: reader)


def test_a_concern_links_to_its_page_with_the_views_own_filters(services):
    view = view_of(services, "?region=North&against=2026-08-31")
    (listed,) = attention._items(view, Attention((ROLLS, replace(ROLLS, kind="budget", product="")), 25, ()))
    links = [item.children[1].children[-1].href for item in listed.children]
    assert [link.partition("?")[0] for link in links] == ["/recovery", "/targets"]
    assert "product=Auto" in links[0]
    assert all("region=North" in link and "against=2026-08-31" in link for link in links)
    assert said(listed.children[0].children[0]) == "Auto, 1-29: 5.00 k more rolled to a worse bucket than usual"


def test_six_concerns_are_shown_at_most(services):
    (listed,) = attention._items(view_of(services, ""), Attention((ROLLS,) * 9, 25, ()))
    assert len(listed.children) == 6


def test_nothing_beyond_its_swing_is_said_as_such(services):
    (calm,) = attention._items(view_of(services, ""), Attention((), 25, ()))
    assert said(calm) == "Nothing is beyond its usual swing."


def test_a_book_that_cannot_be_judged_says_why_and_claims_no_calm():
    shown, subtitle, unseen = attention.update_attention(services_on(TUTORIAL), "")
    assert said(shown) == "Nothing can be held against its usual swing yet."
    assert subtitle == "Oct 2026"
    assert unseen.startswith("Not looked at. Roll rates: ")
    assert unseen.endswith("Promises, cash and budget: this book has no payments.")


def test_the_year_adds_up_month_by_month_and_opens_its_payments(moving):
    chart = year.update_year(moving, "", "light")["chart"]
    assert chart["title"] == "Cash this year: 400"
    assert "last year n/a, because the book begins on 30 Nov 2025" in chart["subtitle"]
    assert chart["rows"][0] == ["Month", "Cash", "This year to date", "Last year to date", "Budget to date"]
    assert chart["rows"][1][1:] == ["40.00", "40.00", "n/a", "n/a"]
    assert chart["rows"][-1][1:] == ["40.00", "400.00", "n/a", "n/a"]
    october = Why("cash:cash", {"month": "2026-10-31"})
    assert chart["rows"][-1][0] == ["Oct 2026", october.to_query()]
    assert chart["figure"]["data"][0]["customdata"][-1] == Why("cash_year").mark()  # a point is the year up to it


def test_a_budget_of_every_month_is_drawn_and_compared():
    book = moving_book()
    put_targets(book, ("cash_month", None, None, 50.0))
    chart = year.update_year(of(book), "", "light")["chart"]
    assert chart["subtitle"].endswith("budget 500, −20.0 %")
    assert [line["name"] for line in chart["figure"]["data"]] == ["budget", "this year"]
    narrowed = year.update_year(of(book), "?product=Auto", "light")["chart"]
    assert narrowed["subtitle"].endswith(
        "budget n/a, because the target is of the whole book, and this is a part of it"
    )
    assert [line["name"] for line in narrowed["figure"]["data"]] == ["this year"]


def test_what_was_written_off_says_its_loans(moving):
    lost = year.update_year(moving, "", "light")["lost"]
    assert {name: (figure["value"], said(figure["note"])) for name, figure in lost.items()} == {
        "written_off_month": ("0", "n\u00a0=\u00a00 loans"),
        "written_off_year": ("0", "n\u00a0=\u00a00 loans"),
    }


def test_without_payments_or_months_everything_says_why():
    made = year.update_year(services_on(TUTORIAL), "", "light")
    assert made["chart"]["absent"] == "n/a, because this book has no payments."
    assert all(figure["value"] == "n/a" and figure["note"].startswith("because ") for figure in made["lost"].values())


def test_an_empty_book_leaves_the_page_to_the_shell():
    for update in (lambda each: attention.update_attention(each, ""), lambda each: year.update_year(each, "", "light")):
        with pytest.raises(PreventUpdate):
            update(services_on(EMPTY))
