"""What a win may not be bought with: within the limit, over it, or not known."""

import math

import numpy as np
import pytest

from core.strategies.trials.counters import from_counts, from_loans
from core.strategies.trials.design import Counter

SIDE = np.arange(2_000) % 2 == 1
WHO = np.arange(2_000)


def test_shares_have_newcombes_interval():
    """Newcombe (1998), table II: 56 / 70 against 48 / 80, difference .2, interval .0524 to .3339."""
    found = from_counts(Counter("complaints", 0.5), (48, 56), (80, 70))
    assert (found.value, found.low, found.high) == (
        pytest.approx(0.2),
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )


@pytest.mark.parametrize(
    ("events", "standing", "words"),
    [
        ((100, 100), "kept", "within its limit."),
        ((100, 125), "open", "its interval goes beyond"),
        ((100, 140), "over", "no win"),
    ],
)
def test_it_is_kept_open_or_over(events, standing, words):
    found = from_counts(Counter("complaints", 0.035), events, (1_000, 1_000))
    assert found.standing == standing
    assert found.blocks == (standing == "over")
    assert words.replace("its interval", "the interval") in found.words


def test_no_event_at_all_is_no_certainty():
    found = from_counts(Counter("complaints", 0.01), (0, 0), (200, 200))
    assert (found.value, found.standing) == (0, "open")
    assert found.high > 0.015


def test_a_loan_with_two_complaints_counts_once_and_contacts_count_each():
    twice = np.where(np.arange(2_000) < 40, 2.0, 0.0)
    assert from_loans(Counter("complaints", 0.1), twice, SIDE, WHO).champion == 0.02
    found = from_loans(Counter("contacts", 0.5), np.where(SIDE, 3.0, 2.0) + np.arange(2_000) % 4, SIDE, WHO)
    assert (found.champion, found.challenger, found.standing) == (3.0, 5.0, "over")
    assert found.high - found.low == pytest.approx(4 * math.sqrt(2 / 999), rel=0.03)


def test_loans_of_one_borrower_make_the_interval_wider():
    said = (np.arange(1_000) % 10 == 0).astype(float)
    side, who = np.arange(1_000) % 2 == 1, np.arange(1_000)
    said = ((np.arange(1_000) // 2) % 10 == 0).astype(float)
    alone = from_loans(Counter("broken_promises", 0.1), said, side, who)
    alike = from_loans(Counter("broken_promises", 0.1), np.repeat(said, 2), np.repeat(side, 2), np.repeat(who, 2))
    assert (alike.high - alike.low) == pytest.approx(alone.high - alone.low, rel=0.01)


def test_what_no_file_tells_is_not_known_and_said_so():
    for values in (None, np.full(2_000, np.nan), np.where(SIDE, np.nan, 1.0)):
        found = from_loans(Counter("complaints", 0.01), values, SIDE, WHO)
        assert (found.standing, found.blocks) == ("not known", False)
        assert "no file tells it" in found.words
    assert from_counts(Counter("complaints", 0.01), (0, 0), (0, 5)).standing == "not known"


def test_few_loans_have_no_interval_of_contacts():
    found = from_loans(Counter("contacts", 5.0), np.arange(20.0), np.arange(20) % 2 == 1, np.arange(20))
    assert math.isnan(found.low)
    assert "too few loans for an interval" in found.words
