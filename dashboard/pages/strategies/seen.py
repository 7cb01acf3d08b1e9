"""What the panels of the page are about: one reading of the newest run, of policies, trials and the log, shared by all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash.exceptions import PreventUpdate

from core.records import Book, Policy, StrategyEvent, StrategyRun
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import page_key

Listens = Mapping[str, Any]
"""What a panel's callback listens to, as arguments of `app.callback`: `state.VIEW`, or the view of its tab."""
OUTCOMES: tuple[tuple[str, str], ...] = (("recovery_rate", "Recovery rate"), ("net_value", "Net value"))
OUTCOME = "outcome"
"""The outcome looked at, in the address."""
STATED = "recovered_share"
"""The outcome of files that state how a loan ended, but no amounts."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the strategies of a book.

    Attributes:
        book: the book on show; never empty.
        run: the newest run that stands; None where nothing was measured yet.
        policies: newest first. in_use: the learned policy that proposes; None where the thresholds do.
        events: the log, newest first.
    """

    book: Book
    run: StrategyRun | None = None
    policies: Sequence[Policy] = ()
    in_use: Policy | None = None
    events: Sequence[StrategyEvent] = field(default=())

    @property
    def content(self) -> Mapping[str, Any]:
        """What the run found; {} where there is none."""
        return {} if self.run is None else self.run.content

    def effects(self, outcome: str | None = None) -> list[Mapping[str, Any]]:
        """The effects found, of one outcome or of all."""
        return [each for each in self.content.get("effects") or () if outcome in (None, each["outcome"])]

    @property
    def currency(self) -> str:
        """Of the book."""
        return self.book.currency


class Shared:
    """What the panels' callbacks share: the services, and one reading for each state of the book."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.remembered = Remembered()

    def seen(self) -> Seen:
        """What is known. Raises PreventUpdate where the book is empty: the shell then shows how to begin."""
        book = self.services.reader().book()
        if book.is_empty:
            raise PreventUpdate
        made: Seen = self.remembered.answer(book, "seen", lambda: seen_of(self.services, book))
        return made


def seen_of(services: Services, book: Book) -> Seen:
    """Read what is known of the strategies of the book on show."""
    reader = services.reader()
    return Seen(book, reader.strategy_run(), reader.policies(), reader.policy_in_use(), reader.strategy_events())


def outcomes_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The outcomes a run measured, in order."""
    return tuple(dict.fromkeys(each["outcome"] for each in content.get("effects") or ()))


def outcome_asked(search: str | None, content: Mapping[str, Any]) -> str:
    """The outcome an address asks for, among those measured."""
    known = outcomes_of(content)
    first = known[0] if known else OUTCOMES[0][0]
    return page_key(search, OUTCOME, known, first)
