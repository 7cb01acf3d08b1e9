"""The check before a model is built: nothing it reads was known later than the snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.columns import by_field
from core.scores.rows.features import EXTRA, NEVER_INPUTS, SOURCES

ORDER = {"key": 0, "snapshot": 0, "treatment": 1, "after": 2}
"""When a column is known, as core.columns dates it: 0 by the snapshot, above 0 later."""


def require_known_by_snapshot(inputs: Sequence[Mapping[str, Any]], extras: Sequence[str], rows: pd.DataFrame) -> None:
    """Every input rests on facts of the snapshot: max(known_at) <= snapshot, for columns and for the days of the rows.

    The strategy is what a score is conditional on, not a fact it scores by: it is set to the reference when a loan is scored.

    Args:
        inputs: from `core.scores.rows.features.fit_inputs`.
        extras: unknown columns that the gate admitted.
        rows: what is learned from: as_of, and carried_from (the day a carried row is about) where present.

    Raises:
        ValueError: an input reads what is known later, is protected, or was not admitted; a fault of ours, not the file's.
    """
    columns, sources = by_field("portfolio"), {source.name: source for source in SOURCES}
    for each in inputs:
        name = str(each["name"])
        if each["kind"] == "strategy":
            continue
        if name.startswith(EXTRA):
            if name[len(EXTRA) :] not in extras:
                raise ValueError(f"{name} reads a column the gate did not admit")
            continue
        for field in sources[name].fields:
            if ORDER[columns[field].known_at] > 0:
                raise ValueError(
                    f"{name} reads {field}, which is known at '{columns[field].known_at}', after the snapshot"
                )
            if columns[field].protected or field in NEVER_INPUTS:
                raise ValueError(f"{name} reads {field}, which is no input of any score")
    if "carried_from" in rows:
        later = rows["carried_from"].notna() & (rows["carried_from"].astype(str) > rows["as_of"].astype(str))
        if later.any():
            raise ValueError(f"{int(later.sum())} rows carry facts of a day after their snapshot")
