"""Does the score hold on later loans than it learned from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.scores.gate import enough_events
from core.scores.learning.candidates import Candidate
from core.scores.learning.crossfit import Sample, out_of_fold
from core.scores.measures.calibration import apply_calibration, calibration_slope, expected_calibration_error
from core.scores.measures.discrimination import auc, auc_interval
from core.scores.rows.target import WINDOW_MONTHS
from core.segments.features import Numbers

SMALLEST_LATER = 0.20
"""The later part holds at least this share of the loans."""


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Rows learned from and rows asked about, none of one borrower on both sides.

    `apart`: the outcomes learned from were complete before the first loan asked about came.
    """

    earlier: np.ndarray
    later: np.ndarray
    apart: bool


@dataclass(frozen=True, slots=True)
class Later:
    """What an out-of-time fit found (`card`, see `out_of_time`), which rows it was asked about, and its answers to them:
    scores under the reference strategy, probabilities under the one each loan had."""

    card: dict[str, Any]
    rows: np.ndarray
    score: Numbers
    probability: Numbers


def out_of_time(candidate: Candidate, sample: Sample, days: pd.Series) -> Later | None:
    """The chosen candidate learned again from the earlier loans and asked about the later ones.

    Args:
        candidate: the one chosen on all folds.
        sample: what it learned from.
        days: the snapshot day (ISO) of each row.

    Returns:
        `card`: first_day (of the loans asked about), n, events, auc, auc_ci (DeLong), ece, calibration_slope,
        actual_by_expected (non-recoveries / sum of probabilities), learned_from (loans), windows_apart; None where the
        dates do not allow it: a single day, or fewer than 50 of either outcome on a side.
    """
    split = split_by_time(days, sample)
    if split is None:
        return None
    earlier, later = sample.part(split.earlier), sample.part(split.later)
    calibration = out_of_fold(candidate, earlier).calibration
    margin = earlier.margins(candidate, np.ones(len(earlier.outcome), dtype=bool))
    score = margin(later.reference.values)
    probability = apply_calibration(calibration, margin(later.actual.values))
    low, high = auc_interval(later.outcome, score, groups=later.groups)
    card = {
        "first_day": str(days[split.later].min()), "n": len(later.outcome), "events": int(later.outcome.sum()),
        "auc": auc(later.outcome, score), "auc_ci": [low, high],
        "ece": expected_calibration_error(later.outcome, probability),
        "calibration_slope": calibration_slope(later.outcome, probability),
        "actual_by_expected": float(later.outcome.sum() / probability.sum()),
        "learned_from": len(earlier.outcome), "windows_apart": split.apart,
    }  # fmt: skip
    return Later(card, split.later, score, probability)


def split_by_time(days: pd.Series, sample: Sample) -> TimeSplit | None:
    """The latest day from which on at least a fifth of the loans and 50 of either outcome lie, with as many before it.

    What was learned from lies a whole outcome window before that day where enough loans do; else just before it.
    """
    told = days.astype(str).to_numpy()
    for first in sorted(set(told), reverse=True):
        later = told >= first
        if later.mean() >= SMALLEST_LATER and enough_events(sample.outcome[later]):
            break
    else:
        return None
    strangers = ~np.isin(sample.groups, sample.groups[later])
    window = pd.Timestamp(first) - pd.DateOffset(months=WINDOW_MONTHS)
    for until, apart in ((window.date().isoformat(), True), (first, False)):
        earlier = strangers & ((told <= until) if apart else (told < until))
        if enough_events(sample.outcome[earlier]):
            return TimeSplit(earlier, later, apart)
    return None
