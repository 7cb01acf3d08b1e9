"""Every number of `metrics --json` against a reading of the same files that shares no code with the product."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from core.metrics.portfolio import portfolio_trend
from core.selection import Selection
from core.synthetic import generate, write_files
from tests.agreement import Store, in_turn
from tests.reference import Reference
from tests.reference_files import File
from tests.rough_book import rough_files

pytestmark = pytest.mark.no_cover
"""An oracle: it says whether answers are right, and other tests cover what it runs."""

DAYS = ("2026-02-28", "2026-06-30", "2026-08-14", "2026-10-31")
FILTERS: tuple[dict[str, list[str]], ...] = (
    {},
    {"product": ["Personal"]},
    {"product": ["Home", "Auto"], "bucket": ["1-29"]},
    {"region": ["North"], "strategy": ["Settlement"]},
    {"strategy": ["Legal"]},
    {"bucket": ["120+"]},
    {"branch": ["North Park"]},
    {"hold": ["not stated"]},
    {"hold": ["vulnerable", "bankruptcy"], "product": ["Personal"]},
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Store:
    store = Store(tmp_path_factory.mktemp("sample"))
    made = list(write_files(generate(seed=5, loans=300, months=10)))
    texts = {kind: [file.text for file in made if file.kind == kind] for kind in ("payments", "actions")}
    for months in (slice(0, 4), slice(4, 6), slice(6, 10)):
        store.ingest(File("payments", one_file(texts["payments"][months])))
    for file in made:
        if file.kind == "portfolio":
            store.ingest(File("portfolio", file.text, file.as_of.isoformat()))
    store.ingest(File("actions", one_file(texts["actions"])))
    return store


def one_file(texts: list[str]) -> str:
    """Files with one header after the other."""
    return texts[0] + "".join(text.split("\n", 1)[1] for text in texts[1:])


def of_kind(store: Store, kind: str) -> list[File]:
    return [file for file in store.files if file.kind == kind]


def test_the_reference_sees_enough_for_a_disagreement_to_show(sample):
    told = Reference(sample.files).metrics("2026-10-31", {})
    assert told["workable"][4] > 0  # loans on hold
    assert told["cash_to_date"][4] > 0  # payments outside a placement
    assert told["balance_placed"][3] > len(
        {row["Loan_ID"] for file in of_kind(sample, "portfolio") for row in file.rows}
    )
    kinds = {row["Kind"] for file in of_kind(sample, "payments") for row in file.rows}
    assert kinds == {"cash", "reversal", "waiver"}


def test_the_sample_book_agrees_on_every_day_and_under_every_filter(sample):
    sample.assert_agrees(in_turn(DAYS, FILTERS))


def test_after_undoing_payments_and_a_middle_month_and_sending_the_month_again(sample, tmp_path):
    store = sample.copy(tmp_path)
    store.undo(of_kind(store, "payments")[1])
    store.assert_agrees(in_turn(DAYS[1:], FILTERS[:5]))
    middle = of_kind(store, "portfolio")[4]
    store.undo(middle)
    store.assert_agrees(in_turn((*DAYS[1:], "2026-05-31"), FILTERS[:5]))
    store.ingest(middle)
    store.assert_agrees(in_turn(DAYS[1:], FILTERS[:5]))


def test_a_partial_file_and_then_the_whole_month_sent_again(sample, tmp_path):
    store = sample.copy(tmp_path)
    newest = of_kind(store, "portfolio")[-1]
    store.undo(newest)
    header, *lines = newest.text.splitlines(keepends=True)
    store.ingest(replace(newest, text=header + "".join(lines[::3]), scope="partial"))
    store.assert_agrees(in_turn(DAYS[2:], FILTERS))
    corrected = "".join(
        line.replace(",open,", ",charged off,") if n % 40 == 0 else line for n, line in enumerate(lines[5:])
    )
    store.ingest(replace(newest, text=header + corrected))
    store.assert_agrees(in_turn(DAYS[2:], FILTERS))


ROUGH_SEEDS = (6, 9)
DAYS_OF_TRAPS = ("2026-04-30", "2026-07-19", "2026-10-31")
FILTERS_OF_TRAPS: tuple[dict[str, list[str]], ...] = (
    {},
    {"product": ["Auto"]},
    {"strategy": ["Legal", "not stated"]},
    {"bucket": ["1-29"], "hold": ["not stated"]},
)


def test_the_rough_books_hold_the_traps_they_promise():
    for seed in ROUGH_SEEDS:
        files = rough_files(random.Random(seed))
        told = Reference(files)
        assert any(len(begun) > 1 for begun in told.episodes.values())
        assert any(snapshot.carried for snapshots in told.days.values() for snapshot in snapshots.values())
        assert any(payment.kind == "reversal" and payment.counts_on != payment.paid_on for payment in told.payments)
        numbers = [
            row["Payment_ID"] for file in files if file.kind == "payments" for row in file.rows if row["Payment_ID"]
        ]
        assert len(numbers) > len(set(numbers))
        assert "2026-07-15" in told.days


@pytest.mark.parametrize("seed", ROUGH_SEEDS)
def test_a_rough_book_with_every_trap_agrees_also_after_undoing_some_of_it(tmp_path, seed):
    chance = random.Random(seed)
    store = Store(tmp_path)
    for file in rough_files(chance):
        store.ingest(file)
    store.assert_agrees(in_turn(DAYS_OF_TRAPS, FILTERS_OF_TRAPS))
    for file in chance.sample(store.files, 2):
        store.undo(file)
    store.assert_agrees(in_turn(DAYS_OF_TRAPS, FILTERS_OF_TRAPS))
    assert_trend_is_what_each_day_said(store)


def assert_trend_is_what_each_day_said(store: Store) -> None:
    """The picture beside a key figure and the figure on that day are one number, also on a day within a month."""
    days = 0
    for point in portfolio_trend(store.reader, Selection()).to_dict("records"):
        day = point.pop("as_of")
        metrics = store.metrics_at_once(day, {})
        then = {name: metrics[name]["value"] for name in point}
        assert point == pytest.approx(
            {name: float("nan") if then[name] is None else then[name] for name in then}, nan_ok=True
        ), day
        days += 1
    assert days >= 5
