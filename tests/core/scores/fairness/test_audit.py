"""The fairness audit on books whose unfairness was planted, and on books without any."""

import json

import numpy as np
import pandas as pd
import pytest

from core.scores.fairness.audit import Audited, fairness_of, flip_test
from core.scores.learning.crossfit import Sample
from core.scores.rows.features import Matrix

LOANS = 1_200


def book(seed=1, *, proxy=0.0, harsh=0.0, loans=LOANS):
    """Loans whose risk has nothing to do with who they are, but where it was planted.

    `proxy` ties the second input to gender; `harsh` is added to the score of women, without any more losses.
    """
    rng = np.random.default_rng(seed)
    woman = rng.random(loans) < 0.4
    risk = rng.uniform(0.1, 0.9, loans)
    outcome = (rng.random(loans) < risk).astype(float)
    used = np.clip(risk + harsh * woman, 0.01, 0.99)
    rows = pd.DataFrame(
        {
            "loan_ref": [f"L{row}" for row in range(loans)], "borrower_ref": [f"B{row}" for row in range(loans)],
            "as_of": "2025-06-30", "status": "open", "hold": None, "balance": 100.0, "dpd": 45,
            "gender": np.where(woman, "Female", "Male"), "age": rng.integers(20, 80, loans),
            "strategy": np.where(risk > 0.8, "Legal", "Standard"),
        }
    )  # fmt: skip
    rows.loc[:9, "gender"] = "Other"
    values = np.column_stack([risk, rng.standard_normal(loans) + proxy * woman])
    groups = np.arange(loans, dtype=float)
    matrix = Matrix(values, np.arange(2), ())
    sample = Sample(matrix, matrix, outcome, groups, np.zeros(loans, int), [0, 0], np.ones(loans, bool))
    audited = Audited(rows, outcome, used, used, "model", lambda frame: pd.Series(used[frame.index], index=frame.index))
    return audited, sample


def of(card, name, group=None):
    attribute = next(each for each in card["attributes"] if each["name"] == name)
    return attribute if group is None else next(each for each in attribute["groups"] if each["group"] == group)


def chosen(group, track, kind="proposed"):
    return next(each for each in group["selection"] if (each["track"], each["kind"]) == (track, kind))


@pytest.fixture(scope="module")
def fair():
    return fairness_of(*book())


@pytest.fixture(scope="module")
def unfair():
    return fairness_of(*book(seed=2, proxy=2.0, harsh=0.25))


def test_a_fair_score_is_found_right_about_every_group_and_no_input_gives_anybody_away(fair):
    gender = of(fair, "Gender")
    assert (gender["reference"], gender["stated"], gender["not_stated"]) == ("Male", LOANS, 0)
    woman = of(fair, "Gender", "Female")
    assert woman["calibration"]["ci"][0] < 1 < woman["calibration"]["ci"][1]
    assert not woman["calibration"]["apart"]
    assert woman["auc"]["ci"][0] > 0.6
    assert abs(woman["smd"]["value"]) < 0.2
    legal = chosen(woman, "Legal")
    assert legal["ratio_ci"][0] < 1 < legal["ratio_ci"][1]
    assert not legal["apart"]
    for name in ("Gender", "Age"):
        assert all(each["ci"][0] < 0.55 and not each["review"] for each in of(fair, name)["proxy"])


def test_small_groups_are_named_with_their_n_and_not_judged(fair):
    assert of(fair, "Gender", "Other") == {"group": "Other", "n": 10, "refused": "only 10; 50 are needed"}
    assert "Other" not in {each["group"] for each in of(fair, "Gender")["proxy"]}


def test_a_score_that_is_harsher_to_one_group_is_found_out_by_calibration_and_selection(unfair):
    woman, man = of(unfair, "Gender", "Female"), of(unfair, "Gender", "Male")
    assert woman["calibration"]["apart"]
    assert woman["calibration"]["ratio"] < 0.8 < man["calibration"]["ratio"]
    legal = chosen(woman, "Legal")
    assert legal["apart"]
    assert legal["ratio_ci"][0] > 1.3
    assert legal["share"] == pytest.approx(legal["count"] / woman["n"])
    assert woman["smd"]["ci"][0] > 0.5


def test_an_input_that_tells_who_somebody_is_asks_for_a_review(unfair):
    by_gender = of(unfair, "Gender")["proxy"]
    assert [(each["group"], each["review"]) for each in by_gender] == [("Male", True), ("Female", True)]
    assert all(each["ci"][0] > 0.85 for each in by_gender)  # two deviations apart: AUC .92
    assert not any(each["review"] for each in of(unfair, "Age")["proxy"])


def test_what_they_were_given_is_audited_beside_what_is_proposed(fair):
    given = chosen(of(fair, "Gender", "Female"), "Legal", "given")
    assert given["within_ci"][0] < 1 < given["within_ci"][1]
    assert not given["reverses"]
    audited, sample = book()
    never = Audited(
        audited.rows.drop(columns="strategy"), audited.outcome, audited.measured, audited.used, "model", audited.score
    )
    kinds = {each["kind"] for each in of(fairness_of(never, sample), "Gender", "Male")["selection"]}
    assert kinds == {"proposed"}


def test_a_ratio_that_turns_round_within_bands_of_risk_is_marked():
    audited, sample = book(seed=3)
    rng = np.random.default_rng(9)
    risky = audited.used > 0.5
    woman = np.where(risky, rng.random(LOANS) < 0.15, rng.random(LOANS) < 0.85)  # women are mostly low risks
    court = rng.random(LOANS) < np.where(risky, np.where(woman, 0.9, 0.55), np.where(woman, 0.3, 0.05))
    rows = audited.rows.assign(gender=np.where(woman, "Female", "Male"), strategy=np.where(court, "Legal", "Standard"))
    card = fairness_of(Audited(rows, audited.outcome, audited.measured, audited.used, "model", audited.score), sample)
    group = next(each for each in of(card, "Gender")["groups"] if each["group"] != of(card, "Gender")["reference"])
    given = chosen(group, "Legal", "given")
    assert given["reverses"]
    assert (given["ratio"] < 1) != (given["within"] < 1)


def test_a_rule_is_no_probability_and_has_no_calibration():
    audited, sample = book()
    card = fairness_of(Audited(audited.rows, audited.outcome, None, audited.used, "rule", audited.score), sample)
    assert card["source"] == "rule"
    assert of(card, "Gender", "Female")["calibration"] is None
    assert of(card, "Gender", "Female")["auc"]["n"] > 400


def test_the_flip_test_counts_every_score_that_moves_with_a_protected_attribute():
    audited, _ = book()
    honest = flip_test(audited.rows, audited.score)
    assert honest == {"fields": ["Age", "Gender"], "n": LOANS, "score_changes": 0, "proposal_changes": 0}
    cheat = flip_test(audited.rows, lambda rows: audited.score(rows) + 0.3 * (rows["gender"] == "Female"))
    women = int((audited.rows["gender"] == "Female").sum())  # told otherwise, nobody is a woman
    assert cheat["score_changes"] == women
    assert 0 < cheat["proposal_changes"] < women


def test_a_group_whose_loans_all_ended_alike_has_neither_calibration_nor_auc():
    audited, sample = book()
    outcome = np.where(audited.rows["gender"] == "Female", 1.0, audited.outcome)
    woman = of(
        fairness_of(Audited(audited.rows, outcome, audited.measured, audited.used, "model", audited.score), sample),
        "Gender",
        "Female",
    )
    assert (woman["calibration"], woman["auc"]) == (None, None)


def test_the_card_is_json_without_nan(fair, unfair):
    for card in (fair, unfair):
        assert json.loads(json.dumps(card, allow_nan=False)) == card


def test_a_book_told_twice_by_the_same_borrowers_is_judged_as_once():
    audited, sample = book(seed=5, loans=600)
    rows = pd.concat([audited.rows] * 2, ignore_index=True)
    outcome, used, who = np.tile(audited.outcome, 2), np.tile(audited.used, 2), np.tile(sample.groups, 2)
    matrix = Matrix(np.tile(sample.actual.values, (2, 1)), np.arange(2), ())
    told = {}
    for name, groups in (("borrowers", who), ("loans", np.arange(1_200.0))):
        both = Audited(rows, outcome, used, used, "model", lambda frame: pd.Series(0.5, index=frame.index))
        asked = Sample(matrix, matrix, outcome, groups, np.zeros(1_200, int), [0, 0], np.ones(1_200, bool))
        told[name] = of(fairness_of(both, asked), "Gender", "Female")
    once = of(fairness_of(audited, sample), "Gender", "Female")

    def widths(group):
        legal = chosen(group, "Legal")
        ends = [group["calibration"]["ci"], group["auc"]["ci"], group["smd"]["ci"], legal["ci"], legal["ratio_ci"]]
        return np.array([high - low for low, high in [*ends, legal["within_ci"]]])

    assert widths(told["borrowers"]) == pytest.approx(widths(once), rel=0.05)
    assert (widths(told["loans"]) < 0.8 * widths(once)).all()
