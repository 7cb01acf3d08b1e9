"""Were promises kept? Which payment keeps which promise, and what that comes to."""

from __future__ import annotations

GRACE_DAYS = 3
TOLERANCE_SHARE = 0.01

PROMISE_MEASURES: tuple[str, ...] = (
    "promises",  # promises whose due day plus grace has passed, that state a due day and an amount and were not cancelled
    "promised",  # their amount
    "kept",  # of them: cash in [day promised, due day + grace] of at least (1 - tolerance) x amount
    "kept_amount",  # min(cash allocated, amount), kept or not
    "unstated",  # promises without a due day or an amount, by the month-end they were made in: they cannot be judged
    "cancelled",  # promises cancelled before their due day plus grace, by the month-end of due day plus grace
)
