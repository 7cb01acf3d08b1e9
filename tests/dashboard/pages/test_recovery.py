"""The Recovery page against the small book, a longer one, and one that moves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from dash import html
from dash.exceptions import PreventUpdate
from plotly.utils import PlotlyJSONEncoder

from core.metrics.answers import answer
from core.selection import Selection
from dashboard.address import Why
from dashboard.pages.recovery import headline, liquidation, outlook, promises, rolls, to_date, warning
from dashboard.pages.recovery.points import marked, parts
from dashboard.remembered import Remembered
from dashboard.state import view_of
from dashboard.theme import LIGHT
from tests.dashboard.callback_body import body_of
from tests.dashboard.moving_book import moving_book
from tests.dashboard.pages.test_customers import paid_by_branch, sixty_placements
from tests.dashboard.small_book import BOOK, EMPTY, TUTORIAL, payments
from tests.dashboard.work import book_of, services_of

MONTHS = [str(day.date()) for day in pd.date_range("2026-01-31", periods=9, freq="ME")]
PARTS = (liquidation.update_liquidation, rolls.update_rolls, promises.update_promises)


def answer_of(services, search=""):
    return said(headline.update_headline(services, search, "light", Remembered())["answer"])


def figures_of(services, search=""):
    return headline.update_headline(services, search, "light", Remembered())["figures"]


def charts_of(services, search="", mode="light"):
    """Every chart of the page by name."""
    charts = {}
    for update in PARTS:
        charts |= update(services, search, mode)
    charts.pop("why")
    charts |= {
        f"{name}_ahead": chart for name, chart in outlook.update_outlook(services, search, mode, Remembered()).items()
    }
    return charts | to_date.update_to_date(services, search, mode, 1)


def words(rows):
    """A chart's table with the words of its first cells, without their addresses."""
    return [[cell[0] if isinstance(cell, list) else cell for cell in row] for row in rows]


def marks(chart):
    """What the points of a chart ask about."""
    found = []
    for trace in chart["figure"]["data"]:
        for point in trace.get("customdata") or []:
            cells = point if trace["type"] == "heatmap" else [point[0] if isinstance(point, list) else point]
            found += [cell for cell in cells if cell]
    return found


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
    assert answer_of(nine_months) == (
        "30.0 % of what was placed has come back: EUR 240 of 800. The cohort of 2026 Q2 brought 20.0 % after 3 months, "
        "against 40.0 % for 1 earlier cohort: too few to call a difference clear, which takes 3."
    )


def test_a_book_too_short_to_compare_says_so(services):
    answer = answer_of(services)
    assert answer.startswith("6.0 % of what was placed has come back: EUR 111 k of 1.84 M.")
    assert answer.endswith(
        "Whether it gets better cannot be said yet: no two placement cohorts have run three months yet."
    )


def test_the_trend_ranks_no_groups_that_are_too_small_and_its_table_carries_n(nine_months):
    shown = to_date.update_trend(nine_months, "", "light")
    assert shown["title"] == "Too little to tell products apart"
    assert "n = 8 placements" in shown["subtitle"]
    assert "Not adjusted: older placements have had longer to pay. If all were alike, chance " in shown["subtitle"]
    assert words(shown["rows"]) == [
        ["Product", "Recovery rate", "Cash to date", "Balance placed", "Placements"],
        ["Auto", "20.0 %", "80.00", "400.00", "4"],
        ["Home", "40.0 %", "160.00", "400.00", "4"],
        ["all", "30.0 %", "240.00", "800.00", "8"],
    ]


def test_a_product_stands_out_only_where_it_differs_by_more_than_chance():
    loans = sixty_placements().rename(columns={"branch": "product"})
    shown = to_date.update_trend(services_of(book_of(loans, paid_by_branch())), "", "light")
    assert shown["title"] == "2 of 2 products differ from the others by more than chance: Hill more; Harbour less"
    assert [(line["name"], line["line"]["color"]) for line in shown["figure"]["data"][:2]] == [
        ("Harbour", LIGHT.accent),
        ("Hill", LIGHT.accent),
    ]
    same_amounts = paid_by_branch().assign(amount=[10.0 + place % 5 for place in range(80)])
    alike = to_date.update_trend(services_of(book_of(loans, same_amounts)), "", "light")
    assert alike["title"] == "No product differs from the others by more than chance"
    assert {line["line"]["color"] for line in alike["figure"]["data"][:2]} == {LIGHT.faint}


def test_the_address_chooses_what_splits_the_trend_and_nonsense_is_the_default(nine_months):
    assert to_date.update_trend(nine_months, "?by=strategy", "light")["rows"][1][0][0] == "Standard"
    assert to_date.update_trend(nine_months, "?by=shoe", "light")["rows"][0][0] == "Product"


def test_loans_whose_group_is_not_stated_count_in_all_only(nine_months):
    shown = to_date.update_trend(nine_months, "?by=region", "light")
    assert [row[0] for row in words(shown["rows"])] == ["Region", "all"]
    assert "8 without a region count in all only" in shown["subtitle"]


def test_a_filter_narrows_every_part(nine_months):
    shown = to_date.update_trend(nine_months, "?product=Home", "light")
    assert words(shown["rows"])[-1] == ["all", "40.0 %", "160.00", "400.00", "4"]
    assert words(to_date.update_cash(nine_months, "?product=Home", "light")["rows"])[2] == [
        "Feb 2026",
        "2",
        "80.00",
        "80.00",
    ]


def test_groups_stand_at_the_same_age_with_both_n(nine_months):
    shown = to_date.update_groups(nine_months, "", "light")
    assert shown["title"] == "No product differs clearly from its earlier cohorts"
    assert words(shown["rows"])[1:] == [
        ["Auto", "0.0 %", "2", "40.0 %", "2", "−40.0 pts"],
        ["Home", "40.0 %", "2", "40.0 %", "2", "0.0 pts"],
    ]


def test_cohorts_show_not_yet_where_not_every_loan_has_run_so_long(nine_months):
    shown = liquidation.update_liquidation(nine_months, "", "light")["cohorts"]
    assert words(shown["rows"])[1:] == [
        ["2026 Q1", "400.00", "4", "40.0 %", "40.0 %", "not yet", "not yet", "40.0 %"],
        ["2026 Q2", "400.00", "4", "20.0 %", "not yet", "not yet", "not yet", "20.0 %"],
    ]
    by_month = liquidation.update_liquidation(nine_months, "?size=month", "light")["cohorts"]["rows"]
    assert [row[0] for row in words(by_month)[1:]] == ["2026-01", "2026-04"]


def test_an_earlier_day_knows_less(nine_months):
    shown = liquidation.update_liquidation(nine_months, "?as_of=2026-03-31", "light")["cohorts"]
    assert words(shown["rows"])[1:] == [
        ["2026 Q1", "400.00", "4", "not yet", "not yet", "not yet", "not yet", "40.0 %"]
    ]


def test_cash_says_what_is_left_out_and_the_bystander_is(nine_months):
    shown = to_date.update_cash(nine_months, "", "light")
    assert "left out: 500 on loans not placed" in shown["subtitle"]
    assert words(shown["rows"])[5] == ["May 2026", "2", "80.00", "80.00"]


def test_cash_of_the_small_book_is_net_of_the_reversal(services):
    october = payments().query("paid_on >= '2026-10-01'")
    net = october["amount"].where(october["payment_kind"] == "cash", -october["amount"]).sum()
    assert to_date.update_cash(services, "", "light")["rows"][-1][2] == f"{net:,.2f}"
    assert (
        to_date.update_cash(services, "", "light")["title"]
        == "45.1 k came in over Oct 2026, −32 % on the mean of 1 month before"
    )


def test_without_payments_the_stated_outcomes_are_shown_and_the_rest_says_why(services_with):
    tutorial = services_with(TUTORIAL)
    assert answer_of(tutorial) == "Recovery is n/a, because this book has no payments."
    charts = charts_of(tutorial)
    stated = charts.pop("curves")
    assert stated["title"] == "The file states 85 % fully recovered"
    assert "a liquidation curve is n/a, because this book has no payments" in stated["subtitle"]
    assert {name for name, chart in charts.items() if not chart["absent"].startswith("n/a, because ")} == set()
    assert {figure["value"] for figure in figures_of(tutorial).values()} == {"n/a"}
    assert warning.update_warning(tutorial, "")["subtitle"].startswith("n/a, because this book holds no loans of")
    assert rolls.update_rolls(tutorial, "", "light")["why"] == [""]


def test_without_payments_and_outcomes_there_is_only_the_reason():
    bare = services_of(book_of(pd.DataFrame([{"loan_ref": "A", "as_of": "2026-10-31", "balance": 1.0, "dpd": 5}])))
    assert charts_of(bare)["curves"]["absent"] == "n/a, because this book has no payments."


def test_a_selection_without_loans_draws_no_empty_chart(services):
    charts = charts_of(services, "?product=not+stated")
    drawn = {name for name, chart in charts.items() if not chart["absent"]}
    assert drawn == {"cash"}  # months without a payment are bars of nothing, and said so
    assert "no loan of this selection was placed yet" in charts["curves"]["absent"]
    assert charts["heat"]["absent"] == "n/a, because no loan of this selection was open on 30 Sep 2026."
    absent = warning.update_warning(services, "?product=not+stated")
    assert (absent["rows"], absent["table"]) == ([], "is-absent")
    assert "Recovery is n/a, because no loan was placed yet" in answer_of(services, "?product=not+stated")


def test_an_empty_book_shows_nothing(services_with):
    with pytest.raises(PreventUpdate):
        liquidation.update_liquidation(services_with(EMPTY), "", "light")


def test_rates_to_date_are_read_once_somebody_opens_them(services):
    with pytest.raises(PreventUpdate):
        to_date.update_to_date(services, "", "light", None)


def test_a_phone_gets_the_matrix_as_a_table_of_five_ways(nine_months, services_with):
    (table,) = charts_of(nine_months)["heat"]["narrow"]
    assert [cell.children for cell in table.children[1].children.children][1:] == [
        "cured", "better", "stayed", "worse", "left",
    ]  # fmt: skip
    assert [row.children[0].children[0].children for row in table.children[2].children] == ["Current", "30-59"]
    assert charts_of(services_with(TUTORIAL))["heat"]["narrow"] == []


def test_an_answer_stays_under_64_kb(nine_months):
    for chart in charts_of(nine_months, "?size=month&as=loans", "dark").values():
        assert len(json.dumps(chart, cls=PlotlyJSONEncoder)) < 64 * 1024


@pytest.mark.parametrize("part", ["recovery-answer.children", "recovery-curves-title.children", "recovery-heat-title.children",
                                  "recovery-warning-title.children", "recovery-kept-title.children",
                                  "recovery-cash_ahead-title.children"])  # fmt: skip
def test_the_page_answers_a_browser(app, client, part):
    answer = client.post("/_dash-update-component", json=body_of(app, part, search="", data=None))
    assert answer.status_code == 200
    assert len(answer.data) < 64 * 1024


@pytest.fixture(scope="module")
def moving():
    return services_of(moving_book())


def lines_of(figure: dict) -> list[str]:
    """What stands under a figure, line by line."""
    return [line.children.replace("\u00a0", " ") for line in figure["note"]]


def test_the_figures_say_n_their_interval_and_the_target(moving):
    figures = figures_of(moving)
    assert list(figures) == list(headline.NAMES)
    assert figures["cure_rate"]["value"] == "25.0 %"
    assert lines_of(figures["promises_kept_rate"]) == ["since 30 Sep, n = 22", "95 %: 30.7 to 69.3 %"]
    assert lines_of(figures["forecast_cash_next_month"])[1].startswith("80 %: ")
    assert lines_of(figures["liquidation_12m"]) == ["because no month of placements has reached 12 months"]


def test_a_target_stands_under_the_figure_it_was_set_for():
    book = moving_book()
    put_targets(book, ("promises_kept_rate", None, None, 0.6))
    figures = figures_of(services_of(book))
    assert lines_of(figures["promises_kept_rate"])[-1] == "target 60.0 %"
    assert not any("target" in line for line in lines_of(figures["cure_rate"]))


def test_the_page_compares_with_last_month_last_year_and_targets():
    book = moving_book()
    put_targets(
        book, ("promises_kept_rate", None, None, 0.6), ("cash_month", None, None, 50.0), ("liquidation", None, 12, 0.3),
        ("cash_month", "2026-11-30", None, 30.0),
    )  # fmt: skip
    services = services_of(book)
    month, year, aimed = (figures_of(services, search) for search in ("", "?with=year", "?with=target"))
    assert lines_of(month["cash_month"]) == ["since 30 Sep, n = 4", "target 50"]
    assert month["cash_month"]["delta"] == "no change"
    assert lines_of(year["cash_month"]) == ["n = 4", "target 50"]  # no October 2025 in the book
    assert aimed["cash_month"]["delta"] == "−20.0 % worse"
    assert lines_of(aimed["cash_month"]) == ["than the target 50, n = 4"]
    assert lines_of(aimed["promises_kept_rate"])[0].startswith("than the target 60.0 %, n")
    assert lines_of(aimed["cure_rate"])[0].startswith("n/a, because it takes no target, n")
    assert lines_of(aimed["recovery_rate"])[0].startswith("n/a, because no target is set, n")
    ahead = aimed["forecast_cash_next_month"]  # held against November's own, and neither met nor missed
    assert lines_of(ahead)[0].startswith("on the target 30, n")
    assert ahead["tone"] == "delta muted"
    assert ahead["delta"].split()[-1] in ("up", "down", "change")


def test_under_a_filter_amounts_have_no_target_and_rates_that_of_the_whole_book():
    book = moving_book()
    put_targets(
        book,
        ("promises_kept_rate", None, None, 0.6),
        ("cash_month", None, None, 50.0),
        ("in_arrears", None, None, 300.0),
    )
    services = services_of(book)
    figures = figures_of(services, "?with=target&product=Auto")
    assert lines_of(figures["cash_month"])[0].startswith("n/a, because the target is of the whole book")
    assert lines_of(figures["forecast_cash_next_month"])[0].startswith("n/a, because the target is of the whole book")
    assert lines_of(figures["promises_kept_rate"])[0].startswith("on the whole book's target 60.0 %")
    shown = charts_of(services, "?product=Auto")
    for name, word in (("cash_ahead", "budget"), ("arrears_ahead", "target")):
        assert f"no {word} is drawn, because the target is of the whole book, and this is a part" in said(
            shown[name]["subtitle"]
        )
        assert word not in shown[name]["title"]
        assert word not in [trace["name"] for trace in shown[name]["figure"]["data"]]
    assert "dashed: the whole book's target" in shown["kept"]["subtitle"]


def test_loans_are_added_up_where_the_page_does(moving):
    made = headline.update_headline(moving, "?as=loans", "light", Remembered())
    figures, named = made["figures"], made["named"]
    assert list(figures) == list(headline.NAMES)
    assert (figures["cure_rate"]["value"], figures["cash_month"]["value"]) == ("25.0 %", "100.0 %")
    assert figures["cash_month"]["why"].startswith("Workable loans that paid, by workable loans")
    assert {name: part["label"] for name, part in named.items()} == {
        "cash_month": "Paying rate",
        "cure_rate": "Cured, loans",
    }
    assert (named["cash_month"]["why"], named["cash_month"]["read"]) == (
        "why=paying_rate",
        "why this number: Paying rate",
    )
    by_balance = headline.update_headline(moving, "", "light", Remembered())
    assert by_balance["named"]["cash_month"]["label"] == "Cash this month"
    assert by_balance["figures"]["cash_month"]["value"] == "40"


def test_within_a_month_its_own_target_is_drawn_for_whole_months_only():
    book = moving_book()
    put_targets(book, ("promises_kept_rate", "2026-09-30", None, 0.6), ("promises_kept_rate", "2026-10-31", None, 0.7))
    view = view_of(services_of(book), "")
    drawn = promises._target(view, ["2026-09-30", "2026-10-31"])
    assert drawn.values.tolist() == [["2026-09-30", 0.6], ["2026-10-31", 0.7]]
    within = replace(view, selection=view.selection.at(date(2026, 10, 20)))
    assert promises._target(within, ["2026-09-30", "2026-10-31"]).values.tolist() == [["2026-09-30", 0.6]]


def test_a_quarter_of_30_59_went_each_way_and_the_rows_add_up_to_the_opening(moving):
    heat = rolls.update_rolls(moving, "", "light")["heat"]
    assert heat["title"] == "25.0 % of the arrears rolled forward, 25.0 % were cured"
    assert words(heat["rows"])[1:] == [
        ["Current to Current", "100.0 %", "1,000.00", "1,000.00", "1", "none"],
        ["30-59 to Current", "25.0 %", "100.00", "400.00", "4", "none"],
        ["30-59 to 1-29", "25.0 %", "100.00", "400.00", "4", "none"],
        ["30-59 to 30-59", "25.0 %", "100.00", "400.00", "4", "none"],
        ["30-59 to 60-89", "25.0 %", "100.00", "400.00", "4", "none"],
    ]


def test_shares_of_loans_carry_an_interval_and_the_address_chooses_them(moving):
    rows = words(rolls.update_rolls(moving, "?as=loans", "light")["heat"]["rows"])
    assert rows[2] == ["30-59 to Current", "25.0 %", "1", "4", "4", "4.6 % to 69.9 %"]
    assert words(rolls.update_rolls(moving, "?as=weight", "light")["heat"]["rows"])[2][-1] == "none"


def test_a_cell_of_the_matrix_is_chosen_by_the_address_and_links_to_its_rows(moving):
    shown = rolls.update_rolls(moving, "?roll=30-59|Current", "light")
    assert shown["move"]["title"] == "30-59 to Current: 25.0 % in Oct 2026, +16.7 pts on the 3 months before"
    asked = Why("roll_share", {"month": "2026-10-31", "origin": "30-59", "state": "Current"})
    assert getattr(shown["why"][0], "data-why") == asked.to_query()
    assert asked.mark() in marks(shown["move"])
    assert rolls.update_rolls(moving, "?roll=nonsense", "light")["move"]["title"].startswith("30-59 to 60-89")


def test_a_cell_nobody_ever_stood_in_says_so(moving):
    move = rolls.update_rolls(moving, "?roll=120%2B|120%2B", "light")["move"]
    assert move["absent"] == "n/a, because no loan was 120+ at a month's opening."


def test_cures_are_told_by_month_and_those_too_young_are_not_judged(moving):
    cures = rolls.update_rolls(moving, "", "light")["cures"]
    assert cures["title"] == "25.0 % of loans in arrears cured, 0 % last three months, 100 % fall back within six"
    october = words(cures["rows"])[1]
    assert october == ["Oct 2026", "25.0 %", "4", "4.6 % to 69.9 %", "not yet", "", "", "not yet", "", ""]
    told = [Why.from_query(mark.removeprefix("why:")) for mark in marks(cures)]
    assert Why("cure_rate_loans", {"month": "2026-10-31"}).mark() in marks(cures)
    assert {why.number for why in told} == {"cure_rate_loans", "sustained_cure_rate", "redefault_rate"}
    assert {tuple(why.cell) for why in told} == {("month",)}


def test_the_funnel_counts_loans_once_and_the_bystander_is_only_on_the_books(moving):
    steps = promises.update_promises(moving, "", "light")["funnel"]
    assert words(steps["rows"])[1:] == [
        ["Open loans", "5", "", "", "none"],
        ["Workable", "4", "80.0 %", "open loans", "37.6 % to 96.4 %"],
        ["Worked", "3", "75.0 %", "workable", "30.1 % to 95.4 %"],
        ["Contacted", "2", "66.7 %", "worked", "20.8 % to 93.9 %"],
        ["Right party reached", "2", "100.0 %", "contacted", "34.2 % to 100.0 %"],
        ["Promised", "2", "100.0 %", "right party reached", "34.2 % to 100.0 %"],
        ["Paying", "4", "100.0 %", "workable", "51.0 % to 100.0 %"],
    ]
    asked = [Why.from_query(mark.removeprefix("why:")) for mark in marks(steps)[:7]]
    assert [why.number.partition(":")[2] for why in asked] == [
        "loans", "workable", "worked", "contacted", "reached", "promised", "paying",
    ]  # fmt: skip
    assert {why.cell["month"] for why in asked} == {"2026-10-31"}


def test_steps_a_book_says_nothing_about_are_left_out_and_named(services_with):
    silent = promises.update_promises(services_with(replace(BOOK, has_actions=False)), "", "light")
    assert [row[0] for row in words(silent["funnel"]["rows"])[1:]] == ["Open loans", "Workable", "Paying"]
    assert "this book has no actions, so their steps are left out" in silent["funnel"]["subtitle"]
    assert silent["kept"]["absent"] == "n/a, because this book has no actions."


def test_kept_promises_stand_by_the_month_they_fell_due_with_their_interval_and_target():
    book = moving_book()
    put_targets(book, ("promises_kept_rate", None, None, 0.6), ("promises_kept_rate", "2026-10-31", None, 0.7))
    kept = promises.update_promises(services_of(book), "", "light")["kept"]
    assert kept["title"] == "50 % of the promises due in Oct 2026 were kept, 0.0 pts on the 10 months before"
    assert words(kept["rows"])[-1] == ["Oct 2026", "50.0 %", "1", "2", "9.5 % to 90.5 %", "66.7 %"]
    aim = kept["figure"]["data"][0]
    assert (aim["name"], aim["y"][0], aim["y"][-1]) == ("target", 60.0, 70.0)
    assert marks(kept)[-1] == Why("promises_kept_rate", {"month": "2026-10-31"}).mark()


def test_the_forecast_says_how_many_earlier_ones_held_and_what_the_budget_is():
    book = moving_book()
    put_targets(book, ("cash_month", None, None, 50.0), ("in_arrears", "2026-11-30", None, 300.0))
    services = services_of(book)
    remembered = Remembered()
    shown = outlook.update_outlook(services, "", "light", remembered)
    ahead = outlook.outlook_of(view_of(services, ""), remembered).forecast.set_index(["measure", "month"])["value"]
    told = said(shown["cash"]["subtitle"])
    assert "80 % of forecasts should hold what came; of earlier ones 5 of 5 did 1 month ahead, too few to judge" in told
    assert "; 3 of 3 did 3 months ahead, too few to judge the band by. n = " in told
    assert "Cash on placed loans, by month" in told
    assert "dashed steps: budget; rings" in told
    cash, arrears = ahead["cash", "2026-11-30"], ahead["arrears_balance", "2026-11-30"]
    budget = f"{cash / 50 - 1:+.0%}".replace("%", " %").replace("-", "−")
    assert shown["cash"]["title"] == f"Cash of Nov 2026: EUR {cash:.0f} expected, {budget} against budget"
    change = f"{arrears / 300 - 1:+.0%}".replace("%", " %")
    assert shown["arrears"]["title"] == f"Arrears of Nov 2026: EUR {arrears:.0f} expected, {change} against target"
    rows = words(shown["cash"]["rows"])
    assert rows[11][:2] == ["Oct 2026", "40.00"]
    assert rows[11][4:] == ["inside", "50.00"]
    assert [row[0] for row in rows[12:]] == ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027", "Mar 2027", "Apr 2027"]
    assert {"cash%3Acash" in mark or "forecast" in mark for mark in marks(shown["cash"])} == {True}


def test_without_targets_no_budget_is_invented(moving):
    shown = outlook.update_outlook(moving, "", "light", Remembered())
    assert "no budget is set" in said(shown["cash"]["subtitle"])
    assert "no target is set" in said(shown["arrears"]["subtitle"])
    assert "no target is set" in liquidation.update_liquidation(moving, "", "light")["curves"]["subtitle"]


def test_what_was_answered_is_remembered_until_the_book_changes_or_it_grows_too_much(monkeypatch):
    made, book, remembered = [], moving_book().book(), Remembered()

    def asked(question, of=book):
        return remembered.answer(of, question, lambda: made.append(question) or len(made))

    assert [asked("a"), asked("a"), asked("b"), asked("a")] == [1, 1, 2, 1]
    changed = replace(book, revision=book.revision + 1)
    assert [asked("a", changed), asked("a", replace(changed, name="sample"))] == [3, 4]
    monkeypatch.setattr("dashboard.remembered.MOST_KNOWN", 1)
    assert [asked("b", changed), asked("c", changed), asked("b", changed)] == [5, 6, 7]


def test_what_failed_is_asked_again():
    book, remembered = moving_book().book(), Remembered()
    with pytest.raises(ZeroDivisionError, match="division"):
        remembered.answer(book, "a", lambda: 1 / 0)
    assert remembered.answer(book, "a", lambda: 7) == 7


def test_the_page_makes_its_forecast_once_for_all_its_parts(monkeypatch):
    made, original = [], outlook.outlook
    monkeypatch.setattr(outlook, "outlook", lambda *asked: made.append(asked) or original(*asked))
    services, remembered = services_of(moving_book()), Remembered()
    headline.update_headline(services, "", "light", remembered)
    outlook.update_outlook(services, "", "light", remembered)
    assert len(made) == 1
    outlook.update_outlook(services, "?product=Auto", "light", remembered)
    assert len(made) == 2


def test_the_curve_is_measured_against_its_target_and_immature_ages_are_grey(nine_months):
    book = nine_months.reader()
    before = book.set_targets
    put_targets(book, ("liquidation", None, 6, 0.5))
    shown = liquidation.update_liquidation(nine_months, "", "light")["curves"]
    book.set_targets = before
    assert shown["title"] == "40.0 % comes back within 6 months, 10.0 pts below target"
    pooled = words(shown["rows"])
    assert pooled[4] == ["3", "30.0 %", "none", "8", "2", "25.0 %"]
    dotted = [trace for trace in shown["figure"]["data"] if trace.get("line", {}).get("dash") == "dot"]
    assert [trace["name"] for trace in dotted] == []  # both cohorts are of one month, wholly reached each month-end
    assert {trace["name"] for trace in shown["figure"]["data"]} >= {"2026 Q1", "2026 Q2", "all", "target"}


@pytest.mark.parametrize("size", ["month", "quarter"])
def test_every_mark_of_the_curves_and_of_the_table_opens_its_own_share(nine_months, size):
    shown, compared = liquidation.update_liquidation(nine_months, f"?size={size}", "light"), 0
    for trace in shown["curves"]["figure"]["data"] + shown["cohorts"]["figure"]["data"]:
        marked = trace.get("customdata") or []
        drawn = trace["z"] if trace["type"] == "heatmap" else [trace["y"]]
        for values, keys in zip(drawn, marked if trace["type"] == "heatmap" else [marked], strict=True):
            for value, mark in zip(values, keys, strict=False):
                if not mark:
                    continue
                why = Why.from_query(mark.removeprefix("why:"))
                told = answer(nine_months.reader(), Selection(as_of=date(2026, 9, 30)), why.number, why.cell)
                assert round(told.value * 100, 2) == pytest.approx(value), (trace.get("name"), why)
                compared += 1
    assert compared > 25


def test_every_drawn_chart_opens_the_drawer_from_its_points(moving):
    charts = charts_of(moving, "?by=strategy")
    drawn = {name: chart for name, chart in charts.items() if not chart["absent"]}
    heat = drawn.pop("heat")
    assert all(mark.startswith("why:") for chart in drawn.values() for mark in marks(chart))
    assert all(marks(chart) for chart in drawn.values())
    assert marks(heat)[0] == "Current|Current"  # a cell of the matrix is chosen first, its trend then opens the drawer


def test_about_to_roll_is_told_by_bucket_with_the_share_it_was_learned_from(moving):
    shown = warning.update_warning(moving, "")
    assert shown["title"] == "About 2 loans with 487 are about to roll"
    assert "n = 5 loans" in shown["subtitle"]
    assert [row["bucket"] for row in shown["rows"]] == ["Current", "1-29", "30-59", "60-89"]
    assert shown["rows"][2] == {
        "bucket": "30-59", "loans": "1", "balance": "100", "chance": "20.0 %", "interval": "7.0 to 45.2 %", "n": "15",
        "expected": "20",
    }  # fmt: skip


def test_marks_stand_in_the_place_of_keys_and_a_point_without_a_number_has_none():
    figure = {"data": [
        {"type": "scatter", "customdata": ["a|1", "b|2"]}, {"type": "bar", "customdata": [["a|1", "said"]]},
        {"type": "heatmap", "customdata": [["a|1", None], ["b|2", "b|2"]]}, {"type": "scatter"},
    ]}  # fmt: skip
    why = Why("loans", {"as_of": "2026-10-31"})
    made = marked(figure, lambda key: why if parts(key)[0] == "a" else None)
    one = why.mark()
    assert [trace.get("customdata") for trace in made["data"]] == [
        [one, None], [[one, "said"]], [[one, None], [None, None]], None,
    ]  # fmt: skip


def put_targets(book, *targets):
    frame = pd.DataFrame(targets, columns=["metric", "month", "age_months", "value"])
    book.set_targets.put(frame, "analyst", date(2026, 11, 1))
