import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.scores.rows.target import non_recovery


def rows(*lines, columns=("loan_ref", "as_of", "balance", "dpd", "cash_12m")):
    frame = pd.DataFrame(list(lines), columns=list(columns))
    return frame.assign(borrower_ref="B-" + frame["loan_ref"].astype(str), status="open", hold=None).astype(
        {"hold": object}
    )


def test_the_outcome_is_cash_under_a_twentieth_of_the_balance_at_the_first_snapshot_in_arrears():
    target = non_recovery(
        rows(
            ("LN1", "2025-01-31", 1000.0, 0, 500.0),
            ("LN1", "2025-02-28", 1000.0, 30, 49.99),
            ("LN1", "2025-03-31", 1000.0, 60, 900.0),
            ("LN2", "2025-01-31", 1000.0, 5, 50.0),
            ("LN3", "2025-01-31", 1000.0, 0, 0.0),
        )
    )
    assert target.rows["loan_ref"].tolist() == ["LN2", "LN1"]
    assert target.rows["as_of"].tolist() == ["2025-01-31", "2025-02-28"]
    assert target.outcome.tolist() == [0.0, 1.0]
    assert target.column == "payments"


def test_a_loan_whose_year_has_not_passed_is_left_out_and_no_later_snapshot_stands_in():
    target = non_recovery(
        rows(
            ("LN1", "2025-01-31", 10.0, 5, np.nan),
            ("LN1", "2025-02-28", 10.0, 5, 9.0),
            ("LN2", "2025-01-31", 10.0, 5, 0.0),
        )
    )
    assert target.rows["loan_ref"].tolist() == ["LN2"]
    assert target.open_rows["loan_ref"].tolist() == ["LN1"]
    assert target.immature == 1


def test_held_closed_and_empty_loans_are_no_observation_points():
    frame = rows(*((f"LN{i}", "2025-01-31", 0.0 if i == 2 else 10.0, 5, 1.0) for i in range(4)))
    frame.loc[0, "hold"] = "dispute"
    frame.loc[1, "status"] = "paid"
    assert non_recovery(frame).rows["loan_ref"].tolist() == ["LN3"]


def test_without_payments_amounts_decide_then_the_status():
    frame = rows(
        ("LN1", "2025-01-31", 100.0, 0, np.nan),
        ("LN2", "2025-01-31", 100.0, 9, np.nan),
        ("LN3", "2025-01-31", 100.0, 9, np.nan),
    )
    stated = frame.assign(recovery_status=["Written Off", "Fully Recovered", None])
    assert non_recovery(stated).outcome.tolist() == [1.0, 0.0]
    assert non_recovery(stated).column == "recovery_status"
    amounts = stated.assign(recovered_amount=[5.0, 4.99, None], months_observed=[12.0, None, 12.0])
    assert non_recovery(amounts).outcome.tolist() == [0.0, 1.0]
    assert non_recovery(amounts).column == "recovered_amount"


def test_an_outcome_column_named_by_the_analyst_wins_over_amounts_and_payments():
    frame = rows(("LN1", "2025-01-31", 100.0, 9, 90.0)).assign(recovery_status="charged-off", recovered_amount=90.0)
    target = non_recovery(frame, status_is_outcome=True)
    assert target.column == "recovery_status"
    assert target.outcome.tolist() == [1.0]


def test_outcomes_observed_for_less_than_a_year_do_not_count():
    frame = rows(("LN1", "2025-01-31", 100.0, 9, np.nan), ("LN2", "2025-01-31", 100.0, 9, np.nan))
    target = non_recovery(frame.assign(recovery_status="Written Off", months_observed=[11.0, 12.0]))
    assert target.rows["loan_ref"].tolist() == ["LN2"]


def test_loans_of_one_borrower_are_one_group_and_a_loan_without_borrower_its_own():
    frame = rows(*((f"LN{i}", "2025-01-31", 10.0, 5, 1.0) for i in range(4)))
    frame["borrower_ref"] = ["B1", "B1", None, None]
    assert non_recovery(frame).groups.tolist() == [0.0, 0.0, 1.0, 2.0]


def test_a_book_without_any_outcome_says_what_to_load():
    with pytest.raises(TooLittleData, match=r"No loan of this book has an outcome.*Load the payments"):
        non_recovery(rows(("LN1", "2025-01-31", 10.0, 5, np.nan)))


def test_payments_of_loans_never_in_arrears_are_no_outcome():
    with pytest.raises(TooLittleData, match="in arrears for 12 months"):
        non_recovery(rows(("LN1", "2025-01-31", 10.0, 0, 5.0)))
