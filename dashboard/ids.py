"""Ids of the shell that pages may listen to or write to. A page's own ids start with its key: "segments-scatter"."""

from __future__ import annotations

URL = "url"
THEME = "theme"
REVISION = "revision"
PULSE = "pulse"
FAILURE = "failure"
FILTERS = "filters"
EMPTY = "empty-store"
EMPTY_TITLE = "empty-store-title"
EMPTY_PROGRESS = "empty-store-progress"
BOOK_LABEL = "book-label"
BOOK_DAY = "book-day"
STALE = "stale"
CONTENT = "content"
KNOWN = "known"
KNOWN_WORDS = "known-words"
EXPORT = "export-link"
NAVIGATION = "navigation"
WHY = "why"
DRAWER = "why-drawer"


def filter_of(name: str) -> str:
    """The control of a filter, or of `as_of` and `against`."""
    return f"filter-{name}"


def chip_of(name: str) -> str:
    """The chip that opens that control."""
    return f"chip-{name}"


def rows_of(card: str) -> dict[str, str]:
    """The numbers behind a chart, as rows of text for its table."""
    return {"part": "rows", "card": card}


def table_of(card: str) -> dict[str, str]:
    """The table under a chart."""
    return {"part": "table", "card": card}


def toggle_of(card: str) -> dict[str, str]:
    """What opens that table."""
    return {"part": "toggle", "card": card}
