"""The rules of promotion, on answers whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Model
from core.scores.measures.discrimination import auc, auc_difference_error
from core.scores.measures.logit import logit, sigmoid
from core.scores.registry.promotion import Asked, contest, failed_rules, groups_of, judged, was_held
from core.scores.rows.target import Target
from core.scores.scoring.evaluate import sha256_of
from tests.dashboard.models_book import ARTIFACT

N = 1_200
DRAW = np.random.default_rng(11)
TRUTH = -0.8 + 1.2 * DRAW.normal(size=N)
OUTCOME = (DRAW.random(N) < sigmoid(TRUTH)).astype(float)
NOISE = DRAW.normal(size=N)
BORROWER = np.arange(N) // 2
HALF = np.where(np.arange(N) % 2 == 0, "North", "South")


def answers(margin) -> Asked:
    return Asked(sigmoid(margin), margin)


KNOWS, GUESSES = answers(TRUTH), answers(np.full(N, logit(np.array(OUTCOME.mean()))) + 0.3 * NOISE)


def compared(challenger, champion, groups=None):
    return judged(OUTCOME, BORROWER, challenger, champion, groups or {})


def rule(told, name, of=""):
    return next(each for each in told["rules"] if (each["rule"], each["of"]) == (name, of))


def test_one_that_knows_beats_one_that_guesses_and_every_rule_says_its_figure_interval_and_n():
    told = compared(KNOWS, GUESSES, {"Region": HALF})
    assert (told["passed"], told["better"], told["n"], told["events"]) == (True, True, N, int(OUTCOME.sum()))
    assert [(each["rule"], each["of"]) for each in told["rules"]] == [
        ("better", ""), ("calibration", ""), ("group", "Region: North"), ("group", "Region: South"),
    ]  # fmt: skip
    for each in told["rules"]:
        assert each["ci"][0] <= each["figure"] <= each["ci"][1]
        assert each["n"] == (N if each["rule"] != "group" else N / 2)
    json.dumps(told, allow_nan=False)


def test_the_gain_by_hand():
    told = judged(
        np.array([0.0, 1.0] * 60), np.arange(120.0), answers(np.array([-1.0, 1.0] * 60)), answers(np.zeros(120)), {}
    )
    assert told["gain"] == pytest.approx(np.log(2) - np.log1p(np.exp(-1)))
    assert told["gain_ci"] == pytest.approx([told["gain"]] * 2)


def test_an_equal_is_not_better_and_a_guess_is_worse():
    assert not compared(KNOWS, KNOWS)["better"]
    worse = compared(GUESSES, KNOWS)
    assert not worse["passed"]
    assert worse["gain_ci"][1] < 0
    assert failed_rules(worse).startswith("it is not clearly better (log-loss gain -")


def test_the_interval_counts_borrowers_and_not_their_loans():
    many = judged(*(np.repeat(each, 4) for each in (OUTCOME, BORROWER)), *(
        Asked(np.repeat(each.probability, 4), np.repeat(each.score, 4)) for each in (KNOWS, GUESSES)
    ), {})  # fmt: skip
    once = compared(KNOWS, GUESSES)
    width = [told["gain_ci"][1] - told["gain_ci"][0] for told in (many, once)]
    assert width[0] == pytest.approx(width[1], rel=0.15)


def test_a_better_order_does_not_pay_for_probabilities_that_do_not_hold():
    off = Asked(sigmoid(TRUTH * 1.35 + 0.1), TRUTH)
    told = compared(off, KNOWS)
    found = rule(told, "calibration")
    assert found["figure"] > found["limit"] == 0.005
    assert not found["passed"]
    assert "its calibration error is" in failed_rules(told)


def test_a_group_that_is_told_apart_clearly_worse_stops_it():
    hurt = np.where(HALF == "South", 0.2 * TRUTH + NOISE, TRUTH)
    told = compared(answers(hurt), answers(TRUTH), {"Region": HALF})
    assert not rule(told, "group", "Region: South")["passed"]
    assert rule(told, "group", "Region: North")["passed"]
    assert "it is worse for Region: South (AUC lower by 0." in failed_rules(told)


def test_a_group_that_is_worse_by_no_more_than_chance_makes_does_not():
    few = np.where(np.arange(N) < 200, "Few", "Many")
    shaken = answers(TRUTH + np.where(few == "Few", 0.6 * NOISE, 0.0))
    told = rule(compared(shaken, KNOWS, {"Product": few}), "group", "Product: Few")
    assert told["figure"] > told["limit"] == 0.02
    assert told["ci"][0] < 0
    assert told["passed"]


def test_groups_without_50_of_each_outcome_and_rows_that_state_none_are_not_judged():
    events = np.flatnonzero(OUTCOME == 1)[:49]
    small = np.full(N, "", dtype=object)
    small[events] = "Small"
    small[np.flatnonzero(OUTCOME == 0)[:300]] = "Small"
    told = compared(KNOWS, GUESSES, {"Product": small.astype(str)})
    assert [each["rule"] for each in told["rules"]] == ["better", "calibration"]


def test_the_error_of_a_difference_is_that_of_redrawn_loans():
    other = TRUTH + NOISE
    found = auc_difference_error(OUTCOME, TRUTH, other)
    draw = np.random.default_rng(2)
    redrawn = []
    for _ in range(300):
        rows = draw.integers(0, N, N)
        redrawn.append(auc(OUTCOME[rows], TRUTH[rows]) - auc(OUTCOME[rows], other[rows]))
    assert found == pytest.approx(np.std(redrawn), rel=0.15)
    assert auc_difference_error(OUTCOME, TRUTH, TRUTH) == 0
    assert np.isnan(auc_difference_error(np.array([1.0, 0, 0]), np.arange(3.0), np.arange(3.0)))


def test_ages_are_banded_with_each_edge_in_the_older_band_and_absent_ones_in_none():
    rows = pd.DataFrame(
        {"age": [29.0, 30.0, 44.0, 45.0, 59.0, 60.0, np.nan], "gender": ["F", None, "M", "F", "M", "F", "M"]}
    )
    told = groups_of(rows)
    assert told["Age"].tolist() == ["under 30", "30 to 44", "30 to 44", "45 to 59", "45 to 59", "60 or more", ""]
    assert told["Gender"].tolist() == ["F", "", "M", "F", "M", "F", "M"]
    assert told.keys() == {"Age", "Gender"}


def test_groups_are_listed_in_their_natural_order():
    ages = np.array([(20.0, 35.0, 50.0, 70.0)[i % 4] for i in range(N)])
    told = compared(KNOWS, GUESSES, groups_of(pd.DataFrame({"age": ages})))
    named = [each["of"] for each in told["rules"] if each["rule"] == "group"]
    assert named == ["Age: under 30", "Age: 30 to 44", "Age: 45 to 59", "Age: 60 or more"]


# Two models meet on loans new to both; the champion here knew loans placed up to 31 Oct 2025.

CHAMPION = Model(7, "logistic", "champion", "", sha256_of(ARTIFACT), {"data": {"last_day": "2025-10-31"}}, ARTIFACT)


def book(old_days, new, new_events, immature_on=()):
    """So many loans the champion knew, `new` later ones with `new_events` not recovered, and the loans that wait."""
    days = ["2025-10-31"] * old_days + ["2025-11-30"] * new
    outcome = np.array([float(i % 2) for i in range(old_days)] + [1.0] * new_events + [0.0] * (new - new_events))
    rows = pd.DataFrame({"as_of": days, "loan_ref": [f"L{i}" for i in range(len(days))], "dpd": 30.0 + 60 * outcome})
    return Target(
        "t", "payments", rows, outcome, np.arange(len(days), dtype=float), rows[:0], len(immature_on), immature_on
    )


def met(target, champion=CHAMPION, later=None):
    return contest(answers(4.0 * target.outcome - 2), champion, target, later)


def test_on_loans_the_champion_learned_from_there_is_no_contest_and_no_figure():
    told = met(book(400, 0, 0, ("2025-12-31", "2025-11-30", "2025-11-30", "2025-09-30")))
    assert told == {
        "passed": False, "on": "none", "against": 7, "since": "2025-10-31", "n": 0, "events": 0, "needed": 50,
        "next_placed": "2025-11-30", "next_loans": 2,
    }  # fmt: skip
    assert not was_held(told)


@pytest.mark.parametrize(("new", "events", "held"), [(99, 50, False), (99, 49, False), (100, 50, True)])
def test_it_takes_50_of_each_outcome_among_the_new_and_only_they_count(new, events, held):
    told = met(book(400, new, events))
    assert (was_held(told), told["n"], told["events"]) == (held, new, events)
    assert ("rules" in told) is ("gain" in told) is held
    assert told["on"] == ("new" if held else "none")


def test_a_champion_whose_card_names_no_last_day_is_not_held_against_anybody():
    told = met(book(400, 200, 100, ("2025-12-31",)), replace(CHAMPION, card={}))
    assert (told["on"], told["since"], told["n"], told["next_placed"], told["next_loans"]) == ("none", "", 0, "", 0)


def test_a_champion_that_cannot_be_read_is_found_out_before_anything_is_counted():
    with pytest.raises(Refused, match="damaged"):
        met(book(400, 0, 0), replace(CHAMPION, artifact=ARTIFACT + " "))


def test_loans_later_than_all_that_either_learned_from_come_first():
    target = book(400, 300, 150)
    asked_about = np.arange(700) % 2 == 0
    later = (asked_about, answers(4.0 * target.outcome[asked_about] - 2))
    told = met(target, later=later)
    assert (told["on"], told["n"], told["events"]) == ("later", 150, 75)


@pytest.mark.parametrize("comparison", [None, {}, {"on": "none"}, {"on": "all", "rules": []}])
def test_a_comparison_on_loans_one_had_learned_from_counts_as_no_contest(comparison):
    assert not was_held(comparison)


def test_a_group_is_judged_by_its_borrowers_and_not_by_their_loans():
    few = np.where(np.arange(N) < 200, "Few", "Many")
    shaken = answers(TRUTH + np.where(few == "Few", 0.6 * NOISE, 0.0))
    every = [np.repeat(each, 4) for each in (OUTCOME, np.arange(N), few)]
    four, theirs = (Asked(np.repeat(each.probability, 4), np.repeat(each.score, 4)) for each in (shaken, KNOWS))
    told = rule(judged(every[0], every[1], four, theirs, {"Product": every[2]}), "group", "Product: Few")
    single = rule(judged(OUTCOME, np.arange(N), shaken, KNOWS, {"Product": few}), "group", "Product: Few")
    assert told["figure"] == pytest.approx(single["figure"])
    assert told["ci"] == pytest.approx(single["ci"], abs=0.004)
    naive = rule(judged(every[0], np.arange(4 * N), four, theirs, {"Product": every[2]}), "group", "Product: Few")
    assert not naive["passed"]  # loans taken as independent would stop it
    assert told["passed"]
