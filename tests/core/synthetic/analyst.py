"""What an analyst would do with the sample book's files alone: one row a loan, and an adjusted comparison.

References:
    Robins, Rotnitzky & Zhao (1994), JASA 89: augmented inverse-probability weighting;
    Chernozhukov et al. (2018), Econometrics Journal 21: cross-fitting.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SECURED = ("Auto", "Home")


def placements(told: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a loan at its first month-end with cash and cost of the twelve months after it, and what is observed."""
    at = told["portfolio"].sort_values("month", kind="stable").drop_duplicates("Loan_ID").set_index("Loan_ID")
    last = told["portfolio"]["month"].max()
    cash, cost = monthly_cash(told), told["actions"].assign(value=told["actions"]["Cost"])
    for name, rows in (("cash", cash), ("cost", cost)):
        age = rows["month"] - rows["Loan_ID"].map(at["month"])
        at[name] = rows[age.between(1, 12)].groupby("Loan_ID")["value"].sum().reindex(at.index).fillna(0.0)
    at["balance"] = at["Outstanding_Loan_Amount"]
    return at.assign(
        rate=at["cash"] / at["balance"], matured=at["month"] + 12 <= last, secured=at["Loan_Type"].isin(SECURED)
    )


def monthly_cash(told: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Cash and reversals, signed, each in the month of the payment: Loan_ID, month, value."""
    payments = told["payments"]
    day = payments.set_index("Payment_ID")["Paid_On"]
    effective = payments["Reverses_Payment_ID"].map(day).fillna(payments["Paid_On"])
    number = pd.to_datetime(effective).dt.year * 12 + pd.to_datetime(effective).dt.month
    sign = payments["Kind"].map({"cash": 1, "reversal": -1, "waiver": 0})
    return payments[["Loan_ID"]].assign(month=number - number.min(), value=payments["Amount"] * sign)


def covariates(at: pd.DataFrame) -> pd.DataFrame:
    """What was known at placement, people's age and gender left out."""
    numbers = pd.DataFrame(
        {
            "dpd": at["Days_Past_Due"],
            "missed": at["Num_Missed_Payments"],
            "many": at["Num_Missed_Payments"].clip(upper=7),
            "balance": np.log(at["balance"]),
            "debt": (at["Monthly_EMI"] + at["Other_EMI"]) / at["Monthly_Income"],
            "cover": at["Collateral_Value"] / at["balance"],
            "kept": at["Promise_Kept_Ratio"],
            "contact": at["Contact_Rate"],
        }
    )
    return pd.concat([numbers, pd.get_dummies(at[["Loan_Type", "Employment_Type"]], dtype=float)], axis=1)


def adjusted(at: pd.DataFrame, outcome: pd.Series, strategy: str) -> tuple[float, float]:
    """Cross-fitted AIPW of a strategy against Standard over all rows of `at`: estimate and standard error."""
    known, groups = covariates(at), at["Borrower_ID"]
    value, given = outcome.to_numpy(), at["Strategy"].to_numpy()
    gain = np.zeros(len(at))
    for fit, use in GroupKFold(5).split(known, groups=groups):
        chance = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(known.iloc[fit], given[fit])
        likely = pd.DataFrame(chance.predict_proba(known.iloc[use]), columns=chance.classes_)
        for name, sign in ((strategy, 1), ("Standard", -1)):
            rows = fit[given[fit] == name]
            expected = LinearRegression().fit(known.iloc[rows], value[rows]).predict(known.iloc[use])
            weight = (given[use] == name) / likely[name].clip(lower=0.01).to_numpy()
            gain[use] += sign * (expected + weight * (value[use] - expected))
    return float(gain.mean()), float(gain.std(ddof=1) / math.sqrt(len(gain)))


def difference(one: pd.Series, other: pd.Series) -> tuple[float, float]:
    """Difference of two means and its standard error (Welch)."""
    return float(one.mean() - other.mean()), math.hypot(one.sem(), other.sem())


def regressed(at: pd.DataFrame, outcome: pd.Series, strategy: str, resamples: int = 200) -> tuple[float, float]:
    """Least squares of a strategy against Standard given what was known: slope and its bootstrap standard error."""
    rows = at["Strategy"].isin([strategy, "Standard"]).to_numpy()
    known = covariates(at)[rows].assign(treated=(at["Strategy"][rows] == strategy).astype(float)).to_numpy()
    value, rng = outcome[rows].to_numpy(), np.random.default_rng(0)
    picks = [np.arange(len(value)), *rng.integers(0, len(value), (resamples, len(value)))]
    slopes = [LinearRegression().fit(known[pick], value[pick]).coef_[-1] for pick in picks]
    return float(slopes[0]), float(np.std(slopes[1:], ddof=1))
