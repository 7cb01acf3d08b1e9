"""What was answered already: kept until a revision changes the store, so that an interaction asks rows but once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from db.tables import revisions

MOST_ANSWERS = 500
_NEWEST = f"SELECT coalesce(max(id), 0) FROM {revisions.name}"
"""As text: it is asked several times at every question."""
T = TypeVar("T")


@dataclass
class Recall:
    """Answers that hold at one revision of the store."""

    revision: int
    _answers: dict[Hashable, Any] = field(default_factory=dict)

    def answer(self, question: Hashable, compute: Callable[[], T]) -> T:
        """The known answer, or a computed one; callers must not change it."""
        if question not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[question] = compute()
        known: T = self._answers[question]
        return known


_RECALLS: WeakKeyDictionary[Engine, Recall] = WeakKeyDictionary()


def recall(connection: Connection) -> Recall:
    """What is known at the revision this read sees."""
    revision = int(connection.exec_driver_sql(_NEWEST).scalar_one())
    known = _RECALLS.get(connection.engine)
    if known is None or known.revision != revision:
        known = _RECALLS[connection.engine] = Recall(revision)
    return known
