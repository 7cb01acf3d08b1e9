import json

import numpy as np
import pandas as pd
import pytest

from core.scores.features import SOURCES
from core.scores.gate import admit, enough_events, strength_alone, verdict
from core.scores.target import non_recovery
from tests.core.scores.worlds import world


def with_extras(frame, **columns):
    table = pd.DataFrame(columns, index=frame.index)
    return frame.assign(extra=[json.dumps(row) for row in table.to_dict("records")])


def quarantined(frame, known_at=(), unstated=()):
    admission = admit(non_recovery(frame), dict(known_at), tuple(unstated))
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


def test_a_column_that_says_nothing_has_a_strength_of_a_half():
    outcome = np.array([0.0, 1.0] * 50)
    assert strength_alone(pd.Series([None] * 100), outcome) == 0.5
    assert strength_alone(pd.Series([7] * 100), outcome) == 0.5


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
    from core.scores.features import NEVER_INPUTS

    columns = by_field("portfolio")
    read = {field for source in SOURCES for field in source.fields}
    for field in read:
        assert columns[field].known_at == "snapshot"
        assert not columns[field].protected
    snapshot = {name for name, column in columns.items() if column.known_at == "snapshot"}
    assert snapshot == read | set(NEVER_INPUTS)
