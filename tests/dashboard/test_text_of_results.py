"""Sentences of Recovery and Strategies that the small book does not bring about."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from core.metrics.measure import ratio
from core.metrics.same_age import SameAge
from dashboard import text_recovery, text_strategies

RATE = ratio(20.0, 100.0, n=4, when_zero="")
NONE = pd.DataFrame({"strategy": [], "recovery_status": [], "loans": [], "share": []})
RESULTS = pd.DataFrame(
    {
        "strategy": ["Standard", "Legal"], "segment": "steady", "given_loans": [3, 1], "placed_loans": [3, 1], "cash": [30.0, 10.0],
        "cost_share": [0.1, 1.5], "net": [27.0, -5.0], "rate": [0.3, 0.1],
    }
)  # fmt: skip


def same(rate: float, *, earlier: int = 4, low: float = 0.22, high: float = 0.28) -> SameAge:
    return SameAge(3, "2026 Q2", rate, 2, earlier, 0.25, 8, low, high)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0.2, "**The cohort of 2026 Q2 brought less than earlier ones**: 20.0 % after 3 months, against 25.0 %, and 95 % of "
              "cohorts like the earlier ones lie between 22.0 % and 28.0 %"),
        (0.23, "**No clear difference between the cohort of 2026 Q2 and earlier ones**: 23.0 % after 3 months, against 25.0 %, "
               "and 95 % of cohorts like the earlier ones lie between 22.0 % and 28.0 %"),
        (0.3, "**The cohort of 2026 Q2 brought more than earlier ones**: 30.0 % after 3 months, against 25.0 %, and 95 % of "
              "cohorts like the earlier ones lie between 22.0 % and 28.0 %"),
    ],
)  # fmt: skip
def test_the_newest_cohort_brings_less_or_more_only_beyond_what_cohorts_do_anyway(rate, said):
    assert text_recovery.same_age_words(same(rate)) == said


@pytest.mark.parametrize(
    ("earlier", "why"),
    [(1, "1 earlier cohort: too few to call a difference clear, which takes 3"),
     (5, "5 earlier cohorts: they do not differ among themselves, so no difference can be called clear")],
)  # fmt: skip
def test_without_enough_earlier_cohorts_no_direction_is_claimed(earlier, why):
    said = text_recovery.same_age_words(same(0.1, earlier=earlier, low=math.nan, high=math.nan))
    assert said == f"The cohort of 2026 Q2 brought 10.0 % after 3 months, against 25.0 % for {why}"


@pytest.mark.parametrize(
    ("rates", "title"),
    [
        ([0.4, 0.2, 0.3], "Too few cohorts to tell after 3 months: 2026 Q2 30.0 %, the 2 cohorts before 25.0 %"),
        ([0.2, 0.3, 0.25, 0.24], "No clear difference after 3 months: 2026 Q2 24.0 %, the 3 cohorts before 26.7 %"),
        ([0.2, 0.21, 0.2, 0.1], "After 3 months 2026 Q2 brought less than the 3 cohorts before"),
        ([0.2, 0.21, 0.2, 0.3], "After 3 months 2026 Q2 brought more than the 3 cohorts before"),
        ([0.2], "No two cohorts can be compared yet"),
    ],
)
def test_the_table_of_cohorts_claims_a_direction_only_where_it_is_clear(rates, title):
    names = ["2025 Q3", "2025 Q4", "2026 Q1", "2026 Q2"][-len(rates) :]
    table = pd.DataFrame({"cohort": names, "loans": 2, "balance": [1.0, 3.0, 2.0, 2.0][: len(rates)], "rate_3": rates})
    once = [0.5, *[math.nan] * (len(rates) - 1)]  # reached by one cohort: nothing to compare
    assert text_recovery.cohorts_title(table.assign(rate_6=once, rate_12=once)) == title


def test_a_group_is_named_only_where_it_moved_clearly_and_with_the_whole():
    rose = pd.DataFrame({"product": ["Home", "Auto"], "change": [-0.01, 0.04], "is_clear": True})
    answer = text_recovery.recovery_answer(RATE, same(0.3), rose, "product", "EUR")
    assert answer.endswith("28.0 %; Auto rose most, +4.0 pts.")
    unclear, only_falls = rose.assign(is_clear=[True, False]), rose.assign(change=[-0.02, -0.01])
    for groups in (unclear, only_falls, rose.assign(is_clear=False), None):
        assert text_recovery.recovery_answer(RATE, same(0.3), groups, "product", "").endswith("28.0 %.")
    assert text_recovery.recovery_answer(RATE, same(0.26), rose, "product", "").endswith("28.0 %.")


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ([-0.04, 0.01], "Home fell most: −4.0 pts"),
        ([0.01, 0.04], "No product fell clearly; Auto rose most: +4.0 pts"),
        ([], "No product differs clearly from its earlier cohorts"),
    ],
)
def test_the_title_names_the_largest_fall_first(changes, title):
    unclear = pd.DataFrame({"product": ["Boat"], "change": [-0.5], "is_clear": [False]})
    clear = pd.DataFrame({"product": ["Home", "Auto"][: len(changes)], "change": changes, "is_clear": True})
    groups = pd.concat([unclear, clear], ignore_index=True).astype({"is_clear": bool})
    assert text_recovery.groups_title(groups, "product") == title


def test_a_first_month_of_cash_is_compared_with_nothing():
    cash = pd.DataFrame({"month": ["2026-09-30", "2026-10-31"], "payments": [0, 2], "cash": [0.0, 5.0]})
    assert text_recovery.cash_title(cash) == "5 came in over Oct 2026"


def test_the_dearest_strategy_is_named_with_what_remains():
    answer = text_strategies.strategies_answer(RESULTS, has_payments=True, has_costs=True, currency="EUR", mix=NONE)
    assert answer.startswith(
        "**Standard brought back EUR 30** of 40. **Legal cost 150.0 % of what it recovered**, −5 remain."
    )


def test_a_book_without_costs_or_cash_says_so():
    no_costs = text_strategies.strategies_answer(RESULTS, has_payments=True, has_costs=False, currency="", mix=NONE)
    assert no_costs == "**Standard brought back 30** of 40; what it cost is n/a, because this book has no costs."
    no_cash = RESULTS.assign(cash=0.0, cost_share=math.nan)
    assert (
        text_strategies.strategies_answer(no_cash, has_payments=True, has_costs=True, currency="", mix=NONE)
        == "**Standard brought back 0** of 0."
    )


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("net", "Legal with steady lost 5"),
        ("cost_share", "Cost of what was recovered: 10.0 % to 150.0 % by cell, not ranked: no intervals"),
        ("rate", "Recovered of what was placed: 10.0 % to 30.0 % by cell, not ranked: no intervals"),
    ],
)
def test_the_cell_that_stands_out_by_a_sum_is_the_title_and_rates_are_not_ranked(value, title):
    assert text_strategies.matrix_title(RESULTS, value) == title


def test_one_cell_stands_out_from_nothing():
    assert text_strategies.matrix_title(RESULTS.head(1), "rate") == "By segment"


def test_outcomes_in_other_words_are_named_by_the_most_frequent():
    mix = pd.DataFrame(
        {"strategy": "Legal", "recovery_status": ["Sold", "Abandoned"], "loans": [3, 1], "share": [0.75, 0.25]}
    )
    assert text_strategies.outcome_title(mix) == "The file states 75 % Sold"
    answer = text_strategies.strategies_answer(RESULTS, has_payments=False, has_costs=False, currency="", mix=mix)
    assert answer.endswith("the file's stated outcomes are below.")


def test_only_holds_are_no_proposal():
    assert (
        text_strategies.proposed_title(pd.DataFrame({"proposed": ["Hold"], "loans": [3], "share": [1.0]}))
        == "Nothing is proposed"
    )
