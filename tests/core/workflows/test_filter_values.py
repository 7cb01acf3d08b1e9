"""Which values of a filter are known, in which spelling, and what is said of one that is not."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.records import Segmentation
from core.selection import Selection
from core.workflows.filter_values import known_filters
from tests.fake_history import FakeHistoryReader
from tests.fakes import FakePortfolioReader


def loans(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    told = pd.DataFrame(rows, columns=["loan_ref", "as_of", "product"])
    return told.assign(balance=100.0, dpd=30, region="North Coast", segment="steady")


BOOK = FakePortfolioReader(
    loans(
        ("A", "2026-09-30", "Auto"), ("B", "2026-09-30", "Boat"), ("C", "2026-09-30", "AUTO"),
        ("A", "2026-10-31", "Auto"), ("H", "2026-10-31", "Home"), ("M", "2026-10-31", "Micro"), ("P", "2026-10-31", None),
    ),
    segmentation=Segmentation(1, None, {}, ("steady", "stretched")),
)  # fmt: skip


def known(reader=BOOK, **filters: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return dict(known_filters(reader, Selection(date(2026, 10, 31), filters=filters)).filters)


def test_a_selection_without_filters_asks_the_book_nothing():
    selection = Selection(date(2026, 10, 31))
    assert known_filters(None, selection) is selection  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (("Home",), ("Home",)),
        (("Boat",), ("Boat",)),  # of another day only
        (("home",), ("Home",)),
        (("  HOME ",), ("Home",)),
        (("Auto",), ("Auto",)),  # spelled as in the book, it is that one alone
        (("auto",), ("AUTO", "Auto")),  # the book has both
        (("Home", "home", "Boat"), ("Boat", "Home")),
        (("not stated",), ("not stated",)),
    ],
)
def test_values_are_known_in_any_case_and_spacing_and_once(given, meant):
    assert known(product=given) == {"product": meant}


def test_spaces_within_a_value_may_be_many_and_every_field_is_looked_at():
    assert known(product=("home",), region=("north   coast",)) == {"product": ("Home",), "region": ("North Coast",)}


@pytest.mark.parametrize(
    ("name", "value"),
    [("bucket", "120+"), ("band", "High"), ("strategy", "Legal"), ("proposed", "Hold"), ("hold", "dispute"),
     ("segment", "stretched"), ("agency", "not stated")],
)  # fmt: skip
def test_what_recoup_itself_gives_is_known_without_a_loan_that_has_it(name, value):
    assert known(**{name: (value,)}) == {name: (value,)}


def test_an_unknown_value_is_refused_with_the_three_nearest():
    said = r"This book has no product 'Bota' \(it has 5, nearest 'Boat'; 'AUTO'; 'Auto'\)\. Choose a value the book has"
    with pytest.raises(SelectionRefused, match=said):
        known(product=("Home", "Bota"))


def test_a_value_as_long_as_a_book_is_shown_in_part():
    with pytest.raises(SelectionRefused, match=r"no region 'x{60}\.\.\.' \(it has 1, nearest 'North Coast'\)"):
        known(region=("x" * 100_000,))


def test_of_a_field_no_loan_states_every_value_is_unknown():
    with pytest.raises(SelectionRefused, match=r"no agency 'Acme': no loan of it states one. Leave this filter out"):
        known(agency=("Acme",))


def test_what_was_known_then_is_known_though_a_later_file_took_it_back():
    first, now = date(2026, 11, 1), date(2026, 11, 9)
    told = {
        first: FakePortfolioReader(loans(("B", "2026-09-30", "Boat"))),
        now: FakePortfolioReader(loans(("H", "2026-09-30", "Home"))),
    }
    reader = FakeHistoryReader(told)
    then = Selection(known_on=first, filters={"product": ("boat",)})
    assert known_filters(reader, then).filters == {"product": ("Boat",)}
    later = Selection(known_on=first, filters={"product": ("Home",)})
    assert known_filters(reader, later).filters == {"product": ("Home",)}
    with pytest.raises(SelectionRefused, match="nearest 'Home'"):
        known_filters(reader, then.knowing(None))
