"""One thing is said in the singular, and a day as the pages write it."""

from __future__ import annotations

from datetime import date

import pytest

from core.wording import agree, counted, dated, named_month, plural
from dashboard import format as show


@pytest.mark.parametrize(
    ("n", "noun", "words"),
    [
        (0, "payment", "0 payments"), (1, "payment", "1 payment"), (2, "loan", "2 loans"), (1200, "loan", "1,200 loans"),
        (1, "batch", "1 batch"), (2, "batch", "2 batches"), (1, "agency", "1 agency"), (2, "agency", "2 agencies"),
        (2, "day", "2 days"), (1, "empty line", "1 empty line"), (3, "empty line", "3 empty lines"), (2, "loss", "2 losses"),
    ],
)  # fmt: skip
def test_a_number_of_things_reads_as_it_is_said(n, noun, words):
    assert counted(n, noun) == words
    assert n == 1 or words.endswith(f" {plural(noun)}")


def test_the_verb_follows_the_number():
    assert [agree(n, "is", "are") for n in (0, 1, 2, 1001)] == ["are", "is", "are", "are"]


@pytest.mark.parametrize(
    ("day", "words", "month"),
    [
        ("2026-10-31", "31 Oct 2026", "Oct 2026"), (date(2026, 1, 5), "5 Jan 2026", "Jan 2026"),
        (date(2024, 2, 29), "29 Feb 2024", "Feb 2024"), (date.max, "31 Dec 9999", "Dec 9999"),
    ],
)  # fmt: skip
def test_a_day_is_written_in_a_reason_as_on_the_page(day, words, month):
    assert (dated(day), named_month(day)) == (words, month)
    assert (show.day(day), show.month(day)) == (words, month)


def test_a_month_without_a_day_has_a_name_and_no_other_text_has():
    assert named_month("2026-09") == "Sep 2026"
    for text in ("2026-02-30", "soon", ""):
        with pytest.raises(ValueError, match=r"isoformat|day is out of range"):
            dated(text)


@pytest.mark.parametrize("day", ["9999-99-99", "2026-00"])
def test_what_is_no_month_has_no_name(day):
    with pytest.raises(ValueError, match=f"{day} is in no month"):
        named_month(day)
