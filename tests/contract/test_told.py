"""Until when a book's payments and actions are told, and what was paid as known on a day: on the fakes and on the store.

Received on 20 October: September and its payments. On 2 November: October and the actions. On the 5th: more payments, one
taking back 40 of the first. On the 9th that last file is undone. BYSTANDER is another loan.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, actions, loan, payments, portfolio
from tests.fake_history import FakeHistoryReader
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

TWENTIETH, SECOND, FIFTH, NINTH = date(2026, 10, 20), date(2026, 11, 2), date(2026, 11, 5), date(2026, 11, 9)
BEFORE = date(2026, 10, 19)
LOANS = [loan("A", 500.0, 45), loan("BYSTANDER", 9.0, 45)]
FIRST = [
    {"loan_ref": "A", "paid_on": "2026-10-05", "amount": 100.0, "payment_kind": "cash", "payment_ref": "P1"},
    {"loan_ref": "BYSTANDER", "paid_on": "2026-10-06", "amount": 7.0, "payment_kind": "cash"},
]
MORE = [
    {"loan_ref": "A", "paid_on": "2026-10-28", "amount": 25.0, "payment_kind": "cash", "payment_ref": "P2"},
    {"loan_ref": "A", "paid_on": "2026-11-01", "amount": 40.0, "payment_kind": "reversal", "reverses_ref": "P1"},
]
WORK = [{"loan_ref": "A", "acted_on": "2026-10-07", "action": "call", "result": "right party"}]


def fake() -> FakeHistoryReader:
    september, both = ([row | {"as_of": day} for row in LOANS] for day in ("2026-09-30", "2026-10-31"))

    def known(rows: list[dict], paid: list[dict], until: date, acted: date | None = None) -> FakePortfolioReader:
        work = pd.DataFrame(WORK) if acted else None
        return FakePortfolioReader(
            pd.DataFrame(rows), pd.DataFrame(paid), work, payments_until=until, actions_until=acted
        )

    second = known(september + both, FIRST, TWENTIETH, SECOND)
    told = {TWENTIETH: known(september, FIRST, TWENTIETH), SECOND: second, NINTH: second}
    return FakeHistoryReader(told | {FIFTH: known(september + both, FIRST + MORE, FIFTH, SECOND)})


def stored(path) -> SqlPortfolioReader:
    engine = new_store(path / "book.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    files = [
        (TWENTIETH, portfolio(LOANS, "2026-09-30")), (TWENTIETH, payments(FIRST)), (SECOND, portfolio(LOANS, "2026-10-31")),
        (SECOND, actions(WORK)), (FIFTH, payments(MORE)),
    ]  # fmt: skip
    for number, (day, batch) in enumerate(files):
        with writer.unit("own", kind="batch", known_on=day, who="ana") as unit:
            newest = unit.append(replace(batch, received_on=day, sha256=f"{number}"))
    with writer.unit("own", kind="undo", known_on=NINTH, who="ana") as unit:
        unit.retract(newest)
    writer.record_refusal("own", payments(FIRST, received_on=date(2026, 12, 1), sha256="refused"), "ana")
    return SqlPortfolioReader(engine)


@pytest.fixture(scope="module", params=["fake", "sql"])
def reader(request, tmp_path_factory):
    return fake() if request.param == "fake" else stored(tmp_path_factory.mktemp("told"))


@pytest.mark.parametrize(
    ("known_on", "paid", "acted"),
    [
        (BEFORE, None, None), (TWENTIETH, TWENTIETH, None), (SECOND, TWENTIETH, SECOND), (FIFTH, FIFTH, SECOND),
        (date(2026, 11, 8), FIFTH, SECOND), (NINTH, TWENTIETH, SECOND), (None, TWENTIETH, SECOND),
    ],
)  # fmt: skip
def test_payments_are_told_until_the_day_their_newest_live_file_was_received_and_so_are_actions(
    reader, known_on, paid, acted
):
    held = reader.book(known_on)
    assert (held.payments_until, held.actions_until) == (paid, acted)


def test_the_payments_of_a_loan_are_those_known_on_the_day(reader):
    def paid(known_on: date | None) -> list[tuple]:
        told = reader.payments_of("A", known_on)
        return list(told[["paid_on", "amount", "payment_kind"]].itertuples(index=False, name=None))

    first, second = ("2026-10-05", 100.0, "cash"), ("2026-10-28", 25.0, "cash")
    assert paid(BEFORE) == []
    assert paid(TWENTIETH) == paid(SECOND) == paid(NINTH) == paid(None) == [first]
    assert paid(FIFTH) == paid(date(2026, 11, 8)) == [("2026-11-01", -40.0, "reversal"), second, first]


def test_the_cash_between_two_days_is_that_known_on_the_day_and_a_reversal_counts_back_once_it_is_posted(reader):
    def cash(known_on: date | None, until: str = "2026-10-27") -> dict[str, float]:
        told = reader.cash_between(["A", "BYSTANDER"], date(2026, 10, 1), date.fromisoformat(until), known_on)
        return dict(zip(told["loan_ref"], told["cash"], strict=True))

    assert cash(BEFORE) == {}
    assert cash(TWENTIETH) == cash(NINTH) == cash(None) == {"A": 100.0, "BYSTANDER": 7.0}
    assert cash(FIFTH) == {"A": 100.0, "BYSTANDER": 7.0}
    assert cash(FIFTH, "2026-10-31") == {"A": 125.0, "BYSTANDER": 7.0}
    assert cash(FIFTH, "2026-11-01") == {"A": 85.0, "BYSTANDER": 7.0}  # posted on that day, taken back on 5 October
