"""The drawer: its parts, and the widgets that it is made of."""

from __future__ import annotations

import pandas as pd
import pytest

from core.metrics.definitions import FACT_MEASURES, Behind
from core.metrics.facts import FACT_FIELDS
from core.selection import NOT_STATED
from dashboard import ids
from dashboard.components.drawer import GRID, drawer, explanation_outputs, rows_outputs, why_button
from dashboard.components.fact_rows import columns_of, rows_of
from dashboard.components.pager import pager, place, turned


def test_every_part_has_its_place_in_the_drawer():
    made = {part.id: part for part in drawer()._traverse() if hasattr(part, "id")}
    for output in (*explanation_outputs().values(), *rows_outputs().values()):
        assert output.component_property in made[output.component_id].available_properties


def test_the_drawer_is_named_by_its_title_and_closes_by_key():
    made = drawer()
    assert (made.id, made.labelledby, made.placement) == (ids.DRAWER, "why-title", "end")
    assert made.keyboard is True
    assert made.is_open is False


def test_what_opens_it_says_of_which_number():
    button = why_button("why=loans", "Loans")
    assert (getattr(button, "data-why"), getattr(button, "aria-label")) == ("why=loans", "why this number: Loans")
    assert not hasattr(button, "aria-describedby")


@pytest.mark.parametrize("kind", FACT_FIELDS)
def test_every_kind_of_rows_has_a_named_column_a_field_and_its_sum_stands_second(kind):
    for measure in FACT_MEASURES[kind]:
        fields = [column["field"] for column in columns_of(Behind(kind, measure, "x"), FACT_FIELDS[kind])]
        assert sorted(fields) == sorted(FACT_FIELDS[kind])
        assert fields[0] == "loan_ref"
        if measure in FACT_FIELDS[kind]:
            assert fields[1] == measure


def test_a_row_is_read_as_text():
    frame = pd.DataFrame(
        {
            "loan_ref": ["LN1"], "promised_on": ["2026-10-01"], "due_on": [None], "promised": [1200.5], "kept": [0],
            "kept_amount": [-3.0], "product": [NOT_STATED], "region": ["North"], "strategy": ["Legal"], "bystander": [1],
        }
    )  # fmt: skip
    assert rows_of(frame, FACT_FIELDS["promises"]) == [
        {"loan_ref": "LN1", "promised_on": "1 Oct 2026", "due_on": "", "promised": "1,200.50", "kept": "no",
         "kept_amount": "−3.00", "product": "", "region": "North", "strategy": "Legal"}
    ]  # fmt: skip
    assert rows_of(frame[:0], FACT_FIELDS["promises"]) == []


def test_the_pages_turn_by_key_and_never_before_the_first():
    keys = ["b", "c", ""]  # on the third and last page
    assert turned(keys, -1) == [None, "b"]
    assert turned(["b"], -1) == [None]
    assert turned(None, 1) == [None]
    assert turned(["b", 3, None], 1) == [None, "b"]  # what no page sends is left out
    assert place(1, 0, 0) == ""
    assert {part.id for part in pager(GRID)._traverse() if hasattr(part, "id")} == {
        f"{GRID}-previous", f"{GRID}-place", f"{GRID}-next",
    }  # fmt: skip
