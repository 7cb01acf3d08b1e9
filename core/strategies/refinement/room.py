"""Would more room be worth it? Said where a limit binds and one more place, hour or unit of money is worth enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.strategies.catalogue import Limits, Strategy
from core.strategies.policy.prices import Allocation, places
from core.wording import dated

MATERIAL_SHARE = 0.10
"""One more place or hour counts where it is worth at least this share of what a loan is worth on average; one more unit of money
where it brings at least this share beyond itself."""
A_PART_MORE = 0.10
"""Limits are ranked by what so much more of each would bring at most."""

Kind = Literal["place", "hour", "money"]


@dataclass(frozen=True, slots=True)
class Room:
    """One limit that should be wider.

    Attributes:
        kind: of what there should be more; strategy: whose places, "" for hours and money.
        price: net value that one more would add, currency, as the policy expects it of today's loans.
        limit: how much there is now. n: loans that may be worked.
        day: the ISO day whose loans these are.
    """

    kind: Kind
    strategy: str
    price: float
    limit: float
    n: int
    day: str

    @property
    def words(self) -> str:
        """The suggestion in a sentence, with what it rests on."""
        basis = f"as the learned policy expects it of the {self.n:,} loans that may be worked on {dated(self.day)}; not a measured effect"
        if self.kind == "place":
            return (
                f"Make room for {self.strategy}: all {self.limit:,.0f} places are taken, and one more is worth {self.price:,.0f} of net value, "
                f"{basis}"
            )
        if self.kind == "hour":
            return f"Find more officer hours: all {self.limit:,.0f} are used, and one more is worth {self.price:,.0f} of net value, {basis}"
        return f"Raise the budget: all {self.limit:,.0f} is spent, and each unit more brings {self.price:,.2f} beyond itself, {basis}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON in the keys of a suggestion. It has no interval, for nothing was measured, and no n of loans under a strategy."""
        return {
            "kind": "room", "action": "room", "words": self.words, "strategy": self.strategy, "of": self.kind, "where": {}, "n": self.n,
            "price": self.price, "limit": self.limit, "day": self.day, "basis": "expected by the learned policy",
            "strength": "expected, not measured",
        }  # fmt: skip


def room_wanted(
    told: Allocation, strategies: Sequence[Strategy], limits: Limits, *, workable: int, day: str
) -> Room | None:
    """The limit of which a tenth more would bring most, among those that bind and whose price is material.

    Args:
        told: how the policy shares out today's loans within the limits. strategies: in its order, with their capacities.
        limits: officer hours and budget. workable: loans that may be worked.

    Returns:
        None where no limit binds, or none is worth it. Nothing is said of a limit of 0: what it would be worth rests on no place given.
    """
    if not workable:
        return None
    mean = told.total / workable
    rooms = [
        Room("place", each.name, float(price), places(each, workable), workable, day)
        for each, price in zip(strategies, told.places, strict=True)
        if price >= MATERIAL_SHARE * mean
    ]
    if limits.officer_hours is not None and told.hour >= MATERIAL_SHARE * mean:
        rooms.append(Room("hour", "", float(told.hour), limits.officer_hours, workable, day))
    if limits.budget is not None and told.money >= MATERIAL_SHARE:
        rooms.append(Room("money", "", float(told.money), limits.budget, workable, day))
    found = [each for each in rooms if each.price > 0 and np.isfinite(each.limit) and each.limit > 0]
    return max(found, key=lambda each: each.price * each.limit * A_PART_MORE, default=None)
