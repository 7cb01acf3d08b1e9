"""A person's word on a column the gate judges: let it in, or keep it out. Kept with who, when and why; honoured by the next training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from core.columns import Column, by_header, plain
from core.errors import Refused
from core.ports import PortfolioReader, PortfolioWriter
from core.records import Batch, Ruling
from core.scores.checks.protected import named_protected
from core.scores.rows.features import NEVER_INPUTS, SOURCES
from core.workflows.reasons import whole_reason

TAKEN_BACK = "taken back"
_KEPT_OUT = "Leave it out; a score may only learn from what was known before."
_MAP_REMEDY = "Load the file with a map that says when it is known."


def rule_on_column(
    reader: PortfolioReader, writer: PortfolioWriter, column: str, *, allowed: bool, because: str, today: date, who: str,
    known_names: Sequence[str] | None = None,
) -> Ruling:  # fmt: skip
    """Keep what a person says of a column.

    Args:
        column: a header of the contract, or the name of an unknown column of the book; case and spaces of a header
            do not matter.
        allowed: let it in although the gate quarantines it, or keep it out.
        because: the reason, in the person's words; needed to let a column in.
        known_names: the unknown columns to choose from; None looks for them in every row of the book (worker and command
            line only: on a large book that takes a while).

    Raises:
        Refused: nothing is known of the column, no reason is given or one too long to be kept whole, or nobody may let it
            in: the contract or the map dates it after the outcome, it is protected, or it is no fact a score reads.
    """
    reason, known = whole_reason(because), by_header("portfolio").get(plain(column))
    name = known.header if known is not None else _unknown_column(reader, column, known_names)
    if allowed:
        _refuse_final(name, known, reader)
        if not reason:
            raise Refused(f"Letting {name} in needs a reason", remedy="Say why its values are known at the snapshot.")
    ruling = Ruling(name, allowed, reason or TAKEN_BACK, who, today.isoformat())
    writer.put_ruling(reader.book().name, ruling)
    return ruling


def rule_on_columns(
    reader: PortfolioReader, writer: PortfolioWriter, allow: str | None, forbid: str | None, because: str, *,
    today: date, who: str,
) -> list[Ruling]:  # fmt: skip
    """Let one column in and keep another out, where given. Raises Refused as `rule_on_column` does."""
    given = [(column, allowed) for column, allowed in ((allow, True), (forbid, False)) if column is not None]
    return [
        rule_on_column(reader, writer, column, allowed=allowed, because=because, today=today, who=who)
        for column, allowed in given
    ]


def stated_times(batches: Iterable[Batch]) -> dict[str, str]:
    """When unknown columns are known, by the maps of batches; a later batch's map overrules an earlier one's."""
    known_at: dict[str, str] = {}
    for batch in sorted(batches, key=lambda each: each.id):
        known_at |= dict(batch.mapping.get("known_at") or {})
    return known_at


def their_names(batches: Iterable[Batch]) -> dict[str, str]:
    """By field of the contract, what a file with a map calls it; a later batch's map overrules an earlier one's."""
    known, called = by_header("portfolio"), dict[str, str]()
    for batch in sorted(batches, key=lambda each: each.id):
        for theirs, ours in dict(batch.mapping.get("columns") or {}).items():
            if ours and plain(ours) in known and plain(ours) != plain(theirs):
                called[known[plain(ours)].field] = theirs
    return called


def extra_names(rows: pd.DataFrame) -> set[str]:
    """The unknown columns that these rows carry."""
    if "extra" not in rows:
        return set()
    return {name for text in rows["extra"] if isinstance(text, str) and text for name in json.loads(text)}


def named_by(card: Mapping[str, Any]) -> list[str]:
    """The columns a card speaks of that a person could rule on, by name."""
    told = [
        *(each["column"] for part in ("quarantined", "allowed") for each in card.get(part, ())),
        *card.get("unstated", ()),
    ]
    return sorted({name for name in told if not final_reason(name, by_header("portfolio").get(plain(name)))})


def final_reason(name: str, known: Column | None) -> str:
    """Why nobody may let a column in, in words without a full stop; "" where a person may."""
    if known is None:
        return "is a protected attribute, or a place that can stand in for one" if named_protected(name) else ""
    if known.protected:
        return "is a protected attribute"
    if known.known_at == "after":
        return "is written with the outcome, after the snapshot"
    if known.field in NEVER_INPUTS:
        return f"is no input: {NEVER_INPUTS[known.field]}"
    return (
        "" if any(known.field in source.fields for source in SOURCES) else "is no fact about the borrower or the loan"
    )


def _unknown_column(reader: PortfolioReader, column: str, known_names: Sequence[str] | None) -> str:
    names = extra_names(reader.training_rows()) if known_names is None else set(known_names)
    if column in names:
        return column
    found = {plain(name): name for name in names}.get(plain(column))
    if found is None:
        raise Refused(
            f"This book has no column '{column[:60]}'", where=sorted(names)[:3],
            remedy="Give the name as `train` prints it under quarantined, or as the file has it.",
        )  # fmt: skip
    return found


def _refuse_final(name: str, known: Column | None, reader: PortfolioReader) -> None:
    if reason := final_reason(name, known):
        raise Refused(f"{name} cannot be let in: it {reason}", remedy=_KEPT_OUT)
    if known is None:
        book = reader.book().name
        batches = [each for each in reader.batches(limit=1_000_000) if each.status == "committed" and each.book == book]
        if stated_times(batches).get(name, "snapshot") != "snapshot":
            raise Refused(
                f"{name} cannot be let in: the map says it is known only after the outcome", remedy=_MAP_REMEDY
            )
