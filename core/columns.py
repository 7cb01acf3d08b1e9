"""Every column Recoup understands: its name, type, unit, meaning, and when it is known.

`known_at` decides what a score may learn from: "snapshot" is known when the snapshot is taken,
"after" is written once the outcome is (never a feature), "treatment" is what was done (never a feature).
`protected` columns are kept for audits and are never inputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["portfolio", "payments", "actions"]
Dtype = Literal["text", "category", "money", "integer", "number", "share", "date"]
KnownAt = Literal["snapshot", "after", "treatment", "key"]

KINDS: tuple[Kind, ...] = ("portfolio", "payments", "actions")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Attributes:
        field: the name inside Recoup and in the store (snake case).
        header: the canonical CSV header, as templates and exports write it.
        dtype: money is kept as whole hundredths; share is 0-1 (a "%" or a value above 1 up to 100 is divided by 100).
        unit: what one unit means.
        meaning: one sentence for the template and the mapping screen.
        values: for a category with fixed answers: accepted spelling (lower case) to stored value.
        low, high: inclusive bounds; outside them a row is refused.
    """

    field: str
    header: str
    dtype: Dtype
    unit: str
    meaning: str
    known_at: KnownAt = "snapshot"
    required: bool = False
    protected: bool = False
    aliases: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None


def _spellings(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(pairs)


STATUS_VALUES = _spellings(
    ("open", "open"),
    ("active", "open"),
    ("current", "open"),
    ("delinquent", "open"),
    ("paid", "paid"),
    ("closed", "paid"),
    ("paid off", "paid"),
    ("settled", "paid"),
    ("fully paid", "paid"),
    ("charged off", "charged off"),
    ("charge off", "charged off"),
    ("written off", "charged off"),
    ("write off", "charged off"),
    ("sold", "sold"),
    ("recalled", "recalled"),
)
HOLD_VALUES = _spellings(
    ("dispute", "dispute"),
    ("disputed", "dispute"),
    ("bankruptcy", "bankruptcy"),
    ("bankrupt", "bankruptcy"),
    ("insolvency", "bankruptcy"),
    ("deceased", "deceased"),
    ("vulnerable", "vulnerable"),
    ("cease", "cease"),
    ("cease and desist", "cease"),
    ("none", ""),
    ("no", ""),
)
PERSON_HOLDS = ("bankruptcy", "deceased", "vulnerable", "cease")
"""Holds about the person: they bind every loan of the borrower; a dispute binds its own loan only."""

PAYMENT_KIND_VALUES = _spellings(
    ("cash", "cash"),
    ("payment", "cash"),
    ("reversal", "reversal"),
    ("reversed", "reversal"),
    ("bounce", "reversal"),
    ("chargeback", "reversal"),
    ("waiver", "waiver"),
    ("waived", "waiver"),
    ("discount", "waiver"),
    ("forgiven", "waiver"),
)

PORTFOLIO: tuple[Column, ...] = (
    Column(
        "loan_ref",
        "Loan_ID",
        "text",
        "id",
        "The loan's number; one row a loan and date",
        "key",
        required=True,
        aliases=("loan number", "loan no", "account id", "account number", "account no", "contract id", "loan ref"),
    ),
    Column(
        "borrower_ref",
        "Borrower_ID",
        "text",
        "id",
        "The borrower's number; several loans may share one",
        "key",
        aliases=("customer id", "client id", "debtor id", "customer number"),
    ),
    Column(
        "as_of",
        "Snapshot_Date",
        "date",
        "day",
        "The day the row describes",
        "key",
        aliases=("as of", "as of date", "reporting date", "month end", "snapshot"),
    ),
    Column(
        "balance",
        "Outstanding_Loan_Amount",
        "money",
        "currency",
        "Balance still owed on that day",
        required=True,
        aliases=(
            "outstanding",
            "outstanding amount",
            "outstanding balance",
            "balance",
            "current balance",
            "principal outstanding",
        ),
        low=0,
    ),
    Column(
        "dpd",
        "Days_Past_Due",
        "integer",
        "days",
        "Days since the oldest unpaid instalment fell due",
        required=True,
        aliases=("dpd", "days overdue", "days delinquent", "days in arrears"),
        low=0,
        high=20000,
    ),
    Column(
        "status",
        "Account_Status",
        "category",
        "",
        "open, paid, charged off, sold or recalled",
        values=STATUS_VALUES,
        aliases=("loan status", "status"),
    ),
    Column(
        "hold",
        "Hold",
        "category",
        "",
        "Nobody may work the loan: dispute, bankruptcy, deceased, vulnerable, cease",
        values=HOLD_VALUES,
        aliases=("suppression", "do not contact"),
    ),
    Column("product", "Loan_Type", "category", "", "Kind of loan", aliases=("product", "product type", "loan product")),
    Column(
        "region",
        "Region",
        "category",
        "",
        "Region of the borrower or branch",
        aliases=("area", "zone", "customer location"),
    ),
    Column("branch", "Branch", "category", "", "Branch that granted the loan", aliases=("branch name", "branch code")),
    Column("agency", "Agency", "category", "", "Agency that collects it", aliases=("collection agency", "vendor")),
    Column(
        "collector",
        "Collector",
        "category",
        "",
        "Person who owns the loan",
        aliases=("collector id", "owner", "officer", "agent"),
    ),
    Column("currency", "Currency", "category", "ISO 4217", "Currency of every amount in the row"),
    Column("age", "Age", "integer", "years", "Borrower's age", protected=True, low=0, high=130),
    Column("gender", "Gender", "category", "", "Borrower's gender", protected=True, aliases=("sex",)),
    Column(
        "employment_type", "Employment_Type", "category", "", "Kind of employment", aliases=("employment", "occupation")
    ),
    Column(
        "monthly_income",
        "Monthly_Income",
        "money",
        "currency a month",
        "Borrower's income a month",
        aliases=("income",),
        low=0,
    ),
    Column(
        "dependents",
        "Num_Dependents",
        "integer",
        "people",
        "People who live on that income",
        aliases=("dependents",),
        low=0,
        high=50,
    ),
    Column(
        "loan_amount",
        "Loan_Amount",
        "money",
        "currency",
        "Amount granted",
        aliases=("principal", "original amount", "disbursed amount"),
        low=0,
    ),
    Column(
        "tenure_months",
        "Loan_Tenure",
        "number",
        "months",
        "Agreed term",
        aliases=("tenure", "term", "term months", "tenure months"),
        low=0,
        high=1200,
    ),
    Column(
        "interest_rate",
        "Interest_Rate",
        "number",
        "percent a year",
        "Contract rate",
        aliases=("rate", "int rate", "apr"),
        low=0,
        high=1000,
    ),
    Column(
        "collateral_value",
        "Collateral_Value",
        "money",
        "currency",
        "Value of the security; 0 or empty if unsecured",
        aliases=("collateral", "security value"),
        low=0,
    ),
    Column(
        "emi",
        "Monthly_EMI",
        "money",
        "currency a month",
        "Instalment due each month",
        aliases=("emi", "instalment", "installment"),
        low=0,
    ),
    Column("other_emi", "Other_EMI", "money", "currency a month", "Instalments owed elsewhere", low=0),
    Column("payment_history", "Payment_History", "category", "", "How instalments were paid so far"),
    Column(
        "missed_payments",
        "Num_Missed_Payments",
        "integer",
        "instalments",
        "Instalments missed so far",
        aliases=("missed payments",),
        low=0,
        high=2000,
    ),
    Column("promise_kept_ratio", "Promise_Kept_Ratio", "share", "0-1", "Kept promises among those due", low=0, high=1),
    Column("contact_rate", "Contact_Rate", "share", "0-1", "Contacts among attempts", low=0, high=1),
    Column(
        "placed_on",
        "Placed_On",
        "date",
        "day",
        "Day the loan was placed with collections",
        "key",
        aliases=("placement date", "placed date"),
    ),
    Column("trial", "Trial", "text", "", "Randomised test the loan takes part in", "treatment"),
    Column("arm", "Arm", "text", "", "Its arm in that test", "treatment"),
    Column("assigned_on", "Assigned_On", "date", "day", "Day the strategy was given", "treatment"),
    Column(
        "assignment_probability",
        "Assignment_Probability",
        "share",
        "0-1",
        "Probability of that arm, where randomised",
        "treatment",
        low=0,
        high=1,
    ),
    Column(
        "strategy",
        "Strategy",
        "category",
        "",
        "Strategy the loan is under",
        "treatment",
        aliases=("recovery strategy", "track"),
    ),
    Column(
        "collection_method",
        "Collection_Method",
        "category",
        "",
        "What is done to collect (Strategy wins over it)",
        "treatment",
        aliases=("assigned channel",),
    ),
    Column("strategy_cost", "Strategy_Cost", "money", "currency", "What the strategy has cost so far", "after", low=0),
    Column(
        "recovered_amount",
        "Recovered_Amount",
        "money",
        "currency",
        "Cash recovered by the end of the observation",
        "after",
        aliases=("recovery amount",),
        low=0,
    ),
    Column(
        "recovery_status",
        "Recovery_Status",
        "category",
        "",
        "Outcome: fully recovered, partially recovered, written off",
        "after",
    ),
    Column(
        "collection_attempts",
        "Collection_Attempts",
        "integer",
        "attempts",
        "Attempts to collect, written with the outcome",
        "after",
        aliases=("num contact attempts",),
        low=0,
        high=100000,
    ),
    Column(
        "legal_action_taken",
        "Legal_Action_Taken",
        "category",
        "",
        "Whether it ended in court, written with the outcome",
        "after",
    ),
    Column(
        "months_observed",
        "Months_Observed",
        "number",
        "months",
        "Months between the snapshot and the outcome",
        "after",
        low=0,
        high=1200,
    ),
)

PAYMENTS: tuple[Column, ...] = (
    Column(
        "loan_ref",
        "Loan_ID",
        "text",
        "id",
        "The loan that was paid",
        "key",
        required=True,
        aliases=PORTFOLIO[0].aliases,
    ),
    Column(
        "paid_on",
        "Paid_On",
        "date",
        "day",
        "Day the money moved",
        "key",
        required=True,
        aliases=("payment date", "date", "value date", "posted on"),
    ),
    Column(
        "amount",
        "Amount",
        "money",
        "currency",
        "Amount, positive; the kind says its direction",
        "key",
        required=True,
        aliases=("payment amount", "paid amount"),
    ),
    Column(
        "payment_ref",
        "Payment_ID",
        "text",
        "id",
        "The payment's number: overlapping files then count it once",
        "key",
        aliases=("transaction id", "payment ref", "receipt"),
    ),
    Column(
        "reverses_ref",
        "Reverses_Payment_ID",
        "text",
        "id",
        "The payment this row takes back",
        "key",
        aliases=("reverses", "reversal of"),
    ),
    Column(
        "payment_kind",
        "Kind",
        "category",
        "",
        "cash, reversal or waiver (a waiver is never cash)",
        "key",
        values=PAYMENT_KIND_VALUES,
        aliases=("payment type", "type"),
    ),
    Column(
        "channel", "Channel", "category", "", "How it was paid", "key", aliases=("payment method", "payment channel")
    ),
)

ACTIONS: tuple[Column, ...] = (
    Column(
        "loan_ref",
        "Loan_ID",
        "text",
        "id",
        "The loan that was worked",
        "key",
        required=True,
        aliases=PORTFOLIO[0].aliases,
    ),
    Column(
        "acted_on",
        "Acted_On",
        "date",
        "day",
        "Day of the action",
        "key",
        required=True,
        aliases=("action date", "attempt date", "date", "contact date"),
    ),
    Column(
        "action",
        "Action",
        "category",
        "",
        "What was done: call, letter, visit, offer, court filing ...",
        "key",
        required=True,
        aliases=("activity", "action type", "attempt type"),
    ),
    Column("channel", "Channel", "category", "", "Through which channel", "key"),
    Column("cost", "Cost", "money", "currency", "What it cost", "key", low=0),
    Column(
        "result",
        "Result",
        "category",
        "",
        "no answer, right party, promise, refused, ...",
        "key",
        aliases=("outcome", "contact result"),
    ),
    Column("strategy", "Strategy", "category", "", "Strategy it belongs to", "key"),
    Column("promise_amount", "Promise_Amount", "money", "currency", "Amount promised", "key", low=0),
    Column("promise_due", "Promise_Due", "date", "day", "Day it was promised for", "key"),
)

COLUMNS: dict[Kind, tuple[Column, ...]] = {"portfolio": PORTFOLIO, "payments": PAYMENTS, "actions": ACTIONS}


def plain(header: str) -> str:
    """A header as it is compared: lower case, without spaces, `_`, `-` and `.`.

    >>> plain("Days Past-Due") == plain("days_past.due")
    True
    """
    return re.sub(r"[\s_\-.]+", "", header).casefold()


def by_field(kind: Kind) -> dict[str, Column]:
    """Columns of a kind by their name inside Recoup, in template order."""
    return {column.field: column for column in COLUMNS[kind]}


def by_header(kind: Kind) -> dict[str, Column]:
    """Columns of a kind by every header they answer to, compared through `plain`."""
    known: dict[str, Column] = {}
    for column in COLUMNS[kind]:
        for name in (column.header, column.field, *column.aliases):
            known.setdefault(plain(name), column)
    return known
