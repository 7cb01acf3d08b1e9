"""A new store for each test, and batches from small literal rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from core.columns import Kind
from core.records import NewBatch
from db.cubes.all import CUBES, recount
from db.engine import reading
from db.writer import SqlPortfolioWriter
from tests.new_store import empty_store, new_store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KNOWN_ON = date(2026, 11, 20)
DAY_FIELDS = {"portfolio": "as_of", "payments": "paid_on", "actions": "acted_on"}


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A new, empty store to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    path.write_bytes(empty_store())
    return path


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    """A new, empty store."""
    made = new_store(tmp_path / "store.db")
    yield made
    made.dispose()


@pytest.fixture
def writer(engine) -> SqlPortfolioWriter:
    """A writer for whom it is always noon."""
    return SqlPortfolioWriter(engine, lambda: NOON)


def batch_of(
    kind: Kind, given: list[dict], *, as_of: str | None = None, scope="full", rejects=(), **changes
) -> NewBatch:
    """A checked file from literal rows in the store's fields. `as_of` is filled into portfolio rows without one."""
    filled = [{**({"as_of": as_of} if as_of and kind == "portfolio" else {}), **row} for row in given]
    frame = pd.DataFrame(filled)
    if filled:
        frame["line"] = range(2, len(frame) + 2)
    named = {
        "kind": kind,
        "filename": f"{kind}.csv",
        "sha256": hashlib.sha256(json.dumps([kind, scope, filled, as_of], default=str).encode()).hexdigest(),
        "mapping": {},
        "as_of": date.fromisoformat(as_of) if as_of else None,
        "as_of_assumed": False,
        "scope": scope,
        "received_on": KNOWN_ON,
        "rows": len(frame) + len(rejects),
        "rejects": rejects,
        "control_totals": {"rows": len(frame) + len(rejects)},
        "findings": (),
        "frame": frame,
    }
    return NewBatch(**{**named, **changes})


def portfolio(given: list[dict], as_of: str | None = None, **changes) -> NewBatch:
    """A portfolio file; a row needs loan_ref, balance and dpd."""
    return batch_of("portfolio", given, as_of=as_of, **changes)


def payments(given: list[dict], **changes) -> NewBatch:
    """A payments file; a row needs loan_ref, paid_on and amount."""
    return batch_of("payments", given, **changes)


def actions(given: list[dict], **changes) -> NewBatch:
    """An actions file; a row needs loan_ref, acted_on and action."""
    return batch_of("actions", given, **changes)


def loan(ref: str, balance: float = 1000.0, dpd: int = 45, **fields) -> dict:
    """A portfolio row."""
    return {"loan_ref": ref, "balance": balance, "dpd": dpd, **fields}


def put(writer: SqlPortfolioWriter, *batches: NewBatch, book="own", score=None) -> list[int]:
    """Store batches, each as a revision of its own; `score` is told each unit's frame to score, where given."""
    numbers = []
    for batch in batches:
        with writer.unit(book, kind="batch", known_on=KNOWN_ON, who="ana") as unit:
            numbers.append(unit.append(batch))
            if score is not None:
                unit.put_scores(score(unit.to_score()), None)
    return numbers


def undo(writer: SqlPortfolioWriter, batch_id: int, book="own") -> None:
    """Take a batch back."""
    with writer.unit(book, kind="undo", known_on=KNOWN_ON, who="ana") as unit:
        unit.retract(batch_id)


def score_rows(frame: pd.DataFrame, **changes) -> pd.DataFrame:
    """Scores for a frame of `to_score`: risk by days past due, everything else plain."""
    risk = (frame["dpd"] / 180).clip(upper=1.0)
    scored = pd.DataFrame(
        {
            "snapshot_id": frame["snapshot_id"],
            "source": "rule",
            "segment": ["long overdue" if dpd >= 60 else "just late" for dpd in frame["dpd"]],
            "segment_margin": 0.5,
            "segment_nearest": ["long overdue" if dpd >= 60 else "just late" for dpd in frame["dpd"]],
            "segment_unlike": False,
            "risk_score": risk,
            "band": ["High" if value > 0.75 else "Medium" if value >= 0.5 else "Low" for value in risk],
            "expected_rate": 0.25,
            "expected_recovery": (frame["balance"] * 0.25).round(2),
            "expected_net": float("nan"),
            **{f"expected_{name}": float("nan") for name in ("low", "high", "variance")},
            "expected_source": "pooled",
            "proposed": ["Legal" if value > 0.75 else "Standard" for value in risk],
            "policy": "test",
            "needs_confirmation": risk > 0.75,
            "reasons": [["overdue"] for _ in risk],
            "contributions": [f'{{"base":0,"margin":{value},"parts":{{"days past due":{value}}}}}' for value in risk],
        }
    )
    return scored.assign(**changes)


VISIBLE = {
    "snapshots": "SELECT l.loan_ref, b.borrower_ref, s.as_of, s.carried_from, s.balance, s.dpd, s.bucket, s.status, s.hold, "
    "s.product, s.strategy, c.segment, c.band, c.proposed, c.expected_recovery FROM snapshots s "
    "JOIN loans l ON l.id = s.loan_id JOIN borrowers b ON b.id = s.borrower_id "
    "LEFT JOIN scores c ON c.snapshot_id = s.id AND c.live = 1 WHERE s.live = 1",
    "payments": "SELECT l.loan_ref, p.paid_on, p.effective_on, p.amount, p.payment_kind, p.payment_ref FROM payments p "
    "JOIN loans l ON l.id = p.loan_id WHERE p.live = 1",
    "actions": "SELECT l.loan_ref, a.acted_on, a.action, a.cost, p.amount, p.due_on FROM actions a "
    "JOIN loans l ON l.id = a.loan_id LEFT JOIN promises p ON p.action_id = a.id AND p.live = 1 WHERE a.live = 1",
    "assignments": "SELECT l.loan_ref, a.assigned_on, a.strategy, a.decided_by, a.trial, a.arm FROM assignments a "
    "JOIN loans l ON l.id = a.loan_id WHERE a.live = 1",
    "placements": "SELECT l.loan_ref, p.episode, p.placed_on, s.as_of, p.balance, p.strategy FROM placements p "
    "JOIN loans l ON l.id = p.loan_id JOIN snapshots s ON s.id = p.snapshot_id WHERE p.live = 1",
}


def visible(engine: Engine) -> dict[str, list[tuple]]:
    """All that a reader could see of a store: rows that speak, what was derived from them, and every cube's cells."""
    with reading(engine) as connection:
        seen = {
            name: sorted((tuple(row) for row in connection.exec_driver_sql(query)), key=repr)
            for name, query in VISIBLE.items()
        }
        for cube in CUBES:
            names = ", ".join(cube.groups)
            sums = ", ".join(f"sum({name})" for name in cube.measures)
            cells = connection.exec_driver_sql(f"SELECT {names}, {sums} FROM {cube.table.name} GROUP BY {names}")
            width = len(cube.measures)
            seen[cube.table.name] = sorted(tuple(row) for row in cells if any(row[-width:]))
    return seen


def assert_cubes_equal_rows(engine: Engine) -> None:
    """The invariant: every cube is the sum of the rows it stands for."""
    with reading(engine) as connection:
        for name, differences in recount(connection).items():
            assert differences.empty, f"{name} differs from its rows:\n{differences}"


def cell(engine: Engine, cube: str, measures: str, **where: str) -> tuple:
    """Sums over a cube's cells that meet `where`."""
    conditions = " AND ".join(f"{name} = ?" for name in where) or "true"
    sums = ", ".join(f"coalesce(sum({name.strip()}), 0)" for name in measures.split(","))
    with reading(engine) as connection:
        query = f"SELECT {sums} FROM {cube} WHERE {conditions}"
        return tuple(connection.exec_driver_sql(query, tuple(where.values())).one())


def rows_of(engine: Engine, query: str, *given: object) -> list[tuple]:
    """A query's rows as plain tuples."""
    with reading(engine) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query, tuple(given))]
