"""Why is this number what it is? Words, rows, pages of rows, and refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import dash
import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from core.errors import SelectionRefused, TooLittleData
from core.metrics.measure import Measure
from core.metrics.portfolio import portfolio_measures
from core.selection import Selection
from dashboard import why
from dashboard.app import create_app
from dashboard.components.drawer import explanation_outputs, rows_outputs
from dashboard.services import Services
from tests.dashboard.callback_body import body_of
from tests.dashboard.conftest import services_on
from tests.dashboard.facts_book import FactsReader
from tests.dashboard.small_book import BOOK, EMPTY, loans_on

NEWEST = date(2026, 10, 31)


def services_of(**how) -> Services:
    reader = FactsReader(**how)
    return replace(services_on(BOOK), reader=lambda: reader)


@pytest.fixture(scope="module")
def services() -> Services:
    return services_of()


def drawn(services: Services, query: str, keys=None, step: int = 0, **families):
    return why.update_drawer(services, query, keys, step, **families)


def facts_of(drawn) -> dict[str, str]:
    return {pair.children[0].children: pair.children[1].children for pair in drawn["words"]["facts"]}


def test_what_is_drawn_fits_the_drawer(services):
    answered = drawn(services, "?why=recovery_rate")
    refused = why.say_why_not(SelectionRefused("x", remedy="y"))
    for told in (answered, refused):
        assert told["words"].keys() == explanation_outputs().keys()
        assert told["rows"].keys() == rows_outputs().keys()


def test_a_rate_shows_its_formula_both_sides_and_the_evidence(services):
    words = drawn(services, "?why=recovery_rate")
    measure = portfolio_measures(services.reader(), Selection(as_of=NEWEST))["recovery_rate"]
    assert words["words"]["title"] == "Recovery rate"
    assert words["words"]["value"] == f"{measure.value * 100:.1f} %"
    assert words["words"]["formula"].startswith("Cash net of reversals since placement, by balance placed")
    told = facts_of(words)
    assert told["Numerator"] == f"Cash: {measure.numerator:,.2f}"
    assert told["Denominator"] == f"Balance placed: {measure.denominator:,.2f}"
    assert told["n"] == f"{measure.n} placements"
    assert told["Left out"] == "nothing"
    assert told["Note"].endswith("waivers never count")
    assert (told["Interval"], told["Direction"]) == ("none is computed", "higher is better")
    assert (told["As of"], told["Known on"]) == ("31 Oct 2026", "all that has been received by now")
    assert told["Unit"] == "a share of one, shown in percent"
    assert "Only" not in told


@pytest.mark.parametrize(
    "name", ["outstanding", "in_arrears", "loans_in_arrears", "workable", "balance_placed", "cash_to_date", "recovery_rate",
             "cash_month", "cost_month", "cost_to_collect", "cost_to_date", "cost_to_collect_to_date", "contacts_month"],
)  # fmt: skip
@pytest.mark.parametrize("view", ["", "&product=Auto", "&as_of=2026-09-30", "&product=Auto&bucket=1-29"])
def test_the_rows_add_up_to_the_number_whatever_the_view(services, name, view):
    for side in ("numerator", "denominator"):
        note = drawn(services, f"?why={name}{view}&rows={side}")["rows"]["note"]
        assert note.endswith(", as in the number.") or note.startswith("No row stands behind it"), note


def test_the_two_sides_of_a_rate_list_different_rows(services):
    above = drawn(services, "?why=recovery_rate")
    below = drawn(services, "?why=recovery_rate&rows=denominator")
    assert [(button.children, getattr(button, "aria-pressed")) for button in below["words"]["sides"]] == [
        ("Cash (numerator)", "false"), ("Balance placed (denominator)", "true"),
    ]  # fmt: skip
    assert [column["field"] for column in above["rows"]["columns"]][:3] == ["loan_ref", "cash", "day"]
    assert [column["field"] for column in below["rows"]["columns"]][:2] == ["loan_ref", "balance"]
    assert above["words"]["csv"] == "/download/rows.csv?as_of=2026-10-31&why=recovery_rate"
    assert below["words"]["csv"] == "/download/rows.csv?as_of=2026-10-31&why=recovery_rate&rows=denominator"


def test_a_sum_has_one_list_and_a_difference_two(services):
    assert drawn(services, "?why=outstanding&rows=denominator")["words"]["sides"] == []
    sides = drawn(services, "?why=net_recovery&rows=less")
    assert [button.children for button in sides["words"]["sides"]] == ["Cash of the month", "Cost of the month"]
    assert sides["rows"]["note"] == "3 actions, newest first; cost of the month comes to 37.50."


def test_the_rows_are_text_with_days_in_words_and_nothing_where_nothing_is_stated(services):
    row = drawn(services, "?why=cash_month")["rows"]["rows"][0]
    assert row["day"] == "15 Oct 2026"
    assert row["cohort"] == "Sep 2026"
    assert row["cash"].count(".") == 1
    assert row["strategy"] in ("Standard", "Settlement", "Legal")
    stock = drawn(services, "?why=outstanding")["rows"]["rows"]
    assert {one["hold"] for one in stock} == {"", "dispute"}
    assert all(isinstance(value, str) for one in stock for value in one.values())


def test_a_point_of_a_chart_narrows_the_number_and_its_rows(services):
    whole = drawn(services, "?why=in_arrears")
    auto = drawn(services, "?why=in_arrears&cell=product~Auto")
    assert auto["words"]["title"] == "In arrears, Auto"
    assert facts_of(auto)["Only"] == "Product Auto"
    assert {row["product"] for row in auto["rows"]["rows"]} == {"Auto"}
    assert float(facts_of(auto)["To the hundredth"].replace(",", "")) < float(
        facts_of(whole)["To the hundredth"].replace(",", "")
    )
    assert auto["words"]["csv"] == "/download/rows.csv?as_of=2026-10-31&why=in_arrears&cell=product~Auto"


def test_a_point_on_an_earlier_day_is_that_days_number(services):
    then = drawn(services, "?why=outstanding&cell=as_of~2026-08-31")
    assert then["words"]["title"] == "Outstanding, 31 Aug 2026"
    assert facts_of(then)["As of"] == "31 Aug 2026"
    assert then["rows"]["rows"][0]["as_of"] == "31 Aug 2026"
    with pytest.raises(SelectionRefused, match="no figures for 1 Jan 2020"):
        drawn(services, "?why=outstanding&cell=as_of~2020-01-01")


def test_a_sum_over_facts_is_its_own_number(services):
    month = drawn(services, "?why=cash:cash&cell=month~2026-09-30&cell=product~Auto")
    assert month["words"]["title"] == "Cash, Sep 2026, Auto"
    assert month["words"]["formula"] == "Cash, added up over payments and reversals on placed loans up to the day."
    assert {row["day"] for row in month["rows"]["rows"]} == {"15 Sep 2026"}
    assert month["rows"]["note"] == f"9 payments, newest first; cash comes to {facts_of(month)['To the hundredth']}."
    count = drawn(services, "?why=activity:contacts")
    assert count["words"]["value"] == "4"


def test_a_rate_of_a_cohort_comes_from_its_rows(services):
    august = drawn(services, "?why=recovery_rate&cell=cohort~2026-08-31")
    assert august["words"]["title"] == "Recovery rate, placed in Aug 2026"
    told = facts_of(august)
    above, below = (float(told[side].split(": ")[1].replace(",", "")) for side in ("Numerator", "Denominator"))
    assert august["words"]["value"] == f"{above / below * 100:.1f} %"
    assert august["rows"]["note"].endswith(", as in the number.")
    with pytest.raises(SelectionRefused, match="Netback cannot be told by cohort"):
        drawn(services, "?why=netback&cell=cohort~2026-08-31")


def test_a_cohort_at_an_age_opens_its_own_share_with_both_sides(services):
    august = drawn(services, "?why=liquidation_at&cell=cohort~2026-08-31&cell=age~..1")
    assert august["words"]["title"] == "Liquidation, up to month 1, placed in Aug 2026"
    assert august["rows"]["note"].endswith(", as in the number.")
    assert {row["day"][-8:] for row in august["rows"]["rows"]} <= {"Aug 2026", "Sep 2026"}
    placed = drawn(services, "?why=liquidation_at&cell=cohort~2026-08-31&cell=age~..1&rows=denominator")
    assert placed["rows"]["note"].endswith(", as in the number.")


def test_a_computed_side_has_its_own_name_and_value_beside_the_rows(services):
    family = {"value": lambda reader, selection: {"netback": Measure(0.2, 20.0, 100.0, 9, "share", low=0.1, high=0.3, interval="between cohorts")}}  # fmt: skip
    told = drawn(services, "?why=netback", families=family)
    assert facts_of(told)["Numerator"] == "Cash after fees: 20.00, computed"
    assert facts_of(told)["Denominator"] == "Balance placed under a known fee: 100.00, computed"
    assert [button.children for button in told["words"]["sides"]] == [
        "Cash (rows behind cash after fees)", "Balance placed (rows behind balance placed under a known fee)",
    ]  # fmt: skip
    assert facts_of(told)["Interval"] == "10.0 % to 30.0 %, between cohorts"
    below = drawn(services, "?why=recovery_rate&rows=less", families=family)
    assert "computed" not in facts_of(below)["Numerator"]


def test_rows_that_do_not_come_to_the_number_are_not_passed_over(services):
    wrong = {"portfolio": lambda reader, selection: {"cash_to_date": Measure(5.0, 5.0, 1.0, 1, "currency")}}
    note = drawn(services, "?why=cash_to_date", families=wrong)["rows"]["note"]
    assert "; the number was computed from 5.00, " in note
    assert note.endswith("apart.")


def test_an_undefined_number_says_why_and_shows_no_numbers(services):
    gone = {"roll": lambda reader, selection: {"cure_rate": Measure.undefined("no loan was in arrears", unit="share")}}
    told = drawn(services, "?why=cure_rate", families=gone)
    assert (told["words"]["value"], told["words"]["because"]) == ("n/a", "n/a, because no loan was in arrears.")
    assert "Left out" not in facts_of(told)
    assert told["rows"]["note"] == "The rows of flows cannot be read now. Choose fewer of them."
    assert "not computed for this book" in drawn(services, "?why=cure_rate", families={})["words"]["because"]


def test_rows_that_cannot_be_read_leave_the_words_standing():
    told = drawn(services_of(slow=True), "?why=outstanding")
    assert told["words"]["value"] != ""
    assert told["rows"]["note"] == "The rows of stock cannot be read now. Choose fewer of them."
    assert (told["rows"]["rows"], told["rows"]["next"]) == ([], True)
    with pytest.raises(SelectionRefused, match="cannot be read now"):
        drawn(services_of(slow=True), "?why=stock:balance")


def test_the_rows_turn_by_key_and_the_words_stay(services, monkeypatch):
    monkeypatch.setattr(why, "PAGE_SIZE", 15)
    first = drawn(services, "?why=outstanding")
    assert (first["rows"]["place"], first["rows"]["previous"], first["rows"]["next"]) == ("1 to 15 of 40", True, False)
    second = drawn(services, "?why=outstanding", first["rows"]["keys"], 1)
    third = drawn(services, "?why=outstanding", second["rows"]["keys"], 1)
    assert (third["rows"]["place"], third["rows"]["next"]) == ("31 to 40 of 40", True)
    assert set(map(id, second["words"].values())) == {id(no_update)}
    back = drawn(services, "?why=outstanding", third["rows"]["keys"], -1)
    assert back["rows"]["rows"] == second["rows"]["rows"]
    listed = [row["loan_ref"] for page in (first, second, third) for row in page["rows"]["rows"]]
    assert len(set(listed)) == len(listed) == 40


def test_a_page_of_rows_that_is_none_says_so(services, monkeypatch):
    def refused(*_, **__):
        raise SelectionRefused("This page cannot be found", remedy="Start at its first page.")

    monkeypatch.setattr(why, "rows_behind", refused)
    turned = drawn(services, "?why=outstanding", ["forged"], 1)
    assert turned["rows"]["note"] == "This page cannot be found. Start at its first page."


def test_a_lasso_or_a_search_of_the_page_does_not_narrow_a_number(services):
    assert drawn(services, "?why=outstanding&search=LN-001")["rows"]["place"] == "1 to 40 of 40"


def test_no_number_asked_about_changes_nothing(services):
    for query in (None, "", "?product=Auto"):
        with pytest.raises(PreventUpdate):
            drawn(services, query)


def test_an_empty_book_says_what_to_do():
    with pytest.raises(TooLittleData, match="no number to explain yet"):
        drawn(services_on(EMPTY), "?why=outstanding")


def test_an_interaction_stays_small(services):
    from tests.dashboard.test_app import MOST_COMPONENTS, components

    for name in ("outstanding", "recovery_rate", "net_recovery"):
        told = drawn(services, f"?why={name}")
        made = [part for one in (*told["words"]["facts"], *told["words"]["sides"]) for part in components(one)]
        assert len(made) < MOST_COMPONENTS
        weight = json.dumps([{**told["words"], "facts": [], "sides": []}, told["rows"]])
        assert len(weight) * why.PAGE_SIZE / max(1, len(told["rows"]["rows"])) < 64_000


# --- through the server ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(services) -> dash.Dash:
    app = create_app(services)
    app.server.test_client().get("/_dash-layout")
    return app


def answered(app: dash.Dash, query: str) -> dict:
    body = body_of(app, "why-title.children")
    for one in body["inputs"]:
        if one["id"] == "why":
            one["value"] = query
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert len(answer.data) < 64_000
    return answer.get_json()["response"]


def test_a_refusal_stands_in_the_drawer_and_not_behind_it(served):
    told = answered(served, "?why=nonsense")
    assert told["why-title"]["children"] == "This number cannot be shown"
    assert told["why-formula"]["children"].startswith("There is no number called 'nonsense'.")
    assert told["why-body"]["className"] == "why-body"
    assert told["why-rows-part"]["className"] == "is-absent"
    assert answered(served, "?why=outstanding")["why-title"]["children"] == "Outstanding"


@pytest.mark.parametrize(
    "query",
    ["?why=%00", "?why=cash:cash&cell=month~soon", "?why=cash_month&cell=cohort~9999-99-99", "?why=stock:loans&cell=origin~new",
     "?why=outstanding&as_of=soon", "?why=outstanding&lasso=zz", "?why=outstanding&cell=~", "?why=outstanding&rows=<b>",
     "?why=promises_open", "?why=outstanding&product=" + "x" * 3000, "?why=:", "?why=cash:"],
)  # fmt: skip
def test_nonsense_is_never_a_fault(served, caplog, query):
    assert answered(served, query)["why-title"]["children"] != "Something went wrong on our side"
    assert "Traceback" not in caplog.text


def test_a_fault_of_ours_is_logged_without_its_words(services, served, monkeypatch, caplog):
    def broken(*_, **__):
        raise ValueError("Jane Doe owes 1,000")

    monkeypatch.setattr(why, "answer", broken)
    told = answered(served, "?why=outstanding")
    assert told["why-title"]["children"] == "Something went wrong on our side"
    assert "Jane" not in caplog.text + json.dumps(told)
    assert "ValueError" in caplog.text


def test_a_cell_with_a_value_the_book_never_held_is_refused(services):
    with pytest.raises(SelectionRefused, match="no product 'Boat'"):
        why.asked_of(services, "?why=in_arrears&cell=product~Boat")


def test_a_change_shows_the_sums_and_rates_of_both_sides_and_lists_the_rows_of_each(services):
    query = "?why=arrears_performance&cell=product~Auto&cell=before~2026-09-30"
    told, facts = drawn(services, query), facts_of(drawn(services, query))
    later, earlier = (loans_on(day).query("product == 'Auto'") for day in (NEWEST, date(2026, 9, 30)))
    late, before = (each.query("dpd > 0")["balance"].sum() for each in (later, earlier))
    whole, whole_before = later["balance"].sum(), earlier["balance"].sum()
    assert facts["Later, numerator"] == f"Balance in arrears: {late:,.2f}"
    assert facts["Earlier, denominator"] == f"Balance: {whole_before:,.2f}"
    assert facts["Earlier, rate"] == f"{100 * before / whole_before:.2f} %"
    assert facts["To the hundredth"] == f"{whole * (late / whole - before / whole_before):,.2f}".replace("-", "\u2212")
    assert facts["n"] == f"{len(later)} loans"
    assert len(told["words"]["sides"]) == 4
    for side, sum_of, day in (("numerator_before", before, "30 Sep 2026"), ("denominator", whole, "31 Oct 2026")):
        rows = drawn(services, f"{query}&rows={side}")["rows"]
        assert f"comes to {sum_of:,.2f}, as in the number" in rows["note"]
        assert {row["as_of"] for row in rows["rows"]} == {day}
