"""Which points does a lasso hold?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.selection import Lasso


def inside(lasso: Lasso, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each point lies in the polygon, by the even-odd rule in the axes' own units.

    Args:
        lasso: the polygon; its last corner joins its first.
        x, y: equally many coordinates; NaN lies nowhere.

    Returns:
        One answer a point. A corner or edge may fall to either side.

    References:
        Shimrat, M. (1962). Algorithm 112: Position of point relative to polygon. CACM 5(8), 434.

    >>> inside(Lasso("dpd", "balance", ((0, 0), (10, 0), (0, 10))), [1, 9, float("nan")], [1, 9, 1]).tolist()
    [True, False, False]
    """
    px, py = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    held = np.zeros(px.shape, dtype=bool)
    for (x1, y1), (x2, y2) in zip(lasso.corners, lasso.corners[1:] + lasso.corners[:1], strict=True):
        if y1 == y2:
            continue
        between = (py < y1) != (py < y2)
        held ^= between & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
    return np.asarray(held & np.isfinite(px) & np.isfinite(py), dtype=bool)
