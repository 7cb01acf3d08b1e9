"""Which model returns when the one in use goes: read from the log of what became of each model."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

What = Literal["trained", "promoted", "retired", "withdrawn", "returned"]
"""What happens to a model: it is trained (and promoted, waiting or refused), takes the champion's place, gives it up to
another, is withdrawn (by a person, rolled back from, or its batch was undone), or returns."""

IN_PLACE = ("promoted", "returned")


def previous_champion(
    events: Iterable[tuple[int, str]], *, current: int | None, barred: Collection[int] = ()
) -> int | None:
    """The model that was in use before the present one; None where there is none to return to.

    Args:
        events: (model, what), oldest first.
        current: the model in use.
        barred: models that may not return, such as those that learned from a batch that was undone since.

    A model that was withdrawn does not return by itself: a person may promote it again.

    >>> previous_champion([(1, "promoted"), (1, "retired"), (2, "promoted")], current=2)
    1
    """
    in_place: dict[int, int] = {}
    withdrawn: set[int] = set()
    for place, (model, what) in enumerate(events):
        if what in IN_PLACE:
            in_place[model] = place
            withdrawn.discard(model)
        elif what == "withdrawn":
            withdrawn.add(model)
    standing = [model for model in in_place if model != current and model not in withdrawn and model not in barred]
    return max(standing, key=in_place.__getitem__, default=None)
