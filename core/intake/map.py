"""Which column of a file feeds which field, by name or by the analyst's map."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from core.columns import COLUMNS, KINDS, Column, Kind, by_header, plain
from core.errors import FileRefused
from core.intake.mapping import FULLY_RECOVERED, NO_MAPPING, WRITTEN_OFF, KnownWhen, Mapping, Outcome, map_refused

__all__ = [
    "FULLY_RECOVERED",
    "NO_MAPPING",
    "WRITTEN_OFF",
    "KnownWhen",
    "Mapping",
    "Outcome",
    "Resolution",
    "guess_kind",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where every field of a kind comes from.

    Attributes:
        kind: the kind of file.
        sources: field to the header that feeds it.
        constants: field to the text every row is given.
        extra: headers no field takes, kept with the row.
        values: field to (their text in lower case to ours).
        outcome: the column that says how it ended.
        known_at: extra header to when it is known.
    """

    kind: Kind
    sources: Dict[str, str]
    extra: tuple[str, ...] = ()
    constants: Dict[str, str] = field(default_factory=dict)
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    outcome: Outcome | None = None
    known_at: Dict[str, KnownWhen] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that something feeds, in template order."""
        fed = {*self.sources, *self.constants, *(("recovery_status",) if self.outcome else ())}
        return tuple(column.field for column in COLUMNS[self.kind] if column.field in fed)


def guess_kind(header: Sequence[str], mapping: Mapping = NO_MAPPING) -> Kind:
    """The kind whose required columns the header names best; more known columns decide a tie, then the order of KINDS."""
    names = [mapping.columns.get(name, name) for name in header] + list(mapping.constants)

    def match(kind: Kind) -> tuple[float, int]:
        known = by_header(kind)
        fed = {known[plain(name)].field for name in names if name and plain(name) in known}
        required = [column.field for column in COLUMNS[kind] if column.required]
        return len(fed.intersection(required)) / len(required), len(fed)

    return max(KINDS, key=match)


def resolve(header: Sequence[str], kind: Kind, mapping: Mapping = NO_MAPPING) -> Resolution:
    """Which header feeds which field. What the map says goes before what names say.

    Raises:
        FileRefused: a required column is missing, two columns claim one field, or the map names what is not there.
    """
    known = by_header(kind)
    header = tuple(name.strip() for name in header)
    _refuse_unknown(mapping, header, known)
    claims = _claims(header, known, mapping)
    constants = {_ours(name, known).field: text for name, text in mapping.constants.items()}
    _refuse_ambiguous(claims, constants, mapping, known)
    sources = {name: headers[0] for name, headers in claims.items() if name not in constants}
    if mapping.outcome and sources.get("recovery_status") == mapping.outcome.column:
        del sources["recovery_status"]
    fed = {*sources, *constants}
    missing = [column for column in COLUMNS[kind] if column.required and column.field not in fed]
    if missing:
        raise _missing(missing, header, kind)
    taken = {*sources.values(), *((mapping.outcome.column,) if mapping.outcome else ())}
    extra = tuple(name for name in header if name not in taken)
    _refuse_known_at(mapping, extra)
    values = _values(mapping, sources, known)
    return Resolution(kind, sources, extra, constants, values, mapping.outcome, mapping.known_at)


def _values(mapping: Mapping, sources: Dict[str, str], known: Dict[str, Column]) -> dict[str, dict[str, str]]:
    """Field to (their text in lower case to ours), from columns named their way or ours."""
    fields = {theirs: ours for ours, theirs in sources.items()}
    fields.update(
        {name: _ours(name, known).field for name in mapping.values if name not in fields and plain(name) in known}
    )
    idle = [name for name in mapping.values if fields.get(name) not in sources]
    if idle:
        raise map_refused("The map has values for columns that feed nothing", *idle)
    return {
        fields[name]: {theirs.strip().lower(): ours for theirs, ours in pairs.items()}
        for name, pairs in mapping.values.items()
    }


def _refuse_known_at(mapping: Mapping, extra: Sequence[str]) -> None:
    understood = [name for name in mapping.known_at if name not in extra]
    if understood:
        raise map_refused(
            "'known_at' of the map is for unknown columns only; when these are known is settled", *understood
        )


def _claims(header: Sequence[str], known: Dict[str, Column], mapping: Mapping) -> dict[str, list[str]]:
    """Field to the headers that claim it; a column named by the map silences those that merely have a fitting name."""
    mapped = {name: _ours(ours, known).field for name, ours in mapping.columns.items() if ours}
    settled = {*mapped.values(), *(_ours(name, known).field for name in mapping.constants)}
    claims: dict[str, list[str]] = {}
    for name in header:
        if name in mapped:
            claims.setdefault(mapped[name], []).append(name)
        elif name not in mapping.columns and plain(name) in known and known[plain(name)].field not in settled:
            claims.setdefault(known[plain(name)].field, []).append(name)
    return claims


def _refuse_unknown(mapping: Mapping, header: Sequence[str], known: Dict[str, Column]) -> None:
    ours = [*(name for name in mapping.columns.values() if name), *mapping.constants]
    strange = [name for name in ours if plain(name) not in known]
    if strange:
        canonical = dict.fromkeys(column.header for column in known.values())
        raise map_refused(
            "The map names columns that Recoup does not have", *(_with_guess(name, canonical) for name in strange)
        )
    theirs = [*mapping.columns, *mapping.known_at, *((mapping.outcome.column,) if mapping.outcome else ())]
    absent = [name for name in theirs if name not in header]
    absent += [name for name in mapping.values if name not in header and plain(name) not in known]
    if absent:
        raise map_refused(
            "The map names columns that are not in the file", *(_with_guess(name, header) for name in absent)
        )


def _refuse_ambiguous(
    claims: Dict[str, list[str]], constants: Dict[str, str], mapping: Mapping, known: Dict[str, Column]
) -> None:
    rivals = {name: list(headers) for name, headers in claims.items()}
    for name in constants:
        rivals.setdefault(name, []).append("a constant of the map")
    if mapping.outcome:
        status = rivals.setdefault("recovery_status", [])
        rivals["recovery_status"] = [
            *(name for name in status if name != mapping.outcome.column),
            "the outcome of the map",
        ]
    canonical = {column.field: column.header for column in known.values()}
    where = [f"{canonical[name]}: {' and '.join(found)}" for name, found in rivals.items() if len(found) > 1]
    if where:
        raise FileRefused(
            "Two columns of the file can be the same column of ours",
            where=where,
            remedy='Say in the map which one it is; map the other to null, as in {"columns": {"Balance 2": null}}.',
        )


def _missing(missing: Sequence[Column], header: Sequence[str], kind: Kind) -> FileRefused:
    where = []
    for column in missing:
        names = {plain(name): name for name in header}
        wanted = [plain(name) for name in (column.header, *column.aliases)]
        close = list(
            dict.fromkeys(names[hit] for want in wanted for hit in difflib.get_close_matches(want, names, 2, 0.7))
        )
        where.append(f"{column.header}: perhaps {', '.join(close[:3])}" if close else column.header)
    found = ", ".join(name[:40] for name in header[:12]) + (f" and {len(header) - 12} more" if len(header) > 12 else "")
    names_wanted = " and ".join(column.header for column in missing)
    return FileRefused(
        f"A file of kind {kind} needs {names_wanted}; its header has {found}",
        where=where,
        remedy=f'Check that the first line is the header, or map it: {{"columns": {{"your column": "{missing[0].header}"}}}}.',
    )


def _ours(name: str, known: Dict[str, Column]) -> Column:
    return known[plain(name)]


def _with_guess(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), 1, 0.6)
    return f"'{name[:60]}', perhaps {close[0]}" if close else f"'{name[:60]}'"
