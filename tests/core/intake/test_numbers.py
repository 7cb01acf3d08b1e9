from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.cells import distinct
from core.intake.currencies import currencies_of
from core.intake.numbers import Written, digits, stated_mark, take_apart, to_cents


def written(text: str) -> Written | str | None:
    """The numeral of one cell; a blank one beside it keeps the column from being plain."""
    return take_apart(distinct([text, ""])).written[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("1,234.50", "1234.50"),
        ("12,34,567.5", "1234567.5"),
        ("1 234.50", "1234.50"),
        ("1\u202f234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        (".5", ".5"),
        ("5.", "5."),
        ("+7", "7"),
        ("-7", "-7"),
        ("\u22127", "-7"),
        ("7-", "-7"),
        ("(7.25)", "-7.25"),
        ("($1,200.00)", "-1200.00"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("₹ 1,200", "1200"),
        ("Rs. 500", "500"),
        ("Rs.500.75", "500.75"),
        ("INR 500", "500"),
        ("500 EUR", "500"),
        ("500€", "500"),
        ("US$5", "5"),
        ("1.5E+3", "1.5E+3"),
        ("15 %", "15"),
    ],
)
def test_numbers_are_read_as_banks_write_them(text, number):
    found = written(text)
    assert isinstance(found, Written)
    assert digits(found, ".") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,50", "1234.50"), ("1 234,50", "1234.50"), ("12,5", "12.5"), ("1.234.567", "1234567"), (",5", ".5")],
)
def test_a_decimal_comma_is_read_where_the_column_has_one(text, number):
    found = written(text)
    assert isinstance(found, Written)
    assert digits(found, ",") == number


@pytest.mark.parametrize("text", ["12,5", "1,23,4", "1,2345", "1.234,50", "1..2"])
def test_marks_that_group_no_thousands_are_no_number_with_a_decimal_point(text):
    found = written(text)
    assert isinstance(found, Written)
    assert digits(found, ".") == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "is not a number"),
        ("1O0", "is not a number"),
        ("=1+1", "is not a number"),
        ("1_000", "is not a number"),
        ("(5", "is not a number"),
        ("(-5)", "is not a number"),
        ("-5-", "is not a number"),
        ("5 days", "is not a number"),
        ("1\n234", "is not a number"),
        ("XYZ 5", "is not a number"),
        ("$5 EUR", "is not a number"),
        ("٣", "is not a number"),
        ("9" * 61, "is not a number"),
        ("-Infinity", "is infinite"),
        ("inf", "is infinite"),
        ("n/a", None),
    ],
)
def test_what_is_no_number_says_so(text, reason):
    assert written(text) == reason


@pytest.mark.parametrize(
    ("body", "mark"),
    [
        ("1,234.50", "."),
        ("1.234,50", ","),
        ("1,234,567", "."),
        ("1.234.567", ","),
        ("12,5", ","),
        ("1234.567", "."),
        ("0.125", "."),
        ("1,234", ""),
        ("1.234", ""),
        ("1234", ""),
        ("1,2.3.4", ""),
    ],
)
def test_a_number_states_its_decimal_mark_or_does_not(body, mark):
    assert stated_mark(body) == mark


def test_rows_vote_for_the_mark_of_their_column():
    found = take_apart(distinct(["1,5", "1,5", "2.75", "1.234", "-"]))
    assert found.marks == {",": 2, ".": 1}
    assert found.two_ways == "1.234"


def test_plain_columns_are_recognised_whole():
    assert take_apart(distinct(["12", "-3.25", "7"])).plain
    assert take_apart(distinct(["12", "7"])).marks == {}
    assert not take_apart(distinct(["12.345", "7"])).plain
    assert not take_apart(distinct(["12", "x"])).plain
    assert not take_apart(distinct(["1\n2", "7"])).plain


@pytest.mark.parametrize(
    ("text", "cents", "added"),
    [
        ("0.125", 12, "-0.005"),
        ("0.135", 14, "0.005"),
        ("-0.125", -12, "0.005"),
        ("2.675", 268, "0.005"),
        ("291413.005791598", 29141301, "0.004208402"),
        ("1.5e3", 150000, "0"),
        ("9999999999999.995", 10**15, "0.005"),
    ],
)
def test_rounding_is_half_to_even_and_exact(text, cents, added):
    assert to_cents(text) == (cents, Decimal(added))


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=6))
def test_rounding_never_moves_an_amount_by_more_than_half_a_hundredth(amount):
    cents, added = to_cents(str(amount))
    assert abs(added) <= Decimal("0.005")
    assert Decimal(cents) / 100 == amount + added


@pytest.mark.parametrize(
    ("sign", "codes"),
    [("₹", {"INR"}), ("eur", {"EUR"}), ("Rs.", {"INR", "PKR", "LKR", "NPR"}), ("US$", {"USD"}), ("XYZ", set())],
)
def test_a_currency_sign_means_what_it_can_mean(sign, codes):
    assert currencies_of(sign) == codes
