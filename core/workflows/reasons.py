"""A reason in a person's words, kept whole or refused: nothing somebody signs is cut without being said."""

from __future__ import annotations

from core.errors import Refused
from core.wording import counted

LONGEST_REASON = 500
"""Letters of a reason, spaces in a row counted as one."""


def whole_reason(text: object) -> str:
    """A reason with single spaces, "" for none.

    Raises:
        Refused: it is longer than LONGEST_REASON.
    """
    words = " ".join(str(text or "").split())
    if len(words) > LONGEST_REASON:
        over = counted(len(words) - LONGEST_REASON, "letter")
        raise Refused(
            f"The reason has {counted(len(words), 'letter')}, and {LONGEST_REASON} are kept; nothing was changed",
            remedy=f"Say it in {over} less.",
        )
    return words
