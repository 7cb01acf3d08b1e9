"""Doubles of the ports, in plain Python and pandas; they pass the contract suite that the real adapters pass."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.columns import PERSON_HOLDS, PORTFOLIO
from core.errors import SelectionRefused, UnknownBatch
from core.lasso import inside
from core.loan_fields import LOAN_FIELDS
from core.metrics.contacts import is_contact
from core.metrics.delinquency import BUCKETS, bucket_of
from core.metrics.facts import FACT_FIELDS
from core.metrics.flows import FLOW_MEASURES
from core.metrics.outcome import cash_within, months_between
from core.metrics.placement import placements
from core.metrics.portfolio import month_end
from core.metrics.promises import PROMISE_MEASURES
from core.metrics.ripeness import outcomes_until, ripe_day
from core.records import (
    Batch,
    Book,
    BookName,
    FactPage,
    Job,
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
from core.selection import DIMENSIONS, NOT_STATED, Selection
from core.strategies.catalogue import STRATEGY_NAMES
from core.wording import dated
from tests.fake_effects import fake_treated
from tests.fake_facts import cost_rows, fact_rows, promise_rows
from tests.fake_segments import MARGINS, MOVES, plain_margins, plain_moves
from tests.fake_strategies import FakeStrategies
from tests.fake_trials import FakeTrials, fake_outcomes_until, fake_trial_rows
from tests.plain_flows import plain_flows

STOCK = ["loans", "balance", "arrears_loans", "arrears_balance", "workable_loans", "workable_balance"]
STOCK += ["expected_loans", "expected_recovery"]
SCORE_FIELDS = (
    "source", "segment", "segment_margin", "segment_nearest", "segment_unlike", "risk_score", "band", "expected_rate", "expected_recovery", "expected_net",
    "expected_source", "expected_low", "expected_high", "expected_variance",
    "proposed", "policy", "needs_confirmation", "reasons", "contributions",
)  # fmt: skip
NUMBERS = {column.field for column in PORTFOLIO if column.dtype in ("money", "integer", "number", "share")}
NUMBERS |= {"segment_margin", "risk_score", "expected_rate", "expected_recovery", "expected_net"}
NUMBERS |= {"expected_low", "expected_high", "expected_variance"}
MONITORING_FIELDS = {
    "as_of": "str", "what": "str", "feature": "str", "value": float, "n": "int64", "m": "int64", "bound": float,
    "alarm": "int64", "details": "str", "model_id": float, "batch_id": float, "known_on": "str",
}  # fmt: skip
PAYMENT_FIELDS = ("loan_ref", "paid_on", "amount", "payment_kind", "payment_ref", "reverses_ref", "channel", "batch_id")
ACTION_FIELDS = (
    "loan_ref",
    "acted_on",
    "action",
    "channel",
    "cost",
    "result",
    "strategy",
    "promise_amount",
    "promise_due",
    "batch_id",
)


def _whole(frame: pd.DataFrame | None, fields: Sequence[str]) -> pd.DataFrame:
    """The frame with every field, None (or NaN for a number) where it said nothing."""
    given = pd.DataFrame() if frame is None else frame
    told = {
        name: given[name] if name in given else pd.Series([None] * len(given), index=given.index) for name in fields
    }
    whole = pd.DataFrame(
        {name: pd.Series(values.to_numpy(dtype=object), dtype=object) for name, values in told.items()}
    )
    whole = whole.where(whole.notna(), None) if len(whole) else whole
    return whole.astype(
        {name: float for name in fields if name in NUMBERS or name in ("amount", "cost", "promise_amount")}
    )


def _month(day: str) -> str:
    return month_end(date.fromisoformat(day)).isoformat()


class FakeTargets:
    """What was set as target, by metric, month and age; "" and -1 where a key has no month or age."""

    def __init__(self) -> None:
        self.told: list[tuple[tuple[str, str, int], tuple[float, str, str]]] = []

    def put(self, given: pd.DataFrame, who: str, set_on: date) -> int:
        for row in given.itertuples():
            month = row.month if isinstance(row.month, str) else ""
            key = (row.metric, month, -1 if pd.isna(row.age_months) else int(row.age_months))
            self.told.append((key, (float(row.value), set_on.isoformat(), who)))
        return len(given)

    def frame(self, known_on: date | None = None) -> pd.DataFrame:
        held = dict(each for each in self.told if known_on is None or each[1][1] <= known_on.isoformat())
        rows = [
            (metric, month or None, np.nan if age < 0 else float(age), *told)
            for (metric, month, age), told in sorted(held.items())
            if not pd.isna(told[0])
        ]
        frame = pd.DataFrame(rows, columns=["metric", "month", "age_months", "value", "set_on", "who"])
        texts = dict.fromkeys(("metric", "month", "set_on", "who"), "str")
        return frame.astype({**texts, "age_months": float, "value": float})


class FakeTargetWriter:
    """The part of a PortfolioWriter that sets targets and keeps rulings, on the books of these fake readers."""

    def __init__(self, **books: FakePortfolioReader) -> None:
        self.books = books

    def put_targets(self, book: BookName, targets: pd.DataFrame, who: str, set_on: date) -> int:
        return self.books[book].set_targets.put(targets, who, set_on)

    def settle_history(self, book: BookName) -> bool:
        """These books knew everything from the first day on."""
        return False

    def put_ruling(self, book: BookName, ruling: Ruling) -> None:
        self.books[book].said.append(ruling)


class FakeMonitoring:
    """What was found about scores, by model, day, kind and feature; it falls with its batch."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.undone: dict[int, date] = {}

    def put(
        self, rows: Iterable[Mapping[str, Any]], model_id: int | None, batch_id: int | None, known_on: date
    ) -> None:
        whose = {"model_id": model_id, "batch_id": batch_id, "known_on": known_on.isoformat()}
        self.told += [{**row, "details": json.dumps(row["details"]), **whose} for row in rows]

    def frame(self, known_on: date | None) -> pd.DataFrame:
        day = (known_on or date.max).isoformat()
        gone = {batch for batch, undone_on in self.undone.items() if undone_on.isoformat() <= day}
        stand = [row for row in self.told if row["known_on"] <= day and row["batch_id"] not in gone]
        newest = {(row["model_id"], row["as_of"], row["what"], row["feature"]): at for at, row in enumerate(stand)}
        rows = sorted((stand[at] for at in sorted(newest.values())), key=lambda row: row["as_of"])
        frame = pd.DataFrame(
            [[row[name] for name in MONITORING_FIELDS] for row in rows], columns=list(MONITORING_FIELDS)
        )
        return frame.astype(MONITORING_FIELDS)


class FakePortfolioReader:
    """A book held in frames.

    Args:
        snapshots: loan_ref, as_of (ISO), balance, dpd, and any other portfolio field or score field.
        payments, actions: in the fields of core.columns; amounts positive, the kind says the direction.
        payments_until, actions_until: the day the newest file of each was received; where none is given, that of the
            newest such batch, else a day after everything else.
        batches, rejects, champion, models, segmentation: answered as they are.
    """

    def __init__(
        self, snapshots: pd.DataFrame, payments: pd.DataFrame | None = None, actions: pd.DataFrame | None = None, *,
        name: BookName = "own", batches: Sequence[Batch] = (), rejects: Mapping[int, pd.DataFrame] | None = None,
        champion: Model | None = None, models: Sequence[Model] = (), segmentation: Segmentation | None = None,
        payments_until: date | None = None, actions_until: date | None = None, events: Sequence[ModelEvent] = (),
    ) -> None:  # fmt: skip
        self._name: BookName = name
        self._batches, self._rejects = list(batches), dict(rejects or {})
        self.held = list(models) or ([champion] if champion else [])
        self.told, self._segmentation = list(events), segmentation
        self.shadowing: list[Shadow] = []
        self.set_targets = FakeTargets()
        self.said: list[Ruling] = []
        self.found = FakeMonitoring()
        self.strategies = FakeStrategies()
        self.tried = FakeTrials()
        self._told = {"snapshots": snapshots, "payments": payments, "actions": actions}
        self._files_until: dict[str, date | None] = {"payments": payments_until, "actions": actions_until}

    def book(self, known_on: date | None = None) -> Book:
        days = self._days
        committed = [batch for batch in self._batches if batch.status == "committed"]
        return Book(
            name=self._name, revision=1 if days else 0, days=days, currency=self._currency, loans=self._loans,
            has_payments=bool(len(self._payments)),
            has_actions=bool(len(self._actions)), has_costs=bool(self._actions["cost"].notna().any()),
            sample_hidden=False, own_stored=self._name == "own" and bool(len(committed) or days),
            last_received_on=max((batch.received_on for batch in committed), default=None),
            as_of_assumed=any(batch.as_of_assumed and batch.as_of == days[-1] for batch in committed if days),
            payments_until=self._told_until("payments", bool(len(self._payments))),
            actions_until=self._told_until("actions", bool(len(self._actions))),
        )  # fmt: skip

    @cached_property
    def _snapshots(self) -> pd.DataFrame:
        return self._read_snapshots(self._told["snapshots"])

    @cached_property
    def _given(self) -> pd.DataFrame:
        return self._read_assignments()

    @cached_property
    def _placed(self) -> pd.DataFrame:
        return self._read_placements()

    @cached_property
    def _payments(self) -> pd.DataFrame:
        return self._read_payments(self._told["payments"])

    @cached_property
    def _actions(self) -> pd.DataFrame:
        return self._read_actions(self._told["actions"])

    @cached_property
    def _days(self) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in sorted(self._snapshots["as_of"].unique()))

    @cached_property
    def _currency(self) -> str:
        newest = (
            self._snapshots[self._snapshots["as_of"] == self._days[-1].isoformat()] if self._days else self._snapshots
        )
        most = newest["currency"].dropna().mode()
        return most.iloc[0] if len(most) else ""

    @cached_property
    def _loans(self) -> int:
        return self._snapshots["loan_ref"].nunique()

    def _told_until(self, kind: str, told: bool) -> date | None:
        received = [batch.received_on for batch in self._batches if (batch.kind, batch.status) == (kind, "committed")]
        return self._files_until[kind] or max(received, default=date.max if told else None)

    def known_days(self) -> list[date]:
        stored = [batch for batch in self._batches if batch.status != "refused"]
        return sorted({day for batch in stored for day in (batch.received_on, batch.undone_on) if day})

    def values(self, dimension: str) -> list[str]:
        self._check([dimension], DIMENSIONS)
        names = self._segmentation.names if self._segmentation else ()
        known = {"bucket": BUCKETS, "band": ("Low", "Medium", "High"), "segment": names}
        order: tuple[str, ...] = known.get(dimension, STRATEGY_NAMES if dimension in ("strategy", "proposed") else ())
        found = _stated(self._open()[dimension]).unique()
        return sorted(found, key=lambda v: (v == NOT_STATED, order.index(v) if v in order else len(order), v))

    def known_values(self, dimension: str, selection: Selection) -> list[str]:
        self._check([dimension], DIMENSIONS)
        whole = self._snapshots if dimension in ("collector", "hold") else self._open()
        return sorted({*_stated(whole[dimension]), *_stated(self._placed[dimension])})

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = self._stock_rows(selection)
        return _sums(rows[rows["as_of"] == self._day(selection)], by, STOCK)

    def expected_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = _kept(self._open(), selection)
        told = rows[(rows["as_of"] == self._day(selection)) & rows["expected_variance"].notna()]
        named = told.assign(loans=1, variance=told["expected_variance"])
        return _sums(named, by, ["loans", "expected_recovery", "expected_net", "variance"])

    def stock_history(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = self._stock_rows(selection)
        if by:
            return _sums(rows[rows["as_of"] <= self._day(selection)], ["as_of", *by], STOCK)
        days = [day.isoformat() for day in self.book().days if day.isoformat() <= self._day(selection)]
        told = [_sums(rows[rows["as_of"] == day], (), STOCK).assign(as_of=day) for day in days]
        empty = _sums(rows[:0], ["as_of"], STOCK)
        return pd.concat(told, ignore_index=True)[["as_of", *STOCK]] if told else empty

    def placed(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "cohort"))
        rows = _kept(self._placed, selection)
        return _sums(rows[rows["placed_on"] <= self._until(selection)], by, ["loans", "balance"])

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "cohort", "month", "told"))
        cash = self._payments[
            self._payments["payment_kind"].isin(["cash", "reversal"]) & self._payments["placed_on"].notna()
        ]
        cash = cash[["loan_id", "episode", "paid_on", "effective_on", "amount", "payment_kind"]]
        placed = cash.merge(self._placed[["loan_id", "episode", "cohort", *DIMENSIONS]], on=["loan_id", "episode"])
        is_payment = (placed["payment_kind"] == "cash").astype(int)
        posted = placed.assign(day=placed["paid_on"], payments=is_payment, cash=placed["amount"], cash_effective=0.0)
        effective = placed.assign(day=placed["effective_on"], payments=0, cash=0.0, cash_effective=placed["amount"])
        rows = _kept(pd.concat([posted, effective], ignore_index=True), selection)
        rows = rows.assign(told_on=rows[["day", "paid_on"]].astype("str").max(axis=1))
        rows = rows[rows["told_on"] <= self._until(selection)]
        months = {"month": rows["day"].map(_month), "told": rows["told_on"].map(_month)}
        return _sums(rows.assign(**months), by, ["payments", "cash", "cash_effective"])

    def cash_outside(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "month"))
        rows = _kept(self._payments[self._payments["paid_on"] <= self._until(selection)], selection)
        waiver = rows["payment_kind"] == "waiver"
        rows = rows[waiver | rows["placed_on"].isna()]
        waiver, paid = rows["payment_kind"] == "waiver", rows["payment_kind"] == "cash"
        told = rows.assign(
            month=rows["paid_on"].map(_month), payments=paid.astype(int), cash=rows["amount"].where(~waiver, 0.0),
            waivers=waiver.astype(int), waived=rows["amount"].where(waiver, 0.0),
        )  # fmt: skip
        return _sums(told, by, ["payments", "cash", "waivers", "waived"])

    def costs(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "cohort", "month"))
        rows = _kept(cost_rows(self), selection)
        rows = rows[rows["acted_on"] <= self._until(selection)]
        return _sums(rows.assign(month=rows["acted_on"].map(_month)), by, ["costed", "cost"])

    def activity(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "month", "cohort"))
        rows = _kept(self._actions, selection)
        rows = rows[rows["acted_on"] <= self._until(selection)]
        return _sums(
            rows.assign(
                month=rows["acted_on"].map(_month), actions=1, contacts=rows["result"].map(is_contact).astype(int),
                promises=(rows["promise_amount"].notna() | rows["promise_due"].notna()).astype(int),
                promised=rows["promise_amount"].fillna(0.0), costed=rows["cost"].notna().astype(int),
                cost=rows["cost"].fillna(0.0),
            ),
            by, ["actions", "contacts", "promises", "promised", "cost", "costed"],
        )  # fmt: skip

    def promises(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "month", "told"))
        rows = _kept(self._promise_rows, selection)
        rows = rows[rows["told_on"] <= self._until(selection)]
        months = {"month": rows["day"].map(_month), "told": rows["told_on"].map(_month)}
        return _sums(rows.assign(**months), by, PROMISE_MEASURES)

    def facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = "",
        after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        rows = fact_rows(self, kind, selection, cell, measure)
        named, _, place = (after or f"{kind}:0").partition(":")
        if named != kind or not place.isdigit():
            raise SelectionRefused("This page of the list cannot be found", remedy="Start at its first page.")
        end = int(place) + limit
        shown = _listed(rows[int(place) : end], kind)
        total = round(float(rows["summed"].sum()), 2)
        return FactPage(shown, f"{kind}:{end}" if end < len(rows) else None, len(rows), total)

    def iter_facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = ""
    ) -> Iterator[pd.DataFrame]:
        rows = fact_rows(self, kind, selection, cell, measure)
        for start in range(0, len(rows), 2):
            yield _listed(rows[start : start + 2], kind)

    def restated(
        self, kind: str, selection: Selection, known_before: date, cell: Mapping[str, str] = {}, *,
        measure: str = "", after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        """The fake knew everything from the first day on."""
        same = fact_rows(self, kind, selection, cell, measure)[:0]
        return FactPage(_listed(same, kind).assign(change=pd.Series(dtype="str")), None, 0, 0.0)

    @cached_property
    def _promise_rows(self) -> pd.DataFrame:
        return promise_rows(self)

    @cached_property
    def _flow_rows(self) -> pd.DataFrame:
        return plain_flows(self._snapshots, self._payments, self._actions)

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "month", "origin", "state"))
        rows = _kept(self._flow_rows, selection)
        return _sums(rows[rows["month"] <= self._until(selection)], by, FLOW_MEASURES)

    def segment_margins(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = _kept(plain_margins(self._snapshots), selection)
        return _sums(rows[rows["as_of"] == self._day(selection)], by, MARGINS)

    def segment_moves(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "month", "origin", "became"))
        rows = _kept(plain_moves(self._snapshots), selection)
        return _sums(rows[rows["month"] <= self._until(selection)], by, MOVES)

    def borrowers(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = self._stock_rows(selection)
        rows = rows[rows["as_of"] == self._day(selection)].assign(**{name: _stated(rows[name]) for name in by})
        rows = rows.sort_values("dpd", ascending=False).drop_duplicates([*by, "borrower_ref"])
        told = rows.assign(borrowers=1, arrears_borrowers=(rows["dpd"] >= 1).astype(int))
        return _sums(told, by, ["borrowers", "arrears_borrowers"])

    def recovery_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        until = self._until(selection)
        rows = _kept(self._placed, selection)
        rows = rows[rows["placed_on"] <= until]
        cash = self._payments[self._payments["payment_kind"].isin(["cash", "reversal"])]
        paid = cash[cash["paid_on"] <= until].groupby(["loan_id", "episode"])["amount"].sum()
        rows = rows.merge(paid.rename("cash").reset_index(), on=["loan_id", "episode"], how="left").fillna(
            {"cash": 0.0}
        )
        products = {
            "balance_sq": ("balance", "balance"),
            "cash_sq": ("cash", "cash"),
            "balance_cash": ("balance", "cash"),
        }
        rows = rows.assign(**{name: rows[left] * rows[right] for name, (left, right) in products.items()})
        return _sums(rows, by, ["loans", "balance", "cash", *products])

    def borrower_loans(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        day, until = self._day(selection), self._until(selection)
        rows = self._snapshots[(self._snapshots["borrower_ref"] == borrower_ref) & (self._snapshots["as_of"] == day)]
        begun = self._placed[self._placed["placed_on"] <= until].groupby("loan_id")["placed_on"].max()
        rows = self._with_last_contact(rows, day).assign(placed_on=rows["loan_id"].map(begun).astype(object))
        names = list(dict.fromkeys([*LOAN_FIELDS, "status", "hold", "placed_on"]))
        return _shown(rows.sort_values("loan_ref"), names)

    def borrower_snapshots(self, borrower_ref: str, selection: Selection) -> pd.DataFrame:
        rows = self._snapshots
        rows = rows[(rows["borrower_ref"] == borrower_ref) & (rows["as_of"] == self._day(selection))]
        fields = [column.field for column in PORTFOLIO if column.field not in ("loan_ref", "borrower_ref", "as_of")]
        names = ["loan_ref", "borrower_ref", "as_of", "extra", *fields, "confirmed"]
        names += ["source", "risk_score", "policy", "reasons", "contributions"]
        return _shown(rows.assign(confirmed=None).sort_values("loan_ref"), names, plain=True)

    def borrower_of(self, loan_ref: str, selection: Selection) -> str | None:
        rows = self._snapshots
        rows = rows[(rows["loan_ref"] == loan_ref) & (rows["as_of"] == self._day(selection))]
        return rows["borrower_ref"].iloc[0] if len(rows) else None

    def borrower_sizes(self, selection: Selection) -> pd.DataFrame:
        people = self._people(selection)
        told = people.assign(
            size=people["loans"].clip(upper=4), borrowers=1, arrears_borrowers=(people["arrears_loans"] > 0).astype(int)
        )
        names = ["borrowers", "loans", "balance", "arrears_borrowers", "arrears_loans", "arrears_balance"]
        return told.groupby("size")[names].sum().round(2).reset_index()

    def top_borrowers(self, selection: Selection, *, limit: int = 100) -> pd.DataFrame:
        people = self._people(selection)
        late = people[people["arrears_balance"] > 0].sort_values("borrower_ref")
        told = late.sort_values("arrears_balance", ascending=False, kind="stable").head(limit).reset_index(drop=True)
        return told[["borrower_ref", "loans", "balance", "arrears_loans", "arrears_balance", "dpd"]]

    def _people(self, selection: Selection) -> pd.DataFrame:
        rows = self._stock_rows(selection)
        own = "(loan " + rows["loan_ref"].astype("str") + ")"
        rows = rows.assign(borrower_ref=rows["borrower_ref"].where(rows["borrower_ref"].notna(), own))
        rows = rows[rows["as_of"] == self._day(selection)].astype({"borrower_ref": "str", "dpd": "int64"})
        sums = dict.fromkeys(("loans", "balance", "arrears_loans", "arrears_balance"), "sum")
        return rows.groupby("borrower_ref", as_index=False).agg({**sums, "dpd": "max"}).round(2)

    def given(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, (*DIMENSIONS, "decided_by", "trial", "arm", "month"))
        rows = _kept(self._given, selection)
        rows = rows[rows["assigned_on"] <= self._until(selection)].sort_values("assigned_on", kind="stable")
        return _sums(rows.drop_duplicates([*by, "loan_id"]), by, ["loans", "balance"])

    def outcomes(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        self._check(by, DIMENSIONS)
        rows = _kept(self._snapshots[self._snapshots["as_of"] == self._day(selection)], selection)
        rows = rows[rows["recovery_status"].notna() | rows["recovered_amount"].notna()]
        told = rows.assign(
            recovery_status=_stated(rows["recovery_status"]), loans=1, recovered=rows["recovered_amount"].fillna(0.0),
            recovered_loans=rows["recovered_amount"].notna().astype(int),
        )  # fmt: skip
        return _sums(told, [*by, "recovery_status"], ["loans", "balance", "recovered_loans", "recovered"])

    def loans(
        self, selection: Selection, *, sort: str = "expected_recovery", after: str | None = None, limit: int = 100
    ) -> LoanPage:
        rows = self._list(selection, sort)
        start = 0
        if after is not None:
            named, _, place = after.partition(":")
            if named != sort or not place.isdigit():
                raise SelectionRefused(
                    "This page of the list cannot be found", where=(after,), remedy="Start at its first page."
                )
            start = int(place)
        shown = _shown(rows[start : start + limit], list(LOAN_FIELDS))
        return LoanPage(shown, f"{sort}:{start + limit}" if start + limit < len(rows) else None, len(rows))

    def iter_loans(self, selection: Selection, sort: str = "expected_recovery") -> Iterator[pd.DataFrame]:
        rows = self._list(selection, sort)
        for start in range(0, len(rows), 2):
            yield _shown(rows[start : start + 2], list(LOAN_FIELDS))

    def loan_points(self, selection: Selection, fields: Sequence[str], *, limit: int) -> tuple[pd.DataFrame, int]:
        self._check(fields, [*self._snapshots.columns, "last_contact_on", "last_contact_result"])
        rows = self._list(selection, "loan_ref")
        names = ["loan_ref", *(name for name in fields if name != "loan_ref")]
        scattered = rows.sort_values("loan_id", key=lambda ids: (ids * 2_654_435_761) % 4_294_967_296)
        return _shown(scattered[:limit], names), len(rows)

    def payments_of(self, loan_ref: str, known_on: date | None = None) -> pd.DataFrame:
        rows = self._payments[self._payments["loan_ref"] == loan_ref].sort_values(
            "paid_on", ascending=False, kind="stable"
        )
        told = rows[["paid_on", "amount", "payment_kind", "payment_ref", "channel", "batch_id"]].reset_index(drop=True)
        return told.assign(channel=_stated(told["channel"]), amount=told["amount"].astype(float))

    def cash_between(
        self, loan_refs: Sequence[str], after: date, until: date, known_on: date | None = None
    ) -> pd.DataFrame:
        rows = self._payments[
            self._payments["payment_kind"].isin(["cash", "reversal"]) & self._payments["loan_ref"].isin(loan_refs)
        ]
        day = rows["effective_on"].astype("str")
        posted = rows["paid_on"].astype("str")
        rows = rows[(day > after.isoformat()) & (day <= until.isoformat()) & (posted <= until.isoformat())]
        told = rows.assign(cash=rows["amount"].astype(float), loan_ref=rows["loan_ref"].astype("str"))
        return told.groupby("loan_ref", as_index=False)["cash"].sum().round(2)

    def unknown_loans(self, loan_refs: Sequence[str]) -> list[str]:
        known = set(self._snapshots["loan_ref"])
        return [loan_ref for loan_ref in loan_refs if loan_ref not in known]

    def largest_balances(self, loan_refs: Sequence[str]) -> dict[str, float]:
        rows = self._snapshots[self._snapshots["loan_ref"].isin(loan_refs)]
        return {str(loan): float(balance) for loan, balance in rows.groupby("loan_ref")["balance"].max().items()}

    def targets(self, known_on: date | None = None) -> pd.DataFrame:
        return self.set_targets.frame(known_on)

    def rulings(self) -> list[Ruling]:
        last = {each.column: each for each in self.said}
        return [last[column] for column in sorted(last)]

    def batches(self, limit: int = 200) -> list[Batch]:
        return sorted(self._batches, key=lambda batch: -batch.id)[:limit]

    def batch(self, batch_id: int) -> Batch:
        for batch in self._batches:
            if batch.id == batch_id:
                return batch
        raise UnknownBatch(f"There is no batch {batch_id}", remedy="Look up its number in the list of batches.")

    def rejects(self, batch_id: int) -> pd.DataFrame:
        return self._rejects.get(batch_id, pd.DataFrame(columns=["line", "column", "value", "reason"]))

    def live_batch_with(self, sha256: str, book: BookName) -> Batch | None:
        same = [b for b in self._batches if (b.sha256, b.book, b.status) == (sha256, book, "committed")]
        return same[0] if same else None

    def snapshots(self, as_of: date, *, batch_id: int | None = None) -> Iterator[pd.DataFrame]:
        rows = self._snapshots[self._snapshots["as_of"] == as_of.isoformat()]
        yield _shown(rows if batch_id is None else rows[rows["batch_id"] == batch_id], list(rows.columns), plain=True)

    def training_rows(self) -> pd.DataFrame:
        rows = _shown(self._snapshots, list(self._snapshots.columns), plain=True)
        days = self.book().days
        rows["months_seen"] = months_between(rows["as_of"], days[-1] if days else date.min)
        cash = self._payments[self._payments["payment_kind"].isin(["cash", "reversal"])]
        paid = cash_within(rows[["loan_id", "as_of"]], cash[["loan_id", "effective_on", "amount"]], 12)
        received, told = self.book().payments_until, self._payments["paid_on"].dropna()
        since = map(date.fromisoformat, told)
        ripe = outcomes_until(received, days[-1] if days else None, since) if received else date.min
        rows["cash_12m"] = paid.where((months_between(rows["as_of"], ripe) >= 12) & bool(len(self._payments)))
        return rows

    def treated_rows(self) -> pd.DataFrame:
        return fake_treated(self)

    def matured_rates(self) -> pd.DataFrame:
        days, found = self.book().days, []
        ripe = ripe_day(self.book(), days[-1], "payments") if days else date.min
        cash = self._payments[self._payments["payment_kind"].isin(["cash", "reversal"])]
        for episode in self._placed.itertuples():
            end = (pd.Timestamp(episode.placed_on) + pd.DateOffset(months=12)).date()
            if len(cash) and end <= ripe:
                own = cash[(cash["loan_id"] == episode.loan_id) & (cash["episode"] == episode.episode)]
                paid = own.loc[own["effective_on"] < end.isoformat(), "amount"].sum()
                found.append((episode.bucket, 1, episode.balance, paid))
        rows = pd.DataFrame(found, columns=["bucket", "loans", "balance", "cash_12m"])
        return rows.groupby("bucket", as_index=False).sum()

    def champion(self) -> Model | None:
        return next((model for model in self.held if model.status == "champion"), None)

    def models(self) -> list[Model]:
        return list(self.held)

    def shadows(self) -> list[Shadow]:
        return list(self.shadowing)

    def model_events(self) -> list[ModelEvent]:
        return list(self.told)

    def strategy_run(self) -> StrategyRun | None:
        return self.strategies.standing(self.undone)

    def strategy_evidence(self, run_id: int) -> dict[str, np.ndarray]:
        return self.strategies.evidence_of(run_id)

    def policies(self) -> list[Policy]:
        return self.strategies.policies[::-1]

    def policy_in_use(self) -> Policy | None:
        return self.strategies.in_use()

    def strategy_events(self) -> list[StrategyEvent]:
        return self.strategies.events[::-1]

    def trials(self) -> list[Trial]:
        return self.tried.registered[::-1]

    def trial_names(self) -> list[str]:
        told = self._snapshots[self._snapshots["trial"].notna() & self._snapshots["arm"].notna()]["trial"]
        return sorted({*told, *(row["trial"] for row in self.tried.given)})

    def trial_rows(self, trial: str, *, window_days: int) -> pd.DataFrame:
        return fake_trial_rows(self, trial, window_days)

    def outcomes_until(self) -> date | None:
        return fake_outcomes_until(self)

    @property
    def undone(self) -> set[int]:
        return {batch.id for batch in self._batches if batch.status == "undone"}

    def monitoring(self, known_on: date | None = None) -> pd.DataFrame:
        return self.found.frame(known_on)

    def segmentation(self) -> Segmentation | None:
        return self._segmentation

    def _read_snapshots(self, given: pd.DataFrame) -> pd.DataFrame:
        fields = [column.field for column in PORTFOLIO]
        rows = _whole(given, [*fields, *SCORE_FIELDS, "batch_id", "extra", "carried_from"])
        numbers = {ref: number for number, ref in enumerate(dict.fromkeys(rows["loan_ref"]), start=1)}
        rows["loan_id"] = rows["loan_ref"].map(numbers).astype("int64")
        rows["snapshot_id"] = np.arange(1, len(rows) + 1)
        rows["bucket"] = bucket_of(rows["dpd"])
        rows["status"] = rows["status"].where(rows["status"].notna(), "open")
        people = rows["hold"].isin(PERSON_HOLDS)
        bound = set(zip(rows["borrower_ref"][people], rows["as_of"][people], strict=True))
        rows["held"] = [pair in bound for pair in zip(rows["borrower_ref"], rows["as_of"], strict=True)]
        return rows

    def _read_assignments(self) -> pd.DataFrame:
        rows = self._snapshots[self._snapshots["strategy"].notna()].sort_values("as_of", kind="stable")
        before = rows.groupby("loan_id")["strategy"].shift()
        rows = rows[before.isna() | (before != rows["strategy"])]
        trial = rows["trial"].notna()
        assigned = rows["assigned_on"].where(rows["assigned_on"].notna(), rows["as_of"])
        told = rows.assign(assigned_on=assigned, decided_by=np.where(trial, "trial", "file"), loans=1)
        told = told.assign(trial=_stated(rows["trial"]), arm=_stated(rows["arm"]))
        return told.assign(month=told["assigned_on"].map(_month))

    def _read_placements(self) -> pd.DataFrame:
        told = ["loan_id", "snapshot_id", "as_of", "dpd", "placed_on", "balance"]
        episodes = placements(self._snapshots[told], self._given[["loan_id", "assigned_on", "strategy"]])
        then = self._snapshots[["snapshot_id", *(name for name in DIMENSIONS if name != "strategy")]]
        rows = episodes.merge(then, on="snapshot_id")
        return rows.assign(cohort=rows["placed_on"].map(_month), loans=1)

    def _read_payments(self, given: pd.DataFrame | None) -> pd.DataFrame:
        rows = _whole(given, PAYMENT_FIELDS)
        rows = rows[rows["payment_ref"].isna() | ~rows["payment_ref"].duplicated(keep="last")].reset_index(drop=True)
        rows["payment_kind"] = rows["payment_kind"].where(rows["payment_kind"].notna(), "cash")
        rows["amount"] = rows["amount"].abs() * np.where(rows["payment_kind"] == "reversal", -1, 1)
        paid_on = {ref: day for ref, day in zip(rows["payment_ref"], rows["paid_on"], strict=True) if ref}
        named = rows["reverses_ref"].where(rows["payment_kind"] == "reversal").map(paid_on)
        rows["effective_on"] = named.where(named.notna(), rows["paid_on"])
        rows = self._described(rows, "paid_on")
        starts = self._begun(rows, "effective_on")
        rows["placed_on"] = [start.placed_on if start else None for start in starts]
        rows["episode"] = [start.episode if start else 0 for start in starts]
        return rows if len(rows) else rows.astype({"episode": "int64"})

    def _read_actions(self, given: pd.DataFrame | None) -> pd.DataFrame:
        rows = _whole(given, ACTION_FIELDS)
        own = rows["strategy"]
        rows = self._described(rows.drop(columns="strategy"), "acted_on")
        begun = self._begun(rows, "acted_on")
        rows["cohort"] = [start.cohort if start else "none" for start in begun]
        rows["episode"] = [int(start.episode) if start else 0 for start in begun]
        rows = rows.astype({"episode": "int64"})
        return rows.assign(strategy=own.where(own.notna(), rows["strategy"]))

    def _begun(self, rows: pd.DataFrame, day: str) -> list[Any]:
        """The last episode of each row's loan that had begun on the day; None before the first."""
        of_loan: dict[int, list[Any]] = {}
        for episode in self._placed.itertuples():
            of_loan.setdefault(episode.loan_id, []).append(episode)
        begun = (
            [episode for episode in of_loan.get(loan, []) if episode.placed_on <= then]
            for loan, then in zip(rows["loan_id"], rows[day], strict=True)
        )
        return [episodes[-1] if episodes else None for episodes in begun]

    def _described(self, rows: pd.DataFrame, day: str) -> pd.DataFrame:
        """Rows with their loan's number and dimensions on the day, or on its first day after."""
        of_loan: dict[str, list[tuple[str, int]]] = {}
        for told in self._snapshots.itertuples():
            of_loan.setdefault(told.loan_ref, []).append((told.as_of, told.Index))
        found = []
        for loan_ref, then in zip(rows["loan_ref"], rows[day], strict=True):
            days = sorted(of_loan[loan_ref])
            before = [index for as_of, index in days if as_of <= then]
            found.append(before[-1] if before else days[0][1])
        told = self._snapshots.loc[found, ["loan_id", *DIMENSIONS]].reset_index(drop=True)
        return pd.concat([rows, told], axis=1)

    def _open(self) -> pd.DataFrame:
        return self._snapshots[self._snapshots["status"] == "open"]

    def _stock_rows(self, selection: Selection) -> pd.DataFrame:
        rows = _kept(self._open(), selection)
        late, expected = rows["dpd"] >= 1, rows["expected_recovery"]
        workable = late & rows["hold"].isna() & ~rows["held"].astype(bool)
        return rows.assign(
            loans=1, arrears_loans=late.astype(int), arrears_balance=rows["balance"].where(late, 0.0),
            workable_loans=workable.astype(int), workable_balance=rows["balance"].where(workable, 0.0),
            expected_loans=expected.notna().astype(int), expected_recovery=expected.fillna(0.0),
        )  # fmt: skip

    def _list(self, selection: Selection, sort: str) -> pd.DataFrame:
        if sort not in LOAN_FIELDS or not LOAN_FIELDS[sort].sortable:
            raise SelectionRefused(f"Loans cannot be sorted by '{sort}'", remedy="Use a field of LOAN_FIELDS.")
        rows = self._open()[self._open()["as_of"] == self._day(selection)]
        rows = _kept(self._with_last_contact(rows, self._day(selection)), selection)
        wanted = selection.search.lower()
        if wanted:
            refs = (rows["loan_ref"], rows["borrower_ref"].fillna(""))
            rows = rows[refs[0].str.lower().str.startswith(wanted) | refs[1].str.lower().str.startswith(wanted)]
        if selection.lasso:
            rows = rows[inside(selection.lasso, rows[selection.lasso.x], rows[selection.lasso.y])]
        key = rows[{"bucket": "dpd", "band": "risk_score"}.get(sort, sort)]
        absent = key.isna()
        ordered = (
            rows.assign(_key=key)[~absent].sort_values("loan_id").sort_values("_key", ascending=False, kind="stable")
        )
        return pd.concat([ordered, rows[absent].sort_values("loan_id")])

    @staticmethod
    def _narrowed(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
        return _kept(rows, selection)

    @staticmethod
    def _month_of(day: str) -> str:
        return _month(day)

    def _with_last_contact(self, rows: pd.DataFrame, day: str) -> pd.DataFrame:
        acted = self._actions[self._actions["acted_on"] <= day].sort_values("acted_on", kind="stable")
        latest = (
            acted.groupby("loan_ref")[["acted_on", "result"]].apply(lambda own: own.iloc[-1]) if len(acted) else acted
        )
        for name, column in (("last_contact_on", "acted_on"), ("last_contact_result", "result")):
            rows = rows.assign(**{name: rows["loan_ref"].map(latest[column]) if len(latest) else None})
        return rows

    def _until(self, selection: Selection) -> str:
        self._day(selection)
        days = self.book().days
        return (selection.as_of or days[-1]).isoformat() if days else ""

    def _day(self, selection: Selection) -> str:
        days = self.book().days
        known = [day for day in days if selection.as_of is None or day <= selection.as_of]
        if days and not known:
            raise SelectionRefused(
                f"The book says nothing about {dated(selection.as_of)}",
                remedy=f"Choose a day from {dated(days[0])} on.",
            )
        return known[-1].isoformat() if known else ""

    @staticmethod
    def _check(by: Sequence[str], allowed: Sequence[str]) -> None:
        for name in by:
            if name not in allowed:
                raise SelectionRefused(f"'{name}' is not known here", remedy=f"Use one of {', '.join(allowed)}.")


def _stated(values: pd.Series) -> pd.Series:
    return values.where(values.notna(), NOT_STATED).astype("str")


def _kept(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    for name, values in selection.filters.items():
        rows = rows[_stated(rows[name]).isin(values)]
    return rows


def _sums(rows: pd.DataFrame, by: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    if not by:
        return rows[list(measures)].sum().to_frame().T.astype(rows[list(measures)].dtypes.to_dict())
    named = rows.assign(**{name: _stated(rows[name]) for name in by})
    sums = named.groupby(list(by), observed=True)[list(measures)].sum().round(2)
    return sums[(sums != 0).any(axis=1)].reset_index()


def _listed(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    told = {}
    for name in FACT_FIELDS[kind]:
        values = rows[name].reset_index(drop=True)
        if name in (*DIMENSIONS, "channel", "result", "payment_kind"):
            values = _stated(values)
        elif name == "batch_id":
            values = values.fillna(0).astype("int64")
        told[name] = values
    return pd.DataFrame(told)


def _shown(rows: pd.DataFrame, names: Sequence[str], *, plain: bool = False) -> pd.DataFrame:
    """Rows as the port's frames carry them: texts as text, absent categories "not stated", or NaN where `plain`."""
    shown = rows[list(names)].reset_index(drop=True)
    texts = {
        "loan_ref",
        "borrower_ref",
        "last_contact_on",
        "last_contact_result",
        "trial",
        "arm",
        "extra",
        "carried_from",
    }
    texts |= {column.field for column in PORTFOLIO if column.dtype == "date"}
    kept = NUMBERS | {"reasons", "needs_confirmation", "segment_unlike", "held", "loan_id", "snapshot_id", "batch_id"}
    for name in shown.columns:
        if name in texts:
            shown[name] = shown[name].astype("str")
        elif name not in kept:
            shown[name] = shown[name].astype("str") if plain else _stated(shown[name])
    if "needs_confirmation" in shown:
        shown["needs_confirmation"] = [bool(value) for value in shown["needs_confirmation"]]
    if "segment_unlike" in shown:
        shown["segment_unlike"] = [bool(value) for value in shown["segment_unlike"]]
    if "reasons" in shown:
        shown["reasons"] = pd.Series([value or [] for value in shown["reasons"]], index=shown.index, dtype=object)
    return shown


class FakeJobQueue:
    """Jobs in a list, with the rules of the durable queue.

    Args:
        clock: the present moment, with its time zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._jobs: dict[int, Job] = {}
        self._leases: dict[int, tuple[str, float]] = {}
        self._holds: dict[int, str] = {}
        self._lock = threading.Lock()

    def add(self, kind: str, payload: Mapping[str, Any], who: str) -> int:
        with self._lock:
            number = len(self._jobs) + 1
            self._jobs[number] = Job(
                number, kind, dict(payload), "waiting", 0.0, "", None, who, 0, False, self._now(), None, None
            )
            return number

    def begin(self, kind: str, payload: Mapping[str, Any], who: str, owner: str, lease_seconds: float) -> Job:
        number = self.add(kind, payload, who)
        with self._lock:
            self._leases[number] = (owner, self._clock().timestamp() + lease_seconds)
            self._jobs[number] = replace(self._jobs[number], status="running", attempts=4, started_at=self._now())
            return self._jobs[number]

    def hold(self, job_id: int, name: str) -> Job | None:
        with self._lock:
            for other, held in self._holds.items():
                alive = self._jobs[other].status == "running" and self._leases[other][1] >= self._clock().timestamp()
                if held == name and other != job_id and alive:
                    return self._jobs[other]
            self._holds[job_id] = name
            return None

    def claim(self, owner: str, lease_seconds: float) -> Job | None:
        with self._lock:
            for job in list(self._jobs.values()):
                if job.status == "running" and self._leases[job.id][1] < self._clock().timestamp():
                    if job.cancel:
                        self._end(job, "cancelled", job.message)
                    elif job.attempts > 3:
                        lost = "Its process ended before it did; what was not finished was not stored."
                        self._end(job, "failed", lost)
                    elif job.attempts == 3:
                        self._end(job, "failed", "Given up: it was started 3 times and never came to an end.")
                    else:
                        return self._lease(job, owner, lease_seconds)
                elif job.status == "waiting":
                    return self._lease(job, owner, lease_seconds)
        return None

    def heartbeat(self, job_id: int, owner: str, progress: float, message: str, lease_seconds: float) -> bool:
        with self._lock:
            if not self._owns(job_id, owner) or self._jobs[job_id].cancel:
                return False
            self._leases[job_id] = (owner, self._clock().timestamp() + lease_seconds)
            self._jobs[job_id] = replace(self._jobs[job_id], progress=min(max(progress, 0.0), 1.0), message=message)
            return True

    def finish(self, job_id: int, owner: str, status: str, result: Mapping[str, Any], message: str) -> bool:
        if status not in ("done", "failed", "cancelled"):
            raise ValueError(f"a job ends as one of done, failed, cancelled, not as '{status}'")
        with self._lock:
            if not self._owns(job_id, owner):
                return False
            progress = 1.0 if status == "done" else self._jobs[job_id].progress
            self._end(replace(self._jobs[job_id], result=dict(result), progress=progress), status, message)
            return True

    def cancel(self, job_id: int) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and not job.is_over:
                self._jobs[job_id] = replace(job, cancel=True)
                if job.status == "waiting":
                    self._end(self._jobs[job_id], "cancelled", job.message)

    def job(self, job_id: int) -> Job | None:
        return self._jobs.get(job_id)

    def recent(self, limit: int = 20) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: -job.id)[:limit]

    def _lease(self, job: Job, owner: str, lease_seconds: float) -> Job:
        self._leases[job.id] = (owner, self._clock().timestamp() + lease_seconds)
        self._holds.pop(job.id, None)
        started = job.started_at or self._now()
        self._jobs[job.id] = replace(job, status="running", attempts=job.attempts + 1, started_at=started)
        return self._jobs[job.id]

    def _owns(self, job_id: int, owner: str) -> bool:
        job = self._jobs.get(job_id)
        return job is not None and job.status == "running" and self._leases[job_id][0] == owner

    def _end(self, job: Job, status: Any, message: str) -> None:
        self._jobs[job.id] = replace(job, status=status, message=message, finished_at=self._now())

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")
