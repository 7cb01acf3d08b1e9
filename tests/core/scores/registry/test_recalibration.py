"""New probabilities in the old order, on loans whose true log-odds are laid out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Model
from core.scores.measures.logit import logit, sigmoid
from core.scores.registry.promotion import Asked, failed_rules, recalibration_judged
from core.scores.registry.recalibration import _crossed, _sample, recalibrated, since
from core.scores.rows.target import Target
from core.scores.scoring.evaluate import load_artifact, sha256_of
from tests.dashboard.models_book import ARTIFACT

CHAMPION = Model(
    7, "logistic", "champion", "", sha256_of(ARTIFACT), {"data": {"last_day": "2024-10-31", "loans": 500}, "rate": {"kept": 1}}, ARTIFACT
)  # fmt: skip
DRAW = np.random.default_rng(4)
N = 1_500
DAYS = np.exp(DRAW.normal(3, 1, N)) - 1  # the one input is log(1 + days), so the margin is -1 + .8 x a standard normal
MARGIN = -1 + 0.8 * (np.log1p(np.maximum(DAYS, 0)) - 3)
CAME = (DRAW.random(N) < sigmoid(0.9 + 0.7 * MARGIN)).astype(float)  # true intercept .9, slope .7


def fresh(outcome=CAME, days=DAYS, who=None):
    rows = pd.DataFrame(
        {"as_of": "2025-11-30", "loan_ref": [f"L{at}" for at in range(len(days))], "status": "open", "hold": None,
         "balance": 100.0, "dpd": np.maximum(days, 0), "region": np.where(np.arange(len(days)) % 2, "North", "South")}
    )  # fmt: skip
    return Target("t", "payments", rows, outcome, np.arange(float(len(days))) if who is None else who, rows[:0])


@pytest.fixture(scope="module")
def made():
    return recalibrated(CHAMPION, fresh())


def test_intercept_and_slope_are_those_the_loans_came_by_and_nothing_else_changes(made):
    assert made.card["recalibrated"] | {"learned": None} == {
        "from": 7, "intercept": pytest.approx(0.9, abs=0.2), "slope": pytest.approx(0.7, abs=0.2), "loans": N,
        "first_day": "2025-11-30", "last_day": "2025-11-30", "slope_before": pytest.approx(0.7, abs=0.2), "learned": None,
    }  # fmt: skip
    before, after = json.loads(ARTIFACT), json.loads(made.artifact)
    assert after.pop("calibration")["method"] == "platt"
    assert before.pop("calibration") == {"method": "none"}
    assert after == before
    assert load_artifact(made.artifact, made.sha256).content["linear"] == before["linear"]
    assert made.margins == pytest.approx(MARGIN)
    assert (made.kind, made.card["rate"]) == ("logistic", {"kept": 1})


def test_the_card_holds_what_was_measured_on_these_loans(made):
    json.dumps(made.card, allow_nan=False)
    assert (made.card["n"], made.card["events"], made.card["evidence"]["n"]) == (N, int(CAME.sum()), N)
    assert made.card["ece"] < 0.05
    assert made.card["out_of_time"]["auc"] == made.card["auc"]
    assert made.card["out_of_time"]["windows_apart"]
    assert made.card["p_value"] < 0.005
    assert made.card["fairness"]["n"] == N


def test_it_is_better_promises_truly_and_no_group_pays_for_it(made):
    told = made.card["comparison"]
    assert (told["passed"], told["on"], told["against"], told["n"]) == (True, "new", 7, N)
    assert [(each["rule"], each["of"]) for each in told["rules"]] == [
        ("better", ""), ("calibration", ""), ("promise", "Region: North"), ("promise", "Region: South"),
    ]  # fmt: skip


def test_the_promise_a_loan_is_judged_by_does_not_know_its_borrower():
    """A borrower of 300 loans is promised the same whether all of them were lost or none; the stored numbers know it."""
    artifact, who = (
        load_artifact(ARTIFACT, sha256_of(ARTIFACT)),
        np.concatenate([np.zeros(300), np.arange(1.0, N - 299)]),
    )
    told, stored = [], []
    for lost in (1.0, 0.0):
        target = fresh(np.concatenate([np.full(300, lost), CAME[300:]]), who=who)
        told.append(_crossed(_sample(artifact, target), MARGIN, MARGIN)[0][:300].mean())
        stored.append(recalibrated(CHAMPION, target).card["recalibrated"]["intercept"])
    assert told[0] == pytest.approx(told[1], abs=0.02)
    assert stored[0] > stored[1] + 0.5


def test_a_group_that_is_promised_worse_stops_it():
    half = np.where(np.arange(N) % 2, "North", "South")
    right = np.asarray(sigmoid(0.9 + 0.7 * MARGIN))
    worse = np.where(half == "South", sigmoid(logit(right) - 0.9), right)
    told = recalibration_judged(CAME, np.arange(float(N)), Asked(worse, MARGIN), Asked(right, MARGIN), {"Region": half})
    south, north = (
        next(each for each in told["rules"] if each["of"] == f"Region: {name}") for name in ("South", "North")
    )
    assert (south["passed"], north["passed"], north["figure"]) == (False, True, 0.0)
    assert south["ci"][0] > 0
    assert "it promises worse for Region: South (log-loss higher by 0." in failed_rules(told)


def test_loans_it_learned_from_never_count():
    whole = fresh()
    rows = whole.rows.assign(as_of=np.where(np.arange(N) < 400, "2024-10-31", "2025-11-30"))
    left = since(CHAMPION, replace(whole, rows=rows))
    assert len(left.outcome) == len(left.rows) == len(left.groups) == N - 400
    assert left.groups.min() == 400
    assert len(since(replace(CHAMPION, card={}), whole).outcome) == 0


def test_an_order_no_better_than_chance_is_refused():
    with pytest.raises(Refused, match=r"Model 7 no longer tells these loans apart \(AUC 0\.\d+, 95 % interval"):
        recalibrated(CHAMPION, fresh(np.random.default_rng(9).permutation(CAME)))
