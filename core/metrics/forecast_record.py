"""How did earlier forecasts do, and is that what their intervals promise?"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from core.metrics.intervals import wilson
from core.wording import counted

LEVEL = 0.8
"""The share of forecasts whose interval is meant to hold what comes."""
FEWEST_JUDGED = 7
"""With fewer, an interval that holds only half of what comes would pass more often than not."""

Verdict = Literal["fewer than promised", "no clear difference", "too few to judge"]
UNDER: Verdict = "fewer than promised"
NO_DIFFERENCE: Verdict = "no clear difference"
TOO_FEW: Verdict = "too few to judge"

_COLUMNS = ["measure", "steps", "n", "inside", "share", "low", "high", "verdict"]


def coverage(tested: pd.DataFrame) -> pd.DataFrame:
    """How many of the earlier forecasts held what came?

    Args:
        tested: measure, steps, inside: from `core.metrics.forecast.backtest`.

    Returns:
        One row a measure and number of steps: measure, steps, n (forecasts), inside (count), share (inside / n; should
        be near LEVEL), low, high (its 95 % Wilson interval, as if the forecasts were independent: those of neighbouring
        months share most of their history, so it is rather too narrow), verdict (from `verdict`). Empty without forecasts.
    """
    if tested.empty:
        return pd.DataFrame(columns=_COLUMNS)
    counts = tested.groupby(["measure", "steps"])["inside"].agg(n="size", inside="sum").reset_index()
    pairs = list(zip(counts["inside"], counts["n"], strict=True))
    counts["share"] = counts["inside"] / counts["n"]
    counts[["low", "high"]] = [wilson(inside, n) for inside, n in pairs]
    counts["verdict"] = [verdict(inside, n) for inside, n in pairs]
    return counts[_COLUMNS]


def verdict(inside: int, n: int) -> Verdict:
    """What a record says about the promise to hold LEVEL of what comes.

    Fewer than promised: the 95 % Wilson interval of the share lies below LEVEL. "No clear difference" does not say that
    the promise is kept. Of independent forecasts that keep it at most 6 records in 100 are called fewer. Of 120 simulated
    books whose intervals keep it, 0 to 1 in 100 were called fewer than promised by 12 forecasts one month ahead, and 1 to 8
    in 100 by 10 forecasts three months ahead, which overlap.

    >>> [verdict(6, 10), verdict(5, 10), verdict(6, 6)]
    ['no clear difference', 'fewer than promised', 'too few to judge']
    """
    if n < FEWEST_JUDGED:
        return TOO_FEW
    return UNDER if wilson(inside, n)[1] < LEVEL else NO_DIFFERENCE


def record_words(inside: int, n: int) -> str:
    """A record in a few words, to stand behind an interval: "held 5 of 12 times before, fewer than promised"."""
    if not n:
        return "not yet tested"
    said = f"held {inside} of {counted(n, 'time')} before"
    return said if verdict(inside, n) == NO_DIFFERENCE else f"{said}, {verdict(inside, n)}"
