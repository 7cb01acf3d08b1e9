"""Columns nobody asked for, kept with the row as they came."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.intake.cells import distinct


def extra_json(raw: pd.DataFrame, headers: Sequence[str]) -> np.ndarray:
    """One JSON object of unknown columns per row, cells as written and empty ones left out; None where all are empty.

    >>> extra_json(pd.DataFrame({"Note": ["a", ""]}), ["Note"]).tolist()
    ['{"Note": "a"}', None]
    """
    members = [_members(raw[header], header) for header in headers]
    rows = np.full(len(raw), None, dtype=object)
    if members:
        for row, parts in enumerate(zip(*members, strict=True)):
            said = ", ".join(filter(None, parts))
            rows[row] = f"{{{said}}}" if said else None
    return rows


def _members(column: pd.Series, header: str) -> np.ndarray:
    cells = distinct(column)
    name = json.dumps(header, ensure_ascii=False)
    texts = [f"{name}: {json.dumps(text, ensure_ascii=False)}" if text else "" for text in cells.texts]
    members: np.ndarray = np.asarray(texts, dtype=object)[cells.codes]
    return members
