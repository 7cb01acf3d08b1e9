"""Models with cards as a training leaves them, for the page that shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from core.records import Model
from core.scores.scoring.evaluate import FORMAT, sha256_of
from tests.dashboard.work import forty_loans
from tests.fakes import FakePortfolioReader

CONTENT: dict[str, Any] = {
    "format": FORMAT, "kind": "logistic", "calibration": {"method": "none"},
    "inputs": [{"name": "days past due (log)", "family": "arrears", "kind": "number", "monotone": 1, "median": 3.0,
                "has_missing": False}],
    "linear": {"mean": [3.0], "scale": [1.0], "intercept": -1.0, "coefficients": [0.8]},
}  # fmt: skip
ARTIFACT = json.dumps(CONTENT)
CARD: dict[str, Any] = {
    "verdict": "usable", "target": "cash within 12 months under 0.05 of the balance", "n": 1200, "events": 300,
    "auc": 0.743, "auc_ci": [0.711, 0.775], "p_value": 0.0005, "ece": 0.02, "calibration_slope": 1.02,
    "out_of_time": {"first_day": "2025-06-30", "n": 400, "events": 90, "auc": 0.731, "auc_ci": [0.68, 0.782]},
    "quarantined": [{"column": "Legal_Action_Taken", "why": "It is written with the outcome, after the snapshot"}],
}  # fmt: skip
THIN = {"verdict": "too little history", "target": CARD["target"], "n": 300, "events": 49, "quarantined": [],
        "why": "Only 49 of 300 loans had the rarer outcome; 50 are needed"}  # fmt: skip
NO_SIGNAL = CARD | {
    "verdict": "no usable signal",
    "auc": 0.51,
    "auc_ci": [0.47, 0.55],
    "p_value": 0.4,
    "out_of_time": None,
}


RATE: dict[str, Any] = {
    "used": True, "why": "", "n": 1200, "payers": 840, "promised": 0.312, "came": 0.301, "came_ci": [0.28, 0.322], "r2": 0.214,
    "r2_ci": [0.18, 0.248], "mae": 0.241, "actual_expected": 0.965, "actual_expected_ci": [0.9, 1.03], "gain": 0.0123,
    "gain_ci": [0.008, 0.0166], "pooled_by": "balance", "highest": 1.3, "counted_as_highest": 6, "counted_as_zero": 1,
    "strategies": {"Standard": 1000, "Legal": 120},
    "not_told": {"Settlement": "12 loans were under it; 30 are needed, and as many under the reference"},
    "deciles": [{"n": 600, "predicted": 0.04, "realised": 0.03, "low": -0.01, "high": 0.09},
                {"n": 600, "predicted": 1.1, "realised": 1.04, "low": 0.96, "high": 1.14}],
}  # fmt: skip
"""What card["rate"] holds of a rate model in use, with two parts of the loans in place of ten."""


COMPARISON = {
    "passed": False, "better": False, "gain": -0.001, "gain_ci": [-0.004, 0.002], "n": 400, "events": 90, "on": "new",
    "against": 1, "rules": [
        {"rule": "better", "of": "", "figure": -0.001, "ci": [-0.004, 0.002], "limit": 0.0, "n": 400, "events": 90, "passed": False},
        {"rule": "calibration", "of": "", "figure": 0.001, "ci": [-0.01, 0.012], "limit": 0.005, "n": 400, "events": 90,
         "passed": True},
        {"rule": "group", "of": "Gender: F", "figure": 0.01, "ci": [-0.02, 0.04], "limit": 0.02, "n": 210, "events": 55,
         "passed": True},
    ],
}  # fmt: skip
WHOLE = CARD | {
    "data": {"first_day": "2024-01-31", "last_day": "2025-09-30", "loans": 1200, "borrowers": 1100, "sha256": "ab" * 32},
    "excluded": [{"why": "states no outcome", "loans": 7}], "inputs": ["days past due (log)", "extra:CHANNEL"],
    "calibration": "platt", "folds": 5, "conditional_on_strategy": True, "reference_strategy": "Standard",
    "outcome_column": "payments", "comparison": COMPARISON, "trained_by": "ana",
    "candidates": {"logistic": {"auc": 0.74, "se": 0.01, "log_loss": 0.52, "worse_by": 0.0, "worse_by_se": 0.0}},
}  # fmt: skip


def model(number: int, status: str, card: dict[str, Any] = CARD, **more: Any) -> Model:
    """A model of that number; a refused one has no artifact."""
    text = "" if status == "refused" else ARTIFACT
    made = Model(number, "logistic", status, "2026-11-20T09:00:00+00:00", sha256_of(text), card, text)  # type: ignore[arg-type]
    return replace(made, **more)


def reader_of(*models: Model) -> FakePortfolioReader:
    """Forty loans and these models, given newest first."""
    champion = next((each for each in models if each.status == "champion"), None)
    return FakePortfolioReader(forty_loans(), champion=champion, models=list(models))
