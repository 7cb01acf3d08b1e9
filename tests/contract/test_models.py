"""What every keeper of models does: who is in use, what the log says, who returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.errors import Refused
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.dashboard.small_book import BATCH
from tests.dashboard.work import forty_loans
from tests.db.conftest import NOON, loan, portfolio, put, undo
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

DAY = date(2026, 10, 31)


class Keeper:
    """A book with two batches, and a way to take the second one back."""

    def __init__(self, reader, writer, take_back):
        self.reader, self.writer, self.take_back = reader, writer, take_back

    def train(self, status="champion", batches=(1,), because="better", figures=None):
        row = {"kind": "logistic", "status": status, "sha256": "0" * 64, "card": {"auc": 0.7}, "artifact": "{}",
               "trained_on_batches": list(batches), "because": because, "figures": figures or {}}  # fmt: skip
        with self.writer.unit("own", kind="scoring", known_on=DAY, who="ana") as unit:
            return unit.put_model(row)

    def crown(self, number, what="promoted", because="asked for", figures=None):
        with self.writer.unit("own", kind="scoring", known_on=DAY, who="bob") as unit:
            unit.crown(number, what=what, because=because, figures=figures or {})

    def statuses(self):
        return {model.id: model.status for model in self.reader.models()}

    def log(self):
        """Oldest first: (model, what, who, because)."""
        return [(event.model, event.what, event.who, event.because) for event in self.reader.model_events()][::-1]


@pytest.fixture(params=["fake", "sql"])
def keeper(request, tmp_path):
    if request.param == "fake":
        held = [replace(BATCH, id=number) for number in (1, 2)]
        reader = FakePortfolioReader(forty_loans(), batches=held)

        def take_back():
            reader._batches[1] = replace(reader._batches[1], status="undone")

        yield Keeper(reader, FakeModelWriter(reader), take_back)
        return
    engine = new_store(tmp_path / "models.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    put(writer, portfolio([loan("A")], as_of="2026-09-30"), portfolio([loan("A")], as_of=DAY.isoformat()))
    yield Keeper(SqlPortfolioReader(engine), writer, lambda: undo(writer, 2))
    engine.dispose()


def test_a_book_without_models_has_an_empty_log(keeper):
    assert (keeper.reader.models(), keeper.reader.model_events(), keeper.reader.champion()) == ([], [], None)


def test_a_first_champion_is_trained_and_promoted_with_its_reason_and_figures(keeper):
    number = keeper.train(because="the first usable model", figures={"auc": 0.7})
    assert keeper.log() == [
        (number, "trained", "ana", "the first usable model"), (number, "promoted", "ana", "the first usable model"),
    ]  # fmt: skip
    assert [event.figures for event in keeper.reader.model_events()] == [{"auc": 0.7}] * 2
    assert keeper.reader.model_events()[0].at.startswith("2026-11-20T12:00")


def test_a_better_one_retires_it_and_both_are_logged(keeper):
    first, second = keeper.train(), keeper.train()
    assert keeper.statuses() == {first: "retired", second: "champion"}
    assert keeper.log()[2:] == [
        (second, "trained", "ana", "better"), (first, "retired", "ana", f"model {second} took its place: better"),
        (second, "promoted", "ana", "better"),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["challenger", "refused"])
def test_what_does_not_win_leaves_the_champion_in_its_place(keeper, status):
    first, second = keeper.train(), keeper.train(status)
    assert keeper.statuses() == {first: "champion", second: status}
    assert [each[:2] for each in keeper.log()[2:]] == [(second, "trained")]


def test_a_person_promotes_a_challenger_and_the_log_says_who_and_why(keeper):
    first, second = keeper.train(), keeper.train("challenger")
    keeper.crown(second, because="it knows the new product", figures={"gain": 0.1})
    assert keeper.reader.champion().id == second
    assert keeper.log()[-2:] == [
        (first, "retired", "bob", f"model {second} took its place: it knows the new product"),
        (second, "promoted", "bob", "it knows the new product"),
    ]  # fmt: skip
    assert keeper.reader.model_events()[0].figures == {"gain": 0.1}


def test_a_return_withdraws_the_one_in_use(keeper):
    first, second = keeper.train(), keeper.train()
    keeper.crown(first, what="returned", because="complaints")
    assert keeper.statuses() == {first: "champion", second: "retired"}
    assert [each[:2] for each in keeper.log()[-2:]] == [(second, "withdrawn"), (first, "returned")]


def test_a_person_withdraws_the_one_in_use_and_none_returns(keeper):
    first, second = keeper.train(), keeper.train()
    with keeper.writer.unit("own", kind="scoring", known_on=DAY, who="bob") as unit:
        for not_in_use in (first, 99, 2**70):
            with pytest.raises(Refused, match=f"Model {not_in_use} is not in use"):
                unit.withdraw(not_in_use, because="wrong")
        unit.withdraw(second, because="wrong")
    assert keeper.reader.champion() is None
    assert keeper.statuses() == {first: "retired", second: "retired"}
    assert keeper.log()[-1] == (second, "withdrawn", "bob", "wrong")


def test_what_may_not_be_put_in_use_is_refused_and_nothing_changes(keeper):
    champion, refused = keeper.train(), keeper.train("refused")
    before = keeper.log()
    with pytest.raises(Refused, match=f"Model {refused} was refused at training"):
        keeper.crown(refused)
    with pytest.raises(Refused, match=f"Model {champion} is in use already"):
        keeper.crown(champion)
    for unknown in (99, -1, 2**70):
        with pytest.raises(Refused, match=f"There is no model {unknown}"):
            keeper.crown(unknown)
    assert keeper.log() == before


def test_a_model_that_learned_from_an_undone_batch_does_not_come_back(keeper):
    fallen = keeper.train("challenger", batches=(1, 2))
    keeper.train(batches=(1,))
    keeper.take_back()
    with pytest.raises(Refused, match=f"Model {fallen} learned from a batch that was undone"):
        keeper.crown(fallen)


def test_the_newest_challenger_and_the_one_before_are_in_the_shadow(keeper):
    first, second = keeper.train(), keeper.train()
    keeper.train("challenger")
    newest = keeper.train("challenger")
    keeper.train("refused")
    with keeper.writer.unit("own", kind="scoring", known_on=DAY, who="ana") as unit:
        assert [each.id for each in unit.shadowed()] == [newest, first]
        unit.put_shadow(newest, second, "2026-10-31", {"n": 1})
        unit.put_shadow(first, None, "2026-10-31", {"n": 2})
        unit.put_shadow(newest, second, "2026-10-31", {"n": 3})
    told = sorted((each.model, each.against, each.as_of, each.figures["n"]) for each in keeper.reader.shadows())
    assert told == [(first, None, "2026-10-31", 2), (newest, second, "2026-10-31", 3)]


def test_nothing_is_in_the_shadow_of_a_first_champion(keeper):
    keeper.train()
    with keeper.writer.unit("own", kind="scoring", known_on=DAY, who="ana") as unit:
        assert unit.shadowed() == []
    assert keeper.reader.shadows() == []
