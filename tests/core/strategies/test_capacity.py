import pytest

from core.strategies.catalogue import Limits
from core.strategies.thresholds import propose
from tests.core.strategies.book import book


def ladder():
    """Five borrowers in arrears from the highest risk down; B6 is the bystander, not past due."""
    risks = (0.95, 0.9, 0.8, 0.7, 0.6)
    rows = [(f"L{i}", f"B{i}", 100, 90, "open", None, risk) for i, risk in enumerate(risks, start=1)]
    return book(*rows, ("L6", "B6", 100, 0, "open", None, 0.99))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("{}", ["Legal", "Legal", "Legal", "Settlement", "Settlement", "Standard"]),
        (
            '{"strategies": {"Legal": {"capacity_count": 2}}}',
            ["Legal", "Legal", "Settlement", "Settlement", "Settlement", "Standard"],
        ),
        ('{"strategies": {"Legal": {"capacity_count": 0}}}', ["Settlement"] * 5 + ["Standard"]),
        ('{"strategies": {"Legal": {"capacity_share": 0.2}}}', ["Legal", *["Settlement"] * 4, "Standard"]),
        (
            '{"strategies": {"Legal": {"capacity_count": 1}, "Settlement": {"capacity_count": 2}}}',
            ["Legal", "Settlement", "Settlement", "Standard", "Standard", "Standard"],
        ),
    ],
)
def test_the_highest_risks_keep_the_track_and_the_rest_fall_one_lower(limits, expected):
    assert propose(ladder(), Limits.from_json(limits))["proposed"].tolist() == expected


def test_the_reason_says_what_was_used_up():
    answer = propose(ladder(), Limits.from_json('{"strategies": {"Legal": {"capacity_count": 2}}}'))
    assert answer["reasons"][2] == [
        "Risk 0.80 is 0.75 or above: Legal; the capacity for Legal is used up by higher risks: Settlement"
    ]
    assert "used up" not in answer["reasons"][1][0]


def test_a_person_s_decision_takes_capacity_first_and_is_never_moved():
    frame = ladder()
    frame.loc[4, "confirmed"] = "Legal"
    answer = propose(frame, Limits.from_json('{"strategies": {"Legal": {"capacity_count": 1}}}'))
    assert answer["proposed"].tolist() == ["Settlement", "Settlement", "Settlement", "Settlement", "Legal", "Standard"]


def test_a_borrower_whose_loans_do_not_all_fit_moves_whole_and_a_smaller_one_may_still_fit():
    frame = book(
        ("L1", "B1", 100, 90, "open", None, 0.95),
        ("L2", "B1", 100, 90, "open", None, 0.95),
        ("L3", "B2", 100, 90, "open", None, 0.9),
    )
    answer = propose(frame, Limits.from_json('{"strategies": {"Legal": {"capacity_count": 1}}}'))
    assert answer["proposed"].tolist() == ["Settlement", "Settlement", "Legal"]


def test_officer_hours_are_spent_on_the_highest_risks():
    limits = '{"strategies": {"Standard": {"hours": 0}, "Settlement": {"hours": 1}, "Legal": {"hours": 3}}, "officer_hours": 7}'
    answer = propose(ladder(), Limits.from_json(limits))
    assert answer["proposed"].tolist() == ["Legal", "Legal", "Settlement", "Standard", "Standard", "Standard"]
    assert "the officers' time for Legal" in answer["reasons"][2][0]


def test_the_budget_first_covers_everybody_on_the_lightest_track():
    limits = (
        '{"strategies": {"Standard": {"cost": 10}, "Settlement": {"cost": 60}, "Legal": {"cost": 500}}, "budget": 160}'
    )
    answer = propose(ladder(), Limits.from_json(limits))
    assert answer["proposed"].tolist() == ["Settlement", "Settlement", "Standard", "Standard", "Standard", "Standard"]
    assert "the budget for Legal" in answer["reasons"][0][0]
