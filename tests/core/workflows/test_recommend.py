from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import Refused, UnknownBatch
from core.strategies.catalogue import Limits
from core.workflows.recommend import recommend
from tests.core.workflows.ledger import BOOK, DAY, Ledger, batch

EARLIER = date(2026, 9, 30)


def stored(*rows):
    """loan, borrower, batch, risk, proposed, waits for a person; every loan 1000 in arrears and open."""
    frame = pd.DataFrame(
        list(rows), columns=["loan_ref", "borrower_ref", "batch_id", "risk_score", "proposed", "needs_confirmation"]
    )
    return frame.assign(as_of="2026-10-31", balance=1000.0, dpd=90, status="open", hold=pd.Series([None] * len(frame), dtype=object),
                        segment="Large balance", source="rule", expected_rate=0.5, expected_recovery=500.0, expected_net=400.0,
                        expected_source="pooled", expected_low=None, expected_high=None, expected_variance=None,
                        policy="Thresholds 0.50 / 0.75", reasons=[["by policy", "90 days past due"]] * len(frame))  # fmt: skip


def ledger(**changes):
    newest = stored(
        ("L1", "B1", 1, 0.9, "Legal", True),
        ("L2", "B2", 2, 0.8, "Legal", True),
        ("L3", "B3", 2, 0.2, "Standard", False),
    )
    older = stored(("L1", "B1", 3, 0.6, "Settlement", False))
    held = [batch(1), batch(2), batch(3, first=EARLIER, last=EARLIER), batch(4, "payments"), batch(5, status="undone")]
    return Ledger(**{"snapshots": {DAY: newest, EARLIER: older}, "batches": held} | changes)


def test_the_newest_day_s_stored_proposals_are_given_by_the_contract_s_columns():
    table = recommend(ledger())
    assert table.columns.tolist() == [
        "Loan_ID", "Borrower_ID", "Segment", "Risk_Score", "Score_Source", "Expected_Recovery", "Expected_Low",
        "Expected_High", "Expected_Source", "Strategy", "Policy",
        "Needs_Confirmation", "Expected_Net_Value", "Reasons",
    ]  # fmt: skip
    assert table["Loan_ID"].tolist() == ["L1", "L2", "L3"]
    assert table["Needs_Confirmation"].tolist() == [True, True, False]
    assert table["Reasons"][0].startswith("by policy; 90 days past due; Net value takes Legal at 650.00 a loan")


def test_a_batch_gives_its_own_loans_on_its_own_day():
    assert recommend(ledger(), batch_id=2)["Loan_ID"].tolist() == ["L2", "L3"]
    assert recommend(ledger(), batch_id=3)["Strategy"].tolist() == ["Settlement"]


def test_limits_are_met_over_the_whole_day_even_for_one_batch():
    limits = Limits.from_json(
        '{"strategies": {"Legal": {"capacity_count": 1}, "Settlement": {"cost": 100, "npv_factor": 0.8}}}'
    )
    table = recommend(ledger(), batch_id=2, limits=limits)
    assert table["Strategy"].tolist() == ["Settlement", "Standard"]
    assert table["Needs_Confirmation"].tolist() == [False, False]
    assert table["Expected_Net_Value"][0] == 300.0
    assert table["Reasons"][0].startswith("Rule score 0.80 is 0.75 or above: Legal; the capacity for Legal is used up")
    assert "; 90 days past due; Net value takes Settlement at 100.00 a loan" in table["Reasons"][0]
    assert table["Reasons"][0].endswith("0.8 for each unit of it (as your limits state)")
    assert table["Reasons"][1].endswith("(the catalogue's planning figures)")
    assert recommend(ledger(), limits=limits)["Strategy"].tolist() == ["Legal", "Settlement", "Standard"]


def test_a_confirmed_legal_loan_keeps_its_place_under_limits():
    newest = stored(("L1", "B1", 1, 0.9, "Legal", True), ("L2", "B2", 1, 0.1, "Legal", False))
    limits = Limits.from_json('{"strategies": {"Legal": {"capacity_count": 1}}}')
    table = recommend(ledger(snapshots={DAY: newest}), limits=limits)
    assert table["Strategy"].tolist() == ["Settlement", "Legal"]
    assert table["Needs_Confirmation"].tolist() == [False, False]


def test_without_a_net_value_nothing_is_said_of_its_costs():
    newest = stored(("L1", "B1", 1, 0.9, "Legal", True), ("L2", "B2", 1, 0.1, "Hold", False))
    newest.loc[0, "expected_net"] = float("nan")
    assert recommend(ledger(snapshots={DAY: newest}))["Reasons"].tolist() == ["by policy; 90 days past due"] * 2


def test_an_empty_book_says_what_to_do():
    with pytest.raises(Refused, match=r"holds no loans.*Ingest a portfolio"):
        recommend(ledger(book=replace(BOOK, days=())))


@pytest.mark.parametrize(
    ("number", "error", "found"),
    [(9, UnknownBatch, "no batch 9"), (5, UnknownBatch, "Batch 5 is undone"), (4, Refused, "Batch 4 holds payments")],
)
def test_a_batch_that_has_no_loans_to_recommend_for_is_refused(number, error, found):
    with pytest.raises(error, match=found):
        recommend(ledger(), batch_id=number)
