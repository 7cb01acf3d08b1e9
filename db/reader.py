"""The book, as pages and workflows ask about it: `PortfolioReader` of core.ports over the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, and_, func, select

from core.errors import SelectionRefused
from core.records import (
    Batch,
    Book,
    BookName,
    FactPage,
    LoanPage,
    Model,
    ModelEvent,
    Policy,
    Ruling,
    Segmentation,
    Shadow,
    StrategyEvent,
    StrategyRun,
    Trial,
)
from core.selection import Selection
from core.wording import dated
from db import policies, questions, register, strategy_runs, trials
from db.books import book_held, knowledge_of, known_values_of, learned_days, values_of
from db.borrower_rows import borrower_loans, borrower_of, borrower_sizes, borrower_snapshots, top_borrowers
from db.budget import BUDGET_SECONDS, brief_read
from db.cubes.cash import effective_on, is_cash, payment_kind
from db.engine import reading
from db.expected import expected_spread
from db.facts import FactList
from db.frames import COUNT, frame_of
from db.known import NOW, Knowledge
from db.loans import BLOCK, LoanList
from db.model_events import events_of
from db.monitoring import monitoring_of
from db.outcomes import outcomes_known_until
from db.recall import recall
from db.rulings import rulings_of
from db.shadows import shadows_of
from db.sums import Scope, cube_for
from db.tables import loans, payments, snapshots
from db.targets import targets_of
from db.to_score import matured_rates
from db.training import snapshot_blocks, training_rows
from db.treated import treated_rows

T = TypeVar("T")
_Question = Callable[[Connection, Scope, Sequence[str]], pd.DataFrame]


class SqlPortfolioReader:
    """Reads of one book of the store.

    Args:
        engine: the store.
        book: which book; None for the one on show.
        budget_seconds: how long one question of a page may take before it is refused.
    """

    def __init__(self, engine: Engine, book: BookName | None = None, *, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._engine = engine
        self._name = book
        self._budget_seconds = budget_seconds

    def book(self, known_on: date | None = None) -> Book:
        """What the book holds, or held as known on a day. Raises HistoryUnsettled (see `db.books.knowledge_of`)."""

        def read(connection: Connection) -> Book:
            known = knowledge_of(connection, self._key(connection), known_on)
            return book_held(connection, self._name, known)[1]

        return self._ask(read)

    def known_days(self) -> list[date]:
        """The days on which the book learned something, oldest first."""
        return self._ask(lambda connection: learned_days(connection, self._key(connection)))

    def values(self, dimension: str) -> list[str]:
        """The values a dimension takes, in the order a reader expects."""
        return self._ask(lambda connection: values_of(connection, self._key(connection), dimension))

    def known_values(self, dimension: str, selection: Selection) -> list[str]:
        """Every value a dimension takes on any day, as known on the selection's day of knowledge."""

        def read(connection: Connection) -> list[str]:
            key = self._key(connection)
            return known_values_of(connection, key, dimension, knowledge_of(connection, key, selection.known_on))

        return self._ask(read)

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """The stock on the selection's day."""
        return self._answer(questions.stock, selection, by)

    def expected_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How sure the expected recoveries of the selection's day are."""
        return self._answer(expected_spread, selection, by)

    def stock_history(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """The stock of every day of the book up to the selection's."""
        return self._answer(questions.stock_history, selection, by)

    def placed(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Placements up to the selection's day."""
        return self._answer(questions.placed, selection, by)

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Cash net of reversals up to the selection's day, from placement on."""
        return self._answer(questions.cash, selection, by)

    def cash_outside(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Cash up to the selection's day that belongs to no placement, and waivers."""
        return self._answer(questions.cash_outside, selection, by)

    def costs(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Costs of actions up to the selection's day, from placement on."""
        return self._answer(questions.costs, selection, by)

    def activity(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Work done up to the selection's day."""
        return self._answer(questions.activity, selection, by)

    def promises(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Promises resolved up to the selection's day."""
        return self._answer(questions.promises, selection, by)

    def facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = "",
        after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        """A page of the rows that a sum is made of, newest first."""
        return self._ask(lambda connection: self._facts(connection, kind, selection, cell, measure).page(after, limit))

    def iter_facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = ""
    ) -> Iterator[pd.DataFrame]:
        """Every row that a sum is made of, newest first, in blocks; for exports, without a time budget."""
        with reading(self._engine) as connection:
            yield from self._facts(connection, kind, selection, cell, measure).blocks()

    def restated(
        self, kind: str, selection: Selection, known_before: date, cell: Mapping[str, str] = {}, *,
        measure: str = "", after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        """A page of what was added to or taken off the rows of a sum since `known_before`."""

        def page(connection: Connection) -> FactPage:
            before = knowledge_of(connection, self._key(connection), known_before)
            return self._facts(connection, kind, selection, cell, measure).restated(before, after, limit)

        return self._ask(page)

    def segment_margins(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How sure the segments of the selection's day are."""
        return self._answer(questions.segment_margins, selection, by)

    def segment_moves(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How loans moved between segments, from month-end to month-end up to the selection's day."""
        return self._answer(questions.segment_moves, selection, by)

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How the stock moved between adjacent month-ends of the book, up to the selection's day."""
        return self._answer(questions.flows, selection, by)

    def borrowers(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Distinct borrowers of open loans on the selection's day."""
        return self._answer(questions.borrowers, selection, by)

    def recovery_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """What an interval around cash / balance placed needs, over episodes placed up to the selection's day."""
        return self._answer(questions.recovery_spread, selection, by)

    def borrower_loans(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        """Every loan of a borrower on the selection's day, of any status."""
        return self._ask(
            lambda connection: borrower_loans(connection, self._scope(connection, selection), borrower_ref)
        )

    def borrower_snapshots(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        """Every loan of a borrower on the selection's day, as scores are made of it."""
        return self._ask(
            lambda connection: borrower_snapshots(connection, self._scope(connection, selection), borrower_ref)
        )

    def borrower_of(self, loan_ref: str, selection: Selection) -> str | None:
        """The borrower of a loan on the selection's day, whatever its status."""
        return self._ask(lambda connection: borrower_of(connection, self._scope(connection, selection), loan_ref))

    def borrower_sizes(self, selection: Selection) -> pd.DataFrame:
        """Borrowers of open loans on the selection's day by how many of them they have."""
        return self._answer(borrower_sizes, selection, ())

    def top_borrowers(self, selection: Selection, *, limit: int = 100) -> pd.DataFrame:
        """The borrowers with the largest arrears on the selection's day."""
        return self._ask(lambda connection: top_borrowers(connection, self._scope(connection, selection), limit))

    def given(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """What was given up to the selection's day; a loan counts once in a group, as it was when first given."""
        return self._answer(questions.given, selection, by)

    def outcomes(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Outcomes stated on the selection's day, for loans of every status; empty where the file states none."""
        return self._answer(questions.outcomes, selection, by)

    def loans(
        self, selection: Selection, *, sort: str = "expected_recovery", after: str | None = None, limit: int = 100
    ) -> LoanPage:
        """A page of the open loans on the selection's day, in descending `sort`."""

        def page(connection: Connection) -> LoanPage:
            scope = self._scope(connection, selection)
            listed = LoanList(connection, scope, selection)
            frame, next_key = listed.page(sort, after, limit)
            return LoanPage(frame, next_key, _loan_count(connection, scope, selection, listed))

        return self._ask(page)

    def iter_loans(self, selection: Selection, sort: str = "expected_recovery") -> Iterator[pd.DataFrame]:
        """Every open loan on the selection's day in descending `sort`, in blocks; for exports, without a time budget."""
        with reading(self._engine) as connection:
            yield from LoanList(connection, self._scope(connection, selection), selection).blocks(sort)

    def loan_points(self, selection: Selection, fields: Sequence[str], *, limit: int) -> tuple[pd.DataFrame, int]:
        """A stable sample of the open loans on the selection's day, and how many there are in all."""

        def points(connection: Connection) -> tuple[pd.DataFrame, int]:
            scope = self._scope(connection, selection)
            listed = LoanList(connection, scope, selection)
            return listed.sample(fields, limit), _loan_count(connection, scope, selection, listed)

        return self._ask(points)

    def payments_of(self, loan_ref: str, known_on: date | None = None) -> pd.DataFrame:
        """The live payments of a loan, or those known on a day, newest first. Raises HistoryUnsettled."""
        return self._ask(lambda connection: _payments_of(connection, *self._known(connection, known_on), loan_ref))

    def unknown_loans(self, loan_refs: Sequence[str]) -> list[str]:
        """Those of `loan_refs` without a live snapshot, in the order given; without a time budget."""
        spoken = select(snapshots.c.id).where(snapshots.c.loan_id == loans.c.id, snapshots.c.live == 1).exists()
        with reading(self._engine) as connection:
            query = select(loans.c.loan_ref).where(loans.c.book_id == self._key(connection), spoken)
            known = set(connection.execute(query).scalars())
        return [loan_ref for loan_ref in loan_refs if loan_ref not in known]

    def largest_balances(self, loan_refs: Sequence[str]) -> dict[str, float]:
        """Per loan the largest balance of its live snapshots; without a time budget."""
        found: dict[str, float] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(loan_refs), BLOCK):
                query = (
                    select(loans.c.loan_ref, func.max(snapshots.c.balance))
                    .join(snapshots, and_(snapshots.c.loan_id == loans.c.id, snapshots.c.live == 1))
                    .where(loans.c.book_id == self._key(connection))
                    .where(loans.c.loan_ref.in_(loan_refs[start : start + BLOCK]))
                    .group_by(loans.c.loan_ref)
                )
                found |= {loan_ref: hundredths / 100 for loan_ref, hundredths in connection.execute(query)}
        return found

    def cash_between(
        self, loan_refs: Sequence[str], after: date, until: date, known_on: date | None = None
    ) -> pd.DataFrame:
        """Net cash of loans in (after, until], by the day it counts for, less what reversals posted by `until` took back;
        loans that paid nothing are absent. Raises HistoryUnsettled."""

        def read(connection: Connection) -> pd.DataFrame:
            return _cash_between(connection, *self._known(connection, known_on), loan_refs, after, until)

        return self._ask(read)

    def targets(self, known_on: date | None = None) -> pd.DataFrame:
        """What was set as target or budget, by that day where one is given."""
        return self._ask(lambda connection: targets_of(connection, self._key(connection), known_on))

    def rulings(self) -> list[Ruling]:
        """What people said of columns that the gate judges."""
        return self._ask(lambda connection: rulings_of(connection, self._key(connection)))

    def batches(self, limit: int = 200) -> list[Batch]:
        """Batches of the book, newest first, undone and refused ones included."""
        return self._ask(lambda connection: register.batches_of(connection, self._key(connection), limit))

    def batch(self, batch_id: int) -> Batch:
        """One batch of any book. Raises UnknownBatch."""
        return self._ask(lambda connection: register.batch(connection, batch_id))

    def rejects(self, batch_id: int) -> pd.DataFrame:
        """The rejects of a batch, in file order."""
        return self._ask(lambda connection: register.rejects_of(connection, batch_id))

    def live_batch_with(self, sha256: str, book: BookName) -> Batch | None:
        """The live batch of that book with that content."""
        return self._ask(lambda connection: register.live_batch_with(connection, sha256, book))

    def snapshots(self, as_of: date, *, batch_id: int | None = None) -> Iterator[pd.DataFrame]:
        """Live snapshots of a day in blocks, for loans of every status; without a time budget."""
        chosen = [snapshots.c.as_of == as_of.isoformat()]
        if batch_id is not None:
            chosen.append(snapshots.c.batch_id == batch_id)
        with reading(self._engine) as connection:
            yield from snapshot_blocks(connection, self._key(connection), *chosen)

    def training_rows(self) -> pd.DataFrame:
        """Every live snapshot with the outcome known by now; without a time budget."""
        with reading(self._engine) as connection:
            return training_rows(connection, *book_held(connection, self._name))

    def treated_rows(self) -> pd.DataFrame:
        """One row a loan as it was first worked under a strategy, with what it brought and cost; without a time budget."""
        with reading(self._engine) as connection:
            key, book = book_held(connection, self._name)
            return treated_rows(connection, key, book)

    def matured_rates(self) -> pd.DataFrame:
        """Recovery so far of placements at least 12 months old, by bucket at placement; remembered, without a budget."""
        with reading(self._engine) as connection:
            book_id = self._key(connection)
            rates = recall(connection).answer(("matured_rates", book_id), lambda: matured_rates(connection, book_id))
            return rates.copy()

    def champion(self) -> Model | None:
        """The model in use."""
        return self._ask(lambda connection: register.champion_of(connection, self._key(connection)))

    def models(self) -> list[Model]:
        """Every model and refused attempt, newest first."""
        return self._ask(lambda connection: register.models_of(connection, self._key(connection)))

    def shadows(self) -> list[Shadow]:
        """How far models in the shadow agreed, newest first."""
        return self._ask(lambda connection: shadows_of(connection, self._key(connection)))

    def model_events(self) -> list[ModelEvent]:
        """What happened to the models, newest first."""
        return self._ask(lambda connection: events_of(connection, self._key(connection)))

    def segmentation(self) -> Segmentation | None:
        """The clustering in use."""
        return self._ask(lambda connection: register.segmentation_of(connection, self._key(connection)))

    def strategy_run(self) -> StrategyRun | None:
        """The newest measurement of strategies that stands."""
        return self._ask(lambda connection: strategy_runs.newest_run(connection, self._key(connection)))

    def strategy_evidence(self, run_id: int) -> dict[str, np.ndarray]:
        """The arrays of a run. Raises Refused."""
        return self._ask(lambda connection: strategy_runs.evidence_of(connection, self._key(connection), run_id))

    def policies(self) -> list[Policy]:
        """Every policy and refused attempt, newest first."""
        return self._ask(lambda connection: policies.policies_of(connection, self._key(connection)))

    def policy_in_use(self) -> Policy | None:
        """The learned policy that proposes; None where the thresholds do."""
        return self._ask(lambda connection: policies.policy_in_use(connection, self._key(connection)))

    def strategy_events(self) -> list[StrategyEvent]:
        """What was decided about strategies, newest first."""
        return self._ask(lambda connection: policies.strategy_events_of(connection, self._key(connection)))

    def trials(self) -> list[Trial]:
        """The registered trials, newest first."""
        return self._ask(lambda connection: trials.trials_of(connection, self._key(connection)))

    def trial_names(self) -> list[str]:
        """The trials that loans are assigned to."""
        return self._ask(lambda connection: trials.trial_names(connection, self._key(connection)))

    def trial_rows(self, trial: str, *, window_days: int) -> pd.DataFrame:
        """One row a loan of a trial with what came of it in its early window."""
        return self._ask(
            lambda connection: trials.trial_rows(connection, *book_held(connection, self._name), trial, window_days)
        )

    def outcomes_until(self) -> date | None:
        """Up to which day payments say what became of loans."""
        return self._ask(lambda connection: outcomes_known_until(connection, self._key(connection)))

    def monitoring(self, known_on: date | None = None) -> pd.DataFrame:
        """What was found about the book's scores, or what was known of it on a day."""
        return self._ask(lambda connection: monitoring_of(connection, self._key(connection), known_on))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        with brief_read(self._engine, self._budget_seconds) as connection:
            return question(connection)

    def _answer(self, question: _Question, selection: Selection, by: Sequence[str]) -> pd.DataFrame:
        """The frame of a sum, remembered for as long as nothing in the store changes."""

        def answer(connection: Connection) -> pd.DataFrame:
            scope = self._scope(connection, selection)
            asked = (question.__name__, scope.book_id, scope.day, scope.until, scope.known_on, scope.chosen, tuple(by))
            return recall(connection).answer(asked, lambda: question(connection, scope, by)).copy()

        return self._ask(answer)

    def _facts(
        self, connection: Connection, kind: str, selection: Selection, cell: Mapping[str, str], measure: str
    ) -> FactList:
        return FactList(connection, self._scope(connection, selection), kind, cell, measure)

    def _key(self, connection: Connection) -> int:
        return book_held(connection, self._name)[0]

    def _known(self, connection: Connection, known_on: date | None) -> tuple[int, Knowledge]:
        key = self._key(connection)
        return key, knowledge_of(connection, key, known_on)

    def _scope(self, connection: Connection, selection: Selection) -> Scope:
        """The selection against the book, as known on its day. Raises SelectionRefused for a day before its first, and
        HistoryUnsettled."""
        known = knowledge_of(connection, self._key(connection), selection.known_on)
        known_on = None if known == NOW else str(known.known_on)
        book_id, book = book_held(connection, self._name, known)
        if book.is_empty:
            return Scope(book_id, (), "", selection.filters, known_on)
        asked = selection.as_of or book.days[-1]
        days = tuple(day.isoformat() for day in book.days if day <= asked)
        if not days:
            raise SelectionRefused(
                f"The book says nothing about {dated(asked)}",
                where=(f"its first day is {dated(book.days[0])}",),
                remedy=f"Choose a day from {dated(book.days[0])} on.",
            )
        return Scope(book_id, days, asked.isoformat(), selection.filters, known_on)


def _loan_count(connection: Connection, scope: Scope, selection: Selection, listed: LoanList) -> int:
    """How many loans a list has: from a cube where nothing but dimensions narrows it, else counted."""
    if selection.lasso or selection.search or cube_for(questions.STOCK_CUBES, set(scope.filters)) is None:
        return listed.count()
    return int(questions.stock(connection, scope, ())["loans"].iloc[0])


def _payments_of(connection: Connection, book_id: int, known: Knowledge, loan_ref: str) -> pd.DataFrame:
    dtypes = {
        "paid_on": "date",
        "amount": "money",
        "payment_kind": "category",
        "payment_ref": "text",
        "channel": "category",
        "batch_id": COUNT,
    }
    query = (
        select(*(payment_kind(known) if name == "payment_kind" else payments.c[name] for name in dtypes))
        .join(loans, loans.c.id == payments.c.loan_id)
        .where(loans.c.book_id == book_id, loans.c.loan_ref == loan_ref, known.speaks(payments))
        .order_by(payments.c.paid_on.desc(), payments.c.id.desc())
    )
    return frame_of(connection.execute(query).all(), dtypes)


def _cash_between(
    connection: Connection, book_id: int, known: Knowledge, loan_refs: Sequence[str], after: date, until: date
) -> pd.DataFrame:
    in_window = effective_on(known).between((after + timedelta(days=1)).isoformat(), until.isoformat())
    paid: list[tuple[Any, ...]] = []
    for start in range(0, len(loan_refs), BLOCK):
        query = (
            select(loans.c.loan_ref, func.sum(payments.c.amount))
            .join(loans, loans.c.id == payments.c.loan_id)
            .where(loans.c.book_id == book_id, loans.c.loan_ref.in_(loan_refs[start : start + BLOCK]))
            .where(is_cash(known), in_window, payments.c.paid_on <= until.isoformat())
            .group_by(loans.c.loan_ref)
        )
        paid += [tuple(row) for row in connection.execute(query)]
    return frame_of(paid, {"loan_ref": "text", "cash": "money"})
