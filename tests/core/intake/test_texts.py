from __future__ import annotations

import pytest

from core.columns import by_field
from core.errors import FileRefused
from core.intake.cells import distinct
from core.intake.texts import MOST_CATEGORIES, read_categories, read_ids

PORTFOLIO = by_field("portfolio")


def categories(field: str, *texts: str):
    reading = read_categories(PORTFOLIO[field], PORTFOLIO[field].header, distinct(texts))
    return reading.values.tolist(), reading.refused


def test_ids_stay_as_written_but_for_the_spaces_around_them():
    reading = read_ids("Loan_ID", distinct(["000123", "NA", "null", " L1 ", "", "1e5", "12E4X"]))
    assert reading.values.tolist() == ["000123", "NA", "null", "L1", None, "1e5", "12E4X"]
    assert reading.refused == {}
    assert reading.findings == ["Loan_ID: spaces around 1 ids were left out."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("L\u200b1", "holds the invisible character U+200B"),
        ("L\n1", "holds the invisible character U+000A"),
        ("x" * 201, "is longer than 200 characters"),
        ("1.23457E+11", "was shortened by a spreadsheet; format the column as text before saving"),
    ],
)
def test_an_id_that_cannot_be_told_apart_is_refused_and_its_neighbour_is_not(text, reason):
    reading = read_ids("Loan_ID", distinct([text, "L2"]))
    assert (reading.values.tolist(), reading.refused) == ([None, "L2"], {0: reason})


def test_free_categories_are_trimmed_and_markers_are_absent():
    assert categories("region", " North ", "n/a", "", "two\nlines", "North-East") == (
        ["North", None, None, "two\nlines", "North-East"],
        {},
    )


def test_fixed_categories_match_whatever_their_case_and_marks():
    texts = ("OPEN", "Charged_Off", "written-off", " Paid  Off ", "", "N/A")
    assert categories("status", *texts) == (["open", "charged off", "charged off", "paid", None, None], {})


def test_no_hold_is_absent():
    assert categories("hold", "None", "no", "Deceased") == ([None, None, "deceased"], {})


def test_an_unknown_fixed_value_is_refused_with_the_accepted_ones():
    values, refused = categories("status", "dormant", "open")
    assert values == [None, "open"]
    assert refused == {0: "is not one of open, paid, charged off, sold, recalled; map its values"}


def test_currencies_are_codes_or_signs_that_mean_one():
    values, refused = categories("currency", "inr", "€", "$", "Zorkmid")
    assert values == ["INR", "EUR", None, None]
    assert refused == dict.fromkeys((2, 3), "is not a currency code (ISO 4217, such as INR or EUR)")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("No\u202erth", "holds the invisible character U+202E"), ("x" * 201, "is longer than 200 characters")],
)
def test_a_category_that_cannot_be_shown_is_refused(text, reason):
    assert categories("region", text, "South") == ([None, "South"], {0: reason})


def test_joiners_that_scripts_need_are_kept():
    assert categories("collector", "क्\u200dष") == (["क्\u200dष"], {})


def test_free_text_in_a_category_refuses_the_file():
    with pytest.raises(FileRefused, match=r"Region has 5,001 different values.*'0'.*\{\"Region\": null\}"):
        categories("region", *map(str, range(MOST_CATEGORIES + 1)))
    assert len(categories("region", *map(str, range(MOST_CATEGORIES)))[0]) == MOST_CATEGORIES
