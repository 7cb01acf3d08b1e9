"""What changed among the rows behind a sum between two days of knowledge."""

from __future__ import annotations

import dataclasses
from datetime import date
from random import Random

import pandas as pd
import pytest

from core.metrics.facts import FACT_FIELDS
from core.selection import Selection
from db.engine import open_store
from db.fact_kinds import KINDS
from db.reader import SqlPortfolioReader
from tests.db.conftest import actions, loan, payments, portfolio, score_rows
from tests.db.story import Life, lived

JANUARY, FEBRUARY = "2026-01-31", "2026-02-28"
FIRST, SECOND, THIRD, FOURTH = (date(2026, 11, day) for day in (2, 3, 4, 5))
NOW = Selection()
CHANGED = {
    "stock": ("balance", "arrears_loans"),
    "placed": ("balance", "loans"),
    "cash": ("cash", "cash_effective", "payments"),
    "activity": ("cost", "promised"),
    "costs": ("cost", "costed"),
    "promises": ("kept_amount", "kept", "promises"),
}


@pytest.fixture
def reader(engine) -> SqlPortfolioReader:
    return SqlPortfolioReader(engine)


def tell(writer, batch, on: date) -> int:
    """Store a batch as received on a day."""
    with writer.unit("own", kind="batch", known_on=on, who="ana") as unit:
        number = unit.append(dataclasses.replace(batch, received_on=on))
        unit.put_scores(score_rows(unit.to_score()), None)
        return number


def take_back(writer, number: int, on: date) -> None:
    with writer.unit("own", kind="undo", known_on=on, who="ana") as unit:
        unit.retract(number)
        unit.put_scores(score_rows(unit.to_score()), None)


def paid(ref, paid_on, amount, number, **fields) -> dict:
    return {
        "loan_ref": ref,
        "paid_on": paid_on,
        "amount": amount,
        "payment_ref": number,
        "payment_kind": "cash",
        **fields,
    }


def records(frame: pd.DataFrame, *names: str) -> list[tuple]:
    return [tuple(row) for row in frame[[*names, "change"]].itertuples(index=False)]


def test_a_payment_that_arrived_since_is_added_and_one_known_before_is_not_told(reader, writer):
    tell(writer, portfolio([loan("A"), loan("B")], JANUARY), FIRST)
    tell(writer, payments([paid("B", "2026-02-03", 7.0, "P0")]), FIRST)
    tell(writer, payments([paid("A", "2026-02-04", 50.0, "P1")]), SECOND)
    page = reader.restated("cash", NOW.at(date(2026, 2, 28)), FIRST)
    assert page.frame.columns.tolist() == [*FACT_FIELDS["cash"], "change"]
    assert records(page.frame, "loan_ref", "day", "cash") == [("A", "2026-02-04", 50.0, "added")]
    assert (page.n, page.total, page.next_key) == (1, 50.0, None)
    assert reader.restated("cash", NOW.at(date(2026, 2, 28)), SECOND).n == 0
    assert reader.restated("cash", NOW.at(date(2026, 2, 28)).knowing(FIRST), FIRST).n == 0


def test_an_undone_file_is_taken_off_with_its_amounts_below_zero(reader, writer):
    tell(writer, portfolio([loan("A"), loan("B")], JANUARY), FIRST)
    tell(writer, payments([paid("B", "2026-02-03", 7.0, "P0")]), FIRST)
    number = tell(writer, payments([paid("A", "2026-02-04", 50.0, "P1")]), FIRST)
    take_back(writer, number, SECOND)
    page = reader.restated("cash", NOW.at(date(2026, 2, 28)), FIRST, measure="cash")
    assert records(page.frame, "loan_ref", "cash") == [("A", -50.0, "taken off")]
    assert (page.n, page.total) == (1, -50.0)


def test_a_payment_that_was_corrected_is_taken_off_and_added(reader, writer):
    tell(writer, portfolio([loan("A")], JANUARY), FIRST)
    tell(writer, payments([paid("A", "2026-02-04", 50.0, "P1")]), FIRST)
    tell(writer, payments([paid("A", "2026-02-06", 40.0, "P1")]), SECOND)
    page = reader.restated("cash", NOW.at(date(2026, 2, 28)), FIRST)
    assert records(page.frame, "day", "cash") == [("2026-02-06", 40.0, "added"), ("2026-02-04", -50.0, "taken off")]
    assert (page.n, page.total) == (2, -10.0)


def test_a_day_that_came_again_restates_only_the_loans_that_differ(reader, writer):
    tell(writer, portfolio([loan("A", 100.0), loan("B", 50.0), loan("C", 30.0)], JANUARY), FIRST)
    tell(writer, portfolio([loan("A", 100.0), loan("B", 55.0), loan("D", 1.0)], JANUARY), SECOND)
    page = reader.restated("stock", NOW, FIRST)
    assert records(page.frame, "loan_ref", "balance") == [
        ("D", 1.0, "added"),
        ("C", -30.0, "taken off"),
        ("B", 55.0, "added"),
        ("B", -50.0, "taken off"),
    ]
    assert (page.n, page.total) == (4, -24.0)
    assert reader.restated("placed", NOW, FIRST).total == -24.0


def test_a_reversal_restates_the_promise_its_payment_kept_from_the_day_it_was_posted(reader, writer):
    promise = {
        "loan_ref": "A", "acted_on": "2026-02-05", "action": "call", "result": "promise", "promise_due": "2026-02-10",
        "promise_amount": 100.0,
    }  # fmt: skip
    tell(writer, portfolio([loan("A"), loan("B")], JANUARY), FIRST)
    tell(writer, actions([promise, {**promise, "loan_ref": "B"}]), FIRST)
    tell(writer, payments([paid("A", "2026-02-08", 100.0, "P1")]), FIRST)
    back = paid("A", "2026-03-08", 30.0, "P2", payment_kind="reversal", reverses_ref="P1")
    tell(writer, payments([back]), SECOND)
    assert reader.restated("promises", NOW.at(date(2026, 2, 28)), FIRST, measure="kept_amount").n == 0
    page = reader.restated("promises", NOW.at(date(2026, 3, 31)), FIRST, measure="kept_amount")
    assert records(page.frame, "loan_ref", "kept", "kept_amount") == [("A", -1.0, -30.0, "added")]
    assert page.total == -30.0


def test_cells_and_filters_narrow_what_is_told_and_pages_of_one_tell_it_all(reader, writer):
    tell(writer, portfolio([loan("A", product="Auto"), loan("B", product="Home")], JANUARY), FIRST)
    rows = [paid(ref, day, 10.0, f"{ref}{day}") for ref in "AB" for day in ("2026-02-04", "2026-02-05", "2026-03-01")]
    tell(writer, payments(rows), SECOND)
    march = NOW.at(date(2026, 3, 31))
    assert reader.restated("cash", march, FIRST, {"month": FEBRUARY}).total == 40.0
    assert reader.restated("cash", march.only(product="Auto"), FIRST, {"month": FEBRUARY}).n == 2
    whole, found, key = reader.restated("cash", march, FIRST), [], None
    while True:
        page = reader.restated("cash", march, FIRST, after=key, limit=1)
        assert (page.n, page.total) == (6, 60.0)
        found.append(page.frame)
        key = page.next_key
        if key is None:
            break
    pd.testing.assert_frame_equal(pd.concat(found, ignore_index=True), whole.frame)


def story(writer, chance: Random) -> None:
    """Two months of three loans, told and corrected and taken back over four days."""
    stored: list[int] = []
    for on in (FIRST, SECOND, THIRD, FOURTH):
        for day in (JANUARY, FEBRUARY):
            rows = [
                loan(
                    ref, chance.choice([100.0, 200.0]), chance.choice([0, 45]), product=chance.choice(["Auto", "Home"])
                )
                for ref in "ABC"
            ]
            stored.append(tell(writer, portfolio(rows, day, filename=f"{on}"), on))
        days = ["2026-02-03", "2026-02-10", "2026-02-28"]
        money = [
            paid(ref, chance.choice(days), chance.choice([40.0, 50.0]), f"P{chance.randrange(4)}{ref}") for ref in "ABC"
        ]
        back = paid("A", "2026-02-20", 40.0, f"R{on.day}", payment_kind="reversal", reverses_ref="P1A")
        stored.append(tell(writer, payments([*money, back]), on))
        calls = [
            {
                "loan_ref": ref, "acted_on": chance.choice(days), "action": "call", "cost": float(on.day), "result": "promise",
                "promise_due": "2026-02-12", "promise_amount": chance.choice([40.0, 60.0]),
            }
            for ref in "AB"
        ]  # fmt: skip
        stored.append(tell(writer, actions(calls), on))
        take_back(writer, stored.pop(chance.randrange(2, len(stored))), on)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_told_comes_to_the_measure_now_less_the_measure_then(reader, writer, seed):
    story(writer, Random(seed))
    told = dict.fromkeys(CHANGED, 0)
    for then, now in ((FIRST, None), (FIRST, SECOND), (SECOND, THIRD)):
        selection = NOW.at(date(2026, 2, 28)).knowing(now)
        for kind, measure in [(name, one) for name, several in CHANGED.items() for one in several]:
            after = getattr(reader, kind)(selection)[measure].iloc[0]
            before = getattr(reader, kind)(selection.knowing(then))[measure].iloc[0]
            page = reader.restated(kind, selection, then, measure=measure, limit=500)
            assert page.total == round(float(after - before), 2), (kind, measure, then, now)
            assert page.n == len(page.frame)
            told[kind] += page.n
            if measure in page.frame:
                assert round(float(page.frame[measure].sum()), 2) == page.total
    assert all(told.values()), told


def told_of_each(life: Life) -> dict[tuple, tuple]:
    """What was restated between days of knowledge, of each kind and measure; from a reader that remembers nothing."""
    engine = open_store(f"sqlite:///{life.path}")
    reader, days = SqlPortfolioReader(engine, budget_seconds=60), life.days()
    spans = [(days[2], None), (days[2], days[-3]), (days[-4], None), (days[-3], days[4])]
    told = {}
    for then, now in spans:
        for as_of in (date(2026, 7, 19), date(2026, 10, 31)):
            for kind, measure in (("placed", ""), ("cash", ""), ("cash", "cash_effective")):
                page = reader.restated(kind, NOW.at(as_of).knowing(now), then, measure=measure, limit=5000)
                told[kind, measure, as_of, then, now] = (page.frame.to_csv(), page.n, page.total)
    engine.dispose()
    return told


@pytest.mark.no_cover  # an oracle: the other tests cover what it runs
@pytest.mark.parametrize(("seed", "in_order"), [(1, True), (3, False)])
def test_rows_that_are_not_compared_would_not_have_differed(tmp_path, template, monkeypatch, seed, in_order):
    life = lived(tmp_path / "life.db", template, Random(seed), in_order=in_order)
    life.writer.settle_history("own")
    some = told_of_each(life)
    for kind in ("placed", "cash"):
        monkeypatch.setitem(KINDS, kind, dataclasses.replace(KINDS[kind], may_differ=lambda _scope, _since: ()))
    assert some == told_of_each(life)
    assert sum(n > 0 for _, n, _ in some.values()) > len(some) / 2
    life.close()


def test_what_was_told_is_remembered_until_the_store_changes_and_nobody_can_alter_it(reader, writer):
    tell(writer, portfolio([loan("A"), loan("B")], JANUARY), FIRST)
    tell(writer, payments([paid("A", "2026-02-04", 50.0, "P1")]), SECOND)
    asked = ("cash", NOW.at(date(2026, 2, 28)), FIRST)
    frame = reader.restated(*asked).frame
    frame["cash"] = 0.0
    assert reader.restated(*asked).frame["cash"].tolist() == [50.0]
    assert reader.restated(*asked, measure="payments").total == 1
    tell(writer, payments([paid("B", "2026-02-05", 7.0, "P2")]), THIRD)
    assert reader.restated(*asked).total == 57.0
