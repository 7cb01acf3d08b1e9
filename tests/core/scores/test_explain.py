import numpy as np
import pandas as pd

from core.scores.evaluate import Parts
from core.scores.explain import reasons_of

INPUTS = [
    {"name": "days past due (log)", "family": "arrears", "kind": "number"},
    {"name": "missed payments (log)", "family": "arrears", "kind": "number"},
    {"name": "product", "family": "product", "kind": "category"},
    {"name": "extra:GRADE", "family": "GRADE", "kind": "category"},
    {"name": "strategy", "family": "strategy", "kind": "strategy"},
]


def reasons(parts, **facts):
    frame = pd.DataFrame([facts])
    return reasons_of(INPUTS, Parts(0.0, np.array([sum(parts)]), np.array([parts])), frame)[0]


def test_inputs_that_say_the_same_are_one_reason_and_the_strongest_comes_first():
    said = reasons([0.3, 0.3, -0.4, 0.1, 9.0], dpd=40, missed_payments=2, product="Auto", extra='{"GRADE": "C"}')
    assert said == [
        "40 days past due, 2 missed payments: raises the risk strongly (+0.60)",
        "Loan type Auto: lowers the risk (-0.40)",
        "GRADE is C: raises the risk slightly (+0.10)",
    ]


def test_a_fact_that_was_not_stated_is_called_so():
    said = reasons([0.3, 0.0, -0.4, 0.2, 0.0], dpd=None, missed_payments=None, extra=None)
    assert said == [
        "Loan type not stated: lowers the risk (-0.40)",
        "Arrears not stated: raises the risk (+0.30)",
        "GRADE is not stated: raises the risk (+0.20)",
    ]


def test_what_moves_nothing_is_no_reason():
    assert reasons([0.0, 0.004, 0.0, 0.0, 3.0], dpd=40, missed_payments=2, product="Auto") == []


def test_a_model_of_the_strategy_alone_has_no_reasons():
    assert reasons_of(INPUTS[-1:], Parts(0.0, np.zeros(2), np.ones((2, 1))), pd.DataFrame({"dpd": [1, 2]})) == [[], []]
