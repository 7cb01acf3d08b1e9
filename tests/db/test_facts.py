"""The rows behind the sums, in a store: every cell of a rough book, and how they are found."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from sqlalchemy import Engine, event

from core.errors import SelectionRefused
from core.metrics.facts import FACT_FIELDS
from core.metrics.roll import DIRECTIONS
from core.selection import Selection
from db.engine import open_store
from db.fact_kinds import KINDS
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, actions, loan, payments, portfolio, put, score_rows

JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
NOW = Selection()
BY = {"placed": ["cohort", "product"], "cash": ["month", "cohort"], "activity": ["month", "region"], "costs": ["month", "cohort", "bucket"], "promises": ["month", "product"], "flows": ["month", "state"]}  # fmt: skip


def rough_book(writer) -> None:
    """Sixty loans over three months, with payments, reversals, waivers, actions and promises drawn from a seed."""
    chance, refs = Random(3), [f"L{number:02}" for number in range(60)]
    products = {ref: chance.choice(["Auto", "Home", None]) for ref in refs}
    for day in (JANUARY, FEBRUARY, MARCH):
        rows = [
            loan(ref, chance.randrange(100, 99_999) / 100, chance.choice([0, 5, 40, 95]), product=products[ref], region="North" if ref < "L30" else "South")
            for ref in refs
            if chance.random() < 0.9
        ]  # fmt: skip
        put(writer, portfolio(rows, day), score=score_rows)
    days = ["2026-01-10", "2026-02-05", "2026-02-05", "2026-02-28", "2026-03-07", "2026-03-31"]
    paid = [
        {
            "loan_ref": chance.choice(refs), "paid_on": chance.choice(days), "amount": chance.randrange(1, 9999) / 100,
            "payment_ref": f"P{number}", "reverses_ref": f"P{number - 1}" if number % 7 == 6 else None,
            "payment_kind": "reversal" if number % 7 == 6 else "waiver" if number % 7 == 3 else "cash",
        }
        for number in range(150)
    ]  # fmt: skip
    acted = [
        {
            "loan_ref": chance.choice(refs), "acted_on": chance.choice(days), "action": "call",
            "result": chance.choice(["promise", "no answer", "cancelled", None]), "cost": chance.choice([None, 1.25]),
            "promise_amount": chance.choice([None, 20.0, 40.0]), "promise_due": chance.choice([None, "2026-02-10", "2026-03-09"]),
        }
        for _ in range(150)
    ]  # fmt: skip
    put(writer, payments(paid), actions(acted))


@pytest.fixture(scope="module")
def rough(template, tmp_path_factory) -> Path:
    """The rough book to copy, made once."""
    path = shutil.copy(template, tmp_path_factory.mktemp("rough") / "book.db")
    made = open_store(f"sqlite:///{path}")
    rough_book(SqlPortfolioWriter(made, lambda: NOON))
    made.dispose()
    return path


@pytest.fixture
def engine(rough, tmp_path) -> Iterator[Engine]:
    """A store that holds the rough book."""
    made = open_store(f"sqlite:///{shutil.copy(rough, tmp_path / 'store.db')}")
    yield made
    made.dispose()


@pytest.fixture
def reader(engine) -> SqlPortfolioReader:
    return SqlPortfolioReader(engine)


@pytest.mark.no_cover  # hundreds of cells: the other tests cover what they run
@pytest.mark.parametrize("kind", BY)
@pytest.mark.parametrize("as_of", [None, date(2026, 3, 7)])
def test_the_rows_of_every_cell_come_to_its_sums_and_together_they_are_all_rows(reader, kind, as_of):
    selection, by = NOW.at(as_of), BY[kind]
    told = getattr(reader, kind)(selection, by)
    assert len(told) > 3
    measures = KINDS[kind].cube.measures
    for measure in measures if len(measures) < 10 else measures[as_of is None :: 2]:  # of many, each on one of the days
        pages = [reader.facts(kind, selection, {name: row[name] for name in by}, measure=measure) for _, row in told.iterrows()]  # fmt: skip
        assert [page.total for page in pages] == told[measure].astype(float).tolist()
        assert sum(page.n for page in pages) == reader.facts(kind, selection, measure=measure).n


def test_the_sample_has_promises_of_every_fate(reader):
    told = reader.promises(NOW).iloc[0]
    assert (told[["promises", "kept", "unstated", "cancelled"]] > 0).all()
    assert told["kept"] < told["promises"]
    listed = reader.facts("promises", NOW, limit=999).frame
    assert listed["kept"].isna().sum() == told["unstated"] + told["cancelled"]
    assert listed["kept_amount"].sum().round(2) == told["kept_amount"]


@pytest.mark.parametrize("kind", ["stock", *BY])
def test_pages_of_seven_are_the_export_newest_first(reader, kind):
    found, key = [], None
    while True:
        page = reader.facts(kind, NOW, after=key, limit=7)
        found.append(page.frame)
        key = page.next_key
        if key is None:
            break
    listed = pd.concat(found, ignore_index=True)
    assert (len(listed), listed.columns.tolist()) == (page.n, list(FACT_FIELDS[kind]))
    pd.testing.assert_frame_equal(listed, pd.concat(list(reader.iter_facts(kind, NOW)), ignore_index=True))
    days = {"stock": "as_of", "placed": "placed_on", "cash": "day", "activity": "acted_on", "costs": "acted_on"}
    if kind in days:
        assert listed[days[kind]].is_monotonic_decreasing


def test_what_all_rows_come_to_is_added_up_once_for_all_pages(reader, engine):
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    first = reader.facts("cash", NOW, limit=5)
    second = reader.facts("cash", NOW, after=first.next_key, limit=5)
    assert (second.n, second.total) == (first.n, first.total)
    assert sum("SELECT count(*)" in statement for statement in asked) == 1


def test_a_month_of_cash_is_found_by_its_days(reader, engine):
    """So that a month of a long history costs a month."""
    asked: list[tuple[str, tuple]] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    reader.facts("cash", NOW, {"month": FEBRUARY}, measure="cash")
    statement, given = next((text, given) for text, given in asked if "count(*)" in text and "payments" in text)
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert any("payments_by_day (book_id=? AND paid_on>? AND paid_on<?)" in step for step in plan), plan


def test_a_revision_forgets_what_was_added_up(reader, writer):
    before = reader.facts("cash", NOW)
    put(writer, payments([{"loan_ref": "L01", "paid_on": MARCH, "amount": 5.0, "payment_kind": "cash"}]))
    after = reader.facts("cash", NOW)
    assert (after.n, round(after.total - before.total, 2)) == (before.n + 1, 5.0)
    assert (after.frame["loan_ref"].iloc[0], after.frame["day"].iloc[0]) == ("L01", MARCH)


def test_an_empty_store_has_no_rows(template):
    store = open_store(f"sqlite:///{template}")
    empty = SqlPortfolioReader(store)
    for kind in KINDS:
        page = empty.facts(kind, NOW)
        assert (page.n, page.total, page.next_key) == (0, 0.0, None)
        assert list(empty.iter_facts(kind, NOW)) == []
    store.dispose()


def test_a_month_that_is_no_day_is_refused(reader):
    with pytest.raises(SelectionRefused, match="'soon' is not a day"):
        reader.facts("flows", NOW, {"month": "soon"})


@pytest.mark.parametrize(
    ("kind", "measure", "cell", "parts"),
    [("flows", "opening", {"month": f"{FEBRUARY}..{MARCH}"}, [{"month": FEBRUARY}, {"month": MARCH}]),
     ("flows", "loans", {"state": "Current|1-29"}, [{"state": "Current"}, {"state": "1-29"}]),
     ("flows", "loans", {"month": MARCH, "move": "forward|stay"}, [{"month": MARCH, "move": "forward"}, {"month": MARCH, "move": "stay"}]),
     ("cash", "cash", {"month": f"..{FEBRUARY}"}, [{"month": JANUARY}, {"month": FEBRUARY}]),
     ("cash", "cash_effective", {"cohort": JANUARY, "age": "1..2"}, [{"cohort": JANUARY, "age": "1"}, {"cohort": JANUARY, "age": "2"}]),
     ("placed", "balance", {"cohort": f"{FEBRUARY}.."}, [{"cohort": FEBRUARY}, {"cohort": MARCH}]),
     ("stock", "arrears_loans", {"product": "Auto"}, [{"product": "Auto", "workable": "yes"}, {"product": "Auto", "workable": "no"}])],
)  # fmt: skip
def test_several_values_and_spans_are_the_sum_of_their_parts(reader, kind, measure, cell, parts):
    whole = reader.facts(kind, NOW, cell, measure=measure, limit=999)
    single = [reader.facts(kind, NOW, part, measure=measure, limit=999) for part in parts]
    assert whole.n == sum(page.n for page in single) == len(whole.frame) > 0
    assert whole.total == round(sum(page.total for page in single), 2)
    exported = pd.concat(list(reader.iter_facts(kind, NOW, cell, measure=measure)), ignore_index=True)
    pd.testing.assert_frame_equal(exported, whole.frame)


def test_moves_part_the_flows_of_old_loans_and_leave_out_new_ones(reader):
    moves = {move: reader.facts("flows", NOW, {"move": move}, measure="loans").n for move in DIRECTIONS}
    new = reader.facts("flows", NOW, {"origin": "new"}, measure="loans").n
    assert new > 0
    assert sum(moves.values()) + new == reader.facts("flows", NOW, measure="loans").n


@pytest.mark.parametrize(
    ("kind", "cell", "found"),
    [("flows", {"move": "sideways"}, "'sideways' is no move"), ("cash", {"age": "..old"}, "'old' is no age"),
     ("stock", {"workable": "perhaps"}, "'perhaps' is no workable"), ("placed", {"age": "3"}, "cannot be narrowed by 'age'")],
)  # fmt: skip
def test_what_cannot_be_asked_of_rows_is_refused(reader, kind, cell, found):
    with pytest.raises(SelectionRefused, match=found):
        reader.facts(kind, NOW, cell)


@pytest.mark.parametrize(("day", "n"), [("0001-01-31", 0), ("0001-02-28", 0), ("no day", 7), ("9999-12-31", 7)])
def test_a_key_with_a_day_that_no_book_has_is_a_place_like_any_other(reader, day, n):
    key = base64.urlsafe_b64encode(json.dumps(["flows", day, 1]).encode()).decode()
    assert len(reader.facts("flows", NOW, after=key, limit=7).frame) == n


def test_the_flows_of_a_whole_book_are_counted_as_its_export_has_them(reader):
    for selection in (NOW, NOW.at(date(2026, 3, 7)), NOW.only(bucket="1-29"), NOW.only(hold="not stated")):
        rows = sum(len(block) for block in reader.iter_facts("flows", selection))
        page = reader.facts("flows", selection, limit=3)
        assert (page.n, page.total) == (rows, rows)
        assert rows > 0
