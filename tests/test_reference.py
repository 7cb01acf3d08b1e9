"""Every number of `metrics --json` against a reading of the same files that shares no code with the product."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import run as recoup
from core.metrics.portfolio import portfolio_trend
from core.selection import Selection
from core.synthetic import generate, write_files
from tests.command_line import run
from tests.reference import File, Reference
from tests.rough_book import rough_files

SHARES = ("recovery_rate", "cost_to_collect", "cost_to_collect_to_date")
COUNTS = ("loans", "loans_in_arrears", "workable", "contacts_month", "promises_month")
DAYS = ("2026-02-28", "2026-06-30", "2026-08-14", "2026-10-31")
FILTERS: tuple[dict[str, list[str]], ...] = (
    {},
    {"product": ["Personal"]},
    {"product": ["Home", "Auto"], "bucket": ["1-29"]},
    {"region": ["North"], "strategy": ["Settlement"]},
    {"strategy": ["Legal"]},
    {"bucket": ["120+"]},
    {"branch": ["North 1"]},
    {"hold": ["not stated"]},
    {"hold": ["vulnerable", "bankruptcy"], "product": ["Personal"]},
)


class Store:
    """A store in a folder, and the live files it was given in the order they came."""

    def __init__(self, folder: Path, files: list[File] | None = None) -> None:
        self.folder, self.files = folder, list(files or [])
        self.db = f"sqlite:///{folder / 'book.db'}"

    def ingest(self, file: File) -> File:
        path = self.folder / f"{len(list(self.folder.iterdir()))}.csv"
        path.write_text(file.text, encoding="utf-8")
        told = ["--as-of", file.as_of] if file.as_of else []
        told += ["--partial"] if file.scope == "partial" else []
        result = run("ingest", str(path), "--db", self.db, "--json", "--kind", file.kind, *told)
        assert result.json["status"] == "committed", result.err
        stored = replace(file, batch=result.json["batch"])
        self.files.append(stored)
        return stored

    def undo(self, file: File) -> None:
        assert run("undo", str(file.batch), "--db", self.db, "--json").json["status"] == "undone"
        self.files.remove(file)

    def copy(self, folder: Path) -> Store:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Store(folder, self.files)

    def assert_agrees(self, days: tuple[str, ...] = DAYS, filters: tuple[dict[str, list[str]], ...] = FILTERS) -> None:
        reference = Reference(self.files)
        for day in days:
            for where in filters:
                asked = [
                    text
                    for name, values in where.items()
                    for value in values
                    for text in ("--where", f"{name}={value}")
                ]
                found = run("metrics", "--db", self.db, "--json", "--as-of", day, *asked).json["metrics"]
                assert in_hundredths(found) == rounded(reference.metrics(day, where)), (day, where)


def in_hundredths(metrics: dict[str, dict]) -> dict[str, tuple]:
    """The defined numbers in the shape of the reference, and those undefined over a denominator of nothing."""
    told: dict[str, tuple] = {}
    for name, number in metrics.items():
        if number["denominator"] is None:
            assert (number["value"], number["why"] != "") == (None, True), name
            continue
        value, above, below = number["value"], number["numerator"], number["denominator"]
        if name not in COUNTS:
            value = value if name in SHARES else hundredths(value)
            above, below = hundredths(above), below if below == 1 and name not in SHARES else hundredths(below)
        told[name] = (value, above, below, number["n"], number["excluded"])
    return rounded(told)


def rounded(metrics: dict[str, tuple]) -> dict[str, tuple]:
    """Shares to twelve places: hundredths over hundredths and currency over currency differ behind that."""
    return {
        name: (round(value, 12) if name in SHARES and value is not None else value, *rest)
        for name, (value, *rest) in metrics.items()
    }


def hundredths(value: float) -> int:
    assert abs(value * 100 - round(value * 100)) < 1e-4, f"{value} is not to the cent"
    return round(value * 100)


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


def test_the_sample_book_agrees_on_every_day_under_every_filter(sample):
    sample.assert_agrees()


def test_after_undoing_payments_and_a_middle_month_and_sending_the_month_again(sample, tmp_path):
    store = sample.copy(tmp_path)
    store.undo(of_kind(store, "payments")[1])
    store.assert_agrees(DAYS[1:], FILTERS[:5])
    middle = of_kind(store, "portfolio")[4]
    store.undo(middle)
    store.assert_agrees((*DAYS[1:], "2026-05-31"), FILTERS[:5])
    store.ingest(middle)
    store.assert_agrees(DAYS[1:], FILTERS[:5])


def test_a_partial_file_and_then_the_whole_month_sent_again(sample, tmp_path):
    store = sample.copy(tmp_path)
    newest = of_kind(store, "portfolio")[-1]
    store.undo(newest)
    header, *lines = newest.text.splitlines(keepends=True)
    store.ingest(replace(newest, text=header + "".join(lines[::3]), scope="partial"))
    store.assert_agrees(DAYS[2:], FILTERS)
    corrected = "".join(
        line.replace(",open,", ",charged off,") if n % 40 == 0 else line for n, line in enumerate(lines[5:])
    )
    store.ingest(replace(newest, text=header + corrected))
    store.assert_agrees(DAYS[2:], FILTERS)


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
    store.assert_agrees(DAYS_OF_TRAPS, FILTERS_OF_TRAPS)
    for file in chance.sample(store.files, 2):
        store.undo(file)
    store.assert_agrees(DAYS_OF_TRAPS, FILTERS_OF_TRAPS)
    assert_trend_is_what_each_day_said(store)


def assert_trend_is_what_each_day_said(store: Store) -> None:
    """The picture beside a key figure and the figure on that day are one number, also on a day within a month."""
    reader = recoup.Recoup(recoup.load_settings(db=store.db)).reader()
    days = 0
    for point in portfolio_trend(reader, Selection()).to_dict("records"):
        day = point.pop("as_of")
        metrics = run("metrics", "--db", store.db, "--json", "--as-of", day).json["metrics"]
        then = {name: metrics[name]["value"] for name in point}
        assert point == pytest.approx(
            {name: float("nan") if then[name] is None else then[name] for name in then}, nan_ok=True
        ), day
        days += 1
    assert days >= 5
