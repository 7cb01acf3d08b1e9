"""The risk of a loan by whatever score is in use: a trained model's, or the rule's."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from core.errors import Refused
from core.records import Model
from core.scores.scoring.model_score import model_risk, model_score
from core.scores.scoring.rule_score import rule_score

Source = Literal["rule", "model"]


def risk_of(frame: pd.DataFrame, champion: Model | None) -> tuple[pd.DataFrame, Source]:
    """Risk with its reasons, in the columns of `model_score`, and where it comes from.

    A champion that cannot be read leaves the work to the rule score, and every loan's first reason says so.
    """
    if champion is None:
        return rule_score(frame), "rule"
    try:
        return model_score(champion, frame), "model"
    except Refused as refusal:
        by_rule = rule_score(frame)
        said = f"{refusal.found}, so the rule score orders the work"
        reasons = pd.Series([[said, *each] for each in by_rule["reasons"]], index=frame.index, dtype=object)
        return by_rule.assign(reasons=reasons), "rule"


def risk_score_of(frame: pd.DataFrame, champion: Model | None) -> pd.Series:
    """The risk_score of `risk_of` alone, without the work of explaining it and without LightGBM, however many rows."""
    try:
        return rule_score(frame)["risk_score"] if champion is None else model_risk(champion, frame)
    except Refused:
        return rule_score(frame)["risk_score"]
