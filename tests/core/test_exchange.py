from __future__ import annotations

import csv
import io
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.columns import COLUMNS, KINDS
from core.exchange import FORMULA_STARTS, template, to_csv
from tests.core.intake.loading import load


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_numbers_stay_numbers_and_text_is_quoted():
    frame = pd.DataFrame({"a": [-1.5, 2.0], "b": [-3, 4], "c": ["x", 'say "y"'], "d": [True, False]})
    assert to_csv(frame) == '"a","b","c","d"\n-1.5,-3,"x","yes"\n2.0,4,"say ""y""","no"\n'


def test_absent_values_of_every_kind_are_empty():
    frame = pd.DataFrame({"a": [np.nan], "b": [None], "c": pd.array([pd.NA], dtype="Int64"), "d": [pd.NaT]})
    assert to_csv(frame) == '"a","b","c","d"\n,,,\n'


def test_days_are_quoted_iso():
    assert to_csv(pd.DataFrame({"day": [date(2026, 10, 31)]})) == '"day"\n"2026-10-31"\n'


def test_headers_are_renamed_where_told_and_guarded():
    frame = pd.DataFrame({"dpd": [1], "=x": [2]})
    assert to_csv(frame, {"dpd": "Days_Past_Due"}) == '"Days_Past_Due","\'=x"\n1,2\n'


def test_a_frame_without_rows_is_its_header():
    assert to_csv(pd.DataFrame({"a": [], "b": []})) == '"a","b"\n'


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_cell_opens_as_a_formula(start):
    ((_,), (cell,)) = cells(to_csv(pd.DataFrame({"a": [f"{start}1+1"]})))
    assert cell == f"'{start}1+1"


@given(st.lists(st.tuples(st.text(), st.integers(), st.floats(allow_nan=False)), max_size=5))
def test_what_is_written_is_read_again_with_every_formula_guarded(rows):
    frame = pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate("abc")}
    )
    header, *body = cells(to_csv(frame))
    assert header == ["a", "b", "c"]
    assert [cell.removeprefix("'") for cell, _, _ in body] == [text.removeprefix("'") for text, _, _ in rows]
    assert not any(cell.startswith(FORMULA_STARTS) for cell, _, _ in body)
    assert [(int(whole), float(part)) for _, whole, part in body] == [(whole, part) for _, whole, part in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_names_every_column_and_its_example_is_accepted(kind, tmp_path):
    header, example = cells(template(kind))
    assert header == [column.header for column in COLUMNS[kind]]
    assert len(example) == len(header)
    checked = load(tmp_path, template(kind))
    assert (checked.kind, checked.rows, len(checked.frame), checked.rejects) == (kind, 1, 1, ())
