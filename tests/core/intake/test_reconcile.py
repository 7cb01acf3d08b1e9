from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Reject
from core.intake.reconcile import exact_sum, rejects_csv
from tests.core.intake.loading import HEADER, load


def test_control_totals_are_those_of_the_accepted_rows(tmp_path):
    checked = load(
        tmp_path,
        f"{HEADER},Borrower_ID,Snapshot_Date,Loan_Amount,Currency\n"
        "L1,100.10,5,B1,2026-09-30,,EUR\nL2,200.20,0,B1,2026-10-31,50,EUR\nL2,7.00,0,B1,2026-09-30,1,EUR\n"
        "L9,999,soon,B9,2026-10-31,9,EUR\n",
    )
    assert checked.control_totals == {
        "rows": 4,
        "accepted": 3,
        "rejected": 1,
        "dropped": 0,
        "loans": 2,
        "borrowers": 1,
        "Outstanding_Loan_Amount": 307.30,
        "Loan_Amount": 51.0,
        "first_day": "2026-09-30",
        "last_day": "2026-10-31",
        "currency": "EUR",
    }
    assert json.loads(json.dumps(checked.control_totals)) == checked.control_totals


def test_payments_are_also_summed_by_kind(tmp_path):
    checked = load(
        tmp_path,
        "Loan_ID,Paid_On,Amount,Kind\nL1,2026-10-01,100.10,cash\nL1,2026-10-02,30,waiver\nL2,2026-10-03,50.05,reversal\n",
    )
    sums = {name: value for name, value in checked.control_totals.items() if name.startswith("Amount")}
    assert sums == {"Amount": 180.15, "Amount, cash": 100.10, "Amount, reversal": 50.05, "Amount, waiver": 30.0}
    assert (checked.control_totals["first_day"], checked.control_totals["borrowers"]) == ("2026-10-01", None)


def test_nothing_accepted_has_no_days_and_sums_of_zero(tmp_path):
    checked = load(tmp_path, f"{HEADER}\nL1,soon,1\n")
    totals = checked.control_totals
    assert (totals["accepted"], totals["Outstanding_Loan_Amount"], totals["first_day"]) == (0, 0.0, None)


@given(st.lists(st.integers(-(10**15), 10**15)))
def test_sums_are_exact_to_the_hundredth(cents):
    assert exact_sum(pd.Series([cent / 100 for cent in cents], dtype=float)) == sum(cents) / 100


def test_rejects_open_in_a_spreadsheet_without_running():
    text = rejects_csv(
        [Reject(4, "Days_Past_Due", '=cmd|"x"', "is not a number"), Reject(9, "(row)", "a,b", "is short")]
    )
    assert text == (
        '"line","column","value","reason"\n'
        '4,"Days_Past_Due","\'=cmd|""x""","is not a number"\n'
        '9,"(row)","a,b","is short"\n'
    )


def test_no_rejects_are_a_header():
    assert rejects_csv([]) == '"line","column","value","reason"\n'
