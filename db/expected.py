"""How sure the sums of expected recoveries are: read from the scores, because a variance in hundredths fits no whole number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, literal, select

from core.selection import DIMENSIONS
from db.asked import Asked, answered
from db.cubes.dimensions import dimensions, live_score
from db.cubes.stock import is_stock
from db.frames import COUNT, frame_of
from db.sums import Scope, check_groups, kept, summed
from db.tables import scores, snapshots

_MEASURES = {"loans": COUNT, "expected_recovery": "money", "expected_net": "money", "variance": "number"}


def expected_spread(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The open loans of the selection's day whose expectation a model told: see `PortfolioReader.expected_spread`."""
    dtypes = dict.fromkeys(by, "category") | _MEASURES
    return frame_of(answered(connection, _spread, scope.shape, by, scope.values), dtypes)


def _spread(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, DIMENSIONS)
    told = (
        select(
            *dimensions(asked.known),
            literal(1).label("loans"),
            scores.c.expected_recovery,
            scores.c.expected_net,
            scores.c.expected_variance.label("variance"),
        )
        .select_from(snapshots.join(scores, live_score(asked.known)))
        .where(
            is_stock(asked.known),
            snapshots.c.book_id == asked.book_id,
            snapshots.c.as_of == asked.day,
            scores.c.expected_variance.is_not(None),
        )
        .subquery()
    )
    return summed(told, by, tuple(_MEASURES), *kept(told, asked.filters))
