from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.columns import Column, by_field
from core.errors import FileRefused
from core.intake.cells import distinct
from core.intake.numbers import take_apart
from core.intake.quantities import decimal_mark, read_quantity

PORTFOLIO = by_field("portfolio")


def read(field: str, *texts: str, elsewhere: Counter[str] | None = None):
    column = PORTFOLIO[field]
    numerals = take_apart(distinct(texts))
    mark, findings = decimal_mark(column, column.header, numerals, elsewhere or Counter())
    reading, moved = read_quantity(column, column.header, numerals, mark)
    return reading.values.tolist(), reading.refused, findings + reading.findings, moved


def test_the_columns_mark_settles_the_cells_that_could_be_read_two_ways():
    assert read("balance", "1,234", "1,500.25")[0] == [1234.0, 1500.25]
    assert read("balance", "1.234", "1.500,25")[0] == [1234.0, 1500.25]


def test_the_rest_of_the_file_settles_a_column_that_says_nothing():
    assert read("balance", "1.234", elsewhere=Counter({",": 3}))[0] == [1234.0]
    assert read("balance", "1.234", elsewhere=Counter({".": 3}))[0] == [1.23]


def test_a_lone_comma_before_three_digits_groups_thousands_and_is_told():
    values, refused, findings, _ = read("balance", "1,234", "7")
    assert (values, refused) == ([1234.0, 7.0], {})
    assert findings == ["Outstanding_Loan_Amount: numbers like '1,234' were read with the comma as thousands."]


def test_an_amount_that_can_be_read_a_thousandfold_apart_is_refused():
    with pytest.raises(FileRefused, match=r"Outstanding_Loan_Amount can be read two ways.*'1\.234'.*two decimals"):
        read("balance", "1.234", "7")


def test_a_rate_with_three_decimals_is_no_amount_and_is_told():
    values, _, findings, _ = read("interest_rate", "12.125", "7")
    assert values == [12.125, 7.0]
    assert findings == ["Interest_Rate: numbers like '12.125' were read with the point as decimal mark."]


def test_a_cell_written_with_the_other_mark_is_refused():
    values, refused, _, _ = read("balance", "1,5", "2,5", "3.25")
    assert values[:2] == [1.5, 2.5]
    assert np.isnan(values[2])
    assert refused == {2: "is not a number with ',' as its decimal mark, as the column is written"}


def test_money_is_in_exact_hundredths_and_says_what_rounding_added():
    values, _, _, moved = read("balance", "0.125", "2.675", "10", "1.10")
    assert values == [0.12, 2.68, 10.0, 1.1]
    assert {place: str(added) for place, added in moved.items()} == {0: "-0.005", 1: "0.005"}


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("balance", "-0.01", "is below 0"),
        ("balance", "10000000000000.01", "is larger than 10,000,000,000,000 (10^13)"),
        ("balance", "1e9999", "is larger than 10,000,000,000,000 (10^13)"),
        ("balance", "5%", "is a percentage"),
        ("dpd", "20001", "is above 20,000"),
        ("dpd", "30.5", "is not a whole number"),
        ("dpd", "$30", "is an amount of money"),
        ("age", "131", "is above 130"),
        ("interest_rate", "1001", "is above 1,000"),
        ("contact_rate", "-0.5", "is below 0"),
    ],
)
def test_a_value_out_of_bounds_is_refused_and_its_neighbour_is_not(field, text, reason):
    values, refused, _, _ = read(field, text, "1")
    assert refused == {0: reason}
    assert np.isnan(values[0])
    assert values[1] == 1.0


def test_whole_numbers_may_be_written_with_decimals_and_thousands():
    assert read("dpd", "30.0", "1,200", "NA")[0][:2] == [30.0, 1200.0]
    assert np.isnan(read("dpd", "30.0", "NA")[0][1])


def test_a_rate_may_carry_its_percent_sign():
    assert read("interest_rate", "13.5%", "12 %")[0] == [13.5, 12.0]


def test_shares_are_left_alone_where_none_is_above_one():
    values, _, findings, _ = read("contact_rate", "0.25", "1", "0")
    assert (values, findings) == ([0.25, 1.0, 0.0], [])


def test_a_column_of_percentages_is_divided_by_a_hundred_and_told():
    values, refused, findings, _ = read("contact_rate", "45", "14.1", "1", "101")
    assert values[:3] == [0.45, 0.141, 0.01]
    assert refused == {3: "is above 1 (100 %)"}
    assert findings == ["Contact_Rate: read as percent, since 2 values are above 1; divided by 100."]


def test_one_stray_value_above_one_does_not_turn_shares_into_percent():
    values, refused, findings, _ = read("contact_rate", "0.2", "0.4", "0.6", "1.2")
    assert values[:3] == [0.2, 0.4, 0.6]
    assert refused == {3: "is above 1 (100 %)"}
    assert findings == []


def test_a_percent_sign_speaks_for_its_own_cell():
    assert read("contact_rate", "45%", "0.5")[0] == [0.45, 0.5]


def test_every_numeric_column_is_read_by_one_of_the_rules():
    for column in PORTFOLIO.values():
        if column.dtype in ("money", "integer", "number", "share"):
            assert isinstance(column, Column)
            assert read(column.field, "1")[0] == [1.0]
