"""What the analyst says about a file's columns, as a value and as the JSON of `--map`."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import FileRefused

KnownWhen = Literal["snapshot", "after"]
MAP_KEYS = ("columns", "constants", "values", "outcome", "known_at")
WRITTEN_OFF, FULLY_RECOVERED = "Written Off", "Fully Recovered"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A column of the file that says how it ended, and its values that mean non-recovery."""

    column: str
    non_recovery: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the analyst says about a file's columns; the JSON of `--map`.

    Attributes:
        columns: their header to our header or field; None keeps a column as an unknown one.
        constants: our header or field to the text every row is given.
        values: by column (theirs or ours), their text to ours.
        outcome: written to Recovery_Status as "Written Off" and "Fully Recovered".
        known_at: when an unknown column is known: "snapshot" (it may become a feature) or "after" (never).
    """

    columns: Dict[str, str | None] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    outcome: Outcome | None = None
    known_at: Dict[str, KnownWhen] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """A map from its JSON text. Raises FileRefused naming the key that is wrong."""
        try:
            given = json.loads(text)
        except json.JSONDecodeError as error:
            raise map_refused(
                "The map is not JSON", f"line {error.lineno}, column {error.colno}: {error.msg}"
            ) from None
        if not isinstance(given, dict):
            raise map_refused("The map is not a JSON object", f"found {type(given).__name__}")
        unknown = [key for key in given if key not in MAP_KEYS]
        if unknown:
            raise map_refused("The map has unknown keys", *unknown)
        known_at = _texts(given, "known_at")
        wrong = [f"{name}: '{when}'" for name, when in known_at.items() if when not in ("snapshot", "after")]
        if wrong:
            raise map_refused("'known_at' of the map must be snapshot or after", *wrong)
        return cls(
            columns=_texts(given, "columns", or_null=True),
            constants=_texts(given, "constants"),
            values={name: _texts(_object(given, "values"), name) for name in _object(given, "values")},
            outcome=_outcome(given),
            known_at=known_at,
        )

    def to_json(self) -> str:
        """The map as JSON text, keys in a fixed order; empty parts are left out."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2)

    def as_dict(self) -> dict[str, Any]:
        """The map as plain JSON values; empty parts are left out."""
        outcome = (
            {"column": self.outcome.column, "non_recovery": list(self.outcome.non_recovery)} if self.outcome else {}
        )
        whole: dict[str, Any] = {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "values": {name: dict(pairs) for name, pairs in self.values.items()},
            "outcome": outcome,
            "known_at": dict(self.known_at),
        }
        return {key: part for key, part in whole.items() if part}


NO_MAPPING = Mapping()


def map_refused(found: str, *where: str) -> FileRefused:
    """A map that cannot be followed, with the places at fault."""
    keys = ", ".join(MAP_KEYS)
    return FileRefused(found, where=where, remedy=f"Mend the map; its keys are {keys}.")


def _object(given: Dict[str, Any], key: str) -> dict[str, Any]:
    part = given.get(key, {})
    if not isinstance(part, dict):
        raise map_refused(f"'{key}' of the map is not a JSON object", f"found {type(part).__name__}")
    return part


def _texts(given: Dict[str, Any], key: str, *, or_null: bool = False) -> dict[str, Any]:
    """An object whose values are texts (numbers are taken as they are written)."""
    pairs: dict[str, Any] = {}
    for name, value in _object(given, key).items():
        if value is None and or_null:
            pairs[name] = None
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            pairs[name] = str(value)
        else:
            raise map_refused(f"'{key}' of the map must hold texts", f"{name}: {json.dumps(value)[:60]}")
    return pairs


def _outcome(given: Dict[str, Any]) -> Outcome | None:
    part = _object(given, "outcome")
    if not part:
        return None
    column, values = part.get("column"), part.get("non_recovery")
    if (
        set(part) != {"column", "non_recovery"}
        or not isinstance(column, str)
        or not isinstance(values, list)
        or not values
    ):
        raise map_refused("'outcome' of the map needs a column and the list non_recovery", json.dumps(part)[:80])
    return Outcome(column, tuple(str(value) for value in values))
