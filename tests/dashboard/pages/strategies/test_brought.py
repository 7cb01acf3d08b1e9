"""What strategies brought as it happened, and what is proposed, against the small book."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from dash import html
from dash.exceptions import PreventUpdate

from dashboard.pages.strategies import brought, by_segment, over_time, proposed, waiting
from tests.dashboard.callback_body import body_of
from tests.dashboard.small_book import BOOK, DAYS, EMPTY, STRATEGIES, TUTORIAL, loans_on
from tests.dashboard.work import book_of, services_of
from tests.fakes import FakePortfolioReader


def cells(row: html.Tr) -> list[str]:
    return [getattr(cell.children, "children", cell.children) for cell in row.children[1:]]


def asked(row: html.Tr) -> list[str | None]:
    """What each number of a row opens; None for a plain one."""
    return [getattr(cell.children, "data-why", None) for cell in row.children[1:]]


def test_every_strategy_has_a_row_in_its_own_order_with_n(services):
    rows = brought.update_table(services, "")["rows"]
    assert [row.children[0].children.children[1] for row in rows] == list(STRATEGIES)
    given = loans_on(DAYS[-1])["strategy"].value_counts()
    assert [cells(row)[0] for row in rows] == [str(given[name]) for name in STRATEGIES]
    assert cells(rows[0]) == ["17", "990 k", "45.1 k", "5.7 %", "13", "50", "0.1 %", "45.1 k"]


def test_a_number_opens_the_drawer_under_its_strategy_and_what_was_given_says_why_it_does_not(services):
    told = brought.update_table(services, "")
    names = (
        "cash_to_date",
        "recovery_rate",
        "placed%3Aloans",
        "cost_to_date",
        "cost_to_collect_to_date",
        "net_recovery_to_date",
    )
    assert asked(told["rows"][0]) == [None, None, *(f"why={name}&cell=strategy~Standard" for name in names)]
    assert told["subtitle"].endswith("what was given is counted from the files' strategies and keeps no rows to list.")
    label = getattr(told["rows"][0].children[4].children, "aria-label")
    assert label == "5.7 %, why this number: Recovery rate, Standard"


def test_points_of_the_months_open_their_month_and_what_was_given_says_why_none_does(services):
    marks = {
        over: over_time.update_time(services, f"?over={over}", "light")["figure"]["data"][0]["customdata"]
        for over in ("rate", "cost", "given")
    }
    assert marks["rate"] == [
        f"why:why=recovery_rate{day}&cell=strategy~Standard"
        for day in ("&cell=as_of~2026-08-31", "&cell=as_of~2026-09-30", "")
    ]
    assert marks["cost"][-1] == "why:why=costs%3Acost&cell=month~2026-10-31&cell=strategy~Standard"
    assert marks["given"] == [None] * 3
    assert "keeps no rows to list" in over_time.update_time(services, "?over=given", "light")["subtitle"]


def test_a_rate_at_a_month_end_the_book_does_not_hold_opens_nothing():
    """The figures of 15 August are of no month-end: the rate of August's end is drawn, but no day of the book has it."""
    loans = pd.concat([loans_on(DAYS[0]).assign(as_of="2026-08-15"), loans_on(DAYS[-1])])
    paid = pd.DataFrame(
        [{"loan_ref": "LN-001", "paid_on": "2026-08-20", "amount": 5.0, "payment_kind": "cash", "payment_ref": "P"}]
    )
    shown = over_time.update_time(services_of(FakePortfolioReader(loans, paid)), "", "light")
    assert {trace["customdata"][0] for trace in shown["figure"]["data"]} == {None}
    assert all(trace["customdata"][-1] for trace in shown["figure"]["data"])


def test_costs_before_a_placement_are_named(services):
    """LN-000 was called twice and never placed."""
    assert "left out: 2 actions before a placement, cost 25.00" in brought.update_table(services, "")["subtitle"]


def test_the_answer_never_speaks_of_causes(services):
    answer = brought.happened(services, "").replace("**", "")
    assert answer.startswith("Standard brought back EUR 45.1 k of 111 k.")
    assert answer.endswith("This is how it happened, not what a strategy causes.")


def test_the_warning_stands_above_everything():
    first = brought.card().children[0]
    assert "As it happened, not adjusted" in str(first)
    assert "must not be read as what a strategy causes" in str(first)


@pytest.mark.parametrize(
    ("show", "title"), [("rate", "by cell, not ranked"), ("cost_share", "by cell, not ranked"), ("net", "left most")]
)
def test_the_matrix_shows_what_the_address_asks_for(services, show, title):
    shown = by_segment.update_matrix(services, f"?show={show}", "light")
    assert title in shown["title"]
    assert shown["subtitle"].endswith("n = placements. Not adjusted")
    assert sum(int(row[2]) for row in shown["rows"][1:]) == 30


@pytest.mark.parametrize("over", ["rate", "cash", "cost", "given"])
def test_every_strategy_has_its_months(services, over):
    shown = over_time.update_time(services, f"?over={over}", "light")
    assert [row[0] for row in shown["rows"]] == ["Month", "Aug 2026", "Sep 2026", "Oct 2026"]
    assert set(shown["rows"][0][1:]) >= {"Standard"}
    assert shown["subtitle"].endswith("Not adjusted")


def test_cost_over_time_adds_up_to_the_calls(services):
    shown = over_time.update_time(services, "?over=cost", "light")
    assert sum(float(cell) for row in shown["rows"][1:] for cell in row[1:]) == 6 * 12.5


def test_a_filter_narrows_what_was_given(services):
    rows = brought.update_table(services, "?product=Auto")["rows"]
    auto = loans_on(DAYS[0]).query("product == 'Auto'")
    assert sum(int(cells(row)[0]) for row in rows) == len(auto)


def test_proposals_carry_their_policy_score_and_who_decides(services):
    shown = proposed.update_proposed(services, "", "light")
    expected_counts = loans_on(DAYS[-1])["proposed"].value_counts()
    expected = [[[name, f"why=loans&cell=proposed~{name}"], str(expected_counts[name])] for name in STRATEGIES]
    assert [row[:2] for row in shown["rows"][1:]] == expected
    policy, score, confirm, holds, idle = waiting.update_facts(services, "")
    assert policy == ["thresholds"]
    assert score.children == "rule, not validated on your data"
    assert confirm == "1 loan proposed for Legal: nothing happens until a person confirms"
    assert holds == "No loan is on hold"
    assert idle == ""


def test_loans_for_which_no_action_is_proposed_are_counted():
    loans = loans_on(DAYS[-1])
    loans.loc[:1, "proposed"] = "No action"
    idle = waiting.update_facts(services_of(book_of(loans)), "")[-1]
    assert idle.startswith("2 loans proposed for no action: every strategy is expected to cost more than it brings")


def test_the_shipped_thresholds_are_said_in_words_and_holds_are_counted():
    loans = loans_on(DAYS[-1]).assign(policy="Thresholds 0.50 / 0.75", needs_confirmation=False)
    loans.loc[0, "proposed"] = "Hold"
    policy, _, confirm, holds, _ = waiting.update_facts(services_of(book_of(loans)), "")
    assert policy[1] == " Standard under 0.50, Settlement from 0.50, Legal from 0.75"
    assert (confirm, holds) == ("No loan waits", "1 loan on hold, their own or their borrower's")


def test_a_book_without_proposals_says_so():
    bare = services_of(book_of(pd.DataFrame([{"loan_ref": "A", "as_of": "2026-10-31", "balance": 1.0, "dpd": 5}])))
    assert "no loan of this selection has a proposal" in proposed.update_proposed(bare, "", "light")["absent"]
    assert brought.happened(bare, "").startswith("What came back and what it cost is n/a")


def test_without_payments_outcomes_stand_in_and_the_rest_says_why(services_with):
    tutorial = services_with(TUTORIAL)
    table = brought.update_table(tutorial, "")
    assert brought.happened(tutorial, "").endswith("the file states **8 % to 27 % written off**, by strategy.")
    assert (
        "Recovered, rate, cost of cash and net are n/a, because this book has no payments. Cost is n/a"
        in table["subtitle"]
    )
    assert cells(table["rows"][0])[2:4] == ["n/a", "n/a"]
    matrix = by_segment.update_matrix(tutorial, "", "light")
    assert "recovered amounts: n/a, because the file states none" in matrix["subtitle"]
    assert sum(int(row[2]) for row in matrix["rows"][1:]) == 40
    for over, why in (("rate", "payments"), ("cash", "payments"), ("cost", "costs")):
        assert (
            over_time.update_time(tutorial, f"?over={over}", "light")["absent"]
            == f"n/a, because this book has no {why}."
        )
    assert over_time.update_time(tutorial, "?over=given", "light")["absent"] == ""


def test_stated_amounts_are_summed_where_the_file_has_them():
    loans = loans_on(DAYS[-1]).assign(recovered_amount=[100.0, None] * 20)
    shown = by_segment.update_matrix(services_of(book_of(loans)), "", "light")
    assert "recovered amounts: EUR 2.00 k stated on 20 loans" in shown["subtitle"]


def test_nothing_placed_draws_no_empty_matrix(services):
    assert (
        "no loan of this selection was placed yet"
        in by_segment.update_matrix(services, "?product=not+stated", "light")["absent"]
    )
    assert "was given a strategy yet" in brought.happened(services, "?product=not+stated")


def test_an_empty_book_shows_nothing(services_with):
    with pytest.raises(PreventUpdate):
        brought.update_table(services_with(EMPTY), "")


def test_an_answer_stays_under_64_kb(services):
    for update in (by_segment.update_matrix, over_time.update_time, proposed.update_proposed):
        assert len(json.dumps(update(services, "", "dark"))) < 64 * 1024


@pytest.mark.parametrize("part", ["strategies-answer", "strategies-waiting"])
def test_the_page_answers_a_browser(app, client, part):
    answer = client.post("/_dash-update-component", json=body_of(app, f"{part}.children", search="", data=None))
    assert answer.status_code == 200
    assert len(answer.data) < 64 * 1024


def test_the_switch_goes_where_it_changes_nothing_and_stays_where_it_does(services_with):
    assert "no-choice" in by_segment.update_matrix(services_with(TUTORIAL), "", "light")["drawing"]
    assert by_segment.update_matrix(services_with(BOOK), "", "light")["drawing"] == "drawing"
