"""How did the number of loans get from its opening to its closing? Every loan of the way, line by line."""

from __future__ import annotations

import pandas as pd

from core.metrics.bridge import CURRENT, SCOPES

LOAN_LINES: tuple[str, ...] = (
    "opening",
    "new",
    "fell_behind",
    "rolled_in",
    "rolled_out",
    "cured",
    "paid",
    "written_off",
    "sold",
    "gone",
    "reclassified",
    "closing",
)
"""Lines of core.metrics.bridge that move loans, and those paid off, whose balance there is cash."""

_LEAVES = ("rolled_out", "cured", "paid", "written_off", "sold", "gone")
_TO_CURRENT = ("fell_behind", "cured")
"""Moves over the edge of Current: what takes off on one side adds on the other."""


def loan_bridge(lines: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """What made the number of loans of one month-end into that of the next, for the whole, the arrears, each bucket?

    Args:
        lines: from `core.metrics.bridge.bridge`.
        flows: origin, state, loans of the same month.

    Returns:
        As `bridge`, in the order of SCOPES and LOAN_LINES: bucket, line, amount (loans, signed: opening + all lines
        between = closing), loans (count). "cured" takes off in the scopes in arrears and adds in that of Current, and so
        on, as the amounts of the bridge do.
    """
    paid = flows[flows["state"] == "paid"]
    rows = []
    for scope, buckets in SCOPES.items():
        told = lines[lines["bucket"] == scope].set_index("line")
        moved = told["loans"].to_dict()
        moved["paid"] = paid.loc[paid["origin"].isin(list(buckets)), "loans"].sum()
        rows += [(scope, line, _sign(line, scope) * int(moved[line]), abs(int(moved[line]))) for line in LOAN_LINES]
    return pd.DataFrame(rows, columns=["bucket", "line", "amount", "loans"]).astype({"amount": float, "loans": "int64"})


def _sign(line: str, scope: str) -> int:
    sign = -1 if line in _LEAVES else 1
    return -sign if line in _TO_CURRENT and scope == CURRENT else sign
