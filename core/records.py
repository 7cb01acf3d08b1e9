"""What passes between the rooms: small frozen values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from core.columns import Kind
from core.errors import Reject

BookName = Literal["sample", "own"]


@dataclass(frozen=True, slots=True)
class Book:
    """The book on show and what it holds, so that a page can say what it cannot show and why.

    `days` are its snapshot days, oldest first. `revision` changes whenever anything in it does.
    """

    name: BookName
    revision: int
    days: tuple[date, ...]
    currency: str  # ISO code, "" where the files never said
    loans: int
    has_payments: bool
    has_actions: bool
    has_costs: bool
    sample_hidden: bool  # a sample book is stored and could be restored
    own_stored: bool  # the lender's own book holds at least one batch
    last_received_on: date | None
    as_of_assumed: bool  # the newest day was assumed, not stated
    payments_until: date | None  # the day the newest live payments file was received: none later can have been told
    actions_until: date | None  # likewise of actions

    @property
    def is_empty(self) -> bool:
        return not self.days

    @property
    def is_sample(self) -> bool:
        return self.name == "sample"


@dataclass(frozen=True, slots=True)
class Rows:
    """One block of accepted rows: a frame in the store's fields and units (see core.intake.validate)."""

    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A checked file, ready to be stored."""

    kind: Kind
    filename: str
    sha256: str
    mapping: Mapping[str, Any]
    as_of: date | None
    as_of_assumed: bool
    scope: Literal["full", "partial"]
    received_on: date
    rows: int
    rejects: Sequence[Reject]
    control_totals: Mapping[str, Any]
    findings: Sequence[str]
    frame: pd.DataFrame  # accepted rows


@dataclass(frozen=True, slots=True)
class Batch:
    """A stored batch, as lists and reports show it."""

    id: int
    book: BookName
    kind: Kind
    filename: str
    sha256: str
    as_of: date | None
    as_of_assumed: bool
    scope: str
    received_on: date
    received_at: str
    who: str
    status: Literal["committed", "refused", "undone"]
    rows: int
    accepted: int
    rejected: int
    control_totals: Mapping[str, Any]
    findings: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    undone_on: date | None
    mapping: Mapping[str, Any] = field(default_factory=dict)  # the JSON of `--map`, {} where none was needed


@dataclass(frozen=True, slots=True)
class LoanPage:
    """One page of a loan list. `next_key` goes back in as `after` for the next page; None at the end."""

    frame: pd.DataFrame
    next_key: str | None
    total: int


@dataclass(frozen=True, slots=True)
class FactPage:
    """One page of the rows behind a number, and what all of them come to.

    `n` and `total` are over every row, not over this page: `total` is the sum of the measure asked for. `next_key`
    goes back in as `after`; None at the end.
    """

    frame: pd.DataFrame
    next_key: str | None
    n: int
    total: float


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model or a refused attempt at one: its card, and its artifact as text ("" where refused)."""

    id: int
    kind: str
    status: Literal["champion", "challenger", "refused", "retired"]
    trained_at: str
    sha256: str
    card: Mapping[str, Any]
    artifact: str


@dataclass(frozen=True, slots=True)
class ModelEvent:
    """One line of the log of decisions about models. `what`: see core.scores.registry.succession; `figures`: what it rested on."""

    id: int
    model: int
    what: str
    who: str
    at: str
    because: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shadow:
    """How far a model that does not order the work agreed with `against` (None: the rule score) on a day."""

    model: int
    against: int | None
    as_of: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person said of a column that the gate judges: let it in although it is quarantined, or keep it out."""

    column: str
    allowed: bool
    because: str
    who: str
    said_on: str  # ISO day


@dataclass(frozen=True, slots=True)
class StrategyRun:
    """What strategies caused and what follows from it, as one run measured it. What `content` holds: core.workflows.effects.

    The loans behind it (`PortfolioReader.strategy_evidence`) are read only where somebody simulates a rule.
    """

    id: int
    known_on: str  # ISO day of the knowledge it was made with
    at: str  # the moment, ISO in UTC
    who: str
    batches: Sequence[int]
    limits: Mapping[str, Any]  # the JSON of `--limits` it was made with, {} for the catalogue's planning figures
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """A learned policy, or a refused attempt at one. `kind` is "value" or "thresholds"; `run` is the strategy run it came from."""

    id: int
    status: Literal["champion", "challenger", "refused", "retired"]
    kind: str
    artifact: str
    sha256: str
    card: Mapping[str, Any]
    run: int | None
    trained_at: str


@dataclass(frozen=True, slots=True)
class StrategyEvent:
    """One line of the log of decisions about strategies: suggestions, policies, trials. `subject` names which one."""

    id: int
    what: str
    subject: str
    who: str
    at: str
    because: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """A registered trial. What `plan` holds: core.strategies.trials.design; `verdict` is {} until a person closed it."""

    name: str
    plan: Mapping[str, Any]
    status: Literal["running", "decided", "stopped"]
    who: str
    at: str
    verdict: Mapping[str, Any]
    because: str
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A frozen clustering: what `core.segments` needs to place a loan, and the names of its segments in order.

    `reason` is a person's, where one asked for the fit; `comparison` see core.segments.comparison, None where none was made.
    """

    id: int
    batch_id: int | None
    content: Mapping[str, Any]
    names: tuple[str, ...] = field(default=())
    fitted_at: str = ""  # the moment, ISO in UTC
    who: str = ""
    reason: str = ""
    comparison: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for the worker, as stored."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: float
    message: str
    result: Mapping[str, Any] | None
    who: str
    attempts: int
    cancel: bool
    created_at: str
    started_at: str | None
    finished_at: str | None

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed", "cancelled")
