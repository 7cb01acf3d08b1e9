"""What keeping and reading findings about a score comes to, on the fake and on the store."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import KNOWN_ON, NOON, loan, portfolio
from tests.fakes import MONITORING_FIELDS, FakePortfolioReader
from tests.new_store import new_store

FIRST, SECOND, UNDONE = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


class _Fake:
    def __init__(self) -> None:
        self.reader, self.batches = FakePortfolioReader(pd.DataFrame()), 0

    def bring(self, rows, model_id, known_on, *, of_batch=True):
        self.batches += of_batch
        self.reader.found.put(rows, model_id, self.batches if of_batch else None, known_on)
        return self.batches

    def undo(self, batch_id):
        self.reader.found.undone[batch_id] = UNDONE


class _Sql:
    def __init__(self, engine) -> None:
        self.reader, self.writer = SqlPortfolioReader(engine, "own"), SqlPortfolioWriter(engine, lambda: NOON)
        self.bystander = SqlPortfolioReader(engine, "sample")

    def bring(self, rows, model_id, known_on, *, of_batch=True):
        number = 0
        with self.writer.unit("own", kind="batch" if of_batch else "scoring", known_on=known_on, who="ana") as unit:
            if of_batch:
                number = unit.append(
                    portfolio([loan("LN1", balance=float(len(rows)) + known_on.day)], as_of="2026-10-31")
                )
            unit.put_monitoring(rows, model_id)
        return number

    def undo(self, batch_id):
        with self.writer.unit("own", kind="undo", known_on=UNDONE, who="ana") as unit:
            unit.retract(batch_id)


@pytest.fixture(params=["fake", "sql"])
def store(request, tmp_path):
    if request.param == "fake":
        yield _Fake()
        return
    engine = new_store(tmp_path / "book.db")
    yield _Sql(engine)
    engine.dispose()


def row(value, *, what="input", feature="income", as_of="2026-10-31", alarm=0, bound=0.1, details=None):
    return {"as_of": as_of, "what": what, "feature": feature, "value": value, "n": 400, "m": 900, "bound": bound,
            "alarm": alarm, "details": details or {}}  # fmt: skip


def told(store, known_on=None):
    return store.reader.monitoring(known_on)[["what", "feature", "as_of", "value"]].to_records(index=False).tolist()


def test_nothing_is_found_at_first_and_the_columns_are_there(store):
    frame = store.reader.monitoring()
    assert (len(frame), list(frame.columns)) == (0, list(MONITORING_FIELDS))
    assert (frame["n"].dtype, frame["value"].dtype) == ("int64", float)


def test_what_is_kept_comes_back_with_its_model_its_batch_and_its_day(store):
    batch = store.bring([row(0.25, alarm=2, details={"who": "new", "bins": [{"now": 0.5}]})], 7, FIRST)
    frame = store.reader.monitoring()
    (found,) = frame.to_dict("records")
    assert json.loads(found.pop("details")) == {"who": "new", "bins": [{"now": 0.5}]}
    assert found == {
        "as_of": "2026-10-31", "what": "input", "feature": "income", "value": 0.25, "n": 400, "m": 900, "bound": 0.1,
        "alarm": 2, "model_id": 7.0, "batch_id": float(batch), "known_on": "2026-11-20",
    }  # fmt: skip


def test_what_is_undefined_comes_back_so(store):
    store.bring([row(float("nan"), bound=float("nan"))], None, FIRST, of_batch=False)
    (found,) = store.reader.monitoring().to_dict("records")
    assert [pd.isna(found[name]) for name in ("value", "bound", "model_id", "batch_id")] == [True] * 4


def test_of_one_model_day_kind_and_feature_the_newest_speaks(store):
    store.bring([row(0.1), row(0.2, feature="debt"), row(0.3, as_of="2026-09-30")], 7, FIRST)
    store.bring([row(0.9)], 7, SECOND)
    store.bring([row(0.5)], 8, SECOND, of_batch=False)
    assert told(store) == [
        ("input", "income", "2026-09-30", 0.3), ("input", "debt", "2026-10-31", 0.2),
        ("input", "income", "2026-10-31", 0.9), ("input", "income", "2026-10-31", 0.5),
    ]  # fmt: skip


def test_an_earlier_day_knows_what_it_knew_and_an_undone_batch_falls_silent(store):
    store.bring([row(0.1)], 7, FIRST)
    second = store.bring([row(0.9)], 7, SECOND)
    store.undo(second)
    values = {day: [each[3] for each in told(store, day)] for day in (date(2026, 11, 19), FIRST, SECOND, UNDONE, None)}
    assert values == {date(2026, 11, 19): [], FIRST: [0.1], SECOND: [0.9], UNDONE: [0.1], None: [0.1]}


def test_another_book_has_its_own_findings(tmp_path):
    engine = new_store(tmp_path / "book.db")
    store = _Sql(engine)
    store.bring([row(0.1)], 7, KNOWN_ON)
    assert len(store.bystander.monitoring()) == 0
    engine.dispose()
