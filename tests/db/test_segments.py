"""Segments from month to month in the store: hysteresis, late files, undo, and the cubes of margins and moves."""

from datetime import date

import pandas as pd
import pytest

from core.workflows.refresh import settle_segments
from tests.db.conftest import (
    KNOWN_ON,
    assert_cubes_equal_rows,
    cell,
    loan,
    portfolio,
    rows_of,
    score_rows,
    undo,
    visible,
)

JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
PLACES = {  # loan: (nearest segment, margin) in each month
    "clear": (("A", 0.5), ("B", 0.4), ("B", 0.4)),
    "barely": (("A", 0.5), ("B", 0.05), ("B", 0.05)),
    "flutter": (("A", 0.5), ("B", 0.05), ("A", 0.05)),
    "leaves": (("B", 0.5), ("B", 0.02), None),
    "comes": (None, ("A", 0.02), ("A", 0.9)),
    "home": (("B", 0.9), ("B", 0.9), ("B", 0.9)),
}
MONTHS = (JANUARY, FEBRUARY, MARCH)
SEGMENTS = "SELECT l.loan_ref, c.segment FROM snapshots s JOIN loans l ON l.id = s.loan_id JOIN scores c ON c.snapshot_id = s.id WHERE s.live = 1 AND c.live = 1 AND s.as_of = ? ORDER BY 1"


def file_of(month: str):
    place = MONTHS.index(month)
    return portfolio([loan(ref, product="Auto") for ref, told in PLACES.items() if told[place]], as_of=month)


def placed(frame: pd.DataFrame) -> pd.DataFrame:
    """Scores that put every loan where PLACES says."""
    told = [PLACES[ref][MONTHS.index(day)] for ref, day in zip(frame["loan_ref"], frame["as_of"], strict=True)]
    nearest, margin = [each[0] for each in told], [each[1] for each in told]
    unlike = (frame["loan_ref"] == "home").to_numpy()
    return score_rows(frame, segment=nearest, segment_nearest=nearest, segment_margin=margin, segment_unlike=unlike)


def load(writer, month: str) -> int:
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        number = unit.append(file_of(month))
        unit.put_scores(placed(unit.to_score()), None)
        settle_segments(unit)
    return number


def take_back(writer, number: int) -> None:
    with writer.unit("own", kind="undo", known_on=KNOWN_ON, who="ana") as unit:
        unit.retract(number)
        frame = unit.to_score()
        unit.put_scores(placed(frame) if len(frame) else score_rows(frame), None)
        settle_segments(unit)


def segments_on(engine, month: str) -> dict[str, str]:
    return dict(rows_of(engine, SEGMENTS, month))


IN_ORDER = (
    {"clear": "A", "barely": "A", "flutter": "A", "leaves": "B", "home": "B"},
    {"clear": "B", "barely": "A", "flutter": "A", "leaves": "B", "comes": "A", "home": "B"},
    {"clear": "B", "barely": "B", "flutter": "A", "comes": "A", "home": "B"},
)


def test_a_loan_moves_once_it_is_clearly_or_lastingly_elsewhere(engine, writer):
    for month in MONTHS:
        load(writer, month)
    assert [segments_on(engine, month) for month in MONTHS] == list(IN_ORDER)
    assert_cubes_equal_rows(engine)


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_files_in_any_order_give_the_same_segments(engine, writer, order):
    for place in order:
        load(writer, MONTHS[place])
    assert [segments_on(engine, month) for month in MONTHS] == list(IN_ORDER)
    assert_cubes_equal_rows(engine)


def test_an_undo_of_the_earlier_month_lets_go_of_what_it_held_and_its_return_holds_it_again(engine, writer):
    numbers = [load(writer, month) for month in MONTHS]
    before = visible(engine)
    take_back(writer, numbers[0])
    assert segments_on(engine, FEBRUARY) == {name: told[1][0] for name, told in PLACES.items() if told[1]}
    assert segments_on(engine, MARCH)["flutter"] == "B"  # it was in B in February, and is nearest to A by too little
    assert_cubes_equal_rows(engine)
    load(writer, JANUARY)
    assert visible(engine) == before
    assert_cubes_equal_rows(engine)


def test_a_late_file_that_is_taken_back_leaves_the_segments_as_they_were(engine, writer):
    load(writer, FEBRUARY)
    load(writer, MARCH)
    before = visible(engine)
    late = load(writer, JANUARY)
    assert visible(engine) != before
    undo(writer, late)
    assert visible(engine) == before
    assert_cubes_equal_rows(engine)


def test_the_history_told_again_gives_the_same_segments(engine, writer):
    for month in (MARCH, JANUARY, FEBRUARY):
        load(writer, month)
    with writer.unit("own", kind="batch", known_on=date(2026, 1, 1), who="ana") as unit:
        unit.append(portfolio([loan("bystander")], as_of="2025-12-31", received_on=date(2026, 1, 1)))
        settle_segments(unit)
    assert writer.settle_history("own")
    assert [segments_on(engine, month) for month in MONTHS] == list(IN_ORDER)
    assert_cubes_equal_rows(engine)


def test_margins_of_a_day_count_borderline_unlike_and_held_back(engine, writer):
    for month in MONTHS:
        load(writer, month)
    told = "placed, borderline, unlike, held_back"
    assert cell(engine, "cube_margins", told, as_of=JANUARY) == (5, 0, 1, 0)
    assert cell(engine, "cube_margins", told, as_of=FEBRUARY) == (6, 4, 1, 2)
    assert cell(engine, "cube_margins", told, as_of=FEBRUARY, segment="A") == (3, 3, 0, 2)
    assert cell(engine, "cube_margins", told, as_of=MARCH, product="Auto", segment="B") == (3, 1, 1, 0)


def test_moves_hold_everyone_from_month_end_to_month_end(engine, writer):
    for month in MONTHS:
        load(writer, month)
    of = lambda month: rows_of(  # noqa: E731
        engine,
        "SELECT origin, became, sum(loans), sum(balance), sum(held_back) FROM cube_moves WHERE month = ? "
        "GROUP BY 1, 2 HAVING sum(loans) <> 0 ORDER BY 1, 2",
        month,
    )
    assert of(JANUARY) == []
    assert of(FEBRUARY) == [
        ("A", "A", 2, 200_000, 2), ("A", "B", 1, 100_000, 0), ("B", "B", 2, 200_000, 0), ("new", "A", 1, 100_000, 0),
    ]  # fmt: skip
    assert of(MARCH) == [
        ("A", "A", 2, 200_000, 0), ("A", "B", 1, 100_000, 0), ("B", "B", 2, 200_000, 0), ("B", "missing", 1, 100_000, 0),
    ]  # fmt: skip
