import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strategies.catalogue import Limits
from core.strategies.thresholds import propose
from tests.core.strategies.book import book


def proposed(frame, limits=None):
    return propose(frame, limits)["proposed"].tolist()


@pytest.mark.parametrize(
    ("risk", "strategy"),
    [
        (0.0, "Standard"),
        (0.4999, "Standard"),
        (0.5, "Settlement"),
        (0.7499, "Settlement"),
        (0.75, "Legal"),
        (1.0, "Legal"),
    ],
)
def test_the_thresholds_cut_at_half_and_three_quarters(risk, strategy):
    answer = propose(book(("L1", "B1", 100, 10, "open", None, risk)))
    assert answer["proposed"].tolist() == [strategy]
    assert answer["policy"].tolist() == ["Thresholds 0.50 / 0.75"]
    assert answer["needs_confirmation"].tolist() == [strategy == "Legal"]


def test_a_risk_just_below_an_edge_is_not_shown_as_the_edge():
    reason = propose(book(("L1", "B1", 100, 10, "open", None, 0.4999)))["reasons"][0][0]
    assert reason == "Risk 0.4999 is under 0.50: Standard"


def test_the_rule_score_is_not_called_a_risk_where_it_decides():
    frame = book(
        ("L1", "B1", 100, 10, "open", None, 0.6),
        ("L2", "B1", 100, 10, "open", None, 0.5),
        ("L3", "B2", 9, 9, "open", None, 0.8),
    )
    reasons = propose(frame.assign(source=["rule", "rule", "model"]))["reasons"]
    assert reasons[0] == ["Mean rule score of the borrower's loans in arrears 0.55 is 0.50 or above: Settlement"]
    assert reasons[2] == ["Risk 0.80 is 0.75 or above: Legal"]


def test_a_loan_not_in_arrears_is_only_monitored_whatever_its_score():
    answer = propose(book(("L1", "B1", 100, 0, "open", None, 0.9)))
    assert answer["proposed"].tolist() == ["Standard"]
    assert answer["reasons"][0] == ["Nothing of this borrower is past due: monitored only"]


@pytest.mark.parametrize("status", ["paid", "charged off", "sold", "recalled"])
def test_a_closed_loan_has_no_strategy(status):
    frame = book(("L1", "B1", 100, 90, status, None, 0.9), ("L2", "B2", 100, 90, "open", None, 0.9))
    assert proposed(frame) == ["None", "Legal"]


def test_a_dispute_stops_its_own_loan_only():
    frame = book(
        ("L1", "B1", 100, 90, "open", "dispute", 0.9), ("L2", "B1", 100, 90, "open", None, 0.6), ("L3", "B2", 1, 9)
    )
    assert proposed(frame) == ["Hold", "Settlement", "Standard"]


@pytest.mark.parametrize("hold", ["bankruptcy", "deceased", "vulnerable", "cease"])
def test_a_hold_on_the_person_stops_every_loan_of_the_borrower(hold):
    frame = book(
        ("L1", "B1", 100, 90, "open", hold, 0.9),
        ("L2", "B1", 100, 90, "open", None, 0.9, "Legal"),
        ("L3", "B1", 100, 0, "open", None, 0.9),
        ("L4", "B1", 100, 0, "paid", None, 0.9),
        ("L5", "B2", 100, 90, "open", None, 0.9),
    )
    answer = propose(frame)
    assert answer["proposed"].tolist() == ["Hold", "Hold", "Hold", "None", "Legal"]
    assert answer["needs_confirmation"].tolist() == [False, False, False, False, True]
    assert "for the person" in answer["reasons"][1][0]


def test_a_hold_on_a_closed_loan_still_binds_the_person():
    frame = book(("L1", "B1", 0, 0, "paid", "deceased"), ("L2", "B1", 100, 30, "open", None, 0.9))
    assert proposed(frame) == ["None", "Hold"]


def test_one_track_a_borrower_by_the_balance_weighted_mean_risk_of_workable_loans():
    frame = book(
        ("L1", "B1", 300, 90, "open", None, 0.8),
        ("L2", "B1", 100, 90, "open", None, 0.4),
        ("L3", "B1", 900, 90, "open", "dispute", 0.0),
        ("L4", "B1", 900, 0, "open", None, 0.0),
        ("L5", "B2", 300, 90, "open", None, 0.8),
    )
    answer = propose(frame)
    assert answer["proposed"].tolist() == ["Settlement", "Settlement", "Hold", "Settlement", "Legal"]
    assert answer["reasons"][0] == ["Mean risk of the borrower's loans in arrears 0.70 is 0.50 or above: Settlement"]
    assert answer["reasons"][3] == ["This loan is not past due; it follows the one track of its borrower"]


def test_loans_without_a_borrower_are_not_thrown_together():
    frame = book(("L1", None, 100, 90, "open", None, 0.9), ("L2", None, 100, 90, "open", None, 0.1))
    assert proposed(frame) == ["Legal", "Standard"]


def test_each_day_is_decided_by_itself():
    frame = book(("L1", "B1", 100, 90, "open", None, 0.9), ("L1", "B1", 100, 90, "open", None, 0.1))
    frame["as_of"] = ["2026-09-30", "2026-10-31"]
    assert proposed(frame) == ["Legal", "Standard"]


def test_legal_confirmed_by_a_person_stays_without_asking_again():
    frame = book(("L1", "B1", 100, 90, "open", None, 0.1, "Legal"), ("L2", "B2", 100, 90, "open", None, 0.9))
    answer = propose(frame)
    assert answer["proposed"].tolist() == ["Legal", "Legal"]
    assert answer["needs_confirmation"].tolist() == [False, True]
    assert answer["reasons"][0] == ["Legal was decided by a person"]


def test_a_sibling_loan_of_a_confirmed_legal_one_still_waits_for_a_person():
    frame = book(("L1", "B1", 100, 90, "open", None, 0.1, "Legal"), ("L2", "B1", 100, 90, "open", None, 0.1))
    answer = propose(frame)
    assert answer["proposed"].tolist() == ["Legal", "Legal"]
    assert answer["needs_confirmation"].tolist() == [False, True]


def test_a_person_may_keep_a_high_risk_under_standard():
    assert proposed(book(("L1", "B1", 100, 90, "open", None, 0.99, "Standard"))) == ["Standard"]


def test_a_loan_without_a_score_is_only_reminded():
    answer = propose(book(("L1", "B1", 100, 90, "open", None, float("nan"))))
    assert answer["proposed"].tolist() == ["Standard"]
    assert answer["reasons"][0] == ["No risk score: Standard until there is one"]


def test_an_empty_frame_gives_an_empty_answer():
    answer = propose(book(("L1", "B1", 100, 90)).head(0))
    assert answer.columns.tolist() == ["proposed", "policy", "needs_confirmation", "reasons", "risk", "by_person"]
    assert answer.empty


loans = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.floats(0.01, 1e6),
        st.integers(0, 200),
        st.sampled_from(["open", "paid"]),
        st.sampled_from([None, "dispute", "deceased"]),
        st.floats(0, 1),
        st.sampled_from([None, "Legal", "Standard"]),
    ),
    min_size=1,
    max_size=12,
)


@given(loans, st.integers(0, 5))
def test_holds_bind_legal_asks_and_borrowers_have_one_track_in_any_book(rows, legal_capacity):
    frame = book(*((f"L{i}", f"B{row[0]}", *row[1:]) for i, row in enumerate(rows)))
    limits = Limits.from_json(f'{{"strategies": {{"Legal": {{"capacity_count": {legal_capacity}}}}}}}')
    answer = propose(frame, limits)
    tracks = answer["proposed"].where(~answer["proposed"].isin(["Hold", "None"]))
    assert tracks.groupby(frame["borrower_ref"]).nunique().max() <= 1
    person = frame["hold"].eq("deceased").groupby(frame["borrower_ref"]).transform("any")
    assert answer.loc[person & frame["status"].eq("open"), "proposed"].eq("Hold").all()
    legal = answer["proposed"].eq("Legal")
    assert answer.loc[legal & frame["confirmed"].ne("Legal"), "needs_confirmation"].all()
    workable = frame["status"].eq("open") & frame["hold"].isna() & ~person & frame["dpd"].ge(1)
    decided = (workable & frame["confirmed"].notna()).groupby(frame["borrower_ref"]).transform("any")
    assert (legal & ~decided).sum() <= legal_capacity


def test_the_index_of_the_frame_is_kept():
    frame = book(("L1", "B1", 100, 90, "open", None, 0.9), ("L2", "B2", 1, 0))
    frame.index = pd.Index([7, 3])
    assert propose(frame).index.tolist() == [7, 3]
    assert np.array_equal(propose(frame)["proposed"], ["Legal", "Standard"])


def test_borrowers_without_a_day_are_still_told_apart():
    frame = book(("L1", "B1", 100, 90), ("L2", "B2", 100, 90)).assign(as_of=None, risk_score=[0.1, 0.9])
    assert propose(frame)["proposed"].tolist() == ["Standard", "Legal"]
