"""Laws that hold for every book: waivers never count, a reversal undoes its payment, parts add up, order is nothing."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.metrics.bridge import bridge_measures
from core.metrics.measure import Measure
from core.metrics.portfolio import portfolio_measures
from core.metrics.promises import promise_measures
from core.metrics.roll import roll_measures
from core.metrics.value import value_measures
from core.metrics.vintages import liquidation_measures
from core.selection import Selection
from tests.fakes import FakePortfolioReader

DAYS = [date(2026, month, last) for month, last in ((6, 30), (7, 31), (8, 31), (9, 30), (10, 31))]
TOLD = date(2026, 11, 30)
LOANS = [f"L{number}" for number in range(6)]
Payment = tuple[str, int, int]

states = some.lists(
    some.tuples(*[some.tuples(some.integers(0, 90_000), some.sampled_from([0, 0, 12, 45, 130])) for _ in DAYS]),
    min_size=len(LOANS), max_size=len(LOANS),
)  # fmt: skip
payments = some.lists(
    some.tuples(some.sampled_from(LOANS), some.integers(0, 122), some.integers(1, 50_000)), max_size=8
)
quick = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def snapshots(told) -> pd.DataFrame:
    rows = [
        (loan, day.isoformat(), cents / 100, dpd, "Auto" if number % 2 else "Home")
        for number, (loan, months) in enumerate(zip(LOANS, told, strict=True))
        for day, (cents, dpd) in zip(DAYS, months, strict=True)
    ]
    return pd.DataFrame(rows, columns=["loan_ref", "as_of", "balance", "dpd", "product"])


def rows_of(paid: list[Payment], kind: str, names: str, taken_back: str = "", later_days: int = 0) -> pd.DataFrame:
    """One payment a row, named by `names` and its number; reversals take back those named by `taken_back`."""
    rows = [
        (
            loan, (DAYS[0] + timedelta(days=day + later_days)).isoformat(), cents / 100, kind, f"{names}{number}",
            f"{taken_back}{number}" if taken_back else None,
        )
        for number, (loan, day, cents) in enumerate(paid)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["loan_ref", "paid_on", "amount", "payment_kind", "payment_ref", "reverses_ref"])


def reader(told, *paid: pd.DataFrame, shuffle: int = 0) -> FakePortfolioReader:
    loans, cash = snapshots(told), pd.concat([rows_of([("L0", 1, 100)], "cash", "first"), *paid], ignore_index=True)
    if shuffle:
        loans, cash = loans.sample(frac=1, random_state=shuffle), cash.sample(frac=1, random_state=shuffle)
    work = pd.DataFrame([("L1", "2026-09-10", "call", 1.5, "promise", 9.0, "2026-09-20")],
                        columns=["loan_ref", "acted_on", "action", "cost", "result", "promise_amount", "promise_due"])  # fmt: skip
    return FakePortfolioReader(
        loans.reset_index(drop=True), cash.reset_index(drop=True), work, payments_until=TOLD, actions_until=TOLD
    )


def measures(book: FakePortfolioReader, **filters: str) -> dict[str, Measure]:
    asked = Selection(as_of=DAYS[-1]).only(**filters)
    families = (portfolio_measures, liquidation_measures, promise_measures, roll_measures, bridge_measures)
    told = {name: each for family in families for name, each in family(book, asked).items()}
    return told | value_measures(book, asked, {}, 0.1)


def values(told: dict[str, Measure]) -> dict[str, float | None]:
    return {name: None if math.isnan(each.value) else round(each.value, 9) for name, each in told.items()}


OF_WAIVERS = {
    "bridge_waived",
    "bridge_interest_and_fees",
    "bridge_other",
    "bridge_written_off",
    "bridge_sold",
    "bridge_gone",
}
"""Lines of the bridge that a waiver belongs to: it lowers a balance, and is no cash."""


@quick
@given(states, payments, payments)
def test_waivers_never_count_as_cash(told, paid, waived):
    cash = rows_of(paid, "cash", "P")
    without, with_them = (
        values(measures(reader(told, cash, *more))) for more in ((), (rows_of(waived, "waiver", "W"),))
    )
    same = set(without) - OF_WAIVERS
    assert {name: with_them[name] for name in same} == {name: without[name] for name in same}


@quick
@given(states, payments, payments, some.integers(0, 1))
def test_a_reversal_undoes_its_payment(told, paid, undone, later_days):
    """Amounts are those of a book that never saw the payment. Only how many payments there were may differ."""
    cash = rows_of(paid, "cash", "P")
    taken = [(loan, min(day, 121), cents) for loan, day, cents in undone]
    gone = (rows_of(taken, "cash", "U"), rows_of(taken, "reversal", "R", "U", later_days))
    never, undone_ones = values(measures(reader(told, cash))), values(measures(reader(told, cash, *gone)))
    posted_in_months = {name for name in never if name.startswith("bridge_")} | {
        "cash_month",
        "cost_to_collect",
        "net_recovery",
        "npv",
    }
    same = set(never) - (posted_in_months if later_days else set())
    assert {name: undone_ones[name] for name in same} == {name: never[name] for name in same}


@quick
@given(states, payments)
def test_amounts_and_counts_of_the_products_add_up_to_the_whole(told, paid):
    book = reader(told, rows_of(paid, "cash", "P"))
    whole, parts = measures(book), [measures(book, product=name) for name in ("Auto", "Home")]
    sums = ["outstanding", "in_arrears", "loans", "loans_in_arrears", "workable", "balance_placed", "cash_to_date", "cash_month",
            "cost_month", *(name for name in whole if name.startswith("bridge_"))]  # fmt: skip
    for name in sums:
        assert math.isclose(sum(part[name].value for part in parts), whole[name].value, abs_tol=0.005), name
    for name in ("recovery_rate", "cure_rate", "liquidation_3m"):
        # a part that placed loans of nothing at all has no rate, and what was paid on them is in the whole's only
        owed_nothing = any(not part[name].is_defined for part in parts)
        for side in ("denominator",) if owed_nothing else ("numerator", "denominator"):
            known = [getattr(part[name], side) for part in parts if part[name].is_defined]
            if whole[name].is_defined:
                assert math.isclose(sum(known), getattr(whole[name], side), abs_tol=0.005), (name, side)


@quick
@given(states, payments, some.integers(1, 1000))
def test_the_order_of_the_rows_changes_no_number(told, paid, seed):
    cash = rows_of(paid, "cash", "P")
    assert values(measures(reader(told, cash, shuffle=seed))) == values(measures(reader(told, cash)))
