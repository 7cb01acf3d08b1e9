"""Turning the pages of a list that is read by key: one key a page turned so far, and that of the page after."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard import format as show


def pager(id: str) -> html.Div:
    """Previous, the place, Next. The keys are kept in a dcc.Store of the caller's."""
    return html.Div(
        [
            html.Button("Previous", id=f"{id}-previous", className="button quiet", disabled=True),
            html.Span("", id=f"{id}-place", className="muted figure", role="status"),
            html.Button("Next", id=f"{id}-next", className="button quiet", disabled=True),
        ],
        className="pager",
    )


def turned(keys: Sequence[str | None] | None, step: int) -> list[str | None]:
    """The keys of the pages up to the one to show, None for the first.

    Args:
        keys: the keys as they were left: of the pages turned so far, and of the page after.
        step: +1 for the next page, -1 for the one before, 0 for the first.

    >>> turned(["b", "c"], 1), turned(["b", "c"], -1), turned(["b", "c"], 0)
    ([None, 'b', 'c'], [None], [None])
    """
    known = [key for key in keys or () if isinstance(key, str)]
    kept = {1: len(known), -1: len(known) - 2}.get(step, 0)
    return [None, *known[: max(0, kept)]]


def place(first: int, shown: int, total: int) -> str:
    """ "51 to 100 of 1,234", "" for an empty list.

    >>> place(51, 50, 1234), place(1, 0, 0)
    ('51 to 100 of 1,234', '')
    """
    return f"{show.number(first)} to {show.number(first + shown - 1)} of {show.number(total)}" if shown else ""
