"""When recovery episodes begin."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.placement import EPISODE_FIELDS, placements

MONTH_ENDS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]
NOTHING_GIVEN = pd.DataFrame({"loan_id": [], "assigned_on": [], "strategy": []})
BYSTANDER = {"loan_id": 99, "snapshot_id": 990, "as_of": "2026-01-31", "dpd": 0, "placed_on": None, "balance": 7}


def history(dpd, placed_on=None, days=MONTH_ENDS):
    """Month-end rows of loan 1 with these days past due; snapshot ids count from 10, balances from 1000 down."""
    told = placed_on or {}
    rows = [
        {
            "loan_id": 1,
            "snapshot_id": 10 + place,
            "as_of": day,
            "dpd": days_late,
            "placed_on": told.get(place),
            "balance": 1000 - 100 * place,
        }
        for place, (day, days_late) in enumerate(zip(days, dpd, strict=False))
    ]
    return pd.DataFrame([*rows, BYSTANDER])


def episodes(frame, given_strategies=NOTHING_GIVEN):
    found = placements(frame, given_strategies)
    assert list(found.columns) == EPISODE_FIELDS
    return [tuple(row) for row in found[["loan_id", "episode", "placed_on", "snapshot_id", "balance"]].values]


def test_a_loan_is_placed_at_its_first_month_end_in_arrears_and_a_current_loan_is_not():
    assert episodes(history([0, 5, 35])) == [(1, 1, "2026-02-28", 11, 900)]


def test_loans_without_arrears_or_a_stated_day_have_no_episode():
    assert episodes(history([0, 0, 0])) == []


def test_two_current_months_do_not_end_an_episode():
    assert episodes(history([5, 0, 0, 5])) == [(1, 1, "2026-01-31", 10, 1000)]


def test_three_current_months_in_a_row_end_it_and_the_next_arrears_begin_another():
    assert episodes(history([5, 0, 0, 0, 5])) == [(1, 1, "2026-01-31", 10, 1000), (1, 2, "2026-05-31", 14, 600)]


def test_three_current_months_that_were_interrupted_do_not_count():
    assert episodes(history([5, 0, 0, 3, 0, 5])) == [(1, 1, "2026-01-31", 10, 1000)]


def test_current_rows_within_one_month_count_as_one_month():
    weekly = ["2026-01-31", "2026-02-07", "2026-02-14", "2026-02-21", "2026-02-28", "2026-03-07"]
    assert episodes(history([5, 0, 0, 0, 0, 5], days=weekly)) == [(1, 1, "2026-01-31", 10, 1000)]


def test_the_stated_day_wins_over_the_month_end_that_shows_it():
    stated = {1: "2026-02-10", 2: "2026-02-10"}
    assert episodes(history([0, 5, 35], stated)) == [(1, 1, "2026-02-10", 11, 900)]


def test_a_stated_day_places_a_loan_that_is_not_in_arrears():
    assert episodes(history([0, 0], {0: "2026-01-15"})) == [(1, 1, "2026-01-15", 10, 1000)]


def test_a_later_stated_day_begins_another_episode():
    stated = {0: "2026-01-15", 1: "2026-01-15", 2: "2026-03-05"}
    found = episodes(history([5, 35, 65], stated))
    assert found == [(1, 1, "2026-01-15", 10, 1000), (1, 2, "2026-03-05", 12, 800)]


def test_a_stated_day_in_the_future_of_its_own_snapshot_does_not_count():
    assert episodes(history([0, 0, 0], {0: "2026-02-10"})) == []


def test_an_old_stated_day_does_not_hide_arrears_after_three_current_months():
    stated = dict.fromkeys(range(5), "2026-01-15")
    found = episodes(history([5, 0, 0, 0, 5], stated))
    assert found == [(1, 1, "2026-01-15", 10, 1000), (1, 2, "2026-05-31", 14, 600)]


def test_of_two_beginnings_seen_first_on_the_same_snapshot_the_later_counts():
    frame = history([5, 35], {0: "2026-01-05", 1: "2026-01-20"})
    assert episodes(frame) == [(1, 1, "2026-01-20", 10, 1000)]


def given_to(*pairs):
    return pd.DataFrame([{"loan_id": 1, "assigned_on": day, "strategy": name} for day, name in pairs])


def test_the_strategy_is_the_one_in_force_on_the_day_of_placement():
    frame = history([5, 0, 0, 0, 5])
    found = placements(frame, given_to(("2026-01-31", "Standard"), ("2026-05-31", "Legal"), ("2026-06-30", "Standard")))
    assert found["strategy"].tolist() == ["Standard", "Legal"]


def test_without_one_in_force_it_is_the_first_given_within_ninety_days():
    assert placements(history([5, 35]), given_to(("2026-05-01", "Legal")))["strategy"].tolist() == ["Legal"]
    assert placements(history([5, 35]), given_to(("2026-05-02", "Legal")))["strategy"].tolist() == [None]


def test_a_strategy_given_to_another_loan_does_not_count():
    other = pd.DataFrame([{"loan_id": 99, "assigned_on": "2026-01-31", "strategy": "Legal"}])
    assert placements(history([5]), other)["strategy"].tolist() == [None]


def one_by_one(days_late):
    """The rule for month-ends without stated days, told as a story."""
    starts, current, placed = [], 0, False
    for day, late in zip(MONTH_ENDS, days_late, strict=False):
        if late and (not placed or current >= 3):
            starts.append(day)
            placed = True
        current = 0 if late else current + 1
    return starts


@given(st.lists(st.lists(st.integers(0, 2), max_size=7), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_many_loans_at_once_are_placed_as_each_would_be_alone(loans):
    rows = [
        {"loan_id": loan, "snapshot_id": 10 * loan + place, "as_of": day, "dpd": late, "placed_on": None, "balance": 1}
        for loan, days_late in enumerate(loans)
        for place, (day, late) in enumerate(zip(MONTH_ENDS, days_late, strict=False))
    ]
    frame = pd.DataFrame([*rows, BYSTANDER]).sample(frac=1, random_state=1)
    found = placements(frame, NOTHING_GIVEN)
    for loan, days_late in enumerate(loans):
        assert found.loc[found["loan_id"] == loan, "placed_on"].tolist() == one_by_one(days_late)
