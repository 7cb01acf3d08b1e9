import json

import numpy as np
import pandas as pd

from core.scores.rows.features import (
    as_numbers,
    extra_columns,
    fit_inputs,
    input_values,
    matrix_of,
    unseen_levels,
    unstated,
)
from tests.core.scores.worlds import world


def named(inputs):
    return {each["name"]: each for each in inputs}


def test_inputs_are_the_facts_the_book_carries_and_nothing_protected():
    inputs = named(fit_inputs(world(), ("NOISE",)))
    assert {"days past due (log)", "debt-to-income", "collateral cover", "product", "extra:NOISE", "strategy"} <= set(
        inputs
    )
    assert not {"age", "gender", "interest rate", "payment history", "extra:LEAK"} & set(inputs)


def test_a_number_not_stated_counts_as_the_median_and_is_flagged_where_training_had_gaps():
    frame = world(loans=200)
    frame.loc[:19, "missed_payments"] = None
    inputs = fit_inputs(frame, ())
    missed = named(inputs)["missed payments (log)"]
    assert missed["has_missing"]
    place = [each["name"] for each in inputs].index("missed payments (log)")
    matrix = matrix_of(inputs, frame.head(1))
    assert matrix.values[0, matrix.owner == place].tolist() == [missed["median"], 1.0]
    assert matrix.left_out == ("missed payments (log)",)
    assert np.isfinite(matrix.values).all()


def test_a_gap_the_model_never_met_is_told_row_by_row_and_one_it_learned_from_is_not():
    frame = world(loans=200)
    frame.loc[:19, "missed_payments"] = None
    inputs = fit_inputs(frame, ("NOISE",))
    later = frame.iloc[18:22].reset_index(drop=True)
    later.loc[[0, 2], "emi"] = None
    later.loc[1, "extra"] = '{"NOISE": ""}'
    assert unstated(inputs, later, ()) == [["debt-to-income"], ["NOISE"], ["debt-to-income"], []]
    assert unstated(inputs, later, ("product",))[3] == ["product"]


def test_a_feature_that_vanished_and_a_level_never_seen_are_survived_and_named():
    frame = world(loans=200)
    inputs = fit_inputs(frame, ("NOISE",))
    later = frame.head(3).drop(columns=["monthly_income", "extra"]).assign(product="Spaceship")
    matrix = matrix_of(inputs, later)
    assert matrix.left_out == ("debt-to-income", "income (log)", "NOISE")
    place = [each["name"] for each in inputs].index("product")
    assert matrix.values[:, matrix.owner == place].tolist() == [[0.0, 0.0]] * 3


def test_a_level_with_few_rows_is_no_column_of_its_own():
    frame = world(loans=100)
    frame.loc[:9, "product"] = "Rare"
    assert named(fit_inputs(frame, ()))["product"]["levels"] == ["Auto", "Home"]


def test_a_score_is_under_the_reference_strategy_unless_the_actual_one_is_asked_for():
    frame = world()
    inputs = fit_inputs(frame, ())
    place = [each["name"] for each in inputs].index("strategy")
    assert named(inputs)["strategy"]["levels"] == ["Legal", "Settlement"]
    reference, actual = matrix_of(inputs, frame), matrix_of(inputs, frame, under="actual")
    assert reference.values[:, reference.owner == place].sum() == 0
    assert actual.values[:, actual.owner == place].sum() == frame["strategy"].ne("Standard").sum()


def test_without_history_under_the_reference_the_strategy_is_no_condition():
    assert "strategy" not in named(fit_inputs(world().assign(strategy="Legal"), ()))


def test_a_constant_or_empty_column_is_no_input():
    frame = world().assign(missed_payments=2, interest_rate=np.nan, product="Auto")
    assert not {"missed payments (log)", "interest rate", "product"} & set(named(fit_inputs(frame, ())))


def test_a_fact_worked_out_from_several_columns_stays_out_with_any_of_them_and_its_others_stay():
    frame = world()
    kept = set(named(fit_inputs(frame, ())))
    assert {"debt-to-income", "income (log)", "collateral cover"} <= kept
    assert set(named(fit_inputs(frame, (), frozenset({"other_emi", "gender"})))) == kept - {"debt-to-income"}


def test_unknown_columns_are_unpacked_as_they_came():
    frame = pd.DataFrame({"extra": [json.dumps({"a": "1", "b": "x"}), None, ""]})
    assert extra_columns(frame, ["a", "b"])["a"].tolist() == ["1", None, None]
    assert extra_columns(frame.drop(columns="extra"), ["a"])["a"].tolist() == [None] * 3


def test_text_is_a_number_where_nearly_all_of_it_is():
    assert as_numbers(pd.Series(["1", "2.5", None, ""])).tolist()[:2] == [1.0, 2.5]
    assert as_numbers(pd.Series(["1", "red"])) is None
    assert as_numbers(pd.Series([None, None])) is None


def test_unknown_words_become_levels_with_their_own_column():
    frame = world(loans=200)
    frame["extra"] = [json.dumps({"GRADE": "A" if i % 2 else "B"}) for i in range(200)]
    inputs = fit_inputs(frame, ("GRADE",))
    assert named(inputs)["extra:GRADE"]["levels"] == ["A", "B"]
    place = [each["name"] for each in inputs].index("extra:GRADE")
    matrix = matrix_of(inputs, frame.head(2))
    assert matrix.values[:, matrix.owner == place].tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_categories_a_model_does_not_know_are_named_row_by_row():
    inputs = [
        {"name": "product", "family": "product", "kind": "category", "monotone": 0, "levels": ["Auto", "Home"]},
        {"name": "extra:grade", "family": "grade", "kind": "category", "monotone": 0, "levels": ["A"]},
        {
            "name": "interest rate",
            "family": "terms",
            "kind": "number",
            "monotone": 0,
            "median": 1.0,
            "has_missing": False,
        },
    ]
    frame = pd.DataFrame(
        {"product": ["Auto", "Boat", None], "extra": ['{"grade": "B"}', '{"grade": "A"}', None]}, index=[7, 8, 9]
    )
    assert unseen_levels(inputs, frame) == [["grade 'B'"], ["product 'Boat'"], []]
    assert unseen_levels(inputs, frame.drop(columns=["product", "extra"])) == [[], [], []]


def test_a_category_that_is_not_stated_is_none_whatever_the_column_is_made_of():
    inputs = [
        {"name": "product", "family": "product", "kind": "category", "monotone": 0, "levels": ["Auto"]},
        {"name": "extra:grade", "family": "grade", "kind": "category", "monotone": 0, "levels": ["A"]},
    ]
    frame = pd.DataFrame(
        {"product": pd.Series(["Auto", None, "Home"], dtype="str"), "extra": ['{"grade": "A"}', "{}", None]}
    )
    told = input_values(inputs, frame)
    assert told["product"].tolist() == ["Auto", None, "Home"]
    assert told["extra:grade"].tolist() == ["A", None, None]
    nothing = matrix_of(inputs, frame.assign(product=pd.Series([None] * 3, dtype="str")))
    assert nothing.left_out == ("product",)
