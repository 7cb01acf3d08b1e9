"""The sentences of the Portfolio page."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from core.metrics.measure import Measure
from dashboard import format as show

WORDS = {
    "product": "product", "region": "region", "branch": "branch", "agency": "agency", "segment": "segment", "bucket": "bucket",
}  # fmt: skip

FORMULAS = {
    "outstanding": "Balance of open loans on the day.",
    "in_arrears": "Balance of open loans at least one day past due.",
    "recovery_rate": "Cash net of reversals since placement, by balance placed; waivers never count.",
    "cash_month": "Cash net of reversals received in the month.",
    "cost_to_collect": "Cost of the month's actions, by the month's cash.",
    "net_recovery": "Cash of the month less the cost of its actions.",
}


def portfolio_answer(
    now: Mapping[str, Measure],
    before: Mapping[str, Measure] | None,
    parts: pd.DataFrame | None,
    *,
    currency: str,
    before_on: str,
) -> str:
    """How we are doing, in a sentence.

    Args:
        now, before: portfolio_measures of the two days; `before` is None on the book's first day.
        parts: contributions by product to the change in arrears; None where there is no earlier day.
        currency: said once, here.
        before_on: the earlier day in words.
    """
    outstanding, late = now["outstanding"].value, now["in_arrears"].value
    if not now["outstanding"].n:
        return "**No loan is in this selection.** Clear a filter to see the book."
    share = show.percent(late / outstanding, 0) if outstanding else show.UNDEFINED
    opening = f"**{show.money(late, currency)} of {show.money(outstanding)} is in arrears** ({share})"
    if before is None or parts is None or not len(parts):
        return f"{opening}. The book holds no earlier day to compare with."
    change = late - before["in_arrears"].value
    if abs(change) < 0.005:
        return f"{opening}, as much as on {before_on}."
    top = _driver(parts, change)
    moved = f"{show.money(abs(change))} {'more' if change > 0 else 'less'} than on {before_on}"
    cash = _cash(now["cash_month"], before["cash_month"])
    return f"{opening}, {moved}{top}.{cash}"


def _driver(parts: pd.DataFrame, change: float) -> str:
    pushing = parts[(parts["change"] > 0) == (change > 0)]
    if not len(pushing) or len(parts) < 2:
        return ""
    first = pushing.iloc[0]
    return f"; **{first.iloc[0]} {'added' if change > 0 else 'took off'} {show.money(abs(first['change']))}**"


def _cash(now: Measure, before: Measure) -> str:
    if not now.is_defined:
        return ""
    sentence = f" Cash this month is {show.money(now.value)}"
    if before.is_defined and before.value:
        sentence += f", {show.signed(show.percent((now.value - before.value) / abs(before.value)))}"
    return sentence + "."


def stuck_title(groups: pd.DataFrame, by: str) -> str:
    """Who holds most of the arrears."""
    first = groups.iloc[0]
    if len(groups) == 1:
        return f"All arrears stand in one {WORDS[by]}: {first[by]}"
    return f"{first[by]} holds {show.percent(first['share'], 0)} of the arrears"


def change_title(parts: pd.DataFrame) -> str:
    """By how much the arrears moved, and who moved them most."""
    change = float(parts["change"].sum())
    if abs(change) < 0.005:
        return "The arrears did not change"
    pushing = parts[(parts["change"] > 0) == (change > 0)]
    most = f", most in {pushing.loc[pushing['change'].abs().idxmax()].iloc[0]}" if len(parts) > 1 else ""
    return f"Arrears {'rose' if change > 0 else 'fell'} by {show.money(abs(change))}{most}"


def in_words(frame: pd.DataFrame, by: str, amount: str) -> str:
    """A chart as a list: "Auto 17.4 M, Home 9.1 M"."""
    signs = frame[amount].lt(0).any()
    pieces = [
        f"{name} {show.signed(show.money(value)) if signs else show.money(value)}"
        for name, value in zip(frame[by], frame[amount], strict=True)
    ]
    return ", ".join(pieces) + "."
