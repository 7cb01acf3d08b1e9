"""Rows of the store as frames."""

from __future__ import annotations

import pandas as pd

from db.frames import COUNT, frame_of

EVERY_TYPE = {
    "n": COUNT, "amount": "money", "days": "integer", "share": "share", "place": "category", "ref": "text",
    "day": "date", "legal": "flag", "why": "list",
}  # fmt: skip


def test_hundredths_become_currency_to_the_cent():
    assert frame_of([(1,), (10,), (123456789012345,)], {"amount": "money"})["amount"].tolist() == [
        0.01,
        0.10,
        1234567890123.45,
    ]


def test_what_is_absent_is_nan_or_not_stated_or_empty():
    row = frame_of([(3, None, None, None, None, None, None, None, None)], EVERY_TYPE).iloc[0]
    assert (row["n"], row["place"], row["legal"], row["why"]) == (3, "not stated", False, [])
    assert row[["amount", "days", "share", "ref", "day"]].isna().all()


def test_a_frame_without_rows_has_the_types_of_one_with_rows():
    full = frame_of([(3, 5, 2, 0.5, "Auto", "LN1", "2026-10-31", 1, '["late"]')], EVERY_TYPE)
    empty = frame_of([], EVERY_TYPE)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert (len(empty), full["why"].iloc[0]) == (0, ["late"])
    assert isinstance(full["place"].dtype, pd.StringDtype)
