"""A training asked for on a page: one at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Refused
from dashboard.training import start_training
from tests.dashboard.small_book import BOOK, EMPTY


@pytest.mark.parametrize("name", ["sample", "own"])
def test_a_book_is_not_trained_twice_at_a_time_and_the_sample_is_trained_as_it_is_loaded(services_with, name):
    services = services_with(replace(BOOK, name=name))
    services.jobs.add("sample", {}, "Recoup")
    if name == "sample":
        with pytest.raises(
            Refused, match=r"A training is on its way already\. Wait until it is done, or stop it on Batches"
        ):
            start_training(services)
        services.jobs.cancel(1)
    assert start_training(services) == 2
    with pytest.raises(Refused, match="A training is on its way already"):
        start_training(services)
    services.jobs.cancel(2)
    assert start_training(services) == 3


def test_an_empty_book_has_nothing_to_learn_from(services_with):
    with pytest.raises(Refused, match="There is nothing to learn from yet"):
        start_training(services_with(EMPTY))
