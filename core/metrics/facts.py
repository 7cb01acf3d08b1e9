"""The rows behind a number: what each kind of fact shows, in order. See `PortfolioReader.facts`."""

from __future__ import annotations

FACT_FIELDS: dict[str, tuple[str, ...]] = {
    "stock": ("loan_ref", "borrower_ref", "as_of", "balance", "dpd", "bucket", "hold", "product", "region", "segment", "strategy", "band"),
    "placed": ("loan_ref", "placed_on", "cohort", "balance", "bucket", "product", "region", "segment", "strategy"),
    "cash": ("loan_ref", "day", "cohort", "cash", "cash_effective", "payment_kind", "payment_ref", "product", "region", "strategy", "batch_id"),
    "activity": ("loan_ref", "acted_on", "action", "channel", "result", "cost", "promised", "strategy", "product", "region", "batch_id"),
    "costs": ("loan_ref", "acted_on", "cohort", "action", "channel", "result", "cost", "product", "region", "strategy", "batch_id"),
    "flows": ("loan_ref", "month", "origin", "state", "opening", "closing", "cash", "waived", "interest", "written_off", "sold", "gone",
              "other", "attempts", "due", "product", "region", "segment", "strategy"),
    "promises": ("loan_ref", "promised_on", "due_on", "promised", "kept", "kept_amount", "product", "region", "strategy"),
}  # fmt: skip
"""Columns by kind. Money in currency units, days ISO, `kept` 1 or 0, `batch_id` the file that told it."""
IF_SUMMED: tuple[str, ...] = ("attempts", "due")
"""Columns that are shown only where they are what is added up."""


def fields_of(kind: str, measure: str) -> tuple[str, ...]:
    """The columns of a kind's rows beside a sum over them.

    >>> {"due", "attempts"} & set(fields_of("flows", "due"))
    {'due'}
    """
    return tuple(name for name in FACT_FIELDS[kind] if name == measure or name not in IF_SUMMED)
