"""The field's tutorials on this book: a flag from K-means clusters, a forest that predicts it, and what that says of the outcome.

Kept beside the model for comparison only: nothing here scores a loan. Imports scikit-learn: worker only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.columns import by_field
from core.metrics.intervals import wilson
from core.scores.measures.discrimination import auc, auc_interval
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.rows.target import Target
from core.segments.features import Numbers, number

RAW_FIELDS = (
    "age", "monthly_income", "loan_amount", "tenure_months", "interest_rate", "collateral_value", "balance", "emi",
    "missed_payments", "dpd",
)  # fmt: skip
"""The columns the tutorials cluster on, raw, and learn from again; age among them, which no score of Recoup's reads."""
CLUSTERS, FLAGGED = 4, 2
TREES = 100
SEED = 42
MOST_ROWS, FEWEST_ROWS = 3_000, 100


def tutorial_recipe(target: Target) -> dict[str, Any]:
    """What the recipe claims on this book, and what its score is worth on the outcomes.

    K-means with four clusters on ten standardised raw columns; the two clusters with the most missed payments are "high
    risk"; a forest of 100 trees learns that flag from the same ten columns, five folds grouped by borrower, each row asked
    about by a forest that did not see it. Its accuracy is on that flag; its AUC is on what became of the loans.

    Returns:
        why ("" where it was computed, else the reason it was not), and then: n, flagged (rows), accuracy and accuracy_ci
        (Wilson) on the flag, auc and auc_ci (DeLong) on the outcome, flag_auc (on the flag), events.

    References:
        The recipe as published: A. Kharwal, "Smart Loan Recovery System with Machine Learning" (thecleverprogrammer.com).
    """
    columns = {field: number(target.rows, field) for field in RAW_FIELDS}
    absent = [field for field, values in columns.items() if np.isnan(values).all()]
    if absent:
        headers = by_field("portfolio")
        return {"why": f"the book does not state {', '.join(headers[field].header for field in absent)}"}
    table = pd.DataFrame(columns)
    whole = np.flatnonzero(table.notna().all(axis=1).to_numpy())
    chosen = np.sort(np.random.default_rng(SEED).permutation(whole)[:MOST_ROWS])
    outcome = target.outcome[chosen]
    if len(chosen) < FEWEST_ROWS or np.ptp(outcome) == 0:
        return {"why": f"only {len(chosen):,} loans with one outcome or more state all ten of its columns"}
    points = table.iloc[chosen].to_numpy(dtype=float)
    flag = high_risk_flag(points)
    if np.ptp(flag) == 0:
        return {"why": "its clusters leave nobody, or everybody, flagged"}
    score = _out_of_fold(points, flag, grouped_folds(target.groups[chosen], flag))
    right = int(((score >= 0.5) == (flag == 1)).sum())
    return {
        "why": "", "n": len(chosen), "events": int(outcome.sum()), "flagged": int(flag.sum()),
        "accuracy": right / len(chosen), "accuracy_ci": list(wilson(right, len(chosen))),
        "auc": auc(outcome, score), "auc_ci": list(auc_interval(outcome, score, groups=target.groups[chosen])), "flag_auc": auc(flag, score),
    }  # fmt: skip


def high_risk_flag(points: Numbers) -> Numbers:
    """1 for rows in the two of four clusters with the most missed payments on average.

    Args:
        points: rows by RAW_FIELDS, no NaN.
    """
    with threadpool_limits(limits=1):
        cluster = KMeans(CLUSTERS, n_init=10, random_state=SEED).fit_predict(StandardScaler().fit_transform(points))
    missed = points[:, RAW_FIELDS.index("missed_payments")]
    mean = [float(missed[cluster == each].mean()) for each in range(CLUSTERS)]
    return np.isin(cluster, np.argsort(mean)[-FLAGGED:]).astype(float)


def _out_of_fold(points: Numbers, flag: Numbers, fold: np.ndarray) -> Numbers:
    score = np.zeros(len(flag))
    for each in range(FOLDS):
        held = fold == each
        if np.ptp(flag[~held]) == 0:
            score[held] = flag[~held][0]
            continue
        forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=SEED, n_jobs=1)
        score[held] = forest.fit(points[~held], flag[~held]).predict_proba(points[held])[:, 1]
    return score
