"""One thing is said in the singular."""

from __future__ import annotations

import pytest

from core.wording import counted


@pytest.mark.parametrize(
    ("n", "noun", "words"),
    [(0, "payment", "0 payments"), (1, "payment", "1 payment"), (2, "loan", "2 loans"), (1200, "loan", "1,200 loans")],
)
def test_a_number_of_things_reads_as_it_is_said(n, noun, words):
    assert counted(n, noun) == words
