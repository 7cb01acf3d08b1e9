import json

import numpy as np
import pandas as pd
import pytest

from core.records import Ruling
from core.scores import gate
from core.scores.checks.lift import Lift
from core.scores.gate import admit, enough_events, verdict
from core.scores.rows.features import SOURCES
from core.scores.rows.target import non_recovery
from tests.core.scores.worlds import world
from tests.worlds.leaks import CLEAN, LEAKS, with_columns
from tests.worlds.world import draw


def with_extras(frame, **columns):
    table = pd.DataFrame(columns, index=frame.index)
    return frame.assign(extra=[json.dumps(row) for row in table.to_dict("records")])


def quarantined(frame, known_at=(), unstated=(), rulings=()):
    said = {each.column: each for each in rulings}
    admission = admit(non_recovery(frame), dict(known_at), tuple(unstated), said)
    return admission, {each.column: each.why for each in admission.quarantined}


def test_columns_the_contract_dates_after_the_outcome_are_quarantined_by_their_header():
    frame = world().assign(
        collection_attempts=3, legal_action_taken="No", collection_method="Calls", months_observed=None
    )
    _, why = quarantined(frame)
    assert set(why) == {"Collection_Attempts", "Legal_Action_Taken"}
    assert "written with the outcome" in why["Legal_Action_Taken"]


def test_the_outcome_s_own_column_is_the_target_and_not_listed():
    frame = world().assign(cash_12m=np.nan, recovery_status=["Written Off", "Fully Recovered"] * 300)
    assert quarantined(frame)[1] == {}


@pytest.mark.parametrize("name", ["recoveries", "collection_recovery_fee", "settlement_amount", "hardship_status", "num_attempts",
                                  "Write_Off_Date", "last_pymnt_d", "total_rec_late_fee", "loan_status"])  # fmt: skip
def test_unknown_columns_named_like_outcomes_are_quarantined_stated_or_not(name):
    frame = with_extras(world(), **{name: range(600), "grade": 1})
    admission, why = quarantined(frame, {name: "snapshot"})
    assert "Its name" in why[name]
    assert admission.extras == ()
    assert set(quarantined(frame, {}, (name, "grade"))[1]) == {name}


@pytest.mark.parametrize("name", ["SEX", "customer_age", "MARRIAGE", "zip_code", "Religion"])
def test_protected_attributes_never_enter(name):
    assert "protected" in quarantined(with_extras(world(), **{name: range(600)}), {name: "snapshot"})[1][name]


def test_a_protected_attribute_by_another_name_never_enters_though_a_person_says_so():
    frame = world().assign(gender=["Male", "Female"] * 300)
    frame = with_extras(frame, Title=["Mr", "Ms"] * 300, Grade=["A", "A", "B", "B"] * 150)
    let_in = [Ruling("Title", True, "of the form", "Ann", "2026-01-31")]
    for known_at, unstated, rulings in (
        ({"Title": "snapshot", "Grade": "snapshot"}, (), ()),
        ({"Grade": "snapshot"}, ("Title",), let_in),
    ):
        admission, why = quarantined(frame, known_at, unstated, rulings)
        assert why["Title"].startswith("It tells Gender with an AUC of 1.00")
        assert (set(why), admission.extras) == ({"Title"}, ("Grade",))


@pytest.mark.parametrize(
    "name", ["PAY_0", "BILL_AMT1", "grade", "dti", "annual_inc", "mortgage_accounts", "percentage_used"]
)
def test_ordinary_columns_known_at_the_snapshot_are_admitted(name):
    admission, why = quarantined(
        with_extras(world(), **{name: np.random.default_rng(4).random(600)}), {name: "snapshot"}
    )
    assert admission.extras == (name,)
    assert why == {}


def test_a_column_the_map_dates_after_is_quarantined():
    assert "mapping says" in quarantined(with_extras(world(), GRADE=1), {"GRADE": "after"})[1]["GRADE"]


def test_a_single_column_that_tells_the_outcomes_apart_is_too_good_whichever_way_round():
    frame = world(signal=0.5)
    lost = non_recovery(frame).outcome
    draw = np.random.default_rng(1)
    numbers = with_extras(frame, X=draw.normal(-1.2 * lost), Y=draw.normal(0.5 * lost))
    admission, why = quarantined(numbers, {"X": "snapshot", "Y": "snapshot"})
    assert set(why) == {"X"}
    assert "AUC of 0." in why["X"]
    assert admission.extras == ("Y",)
    words = with_extras(frame, X=np.where(lost == 1, "red", "blue"))
    assert "too good" in quarantined(words, {"X": "snapshot"})[1]["X"]
    gaps = with_extras(frame, X=[None if y else str(i) for i, y in enumerate(lost)])
    assert "too good" in quarantined(gaps, {"X": "snapshot"})[1]["X"]


def test_a_contract_column_that_is_almost_perfect_is_barred_too():
    frame = world()
    frame["missed_payments"] = np.where(frame["cash_12m"] == 0, 6, 0)
    admission, why = quarantined(frame)
    assert admission.barred_fields == {"missed_payments"}
    assert set(why) == {"Num_Missed_Payments"}


def test_a_column_that_fills_up_with_the_outcome_is_caught():
    frame = world(loans=700)
    frame.loc[600:, "cash_12m"] = np.nan
    draw = np.random.default_rng(2)
    frame = with_extras(
        frame, X=[int(draw.integers(1, 9)) if i < 600 else 0 for i in range(700)], Y=draw.integers(1, 9, 700)
    )
    admission, why = quarantined(frame, {"X": "snapshot", "Y": "snapshot"})
    assert "fills up" in why["X"]
    assert admission.extras == ("Y",)


def test_fifty_of_each_outcome_are_enough():
    assert enough_events(np.array([1.0] * 50 + [0.0] * 50))
    assert not enough_events(np.array([1.0] * 49 + [0.0] * 500))
    assert not enough_events(np.array([1.0] * 500 + [0.0] * 49))


@pytest.mark.parametrize(
    ("low", "p", "said"),
    [
        (0.51, 0.005, "usable"),
        (0.5, 0.001, "no usable signal"),
        (0.6, 0.0051, "no usable signal"),
        (float("nan"), 0.001, "no usable signal"),
    ],
)
def test_a_score_is_usable_only_above_chance_by_both_tests(low, p, said):
    assert verdict(auc_low=low, p_value=p) == said


def test_the_registry_reads_only_the_snapshot_and_nothing_protected():
    from core.columns import by_field
    from core.scores.rows.features import NEVER_INPUTS

    columns = by_field("portfolio")
    read = {field for source in SOURCES for field in source.fields}
    for field in read:
        assert columns[field].known_at == "snapshot"
        assert not columns[field].protected
    snapshot = {name for name, column in columns.items() if column.known_at == "snapshot"}
    assert snapshot == read | set(NEVER_INPUTS)


@pytest.fixture(scope="module")
def leaky():
    """A world with every leak and every clean unknown column, asked at once."""
    columns = CLEAN | LEAKS
    frame = with_columns(draw(1_200, 2, "plain"), columns, 2)
    return frame, {f"x{place}": kind for place, kind in enumerate(columns)}


@pytest.mark.parametrize("stated", [True, False])
def test_leaks_of_every_kind_are_caught_beside_each_other_and_clean_columns_are_not(leaky, stated):
    frame, kinds = leaky
    admission, why = quarantined(frame, dict.fromkeys(kinds, "snapshot") if stated else {}, () if stated else kinds)
    assert {kinds[name] for name in why} == set(LEAKS)
    assert {kinds[name] for name in admission.extras} == (set(CLEAN) if stated else set())
    assert admission.questioned == ()
    measured = {each.column: each for each in admission.quarantined}
    assert all(
        each.auc_alone > 0.75 or each.lift > 0.05 or (each.auc_alone > 0.70 and each.lift > 0.03)
        for each in measured.values()
    )
    assert any("It lifts the AUC of the rest from 0." in text for text in why.values())
    assert json.loads(json.dumps(admission.as_json()))["quarantined"][0].keys() == {
        "column",
        "why",
        "auc_alone",
        "lift",
    }


def test_a_column_near_both_limits_is_stopped_and_one_near_a_single_limit_is_not():
    values, nothing = pd.Series(["1", "2"]), pd.Series([], dtype=object)
    both = gate._suspect("x0", values, nothing, 0.72, Lift(0.75, 0.79))
    assert both == (
        "Alone it has an AUC of 0.72, and it lifts that of the rest from 0.75 to 0.79: both are near their limits, which is too "
        "much for a fact known beforehand"
    )
    assert gate._suspect("x0", values, nothing, 0.69, Lift(0.75, 0.79)) == ""
    assert gate._suspect("x0", values, nothing, 0.74, Lift(0.75, 0.775)) == ""
    assert "too good to be known" in gate._suspect("x0", values, nothing, 0.76, Lift(0.75, 0.75))
    assert "It lifts the AUC of the rest" in gate._suspect("x0", values, nothing, 0.55, Lift(0.75, 0.81))


def test_a_leak_is_caught_in_a_small_book_where_both_figures_only_come_near():
    columns = CLEAN | LEAKS
    frame = with_columns(draw(500, 1, "plain"), columns, 1)
    _, why = quarantined(frame, dict.fromkeys([f"x{place}" for place in range(len(columns))], "snapshot"))
    grows = f"x{list(columns).index('grows with the outcome')}"
    assert "both are near their limits" in why[grows]
    assert set(why) == {f"x{place}" for place, kind in enumerate(columns) if kind in LEAKS}


def test_a_fact_that_recoup_defines_may_carry_the_score_and_is_questioned():
    frame = draw(1_200, 3, "plain").frame.drop(columns=["missed_payments"])
    draws = np.random.default_rng(5)
    lost = (frame["cash_12m"] < 0.05 * frame["balance"]).to_numpy()
    frame["dpd"] = np.ceil(np.exp(draws.normal(3.5 + 1.3 * lost, 1.0))).astype(int).clip(1, 900)
    admission, why = quarantined(frame)
    assert why == {}
    assert admission.barred_fields == frozenset()
    asked = {each.column: each for each in admission.questioned}
    assert set(asked) == {"Days_Past_Due"}
    assert "make sure the file states it as of the snapshot" in asked["Days_Past_Due"].why


def test_columns_written_after_the_outcome_are_named_with_what_they_would_have_given_away():
    frame = world(signal=0.0)
    lost = (frame["cash_12m"] == 0).to_numpy()
    frame["collection_attempts"] = np.random.default_rng(1).poisson(np.where(lost, 6, 3))
    why = quarantined(frame)[1]["Collection_Attempts"]
    assert "AUC alone 0.8" in why
    assert "it lifts the rest from 0." in why


def test_a_fact_that_stands_still_in_open_loans_and_varies_in_closed_ones_is_barred():
    frame = world(loans=800)
    frame.loc[600:, ["cash_12m", "missed_payments"]] = [np.nan, 0]
    admission, why = quarantined(frame)
    assert admission.barred_fields == {"missed_payments"}
    assert "fills up" in why["Num_Missed_Payments"]


def said(column, *, allowed=True, because="I keyed it in myself before the month-end"):
    return Ruling(column, allowed, because, "ana", "2026-11-20")


def test_a_person_lets_a_suspect_in_and_the_gate_says_who_and_what_it_had_found():
    frame = world(signal=0.5)
    lost = non_recovery(frame).outcome
    frame = with_extras(frame, X=np.random.default_rng(1).normal(-1.2 * lost), settlement_area=range(600))
    known = {"X": "snapshot", "settlement_area": "snapshot"}
    assert quarantined(frame, known)[0].extras == ()
    admission, why = quarantined(frame, known, rulings=[said("X"), said("settlement_area"), said("GONE")])
    assert (admission.extras, why) == (("X", "settlement_area"), {})
    assert [(each["column"], each["who"], each["on"], each["because"]) for each in admission.allowed] == [
        ("settlement_area", "ana", "2026-11-20", "I keyed it in myself before the month-end"),
        ("X", "ana", "2026-11-20", "I keyed it in myself before the month-end"),
    ]
    assert "AUC of 0." in admission.allowed[1]["why"]


def test_a_person_lets_in_an_unknown_column_nobody_had_placed_in_time_and_a_fact_that_was_barred():
    frame = with_extras(world(), X=np.random.default_rng(1).random(600))
    frame["missed_payments"] = np.where(frame["cash_12m"] == 0, 6, 0)
    assert quarantined(frame, {}, ("X",))[0].extras == ()
    admission, why = quarantined(frame, {}, ("X",), [said("X"), said("Num_Missed_Payments")])
    assert (admission.extras, admission.barred_fields, why) == (("X",), frozenset(), {})
    assert [each["column"] for each in admission.allowed] == ["Num_Missed_Payments"]


def test_nobody_lets_in_what_is_protected_or_dated_after_the_outcome():
    frame = with_extras(world().assign(legal_action_taken="No"), SEX=1, GRADE=2)
    known = {"SEX": "snapshot", "GRADE": "after"}
    rulings = [said("SEX"), said("GRADE"), said("Legal_Action_Taken")]
    admission, why = quarantined(frame, known, rulings=rulings)
    assert set(why) == {"SEX", "GRADE", "Legal_Action_Taken"}
    assert (admission.extras, admission.allowed) == ((), ())


def test_a_person_keeps_a_column_out_that_the_gate_would_let_in():
    frame = with_extras(world(), X=np.random.default_rng(1).random(600))
    rulings = [said("X", allowed=False, because="a test field"), said("Monthly_EMI", allowed=False)]
    admission, why = quarantined(frame, {"X": "snapshot"}, rulings=rulings)
    assert why["X"] == "Kept out by ana on 20 Nov 2026: a test field"
    assert (admission.extras, admission.barred_fields) == ((), {"emi"})
