"""From the store's rows to what effects, policies and their evaluation are learned from; and what was left out, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.records import Batch, Ruling, Segmentation
from core.scores.checks.admission import Admission
from core.scores.rows.features import EXTRA, SOURCES, STRATEGY, Source, fit_inputs, matrix_of
from core.scores.rows.learned_rows import rows_sha256
from core.scores.rows.target import RECOVERED_FROM, Target
from core.segments.features import Numbers, number
from core.strategies.catalogue import STRATEGY_NAMES, Limits, resolve_strategy
from core.strategies.observed import Fact, Observed
from core.workflows.train import admission_of
from core.workflows.treated_groups import groups_of
from core.workflows.treated_outcomes import Came, net_values, outcomes_of

DAYS_OF_A_MONTH = 30.4375
NOBODY_SAID = "nobody has said when it is known: a map can (known_at)"


def _months(frame: pd.DataFrame) -> Numbers:
    days = pd.to_datetime(frame["as_of"]).to_numpy("datetime64[D]").astype(np.int64)
    return np.asarray(days / DAYS_OF_A_MONTH)


MEASURED_BY: tuple[Source, ...] = (
    *SOURCES,
    Source("days past due", "arrears", ("dpd",), lambda frame: number(frame, "dpd")),
    Source("missed payments", "arrears", ("missed_payments",), lambda frame: number(frame, "missed_payments")),
    Source("age", "who they are", ("age",), lambda frame: number(frame, "age")),
    Source("dependents", "who they are", ("dependents",), lambda frame: number(frame, "dependents")),
    Source("gender", "who they are", ("gender",)),
    Source("region", "where they are", ("region",)),
    Source("branch", "where they are", ("branch",)),
    Source("when it began", "time", ("as_of",), _months),
)
"""What officers may have gone by, the protected facts and the place among them: left out of a measurement they would bias
it, and a measurement decides nothing. A policy reads SOURCES only. Arrears are told on two scales: officers count days, and
logarithms alone fit their choices worse. A branch is read only where no region is told, in which it lies: its many levels would
cost more certainty than they take away bias."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a book.

    Attributes:
        observed: for measuring; for_policy: the same loans with only the facts that may decide.
        inputs: of `for_policy.facts`, as `core.scores.rows.features.matrix_of` reads them.
        came: the loans' outcomes, and who was left out; cost: (n,) of each loan, NaN where nobody told it.
        net_refused: why there is no net value; "" where there is one.
        facts: names of what is adjusted for.
        refused: columns that may not be adjusted for, and why: column and why.
        sha256: of the rows, outcomes and strategies.
    """

    observed: Observed
    for_policy: Observed
    inputs: tuple[Mapping[str, Any], ...]
    came: Came
    cost: Numbers
    net_refused: str
    facts: tuple[str, ...]
    refused: tuple[Mapping[str, str], ...]
    sha256: str

    @property
    def changed_later(self) -> int:
        """Loans that came under another strategy within the window; they count for their first."""
        return int(self.came.rows["changed_later"].sum())


def taken(
    treated: pd.DataFrame, *, loans: int, batches: Sequence[Batch], rulings: Iterable[Ruling], limits: Limits,
    segmentation: Segmentation | None, reference: str | None = None,
) -> Taken:  # fmt: skip
    """Rows of the store as observations.

    Args:
        treated: `PortfolioReader.treated_rows()`; loans: in the book.
        batches: the committed ones of the book: their maps say when unknown columns are known.
        rulings: what people said of columns.
        limits: the lender's costs and fees.
        segmentation: the clustering in use.
        reference: the strategy others are compared with; None for Standard, or the commonest where no loan had that.

    Raises:
        TooLittleData: no loan was worked under a strategy, or none has an outcome.
        Refused: no loan with an outcome was under `reference`.
    """
    came = outcomes_of(treated, loans)
    rows = came.rows
    names = strategies_of(rows["strategy"], reference)
    strategy = np.asarray([names.index(name) for name in rows["strategy"]], dtype=np.int64)
    net, cost, net_refused = net_values(came, rows["strategy"], limits)
    admission, target = _admission(came, batches, rulings)
    measured, _ = _facts(rows, admission, _measured_by(rows))
    decided, inputs = _facts(rows, admission, SOURCES)
    observed = Observed(
        facts=measured[0], columns=measured[1], strategy=strategy, strategies=names, balance=number(rows, "balance"),
        rate=came.rate, net=net, cluster=target.groups.astype(np.int64), probability=_probability(rows),
        groups=groups_of(rows, segmentation),
    )  # fmt: skip
    return Taken(
        observed, replace(observed, facts=decided[0], columns=decided[1]), inputs, came, cost, net_refused,
        tuple(dict.fromkeys(each.of for each in measured[1])), _refused(admission), _sha256(target, rows),
    )  # fmt: skip


def strategies_of(given: pd.Series, reference: str | None) -> tuple[str, ...]:
    """The strategies that loans had, the reference first, then as the catalogue lists them, then by number of loans.

    Raises:
        Refused: no loan had the reference that was asked for.
    """
    counts = given.value_counts()
    held = [str(name) for name in counts.index]
    first = STRATEGY_NAMES[0] if STRATEGY_NAMES[0] in held else held[0]
    if reference is not None:
        first = resolve_strategy(reference) or reference
        if first not in held:
            raise Refused(
                f"No loan with an outcome was under '{reference}'", remedy=f"Compare with one of {', '.join(held)}."
            )
    ordered = [name for name in STRATEGY_NAMES if name in held] + [name for name in held if name not in STRATEGY_NAMES]
    return (first, *(name for name in ordered if name != first))


def _admission(came: Came, batches: Sequence[Batch], rulings: Iterable[Ruling]) -> tuple[Admission, Target]:
    """Which columns may enter, by the same gate as a score: what was written after the outcome is no fact of its beginning."""
    rows = came.rows
    borrower = ("borrower " + rows["borrower_ref"].astype(str)).where(
        rows["borrower_ref"].notna(), "loan " + rows["loan_ref"].astype(str)
    )
    lost = came.rate < (RECOVERED_FROM if came.outcome == "recovery_rate" else 0.5)
    target = Target(
        name=came.words, column=came.column, rows=rows, outcome=lost.astype(float),
        groups=pd.factorize(borrower)[0].astype(float), open_rows=came.others,
    )  # fmt: skip
    return admission_of(target, batches, rulings, questions=False), target


def _facts(
    rows: pd.DataFrame, admission: Admission, sources: tuple[Source, ...]
) -> tuple[tuple[Numbers, tuple[Fact, ...]], tuple[Mapping[str, Any], ...]]:
    """The matrix of the facts with its columns, and the inputs it is made of."""
    frame = rows.drop(columns=[STRATEGY])
    inputs = fit_inputs(frame, admission.extras, admission.barred_fields, sources)
    columns: list[Fact] = []
    for each in inputs:
        name = str(each["name"]).removeprefix(EXTRA)
        if each["kind"] == "number":
            columns.append(Fact(name, name, True))
            columns += [Fact(f"{name} not stated", name, False)] if each["has_missing"] else []
        else:
            columns += [Fact(f"{name}: {level}", name, False) for level in each["levels"]]
    return (matrix_of(inputs, frame, sources=sources).values, tuple(columns)), tuple(inputs)


def _measured_by(rows: pd.DataFrame) -> tuple[Source, ...]:
    has_region = "region" in rows and rows["region"].nunique() > 1
    return tuple(each for each in MEASURED_BY if not (has_region and each.name == "branch"))


def _refused(admission: Admission) -> tuple[Mapping[str, str], ...]:
    told = [{"column": each.column, "why": each.why} for each in admission.quarantined]
    return (*told, *({"column": name, "why": NOBODY_SAID} for name in admission.unstated))


def _probability(rows: pd.DataFrame) -> Numbers:
    """With which chance a loan was given its strategy, where a trial's arms are strategies; NaN elsewhere.

    A trial within one strategy (two wordings of a reminder) says nothing about strategies. Where several arms are one strategy,
    their chances add up.
    """
    chance = number(rows, "assignment_probability")
    told = pd.DataFrame({"trial": rows["trial"], "arm": rows["arm"], "strategy": rows["strategy"], "chance": chance})
    drawn = told.dropna()
    several = drawn.groupby("trial")["strategy"].nunique() > 1
    drawn = drawn[drawn["trial"].map(several).astype(bool)]
    others = drawn.drop_duplicates(["trial", "arm"]).groupby(["trial", "strategy"])["chance"].sum().rename("of_others")
    alone = drawn.groupby(["trial", "strategy"])["arm"].nunique().rename("arms")
    whole = drawn.join(others, on=["trial", "strategy"]).join(alone, on=["trial", "strategy"])
    result = np.full(len(rows), np.nan)
    result[whole.index] = np.where(whole["arms"] > 1, whole["of_others"], whole["chance"])
    return result


def _sha256(target: Target, rows: pd.DataFrame) -> str:
    given = rows[["loan_ref", "as_of", "strategy"]].sort_values(["as_of", "loan_ref"], kind="stable")
    told = rows_sha256(target) + given.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(told.encode()).hexdigest()
