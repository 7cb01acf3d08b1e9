"""Many groups in a small chart: the first as they are, the rest as one, so that sums stay."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

MOST_BARS = 7


def folded(frame: pd.DataFrame, by: str, amounts: Sequence[str], most: int = MOST_BARS) -> pd.DataFrame:
    """At most `most` rows: the first groups, and "5 others" for the rest.

    >>> folded(pd.DataFrame({"branch": ["A", "B", "C"], "loans": [5, 2, 1]}), "branch", ["loans"], most=2).values.tolist()
    [['A', 5], ['2 others', 3]]
    """
    if len(frame) <= most:
        return frame[[by, *amounts]].reset_index(drop=True)
    rest = frame.iloc[most - 1 :]
    last = pd.DataFrame([{by: f"{len(rest)} others", **rest[list(amounts)].sum()}])
    return pd.concat([frame[[by, *amounts]].head(most - 1), last], ignore_index=True)


def choices(names: Sequence[str]) -> list[tuple[str, str]]:
    """Dimensions as the words of a switch."""
    words = {"bucket": "Arrears"}
    return [(name, words.get(name, name.capitalize())) for name in names]
