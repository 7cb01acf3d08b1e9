"""Whether a model reads what stays out by now: a person said so since, or the gate found it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.columns import by_field
from core.scores.rows.features import EXTRA, SOURCES


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
