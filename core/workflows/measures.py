"""Every number of a selection at once: what `metrics` tells, and what the drawer opens one by one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from core.metrics.answers import FAMILIES, Family
from core.metrics.measure import Measure
from core.metrics.value import value_measures
from core.ports import PortfolioReader
from core.selection import Selection
from core.strategies.catalogue import CATALOGUE


def families(discount_rate: float) -> dict[str, Family]:
    """What computes each family of metrics, those that need fees and a discount rate included.

    Args:
        discount_rate: a year, 0-1, at which later cash counts for less.
    """
    fees = {strategy.name: strategy.fee_share for strategy in CATALOGUE}
    return {**FAMILIES, "value": partial(value_measures, fee_shares=fees, discount_rate=discount_rate)}


def all_measures(reader: PortfolioReader, selection: Selection, known: Mapping[str, Family]) -> dict[str, Measure]:
    """Every metric of the catalogue, by name; what the data cannot carry is NaN with the reason.

    Args:
        selection: with its `as_of` stated.
        known: from `families`.
    """
    return {name: measure for family in known.values() for name, measure in family(reader, selection).items()}
