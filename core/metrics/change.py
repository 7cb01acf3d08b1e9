"""What changed between two days, split by a dimension into amounts that add up."""

from __future__ import annotations

import pandas as pd


def contributions(before: pd.DataFrame, after: pd.DataFrame, by: str, amount: str) -> pd.DataFrame:
    """Each group's part in the change of a sum.

    Args:
        before: one row a group with columns `by` and `amount` (currency), on the earlier day; may be empty.
        after: the same on the later day. A group absent from one side counts as 0 there.
        by: the dimension.
        amount: the summed column.

    Returns:
        by, before, after, change, share (change / sum of before over all groups; NaN where that is 0), largest
        change in size first. Additive: the changes sum to the change of the total, to the cent.
    """
    joined = (
        before[[by, amount]]
        .rename(columns={amount: "before"})
        .merge(after[[by, amount]].rename(columns={amount: "after"}), on=by, how="outer")
        .fillna({"before": 0.0, "after": 0.0})
    )
    joined["change"] = (joined["after"] - joined["before"]).round(2)
    total = float(joined["before"].sum())
    joined["share"] = joined["change"] / total if total else float("nan")
    order = joined["change"].abs().sort_values(ascending=False, kind="stable").index
    return joined.loc[order].reset_index(drop=True)
