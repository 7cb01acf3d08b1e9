"""The Recovery page against the small book and a longer one."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from dash import html
from dash.exceptions import PreventUpdate

from dashboard.pages import recovery
from tests.dashboard.callback_body import body_of
from tests.dashboard.small_book import EMPTY, TUTORIAL, payments
from tests.dashboard.work import book_of, services_of

MONTHS = [str(day.date()) for day in pd.date_range("2026-01-31", periods=9, freq="ME")]
UPDATES = (recovery.update_trend, recovery.update_groups, recovery.update_cohorts, recovery.update_cash)


def said(children: list[object]) -> str:
    return "".join(str(piece.children) if isinstance(piece, html.B) else str(piece) for piece in children)


@pytest.fixture(scope="module")
def nine_months():
    """Four loans of 100 placed in January, four in April, all Auto and Home by turns; a month later the first four pay
    40 each, of the second four only Home pays 40. LN99 never fell behind; its cash is nobody's recovery."""
    rows, paid = [], []
    for place, day in enumerate(MONTHS):
        for number in range(8):
            if number < 4 or place >= 3:
                rows.append(
                    {
                        "loan_ref": f"LN{number}", "as_of": day, "balance": 100.0, "dpd": 30, "currency": "EUR",
                        "product": ("Auto", "Home")[number % 2], "strategy": "Standard",
                    }
                )  # fmt: skip
        rows.append({"loan_ref": "LN99", "as_of": day, "balance": 1000.0, "dpd": 0, "product": "Auto"})
    for number in (0, 1, 2, 3, 5, 7):
        paid.append(
            {"loan_ref": f"LN{number}", "paid_on": "2026-02-10" if number < 4 else "2026-05-10", "amount": 40.0}
        )
    paid.append({"loan_ref": "LN99", "paid_on": "2026-05-10", "amount": 500.0})
    return services_of(book_of(pd.DataFrame(rows), pd.DataFrame(paid).assign(payment_kind="cash")))


def test_the_answer_is_the_rate_to_date_and_the_newest_cohort_beside_the_earlier_one(nine_months):
    assert said(recovery.update_answer(nine_months, "")) == (
        "30.0 % of what was placed has come back: EUR 240 of 800. The cohort of 2026 Q2 brought less than earlier ones: "
        "20.0 % after 3 months, against 40.0 %; Auto fell most, −40.0 pts."
    )


def test_a_book_too_short_to_compare_says_so(services):
    answer = said(recovery.update_answer(services, ""))
    assert answer.startswith("6.0 % of what was placed has come back: EUR 111 k of 1.84 M.")
    assert answer.endswith(
        "Whether it gets better cannot be said yet: no two placement cohorts have run three months yet."
    )


def test_the_trend_names_the_best_and_the_worst_and_its_table_carries_n(nine_months):
    shown = recovery.update_trend(nine_months, "", "light")
    assert shown["title"] == "Home recovers most, 40.0 %; Auto least, 20.0 %"
    assert "n = 8 placements" in shown["subtitle"]
    assert shown["rows"] == [
        ["Product", "Recovery rate", "Cash to date", "Balance placed", "Placements"],
        ["Auto", "20.0 %", "80.00", "400.00", "4"],
        ["Home", "40.0 %", "160.00", "400.00", "4"],
        ["all", "30.0 %", "240.00", "800.00", "8"],
    ]


def test_the_address_chooses_what_splits_the_trend_and_nonsense_is_the_default(nine_months):
    assert recovery.update_trend(nine_months, "?by=strategy", "light")["rows"][1][0] == "Standard"
    assert recovery.update_trend(nine_months, "?by=shoe", "light")["rows"][0][0] == "Product"


def test_loans_whose_group_is_not_stated_count_in_all_only(nine_months):
    shown = recovery.update_trend(nine_months, "?by=region", "light")
    assert [row[0] for row in shown["rows"]] == ["Region", "all"]
    assert "8 without a region count in all only" in shown["subtitle"]


def test_a_filter_narrows_every_part(nine_months):
    shown = recovery.update_trend(nine_months, "?product=Home", "light")
    assert shown["rows"][-1] == ["all", "40.0 %", "160.00", "400.00", "4"]
    assert recovery.update_cash(nine_months, "?product=Home", "light")["rows"][2] == ["Feb 2026", "2", "80.00", "80.00"]


def test_groups_stand_at_the_same_age_with_both_n(nine_months):
    shown = recovery.update_groups(nine_months, "", "light")
    assert shown["title"] == "Auto fell most: −40.0 pts"
    assert shown["rows"][1:] == [
        ["Auto", "0.0 %", "2", "40.0 %", "2", "−40.0 pts"],
        ["Home", "40.0 %", "2", "40.0 %", "2", "0.0 pts"],
    ]


def test_cohorts_show_not_yet_where_not_every_loan_has_run_so_long(nine_months):
    shown = recovery.update_cohorts(nine_months, "", "light")
    assert shown["rows"][1:] == [
        ["2026 Q1", "400.00", "4", "40.0 %", "40.0 %", "not yet", "40.0 %"],
        ["2026 Q2", "400.00", "4", "20.0 %", "not yet", "not yet", "20.0 %"],
    ]
    assert [row[0] for row in recovery.update_cohorts(nine_months, "?size=month", "light")["rows"][1:]] == [
        "2026-01",
        "2026-04",
    ]


def test_an_earlier_day_knows_less(nine_months):
    shown = recovery.update_cohorts(nine_months, "?as_of=2026-03-31", "light")
    assert shown["rows"][1:] == [["2026 Q1", "400.00", "4", "not yet", "not yet", "not yet", "40.0 %"]]


def test_cash_says_what_is_left_out_and_the_bystander_is(nine_months):
    shown = recovery.update_cash(nine_months, "", "light")
    assert "left out: 500 on loans not placed" in shown["subtitle"]
    assert shown["rows"][5] == ["May 2026", "2", "80.00", "80.00"]


def test_cash_of_the_small_book_is_net_of_the_reversal(services):
    october = payments().query("paid_on >= '2026-10-01'")
    net = october["amount"].where(october["payment_kind"] == "cash", -october["amount"]).sum()
    assert recovery.update_cash(services, "", "light")["rows"][-1][2] == f"{net:,.2f}"
    assert (
        recovery.update_cash(services, "", "light")["title"]
        == "45.1 k came in over Oct 2026, −32 % on the mean of 1 month before"
    )


def test_without_payments_the_stated_outcomes_are_shown_and_the_rest_says_why(services_with):
    tutorial = services_with(TUTORIAL)
    assert said(recovery.update_answer(tutorial, "")) == "Recovery is n/a, because this book has no payments."
    trend = recovery.update_trend(tutorial, "", "light")
    assert trend["title"] == "The file states 85 % fully recovered"
    assert "a recovery rate is n/a, because this book has no payments" in trend["subtitle"]
    for update in UPDATES[1:]:
        shown = update(tutorial, "", "light")
        assert shown["absent"] == "n/a, because this book has no payments."
    assert recovery.update_figures(tutorial, "", "light")["cash_month"]["value"] == "n/a"


def test_without_payments_and_outcomes_there_is_only_the_reason():
    bare = services_of(book_of(pd.DataFrame([{"loan_ref": "A", "as_of": "2026-10-31", "balance": 1.0, "dpd": 5}])))
    assert recovery.update_trend(bare, "", "light")["absent"] == "n/a, because this book has no payments."


def test_a_selection_without_loans_draws_no_empty_chart(services):
    for update in (recovery.update_trend, recovery.update_cohorts):
        assert "no loan of this selection was placed yet" in update(services, "?product=Boat", "light")["absent"]
    assert "Recovery is n/a, because no loan was placed yet" in said(recovery.update_answer(services, "?product=Boat"))


def test_an_empty_book_shows_nothing(services_with):
    with pytest.raises(PreventUpdate):
        recovery.update_trend(services_with(EMPTY), "", "light")


def test_the_figures_match_the_portfolio(services):
    figures = recovery.update_figures(services, "", "light")
    assert list(figures) == ["recovery_rate", "balance_placed", "cash_to_date", "cash_month"]
    assert figures["recovery_rate"]["value"] == "6.0 %"


def test_an_answer_stays_under_64_kb(nine_months):
    for update in UPDATES:
        assert len(json.dumps(update(nine_months, "", "dark"))) < 64 * 1024


@pytest.mark.parametrize("part", ["recovery-answer", "recovery-recovery_rate-value"])
def test_the_page_answers_a_browser(app, client, part):
    answer = client.post("/_dash-update-component", json=body_of(app, f"{part}.children", search="", data=None))
    assert answer.status_code == 200
    assert len(answer.data) < 64 * 1024
