"""The tutorials' way on arrays: a track by edges of the risk, the lowest risks moved down where a limit is met. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.strategies.catalogue import Limits
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.prices import places


def chosen_by_risk(
    risk: Numbers, sizes: Numbers, edges: Sequence[float], limits: Limits, workable: int
) -> tuple[Codes, tuple[float, ...]]:
    """The track of each unit by edges of its risk, within the limits: the lowest risks move to the next lighter track.

    The same as `core.strategies.capacity.within_limits` where nobody has decided anything.

    Returns:
        The choice, and from which risk each heavier track was reached: its edge, or where a limit moved loans down the lowest risk
        that kept it (inf where none did).
    """
    strategies = limits.strategies
    choice = np.searchsorted(np.asarray(edges), np.nan_to_num(risk, nan=-1.0), side="right").astype(np.int64)
    everybody = float(sizes.sum())
    hours = np.inf if limits.officer_hours is None else limits.officer_hours - everybody * strategies[0].hours
    money = np.inf if limits.budget is None else limits.budget - everybody * strategies[0].cost
    for heavy in range(len(strategies) - 1, 0, -1):
        track = strategies[heavy]
        room = places(track, workable)
        more_hours, more_cost = track.hours - strategies[0].hours, track.cost - strategies[0].cost
        on_track = np.flatnonzero(choice == heavy)
        ordered = on_track[np.argsort(-risk[on_track], kind="stable")]
        moved = []
        for unit, loans in zip(ordered.tolist(), sizes[ordered].tolist(), strict=True):
            short = (
                loans > room
                or (more_hours > 0 and loans * more_hours > hours)
                or (more_cost > 0 and loans * more_cost > money)
            )
            if short:
                moved.append(unit)
                continue
            room, hours, money = room - loans, hours - loans * more_hours, money - loans * more_cost
        choice[moved] = heavy - 1
    reached = []
    for heavy, stated in enumerate(edges, start=1):
        asked, got = risk >= stated, choice >= heavy
        lowest = float(risk[got].min()) if got.any() else np.inf
        reached.append(float(stated) if int(asked.sum()) == int(got.sum()) else max(float(stated), lowest))
    return choice, tuple(reached)
