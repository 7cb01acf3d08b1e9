"""A trained model applied to snapshots: risk under the reference strategy, with reasons."""

from __future__ import annotations

import pandas as pd

from core.records import Model
from core.scores.measures.calibration import apply_calibration
from core.scores.rows.features import SOURCES, Matrix, matrix_of, unseen_levels, unstated
from core.scores.scoring.evaluate import Artifact, Parts, load_artifact, margins_of, parts_of
from core.scores.scoring.explain import contributions_of, reasons_of

ROWS_FOR_BULK = 300
"""From this many rows LightGBM's own, faster evaluation is loaded; below, NumPy alone answers."""


def model_score(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Probability of non-recovery if the loan is left under Standard.

    Returns:
        risk_score (0-1), reasons (list of sentences, the strongest first) and left_out (list of the model's inputs that
        the row does not state; the median of training stood in), unseen (list of categories the model does not know) and contributions (text, see core.scores.scoring.explain.packed),
        on the frame's index.

    Raises:
        Refused: the stored model is damaged or foreign.
    """
    artifact = load_artifact(model.artifact, model.sha256)
    matrix = matrix_of(artifact.inputs, frame)
    parts = _parts(artifact, matrix)
    probability = apply_calibration(artifact.content["calibration"], parts.margin)
    return pd.DataFrame(
        {
            "risk_score": probability.round(6),
            "reasons": reasons_of(artifact.inputs, parts, frame),
            "left_out": unstated(artifact.inputs, frame, matrix.left_out),
            "unseen": unseen_levels(artifact.inputs, frame),
            "contributions": pd.Series(contributions_of(artifact.inputs, parts), index=frame.index, dtype=object),
        },
        index=frame.index,
    )


def model_risk(model: Model, frame: pd.DataFrame) -> pd.Series:
    """The risk_score of `model_score` alone, by NumPy.

    Raises:
        Refused: the stored model is damaged or foreign.
    """
    artifact = load_artifact(model.artifact, model.sha256)
    margin = margins_of(artifact, matrix_of(artifact.inputs, frame))
    return pd.Series(apply_calibration(artifact.content["calibration"], margin).round(6), index=frame.index)


def _parts(artifact: Artifact, matrix: Matrix) -> Parts:
    if artifact.paths is None or len(matrix.values) < ROWS_FOR_BULK:
        return parts_of(artifact, matrix)
    from core.scores.scoring.bulk import parts_in_bulk

    return parts_in_bulk(artifact, matrix)


def fields_read(model: Model) -> set[str]:
    """The columns a model reads, extra ones left aside."""
    named = {each["name"] for each in load_artifact(model.artifact, model.sha256).inputs}
    return {field for source in SOURCES if source.name in named for field in source.fields}
