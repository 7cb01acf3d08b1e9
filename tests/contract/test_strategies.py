"""What every keeper of measurements and policies does: which stands, which is in use, what the log says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.errors import Refused
from core.records import StrategyRun
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.dashboard.small_book import BATCH
from tests.dashboard.work import forty_loans
from tests.db.conftest import NOON, loan, portfolio, put, undo
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

DAY = date(2026, 10, 31)
EVIDENCE = {
    "loan_id": np.arange(3), "gamma_rate": np.array([[0.5, np.nan], [1, 2], [3, 4]]),
    "region": np.array(["North", None, "East"], dtype=object),
}  # fmt: skip


class Keeper:
    """A book with two batches, and a way to take the second one back."""

    def __init__(self, reader, writer, take_back):
        self.reader, self.writer, self.take_back = reader, writer, take_back

    def unit(self, who="ana"):
        return self.writer.unit("own", kind="effects", known_on=DAY, who=who)

    def measure(self, batches=(1,), n=3, **more):
        told = {"batches": list(batches), "limits": {"budget": 5}, "content": {"n": n}, "evidence": EVIDENCE, **more}
        with self.unit() as unit:
            return unit.put_strategy_run(told)

    def learn(self, status="challenger", batches=(1,), run=None):
        row = {"kind": "value", "status": status, "sha256": "0" * 64, "card": {"n": 3}, "artifact": "{}",
               "batches": list(batches), "run": run, "because": "more value", "figures": {"value": 1.5}}  # fmt: skip
        with self.unit() as unit:
            return unit.put_policy(row)

    def crown(self, number, because="it won its trial"):
        with self.unit("bob") as unit:
            unit.crown_policy(number, because=because, figures={"ci_low": 0.1})

    def statuses(self):
        return {policy.id: policy.status for policy in self.reader.policies()}

    def log(self):
        """Oldest first: (what, subject, who, because)."""
        return [(each.what, each.subject, each.who, each.because) for each in self.reader.strategy_events()][::-1]


@pytest.fixture(params=["fake", "sql"])
def keeper(request, tmp_path):
    if request.param == "fake":
        held = [replace(BATCH, id=number) for number in (1, 2)]
        reader = FakePortfolioReader(forty_loans(), batches=held)

        def take_back():
            reader._batches[1] = replace(reader._batches[1], status="undone")
            reader.strategies.settle(reader.undone, "ana")

        yield Keeper(reader, FakeModelWriter(reader), take_back)
        return
    engine = new_store(tmp_path / "strategies.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    put(writer, portfolio([loan("A")], as_of="2026-09-30"), portfolio([loan("A")], as_of=DAY.isoformat()))
    yield Keeper(SqlPortfolioReader(engine), writer, lambda: undo(writer, 2))
    engine.dispose()


def test_a_book_without_measurements_has_none_and_an_empty_log(keeper):
    reader = keeper.reader
    assert (reader.strategy_run(), reader.policies(), reader.policy_in_use(), reader.strategy_events()) == (
        None, [], None, [],
    )  # fmt: skip


def test_the_newest_measurement_is_told_whole(keeper):
    keeper.measure(n=2)
    number = keeper.measure(batches=(2, 1), n=4)
    run = keeper.reader.strategy_run()
    assert run == StrategyRun(number, "2026-10-31", run.at, "ana", (1, 2), {"budget": 5}, {"n": 4})
    assert run.at.startswith("2026-11-20T12:00")


def test_the_evidence_of_a_measurement_comes_back_as_it_was(keeper):
    told = keeper.reader.strategy_evidence(keeper.measure())
    assert told.keys() == EVIDENCE.keys()
    np.testing.assert_array_equal(told["gamma_rate"], EVIDENCE["gamma_rate"])
    assert told["loan_id"].tolist() == [0, 1, 2]
    assert told["region"].tolist() == ["North", "", "East"]
    for unknown in (99, -1, 2**70):
        with pytest.raises(Refused, match=f"There is no measurement {unknown}"):
            keeper.reader.strategy_evidence(unknown)


def test_with_an_undone_batch_the_measurement_before_it_speaks_again(keeper):
    first = keeper.measure(batches=(1,))
    keeper.measure(batches=(1, 2))
    keeper.take_back()
    assert keeper.reader.strategy_run().id == first
    with pytest.raises(Refused, match="Batch 2 was undone meanwhile, which was measured on"):
        keeper.measure(batches=(1, 2))
    assert keeper.reader.strategy_run().id == first


def test_a_policy_waits_until_a_person_puts_it_in_use(keeper):
    run = keeper.measure()
    number = keeper.learn(run=run)
    assert keeper.reader.policy_in_use() is None
    keeper.crown(number)
    policy = keeper.reader.policy_in_use()
    assert (policy.id, policy.status, policy.kind, policy.run, policy.card) == (
        number, "champion", "value", run, {"n": 3},
    )  # fmt: skip
    assert keeper.log() == [
        ("learned", f"policy {number}", "ana", "more value"), ("promoted", f"policy {number}", "bob", "it won its trial"),
    ]  # fmt: skip
    assert [each.figures for each in keeper.reader.strategy_events()] == [{"ci_low": 0.1}, {"value": 1.5}]


def test_a_policy_knows_the_measurement_that_it_was_learned_in(keeper):
    other, number = keeper.learn(), keeper.learn()
    run = keeper.measure(policy=number)
    assert {each.id: each.run for each in keeper.reader.policies()} == {number: run, other: None}


def test_one_policy_is_in_use_and_the_log_says_which_it_replaced(keeper):
    first, second = keeper.learn(), keeper.learn()
    keeper.crown(first)
    keeper.crown(second, "better")
    assert keeper.statuses() == {first: "retired", second: "champion"}
    assert keeper.log()[-2:] == [
        ("retired", f"policy {first}", "bob", f"policy {second} took its place: better"),
        ("promoted", f"policy {second}", "bob", "better"),
    ]  # fmt: skip


def test_the_thresholds_propose_again_where_a_person_takes_the_policy_out_of_use(keeper):
    first, second = keeper.learn(), keeper.learn()
    keeper.crown(first)
    with keeper.unit("bob") as unit:
        with pytest.raises(Refused, match=f"Policy {second} is not in use"):
            unit.withdraw_policy(second, because="wrong")
        unit.withdraw_policy(first, because="complaints")
    assert keeper.reader.policy_in_use() is None
    assert keeper.log()[-1] == ("withdrawn", f"policy {first}", "bob", "complaints")


def test_what_may_not_be_put_in_use_is_refused_and_nothing_changes(keeper):
    used, refused = keeper.learn(), keeper.learn("refused")
    keeper.crown(used)
    before = keeper.log()
    with pytest.raises(Refused, match=f"Policy {used} is in use already"):
        keeper.crown(used)
    with pytest.raises(Refused, match=f"Policy {refused} was refused when it was learned"):
        keeper.crown(refused)
    for unknown in (99, -1, 2**70):
        with pytest.raises(Refused, match=f"There is no policy {unknown}"):
            keeper.crown(unknown)
    assert keeper.log() == before


def test_a_policy_falls_with_a_batch_it_learned_from_and_the_thresholds_propose(keeper):
    stands, falls, waits = keeper.learn(), keeper.learn(batches=(1, 2)), keeper.learn(batches=(2,))
    keeper.crown(falls)
    keeper.take_back()
    assert keeper.reader.policy_in_use() is None
    assert keeper.statuses() == {stands: "challenger", falls: "retired", waits: "retired"}
    fell = "a batch it had learned from was undone; the thresholds propose"
    assert sorted(keeper.log()[-2:]) == [
        ("withdrawn", f"policy {number}", "ana", fell) for number in sorted((falls, waits))
    ]
    with pytest.raises(Refused, match=f"Policy {falls} learned from a batch that was undone"):
        keeper.crown(falls)


def test_whatever_is_decided_is_logged_with_its_reason_and_figures(keeper):
    with keeper.unit("bob") as unit:
        unit.log_strategy("refused", "suggestion 1 of run 4", because="we tried it", figures={"value": -3.5})
        unit.log_strategy("asked", "measurement")
    newest, first = keeper.reader.strategy_events()
    assert (first.what, first.subject, first.who, first.because, first.figures) == (
        "refused", "suggestion 1 of run 4", "bob", "we tried it", {"value": -3.5},
    )  # fmt: skip
    assert (newest.what, newest.because, newest.figures) == ("asked", "", {})


def test_a_new_policy_cannot_come_into_use_by_being_stored(tmp_path):
    engine = new_store(tmp_path / "strategies.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    keeper = Keeper(SqlPortfolioReader(engine), writer, None)
    with pytest.raises(ValueError, match="a new policy is challenger or refused, not 'champion'"):
        keeper.learn("champion", batches=())
    engine.dispose()
