"""What a list of loans can show: each field's words and type, for grids, exports and sorting."""

from __future__ import annotations

from dataclasses import dataclass

from core.columns import Dtype


@dataclass(frozen=True, slots=True)
class LoanField:
    """One column of a loan list.

    Attributes:
        label: the column's title.
        dtype: as in core.columns; "flag" is true or false, "list" a list of sentences.
        sortable: whether a list may be ordered by it.
    """

    label: str
    dtype: Dtype | str
    sortable: bool = True


LOAN_FIELDS: dict[str, LoanField] = {
    "loan_ref": LoanField("Loan", "text"),
    "borrower_ref": LoanField("Borrower", "text"),
    "product": LoanField("Product", "category"),
    "region": LoanField("Region", "category"),
    "branch": LoanField("Branch", "category"),
    "agency": LoanField("Agency", "category"),
    "collector": LoanField("Owner", "category"),
    "bucket": LoanField("Bucket", "category"),
    "dpd": LoanField("Days past due", "integer"),
    "balance": LoanField("Outstanding", "money"),
    "segment": LoanField("Segment", "category"),
    "segment_margin": LoanField("Segment margin", "number"),
    "segment_unlike": LoanField("Unlike anything seen", "flag"),
    "risk_score": LoanField("Risk score", "number"),
    "band": LoanField("Risk", "category"),
    "source": LoanField("Score source", "category"),
    "expected_recovery": LoanField("Expected recovery", "money"),
    "expected_low": LoanField("Expected at least", "money"),
    "expected_high": LoanField("Expected at most", "money"),
    "expected_source": LoanField("Expected by", "category"),
    "expected_net": LoanField("Expected net value", "money"),
    "proposed": LoanField("Proposed strategy", "category"),
    "policy": LoanField("Policy", "category"),
    "needs_confirmation": LoanField("Needs confirmation", "flag"),
    "strategy": LoanField("Strategy now", "category"),
    "hold": LoanField("Hold", "category"),
    "last_contact_on": LoanField("Last contact", "date"),
    "last_contact_result": LoanField("Last result", "text"),
    "reasons": LoanField("Why", "list", sortable=False),
}
