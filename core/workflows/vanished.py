"""Columns that the score in use reads and that a file no longer states: scored all the same, and said when the file comes."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pandas as pd

from core.columns import by_field
from core.records import Model
from core.scores.rows.features import EXTRA, SOURCES

EMPTY_SAYS = frozenset({"collateral_value"})
"""Columns whose empty cells say something: a loan without a value is unsecured. They vanish only with the column."""


def vanished(frame: pd.DataFrame, champion: Model | None) -> list[str]:
    """What to say of a portfolio file's columns, none or one sentence.

    Args:
        frame: the accepted rows, see `core.intake.validate.Checked`.
        champion: the model in use; None says nothing. What it found stated in no row when it learned is not missed.
    """
    if champion is None or frame.empty:
        return []
    columns, names = by_field("portfolio"), set(champion.card.get("inputs", ()))
    unused = {each["column"] for each in champion.card.get("unused", ())}
    read = {field: columns[field].header for source in SOURCES if source.name in names for field in source.fields}
    gone = [header for field, header in read.items() if header not in unused and not _states(frame, field)]
    extras = sorted(name.removeprefix(EXTRA) for name in names if name.startswith(EXTRA))
    told = _extras(frame.get("extra", ())) if extras else set()
    gone += [name for name in extras if name not in told]
    if not gone:
        return []
    return [
        f"Stated in no row of this file, though the score in use (model {champion.id}) reads it: {', '.join(gone)}. These loans are "
        "scored as if they were typical there, and each one's reasons say so. Mend the file or its mapping and load it again."
    ]


def _states(frame: pd.DataFrame, field: str) -> bool:
    return field in frame and (field in EMPTY_SAYS or bool(frame[field].notna().any()))


def _extras(texts: Iterable[object]) -> set[str]:
    """Unknown columns that any row states."""
    return {
        name for text in texts if isinstance(text, str) and text
        for name, value in json.loads(text).items() if value not in (None, "")
    }  # fmt: skip
