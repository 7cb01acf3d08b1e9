"""A book that remembers what a workflow read from it and wrote to it."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pandas as pd

from core.errors import UnknownBatch
from core.records import Batch, Book, Model

DAY = date(2026, 10, 31)
RATES = pd.DataFrame({"bucket": ["1-29"], "loans": [50], "balance": [1000.0], "cash_12m": [500.0]})
BOOK = Book("own", 1, (date(2026, 9, 30), DAY), "EUR", 1, True, False, False, False, True, DAY, False, DAY, None)


def batch(number, kind="portfolio", *, status="committed", mapping=None, first=DAY, last=DAY):
    return Batch(number, "own", kind, f"{number}.csv", str(number), first, False, "full", DAY, "2026-11-03T00:00:00Z", "me", status,
                 1, 1, 0, {}, (), first, last, None, mapping or {})  # fmt: skip


class Ledger:
    """Reader, writer and unit in one: rows to learn from, snapshots by (day, batch), and a list of what was put."""

    def __init__(self, *, rows=None, snapshots=None, batches=(), champion=None, book=BOOK):
        self.rows, self.days, self.held, self.model, self.told = rows, snapshots or {}, list(batches), champion, book
        self.units, self.models, self.scores, self.said, self.found = [], [], [], [], []

    def book(self):
        return self.told

    def batches(self, limit=200):
        return self.held[:limit]

    def batch(self, batch_id):
        for each in self.held:
            if each.id == batch_id:
                return each
        raise UnknownBatch(f"There is no batch {batch_id}", remedy="Look it up.")

    def training_rows(self):
        return self.rows

    def rulings(self):
        return list({each.column: each for each in self.said}.values())

    def put_ruling(self, book, ruling):
        self.said.append(ruling)

    def champion(self):
        return self.model

    def put_shadow(self, *told):
        raise AssertionError("nothing is in the shadow here")

    def segmentation(self):
        return None

    def snapshots(self, as_of, *, batch_id=None):
        frame = self.days[as_of] if self.days else self.rows
        yield frame if batch_id is None else frame[frame["batch_id"] == batch_id]

    @contextmanager
    def unit(self, book, *, kind, known_on, who, note=""):
        self.units.append((book, kind, known_on, who, note))
        yield self

    def put_model(self, model):
        self.models.append(model)
        return len(self.models)

    def all_on(self, as_of):
        return self.rows.assign(snapshot_id=range(len(self.rows)), as_of=as_of.isoformat(), confirmed=None)

    def matured_rates(self):
        return RATES

    def policy_in_use(self):
        return None

    def newcomers(self, first, last):
        return self.rows[:0]

    def scored_outcomes(self, model_id, *, after, stated):
        return self.rows[:0].assign(risk_score=0.0), None

    def put_monitoring(self, rows, model_id):
        self.found.append((list(rows), model_id))

    def shadowed(self):
        return []

    def put_scores(self, scores, model_id):
        self.scores.append((scores, model_id))

    def touched_days(self):
        return []

    def book_days(self):
        return list(self.told.days)

    def crowned(self):
        """This book with the last stored model in use."""
        row = self.models[-1]
        model = Model(1, row["kind"], "champion", "", row["sha256"], row["card"], row["artifact"])
        return Ledger(rows=self.rows, batches=self.held, champion=model, book=replace(self.told))
