"""Which results mean that the borrower was reached."""

import pytest

from core.metrics.contacts import CONTACTED_RESULTS, REACHED_RESULTS, is_contact


@pytest.mark.parametrize("result", ["right party", " Promise ", "REFUSED", "dispute"])
def test_results_of_a_conversation_are_contacts_however_they_are_written(result):
    assert is_contact(result)


@pytest.mark.parametrize("result", [None, "", "no answer", "wrong number", "voicemail", "letter sent"])
def test_everything_else_is_none(result):
    assert not is_contact(result)


def test_the_list_is_in_lower_case_as_it_is_compared():
    assert list(REACHED_RESULTS) == [result.strip().casefold() for result in REACHED_RESULTS]


def test_somebody_else_was_contacted_but_not_the_borrower():
    others = set(CONTACTED_RESULTS) - set(REACHED_RESULTS)
    assert {"third party", "wrong party", "relative"} <= others
    assert not any(is_contact(result) for result in others)


def test_whoever_was_reached_was_contacted_and_a_wrong_number_was_nobody():
    assert set(REACHED_RESULTS) < set(CONTACTED_RESULTS)
    assert {"wrong number", "no answer", "voicemail"}.isdisjoint(CONTACTED_RESULTS)
    assert list(CONTACTED_RESULTS) == [result.strip().casefold() for result in CONTACTED_RESULTS]
