"""The tables, as SQLAlchemy Core sees them.

Rows are the truth and append-only: a fact is never edited, a newer batch supersedes it (`live` = 0) and an undo
brings it back. Money is whole hundredths of the book's currency, so that sums are exact. Dates are ISO text.
Cubes hold deltas by revision: any answer is a sum of deltas, and an undo adds the opposite deltas.
"""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from core.metrics.flows import FLOW_MEASURES
from core.metrics.promises import PROMISE_MEASURES

metadata = MetaData()

_NUMBER = Float(53).with_variant(REAL(), "sqlite")  # STRICT tables know REAL, not FLOAT


def _table(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


books = _table(
    "books",
    _id(),
    Column("name", Text, nullable=False, unique=True),  # "sample" or "own"
    Column("shown", Integer, nullable=False, server_default="0"),  # exactly one book is shown
    # 1: a file came out of order and history waits; 2: an older schema did not keep what is derived
    Column("unsettled", Integer, nullable=False, server_default="0"),
    Column("created_at", Text, nullable=False),
)

revisions = _table(  # every change of what is true, in order: a batch, its undo, a scoring
    "revisions",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("kind", Text, nullable=False),  # batch, undo, scoring, decision
    Column("batch_id", Integer),
    Column("known_on", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
)

batches = _table(
    "batches",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("kind", Text, nullable=False),  # portfolio, payments, actions
    Column("filename", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("mapping", Text, nullable=False),  # JSON
    Column("as_of", Text),  # the batch's own day; null where every row brings its date
    Column("as_of_assumed", Integer, nullable=False, server_default="0"),
    Column("scope", Text, nullable=False, server_default="full"),  # full, partial
    Column("received_on", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("status", Text, nullable=False),  # committed, refused, undone
    Column("rows", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("control_totals", Text, nullable=False),  # JSON
    Column("findings", Text, nullable=False),  # JSON list of sentences: what was noticed and how it was treated
    Column("first_day", Text),
    Column("last_day", Text),
    Column("undone_at", Text),
    Column("undone_on", Text),
    Column("undone_by", Integer),  # the revision that took it back
    Index(
        "batches_live_hash",
        "book_id",
        "sha256",
        unique=True,
        sqlite_where=text("status = 'committed'"),
        postgresql_where=text("status = 'committed'"),
    ),
)

rejects = _table(
    "rejects",
    _id(),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

borrowers = _table(
    "borrowers",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("borrower_ref", Text, nullable=False),
    UniqueConstraint("book_id", "borrower_ref"),
)

loans = _table(
    "loans",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("loan_ref", Text, nullable=False),
    Column("borrower_id", ForeignKey("borrowers.id"), nullable=False),
    UniqueConstraint("book_id", "loan_ref"),
)

snapshots = _table(
    "snapshots",
    _id(),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("borrower_id", ForeignKey("borrowers.id"), nullable=False),
    Column("as_of", Text, nullable=False),
    Column("carried_from", Text),  # the day this row was copied from, where a partial batch left the loan out
    Column("carried_id", Integer),  # the row it was copied from
    Column("live", Integer, nullable=False),  # 1: the row that speaks for its loan and day
    Column("since_on", Text),
    Column("until_on", Text),
    Column("book_id", Integer, nullable=False),
    Column("balance", Integer, nullable=False),
    Column("dpd", Integer, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("hold", Text),
    Column("product", Text),
    Column("region", Text),
    Column("branch", Text),
    Column("agency", Text),
    Column("collector", Text),
    Column("currency", Text),
    Column("age", Integer),
    Column("gender", Text),
    Column("employment_type", Text),
    Column("monthly_income", Integer),
    Column("dependents", Integer),
    Column("loan_amount", Integer),
    Column("tenure_months", _NUMBER),
    Column("interest_rate", _NUMBER),
    Column("collateral_value", Integer),
    Column("emi", Integer),
    Column("other_emi", Integer),
    Column("payment_history", Text),
    Column("missed_payments", Integer),
    Column("promise_kept_ratio", _NUMBER),
    Column("contact_rate", _NUMBER),
    Column("placed_on", Text),
    Column("trial", Text),
    Column("arm", Text),
    Column("assigned_on", Text),
    Column("assignment_probability", _NUMBER),
    Column("strategy", Text),  # the strategy the loan was under on that day, resolved through the aliases
    Column("strategy_stated", Text),  # by the file's Strategy, else its Collection_Method; null where it was silent
    Column("collection_method", Text),
    Column("strategy_cost", Integer),
    Column("recovered_amount", Integer),
    Column("recovery_status", Text),
    Column("collection_attempts", Integer),
    Column("legal_action_taken", Text),
    Column("months_observed", _NUMBER),
    Column("extra", Text),  # JSON of unknown columns, kept as they came
    Index("snapshots_live", "book_id", "as_of", "live"),
    Index("snapshots_of_loan", "loan_id", "as_of"),
    Index("snapshots_of_borrower", "borrower_id", "as_of"),
    Index(
        "snapshots_held",
        "borrower_id",
        "as_of",
        sqlite_where=text("hold IS NOT NULL"),
        postgresql_where=text("hold IS NOT NULL"),
    ),
)

payments = _table(
    "payments",
    _id(),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("book_id", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("paid_on", Text, nullable=False),
    Column("effective_on", Text, nullable=False),  # a reversal counts back to the payment it takes back
    Column("amount", Integer, nullable=False),  # signed: cash above 0, reversals below
    Column("payment_kind", Text, nullable=False),  # cash, reversal, waiver
    Column("payment_ref", Text),
    Column("reverses_ref", Text),
    Column("channel", Text),
    Index("payments_of_loan", "loan_id", "paid_on"),
    Index("payments_by_ref", "book_id", "payment_ref"),
    Index(
        "payments_reversing",
        "book_id",
        "reverses_ref",
        sqlite_where=text("reverses_ref IS NOT NULL"),
        postgresql_where=text("reverses_ref IS NOT NULL"),
    ),
    Index("payments_by_day", "book_id", "paid_on"),
)

actions = _table(
    "actions",
    _id(),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("book_id", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("acted_on", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("channel", Text),
    Column("cost", Integer),
    Column("result", Text),
    Column("strategy", Text),  # as stated, else the strategy the loan was under that day
    Index("actions_of_loan", "loan_id", "acted_on"),
    Index("actions_by_day", "book_id", "acted_on"),
)

spells = _table(  # earlier times a fact spoke, where it fell silent and speaks (or spoke) again
    "spells",
    _id(),
    Column("book_id", Integer, nullable=False),
    Column("fact", Text, nullable=False),  # the table's name
    Column("fact_id", Integer, nullable=False),
    Column("since_on", Text, nullable=False),
    Column("until_on", Text, nullable=False),
    Index("spells_of_fact", "fact", "fact_id"),
)

promises = _table(
    "promises",
    _id(),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("action_id", ForeignKey("actions.id"), nullable=False),
    Column("book_id", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("promised_on", Text, nullable=False),
    Column("due_on", Text),
    Column("amount", Integer),
    Index("promises_of_action", "action_id"),
)

promise_outcomes = _table(  # what became of a promise, derived from the payments that speak; versions as placements
    "promise_outcomes",
    _id(),
    Column("book_id", Integer, nullable=False),
    Column("promise_id", ForeignKey("promises.id"), nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("resolved_on", Text),  # due day plus grace; null where the promise cannot be judged
    Column("told_on", Text),  # the same day; in a later row that of the reversal which changed the outcome
    Column("fate", Text, nullable=False),  # kept, broken, cancelled, unstated
    Column("kept", Integer, nullable=False),  # 1 or 0; in a later row the change: -1, 0, 1
    Column("kept_amount", Integer, nullable=False),  # in a later row the change
    Index("promise_outcomes_of_promise", "promise_id", "live"),
    Index("promise_outcomes_of_loan", "loan_id"),
    Index("promise_outcomes_by_day", "book_id", "told_on"),
)

assignments = _table(  # the strategy a loan was under, from when, and who decided
    "assignments",
    _id(),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("batch_id", Integer, index=True),
    Column("book_id", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("assigned_on", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("decided_by", Text, nullable=False),  # file, trial, person, policy
    Column("who", Text),
    Column("trial", Text),
    Column("arm", Text),
    Column("probability", _NUMBER),
    Index("assignments_of_loan", "loan_id", "assigned_on"),
)

placements = _table(  # recovery episodes, derived from snapshots: recomputed for the loans a change touches
    "placements",
    _id(),
    Column("book_id", Integer, nullable=False),
    Column("loan_id", ForeignKey("loans.id"), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("placed_on", Text, nullable=False),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),  # attributes and balance at placement
    Column("balance", Integer, nullable=False),
    Column("strategy", Text),  # the first strategy given in the episode
    Column("live", Integer, nullable=False, server_default="1"),
    Column("since_on", Text),
    Column("until_on", Text),
    Index("placements_of_loan", "loan_id", "episode"),
    Index("placements_of_book", "book_id", "placed_on"),
    Index("placements_by_snapshot", "snapshot_id"),
)

segmentations = _table(  # one fit of the clustering: scaler, centroids and names, frozen
    "segmentations",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("batch_id", Integer),  # the batch it was fitted on
    Column("live", Integer, nullable=False),
    Column("fitted_at", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON, see core.segments
    Column("who", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),  # a person's, for a refit on request
    Column("comparison", Text),  # JSON, see core.segments.comparison
)

segments = _table(
    "segments",
    _id(),
    Column("segmentation_id", ForeignKey("segmentations.id"), nullable=False),
    Column("number", Integer, nullable=False),  # the identity that survives refits, 1..k
    Column("name", Text, nullable=False),
    UniqueConstraint("segmentation_id", "number"),
)

models = _table(
    "models",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("kind", Text, nullable=False),  # logistic, random_forest, gradient_boosting
    Column("status", Text, nullable=False),  # champion, challenger, refused, retired
    Column("trained_at", Text, nullable=False),
    Column("trained_on_batches", Text, nullable=False),  # JSON list of batch ids
    Column("sha256", Text, nullable=False),
    Column("card", Text, nullable=False),  # JSON: target, n, events, metrics with intervals, quarantined columns
    Column("artifact", Text, nullable=False),  # text that holds no code; empty where refused
)

model_events = _table(  # what happened to a model, by whom and why; appended, never changed
    "model_events",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("what", Text, nullable=False),  # trained, promoted, retired, withdrawn, returned
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON: what the decision rested on
    Index("model_events_of_book", "book_id"),
)

model_shadows = _table(  # how far a model that does not order the work agreed with the one that does, on a day
    "model_shadows",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("against", Integer),  # the model in use; null: the rule score
    Column("as_of", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON, see core.scores.registry.shadow
    Index("model_shadows_of_book", "book_id", "as_of"),
)

strategy_runs = _table(  # what was measured about strategies, from which files
    "strategy_runs",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("known_on", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("batches", Text, nullable=False),  # JSON list of batch ids
    Column("limits", Text, nullable=False),  # JSON, as `--limits`
    Column("content", Text, nullable=False),  # JSON, see core.records.StrategyRun
    Column("evidence", LargeBinary, nullable=False),  # arrays of numbers and texts in numpy's npz
    Index("strategy_runs_of_book", "book_id", "id"),
)

policies = _table(
    "policies",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("run_id", ForeignKey("strategy_runs.id")),  # what it was learned in
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),  # champion, challenger, refused, retired
    Column("trained_at", Text, nullable=False),
    Column("batches", Text, nullable=False),  # JSON list of batch ids
    Column("sha256", Text, nullable=False),
    Column("card", Text, nullable=False),  # JSON
    Column("artifact", Text, nullable=False),  # text that holds no code; empty where refused
    Index("policies_of_book", "book_id", "status"),
)

strategy_events = _table(  # the log of decisions about strategies; nothing in it is ever changed
    "strategy_events",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),  # what it is about: "policy 3", "suggestion 2 of run 5"
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON: what the decision rested on
    Index("strategy_events_of_book", "book_id", "id"),
)

trials = _table(  # trials registered before they began, and how each ended
    "trials",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),  # JSON, see core.strategies.trials.design
    Column("status", Text, nullable=False),  # running, decided, stopped
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON; {} while it runs
    Column("because", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    Index("trials_of_book", "book_id", "name", unique=True),
)

scores = _table(  # what was said of a loan on a day: segment, risk, expected recovery, proposed strategy
    "scores",
    _id(),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("live", Integer, nullable=False),
    Column("since_on", Text),
    Column("until_on", Text),
    Column("model_id", Integer),  # null: the rule score
    Column("source", Text, nullable=False),  # rule, model
    Column("segment", Text),
    Column("segment_margin", _NUMBER),
    Column("segment_nearest", Text),  # where it would be without hysteresis; null in scores older than this column
    Column("segment_unlike", Integer),  # 1: further from every segment than 99 % of the loans of the fit
    Column("risk_score", _NUMBER),
    Column("band", Text),
    Column("expected_rate", _NUMBER),
    Column("expected_recovery", Integer),
    Column("expected_net", Integer),
    Column("expected_source", Text),  # model, pooled; null where nothing is expected
    Column("expected_low", Integer),
    Column("expected_high", Integer),
    Column("expected_variance", _NUMBER),  # currency squared
    Column("proposed", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("needs_confirmation", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list of sentences
    Column("contributions", Text),  # JSON: base, margin, parts by family; null in scores older than this column
    Index("scores_of_snapshot", "snapshot_id", "live"),
)

monitoring = _table(  # what was found about a score: appended by each revision, see core.workflows.monitor
    "monitoring",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("model_id", Integer),  # null: the rule score
    Column("as_of", Text, nullable=False),
    Column("what", Text, nullable=False),  # score, input, maturity, calibration, recent, slope, ranking
    Column("feature", Text, nullable=False),
    Column("value", _NUMBER),
    Column("n", Integer, nullable=False),
    Column("m", Integer, nullable=False),
    Column("bound", _NUMBER),
    Column("alarm", Integer, nullable=False),  # 0 none, 1 amber, 2 red
    Column("details", Text, nullable=False),  # JSON
    Index("monitoring_of_book", "book_id", "model_id", "as_of"),
)

_STOCK_DIMENSIONS = ("product", "region", "segment", "strategy", "proposed", "bucket", "band")
_SITE_DIMENSIONS = ("product", "region", "branch", "agency", "bucket")
_PLACED_DIMENSIONS = ("product", "region", "segment", "strategy", "bucket", "band")
_ACTIVITY_DIMENSIONS = ("product", "region", "segment", "strategy")
_FLOW_DIMENSIONS = ("product", "region", "segment", "strategy", "band")


def _cube(name: str, days: tuple[str, ...], dimensions: tuple[str, ...], measures: tuple[str, ...]) -> Table:
    return _table(
        name,
        _id(),
        Column("book_id", Integer, nullable=False),
        Column("revision_id", ForeignKey("revisions.id"), nullable=False, index=True),
        *(Column(day, Text, nullable=False) for day in days),
        *(Column(dimension, Text, nullable=False) for dimension in dimensions),
        *(Column(measure, Integer, nullable=False) for measure in measures),
        Index(f"{name}_by_day", "book_id", *days),
    )


STOCK_MEASURES = (
    "loans",
    "balance",
    "arrears_loans",
    "arrears_balance",
    "workable_loans",
    "workable_balance",
    "expected_loans",
    "expected_recovery",
)
cube_stock = _cube("cube_stock", ("as_of",), _STOCK_DIMENSIONS, STOCK_MEASURES)
cube_site = _cube("cube_site", ("as_of",), _SITE_DIMENSIONS, STOCK_MEASURES)
cube_placed = _cube("cube_placed", ("cohort",), _PLACED_DIMENSIONS, ("loans", "balance"))
cube_cash = _cube("cube_cash", ("cohort", "month", "told"), _PLACED_DIMENSIONS, ("payments", "cash", "cash_effective"))
cube_outside = _cube("cube_outside", ("month",), _PLACED_DIMENSIONS, ("payments", "cash", "waivers", "waived"))
cube_costs = _cube("cube_costs", ("cohort", "month"), _PLACED_DIMENSIONS, ("costed", "cost"))
cube_activity = _cube(
    "cube_activity",
    ("cohort", "month"),
    _ACTIVITY_DIMENSIONS,
    ("actions", "contacts", "promises", "promised", "cost", "costed"),
)

cube_margins = _cube(
    "cube_margins", ("as_of",), ("segment", "product", "region"), ("placed", "borderline", "unlike", "held_back")
)
cube_moves = _cube(
    "cube_moves", ("month",), ("origin", "became", "product", "region"), ("loans", "balance", "held_back")
)
cube_flows = _cube("cube_flows", ("month",), ("origin", "state", *_FLOW_DIMENSIONS), FLOW_MEASURES)
cube_promises = _cube("cube_promises", ("month", "told"), _ACTIVITY_DIMENSIONS, PROMISE_MEASURES)
cube_borrowers = _cube("cube_borrowers", ("as_of",), ("dimension", "value"), ("borrowers", "arrears_borrowers"))

targets = _table(  # what was set for a month, an age of a cohort, or always; the newest row of a key holds
    "targets",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("metric", Text, nullable=False),
    Column("month", Text, nullable=False, server_default=""),  # month-end ISO; "" always
    Column("age_months", Integer, nullable=False, server_default="-1"),  # -1 where it is about no age
    Column("value", _NUMBER),  # null: taken away
    Column("set_on", Text, nullable=False),
    Column("who", Text, nullable=False),
    Index("targets_of_metric", "book_id", "metric", "month", "age_months"),
)

rulings = _table(  # what people said of columns that the gate judges; the newest row of a column holds
    "rulings",
    _id(),
    Column("book_id", ForeignKey("books.id"), nullable=False),
    Column("column_name", Text, nullable=False),
    Column("allowed", Integer, nullable=False),  # 1 let in, 0 kept out
    Column("because", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("said_on", Text, nullable=False),
    Index("rulings_of_column", "book_id", "column_name"),
)

jobs = _table(
    "jobs",
    _id(),
    Column("kind", Text, nullable=False),  # check, ingest, undo, redate, train, sample
    Column("payload", Text, nullable=False),  # JSON
    Column("status", Text, nullable=False),  # waiting, running, done, failed, cancelled
    Column("progress", _NUMBER, nullable=False, server_default="0"),
    Column("message", Text, nullable=False, server_default=""),
    Column("result", Text),  # JSON
    Column("who", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("lease_until", _NUMBER),
    Column("holds", Text),  # what no other job may do meanwhile, as long as the lease lasts
    Column("cancel", Integer, nullable=False, server_default="0"),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Index("jobs_by_status", "status", "id"),
)
