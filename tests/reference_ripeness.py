"""Up to which day the files can have told, worked out again: a file tells of no day after the one it was received on."""

from __future__ import annotations

from tests.reference_files import File


def told_until(files: list[File], kind: str) -> str:
    """The day the newest file of a kind was received (ISO); the end of time where there is none, or where that is not
    stated: then everything was there from the beginning."""
    return max((file.received_on for file in files if file.kind == kind), default="") or "9999-12-31"


def earlier(as_of: str, *ends: str) -> str:
    """The day up to which a question can be answered."""
    return min(as_of, *ends)


def is_untold(as_of: str, until: str) -> bool:
    """The month of a day begins after all that can have been told."""
    return until < f"{as_of[:7]}-01"
