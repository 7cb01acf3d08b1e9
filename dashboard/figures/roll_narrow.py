"""Where balances move from one month-end to the next, as a table that fits a phone: five directions instead of twelve states."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from dash import html

from core.metrics.delinquency import BUCKETS
from core.metrics.roll import direction_shares
from dashboard import format as show
from dashboard.figures.roll import LEAST_SHOWN, Weight
from dashboard.theme import palette, tint

HEADS = {"cure": "cured", "back": "better", "stay": "stayed", "forward": "worse", "left": "left"}
"""From the best to the worst, as the matrix reads from left to right."""
DEEPEST = 0.5


def directions_by_bucket(flows: pd.DataFrame, weight: Weight) -> pd.DataFrame:
    """Which share of each bucket went which way.

    Args:
        flows: origin, state, loans and the column `weight` of one month.
        weight: "opening" (balance) or "loans".

    Returns:
        bucket, the five directions (shares 0-1 that add up to 1, NaN where the bucket had nothing), loans (opening n), in
        order of buckets, those without loans left out.
    """
    rows = []
    for bucket in BUCKETS:
        told = direction_shares(flows, weight, [bucket]).set_index("direction")
        loans = int(told["loans"].iloc[0])
        if loans:
            rows.append({"bucket": bucket, **{name: float(told.at[name, "share"]) for name in HEADS}, "loans": loans})
    return pd.DataFrame(rows, columns=["bucket", *HEADS, "loans"])


def roll_table(shares: pd.DataFrame, mode: str | None) -> html.Table:
    """The shares of `directions_by_bucket`, the deeper the tint the larger."""
    head = html.Tr([html.Th("from", scope="col"), *(html.Th(word, scope="col") for word in HEADS.values())])
    rows = [
        html.Tr(
            [
                html.Th([html.B(row["bucket"]), html.Span(f"n {show.number(row['loans'])}")], scope="row"),
                *(_cell(float(row[name]), mode) for name in HEADS),
            ]
        )
        for row in shares.to_dict("records")
    ]
    caption = html.Caption("Share of each bucket by where it went", className="visually-hidden")
    return html.Table([caption, html.Thead(head), html.Tbody(rows)], className="plain-table tinted")


def _cell(share: float, mode: str | None) -> Any:
    if math.isnan(share):
        return html.Td(show.UNDEFINED, className="muted")
    words = show.percent(share, 0) if share >= LEAST_SHOWN or share == 0 else f"< {show.percent(0.01, 0)}"
    ground = tint(palette(mode).series, DEEPEST * share) if share else "transparent"
    return html.Td(words, style={"backgroundColor": ground})
