"""A statement is built once for its shape, and answers each selection of that shape with its own values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.errors import SelectionRefused
from db import questions
from db.asked import DAY, MONTH, NEVER, Asked, Shape, answered
from db.engine import reading
from db.sums import Scope
from db.tables import snapshots
from tests.db.conftest import loan, payments, portfolio, put

SCOPE = Scope(1, ("2026-09-30", "2026-10-31"), "2026-10-31", {})
AUTO = replace(SCOPE, filters={"product": ("Auto",)})


@pytest.fixture
def book(writer):
    """Two months of three loans; one of them is the bystander of every filter below."""
    for day, balances in (("2026-09-30", (100, 20, 3)), ("2026-10-31", (90, 10, 1))):
        loans = zip(("L1", "L2", "L3"), balances, ("Auto", "Home", "Boat"), strict=True)
        put(writer, portfolio([loan(ref, balance, 40, product=product) for ref, balance, product in loans], day))
    put(writer, payments([{"loan_ref": "L1", "paid_on": "2026-10-12", "amount": 10}]))


class Counted:
    """A statement's builder that counts how often it builds."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self, asked: Asked, by):
        self.built += 1
        of_day = (snapshots.c.book_id == asked.book_id, snapshots.c.as_of == asked.day)
        named = [snapshots.c.product.in_(asked.filters[name]) for name in asked.filters]
        return select(*(snapshots.c[name] for name in by), snapshots.c.balance).where(*of_day, *named)


def rows(engine, build, scope: Scope, *by: str) -> list[tuple]:
    with reading(engine) as connection:
        return sorted(tuple(row) for row in answered(connection, build, scope.shape, by, scope.values))


def test_one_shape_is_built_once_and_answers_each_day_and_value_by_itself(engine, book):
    counted = Counted()
    earlier = replace(SCOPE, days=SCOPE.days[:1], until="2026-09-30")
    assert rows(engine, counted, AUTO) == [(9000,)]
    assert rows(engine, counted, replace(AUTO, filters={"product": ("Home",)})) == [(1000,)]
    assert rows(engine, counted, replace(earlier, filters=AUTO.filters)) == [(10000,)]
    assert rows(engine, counted, replace(AUTO, book_id=2)) == []
    assert counted.built == 1


def test_other_groups_and_another_count_of_values_are_statements_of_their_own(engine, book):
    counted = Counted()
    both = replace(SCOPE, filters={"product": ("Home", "Auto")})
    assert rows(engine, counted, both, "product") == [("Auto", 9000), ("Home", 1000)]
    assert rows(engine, counted, replace(SCOPE, filters={"product": ("Auto", "Boat")}), "product") == [
        ("Auto", 9000),
        ("Boat", 100),
    ]
    assert counted.built == 1
    assert rows(engine, counted, AUTO, "product") == [("Auto", 9000)]
    assert rows(engine, counted, both) == [(1000,), (9000,)]
    assert counted.built == 3


def test_no_value_kept_keeps_nothing(engine, book):
    assert rows(engine, Counted(), replace(SCOPE, filters={"product": ()})) == []


def test_filters_in_another_order_are_one_shape_with_the_same_values():
    some = replace(SCOPE, filters={"region": ("South", "North"), "product": ("Auto",)})
    again = replace(SCOPE, filters={"product": ("Auto",), "region": ("North", "South")})
    assert some.shape == again.shape == Shape((("product", 1), ("region", 2)), False, MONTH)
    assert some.values == again.values


@pytest.mark.parametrize(
    ("until", "ends", "first", "last"),
    [
        ("2026-10-31", MONTH, "2026-10-01", "2026-10-31"),
        ("2026-02-28", MONTH, "2026-02-01", "2026-02-28"),
        ("2028-02-28", DAY, "2028-02-01", "2028-02-29"),
        ("2026-10-01", DAY, "2026-10-01", "2026-10-31"),
        ("", NEVER, "", ""),
    ],
)
def test_a_scope_ends_with_a_month_within_one_or_never(until, ends, first, last):
    scope = replace(SCOPE, until=until)
    assert scope.shape.ends == ends
    assert (scope.values["first"], scope.values["last"]) == (first, last)


def test_an_earlier_knowledge_is_another_shape_whichever_its_day():
    then = [replace(SCOPE, known_on=day) for day in ("2026-10-01", "2026-11-02")]
    assert then[0].shape == then[1].shape != SCOPE.shape
    assert [scope.values["known_on"] for scope in then] == ["2026-10-01", "2026-11-02"]


def test_a_day_within_a_month_reads_its_own_days_of_the_rows(engine, book):
    with reading(engine) as connection:
        found = [
            questions.cash(connection, replace(SCOPE, until=day), ())["cash"].iloc[0]
            for day in ("2026-10-11", "2026-10-12", "2026-10-31", "2026-09-30", "2026-09-12")
        ]
    assert found == [0, 10, 10, 0, 0]


def test_a_grouping_that_does_not_exist_is_refused_each_time(engine, book):
    with reading(engine) as connection:
        for _ in range(2):
            with pytest.raises(SelectionRefused, match="grouped by 'colour'"):
                questions.placed(connection, SCOPE, ["colour"])
