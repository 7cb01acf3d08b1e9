"""The page Customers and sites against the small book, the eight loans, and books that state less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from dash import html
from dash.exceptions import PreventUpdate

from core.metrics.customers import borrower_summary
from core.metrics.sites import NOT_ADJUSTED
from core.scores.scoring.rule_score import rule_score
from core.selection import Selection
from core.wording import plural
from dashboard import text_customers as say
from dashboard.address import Why
from dashboard.pages import customers
from dashboard.pages.customers import borrower, several, sites
from tests.dashboard.callback_body import body_of
from tests.dashboard.small_book import BOOK, DAYS, EMPTY, TUTORIAL, SmallBookReader, loans_on
from tests.dashboard.work import book_of, services_of
from tests.fake_history import FakeHistoryReader
from tests.fakes import FakePortfolioReader

OCTOBER = "2026-10-31"


def said(children: list[object]) -> str:
    return "".join(str(piece.children) if isinstance(piece, html.B) else str(piece) for piece in children)


def cells(row: html.Tr) -> list[str]:
    return [cell.children for cell in row.children]


def loan(ref: str, balance: float, dpd: int, **fields: object) -> dict[str, object]:
    return {"loan_ref": ref, "as_of": OCTOBER, "balance": balance, "dpd": dpd, **fields}


def three_people() -> pd.DataFrame:
    """X has three loans in two branches, Y one on hold; the files name nobody for the last."""
    return pd.DataFrame(
        [
            loan("A", 1000.0, 30, borrower_ref="X", product="Auto", branch="Hill", hold="vulnerable"),
            loan("B", 200.0, 0, borrower_ref="X", product="Home", branch="Harbour"),
            loan("C", 0.0, 0, borrower_ref="X", product="Home", branch="Hill", status="paid"),
            loan("D", 700.0, 95, borrower_ref="Y", product="Auto", branch="Hill", hold="dispute"),
            loan("E", 50.0, 1, product="Auto", branch="Hill"),
        ]
    )


def sixty_placements() -> pd.DataFrame:
    """Two branches of forty loans each in arrears: half of a loan is paid at the Hill, a tenth at the Harbour."""
    refs = [f"L{number:02d}" for number in range(80)]
    return pd.DataFrame(
        [
            {"loan_ref": ref, "borrower_ref": ref, "as_of": str(day), "balance": 100.0 + place % 7, "dpd": 40,
             "branch": "Hill" if place < 40 else "Harbour"}
            for day in DAYS[:2] for place, ref in enumerate(refs)
        ]
    )  # fmt: skip


def paid_by_branch() -> pd.DataFrame:
    share = [0.5 if place < 40 else 0.1 for place in range(80)]
    return pd.DataFrame(
        [
            {"loan_ref": f"L{place:02d}", "paid_on": "2026-09-10", "amount": round((100.0 + place % 7) * part + place % 3, 2)}
            for place, part in enumerate(share)
        ]
    )  # fmt: skip


def test_the_figures_count_people_and_their_loans(services):
    shown = customers.update_headline(services, "", "light")
    assert {name: shown[name]["value"] for name in customers.FIGURES} == {
        "borrowers": "20", "borrowers_in_arrears": "18", "loans_per_borrower": "2.00", "loans": "40",
    }  # fmt: skip
    assert shown["borrowers"]["delta"] == "no change"
    late = {int(loan.borrower_ref[2:]) for loan in loans_on(DAYS[-1]).itertuples() if loan.dpd > 0}
    assert len(late) == 18


def test_a_trend_is_drawn_where_the_days_are_added_up_already(services):
    assert customers.update_headline(services, "", "light")["borrowers"]["trend_class"] == "spark"
    narrowed = customers.update_headline(services, "?product=Auto", "light")
    assert narrowed["borrowers"]["trend_class"] == "spark is-absent"
    assert narrowed["loans"]["value"] == "14"


def test_the_answer_says_who_owes_how_much(services):
    answer = said(sites.update_sites(services, "", "light")["answer"])
    assert answer == "20 borrowers owe EUR 2.35 M on 40 open loans, 2.00 each; 18 of them are behind with a loan."
    one = services_of(book_of(three_people()[3:4]))
    assert said(sites.update_sites(one, "", "light")["answer"]) == (
        "1 borrower owes 700 on 1 open loan; 1 of them is behind with a loan."
    )


def test_every_site_has_its_loans_people_cash_rate_and_arrears(services):
    shown = sites.update_sites(services, "", "light")
    assert shown["title"] == "2 branches, one by one"
    rows = {row["site"]: row for row in shown["rows"]}
    assert set(rows) == {"Main Street", "Harbour"}
    of_day = loans_on(DAYS[-1])
    for name, row in rows.items():
        own = of_day[of_day["branch"] == name]
        assert (row["loans"], row["borrowers"]) == (str(len(own)), str(own["borrower_ref"].nunique()))
        assert row["late"] == str(int((own["dpd"] > 0).sum()))
    assert rows["Harbour"]["interval"].startswith("n/a, fewer than 30 placements")
    table = shown["chart"]["rows"]
    assert [row[0][0] for row in table[1:]] == [row["site"] for row in shown["rows"]]
    assert table[1][0][1] == Why("recovery_rate", {"branch": table[1][0][0]}).to_query()


@pytest.mark.parametrize("by", sites.BY)
def test_the_words_not_adjusted_stand_beside_every_comparison(by):
    loans = sixty_placements().rename(columns={"branch": by})
    shown = sites.update_sites(services_of(book_of(loans, paid_by_branch())), f"?by={by}", "dark")
    assert shown["chart"]["subtitle"].endswith(NOT_ADJUSTED)
    assert shown["subtitle"].endswith(NOT_ADJUSTED)
    assert shown["title"] == f"2 {plural(by)}, one by one"
    assert shown["chart"]["rows"][0][0] == by.capitalize()


def test_a_site_that_differs_by_more_than_chance_is_named_with_its_side():
    shown = sites.update_sites(services_of(book_of(sixty_placements(), paid_by_branch())), "", "light")
    assert shown["chart"]["title"].endswith("differ from the others by more than chance: Hill more; Harbour less")
    assert {row["site"]: row["others"] for row in shown["rows"]} == {"Hill": "above", "Harbour": "below"}
    assert "n = 80 placements" in shown["chart"]["subtitle"]
    dots = shown["chart"]["figure"]["data"][-1]
    assert sorted(dots["customdata"]) == sorted(
        Why("recovery_rate", {"branch": name}).mark() for name in ("Hill", "Harbour")
    )


def test_equal_sites_are_not_told_apart():
    same = paid_by_branch()
    same["amount"] = [20.0 + place % 5 for place in range(80)]
    shown = sites.update_sites(services_of(book_of(sixty_placements(), same)), "", "light")
    assert shown["chart"]["title"] == "No branch differs from the others by more than chance"
    assert {row["others"] for row in shown["rows"]} == {"within chance"}


def test_the_chart_keeps_those_that_differ_and_then_the_largest():
    placed = pd.DataFrame({"branch": [f"B{n}" for n in range(20)], "differs": [n == 19 for n in range(20)]})
    drawn = sites.to_draw(placed)
    assert drawn["branch"].tolist() == [*(f"B{n}" for n in range(14)), "B19"]


def test_the_chart_is_as_high_as_it_has_sites(services):
    few = int(sites.update_sites(services, "", "light")["style"]["height"].removesuffix("px"))
    assert sites.LOWEST_PX <= few < sites.HIGHEST_PX
    many = sixty_placements().assign(branch=[f"B{place % 20}" for place in range(160)])
    shown = sites.update_sites(services_of(book_of(many, paid_by_branch())), "", "light")
    assert shown["style"]["height"] == f"{sites.HIGHEST_PX}px"
    assert shown["chart"]["subtitle"].count("drawn are 15 of 20") == 1


@pytest.mark.parametrize("by", ["agency", "collector"])
def test_files_that_state_no_site_are_told(services, by):
    shown = sites.update_sites(services, f"?by={by}", "light")
    assert shown["chart"]["absent"] == f"n/a, because the files state no {by}."
    assert (shown["rows"], shown["subtitle"]) == ([], f"n/a, because the files state no {by}.")


def test_an_unknown_choice_is_the_first(services):
    assert sites.update_sites(services, "?by=colour", "light")["title"] == "2 branches, one by one"


def test_without_payments_rates_say_why_and_loans_are_still_counted(services_with):
    shown = sites.update_sites(services_with(TUTORIAL), "", "light")
    assert shown["chart"]["absent"] == "n/a, because this book has no payments."
    row = shown["rows"][0]
    assert (row["cash"], row["rate"], row["interval"]) == ("n/a", "n/a", "n/a, this book has no payments")
    assert row["loans"] == "20"
    paid = borrower.update_borrower(services_with(TUTORIAL), "?borrower=B-003")
    assert paid["facts"][-1] == "n/a, because this book has no payments"
    assert (paid["payments"], paid["payments_subtitle"]) == ([], "n/a, because this book has no payments.")


def test_payments_before_any_placement_draw_no_rate():
    current = services_of(book_of(three_people().assign(dpd=0), pd.DataFrame([{"loan_ref": "A", "paid_on": "2026-10-01", "amount": 5.0}])))  # fmt: skip
    shown = sites.update_sites(current, "", "light")
    assert shown["chart"]["absent"] == "n/a, because no loan of this selection was placed yet."
    assert {row["site"]: row["loans"] for row in shown["rows"]} == {"Hill": "3", "Harbour": "1"}


def test_borrowers_are_counted_by_how_many_loans_they_have(services):
    shown = several.update_several(services, "")
    assert shown["sizes_title"] == "20 borrowers with several loans hold 100.0 % of the arrears"
    assert [cells(row)[:3] for row in shown["sizes"]] == [["2", "20", "40"]]
    mixed = several.update_several(services_of(book_of(three_people())), "")
    assert [cells(row) for row in mixed["sizes"]] == [
        ["1", "2", "2", "750", "750"],
        ["2", "1", "2", "1.20 k", "1.00 k"],
    ]
    assert mixed["sizes_title"] == "1 borrower with several loans holds 57.1 % of the arrears"
    assert mixed["sizes_subtitle"].endswith("31 Oct 2026; n = 3 borrowers")


def test_loans_that_name_no_borrower_stand_for_themselves_and_the_page_says_so():
    alone = several.update_several(services_of(book_of(three_people().drop(columns="borrower_ref"))), "")
    assert alone["sizes_title"] == "Each open loan has a borrower of its own"
    assert "counts as a borrower of its own" in alone["sizes_subtitle"]
    assert [row["borrower_ref"] for row in alone["rows"]] == ["(loan A)", "(loan D)", "(loan E)"]
    assert say.borrower_title("(loan A)", "A") == "Loan A, whose files name no borrower"


def test_the_largest_arrears_are_listed_over_all_loans_of_a_borrower(services):
    shown = several.update_several(services, "")
    late = loans_on(DAYS[-1]).query("dpd > 0").groupby("borrower_ref")["balance"].sum().sort_values(ascending=False)
    assert [row["borrower_ref"] for row in shown["rows"]] == late.index.tolist()
    assert shown["rows"][0]["loans"] == "2"
    assert shown["subtitle"].startswith("All 18 borrowers in arrears on 31 Oct 2026")
    assert "this selection" in several.update_several(services, "?product=Auto")["subtitle"]


def test_a_long_list_says_how_much_of_the_arrears_it_holds():
    many = pd.DataFrame([loan(f"L{n:03d}", 100.0, 5, borrower_ref=f"B{n:03d}") for n in range(200)])
    shown = several.update_several(services_of(book_of(many)), "")
    assert len(shown["rows"]) == several.MOST
    assert shown["subtitle"].startswith("100 of 200 borrowers in arrears")
    assert "they hold 50.0 % of the arrears" in shown["subtitle"]


def test_all_loans_of_a_borrower_are_shown_whatever_is_filtered_with_what_binds_them():
    people = services_of(book_of(three_people()))
    shown = borrower.update_borrower(people, "?borrower=X&product=Home")
    assert (shown["title"], shown["whole"]) == ("Borrower X", "")
    assert [row["loan_ref"] for row in shown["loans"]] == ["A", "B", "C"]
    assert [row["status"] for row in shown["loans"]] == ["open", "open", "paid"]
    assert shown["facts"][:5] == [
        "3 loans, 2 open: Auto, Home", "1,200.00", "1,000.00 on 1 loan", "30 days past due (30-59)",
        "vulnerable: about the person, so nobody may work any of the 2 open loans",
    ]  # fmt: skip
    assert shown["work"].endswith("search=X")


def test_a_dispute_binds_its_own_loan_only():
    shown = borrower.update_borrower(services_of(book_of(three_people())), "?borrower=Y")
    assert shown["facts"][4] == "dispute: binds its own loan only; 1 of 1 open loan may not be worked"


def test_payments_of_all_loans_stand_together_up_to_the_day(services):
    shown = borrower.update_borrower(services, "?borrower=B-010")
    assert [row["loan_ref"] for row in shown["loans"]] == ["LN-020", "LN-021"]
    refs = {row["payment_ref"] for row in shown["payments"]}
    assert {"R1", "P10-LN-020"} <= refs
    assert all("LN-020" in ref or "LN-021" in ref or ref == "R1" for ref in refs)
    days = [row["paid_on"] for row in shown["payments"]]
    assert days.index("15 Oct 2026") < days.index("15 Sep 2026")
    earlier = borrower.update_borrower(services, "?borrower=B-010&as_of=2026-09-30")
    assert {row["paid_on"] for row in earlier["payments"]} == {"15 Sep 2026"}
    paid = sum(float(row["amount"].replace(",", "").replace("−", "-")) for row in shown["payments"])
    assert shown["facts"][-1] == f"{paid:,.2f} EUR"


def test_many_payments_are_cut_and_those_known_later_are_left_out():
    paid = pd.DataFrame(
        [{"loan_ref": "A", "paid_on": f"2026-{1 + n % 9:02d}-{1 + n % 28:02d}", "amount": 1.0} for n in range(210)]
    )
    people = services_of(book_of(three_people(), paid))
    shown = borrower.update_borrower(people, "?borrower=X")
    assert len(shown["payments"]) == borrower.MOST_PAYMENTS
    assert shown["payments_subtitle"].startswith("The 200 newest of 210 payments up to 31 Oct 2026")
    once = FakeHistoryReader(
        {date(2026, 11, 1): book_of(three_people(), paid[:3]), date(2026, 11, 9): book_of(three_people(), paid)}
    )
    then = borrower.update_borrower(services_of(once), "?borrower=X&known_on=2026-11-01")
    assert then["payments_subtitle"] == "3 payments up to 31 Oct 2026 on all loans together, newest first."
    assert [row["amount"] for row in then["payments"]] == ["1.00"] * 3
    assert then["facts"][-1] == "3.00"


def test_a_beginning_or_a_loan_finds_the_borrower(services):
    assert borrower.update_borrower(services, "?borrower=LN-021")["title"] == "Borrower B-010"
    assert borrower.update_borrower(services, "?borrower=%20b-01")["title"] == borrower.say.FIND_TITLE
    several_meant = borrower.update_borrower(services, "?borrower=B-01&product=Auto&by=agency")
    assert [link.children for link in several_meant["choices"]] == [f"B-01{n}" for n in range(10)]
    assert several_meant["choices"][0].href == "/customers?product=Auto&by=agency&borrower=B-010"
    assert several_meant["whole"] == "is-absent"
    assert several_meant["subtitle"] == "10 borrowers may be meant by “B-01”. Choose one, or type more."
    too_many = borrower.update_borrower(services, "?borrower=B")
    assert len(too_many["choices"]) == borrower.MOST_CHOICES
    assert too_many["subtitle"].startswith("More than 12 borrowers may be meant")


def test_a_loan_named_in_full_is_found_though_others_begin_so_or_it_is_paid():
    rows = [loan(f"L{n}", 10.0 + n, 5, borrower_ref=f"B{n}") for n in (1, *range(10, 20))]
    shown = borrower.update_borrower(services_of(book_of(pd.DataFrame(rows))), "?borrower=L1")
    assert (shown["title"], [row["loan_ref"] for row in shown["loans"]]) == ("Borrower B1", ["L1"])
    paid = services_of(book_of(three_people()))
    assert borrower.update_borrower(paid, "?borrower=C")["title"] == "Borrower X"


@pytest.mark.parametrize("asked", ["", "?borrower=", "?borrower=%20%20"])
def test_nobody_asked_for_shows_how_to_ask(services, asked):
    shown = borrower.update_borrower(services, asked)
    assert (shown["title"], shown["subtitle"], shown["whole"]) == (say.FIND_TITLE, say.FIND_NOTE, "is-absent")


@pytest.mark.parametrize("asked", ["Nobody", "%25", "';--", "%00", "%F0%9F%98%80", "B" * 500])
def test_an_unknown_borrower_is_told(services, asked):
    shown = borrower.update_borrower(services, f"?borrower={asked}")
    assert shown["subtitle"].startswith("No borrower on 31 Oct 2026 is called “")
    assert (shown["loans"], shown["payments"], shown["choices"]) == ([], [], [])


def test_a_borrower_without_open_loans_is_found_by_the_whole_number():
    gone = three_people().assign(status="paid")
    shown = borrower.update_borrower(services_of(book_of(pd.concat([gone[:3], three_people()[3:4]]))), "?borrower=X")
    assert shown["facts"][:4] == ["3 loans, 0 open: Auto, Home", "0.00", "0.00", "no loan is open"]
    assert shown["facts"][4] == "vulnerable: about the person"


def test_words_for_borrowers_who_are_current_and_free():
    rows = SmallBookReader(BOOK).borrower_loans("B-010", Selection())
    summary = borrower_summary(rows)
    free = replace(summary, worst_dpd=0, worst_bucket="Current", holds=(), held_loans=0, open_loans=1, loans=1)
    assert say.behind_words(free) == "every open loan is current"
    assert say.hold_words(free) == "none"
    assert say.loans_words(replace(free, products=("not stated",))) == "1 loan, open"


def test_a_selection_without_loans_says_so_everywhere(services):
    shown = sites.update_sites(services, "?product=not+stated", "light")
    assert said(shown["answer"]) == "Nobody owes anything here: no loan of this selection is open."
    assert shown["chart"]["absent"] == say.NO_LOANS
    nobody = several.update_several(services, "?product=not+stated")
    assert (nobody["rows"], nobody["sizes"], nobody["subtitle"]) == ([], [], say.NO_ARREARS)
    assert nobody["sizes_title"] == "No open loan"
    assert customers.update_headline(services, "?product=not+stated", "light")["loans_per_borrower"]["value"] == "n/a"


def test_an_empty_book_shows_nothing(services_with):
    empty = services_with(EMPTY)
    for update in (sites.update_sites, customers.update_headline):
        with pytest.raises(PreventUpdate):
            update(empty, "", "light")
    for update in (several.update_several, borrower.update_borrower):
        with pytest.raises(PreventUpdate):
            update(empty, "?borrower=B-010")


def test_the_links_carry_the_number_and_a_list_of_loans_has_them_too():
    from dashboard.pages.segments import listing

    for columns in (several.COLUMNS, listing.COLUMNS):
        (column,) = [column for column in columns if column["field"] == "borrower_ref"]
        assert column["cellRenderer"] == "BorrowerLink"


def test_an_answer_stays_under_64_kb_and_few_components(services):
    shown = sites.update_sites(services, "", "dark")
    assert len(json.dumps({**shown, "answer": ""}, default=str)) < 64 * 1024
    assert len(several.update_several(services, "")["sizes"]) <= 4


@pytest.mark.parametrize(
    "part", ["customers-answer.children", "customers-borrowers-value.children", "customers-largest.rowData", "customers-borrower-list.rowData"]
)  # fmt: skip
def test_the_page_answers_a_browser(app, client, part):
    answer = client.post("/_dash-update-component", json=body_of(app, part, search="?borrower=B-010", data=None))
    assert answer.status_code == 200
    assert len(answer.data) < 64 * 1024


def scored(frame: pd.DataFrame) -> FakePortfolioReader:
    """A book with the rule's scores, parts and all, as the store would keep them."""
    by_rule = rule_score(frame)
    kept = by_rule[["risk_score", "reasons", "contributions"]].assign(source="rule", proposed="Legal")
    return FakePortfolioReader(pd.concat([frame, kept], axis=1))


def test_a_borrower_s_scores_are_taken_apart_and_what_would_change_the_recommendation_is_said():
    facts = {"missed_payments": 1, "emi": 30.0, "monthly_income": 60.0, "collateral_value": 0.0, "borrower_ref": "X"}
    frame = pd.DataFrame(
        [
            loan("A", 1000.0, 120, **facts), loan("B", 200.0, 80, **facts), loan("C", 100.0, 60, **facts),
            loan("D", 5000.0, 0, **facts), loan("E", 5000.0, 70, **(facts | {"borrower_ref": "Y"})),
        ]
    )  # fmt: skip
    shown = borrower.update_borrower(services_of(scored(frame)), "?borrower=X")
    heads = [part.children[0].children for part in shown["parts"][:2]]
    assert heads == ["A: score 81 of 100", "B: score 77 of 100"]
    assert shown["parts"][2].children == "1 smaller loan in arrears is not drawn here."
    assert shown["parts"][0].children[1].children[0].children[0].children == "Days past due"
    said = [item.children for item in shown["what_if"][0].children]
    assert all("instead of Legal" in each for each in said)
    assert not any("loan D" in each or "loan E" in each for each in said)


def test_where_a_learned_policy_proposed_no_lighter_track_is_promised_by_the_score():
    frame = pd.DataFrame([loan("A", 1000.0, 120, borrower_ref="X", missed_payments=1, collateral_value=0.0)])
    reader = scored(frame)
    told = reader.borrower_snapshots
    reader.borrower_snapshots = lambda *given: told(*given).assign(policy="Value policy 3", proposed="No action")
    shown = borrower.update_borrower(services_of(reader), "?borrower=X")
    assert shown["what_if"][0].children.startswith("Value policy 3 proposes by what each strategy is expected to bring")


def test_a_borrower_without_arrears_has_nothing_to_take_apart():
    shown = borrower.update_borrower(
        services_of(scored(pd.DataFrame([loan("D", 50.0, 0, borrower_ref="X")]))), "?borrower=X"
    )
    assert [part.children for part in shown["parts"]] == [say.NOTHING_BEHIND]
    assert shown["what_if"][0].children == "Nothing the score reads is known."


def test_a_loan_s_expectation_stands_with_what_loans_like_it_brought_where_a_model_told_it():
    nan = float("nan")
    told = {"expected_recovery": 1_200.0, "expected_low": 0.0, "expected_high": 2_900.0}
    assert borrower._expected(told) == "1,200 (0 to 2,900)"
    assert borrower._expected(told | {"expected_low": nan, "expected_high": nan}) == "1,200"
    assert borrower._expected(dict.fromkeys(told, nan)) == "n/a"
