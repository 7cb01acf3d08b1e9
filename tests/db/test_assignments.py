"""The assignments that statements in files make."""

import pandas as pd

from db.assignments import FIELDS, changes_of_strategy

BYSTANDER = {"loan_id": 9, "day": "2026-01-31", "strategy": "Legal", "batch_id": 1}


def told(*events):
    rows = [{"by_person": 0, "loan_id": 1, "batch_id": 1, **event} for event in (*events, BYSTANDER)]
    columns = ["loan_id", "day", "by_person", "strategy", "trial", "arm", "probability", "assigned_on", "batch_id"]
    frame = pd.DataFrame(rows).reindex(columns=columns).astype(object)
    found = changes_of_strategy(frame.where(frame.notna(), None))
    assert list(found.columns) == list(FIELDS)
    assert found[found["loan_id"] == 9]["strategy"].tolist() == ["Legal"]
    return found.loc[found["loan_id"] == 1, ["assigned_on", "strategy", "decided_by"]].values.tolist()


def test_a_strategy_said_again_is_no_new_assignment():
    said = [{"day": "2026-01-31", "strategy": "Standard"}, {"day": "2026-02-28", "strategy": "Standard"}]
    assert told(*said) == [["2026-01-31", "Standard", "file"]]


def test_the_stated_day_counts_unless_it_is_before_the_last_statement_or_after_its_own_snapshot():
    january = {"day": "2026-01-31", "strategy": "Standard", "assigned_on": "2025-12-05"}
    assert told(january)[0][0] == "2025-12-05"
    february = {"day": "2026-02-28", "strategy": "Legal"}
    assert told(january, {**february, "assigned_on": "2026-02-10"})[1][0] == "2026-02-10"
    assert told(january, {**february, "assigned_on": "2026-01-31"})[1][0] == "2026-02-28"
    assert told(january, {**february, "assigned_on": "2026-03-01"})[1][0] == "2026-02-28"


def test_a_test_that_begins_under_the_same_strategy_is_an_assignment_once():
    plain = {"strategy": "Standard"}
    tested = {**plain, "trial": "Wording", "arm": "B"}
    said = [{**plain, "day": "2026-01-31"}, {**tested, "day": "2026-02-28"}, {**plain, "day": "2026-03-31"}]
    expected = [["2026-01-31", "Standard", "file"], ["2026-02-28", "Standard", "trial"]]
    assert told(*said, {**tested, "day": "2026-04-30"}) == expected


def test_another_arm_is_another_assignment():
    tested = {"strategy": "Standard", "trial": "Wording"}
    said = [{**tested, "arm": "A", "day": "2026-01-31"}, {**tested, "arm": "B", "day": "2026-02-28"}]
    assert [row[0] for row in told(*said)] == ["2026-01-31", "2026-02-28"]


def test_a_decision_is_kept_by_itself_and_only_a_file_that_differs_from_it_makes_an_assignment():
    said = [
        {"day": "2026-01-31", "strategy": "Standard"},
        {"day": "2026-02-28", "strategy": "Legal", "by_person": 1},
        {"day": "2026-03-31", "strategy": "Legal"},
        {"day": "2026-04-30", "strategy": "Standard"},
    ]
    assert told(*said) == [["2026-01-31", "Standard", "file"], ["2026-04-30", "Standard", "file"]]


def test_a_test_said_again_after_a_decision_is_an_assignment_of_its_own():
    tested = {"strategy": "Standard", "trial": "Wording", "arm": "A"}
    said = [
        {**tested, "day": "2026-01-31"},
        {"day": "2026-02-10", "strategy": "Standard", "by_person": 1},
        {**tested, "day": "2026-02-28"},
    ]
    assert [row[0] for row in told(*said)] == ["2026-01-31", "2026-02-28"]
