"""What changed splits into amounts that add up to the change of the total."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.change import contributions

BEFORE = pd.DataFrame({"product": ["Auto", "Home", "Card"], "amount": [100.10, 50.00, 7.00]})
AFTER = pd.DataFrame({"product": ["Auto", "Home", "Boat"], "amount": [130.15, 45.00, 3.00]})


def test_changes_come_largest_first_and_absent_groups_count_as_nothing():
    changed = contributions(BEFORE, AFTER, "product", "amount")
    assert changed["product"].tolist() == ["Auto", "Card", "Home", "Boat"]
    assert changed["change"].tolist() == [30.05, -7.00, -5.00, 3.00]
    assert changed["share"].tolist() == pytest.approx([30.05 / 157.10, -7 / 157.10, -5 / 157.10, 3 / 157.10])


def test_a_share_of_nothing_is_undefined():
    changed = contributions(BEFORE.iloc[:0], AFTER, "product", "amount")
    assert changed["change"].tolist() == [130.15, 45.00, 3.00]
    assert all(math.isnan(share) for share in changed["share"])


cents = st.integers(0, 10**12).map(lambda value: value / 100)


@given(st.dictionaries(st.sampled_from("ABCDE"), cents), st.dictionaries(st.sampled_from("ABCDE"), cents))
def test_the_changes_sum_to_the_change_of_the_total(before, after):
    def frame(amounts):
        return pd.DataFrame(
            {"by": pd.Series(list(amounts), dtype="str"), "x": pd.Series(list(amounts.values()), dtype="float64")}
        )

    changed = contributions(frame(before), frame(after), "by", "x")
    assert changed["change"].sum() == pytest.approx(sum(after.values()) - sum(before.values()), abs=0.01)
