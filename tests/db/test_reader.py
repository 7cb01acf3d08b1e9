"""The reader over the store: what only a store can show (revisions, books, registers, budgets, whole years)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import event

from core.errors import Refused, UnknownBatch
from core.records import Segmentation
from core.selection import DIMENSIONS, Selection
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.contract import book as eight
from tests.db.conftest import KNOWN_ON, NOON, actions, loan, payments, portfolio, put, score_rows, undo
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

NOW = Selection()


@pytest.fixture
def reader(engine):
    return SqlPortfolioReader(engine)


def test_a_store_without_books_is_an_empty_book(reader):
    assert reader.book().is_empty
    assert (reader.book().name, reader.book().own_stored, reader.book().sample_hidden) == ("own", False, False)
    assert (reader.stock(NOW) == 0).all(axis=None)
    assert (reader.cash(NOW) == 0).all(axis=None)
    assert len(reader.stock_history(NOW)) == 0
    assert (reader.loans(NOW).total, reader.values("product"), reader.batches()) == (0, [], [])
    assert reader.stock(NOW.at(date(2026, 1, 1)))["loans"].tolist() == [0]
    assert len(reader.training_rows()) == 0
    assert reader.loan_points(NOW, ["balance"], limit=5)[1] == 0


def test_every_change_of_the_store_is_seen_and_every_undo(reader, writer):
    put(writer, portfolio([loan("A", 100.0)], as_of="2026-09-30"))
    before = reader.book()
    assert reader.stock(NOW)["balance"].tolist() == [100.0]
    (second,) = put(writer, portfolio([loan("A", 90.0), loan("B", 50.0)], as_of="2026-10-31"))
    assert (reader.book().revision > before.revision, reader.book().loans) == (True, 2)
    assert (reader.stock(NOW)["balance"].tolist(), reader.loans(NOW).total) == ([140.0], 2)
    undo(writer, second)
    assert (reader.stock(NOW)["balance"].tolist(), reader.book().days) == ([100.0], (date(2026, 9, 30),))


def test_a_remembered_answer_is_not_spoiled_by_its_reader(reader, writer):
    put(writer, portfolio([loan("A", 100.0)], as_of="2026-09-30"))
    answer = reader.stock(NOW)
    answer.loc[0, "balance"] = 0.0
    reader.values("bucket").clear()
    assert (reader.stock(NOW)["balance"].tolist(), reader.values("bucket")) == ([100.0], ["30-59"])


def test_an_answer_is_read_once_a_revision(reader, writer, engine):
    put(writer, portfolio([loan("A", 100.0)], as_of="2026-09-30"))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    reader.stock(NOW, ["product"])
    once = sum("cube_stock" in statement for statement in asked)
    reader.stock(NOW, ["product"])
    assert (once, sum("cube_stock" in statement for statement in asked)) == (1, 1)


def test_executive_sums_read_no_rows(tmp_path):
    engine = eight.store(tmp_path)
    reader = SqlPortfolioReader(engine)
    reader.book()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    asked_of_cubes = (
        reader.stock,
        reader.stock_history,
        reader.placed,
        reader.cash,
        reader.cash_outside,
        reader.costs,
        reader.activity,
    )
    for question in asked_of_cubes:
        question(NOW.only(product="Auto"), ["region", "segment", "strategy"])
    assert any("FROM cube_activity" in statement for statement in asked)
    rows = re.compile(r"(FROM|JOIN) (snapshots|payments|actions|placements)\b")
    assert [statement for statement in asked if rows.search(statement)] == []
    engine.dispose()


@pytest.fixture(scope="module")
def random_book(tmp_path_factory):
    """Forty loans over four month-ends, with cash and calls on any day of them, twice reloaded and once undone."""
    chance = np.random.default_rng(20)
    engine = new_store(tmp_path_factory.mktemp("random") / "book.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    refs = [f"L{n:02d}" for n in range(40)]

    def any_of(*values):
        return values[int(chance.integers(len(values)))]

    def month(day: str, **changes):
        rows = [
            loan(
                ref, round(float(chance.uniform(1, 900)), 2), any_of(0, 0, 5, 45, 70, 100, 200),
                borrower_ref=f"B{n % 30}", product=any_of("Auto", "Home", None), region=any_of("North", "South"),
                branch=any_of("Hill", "Harbour"), agency=any_of(None, "Acme"), collector=any_of("Ann", "Bob", None),
                strategy=any_of(None, "Legal", "Standard", "Settlement"), hold=any_of(None, None, None, "dispute", "deceased"),
                status=any_of("open", "open", "open", "paid"),
            )
            for n, ref in enumerate(refs) if chance.random() < 0.8
        ]  # fmt: skip
        put(writer, portfolio(rows, as_of=day, **changes), score=score_rows)

    def any_day() -> str:
        return (date(2026, 7, 1) + timedelta(days=int(chance.integers(123)))).isoformat()

    for day in ("2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-09-30"):
        month(day)
    known = SqlPortfolioReader(engine).training_rows()["loan_ref"].unique().tolist()
    paid = [
        {
            "loan_ref": any_of(*known),
            "paid_on": any_day(),
            "amount": round(float(chance.uniform(1, 99)), 2),
            "payment_ref": f"P{n}",
        }
        for n in range(150)
    ]
    back = [
        {
            **row,
            "paid_on": any_day(),
            "payment_kind": "reversal",
            "reverses_ref": row["payment_ref"],
            "payment_ref": f"R{n}",
        }
        for n, row in enumerate(paid[:30])
    ]
    forgiven = [{**row, "payment_kind": "waiver", "payment_ref": f"W{n}"} for n, row in enumerate(paid[:10])]
    put(writer, payments([{"payment_kind": "cash", "reverses_ref": None, **row} for row in [*paid, *back, *forgiven]]))
    calls = [
        {
            "loan_ref": any_of(*known), "acted_on": any_day(), "action": "call", "cost": any_of(2.5, 0.0, None),
            "result": any_of("promise", "no answer", None), "strategy": any_of(None, "Legal"),
            "promise_amount": any_of(None, 10.0), "promise_due": None,
        }
        for _ in range(200)
    ]  # fmt: skip
    put(writer, actions(calls))
    undo(writer, 2)
    yield SqlPortfolioReader(engine)
    engine.dispose()


@pytest.mark.parametrize("as_of", [date(2026, 10, 31), date(2026, 10, 17), date(2026, 9, 1), date(2026, 9, 30)])
@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("question", ["stock", "stock_history", "placed", "cash", "cash_outside", "costs", "activity"])
def test_cubes_and_rows_tell_the_same_on_every_dimension_and_day(random_book, question, dimension, as_of):
    everybody = NOW.only(collector=("Ann", "Bob", "not stated")).at(as_of)  # no cube knows owners: the rows answer
    months = {
        "placed": ["cohort"],
        "cash": ["cohort", "month"],
        "costs": ["cohort", "month"],
        "cash_outside": ["month"],
        "activity": ["month"],
    }.get(question, [])
    by = [*months, dimension]
    from_rows = getattr(random_book, question)(everybody, by)
    assert len(from_rows) > 0
    pd.testing.assert_frame_equal(getattr(random_book, question)(NOW.at(as_of), by), from_rows)


def test_cash_on_any_day_is_the_cash_of_the_days_before_and_the_day_itself(random_book):
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(61)]
    cash = [random_book.cash(NOW.at(day))["cash"].iloc[0] for day in days]
    outside = [random_book.cash_outside(NOW.at(day))["cash"].iloc[0] for day in days]
    told = pd.concat([random_book.payments_of(f"L{n:02d}") for n in range(40)])
    told = told[told["payment_kind"] != "waiver"]
    expected = [told.loc[told["paid_on"] <= day.isoformat(), "amount"].sum() for day in days]
    assert np.round(np.add(cash, outside), 2).tolist() == np.round(expected, 2).tolist()
    assert len(set(cash)) > 20
    placed, unplaced = random_book.cash(NOW)["payments"].iloc[0], random_book.cash_outside(NOW)["payments"].iloc[0]
    assert placed + unplaced == (told["payment_kind"] == "cash").sum()  # a reversal is no payment
    assert unplaced > 0


def test_books_never_mix_and_the_one_on_show_is_asked(engine, writer):
    put(writer, portfolio([loan("S1", 7.0)], as_of="2026-10-31"), book="sample")
    assert SqlPortfolioReader(engine).book().name == "own"  # a sample book being loaded is not on show yet
    with writer.unit("sample", kind="show", known_on=KNOWN_ON, who="ana") as unit:
        unit.show("sample")
    assert SqlPortfolioReader(engine).book().name == "sample"
    put(writer, portfolio([loan("A", 100.0)], as_of="2026-09-30"))
    with writer.unit("own", kind="show", known_on=KNOWN_ON, who="ana") as unit:
        unit.show("own")
    shown = SqlPortfolioReader(engine)
    assert (shown.book().name, shown.book().sample_hidden, shown.book().own_stored) == ("own", True, True)
    assert shown.stock(NOW)["balance"].tolist() == [100.0]
    assert SqlPortfolioReader(engine, "sample").stock(NOW)["balance"].tolist() == [7.0]
    assert SqlPortfolioReader(engine, "sample").unknown_loans(["A", "S1"]) == ["A"]


def test_an_assumed_day_is_flagged_while_it_is_the_newest(reader, writer):
    put(writer, portfolio([loan("A")], as_of="2026-09-30", as_of_assumed=True))
    assert (reader.book().as_of_assumed, reader.book().last_received_on) == (True, KNOWN_ON)
    put(writer, portfolio([loan("A")], as_of="2026-10-31"))
    assert not reader.book().as_of_assumed


def test_batches_are_listed_newest_first_with_refused_and_undone_ones(tmp_path):
    engine = eight.store(tmp_path)
    reader = SqlPortfolioReader(engine)
    batches = reader.batches()
    assert [batch.kind for batch in batches] == [
        "portfolio",
        "actions",
        "payments",
        "portfolio",
        "portfolio",
        "portfolio",
    ]
    refused, august = batches[0], batches[-1]
    assert (refused.status, refused.rows, refused.rejected, refused.accepted) == ("refused", 2, 2, 0)
    assert (august.as_of, august.status, august.book, august.control_totals) == (
        date(2026, 8, 31),
        "committed",
        "own",
        {"rows": 6},
    )
    assert reader.rejects(refused.id)["line"].tolist() == [2, 3]
    assert reader.rejects(refused.id)["value"].tolist() == ["", "soon"]
    assert len(reader.rejects(august.id)) == 0
    assert reader.batch(august.id) == august
    assert reader.live_batch_with(august.sha256, "own") == august
    assert reader.live_batch_with(august.sha256, "sample") is None
    assert reader.live_batch_with(refused.sha256, "own") is None
    engine.dispose()


def test_snapshots_are_narrowed_to_a_batch(reader, writer):
    first, _ = put(
        writer,
        portfolio([loan("A"), loan("B")], as_of="2026-10-31"),
        portfolio([loan("C")], as_of="2026-10-31", scope="partial"),
    )
    narrowed = pd.concat(list(reader.snapshots(date(2026, 10, 31), batch_id=first)))
    assert narrowed["loan_ref"].tolist() == ["A", "B"]
    assert len(pd.concat(list(reader.snapshots(date(2026, 10, 31))))) == 3


def test_the_latest_action_of_a_loan_is_its_last_contact_and_later_ones_are_not_known_yet(reader, writer):
    put(writer, portfolio([loan("A"), loan("B")], as_of="2026-10-31"))
    told = [("2026-10-20", "no answer"), ("2026-10-30", "refused"), ("2026-10-30", "promise"), ("2026-11-02", "paid")]
    put(writer, actions([{"loan_ref": "A", "acted_on": day, "action": "call", "result": said} for day, said in told]))
    frame = reader.loans(NOW, sort="last_contact_on").frame
    assert frame["last_contact_on"].tolist()[0] == "2026-10-30"
    assert frame["last_contact_result"].tolist()[0] == "promise"
    assert frame["last_contact_on"].isna().tolist() == [False, True]


def test_a_list_longer_than_a_block_is_exported_whole_and_in_order(reader, writer):
    rows = [loan(f"L{n:04d}", float(n % 700 + 1)) for n in range(4100)]
    put(writer, portfolio(rows, as_of="2026-10-31"), score=score_rows)
    blocks = list(reader.iter_loans(NOW, "balance"))
    assert [len(block) for block in blocks] == [2000, 2000, 100]
    exported = pd.concat(blocks)
    assert exported["balance"].is_monotonic_decreasing
    assert exported["loan_ref"].nunique() == 4100
    points, total = reader.loan_points(NOW, ["balance"], limit=3000)
    assert (len(points), total, points["loan_ref"].nunique()) == (3000, 4100, 3000)
    assert abs(points["balance"].mean() - 346) < 20  # the mean of all is 346: the sample leans nowhere


def test_segments_come_in_the_order_of_their_numbers(reader, writer):
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.append(portfolio([loan("A", dpd=90), loan("B", dpd=1)], as_of="2026-10-31"))
        unit.put_segmentation({"k": 2}, ["long overdue", "just late"], None)
        unit.put_scores(score_rows(unit.to_score()), None)
    assert reader.values("segment") == ["long overdue", "just late"]
    held = reader.segmentation()
    assert isinstance(held, Segmentation)
    assert (held.content, held.names) == ({"k": 2}, ("long overdue", "just late"))


def test_models_are_listed_newest_first_and_the_champion_is_the_one_in_use(reader, writer):
    put(writer, portfolio([loan("A")], as_of="2026-10-31"))
    card = {"kind": "logistic", "sha256": "x", "card": {"auc": 0.7}, "artifact": "{}", "trained_on_batches": [1]}
    for status in ("champion", "refused"):
        with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
            unit.put_model({**card, "status": status})
    assert [model.status for model in reader.models()] == ["refused", "champion"]
    champion = reader.champion()
    assert champion is not None
    assert (champion.status, champion.card, champion.artifact) == ("champion", {"auc": 0.7}, "{}")


def test_training_rows_know_the_cash_of_the_year_after_each_snapshot(reader, writer):
    for day in ("2025-09-30", "2025-10-31", "2025-11-30", "2026-10-31"):
        put(writer, portfolio([loan("A"), loan("B")], as_of=day))
    paid = [
        ("2025-09-30", 1.0, "cash"),  # on the day itself: before the window
        ("2025-10-31", 10.0, "cash"),
        ("2026-09-30", 100.0, "cash"),  # the last day of the first window
        ("2026-10-31", 1000.0, "cash"),
        ("2026-10-31", 5000.0, "waiver"),
    ]
    rows = [{"loan_ref": "A", "paid_on": day, "amount": amount, "payment_kind": kind} for day, amount, kind in paid]
    rows[1]["payment_ref"] = "P1"
    taken_back = {
        "loan_ref": "A",
        "paid_on": "2026-10-15",
        "amount": 4.0,
        "payment_kind": "reversal",
        "reverses_ref": "P1",
    }
    put(writer, payments([*rows, taken_back]))
    told = reader.training_rows().set_index(["loan_ref", "as_of"])
    assert told.loc[("A", "2025-09-30"), "cash_12m"] == 106.0  # 10 + 100, less the 4 taken back
    assert told.loc[("A", "2025-10-31"), "cash_12m"] == 1100.0
    assert told.loc[("B", "2025-10-31"), "cash_12m"] == 0.0
    assert pd.isna(told.loc[("A", "2025-11-30"), "cash_12m"])
    assert told.loc["A"]["months_seen"].tolist() == [13, 12, 11, 0]


@pytest.mark.parametrize(
    ("received_on", "known"),
    [
        (date(2026, 10, 31), {"2025-09-30", "2025-10-31"}),
        (date(2026, 10, 30), {"2025-09-30"}),
        (date(2026, 9, 29), set()),
    ],
)
def test_a_snapshot_whose_year_no_payments_file_can_have_told_has_no_outcome(reader, writer, received_on, known):
    """The newest snapshot is of 31 October, whatever the day the payments were received on."""
    for day in ("2025-09-30", "2025-10-31", "2026-10-31"):
        put(writer, portfolio([loan("A"), loan("B")], as_of=day))
    put(writer, payments([{"loan_ref": "A", "paid_on": "2026-09-15", "amount": 12.0}], received_on=received_on))
    told = reader.training_rows()
    assert set(told.loc[told["cash_12m"].notna(), "as_of"]) == known
    assert told.groupby("as_of")["months_seen"].first().tolist() == [13, 12, 0]
    paid = told.loc[told["cash_12m"].notna() & (told["loan_ref"] == "A"), "cash_12m"]
    assert paid.tolist() == [12.0] * len(known)


@pytest.mark.parametrize(("received_on", "loans"), [(date(2026, 9, 30), 1), (date(2026, 9, 29), 0)])
def test_a_placement_whose_year_no_payments_file_can_have_told_is_not_matured(engine, writer, received_on, loans):
    rows, paid = [loan("A", 1000.0, 45)], [{"loan_ref": "A", "paid_on": "2026-09-15", "amount": 12.0}]
    put(writer, portfolio(rows, as_of="2025-09-30"), portfolio(rows, as_of="2026-10-31"))
    put(writer, payments(paid, received_on=received_on))
    in_frames = pd.DataFrame([row | {"as_of": day} for day in ("2025-09-30", "2026-10-31") for row in rows])
    held = FakePortfolioReader(in_frames, pd.DataFrame(paid), payments_until=received_on)
    for reader in (SqlPortfolioReader(engine), held):
        assert reader.matured_rates()["loans"].sum() == loans


def test_matured_rates_are_of_placements_a_year_old_and_of_their_first_year(engine, writer):
    rows = [loan("A", 1000.0, 45), loan("B", 500.0, 45), loan("C", 70.0, 0)]
    young = [*rows, loan("D", 900.0, 45)]
    given = [
        ("A", "2025-10-31", 30.0),
        ("A", "2026-09-29", 20.0),
        ("A", "2026-09-30", 7.0),
        ("A", "2026-11-01", 999.0),
        ("C", "2026-01-31", 5.0),
    ]
    paid = [{"loan_ref": ref, "paid_on": day, "amount": amount, "payment_kind": "cash"} for ref, day, amount in given]
    put(writer, portfolio(rows, as_of="2025-09-30"), portfolio(young, as_of="2026-10-31"), payments(paid))
    in_frames = pd.concat(
        [pd.DataFrame(rows).assign(as_of="2025-09-30"), pd.DataFrame(young).assign(as_of="2026-10-31")]
    )
    for reader in (SqlPortfolioReader(engine), FakePortfolioReader(in_frames, pd.DataFrame(paid))):
        rates = reader.matured_rates()
        assert rates[["bucket", "loans", "balance", "cash_12m"]].to_numpy().tolist() == [["30-59", 2, 1500.0, 50.0]]


def test_a_book_without_payments_has_no_outcome(reader, writer):
    put(writer, portfolio([loan("A")], as_of="2024-09-30"), portfolio([loan("A")], as_of="2026-09-30"))
    assert reader.training_rows()["cash_12m"].isna().all()


def test_a_question_beyond_its_budget_is_refused_with_a_remedy(engine, writer):
    put(writer, portfolio([loan(f"L{n:04d}") for n in range(3000)], as_of="2026-10-31"))
    hurried = SqlPortfolioReader(engine, budget_seconds=-1.0)
    with pytest.raises(Refused, match=r"longer than -1 seconds\. Narrow the selection"):
        hurried.loans(NOW, sort="last_contact_on")
    assert SqlPortfolioReader(engine).loans(NOW).total == 3000  # the connection is as good as new


def test_a_batch_of_no_book_is_refused(reader):
    with pytest.raises(UnknownBatch, match="no batch 1"):
        reader.batch(1)


def test_an_answer_remembered_with_one_knowledge_is_not_given_with_another(reader, writer):
    tellings = ((date(2026, 11, 1), 100.0), (date(2026, 11, 3), 300.0))
    for day, balance in tellings:
        with writer.unit("own", kind="batch", known_on=day, who="ana") as unit:
            unit.append(replace(portfolio([loan("A", balance), loan("Z", 7.0)], "2026-10-31"), received_on=day))
    for _ in range(2):
        found = {day: reader.stock(Selection(known_on=day))["balance"].iloc[0] for day, _ in tellings}
        assert found == {date(2026, 11, 1): 107.0, date(2026, 11, 3): 307.0}
        assert reader.stock(Selection())["balance"].iloc[0] == 307.0


def test_a_refused_file_and_a_change_of_what_is_on_show_teach_a_book_nothing(reader, writer):
    put(writer, portfolio([loan("A")], "2026-10-31"))
    writer.record_refusal("own", portfolio([], as_of="2026-10-31", received_on=date(2026, 12, 1)), "ana")
    with writer.unit("own", kind="show", known_on=date(2026, 12, 2), who="ana") as unit:
        unit.show("own")
    assert reader.known_days() == [KNOWN_ON]
    assert SqlPortfolioReader(reader._engine, "sample").known_days() == []
