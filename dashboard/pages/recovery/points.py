"""From the plain key of a point ("1-29|30-59") to the address of its number, which a click on it asks about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.address import Why

Address = Callable[[str], Why | None]
"""The number behind a point, from its key; None for a point without one."""


def marked(figure: dict[str, Any], address: Address) -> dict[str, Any]:
    """The figure with the mark of its number in place of each point's key.

    Args:
        figure: whose traces carry a key a point as customdata, or a list that begins with it; a heat map carries rows
            of keys. None for a point without one.
    """
    for trace in figure["data"]:
        keys = trace.get("customdata")
        if keys is not None and trace["type"] == "heatmap":
            trace["customdata"] = [[_mark(key, address) for key in row] for row in keys]
        elif keys is not None:
            trace["customdata"] = [_point(key, address) for key in keys]
    return figure


def _point(key: Any, address: Address) -> Any:
    return [_mark(key[0], address), *key[1:]] if isinstance(key, list) else _mark(key, address)


def _mark(key: str | None, address: Address) -> str | None:
    why = address(key) if key else None
    return why.mark() if why else None


def parts(key: str) -> tuple[str, str]:
    """What stands before the last bar of a key and what behind it.

    >>> parts("A|B|2026-10-31")
    ('A|B', '2026-10-31')
    """
    before, _, behind = key.rpartition("|")
    return before, behind
