"""What the gate answers: which columns enter, which stay out and why, and what people said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.records import Ruling
from core.scores.rows.target import Target
from core.wording import dated


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A column no model may see, and why, in one sentence; with the AUC it has alone and its lift where measured."""

    column: str
    why: str
    auc_alone: float | None = None
    lift: float | None = None

    def as_json(self) -> dict[str, Any]:
        """column, why, and where measured auc_alone and lift."""
        figures = {"auc_alone": self.auc_alone, "lift": self.lift}
        told = {name: round(value, 4) for name, value in figures.items() if value is not None}
        return {"column": self.column, "why": self.why, **told}


@dataclass(frozen=True, slots=True)
class Admission:
    """What passed the gate.

    Attributes:
        barred_fields: contract columns no model may see, by field; extras: unknown columns admitted.
        quarantined: everything barred, and why.
        questioned: facts that Recoup defines, strong enough for the gate to ask whether the file states them as of the
            snapshot; they are used.
        allowed: quarantined by the gate and let in by a person: column, who, on, because, and why it was quarantined.
        unstated: unknown columns nobody has placed in time, so that they stay out without being suspects.
        unused: columns that may enter and say nothing here: stated in no row, or the same in every row.
    """

    barred_fields: frozenset[str]
    extras: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    questioned: tuple[Quarantined, ...] = ()
    allowed: tuple[Mapping[str, str], ...] = ()
    unstated: tuple[str, ...] = ()
    unused: tuple[Quarantined, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the card: quarantined, questioned, allowed, unstated, unused."""
        return {
            "quarantined": [each.as_json() for each in self.quarantined],
            "questioned": [each.as_json() for each in self.questioned],
            "allowed": [dict(each) for each in self.allowed],
            "unstated": list(self.unstated),
            "unused": [each.as_json() for each in self.unused],
        }


@dataclass
class Gatekeeper:
    """Columns as they come to the gate, what was found so far, and what people said."""

    target: Target
    rulings: Mapping[str, Ruling]
    found: list[Quarantined] = field(default_factory=list)
    allowed: list[Mapping[str, str]] = field(default_factory=list)

    def turned_away(self, suspect: Quarantined | None, column: str, *, final: bool = False) -> bool:
        """Whether a column stays out: a person keeps it out, or the gate does and nobody lets it in."""
        ruling = self.rulings.get(column)
        if ruling is not None and not ruling.allowed and not (suspect and final):
            self.found.append(
                Quarantined(column, f"Kept out by {ruling.who} on {dated(ruling.said_on)}: {ruling.because}")
            )
            return True
        if suspect is None:
            return False
        if ruling is not None and ruling.allowed and not final:
            told = {"column": column, "who": ruling.who, "on": ruling.said_on, "because": ruling.because}
            self.allowed.append({**told, "why": suspect.why})
            return False
        self.found.append(suspect)
        return True
