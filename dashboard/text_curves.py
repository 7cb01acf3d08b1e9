"""Sentences about recovery by strategy and months since placement."""

from __future__ import annotations

import pandas as pd

from dashboard import format as show

TITLE = "Recovered by months since placement"
SUBTITLE = (
    "Cash / balance placed, by the strategy a loan's recovery began under and months since placement; at each age only the months of placement "
    "that have wholly reached it, with the 95 % interval between them"
)
MARKS = (3, 6, 12, 24)


def curves_title(curves: pd.DataFrame) -> str:
    """What each strategy had recovered at the oldest age that all of them have reached."""
    age = int(curves.groupby("strategy")["age"].max().min())
    at = curves[curves["age"] == age]
    said = ", ".join(f"{row.strategy} {show.percent(float(row.rate))}" for row in at.itertuples())
    return f"After {show.count(age, 'months')}: {said}" if age else f"In the month of placement: {said}"


def curves_summary(curves: pd.DataFrame) -> str:
    """The end of each curve."""
    ends = curves.groupby("strategy", sort=False).tail(1)
    said = ", ".join(
        f"{row.strategy} {show.percent(float(row.rate))} after {show.count(int(row.age), 'months')}"
        for row in ends.itertuples()
    )
    return f"Recovered of what was placed: {said}. Not adjusted."


def curve_rows(curves: pd.DataFrame) -> list[list[str]]:
    """The curves at each age."""
    rows = [["Strategy", "Months", "Recovered", "95 % interval", "Months of placement", "Placements", "Balance placed"]]
    for row in curves.to_dict("records"):
        known = pd.notna(row["low"]) and pd.notna(row["high"])
        interval = (
            f"{show.percent(row['low'])} to {show.percent(row['high'])}"
            if known
            else f"{show.UNDEFINED}, because {row['why']}"
        )
        rows.append(
            [str(row["strategy"]), show.number(row["age"]), show.percent(row["rate"]), interval, show.number(row["cohorts"]),
             show.number(row["loans"]), show.money(row["balance"])]
        )  # fmt: skip
    return rows
