"""`run.py sample`, and the sample book in a store beside a lender's own."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import run as recoup
from core.errors import Refused, TooLittleData
from core.segments import comparison
from core.workflows import handlers, sample_history
from core.workflows import sample as sample_room
from core.workflows.batches import redate
from core.workflows.sample import load_sample
from tests.command_line import run

TODAY = date(2026, 11, 20)


def test_the_same_seed_writes_the_same_files_and_another_seed_others(tmp_path):
    for folder, seed in (("one", 5), ("two", 5), ("three", 6)):
        outcome = run(
            "sample", "--loans", "120", "--months", "8", "--seed", str(seed), "--out", str(tmp_path / folder), "--json"
        )
        assert outcome.code == 0
    one, two, three = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two", "three")
    )
    assert one == two
    assert one != three
    listed = json.loads(one["manifest.json"])
    assert listed["synthetic"] is True
    assert {file["file"] for file in listed["files"]} | {"manifest.json"} == set(one)
    with (tmp_path / "one" / listed["files"][-1]["file"]).open() as file:
        assert "Loan_ID" in next(csv.reader(file))


def small(patch: pytest.MonkeyPatch, folder: Path) -> recoup.Recoup:
    """A store in a folder, whose sample book is small."""
    patch.setattr(sample_room, "LOANS", 150)
    patch.setattr(sample_room, "MONTHS", 6)
    patch.setattr(comparison, "REDRAWS", 2)
    return recoup.Recoup(recoup.load_settings(db=f"sqlite:///{folder / 'store.db'}", data_dir=str(folder / "data")))


@pytest.fixture
def store(tmp_path, monkeypatch):
    return small(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory):
    """The folder of a store with the sample book, and what loading it said."""
    folder = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as patch:
        loaded = small(patch, folder)
        said = load(loaded)
        loaded.engine.dispose()
    return folder, said


@pytest.fixture
def with_sample(loaded_once, tmp_path, store):
    """A store of the test's own that has loaded the sample book."""
    shutil.copytree(loaded_once[0], tmp_path, dirs_exist_ok=True)
    return store


def load(store: recoup.Recoup, **options) -> dict:
    told: list[float] = []
    result = load_sample(
        reader=store.reader("sample"), ingest=lambda request: handlers.ingest_file(store, request, "ana", lambda *_: None),
        writer=store.writer, folder=store.data_dir, today=TODAY, who="ana", progress=lambda share, _: told.append(share), **options,
    )  # fmt: skip
    assert told == sorted(told)
    return result


def own(store: recoup.Recoup, tmp_path) -> int:
    path = tmp_path / "own.csv"
    path.write_text("Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nMINE,10.00,3\n")
    return run("ingest", str(path), "--db", store.settings.db, "--json", "--as-of", "2026-10-31").json["batch"]


def test_an_empty_store_shows_the_sample_book_once_it_is_whole_also_where_it_is_too_small_to_compare_ways(
    store, monkeypatch
):
    def too_little(*_args, **_named):
        raise TooLittleData("Segmentations cannot be compared on 3 open loans", remedy="Load a day with at least 50.")

    monkeypatch.setattr(sample_history, "compare", too_little)
    result = load(store)
    book = store.reader().book()
    assert result["batches"] == result["files"] > 12
    assert (book.name, book.days[-1], len(book.days)) == ("sample", date(2026, 10, 31), 6)
    assert store.reader().segmentation().comparison is None


def test_a_load_that_was_cut_short_goes_on_where_it_stopped_and_what_was_learned_is_dated_in_its_time(
    loaded_once, with_sample
):
    store, first = with_sample, loaded_once[1]
    reader = store.reader("sample")
    fitted, models = reader.segmentation(), reader.models()
    assert (fitted.comparison["on"], fitted.comparison["ways"][0]["name"]) == ("newest day", "K-means")
    assert [(each.status, each.trained_at) for each in models] == [("refused", "2026-11-03T12:00:00+00:00")]
    assert [(each.who, each.what) for each in reader.model_events()] == [("sample book", "trained")]
    again = load(store)
    assert (first["batches"], again["batches"], again["files"]) == (first["files"], 0, first["files"])
    assert (reader.segmentation(), reader.models()) == (fitted, models)
    assert reader.known_days()[-1] == date(2026, 11, 3)
    assert not store.writer.settle_history("sample")  # nothing came out of order


def test_sample_and_own_loans_never_mix_and_each_can_be_shown(with_sample, tmp_path):
    store = with_sample
    own(store, tmp_path)
    assert run("metrics", "--db", store.settings.db, "--json").json["metrics"]["loans"]["value"] == 1
    load(store)
    assert store.reader().book().name == "own"
    load(store, show=True)
    assert store.reader().book().name == "sample"
    assert store.reader("own").book().loans == 1


def test_the_newest_month_of_the_sample_is_one_whose_files_have_arrived():
    newest = {
        date(2026, 11, 20): date(2026, 10, 31),
        date(2026, 11, 4): date(2026, 10, 31),
        date(2026, 11, 3): date(2026, 9, 30),
    }
    assert {today: sample_room._newest_month_end(today) for today in newest} == newest


def test_a_batch_can_be_moved_to_another_day_and_answers_there(store, tmp_path):
    batch = own(store, tmp_path)
    moved = redate(batch, date(2026, 9, 30), reader=store.reader("own"), writer=store.writer, today=TODAY, who="ana")
    assert (moved["replaces"], moved["as_of"]) == (batch, "2026-09-30")
    assert store.reader().book().days == (date(2026, 9, 30),)
    assert store.reader().batch(batch).status == "undone"
    page = store.reader().loans(recoup.Selection())
    assert page.frame["proposed"].tolist() == ["Standard"]


def test_a_batch_that_was_undone_cannot_be_moved(store, tmp_path):
    batch = own(store, tmp_path)
    assert run("undo", str(batch), "--db", store.settings.db).code == 0
    with pytest.raises(Refused, match="undone"):
        redate(batch, date(2026, 9, 30), reader=store.reader("own"), writer=store.writer, today=TODAY, who="ana")
