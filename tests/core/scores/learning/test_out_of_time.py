"""Later loans are asked about by what earlier ones taught."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.scores.learning.candidates import CANDIDATES
from core.scores.learning.out_of_time import out_of_time, split_by_time
from tests.core.scores.learning.test_crossfit import drawn, sample

LOGISTIC = CANDIDATES[0]
MONTHS = [f"{year}-{month:02d}-28" for year in (2023, 2024) for month in range(1, 13)]


def book(per_month: int = 60, months=MONTHS, seed: int = 1):
    days = pd.Series(np.repeat(months, per_month))
    margin, outcome = drawn(len(days), seed)
    return sample(outcome, 1.5 * margin), days


def test_a_fifth_of_the_loans_and_fifty_of_each_outcome_are_kept_for_the_end():
    asked, days = book()
    split = split_by_time(days, asked)
    assert days[split.later].min() == "2024-08-28"  # 5 of 24 months
    assert split.apart
    assert days[split.earlier].max() == "2023-08-28"  # their 12 months were over when the first loan asked about came
    assert asked.outcome[split.later].sum() >= 50


def test_windows_overlap_where_the_book_is_too_young_and_that_is_said():
    asked, days = book(per_month=120, months=MONTHS[:8])
    split = split_by_time(days, asked)
    assert not split.apart
    assert days[split.earlier].max() < days[split.later].min()
    assert out_of_time(LOGISTIC, asked, days).card["windows_apart"] is False


def test_nobody_stands_on_both_sides():
    asked, days = book()
    asked.groups[:] = np.arange(len(days)) % 1_000  # the last 440 rows are of borrowers seen before
    split = split_by_time(days, asked)
    assert not set(asked.groups[split.earlier]) & set(asked.groups[split.later])


@pytest.mark.parametrize("months", [MONTHS[:1], ["2024-01-31", "2024-02-29"]])
def test_dates_that_do_not_allow_it_give_none(months):
    asked, days = book(per_month=60, months=months)
    assert out_of_time(LOGISTIC, asked, days) is None


def test_what_holds_later_is_measured_on_the_later_loans_alone():
    asked, days = book()
    found = out_of_time(LOGISTIC, asked, days).card
    later = days >= found["first_day"]
    assert (found["n"], found["events"]) == (later.sum(), asked.outcome[later].sum())
    assert found["auc_ci"][0] < found["auc"] < found["auc_ci"][1]
    assert found["auc"] > 0.7
    assert found["learned_from"] == (days <= "2023-08-28").sum()
    assert found["actual_by_expected"] == pytest.approx(1.0, abs=0.2)


def test_a_score_that_stopped_holding_is_seen():
    asked, days = book()
    later = (days >= "2024-08-28").to_numpy()
    asked.actual.values[later] *= -1.0  # what meant risk means safety now
    found = out_of_time(LOGISTIC, asked, days).card
    assert found["auc_ci"][1] < 0.5
