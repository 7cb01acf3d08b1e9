"""What changed splits into amounts that add up to the change of the total."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.change import PARTS, cash_change, contributions, explain, mix_and_performance
from core.metrics.delinquency import ARREARS, bucket_of
from core.metrics.flows import NEW
from core.synthetic import SampleBook, generate
from core.synthetic.dynamics import FALLING_MONTHS, FALLING_PRODUCT, OPEN

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


def side(**groups: tuple[float, float]) -> pd.DataFrame:
    """Base and amount of each group."""
    rows = [(name, base, amount, 10) for name, (base, amount) in groups.items()]
    frame = pd.DataFrame(rows, columns=["product", "base", "amount", "loans"])
    return frame.astype({"product": "str", "base": float, "amount": float, "loans": int})


def parts_of(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    return mix_and_performance(before, after, "product", "base", "amount").set_index("product")


def test_volume_mix_and_performance_of_a_table_worked_by_hand():
    """The base grows by a half. Auto: a half of it before, 120 of 300 after; 10 % before, 5 % after. Home pays as ever."""
    parts = parts_of(side(Auto=(100, 10), Home=(100, 2)), side(Auto=(120, 6), Home=(180, 3.6)))
    assert parts.index.tolist() == ["Auto", "Home"]
    assert parts.loc["Auto", [*PARTS, "change"]].tolist() == [5.0, -3.0, -6.0, -4.0]
    assert parts.loc["Home", [*PARTS, "change"]].tolist() == [1.0, 0.6, 0.0, 1.6]
    assert parts.loc["Auto", ["rate_before", "rate_after", "loans"]].tolist() == [0.10, 0.05, 10]
    assert parts["volume"].sum() == (300 - 200) * 12 / 200


def test_a_group_that_came_or_left_is_mix_and_never_performance():
    parts = parts_of(side(Auto=(100, 10), Card=(100, 4)), side(Auto=(100, 10), Boat=(100, 30)))
    assert parts.loc["Boat", [*PARTS]].tolist() == [0.0, 30.0, 0.0]
    assert parts.loc["Card", [*PARTS]].tolist() == [0.0, -4.0, 0.0]
    assert parts.loc["Auto", [*PARTS]].tolist() == [0.0, 0.0, 0.0]
    assert math.isnan(parts.loc["Boat", "rate_before"])
    assert math.isnan(parts.loc["Card", "rate_after"])


def test_an_amount_on_no_base_is_mix_and_a_book_that_was_empty_grows_by_volume():
    unbased = parts_of(side(Auto=(100, 10), Home=(0, 3)), side(Auto=(100, 10), Home=(0, 8)))
    assert unbased.loc["Home", [*PARTS, "change"]].tolist() == [0.0, 5.0, 0.0, 5.0]
    fresh = parts_of(side(), side(Auto=(100, 10), Home=(50, 1)))
    assert fresh["volume"].tolist() == fresh["change"].tolist() == [10.0, 1.0]
    gone = parts_of(side(Auto=(100, 10)), side())
    assert gone.loc["Auto", [*PARTS]].tolist() == [-10.0, 0.0, 0.0]
    assert parts_of(side(), side()).empty


def test_rows_of_a_group_are_added_up_first():
    rows = pd.concat([side(Auto=(40, 4)), side(Auto=(60, 6), Home=(100, 2))])
    whole = side(Auto=(120, 6), Home=(180, 3.6))
    parts = parts_of(rows, whole)
    assert parts[[*PARTS]].equals(parts_of(side(Auto=(100, 10), Home=(100, 2)), whole)[[*PARTS]])


def test_a_negative_base_is_a_fault():
    with pytest.raises(ValueError, match="cannot be negative: found one in base"):
        parts_of(side(Auto=(-1, 0)), side(Auto=(1, 0)))


bases = st.one_of(st.just(0), st.integers(10**4, 10**9)).map(lambda value: value / 100)
amounts = st.integers(-(10**7), 10**8).map(lambda value: value / 100)
sides = st.dictionaries(st.sampled_from("ABCDE"), st.tuples(bases, amounts)).map(lambda groups: side(**groups))


@given(sides, sides)
def test_the_parts_sum_to_the_change_to_the_cent(before, after):
    parts = parts_of(before, after)
    assert np.allclose(parts[[*PARTS]].sum(axis=1), parts["change"], atol=0.001, rtol=0)
    whole = after["amount"].sum() - before["amount"].sum()
    assert parts[[*PARTS]].to_numpy().sum() == pytest.approx(whole, abs=0.005)


@given(sides, sides, st.randoms())
def test_the_order_of_the_groups_does_not_matter(before, after, chance):
    def shuffled(frame):
        order = list(range(len(frame)))
        chance.shuffle(order)
        return frame.iloc[order]

    assert parts_of(shuffled(before), shuffled(after)).equals(parts_of(before, after))


shares = st.dictionaries(st.sampled_from("ABCDE"), st.tuples(st.integers(1, 10**6), st.integers(0, 100)), min_size=1)


@given(shares, st.lists(st.integers(1, 10**6), min_size=5, max_size=5))
def test_groups_that_only_change_in_size_have_no_performance(groups, sizes):
    before = side(**{name: (base, base * rate / 100) for name, (base, rate) in groups.items()})
    resized = {name: (size, groups[name][1]) for name, size in zip(groups, sizes, strict=False)}
    after = side(**{name: (base, base * rate / 100) for name, (base, rate) in resized.items()})
    parts = parts_of(before, after)
    assert (parts["performance"].abs() <= 0.01).all()
    old, new = before["base"].sum(), after["base"].sum()
    for name, (base, rate) in groups.items():
        assert parts.loc[name, "mix"] == pytest.approx((resized[name][0] - base * new / old) * rate / 100, abs=0.02)


@given(shares, st.lists(st.integers(0, 100), min_size=5, max_size=5))
def test_groups_that_only_change_in_rate_have_neither_volume_nor_mix(groups, rates):
    before = side(**{name: (base, base * rate / 100) for name, (base, rate) in groups.items()})
    after = side(
        **{name: (base, base * rate / 100) for (name, (base, _)), rate in zip(groups.items(), rates, strict=False)}
    )
    parts = parts_of(before, after)
    assert (parts[["volume", "mix"]].abs() <= 0.01).all(axis=None)


MONTHS = [f"2026-{month:02d}-28" for month in range(1, 11)]


def flows(cash: dict[str, list[float]], months: list[str]) -> pd.DataFrame:
    """A hundred a group and month in arrears, paying `cash`; bystanders that are current or new."""
    rows = [
        (month, group, "30-59", 100.0, paid[number], 5)
        for group, paid in cash.items()
        for number, month in enumerate(months)
    ]
    rows += [(month, "Auto", origin, 900.0, 90.0, 7) for month in months for origin in ("Current", NEW)]
    return pd.DataFrame(rows, columns=["month", "product", "origin", "opening", "cash", "loans"])


def test_cash_is_of_loans_in_arrears_only():
    before = flows({"Auto": [10, 12, 11], "Home": [2, 2, 2]}, MONTHS[:3])
    after = flows({"Auto": [4, 6, 5], "Home": [2, 2, 2]}, MONTHS[3:6])
    changed = cash_change(before, after, "product")
    assert changed["product"].tolist() == ["Auto", "Home"]
    assert changed[["before", "after", "performance", "loans"]].values.tolist() == [[33, 15, -18, 15], [6, 6, 0, 15]]
    assert changed["performance_error"].tolist() == pytest.approx([math.sqrt(2 * 1.5 * 2), 0])


def test_the_group_named_is_beyond_the_swing_of_months_where_one_is():
    """Home's cash fell by more than Auto's, but a single month of it did that; Auto fell in each."""
    before = flows({"Auto": [10, 11, 10], "Home": [3, 90, 3]}, MONTHS[:3])
    after = flows({"Auto": [4, 5, 4], "Home": [3, 3, 3]}, MONTHS[3:6])
    told = explain(cash_change(before, after, "product"))
    assert told is not None
    assert (told.group, told.amount, told.loans, told.is_clear) == ("Auto", pytest.approx(-18), 15, True)
    assert (told.rate_before, told.rate_after) == pytest.approx((31 / 300, 13 / 300))


def test_a_swing_that_cannot_be_judged_names_the_largest_and_says_so():
    before, after = flows({"Auto": [10], "Home": [90]}, MONTHS[:1]), flows({"Auto": [4], "Home": [3]}, MONTHS[1:2])
    changed = cash_change(before, after, "product")
    assert changed["performance_error"].isna().all()
    told = explain(changed)
    assert told is not None
    assert (told.group, told.is_clear) == ("Home", False)
    assert explain(changed.drop(columns="performance_error")) == told


def test_where_no_rate_changed_there_is_nothing_to_explain():
    same = flows({"Auto": [10, 12, 11]}, MONTHS[:3])
    assert explain(cash_change(same, same, "product")) is None
    assert explain(cash_change(same[:0], same[:0], "product")) is None


def test_more_months_on_one_side_are_a_fault():
    with pytest.raises(ValueError, match="found 2 before and 3 after"):
        cash_change(flows({"A": [1, 1]}, MONTHS[:2]), flows({"A": [1, 1, 1]}, MONTHS[:3]), "product")


def flows_of(book: SampleBook) -> pd.DataFrame:
    """Opening balance and net cash of the loans of a sample book, by closing month, product and origin."""
    path, blocks = book.path, []
    for month in range(1, len(book.calendar)):
        rows = np.flatnonzero(path.state[month - 1] == OPEN)
        blocks.append(
            pd.DataFrame(
                {
                    "month": book.calendar.month_ends[month].isoformat(),
                    "product": book.loans["product"].to_numpy()[rows],
                    "origin": bucket_of(path.dpd[month - 1, rows]),
                    "opening": path.balance[month - 1, rows] / 100,
                    "cash": (path.cash - path.taken_back)[month, rows] / 100,
                    "loans": 1,
                }
            )
        )
    return pd.concat(blocks).groupby(["month", "product", "origin"], as_index=False).sum()


@pytest.mark.parametrize("seed", [3, 7])
def test_the_fall_planted_in_the_sample_book_is_named(seed):
    """The five months of the fall with the five before them."""
    told = flows_of(generate(seed, loans=3000))
    months = sorted(told["month"].unique())
    before = told[told["month"].isin(months[-2 * FALLING_MONTHS : -FALLING_MONTHS])]
    after = told[told["month"].isin(months[-FALLING_MONTHS:])]
    changed = cash_change(before, after, "product")
    cause = explain(changed)
    assert cause is not None
    assert (cause.group, cause.is_clear) == (FALLING_PRODUCT, True)
    assert cause.rate_after < cause.rate_before
    in_arrears = [rows.loc[rows["origin"].isin(ARREARS), "cash"].sum() for rows in (before, after)]
    assert changed[[*PARTS]].to_numpy().sum() == pytest.approx(in_arrears[1] - in_arrears[0], abs=0.01)
