"""When a recovery episode begins: the clock on which cohorts, liquidation and recovery rates hang."""

from __future__ import annotations

import pandas as pd

CURRENT_MONTHS = 3
"""So many Current month-ends in a row end an episode: the next arrears begin another."""
STRATEGY_DAYS = 90
"""A strategy first given within so many days after the placement is the episode's."""

EPISODE_FIELDS = ["loan_id", "episode", "placed_on", "snapshot_id", "balance", "strategy"]


def placements(snapshots: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    """The recovery episodes of loans, from their whole history.

    An episode begins on the day stated as Placed_On, else on the first snapshot with DPD >= 1; another begins with
    the first such snapshot after three Current month-ends in a row, or on a later stated day. A stated day replaces
    the snapshot that would have begun the episode when it falls between the loan's previous arrears and that
    snapshot. A day stated ahead of its own snapshot is not yet true and does not count. Of two beginnings seen first
    on the same snapshot the later counts, so that no balance is placed twice.

    Args:
        snapshots: one row a loan and day: loan_id, snapshot_id, as_of (ISO), dpd (days), placed_on (ISO or None),
            balance (any unit, kept as it is).
        assignments: one row an assignment: loan_id, assigned_on (ISO), strategy; may be empty.

    Returns:
        EPISODE_FIELDS, by loan and episode: episode counts from 1; snapshot_id and balance are those of the first
        snapshot on or after placed_on; strategy is the one in force on placed_on, else the first given within 90
        days after, else None. Empty for loans that were never placed.

    References:
        DESIGN section 2, Placement.
    """
    rows = snapshots.sort_values(["loan_id", "as_of"], kind="stable", ignore_index=True)
    starts = pd.concat([_stated(rows), _in_arrears_anew(rows)], ignore_index=True)
    if starts.empty:
        return pd.DataFrame(columns=EPISODE_FIELDS)
    starts = starts.drop_duplicates().sort_values(["loan_id", "placed_on"], ignore_index=True)
    seen = _first_from(starts, rows)
    seen = seen.drop_duplicates(["loan_id", "snapshot_id"], keep="last", ignore_index=True)
    seen["episode"] = seen.groupby("loan_id").cumcount() + 1
    seen["strategy"] = _strategy(seen, assignments)
    return seen[EPISODE_FIELDS]


def _stated(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows["placed_on"].astype(object)
    true_by_then = told.where(told.notna(), "9999-12-31") <= rows["as_of"].astype(object)
    return pd.DataFrame({"loan_id": rows["loan_id"], "placed_on": told})[true_by_then].drop_duplicates()


def _in_arrears_anew(rows: pd.DataFrame) -> pd.DataFrame:
    loan, late = rows["loan_id"], rows["dpd"] >= 1
    last_late = rows["as_of"].astype(object).where(late).groupby(loan).ffill().groupby(loan).shift()
    current_months = _current_months_before(rows, late)
    begins = late & (last_late.isna() | (current_months >= CURRENT_MONTHS))
    starts = pd.DataFrame({"loan_id": loan, "placed_on": rows["as_of"].astype(object), "last_late": last_late})[begins]
    return starts[~_told_by_statement(starts, _stated(rows))][["loan_id", "placed_on"]]


def _current_months_before(rows: pd.DataFrame, late: pd.Series) -> pd.Series:
    """At each row, how many months ended Current since the loan's previous arrears; the row's own month is not over."""
    month = rows["as_of"].astype(object).str.slice(0, 7)
    loan = rows["loan_id"]
    ends_month = (month != month.shift(-1)) | (loan != loan.shift(-1))
    ended = (ends_month & ~late).astype("int64")
    so_far = ended.groupby(loan).cumsum() - ended
    at_late = so_far.where(late).groupby(loan).ffill().groupby(loan).shift()
    return (so_far - at_late.fillna(0)).astype("int64")


def _told_by_statement(starts: pd.DataFrame, stated: pd.DataFrame) -> pd.Series:
    """Whether a stated day lies after the loan's previous arrears and up to the snapshot that would begin an episode."""
    pairs = starts.reset_index().merge(stated.rename(columns={"placed_on": "told"}), on="loan_id")
    after_arrears = pairs["last_late"].isna() | (pairs["told"] > pairs["last_late"].fillna(""))
    told = pairs.loc[after_arrears & (pairs["told"] <= pairs["placed_on"]), "index"]
    return pd.Series(starts.index.isin(told), index=starts.index)


def _first_from(starts: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Each start with the first snapshot of its loan on or after it."""
    left = starts.assign(day=pd.to_datetime(starts["placed_on"])).sort_values("day", kind="stable")
    right = rows[["loan_id", "snapshot_id", "balance"]].assign(day=pd.to_datetime(rows["as_of"]))
    joined = pd.merge_asof(left, right.sort_values("day", kind="stable"), on="day", by="loan_id", direction="forward")
    return joined.sort_values(["loan_id", "placed_on"], ignore_index=True).drop(columns="day")


def _strategy(episodes: pd.DataFrame, assignments: pd.DataFrame) -> pd.Series:
    if assignments.empty:
        return pd.Series([None] * len(episodes), index=episodes.index, dtype=object)
    given = assignments[["loan_id", "strategy"]].assign(day=pd.to_datetime(assignments["assigned_on"]))
    given = given.sort_values("day", kind="stable")
    asked = episodes[["loan_id"]].assign(day=pd.to_datetime(episodes["placed_on"]), place=range(len(episodes)))
    asked = asked.sort_values("day", kind="stable")
    in_force = pd.merge_asof(asked, given, on="day", by="loan_id")
    soon = pd.merge_asof(
        asked, given, on="day", by="loan_id", direction="forward", tolerance=pd.Timedelta(days=STRATEGY_DAYS)
    )
    found = in_force.set_index("place")["strategy"].combine_first(soon.set_index("place")["strategy"])
    found = found.reindex(range(len(episodes))).astype(object)
    return found.where(found.notna(), None).set_axis(episodes.index)
