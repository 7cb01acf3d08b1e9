"""A learned policy through the whole product: learned from a file, asked, tried, put in use, damaged, taken out of use."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import Refused
from core.scores.scoring.evaluate import sha256_of
from core.selection import Selection
from core.strategies.catalogue import Limits
from core.workflows.policies import decided
from core.workflows.policy_arms import policy_number, proposals_of_arms, winners
from core.workflows.proposing import by_value, damage_of, learned_limits, proposed
from core.workflows.score import score_one
from db.engine import open_store
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.command_line import run
from tests.monitored import NOON
from tests.test_bad_effects import HEADERS
from tests.worlds.world import Coefficients, draw

OUTCOMES, OPEN, TODAY = date(2025, 1, 31), date(2026, 1, 31), date(2026, 2, 3)
WORLD = Coefficients(confounding=0.3, legal=0.6, spread=0.9)
LIMITS = {"strategies": {"Legal": {"capacity_count": 7}, "Settlement": {"capacity_share": 0.25}}}


def files(folder):
    """900 loans of a year ago with what came of them, and 300 new ones of today, to be worked."""
    past = draw(900, 5, WORLD).frame
    told = past[list(HEADERS)].rename(columns=HEADERS).assign(Strategy_Cost=30, Months_Observed=12)
    now = draw(300, 6, WORLD).frame.drop(columns="cash_12m")
    now = now.assign(loan_ref="N" + now["loan_ref"], borrower_ref="N" + now["borrower_ref"])
    todo = now[[name for name in HEADERS if name in now]].rename(columns=HEADERS)
    paths = folder / "past.csv", folder / "today.csv"
    for frame, path in zip((told, todo), paths, strict=True):
        frame.to_csv(path, index=False)
    return paths


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with both files and one measurement, its policy a challenger."""
    folder = tmp_path_factory.mktemp("learned")
    db = f"sqlite:///{folder / 'book.db'}"
    for path, day in zip(files(folder), (OUTCOMES, OPEN), strict=True):
        loaded = run("ingest", str(path), "--db", db, "--as-of", day.isoformat(), "--accept-change", "--json").json
        assert loaded["status"] == "committed", loaded
    measured = run("effects", "--store", "--db", db, "--json")
    assert measured.code == 0, measured.err
    assert measured.json["policy"]["status"] == "challenger", measured.json["policy"]
    (folder / "limits.json").write_text(json.dumps(LIMITS))
    return folder, db


def reader_of(db):
    return SqlPortfolioReader(open_store(db, create=False))


def newest(db) -> pd.DataFrame:
    return pd.concat(list(reader_of(db).snapshots(OPEN)), ignore_index=True)


def listed(store, *more: str) -> pd.DataFrame:
    folder, db = store
    told = run("recommend", "--db", db, "--out", str(folder / "todo.csv"), *more)
    assert told.code == 0, told.err
    return pd.read_csv(folder / "todo.csv")


def test_until_a_policy_is_in_use_the_thresholds_propose_and_a_list_may_ask_for_either(store):
    assert set(listed(store)["Policy"]) == {"Thresholds 0.50 / 0.75"}
    asked = listed(store, "--policy", "value")
    assert set(asked["Policy"]) == {"Value policy 1"}
    assert listed(store, "--policy", "1")["Strategy"].equals(asked["Strategy"])
    assert listed(store, "--policy", "thresholds")["Strategy"].equals(listed(store)["Strategy"])
    assert not asked["Strategy"].equals(listed(store)["Strategy"])


def test_the_lender_s_limits_hold_for_the_policy_and_legal_waits_for_a_person(store):
    folder, _ = store
    table = listed(store, "--policy", "value", "--limits", str(folder / "limits.json"))
    given = table["Strategy"].value_counts()
    assert given.get("Legal", 0) <= 7
    assert given.get("Settlement", 0) <= 0.25 * len(table)
    assert table.loc[table["Strategy"] == "Legal", "Needs_Confirmation"].all()
    assert table.loc[table["Strategy"] == "Settlement", "Reasons"].str.contains("than Standard after its cost").any()


@pytest.mark.parametrize("name", ["2", "best"])
def test_a_policy_that_is_not_there_is_refused(store, name):
    folder, db = store
    told = run("recommend", "--db", db, "--policy", name, "--out", str(folder / "none.csv"))
    assert told.code == 2
    assert f"There is no learned policy '{name}'" in told.err
    assert not (folder / "none.csv").exists()


def test_costs_that_limits_do_not_state_are_those_told_of_the_loans(store):
    policy = reader_of(store[1]).policies()[0]
    assert {each.name: each.cost for each in learned_limits(policy.card).strategies} == {
        "Standard": 30.0, "Settlement": 30.0, "Legal": 30.0,
    }  # fmt: skip


def test_a_list_says_whose_costs_its_net_values_take(store):
    from core.workflows.proposing import net_value_bases

    folder, db = store
    policy = reader_of(db).policies()[0]
    learned = net_value_bases(policy)
    assert learned["Legal"] == (
        "Net value takes Legal at 30.00 a loan, 0 of the cash as fee and 0.93 for each unit of it (its cost as the policy was learned with)"
    )
    stated = net_value_bases(policy, Limits.from_json('{"strategies": {"Legal": {"cost": 40}}}'))
    assert "Legal at 40.00 a loan" in stated["Legal"]
    assert stated["Legal"].endswith("(as your limits state)")
    assert stated["Standard"].endswith("(its cost as the policy was learned with)")
    assert net_value_bases(None)["Legal"].endswith("(the catalogue's planning figures)")
    told = listed((folder, db), "--policy", "value")
    valued = told.loc[told["Expected_Net_Value"].notna(), "Reasons"]
    assert not valued.str.contains("as your limits state").any()


def test_a_policy_that_is_stored_damaged_leaves_it_to_the_thresholds(store):
    from dataclasses import replace

    policy = reader_of(store[1]).policies()[0]
    broken = replace(policy, artifact=policy.artifact.replace("0.", "1.", 1))
    frame = newest(store[1])
    assert damage_of(policy) == ""
    content = json.loads(policy.artifact)
    del content["policy"]["shares"]
    older = json.dumps(content)
    assert damage_of(replace(policy, artifact=older, sha256=sha256_of(older))) == "Policy 1 as stored lacks its shares"
    assert damage_of(broken) == "Policy 1 as stored is not what was learned"
    assert proposed(frame, broken)["proposed"].equals(proposed(frame, None)["proposed"])
    with pytest.raises(Refused, match="Policy 1 as stored is not what was learned"):
        by_value(frame, broken)


def test_a_damaged_policy_is_not_put_in_use_whatever_it_won(tmp_path):
    db = f"sqlite:///{tmp_path / 'book.db'}"
    loaded = run("ingest", str(files(tmp_path)[0]), "--db", db, "--as-of", OUTCOMES.isoformat(), "--json").json
    reader, writer = reader_of(db), SqlPortfolioWriter(open_store(db, create=False), lambda: NOON)
    card = {"may_challenge": {"allowed": True, "why": "it gains"}}
    row = {
        "kind": "value",
        "status": "challenger",
        "sha256": "0",
        "artifact": "{}",
        "card": card,
        "batches": [loaded["batch"]],
        "run": None,
    }
    with writer.unit("own", kind="decision", known_on=TODAY, who="ana") as unit:
        number = unit.put_policy(row)
        unit.log_strategy("won", f"policy {number}", figures={"policy": number})
    with pytest.raises(Refused, match="as stored is not what was learned"):
        decided(
            "crown-policy",
            {"policy": number, "because": "it won"},
            reader=reader,
            writer=writer,
            today=TODAY,
            who="ana",
        )
    assert reader.policy_in_use() is None


def test_one_borrower_is_told_what_is_best_without_limits(store):
    reader = reader_of(store[1])
    row = newest(store[1]).iloc[0]
    told_of = ("balance", "monthly_income", "emi", "collateral_value")
    fields = {name: float(row[name]) for name in told_of} | {"dpd": int(row["dpd"]), "product": row["product"]}
    known = {"champion": None, "segmentation": None, "rates": reader.matured_rates()}
    told = score_one(fields, **known, policy=reader.policies()[0])
    assert told.policy == "Value policy 1"
    assert told.strategy in ("Standard", "Settlement", "Legal", "No action")
    assert score_one(fields, **known).policy == "Thresholds 0.50 / 0.75"


class EightCourtPlaces:
    """A reader whose newest policy was learned with eight places for Legal, of a day that is given."""

    def __init__(self, reader):
        self._reader, self.frame = reader, None

    def book(self):
        return self._reader.book()

    def snapshots(self, day):
        yield self.frame

    def policies(self):
        policy = self._reader.policies()[0]
        limits = json.loads(json.dumps(policy.card["limits"]))
        limits["strategies"]["Legal"] |= {"capacity_count": 8, "cost": 0.0}
        return [replace(policy, card={**policy.card, "limits": limits})]


def test_an_arm_that_is_a_policy_gets_what_it_proposes_within_its_part(store):
    from core.strategies.trials.design import plan_of

    plan = plan_of({
        "name": "Value", "starts_on": "2026-02-03", "ends_on": "2026-12-31", "planned_n": 200, "why": "is it better?",
        "arms": [{"name": "as now", "share": 0.5}, {"name": "by value", "share": 0.5, "what": "policy 1"}],
    })  # fmt: skip
    reader, frame = reader_of(store[1]), newest(store[1])
    arms = ["as now" if row % 2 else "by value" for row in range(len(frame))]
    told = proposals_of_arms(reader, plan, pd.DataFrame({"loan_ref": frame["loan_ref"], "arm": arms}))
    of_policy = pd.Series(arms) == "by value"
    assert told[~of_policy].isna().all()
    assert set(told[of_policy].dropna()) <= {"Standard", "Settlement", "Legal"}
    assert told[of_policy].notna().sum() > 100
    few = EightCourtPlaces(reader)
    dealt = pd.DataFrame({"loan_ref": frame["loan_ref"], "arm": arms})
    closed = frame.assign(loan_ref="C" + frame["loan_ref"], borrower_ref="C" + frame["borrower_ref"], status="paid")
    few.frame = pd.concat([frame, closed], ignore_index=True)  # half of the book cannot be worked
    assert (proposals_of_arms(few, plan, dealt) == "Legal").sum() == 4, "half of the work, so half of the 8 places"
    arms_of = [{"name": "as now", "share": 0.5}, {"name": "by value", "share": 0.5, "what": "policy 9"}]
    gone = plan_of({**plan.as_json(), "arms": arms_of})
    dealt = pd.DataFrame({"loan_ref": frame["loan_ref"], "arm": arms})
    with pytest.raises(Refused, match="There is no policy 9"):
        proposals_of_arms(reader, gone, dealt)


def test_only_a_won_arm_proves_its_policy():
    from core.strategies.trials.design import plan_of

    plan = plan_of({
        "name": "Value", "starts_on": "2026-02-03", "ends_on": "2026-12-31", "planned_n": 200, "why": "is it better?",
        "arms": [{"name": "now", "share": 0.4}, {"name": "three", "share": 0.3, "what": "Policy 3"}, {"name": "words", "share": 0.3, "what": "a letter"}],
    })  # fmt: skip
    verdicts = [{"challenger": "three", "verdict": "win"}, {"challenger": "words", "verdict": "win"}]
    assert winners(plan, {"against": verdicts}) == [3]
    assert winners(plan, {"against": [{"challenger": "three", "verdict": "not yet"}]}) == []
    assert (policy_number("value policy 12"), policy_number("policy twelve")) == (12, None)


def test_in_use_it_proposes_for_whole_days_until_it_is_taken_out(store, tmp_path):
    _, db = store
    reader, writer = reader_of(db), SqlPortfolioWriter(open_store(db, create=False), lambda: NOON)
    said = {"policy": 1, "because": "it won"}
    with pytest.raises(Refused, match=r"may not be put in use|has won no trial yet"):
        decided("crown-policy", said, reader=reader, writer=writer, today=TODAY, who="ana")
    with writer.unit("own", kind="decision", known_on=TODAY, who="ana") as unit:
        unit.log_strategy("won", "policy 1", figures={"policy": 1})
        unit.crown_policy(1, because="for this test", figures={})
    with writer.unit("own", kind="decision", known_on=TODAY, who="ana") as unit:
        unit.withdraw_policy(1, because="for this test")
        unit.crown_policy(1, because="and back", figures={})
    one = newest(db).iloc[[0]]
    path = tmp_path / "one.csv"
    pd.DataFrame({"Loan_ID": one["loan_ref"], "Borrower_ID": one["borrower_ref"], "Outstanding_Loan_Amount": one["balance"] + 5,
                  "Days_Past_Due": one["dpd"]}).to_csv(path, index=False)  # fmt: skip
    loaded = run("ingest", str(path), "--db", db, "--as-of", OPEN.isoformat(), "--partial", "--json").json
    assert loaded["status"] == "committed", loaded
    assert set(newest(db)["policy"]) == {"Value policy 1"}
    measured = run("effects", "--db", db)
    assert "The policy learned against policy 1 (in use when measured): " in measured.out
    assert "of these loans taught policy 1, which speaks for it." in measured.out
    assert "The policy learned against the thresholds: " in measured.out
    told = decided("rollback-policy", {"because": "complaints"}, reader=reader, writer=writer, today=TODAY, who="ana")
    assert "the thresholds propose strategies again; 300 loans proposed anew" in told["sentence"]
    assert set(newest(db)["policy"]) == {"Thresholds 0.50 / 0.75"}
    stock = reader_of(db).stock(Selection(as_of=OPEN), ["proposed"])
    assert stock["loans"].sum() == 300
