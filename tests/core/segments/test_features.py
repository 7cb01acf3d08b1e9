import numpy as np
import pandas as pd

from core.columns import by_field
from core.segments.features import BY_NAME, collateral_cover, debt_to_income, number, ratios_of


def test_debt_to_income_adds_instalments_owed_elsewhere():
    frame = pd.DataFrame({"emi": [300.0, 300.0, 300.0, 0.0, np.nan], "other_emi": [100.0, np.nan, 0.0, 0.0, 5.0],
                          "monthly_income": [1000.0, 1000.0, 0.0, 0.0, 10.0]})  # fmt: skip
    assert debt_to_income(frame)[:3].tolist() == [0.4, 0.3, np.inf]
    assert np.isnan(debt_to_income(frame)[3:]).all()


def test_an_empty_collateral_is_unsecured_where_the_book_states_collateral_and_unknown_where_it_never_does():
    assert collateral_cover(pd.DataFrame({"collateral_value": [50.0, None], "balance": [100.0, 100.0]})).tolist() == [
        0.5,
        0.0,
    ]
    assert np.isnan(collateral_cover(pd.DataFrame({"collateral_value": [None, None], "balance": [1.0, 2.0]}))).all()
    assert np.isnan(collateral_cover(pd.DataFrame({"collateral_value": [5.0], "balance": [0.0]}))).all()


def test_a_field_the_frame_lacks_is_nan_in_every_row():
    assert np.isnan(number(pd.DataFrame({"x": [1, 2]}), "emi")).tolist() == [True, True]


def test_whole_numbers_that_may_be_absent_are_read():
    frame = pd.DataFrame({"missed_payments": pd.array([1, None], dtype="Int64")})
    assert number(frame, "missed_payments")[0] == 1.0
    assert np.isnan(number(frame, "missed_payments")[1])


def test_ratios_the_book_cannot_carry_are_dropped_and_missed_payments_stand_in_for_behaviour():
    frame = pd.DataFrame(
        {"balance": [1.0, 9.0], "dpd": [0, 90], "missed_payments": [0, 4], "contact_rate": [None, None]}
    )
    assert ratios_of(frame).columns.tolist() == ["log_balance", "log_dpd", "log_missed_payments"]
    with_promises = frame.assign(promise_kept_ratio=[0.2, 0.7])
    assert ratios_of(with_promises).columns.tolist() == ["log_balance", "log_dpd", "promise_kept_ratio"]


def test_a_ratio_that_never_varies_is_dropped():
    assert ratios_of(pd.DataFrame({"balance": [5.0, 5.0], "dpd": [0, 90]})).columns.tolist() == ["log_dpd"]


def test_ratios_read_no_protected_column_and_nothing_written_later():
    columns = by_field("portfolio")
    for ratio in BY_NAME.values():
        for field in ratio.fields:
            assert columns[field].known_at == "snapshot"
            assert not columns[field].protected


def test_security_beyond_the_balance_and_the_smallest_debts_make_no_difference():
    frame = pd.DataFrame({"collateral_value": [50.0, 100.0, 900.0], "balance": [100.0] * 3, "emi": [1.0, 20.0, 9e9],
                          "monthly_income": [1000.0] * 3})  # fmt: skip
    ratios = ratios_of(frame)
    assert ratios["collateral_cover"].tolist() == [0.5, 1.0, 1.0]
    assert np.exp(ratios["log_debt_to_income"]).round(9).tolist() == [0.02, 0.02, 3.0]
