"""Whether a model reads what stays out by now."""

from core.scores.registry.kept_out import reads_kept_out


def test_every_column_behind_an_input_counts_once_and_what_it_does_not_read_does_not():
    inputs = ["debt-to-income", "income (log)", "extra:grade"]
    assert reads_kept_out(inputs, {"Monthly_Income", "grade", "Collateral_Value"}) == ["Monthly_Income", "grade"]
    assert reads_kept_out(inputs, {"Loan_Type"}) == []


def test_a_column_of_the_file_is_not_taken_for_a_fact_of_the_same_name_and_the_strategy_is_none():
    assert reads_kept_out(["strategy", "tenure", "extra:Loan_Tenure2"], {"tenure", "strategy"}) == []
