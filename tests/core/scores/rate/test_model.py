import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.scores.measures.logit import logit
from core.scores.rate.design import fit_design
from core.scores.rate.model import rate_from, rates_under, strategies_known, trees_of
from core.scores.rows.features import fit_inputs, matrix_of
from tests.core.scores.worlds import world

NO_TREES = {"root": [], "column": [], "threshold": [], "left": [], "right": [], "value": [], "depth": 0}
STUMP = {
    "root": [0],
    "column": [0, 0, 0],
    "threshold": [90.0, 0, 0],
    "left": [1, 1, 2],
    "right": [2, 1, 2],
    "value": [0.0, -1.0, 2.0],
    "depth": 1,
}


def log_odds(share):
    return float(logit(np.asarray([share]))[0])


def by_hand(frame, *, shares=(0.4, 0.5, 0.6), highest=1.0, legal=0.0, **changes):
    """A rate model without slopes: three shares, and what Legal adds to the log-odds of the direct one."""
    inputs = fit_inputs(frame, ())
    design = fit_design(inputs, matrix_of(inputs, frame, under="actual"))
    place = (
        [each["name"] for each in inputs].index("strategy") if any(e["name"] == "strategy" for e in inputs) else None
    )
    parts = {}
    for name, share in zip(("direct", "pays", "severity"), shares, strict=True):
        flat = np.zeros(len(design["mean"]))
        intercept = log_odds(share)
        if name == "direct" and legal and place is not None:
            column = design["strategies"][0]
            flat[column] = legal * design["scale"][column]
            intercept += legal * design["mean"][column]
        parts[name] = {"intercept": intercept, "coefficients": flat.tolist(), "trees": NO_TREES}
    return {"inputs": inputs, "design": design, "highest": highest, **parts, **changes}


def test_a_rate_is_the_mean_of_the_direct_and_the_two_stage_estimate():
    frame = world(loans=200)
    assert rates_under(by_hand(frame), frame.head(2), "Standard") == pytest.approx([0.35, 0.35])  # (.4 + .5 x .6) / 2
    assert rates_under(by_hand(frame, highest=1.2), frame.head(1), "Standard") == pytest.approx([0.42])
    assert rate_from([np.zeros(1)] * 3, 1.0).tolist() == [0.375]  # (.5 + .25) / 2


def test_each_loan_is_asked_about_the_strategy_given_and_not_about_the_one_it_had():
    frame = world(loans=200)
    model = by_hand(frame, legal=1.0)
    under = pd.Series(["Standard", "Legal", "Sealed letter"], index=frame.index[:3])
    told = rates_under(model, frame.head(3).assign(strategy="Legal"), under)
    assert strategies_known(model) == ("Standard", "Legal", "Settlement")
    assert told[0] == pytest.approx(0.35)
    assert told[1] == pytest.approx((1 / (1 + np.exp(-log_odds(0.4) - 1.0)) + 0.3) / 2)
    assert np.isnan(told[2])


def test_a_book_of_one_strategy_is_told_as_loans_were_treated():
    frame = world(loans=200).drop(columns="strategy")
    model = by_hand(frame)
    assert strategies_known(model) == ()
    assert rates_under(model, frame.head(1), "Legal") == pytest.approx([0.35])


def test_no_rows_have_no_rates():
    frame = world(loans=200)
    assert rates_under(by_hand(frame), frame.head(0), "Standard").shape == (0,)


def test_a_rate_model_that_is_not_whole_is_refused():
    frame = world(loans=200)
    broken = {name: part for name, part in by_hand(frame).items() if name != "severity"}
    with pytest.raises(Refused, match="not whole") as refused:
        rates_under(broken, frame, "Standard")
    assert "no severity" in str(refused.value)


def test_rows_walk_down_every_tree_to_its_leaf():
    rows = np.asarray([[10.0], [90.0], [91.0]])
    assert trees_of(STUMP, rows).tolist() == [-1.0, -1.0, 2.0]
    assert trees_of(NO_TREES, rows).tolist() == [0.0, 0.0, 0.0]
