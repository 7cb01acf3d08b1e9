"""What is said where a number is compared with an earlier day or held against a target."""

from __future__ import annotations

from datetime import date

from core.metrics.comparison import year_before
from core.metrics.measure import Measure
from core.metrics.targets import Target
from dashboard import format as show

WHOLE_BOOKS_TARGET = "the whole book's target"


def no_earlier_day(how: str, as_of: date) -> str:
    """Why nothing stands on the other side of a comparison."""
    if how == "year":
        return f"this book holds no figures of {show.day(year_before(as_of))}"
    return f"this book holds no day before {show.day(as_of)}"


def target_name(target: Target) -> str:
    """Whose target it is: "the target", or "the whole book's target" beside the number of a part."""
    return WHOLE_BOOKS_TARGET if target.of_whole_book else "the target"


def target_beside(now: Measure, target: Target) -> str:
    """The target after a difference in words: "worse than the target 1.70 M", "up on the whole book's target 35.0 %"."""
    word = "on" if target.better == "neither" else "than"
    return f"{word} {target_name(target)} {show.measure(target.beside(now))}"


def target_line(now: Measure, target: Target) -> str:
    """The target on a line of its own: "target 50.0 k"."""
    return f"{target_name(target).removeprefix('the ')} {show.measure(target.beside(now))}"


def no_target_words(target: Target) -> str:
    """Why nothing is held against a number."""
    return f"{show.UNDEFINED}, because {target.why}"
