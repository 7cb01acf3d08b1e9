"""The part of a store's writer that keeps models, in plain Python; it passes the contract suite of the real one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from core.errors import Refused
from core.records import BookName, Model, ModelEvent, Policy, Segmentation, Shadow
from tests.fakes import FakePortfolioReader


class FakeModelWriter:
    """The part of a PortfolioWriter that keeps models, on the book of a fake reader; `scored` lists what was put."""

    def __init__(self, reader: FakePortfolioReader) -> None:
        self.reader = reader
        self.units: list[tuple[str, str, date, str, str]] = []
        self.scored: list[tuple[pd.DataFrame, int | None]] = []

    @contextmanager
    def unit(self, book: BookName, *, kind: str, known_on: date, who: str, note: str = "") -> Iterator[FakeModelUnit]:
        self.units.append((book, kind, known_on, who, note))
        yield FakeModelUnit(self, who, known_on)


class FakeModelUnit:
    """A revision that keeps models, by the rules of the store."""

    def __init__(self, writer: FakeModelWriter, who: str, known_on: date) -> None:
        self._writer, self._reader, self._who, self._known_on = writer, writer.reader, who, known_on

    def champion(self) -> Model | None:
        return self._reader.champion()

    def segmentation(self) -> Segmentation | None:
        return self._reader.segmentation()

    def matured_rates(self) -> pd.DataFrame:
        return self._reader.matured_rates()

    def all_on(self, as_of: date) -> pd.DataFrame:
        return pd.concat(list(self._reader.snapshots(as_of))).assign(confirmed=None)

    def newcomers(self, first: date, last: date) -> pd.DataFrame:
        return self.all_on(last)[:0]

    def scored_outcomes(self, model_id: int, *, after: str, stated: bool) -> tuple[pd.DataFrame, date | None]:
        return pd.DataFrame({"as_of": []}), None

    def put_monitoring(self, rows: Iterable[Mapping[str, Any]], model_id: int | None) -> None:
        self._reader.found.put(rows, model_id, None, self._known_on)

    def put_scores(self, scores: pd.DataFrame, model_id: int | None) -> None:
        self._writer.scored.append((scores, model_id))

    def shadowed(self) -> list[Model]:
        held = self._reader.models()
        challenger = [each for each in held if each.status == "challenger"][:1]
        gone = [each.model for each in self._reader.model_events() if each.what in ("retired", "withdrawn")]
        return (
            challenger
            + [each for number in gone for each in held if each.id == number and each.status == "retired"][:1]
        )

    def put_shadow(self, model_id: int, against: int | None, as_of: str, figures: Mapping[str, Any]) -> None:
        kept = [each for each in self._reader.shadowing if (each.model, each.as_of) != (model_id, as_of)]
        self._reader.shadowing[:] = [Shadow(model_id, against, as_of, figures), *kept]

    def touched_days(self) -> list[date]:
        return []

    def book_days(self) -> list[date]:
        return list(self._reader.book().days)

    def put_model(self, model: Mapping[str, Any]) -> int:
        number = max((each.id for each in self._reader.models()), default=0) + 1
        status = "challenger" if model["status"] == "champion" else model["status"]
        card = {**model["card"], "trained_on_batches": list(model["trained_on_batches"])}
        made = Model(
            number, model["kind"], status, "2026-11-20T12:00:00+00:00", model["sha256"], card, model["artifact"]
        )
        self._reader.held.insert(0, made)
        because, figures = str(model.get("because", "")), dict(model.get("figures") or {})
        self._log(number, "trained", because, figures)
        if model["status"] == "champion":
            self._place(number, "promoted", because, figures)
        return number

    def crown(self, model_id: int, *, what: Any, because: str, figures: Mapping[str, Any]) -> None:
        known = {each.id: each for each in self._reader.models()}
        if model_id not in known:
            raise Refused(f"There is no model {model_id}", remedy="Look up its number in the list of models.")
        if known[model_id].status == "refused":
            raise Refused(f"Model {model_id} was refused at training", remedy="Train again.")
        if known[model_id].status == "champion":
            raise Refused(f"Model {model_id} is in use already", remedy="Nothing to do.")
        undone = {batch.id for batch in self._reader.batches() if batch.status == "undone"}
        if undone & set(known[model_id].card.get("trained_on_batches", [])):
            raise Refused(f"Model {model_id} learned from a batch that was undone", remedy="Train again.")
        self._place(model_id, what, because, figures)

    def withdraw(self, model_id: int, *, because: str) -> None:
        champion = self._reader.champion()
        if champion is None or champion.id != model_id:
            raise Refused(f"Model {model_id} is not in use", remedy="Look up in the list of models which one is.")
        self._set(model_id, "retired")
        self._log(model_id, "withdrawn", because, {})

    def put_strategy_run(self, run: Mapping[str, Any]) -> int:
        return self._reader.strategies.put_run(run, self._known_on.isoformat(), self._who, self._reader.undone)

    def policy_in_use(self) -> Policy | None:
        return self._reader.strategies.in_use()

    def put_policy(self, policy: Mapping[str, Any]) -> int:
        return self._reader.strategies.put_policy(policy, self._who, self._reader.undone)

    def crown_policy(self, policy_id: int, *, because: str, figures: Mapping[str, Any]) -> None:
        self._reader.strategies.crown(policy_id, because, figures, self._who, self._reader.undone)

    def withdraw_policy(self, policy_id: int, *, because: str) -> None:
        self._reader.strategies.withdraw(policy_id, because, self._who)

    def log_strategy(
        self, what: str, subject: str, *, because: str = "", figures: Mapping[str, Any] | None = None
    ) -> None:
        self._reader.strategies.log(self._who, what, subject, because, figures)

    def put_trial(self, plan: Mapping[str, Any]) -> None:
        self._reader.tried.put(plan, self._who)

    def decide_trial(self, name: str, status: Any, verdict: Mapping[str, Any], because: str) -> None:
        self._reader.tried.decide(name, status, verdict, because, self._who)

    def assign_trial(self, trial: str, rows: pd.DataFrame, assigned_on: date) -> int:
        return self._reader.tried.assign(trial, rows, assigned_on)

    def to_score(self) -> pd.DataFrame:
        return self.all_on(self._reader.book().days[-1])[:0]

    def segments_on(self, day: date) -> pd.DataFrame:
        return pd.DataFrame({"snapshot_id": [], "loan_ref": [], "segment": [], "nearest": [], "margin": []})

    def _place(self, number: int, what: str, because: str, figures: Mapping[str, Any]) -> None:
        before = self._reader.champion()
        if before is not None:
            self._set(before.id, "retired")
            gone = "retired" if what == "promoted" else "withdrawn"
            self._log(before.id, gone, f"model {number} took its place: {because}".rstrip(": "), {})
        self._set(number, "champion")
        self._log(number, what, because, figures)

    def _set(self, number: int, status: Any) -> None:
        self._reader.held[:] = [
            replace(each, status=status) if each.id == number else each for each in self._reader.held
        ]

    def _log(self, model: int, what: str, because: str, figures: Mapping[str, Any]) -> None:
        number = len(self._reader.told) + 1
        at = "2026-11-20T12:00:00+00:00"
        self._reader.told.insert(0, ModelEvent(number, model, what, self._who, at, because, dict(figures)))
