"""One revision of a book inside one transaction: rows, what follows from them, scores, and the cubes at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Connection

from core.errors import Refused
from core.records import BookName, Model, NewBatch, Policy, Segmentation
from db import (
    assignments,
    batches,
    decisions,
    learned,
    monitoring,
    policies,
    promise_outcomes,
    rows,
    segments,
    shadows,
    strategy_runs,
    to_score,
    trials,
)
from db.derive import derive, derive_reassigned
from db.register import champion_of, segmentation_of
from db.scores import put_scores, settle_scores
from db.settle import settle_actions, settle_days, settle_payments
from db.tables import snapshots
from db.touched import Touched

_INSERTS = {"portfolio": rows.insert_snapshots, "payments": rows.insert_payments, "actions": rows.insert_actions}
_REDATED = ", ".join(
    column.name
    for column in snapshots.columns
    if column.name
    not in ("id", "batch_id", "as_of", "live", "since_on", "until_on", "strategy", "carried_from", "carried_id")
)


class SqlWriteUnit:
    """The WriteUnit of a SQL store (see core.ports); made by SqlPortfolioWriter, which commits it.

    Args:
        connection: inside a write transaction.
        book_id, revision_id: what is written, and as which revision.
        at: the moment, ISO in UTC.
        known_on: the day on which this is known.
        who: who does it.
    """

    def __init__(
        self, connection: Connection, book_id: int, revision_id: int, *, at: str, known_on: date, who: str
    ) -> None:
        self._connection = connection
        self._book_id = book_id
        self._revision_id = revision_id
        self._at, self._known_on, self._who = at, known_on, who
        self._touched = Touched(connection, known_on.isoformat())
        self._appended: int | None = None

    def append(self, batch: NewBatch) -> int:
        """Store a checked file (see WriteUnit). Raises DuplicateBatch, and Refused for a file without rows."""
        if batch.frame.empty:
            raise Refused(f"{batch.filename} has no rows to store", remedy="Check the file and its mapping.")
        batch_id = batches.insert_batch(
            self._connection, self._book_id, batch, at=self._at, who=self._who, status="committed"
        )
        self._own(batch_id)
        _INSERTS[batch.kind](self._connection, self._book_id, batch_id, batch.frame)
        self._settle(batch_id, batch.kind)
        return batch_id

    def retract(self, batch_id: int) -> None:
        """Undo a batch (see WriteUnit). Raises UnknownBatch."""
        batch = batches.committed_batch(self._connection, self._book_id, batch_id)
        batches.mark_undone(self._connection, batch_id, at=self._at, on=self._known_on, by=self._revision_id)
        if self._appended is None:
            self._connection.exec_driver_sql(
                "UPDATE revisions SET batch_id = ? WHERE id = ?", (batch_id, self._revision_id)
            )
        self._settle(batch_id, batch["kind"])
        fallen = learned.settle_learned(self._connection, self._book_id, self._at, self._who)
        policies.settle_policies(self._connection, self._book_id, self._at, self._who)
        settle_scores(self._connection, self._revision_id, self._touched, fallen)

    def redate(self, batch_id: int, as_of: date) -> int:
        """Put a portfolio batch under another day (see WriteUnit). Raises UnknownBatch, and Refused with the reason."""
        batch = batches.committed_batch(self._connection, self._book_id, batch_id)
        self.retract(batch_id)
        new_id = batches.copy_redated(
            self._connection, batch, as_of, at=self._at, who=self._who, known_on=self._known_on
        )
        self._own(new_id)
        self._connection.exec_driver_sql(
            f"INSERT INTO snapshots ({_REDATED}, strategy, batch_id, as_of, live) "
            f"SELECT {_REDATED}, strategy_stated, ?, ?, 0 FROM snapshots WHERE batch_id = ? AND carried_id IS NULL ORDER BY id",
            (new_id, as_of.isoformat(), batch_id),
        )
        self._settle(new_id, "portfolio")
        return new_id

    def _own(self, batch_id: int) -> None:
        if self._appended is not None:
            raise ValueError(f"one revision stores one batch: {self._appended} is in it, {batch_id} cannot be")
        self._appended = batch_id
        self._connection.exec_driver_sql(
            "UPDATE revisions SET batch_id = ? WHERE id = ?", (batch_id, self._revision_id)
        )

    def _settle(self, batch_id: int, kind: str) -> None:
        if kind == "portfolio":
            days = batches.days_of(self._connection, batch_id)
            settle_days(self._connection, self._book_id, self._touched, days)
            derive(self._connection, self._book_id, self._revision_id, self._touched)
        elif kind == "payments":
            settle_payments(self._connection, self._book_id, self._touched, batch_id)
            promise_outcomes.derive_of_payments(self._connection, self._book_id, self._touched)
        else:
            settle_actions(self._connection, self._touched, batch_id)
            promise_outcomes.derive_of_actions(self._connection, self._book_id, self._touched)

    def to_score(self) -> pd.DataFrame:
        """Snapshots this revision made speak, or left without a score (see WriteUnit)."""
        return to_score.wanting_scores(self._connection)

    def all_on(self, as_of: date) -> pd.DataFrame:
        """Every live snapshot of a day (see WriteUnit)."""
        return to_score.all_on(self._connection, self._book_id, as_of.isoformat())

    def newcomers(self, first: date, last: date) -> pd.DataFrame:
        """Workable loans on the day they came into arrears (see WriteUnit)."""
        return to_score.newcomers(self._connection, self._book_id, first.isoformat(), last.isoformat())

    def scored_outcomes(self, model_id: int, *, after: str, stated: bool) -> tuple[pd.DataFrame, date | None]:
        """Loans a model scored when they were new to it, with what became of them (see WriteUnit)."""
        return monitoring.scored_outcomes(self._connection, self._book_id, model_id, after=after, stated=stated)

    def put_monitoring(self, rows: Iterable[Mapping[str, Any]], model_id: int | None) -> None:
        """What was found about the score in use (see WriteUnit)."""
        monitoring.put_monitoring(self._connection, self._book_id, self._revision_id, rows, model_id)

    def champion(self) -> Model | None:
        """The model in use by now (see WriteUnit)."""
        return champion_of(self._connection, self._book_id)

    def segmentation(self) -> Segmentation | None:
        """The clustering in use by now (see WriteUnit)."""
        return segmentation_of(self._connection, self._book_id)

    def matured_rates(self) -> pd.DataFrame:
        """Recovery of placements at least 12 months old (see WriteUnit)."""
        return to_score.matured_rates(self._connection, self._book_id)

    def put_scores(self, scores: pd.DataFrame, model_id: int | None) -> None:
        """Scores for snapshots (see WriteUnit)."""
        put_scores(self._connection, self._revision_id, self._touched, scores, model_id)

    def segments_on(self, day: date) -> pd.DataFrame:
        """The segments of a day (see WriteUnit)."""
        return segments.segments_on(self._connection, self._book_id, day)

    def put_segments(self, changed: Mapping[int, str]) -> None:
        """Other segments for snapshots (see WriteUnit)."""
        segments.put_segments(self._connection, self._revision_id, self._touched, changed)

    def touched_days(self) -> list[date]:
        """The days this revision touched (see WriteUnit)."""
        return segments.touched_days(self._connection, self._book_id)

    def book_days(self) -> list[date]:
        """The days of the book as they stand now (see WriteUnit)."""
        return segments.days_of(self._connection, self._book_id)

    def put_segmentation(
        self, content: Mapping[str, Any], names: Sequence[str], batch_id: int | None, *, reason: str = ""
    ) -> Segmentation:
        """A new clustering (see WriteUnit)."""
        return learned.put_segmentation(
            self._connection, self._book_id, self._at, content, names, batch_id, self._who, reason
        )

    def put_comparison(self, number: int, comparison: Mapping[str, Any]) -> None:
        """A comparison for a clustering (see WriteUnit)."""
        learned.put_comparison(self._connection, self._book_id, number, comparison)

    def put_model(self, model: Mapping[str, Any]) -> int:
        """A trained model or refused attempt (see WriteUnit)."""
        return learned.put_model(self._connection, self._book_id, self._at, self._who, model)

    def shadowed(self) -> list[Model]:
        """Models to be scored beside the one in use (see WriteUnit)."""
        return shadows.shadowed(self._connection, self._book_id, self._at)

    def put_shadow(self, model_id: int, against: int | None, as_of: str, figures: Mapping[str, Any]) -> None:
        """How far a model in the shadow agreed (see WriteUnit)."""
        shadows.put_shadow(self._connection, self._book_id, self._revision_id, model_id, against, as_of, figures)

    def crown(
        self, model_id: int, *, what: Literal["promoted", "returned"], because: str, figures: Mapping[str, Any]
    ) -> None:
        """Another model is in use from now on (see WriteUnit). Raises Refused."""
        learned.crown(self._connection, self._book_id, self._at, self._who, model_id, what, because, figures)

    def withdraw(self, model_id: int, *, because: str) -> None:
        """The model in use is so no longer (see WriteUnit). Raises Refused."""
        learned.withdraw(self._connection, self._book_id, self._at, self._who, model_id, because)

    def put_strategy_run(self, run: Mapping[str, Any]) -> int:
        """A measurement of strategies (see WriteUnit). Raises Refused."""
        told = strategy_runs.Told(self._revision_id, self._at, self._known_on.isoformat(), self._who)
        return strategy_runs.put_run(self._connection, self._book_id, told, run)

    def policy_in_use(self) -> Policy | None:
        """The learned policy that proposes now (see WriteUnit)."""
        return policies.policy_in_use(self._connection, self._book_id)

    def put_policy(self, policy: Mapping[str, Any]) -> int:
        """A learned policy or refused attempt (see WriteUnit)."""
        return policies.put_policy(self._connection, self._book_id, self._at, self._who, policy)

    def crown_policy(self, policy_id: int, *, because: str, figures: Mapping[str, Any]) -> None:
        """Another policy proposes from now on (see WriteUnit). Raises Refused."""
        policies.crown_policy(self._connection, self._book_id, self._at, self._who, policy_id, because, figures)

    def withdraw_policy(self, policy_id: int, *, because: str) -> None:
        """The policy in use is so no longer (see WriteUnit). Raises Refused."""
        policies.withdraw_policy(self._connection, self._book_id, self._at, self._who, policy_id, because)

    def log_strategy(
        self, what: str, subject: str, *, because: str = "", figures: Mapping[str, Any] | None = None
    ) -> None:
        """A line in the log about strategies (see WriteUnit)."""
        policies.log_strategy(self._connection, self._book_id, self._at, self._who, what, subject, because, figures)

    def put_trial(self, plan: Mapping[str, Any]) -> None:
        """Register a trial (see WriteUnit). Raises Refused."""
        trials.put_trial(self._connection, self._book_id, self._at, self._who, plan)

    def decide_trial(
        self, name: str, status: Literal["decided", "stopped"], verdict: Mapping[str, Any], because: str
    ) -> None:
        """Close a running trial (see WriteUnit). Raises Refused."""
        trials.decide_trial(self._connection, self._book_id, self._at, self._who, name, status, verdict, because)

    def assign_trial(self, trial: str, rows: pd.DataFrame, assigned_on: date) -> int:
        """A person puts loans into the arms of a trial (see WriteUnit). Raises Refused."""
        done = 0
        for strategy, mine in rows.groupby("strategy"):
            arms = zip(mine["loan_ref"], mine["arm"], mine["probability"], strict=True)
            drawn = {str(ref): (trial, str(arm), float(chance)) for ref, arm, chance in arms}
            done += self._decide(list(drawn), str(strategy), assigned_on, drawn)
        return done

    def decide(self, loan_refs: Sequence[str], strategy: str, decided_on: date) -> int:
        """A person puts loans under a strategy (see WriteUnit). Raises Refused."""
        return self._decide(loan_refs, strategy, decided_on, None)

    def _decide(
        self, loan_refs: Sequence[str], strategy: str, decided_on: date, drawn: Mapping[str, tuple[str, str, float]] | None
    ) -> int:  # fmt: skip
        loans = decisions.decide(
            self._connection, self._book_id, self._revision_id, loan_refs, strategy, decided_on, self._who,
            self._touched.known_on, drawn,
        )  # fmt: skip
        self._connection.exec_driver_sql("DELETE FROM chosen")
        if loans:
            self._connection.exec_driver_sql("INSERT INTO chosen VALUES (?)", [(loan,) for loan in sorted(loans)])
        self._reassign(loans)
        return len(loans)

    def _reassign(self, loans: set[int]) -> None:
        """What follows from decisions about these loans, which are in `chosen`."""
        also = assignments.rederive(self._connection, self._book_id, self._revision_id, self._touched.known_on)
        derive_reassigned(self._connection, self._book_id, self._touched, loans | also)

    def show(self, book: BookName) -> None:
        """This book is the one on show from now on; made when it is not there yet."""
        show_book(self._connection, book, self._at)

    def close(self) -> None:
        """Write the cubes' differences; nothing may follow."""
        self._touched.settle(self._revision_id)


def book_number(connection: Connection, book: BookName, at: str) -> int:
    """The number of a book, made on first use. The lender's own is on show where it is the first; the sample is once `show` says so."""
    found = connection.exec_driver_sql("SELECT id FROM books WHERE name = ?", (book,)).scalar()
    if found is None:
        found = connection.exec_driver_sql(
            "INSERT INTO books (name, shown, created_at) SELECT ?, ? = 'own' AND NOT EXISTS (SELECT 1 FROM books), ? RETURNING id",
            (book, book, at),
        ).scalar_one()
    return int(found)


def show_book(connection: Connection, book: BookName, at: str) -> None:
    """Exactly one book is shown: this one."""
    number = book_number(connection, book, at)
    connection.exec_driver_sql("UPDATE books SET shown = (id = ?)", (number,))
