"""Where the stock goes in a month: worked by hand, by published panels, and by laws that hold for any flows."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.flows import NEW, STATES
from core.metrics.intervals import wilson
from core.metrics.roll import (
    DIRECTIONS,
    direction,
    direction_shares,
    direction_trend,
    roll_matrix,
    roll_measures,
    roll_trend,
    transition_counts,
)
from core.selection import Selection
from tests.core.intake.test_third_party import third_party
from tests.core.metrics.flow_rows import OCTOBER, StubReader, flow, flows, stock

SEPTEMBER = "2026-09-30"

BOOK = flows(
    flow("Current", "Current", 900.0, loans=9),
    flow("Current", "1-29", 100.0),
    flow("1-29", "Current", 30.0),
    flow("1-29", "1-29", 50.0, loans=2),
    flow("1-29", "30-59", 110.0),
    flow("1-29", "paid", 10.0, cash=10.0),
    flow("120+", "120+", 60.0, loans=3),
    flow("120+", "90-119", 20.0),
    flow("120+", "charged off", 80.0),
    flow("120+", "missing", 40.0),
    flow(NEW, "1-29", closing=5000.0, loans=50),  # the bystander: an arrival has no bucket to come from
)


def cell(matrix: pd.DataFrame, origin: str, state: str) -> pd.Series:
    return matrix[(matrix["origin"] == origin) & (matrix["state"] == state)].iloc[0]


def test_a_share_is_the_opening_balance_that_moved_over_all_that_stood_there():
    matrix = roll_matrix(BOOK)
    worse = cell(matrix, "1-29", "30-59")
    assert (worse["share"], worse["numerator"], worse["denominator"], worse["loans"]) == (0.55, 110.0, 200.0, 5)
    assert cell(matrix, "120+", "missing")["share"] == 0.2
    assert cell(matrix, "1-29", "sold")["share"] == 0.0
    assert math.isnan(worse["low"])  # how many loans a balance is worth is not known


def test_by_count_each_loan_is_one_and_the_share_has_its_interval():
    same = cell(roll_matrix(BOOK, "loans"), "120+", "120+")
    assert (same["share"], same["numerator"], same["denominator"]) == (0.5, 3, 6)
    assert (same["low"], same["high"]) == wilson(3, 6)


def test_origins_without_loans_are_absent_and_every_state_is_there_in_its_order():
    matrix = roll_matrix(BOOK)
    assert matrix["origin"].unique().tolist() == ["Current", "1-29", "120+"]
    assert matrix.loc[matrix["origin"] == "1-29", "state"].tolist() == list(STATES)


def test_loans_without_a_balance_have_an_undefined_share_of_it_and_a_share_by_count():
    nothing = flows(flow("1-29", "1-29", 0.0, loans=2))
    assert roll_matrix(nothing)["share"].isna().tolist() == [True] * len(STATES)
    assert cell(roll_matrix(nothing, "loans"), "1-29", "1-29")["share"] == 1.0


def test_months_are_pooled_unless_asked_one_by_one():
    both = pd.concat(
        [BOOK, flows(flow("1-29", "30-59", 300.0, month=SEPTEMBER), flow("1-29", "paid", month=SEPTEMBER))]
    )
    assert cell(roll_matrix(both), "1-29", "30-59")["share"] == 410.0 / 500.0
    trend = roll_trend(both)
    trend = trend[(trend["origin"] == "1-29") & (trend["state"] == "30-59")]
    assert trend[["month", "share", "loans"]].to_numpy().tolist() == [[SEPTEMBER, 1.0, 2], [OCTOBER, 0.55, 5]]


@pytest.mark.parametrize("weight", ["opening", "loans"])
def test_no_flows_are_an_empty_matrix_with_its_columns(weight):
    matrix = roll_matrix(flows(), weight)
    assert matrix.empty
    assert list(matrix) == ["origin", "state", "share", "numerator", "denominator", "loans", "low", "high"]
    assert roll_trend(flows(), weight).columns[0] == "month"


def test_a_state_without_a_place_is_refused_and_not_dropped():
    with pytest.raises(ValueError, match="has no place for: asleep"):
        roll_matrix(BOOK.replace("missing", "asleep"))


def test_every_move_has_one_direction():
    assert [direction("60-89", state) for state in STATES] == [
        "cure", "back", "back", "stay", "forward", "forward",  # the buckets
        "cure", "forward", "left", "left", "left",  # paid, charged off, sold, recalled, missing
    ]  # fmt: skip
    assert [direction("Current", state) for state in ("Current", "1-29", "paid", "charged off")] == [
        "stay", "forward", "left", "forward",
    ]  # fmt: skip


def test_the_arrears_together_go_five_ways_and_current_loans_are_no_part_of_it():
    shares = direction_shares(BOOK).set_index("direction")
    assert shares["numerator"].to_dict() == {"forward": 190.0, "stay": 110.0, "back": 20.0, "cure": 40.0, "left": 40.0}
    assert set(shares["denominator"]) == {400.0}
    assert set(shares["loans"]) == {11}


def any_flows(buckets=BUCKETS):
    cents = st.integers(1, 10**8).map(lambda value: value / 100)
    row = st.tuples(st.sampled_from([*buckets, NEW]), st.sampled_from(STATES), cents, st.integers(1, 99))
    return st.lists(row, min_size=1, max_size=30).map(
        lambda rows: flows(*(flow(origin, state, opening, loans) for origin, state, opening, loans in rows))
    )


@settings(deadline=None, max_examples=60)
@given(any_flows(), st.sampled_from(["opening", "loans"]))
def test_the_shares_of_an_origin_add_up_to_one_and_its_whole_is_what_stood_there(told, weight):
    matrix = roll_matrix(told, weight)
    of_origin = matrix.groupby("origin")
    assert np.allclose(of_origin["share"].sum(), 1.0)
    stood = told[told["origin"] != NEW].groupby("origin")[weight].sum().round(2)
    assert of_origin["denominator"].first().to_dict() == stood.to_dict()
    assert of_origin["numerator"].sum().round(2).to_dict() == stood.to_dict()
    if weight == "loans":
        assert ((matrix["low"] <= matrix["share"]) & (matrix["share"] <= matrix["high"])).all()


@settings(deadline=None, max_examples=60)
@given(any_flows(ARREARS), st.randoms())
def test_the_directions_add_up_to_one_and_the_order_of_rows_is_nothing(told, random):
    shares = direction_shares(told)
    if len(told[told["origin"] != NEW]):
        assert shares["share"].sum() == pytest.approx(1.0)
    shuffled = told.sample(frac=1, random_state=random.randrange(2**31))
    pd.testing.assert_frame_equal(direction_shares(shuffled), shares)
    pd.testing.assert_frame_equal(roll_matrix(shuffled), roll_matrix(told))


# --- panels whose matrix is known ---


def test_a_panel_counts_adjacent_steps_of_the_same_loan_only():
    panel = pd.DataFrame(
        {
            "ID": ["a", "a", "a", "b", "b", "c"],
            "Time": [2, 1, 4, 1, 2, 3],  # a's third row is two steps away; c has no second
            "State": [1, 0, 2, 0, 0, 2],
        }
    )
    assert transition_counts(panel).to_numpy().tolist() == [["0", "0", 1], ["0", "1", 1]]


def test_a_loan_in_two_states_at_once_is_refused():
    panel = pd.DataFrame({"ID": ["a", "a"], "Time": [1, 1], "State": [0, 1]})
    with pytest.raises(ValueError, match="1 rows repeat a loan and time, the first is ID a"):
        transition_counts(panel)


def matrix_of(panel: pd.DataFrame) -> np.ndarray:
    counts = transition_counts(panel)
    states = sorted(set(counts["origin"]) | set(counts["state"]))
    matrix = roll_matrix(counts, "loans", origins=states, states=states)
    return matrix["share"].to_numpy().reshape(len(states), len(states))


def test_a_panel_made_from_a_matrix_gives_it_back_within_sampling_error():
    truth = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.0, 0.0, 1.0]])
    rng = np.random.default_rng(20261121)
    paths = np.zeros((4000, 8), dtype=int)
    paths[:, 0] = rng.integers(0, 3, 4000)
    for step in range(1, 8):
        paths[:, step] = (rng.random(4000)[:, None] > truth[paths[:, step - 1]].cumsum(axis=1)).sum(axis=1)
    ids, times = np.indices(paths.shape)
    panel = pd.DataFrame({"ID": ids.ravel(), "Time": times.ravel(), "State": paths.ravel()})
    stood = np.array([(paths[:, :-1] == state).sum() for state in range(3)])[:, None]
    error = np.sqrt(truth * (1 - truth) / stood)
    assert (np.abs(matrix_of(panel) - truth) <= 4 * error + 1e-12).all()


@pytest.mark.shared
@third_party("transition_matrix/synthetic_data5.csv")
def test_the_published_panel_of_three_states_gives_its_published_counts(path):
    found = matrix_of(pd.read_csv(path)).round(3)
    assert found.tolist() == [[0.802, 0.148, 0.050], [0.099, 0.700, 0.201], [0.0, 0.0, 1.0]]


@pytest.mark.shared
@third_party("transition_matrix/synthetic_data6.csv")
def test_the_published_panel_of_two_states_holds_the_matrix_it_was_made_from(path):
    counts = transition_counts(pd.read_csv(path))
    matrix = roll_matrix(counts, "loans", origins=["0", "1"], states=["0", "1"])
    assert matrix["share"].tolist()[2:] == [0.0, 1.0]
    assert ((matrix["low"] <= [0.5, 0.5, 0.0, 1.0]) & (matrix["high"] >= [0.5, 0.5, 0.0, 1.0])).all()


# --- measures ---

STOCKS = {
    SEPTEMBER: stock(Current=(10, 1000.0), b1_29=(5, 200.0), b120=(6, 200.0)),
    OCTOBER: stock(Current=(10, 930.0), b1_29=(53, 5150.0), b30_59=110.0, b90_119=20.0, b120=(3, 60.0)),
}


def measures(told: pd.DataFrame = BOOK, **more):
    return roll_measures(StubReader(told, STOCKS, **more), Selection())


def test_the_rates_of_the_newest_month_are_shares_of_all_arrears_at_its_opening():
    older = flows(flow("1-29", "30-59", 9999.0, month=SEPTEMBER))  # the bystander: another month
    found = measures(pd.concat([BOOK, older]))
    names = ("roll_forward_rate", "stay_rate", "roll_back_rate", "cure_rate", "left_rate")
    assert [found[name].value for name in names] == [0.475, 0.275, 0.05, 0.1, 0.1]
    forward = found["roll_forward_rate"]
    assert (forward.numerator, forward.denominator, forward.n, forward.unit) == (190.0, 400.0, 11, "share")
    assert forward.why == "from 30 Sep 2026 to 31 Oct 2026"
    assert len(names) == len(DIRECTIONS)


def test_by_count_forward_and_cure_have_an_interval():
    found = measures()
    assert (found["cure_rate_loans"].numerator, found["cure_rate_loans"].denominator) == (2, 11)
    assert found["roll_forward_rate_loans"].value == 2 / 11
    assert (found["cure_rate_loans"].low, found["cure_rate_loans"].high) == wilson(2, 11)
    assert found["cure_rate_loans"].interval == "Wilson"
    assert math.isnan(found["cure_rate"].low)


def test_without_arrears_at_the_opening_the_rates_are_undefined():
    rate = measures(flows(flow("Current", "1-29", 5.0)))["roll_forward_rate"]
    assert (rate.is_defined, rate.why) == (False, "no loan was in arrears on 30 Sep 2026")
    empty = measures(flows(flow("1-29", "1-29", 0.0)))
    assert empty["stay_rate"].why == "the loans in arrears on 30 Sep 2026 had no balance"
    assert measures(flows(flow("1-29", "1-29", 0.0)))["cure_rate_loans"].value == 0.0


def test_without_adjacent_month_ends_nothing_is_computed_and_the_reason_is_said():
    found = measures(days=(date(2026, 8, 31), date(2026, 10, 31)), told=flows())
    assert not any(measure.is_defined for measure in found.values())
    said = {measure.why for name, measure in found.items() if name not in ("sustained_cure_rate", "redefault_rate")}
    assert said == {"this book holds no loans of 30 Sep 2026, and a month is known by both its ends"}


def test_the_book_is_asked_as_known_on_the_day_of_the_selection():
    reader = StubReader(BOOK, STOCKS)
    roll_measures(reader, Selection(known_on=date(2026, 11, 2)))
    assert set(reader.known_on) == {date(2026, 11, 2)}


def test_the_trend_of_a_direction_is_its_share_in_each_month_and_new_or_current_loans_are_nobodys_arrears():
    told = flows(
        flow("1-29", "Current", 30.0, month="2026-09-30"),
        flow("60-89", "90-119", 70.0, month="2026-09-30"),
        flow("Current", "1-29", 500.0, month="2026-09-30"),
        flow(NEW, "1-29", closing=900.0, month="2026-09-30"),
        flow("30-59", "paid", 5.0, month=OCTOBER),
        flow("Current", "Current", 10.0, month="2026-08-31"),
    )
    trend = direction_trend(told, "cure").set_index("month")["share"]
    assert trend["2026-09-30"] == 0.3
    assert trend[OCTOBER] == 1.0
    assert math.isnan(trend["2026-08-31"])
    assert direction_trend(told, "forward", "loans").set_index("month")["share"]["2026-09-30"] == 0.5
    assert direction_trend(flows(), "cure").empty
