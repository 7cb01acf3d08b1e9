"""What the desk did agrees with the strategies, the holds and the money."""

from __future__ import annotations

import pandas as pd
import pytest


def with_age(told: dict[str, pd.DataFrame]) -> pd.DataFrame:
    first = told["portfolio"].groupby("Loan_ID")["month"].min()
    actions = told["actions"]
    return actions.assign(age=actions["month"] - actions["Loan_ID"].map(first))


def test_offers_are_made_under_settlement_and_court_steps_under_legal_alone(told: dict[str, pd.DataFrame]) -> None:
    by = told["actions"].groupby("Action")["Strategy"].unique().map(set)
    assert by["settlement offer"] == {"Settlement"}
    assert by["legal notice"] == by["court filing"] == by["court hearing"] == {"Legal"}
    assert by["call"] == {"Standard", "Settlement", "Legal"}


@pytest.mark.parametrize(
    ("action", "low", "high"),
    [("call", 2, 6), ("settlement offer", 50, 75), ("court filing", 450, 900), ("court hearing", 180, 350)],
)
def test_an_action_costs_what_such_an_action_costs(
    action: str, low: float, high: float, told: dict[str, pd.DataFrame]
) -> None:
    cost = told["actions"].loc[told["actions"]["Action"] == action, "Cost"]
    assert low <= cost.min() < cost.max() <= high


def test_only_open_loans_in_arrears_on_no_hold_are_worked_after_their_first_letter(
    told: dict[str, pd.DataFrame],
) -> None:
    worked = with_age(told)
    assert set(worked.loc[worked["age"] == 0, "Action"]) == {"letter"}
    before = told["portfolio"].assign(month=told["portfolio"]["month"] + 1)
    later = worked[worked["age"] > 0].merge(before, on=["Loan_ID", "month"], how="left", suffixes=("", "_loan"))
    assert (later["Days_Past_Due"] > 0).all()
    assert (later["Account_Status"] == "open").all()
    now = worked[worked["age"] > 0].merge(told["portfolio"], on=["Loan_ID", "month"])
    assert (now["Hold"] == "").all()


def test_promises_carry_an_amount_and_a_day_and_about_half_are_kept(told: dict[str, pd.DataFrame]) -> None:
    actions = told["actions"]
    made = actions[actions["Result"] == "promise"].copy()
    assert (actions.loc[actions["Result"] != "promise", ["Promise_Amount", "Promise_Due"]] == "").all(axis=None)
    made["Promise_Amount"] = made["Promise_Amount"].astype(float)
    assert (made["Promise_Amount"] > 0).all()
    assert (made["Promise_Due"] >= made["Acted_On"]).all()
    cash = told["payments"].query("Kind == 'cash'")[["Loan_ID", "Paid_On", "Amount"]]
    pairs = made.reset_index().merge(cash, on="Loan_ID")
    grace = (pd.to_datetime(pairs["Promise_Due"]) + pd.Timedelta(days=3)).dt.strftime("%Y-%m-%d")
    kept = pairs[(pairs["Paid_On"] >= pairs["Acted_On"]) & (pairs["Paid_On"] <= grace)]
    kept = kept[kept["Amount"] >= 0.99 * kept["Promise_Amount"]]
    assert 0.35 < kept["index"].nunique() / len(made) < 0.65


def test_ratios_in_the_book_follow_what_happened_since_placement(told: dict[str, pd.DataFrame]) -> None:
    portfolio, calls = told["portfolio"], told["actions"].query("Action in ('call', 'visit')")
    loan = calls.groupby("Loan_ID").size().idxmax()
    rows = portfolio[portfolio["Loan_ID"] == loan].sort_values("month")
    of_loan = calls[(calls["Loan_ID"] == loan) & (calls["month"] <= rows["month"].iloc[-1])]
    reached = of_loan["Result"].isin(["promise", "refused", "right party"]).sum()
    expected = (10 * rows["Contact_Rate"].iloc[0] + reached) / (10 + len(of_loan))
    assert rows["Contact_Rate"].iloc[-1] == pytest.approx(expected, abs=0.0051)
