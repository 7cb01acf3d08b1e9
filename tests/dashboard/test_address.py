"""The address of a number: there and back, and nonsense refused in words."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SelectionRefused
from core.metrics.catalogue import CATALOGUE
from core.selection import Selection
from dashboard.address import CELL_COLUMNS, LONGEST_VALUE, MOST_CELLS, SIDES, Why

NUMBERS = st.sampled_from([*CATALOGUE, "cash:cash", "flows:opening", "stock:arrears_balance"])
VALUES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=LONGEST_VALUE)
CELLS = st.dictionaries(st.sampled_from(CELL_COLUMNS), VALUES, max_size=MOST_CELLS)


@given(NUMBERS, CELLS, st.sampled_from(SIDES))
def test_an_address_reads_back_as_the_number_it_was_made_of(number, cell, side):
    why = Why(number, cell, side)
    assert Why.from_query(why.to_query()) == why
    assert Why.from_query(f"?product=Auto&{why.to_query()}&by=region") == why
    assert Selection.from_query(why.to_query()) == Selection()


def test_equal_numbers_have_equal_addresses():
    one = Why("cash:cash", {"product": "Auto & Home", "month": "2026-09-30"})
    other = Why("cash:cash", {"month": "2026-09-30", "product": "Auto & Home"})
    assert one.to_query() == other.to_query() == "why=cash%3Acash&cell=month~2026-09-30&cell=product~Auto+%26+Home"
    assert one.mark() == f"why:{one.to_query()}"
    assert Why("recovery_rate", side="denominator").to_query() == "why=recovery_rate&rows=denominator"


def test_a_value_may_hold_the_sign_that_parts_it_from_its_column():
    why = Why("loans", {"branch": "Main~Street"})
    assert Why.from_query(why.to_query()) == why


def test_a_metric_is_told_from_a_sum():
    assert Why("recovery_rate").is_metric
    assert not Why("cash:cash").is_metric


@pytest.mark.parametrize("query", ["", "?", "?product=Auto", "?why=", "?cell=product~Auto"])
def test_an_address_may_ask_about_no_number(query):
    assert Why.from_query(query) is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("why=nonsense", "no number called 'nonsense'"),
        ("why=cash:nonsense", "no number called 'cash:nonsense'"),
        ("why=loan:cash", "no number called 'loan:cash'"),
        ("why=<script>", "no number called '<script>'"),
        ("why=loans&cell=colour~red", "not narrowed by 'colour'"),
        ("why=loans&cell=product", "A product of 0 letters"),
        ("why=loans&" + urlencode({"cell": "product~" + "x" * 121}), "A product of 121 letters"),
        ("why=loans&" + urlencode({"cell": "product~a\x00b"}), "A product of 3 letters cannot be read"),
        ("why=loans&rows=third", "no rows called 'third'"),
        ("why=loans&" + "&".join(["cell=product~a"] * 600), "more than 500 parts"),
        ("why=loans&" + "&".join(f"cell={name}~a" for name in CELL_COLUMNS), "by 8 columns at most"),
    ],
)
def test_nonsense_is_refused_with_what_was_found(query, says):
    with pytest.raises(SelectionRefused, match=says):
        Why.from_query(query)
