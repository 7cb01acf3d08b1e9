"""The same allocation by HiGHS, for books it can hold. Imports scipy: worker only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from core.errors import TooLittleData
from core.strategies.catalogue import Limits, Strategy
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.prices import NOTHING, places

SECONDS = 60.0


def allocate_exactly(
    values: Numbers, sizes: Numbers, strategies: Sequence[Strategy], limits: Limits, workable: int, *,
    seconds: float = SECONDS, gap: float = 1e-6,
) -> tuple[Codes, float]:  # fmt: skip
    """The strategy of each unit (NOTHING where none) and the total, by mixed-integer programming.

    Args:
        values: (n, K) net value, currency; NaN where a strategy may not be had.
        sizes: (n,) loans of the unit.
        strategies: the K strategies. limits: hours and budget. workable: what capacity shares are shares of.
        seconds: given to the search. gap: relative distance to the bound at which it stops.

    Raises:
        TooLittleData: nothing within the limits was found in that time.

    References:
        Huangfu & Hall (2018), Parallelizing the dual revised simplex method, Mathematical Programming Computation 10.
    """
    count, kinds = values.shape
    if not count:
        return np.zeros(0, dtype=np.int64), 0.0
    rows, most = [np.eye(kinds)[place] for place in range(kinds)], [places(each, workable) for each in strategies]
    rows += [np.asarray([each.hours for each in strategies]), np.asarray([each.cost for each in strategies])]
    most += [np.inf if each is None else float(each) for each in (limits.officer_hours, limits.budget)]
    spent = sparse.csr_matrix(np.asarray([np.outer(sizes, row).ravel() for row in rows]))
    one = sparse.kron(sparse.eye(count), np.ones((1, kinds)), format="csr")
    known = np.isfinite(values).ravel()
    found = milp(
        -np.nan_to_num(values).ravel(),
        constraints=[LinearConstraint(one, ub=1.0), LinearConstraint(spent, ub=np.asarray(most))],
        bounds=Bounds(0.0, known.astype(float)), integrality=np.ones(count * kinds),
        options={"time_limit": seconds, "mip_rel_gap": gap},
    )  # fmt: skip
    if found.x is None:
        raise TooLittleData(
            f"No allocation was found in {seconds:g} seconds",
            remedy="Allocate by prices, which every size of book allows.",
        )
    taken = found.x.reshape(count, kinds) > 0.5
    choice = np.where(taken.any(axis=1), taken.argmax(axis=1), NOTHING)
    return choice.astype(np.int64), float(np.nan_to_num(values)[taken].sum())
