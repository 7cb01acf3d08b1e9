"""What the page answered already: kept until the book changes, so that a forecast or a view is computed but once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from core.records import Book

MOST_KNOWN = 100


@dataclass(slots=True)
class _Known:
    """One answer; whoever asks while it is being made waits for it."""

    lock: Lock = field(default_factory=Lock)
    is_made: bool = False
    value: Any = None


class Remembered:
    """Answers that follow from the book and the question alone; callers must not change them.

    The book's revision names its state: with another one, or with too many answers, all of them are forgotten.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._revision: tuple[str, int] | None = None
        self._known: dict[Hashable, _Known] = {}

    def answer(self, book: Book, question: Hashable, make: Callable[[], Any]) -> Any:
        """The known answer, or the one `make` gives; what it raises is raised and not remembered."""
        with self._lock:
            if self._revision != (book.name, book.revision) or len(self._known) >= MOST_KNOWN:
                self._revision, self._known = (book.name, book.revision), {}
            known = self._known.setdefault(question, _Known())
        with known.lock:
            if not known.is_made:
                known.value, known.is_made = make(), True
            return known.value
