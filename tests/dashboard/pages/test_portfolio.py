"""The Portfolio page against the small book, hand-counted from its frames."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from dash import html
from dash.exceptions import PreventUpdate

from core.selection import Selection
from dashboard.pages import portfolio
from tests.dashboard.small_book import DAYS, EMPTY, TUTORIAL, loans_on, payments


def answer_of(services, search: str) -> str:
    children = portfolio.update_headline(services, search, "light")["answer"]
    return "".join(piece.children if isinstance(piece, html.B) else piece for piece in children)


def late(day: int, product: str | None = None) -> pd.DataFrame:
    frame = loans_on(DAYS[day])
    return frame[(frame["dpd"] > 0) & ((frame["product"] == product) if product else True)]


def test_the_answer_names_the_stock_its_change_who_moved_it_and_the_cash(services):
    before, now = late(1)["balance"].sum(), late(2)["balance"].sum()
    assert (round(now), round(before)) == (1_732_644, 1_562_629)
    assert answer_of(services, "") == (
        "EUR 1.73 M of 2.35 M is in arrears (74 %), 170 k more than on 30 Sep; Auto added 170 k."
        " Cash this month is 45.1 k, −31.7 %."
    )


def test_a_filter_narrows_the_answer_and_leaves_the_bystander_out(services):
    auto = late(2, "Auto")["balance"].sum()
    assert f"EUR {auto / 1000:.0f} k of" in answer_of(services, "?product=Auto")
    assert "No loan is in this selection" in answer_of(services, "?product=Boat")


def test_without_an_earlier_day_the_answer_compares_nothing(services_with):
    answer = answer_of(services_with(TUTORIAL), "")
    assert answer.endswith("The book holds no earlier day to compare with.")


def test_the_key_figures_come_from_core_with_n_and_trend(services):
    figures = portfolio.update_headline(services, "", "light")["figures"]
    assert list(figures) == [
        "outstanding",
        "in_arrears",
        "recovery_rate",
        "cash_month",
        "cost_to_collect",
        "net_recovery",
    ]
    assert figures["in_arrears"]["value"] == "1.73 M"
    assert figures["in_arrears"]["tone"] == "delta bad"
    assert figures["in_arrears"]["note"] == f"since 30 Sep, n\u00a0=\u00a0{len(late(2))}"
    october = payments().query("paid_on >= '2026-10-01'")
    net = october["amount"].where(october["payment_kind"] == "cash", -october["amount"]).sum()
    assert figures["cash_month"]["why"].startswith(f"Cash net of reversals received in the month. {net:,.2f}; n =")
    assert figures["outstanding"]["trend_class"] == "spark"


def test_a_book_without_payments_says_so_in_place_of_numbers(services_with):
    figures = portfolio.update_headline(services_with(TUTORIAL), "", "light")["figures"]
    assert figures["outstanding"]["value"] == "2.35 M"
    for name in ("recovery_rate", "cash_month"):
        assert (figures[name]["value"], figures[name]["note"]) == ("n/a", "because this book has no payments")
    assert figures["net_recovery"]["note"] == "because this book has no payments and no costs"


def test_the_stock_by_product_adds_up_and_the_largest_is_the_title(services):
    card = portfolio.update_stuck(services, "", "light")
    assert card["title"] == "Auto holds 45 % of the arrears"
    assert card["rows"][0] == ["Product", "In arrears", "Share", "Loans"]
    assert sum(float(row[1].replace(",", "")) for row in card["rows"][1:]) == pytest.approx(late(2)["balance"].sum())
    assert card["subtitle"].endswith("EUR 1.73 M, n = 29 loans")
    assert card["summary"] == "Arrears by product: Auto 773 k, Home 518 k, Personal 443 k."


def test_the_address_chooses_the_dimension_of_each_chart(services):
    assert portfolio.update_stuck(services, "?by=region", "light")["rows"][0][0] == "Region"
    assert portfolio.update_change(services, "?by=region&change=bucket", "light")["rows"][0][0] == "Bucket"


def test_one_group_holds_everything_in_words(services):
    assert (
        portfolio.update_stuck(services, "?product=Auto", "light")["title"] == "All arrears stand in one product: Auto"
    )


def test_what_the_book_does_not_state_is_not_drawn(services):
    card = portfolio.update_stuck(services, "?by=agency", "light")
    assert card["absent"] == "n/a, because this book states no agency."
    assert card["rows"] == []
    assert "no loan is in this selection" in portfolio.update_stuck(services, "?product=Boat", "light")["absent"]


def test_a_selection_without_arrears_says_so(services):
    card = portfolio.update_stuck(services, "?bucket=Current", "light")
    assert card["title"] == "Nothing is in arrears"


@pytest.mark.parametrize("by", portfolio.CHANGE_BY)
def test_what_changed_adds_up_to_the_change_of_the_total(services, by):
    card = portfolio.update_change(services, f"?change={by}", "light")
    numbers = [float(row[3].replace(",", "").replace("−", "-").replace("+", "")) for row in card["rows"][1:]]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1])
    assert numbers[-1] == pytest.approx(late(2)["balance"].sum() - late(1)["balance"].sum())
    assert card["title"].startswith("Arrears rose by 170 k, most in ")


def test_what_changed_says_when_nothing_can_be_compared(services_with, services):
    assert portfolio.update_change(services_with(TUTORIAL), "", "light")["absent"] == (
        "n/a, because this book holds no day before 31 Oct 2026."
    )
    assert "no loan" in portfolio.update_change(services, "?product=Boat", "light")["absent"]


def test_a_fall_and_a_standstill_have_their_own_titles(services):
    assert portfolio.update_change(services, "?as_of=2026-08-31&against=2026-10-31", "light")["title"].startswith(
        "Arrears fell by"
    )
    assert portfolio.update_change(services, "?product=Home", "light")["title"] == "The arrears did not change"


def test_the_largest_exposures_are_past_due_and_in_order(services):
    made = portfolio.update_largest(services, "")
    expected = late(2).sort_values("balance", ascending=False)["loan_ref"].head(10).tolist()
    assert [row["loan_ref"] for row in made["rows"]] == expected
    assert made["subtitle"] == "10 of 29 loans past due in this selection, largest balance first"


def test_a_bucket_filter_holds_for_the_largest_too(services):
    made = portfolio.update_largest(services, "?bucket=120%2B")
    refs = [row["loan_ref"] for row in made["rows"]]
    assert refs == late(2).query("dpd >= 120").sort_values("balance", ascending=False)["loan_ref"].head(10).tolist()
    assert portfolio.update_largest(services, "?bucket=Current")["rows"] == []


def test_freshness_names_day_age_file_and_what_was_assumed(services, services_with):
    assert portfolio.update_freshness(services, "") == (
        "31 Oct 2026, 20 days ago; 3 snapshots in the book", "2 Nov 2026, 1 batch in all", "october.csv, 40 rows of 41", "stated in the file",
    )  # fmt: skip
    assert (
        portfolio.update_freshness(services_with(TUTORIAL), "")[3]
        == "assumed to be the day received, the file states none"
    )


def test_many_groups_are_folded_so_that_the_sum_stays():
    stock = pd.DataFrame({"branch": [f"B{n:02d}" for n in range(12)], "arrears_balance": 10.0, "arrears_loans": 1})
    groups = portfolio._shares(stock, "branch")
    assert list(groups["branch"])[-1] == "6 others"
    assert groups["arrears_balance"].sum() == 120.0
    assert groups["share"].sum() == pytest.approx(1.0)


def test_an_empty_book_leaves_the_page_to_the_shell(services_with):
    for update in (portfolio.update_largest, portfolio.update_freshness):
        with pytest.raises(PreventUpdate):
            update(services_with(EMPTY), "")
    with pytest.raises(PreventUpdate):
        portfolio.update_headline(services_with(EMPTY), "", "light")


def test_a_whole_view_is_small_on_the_wire(services):
    view = [
        portfolio.update_headline(services, "", "light")["figures"], portfolio.update_stuck(services, "", "light"),
        portfolio.update_change(services, "", "light"), portfolio.update_largest(services, ""),
    ]  # fmt: skip
    assert len(json.dumps(view)) < 64_000
    assert Selection.from_query("").filters == {}
