"""Segments: the scatter, the profiles, the list and the confirmation."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from dash import html

from core.errors import Refused, SelectionRefused
from core.records import Model
from core.selection import Lasso
from core.workflows import decide as workflow
from dashboard.components.score_badge import score_words
from dashboard.pages import segments
from dashboard.pages.segments import confirm, listing, priorities, profiles, scatter
from tests.contract.book import fake
from tests.dashboard.work import book_of, forty_loans, services_of

AROUND_LN3 = Lasso("balance", "dpd", ((1500, 25), (2500, 25), (2500, 40), (1500, 40)))
LASSO = f"lasso={quote(AROUND_LN3.to_text())}"


def words_of(component) -> str:
    """All text inside a component, in reading order, one space between words."""
    if isinstance(component, (list, tuple)):
        return " ".join(" ".join(map(words_of, component)).split())
    if hasattr(component, "children"):
        return words_of(component.children)
    return str(component) if component is not None else ""


def numbers(trace, axis) -> list[float]:
    raw = base64.b64decode(trace[axis]["bdata"])
    return np.frombuffer(raw, dtype=f"<{trace[axis]['dtype']}").astype(float).round(2).tolist()


def test_every_loan_with_both_figures_is_a_mark_in_its_group():
    shown = scatter.update_scatter(services_of(), "?x=balance&y=dpd&scale=linear", "light")
    marks = {
        trace["name"]: sorted(zip(numbers(trace, "x"), numbers(trace, "y"), strict=True))
        for trace in shown["figure"]["data"]
    }
    assert marks == {
        "steady": [(600.10, 20), (800.0, 0), (1234.56, 0), (1900.25, 31)],
        "stretched": [(5101.0, 156), (10000.0, 36)],
    }
    assert shown["subtitle"].startswith("6 of 6 loans drawn.")
    assert [words_of(entry) for entry in shown["legend"]] == ["steady", "stretched"]


def test_half_a_currency_unit_on_a_money_axis_is_written_as_a_fraction():
    layout = scatter.update_scatter(services_of(), "?x=balance&y=dpd", "light")["figure"]["layout"]
    assert layout["xaxis"]["labelalias"]["500m"] == "0.5"
    assert layout["xaxis"]["labelalias"]["20m"] == "0.02"
    assert "labelalias" not in layout["yaxis"]


def test_a_logarithmic_axis_says_what_it_cannot_draw():
    loans = forty_loans(monthly_income=[0.0, float("nan"), *[1000.0] * 38])
    shown = scatter.update_scatter(services_of(book_of(loans)), "", "light")
    assert shown["subtitle"].startswith("38 of 40 loans drawn. 2 left out: a figure is not stated or not above zero.")
    assert shown["figure"]["layout"]["xaxis"]["type"] == "log"


def test_a_book_without_the_figure_is_told_so():
    shown = scatter.update_scatter(services_of(), "", "light")
    assert shown["absent"] == "n/a, because no loan here states both monthly income and outstanding."
    nobody = scatter.update_scatter(services_of(), "?product=not+stated", "light")
    assert nobody["absent"] == "n/a, because no loan matches these filters."


def test_the_lasso_fades_what_lies_outside_and_the_title_counts_the_rest():
    shown = scatter.update_scatter(services_of(), f"?x=balance&y=dpd&{LASSO}", "light")
    strong = [trace for trace in shown["figure"]["data"] if trace.get("marker", {}).get("opacity", 0) > 0.5]
    assert [numbers(trace, "y") for trace in strong] == [[31.0]]
    assert shown["figure"]["data"][-1]["name"] == "lasso"
    assert shown["title"] == "Outstanding and days past due: 1 loan drawn in the lasso"
    assert shown["clear"] == "link"
    elsewhere = scatter.update_scatter(services_of(), f"?x=dpd&y=balance&{LASSO}", "light")
    assert "the lasso lies over outstanding and days past due" in elsewhere["title"]


def test_more_than_five_thousand_loans_are_sampled_shaded_and_said_so_within_64_kb(monkeypatch):
    monkeypatch.setattr(scatter, "MOST_POINTS", 30)
    shown = scatter.update_scatter(services_of(book_of(forty_loans())), "", "light")
    assert shown["subtitle"].startswith(
        "30 of 40 loans drawn, always the same ones; the shade shows how dense they lie."
    )
    assert shown["figure"]["data"][0]["type"] == "contour"


def test_five_thousand_marks_fit_the_wire():
    place = np.arange(5001)
    loans = pd.DataFrame({"loan_ref": place.astype(str), "as_of": "2026-10-31", "dpd": 1, "balance": 1000.37 + place * 1.01,
                          "monthly_income": 900.13 + place * 0.37, "segment": np.where(place % 2, "A", "B")})  # fmt: skip
    shown = scatter.update_scatter(services_of(book_of(loans)), "", "light")
    assert len(json.dumps(shown["figure"])) < 62 * 1024


def test_risk_and_strategy_keep_their_own_colours():
    by_risk = scatter.update_scatter(services_of(), "?x=dpd&y=balance&colour=band", "light")
    assert [trace["name"] for trace in by_risk["figure"]["data"]] == ["Low", "Medium", "High"]
    by_strategy = scatter.update_scatter(services_of(), "?x=dpd&y=balance&colour=proposed", "dark")
    colours = {trace["name"]: trace["marker"]["color"] for trace in by_strategy["figure"]["data"]}
    assert colours["Legal"] == "#B08AD6"
    assert colours["Standard"] == "#5BA3E6"


def test_profiles_hold_each_segments_loans_balance_risk_and_recovery():
    shown = profiles.update_profiles(services_of(), "", "light")
    first, second = (words_of(row) for row in shown["rows"])
    # stretched: 5101.00 + 10000.00; mean of 0.90 and 0.55; 1050.33 of 15400.00 placed, three placements
    assert first == "stretched 2 15.1 k Medium 73 of 100 7 % n 3 Legal 50 %"  # LN6 is on hold, which is no strategy
    # steady: mean of 0.20, 0.60, 0.65, 0.10; 600.00 of 3900.35 placed
    assert second.startswith("steady 4 4.53 k Low 39 of 100 15 % n 4")
    assert words_of(shown["answer"]).startswith(
        "6 loans in 2 segments. stretched holds 86 % of the balance in arrears."
    )
    # LN6 is expected to bring 100.00 and is on hold
    assert "3 loans can be worked; stretched should bring most: 900 expected from 1 loan." in words_of(shown["answer"])
    assert (shown["badge"], shown["badge_class"]) == ("rule, not validated on your data", "badge-pill neutral")


def test_a_filter_narrows_the_profiles_and_a_lasso_does_not():
    assert len(profiles.update_profiles(services_of(), "?segment=steady", "light")["rows"]) == 1
    lassoed = profiles.update_profiles(services_of(), f"?{LASSO}", "light")
    assert len(lassoed["rows"]) == 2
    assert "The lasso does not narrow this table." in lassoed["subtitle"]


def test_without_payments_recovery_is_not_available_rather_than_zero():
    shown = profiles.update_profiles(services_of(book_of(forty_loans())), "", "light")
    assert "Recovered is n/a, because this book has no payments." in shown["subtitle"]
    assert words_of(shown["rows"][0]) == "Large balance 20 25.9 k Medium 60 of 100 n/a Standard 100 %"
    assert "which should bring most is n/a, because this book has no payments" in words_of(shown["answer"])
    assert (
        "Expected recovery of these loans is n/a, because this book has no payments."
        in listing.update_list(services_of(book_of(forty_loans())), "", None, 0)["subtitle"]
    )


def test_what_no_action_is_proposed_for_is_not_called_a_gap_in_the_book():
    loans = forty_loans(expected_recovery=np.nan, expected_rate=np.nan)
    loans.loc[loans.index < 3, "proposed"] = "No action"
    services, why = (
        services_of(book_of(loans)),
        "no action is proposed for them, and nothing is told of loans that are not worked",
    )
    idle = listing.update_list(services, "?proposed=No+action", None, 0)
    assert idle["title"] == "3 loans in the selection"
    assert {row["proposed"] for row in idle["rows"]} == {"No action"}
    assert idle["subtitle"].endswith(f"is n/a, because {why}.")
    assert why in words_of(profiles.update_profiles(services, "?proposed=No+action", "light")["answer"])
    whole = listing.update_list(services, "", None, 0)
    assert "this book has no payments" in whole["subtitle"]


def test_no_match_and_no_segments_are_answered_in_words():
    assert (
        words_of(profiles.update_profiles(services_of(), "?product=not+stated", "light")["answer"])
        == "No loan matches these filters."
    )
    bare = book_of(forty_loans(segment=None))
    assert "segments are n/a, because no score has placed them" in words_of(
        profiles.update_profiles(services_of(bare), "", "light")["answer"]
    )


def test_the_list_starts_with_the_highest_expected_recovery_and_ends_with_the_unknown():
    shown = listing.update_list(services_of(), "", None, 0)
    assert [row["loan_ref"] for row in shown["rows"]] == ["LN2", "LN7", "LN1", "LN6", "LN8", "LN3"]
    assert shown["rows"][0] == {
        "loan_ref": "LN2", "borrower_ref": "B2", "product": "Home", "dpd": "156", "balance": "5,101", "risk": "90 of 100",
        "expected_recovery": "900", "proposed": "Legal", "confirmation": "needs confirmation", "strategy": "Legal", "hold": "",
        "collector": "Bob", "last_contact": "6 Oct 2026", "segment": "stretched (borderline, unlike anything seen)", "why": "why LN2", "can_confirm": True,
    }  # fmt: skip
    assert shown["rows"][5]["expected_recovery"] == "n/a"
    assert shown["rows"][5]["last_contact"] == "none recorded"
    assert shown["rows"][3]["hold"] == "dispute"
    assert shown["title"] == "6 loans in the book"


def test_lasso_filter_and_search_narrow_the_list_together():
    assert listing.update_list(services_of(), f"?{LASSO}", None, 0)["title"] == "1 loan in the selection"
    found = listing.update_list(services_of(), "?search=b7&sort=balance", None, 0)
    assert [row["loan_ref"] for row in found["rows"]] == ["LN7"]
    assert "Loan or borrower starts with “b7”." in found["subtitle"]
    nobody = listing.update_list(services_of(), "?search=zz", None, 0)
    assert (nobody["place"], nobody["next"], nobody["previous"]) == ("", True, True)


def test_pages_turn_by_key_forth_and_back(monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    first = listing.update_list(services_of(), "", None, 0)
    second = listing.update_list(services_of(), "", first["keys"], 1)
    third = listing.update_list(services_of(), "", second["keys"], 1)
    back = listing.update_list(services_of(), "", third["keys"], -1)
    assert [page["place"] for page in (first, second, third, back)] == [
        "1 to 2 of 6",
        "3 to 4 of 6",
        "5 to 6 of 6",
        "3 to 4 of 6",
    ]
    assert [row["loan_ref"] for row in back["rows"]] == ["LN1", "LN6"]
    assert (first["previous"], first["next"], third["previous"], third["next"]) == (True, False, False, True)
    assert listing.update_list(services_of(), "", third["keys"], 0)["place"] == "1 to 2 of 6"


def test_a_forged_page_key_is_refused_or_left_aside():
    with pytest.raises(SelectionRefused, match="page of the list"):
        listing.update_list(services_of(), "", ["forged"], 1)
    assert listing.update_list(services_of(), "", [{"type": "P"}, 7], 1)["place"] == "1 to 6 of 6"


def test_on_an_earlier_day_nothing_can_be_confirmed():
    rows = listing.update_list(services_of(), "?as_of=2026-09-30&sort=balance", None, 0)["rows"]
    assert {row["loan_ref"]: row["can_confirm"] for row in rows}["LN2"] is False


def test_a_legal_proposal_that_waits_no_longer_is_confirmed():
    reader = fake()
    reader._snapshots["needs_confirmation"] = False
    row = listing.update_list(services_of(reader), "", None, 0)["rows"][0]
    assert (row["proposed"], row["confirmation"], row["can_confirm"]) == ("Legal", "confirmed", False)


def test_only_loans_that_wait_are_counted_on_the_button():
    rows = [{"loan_ref": "LN2", "can_confirm": True}, {"loan_ref": "LN7", "can_confirm": False}]
    assert confirm.update_button(rows) == (
        "Confirm Legal for 1 loan", False, "Not waiting for a confirmation on the newest day: 1 loan of the selected."
    )  # fmt: skip
    assert confirm.update_button(None) == ("Confirm Legal for 0 loans", True, "")
    assert confirm.waiting([{"loan_ref": "LN7", "can_confirm": "yes"}]) == []


def test_the_question_names_five_loans_at_most():
    assert "Put 7 loans under Legal (a, b, c, d, e and 2 more)?" in confirm.question(list("abcdefg"))


class OneUnit:
    """A writer whose only unit decides for everything, or refuses."""

    def __init__(self, refusal: Refused | None = None) -> None:
        self.refusal, self.decided, self.revisions = refusal, [], []

    @contextmanager
    def unit(self, book, **about):
        self.revisions.append((book, about["kind"], about["known_on"], about["who"]))
        yield self

    def decide(self, refs, strategy, day):
        if self.refusal:
            raise self.refusal
        self.decided.append((list(refs), strategy, day))
        return len(refs)


def test_a_decision_is_stored_with_its_scores_and_named(monkeypatch):
    writer = OneUnit()
    monkeypatch.setattr(workflow, "score_unit", lambda unit, **_: unit.decided.append("scored"))
    said = confirm.decide(services_of(writer=writer), ["LN2"])
    assert said == "Legal confirmed for 1 loan by analyst, 20 Nov 2026."
    assert writer.revisions == [("own", "decision", date(2026, 11, 20), "analyst")]
    assert writer.decided == [(["LN2"], "Legal", date(2026, 11, 20)), "scored"]


def test_a_refused_decision_says_that_nothing_was_changed():
    writer = OneUnit(Refused("1 of the loans are on hold", where=["LN6: dispute"], remedy="Take them out of the list."))
    said = confirm.decide(services_of(writer=writer), ["LN6"])
    assert said == "Nothing was changed. 1 of the loans are on hold (LN6: dispute). Take them out of the list."


def test_nothing_is_decided_before_the_second_step(monkeypatch):
    writer = OneUnit()
    monkeypatch.setattr(workflow, "score_unit", lambda unit, **_: None)
    services, rows = services_of(writer=writer), [{"loan_ref": "LN2", "can_confirm": True}]
    asked = confirm.update_step(services, confirm.BUTTON, rows)
    assert asked[0] == "confirm-panel"
    assert asked[1].startswith("Put 1 loan under Legal (LN2)?")
    assert confirm.update_step(services, confirm.NO, rows)[0] == "confirm-panel is-absent"
    assert confirm.update_step(services, confirm.YES, [])[0] == "confirm-panel is-absent"
    assert writer.decided == []
    done = confirm.update_step(services, confirm.YES, rows)
    assert done == ("confirm-panel is-absent", "", "Legal confirmed for 1 loan by analyst, 20 Nov 2026.")
    assert len(writer.decided) == 1


def test_the_badge_says_where_a_score_comes_from():
    champion = Model(1, "logistic", "champion", "", "", {"auc": 0.761, "auc_ci": [0.742, 0.78]}, "")
    assert score_words(["model"], champion) == ("validated, AUC 0.76 (0.74 to 0.78)", "good")
    assert score_words(["rule"], champion) == ("rule, not validated on your data", "neutral")
    assert score_words(["rule", "model"], champion)[0] == "part model, part rule"
    assert score_words(["model"], None)[0] == "a model no longer in use"
    assert score_words([], None)[0] == "no scores yet"


def test_profiles_of_a_model_show_probabilities():
    reader = fake()
    reader._snapshots["source"] = "model"
    reader.champion = lambda: SimpleNamespace(card={"auc": 0.8, "auc_ci": [0.7, 0.9]})
    shown = profiles.update_profiles(services_of(reader), "", "light")
    assert shown["badge_class"] == "badge-pill good"
    assert "of 100" not in words_of(shown["rows"])


def test_callbacks_send_few_components():
    def count(part) -> int:
        if isinstance(part, (list, tuple)):
            return sum(map(count, part))
        return 1 + count(getattr(part, "children", None)) if hasattr(part, "to_plotly_json") else 0

    many = forty_loans(segment=[f"Segment {number % 10}" for number in range(40)])
    shown = profiles.update_profiles(services_of(book_of(many)), "", "light")
    assert len(shown["rows"]) == profiles.MOST_ROWS
    assert count(shown["rows"]) <= 150


def test_the_layout_asks_nothing_of_the_store():
    assert isinstance(segments.layout(), html.Div)
    assert replace(segments.PAGE, group="Work") == segments.PAGE


def test_a_list_by_net_value_says_what_the_net_value_rests_on():
    by_net, by_balance = (
        listing.update_list(services_of(book_of(forty_loans())), f"?sort={sort}", None, 0)["subtitle"]
        for sort in ("expected_net", "balance")
    )
    assert "Net values rest on the costs that the export names." in by_net
    assert "the export names" not in by_balance


def test_which_to_work_counts_only_loans_that_can_be_worked_most_promising_first():
    shown = priorities.update_priorities(services_of(), "", "light")
    first, second = (words_of(row) for row in shown["rows"])
    assert first.startswith("stretched")
    assert second.startswith("steady")
    workable = [int(words_of(row.children[1])) for row in shown["rows"]]
    assert sum(workable) == 3  # LN6 is on hold, the others without arrears
    assert words_of(shown["rows"][0].children[3]) == "900"  # without the 100.00 of LN6
    assert words_of(shown["rows"][0].children[4]) == "1"


def test_a_sum_the_model_told_stands_with_its_interval_and_one_it_told_in_part_does_not():
    told = forty_loans(segment="Small balance", expected_recovery=100.0, expected_variance=400.0)
    book = book_of(told, pd.DataFrame({"loan_ref": ["LN01"], "paid_on": ["2026-10-01"], "amount": [1.0]}))
    book.held = [Model(1, "logistic", "champion", "", "", {"rate": {"n": 20}}, "")]
    shown = words_of(priorities.update_priorities(services_of(book), "", "light")["rows"][0].children[3])
    # 4,000 +- 1.96 x sqrt(40 x 400 x (1 + 40 / 20)) = 429
    assert shown.replace("\u00a0", " ") == "4.00 k 95 %: 3.57 k to 4.43 k"
    on_hold = told.assign(proposed=["Hold"] * 4 + ["Standard"] * 36)
    book = book_of(on_hold, pd.DataFrame({"loan_ref": ["LN01"], "paid_on": ["2026-10-01"], "amount": [1.0]}))
    book.held = [Model(1, "logistic", "champion", "", "", {"rate": {"n": 20}}, "")]
    shown = words_of(priorities.update_priorities(services_of(book), "", "light")["rows"][0].children[3])
    # 3,600 +- 1.96 x sqrt(36 x 400 x (1 + 40 / 20)) = 407
    assert shown.replace("\u00a0", " ") == "3.60 k 95 %: 3.19 k to 4.01 k"
    book = book_of(told.assign(expected_variance=[400.0] * 39 + [None]))
    book.held = [Model(1, "logistic", "champion", "", "", {"rate": {"n": 20}}, "")]
    shown = words_of(priorities.update_priorities(services_of(book), "", "light")["rows"][0].children[3])
    assert shown == "4.00 k"


def test_which_to_work_says_why_nothing_is_expected_without_payments():
    shown = priorities.update_priorities(services_of(book_of(forty_loans())), "", "light")
    assert shown["subtitle"].endswith("Expected is n/a, because this book has no payments.")
    assert {words_of(row.children[3]) for row in shown["rows"]} == {"n/a"}


def test_a_list_without_payments_is_in_the_order_of_risk():
    subtitle = listing.update_list(services_of(book_of(forty_loans())), "", None, 0)["subtitle"]
    assert "highest risk score first" in subtitle
