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
        return math.nan, f"is missing; write {_example(metric)}"
    if isinstance(written, str):
        return math.nan, f"{written}; write {_example(metric)}"
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
        return f"is an amount of money; {metric.name} is a share, write {_example(metric)}" if written.signs else ""
    if written.percent:
        return f"is a percentage; {metric.name} is an amount, write {_example(metric)}"
    if written.signs and currency and currency not in written.signs:
        return f"is not in {currency}, the currency of the book; convert it"
    one_point = written.body.count(".") == 1 and "," not in written.body
    return TWO_WAYS if not mark and one_point else ""


def _outside(metric: TargetMetric, value: float, percent: bool) -> str:
    if metric.unit == "share":
        most = f"{metric.high * 100:,.0f} %"
        if value > 1 and not percent:
            return f"is above 1; write a share as {_example(metric)}"
        return (
            ""
            if metric.low <= value <= metric.high
            else f"is not between 0 % and {most}; write a share as {_example(metric)}"
        )
    if not metric.low <= value <= metric.high:
        return f"is not between {metric.low:,.0f} and {metric.high:,.0f}; check its sign and its unit"
    return "has more than two decimals; round it to hundredths" if round(value, 2) != value else ""


def _example(metric: TargetMetric) -> str:
    return "0.35 or 35 %" if metric.unit == "share" else "125000 or 1250.50"
