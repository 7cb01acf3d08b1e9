"""The bridge by number of loans: every loan is on one line of each part of the stock it touches."""

from __future__ import annotations

import pytest

from core.metrics.bridge import IN_ARREARS, SCOPES, bridge
from core.metrics.loan_bridge import LOAN_LINES, loan_bridge
from tests.core.metrics.flow_rows import flow, flows, stock

MOVES = flows(
    flow("1-29", "1-29", 100.0, loans=4),
    flow("1-29", "Current", 50.0, loans=2),
    flow("1-29", "30-59", 60.0, loans=3),
    flow("30-59", "paid", 20.0, cash=20.0, loans=1),
    flow("30-59", "charged off", 70.0, loans=1),
    flow("30-59", "missing", 0.0, loans=1),  # a loan without a balance moves all the same
    flow("Current", "1-29", 30.0, loans=5),
    flow("Current", "Current", 900.0, loans=9),
    flow("Current", "paid", 10.0, cash=10.0, loans=1),
    flow("new", "1-29", loans=2, closing=80.0),
)
OPENING = stock(Current=(15, 940.0), b1_29=(9, 210.0), b30_59=(3, 90.0))
CLOSING = stock(Current=(11, 950.0), b1_29=(11, 210.0), b30_59=(3, 60.0))


def lines(scope: str, closing=CLOSING) -> dict[str, float]:
    frame = loan_bridge(bridge(MOVES, OPENING, closing), MOVES)
    rows = frame[frame["bucket"] == scope]
    assert tuple(rows["line"]) == LOAN_LINES
    return dict(zip(rows["line"], rows["amount"], strict=True))


def test_the_arrears_worked_by_hand():
    moved = {line: loans for line, loans in lines(IN_ARREARS).items() if loans}
    assert moved == {
        "opening": 12, "new": 2, "fell_behind": 5, "cured": -2, "paid": -1, "written_off": -1, "gone": -1, "closing": 14,
    }  # fmt: skip


def test_what_leaves_current_joins_the_arrears_and_the_other_way_round():
    current = lines("Current")
    assert (current["fell_behind"], current["cured"], current["paid"]) == (-5, 2, -1)
    early, later = lines("1-29"), lines("30-59")
    assert (early["fell_behind"], early["cured"], early["rolled_out"]) == (5, -2, -3)
    assert later["rolled_in"] == 3


@pytest.mark.parametrize("scope", list(SCOPES))
def test_opening_and_all_lines_come_to_the_closing(scope):
    moved = lines(scope)
    assert sum(loans for line, loans in moved.items() if line != "closing") == moved["closing"]


def test_who_changed_groups_is_a_line_of_its_own():
    more = CLOSING.assign(loans=[11, 13, 3])
    moved = lines("1-29", more)
    assert (moved["reclassified"], moved["closing"]) == (2, 13)
