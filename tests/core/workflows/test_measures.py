"""Every number at once: each has its definition, a reason where it is undefined, and its knowledge said."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import TooLittleData
from core.metrics.catalogue import CATALOGUE
from core.metrics.measure import Measure, ratio
from core.selection import Selection
from core.workflows.measures import families, measured
from tests.dashboard.small_book import DAYS, EMPTY, SmallBookReader

TODAY = date(2026, 11, 21)
EVERY = families(0.1)


def test_every_number_has_a_definition_and_every_definition_its_number():
    told = measured(SmallBookReader(), Selection(), EVERY, TODAY)
    assert set(told.measures) == set(CATALOGUE)
    for name, measure in told.measures.items():
        assert measure.is_defined or measure.why, name
        assert measure.unit == CATALOGUE[name].unit, name


def test_the_day_is_the_newest_and_the_knowledge_todays_unless_asked():
    told = measured(SmallBookReader(), Selection(), {}, TODAY)
    assert (told.as_of, told.known_on) == (DAYS[-1], TODAY)
    earlier = measured(SmallBookReader(), Selection(as_of=DAYS[0], known_on=date(2026, 11, 3)), {}, TODAY)
    assert (earlier.as_of, earlier.known_on) == (DAYS[0], date(2026, 11, 3))
    assert earlier.as_json() == {"as_of": "2026-08-31", "known_on": "2026-11-03", "book": "sample", "metrics": {}}


def test_the_discount_rate_is_the_one_that_was_set():
    npv = [measured(SmallBookReader(), Selection(), families(rate), TODAY).measures["npv"].value for rate in (0.0, 0.5)]
    assert npv[0] != npv[1]


def test_a_book_nobody_knew_yet_has_no_numbers():
    with pytest.raises(TooLittleData, match="Nothing was known of this book on 1 Jan 2020"):
        measured(Unknown(), Selection(known_on=date(2020, 1, 1)), EVERY, TODAY)


class Unknown:
    """Before its first file."""

    def book(self, known_on=None):
        return SmallBookReader().book() if known_on is None else EMPTY


def test_in_words_a_number_says_its_n_its_interval_or_why_there_is_none():
    family = {
        "one": lambda _reader, _selection: {
            "share": Measure(0.5, 1.0, 2.0, 2, "share", low=0.1, high=0.9, interval="Wilson"),
            "none": ratio(1.0, 0.0, n=0, when_zero="nothing was placed"),
        }
    }
    text = measured(SmallBookReader(), Selection(), family, TODAY).as_text()
    assert text.splitlines() == [
        "as of 2026-10-31, known on 2026-11-21",
        "share  0.5000 share, 0.1000 to 0.9000 (n = 2 loans)",
        "none   n/a, because nothing was placed",
    ]
