"""One target as a person writes it: which metric, which amount or share, and why it is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.columns import plain
from core.intake.cells import distinct
from core.intake.numbers import Written, digits, take_apart
from core.metrics.targets import BUDGET, TARGET_METRICS, TargetMetric

TWO_WAYS = "can be read as thousands or with three decimals; write 1234 or 1.23"
_NOT_PLAIN = "+0"
"""A cell in another form than plain digits, so that `take_apart` takes every cell apart."""
_BY_SPELLING = {plain(name): metric for metric in TARGET_METRICS.values() for name in (metric.name, metric.label)} | {
    plain(name): TARGET_METRICS[BUDGET] for name in ("budget", "monthly budget", "cash this month (budget)")
}


def metric_named(text: str) -> TargetMetric | None:
    """The metric a cell names, by its name or by its label on screen; None where it may have no target.

    >>> metric_named("Cash-Month").name, metric_named("cash this month").name, metric_named("profit")
    ('cash_month', 'cash_month', None)
    """
    return _BY_SPELLING.get(plain(text))


@dataclass(frozen=True, slots=True)
class WrittenValues:
    """The cells of a column of values.

    Attributes:
        written: each distinct text taken apart, None where absent, or the reason it is no number.
        mark: the decimal mark the cells show together; "" where none of them shows one.
    """

    written: Mapping[str, Written | str | None]
    mark: str


def take_apart_values(texts: Sequence[str]) -> WrittenValues:
    """The cells of a column of values, whatever metrics they are about."""
    numerals = take_apart(distinct(np.array([*texts, _NOT_PLAIN], dtype=object)))
    marks = numerals.marks
    mark = "" if not marks else "," if marks[","] > marks["."] else "."
    return WrittenValues(dict(zip(numerals.cells.texts, numerals.written, strict=True)), mark)


def value_of(metric: TargetMetric, text: str, values: WrittenValues, *, currency: str = "") -> tuple[float, str]:
    """What a cell means as a target of a metric.

    Args:
        metric: says whether it is an amount or a share, and its bounds.
        text: a cell of `values`.
        currency: ISO code of the book; an amount with another currency's sign is refused. "" takes any.

    Returns:
        Currency (exact hundredths) or share (0-1) and ""; or NaN and why it is refused. A share above 1 needs its
        percent sign, so that 35 is never taken for 3,500 percent.
    """
    written = values.written[text]
    if written is None:
        return math.nan, "is missing"
    if isinstance(written, str):
        return math.nan, written
    fault = _misplaced(metric, written, currency, values.mark)
    if fault:
        return math.nan, fault
    mark = values.mark or "."
    literal = digits(written, mark)
    if not literal:
        return math.nan, f"is not a number with '{mark}' as its decimal mark, as the column is written"
    value = round(float(literal) / 100, 12) if written.percent else float(literal)
    fault = _outside(metric, value, written.percent)
    return (math.nan, fault) if fault else (value, "")


def read_value(metric: TargetMetric, text: str, *, currency: str = "") -> tuple[float, str]:
    """`value_of` for one value on its own, as typed on a page; it alone shows its decimal mark.

    >>> budget, share = TARGET_METRICS["cash_month"], TARGET_METRICS["recovery_rate"]
    >>> read_value(budget, "1,250,000.50"), read_value(share, "32,5 %")
    ((1250000.5, ''), (0.325, ''))
    """
    return value_of(metric, text.strip(), take_apart_values([text.strip()]), currency=currency)


def _misplaced(metric: TargetMetric, written: Written, currency: str, mark: str) -> str:
    """What does not belong to the metric's unit: a sign, or digits that can be read two ways."""
    if metric.unit == "share":
        return "is an amount of money; the metric is a share" if written.signs else ""
    if written.percent:
        return "is a percentage; the metric is an amount"
    if written.signs and currency and currency not in written.signs:
        return f"is not in {currency}, the currency of the book"
    one_point = written.body.count(".") == 1 and "," not in written.body
    return TWO_WAYS if not mark and one_point else ""


def _outside(metric: TargetMetric, value: float, percent: bool) -> str:
    if metric.unit == "share":
        if value > 1 and not percent:
            return "is above 1; write a share as 0.35 or as 35 %"
        if value < metric.low:
            return "is below 0"
        return f"is above {metric.high * 100:,.0f} %" if value > metric.high else ""
    if value < metric.low:
        return f"is below {metric.low:,.0f}"
    if value > metric.high:
        return f"is above {metric.high:,.0f}"
    return "has more than two decimals" if round(value, 2) != value else ""
