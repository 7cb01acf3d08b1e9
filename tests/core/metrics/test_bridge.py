"""The bridge closes to the cent: by hand, for any flows, and in any cut of the book."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.bridge import IN_ARREARS, LINES, SCOPES, WHOLE, bridge, bridge_measures
from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.flows import LEFT, NEW
from core.selection import Selection
from tests.core.metrics.flow_rows import OCTOBER, STOCK, StubReader, flow, flows, stock

SEPTEMBER = "2026-09-30"

BOOK = flows(
    flow("Current", "Current", 1000.0, loans=4, cash=100.0, interest=5.5),
    flow("Current", "1-29", 200.0, interest=1.0),
    flow("1-29", "Current", 80.0, cash=30.0),
    flow("1-29", "30-59", 300.0, loans=2, interest=3.25),
    flow("30-59", "1-29", 90.0, cash=40.0, waived=10.0),
    flow("30-59", "paid", 70.0, cash=60.0, waived=5.0),  # other takes the last 5
    flow("120+", "charged off", 400.0, cash=50.0),
    flow("120+", "sold", 500.0, cash=20.0),
    flow("120+", "recalled", 25.0),
    flow("120+", "missing", 15.01),
    flow("120+", "120+", 600.0, other=-7.5),
    flow(NEW, "1-29", closing=111.0, loans=3),
    flow(NEW, "Current", closing=222.0),
)
BEFORE = stock(Current=(5, 1200.0), b1_29=(3, 380.0), b30_59=(2, 160.0), b120=(5, 1540.01))
AFTER = stock(Current=(6, 1177.5), b1_29=(5, 352.0), b30_59=(2, 303.25), b120=(1, 592.5))


def lines(frame: pd.DataFrame, scope: str) -> dict[str, float]:
    return frame[frame["bucket"] == scope].set_index("line")["amount"].to_dict()


def counts(frame: pd.DataFrame, scope: str) -> dict[str, int]:
    return frame[frame["bucket"] == scope].set_index("line")["loans"].to_dict()


def said(told: dict[str, float]) -> dict[str, float]:
    return {line: value for line, value in told.items() if value}


def test_the_whole_stock_worked_by_hand():
    frame = bridge(BOOK, BEFORE, AFTER)
    assert said(lines(frame, WHOLE)) == {
        "opening": 3280.01,
        "new": 333.0,
        "cash": -300.0,
        "waived": -15.0,
        "interest_and_fees": 9.75,
        "written_off": -350.0,
        "sold": -505.0,
        "gone": -15.01,
        "other": -12.5,
        "closing": 2425.25,
    }
    assert (counts(frame, WHOLE)["opening"], counts(frame, WHOLE)["new"], counts(frame, WHOLE)["sold"]) == (15, 4, 2)


def test_the_arrears_worked_by_hand_gain_who_fell_behind_and_lose_who_was_cured():
    frame = bridge(BOOK, BEFORE, AFTER)
    assert said(lines(frame, IN_ARREARS)) == {
        "opening": 2080.01,
        "new": 111.0,
        "fell_behind": 201.0,  # with the interest of the month, which was earned while it was Current
        "cured": -50.0,
        "cash": -200.0,
        "waived": -15.0,
        "interest_and_fees": 3.25,
        "written_off": -350.0,
        "sold": -505.0,
        "gone": -15.01,
        "other": -12.5,
        "closing": 1247.75,
    }
    told = counts(frame, IN_ARREARS)
    assert {line: told[line] for line in ("opening", "fell_behind", "cured", "written_off", "gone", "cash")} == {
        "opening": 10, "fell_behind": 1, "cured": 1, "written_off": 1, "gone": 1, "cash": 10,
    }  # fmt: skip


def test_one_bucket_shows_what_rolled_in_and_out_with_its_closing_balance():
    frame = bridge(BOOK, BEFORE, AFTER)
    assert said(lines(frame, "30-59")) == {
        "opening": 160.0,
        "rolled_in": 303.25,
        "rolled_out": -40.0,
        "cash": -100.0,
        "waived": -15.0,
        "other": -5.0,
        "closing": 303.25,
    }
    assert lines(frame, "1-29")["rolled_out"] == -303.25
    assert said(lines(frame, "Current"))["fell_behind"] == -201.0
    assert said(lines(frame, "Current"))["cured"] == 50.0
    assert counts(frame, "30-59")["rolled_in"] == 2


def test_every_scope_has_every_line_in_its_order():
    frame = bridge(BOOK, BEFORE, AFTER)
    assert frame["bucket"].drop_duplicates().tolist() == list(SCOPES)
    for scope in SCOPES:
        assert tuple(frame.loc[frame["bucket"] == scope, "line"]) == LINES


def test_a_loan_that_moved_into_the_group_chosen_is_reclassified_and_nothing_else_changes():
    joined = pd.concat([AFTER, stock(b120=(2, 1000.0))])  # two loans that another group opened with
    frame = bridge(BOOK, BEFORE, joined)
    assert lines(frame, IN_ARREARS) == lines(bridge(BOOK, BEFORE, AFTER), IN_ARREARS) | {
        "reclassified": 1000.0,
        "closing": 2247.75,
    }
    assert counts(frame, "120+")["reclassified"] == 2


def test_an_empty_book_has_a_bridge_of_nothing():
    nothing = pd.DataFrame(columns=STOCK)
    frame = bridge(flows(), nothing, nothing)
    assert not frame["amount"].any()
    assert not frame["loans"].any()


def test_flows_of_another_day_than_the_stock_are_refused():
    with pytest.raises(ValueError, match=r"flows of all open with 3280\.01 in 15 loans, its stock with 3280\.01 in 14"):
        bridge(
            BOOK,
            BEFORE.assign(loans=BEFORE["loans"].replace(5, 4).where(BEFORE["bucket"] == "120+", BEFORE["loans"])),
            AFTER,
        )


# --- laws ---

cents = st.integers(0, 10**7)


@st.composite
def one_flow(draw):
    """Any flow that keeps the identity, in whole cents until the end."""
    origin = draw(st.sampled_from([*BUCKETS, NEW]))
    if origin == NEW:
        return flow(NEW, draw(st.sampled_from(BUCKETS)), closing=draw(cents) / 100)
    state = draw(st.sampled_from([*BUCKETS, *LEFT]))
    opening, cash, waived, other = draw(cents), draw(cents), draw(cents), -draw(cents) if state in BUCKETS else 0
    interest = max(0, cash + waived - other - opening) + draw(cents)
    return flow(
        origin, state, opening / 100, loans=draw(st.integers(1, 9)),
        cash=cash / 100, waived=waived / 100, interest=interest / 100, other=other / 100,
    )  # fmt: skip


def stocks_of(told: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    opened, still = told[told["origin"].isin(BUCKETS)], told[told["state"].isin(BUCKETS)]
    before = opened.rename(columns={"origin": "bucket"}).assign(balance=opened["opening"])
    after = still.rename(columns={"state": "bucket"}).assign(balance=still["closing"])
    return before[STOCK], after[STOCK]


any_flows = st.lists(one_flow(), min_size=1, max_size=15).map(lambda rows: flows(*rows))


def closing_error(frame: pd.DataFrame) -> float:
    signed = frame["amount"].where(frame["line"] != "closing", -frame["amount"])
    return signed.groupby(frame["bucket"]).sum().abs().max()


@settings(deadline=None, max_examples=60)
@given(any_flows)
def test_every_bridge_closes_and_nothing_is_reclassified_in_a_whole_book(told):
    frame = bridge(told, *stocks_of(told))
    assert closing_error(frame) < 0.005
    assert not frame.loc[frame["line"] == "reclassified", ["amount", "loans"]].to_numpy().any()


@settings(deadline=None, max_examples=60)
@given(any_flows, st.lists(st.tuples(st.sampled_from(BUCKETS), st.integers(1, 9), cents), max_size=5))
def test_it_closes_on_whatever_stock_the_filter_ends_with(told, more):
    before, after = stocks_of(told)
    others = pd.DataFrame([(bucket, loans, value / 100) for bucket, loans, value in more], columns=STOCK)
    frame = bridge(told, before, pd.concat([after, others]) if more else after.head(1))
    assert closing_error(frame) < 0.005


@settings(deadline=None, max_examples=40)
@given(any_flows)
def test_buckets_add_up_to_the_whole_and_to_the_arrears(told):
    frame = bridge(told, *stocks_of(told))
    frame["line"] = frame["line"].replace({"rolled_out": "rolled", "rolled_in": "rolled"})
    sums = frame.groupby(["bucket", "line"])["amount"].sum().unstack("bucket")
    assert (sums[list(BUCKETS)].sum(axis=1) - sums[WHOLE]).abs().max() < 0.005
    assert (sums[list(ARREARS)].sum(axis=1) - sums[IN_ARREARS]).abs().max() < 0.005


@settings(deadline=None, max_examples=40)
@given(any_flows, st.randoms(use_true_random=False))
def test_the_bridges_of_any_two_parts_add_up_to_the_whole(told, random):
    part = pd.Series([random.random() < 0.5 for _ in range(len(told))])
    amounts = [bridge(rows, *stocks_of(rows))[["amount", "loans"]] for rows in (told[part], told[~part], told)]
    assert (amounts[0] + amounts[1] - amounts[2]).abs().to_numpy().max() < 0.005


# --- measures ---


def measures(told: pd.DataFrame = BOOK, **more):
    reader = StubReader(told, {SEPTEMBER: BEFORE, OCTOBER: AFTER}, **more)
    return bridge_measures(reader, Selection())


def test_the_measures_are_the_bridge_of_the_arrears_of_the_newest_month():
    older = flows(flow("1-29", "missing", 7777.0, month=SEPTEMBER))  # the bystander: another month
    found = measures(pd.concat([BOOK, older]))
    assert {name.removeprefix("bridge_"): measure.value for name, measure in found.items()} == {
        line: value for line, value in lines(bridge(BOOK, BEFORE, AFTER), IN_ARREARS).items() if "rolled" not in line
    }
    fell = found["bridge_fell_behind"]
    assert (fell.n, fell.unit, fell.why) == (1, "currency", "from 30 Sep 2026 to 31 Oct 2026")
    assert found["bridge_cash"].why.endswith("over all loans that opened in arrears")
    assert found["bridge_opening"].why == "on 30 Sep 2026"


def test_a_book_without_payments_has_no_cash_line_and_says_where_it_went():
    found = measures(has_payments=False)
    assert math.isnan(found["bridge_cash"].value)
    assert found["bridge_waived"].why == "this book has no payments"
    assert found["bridge_other"].why.endswith("this book has no payments: what was paid is in here")
    assert found["bridge_other"].value == -12.5


def test_payments_that_no_file_can_have_told_are_in_other_and_known_in_part_are_told_so():
    found = measures(payments_until=date(2026, 9, 30))
    why = "payments are known up to 30 Sep 2026: no file can have told those of Oct 2026"
    assert [(found[name].is_defined, found[name].why) for name in ("bridge_cash", "bridge_waived")] == [
        (False, why)
    ] * 2
    assert found["bridge_other"].why.endswith(f"{why}: what was paid is in here")
    assert found["bridge_closing"].is_defined

    part = measures(payments_until=date(2026, 10, 12))
    assert part["bridge_cash"].value == measures()["bridge_cash"].value
    assert part["bridge_cash"].why.endswith("; payments are known up to 12 Oct 2026")
    assert "known" not in part["bridge_interest_and_fees"].why


def test_without_adjacent_month_ends_there_is_no_bridge_and_the_reason_is_said():
    found = measures(days=(date(2026, 8, 31), date(2026, 10, 31)))
    assert list(found) == list(measures())
    assert {measure.why for measure in found.values()} == {
        "this book holds no loans of 30 Sep 2026, and a month is known by both its ends"
    }
    assert not any(measure.is_defined for measure in found.values())
