"""What earlier forecasts held, and when that is called fewer than promised or too few to judge."""

from __future__ import annotations

from math import comb

import pandas as pd
import pytest

from core.metrics.forecast_record import (
    FEWEST_JUDGED,
    LEVEL,
    NO_DIFFERENCE,
    TOO_FEW,
    UNDER,
    coverage,
    record_words,
    verdict,
)
from core.metrics.intervals import wilson


def at_most(successes: int, n: int, chance: float) -> float:
    """The probability of so many successes or fewer."""
    return sum(comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(successes + 1))


def test_coverage_counts_by_measure_and_steps():
    rows = [("cash", 1, True), ("cash", 1, False), ("cash", 1, True), ("cash", 3, True), ("outstanding", 1, False)]
    told = coverage(pd.DataFrame(rows, columns=["measure", "steps", "inside"]))
    assert told[["measure", "steps", "n", "inside", "verdict"]].values.tolist() == [
        ["cash", 1, 3, 2, TOO_FEW], ["cash", 3, 1, 1, TOO_FEW], ["outstanding", 1, 1, 0, TOO_FEW],
    ]  # fmt: skip
    assert told["share"].tolist() == pytest.approx([2 / 3, 1, 0])
    assert tuple(told.loc[0, ["low", "high"]]) == pytest.approx(wilson(2, 3))


def test_without_forecasts_there_is_no_record():
    none = coverage(pd.DataFrame(columns=["measure", "steps", "inside"]))
    assert none.empty
    assert none.columns[-1] == "verdict"


@pytest.mark.parametrize(
    ("inside", "n", "said"),
    [(6, 10, NO_DIFFERENCE), (5, 10, UNDER), (7, 12, NO_DIFFERENCE), (6, 12, UNDER), (12, 12, NO_DIFFERENCE),
     (3, 7, UNDER), (4, 7, NO_DIFFERENCE), (0, 6, TOO_FEW), (6, 6, TOO_FEW)],
)  # fmt: skip
def test_a_record_is_held_against_the_promise(inside: int, n: int, said: str):
    assert verdict(inside, n) == said


@pytest.mark.parametrize("n", range(FEWEST_JUDGED, 37))
def test_a_promise_that_is_kept_is_seldom_doubted_and_half_of_it_is_mostly_found(n: int):
    doubted = max(inside for inside in range(n) if verdict(inside, n) == UNDER)
    assert at_most(doubted, n, LEVEL) < 0.06
    assert at_most(doubted, n, 0.5) >= 0.5


def test_with_one_forecast_fewer_half_of_the_promise_would_mostly_pass():
    few = FEWEST_JUDGED - 1
    doubted = max(inside for inside in range(few) if wilson(inside, few)[1] < LEVEL)
    assert at_most(doubted, few, 0.5) < 0.5


def test_a_record_in_words():
    assert record_words(0, 0) == "not yet tested"
    assert record_words(9, 12) == "held 9 of 12 times before"
    assert record_words(5, 12) == "held 5 of 12 times before, fewer than promised"
    assert record_words(1, 1) == "held 1 of 1 time before, too few to judge"
