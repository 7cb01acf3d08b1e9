"""A measurement from the book's rows to a stored run: near the truth, in words, and honest where it cannot be told."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused, TooLittleData
from core.strategies.catalogue import Limits
from core.strategies.policy.simulate import Rule
from core.workflows.effects import Asked, measure, room_of, run
from core.workflows.effects_policy import Learned
from core.workflows.effects_told import told
from core.workflows.handlers import handlers
from core.workflows.simulate import read_simulable, simulated
from tests.dashboard.small_book import BATCH
from tests.fake_models import FakeModelWriter
from tests.fakes import FakeJobQueue, FakePortfolioReader
from tests.monitored import NOON
from tests.plain_policy import plain_policy
from tests.worlds.observed import true_effects
from tests.worlds.world import Coefficients, draw

TODAY = date(2026, 11, 20)
FIELDS = {  # what a run promises to those who read it
    "reference", "strategies", "n", "first_day", "last_day", "window_months", "outcome_words", "sha256", "excluded", "changed_later",
    "facts", "refused_facts", "effects", "levels", "groups", "balance", "suggestions", "changes", "seconds", "policy", "evaluation",
    "may_challenge", "challenges",
}  # fmt: skip
EFFECT = {
    "outcome", "strategy", "naive", "naive_low", "naive_high", "stratified", "stratified_low", "stratified_high", "adjusted", "se",
    "ci_low", "ci_high", "sensitivity_bound", "bound_low", "bound_high", "robustness_value", "benchmark", "n", "n_reference", "ess",
    "max_weight", "near_zero_share", "max_smd_before", "max_smd", "smd_fact", "estimand", "verdict", "why",
}  # fmt: skip


MILD = Coefficients(confounding=0.5)


def file_of(n: int, seed: int = 2, **columns) -> pd.DataFrame:
    """A world as a portfolio file that states what was recovered and what it cost."""
    frame = draw(n, seed, MILD).frame
    frame = frame.assign(recovered_amount=frame["cash_12m"], months_observed=12, strategy_cost=40.0)
    return frame.drop(columns=["cash_12m", "months_seen"]).assign(**columns)


def reader_of(frame: pd.DataFrame) -> FakePortfolioReader:
    return FakePortfolioReader(frame, batches=[replace(BATCH, id=1, book="own", kind="portfolio")])


def quiet(share: float, words: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def drawn():
    return draw(900, 2, MILD)


@pytest.fixture(scope="module")
def stored(drawn):
    reader = reader_of(file_of(900))
    ticks = iter(range(100))
    result = run(
        reader,
        FakeModelWriter(reader),
        Asked(),
        today=TODAY,
        who="ana",
        progress=quiet,
        clock=lambda: float(next(ticks)),
    )
    return reader, result


def test_effects_are_near_the_truth_that_a_comparison_as_it_happened_misses(stored, drawn):
    truth = true_effects(drawn)
    effects = {each["strategy"]: each for each in stored[1]["effects"] if each["outcome"] == "recovery_rate"}
    assert effects["Settlement"]["verdict"] == "adjusted"
    for name, each in effects.items():
        if each["adjusted"] is not None:
            assert abs(each["adjusted"] - truth[name]) < 2.6 * each["se"]
            assert each["naive"] < each["adjusted"]


def test_a_run_says_everything_it_promises_and_is_plain_json(stored):
    reader, result = stored
    content = reader.strategy_run().content
    assert set(content) >= FIELDS
    assert all(set(each) >= EFFECT for each in content["effects"])
    assert {each["outcome"] for each in content["effects"]} == {"recovery_rate", "net_value"}
    json.dumps(content, allow_nan=False)
    assert content["seconds"]["effects"] == 1.0
    assert reader.strategy_run().id == result["run"]
    assert reader.strategy_run().batches == (1,)


def test_the_evidence_is_kept_loan_by_loan(stored):
    reader, result = stored
    evidence = reader.strategy_evidence(result["run"])
    assert {
        "loan_id",
        "strategy",
        "balance",
        "rate",
        "cost",
        "risk",
        "cluster",
        "day",
        "gamma_rate",
        "gamma_net",
        "held_rate",
    } <= set(evidence)
    assert {len(array) for array in evidence.values()} == {900}
    effect = next(
        each for each in result["effects"] if (each["outcome"], each["strategy"]) == ("recovery_rate", "Settlement")
    )
    gain = evidence["gamma_rate"][:, 1] - evidence["gamma_rate"][:, 0]
    assert gain.mean() == pytest.approx(effect["adjusted"])


def test_levels_groups_and_balance_stand_beside_the_effects(stored):
    content = stored[1]
    assert [each["strategy"] for each in content["levels"]] == ["Standard", "Settlement", "Legal"] * 2
    assert all(each["cost"] == pytest.approx(40.0) for each in content["levels"] if each["outcome"] == "net_value")
    assert {each["by"] for each in content["groups"]} >= {"product", "security", "security / balance", "bucket"}
    facts = {each["fact"] for each in content["balance"]}
    assert "days past due (log)" in facts
    worst = max(abs(each["after"]) for each in content["balance"])
    assert worst < max(abs(each["before"]) for each in content["balance"])


def test_who_measured_is_in_the_log(stored):
    event = stored[0].strategy_events()[0]
    assert (event.what, event.who) == ("measured", "ana")
    assert event.because.startswith("Measured on 900 loans")


def test_the_command_prints_what_happened_beside_what_was_caused(stored):
    as_json, words = told(stored[1])
    assert as_json["run"] == stored[1]["run"]
    assert as_json["reference"] == "Standard"
    assert "waiting" not in as_json
    lines = words.splitlines()
    assert lines[0].startswith("Measured on 900 loans first worked under a strategy from 30 Jun 2024")
    assert any(
        line.startswith("recovery rate, Settlement against Standard: adjusted ") and "as it happened" in line
        for line in lines
    )
    assert any(line.startswith("Adjusted for: days past due (log)") for line in lines)


# --- what the data cannot carry ---------------------------------------------------------------------------------------


def effects_of(frame, asked=None):
    content = measure(reader_of(frame), asked or Asked(), quiet).content
    json.dumps(content, allow_nan=False)
    return content, {(each["outcome"], each["strategy"]): each for each in content["effects"]}


def no_number(each):
    named = ("adjusted", "se", "ci_low", "ci_high", "sensitivity_bound", "bound_low", "bound_high")
    return each["verdict"] == "not comparable" and all(each[name] is None for name in named)


def test_one_strategy_only_has_nothing_to_be_compared_with():
    content, effects = effects_of(file_of(60, strategy="Standard"))
    assert set(effects) == {
        (outcome, name) for outcome in ("recovery_rate", "net_value") for name in ("Settlement", "Legal")
    }
    assert all(no_number(each) for each in effects.values())
    assert effects["recovery_rate", "Legal"]["why"].startswith("No loan with an outcome was given Legal")
    assert content["suggestions"] == []


def test_without_costs_there_is_no_net_value_and_it_says_what_to_load():
    frame = file_of(900).drop(columns="strategy_cost")
    content, effects = effects_of(frame)
    for name in ("Settlement", "Legal"):
        assert no_number(effects["net_value", name])
        assert effects["net_value", name]["why"] == (
            "Net value is not known: no costs are told: load actions with Cost, state Strategy_Cost, or give them with --limits."
        )
    assert content["suggestions"] == []
    limits = Limits.from_json(
        json.dumps({"strategies": {name: {"cost": 5} for name in ("Standard", "Settlement", "Legal")}})
    )
    _, effects = effects_of(frame, Asked(limits=limits))
    assert effects["net_value", "Settlement"]["adjusted"] is not None


def test_a_status_alone_gives_a_share_recovered_under_its_own_name():
    frame = file_of(900)
    status = np.where(frame["recovered_amount"] > 0, "Fully Recovered", "Written Off")
    frame = frame.drop(columns=["recovered_amount", "strategy_cost"]).assign(recovery_status=status)
    content, effects = effects_of(frame)
    assert content["outcome"] == "recovered_share"
    each = effects["recovered_share", "Settlement"]
    assert each["adjusted"] is not None
    assert "share recovered" in each["why"]
    assert "recovery rate" not in each["why"]
    assert no_number(effects["net_value", "Settlement"])


def test_outcomes_that_are_all_zero_or_not_mature_carry_no_number():
    _, effects = effects_of(file_of(350, recovered_amount=0.0))
    assert all(no_number(each) for each in effects.values() if each["outcome"] == "recovery_rate")
    assert "the same outcome" in effects["recovery_rate", "Legal"]["why"]
    with pytest.raises(
        TooLittleData, match="200 loans were worked under a strategy, and the outcome of none is known yet"
    ):
        effects_of(file_of(200, months_observed=6))


# --- as a job ---------------------------------------------------------------------------------------------------------


@dataclass
class Ports:
    """One store, as the composition root wires it."""

    held: FakePortfolioReader
    jobs: FakeJobQueue

    def reader(self, book=None):
        return self.held

    @property
    def writer(self):
        return FakeModelWriter(self.held)

    def today(self):
        return TODAY

    def clock(self):
        return 0.0


def test_the_job_stores_a_run_and_reports_what_it_found():
    ports = Ports(reader_of(file_of(150)), FakeJobQueue(lambda: NOON))
    ports.jobs.add("effects", {"limits": '{"budget": 10}'}, "ana")
    job, seen = ports.jobs.claim("w1", 60), []
    result = handlers(ports)["effects"](job, lambda share, words: seen.append((share, words)))
    found = ports.held.strategy_run()
    assert found.limits == {"budget": 10}
    assert (result["run"], result["n"]) == (found.id, 150)
    assert seen[0][1] == "reading what was done and what came of it"
    assert [share for share, _ in seen] == sorted(share for share, _ in seen)
    assert seen[-1][0] == 1.0
    ports.jobs.add("effects", {}, "ben")
    with pytest.raises(
        Refused, match=r"A measurement of what works in this book is at work since .* \(job 1, asked for by ana\)"
    ):
        handlers(ports)["effects"](ports.jobs.claim("w2", 60), quiet)


def test_a_batch_undone_meanwhile_leaves_nothing_behind():
    reader = reader_of(file_of(150))
    writer = FakeModelWriter(reader)

    def undo_it(share, words):
        if share > 0.9:
            reader._batches[0] = replace(reader._batches[0], status="undone")

    assert reader.book().name == "own"
    with pytest.raises(Refused, match="Batch 1 was undone meanwhile"):
        run(reader, writer, Asked(), today=TODAY, who="ana", progress=undo_it)
    assert (reader.strategies.runs, reader.strategy_events()) == ([], [])


# --- the policy it teaches --------------------------------------------------------------------------------------------


def test_a_policy_is_learned_held_out_and_waits(stored):
    reader, result = stored
    policy = reader.policies()[0]
    assert (policy.status, policy.kind, policy.run) == ("challenger", "value", result["run"])
    assert reader.policy_in_use() is None
    assert result["policy"]["id"] == policy.id
    assert set(json.loads(policy.artifact)) == {"policy", "inputs"}
    assert {each["against"] for each in result["evaluation"]} >= {"Standard for all"}
    assert isinstance(result["may_challenge"]["allowed"], bool)
    assert np.isfinite(reader.strategy_evidence(result["run"])["held_rate"]).any()


def test_without_limits_the_simulator_tells_the_gain_that_the_evaluation_tells():
    """Both hold the rule on loans that taught nothing of it: neither which rates it expects, nor which strategies it gives."""
    frame = file_of(400, seed=4)
    reader = reader_of(frame.assign(borrower_ref=frame["loan_ref"]))
    result = run(reader, FakeModelWriter(reader), Asked(), today=TODAY, who="ana", progress=quiet)
    on = read_simulable(reader)
    gain = simulated(on, on.limits, Rule()).held["net", "lightest"]
    told = next(
        each for each in result["evaluation"] if (each["policy"], each["against"]) == ("value", "Standard for all")
    )
    assert (gain.value, gain.low, gain.high) == pytest.approx((told["value"], told["ci_low"], told["ci_high"]))
    given = np.isfinite(reader.strategy_evidence(result["run"])["held_rate"]).mean(axis=0)
    assert 0 < given.min() < 1, "a book on which the policies do not agree what they may give"


def test_without_costs_no_policy_is_learned_and_it_says_why():
    content = measure(reader_of(file_of(120).drop(columns="strategy_cost")), Asked(), quiet).content
    assert content["policy"]["refused"].startswith("No policy was learned: no costs are told")
    assert content["may_challenge"] == {"allowed": False, "why": content["policy"]["refused"]}
    assert content["evaluation"] == []


@pytest.mark.parametrize(("allowed", "count", "said"), [(True, 5, True), (False, 5, False), (True, None, False)])
def test_more_room_is_suggested_where_it_binds_and_the_policy_s_evidence_carries_it(allowed, count, said):
    n = 60
    policy = Learned(
        plain_policy({"Standard": 0.1, "Settlement": 0.3}, costs={}, batches=[1]),
        "",
        [],
        {"allowed": allowed, "why": ""},
        [],
        None,
    )
    rates = np.column_stack([np.full(n, 0.1), np.full(n, np.nan), np.full(n, 0.3)])
    now = {"now_rate": rates, "now_balance": np.full(n, 5_000.0), "now_borrower": np.arange(n)}
    catalogue = Limits()
    limits = replace(catalogue, strategies=tuple(
        replace(each, capacity_count=count if each.name == "Settlement" else None, capacity_share=None) for each in catalogue.strategies
    ))  # fmt: skip
    told = room_of(policy, now, ("Standard", "Legal", "Settlement"), limits, [date(2026, 9, 30), date(2026, 10, 31)])
    assert [(each["kind"], each["strategy"], each["n"], each["limit"], each["day"]) for each in told] == (
        [("room", "Settlement", n, 5.0, "2026-10-31")] if said else []
    )
    assert room_of(policy, {}, (), limits, []) == []
