"""Their columns against ours: what is shown to the analyst, what the analyst changed, what was said about such a file before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.columns import COLUMNS, Kind, by_header, plain
from core.errors import FileRefused
from core.intake.sniff import HEAD_BYTES, sniff
from core.records import Batch

KEPT = "keep as it came"
WHEN = {"": "not stated", "snapshot": "at the snapshot", "after": "after the outcome"}
_WHEN_BACK = {word: when for when, word in WHEN.items()}


def choices(kind: Kind) -> list[str]:
    """What a column of theirs may be: kept, or one of ours."""
    return [KEPT, *(column.header for column in COLUMNS[kind])]


def mapping_rows(header: Sequence[str], kind: Kind, mapping: Mapping[str, Any]) -> list[dict[str, str]]:
    """A row a column of the file.

    Args:
        header: the file's columns.
        kind: the kind it is read as.
        mapping: the map's JSON so far, {} for none.

    Returns:
        theirs, ours (a header of ours or `KEPT`), by ("name", "map" or ""), known (for a kept column, when it is known), state.
    """
    known = by_header(kind)
    said, known_at = mapping.get("columns", {}), mapping.get("known_at", {})
    settled = {known[plain(ours)].field for ours in said.values() if ours and plain(ours) in known}
    rows = []
    for theirs in header:
        named = known.get(plain(theirs))
        if theirs in said:
            ours, by = (
                (known[plain(said[theirs])].header, "map")
                if said[theirs] and plain(said[theirs]) in known
                else (KEPT, "map")
            )
        elif named is not None and named.field not in settled:
            ours, by = named.header, "name"
        else:
            ours, by = KEPT, ""
        rows.append(
            {"theirs": theirs, "ours": ours, "by": by, "known": WHEN[known_at.get(theirs, "")] if ours == KEPT else ""}
        )
    return rows


def missing(rows: Iterable[Mapping[str, str]], kind: Kind) -> list[str]:
    """Required columns of ours that nothing feeds."""
    fed = {row["ours"] for row in rows}
    return [column.header for column in COLUMNS[kind] if column.required and column.header not in fed]


def edited_map(rows: Iterable[Mapping[str, str]], kind: Kind, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The map's JSON after the analyst's changes; what names say by themselves is not written down.

    Args:
        rows: as shown, changed by the analyst.
        kind: the kind the file will be read as.
        earlier: the map so far; its constants, values and outcome stay.
    """
    listed = list(rows)
    untouched = {row["theirs"]: row["ours"] for row in mapping_rows([row["theirs"] for row in listed], kind, {})}
    columns = {
        row["theirs"]: None if row["ours"] == KEPT else row["ours"]
        for row in listed
        if row["ours"] != untouched[row["theirs"]]
    }
    known_at = {
        row["theirs"]: _WHEN_BACK[row["known"]]
        for row in listed
        if row["ours"] == KEPT and _WHEN_BACK.get(row["known"])
    }
    whole = {**earlier, "columns": columns, "known_at": known_at}
    return {key: part for key, part in whole.items() if part}


def remembered(header: Sequence[str], batches: Iterable[Batch]) -> tuple[dict[str, Any], Batch] | None:
    """The map of the newest batch whose every column is in this file too; None where there is none."""
    present = set(header)
    for batch in batches:
        named = {*batch.mapping.get("columns", {}), *batch.mapping.get("known_at", {})}
        if outcome := batch.mapping.get("outcome"):
            named.add(outcome["column"])
        if batch.status == "committed" and batch.mapping and named <= present:
            return dict(batch.mapping), batch
    return None


def header_of(path: Path) -> tuple[str, ...]:
    """The columns of a file, () where it cannot be read as CSV: the check will say why."""
    try:
        with path.open("rb") as file:
            return sniff(file.read(HEAD_BYTES)).header
    except (OSError, FileRefused):
        return ()


def as_text(mapping: Mapping[str, Any]) -> str | None:
    """A map as a job carries it."""
    return json.dumps(mapping, ensure_ascii=False) if mapping else None


def from_text(text: str | None) -> dict[str, Any]:
    """The map a job carries."""
    return dict(json.loads(text)) if text else {}
