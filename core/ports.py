"""What core needs from outside, as nouns. `db` holds the adapters; tests hold fakes that pass the same contract suite.

Frames carry money in currency units (float, exact hundredths), dates as ISO text, categories as text with
"not stated" for an absent one, and shares as 0-1. A sum over nothing is a row of zeros, never an empty frame,
when `by` is empty; with `by`, groups without rows are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from core.records import (
    Batch,
    Book,
    BookName,
    FactPage,
    Job,
    LoanPage,
    Model,
    ModelEvent,
    NewBatch,
    Policy,
    Ruling,
    Segmentation,
    Shadow,
    StrategyEvent,
    StrategyRun,
    Trial,
)
from core.selection import Selection

Progress = Callable[[float, str], None]
"""Told how far a piece of work is (0-1) and what it is doing; raises JobCancelled when it should stop."""


class PortfolioReader(Protocol):
    """Questions about the book on show (or `book`, where the adapter was opened on one). All are reads.

    Every question with a selection is answered as known on `selection.known_on`: by the batches received up to that
    day and not undone by then. Raises HistoryUnsettled where files that arrived out of order are still being put in
    their place and the day asked for is not the newest.
    """

    def book(self, known_on: date | None = None) -> Book:
        """What the book holds, or held as known on a day."""

    def known_days(self) -> list[date]:
        """The days on which the book learned something (a batch, an undo), oldest first."""

    def values(self, dimension: str) -> list[str]:
        """The values a dimension takes in live snapshots, sorted; `bucket` and `segment` in their own order."""

    def known_values(self, dimension: str, selection: Selection) -> list[str]:
        """Every value a dimension takes on any day of the book, as known on `selection.known_on`, sorted: of the loans
        that were open or placed (of every loan for a dimension without a cube), "not stated" included where it occurs.
        Days and filters of the selection do not apply."""

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """The stock on `selection.as_of`: columns `by` + loans, balance, arrears_loans, arrears_balance,
        workable_loans, workable_balance, expected_loans, expected_recovery (sums over loans with an expectation)."""

    def expected_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Open loans on `selection.as_of` whose expectation a model told: columns `by` + loans, expected_recovery,
        expected_net (currency) and variance (currency squared, for `core.scores.rate.intervals.sum_interval`)."""

    def stock_history(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """`stock` for every day of the book up to `selection.as_of`, with the column as_of first."""

    def placed(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Placements up to `selection.as_of`: `by` (dimensions at placement, or "cohort": the month-end of the
        placement month, ISO) + loans (episodes), balance (placed)."""

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Cash net of reversals up to `selection.as_of`, from placement on: `by` (dimensions at placement, "cohort",
        "month": the month-end of the month the money was posted) + payments (count), cash (posted),
        cash_effective (a reversal taken back in the month of its payment, once it is posted). "told" is the month-end of
        the day from which a row counts: later than "month" where a reversal counts back."""

    def cash_outside(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Cash posted up to `selection.as_of` that belongs to no placement, and waivers: `by` (dimensions on the day of
        the payment, "month") + payments (count), cash, waivers (count), waived."""

    def costs(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Costs of actions up to `selection.as_of`, from placement on: `by` (dimensions at placement, "cohort", "month": the
        month-end of the day of the action) + costed (actions with a cost), cost. Of the loans of `cash` under any filter;
        costs before a loan's first placement are those of `activity` in the cohort "none"."""

    def activity(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Work done up to `selection.as_of`: `by` (product, region, segment, strategy on the day, "month", "cohort": of
        the episode the action belongs to, "none" before the first) + actions, contacts (a right party was reached),
        promises, promised, cost, costed (actions with a cost)."""

    def segment_margins(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How sure the segments of the open loans on `selection.as_of` are: `by` (DIMENSIONS) + placed (loans with a
        segment), borderline (margin of 10 % or less), unlike (further out than 99 % of the fit) and held_back (nearer to
        another segment; core.segments.migration)."""

    def segment_moves(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How open loans moved between adjacent month-ends up to `selection.as_of`: `by` (DIMENSIONS on the opening month-end, of
        an arrival on the closing one; month, the closing month-end; origin, the segment then or "new"; became, the segment
        now or paid, charged off, sold, recalled, missing) + loans, balance (opening; of an arrival closing), held_back."""

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """How the stock moved between adjacent month-ends of the book, up to `selection.as_of`: `by` (dimensions at the
        opening month-end, of arrivals at the closing one; "month": the closing month-end, ISO; "origin"; "state") +
        core.metrics.flows.FLOW_MEASURES. See there for every word."""

    def promises(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Promises whose due day plus grace has passed by `selection.as_of`: `by` (dimensions on the day of the promise,
        "month": the month-end of due day plus grace, of a cancelled one of the day it was cancelled, of an unstated one
        of the day it was made; "told": that of the day from which it counts so, later than "month" where a reversal
        changed what became of it) + core.metrics.promises.PROMISE_MEASURES, as of `selection.as_of`: less what reversals
        posted by then took back."""

    def borrowers(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Distinct borrowers of open loans on `selection.as_of`: `by` + borrowers, arrears_borrowers (with a loan 1+ days
        past due). A borrower counts once in each group they have a loan in, so groups do not add up to the whole."""

    def recovery_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """What an interval around cash / balance placed needs, over episodes placed up to `selection.as_of`: `by`
        (dimensions at placement) + loans (episodes), balance, cash (posted to date), and the sums over episodes of
        balance x balance, cash x cash and balance x cash: balance_sq, cash_sq, balance_cash (currency squared)."""

    def borrower_loans(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        """Every loan of a borrower on `selection.as_of`, of any status, in the fields of `loans` plus status, hold and
        placed_on (of its latest episode, NaN where never placed); filters do not apply. Empty for an unknown one."""

    def borrower_snapshots(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        """Every loan of a borrower on `selection.as_of`, of any status, as scores are made of it: the columns of
        `WriteUnit.to_score` but snapshot_id, and of the score that spoke: source, risk_score, policy (what proposed), reasons
        (list) and contributions (text), NaN where there was none. An absent category is NaN. Empty for an unknown borrower."""

    def borrower_of(self, loan_ref: str, selection: Selection) -> str | None:
        """The borrower of a loan on `selection.as_of`, whatever its status; None for a loan unknown that day."""

    def borrower_sizes(self, selection: Selection) -> pd.DataFrame:
        """Borrowers of open loans on `selection.as_of` by how many of them they have in the selection: size (1, 2, 3; 4
        stands for four or more), borrowers, loans, balance, arrears_borrowers, arrears_loans, arrears_balance; by size,
        sizes nobody has are absent. Each borrower counts once, so the sizes add up to `stock` and `borrowers`."""

    def top_borrowers(self, selection: Selection, *, limit: int = 100) -> pd.DataFrame:
        """The borrowers with the largest arrears over their open loans in the selection on `selection.as_of`, largest
        first, ties by borrower_ref: borrower_ref, loans, balance, arrears_loans, arrears_balance, dpd (of the loan
        furthest behind). Borrowers without arrears are absent."""

    def facts(
        self,
        kind: str,
        selection: Selection,
        cell: Mapping[str, str] = {},
        *,
        measure: str = "",
        after: str | None = None,
        limit: int = 100,
    ) -> FactPage:
        """The rows that a sum of this reader is made of, newest first: `kind` is the name of the question (stock, placed,
        cash, activity, costs, flows, promises), `cell` narrows by the columns its `by` allows ({"month": "2026-09-30",
        "product": "Auto"}; a cohort may be a quarter, "2026 Q2"), and with `measure` only rows where it is not 0 are listed and `total` is its sum.
        Columns: see core.metrics.facts.FACT_FIELDS. Raises SelectionRefused for an unknown kind, column or key."""

    def iter_facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = ""
    ) -> Iterator[pd.DataFrame]:
        """Every row of `facts` in the same order, in blocks, for exports."""

    def restated(
        self,
        kind: str,
        selection: Selection,
        known_before: date,
        cell: Mapping[str, str] = {},
        *,
        measure: str = "",
        after: str | None = None,
        limit: int = 100,
    ) -> FactPage:
        """What arrived or fell away between `known_before` and `selection.known_on` among the rows of `facts`: the same
        columns plus `change` ("added" or "taken off"); measures of what was taken off are negative, so that `total` is
        the restatement."""

    def targets(self, known_on: date | None = None) -> pd.DataFrame:
        """What was set as target or budget, by that day where one is given: metric, month (month-end ISO, NaN where it holds always), age_months (for
        liquidation curves, NaN elsewhere), value (currency or share 0-1), set_on, who; in that order of keys."""

    def rulings(self) -> list[Ruling]:
        """What people said of columns that the gate judges, the last word on each column, by column name."""

    def given(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """What each strategy was given up to `selection.as_of`: `by` (strategy, segment, product, region, decided_by,
        trial, arm, "month" of assignment) + loans (distinct), balance (at the snapshot of assignment)."""

    def outcomes(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        """Outcomes stated in the portfolio file on `selection.as_of`: `by` + recovery_status + loans, balance,
        recovered_loans (rows with an amount), recovered (sum)."""

    def loans(
        self, selection: Selection, *, sort: str = "expected_recovery", after: str | None = None, limit: int = 100
    ) -> LoanPage:
        """Loans on `selection.as_of`, in descending `sort` (a sortable field of core.loan_fields), ties by loan; paged by key.

        Raises SelectionRefused for an unknown sort or a key that is none."""

    def iter_loans(self, selection: Selection, sort: str = "expected_recovery") -> Iterator[pd.DataFrame]:
        """Every loan of `loans` in the same order and fields, in blocks, for exports."""

    def loan_points(self, selection: Selection, fields: Sequence[str], *, limit: int) -> tuple[pd.DataFrame, int]:
        """At most `limit` loans on `selection.as_of` with loan_ref and `fields`, the same ones on every call
        (lowest hash of the loan's number), and how many there are in all."""

    def payments_of(self, loan_ref: str, known_on: date | None = None) -> pd.DataFrame:
        """The live payments of a loan, or those that were known on a day, newest first: paid_on, amount, payment_kind, payment_ref, channel, batch_id."""

    def cash_between(
        self, loan_refs: Sequence[str], after: date, until: date, known_on: date | None = None
    ) -> pd.DataFrame:
        """Net cash of loans in (after, until], as known on a day, reversals taken back on the day of their payment: loan_ref, cash;
        loans that paid nothing are absent."""

    def unknown_loans(self, loan_refs: Sequence[str]) -> list[str]:
        """Those of `loan_refs` that no live snapshot of this book knows, in the order given."""

    def largest_balances(self, loan_refs: Sequence[str]) -> dict[str, float]:
        """Per loan the largest balance (currency) of its live snapshots; loans without any are absent."""

    def batches(self, limit: int = 200) -> list[Batch]:
        """Batches of the book, newest first, undone and refused ones included."""

    def batch(self, batch_id: int) -> Batch:
        """One batch. Raises UnknownBatch."""

    def rejects(self, batch_id: int) -> pd.DataFrame:
        """The rejects of a batch: line, column, value, reason, in file order."""

    def live_batch_with(self, sha256: str, book: BookName) -> Batch | None:
        """The live batch of that book with that content, if any."""

    def snapshots(self, as_of: date, *, batch_id: int | None = None) -> Iterator[pd.DataFrame]:
        """Live snapshots of a day in blocks, every column of the portfolio file plus loan_ref, borrower_ref and the
        live score's fields; narrowed to a batch where given. An absent category is NaN here, for rules and models."""

    def training_rows(self) -> pd.DataFrame:
        """One row a live snapshot of the book with all its columns, as told in their time (by ten days after the day, else
        first within its year; what is restated later is not learned from, see db.first_told), borrower_ref, and the outcome known by now:
        cash_12m (net cash in the 12 months after as_of, NaN where 12 months have not passed since, payments are not known
        for them (see core.metrics.ripeness), or the book has none), months_seen (whole months between as_of and the newest day of the book), batch_id, extra. An
        absent category is NaN here, for rules and models."""

    def treated_rows(self) -> pd.DataFrame:
        """One row a loan: the first snapshot on which it could be worked and was under a strategy (in a book without payments
        the first that states an outcome, else the first under a strategy; see core.metrics.treated), in the columns of
        `training_rows` but months_seen, with facts as told in their time and strategy as it stands now; and decided_by (file, trial,
        person), assigned_on (the day the strategy began, NaN where nobody told it), trial, arm, assignment_probability,
        cash_90d, cash_12m, cost_12m (costs of actions in the same 12 months; each NaN where its window is not over by what is
        known, or the book tells none), changed_later (another strategy within 12 months) and begun_earlier (the strategy began
        more than 31 days before the first snapshot under it). Loans never worked under a strategy are absent."""

    def matured_rates(self) -> pd.DataFrame:
        """As `WriteUnit.matured_rates`, of the book as it stands: bucket, loans, balance, cash_12m."""

    def champion(self) -> Model | None:
        """The model in use, or None where the rule score orders the work."""

    def models(self) -> list[Model]:
        """Every model and refused attempt of the book, newest first."""

    def shadows(self) -> list[Shadow]:
        """How far models in the shadow agreed with what ordered the work: the newest comparison of each model on each day,
        newest first."""

    def model_events(self) -> list[ModelEvent]:
        """What happened to the models of the book, by whom and why, newest first."""

    def segmentation(self) -> Segmentation | None:
        """The clustering in use."""

    def strategy_run(self) -> StrategyRun | None:
        """The newest measurement of strategies that stands: none of the batches it was measured on was undone."""

    def strategy_evidence(self, run_id: int) -> dict[str, np.ndarray]:
        """The arrays of a run, loan by loan, as `WriteUnit.put_strategy_run` was given them. Raises Refused for a run that is not there."""

    def policies(self) -> list[Policy]:
        """Every policy and refused attempt, newest first."""

    def policy_in_use(self) -> Policy | None:
        """The learned policy that proposes strategies; None where the thresholds do."""

    def strategy_events(self) -> list[StrategyEvent]:
        """What was decided about strategies, by whom and why, newest first."""

    def trials(self) -> list[Trial]:
        """The registered trials of the book, newest first."""

    def trial_names(self) -> list[str]:
        """The trials that any loan is assigned to, by files or by Recoup, by name."""

    def trial_rows(self, trial: str, *, window_days: int) -> pd.DataFrame:
        """One row a loan assigned to a trial, from its first assignment there: loan_ref, borrower_ref, arm, probability, assigned_on (ISO),
        strategy, as_of (its newest snapshot by that day, else the first one after), of that snapshot balance, dpd, missed_payments,
        promise_kept_ratio, contact_rate, collateral_value and risk_score (NaN where the model learned later than that day), and of the
        `window_days` after the assignment: cash_early (net), cost_early, contacts, broken_promises, complaints (counts), each NaN where the
        window is not over by what is known, or the book tells none; ordered by assigned_on and loan. Loans without a snapshot are absent."""

    def outcomes_until(self) -> date | None:
        """Up to which day payments say what became of loans (core.metrics.ripeness.outcomes_until); None without a payments file."""

    def monitoring(self, known_on: date | None = None) -> pd.DataFrame:
        """What was found about the book's scores, or what was known of it on a day, oldest day first: the fields of
        `WriteUnit.put_monitoring` (details as JSON text) plus model_id (NaN: the rule score), batch_id (NaN where no batch
        brought it) and known_on. Of one model, day, kind and feature the newest that stands: what a batch brought falls
        with it."""


class WriteUnit(Protocol):
    """One revision of the book: everything inside commits together with its cubes, or not at all."""

    def append(self, batch: NewBatch) -> int:
        """Store a checked file; returns the batch's number. Rows supersede older rows of the same key."""

    def retract(self, batch_id: int) -> None:
        """Undo a batch: what it superseded speaks again; models trained on it are retired.
        Raises UnknownBatch when there is none or it was undone already."""

    def redate(self, batch_id: int, as_of: date) -> int:
        """Undo a portfolio batch and store its rows again under another day; returns the new number."""

    def to_score(self) -> pd.DataFrame:
        """Live snapshots this revision made speak, with the other live loans of their borrowers on those days:
        snapshot_id, loan_ref, borrower_ref, as_of, every portfolio column, and `confirmed` (the strategy a person
        last confirmed or None)."""

    def all_on(self, as_of: date) -> pd.DataFrame:
        """Every live snapshot of a day, in the columns of `to_score`, for a rescoring."""

    def newcomers(self, first: date, last: date) -> pd.DataFrame:
        """Loans that came into arrears for the first time on a day from `first` to `last` and could be worked that day, as
        they were that day, in the columns of `to_score`; none of the book's first day, whose arrears are new only to it."""

    def scored_outcomes(self, model_id: int, *, after: str, stated: bool) -> tuple[pd.DataFrame, date | None]:
        """What a model said of loans on the day they came into arrears (`newcomers`), later than `after` (ISO), and what became of them: loan_id,
        borrower (a number), as_of, balance, strategy, risk_score (as first given by that model), recovery_status, recovered_amount,
        months_observed, cash_12m (net cash of the twelve months after, NaN where they are not over or not told); and the
        day up to which payments are known, None where the book has none. With `stated`, of every loan whose file states
        an outcome, on its first such day."""

    def put_monitoring(self, rows: Iterable[Mapping[str, Any]], model_id: int | None) -> None:
        """Keep what was found about a model (None: the rule score): as_of (ISO), what (score, input, maturity,
        calibration, recent, slope, ranking), feature, value, n, m, bound, alarm (0 none, 1 amber, 2 red), details (plain JSON values)."""

    def champion(self) -> Model | None:
        """The model in use as this revision stands now: an undo may have felled the one before."""

    def segmentation(self) -> Segmentation | None:
        """The clustering in use as this revision stands now."""

    def matured_rates(self) -> pd.DataFrame:
        """Recovery so far of placements at least 12 months old by the day payments are known, by bucket at placement: bucket, loans, balance, cash_12m."""

    def put_scores(self, scores: pd.DataFrame, model_id: int | None) -> None:
        """Scores for snapshots: snapshot_id, source, segment, segment_margin, segment_nearest, segment_unlike, risk_score, band, expected_rate,
        expected_recovery, expected_net, expected_source, expected_low, expected_high, expected_variance,
        proposed, policy, needs_confirmation, reasons (list of str), contributions (text or None, see
        core.scores.scoring.explain.packed)."""

    def segments_on(self, day: date) -> pd.DataFrame:
        """The live scores of a day that have a segment: snapshot_id, loan_ref (any stable key of the loan), segment, nearest (where it would be
        without hysteresis), margin (NaN: none)."""

    def put_segments(self, changed: Mapping[int, str]) -> None:
        """Another segment for the live scores of these snapshots; all else they say stays."""

    def touched_days(self) -> list[date]:
        """The days on which snapshots or scores of this book were touched in this revision, oldest first."""

    def book_days(self) -> list[date]:
        """The snapshot days of the book as they stand in this revision, oldest first."""

    def put_segmentation(
        self, content: Mapping[str, Any], names: Sequence[str], batch_id: int | None, *, reason: str = ""
    ) -> Segmentation:
        """A new clustering takes the place of the old; returns it as stored. `reason`: a person's, where one asked for it."""

    def put_comparison(self, number: int, comparison: Mapping[str, Any]) -> None:
        """Keep a comparison of ways (core.segments.comparison) with the clustering of that number."""

    def put_model(self, model: Mapping[str, Any]) -> int:
        """A trained model or refused attempt (kind, status, sha256, card, artifact, trained_on_batches; because and figures
        for the log); a new champion retires the old one. Returns its number; the log says who and why."""

    def shadowed(self) -> list[Model]:
        """Models to be scored beside the one in use without ordering work: the newest challenger, and for 92 days the one
        that was in use before."""

    def put_shadow(self, model_id: int, against: int | None, as_of: str, figures: Mapping[str, Any]) -> None:
        """How far a model in the shadow agreed on a day (see core.scores.registry.shadow)."""

    def crown(
        self, model_id: int, *, what: Literal["promoted", "returned"], because: str, figures: Mapping[str, Any]
    ) -> None:
        """The model is champion from now on: by promotion, which retires the one in use, or by return, which withdraws it.
        Raises Refused for a model that is not there, was refused, is in use, or learned from a batch that was undone."""

    def withdraw(self, model_id: int, *, because: str) -> None:
        """The champion of that number is so no longer, and none takes its place. Raises Refused where it is not in use."""

    def put_strategy_run(self, run: Mapping[str, Any]) -> int:
        """Keep a measurement (batches, limits, content as in StrategyRun; evidence: arrays by name, of numbers or texts; policy: the number
        of the one learned in it, where one was). Returns its number. Raises Refused where one of its batches was undone meanwhile."""

    def policy_in_use(self) -> Policy | None:
        """The learned policy that proposes as this revision stands now: an undo may have felled the one before."""

    def put_policy(self, policy: Mapping[str, Any]) -> int:
        """A learned policy or refused attempt (kind, status challenger or refused, sha256, card, artifact, batches, run; because
        and figures for the log). Returns its number."""

    def crown_policy(self, policy_id: int, *, because: str, figures: Mapping[str, Any]) -> None:
        """The policy proposes from now on; the one in use is retired. Raises Refused for one that is not there, was refused, is in
        use, or learned from a batch that was undone."""

    def withdraw_policy(self, policy_id: int, *, because: str) -> None:
        """The policy of that number is out of use and the thresholds propose. Raises Refused where it is not in use."""

    def log_strategy(
        self, what: str, subject: str, *, because: str = "", figures: Mapping[str, Any] | None = None
    ) -> None:
        """Append a line to the log of decisions about strategies."""

    def put_trial(self, plan: Mapping[str, Any]) -> None:
        """Register a trial by its plan (core.strategies.trials.design), running from now on. Raises Refused where the name is taken."""

    def decide_trial(
        self, name: str, status: Literal["decided", "stopped"], verdict: Mapping[str, Any], because: str
    ) -> None:
        """Close a running trial. Raises Refused where none of that name runs."""

    def assign_trial(self, trial: str, rows: pd.DataFrame, assigned_on: date) -> int:
        """A person puts loans into the arms of a trial: loan_ref, arm, strategy, probability. As `decide`, and kept with the trial; returns how
        many. Raises Refused as `decide` does."""

    def decide(self, loan_refs: Sequence[str], strategy: str, decided_on: date) -> int:
        """A person puts loans under a strategy; returns how many. Loans on hold raise Refused."""

    def show(self, book: BookName) -> None:
        """This book is the one on show from now on."""


class PortfolioWriter(Protocol):
    """Changes to the store. Writers queue up: one unit at a time, readers are never held up."""

    def put_targets(self, book: BookName, targets: pd.DataFrame, who: str, set_on: date) -> int:
        """Set targets and budgets: metric, month, age_months, value as in `PortfolioReader.targets`; a NaN value takes
        one away. Those of the same metric, month and age are replaced. Returns how many rows were written."""

    def put_ruling(self, book: BookName, ruling: Ruling) -> None:
        """Keep what a person said of a column: the next training honours it. Earlier words on the column are kept too."""

    def settle_history(self, book: BookName) -> bool:
        """Put what is known of earlier days in order where files were received earlier than others stored before them;
        today's answers do not change. False where nothing was out of order."""

    def unit(
        self, book: BookName, *, kind: str, known_on: date, who: str, note: str = ""
    ) -> AbstractContextManager[WriteUnit]:
        """A revision of the book, committed on leaving the block and rolled back on an exception."""

    def on(self, day: date) -> PortfolioWriter:
        """A writer for which it is that day: for a past that is told later, as the sample book's."""

    def record_refusal(self, book: BookName, batch: NewBatch, who: str) -> int:
        """Keep what was refused and why, outside the book's facts; returns the batch's number."""


class JobQueue(Protocol):
    """Durable work for the worker process."""

    def add(self, kind: str, payload: Mapping[str, Any], who: str) -> int:
        """Queue a job; returns its number."""

    def begin(self, kind: str, payload: Mapping[str, Any], who: str, owner: str, lease_seconds: float) -> Job:
        """A job that its caller runs itself and at once, leased to `owner` from its start. No worker takes it up: where
        its lease runs out, it failed."""

    def hold(self, job_id: int, name: str) -> Job | None:
        """Keep others from what has that name, as long as this running job keeps its lease. None where it holds it now;
        else the job that does."""

    def claim(self, owner: str, lease_seconds: float) -> Job | None:
        """The oldest waiting job, or one whose lease ran out, now leased to `owner`; None when there is none.
        A job that was claimed three times without an end fails."""

    def heartbeat(self, job_id: int, owner: str, progress: float, message: str, lease_seconds: float) -> bool:
        """Report progress and renew the lease. False: cancelled by a person, or no longer ours; stop."""

    def finish(self, job_id: int, owner: str, status: str, result: Mapping[str, Any], message: str) -> bool:
        """End a job; False (and nothing changed) when it is no longer this owner's."""

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop; a waiting one ends at once."""

    def job(self, job_id: int) -> Job | None:
        """One job."""

    def recent(self, limit: int = 20) -> list[Job]:
        """Newest first."""
