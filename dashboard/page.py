"""What a page says about itself: its address, its place in the navigation and the question it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["See", "Work", "Prove", "Data"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        path: its address, "/" first.
        name: its word in the navigation and in the browser's tab.
        group: what people come to it for.
        question: its title, a question its charts answer.
        filters: whether the row of filters stands above its content.
    """

    path: str
    name: str
    group: Group
    question: str
    filters: bool = True

    @property
    def key(self) -> str:
        """The page's word in ids: "/score" is "score", "/" is "portfolio"."""
        return self.path.strip("/") or "portfolio"
