"""Margins and moves between segments, counted loan by loan from frames."""

from __future__ import annotations

from datetime import date

import pandas as pd

from core.metrics.delinquency import OPEN
from core.metrics.portfolio import month_end
from core.selection import DIMENSIONS, NOT_STATED

MARGINS = ["placed", "borderline", "unlike", "held_back"]
MOVES = ["loans", "balance", "held_back"]


def plain_margins(snapshots: pd.DataFrame) -> pd.DataFrame:
    """One row an open loan with a segment and day: as_of, DIMENSIONS, MARGINS."""
    rows = snapshots[(snapshots["status"] == OPEN) & snapshots["segment"].notna()]
    return rows.assign(
        placed=1,
        borderline=(rows["segment_margin"].astype(float) <= 0.10).astype(int),
        unlike=[int(value is True or value == 1) for value in rows["segment_unlike"]],
        held_back=_held_back(rows),
    )


def plain_moves(snapshots: pd.DataFrame) -> pd.DataFrame:
    """One row a loan and pair of adjacent month-ends: month, origin, became, DIMENSIONS, MOVES."""
    days = set(snapshots["as_of"])
    told = {(row["loan_ref"], row["as_of"]): row for row in snapshots.to_dict("records")}
    moves = []
    for (ref, day), row in told.items():
        if row["status"] != OPEN or day != month_end(date.fromisoformat(day)).isoformat():
            continue
        next_day, day_before = _shifted(day, 1), _shifted(day, -1)
        if next_day in days:
            then = told.get((ref, next_day))
            moves.append(_move(row, next_day, row["segment"] or NOT_STATED, then))
        earlier = told.get((ref, day_before))
        if day_before in days and (earlier is None or earlier["status"] != OPEN):
            moves.append(_move(row, day, "new", row) | {"held_back": 0})
    return pd.DataFrame(moves, columns=["month", "origin", "became", *DIMENSIONS, *MOVES])


def _move(row: dict, month: str, origin: str, then: dict | None) -> dict:
    stays = then is not None and then["status"] == OPEN
    became = "missing" if then is None else (then["segment"] or NOT_STATED) if stays else then["status"]
    held = int(bool(stays and then["segment_nearest"] and then["segment_nearest"] != then["segment"]))
    return {
        "month": month,
        "origin": origin,
        "became": became,
        "loans": 1,
        "balance": row["balance"],
        "held_back": held,
    } | {name: row[name] for name in DIMENSIONS}


def _held_back(rows: pd.DataFrame) -> pd.Series:
    return (rows["segment_nearest"].notna() & (rows["segment_nearest"] != rows["segment"])).astype(int)


def _shifted(day: str, months: int) -> str:
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return month_end(date(year, month + 1, 1)).isoformat()
