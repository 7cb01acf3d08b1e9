"""What the page Targets says."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.target_values import read_value
from core.metrics.targets import TARGET_METRICS
from dashboard import text_targets as say

CASH, RATE, NET = (TARGET_METRICS[name] for name in ("cash_month", "recovery_rate", "net_recovery"))
OCT, NOV, DEC = date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("value", "metric", "words"),
    [(1_250_000.0, CASH, "1,250,000"), (1200.5, CASH, "1,200.50"), (-20.0, NET, "−20"), (0.0, CASH, "0"),
     (0.35, RATE, "35 %"), (0.325, RATE, "32.5 %"), (0.07, RATE, "7 %"), (1.05, RATE, "105 %"), (0.12345, RATE, "12.345 %")],
)  # fmt: skip
def test_a_target_is_shown_as_short_as_it_is_exact(value, metric, words):
    assert say.value_words(value, metric) == words


@given(st.integers(-(10**12), 10**12))
def test_an_amount_as_shown_is_read_back_as_it_is(hundredths):
    assert read_value(NET, say.value_words(hundredths / 100, NET)) == (hundredths / 100, "")


@given(st.integers(0, 10**7))
def test_a_share_as_shown_is_read_back_as_it_is(millionths):
    assert read_value(RATE, say.value_words(millionths / 10**6, RATE)) == (millionths / 10**6, "")


@pytest.mark.parametrize(
    ("count", "missing", "words"),
    [
        (0, [OCT, NOV, DEC], "**No target is set yet**, so nothing in this book is held against one."),
        (1, [OCT], "**1 target** is set. The monthly budget is missing for **Oct 2026**."),
        (7, [NOV, DEC], "**7 targets** are set. The monthly budget is missing for **Nov 2026** and 1 later month."),
        (7, [], "**7 targets** are set. The monthly budget is set for every month up to Dec 2026."),
    ],
)
def test_the_answer_says_how_many_are_set_and_where_the_budget_is_missing(count, missing, words):
    assert say.targets_answer(count, missing, DEC) == words


def test_the_note_tells_the_currency_and_what_the_table_does_not_show():
    whole = say.months_note(OCT, "EUR", 1)
    assert whole.endswith(
        "Newest figures: 31 Oct 2026. Amounts in EUR. 1 target of other months is set too; the CSV holds them."
    )
    assert say.months_note(OCT, "", 0).endswith("Newest figures: 31 Oct 2026.")


def test_a_liquidation_target_that_falls_with_age_is_remarked_on():
    rising = pd.DataFrame({"age_months": [6.0, 3.0], "value": [0.3, 0.1]})
    assert say.falls(rising) == ""
    assert say.falls(rising.assign(value=[0.05, 0.1])) == (
        " The target at 6 months is below an earlier one; cash to date falls by reversals only."
    )


def test_an_edit_is_told_by_its_name_or_its_number():
    assert say.was_set(["Penetration, Nov 2026"], 0, "ana") == "Penetration, Nov 2026: set by ana."
    assert say.was_set(["Penetration, Nov 2026"], 1, "ana") == "Penetration, Nov 2026: taken away by ana."
    assert say.was_set(["a", "b"], 1, "ana") == "2 targets: set by ana."


def test_the_check_of_a_file_says_whether_it_can_be_set():
    assert say.check_words("p.csv", 2, 0) == "p.csv is in order: 2 targets. Nothing is set before you say so."
    assert (
        say.check_words("p.csv", 2, 1)
        == "1 of 3 rows of p.csv has a fault, so none can be set. Mend them and send the file again."
    )
