from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.monitoring.maturity import maturity
from core.monitoring.outcomes import outcome_of


def test_loans_mature_when_their_window_is_over_and_payments_are_known_that_far():
    scored = {date(2025, 1, 31): 30, date(2025, 2, 28): 40, date(2025, 3, 31): 50}
    told = maturity(scored, date(2026, 2, 28), months=12)
    assert (told.scored, told.matured, told.waiting, told.next_on, told.next_loans) == (
        120,
        70,
        50,
        date(2026, 3, 31),
        50,
    )
    assert maturity(scored, date(2026, 2, 27), months=12).matured == 30


def test_without_payments_nothing_matures_and_without_loans_nothing_waits():
    none = maturity({date(2025, 1, 31): 30}, None, months=12)
    assert (none.matured, none.next_on) == (0, date(2026, 1, 31))
    assert maturity({}, date(2026, 2, 28), months=12).next_on is None
    assert maturity({date(2025, 1, 31): 30}, date(2026, 2, 28), months=12).next_on is None


ROWS = pd.DataFrame(
    {
        "balance": [1000.0, 1000.0, 1000.0, 1000.0],
        "cash_12m": [49.99, 50.0, np.nan, 0.0],
        "recovered_amount": [0.0, 900.0, 0.0, np.nan],
        "recovery_status": ["Written Off", "Fully Recovered", "written-off", None],
        "months_observed": [np.nan, 12.0, 6.0, np.nan],
    }
)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("payments", [1, 0, None, 1]),
        ("recovered_amount", [1, 0, None, None]),
        ("recovery_status", [1, 0, None, None]),
    ],
)
def test_what_became_of_a_loan_is_told_by_the_rule_the_model_learned(column, expected):
    told = [None if np.isnan(value) else int(value) for value in outcome_of(ROWS, column)]
    assert told == expected


def test_a_file_that_states_nothing_tells_nothing():
    assert np.isnan(outcome_of(ROWS[["balance"]], "recovery_status")).all()
    assert np.isnan(outcome_of(ROWS[["balance"]], "payments")).all()
