"""The tabs of the page: the list to work, and what stands behind the segments."""

from __future__ import annotations

from dashboard.components.tabs import Tabs

TABS = Tabs(
    "segments",
    "The loans, and what stands behind the segments",
    (
        ("list", "Which loans?"),
        ("sure", "How sure are the segments?"),
        ("moves", "Who moved?"),
        ("ways", "Why these segments?"),
    ),
)
