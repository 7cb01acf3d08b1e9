"""The sample book in the columns of a user's files: canonical headers, money in currency units."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.synthetic.assignment import ARM_PROBABILITY, ARMS, STRATEGIES, TRIAL
from core.synthetic.calendar import Calendar
from core.synthetic.chance import HOLDS, Chance
from core.synthetic.dynamics import CHARGED_OFF, OPEN, PAID, RECALLED, SOLD, Path

CURRENCY = "EUR"
STATUS = {OPEN: "open", PAID: "paid", CHARGED_OFF: "charged off", SOLD: "sold", RECALLED: "recalled"}
HISTORY = ("On-Time", "Delayed", "Missed")


def portfolio_frame(
    loans: pd.DataFrame, strategy: np.ndarray, arm: np.ndarray, path: Path, chance: Chance, ratios: tuple[np.ndarray, np.ndarray],
    calendar: Calendar, month: int,
) -> pd.DataFrame:  # fmt: skip
    """The portfolio file of a month-end: one row a loan in the book on that day."""
    rows = np.flatnonzero(np.isin(path.state[month], list(STATUS)))
    at = loans.iloc[rows].reset_index(drop=True)
    missed = path.missed[month, rows]
    in_trial = arm[rows] >= 0
    ends = np.array([day.isoformat() for day in calendar.month_ends])
    columns: dict[str, object] = {
        "Loan_ID": at["loan_ref"],
        "Borrower_ID": at["borrower_ref"],
        "Snapshot_Date": ends[month],
        "Outstanding_Loan_Amount": path.balance[month, rows] / 100,
        "Days_Past_Due": path.dpd[month, rows],
        "Account_Status": [STATUS[state] for state in path.state[month, rows]],
        "Hold": np.array(HOLDS)[chance.hold[month, rows]],
        "Loan_Type": at["product"],
        "Region": at["region"],
        "Branch": at["branch"],
        "Agency": at["agency"],
        "Collector": at["collector"],
        "Currency": CURRENCY,
        "Age": at["age"],
        "Gender": at["gender"],
        "Employment_Type": at["employment_type"],
        "Monthly_Income": at["monthly_income"] / 100,
        "Num_Dependents": at["dependents"],
        "Loan_Amount": at["loan_amount"] / 100,
        "Loan_Tenure": at["tenure_months"],
        "Interest_Rate": at["interest_rate"],
        "Collateral_Value": at["collateral_value"] / 100,
        "Monthly_EMI": at["emi"] / 100,
        "Other_EMI": at["other_emi"] / 100,
        "Payment_History": np.array(HISTORY)[np.digitize(missed - 1.5 * at["lean"], [2.0, 4.5])],
        "Num_Missed_Payments": missed,
        "Promise_Kept_Ratio": ratios[0][month, rows],
        "Contact_Rate": ratios[1][month, rows],
        "Trial": np.where(in_trial, TRIAL, ""),
        "Arm": np.where(in_trial, np.array(ARMS)[arm[rows]], ""),
        "Assigned_On": ends[at["placed"]],
        "Assignment_Probability": np.where(in_trial, ARM_PROBABILITY, np.nan),
        "Strategy": np.array(STRATEGIES)[strategy[rows]],
    }
    return pd.DataFrame(columns)


def payments_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Payment rows in the columns of a payments file."""
    return pd.DataFrame(
        {
            "Loan_ID": rows["loan_ref"],
            "Paid_On": rows["day"].dt.strftime("%Y-%m-%d"),
            "Amount": rows["amount"] / 100,
            "Payment_ID": rows["payment_ref"],
            "Reverses_Payment_ID": rows["reverses_ref"],
            "Kind": rows["kind"],
            "Channel": rows["channel"],
        }
    ).reset_index(drop=True)


def actions_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Action rows in the columns of an actions file."""
    promised = rows["promised"] > 0
    return pd.DataFrame(
        {
            "Loan_ID": rows["loan_ref"],
            "Acted_On": rows["day"].dt.strftime("%Y-%m-%d"),
            "Action": rows["action"],
            "Channel": rows["channel"],
            "Cost": rows["cost"] / 100,
            "Result": rows["result"],
            "Strategy": rows["strategy"],
            "Promise_Amount": (rows["promised"] / 100).where(promised),
            "Promise_Due": rows["promise_due"].dt.strftime("%Y-%m-%d"),
        }
    ).reset_index(drop=True)
