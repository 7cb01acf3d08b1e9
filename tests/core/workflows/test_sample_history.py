"""What was done on the way through the sample book: when, once, and dated on the day it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import pytest

from core.errors import Refused, TooLittleData
from core.records import Model, Segmentation, StrategyRun
from core.synthetic import SampleFile
from core.workflows import sample_history as room
from core.workflows.sample_history import SampleHistory
from tests.dashboard.small_book import BOOK


def month(number: int) -> SampleFile:
    """The portfolio file of a month counted from 1: as of its end, received three days later."""
    as_of = (pd.Timestamp("2024-10-31") + pd.offsets.MonthEnd(number)).date()
    return SampleFile(f"{number}.csv", "portfolio", as_of, (pd.Timestamp(as_of) + pd.Timedelta(days=3)).date(), "")


@dataclass
class Store:
    """A reader of a book that holds what it was told; trainings and fits are noted, not made."""

    newest: date = date(2024, 11, 30)
    unlike: int = 0
    has_segments: bool = True
    ari: float = 0.8
    trained: list[str] = field(default_factory=list)
    fitted: list[tuple[str, str]] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)

    def strategy_run(self):
        return StrategyRun(1, self.measured[-1], "", "", (), {}, {}) if self.measured else None

    def book(self):
        return replace(BOOK, days=(self.newest,))

    def models(self):
        return [Model(1, "logistic", "champion", day, "", {}, "") for day in self.trained]

    def segmentation(self):
        told = {"ways": [{"ari": self.ari, "jaccard": 0.9}, {"ari": 0.1, "jaccard": 0.1}]} if self.compared else None
        return Segmentation(1, 1, {}, ("A",), comparison=told) if self.has_segments else None

    def segment_margins(self, selection, by):
        assert selection.as_of == self.newest
        assert by == ["segment"]
        rows = [("A", 600, self.unlike), ("B", 400, 0), ("not stated", 5_000, 5_000)]
        return pd.DataFrame(rows, columns=["segment", "placed", "unlike"])


class Writer:
    def on(self, day):
        return f"a writer of {day}"


@pytest.fixture
def store(monkeypatch):
    held = Store()

    def train(reader, writer, *, today, who, progress):
        assert (reader, writer, who) == (held, f"a writer of {today}", "sample book")
        progress(0.5, "training")
        held.trained.append(f"{today}T12:00:00+00:00")

    def refit(reader, writer, *, reason, today, who, progress):
        assert (reader, writer, who) == (held, f"a writer of {today}", "sample book")
        progress(0.5, "finding segments")
        held.fitted.append((f"{today}T12:00:00+00:00", reason))
        held.unlike = 10

    def compare(reader, writer, *, today, who, progress):
        assert (reader, writer, who) == (held, f"a writer of {today}", "sample book")
        if not held.has_segments:
            raise Refused("This book has no segments yet", remedy="Load a portfolio file.")
        held.compared.append(str(today))

    def measure(reader, writer, asked, *, today, who, progress):
        assert (reader, writer, who) == (held, f"a writer of {today}", "sample book")
        progress(0.5, "measuring")
        held.measured.append(str(today))

    monkeypatch.setattr(room, "measure", measure)
    monkeypatch.setattr(room, "compare", compare)
    monkeypatch.setattr(room, "train", train)
    monkeypatch.setattr(room, "refit", refit)
    return held


def lived(store: Store, months: range) -> list[tuple[float, str]]:
    told: list[tuple[float, str]] = []
    history = SampleHistory(store, Writer())
    for number in months:
        store.newest = max(store.newest, month(number).as_of)
        history.month_arrived(number, month(number), lambda *words: told.append(words))
    return told


def test_on_the_day_the_fourteenth_month_arrives_the_outcomes_are_asked_about_segments_and_the_first_score_is_trained(
    store,
):
    told = lived(store, range(1, 14))
    assert (store.trained, store.fitted, told) == ([], [], [])
    told = lived(store, range(14, 28))
    assert store.trained == ["2026-01-03T12:00:00+00:00"]
    assert store.fitted == [("2026-01-03T12:00:00+00:00", room.OUTCOMES_DECIDE)]
    assert told == [
        (0.25, "sample book, as of 3 Jan 2026: finding segments"), (0.75, "sample book, as of 3 Jan 2026: training"),
    ]  # fmt: skip
    assert store.compared == []


def test_segments_are_fitted_again_where_the_page_would_advise_it_and_say_how_many_were_unlike(store):
    store.unlike = 60  # 6.0 % of 1,000: its interval reaches below 5 %
    lived(store, range(1, 4))
    assert store.fitted == []
    store.unlike = 70
    lived(store, range(4, 8))
    assert store.fitted == [
        ("2025-03-03T12:00:00+00:00", "70 of 1,000 loans were unlike those the segments were fitted to")
    ]


def test_where_later_months_are_loaded_already_nothing_is_done_in_the_name_of_an_earlier_one(store):
    store.newest, store.unlike = month(24).as_of, 500
    SampleHistory(store, Writer()).month_arrived(14, month(14), pytest.fail)
    assert (store.trained, store.fitted) == ([], [])


def test_after_the_newest_month_it_is_compared_and_trained_once_and_the_segments_stay(store):
    store.trained.append("2026-01-03T12:00:00+00:00")
    history, told = SampleHistory(store, Writer()), []
    for _ in range(2):
        history.newest_month(month(24), lambda *words: told.append(words))
    assert (store.trained[1:], store.compared, store.fitted) == (["2026-11-03T12:00:00+00:00"], ["2026-11-03"], [])
    of_day = "sample book, as of 3 Nov 2026"
    assert told == [(pytest.approx(0.6), f"{of_day}: training"), (pytest.approx(0.9), f"{of_day}: measuring")]


def test_what_a_person_trained_since_stays(store):
    store.trained.append("2026-11-20T09:00:00+00:00")
    store.measured.append("2026-11-20")
    SampleHistory(store, Writer()).newest_month(month(24), pytest.fail)
    assert (len(store.trained), store.compared) == (1, [])


def test_a_book_without_segments_is_trained_all_the_same(store):
    store.has_segments = False
    SampleHistory(store, Writer()).newest_month(month(24), lambda *_: None)
    assert (len(store.trained), store.compared) == (1, [])


def test_segments_that_held_less_still_than_asked_are_fitted_again_before_the_training(store):
    store.ari = 0.79
    SampleHistory(store, Writer()).newest_month(month(24), lambda *_: None)
    assert store.fitted == [("2026-11-03T12:00:00+00:00", room.LESS_STILL)]
    assert len(store.trained) == 1


def test_what_works_is_measured_once_on_the_newest_month(store):
    lived(store, range(1, 28))
    history = SampleHistory(store, Writer())
    history.newest_month(month(27), lambda *_: None)
    assert store.measured == [str(month(27).received_on)]
    history.newest_month(month(27), lambda *_: None)
    assert len(store.measured) == 1


def test_a_book_too_young_to_measure_loads_all_the_same(store, monkeypatch):
    def too_young(*_, **__):
        raise TooLittleData("the outcome of none is known yet", remedy="Wait.")

    monkeypatch.setattr(room, "measure", too_young)
    SampleHistory(store, Writer()).newest_month(month(3), lambda *_: None)
    assert store.measured == []
