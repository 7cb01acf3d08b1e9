import numpy as np
import pandas as pd
import pytest

from core.scores.scoring.evaluate import Parts
from core.scores.scoring.explain import Contributions, contributions_of, families_of, packed, reasons_of, unpacked

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


def test_a_family_names_every_fact_the_model_reads_in_it_and_no_other():
    inputs = [
        {"name": "debt-to-income", "family": "affordability", "kind": "number"},
        {"name": "employment", "family": "affordability", "kind": "category"},
        {"name": "tenure", "family": "size", "kind": "number"},
    ]
    row = pd.DataFrame([{"emi": 30.0, "monthly_income": 100.0, "employment_type": "Retired", "tenure_months": 24,
                         "balance": 5.0, "interest_rate": 9.0}])  # fmt: skip
    said = reasons_of(inputs, Parts(0.0, np.array([0.1]), np.array([[0.5, -0.2, -0.2]])), row)[0]
    assert said == [
        "Instalments take 0.30 of income, in spite of employment Retired: raises the risk (+0.30)",
        "Term of 24 months: lowers the risk (-0.20)",
    ]


def test_an_unsecured_loan_has_no_security_and_what_pulls_the_other_way_is_told_apart():
    """Of the four: a home loan without security; the same, security weighing more; with security; nothing that counts."""
    inputs = [
        {"name": "collateral cover", "family": "security", "kind": "number"},
        {"name": "product", "family": "security", "kind": "category"},
    ]
    sizes = np.array([[0.1, -0.3], [0.5, -0.3], [-0.2, -0.3], [0.004, -0.3]])
    rows = pd.DataFrame({"balance": 100.0, "collateral_value": [None, 0.0, 150.0, None], "product": "Home"})
    said = [each[0] for each in reasons_of(inputs, Parts(0.0, sizes.sum(axis=1), sizes), rows)]
    assert said == [
        "Loan type Home, in spite of no security: lowers the risk (-0.20)",
        "No security, in spite of loan type Home: raises the risk (+0.20)",
        "Security of 1.50 times the balance, loan type Home: lowers the risk strongly (-0.50)",
        "No security, loan type Home: lowers the risk (-0.30)",
    ]


def test_a_fact_that_is_not_stated_is_no_fact_in_spite_of_which():
    assert reasons([0.5, -0.2, 0.0, 0.0, 0.0], dpd=40, missed_payments=None) == [
        "40 days past due: raises the risk (+0.30)"
    ]
    assert reasons([0.5, -0.2, 0.0, 0.0, 0.0], dpd=None, missed_payments=2) == [
        "2 missed payments: raises the risk (+0.30)"
    ]


def test_one_day_and_one_payment_are_said_in_the_singular():
    assert reasons([0.3, 0.3, 0.0, 0.0, 0.0], dpd=1, missed_payments=1)[0].startswith(
        "1 day past due, 1 missed payment:"
    )


def test_contributions_are_kept_by_family_with_the_base_and_what_they_come_to():
    parts = Parts(0.25, np.array([9.35, 0.5]), np.array([[0.3, 0.3, -0.4, -0.1, 9.0], [0.1, 0.2, 0.0, -0.05, 0.0]]))
    assert families_of(INPUTS) == ["arrears", "product", "GRADE", "strategy"]
    first, second = map(unpacked, contributions_of(INPUTS, parts))
    assert first == Contributions(0.25, 9.35, {"arrears": 0.6, "product": -0.4, "GRADE": -0.1, "strategy": 9.0})
    assert second.parts == {"arrears": 0.3, "product": 0.0, "GRADE": -0.05, "strategy": 0.0}


def test_what_nobody_scored_has_no_contributions_and_odd_names_survive():
    told = packed(0.0, ['50 % "off"'], np.array([[0.125], [0.0]]), np.array([0.125, np.nan]))
    assert unpacked(told[0]).parts == {'50 % "off"': 0.125}
    assert told[1] is None
    assert unpacked(None) is None
    assert unpacked("") is None


def test_thirty_families_still_add_up_after_they_were_written_to_ten_decimals():
    sizes = np.random.default_rng(1).normal(0, 3, (200, 30))
    told = packed(1 / 3, [f"family {each}" for each in range(30)], sizes, 1 / 3 + sizes.sum(axis=1))
    for text in told:
        read = unpacked(text)
        assert read.base + sum(read.parts.values()) == pytest.approx(read.margin, abs=1e-8, rel=0)
