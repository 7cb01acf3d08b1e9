"""Why a new model and the one in use did not meet yet, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.monitoring.maturity import matures_on
from core.scores.rows.target import WINDOW_MONTHS
from core.wording import counted, dated


def no_contest_words(comparison: Mapping[str, Any]) -> str:
    """Why two models did not meet, and when they may, without a full stop."""
    against, needed = f"model {comparison['against']}", f"{comparison['needed']} loans of each outcome"
    if not comparison["since"]:
        return f"there is no contest: the card of {against} does not say which loans it learned from"
    found = (
        f"{comparison['n']:,} ({comparison['events']:,} not recovered) have matured"
        if comparison["n"]
        else "none has matured"
    )
    said = f"there is no contest yet: it takes {needed} that are new to both, placed after {dated(comparison['since'])}, and {found}"
    if not comparison["next_placed"]:
        return said
    following = counted(comparison["next_loans"], "loan")
    ripe = dated(matures_on(date.fromisoformat(comparison["next_placed"]), WINDOW_MONTHS))
    return f"{said}; the next {following} can be judged once payments up to {ripe} are loaded"
