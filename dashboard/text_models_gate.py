"""Sentences about columns that stay out of a score, and about a person's word on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.columns import by_field
from core.records import Model, Ruling
from core.scores.gate import NEAR_BOTH, SUSPICIOUS_AUC, SUSPICIOUS_AUC_OF_KNOWN, SUSPICIOUS_LIFT
from dashboard import format as show
from dashboard.text_models import figure, is_number

Row = Mapping[str, Any]
REASON_LABEL = "Why (kept with your name)"
COLUMN_LABEL = "Column"
CHOOSE, CHOOSE_FIRST = "Choose a column", "Choose a column first; nothing was kept."
FORM_NOTE = (
    "Whoever knows when a column is filled in may let it in, with a reason, or keep it out. The next training honours it, and the "
    "model's card says whose word it was. What is written after the outcome by its meaning, and what is protected, stays out."
)


def gate_title(model: Model | None) -> str:
    """How many columns stay out."""
    if model is None:
        return "Columns that stay out"
    out = len(model.card.get("quarantined", ()))
    return (
        f"{show.count(out, 'columns')} kept out of model {model.id}"
        if out
        else f"No column was kept out of model {model.id}"
    )


def gate_subtitle(model: Model | None) -> str:
    """What the gate asks of a column."""
    if model is None:
        return (
            f"Whatever a training finds: what Recoup's columns date after the outcome ({_headers(after=True)}), and who somebody is "
            f"({_headers(after=False)}). Every other column is asked when it trains: what it tells alone, and on top of all others."
        )
    n = show.count(model.card["n"], "loans") if is_number(model.card.get("n")) else "no loans with an outcome"
    return (
        "Kept out: what is written after the outcome, and what is protected; a fact Recoup defines with an AUC above "
        f"{figure(SUSPICIOUS_AUC_OF_KNOWN, 2)} alone; another column with one above {figure(SUSPICIOUS_AUC, 2)}, with a lift of the cross-validated "
        f"AUC of all others above {figure(SUSPICIOUS_LIFT, 2)}, or above {figure(NEAR_BOTH[0], 2)} with a lift above "
        f"{figure(NEAR_BOTH[1], 2)}; what stands still in open loans and varies in closed ones. Measured on {n}."
    )


def _headers(*, after: bool) -> str:
    """The portfolio columns that are written after the outcome, or the protected ones."""
    columns = by_field("portfolio").values()
    return ", ".join(each.header for each in columns if (each.known_at == "after" if after else each.protected))


def gate_rows(card: Row, rulings: Sequence[Ruling]) -> list[dict[str, str]]:
    """A row a column that the gate stopped, asks about, or lets in on somebody's word; those with a person's word first."""
    word = {each.column: ruling_words(each) for each in rulings}
    found = [
        *(_row(each, "let in", word) for each in card.get("allowed", ())),
        *(_row(each, "used, questioned", word) for each in card.get("questioned", ())),
        *(_row(each, "kept out", word) for each in card.get("quarantined", ())),
    ]
    named = {row["column"] for row in found}
    found += [
        {"column": each.column, "state": "see the word", "alone": "", "lift": "", "why": "", "word": word[each.column]}
        for each in rulings
        if each.column not in named
    ]
    return sorted(found, key=lambda row: not row["word"])


def _row(each: Row, state: str, word: Mapping[str, str]) -> dict[str, str]:
    lift = each.get("lift")
    return {
        "column": str(each["column"]), "state": state, "alone": figure(each.get("auc_alone"), 2),
        "lift": show.signed(figure(lift, 2)) if is_number(lift) else show.UNDEFINED, "why": str(each.get("why", "")),
        "word": word.get(str(each["column"]), ""),
    }  # fmt: skip


def ruling_words(ruling: Ruling) -> str:
    """A person's word on a column."""
    what = "Let in" if ruling.allowed else "Kept out"
    return f"{what} by {ruling.who} on {show.day(ruling.said_on)}: {ruling.because}"


def was_ruled(ruling: Ruling) -> str:
    """What was kept."""
    what = "may enter" if ruling.allowed else "stays out"
    return f"Kept: {ruling.column} {what} from the next training on, by {ruling.who}: {ruling.because}. Train again to see what it changes."
