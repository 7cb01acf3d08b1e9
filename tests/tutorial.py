"""The tutorials' file: a lookalike made here, and the real one where it lies beside the checkout.

The lookalike has the real file's 21 columns and its traps: outcomes independent of everything known before them, and two
columns written after the outcome that give it away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 500
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_files(name: str) -> list[Path]:
    """The third-party file of that name, or nothing where it is not beside this checkout."""
    path = SHARED / name
    return [path] if path.is_file() else []


def lookalike(seed: int = 11, rows: int = ROWS) -> pd.DataFrame:
    """A book like the tutorials', without signal and with two post-outcome columns."""
    rng = np.random.default_rng(seed)
    amount = rng.integers(50_000, 2_000_000, rows)
    tenure = rng.choice([12, 24, 36, 48, 60, 72], rows)
    missed = rng.choice([0, 1, 2, 3, 6, 11], rows, p=[0.24, 0.25, 0.23, 0.23, 0.03, 0.02])
    outcome = rng.choice(["Fully Recovered", "Partially Recovered", "Written Off"], rows, p=[0.59, 0.31, 0.10])
    attempts = np.where(outcome == "Fully Recovered", rng.integers(0, 4, rows), rng.integers(2, 11, rows))
    secured = rng.random(rows) < 0.46
    balance = amount * rng.uniform(0.05, 0.95, rows)
    return pd.DataFrame(
        {
            "Borrower_ID": [f"BRW_{i}" for i in range(1, rows + 1)],
            "Age": rng.integers(21, 65, rows),
            "Gender": rng.choice(["Male", "Female"], rows),
            "Employment_Type": rng.choice(["Salaried", "Self-Employed", "Business Owner"], rows, p=[0.58, 0.31, 0.11]),
            "Monthly_Income": rng.integers(15_000, 250_000, rows),
            "Num_Dependents": rng.integers(0, 4, rows),
            "Loan_ID": [f"LN_{i}" for i in range(1, rows + 1)],
            "Loan_Amount": amount,
            "Loan_Tenure": tenure,
            "Interest_Rate": np.round(rng.uniform(6, 18, rows), 2),
            "Loan_Type": rng.choice(["Personal", "Home", "Auto", "Business"], rows, p=[0.44, 0.29, 0.17, 0.10]),
            "Collateral_Value": np.where(secured, amount * rng.uniform(0.8, 1.6, rows), 0.0),
            "Outstanding_Loan_Amount": balance,
            "Monthly_EMI": np.round(amount / tenure, 2),
            "Payment_History": np.select([missed <= 1, missed <= 3], ["On-Time", "Delayed"], "Missed"),
            "Num_Missed_Payments": missed,
            "Days_Past_Due": np.where(rng.random(rows) < 0.24, 0, rng.integers(1, 181, rows)),
            "Recovery_Status": outcome,
            "Collection_Attempts": attempts,
            "Collection_Method": rng.choice(["Calls", "Legal Notice", "Debt Collectors", "Settlement Offer"], rows),
            "Legal_Action_Taken": np.where((outcome == "Written Off") & (rng.random(rows) < 0.5), "Yes", "No"),
        }
    )


def files(folder: Path) -> list[Path]:
    """The lookalike, written into `folder`, and the real file where it is there."""
    made = folder / "tutorial-lookalike.csv"
    lookalike().to_csv(made, index=False)
    return [made, *shared_files("loan-recovery.csv")]
