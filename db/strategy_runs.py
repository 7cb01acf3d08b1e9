"""Measurements of strategies: stored whole, with the evidence loan by loan; one measured on a batch that was undone stands no longer."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select, update

from core.errors import Refused
from core.records import StrategyRun
from db.register import LARGEST_NUMBER
from db.tables import batches, policies, strategy_runs

_MOST_LOOKED_AT = 1_000
_PLAIN = [column for column in strategy_runs.columns if column.name != "evidence"]


@dataclass(frozen=True, slots=True)
class Told:
    """As which revision, when, known on which day and by whom a measurement is stored."""

    revision_id: int
    at: str
    known_on: str
    who: str


def put_run(connection: Connection, book_id: int, told: Told, run: Mapping[str, Any]) -> int:
    """Store a measurement (see WriteUnit.put_strategy_run). Raises Refused where one of its batches was undone."""
    learned_from = sorted({int(batch) for batch in run["batches"]})
    refuse_undone(connection, book_id, learned_from)
    row = {
        "book_id": book_id, "revision_id": told.revision_id, "known_on": told.known_on, "at": told.at, "who": told.who,
        "batches": json.dumps(learned_from), "evidence": packed(run["evidence"]),
        **{name: json.dumps(run[name], sort_keys=True, ensure_ascii=False, allow_nan=False) for name in ("limits", "content")},
    }  # fmt: skip
    number = int(connection.execute(strategy_runs.insert().values(**row).returning(strategy_runs.c.id)).scalar_one())
    if run.get("policy") is not None:
        connection.execute(update(policies).where(policies.c.id == run["policy"]).values(run_id=number))
    return number


def refuse_undone(connection: Connection, book_id: int, learned_from: Sequence[int]) -> None:
    """Raises Refused where one of these batches does not stand."""
    if gone := sorted(set(learned_from) & undone_batches(connection, book_id)):
        raise Refused(
            f"Batch {gone[0]} was undone meanwhile, which was measured on", remedy="Measure again on what stands; nothing was stored."
        )  # fmt: skip


def undone_batches(connection: Connection, book_id: int) -> set[int]:
    """The batches of a book that were taken back."""
    query = select(batches.c.id).where(batches.c.book_id == book_id, batches.c.status == "undone")
    return {int(number) for number in connection.execute(query).scalars()}


def newest_run(connection: Connection, book_id: int) -> StrategyRun | None:
    """The newest measurement that stands."""
    undone = undone_batches(connection, book_id)
    query: Select[Any] = select(strategy_runs.c.id, strategy_runs.c.batches).where(strategy_runs.c.book_id == book_id)
    for number, learned_from in connection.execute(query.order_by(strategy_runs.c.id.desc()).limit(_MOST_LOOKED_AT)):
        if not undone & set(json.loads(learned_from)):
            return _run(connection, number)
    return None


def _run(connection: Connection, number: int) -> StrategyRun:
    row = connection.execute(select(*_PLAIN).where(strategy_runs.c.id == number)).mappings().one()
    named = {name: row[name] for name in ("id", "known_on", "at", "who")}
    return StrategyRun(
        **named, batches=tuple(json.loads(row["batches"])), limits=json.loads(row["limits"]), content=json.loads(row["content"])
    )  # fmt: skip


def evidence_of(connection: Connection, book_id: int, run_id: int) -> dict[str, np.ndarray]:
    """The arrays of a run. Raises Refused for one that is not there."""
    query = select(strategy_runs.c.evidence).where(strategy_runs.c.book_id == book_id, strategy_runs.c.id == run_id)
    held = connection.execute(query).scalar() if 0 < run_id <= LARGEST_NUMBER else None
    if held is None:
        raise Refused(f"There is no measurement {run_id}", remedy="Measure what works first.")
    return unpacked(held)


def packed(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays of numbers or texts as bytes that hold no code; texts lose nothing but their type (None becomes "")."""
    told: dict[str, Any] = {
        name: np.asarray(["" if each is None else str(each) for each in array]) if array.dtype == object else array
        for name, array in arrays.items()
    }
    into = io.BytesIO()
    if odd := [name for name, array in told.items() if array.dtype.hasobject]:
        raise TypeError(f"{odd[0]} holds neither numbers nor texts")
    np.savez_compressed(into, **told)
    return into.getvalue()


def unpacked(held: bytes) -> dict[str, np.ndarray]:
    """The arrays of `packed`."""
    with np.load(io.BytesIO(held)) as arrays:  # numbers and texts only: anything else is refused
        return {name: arrays[name] for name in arrays.files}
