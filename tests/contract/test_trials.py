"""What every keeper of trials does: plans, decisions, and the loans of a trial with what came of them: on the fake and on the store."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, actions, loan, payments, portfolio, put
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

JUNE, JULY, OCTOBER = "2026-06-30", "2026-07-31", "2026-10-31"
RECEIVED = date(2026, 11, 2)
DAY = date(2026, 11, 3)


def tried(ref: str, arm: str, on: str = JUNE, **more: object) -> dict[str, object]:
    given = {"strategy": "Standard", "trial": "Tone", "arm": arm, "assigned_on": on, "assignment_probability": 0.5}
    return loan(ref, **given | more)


FILES = [
    portfolio(
        [tried("A", "Soft", borrower_ref="B1", balance=500.0, dpd=40, contact_rate=0.25), tried("B", "Firm", "2026-06-20"),
         loan("OUT", strategy="Standard"), loan("LATER")], as_of=JUNE, received_on=date(2026, 7, 1),
    ),
    portfolio(
        [tried("A", "Soft", borrower_ref="B1", balance=400.0), tried("B", "Firm", "2026-06-20"), loan("OUT", strategy="Standard"),
         loan("LATER", strategy="Standard"), tried("LATE", "Firm", "2026-10-20", borrower_ref="B2")],
        as_of=OCTOBER, received_on=RECEIVED,
    ),
    payments(
        [{"loan_ref": "A", "paid_on": JUNE, "amount": 999.0}, {"loan_ref": "A", "paid_on": "2026-07-10", "amount": 60.0, "payment_ref": "P1"},
         {"loan_ref": "A", "paid_on": "2026-09-28", "amount": 40.0}, {"loan_ref": "A", "paid_on": "2026-09-29", "amount": 7.0},
         {"loan_ref": "A", "paid_on": "2026-08-01", "amount": 10.0, "payment_kind": "reversal", "reverses_ref": "P1"},
         {"loan_ref": "A", "paid_on": "2026-08-02", "amount": 300.0, "payment_kind": "waiver"},
         {"loan_ref": "OUT", "paid_on": "2026-08-01", "amount": 70.0}], received_on=RECEIVED,
    ),
    actions(
        [{"loan_ref": "A", "acted_on": "2026-06-15", "action": "call", "result": "right party", "cost": 5.0},
         {"loan_ref": "A", "acted_on": "2026-07-15", "action": "call", "result": "Right Party", "cost": 2.5},
         {"loan_ref": "A", "acted_on": "2026-07-16", "action": "letter", "result": "Complaint received", "cost": 1.0},
         {"loan_ref": "B", "acted_on": "2026-07-01", "action": "call", "result": "promise", "promise_amount": 50.0, "promise_due": "2026-07-10"},
         {"loan_ref": "B", "acted_on": "2026-10-30", "action": "call", "result": "no answer", "cost": 3.0}], received_on=RECEIVED,
    ),
]  # fmt: skip


class Keeper:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def unit(self, who="ana"):
        return self.writer.unit("own", kind="trial", known_on=DAY, who=who)

    def rows(self, trial="Tone", days=90):
        return self.reader.trial_rows(trial, window_days=days).set_index("loan_ref")


@pytest.fixture(params=["fake", "sql"])
def keeper(request, tmp_path):
    if request.param == "fake":
        frames = [
            pd.concat([file.frame for file in FILES if file.kind == kind], ignore_index=True)
            for kind in ("portfolio", "payments", "actions")
        ]
        reader = FakePortfolioReader(*frames, payments_until=RECEIVED, actions_until=RECEIVED)
        yield Keeper(reader, FakeModelWriter(reader))
        return
    engine = new_store(tmp_path / "trials.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    put(writer, *FILES)
    yield Keeper(SqlPortfolioReader(engine), writer)
    engine.dispose()


def test_the_loans_of_a_trial_are_those_assigned_to_it_with_their_facts_of_that_day(keeper):
    rows = keeper.rows()
    assert list(rows.index) == ["B", "A", "LATE"]
    assert rows.loc["A", ["borrower_ref", "arm", "probability", "assigned_on", "strategy", "as_of"]].tolist() == [
        "B1", "Soft", 0.5, JUNE, "Standard", JUNE,
    ]  # fmt: skip
    assert rows.loc["A", ["balance", "dpd", "contact_rate"]].tolist() == [500.0, 40.0, 0.25]
    assert rows.loc["LATE", "as_of"] == OCTOBER  # no snapshot by the 20th: the first one after
    assert keeper.reader.trial_names() == ["Tone"]


def test_what_came_is_that_of_the_window_and_a_reversal_counts_back(keeper):
    row = keeper.rows().loc["A"]
    assert row["cash_early"] == 60 - 10 + 40
    assert (row["cost_early"], row["contacts"], row["complaints"]) == (3.5, 1.0, 1.0)
    assert keeper.rows(days=30).loc["A", "cash_early"] == 50
    other = keeper.rows().loc["B"]
    assert (other["cash_early"], other["contacts"], other["complaints"], other["broken_promises"]) == (
        0.0,
        1.0,
        0.0,
        1.0,
    )


def test_a_window_that_is_not_over_by_what_is_known_is_not_told(keeper):
    row = keeper.rows().loc["LATE"]
    assert all(
        np.isnan(row[name]) for name in ("cash_early", "cost_early", "contacts", "broken_promises", "complaints")
    )
    assert keeper.reader.outcomes_until() is not None


def test_an_unknown_trial_has_no_loans(keeper):
    rows = keeper.rows("Nobody")
    assert rows.empty
    assert {"arm", "cash_early", "risk_score"} <= set(rows.columns)


def test_a_trial_is_registered_once_and_closed_once(keeper):
    assert keeper.reader.trials() == []
    for name in ("One", "Two"):
        with keeper.unit() as unit:
            unit.put_trial({"name": name, "planned_n": 50})
    assert [trial.name for trial in keeper.reader.trials()] == ["Two", "One"]
    with pytest.raises(Refused, match="a trial 'One' already"), keeper.unit() as unit:
        unit.put_trial({"name": "One"})
    with keeper.unit("bob") as unit:
        unit.decide_trial("One", "decided", {"verdict": "win"}, "it is clear")
    one = keeper.reader.trials()[1]
    assert (one.status, one.who, one.decided_by, one.because, one.verdict) == (
        "decided",
        "ana",
        "bob",
        "it is clear",
        {"verdict": "win"},
    )
    assert one.plan == {"name": "One", "planned_n": 50}
    with pytest.raises(Refused, match="No trial 'One' is running"), keeper.unit() as unit:
        unit.decide_trial("One", "stopped", {}, "again")


def test_a_person_puts_loans_into_arms_and_they_are_loans_of_the_trial(keeper):
    told = pd.DataFrame(
        {
            "loan_ref": ["OUT", "LATER"],
            "arm": ["X", "Y"],
            "strategy": ["Standard", "Settlement"],
            "probability": [0.3, 0.7],
        }
    )
    with keeper.unit() as unit:
        assert unit.assign_trial("New", told, DAY) == 2
    rows = keeper.rows("New")
    assert rows["arm"].to_dict() == {"OUT": "X", "LATER": "Y"}
    assert rows["probability"].to_dict() == {"OUT": 0.3, "LATER": 0.7}
    assert (rows.loc["LATER", "strategy"], rows.loc["LATER", "assigned_on"]) == ("Settlement", DAY.isoformat())
    assert list(keeper.rows().index) == ["B", "A", "LATE"]
