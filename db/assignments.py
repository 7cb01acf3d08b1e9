"""The strategy a loan was under, from when and by whose decision: what files say, and what persons decided."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection

from db.rows import insert_rows
from db.tables import assignments
from db.touched import Touched

FIELDS = ("loan_id", "assigned_on", "strategy", "decided_by", "trial", "arm", "probability", "batch_id")

_LAST = (
    "(SELECT x.id FROM assignments x WHERE x.loan_id = r.loan_id AND x.live = 1 "
    "ORDER BY x.assigned_on DESC, x.decided_by = 'person' DESC, x.id DESC LIMIT 1)"
)


def changes_of_strategy(events: pd.DataFrame) -> pd.DataFrame:
    """The assignments that files make: where a loan's stated strategy differs from what it was under before, or a
    randomised test begins.

    Args:
        events: every statement about some loans, by files and persons: loan_id, day (ISO; of the snapshot or the
            decision), by_person (0 or 1), strategy, trial, arm, probability, assigned_on (ISO or None), batch_id.

    Returns:
        FIELDS. assigned_on is the stated day where it lies after the loan's previous statement and not after its own
        snapshot, else the snapshot's day. A person's decisions are events, never answers: they are kept as they are.
    """
    rows = events.sort_values(["loan_id", "day", "by_person"], kind="stable", ignore_index=True).astype(object)
    loan, by_file = rows["loan_id"], rows["by_person"] == 0
    before = rows.groupby("loan_id")[["strategy", "day"]].shift()
    differs = rows["strategy"] != before["strategy"]
    run_number = (differs | ~by_file).cumsum()
    tests = rows[["trial", "arm"]].where(rows["trial"].notna(), None)
    known_test = tests.groupby(run_number).ffill().groupby(run_number).shift()
    other_test = rows["trial"].notna() & (
        (tests["trial"] != known_test["trial"]) | _other(tests["arm"], known_test["arm"])
    )
    in_time = _not_after(rows["assigned_on"], rows["day"]) & ~_not_after(rows["assigned_on"], before["day"])
    rows = rows.assign(
        assigned_on=rows["day"].where(~in_time, rows["assigned_on"]),
        decided_by=pd.Series("file", index=rows.index, dtype=object).where(rows["trial"].isna(), "trial"),
    )
    return rows.loc[by_file & (differs | other_test) & loan.notna(), list(FIELDS)].reset_index(drop=True)


def _other(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left.fillna("") != right.fillna("")).astype(bool)


def _not_after(day: pd.Series, limit: pd.Series) -> pd.Series:
    return day.notna() & limit.notna() & (day.fillna("9999") <= limit.fillna(""))


def rederive(connection: Connection, book_id: int, revision_id: int, known_on: str) -> set[int]:
    """Bring the file assignments of the loans in `chosen` in line with the rows that speak; returns the loans where
    that changed anything."""
    found = connection.exec_driver_sql(
        "SELECT s.loan_id, s.as_of AS day, 0 AS by_person, s.strategy_stated AS strategy, s.trial, s.arm, "
        "s.assignment_probability AS probability, s.assigned_on, s.batch_id FROM chosen c CROSS JOIN snapshots s "
        "WHERE s.loan_id = c.id AND s.live = 1 AND s.strategy_stated IS NOT NULL UNION ALL "
        "SELECT a.loan_id, a.assigned_on, 1, a.strategy, NULL, NULL, NULL, NULL, NULL FROM chosen c "
        "CROSS JOIN assignments a WHERE a.loan_id = c.id AND a.live = 1 AND a.decided_by = 'person'"
    )
    events = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)
    wanted = {_plain(row) for row in changes_of_strategy(events).itertuples(index=False)} if len(events) else set()
    kept = connection.exec_driver_sql(
        f"SELECT a.id, {', '.join(f'a.{name}' for name in FIELDS)} FROM chosen c CROSS JOIN assignments a "
        "WHERE a.loan_id = c.id AND a.live = 1 AND a.decided_by <> 'person'"
    )
    present = {tuple(row[1:]): int(row[0]) for row in kept}
    gone, new = present.keys() - wanted, wanted - present.keys()
    if gone:
        ended = [(known_on, present[row]) for row in gone]
        connection.exec_driver_sql("UPDATE assignments SET live = 0, until_on = ? WHERE id = ?", ended)
    rows = [(revision_id, book_id, 1, known_on, *row) for row in sorted(new, key=lambda row: (row[0], row[1]))]
    insert_rows(connection, assignments, ("revision_id", "book_id", "live", "since_on", *FIELDS), rows)
    return {int(row[0]) for row in gone | new}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if value is None or value != value else value for value in row)


def choose_restated(connection: Connection) -> None:
    """Into `chosen`: of the loans whose history only grew (their new snapshots are in `frontier`), those whose
    statement differs from what they were under, or on whom a person decided."""
    connection.exec_driver_sql(
        "INSERT INTO chosen SELECT r.loan_id FROM frontier f CROSS JOIN snapshots r "
        f"LEFT JOIN assignments a ON a.id = {_LAST} WHERE r.id = f.id AND r.strategy_stated IS NOT NULL AND ("
        "a.id IS NULL OR a.strategy <> r.strategy_stated "
        "OR (r.trial IS NOT NULL AND (coalesce(a.trial, '') <> r.trial OR coalesce(a.arm, '') <> coalesce(r.arm, ''))) "
        "OR EXISTS (SELECT 1 FROM assignments p WHERE p.loan_id = r.loan_id AND p.decided_by = 'person')) "
        "ON CONFLICT DO NOTHING"
    )


def restate_snapshots(connection: Connection, touched: Touched) -> None:
    """Give silent snapshots (the file named no strategy) the strategy their loan was under that day, for the loans in
    `chosen` and the rows in `changed`."""
    concerned = (
        "SELECT s.id FROM chosen c CROSS JOIN snapshots s WHERE s.loan_id = c.id AND s.live = 1 UNION "
        "SELECT s.id FROM changed c CROSS JOIN snapshots s WHERE s.loan_id = c.loan_id AND s.as_of = c.as_of AND s.live = 1"
    )
    found = connection.exec_driver_sql(
        "SELECT * FROM (SELECT s.id, s.loan_id, s.as_of, s.strategy, (SELECT a.strategy FROM assignments a "
        "WHERE a.loan_id = s.loan_id AND a.live = 1 AND a.assigned_on <= s.as_of "
        "ORDER BY a.assigned_on DESC, a.decided_by = 'person' DESC, a.id DESC LIMIT 1) AS wanted "
        f"FROM snapshots s WHERE s.id IN ({concerned}) AND s.strategy_stated IS NULL) r "
        "WHERE coalesce(strategy, '') <> coalesce(wanted, '')"
    ).all()
    if not found:
        return
    connection.exec_driver_sql("DELETE FROM moved")
    connection.exec_driver_sql("INSERT INTO moved VALUES (?, ?)", [(row.loan_id, row.as_of) for row in found])
    touched.days()
    connection.exec_driver_sql(
        "UPDATE snapshots SET strategy = ? WHERE id = ?", [(row.wanted, row.id) for row in found]
    )
