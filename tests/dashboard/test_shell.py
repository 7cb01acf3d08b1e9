"""The frame: the book's label, the empty store, stale figures, what the filters offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from dashboard import filters, shell
from tests.dashboard.small_book import BOOK, EMPTY, TUTORIAL


def test_the_pulse_speaks_only_when_the_book_has_changed(services):
    assert shell.update_pulse(services, None) == (7, no_update, no_update)
    assert shell.update_pulse(services, 6) == (7, no_update, no_update)
    with pytest.raises(PreventUpdate):
        shell.update_pulse(services, 7)


def test_an_empty_store_shows_the_progress_of_the_work_that_fills_it(services_with):
    services = services_with(EMPTY)
    assert shell.update_pulse(services, 7) == (no_update, "Bring your first file", "")
    services.jobs.add("sample", {}, "Recoup")
    services.jobs.claim("worker", 60)
    services.jobs.heartbeat(1, "worker", 0.4, "loading March 2025", 60)
    assert shell.update_pulse(services, 7) == (
        no_update,
        "The sample book is on its way",
        "loading March 2025 (40 %)",
    )


def test_the_sample_book_is_labelled_and_never_stale(services):
    late = replace(services, today=lambda: date(2030, 1, 1))
    assert shell.update_book(late, "/") == ("Sample book, synthetic", "is-absent", "", "", "notice stale is-absent")


def test_a_lenders_own_old_book_is_called_old(services_with):
    services = services_with(TUTORIAL)
    assert shell.update_book(services, "/")[0] == "Your book"
    assert shell.update_book(services, "/")[3] == ""
    late = replace(services, today=lambda: date(2027, 1, 1))
    assert shell.update_book(late, "/")[3:] == (
        "The newest figures are 62 days old (31 Oct 2026). Bring a newer file on Batches.",
        "notice stale",
    )


def test_an_empty_store_asks_for_a_file_except_where_files_are_brought(services_with):
    services = services_with(EMPTY)
    assert shell.update_book(services, "/")[:3] == ("No book yet", "", "store-is-empty")
    assert shell.update_book(services, "/batches")[:3] == ("No book yet", "is-absent", "")


def test_the_filters_offer_what_the_book_states_and_nothing_it_does_not(services):
    offered = dict(zip(filters.CONTROLS, filters.update_options(services), strict=True))
    assert offered["as_of"][0] == {"value": "", "label": "31 Oct 2026 (newest)"}
    assert [option["value"] for option in offered["as_of"]] == ["", "2026-09-30", "2026-08-31"]
    assert [option["value"] for option in offered["against"]] == ["", "2026-10-31", "2026-09-30", "2026-08-31"]
    assert [option["label"] for option in offered["product"]] == ["Auto", "Home", "Personal"]
    assert offered["agency"] == []


def test_an_empty_book_offers_no_days(services_with):
    offered = dict(zip(filters.CONTROLS, filters.update_options(services_with(EMPTY)), strict=True))
    assert [option["value"] for option in offered["as_of"]] == [""]
    assert offered["product"] == []


def test_the_record_of_the_bystander_is_left_alone():
    assert BOOK.days[-1] == date(2026, 10, 31)
