"""What placements brought back and were worth, and who owes: worked out again from the files.

The definitions are the docstrings of core.metrics.vintages, value and customers, and of the questions of core.ports;
none of their code is used. Amounts are whole hundredths.
"""

from __future__ import annotations

from datetime import date

from tests.reference import Reference, cost_of, person
from tests.reference_files import Episode, month_end, months_from
from tests.reference_flows import Where
from tests.reference_moves import Answer, Metrics, share
from tests.reference_ripeness import earlier

MARKS = (3, 6, 12, 24)
FREE = ("Standard", "Settlement", "Legal")
"""Strategies of the shipped catalogue; the fee of each is 0."""
RATE = 0.10


def value_metrics(book: Reference, as_of: str, where: Where) -> Metrics:
    """liquidation_<months>m, npv, netback, lgd_12m, borrowers, borrowers_in_arrears, loans_per_borrower."""
    names = [*(f"liquidation_{mark}m" for mark in MARKS), "npv", "netback", "lgd_12m"]
    if not book.payments:
        return dict.fromkeys(names) | customers(book, as_of, where)
    return (
        {f"liquidation_{mark}m": liquidation(book, as_of, where, mark) for mark in MARKS}
        | {"npv": npv(book, as_of, where), "netback": netback(book, as_of, where), "lgd_12m": lgd(book, as_of, where)}
        | customers(book, as_of, where)
    )


def is_old(episode: Episode, as_of: str, age: int) -> bool:
    """The months up to that age after the month of its placement are over."""
    over = as_of if as_of == month_end(as_of) else month_end(as_of, -1)
    return months_from(episode.placed_on, over) >= age


def cash_up_to_age(book: Reference, as_of: str, where: Where, age: int) -> list[tuple[Episode, int]]:
    """Cash of old episodes in their first months, a reversal on the day of the payment it takes back."""
    return [
        (episode, payment.amount)
        for episode, payment in book.recovered(where)
        if payment.counted_by <= as_of
        and is_old(episode, as_of, age)
        and months_from(episode.placed_on, payment.counts_on) <= age
    ]


def liquidation(book: Reference, day: str, where: Where, age: int) -> Answer:
    as_of = earlier(day, book.paid_until)
    begun = [episode for _, episode in book.placed(day, where)]
    old = [episode for episode in begun if is_old(episode, as_of, age)]
    cash = sum(amount for _, amount in cash_up_to_age(book, as_of, where, age))
    return share(cash, sum(episode.snapshot.balance for episode in old), len(old), len(begun) - len(old))


def netback(book: Reference, day: str, where: Where) -> Answer:
    """No shipped strategy takes a fee, so that it is the liquidation of those placed under one."""
    as_of = earlier(day, book.paid_until)
    begun = [episode for _, episode in book.placed(day, where)]
    old = [episode for episode in begun if is_old(episode, as_of, 12) and episode.strategy in FREE]
    cash = sum(amount for episode, amount in cash_up_to_age(book, as_of, where, 12) if episode.strategy in FREE)
    return share(cash, sum(episode.snapshot.balance for episode in old), len(old), len(begun) - len(old))


def worth(amount: int, day: str, then: str) -> float:
    """An amount that moved in the month of a day (at its end), as it was worth at the end of an earlier month."""
    days = (date.fromisoformat(month_end(day)) - date.fromisoformat(month_end(then))).days
    return amount / (1 + RATE) ** (days / 365)


def known_of_both(book: Reference, day: str) -> str:
    """The day up to which cash, and costs where the book has any, are known."""
    return earlier(day, book.paid_until, book.acted_until if book.has_costs else day)


def npv(book: Reference, day: str, where: Where) -> Answer:
    """Cash as posted less costs, of the twelve months that end with the month up to which both are known."""
    as_of = known_of_both(book, day)
    if as_of < day and as_of < min(book.days):
        return None
    start = month_end(as_of, -12)
    posted = [payment for _, payment in book.recovered(where) if start < payment.paid_on <= as_of]
    value = sum(worth(payment.amount, payment.paid_on, start) for payment in posted)
    done = [row for _, row in book.spent(as_of, where) if row["Acted_On"] > start]
    value -= sum(worth(cost_of(row), row["Acted_On"], start) for row in done)
    return (round(value), round(value), 1, sum(payment.kind == "cash" for payment in posted), 0)


def lgd(book: Reference, day: str, where: Where) -> Answer:
    """Of the placements that are 12 months old: (balance + costs - recoveries) / balance, as worth at placement."""
    as_of = known_of_both(book, day)
    begun = [episode for _, episode in book.placed(day, where)]
    old = [episode for episode in begun if is_old(episode, as_of, 12)]
    exposure = sum(episode.snapshot.balance for episode in old)
    loss = float(exposure)
    for episode, payment in book.recovered(where):
        if (
            payment.counted_by <= as_of
            and is_old(episode, as_of, 12)
            and months_from(episode.placed_on, payment.counts_on) <= 12
        ):
            loss -= worth(payment.amount, payment.counts_on, episode.placed_on)
    for episode, row in book.spent(as_of, where):
        if is_old(episode, as_of, 12) and months_from(episode.placed_on, row["Acted_On"]) <= 12:
            loss += worth(cost_of(row), row["Acted_On"], episode.placed_on)
    return share(round(loss), exposure, len(old), len(begun) - len(old))


def customers(book: Reference, as_of: str, where: Where) -> Metrics:
    stock = book.stock(as_of, where)
    people = {person(loan, snapshot) for loan, snapshot in stock.items()}
    late = {person(loan, snapshot) for loan, snapshot in stock.items() if snapshot.dpd >= 1}
    return {
        "borrowers": (len(people), len(people), 1, len(people), 0),
        "borrowers_in_arrears": (len(late), len(late), 1, len(late), len(people) - len(late)),
        "loans_per_borrower": share(len(stock), len(people), len(people)),
    }


def spread(book: Reference, as_of: str, where: Where, column: str) -> dict[str, tuple[int, ...]]:
    """By a column of the files at placement: loans, balance, cash posted, and the sums of their squares and products."""
    cash: dict[int, int] = {}
    for episode, payment in book.recovered(where):
        if payment.paid_on <= as_of:
            cash[id(episode)] = cash.get(id(episode), 0) + payment.amount
    sums: dict[str, tuple[int, ...]] = {}
    for _, episode in book.placed(as_of, where):
        balance, paid = episode.snapshot.balance, cash.get(id(episode), 0)
        group = episode.snapshot.row.get(column) or "not stated"
        one = (1, balance, paid, balance * balance, paid * paid, balance * paid)
        sums[group] = tuple(map(sum, zip(sums.get(group, (0,) * 6), one, strict=True)))
    return sums
