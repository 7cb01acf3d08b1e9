"""Every way Recoup says no, in one tree.

An error says what was asked, what was found, where (three examples at most) and what to do.
`Refused` and its children are the user's to mend (exit code 2); anything else is our fault (exit code 1).
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass


class RecoupError(Exception):
    """The root of the tree; never raised itself."""


class Refused(RecoupError):
    """A request that cannot be carried out as it stands, with the remedy.

    Args:
        found: what was asked and what was found instead, one sentence.
        where: places, at most three are shown ("line 4, Days_Past_Due: 'soon'").
        remedy: what to do, one sentence.
    """

    def __init__(self, found: str, *, where: Sequence[str] = (), remedy: str) -> None:
        self.found = found
        self.where = tuple(where)
        self.remedy = remedy
        super().__init__(found, self.where, remedy)

    def __str__(self) -> str:
        shown = "; ".join(self.where[:3])
        more = len(self.where) - 3
        places = f" ({shown}{f'; and {more} more' if more > 0 else ''})" if shown else ""
        return f"{self.found}{places}. {self.remedy}"


class FileRefused(Refused):
    """A file that cannot be read as the kind it was given as."""


class RowsRefused(FileRefused):
    """A readable file with rows that break a rule; `rejects` lists every one of them."""

    def __init__(self, found: str, *, rejects: Sequence[Reject], where: Sequence[str] = (), remedy: str) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.rejects = tuple(rejects)


class BookChangeRefused(FileRefused):
    """A whole-book file that would halve or double the book: it may be right, and somebody has to say so."""


class DuplicateBatch(Refused):
    """A file whose content is in the book already, as batch number `batch_id`."""

    def __init__(self, batch_id: int) -> None:
        super().__init__(
            f"This file is in the book already, as batch {batch_id}",
            remedy=f"Nothing to do; undo batch {batch_id} first to load it again.",
        )
        self.batch_id = batch_id


class UnknownBatch(Refused):
    """A batch number that is not in this store, or was undone already."""


class StoreRefused(Refused):
    """A database that cannot be opened, is not ours, or is of another version."""


class SelectionRefused(Refused):
    """A filter, date or field that does not exist."""


class HistoryUnsettled(Refused):
    """A question about the knowledge of an earlier day while files that arrived out of order wait to be put in place."""


class TooLittleData(Refused):
    """A computation the data cannot carry."""


class JobCancelled(RecoupError):
    """Raised inside a job when a person asked for it to stop."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused row of a file: where it stands, what was there, and why it was refused.

    `line` counts from 1 and the header is line 1, as a text editor shows it.
    """

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: '{self.value}' {self.reason}"


def trace_without_data(error: BaseException) -> str:
    """Where a fault of ours happened, for a log: files, lines and kinds of errors, never what they say.

    The text of an exception may quote a cell of somebody's file, and logs live longer and travel further than the store.

    >>> try:
    ...     float("Jane Doe")
    ... except ValueError as fault:
    ...     trace = trace_without_data(fault)
    >>> trace.splitlines()[-1], "Jane" in trace.splitlines()[-1]
    ('ValueError', False)
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [] if earlier is None else [trace_without_data(earlier), "and then:\n"]
    frames = [
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n'
        for frame in traceback.extract_tb(error.__traceback__, limit=-30)
    ]
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return "".join([*before, "Traceback, without what the errors say:\n", *frames, name, "\n"])
