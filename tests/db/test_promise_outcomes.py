"""The fate of promises as stored: what a payment, an action or an undo does to it, and that nothing is left out."""

from __future__ import annotations

import shutil
from datetime import date
from random import Random

import pytest

from core.selection import Selection
from db import promise_outcomes
from db.engine import open_store, writing
from db.reader import SqlPortfolioReader
from db.touched import Touched
from db.writer import SqlPortfolioWriter
from tests.db.conftest import (
    KNOWN_ON,
    NOON,
    actions,
    assert_cubes_equal_rows,
    cell,
    loan,
    payments,
    portfolio,
    put,
    rows_of,
    score_rows,
    undo,
    visible,
)

JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
MEASURES = "promises, promised, kept, kept_amount, unstated, cancelled"
TOLD = (
    "SELECT l.loan_ref, o.told_on, o.fate, o.kept, o.kept_amount FROM promise_outcomes o "
    "JOIN loans l ON l.id = o.loan_id WHERE o.live = 1 ORDER BY o.promise_id, o.told_on"
)
_IN_THE_END = (
    "SELECT l.loan_ref, o.resolved_on, o.fate, sum(o.kept_amount), max(coalesce(o.told_on, '')) FROM promise_outcomes o "
    "JOIN loans l ON l.id = o.loan_id WHERE o.live = 1 GROUP BY o.promise_id ORDER BY o.promise_id"
)
FATES = f"SELECT loan_ref, resolved_on, fate, kept_amount FROM ({_IN_THE_END.replace('sum(o.kept_amount)', 'sum(o.kept_amount) AS kept_amount')})"
"""As they stand once everything has been posted: SQLite takes the fate from the row of the newest day."""


def promise(ref="A", acted_on="2026-02-05", due="2026-02-10", amount=100.0, **fields):
    return {
        "loan_ref": ref, "acted_on": acted_on, "action": "call", "result": "promise", "promise_due": due,
        "promise_amount": amount, **fields,
    }  # fmt: skip


def act(ref, acted_on, result):
    return {"loan_ref": ref, "acted_on": acted_on, "action": "call", "result": result}


def paid(ref="A", paid_on="2026-02-08", amount=100.0, number=None, kind="cash", of=None):
    return {
        "loan_ref": ref, "paid_on": paid_on, "amount": amount, "payment_ref": number, "payment_kind": kind,
        "reverses_ref": of,
    }  # fmt: skip


@pytest.fixture
def book(engine, writer):
    """Two loans; A promised 100 for 10 February, B is the bystander with a promise nobody pays towards."""
    put(writer, portfolio([loan("A", region="North"), loan("B", region="South")], JANUARY))
    put(writer, actions([promise(), promise("B", due="2026-03-10")]))
    return engine


def test_a_promise_is_broken_until_it_is_paid_and_counts_on_its_due_day_plus_grace(book, writer):
    bystander = ("B", "2026-03-13", "broken", 0)
    assert rows_of(book, FATES) == [("A", "2026-02-13", "broken", 0), bystander]
    put(writer, payments([paid(amount=60.0)]))
    assert rows_of(book, FATES) == [("A", "2026-02-13", "broken", 6000), bystander]
    put(writer, payments([paid(paid_on="2026-02-13", amount=39.0)]))
    assert rows_of(book, FATES) == [("A", "2026-02-13", "kept", 9900), bystander]
    assert cell(book, "cube_promises", MEASURES, month=FEBRUARY) == (1, 10000, 1, 9900, 0, 0)
    assert cell(book, "cube_promises", MEASURES, month=MARCH, region="South") == (1, 10000, 0, 0, 0, 0)
    assert_cubes_equal_rows(book)


def test_a_waiver_keeps_no_promise_and_what_takes_a_waiver_back_breaks_none(book, writer):
    put(writer, payments([paid(number="W", kind="waiver"), paid(amount=100.0, number="P")]))
    kept = rows_of(book, FATES)
    assert kept[0] == ("A", "2026-02-13", "kept", 10000)
    put(writer, payments([paid(paid_on="2026-02-12", kind="reversal", number="R", of="W")]))
    assert rows_of(book, FATES) == kept
    put(writer, payments([paid(paid_on="2026-02-20", kind="reversal", number="R2", of="P")]))
    assert rows_of(book, FATES)[0] == ("A", "2026-02-13", "broken", 0)


def test_a_reversal_months_later_breaks_the_promise_its_payment_kept_and_its_undo_keeps_it_again(book, writer):
    put(writer, payments([paid(number="P1")]))
    before = visible(book)
    number = put(writer, payments([paid(paid_on="2026-06-01", number="P2", kind="reversal", of="P1")]))[0]
    assert rows_of(book, FATES)[0] == ("A", "2026-02-13", "broken", 0)
    assert cell(book, "cube_promises", MEASURES, month=FEBRUARY) == (1, 10000, 0, 0, 0, 0)
    assert cell(book, "cube_promises", MEASURES, month=FEBRUARY, told=FEBRUARY) == (1, 10000, 1, 10000, 0, 0)
    assert cell(book, "cube_promises", MEASURES, month=FEBRUARY, told="2026-06-30") == (0, 0, -1, -10000, 0, 0)
    undo(writer, number)
    assert visible(book) == before
    assert_cubes_equal_rows(book)


def test_each_day_is_told_by_what_had_been_posted_by_then(book, writer):
    """The payment came back in April, half of it again in May; B, whose promise nobody pays towards, is the bystander."""
    put(writer, portfolio([loan("A"), loan("B")], "2026-06-30"))
    put(
        writer,
        payments([
            paid(number="P1"), paid(paid_on="2026-04-20", number="P2", amount=40.0, kind="reversal", of="P1"),
            paid(paid_on="2026-05-05", number="P3", amount=60.0, kind="reversal", of="P1"),
        ]),
    )  # fmt: skip
    assert rows_of(book, TOLD)[:3] == [
        ("A", "2026-02-13", "kept", 1, 10000), ("A", "2026-04-20", "broken", -1, -4000), ("A", "2026-05-05", "broken", 0, -6000)
    ]  # fmt: skip
    reader = SqlPortfolioReader(book)
    stood = {"2026-02-12": (0, 0, 0.0), "2026-02-13": (1, 1, 100.0), "2026-04-19": (2, 1, 100.0), "2026-04-20": (2, 0, 60.0),
             "2026-05-04": (2, 0, 60.0), "2026-05-05": (2, 0, 0.0), "2026-06-30": (2, 0, 0.0)}  # fmt: skip
    for day, expected in stood.items():
        selection = Selection(as_of=date.fromisoformat(day))
        assert tuple(reader.promises(selection).iloc[0][["promises", "kept", "kept_amount"]]) == expected, day
        listed = [
            reader.facts("promises", selection, measure=name).total for name in ("promises", "kept", "kept_amount")
        ]
        assert tuple(listed) == expected, day
    june = Selection(as_of=date(2026, 6, 30))
    assert [reader.facts("promises", june, {"month": month}, measure="kept").n for month in (FEBRUARY, MARCH)] == [2, 0]
    by_month = reader.promises(june, ["month"]).set_index("month")["kept"]
    assert by_month.to_dict() == {FEBRUARY: 0, MARCH: 0}
    rows = reader.facts("promises", june, {"month": FEBRUARY}).frame
    assert rows[["kept", "kept_amount"]].values.tolist() == [[0, -60.0], [-1, -40.0], [1, 100.0]]
    assert rows["promised"].isna().tolist() == [True, True, False]
    assert_cubes_equal_rows(book)


def test_a_corrected_payment_moves_the_promise_with_it(book, writer):
    put(writer, payments([paid(number="P1")]))
    put(writer, payments([paid(paid_on="2026-02-20", number="P1")]))
    assert rows_of(book, FATES)[0] == ("A", "2026-02-13", "broken", 0)
    put(writer, payments([paid("B", number="P1")]))
    assert [row[2] for row in rows_of(book, FATES)] == ["broken", "kept"]


@pytest.mark.parametrize(
    ("when", "result", "fate"),
    [
        ("2026-02-13", "Promise Cancelled", ("2026-02-13", "cancelled")),
        ("2026-02-06", "withdrawn", ("2026-02-06", "cancelled")),
        ("2026-02-14", "withdrawn", ("2026-02-13", "broken")),
        ("2026-02-04", "withdrawn", ("2026-02-13", "broken")),
        ("2026-02-06", "no answer", ("2026-02-13", "broken")),
    ],
)
def test_an_action_of_the_loan_cancels_what_it_promised_while_it_is_open(book, writer, when, result, fate):
    number = put(writer, actions([act("A", when, result)]))[0]
    assert rows_of(book, FATES) == [("A", *fate, 0), ("B", "2026-03-13", "broken", 0)]
    assert cell(book, "cube_promises", "cancelled, promises", month=FEBRUARY) == (
        int(fate[1] == "cancelled"),
        int(fate[1] != "cancelled"),
    )
    assert_cubes_equal_rows(book)
    undo(writer, number)
    assert rows_of(book, FATES)[0] == ("A", "2026-02-13", "broken", 0)


def test_a_promise_that_takes_the_place_of_one_cancelled_the_same_day_stands(book, writer):
    told = [act("A", "2026-02-06", "cancelled"), promise(acted_on="2026-02-06", due="2026-02-20", result="cancelled")]
    put(writer, actions(told))
    assert [row[2] for row in rows_of(book, FATES)] == ["cancelled", "broken", "broken"]


def test_a_promise_without_a_day_or_an_amount_counts_apart_in_the_month_it_was_made(engine, writer):
    put(writer, portfolio([loan("A")], JANUARY))
    put(writer, actions([promise(due=None), promise(amount=None), promise(due="2026-02-04"), promise(amount=0.0)]))
    assert cell(engine, "cube_promises", MEASURES, month=FEBRUARY) == (0, 0, 0, 0, 4, 0)
    assert cell(engine, "cube_promises", MEASURES) == (0, 0, 0, 0, 4, 0)


def test_promises_have_the_attributes_of_the_day_they_were_made(engine, writer):
    put(
        writer,
        portfolio([loan("A", region="North", strategy="Standard")], JANUARY),
        portfolio([loan("A", region="South", strategy="Legal")], FEBRUARY),
    )
    put(writer, actions([promise(due="2026-03-10"), promise("Z", strategy="Legal")]))
    assert cell(engine, "cube_promises", "promises", month=MARCH, region="North", strategy="Standard") == (1,)
    assert cell(engine, "cube_promises", "promises", region="not stated", strategy="Legal") == (1,)
    put(writer, portfolio([loan("A", region="West")], JANUARY))
    assert cell(engine, "cube_promises", "promises", region="West") == (1,)
    assert_cubes_equal_rows(engine)


def test_an_outcome_that_changes_is_a_new_version_and_one_that_does_not_is_left_alone(book, writer):
    put(writer, payments([paid(amount=60.0), paid("B", paid_on="2026-01-20")]))
    versions = "SELECT promise_id, live, kept_amount, since_on, until_on FROM promise_outcomes ORDER BY id"
    today = KNOWN_ON.isoformat()
    assert rows_of(book, versions) == [
        (1, 0, 0, today, today),
        (2, 1, 0, today, None),
        (1, 1, 6000, today, None),
    ]


def test_the_undo_of_the_actions_takes_their_promises_out(book, writer):
    put(writer, payments([paid()]))
    undo(writer, 2)
    assert rows_of(book, FATES) == []
    assert cell(book, "cube_promises", MEASURES) == (0, 0, 0, 0, 0, 0)
    assert_cubes_equal_rows(book)


REFS, DAYS = ["A", "B", "C"], ["2026-01-10", "2026-01-20", "2026-02-10", "2026-02-14", "2026-03-10"]


def any_portfolio(chance: Random):
    rows = [loan(ref, region=chance.choice(["North", "South"])) for ref in REFS if chance.random() < 0.8] or [loan("A")]
    return portfolio(rows, chance.choice([JANUARY, FEBRUARY]))


def any_payments(chance: Random):
    rows = []
    for number in chance.sample(["P1", "P2", "P3", "P4", None, None], k=3):
        kind = chance.choice(["cash", "cash", "cash", "cash", "reversal", "waiver"])
        named = chance.choice(["P1", "P2", None]) if kind == "reversal" else None
        amount = chance.choice([20.0, 50.0, 99.0, 100.0])
        rows.append(paid(chance.choice(REFS), chance.choice(DAYS), amount, number, kind, named))
    return payments(rows)


def any_actions(chance: Random):
    rows = [
        promise(
            chance.choice(REFS),
            chance.choice(DAYS),
            chance.choice(["2026-01-20", "2026-02-12", "2026-03-01", None]),
            chance.choice([50.0, 100.0, 100.0, None]),
        )
        for _ in range(3)
    ]
    last = act(chance.choice(REFS), chance.choice(DAYS), chance.choice(["cancelled", "refused"]))
    return actions([last] if chance.random() < 0.4 else [*rows, last])


def assert_every_promise_has_one_outcome(engine):
    speaking = rows_of(engine, "SELECT id FROM promises WHERE live = 1 ORDER BY id")
    first = "SELECT promise_id FROM promise_outcomes WHERE live = 1 AND told_on IS resolved_on ORDER BY promise_id"
    assert rows_of(engine, first) == speaking
    later = "SELECT count(*) FROM promise_outcomes WHERE live = 1 AND told_on < resolved_on"
    assert rows_of(engine, later) == [(0,)]


def assert_deriving_all_outcomes_anew_changes_nothing(engine):
    with writing(engine) as connection:
        touched = Touched(connection, KNOWN_ON.isoformat())
        connection.exec_driver_sql("INSERT INTO chosen SELECT id FROM loans WHERE true")
        count = "SELECT count(*), max(id) FROM promise_outcomes"
        before = connection.exec_driver_sql(count).one()
        promise_outcomes.rederive(connection, 1, touched)
        assert connection.exec_driver_sql(count).one() == before


@pytest.mark.parametrize("seed", [1, 2, 3])  # stories in which some promises are kept
def test_whatever_comes_and_goes_every_promise_has_the_fate_that_the_rows_give_it(template, tmp_path, seed):
    for name in ("lived", "told_anew"):
        shutil.copy(template, tmp_path / f"{name}.db")
    lived, anew = (open_store(f"sqlite:///{tmp_path / name}.db") for name in ("lived", "told_anew"))
    writer, chance, stored = SqlPortfolioWriter(lived, lambda: NOON), Random(seed), {}
    first = actions([promise(ref, "2026-01-10", "2026-03-10") for ref in REFS])
    stored[put(writer, first)[0]] = first
    for _ in range(14):
        if len(stored) > 5 and chance.random() < 0.4:
            number = chance.choice(sorted(stored))
            undo(writer, number)
            del stored[number]
        else:
            batch = chance.choice([any_portfolio, any_payments, any_payments, any_actions, any_actions])(chance)
            if all(batch.sha256 != other.sha256 for other in stored.values()):
                stored[put(writer, batch, score=score_rows)[0]] = batch
        assert_every_promise_has_one_outcome(lived)
        assert_cubes_equal_rows(lived)
        assert_deriving_all_outcomes_anew_changes_nothing(lived)
    assert {row[0] for row in rows_of(lived, "SELECT fate FROM promise_outcomes")} >= {"kept", "broken"}
    put(SqlPortfolioWriter(anew, lambda: NOON), *(stored[number] for number in sorted(stored)), score=score_rows)
    assert rows_of(lived, FATES) == rows_of(anew, FATES)
    assert visible(lived)["cube_promises"] == visible(anew)["cube_promises"]
    lived.dispose()
    anew.dispose()
