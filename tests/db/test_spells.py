"""A fact speaks from one day to another, and may speak again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from core.errors import HistoryUnsettled
from core.selection import Selection
from db.engine import reading, writing
from db.known import NOW, Knowledge
from db.reader import SqlPortfolioReader
from db.tables import payments as payment_rows
from tests.db.conftest import assert_cubes_equal_rows, cell, loan, payments, portfolio, rows_of, score_rows

JANUARY = "2026-01-31"
PAID = {"loan_ref": "A", "paid_on": "2026-02-03", "amount": 50.0, "payment_ref": "P1", "payment_kind": "cash"}


def told(writer, batch, day):
    with writer.unit("own", kind="batch", known_on=day, who="ana") as unit:
        number = unit.append(batch)
        unit.put_scores(score_rows(unit.to_score()), None)
    return number


def taken_back(writer, number, day):
    with writer.unit("own", kind="undo", known_on=day, who="ana") as unit:
        unit.retract(number)


def on(day: int) -> date:
    return date(2026, 11, day)


def dated(batch, day):
    return type(batch)(**{name: getattr(batch, name) for name in batch.__slots__} | {"received_on": on(day)})


@pytest.fixture
def corrected(engine, writer):
    """A payment of 50.00 known from the 2nd, of 40.00 from the 4th until the 6th, then of 50.00 again; a bystander."""
    told(writer, dated(portfolio([loan("A", 1000, 30), loan("B", 500, 30)], JANUARY), 1), on(1))
    bystander = {**PAID, "loan_ref": "B", "payment_ref": "P9", "amount": 7.0}
    told(writer, dated(payments([PAID, bystander]), 2), on(2))
    number = told(writer, dated(payments([{**PAID, "amount": 40.0}]), 4), on(4))
    taken_back(writer, number, on(6))
    return SqlPortfolioReader(engine)


def test_each_day_knows_the_payment_that_spoke_then(corrected):
    february = Selection(as_of=date(2026, 2, 28))
    known = {day: corrected.cash(february.knowing(on(day)))["cash"].iloc[0] for day in range(1, 8)}
    assert known == {1: 0.0, 2: 57.0, 3: 57.0, 4: 47.0, 5: 47.0, 6: 57.0, 7: 57.0}
    assert corrected.cash(february)["cash"].iloc[0] == 57.0


def test_the_days_on_which_something_was_learned(corrected):
    assert corrected.known_days() == [on(1), on(2), on(4), on(6)]
    assert [corrected.book(on(day)).has_payments for day in (1, 2)] == [False, True]
    assert corrected.book(on(3)).last_received_on == on(2)
    assert corrected.book(date(2026, 10, 31)).is_empty


def test_a_spell_that_is_over_is_kept_when_the_row_speaks_again(engine, corrected):
    assert rows_of(engine, "SELECT fact, fact_id, since_on, until_on FROM spells") == [
        ("payments", 1, "2026-11-02", "2026-11-04")
    ]
    with reading(engine) as connection:
        for known, speaking in ((Knowledge("2026-11-03"), [1, 2]), (Knowledge("2026-11-05"), [2, 3]), (NOW, [1, 2])):
            query = select(payment_rows.c.id).where(known.speaks(payment_rows)).order_by(payment_rows.c.id)
            assert list(connection.execute(query).scalars()) == speaking


def test_a_spell_that_begins_and_ends_on_one_day_is_nobodys_knowledge(engine, writer):
    number = told(writer, dated(portfolio([loan("A")], JANUARY), 1), on(1))
    for _ in range(2):
        taken_back(writer, number, on(1))
        number = told(writer, dated(portfolio([loan("A")], JANUARY), 1), on(1))
    assert rows_of(engine, "SELECT count(*) FROM spells") == [(0,)]
    reader = SqlPortfolioReader(engine)
    told(writer, dated(portfolio([loan("A", 900)], "2026-02-28"), 2), on(2))
    assert reader.stock(Selection(known_on=on(1)))["loans"].iloc[0] == 1


def test_an_undo_is_dated_and_the_day_before_it_still_sees_the_batch(engine, writer):
    told(writer, dated(portfolio([loan("A", 100), loan("B", 20)], JANUARY), 1), on(1))
    number = told(writer, dated(portfolio([loan("A", 300)], JANUARY), 3), on(3))
    taken_back(writer, number, on(5))
    reader = SqlPortfolioReader(engine)
    balances = [reader.stock(Selection(known_on=on(day)))["balance"].iloc[0] for day in (2, 3, 4, 5)]
    assert balances == [120.0, 300.0, 300.0, 120.0]


def test_the_order_of_loading_decides_nothing_where_days_of_receipt_differ(engine, writer):
    told(writer, dated(portfolio([loan("A", 300)], JANUARY), 3), on(3))
    told(writer, dated(portfolio([loan("A", 100), loan("B", 20)], JANUARY), 1), on(1))
    told(writer, dated(payments([{**PAID, "amount": 40.0}]), 4), on(4))
    told(writer, dated(payments([PAID]), 2), on(2))
    assert cell(engine, "cube_stock", "loans, balance") == (1, 30000)
    assert cell(engine, "cube_cash", "cash") == (4000,)
    assert_cubes_equal_rows(engine)


def test_a_file_out_of_order_makes_the_past_wait_and_never_today(engine, writer):
    told(writer, dated(portfolio([loan("A", 300)], "2026-02-28"), 3), on(3))
    told(writer, dated(portfolio([loan("A", 100)], JANUARY), 1), on(1))
    reader = SqlPortfolioReader(engine)
    assert reader.stock(Selection(known_on=on(3)))["balance"].iloc[0] == 300.0
    for question in (lambda: reader.book(on(2)), lambda: reader.stock(Selection(known_on=on(2)))):
        with pytest.raises(HistoryUnsettled, match=r"known on 2 Nov 2026 is being put in order.*Ask again in a moment"):
            question()
    assert writer.settle_history("own")
    assert reader.stock(Selection(known_on=on(2)))["balance"].iloc[0] == 100.0
    assert not writer.settle_history("own")
    assert not writer.settle_history("sample")


def test_which_book_is_on_show_is_no_knowledge(engine, writer):
    with writer.unit("own", kind="show", known_on=on(9), who="ana") as unit:
        unit.show("own")
    told(writer, dated(portfolio([loan("A", 300)], JANUARY), 3), on(3))
    assert rows_of(engine, "SELECT unsettled FROM books") == [(0,)]
    assert SqlPortfolioReader(engine).known_days() == [on(3)]


def test_a_history_that_would_change_today_is_a_fault_and_nothing_is_stored(engine, writer):
    told(writer, dated(portfolio([loan("A", 300)], "2026-02-28"), 3), on(3))
    told(writer, dated(portfolio([loan("A", 100)], JANUARY), 1), on(1))
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE cube_stock SET balance = balance + 1 WHERE id = 1")
    before = rows_of(engine, "SELECT * FROM snapshots")
    with pytest.raises(RuntimeError, match="book 1 told again differs in cube_stock"):
        writer.settle_history("own")
    assert rows_of(engine, "SELECT * FROM snapshots") == before
    assert rows_of(engine, "SELECT unsettled FROM books") == [(1,)]


def test_decisions_redates_rescorings_and_fallen_models_are_told_again_with_their_days(engine, writer):
    rows = [loan("A", 100, 30, strategy="Legal"), loan("B", 50, 95)]
    first = told(writer, dated(portfolio(rows, JANUARY), 2), on(2))
    second = told(writer, dated(portfolio(rows, "2026-02-28"), 4), on(4))
    with writer.unit("own", kind="scoring", known_on=on(5), who="ana") as unit:
        card = {"kind": "logistic", "status": "champion", "sha256": "0" * 64, "card": {}, "artifact": "{}"}
        model = unit.put_model(card | {"trained_on_batches": [first, second]})
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), segment="by the model"), model)
    with writer.unit("own", kind="decision", known_on=on(6), who="ana") as unit:
        unit.decide(["B"], "Settlement", on(6))
    with writer.unit("own", kind="batch", known_on=on(8), who="ana") as unit:
        unit.redate(second, date(2026, 3, 31))
    reader = SqlPortfolioReader(engine)

    def seen():
        telling = {}
        for day in range(1, 10):
            asked = Selection(known_on=on(day))
            telling[day] = [
                reader.book(on(day)).days,
                reader.stock_history(asked, ["segment", "strategy"]).values.tolist(),
                reader.given(asked.at(date(2026, 12, 31)), ["decided_by"]).values.tolist() if day > 1 else [],
            ]
        return telling

    before = seen()
    january = reader.stock(Selection(as_of=date(2026, 1, 31), known_on=on(5)), ["segment"])["segment"].tolist()
    assert january == ["by the model"]
    assert reader.book(on(7)).days[-1] == date(2026, 2, 28)
    assert reader.book(on(8)).days[-1] == date(2026, 3, 31)
    fell = reader.stock(Selection(as_of=date(2026, 1, 31), known_on=on(8)), ["segment"])["segment"].tolist()
    assert "by the model" not in fell
    told(writer, dated(payments([{**PAID, "loan_ref": "nobody's"}]), 1), on(1))
    assert writer.settle_history("own")
    assert seen() == before
    assert_cubes_equal_rows(engine)
