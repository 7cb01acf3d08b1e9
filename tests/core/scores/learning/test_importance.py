"""Importance by family, on models that really were trained; and its arithmetic, by hand."""

import json

import numpy as np
import pytest

from core.scores import training
from core.scores.gate import admit
from core.scores.learning.candidates import CANDIDATES
from core.scores.learning.importance import FEWEST_AT_VALUE, importance_of, overlap
from core.scores.rows.target import non_recovery
from core.scores.training import train_model
from tests.core.scores.worlds import learned, world
from tests.worlds.world import draw


@pytest.fixture(scope="module", params=[each.kind for each in CANDIDATES])
def importance(request):
    """Of every kind, learned from a drawn world; no test of chance is needed here."""
    target = non_recovery(draw(700 if request.param == "random_forest" else 1_500, 4, "plain").frame)
    inputs = training.fit_inputs(target.rows, ())
    sample = training._sample(inputs, target.rows, target)
    candidate = next(each for each in CANDIDATES if each.kind == request.param)
    fitted = candidate.fit(sample.actual.values, sample.outcome, sample.monotone, sample.groups)
    content = {"format": training.FORMAT, "kind": candidate.kind, "inputs": inputs, "calibration": {"method": "none"}}
    return importance_of(content | fitted.content, candidate, sample, target.rows)


def test_arrears_and_behaviour_lead_where_the_world_says_so(importance):
    ranked = [each["family"] for each in importance["families"]]
    assert set(ranked) == {"arrears", "affordability", "security", "size", "engagement"}
    assert ranked[0] == "arrears"
    assert ranked.index("engagement") <= 2
    assert [each["rank"] for each in importance["families"]] == [1, 2, 3, 4, 5]
    assert importance["n"] in (300, 1_500)  # a forest explains fewer
    assert importance["refits"] == 10
    for each in importance["families"]:
        assert 0 <= each["low"] <= each["size"] <= each["high"]
        assert each["top_share"] == np.mean(np.array(each["ranks"]) <= 3)
    assert importance["families"][0]["top_share"] == 1.0


def test_the_same_families_are_named_for_the_same_loans_by_a_refit(importance):
    low, high = importance["overlap_ci"]
    assert 0.8 < low <= importance["overlap"] <= high <= 1.0


def test_the_shape_says_how_risk_rises_with_days_past_due_and_on_how_many_loans_it_stands(importance):
    shapes = {each["field"]: each["points"] for each in importance["shape"]}
    assert set(shapes) == {"dpd", "missed_payments", "promise_kept_ratio", "contact_rate"}
    days = shapes["dpd"]
    assert [each["value"] for each in days][:5] == [1, 30, 60, 90, 120]
    assert days[-1]["risk"] - days[0]["risk"] > 0.2
    assert all(each["n"] >= FEWEST_AT_VALUE for each in days)
    assert sum(each["n"] for each in days) > 600
    assert all(0 <= each["low"] <= each["risk"] <= each["high"] <= 1 for each in days)
    kept = shapes["promise_kept_ratio"]
    assert kept[0]["risk"] > kept[-1]["risk"]


def test_it_is_json_without_nan(importance):
    assert json.loads(json.dumps(importance, allow_nan=False)) == importance


def test_the_overlap_of_the_three_largest_worked_by_hand():
    one = np.array([[5.0, 4, 3, 2, 1], [5.0, 4, 3, 2, 1]])
    other = np.array([[1.0, 2, 3, 4, 5], [5.0, 4, 0, 2, 1]])
    assert overlap(one, other) == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert overlap(one, one) == 1.0


@pytest.fixture(scope="module")
def cards():
    noise = non_recovery(world(seed=6, signal=0.0))
    return {"signal": learned().card, "noise": train_model(noise, admit(noise, {})).card}


def test_a_training_keeps_importance_and_fairness_on_its_card(cards):
    card = cards["signal"]
    assert card["verdict"] == "usable"
    assert [each["family"] for each in card["importance"]["families"]][-1] == "size"
    assert card["fairness"]["source"] == "model"
    assert {each["name"] for each in card["fairness"]["attributes"]} == {"Age", "Gender"}
    assert card["fairness"]["flip"] == {
        "fields": ["Age", "Gender"],
        "n": 700,
        "score_changes": 0,
        "proposal_changes": 0,
    }


def test_a_refused_training_has_no_importance_and_audits_the_rule_that_orders_the_work(cards):
    card = cards["noise"]
    assert card["verdict"] == "no usable signal"
    assert card["importance"] is None
    assert card["fairness"]["source"] == "rule"
    group = card["fairness"]["attributes"][1]["groups"][0]
    assert group["calibration"] is None
    assert group["selection"][0]["n"] == group["n"]
