"""The Portfolio page against the small book, hand-counted from its frames."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from dash import dcc, html
from dash.exceptions import PreventUpdate

from dashboard.pages import portfolio
from dashboard.pages.portfolio import change, evidence, headline, stuck
from dashboard.pages.portfolio.folding import folded
from tests.dashboard.small_book import BATCH, BOOK, DAYS, EMPTY, TUTORIAL, SmallBookReader, loans_on, payments
from tests.dashboard.work import services_of
from tests.fake_history import FakeHistoryReader
from tests.fakes import FakePortfolioReader

NAN = float("nan")
KEYS = [
    "outstanding", "in_arrears", "recovery_rate", "cash_month", "net_recovery", "cost_to_collect", "roll_forward_rate",
    "promises_kept_rate", "loans", "loans_in_arrears", "redefault_rate", "intensity", "on_hold_share",
]  # fmt: skip


def said(children) -> str:
    """Everything a reader sees of some children, in order."""
    if isinstance(children, (list, tuple)):
        return "".join(said(child) for child in children)
    return children if isinstance(children, str) else said(children.children or "")


def answer_of(services, search: str) -> str:
    return said(headline.update_headline(services, search, "light")["answer"])


def figures_of(services, search: str) -> dict[str, dict]:
    return headline.update_headline(services, search, "light")["figures"]


def note_of(figure: dict) -> list[str]:
    return [said(line) for line in figure["note"]]


def late(day: int, product: str | None = None) -> pd.DataFrame:
    frame = loans_on(DAYS[day])
    return frame[(frame["dpd"] > 0) & ((frame["product"] == product) if product else True)]


@pytest.fixture
def aimed(services):
    """The small book with targets: cash in October, the arrears and the recovery rate always."""
    reader = SmallBookReader(BOOK)
    targets = pd.DataFrame(
        {"metric": ["cash_month", "in_arrears", "recovery_rate"], "month": ["2026-10-31", NAN, NAN],
         "age_months": NAN, "value": [50_000.0, 1_700_000.0, 0.01]}
    )  # fmt: skip
    reader.set_targets.put(targets, "ana", date(2026, 10, 1))
    return replace(services, reader=lambda: reader)


def test_the_answer_names_the_stock_its_change_who_moved_it_and_the_cash(services):
    before, now = late(1)["balance"].sum(), late(2)["balance"].sum()
    assert (round(now), round(before)) == (1_732_644, 1_562_629)
    assert answer_of(services, "") == (
        "EUR 1.73 M of 2.35 M is in arrears (74 %), 170 k more than on 30 Sep; Auto added 170 k."
        " Cash this month is 45.1 k, −31.7 %."
    )


def test_the_answer_counts_loans_where_the_page_does(services):
    before, now = len(late(1)), len(late(2))
    assert answer_of(services, "?as=loans").startswith(
        f"{now} of 40 loans are in arrears ({round(now / 40 * 100)} %), {now - before} more than on 30 Sep; "
    )


def test_a_filter_narrows_the_answer_and_leaves_the_bystander_out(services):
    auto = late(2, "Auto")["balance"].sum()
    assert f"EUR {auto / 1000:.0f} k of" in answer_of(services, "?product=Auto")
    assert "No loan is in this selection" in answer_of(services, "?product=not+stated")


def test_without_an_earlier_day_the_answer_says_why_it_compares_nothing(services_with, services):
    assert answer_of(services_with(TUTORIAL), "").endswith(
        "The comparison is n/a, because this book holds no day before 31 Oct 2026."
    )
    assert answer_of(services, "?with=year").endswith(
        "The comparison is n/a, because this book holds no figures of 31 Oct 2025. Cash this month is 45.1 k."
    )


def test_eight_figures_come_from_core_with_n_trend_and_words(services):
    figures = figures_of(services, "")
    assert list(figures) == KEYS
    assert figures["in_arrears"]["value"] == "1.73 M"
    assert figures["in_arrears"]["tone"] == "delta bad"
    assert note_of(figures["in_arrears"]) == [f"since 30 Sep, n\u00a0=\u00a0{len(late(2))}"]
    october = payments().query("paid_on >= '2026-10-01'")
    net = october["amount"].where(october["payment_kind"] == "cash", -october["amount"]).sum()
    assert f". {net:,.2f}; n =" in figures["cash_month"]["why"]
    assert figures["outstanding"]["trend_class"] == "spark"
    assert figures["on_hold_share"]["trend_class"] == "spark"


def test_loans_stand_in_for_balances_where_loans_are_added_up(services):
    made = headline.update_headline(services, "?as=loans", "light")
    assert made["cards"].split() == ["kpis", "by-four", "by-loans"]
    assert (made["figures"]["loans"]["value"], made["figures"]["loans_in_arrears"]["value"]) == (
        "40",
        str(len(late(2))),
    )
    looks = {card.children[0].children: card.className for card in headline.cards().children}
    assert looks["Outstanding"].endswith("of-balance")
    assert looks["Loans in arrears"].endswith("of-loans")
    assert looks["Net recovery"] == "card kpi"


def test_an_interval_is_said_where_there_is_one(services):
    note = note_of(figures_of(services, "")["on_hold_share"])
    held = late(2)["hold"].notna().sum()
    assert note[0].endswith(f"n\u00a0=\u00a0{len(late(2))}")
    assert held == 1
    assert note[1] == "95\u00a0%:\u00a00.6\u00a0to\u00a017.2\u00a0%"


def test_a_target_stands_beside_the_change_where_one_is_set(aimed):
    figures = figures_of(aimed, "")
    assert note_of(figures["cash_month"])[-1] == "target 50.0 k"
    assert note_of(figures["recovery_rate"])[-1] == "target 1.0 %"
    assert "target" not in said(figures["net_recovery"]["note"])


def test_against_targets_the_change_is_the_difference_to_them(aimed):
    figures = figures_of(aimed, "?with=target")
    assert figures["in_arrears"]["delta"] == "+1.9 % worse"
    assert note_of(figures["in_arrears"])[0].startswith("than the target 1.70 M, n")
    assert figures["cash_month"]["delta"] == "−9.8 % worse"
    assert answer_of(aimed, "?with=target") == (
        "EUR 1.73 M of 2.35 M is in arrears (74 %), 32.6 k above its target of 1.70 M."
        " Cash this month is 45.1 k, −9.8 % on its target."
    )


def test_an_absent_target_says_so_and_leads_to_where_one_is_set(aimed, services):
    figures = figures_of(aimed, "?with=target")
    assert figures["net_recovery"]["delta"] == ""
    assert note_of(figures["net_recovery"])[0].startswith("n/a, because no target is set, n")
    (link,) = [piece for piece in figures["net_recovery"]["note"][0].children if isinstance(piece, dcc.Link)]
    assert link.href == headline.TARGETS_PATH
    assert note_of(figures["on_hold_share"])[0].startswith("n/a, because it takes no target, n")
    assert "against a target it is n/a, because no target is set" in answer_of(services, "?with=target")


def test_a_target_of_the_whole_book_is_not_held_against_a_part_of_it(aimed):
    figures = figures_of(aimed, "?with=target&product=Auto")
    said_of_cash = "n/a, because the target is of the whole book, and this is a part of it, n"
    assert note_of(figures["cash_month"])[0].startswith(said_of_cash)
    assert (figures["cash_month"]["delta"], figures["cash_month"]["tone"]) == ("", "delta muted")
    beside = figures_of(aimed, "?product=Auto")
    assert note_of(beside["recovery_rate"])[-1] == "whole book's target 1.0 %"
    assert "target" not in said(beside["cash_month"]["note"])
    assert "n/a, because the target is of the whole book" in answer_of(aimed, "?with=target&product=Auto")


def test_a_part_of_the_book_neither_meets_nor_misses_the_rate_of_the_whole(aimed):
    figures = figures_of(aimed, "?with=target&product=Auto")
    assert figures["recovery_rate"]["delta"].endswith(" up")
    assert figures["recovery_rate"]["tone"] == "delta muted"
    assert note_of(figures["recovery_rate"])[0].startswith("on the whole book's target 1.0 %, n")
    card = change.update_change(aimed, "?with=target&product=Auto", "light")
    assert card["title"].startswith("Recovery rate: ")
    assert card["title"].endswith(" over the whole book's target")
    assert [row[0][0] for row in card["rows"][1:]] == ["Recovery rate"]


def test_a_part_of_a_month_is_not_held_against_a_whole_months_target(services):
    day = date(2026, 10, 15)
    rows = pd.concat([loans_on(DAYS[1]), loans_on(DAYS[2]).assign(as_of=day.isoformat())], ignore_index=True)
    reader = FakePortfolioReader(rows, payments())
    always = pd.DataFrame(
        {"metric": ["cash_month", "in_arrears"], "month": NAN, "age_months": NAN, "value": [50_000.0, 1e6]}
    )
    reader.set_targets.put(always, "ana", day)
    figures = figures_of(replace(services, reader=lambda: reader), "?with=target")
    assert "the target is of a whole month, and this one is not over" in note_of(figures["cash_month"])[0]
    assert figures["cash_month"]["delta"] == ""
    assert note_of(figures["in_arrears"])[0].startswith("than the target 1.00 M, n")


def test_what_has_no_better_side_is_drawn_and_neither_met_nor_missed(services):
    reader = SmallBookReader(BOOK)
    reader.set_targets.put(
        pd.DataFrame({"metric": ["outstanding"], "month": [NAN], "age_months": [NAN], "value": [2_000_000.0]}),
        "ana", date(2026, 10, 1),
    )  # fmt: skip
    aimed = replace(services, reader=lambda: reader)
    figure = figures_of(aimed, "?with=target")["outstanding"]
    assert (figure["delta"], figure["tone"]) == ("+17.5 % up", "delta muted")
    card = change.update_change(aimed, "?with=target", "light")
    assert card["title"] == "Outstanding: 17.5 % over its target"


def test_an_arrears_target_that_is_met_to_the_cent_is_on_target(aimed):
    reader = aimed.reader()
    exact = pd.DataFrame(
        {"metric": ["in_arrears"], "month": [NAN], "age_months": [NAN], "value": [late(2)["balance"].sum().round(2)]}
    )
    reader.set_targets.put(exact, "ana", date(2026, 10, 2))
    assert "(74 %), on its target." in answer_of(aimed, "?with=target")


def test_a_book_without_payments_says_so_in_place_of_numbers(services_with):
    figures = figures_of(services_with(TUTORIAL), "")
    assert figures["outstanding"]["value"] == "2.35 M"
    for name in ("recovery_rate", "cash_month"):
        assert (figures[name]["value"], figures[name]["note"]) == ("n/a", "because this book has no payments")
    assert figures["net_recovery"]["note"] == "because this book has no payments and no costs"
    assert figures["intensity"]["value"] == figures["promises_kept_rate"]["value"] == "n/a"
    assert "a month is known by both its ends" in figures["roll_forward_rate"]["note"]


def test_the_stock_by_product_adds_up_and_the_largest_is_the_title(services):
    card = stuck.update_stuck(services, "", "light")
    numbers = {row[0][0]: float(row[1].replace(",", "")) for row in card["rows"][1:]}
    assert sum(numbers.values()) == pytest.approx(late(2)["balance"].sum())
    assert numbers["Auto"] == pytest.approx(late(2, "Auto")["balance"].sum())
    assert (
        card["title"]
        == f"{max(numbers, key=lambda name: numbers[name])} holds {max(numbers.values()) / sum(numbers.values()):.0%} of the arrears".replace(
            "%", " %"
        )
    )
    assert card["rows"][1][0][1] == "why=in_arrears&cell=product~Auto"


def test_the_stock_by_number_of_loans_opens_the_loans(services):
    card = stuck.update_stuck(services, "?as=loans", "light")
    counts = {row[0][0]: int(row[3]) for row in card["rows"][1:]}
    assert counts == late(2)["product"].value_counts().to_dict()
    assert card["title"].endswith("of the loans in arrears")
    assert card["rows"][1][0][1].startswith("why=loans_in_arrears&")


def test_the_address_chooses_the_dimension(services):
    assert stuck.update_stuck(services, "?by=region", "light")["rows"][0][0] == "Region"


def test_one_group_holds_everything_in_words(services):
    assert stuck.update_stuck(services, "?product=Auto", "light")["title"] == "All arrears stand in one product: Auto"


def test_what_the_book_does_not_state_is_not_drawn(services):
    card = stuck.update_stuck(services, "?by=agency", "light")
    assert card["absent"] == "n/a, because this book states no agency."
    assert card["rows"] == []
    assert "no loan is in this selection" in stuck.update_stuck(services, "?product=not+stated", "light")["absent"]


def test_a_selection_without_arrears_says_so(services):
    card = stuck.update_stuck(services, "?bucket=Current", "light")
    assert card["title"] == "Nothing is in arrears"


def test_the_largest_exposures_are_past_due_and_in_order(services):
    made = evidence.update_largest(services, "")
    expected = late(2).sort_values("balance", ascending=False)["loan_ref"].head(10).tolist()
    assert [row["loan_ref"] for row in made["rows"]] == expected
    assert made["subtitle"] == "10 of 29 loans past due in this selection, largest balance first"
    held, whole = late(2)["balance"].nlargest(10), late(2)["balance"].sum()
    assert [row["share"] for row in made["rows"]] == [f"{share * 100:.1f} %" for share in held / whole]
    assert made["title"].startswith(f"The 10 largest loans in arrears hold {held.sum() / 1e3:,.0f} k")
    assert made["title"].endswith(f", {held.sum() / whole * 100:.1f} % of the arrears")


def test_a_bucket_filter_holds_for_the_largest_too(services):
    made = evidence.update_largest(services, "?bucket=120%2B")
    refs = [row["loan_ref"] for row in made["rows"]]
    assert refs == late(2).query("dpd >= 120").sort_values("balance", ascending=False)["loan_ref"].head(10).tolist()
    nothing = evidence.update_largest(services, "?bucket=Current")
    assert (nothing["rows"], nothing["title"]) == ([], "The largest loans in arrears")


def test_freshness_names_day_age_file_and_what_was_assumed(services, services_with):
    assert evidence.update_freshness(services, "") == (
        "31 Oct 2026, 20 days ago; 3 snapshots in the book", "2 Nov 2026, 1 batch in all", "payments 2 Nov 2026, actions 2 Nov 2026", "october.csv, 40 rows of 41", "stated in the file",
    )  # fmt: skip
    assert (
        evidence.update_freshness(services_with(TUTORIAL), "")[4]
        == "assumed to be the day received, the file states none"
    )


def test_freshness_is_that_of_the_day_of_knowledge(services_with):
    files = [
        replace(BATCH, id=1, filename="first.csv", received_on=date(2026, 10, 3)),
        replace(BATCH, id=2, kind="payments", filename="paid.csv", received_on=date(2026, 11, 2), last_day=date(2026, 10, 30),
                status="undone", undone_on=date(2026, 11, 10)),
        replace(BATCH, id=3, filename="newest.csv", received_on=date(2026, 11, 12)),
        replace(BATCH, id=4, filename="refused.csv", status="refused", received_on=date(2026, 10, 4)),
    ]  # fmt: skip
    frame = pd.concat([loans_on(day).assign(as_of=day.isoformat()) for day in DAYS])
    paid = pd.DataFrame({"loan_ref": ["LN-001"], "paid_on": ["2026-10-30"], "amount": [5.0]})
    told = {
        date(2026, 10, 3): FakePortfolioReader(frame[frame["as_of"] < "2026-10"], batches=files[:1]),
        date(2026, 11, 2): FakePortfolioReader(frame, paid, batches=[files[0], replace(files[1], status="committed")]),
        date(2026, 11, 12): FakePortfolioReader(frame, batches=files),
    }
    reader = FakeHistoryReader(told)

    def told_on(day: str) -> tuple[str, ...]:
        return evidence.update_freshness(services_of(reader), f"?known_on={day}" if day else "")[:4]

    assert told_on("2026-10-05") == (
        "30 Sep 2026, 51 days ago; 2 snapshots in the book", "3 Oct 2026, 1 batch in all", "payments n/a, actions n/a",
        "first.csv, 40 rows of 41",
    )  # fmt: skip
    assert told_on("2026-11-09")[1:] == (
        "2 Nov 2026, 2 batches in all", "payments 2 Nov 2026, actions n/a", "paid.csv, 40 rows of 41",
    )  # fmt: skip
    assert told_on("")[1:] == (
        "12 Nov 2026, 2 batches in all",
        "payments n/a, actions n/a",
        "newest.csv, 40 rows of 41",
    )


def test_many_groups_are_folded_so_that_the_sum_stays():
    stock = pd.DataFrame({"branch": [f"B{n:02d}" for n in range(12)], "arrears_balance": 10.0, "arrears_loans": 1})
    groups = stuck.shares(stock, "branch", "arrears_balance")
    assert list(groups["branch"])[-1] == "6 others"
    assert groups["arrears_balance"].sum() == 120.0
    assert groups["share"].sum() == pytest.approx(1.0)
    assert folded(stock, "branch", ["arrears_loans"], 12)["branch"].tolist() == stock["branch"].tolist()


def test_an_empty_book_leaves_the_page_to_the_shell(services_with):
    for update in (evidence.update_largest, evidence.update_freshness):
        with pytest.raises(PreventUpdate):
            update(services_with(EMPTY), "")
    with pytest.raises(PreventUpdate):
        headline.update_headline(services_with(EMPTY), "", "light")


def test_a_whole_view_is_small_on_the_wire(services):
    view = [
        headline.update_headline(services, "", "light")["figures"], stuck.update_stuck(services, "", "light"),
        change.update_change(services, "", "light"), evidence.update_largest(services, ""),
    ]  # fmt: skip
    assert len(json.dumps(view, default=lambda part: part.to_plotly_json())) < 64_000


def test_the_page_asks_its_question_and_carries_no_numbers():
    page = portfolio.layout()
    assert isinstance(page, html.Div)
    assert portfolio.PAGE.question == "How are we doing, and what needs attention?"
