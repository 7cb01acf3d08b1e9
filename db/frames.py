"""From the store's rows to frames: hundredths to currency, absent categories to "not stated", JSON to lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.selection import NOT_STATED

COUNT = "count"
"""A whole number that is never absent."""


def frame_of(rows: Iterable[Sequence[Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame.

    Args:
        rows: tuples in the order of `dtypes`.
        dtypes: column to type: money, share and number become floats (NaN where absent), integer too; count stays
            whole; category becomes text with "not stated"; text and date stay text, NaN where absent; flag becomes
            true or false; list is read from JSON.

    Returns:
        A frame with these columns and these types, also where there are no rows.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    return pd.DataFrame(
        {name: _column(values, dtype) for (name, dtype), values in zip(dtypes.items(), columns, strict=True)}
    )


def _column(values: Sequence[Any], dtype: str) -> pd.Series:
    if dtype == "money":
        return pd.Series(np.array(values, dtype=float) / 100)
    if dtype in ("integer", "number", "share"):
        return pd.Series(np.array(values, dtype=float))
    if dtype == COUNT:
        return pd.Series(np.array(values, dtype=np.int64))
    if dtype == "flag":
        return pd.Series(np.array([bool(value) for value in values], dtype=bool))
    if dtype == "list":
        return pd.Series([json.loads(value) if value else [] for value in values], dtype=object)
    if dtype == "category":
        values = [NOT_STATED if value is None else value for value in values]
    return pd.Series(values, dtype="str")
