"""Against DoubleML on the same folds with the same learners: 20 seeds within one standard error, errors within a tenth."""

import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from core.strategies.effects import learners
from core.strategies.effects.aipw import contrast
from core.strategies.effects.design import fit_design
from core.strategies.effects.nuisance import LOWEST_CHANCE, fit_nuisances
from tests.worlds.histories import HISTORIES, history

SEEDS = 20
LOANS = 300


class Means(RegressorMixin, BaseEstimator):
    """Our lines for the outcome, as scikit-learn's kind of estimator."""

    def fit(self, x, y):
        self.x_, self.y_ = x, y
        return self

    def predict(self, x):
        return learners.means_by_lines(self.x_, self.y_, x)


class Chances(ClassifierMixin, BaseEstimator):
    """Our lines for the choice; DoubleML asks for one strategy against all others at a time."""

    def fit(self, x, y):
        self.x_, self.y_, self.classes_ = x, y.astype(np.int64), np.array([0, 1])
        return self

    def predict_proba(self, x):
        return learners.chances_by_lines(self.x_, self.y_, x, 2)

    def predict(self, x):
        return self.predict_proba(x).argmax(axis=1)


def theirs(observed, fold):
    """Estimate and standard error of every strategy against the first, as DoubleML tells them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from doubleml import DoubleMLAPOS, DoubleMLData
        from doubleml.utils.propensity_score_processing import PSProcessorConfig

        x = fit_design(observed.facts, observed.columns).matrix(observed.facts)
        data = DoubleMLData.from_arrays(x=x, y=observed.rate, d=observed.strategy.astype(float))
        model = DoubleMLAPOS(
            data, Means(), Chances(), treatment_levels=list(range(len(observed.strategies))), normalize_ipw=True,
            ps_processor_config=PSProcessorConfig(clipping_threshold=LOWEST_CHANCE), draw_sample_splitting=False,
        )  # fmt: skip
        model.set_sample_splitting(
            [[(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(5)]]
        )
        told = model.fit().causal_contrast(reference_levels=0)
    return np.column_stack([told.thetas, told.ses])


@pytest.mark.no_cover  # two packages on the same loans: `test_measure` covers ours
def test_estimates_and_errors_are_doublemls(monkeypatch):
    """Of two strategies, for DoubleML asks for one against all others, which with three is another model than ours."""
    monkeypatch.setattr(learners, "SHARES", (0.0,))
    monkeypatch.setattr(
        learners,
        "chances_by_trees",
        lambda facts, strategy, asked, kinds, seed: np.full((len(asked), kinds), 1 / kinds),
    )
    for seed in range(SEEDS):
        observed, _ = history(LOANS, 100 + seed, HISTORIES["two strategies"])
        ours = fit_nuisances(observed)
        for kind, (value, se) in enumerate(theirs(observed, ours.fold), start=1):
            told = contrast(ours.gamma_rate, kind, observed.cluster)
            assert abs(told.value - value) < se
            assert told.se == pytest.approx(se, rel=0.1)
