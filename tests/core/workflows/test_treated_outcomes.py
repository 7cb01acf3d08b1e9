"""What came of loans, what it cost, and who was left out: worked by hand."""

import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.strategies.catalogue import Limits
from core.workflows.treated_outcomes import NO_COSTS, TOO_YOUNG, net_values, outcomes_of


def rows(**columns) -> pd.DataFrame:
    told = {
        "loan_ref": list("ABCD"), "strategy": ["Standard", "Legal", "Legal", "Standard"], "balance": [100.0, 200.0, 400.0, 50.0],
        "begun_earlier": False, "cash_12m": [50.0, 20.0, np.nan, 60.0], "cost_12m": [1.0, 2.0, np.nan, 4.0], "strategy_cost": np.nan,
        "recovered_amount": np.nan, "months_observed": np.nan, "recovery_status": None,
    }  # fmt: skip
    return pd.DataFrame({**told, **columns})


def excluded(came):
    return {each["why"]: each["loans"] for each in came.excluded}


def test_with_payments_the_rate_is_cash_over_balance_of_loans_whose_year_is_over():
    came = outcomes_of(rows(), 6)
    assert came.rate.tolist() == [0.5, 0.1, 1.2]
    assert (came.outcome, came.column) == ("recovery_rate", "payments")
    assert excluded(came) == {TOO_YOUNG: 1, "on no day of the book worked under a strategy": 2}
    assert came.others["loan_ref"].tolist() == ["C"]


def test_a_loan_whose_facts_may_tell_what_the_strategy_did_is_left_out():
    came = outcomes_of(rows(begun_earlier=[True, False, False, False]), 4)
    assert came.rows["loan_ref"].tolist() == ["B", "D"]
    assert any("31 days" in why for why in excluded(came))


def test_without_payments_stated_amounts_speak_where_a_year_was_observed_or_nobody_said_how_long():
    told = rows(cash_12m=np.nan, recovered_amount=[10.0, 20.0, np.nan, 5.0], months_observed=[12, 11, 12, np.nan])
    came = outcomes_of(told, 4)
    assert came.rate.tolist() == [0.1, 0.1]
    assert came.column == "recovered_amount"
    assert excluded(came) == {"observed for less than 12 months": 1, "their file states no amount recovered": 1}


def test_without_amounts_a_status_tells_the_share_recovered_and_no_net_value():
    told = rows(cash_12m=np.nan, recovery_status=["Written Off", "Partially Recovered", "Fully Recovered", None])
    came = outcomes_of(told, 4)
    assert came.rate.tolist() == [0.0, 1.0, 1.0]
    assert came.outcome == "recovered_share"
    net, _, why = net_values(came, came.rows["strategy"], Limits())
    assert net is None
    assert "states no amounts" in why


def test_a_book_without_strategies_and_one_without_outcomes_are_refused_with_what_to_load():
    with pytest.raises(TooLittleData, match="No loan of this book was worked under a strategy"):
        outcomes_of(rows()[:0], 5)
    with pytest.raises(
        TooLittleData, match="4 loans were worked under a strategy, and the outcome of none is known yet"
    ):
        outcomes_of(rows(cash_12m=np.nan), 4)


def test_net_value_is_what_cash_was_worth_less_what_was_told_it_cost():
    came = outcomes_of(rows(), 4)
    net, cost, why = net_values(came, came.rows["strategy"], Limits())
    assert net == pytest.approx([0.985 * 50 - 1, 0.93 * 20 - 2, 0.985 * 60 - 4])
    assert cost.tolist() == [1.0, 2.0, 4.0]
    assert why == ""


def test_what_the_lender_states_wins_over_what_was_told_and_fees_are_taken_off():
    limits = Limits.from_json('{"strategies": {"Legal": {"cost": 7, "fee_share": 0.5, "npv_factor": 1}}}')
    came = outcomes_of(rows(), 4)
    net, _, _ = net_values(came, came.rows["strategy"], limits)
    assert net == pytest.approx([0.985 * 50 - 1, 0.5 * 20 - 7, 0.985 * 60 - 4])


def test_strategy_cost_speaks_where_outcomes_are_stated_and_actions_where_they_are_counted():
    both = {"strategy_cost": [9.0, 9.0, 9.0, 9.0]}
    _, counted, _ = net_values(outcomes_of(rows(**both), 4), ["Standard", "Legal", "Standard"], Limits())
    assert counted.tolist() == [1.0, 2.0, 4.0]
    stated = outcomes_of(rows(cash_12m=np.nan, recovered_amount=1.0, **both), 4)
    _, cost, _ = net_values(stated, stated.rows["strategy"], Limits())
    assert cost.tolist() == [9.0] * 4


def test_costs_that_nobody_told_are_never_the_catalogues():
    came = outcomes_of(rows(cost_12m=np.nan), 4)
    assert net_values(came, came.rows["strategy"], Limits())[0::2] == (None, NO_COSTS)
    some = outcomes_of(rows(cost_12m=[1.0, np.nan, np.nan, 1.0]), 4)
    net, _, why = net_values(some, some.rows["strategy"], Limits())
    assert net is None
    assert why == "no cost is told of 1 loan under Legal: state it with --limits, or load it"
    limits = Limits.from_json('{"strategies": {"Legal": {"cost": 0}}}')
    assert net_values(some, some.rows["strategy"], limits)[0] is not None


def test_a_strategy_the_catalogue_does_not_know_counts_cash_at_its_face():
    came = outcomes_of(rows(), 4)
    net, _, _ = net_values(came, ["Field visits"] * 3, Limits())
    assert net.tolist() == [49.0, 18.0, 56.0]
