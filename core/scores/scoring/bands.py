"""Low, Medium, High: where the risk score is cut for people and for the thresholds policy alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEDIUM_FROM = 0.50
HIGH_FROM = 0.75
BANDS: tuple[str, ...] = ("Low", "Medium", "High")


def band_of(risk_score: pd.Series) -> pd.Series:
    """The band of each risk score (0-1); None where the score is NaN.

    >>> band_of(pd.Series([0.2, 0.5, 0.75, float("nan")])).tolist()
    ['Low', 'Medium', 'High', None]
    """
    score = risk_score.to_numpy(dtype=float)
    named = np.asarray(BANDS, dtype=object)[np.searchsorted((MEDIUM_FROM, HIGH_FROM), score, side="right").clip(0, 2)]
    return pd.Series(np.where(np.isnan(score), None, named), index=risk_score.index, dtype=object)
