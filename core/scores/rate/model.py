"""The share of its balance a loan brings in 12 months, by a stored model and under any strategy it knows. NumPy only.

A rate is the mean of two estimates: a direct one, and the probability of paying at all times the share paid by those who
pay. Each of the three parts is a bent line with small trees on top, on the log-odds scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.scores.measures.logit import sigmoid
from core.scores.rate.design import design_of
from core.scores.rows.features import REFERENCE, STRATEGY, matrix_of
from core.segments.features import Numbers

PARTS = ("direct", "pays", "severity")
ROWS_AT_ONCE = 2_048


def strategies_known(rate: Mapping[str, Any]) -> tuple[str, ...]:
    """The strategies under which a rate can be told: the reference, and those with enough loans in training; none where
    the book's loans cannot be told apart by strategy, so that the rate is about loans as they were treated."""
    levels = [level for each in rate["inputs"] if each["kind"] == STRATEGY for level in each["levels"]]
    return (REFERENCE, *levels) if levels else ()


def rates_under(rate: Mapping[str, Any], frame: pd.DataFrame, strategy: pd.Series | str) -> Numbers:
    """The recovery rate of each loan if it were under `strategy`.

    Args:
        rate: `content["rate"]` of an artifact.
        frame: snapshots in the fields of core.columns; the strategy they had is not looked at.
        strategy: one name for all, or one a row on the frame's index.

    Returns:
        Mean shares of the balance in 12 months, from 0 to the model's highest rate; NaN for a strategy it does not know,
        unless it knows none: then every loan is told as loans were treated.

    Raises:
        Refused: the stored rate model lacks a part.
    """
    if missing := [name for name in ("inputs", "design", "highest", *PARTS) if name not in rate]:
        raise Refused(
            "The stored rate model is not whole", where=[f"no {name}" for name in missing], remedy="Train again."
        )
    asked = frame.assign(**{STRATEGY: strategy})
    values = matrix_of(rate["inputs"], asked, under="actual").values
    blocks = [_rates(rate, values[at : at + ROWS_AT_ONCE]) for at in range(0, len(values), ROWS_AT_ONCE)]
    told = np.concatenate(blocks) if blocks else np.zeros(0)
    known = strategies_known(rate)
    return np.asarray(np.where(asked[STRATEGY].isin(known), told, np.nan) if known else told, dtype=float)


def rate_from(margins: Sequence[Numbers], highest: float) -> Numbers:
    """The mean of the direct and the two-stage estimate.

    Args:
        margins: log-odds of PARTS, in that order.
        highest: the rate that a share of 1 stands for.

    References:
        Loterman et al. (2012), Benchmarking regression algorithms for loss given default modeling, International
        Journal of Forecasting 28(1), 161-170 (two-stage models); Bates & Granger (1969), The combination of forecasts.
    """
    direct, pays, severity = margins
    return np.asarray(highest * (sigmoid(direct) + sigmoid(pays) * sigmoid(severity)) / 2.0, dtype=float)


def margin_of(part: Mapping[str, Any], values: Numbers, lines: Numbers) -> Numbers:
    """Log-odds of one part: its line over `lines` (`design_of` the values) and its trees over `values`."""
    line = part["intercept"] + lines @ np.asarray(part["coefficients"])
    return np.asarray(line + trees_of(part["trees"], values), dtype=float)


def _rates(rate: Mapping[str, Any], values: Numbers) -> Numbers:
    lines = design_of(rate["design"], values)
    return rate_from([margin_of(rate[name], values, lines) for name in PARTS], rate["highest"])


def trees_of(trees: Mapping[str, Any], values: Numbers) -> Numbers:
    """The sum of small trees: all rows walk down all trees at once, one level a step."""
    if not trees["root"]:
        return np.zeros(len(values))
    column, threshold = np.asarray(trees["column"], dtype=np.int64), np.asarray(trees["threshold"], dtype=float)
    left, right = np.asarray(trees["left"], dtype=np.int64), np.asarray(trees["right"], dtype=np.int64)
    at = np.broadcast_to(np.asarray(trees["root"], dtype=np.int64), (len(values), len(trees["root"])))
    rows = np.arange(len(values))[:, None]
    for _ in range(trees["depth"]):
        goes_left = values[rows, column[at]] <= threshold[at]
        at = np.where(goes_left, left[at], right[at])
    return np.asarray(np.asarray(trees["value"], dtype=float)[at].sum(axis=1), dtype=float)
