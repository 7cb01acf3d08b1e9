"""What strategies did: one row a loan, as it was when its strategy began, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]
Names = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One column of `Observed.facts`.

    Attributes:
        name: of the column, as a person would read it ("days past due (log)", "product: Auto").
        of: the fact it belongs to; the columns of one category, and a number with its "not stated" flag, share it.
        is_number: a number that may be bent by splines; else 0 or 1.
    """

    name: str
    of: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Observed:
    """The loans effects and policies are learned from.

    Attributes:
        facts: (n, p) what was known of each loan when its strategy began; no NaN. Nothing written afterwards.
        columns: one Fact a column of `facts`.
        strategy: (n,) what each loan was given, as an index into `strategies`.
        strategies: names; the reference first.
        balance: (n,) owed when the strategy began, currency, above 0.
        rate: (n,) cash of the window over the balance (0 and above, over 1 is legal).
        net: (n,) currency: what the cash was worth less fees and costs; None where costs are not known.
        cluster: (n,) the borrower of each loan as a number: rows of one borrower are not independent.
        probability: (n,) with which chance gave the loan its strategy, where it did; NaN elsewhere.
        groups: by name of a grouping (segment, product, ...), the label of each loan.
    """

    facts: Numbers
    columns: tuple[Fact, ...]
    strategy: Codes
    strategies: tuple[str, ...]
    balance: Numbers
    rate: Numbers
    net: Numbers | None
    cluster: Codes
    probability: Numbers
    groups: Mapping[str, Names] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.strategy)

    def rows(self, chosen: np.ndarray) -> Observed:
        """The same of some loans, by index or by a mask."""
        return replace(
            self,
            facts=self.facts[chosen], strategy=self.strategy[chosen], balance=self.balance[chosen], rate=self.rate[chosen],
            net=None if self.net is None else self.net[chosen], cluster=self.cluster[chosen],
            probability=self.probability[chosen], groups={name: labels[chosen] for name, labels in self.groups.items()},
        )  # fmt: skip
