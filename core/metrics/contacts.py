"""Which results of an action mean that the right person was reached, that anybody was, or that a promise fell away."""

from __future__ import annotations

REACHED_RESULTS: tuple[str, ...] = (
    "right party",
    "rpc",
    "reached",
    "contacted",
    "promise",
    "promise to pay",
    "ptp",
    "refused",
    "refused to pay",
    "disputed",
    "dispute",
    "hardship",
    "call back",
    "callback requested",
    "paid",
    "accepted",
    "negotiated",
    "settlement agreed",
)
"""Lower-case results that count as a contact; no answer, wrong number, voicemail, sent and the rest do not."""

CONTACTED_RESULTS: tuple[str, ...] = (
    *REACHED_RESULTS,
    "third party",
    "third party contact",
    "tpc",
    "wrong party",
    "wrong party contact",
    "wrong person",
    "other person",
    "somebody else",
    "relative",
    "family member",
    "spouse",
    "employer",
    "colleague",
    "neighbour",
    "neighbor",
    "message left with third party",
)
"""Lower-case results where somebody was reached, the right party or not; a wrong number alone says nothing of the sort."""


def is_contact(result: str | None) -> bool:
    """Whether the borrower was reached; an unstated result is no contact.

    >>> is_contact("Right Party"), is_contact("no answer"), is_contact(None)
    (True, False, False)
    """
    return result is not None and result.strip().casefold() in REACHED_RESULTS


CANCELLED_RESULTS: tuple[str, ...] = (
    "promise cancelled",
    "promise canceled",
    "promise withdrawn",
    "promise superseded",
    "promise replaced",
    "promise rescheduled",
    "cancelled",
    "canceled",
    "withdrawn",
    "superseded",
)
"""Lower-case results that cancel the loan's promises whose due day plus grace has not passed."""
