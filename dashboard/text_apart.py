"""Groups that are told apart, or not, by more than chance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from core.metrics.sites import FALSE_ALARMS_SHARE
from core.selection import NOT_STATED
from core.wording import plural
from dashboard import format as show

CHANCE = f"If all were alike, chance would name any of them in {round(FALSE_ALARMS_SHARE * 100)} of 100 books."
"""What "by more than chance" means, wherever `apart_title` says it."""


def apart_title(sites: pd.DataFrame, by: str) -> str:
    """Which groups recover more or less than the others by more than chance, if any.

    Args:
        sites: from `core.metrics.sites`: `by`, loans, rate, others, low, differs.
    """
    named = sites[(sites[by] != NOT_STATED) & (sites["loans"] > 0)]
    if len(named) == 1:
        return f"{named[by].iloc[0]} is the only {by} with a placement"
    if named["low"].isna().all():
        return f"Too little to tell {plural(by)} apart"
    apart = named[named["differs"]]
    if apart.empty:
        return f"No {by} differs from the others by more than chance"
    if len(apart) == 1:
        return f"{apart[by].iloc[0]} recovers {side(apart.iloc[0])} than the others, by more than chance"
    sides = {word: [row[by] for _, row in apart.iterrows() if side(row) == word] for word in ("more", "less")}
    told = "; ".join(f"{_listed(names)} {word}" for word, names in sides.items() if names)
    return f"{show.number(len(apart))} of {len(named)} {plural(by)} differ from the others by more than chance: {told}"


def side(row: Mapping[str, object]) -> str:
    """Whether a group that differs recovers more or less than the others."""
    return "less" if row["rate"] < row["others"] else "more"  # type: ignore[operator]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
