"""Beside every scoring of the newest day: what the challenger, and for a while the model before, would have said."""

from __future__ import annotations

import pandas as pd

from core.errors import Refused
from core.ports import WriteUnit
from core.scores.registry.shadow import shadow_of


def shadow_unit(unit: WriteUnit, frame: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Store how far the models in the shadow agree with what orders the work; one that cannot be read is passed over.

    Args:
        frame: what was scored, in the columns of `WriteUnit.to_score`; its newest day counts.
        scores: what is in force, on the frame's index.
    """
    if frame.empty:
        return
    day = str(frame["as_of"].max())
    newest = frame[frame["as_of"].astype(str) == day]
    champion = unit.champion()
    for model in unit.shadowed():
        try:
            figures = shadow_of(model, newest, scores.loc[newest.index])
        except Refused:
            continue
        unit.put_shadow(model.id, None if champion is None else champion.id, day, figures)
