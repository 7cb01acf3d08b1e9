"""What another model would say of the same loans, and how far it agrees with the one that orders the work."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.delinquency import OPEN
from core.metrics.intervals import wilson
from core.records import Model
from core.scores.measures.calibration import apply_calibration
from core.scores.measures.discrimination import midranks
from core.scores.rows.features import matrix_of
from core.scores.scoring.bands import band_of
from core.scores.scoring.evaluate import load_artifact, margins_of
from core.segments.features import Numbers
from core.strategies.thresholds import propose

Z = 1.959964
FEWEST = 10


def shadow_of(model: Model, frame: pd.DataFrame, scores: pd.DataFrame) -> dict[str, Any]:
    """Score a day with a model that does not order the work, and compare.

    Args:
        model: a challenger, or one that was in use before.
        frame: the day's snapshots in the columns of `WriteUnit.to_score`.
        scores: what is in force, on the frame's index: risk_score, band, proposed.

    Returns:
        n (open loans that both score), rank_correlation and rank_ci (Spearman, Bonett & Wright's interval; None below 10
        loans or where one of them is constant), other_band and other_strategy (loans, share, ci by Wilson).

    Raises:
        Refused: the model cannot be read.

    References:
        Bonett & Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman correlations,
        Psychometrika 65(1), 23-28.
    """
    artifact = load_artifact(model.artifact, model.sha256)
    margin = margins_of(artifact, matrix_of(artifact.inputs, frame))
    risk = pd.Series(apply_calibration(artifact.content["calibration"], margin), index=frame.index)
    said = propose(frame.assign(risk_score=risk, band=band_of(risk)))["proposed"]
    is_open = frame["status"].fillna(OPEN).eq(OPEN) if "status" in frame else pd.Series(True, index=frame.index)
    both = (is_open & scores["risk_score"].notna() & risk.notna()).to_numpy()
    correlation, ends = rank_correlation(_floats(risk[both]), _floats(scores.loc[both, "risk_score"]))
    return {
        "n": int(both.sum()), "rank_correlation": correlation, "rank_ci": ends,
        "other_band": _share((band_of(risk) != scores["band"])[both]), "other_strategy": _share((said != scores["proposed"])[both]),
    }  # fmt: skip


def rank_correlation(one: Numbers, other: Numbers) -> tuple[float | None, list[float] | None]:
    """Spearman's rank correlation with its 95 % interval; None where it is not defined."""
    if len(one) < FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None, None
    found = float(np.corrcoef(midranks(one), midranks(other))[0, 1])
    if abs(found) > 1 - 1e-12:
        return round(found), [float(round(found))] * 2
    half = Z * math.sqrt((1 + found**2 / 2) / (len(one) - 3))
    return found, [math.tanh(math.atanh(found) - half), math.tanh(math.atanh(found) + half)]


def _floats(series: pd.Series) -> Numbers:
    return np.asarray(series, dtype=float)


def _share(differs: pd.Series) -> dict[str, Any]:
    loans, n = int(differs.sum()), len(differs)
    if n == 0:
        return {"loans": 0, "share": None, "ci": None}
    return {"loans": loans, "share": loans / n, "ci": list(wilson(loans, n))}
