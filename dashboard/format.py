"""Numbers and dates as a person reads them. Percent signs, units and the real minus exist only here."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from core.metrics.measure import Measure
from core.wording import MONTHS, counted, dated, named_month

UNDEFINED = "n/a"
MINUS = "−"
SCALES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def scale_of(largest: float) -> tuple[float, str]:
    """The divisor and unit in which amounts up to `largest` read best.

    >>> scale_of(42_500_000)
    (1000000.0, 'M')
    """
    for divisor, unit in SCALES:
        if abs(largest) >= divisor * 0.99995:
            return divisor, unit
    return 1.0, ""


def number(value: float, decimals: int = 0) -> str:
    """A number with grouped thousands and a real minus.

    >>> number(-1234.5, 1)
    '−1,234.5'
    """
    if not math.isfinite(value):
        return UNDEFINED
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not any(digit in text for digit in "123456789")
    return text if value >= 0 or is_zero else MINUS + text


def money(value: float, currency: str = "") -> str:
    """An amount, short: three significant digits and a unit.

    >>> money(42_512_345.67), money(980.4), money(-2_630_000, "EUR")
    ('42.5 M', '980', 'EUR −2.63 M')
    """
    if not math.isfinite(value):
        return UNDEFINED
    divisor, unit = scale_of(value)
    scaled = value / divisor
    decimals = 0 if not unit or abs(scaled) >= 99.95 else 1 if abs(scaled) >= 9.995 else 2
    return " ".join(part for part in (currency, number(scaled, decimals), unit) if part)


def money_exact(value: float) -> str:
    """An amount to the hundredth, for tables that must add up."""
    return number(value, 2)


def percent(share: float, decimals: int = 1) -> str:
    """A share of 0-1 as percent.

    >>> percent(0.3141)
    '31.4 %'
    """
    text = number(share * 100, decimals)
    return text if text == UNDEFINED else f"{text} %"


def signed(text: str) -> str:
    """Text of a number with its plus sign, where it is above zero."""
    above_zero = text != UNDEFINED and not text.startswith(MINUS) and any(digit in text for digit in "123456789")
    return f"+{text}" if above_zero else text


def points(difference: float, decimals: int = 1) -> str:
    """A difference of two shares in percentage points.

    >>> points(-0.021)
    '−2.1 pts'
    """
    text = signed(number(difference * 100, decimals))
    return text if text == UNDEFINED else f"{text} pts"


def day(value: date | str) -> str:
    """A day: "31 Oct 2026"."""
    return dated(value)


def day_beside(value: date, other: date) -> str:
    """A day next to another: its year is said only where the two differ.

    >>> day_beside(date(2026, 9, 30), date(2026, 10, 31))
    '30 Sep'
    """
    return f"{value.day} {MONTHS[value.month - 1]}" if value.year == other.year else day(value)


def month(value: date | str) -> str:
    """A month: "Oct 2026"."""
    return named_month(value)


def measure(answer: Measure, currency: str = "") -> str:
    """A measure's value in its unit, "n/a" where it is undefined."""
    if not answer.is_defined:
        return UNDEFINED
    if answer.unit == "share":
        return percent(answer.value)
    if answer.unit == "count":
        return number(answer.value)
    if answer.unit == "ratio":
        return number(answer.value, 2)
    return money(answer.value, currency)


def interval(answer: Measure, level: float = 0.95) -> str:
    """How sure a measure is, short enough for a card; "" where it has no interval.

    >>> interval(Measure(0.49, 49.0, 100.0, 100, "share", low=0.471, high=0.511)).replace("\\u00a0", " ")
    '95 %: 47.1 to 51.1 %'
    """
    if not (math.isfinite(answer.low) and math.isfinite(answer.high)):
        return ""
    low, high = (measure(replace(answer, value=end)) for end in (answer.low, answer.high))
    low_number, _, low_unit = low.partition(" ")
    told = low_number if low_unit and high.endswith(f" {low_unit}") else low
    return f"{percent(level, 0)}: {told} to {high}".replace(" ", "\u00a0")


def count(n: int, noun: str) -> str:
    """How many of what: "1 loan", "6,000 loans". `noun` is the plural.

    >>> count(1, "loans"), count(2, "batches")
    ('1 loan', '2 batches')
    """
    return counted(n, noun[:-2] if noun.endswith("ches") else noun[:-1])
