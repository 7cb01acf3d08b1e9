"""The roll matrix on a phone: five directions a bucket, told from the same flows."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from core.metrics.flows import NEW
from dashboard.figures.roll_narrow import HEADS, directions_by_bucket, roll_table
from tests.core.metrics.flow_rows import flow, flows

MONTH = flows(
    flow("1-29", "Current", 100.0),
    flow("1-29", "paid", 50.0),
    flow("1-29", "1-29", 150.0, loans=2),
    flow("1-29", "60-89", 100.0),
    flow("30-59", "1-29", 30.0),
    flow("30-59", "sold", 70.0),
    flow("Current", "Current", 800.0, loans=8),
    flow("Current", "1-29", 200.0),
    flow(NEW, "1-29", 999.0),  # the bystander: it opened nowhere
)


def test_each_bucket_goes_five_ways_that_add_up_to_one():
    told = directions_by_bucket(MONTH, "opening").set_index("bucket")
    assert told.index.tolist() == ["Current", "1-29", "30-59"]
    assert told.loc["1-29"].tolist() == [150 / 400, 0.0, 150 / 400, 100 / 400, 0.0, 5]
    assert told.loc["30-59"].tolist() == [0.0, 0.3, 0.0, 0.0, 0.7, 2]
    assert told.loc["Current"].tolist() == [0.0, 0.0, 0.8, 0.2, 0.0, 9]
    assert told[list(HEADS)].sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_by_number_of_loans_the_shares_are_of_loans():
    told = directions_by_bucket(MONTH, "loans").set_index("bucket")
    assert told.loc["1-29"].tolist() == [2 / 5, 0.0, 2 / 5, 1 / 5, 0.0, 5]


def test_a_bucket_that_opened_with_nothing_is_undefined():
    told = directions_by_bucket(flows(flow("1-29", "1-29", 0.0)), "opening")
    assert told.loc[0, list(HEADS)].isna().all()


def test_the_table_names_ways_and_buckets_and_says_small_shares_as_such():
    shares = pd.DataFrame([["1-29", 0.004, 0.0, 0.496, 0.5, math.nan, 412]], columns=["bucket", *HEADS, "loans"])
    _, head, body = roll_table(shares, "light").children
    assert [cell.children for cell in head.children.children] == ["from", "cured", "better", "stayed", "worse", "left"]
    name, *cells = body.children[0].children
    assert [name.children[0].children, name.children[1].children] == ["1-29", "n 412"]
    assert [cell.children for cell in cells] == ["< 1 %", "0 %", "50 %", "50 %", "n/a"]
    grounds = [cell.style["backgroundColor"] for cell in cells[1:4]]
    assert grounds[0] == "transparent"
    assert grounds[1] != grounds[2]
