"""The reference against tables small enough to be worked by hand, each with a bystander that must not count."""

from __future__ import annotations

import pytest

from tests.agreement import Whole, wilson
from tests.reference_files import File, files_known_on
from tests.reference_promises import Promise, promises_of
from tests.reference_value import spread

HEADER = "Loan_ID,Borrower_ID,Outstanding_Loan_Amount,Days_Past_Due,Account_Status,Hold,Monthly_EMI\n"
AUGUST = (
    HEADER
    + """L1,B1,100.00,10,open,,10.00
L2,B2,200.00,40,open,,
L3,B3,300.00,0,open,,
L4,B1,400.00,95,open,dispute,
L6,B6,1000.00,0,open,,20.00
"""
)
SEPTEMBER = (
    HEADER
    + """L1,B1,80.00,0,open,,10.00
L2,B2,0.00,70,charged off,,
L4,B1,410.00,125,open,dispute,
L5,B5,50.00,5,open,,
L6,B6,1000.00,0,open,,20.00
"""
)
PAYMENTS = """Loan_ID,Paid_On,Amount,Payment_ID,Reverses_Payment_ID,Kind
L1,2026-09-03,15.00,P1,,cash
L2,2026-09-04,50.00,P2,,cash
L2,2026-09-20,20.00,P3,P2,reversal
L4,2026-09-30,5.00,P4,,cash
L6,2026-08-31,70.00,P5,,cash
"""
ACTIONS = """Loan_ID,Acted_On,Action,Cost,Result,Strategy,Promise_Amount,Promise_Due
L1,2026-09-02,call,2.00,no answer,,,
L1,2026-09-03,call,2.00,right party,,15.00,2026-09-10
L4,2026-09-05,call,2.00,third party,,,
L6,2026-08-31,call,2.00,right party,,,
"""


@pytest.fixture(scope="module")
def month() -> Whole:
    """Six loans over one month; L6 is the bystander: current, and paid and called on the opening day."""
    files = [File("portfolio", AUGUST, "2026-08-31"), File("portfolio", SEPTEMBER, "2026-09-30")]
    return Whole([*files, File("payments", PAYMENTS), File("actions", ACTIONS)])


def test_each_flow_of_a_month_has_the_amounts_worked_by_hand(month):
    told = {
        flow.loan: (flow.origin, flow.state, {name: amount for name, amount in flow.amounts.items() if amount})
        for flow in month.flows.all
    }
    assert told == {
        "L1": ("1-29", "Current", {
            "loans": 1, "opening": 100_00, "closing": 80_00, "cash": 15_00, "other": -5_00, "due": 10_00, "dated": 1,
            "workable": 1, "attempts": 2, "worked": 1, "contacted": 1, "reached": 1, "promised": 1, "paying": 1, "cured": 1,
        }),
        "L2": ("30-59", "charged off", {
            "loans": 1, "opening": 200_00, "cash": 30_00, "written_off": 170_00, "workable": 1, "paying": 1,
        }),
        "L3": ("Current", "missing", {"loans": 1, "opening": 300_00, "gone": 300_00}),
        "L4": ("90-119", "120+", {"loans": 1, "opening": 400_00, "closing": 410_00, "cash": 5_00, "interest": 15_00}),
        "L5": ("new", "1-29", {"loans": 1, "closing": 50_00}),
        "L6": ("Current", "Current", {"loans": 1, "opening": 1000_00, "closing": 1000_00, "due": 20_00, "dated": 1}),
    }  # fmt: skip


def test_the_metrics_of_that_month(month):
    told = month.metrics("2026-10-15", {})  # within October: the newest month that is over is September
    expected = {
        "roll_forward_rate": (600 / 700, 600_00, 700_00, 3, 0),  # L2 and L4
        "cure_rate": (100 / 700, 100_00, 700_00, 3, 0),
        "cure_rate_loans": (1 / 3, 1, 3, 3, 0),
        "stay_rate": (0.0, 0, 700_00, 3, 0),
        "bridge_opening": (700_00, 700_00, 1, 3, 0),
        "bridge_new": (50_00, 50_00, 1, 1, 0),
        "bridge_cured": (-80_00, -80_00, 1, 1, 0),
        "bridge_cash": (-50_00, -50_00, 1, 3, 0),
        "bridge_interest_and_fees": (15_00, 15_00, 1, 3, 0),
        "bridge_written_off": (-170_00, -170_00, 1, 1, 0),
        "bridge_gone": (0, 0, 1, 0, 0),  # L3 was not in arrears
        "bridge_other": (-5_00, -5_00, 1, 3, 0),
        "bridge_closing": (460_00, 460_00, 1, 2, 0),
        "net_flow_1-29": (50 / 1300, 50_00, 1300_00, 2, 0),
        "net_flow_120+": (410 / 400, 410_00, 400_00, 1, 0),
        "net_flow_60-89": (0.0, 0, 200_00, 1, 0),
        "penetration": (1 / 2, 1, 2, 2, 1),  # L4 is on hold
        "intensity": (2.0, 2, 1, 1, 0),
        "paying_rate": (1.0, 2, 2, 2, 1),
        "cei": (70 / 650, 70_00, 650_00, 4, 3),  # without L3: 1700 + 30 - 1490 - 170 by 1700 + 30 - 1080
        "sustained_cure_rate": None,  # December is not known
        "borrowers": (3, 3, 1, 3, 0),  # B1, B5, B6
        "borrowers_in_arrears": (2, 2, 1, 2, 1),
        "loans_per_borrower": (4 / 3, 4, 3, 3, 0),
    }
    assert {name: told[name] for name in expected} == expected


def test_a_month_that_lacks_an_end_has_no_flows_and_no_older_month_stands_in(month):
    october = File("portfolio", SEPTEMBER, "2026-11-30")
    whole = Whole([File("portfolio", AUGUST, "2026-08-31"), File("portfolio", SEPTEMBER, "2026-09-30"), october])
    told = whole.metrics("2026-11-30", {})
    assert {flow.month for flow in whole.flows.all} == {"2026-09-30"}
    assert [told[name] for name in ("roll_forward_rate", "bridge_opening", "net_flow_1-29", "cei")] == [None] * 4


def cure_book(*months: tuple[str, int]) -> Whole:
    """One loan cured in February, then as told, beside a bystander that was never late."""
    rows = [("2026-01-31", 10), ("2026-02-28", 0), *months]
    return Whole(
        [File("portfolio", f"{HEADER}C1,B1,9.00,{dpd},open,,\nC2,B2,9.00,0,open,,\n", day) for day, dpd in rows]
    )


QUIET = (
    ("2026-03-31", 0),
    ("2026-04-30", 0),
    ("2026-05-31", 0),
    ("2026-06-30", 0),
    ("2026-07-31", 0),
    ("2026-08-31", 0),
)


def test_a_cure_is_followed_for_three_and_six_months():
    told = cure_book(*QUIET).metrics("2026-08-31", {})
    assert told["sustained_cure_rate"] == (1.0, 1, 1, 1, 0)
    assert told["redefault_rate"] == (0.0, 0, 1, 1, 0)
    fell_back = cure_book(*QUIET[:2], ("2026-05-31", 30), *QUIET[3:]).metrics("2026-08-31", {})
    assert fell_back["sustained_cure_rate"] == (0.0, 0, 1, 1, 0)
    assert fell_back["redefault_rate"] == (1.0, 1, 1, 1, 0)
    with_a_gap = cure_book(*QUIET[:3], *QUIET[4:]).metrics("2026-08-31", {})
    assert with_a_gap["redefault_rate"] is None


def seven_months(until: str = "2026-07-31") -> Whole:
    """F1 pays its interest in full each month and rolls in the last; F2 stays; F3, the bystander, is never late."""
    days = ["2026-01-31", "2026-02-28", *(day for day, _ in QUIET[:5])]
    files = [
        File(
            "portfolio",
            f"{HEADER}F1,B1,100.00,{40 if day == days[-1] else 10},open,,\nF2,B2,12.00,10,open,,\nF3,B3,50.00,0,open,,\n",
            day,
        )
        for day in days
        if day <= until
    ]
    rows = "".join(f"F1,{day[:7]}-15,10.00,P{day},,cash\n" for day in days[1:])
    return Whole([*files, File("payments", PAYMENTS.splitlines()[0] + "\n" + rows)])


def test_what_is_about_to_roll_and_to_come_in_the_next_month():
    """Of 12 loan-months in 1-29 one rolled; nobody was in 30-59 before, so F1 is left out of the one and stays in the other.
    1-29 paid 10.00 of 112.00 each month: F2 is expected to pay 1.07 of its 12.00."""
    told = seven_months().metrics("2026-08-10", {})
    assert told["rolling_next_month"] == (1_00, 1_00, 1, 2, 1)
    assert told["rolling_loans_next_month"] == (1 / 12, 1 / 12, 1, 2, 1)
    assert told["forecast_arrears_next_month"] == (112_00, 112_00, 1, 3, 0)
    assert told["forecast_cash_next_month"] == (1_07, 1_07, 1, 3, 0)
    assert told["forecast_coverage"] is None  # no month-end has six months before it and one after
    assert seven_months().metrics("2026-08-10", {"product": ["not stated"]})["forecast_cash_next_month"] == (
        1_07,
        1_07,
        1,
        3,
        0,
    )
    moving = seven_months().metrics("2026-08-10", {"hold": ["not stated"]})
    assert moving["in_arrears"] == told["in_arrears"]
    assert moving["forecast_cash_next_month"] is moving["forecast_arrears_next_month"] is None
    short = seven_months("2026-06-30").metrics("2026-07-10", {})
    assert short["forecast_arrears_next_month"] is None
    assert short["rolling_next_month"] == (0, 0, 1, 3, 0)


def promised(*payments: str, as_of: str = "2026-10-31") -> list[Promise]:
    """The promises of one loan, with a bystander that pays as much on the same days."""
    actions = """Loan_ID,Acted_On,Action,Cost,Result,Strategy,Promise_Amount,Promise_Due
L1,2026-09-01,call,,promise,,100.00,2026-09-10
L1,2026-09-01,call,,promise,,50.00,2026-09-20
L1,2026-09-05,call,,promise,,70.00,
L1,2026-10-01,call,,promise,,40.00,2026-10-05
L1,2026-10-03,call,,promise cancelled,,,
"""
    header = "Loan_ID,Paid_On,Amount,Payment_ID,Reverses_Payment_ID,Kind\n"
    rows = [*(f"L1,{row}" for row in payments), *(f"L2,{row}" for row in payments)]
    text = header + "".join(row.replace(",K", f",K{place}") + "\n" for place, row in enumerate(rows))
    return promises_of(Whole([File("actions", actions), File("payments", text)]).book, as_of)


FIRST, SECOND = "2026-09-13,99.00,K,,cash", "2026-09-14,20.00,K,,cash"


def test_one_payment_keeps_one_promise_the_earliest_due_first():
    told = [(promise.fate, promise.settled_on, promise.kept_amount) for promise in promised(FIRST, SECOND)]
    assert told == [
        ("kept", "2026-09-13", 99_00),  # one hundredth short, on the last day of grace
        ("broken", "2026-09-23", 20_00),
        ("unstated", "2026-09-05", 0),
        ("cancelled", "2026-10-03", 0),
    ]


def test_a_reversal_that_names_no_payment_takes_back_the_newest_and_waivers_keep_nothing():
    told = promised(FIRST, SECOND, "2026-09-15,30.00,K,,reversal", "2026-09-13,500.00,K,,waiver")
    assert [(promise.fate, promise.got) for promise in told[:2]] == [("broken", 89_00), ("broken", 0)]


def test_a_reversal_breaks_a_promise_from_the_day_it_is_posted():
    back = "2026-10-02,99.00,K,K0,reversal"
    for day, fate in (("2026-09-30", "kept"), ("2026-10-01", "kept"), ("2026-10-02", "broken")):
        assert promised(FIRST, SECOND, back, as_of=day)[0].fate == fate


def value_book() -> Whole:
    """Two placements of 1,000 a year old, and L3, the bystander: too young for anything but three months."""
    days = {
        "2025-08-31": "L1,B1,1000.00,10,open,,\n",
        "2025-09-30": "L1,B1,1000.00,40,open,,\nL2,B2,1000.00,5,open,,\n",
    }
    days["2026-05-31"] = "L3,B3,500.00,1,open,,\n"
    payments = "Loan_ID,Paid_On,Amount,Payment_ID,Reverses_Payment_ID,Kind\n"
    payments += "L1,2025-11-30,100.00,P1,,cash\nL1,2026-09-30,50.00,P2,,cash\nL1,2026-10-03,30.00,P3,P1,reversal\n"
    actions = "Loan_ID,Acted_On,Action,Cost,Result,Strategy,Promise_Amount,Promise_Due\nL1,2025-10-15,call,10.00,,,,\n"
    return Whole(
        [File("portfolio", HEADER + rows, day) for day, rows in days.items()]
        + [File("payments", payments), File("actions", actions)]
    )


def test_liquidation_and_loss_count_only_placements_that_are_old_enough():
    told = value_book().metrics("2026-09-30", {})
    assert told["liquidation_3m"] == (100 / 2500, 100_00, 2500_00, 3, 0)  # the reversal is not posted yet
    assert told["liquidation_12m"] == (100 / 2000, 100_00, 2000_00, 2, 1)  # not the 50 of month 13
    assert told["liquidation_24m"] is None
    later = value_book().metrics("2026-10-03", {})["liquidation_3m"]
    assert later == (70 / 2500, 70_00, 2500_00, 3, 0)  # and counts with its payment once it is
    loss = 2000_00 + 10_00 / 1.1 ** (61 / 365) - 100_00 / 1.1 ** (91 / 365)
    assert told["lgd_12m"] == (round(loss) / 2000_00, round(loss), 2000_00, 2, 1)
    worth = 100_00 / 1.1 ** (61 / 365) + 50_00 / 1.1 - 10_00 / 1.1 ** (31 / 365)  # posted, from 30 September 2025
    assert told["npv"] == (round(worth), round(worth), 1, 2, 0)


def test_the_spread_of_placements_adds_up_squares_and_products():
    told = spread(value_book().book, "2026-10-31", {}, "Branch")
    squares = 2 * 1000_00**2 + 500_00**2
    assert told == {"not stated": (3, 2500_00, 120_00, squares, 120_00**2, 1000_00 * 120_00)}


def test_a_file_is_known_from_the_day_it_was_received_until_the_day_before_it_was_undone():
    late = File("portfolio", "late", received_on="2026-05-01")
    early = File("portfolio", "early", received_on="2026-04-01", undone_on="2026-06-01")
    again = File("portfolio", "early", received_on="2026-05-20")
    files = [late, early, again]
    assert files_known_on(files, "2026-03-31") == []
    assert files_known_on(files, "2026-04-01") == [early]
    assert files_known_on(files, "2026-05-31") == [early, late]  # the same file twice counts once
    assert files_known_on(files, "2026-06-01") == [late, again]


def test_the_interval_of_a_share_is_the_one_published():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe (1998), Stat. Med. 17, table I
