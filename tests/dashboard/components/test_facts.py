"""Lists of facts that one callback fills whole."""

from __future__ import annotations

from dashboard.components.facts import fact_rows


def test_facts_stand_in_their_order_and_one_without_words_stays_empty():
    rows = fact_rows((("b", "Second"), ("a", "First"), ("c", "Third")), {"a": "one", "b": "two", "z": "not asked for"})
    assert [[part.children for part in row.children] for row in rows] == [
        ["Second", "two"],
        ["First", "one"],
        ["Third", ""],
    ]
