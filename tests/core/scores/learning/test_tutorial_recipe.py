import json

import numpy as np
import pytest

from core.metrics.intervals import wilson
from core.scores.learning.tutorial_recipe import RAW_FIELDS, high_risk_flag, tutorial_recipe
from core.scores.rows.target import non_recovery
from tests.core.intake.loading import load_file
from tests.core.intake.test_third_party import third_party
from tests.tutorial import lookalike
from tests.worlds.world import draw


def stated(path):
    frame = load_file(path).frame
    return non_recovery(frame.assign(cash_12m=np.nan, as_of="2026-10-31"))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "lookalike.csv"
    lookalike().to_csv(path, index=False)
    return tutorial_recipe(stated(path))


def test_the_recipe_is_right_about_its_own_flag_and_no_better_than_a_coin_about_outcomes(told):
    assert (told["why"], told["n"]) == ("", 500)
    assert told["accuracy"] > 0.9
    assert told["accuracy_ci"] == list(wilson(round(told["accuracy"] * 500), 500))
    assert told["accuracy_ci"][0] < told["accuracy"] < told["accuracy_ci"][1]
    assert told["flag_auc"] > 0.95
    assert told["auc_ci"][0] < 0.5 < told["auc_ci"][1]
    assert 0 < told["flagged"] < 500
    assert json.loads(json.dumps(told)) == told


@pytest.mark.shared
@third_party("loan-recovery.csv")
def test_the_tutorials_own_file_shows_the_same(path):
    told = tutorial_recipe(stated(path))
    assert told["accuracy"] > 0.9
    assert told["auc_ci"][0] < 0.5 < told["auc_ci"][1]


def test_the_flag_is_the_two_clusters_with_the_most_missed_payments():
    group = np.arange(80) % 4
    points = np.zeros((80, len(RAW_FIELDS)))
    points[:, 0] += 10 * (group >= 2)
    points[:, 1] += 10 * (group % 2)
    points[:, RAW_FIELDS.index("missed_payments")] += np.array([3, 0, 1, 5])[group]
    assert high_risk_flag(points).tolist() == np.isin(group, (0, 3)).astype(float).tolist()


def test_rows_that_leave_a_column_out_do_not_count_and_a_book_without_one_says_which():
    frame = draw(300, 1).frame
    frame.loc[:99, "age"] = np.nan
    assert tutorial_recipe(non_recovery(frame))["n"] == 200
    assert tutorial_recipe(non_recovery(frame.drop(columns=["age", "emi"])))["why"] == (
        "the book does not state Age, Monthly_EMI"
    )
    frame.loc[:220, "age"] = np.nan
    assert "only 79 loans" in tutorial_recipe(non_recovery(frame))["why"]


def test_where_facts_do_predict_the_recipe_still_knows_less_than_its_accuracy_says():
    target = non_recovery(draw(600, 2).frame)
    told = tutorial_recipe(target)
    assert told["accuracy"] > 0.9 > 0.75 > told["auc"]
    assert (told["n"], told["events"]) == (600, int(target.outcome.sum()))
