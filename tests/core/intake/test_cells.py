from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.intake.cells import constant, distinct, invisible, is_absent, shown


@given(st.lists(st.text(max_size=3)))
def test_distinct_cells_give_the_column_back(column):
    cells = distinct(column)
    assert [cells.texts[code] for code in cells.codes] == column
    assert len(set(cells.texts)) == len(cells.texts) == len(cells.rows)
    assert cells.rows.sum() == len(column)


def test_a_constant_is_in_every_row():
    cells = constant("EUR", 3)
    assert [cells.texts[code] for code in cells.codes] == ["EUR"] * 3
    assert cells.rows.tolist() == [3]


def test_markers_of_absence_are_few_and_zero_is_none_of_them():
    absent = ["", " ", "NA", "n/a", "#N/A", "NULL", "None", "NaN", "-", "--"]
    assert all(map(is_absent, absent))
    assert not any(map(is_absent, ["0", "nil", "no", "x", "Nan Madol"]))


def test_invisible_characters_are_named():
    assert invisible("LN\u202e1") == "U+202E"
    assert invisible("a\tb") == "U+0009"
    assert invisible("a\nb", allowed="\n") == ""
    assert invisible("Müller 漢字") == ""


def test_a_shown_cell_is_short_and_harmless():
    assert shown("x" * 200) == "x" * 80 + "..."
    assert shown("a\u202eb\x07") == "a\\u202eb\\x07"
    assert shown("plain") == "plain"
