"""One number with what it takes to audit it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["currency", "share", "count", "currency per loan", "ratio"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, what it was computed from, and how much evidence it has.

    Attributes:
        value: the answer, NaN where it is undefined.
        numerator, denominator: for a ratio; a plain sum has itself and 1.
        n: how many rows (loans, payments, actions: see `of`) stand behind it.
        excluded: how many rows were left out, and `why` says by which rule; `excluded_of` what kind of rows they are
            (payments beside a rate of placements), "" where they are of the kind of `of`.
        unit: the unit of `value`; shares are 0-1.
        why: why it is undefined, or what was left out; "" where there is nothing to say.
        sums: where it is made of more than two sums, what each is called (see core.metrics.definitions.SIDES) and comes to.
        low, high: the 95 % interval where one can be computed, else NaN; `interval` says by which method.
    """

    value: float
    numerator: float
    denominator: float
    n: int
    unit: Unit
    of: str = "loans"
    excluded: int = 0
    why: str = ""
    low: float = math.nan
    high: float = math.nan
    interval: str = ""
    excluded_of: str = ""
    sums: tuple[tuple[str, float], ...] = ()

    @property
    def left_out_of(self) -> str:
        """What `excluded` counts."""
        return self.excluded_of or self.of

    @classmethod
    def undefined(
        cls,
        why: str,
        *,
        unit: Unit,
        of: str = "loans",
        numerator: float = math.nan,
        denominator: float = math.nan,
        n: int = 0,
    ) -> Measure:
        """A number the data cannot carry, with the reason."""
        return cls(math.nan, numerator, denominator, n, unit, of=of, why=why)

    @property
    def is_defined(self) -> bool:
        return not math.isnan(self.value)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; NaN becomes null."""
        return {
            "value": _plain(self.value),
            "numerator": _plain(self.numerator),
            "denominator": _plain(self.denominator),
            "n": self.n,
            "of": self.of,
            "excluded": self.excluded,
            "excluded_of": self.left_out_of,
            "unit": self.unit,
            "why": self.why,
            "low": _plain(self.low),
            "high": _plain(self.high),
            "interval": self.interval,
        }


def amount(
    value: float, *, n: int, of: str = "loans", excluded: int = 0, excluded_of: str = "", why: str = ""
) -> Measure:
    """A sum of money over n rows."""
    rounded = round(value, 2)
    return Measure(rounded, rounded, 1.0, n, "currency", of=of, excluded=excluded, why=why, excluded_of=excluded_of)


def ratio(
    numerator: float,
    denominator: float,
    *,
    n: int,
    unit: Unit = "share",
    of: str = "loans",
    excluded: int = 0,
    excluded_of: str = "",
    why: str = "",
    when_zero: str,
) -> Measure:
    """numerator / denominator; undefined, with `when_zero` as the reason, where the denominator is 0 or below."""
    if denominator <= 0:
        return Measure.undefined(when_zero, unit=unit, of=of, numerator=numerator, denominator=denominator, n=n)
    return Measure(
        numerator / denominator, numerator, denominator, n, unit, of=of, excluded=excluded, why=why, excluded_of=excluded_of
    )  # fmt: skip


def _plain(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else value
