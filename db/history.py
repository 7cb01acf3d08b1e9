"""A book told again: every revision in the order in which it became known, so that earlier days are answered right.

Files that arrive late with an earlier day of receipt change today's answers at once, but the spells and the cube
deltas of earlier days were written without them. Telling the book again writes both anew, by the same code that wrote
them first. Rows of files, scores and decisions are kept; what follows from them is derived again.

A file is known from the day it was received. Everything else (an undo, a change of day, scores, a decision) was done
by somebody who had all that was stored by then: it is known from the newest day of the revisions up to it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from core.metrics.placement import EPISODE_FIELDS
from db import assignments, learned
from db.books import SHOWING
from db.cubes.all import CUBES
from db.scores import settle_scores, speak_again
from db.spells import begin
from db.unit import SqlWriteUnit

_ASIDE = "waiting to be told again"
_FACTS = ("snapshots", "payments", "actions", "promises", "assignments")
_DERIVED = ("placements", "promise_outcomes")
_SCORES_OF_BOOK = "snapshot_id IN (SELECT id FROM snapshots WHERE book_id = :book)"


def settle_history(connection: Connection, book_id: int) -> None:
    """Put the knowledge of earlier days in order; today's answers stay what they are.

    Raises:
        RuntimeError: they did not, which is a fault of ours: nothing must be committed.
    """
    before = _today(connection, book_id)
    tell_again(connection, book_id)
    after = _today(connection, book_id)
    differing = sorted(name for name in before if before[name] != after[name])
    if differing:
        raise RuntimeError(f"book {book_id} told again differs in {', '.join(differing)}")


def rebuild_derived(connection: Connection) -> None:
    """Tell the books again whose derived rows an older schema did not keep."""
    waiting = connection.exec_driver_sql("SELECT id FROM books WHERE unsettled = 2 ORDER BY id").all()
    for (book_id,) in waiting:
        tell_again(connection, int(book_id))


def tell_again(connection: Connection, book_id: int) -> None:
    """Forget what is known since when, and do again what each revision did."""
    story = _Story(connection, book_id)
    _set_aside(connection, book_id)
    for chapter in story.chapters():
        chapter.tell(story)
    connection.exec_driver_sql("UPDATE books SET unsettled = 0 WHERE id = ?", (book_id,))


@dataclass
class _Chapter:
    """What one revision did on one day of knowledge, in the order of a unit."""

    revision_id: int
    known_on: str
    written_as: int  # the revision under which the cubes' differences are written: known on that same day
    undone: list[int] = field(default_factory=list)
    appended: int | None = None
    decided: list[int] = field(default_factory=list)
    scored: tuple[int, int] | None = None

    def tell(self, story: _Story) -> None:
        if not (self.undone or self.appended or self.decided or self.scored):
            return
        unit = _Retold(story.connection, story.book_id, self.written_as, known_on=self.known_on)
        for batch_id in self.undone:
            for again in story.retract(batch_id):
                unit.settle(again, story.kinds[again])
            unit.drop_scores(self.revision_id)
        if self.appended is not None and story.commit(self.appended):
            unit.settle(self.appended, story.kinds[self.appended])
        if self.decided:
            unit.decide_again(self.decided)
        if self.scored is not None:
            unit.score_again(self.revision_id, self.scored)
        unit.close()


class _Retold(SqlWriteUnit):
    """A revision of a book that is told again: what its unit did, from the rows it left."""

    def __init__(self, connection: Connection, book_id: int, revision_id: int, *, known_on: str) -> None:
        super().__init__(connection, book_id, revision_id, at="", known_on=date.fromisoformat(known_on), who="")

    def settle(self, batch_id: int, kind: str) -> None:
        """What follows from a batch that was just committed or taken back."""
        self._settle(batch_id, kind)

    def drop_scores(self, revision_id: int) -> None:
        """After an undo: the scores that fell with the batch, and the models that learned from it."""
        fallen = learned.fallen_models(self._connection, self._book_id)
        settle_scores(self._connection, revision_id, self._touched, fallen)

    def score_again(self, revision_id: int, numbers: tuple[int, int]) -> None:
        """What the revision said of its snapshots speaks."""
        speak_again(self._connection, revision_id, self._touched, numbers)

    def decide_again(self, given: list[int]) -> None:
        """The decisions of persons speak."""
        numbers = ", ".join(str(number) for number in given)
        begin(self._connection, "assignments", self._touched.known_on, f"id IN ({numbers})")
        run = self._connection.exec_driver_sql
        run("DELETE FROM chosen")
        run(f"INSERT INTO chosen SELECT DISTINCT loan_id FROM assignments WHERE id IN ({numbers})")
        loans = {int(row[0]) for row in run("SELECT id FROM chosen")}
        self._reassign(loans)


class _Story:
    """The revisions of a book, and which of its batches stand at the present point of the telling."""

    def __init__(self, connection: Connection, book_id: int) -> None:
        self.connection, self.book_id = connection, book_id
        stored = connection.exec_driver_sql(
            "SELECT id, kind, sha256, undone_by FROM batches WHERE book_id = ? AND status IN ('committed', 'undone')",
            (book_id,),
        ).all()
        self.kinds = {int(row.id): str(row.kind) for row in stored}
        self._content = {int(row.id): str(row.sha256) for row in stored}
        self._undone_by = {int(row.id): row.undone_by for row in stored}
        self._copies: dict[str, list[int]] = defaultdict(list)  # of one content: the first stands, the others wait

    def chapters(self) -> Iterator[_Chapter]:
        """In the order of knowledge: by day, then by revision."""
        told: list[_Chapter] = []
        newest_day, newest = "", 0
        decided, scored = self._decided(), self._scored()
        for revision in self._revisions():
            number, known_on = int(revision.id), str(revision.known_on)
            if known_on > newest_day:
                newest_day, newest = known_on, number
            undone = sorted(batch for batch, by in self._undone_by.items() if by == number)
            appended = revision.batch_id if revision.kind != "undo" and revision.batch_id not in undone else None
            done = _Chapter(number, newest_day, newest if known_on < newest_day else number, undone)
            done.decided, done.scored = decided.get(number, []), scored.get(number)
            if undone or known_on == newest_day:
                done.appended = appended
            else:
                told.append(_Chapter(number, known_on, number, appended=appended))
            told.append(done)
        return iter(sorted(told, key=lambda chapter: (chapter.known_on, chapter.revision_id)))

    def commit(self, batch_id: int) -> bool:
        """The batch stands, unless another of the same content does: then it waits for that one's undo."""
        copies = self._copies[self._content[batch_id]]
        copies.append(batch_id)
        if copies[0] == batch_id:
            self._mark(batch_id, "committed")
        return copies[0] == batch_id

    def retract(self, batch_id: int) -> list[int]:
        """The batch is undone; returns the batches to be settled: it, and the copy that stands now in its place."""
        copies = self._copies[self._content[batch_id]]
        stood = copies[:1] == [batch_id]
        copies.remove(batch_id)
        self._mark(batch_id, "undone")
        if not stood:
            return []
        for copy in copies[:1]:
            self._mark(copy, "committed")
        return [batch_id, *copies[:1]]

    def _mark(self, batch_id: int, status: str) -> None:
        self.connection.exec_driver_sql("UPDATE batches SET status = ? WHERE id = ?", (status, batch_id))

    def _revisions(self) -> list[Any]:
        query = "SELECT id, kind, batch_id, known_on FROM revisions WHERE book_id = ? AND kind <> ? ORDER BY id"
        return list(self.connection.exec_driver_sql(query, (self.book_id, SHOWING)))

    def _decided(self) -> dict[int, list[int]]:
        query = "SELECT revision_id, id FROM assignments WHERE book_id = ? AND decided_by = 'person' ORDER BY id"
        given: dict[int, list[int]] = defaultdict(list)
        for revision_id, number in self.connection.exec_driver_sql(query, (self.book_id,)):
            given[int(revision_id)].append(int(number))
        return given

    def _scored(self) -> dict[int, tuple[int, int]]:
        """A revision's scores were written in one go, so their numbers lie together."""
        query = (
            "SELECT revision_id, min(id), max(id) FROM scores WHERE revision_id IN "
            "(SELECT id FROM revisions WHERE book_id = ?) GROUP BY revision_id"
        )
        return {int(row[0]): (row[1], row[2]) for row in self.connection.exec_driver_sql(query, (self.book_id,))}


def _set_aside(connection: Connection, book_id: int) -> None:
    """No batch stands, nothing speaks, nothing is derived, every cube is empty."""
    told = {"book": book_id, "aside": _ASIDE}

    def run(statement: str) -> None:
        connection.exec_driver_sql(statement, told)

    run("UPDATE batches SET status = :aside WHERE book_id = :book AND status IN ('committed', 'undone')")
    run("DELETE FROM assignments WHERE book_id = :book AND decided_by <> 'person'")
    for table in (*_DERIVED, "spells", *(cube.table.name for cube in CUBES)):
        run(f"DELETE FROM {table} WHERE book_id = :book")
    for fact in _FACTS:
        run(f"UPDATE {fact} SET live = 0, since_on = NULL, until_on = NULL WHERE book_id = :book")
    run(f"UPDATE scores SET live = 0, since_on = NULL, until_on = NULL WHERE {_SCORES_OF_BOOK}")


def _today(connection: Connection, book_id: int) -> dict[str, str]:
    """All of today's knowledge, as one digest for each of its parts."""
    speaking = {fact: f"SELECT id FROM {fact} WHERE book_id = :book AND live = 1 ORDER BY 1" for fact in _FACTS[:-1]}
    episode, given = ", ".join(EPISODE_FIELDS), ", ".join((*assignments.FIELDS, "who"))
    queries = speaking | {
        "batches": "SELECT id, status FROM batches WHERE book_id = :book ORDER BY 1",
        "scores": f"SELECT id FROM scores WHERE live = 1 AND {_SCORES_OF_BOOK} ORDER BY 1",
        "placements": f"SELECT {episode} FROM placements WHERE book_id = :book AND live = 1 ORDER BY loan_id, episode",
        "assignments": f"SELECT {given} FROM assignments WHERE book_id = :book AND live = 1 ORDER BY {given}",
    }
    for cube in CUBES:
        groups = ", ".join(cube.groups)
        sums = ", ".join(f"sum({name})" for name in cube.measures)
        some = " OR ".join(f"sum({name}) <> 0" for name in cube.measures)
        queries[cube.table.name] = (
            f"SELECT {groups}, {sums} FROM {cube.table.name} WHERE book_id = :book GROUP BY {groups} HAVING {some} ORDER BY {groups}"
        )
    return {name: _digest(connection, query, book_id) for name, query in queries.items()}


def _digest(connection: Connection, query: str, book_id: int) -> str:
    whole = hashlib.sha256()
    for row in connection.exec_driver_sql(query, {"book": book_id}):
        whole.update(repr(tuple(row)).encode())
    return whole.hexdigest()
