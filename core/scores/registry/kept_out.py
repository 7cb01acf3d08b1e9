"""Whether a model reads what stays out by now: a person said so since, or the gate found it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from core.columns import by_field
from core.records import Ruling
from core.scores.gate import Verdict
from core.scores.rows.features import EXTRA, SOURCES
from core.wording import dated

TOO_LITTLE: Verdict = "too little history"


def reads_kept_out(inputs: Sequence[str], kept_out: Collection[str]) -> list[str]:
    """The columns, by their headers, that a model reads and that stay out of any model trained now, in the model's order.

    Args:
        inputs: the names of a model's inputs, as its card tells them; kept_out: headers of what is quarantined now.

    >>> reads_kept_out(["debt-to-income", "product", "extra:grade", "extra:zone"], ["Monthly_EMI", "zone"])
    ['Monthly_EMI', 'zone']
    """
    columns, sources = by_field("portfolio"), {source.name: source for source in SOURCES}
    read: list[str] = []
    for name in inputs:
        fields = sources[name].fields if name in sources else ()
        read += [name.removeprefix(EXTRA)] if name.startswith(EXTRA) else [columns[field].header for field in fields]
    return [name for name in dict.fromkeys(read) if name in kept_out]


def kept_out_by_now(cards: Iterable[Mapping[str, Any]], rulings: Iterable[Ruling]) -> dict[str, str]:
    """By header, why a column stays out of any model trained now: as the gate found it at the newest training that asked it,
    and as a person said since.

    Args:
        cards: of every model and refused attempt, newest first; a recalibration asks no gate and repeats its model's answer.
            With too little history the gate weighs no column, so that what an earlier training weighed holds on.
        rulings: what holds of each column somebody ruled on.
    """
    out: dict[str, str] = {}
    for card in cards:
        if "quarantined" not in card or "recalibrated" in card:
            continue
        for each in card["quarantined"]:
            out.setdefault(str(each["column"]), str(each["why"]))
        if card.get("verdict") != TOO_LITTLE:
            break
    for said in rulings:
        if said.allowed:
            out.pop(said.column, None)
        else:
            out.setdefault(said.column, f"kept out by {said.who} on {dated(said.said_on)}: {said.because}")
    return out
