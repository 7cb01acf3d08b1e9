from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.scores.rows.learned_rows import left_out, rows_sha256
from core.scores.rows.target import non_recovery

COLUMNS = ["loan_ref", "borrower_ref", "as_of", "dpd", "balance", "status", "hold", "cash_12m", "snapshot_id"]
ROWS = [
    ("A", "X", "2025-01-31", 30, 100.0, "open", None, 50.0, 1),
    ("A", "X", "2025-02-28", 60, 90.0, "open", None, np.nan, 2),
    ("B", "Y", "2025-01-31", 45, 100.0, "open", None, 0.0, 3),
    ("C", "Z", "2025-02-28", 45, 100.0, "open", None, np.nan, 4),  # 12 months have not passed
    ("D", "Z", "2025-01-31", 0, 100.0, "open", None, 9.0, 5),  # never in arrears
    ("E", None, "2025-01-31", 45, 100.0, "open", "dispute", 9.0, 6),  # on hold
    ("F", None, "2025-01-31", 45, 100.0, "sold", None, 9.0, 7),
]


def book(rows=ROWS):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_every_loan_is_learned_from_or_left_out_for_one_reason():
    target = non_recovery(book())
    told = left_out(book(), target)
    assert [(each["why"].split(",")[0], each["loans"]) for each in told] == [
        ("12 months have not passed since it could be worked", 1), ("on no day of the book open", 3),
    ]  # fmt: skip
    assert len(target.rows) + sum(each["loans"] for each in told) == 6


def test_a_book_of_stated_outcomes_leaves_out_who_states_none():
    rows = pd.DataFrame(
        {
            "loan_ref": list("ABCD"), "borrower_ref": list("ABCD"), "as_of": "2025-01-31", "balance": 100.0, "dpd": 30,
            "recovery_status": ["Written Off", "Fully Recovered", None, "Written Off"], "months_observed": [12, np.nan, 12, 5],
        }
    )  # fmt: skip
    assert left_out(rows, non_recovery(rows)) == [
        {"why": "observed for less than 12 months, or without a balance", "loans": 1}, {"why": "states no outcome", "loans": 1},
    ]  # fmt: skip


def test_the_hash_is_of_the_rows_and_not_of_their_order_or_their_numbers_in_a_store():
    first = rows_sha256(non_recovery(book()))
    moved = book(ROWS[::-1]).assign(snapshot_id=range(100, 107))
    assert rows_sha256(non_recovery(moved)) == first
    assert len(first) == 64


@pytest.mark.parametrize(("column", "value"), [("dpd", 31), ("balance", 100.01), ("borrower_ref", "W")])
def test_any_other_value_or_outcome_gives_another_hash(column, value):
    target = non_recovery(book())
    changed = book()
    changed.loc[0, column] = value
    assert rows_sha256(non_recovery(changed)) != rows_sha256(target)
    assert rows_sha256(replace(target, outcome=1 - target.outcome)) != rows_sha256(target)
