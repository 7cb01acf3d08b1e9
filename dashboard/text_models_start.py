"""Sentences of the Models page where no model orders the work: what a training needs, and what the rule score is."""

from __future__ import annotations

from datetime import date

from core.records import Book
from core.scores.gate import FEWEST_EVENTS
from core.scores.rows.target import RECOVERED_FROM, WINDOW_MONTHS
from core.scores.scoring.rule_score import INPUTS, Input
from dashboard import format as show

NEEDS_TITLE = "What a training needs"
RULE_TITLE = "What orders the work: the rule score"
RULE_SUBTITLE = (
    "Points of 100 from facts of the loan's newest day, weighed in the open, the same for every book. Between the steps points run straight; a fact "
    "that is not stated shares its points among the others. It was not validated on your data and is no probability."
)
NEEDS = (("learns", "What it learns"), ("outcomes", "Outcomes in this book"), ("enough", "How many it takes"), ("after", "What becomes of it"))  # fmt: skip


def needs(book: Book, ripe: int, until: date, later: int) -> dict[str, str]:
    """What a training needs, by the keys of NEEDS.

    Args:
        book: the book on show, without a model.
        ripe: its placements that are at least 12 months old.
        until: the day up to which they were counted: the newest portfolio day, or an earlier one up to which payments are known.
        later: further placements of which payments that came after the newest portfolio day may tell.
    """
    share, window = show.percent(RECOVERED_FROM, 0), f"{WINDOW_MONTHS} months"
    if book.has_payments:
        learns = f"Which loans bring less than {share} of their balance in the {window} after they came into arrears."
        outcomes = (
            f"{show.count(ripe, 'placements')} of this book had their {window} by {show.day(until)}{_told(later)}"
            if ripe or later
            else f"None yet: no placement of this book had its {window} by {show.day(until)}, up to when payments are known. A training will say so."
        )
    else:
        learns = "What the portfolio file says became of the loans, for no payment is known: Recovered_Amount, else Recovery_Status."
        outcomes = "Counted when it trains. Without those columns and without payments a training says that there is nothing to learn from."
    return {
        "learns": learns, "outcomes": outcomes,
        "enough": f"At least {FEWEST_EVENTS} loans of either outcome, and enough difference between them that chance cannot explain it.",
        "after": "A model that passes every rule above is put in use and orders the work from then on; one that fails a rule never does, and the page says why.",
    }  # fmt: skip


def _told(later: int) -> str:
    """Up to when payments are known, or how much further those may tell that came after the newest portfolio day."""
    if not later:
        return ", up to when payments are known."
    return (
        f"; payments received since may tell of {show.number(later)} more, and a training counts as far as they reach."
    )


def rule_facts() -> list[tuple[str, str]]:
    """Each fact of the rule score with the most points it adds, and its steps with their reason."""
    return [
        (f"{_begin(each.name)}, up to {_points(each, 1.0)} points", f"{_steps(each)}. {each.reason}") for each in INPUTS
    ]


def _steps(each: Input) -> str:
    """ "0 points at 0, 17.5 at 30, 35 at 180 and above": the anchors in points of 100."""
    first, *rest = [(f"{value:g}", _points(each, share)) for value, share in each.anchors]
    steps = [f"{first[1]} points at {first[0]}", *(f"{points} at {value}" for value, points in rest)]
    return f"{', '.join(steps)} and above"


def _points(each: Input, share: float) -> str:
    return f"{round(100 * each.weight * share, 1):g}"


def _begin(name: str) -> str:
    return name[:1].upper() + name[1:]
