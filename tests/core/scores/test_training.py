import json

import lightgbm
import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Model
from core.scores import training
from core.scores.gate import admit
from core.scores.learning import candidates, importance
from core.scores.learning.candidates import CANDIDATES
from core.scores.measures.calibration import apply_calibration
from core.scores.measures.discrimination import permutation_p
from core.scores.rows.features import matrix_of
from core.scores.rows.target import non_recovery
from core.scores.scoring import bulk
from core.scores.scoring import model_score as scoring
from core.scores.scoring.bulk import parts_in_bulk
from core.scores.scoring.evaluate import evaluate, linear_parts, load_artifact, margins_of, parts_of, sha256_of
from core.scores.scoring.explain import unpacked
from core.scores.scoring.model_score import fields_read, model_score
from core.scores.training import train_model
from tests.core.scores.worlds import world


def trained_on(frame, extras=()):
    target = non_recovery(frame)
    return train_model(target, admit(target, dict.fromkeys(extras, "snapshot")))


def only(monkeypatch, kind):
    monkeypatch.setattr(training, "CANDIDATES", tuple(each for each in CANDIDATES if each.kind == kind))


def without_refits_of_trees(monkeypatch):
    """Trees are put to the test of chance by their answers out of fold alone: 1,000 forests take most of a training, and
    `learning.test_chance` refits every kind. The line keeps all that the product does."""
    by_refits = training.chance

    def tested(chosen, tried, sample, progress):
        if chosen.candidate.fit_many:
            return by_refits(chosen, tried, sample, progress)
        return permutation_p(sample.outcome, *(each.reference for each in tried), groups=sample.groups)

    monkeypatch.setattr(training, "chance", tested)


@pytest.fixture(scope="module")
def by_kind():
    """One usable model of every kind, on the same book."""
    trained = {}
    with pytest.MonkeyPatch.context() as patch:
        without_refits_of_trees(patch)
        patch.setattr(candidates, "TREES_OF_FOREST", 40)
        patch.setattr(importance, "REFITS", 2)  # `learning.test_importance` asks for all ten, of a whole forest
        for kind in ("logistic", "random_forest", "gradient_boosting"):
            only(patch, kind)
            trained[kind] = trained_on(world(seed=3, loans=700, borrowers=400), ("NOISE",))
    return trained


KINDS = ("logistic", "random_forest", "gradient_boosting")
learned_elsewhere = pytest.mark.no_cover
"""Many fits: tests of a room each in `learning` cover the ways to learn, and the refusal of noise below the way through."""


@learned_elsewhere
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_finds_the_signal_put_in(by_kind, kind):
    trained = by_kind[kind]
    assert trained.verdict == "usable"
    assert trained.kind == kind
    assert 0.68 < trained.card["auc"] < 0.92
    assert trained.card["auc_ci"][0] > 0.5
    assert trained.card["ece"] < 0.1
    assert trained.card["p_value"] <= 0.005


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_add_up_to_the_margin(by_kind, kind):
    artifact = load_artifact(by_kind[kind].artifact, by_kind[kind].sha256)
    _, parts, matrix = evaluate(artifact, world(seed=8, loans=100))
    assert np.abs(parts.base + parts.by_input.sum(axis=1) - margins_of(artifact, matrix)).max() < 1e-9


def odd_loans():
    """Loans that state little, or what no training loan did; from 300 rows on LightGBM answers, below NumPy."""
    frame = world(seed=8, loans=320)
    frame.loc[:60, ["monthly_income", "emi", "missed_payments"]] = np.nan
    frame.loc[40:90, "collateral_value"] = np.nan
    frame.loc[50:120, "product"] = "Boat"
    frame.loc[100:140, ["dpd", "product"]] = [20_000, None]
    frame.loc[130:170, "extra"] = None
    return frame.assign(strategy="Exotic")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 55, 320])
def test_stored_contributions_add_up_to_the_margin_and_give_the_score(by_kind, kind, rows):
    model = Model(1, kind, "champion", "", by_kind[kind].sha256, {}, by_kind[kind].artifact)
    frame = odd_loans().tail(rows)
    scored = model_score(model, frame)
    artifact = load_artifact(model.artifact, model.sha256)
    margins = margins_of(artifact, matrix_of(artifact.inputs, frame))
    told = [unpacked(text) for text in scored["contributions"]]
    assert set(told[0].parts) == {"arrears", "affordability", "security", "size", "NOISE", "strategy"}
    sums = np.array([each.base + sum(each.parts.values()) for each in told])
    assert np.abs(sums - [each.margin for each in told]).max() < 1e-8
    assert np.abs(sums - margins).max() < 1e-8
    again = apply_calibration(artifact.content["calibration"], sums)
    assert np.abs(again - scored["risk_score"]).max() < 1e-5


@pytest.mark.parametrize("kind", ["random_forest", "gradient_boosting"])
def test_the_evaluator_equals_lightgbm(by_kind, kind, monkeypatch):
    artifact = load_artifact(by_kind[kind].artifact, by_kind[kind].sha256)
    matrix = matrix_of(artifact.inputs, world(seed=9, loans=100), under="actual")
    booster = lightgbm.Booster(model_str=artifact.content["lightgbm"])
    trees = len(artifact.content["trees"]) if kind == "random_forest" else 1
    base, terms = linear_parts(artifact, matrix)
    theirs = base + terms.sum(axis=1) + booster.predict(matrix.values, raw_score=True) / trees
    assert np.abs(margins_of(artifact, matrix) - theirs).max() < 1e-12
    assert (np.abs(terms).max() > 0) == (kind == "gradient_boosting")
    exact = parts_of(artifact, matrix)
    for rows_for_tables in (1, 10_000):  # by tables of cases, and by LightGBM
        monkeypatch.setattr(bulk, "ROWS_FOR_TABLES", rows_for_tables)
        many = parts_in_bulk(artifact, matrix)
        assert many.base == pytest.approx(exact.base, abs=1e-9)
        assert np.abs(many.by_input - exact.by_input).max() < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_are_scored_as_no_rows(by_kind, kind):
    artifact = load_artifact(by_kind[kind].artifact, by_kind[kind].sha256)
    matrix = matrix_of(artifact.inputs, world().head(0))
    assert parts_of(artifact, matrix).margin.shape == (0,)
    assert margins_of(artifact, matrix).shape == (0,)
    assert parts_in_bulk(artifact, matrix).margin.shape == (0,)


@pytest.mark.parametrize("kind", ["logistic", "gradient_boosting"])
def test_more_arrears_never_lower_a_risk(by_kind, kind):
    model = Model(1, kind, "champion", "", by_kind[kind].sha256, {}, by_kind[kind].artifact)
    frame = pd.concat([world(loans=1)] * 30, ignore_index=True).assign(dpd=range(1, 301, 10))
    assert (np.diff(model_score(model, frame)["risk_score"]) >= -1e-12).all()


def test_age_and_gender_change_nothing(by_kind):
    model = Model(
        1, "x", "champion", "", by_kind["gradient_boosting"].sha256, {}, by_kind["gradient_boosting"].artifact
    )
    frame = world(seed=4, loans=50)
    turned = frame.assign(age=99, gender="Other")
    assert model_score(model, frame).equals(model_score(model, turned))
    assert not {"age", "gender"} & fields_read(model)


def test_many_rows_and_few_give_the_same_scores_and_reasons(by_kind, monkeypatch):
    model = Model(1, "x", "champion", "", by_kind["random_forest"].sha256, {}, by_kind["random_forest"].artifact)
    frame = world(seed=5, loans=40)
    few = model_score(model, frame)
    monkeypatch.setattr(scoring, "ROWS_FOR_BULK", 1)
    assert model_score(model, frame).equals(few)


def test_reasons_name_facts_with_direction_and_size(by_kind):
    model = Model(1, "x", "champion", "", by_kind["logistic"].sha256, {}, by_kind["logistic"].artifact)
    worst = world(loans=1).assign(dpd=179, emi=900.0, monthly_income=1000.0, collateral_value=0.0)
    reasons = model_score(model, worst)["reasons"][0]
    assert len(reasons) == 3
    assert any(each.startswith("179 days past due") and "raises the risk" in each for each in reasons)
    assert any(each.startswith("Instalments take 0.90 of income") for each in reasons)


@learned_elsewhere
def test_the_same_book_gives_the_same_model(by_kind, monkeypatch):
    only(monkeypatch, "gradient_boosting")
    without_refits_of_trees(monkeypatch)
    again = trained_on(world(seed=3, loans=700, borrowers=400), ("NOISE",))
    assert again.sha256 == by_kind["gradient_boosting"].sha256


def test_noise_is_refused_and_leaves_no_artifact():
    trained = trained_on(world(seed=6, signal=0.0))
    assert trained.verdict == "no usable signal"
    assert trained.artifact == ""
    assert trained.card["p_value"] > 0.005 or trained.card["auc_ci"][0] <= 0.5


@learned_elsewhere
def test_the_simplest_within_one_standard_error_is_chosen():
    trained = trained_on(world(seed=7, loans=900))
    tried = trained.card["candidates"]
    good = [kind for kind, each in tried.items() if each["worse_by"] <= each["worse_by_se"]]
    assert trained.kind == good[0]
    assert min(each["log_loss"] for each in tried.values()) == next(
        each["log_loss"] for each in tried.values() if each["worse_by"] == 0
    )


@learned_elsewhere
def test_risk_is_that_under_standard_and_not_under_what_was_done(monkeypatch):
    only(monkeypatch, "logistic")
    frame = world(seed=2, loans=2500, strategy_effect=2.0)
    trained = trained_on(frame)
    artifact = load_artifact(trained.artifact, trained.sha256)
    legal = frame[frame["strategy"].eq("Legal")]
    reference, _, _ = evaluate(artifact, legal)
    actual, _, _ = evaluate(artifact, legal, under="actual")
    assert reference.mean() - actual.mean() > 0.15
    assert actual.mean() == pytest.approx(non_recovery(legal).outcome.mean(), abs=0.05)


@learned_elsewhere
def test_a_quarantined_column_of_the_contract_stays_out_of_the_model(monkeypatch):
    only(monkeypatch, "logistic")
    frame = world(seed=3)
    frame["missed_payments"] = np.where(frame["cash_12m"] == 0, 6, 0)
    trained = trained_on(frame)
    assert "missed payments (log)" not in trained.card["inputs"]
    assert [each["column"] for each in trained.card["quarantined"]] == ["Num_Missed_Payments"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "not readable as JSON"),
        ("[]", "another format"),
        (json.dumps({"format": "pickle"}), "expected recoup-model-1"),
    ],
)
def test_a_foreign_model_is_refused(text, found):
    with pytest.raises(Refused, match=found):
        load_artifact(text, sha256_of(text))


def test_a_damaged_model_is_refused(by_kind):
    with pytest.raises(Refused, match="damaged"):
        load_artifact(by_kind["logistic"].artifact.replace("0", "1", 1), by_kind["logistic"].sha256)
