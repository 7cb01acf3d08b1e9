"""Which costs count beside cash? Those of the same loans: from placement on, by the attributes at placement."""

from __future__ import annotations

import pandas as pd

from core.wording import counted

NO_COHORT = "none"
"""The cohort of an action before its loan's first placement."""


def before_placement(activity: pd.DataFrame) -> tuple[int, float]:
    """The actions with a cost that no placement accounts for, and what they cost.

    Args:
        activity: cohort, costed, cost (currency), as `PortfolioReader.activity` answers by cohort.

    >>> before_placement(pd.DataFrame({"cohort": ["none", "2026-09-30"], "costed": [2, 5], "cost": [3.5, 9.0]}))
    (2, 3.5)
    """
    early = activity[activity["cohort"] == NO_COHORT]
    return int(early["costed"].sum()), round(float(early["cost"].sum()), 2)


def left_out(activity: pd.DataFrame) -> str:
    """What is said of them; "" where there are none.

    Args:
        activity: as for `before_placement`.
    """
    n, cost = before_placement(activity)
    return f"left out: {counted(n, 'action')} before a placement, cost {cost:,.2f}" if n else ""
