"""Who is how surely in which segment, and how loans moved: the fake and the store say the same."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.selection import Selection
from tests.contract import book

OCTOBER, SEPTEMBER = date(2026, 10, 31), date(2026, 9, 30)


@pytest.fixture(scope="module", params=["fake", "adapter"])
def reader(request, tmp_path_factory):
    return book.fake() if request.param == "fake" else book.adapter(tmp_path_factory.mktemp("segments"))


def told(frame: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_margins_of_a_day_by_segment(reader):
    days = reader.book().days
    whole = reader.segment_margins(Selection(as_of=days[-1])).iloc[0]
    by = reader.segment_margins(Selection(as_of=days[-1]), by=["segment"])
    assert whole["placed"] == by["placed"].sum() == reader.stock(Selection(as_of=days[-1]))["loans"].iloc[0]
    assert by.set_index("segment")["borderline"].to_dict() == {"steady": 1, "stretched": 1}
    assert by.set_index("segment")["held_back"].to_dict() == {"steady": 1, "stretched": 0}
    assert by.set_index("segment")["unlike"].to_dict() == {"steady": 0, "stretched": 1}


def test_margins_under_a_filter_no_cube_knows_are_counted_by_rows(reader):
    first = reader.book().days[-1]
    by_cube = reader.segment_margins(Selection(as_of=first, filters={"segment": ("steady",)}))
    rows = reader.segment_margins(
        Selection(as_of=first, filters={"segment": ("steady",), "branch": ("Harbour", "Hill")})
    )
    assert told(by_cube) == told(rows)


def test_moves_from_and_to_hold_every_loan_of_both_month_ends(reader):
    days = reader.book().days
    moves = reader.segment_moves(Selection(as_of=days[-1]), by=["month", "origin", "became"])
    assert len(moves)
    for before, day in pairwise(days):
        of = moves[moves["month"] == day.isoformat()]
        if of.empty:
            continue
        stock_then = reader.stock(Selection(as_of=before))["loans"].iloc[0]
        stock_now = reader.stock(Selection(as_of=day))["loans"].iloc[0]
        assert of.loc[of["origin"] != "new", "loans"].sum() == stock_then
        assert of.loc[of["became"].isin(["steady", "stretched", "not stated"]), "loans"].sum() == stock_now


def test_moves_by_rows_equal_those_by_the_cube(reader):
    last = reader.book().days[-1]
    cube = reader.segment_moves(Selection(as_of=last), by=["month", "origin", "became"])
    rows = reader.segment_moves(
        Selection(as_of=last, filters={"branch": ("Harbour", "Hill")}), by=["month", "origin", "became"]
    )
    assert told(cube) == told(rows)
    assert cube["balance"].sum() > 0


def test_what_cannot_be_grouped_by_is_refused(reader):
    with pytest.raises(SelectionRefused, match="origin"):
        reader.segment_margins(Selection(), by=["origin"])
    with pytest.raises(SelectionRefused, match="state"):
        reader.segment_moves(Selection(), by=["state"])
