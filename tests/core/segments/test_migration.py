from datetime import date

import numpy as np
import pandas as pd

from core.segments.migration import held, month_before


def day(*rows):
    return pd.DataFrame(rows, columns=["loan_ref", "nearest", "margin"])


def earlier(*rows):
    return pd.DataFrame(rows, columns=["loan_ref", "segment", "nearest"])


def test_a_loan_moves_by_a_clear_margin_or_in_the_second_month_and_stays_otherwise():
    today = day(
        ("clearly over", "B", 0.11),
        ("barely over", "B", 0.10),
        ("second month", "B", 0.01),
        ("at home", "A", 0.01),
        ("new", "B", 0.01),
        ("bystander", "B", 0.90),
    )
    before = earlier(
        ("clearly over", "A", "A"),
        ("barely over", "A", "A"),
        ("second month", "A", "B"),
        ("at home", "A", "A"),
        ("bystander", "B", "B"),
        ("gone since", "A", "A"),
    )
    assert held(today, before).tolist() == ["B", "A", "B", "A", "B", "B"]


def test_a_loan_on_the_way_to_a_third_segment_waits_where_it_is():
    assert held(day(("one", "C", 0.02)), earlier(("one", "A", "B"))).tolist() == ["C"]
    several = day(("one", "C", 0.02), ("other", "A", 0.5))
    assert held(several, earlier(("one", "A", "B"))).tolist() == ["A", "A"]


def test_a_segment_that_holds_nobody_any_more_holds_nobody_back():
    assert held(day(("one", "B", 0.02)), earlier(("one", "fell away", "fell away"))).tolist() == ["B"]


def test_without_a_month_before_or_a_margin_the_nearest_segment_counts():
    today = day(("one", "B", 0.02), ("two", "A", np.nan))
    assert held(today, None).tolist() == ["B", "A"]
    assert held(today, earlier().astype(object)).tolist() == ["B", "A"]
    assert held(today, earlier(("two", "B", "B"))).tolist() == ["B", "A"]
    assert held(today.head(0), earlier(("two", "B", "B"))).empty


def test_the_index_of_the_day_is_kept():
    today = day(("one", "B", 0.02), ("two", "A", 0.5)).set_index(pd.Index([9, 4]))
    moved = held(today, earlier(("one", "A", "A")))
    assert moved.to_dict() == {9: "A", 4: "A"}


def test_days_are_held_against_the_newest_of_the_month_before():
    days = [date(2025, 12, 31), date(2026, 1, 15), date(2026, 1, 30), date(2026, 3, 31)]
    assert month_before(date(2026, 1, 15), days) == date(2025, 12, 31)
    assert month_before(date(2026, 1, 30), days) == date(2025, 12, 31)
    assert month_before(date(2026, 2, 3), days) == date(2026, 1, 30)
    assert month_before(date(2026, 3, 31), days) is None
    assert month_before(date(2025, 12, 31), days) is None
