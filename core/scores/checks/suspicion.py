"""What one column gives away: how well it alone tells outcomes apart, and whether it fills up with them."""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
import pandas as pd

from core.scores.measures.discrimination import auc
from core.scores.rows.features import as_numbers
from core.segments.features import Numbers

FEWEST_COMPARED = 30
MOST_BINS = 20
SAYS_MORE = 0.05
TENTHS = np.arange(1, 10) / 10
STILL_IN_OPEN, VARIED_IN_CLOSED, TIMES_AS_VARIED = 0.05, 0.10, 4.0
SURE_FROM = 4.0
"""Standard errors between two shares: clean columns differ by as much once in 30,000."""
SEED = 20_261


def strength_alone(values: pd.Series, outcome: Numbers) -> float:
    """How well one column tells the outcomes apart, whichever way round and whatever its shape.

    The larger AUC of its gaps and of its numbers; a category, and numbers whose shape says more than their order, count
    by the outcome shares of their bins (see `bins_of`), learned on the other half of the rows. 0.5 where the column
    says nothing.

    Args:
        values: one a row, as the file had them; absent or blank is a gap.
        outcome: 0 or 1 a row.
    """
    gaps = _gaps(values)
    strengths = [0.5, _folded(outcome, gaps.astype(float))]
    numbers = as_numbers(values)
    if numbers is not None:
        known = np.isfinite(numbers)
        strengths.append(_folded(outcome[known], numbers[known]) if known.sum() >= FEWEST_COMPARED else 0.5)
    if not gaps.all():
        by_bins = _strength_of_bins(bins_of(values), outcome)
        strengths.append(by_bins if numbers is None or by_bins > max(strengths) + SAYS_MORE else 0.5)
    return max(strengths)


def bins_of(values: pd.Series) -> np.ndarray:
    """The bin (0..) of each row: gaps first, then single values or levels where there are at most 20 (the rest of many
    levels together), else tenths of the numbers."""
    gaps, numbers = _gaps(values), as_numbers(values)
    if numbers is not None:
        known = np.isfinite(numbers)
        if len(np.unique(numbers[known])) > MOST_BINS:
            edges = np.unique(np.quantile(numbers[known], TENTHS))
            return np.where(known, np.searchsorted(edges, np.where(known, numbers, 0.0), side="left") + 1, 0)
    levels = values.astype(str).str.strip()
    common = levels[~gaps].value_counts().index[:MOST_BINS]
    place = {level: number for number, level in enumerate(common, start=1)}
    return np.where(gaps, 0, levels.map(place).fillna(MOST_BINS + 1).to_numpy(dtype=np.int64))


def shares_of_bins(bins: np.ndarray, outcome: Numbers) -> Numbers:
    """The outcome share of each bin as log-odds, drawn towards everybody's by two rows."""
    count = np.bincount(bins, minlength=MOST_BINS + 2)
    events = np.bincount(bins, weights=outcome, minlength=MOST_BINS + 2)
    everybody = float(np.clip(outcome.mean(), 1e-6, 1 - 1e-6))
    share = (events + 2 * everybody) / (count + 2)
    return np.asarray(np.log(share / (1 - share)), dtype=float)


def fills_up_later(values: pd.Series, open_values: pd.Series) -> bool:
    """Whether a column stands still in open loans and varies in closed ones.

    Of open loans at most 5 % differ from what most of them say (which may be nothing at all); of closed ones at least
    10 %, and four times as large a share, by more than chance.

    References:
        Cohen (1988), Statistical Power Analysis, ch. 6 (the arcsine difference of two shares).
    """
    if len(open_values) < FEWEST_COMPARED or len(values) < FEWEST_COMPARED:
        return False
    told, closed = _spoken(open_values), _spoken(values)
    usual = told.value_counts().index[0]
    in_open, in_closed = float((told != usual).mean()), float((closed != usual).mean())
    far = in_closed >= VARIED_IN_CLOSED and in_closed >= TIMES_AS_VARIED * in_open
    if not far or in_open > STILL_IN_OPEN or closed.nunique() < 2:
        return False
    error = sqrt(1 / len(told) + 1 / len(closed))
    return 2 * (asin(sqrt(in_closed)) - asin(sqrt(in_open))) > SURE_FROM * error


def _spoken(values: pd.Series) -> pd.Series:
    """What each row says, as it can be compared: numbers as numbers ("0" is "0.0"), "" for a gap."""
    numbers = as_numbers(values)
    if numbers is not None:
        return pd.Series(numbers).round(6).astype(str).where(np.isfinite(numbers), "")
    return values.astype(str).str.strip().where(~_gaps(values), "").reset_index(drop=True)


def _gaps(values: pd.Series) -> np.ndarray:
    return np.asarray(values.isna().to_numpy() | (values.astype(str).str.strip() == "").to_numpy())


def _folded(outcome: Numbers, score: Numbers) -> float:
    value = auc(outcome, score)
    return 0.5 if np.isnan(value) else max(value, 1 - value)


def _strength_of_bins(bins: np.ndarray, outcome: Numbers) -> float:
    """Mean AUC over two random halves, each scored by the outcome shares of bins in the other."""
    half = np.random.default_rng(SEED).permutation(len(outcome)) % 2
    areas = []
    for part in (0, 1):
        seen = half != part
        area = auc(outcome[~seen], shares_of_bins(bins[seen], outcome[seen])[bins[~seen]])
        areas.append(0.5 if np.isnan(area) else area)
    return float(np.mean(areas))
