"""The frame: the book's label, the empty store, stale figures, what the filters offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from dashboard import filters, shell
from dashboard.app import PAGES
from dashboard.text_known import OF_NOW
from tests.contract.test_knowledge import FIRST, NINTH, fake_history
from tests.dashboard.small_book import BOOK, EMPTY, TUTORIAL
from tests.dashboard.work import services_of

PAGE_RECORDS = [module.PAGE for module in PAGES]
HIDDEN = ("", "notice known is-absent")


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


def offered_in(services, known_on=None):
    return dict(zip(filters.CONTROLS, filters.update_options(services, known_on), strict=True))


def test_now_and_the_closed_packs_are_offered_with_the_day_each_closed():
    offered = offered_in(services_of(fake_history()))["known_on"]  # September's pack closed before the first file came
    assert offered == [
        {"value": "", "label": "now"},
        {"value": "2026-11-10", "label": "Pack of Oct 2026, closed 10 Nov 2026"},
    ]


def test_two_years_of_packs_are_offered_and_the_day_in_the_address_whichever_it_is():
    ends = tuple(day.date() for day in pd.date_range("2024-01-31", periods=30, freq="ME"))

    class Long:
        def known_days(self):
            return [date(2024, 1, 20)]

        def book(self, known_on=None):
            return replace(BOOK, days=ends)

        def values(self, name):
            return []

    options = offered_in(services_of(Long()), "2024-01-09")["known_on"]
    found = [option["value"] for option in options]
    assert (len(found), found[:3], found[-2:]) == (
        26, ["", "2026-07-10", "2026-06-10"], ["2024-08-10", "2024-01-09"],
    )  # fmt: skip
    assert options[-1]["label"] == "9 Jan 2024"
    chosen = offered_in(services_of(Long()), "2026-06-10")["known_on"]
    assert len(chosen) == 25  # the chosen day is that of a pack, and offered once


def test_the_days_offered_are_those_that_were_known():
    services = services_of(fake_history())
    assert [option["value"] for option in offered_in(services)["against"]] == ["", "2026-10-31", "2026-09-30"]
    first = offered_in(services, FIRST.isoformat())
    assert first["as_of"] == [{"value": "", "label": "30 Sep 2026 (newest)"}]
    assert [option["value"] for option in first["against"]] == ["", "2026-09-30"]


@pytest.mark.parametrize(("known_on", "unsettled"), [("soon", False), (FIRST.isoformat(), True)])
def test_where_the_day_of_knowledge_cannot_be_asked_the_days_of_now_are_offered(known_on, unsettled):
    offered = offered_in(services_of(fake_history(unsettled=unsettled)), known_on)
    assert [option["value"] for option in offered["against"]] == ["", "2026-10-31", "2026-09-30"]
    assert offered["known_on"][0]["value"] == ""


@pytest.mark.parametrize(
    ("path", "words"),
    [("/score", "This page shows the book as it is now; the others are shown as known on 5 Nov 2026."),
     ("/batches/", "This page shows the book as it is now; the others are shown as known on 5 Nov 2026."),
     ("/segments", f"As known on 5 Nov 2026: what arrived later is left out. {OF_NOW['segments']}"),
     ("/", "As known on 5 Nov 2026: what arrived later is left out.")],
)  # fmt: skip
def test_an_earlier_knowledge_is_said_on_every_page_with_what_does_not_follow_it(path, words):
    told = shell.update_known(services_of(fake_history()), PAGE_RECORDS, path, "?known_on=2026-11-05&product=Auto")
    assert told == (words, "notice known")


def test_the_newest_knowledge_leaves_nothing_out():
    told, _ = shell.update_known(services_of(fake_history()), PAGE_RECORDS, "/recovery", f"?known_on={NINTH}")
    assert told.startswith("As known on 9 Nov 2026: nothing has arrived since.")


@pytest.mark.parametrize(
    ("path", "search"),
    [
        ("/", ""),
        ("/", None),
        ("/", "?known_on=soon"),
        ("/", "?known_on=2026-11-21"),
        ("/nowhere", "?known_on=2026-11-05"),
    ],
)
def test_without_a_day_of_knowledge_nothing_is_said_of_it(path, search):
    assert shell.update_known(services_of(fake_history()), PAGE_RECORDS, path, search) == HIDDEN


def test_what_does_not_follow_is_told_of_pages_that_exist():
    assert set(OF_NOW) <= {page.key for page in PAGE_RECORDS if page.filters}


def test_pages_look_again_once_history_is_in_order():
    reader = fake_history(unsettled=True)
    services = services_of(reader)
    assert shell.update_pulse(services, None)[0] == shell.update_pulse(services, 1)[0] == "1, unsettled"
    with pytest.raises(PreventUpdate):
        shell.update_pulse(services, "1, unsettled")
    reader.unsettled = False
    assert shell.update_pulse(services, "1, unsettled")[0] == 1
