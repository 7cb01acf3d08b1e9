"""From an address to a view."""

from __future__ import annotations

from datetime import date

import pytest
from dash.exceptions import PreventUpdate

from core.errors import HistoryUnsettled, SelectionRefused
from dashboard.state import age_days, book_known, known_on_of, page_key, view_of
from tests.contract.test_knowledge import FIRST, fake_history
from tests.dashboard.small_book import EMPTY, TUTORIAL
from tests.dashboard.work import services_of


def test_no_address_means_the_newest_day_against_the_one_before(services):
    view = view_of(services, None)
    assert view.as_of == date(2026, 10, 31)
    assert view.before is not None
    assert view.before.as_of == date(2026, 9, 30)
    assert age_days(view) == 20


def test_an_address_chooses_days_and_filters_and_keeps_foreign_keys_out(services):
    view = view_of(services, "?as_of=2026-09-30&against=2026-08-31&product=Auto&colour=risk")
    assert (view.as_of, view.selection.against) == (date(2026, 9, 30), date(2026, 8, 31))
    assert view.selection.filters == {"product": ("Auto",)}
    assert view.before is not None
    assert view.before.filters == {"product": ("Auto",)}


def test_the_first_day_has_nothing_to_be_compared_with(services_with):
    assert view_of(services_with(TUTORIAL), "").before is None


def test_a_day_the_book_does_not_hold_is_refused_with_the_days_it_does(services):
    with pytest.raises(SelectionRefused, match=r"no figures for 1 Jan 2020 .*3 days, 31 Aug 2026 to 31 Oct 2026"):
        view_of(services, "?as_of=2020-01-01")
    with pytest.raises(SelectionRefused, match="against in the address"):
        view_of(services, "?against=2020-01-01")


def test_a_day_of_knowledge_to_come_is_refused(services):
    assert view_of(services, "?known_on=2026-11-20").selection.known_on == date(2026, 11, 20)
    with pytest.raises(SelectionRefused, match=r"known on 21 Nov 2026.*today is 20 Nov 2026.*20 Nov 2026 or earlier"):
        view_of(services, "?known_on=2026-11-21")


def test_an_empty_book_changes_nothing_on_the_page(services_with):
    with pytest.raises(PreventUpdate):
        view_of(services_with(EMPTY), "?product=Auto")


def test_a_pages_own_key_falls_back_when_it_is_not_allowed():
    assert page_key("?by=region&x=1", "by", ("product", "region"), "product") == "region"
    assert page_key("?by=<script>", "by", ("product", "region"), "product") == "product"
    assert page_key(None, "by", ("product", "region"), "product") == "product"


def test_with_an_earlier_knowledge_the_newest_day_is_the_newest_that_was_known():
    view = view_of(services_of(fake_history()), "?known_on=2026-11-04")
    assert (view.as_of, view.selection.known_on, view.before) == (date(2026, 9, 30), date(2026, 11, 4), None)
    assert view.reader.stock(view.selection)["balance"].iloc[0] == 157.0
    now = view_of(services_of(fake_history()), "")
    assert (now.as_of, now.selection.known_on) == (date(2026, 10, 31), None)


def test_a_day_that_was_not_known_yet_is_refused_in_these_words():
    said = r"As known on 1 Nov 2026 the book holds no figures for 31 Oct 2026 .*30 Sep 2026, the only day it holds"
    with pytest.raises(SelectionRefused, match=said):
        view_of(services_of(fake_history()), "?known_on=2026-11-01&as_of=2026-10-31")


def test_before_the_first_file_nothing_was_known():
    with pytest.raises(SelectionRefused, match=r"Nothing was known of this book on 31 Oct 2026 .*go back to now"):
        view_of(services_of(fake_history()), "?known_on=2026-10-31")
    assert book_known(fake_history(), FIRST).days == (date(2026, 9, 30),)


def test_while_history_is_put_in_order_an_earlier_knowledge_waits_and_today_does_not():
    services = services_of(fake_history(unsettled=True))
    with pytest.raises(HistoryUnsettled, match="Ask again in a moment"):
        view_of(services, "?known_on=2026-11-01")
    assert view_of(services, "").as_of == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("search", "found"),
    [("?known_on=2026-11-01", date(2026, 11, 1)), ("?known_on=soon", None), ("?product=Auto", None), (None, None),
     ("?known_on=2026-11-01&known_on=2026-11-05", date(2026, 11, 5)), ("&".join(["?a=b"] * 600), None)],
)  # fmt: skip
def test_the_day_of_knowledge_is_read_from_an_address_or_there_is_none(search, found):
    assert known_on_of(search) == found


def test_a_filters_value_the_book_never_held_is_refused_and_not_answered_with_zeros(services):
    said = r"no product 'Boat' \(it has 3, nearest .*\)\. Choose a value the book has, or leave this filter out"
    with pytest.raises(SelectionRefused, match=said):
        view_of(services, "?product=Auto&product=Boat")


def test_a_value_of_another_day_is_known_and_case_and_spaces_do_not_matter(services):
    assert view_of(services, "?as_of=2026-08-31&bucket=120%2B").selection.filters == {"bucket": ("120+",)}
    assert view_of(services, "?product=+AUTO&product=Auto&region=north").selection.filters == {
        "product": ("Auto",), "region": ("North",),
    }  # fmt: skip
