"""A rough book lived day by day, and the book that somebody would have who was only told what was known on a day."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pandas as pd

from core.columns import by_header, plain
from core.records import NewBatch
from core.selection import Selection
from db.engine import open_store
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, batch_of, score_rows
from tests.reference import File
from tests.rough_book import rough_files

FIRST_DAY = date(2026, 11, 2)
NUMBERS = ("balance", "amount", "cost", "promise_amount")
OF_SCORES = ("segment", "proposed", "band")
OF_SCORED_ROWS = (
    "source", "segment", "segment_margin", "segment_nearest", "segment_unlike", "risk_score", "band", "expected_rate", "expected_recovery",
    "expected_net", "expected_source", "expected_low", "expected_high", "expected_variance",
    "proposed", "policy", "needs_confirmation", "reasons", "contributions",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A file that was received on a day and, where it was, taken back on another."""

    batch: NewBatch
    undone_on: date | None = None

    def is_known(self, on: date) -> bool:
        return self.batch.received_on <= on and (self.undone_on is None or self.undone_on > on)


def batches_of(files: Sequence[File]) -> list[NewBatch]:
    """The files as checked batches, in the store's fields."""
    return [_batch(file, number) for number, file in enumerate(files)]


def _batch(file: File, number: int) -> NewBatch:
    known = by_header(file.kind)
    frame = pd.read_csv(StringIO(file.text), dtype=object)
    frame = frame.rename(columns={header: known[plain(header)].field for header in frame.columns})
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for row in rows:
        row |= {name: float(row[name]) for name in NUMBERS if row.get(name) is not None}
        row |= {"dpd": int(row["dpd"])} if "dpd" in row else {}
    return batch_of(file.kind, rows, as_of=file.as_of or None, scope=file.scope, filename=f"{number}.csv")


class Life:
    """A store, what it was told, and the day it is. Every load and undo is scored as the product does."""

    def __init__(self, path: Path, template: Path) -> None:
        shutil.copy(template, path)
        self.path, self.told, self.today = path, list[Told](), FIRST_DAY
        self._numbers: list[int] = []
        self.engine = open_store(f"sqlite:///{path}")
        self.writer = SqlPortfolioWriter(self.engine, lambda: NOON)
        self.reader = SqlPortfolioReader(self.engine, budget_seconds=60)

    def load(self, batch: NewBatch, received_on: date) -> None:
        """A file comes in; the day it was received is today or earlier."""
        batch = replace(batch, received_on=received_on)
        with self.writer.unit("own", kind="batch", known_on=received_on, who="ana") as unit:
            self._numbers.append(unit.append(batch))
            unit.put_scores(score_rows(unit.to_score()), None)
        self.told.append(Told(batch))

    def undo(self, place: int) -> None:
        """The file told in that place is taken back today."""
        with self.writer.unit("own", kind="undo", known_on=self.today, who="ana") as unit:
            unit.retract(self._numbers[place])
            unit.put_scores(score_rows(unit.to_score()), None)
        self.told[place] = replace(self.told[place], undone_on=self.today)

    def days(self) -> list[date]:
        """The days on which anything became known."""
        undone = {told.undone_on for told in self.told if told.undone_on is not None}
        return sorted({told.batch.received_on for told in self.told} | undone)

    def last_received_on(self, on: date) -> date | None:
        """The newest day of receipt among the files known on a day; the same content again tells nothing new."""
        first: dict[str, date] = {}
        for told in self.told:
            if told.is_known(on):
                first[told.batch.sha256] = min(told.batch.received_on, first.get(told.batch.sha256, date.max))
        return max(first.values(), default=None)

    def close(self) -> None:
        self.engine.dispose()


def lived(path: Path, template: Path, chance: Random, *, in_order: bool) -> Life:
    """Files of a rough book come in over three weeks, some are taken back and come again; out of order, a file may
    carry an earlier day of receipt than others that are in."""
    life = Life(path, template)
    files = batches_of(rough_files(chance))
    waiting = list(files)
    gone: list[NewBatch] = []
    while waiting or gone:
        life.today += timedelta(days=chance.choice([0, 0, 1, 2]))
        standing = [place for place, told in enumerate(life.told) if told.undone_on is None]
        if standing and chance.random() < 0.25 and len(life.told) < len(files) + 3:
            place = chance.choice(standing)
            gone.append(life.told[place].batch)
            life.undo(place)
            continue
        batch = gone.pop() if gone and (not waiting or chance.random() < 0.5) else waiting.pop()
        earliest = life.today if in_order else FIRST_DAY
        life.load(batch, earliest + timedelta(days=chance.randint(0, (life.today - earliest).days)))
    return life


class Tellers:
    """Fresh stores that were told only some files, in order; a store that was told the first of them is gone on with."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder, self._made = folder, {(): template}

    def told(self, known: Sequence[Told], on: date) -> Life:
        """A store that was told what was known on a day, by day of receipt and then in the order given."""
        batches: list[NewBatch] = []
        for told in sorted((told for told in known if told.is_known(on)), key=lambda told: told.batch.received_on):
            if all(told.batch.sha256 != batch.sha256 for batch in batches):  # the same content twice is one file
                batches.append(told.batch)
        key = tuple((batch.sha256, batch.received_on) for batch in batches)
        begun = next(length for length in range(len(key), -1, -1) if key[:length] in self._made)
        life = Life(self._folder / f"{len(self._made)}.db", self._made[key[:begun]])
        for batch in batches[begun:]:
            life.load(batch, batch.received_on)
        if begun < len(key):
            self._made[key] = life.path
        return life


def answers(reader: SqlPortfolioReader, selection: Selection, *, scored: bool) -> dict[str, object]:
    """All that a book says of a selection, in groups as fine as cubes and rows know them; without what scores tell
    where `scored` is false."""
    of_scores = OF_SCORES if scored else ()
    fine: dict[str, list[tuple[str, ...]]] = {
        "stock": [(), ("product", "region", "strategy", "bucket", *of_scores), ("hold", "strategy")],
        "stock_history": [("product", "strategy")],
        "placed": [("cohort", "product", "region", "strategy", "bucket"), ("hold", "strategy")],
        "cash": [("cohort", "month", "product", "strategy", *of_scores[:1]), ("hold", "month")],
        "activity": [("cohort", "month", "product", "strategy"), ("bucket", "month")],
        "costs": [("cohort", "month", "product", "strategy", "bucket", *of_scores[:1]), ("hold", "month")],
        "cash_outside": [(), ("month", "product", "strategy", "bucket", *of_scores[:1]), ("hold", "month")],
        "promises": [("month", "product", "strategy"), ("bucket",)],
        "given": [("strategy", "product"), ("decided_by", "month", "trial")],
        "outcomes": [("product",)],
    }
    told: dict[str, object] = {}
    for question, groups in fine.items():
        told |= {f"{question} by {by}": getattr(reader, question)(selection, by) for by in groups}
    filtered = selection.only(strategy=["Legal", "not stated"], product="Auto")
    told |= {"filtered stock": reader.stock(filtered), "filtered cash": reader.cash(filtered)}
    blocks = list(reader.iter_loans(selection, "balance"))
    points, count = reader.loan_points(selection, ["balance", "strategy"], limit=100)
    told |= {"loans": pd.concat(blocks, ignore_index=True) if blocks else "none", "loan count": count}
    told["points"] = points.sort_values("loan_ref", ignore_index=True)
    told["page"] = reader.loans(selection, sort="balance", limit=5).total
    if not scored:
        told = {name: _without_scores(value) for name, value in told.items()}
    return told


def _without_scores(value: object) -> object:
    if not isinstance(value, pd.DataFrame):
        return value
    of_scores = {*OF_SCORED_ROWS, "expected_loans"}
    return value[[name for name in value.columns if name not in of_scores]]


def assert_same(found: dict[str, object], wanted: dict[str, object], when: object) -> None:
    """Every answer is equal, to the cent and in order."""
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(found[name], value, obj=f"{name} as known on {when}")
        else:
            assert found[name] == value, f"{name} as known on {when}"
