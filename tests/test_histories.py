"""Five hundred random histories computed twice: by the product and by the slow reference.

Every metric, on any day, as known on any day: before, between and after files that came late, undone files and files
sent again. The book is that of `tests.histories`, from its seed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from core.metrics.forecast import backtest, forecast
from core.selection import Selection
from tests.agreement import Store, Whole
from tests.histories import MISSING, histories
from tests.reference_files import File, files_known_on
from tests.reference_flows import BUCKETS, COUNTS, MONEY, Where
from tests.reference_forecast import Band, Bands, Outlook
from tests.reference_moves import sum_of

pytestmark = pytest.mark.no_cover
"""An oracle: it says whether answers are right, and other tests cover what it runs."""

LAST = "2026-10-31"
ALL: Where = {}
AUTO: Where = {"product": ["Auto"]}
NORTH: Where = {"branch": ["North 1", "North 2"]}
LEGAL: Where = {"strategy": ["Legal"]}
EARLY: Where = {"bucket": ["1-29", "30-59"], "region": ["North"]}
HELD: Where = {"hold": ["vulnerable", "dispute"], "product": ["Home", "not stated"]}

NOW = (
    (LAST, ALL), (LAST, AUTO), (LAST, NORTH), (LAST, LEGAL), (LAST, EARLY), (LAST, HELD), ("2026-10-17", AUTO),
    ("2026-07-15", NORTH), ("2026-06-30", LEGAL), ("2026-02-20", ALL), (MISSING, ALL), ("2025-12-31", EARLY),
    ("2026-11-06", ALL), ("2026-11-20", AUTO),  # the last day that a file can have told, and two weeks after it
)  # fmt: skip
EARLIER = (
    ("2025-11-15", LAST, ALL),  # before any payment or action was told
    ("2026-02-20", "2026-02-14", NORTH),  # a day told later
    ("2026-02-20", "2026-01-31", ALL),  # before that month was sent again
    ("2026-04-01", "2026-03-31", AUTO),  # a part of the month came before the whole
    ("2026-06-19", "2026-05-31", LEGAL),  # before payments were corrected
    ("2026-06-20", "2026-05-31", ALL),
    ("2026-09-20", "2026-08-31", EARLY),
    ("2026-09-20", "2026-04-30", HELD),
    ("2026-09-20", LAST, NORTH),  # months after the newest files of then
    ("2026-08-02", "2026-07-31", ALL),  # payments and actions known up to 6 July only
    ("2026-01-20", "2026-01-05", AUTO),
)  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("histories"))
    for file in histories():
        store.ingest(file)
    return store


def yesterday() -> str:
    return (date.today() - timedelta(days=1)).isoformat()


def test_the_histories_hold_what_they_promise():
    files = histories()
    assert [file.received_on for file in files] != sorted(file.received_on for file in files)
    whole = Whole(files_known_on(files, LAST.replace("10-31", "11-30")))
    flows = whole.flows.all
    assert len(whole.book.history) > 400
    assert MISSING not in whole.book.days
    assert {flow.origin for flow in flows} == {*BUCKETS, "new"}
    assert {flow.state for flow in flows} == {*BUCKETS, "paid", "charged off", "sold", "recalled", "missing"}
    assert [name for name in (*COUNTS, *MONEY) if not sum_of(flows, name)] == []
    assert {promise.fate for promise in whole.promises(LAST)} == {"kept", "broken", "cancelled", "unstated"}
    assert any(0 < promise.got < promise.amount and promise.is_met for promise in whole.promises(LAST))
    assert any(snapshot.carried for snapshots in whole.book.days.values() for snapshot in snapshots.values())
    kinds = Counter(payment.kind for payment in whole.book.payments)
    assert kinds["reversal"] > 20
    assert any(payment.amount < 0 for payment in whole.book.payments if payment.kind == "waiver")
    assert any(payment.counts_on != payment.paid_on for payment in whole.book.payments)
    undefined = [name for name, number in whole.metrics(LAST, ALL).items() if number is None]
    assert undefined == ["cash_year_before"]  # the book begins in September of that year


def test_every_metric_agrees_as_known_now(book: Store):
    book.assert_agrees(NOW)


def test_every_metric_agrees_as_known_earlier(book: Store):
    for known_on, as_of, where in EARLIER:
        book.assert_agrees([(as_of, where)], known_on)


@pytest.mark.parametrize("where", [ALL, AUTO])
def test_the_band_of_the_forecast_and_what_it_held_agree_with_another_simulation(book: Store, where: Where):
    """Both ends a tenth of the band apart at most: four standard errors of two simulations of so many futures."""
    selection = Selection(as_of=date.fromisoformat(LAST), filters={name: tuple(each) for name, each in where.items()})
    reader, whole = book.reader, book.reference()
    told = (reader.flows(selection, ["month", "origin", "state"]), reader.stock_history(selection, ["bucket"]))
    cash = reader.cash(selection, ["month"])
    made = forecast(*told, date.fromisoformat(LAST), 1, cash=cash, paths=20_000, seed=1).set_index("measure")
    tested = backtest(*told, cash=cash, paths=20_000, seed=1).query("steps == 1").set_index(["measure", "origin"])
    bands = Bands(Outlook(whole.flows, LAST, where), paths=2_000, seed=2)
    sure = doubtful = 0
    for measure, what in (("cash", "cash"), ("arrears_balance", "arrears")):
        assert_near(made.loc[measure], bands.of(LAST, what))
        origins = bands.outlook.origins()[-12:]
        assert tested.loc[measure].index.tolist() == origins
        for origin in origins:
            row, band = tested.loc[(measure, origin)], bands.of(origin, what)
            assert_near(row, band)
            came = bands.came(origin, what)
            assert row["actual"] * 100 == pytest.approx(came)
            margin = (
                band.high - band.low
            ) / 10  # four standard errors of an end, of the thousand futures the product draws
            doubtful += min(abs(came - band.low), abs(came - band.high)) < margin
            sure += band.low + margin <= came <= band.high - margin
    coverage = book.metrics(LAST, where)["forecast_coverage"]
    assert coverage["n"] == 2 * len(origins)
    assert sure <= coverage["numerator"] <= sure + doubtful
    assert doubtful < len(origins)  # or this would say nothing


def assert_near(row: pd.Series, band: Band) -> None:
    assert row["value"] * 100 == pytest.approx(band.value, abs=0.51)
    near = (band.high - band.low) / 10
    assert (row["low"] * 100, row["high"] * 100) == (
        pytest.approx(band.low, abs=near),
        pytest.approx(band.high, abs=near),
    )


def test_every_sum_agrees_group_by_group(book: Store):
    book.metrics(LAST, ALL, yesterday())  # puts in order what was loaded out of order
    for as_of, where in NOW[:8]:
        book.assert_questions_agree(as_of, where)
    for known_on, as_of, where in EARLIER[1:]:
        book.assert_questions_agree(as_of, where, known_on)


def test_undone_files_are_known_until_the_day_before_and_sent_again_they_count_once(book: Store, tmp_path: Path):
    store = book.copy(tmp_path)
    august = the_file(store, "portfolio", "2026-08-31")
    january = the_file(store, "portfolio", "2026-01-31", "2026-04-02")
    payments = the_file(store, "payments", received_on="2026-06-20")
    actions = the_file(store, "actions", received_on="2026-04-06")
    for file in (august, january, payments, actions):
        store.undo(file)
    agrees_around_the_undo(store)
    assert store.metrics("2026-09-30", ALL)["roll_forward_rate"]["value"] is None  # without August there is no month

    store.ingest(replace(august, received_on=""))  # today, as it was
    store.ingest(replace(actions, received_on="2026-05-02"))  # as if it had come in May, when it was in already
    store.ingest(replace(january, text=january.text.replace(",open,", ",charged off,", 9), received_on="2026-10-20"))
    agrees_around_the_undo(store)
    store.assert_agrees([("2026-05-31", ALL), ("2026-05-31", LEGAL)], "2026-05-10")


def agrees_around_the_undo(store: Store) -> None:
    for known_on, where in (("", AUTO), ("2026-09-20", ALL), (yesterday(), AUTO)):
        store.assert_agrees([(LAST, where), ("2026-09-30", NORTH)], known_on)
        store.assert_questions_agree("2026-09-30", ALL, known_on)


def the_file(store: Store, kind: str, as_of: str = "", received_on: str = "") -> File:
    (found,) = [
        file
        for file in store.files
        if file.kind == kind and file.as_of == as_of and file.received_on == (received_on or file.received_on)
    ]
    return found
