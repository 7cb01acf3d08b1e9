"""Rows of the store as observations: which facts are adjusted for, which are refused, and what chance decided."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Ruling
from core.strategies.catalogue import Limits
from core.workflows.observed import NOBODY_SAID, taken
from tests.core.workflows.ledger import batch
from tests.worlds.world import draw


def treated(n: int = 400, seed: int = 1, **columns) -> pd.DataFrame:
    """Loans of a world as a reader tells them."""
    frame = draw(n, seed).frame.drop(columns="months_seen")
    none = pd.Series([None] * n, dtype=object)
    told = {
        "loan_id": range(n), "batch_id": 1, "extra": none, "branch": "Main", "trial": none, "arm": none,
        "assignment_probability": np.nan, "begun_earlier": False, "changed_later": False, "cost_12m": 10.0, "strategy_cost": np.nan,
        "recovered_amount": np.nan, "recovery_status": none, "months_observed": np.nan, "agency": "Meridian", "collector": "Ann",
    }  # fmt: skip
    return frame.assign(**{**told, **columns})


def take(frame, *, rulings=(), mapping=None, **more):
    given = {
        "loans": len(frame),
        "batches": [batch(1, mapping=mapping)],
        "rulings": rulings,
        "limits": Limits(),
        "segmentation": None,
    }
    return taken(frame, **{**given, **more})


def test_a_measurement_adjusts_for_what_officers_may_have_gone_by_and_a_policy_reads_none_of_it():
    told = take(treated())
    measured, decided = ({column.of for column in each.columns} for each in (told.observed, told.for_policy))
    assert {"age", "gender", "dependents", "region"} <= measured
    only = {"age", "gender", "dependents", "region", "days past due", "missed payments"}
    assert measured - decided == only  # one day: it tells nothing
    assert {"days past due (log)", "product", "employment", "balance (log)"} <= decided
    assert set(told.facts) == measured
    assert [each["name"] for each in told.inputs] == list(
        dict.fromkeys(column.of for column in told.for_policy.columns)
    )


def test_the_treatment_is_never_a_fact_nor_is_who_collects():
    told = take(
        treated(agency=np.where(np.arange(400) % 2, "X", "Y"), collector=np.where(np.arange(400) % 3, "A", "B"))
    )
    names = " ".join(column.name for column in told.observed.columns)
    assert not any(word in names for word in ("Legal", "Settlement", "agency", "collector", "X", "Ann"))


def test_the_matrix_has_a_column_a_fact_without_gaps_and_the_reference_comes_first():
    frame = treated()
    frame.loc[:40, "promise_kept_ratio"] = np.nan
    observed = take(frame).observed
    assert observed.facts.shape == (400, len(observed.columns))
    assert np.isfinite(observed.facts).all()
    assert "promises kept not stated" in [column.name for column in observed.columns]
    assert observed.strategies == ("Standard", "Settlement", "Legal")
    assert [observed.strategies[each] for each in observed.strategy[:5]] == frame["strategy"][:5].tolist()
    flags = [column for column in observed.columns if not column.is_number]
    assert all(set(np.unique(observed.facts[:, observed.columns.index(each)])) <= {0.0, 1.0} for each in flags)


def test_the_day_is_adjusted_for_where_there_are_several():
    frame = treated(as_of=np.where(np.arange(400) % 2, "2024-06-30", "2024-05-31"))
    told = take(frame)
    assert "when it began" in told.facts
    assert "when it began" not in {column.of for column in told.for_policy.columns}


def test_what_was_written_after_the_outcome_is_refused_and_says_why():
    attempts = np.where(treated()["cash_12m"] > 0, 2.0, 9.0)
    told = take(treated(collection_attempts=attempts, legal_action_taken=np.where(attempts > 2, "Yes", "No")))
    refused = {each["column"]: each["why"] for each in told.refused}
    assert refused["Collection_Attempts"].startswith("It is written with the outcome, after the snapshot")
    assert "Legal_Action_Taken" in refused
    assert not any("attempts" in column.name.lower() for column in told.observed.columns)


def test_unknown_columns_enter_only_where_a_map_says_when_they_are_known():
    rng = np.random.default_rng(3)
    extra = [
        json.dumps({"grade": grade, "note": note, "closing": 1})
        for grade, note in rng.integers(0, 5, (400, 2)).tolist()
    ]
    known = {"known_at": {"grade": "snapshot", "closing": "after"}}
    told = take(treated(extra=extra), mapping=known)
    assert "grade" in told.facts
    refused = {each["column"]: each["why"] for each in told.refused}
    assert refused["note"] == NOBODY_SAID
    assert "only after the outcome" in refused["closing"]
    assert "grade" not in take(treated(extra=extra)).facts


def test_a_column_that_a_person_kept_out_is_not_adjusted_for_either():
    out = Ruling("Promise_Kept_Ratio", False, "it is kept by hand", "ana", "2026-11-01")
    told = take(treated(), rulings=[out])
    assert "promises kept" not in told.facts
    assert any("it is kept by hand" in each["why"] for each in told.refused)


def test_two_loans_of_a_borrower_are_one_cluster_and_loans_without_borrower_stand_alone():
    frame = treated(borrower_ref=["B1", "B1", None, None, *(f"B{place}" for place in range(2, 398))])
    cluster = take(frame).observed.cluster
    assert cluster[0] == cluster[1]
    assert len({*cluster[:5]}) == 4


def test_only_a_trial_between_strategies_says_with_which_chance():
    drawn = np.arange(400) < 100
    legal = treated()["strategy"] == "Legal"
    trial = {
        "trial": np.where(drawn, "Court", None), "arm": np.where(drawn, np.where(legal, "Court", "Calls"), None),
        "assignment_probability": np.where(drawn, np.where(legal, 0.2, 0.8), np.nan),
    }  # fmt: skip
    probability = take(treated(**trial)).observed.probability
    assert np.isnan(probability[100:]).all()
    assert probability[:100].tolist() == np.where(legal[:100], 0.2, 0.8).tolist()


def test_a_trial_within_one_strategy_says_nothing_of_strategies():
    frame = treated()
    standard = (frame["strategy"] == "Standard").to_numpy()
    arms = {"trial": np.where(standard, "Wording", None), "arm": np.where(standard, np.where(frame.index % 2, "A", "B"), None),
            "assignment_probability": np.where(standard, 0.5, np.nan)}  # fmt: skip
    assert np.isnan(take(treated(**arms)).observed.probability).all()


def test_arms_of_one_strategy_add_their_chances():
    arm = np.where(np.arange(400) % 4 == 0, "A", np.where(np.arange(400) % 4 == 1, "B", "C"))
    chance = np.where(arm == "C", 0.5, 0.25)
    strategy = np.where(arm == "C", "Legal", "Standard")
    frame = treated(trial="Mix", arm=arm, assignment_probability=chance, strategy=strategy)
    assert set(take(frame).observed.probability) == {0.5}


def test_another_reference_may_be_asked_for_in_any_spelling():
    told = take(treated(), reference="legal notice")
    assert told.observed.strategies[0] == "Legal"
    with pytest.raises(
        Refused, match=r"No loan with an outcome was under 'smoke signals'. Compare with one of Standard"
    ):
        take(treated(), reference="smoke signals")


def test_where_no_loan_had_the_standard_the_commonest_strategy_is_the_reference():
    frame = treated()
    frame = frame[frame["strategy"] != "Standard"].reset_index(drop=True)
    assert take(frame).observed.strategies == ("Settlement", "Legal")


def test_a_strategy_of_the_lenders_own_is_measured_under_its_name():
    frame = treated()
    frame.loc[frame["strategy"] == "Legal", "strategy"] = "Field visits"
    assert take(frame).observed.strategies == ("Standard", "Settlement", "Field visits")


def test_the_hash_is_of_the_rows_whatever_their_order_and_numbers():
    frame = treated(60)
    same = frame.sample(frac=1, random_state=1).reset_index(drop=True).assign(loan_id=range(60), batch_id=9)
    assert take(frame).sha256 == take(same).sha256
    other = frame.assign(strategy=np.where(frame.index == 0, "Legal", frame["strategy"]))
    assert take(other).sha256 != take(frame).sha256


def test_loans_that_changed_later_are_counted_and_stay():
    told = take(treated(changed_later=np.arange(400) < 7))
    assert told.changed_later == 7
    assert len(told.observed) == 400


def test_a_branch_is_adjusted_for_where_no_region_holds_it():
    branch = np.where(np.arange(400) % 2, "Hill", "Harbour")
    assert "branch" not in take(treated(branch=branch)).facts
    assert "branch" in take(treated(branch=branch, region=None)).facts
