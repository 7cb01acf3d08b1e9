"""From an address to a view."""

from __future__ import annotations

from datetime import date

import pytest
from dash.exceptions import PreventUpdate

from core.errors import SelectionRefused
from dashboard.state import age_days, page_key, view_of
from tests.dashboard.small_book import EMPTY, TUTORIAL


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


def test_an_empty_book_changes_nothing_on_the_page(services_with):
    with pytest.raises(PreventUpdate):
        view_of(services_with(EMPTY), "?product=Auto")


def test_a_pages_own_key_falls_back_when_it_is_not_allowed():
    assert page_key("?by=region&x=1", "by", ("product", "region"), "product") == "region"
    assert page_key("?by=<script>", "by", ("product", "region"), "product") == "product"
    assert page_key(None, "by", ("product", "region"), "product") == "product"
