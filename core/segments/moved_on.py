"""When segments have grown old: more loans are unlike those of the fit than chance and a good fit leave."""

from __future__ import annotations

from core.metrics.intervals import wilson

MANY_UNLIKE = 0.05
"""Of the fit's own day 1 % are unlike by definition; five times as many say that the book has moved on."""


def has_moved_on(placed: int, unlike: int) -> bool:
    """Whether clearly more than 5 % of the placed loans are unlike those the segments were fitted to (95 % interval by Wilson
    above it). False where none is placed.

    >>> has_moved_on(1000, 70), has_moved_on(100, 7), has_moved_on(0, 0)
    (True, False, False)
    """
    return placed > 0 and wilson(unlike, placed)[0] > MANY_UNLIKE
