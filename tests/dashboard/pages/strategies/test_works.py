"""What works: what happened beside what was caused, and what it rests on."""

from __future__ import annotations

import json

import pytest
from dash import html
from dash.exceptions import PreventUpdate

from core.strategies.effects import verdict
from dashboard import text_effects, text_overlap
from dashboard.pages import strategies
from dashboard.pages.strategies import curves, effects, forest, groups, levels, overlap, rests
from dashboard.pages.strategies.findings import update_findings
from dashboard.pages.strategies.seen import Shared
from dashboard.text_effects import NOT_YET
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK, EMPTY, TUTORIAL
from tests.strategy_book import NOT_COMPARABLE, TRIAL, effect, refused, run_with


def words(piece: object) -> str:
    """All text of a component."""
    if piece is None:
        return ""
    if isinstance(piece, list | tuple):
        return " ".join(" ".join(map(words, piece)).split())
    return words(piece.children) if hasattr(piece, "children") else str(piece)


def test_the_answer_names_what_pays_and_what_only_recovers(shared):
    said = words(strategies.update_answer(shared.services, shared.seen(), ""))
    assert "Settlement earns EUR 1.24 k a loan more" in said
    assert "Legal: no effect found" in said
    assert "although it recovers 5.9 pts more of the balance" in said
    assert "From 5,320 loans" in said


def test_before_a_measurement_the_answer_is_what_happened_and_says_so(shared_with):
    shared = shared_with(None)
    said = words(strategies.update_answer(shared.services, shared.seen(), ""))
    assert "brought back EUR 45.1 k" in said
    assert said.endswith("What they caused was not measured yet.")


def test_a_row_shows_naive_beside_adjusted_with_interval_n_and_verdict(seen):
    told = effects.update_effects(seen)
    assert told["look"] == "card"
    first = words(told["rows"][1])
    for part in (
        "Legal",
        "recovery rate",
        "−15.8 pts",
        "+5.9 pts",
        "+3.5 pts to +8.3 pts",
        "812",
        "of 3,916",
        "Brings more",
    ):
        assert part in first
    assert "No effect found" in words(told["rows"][3])
    assert len(told["rows"]) == len(told["why"]) == 4


def test_why_this_number_tells_formula_n_overlap_and_what_nobody_recorded(seen):
    said = words(effects.update_effects(seen)["why"][1])
    for part in (
        "doubly robust, cross-fitted",
        "812 loans under Legal",
        "402 (effective n)",
        "0.54 standard deviations before",
        "as strong as days past due is",
    ):
        assert part in said


def test_a_refused_number_is_na_with_its_reason_and_never_zero(seen_with):
    seen = seen_with(run_with(effects=refused("only 41 of 212 loans are alike.")))
    row = words(effects.update_effects(seen)["rows"][0])
    assert "Not comparable only 41 of 212 loans are alike" in row
    assert row.count("n/a") == 3
    assert "+0.0" not in row
    drawn = forest.update_forest(seen, "", "light")
    assert drawn["title"] == "Nothing can be compared from this history"
    assert any("not comparable" in str(note.get("text")) for note in drawn["figure"]["layout"]["annotations"])
    answer = words(strategies.update_answer(services_on(BOOK), seen, ""))
    assert "Settlement cannot be compared with Standard: only 41 of 212 loans are alike." in answer


def test_net_value_that_cannot_be_told_does_not_hide_the_rate(seen_with):
    told = [effect("recovery_rate", "Legal", -0.1, 0.05, 0.01)]
    told += [
        effect(
            "net_value",
            "Legal",
            0.0,
            None,
            1.0,
            **NOT_COMPARABLE | {"why": "Net value is not known: no costs."},
            naive_low=None,
        )
    ]
    seen = seen_with(run_with(effects=told))
    assert "Legal recovers 5.0 pts of the balance more" in words(strategies.update_answer(services_on(BOOK), seen, ""))


def test_a_file_that_only_states_outcomes_is_told_by_its_share_and_net_value_says_what_is_missing(seen_with):
    none = {**NOT_COMPARABLE, "why": "Net value is not known: no costs were told."}
    told = [
        effect("recovered_share", "Legal", -0.05, 0.01, 0.02),
        {**effect("net_value", "Legal", 0.0, None, 1.0, **none), "naive": None, "naive_low": None},
    ]
    seen = seen_with(run_with(effects=told, levels=[], groups=[], net_refused="no costs were told"))
    assert "Legal: no effect found on share recovered" in words(strategies.update_answer(services_on(BOOK), seen, ""))
    row = words(effects.update_effects(seen)["rows"][1])
    assert "net value n/a n/a" in row
    assert "Net value is not known: no costs were told" in row
    assert forest.update_forest(seen, "?outcome=net_value", "light")["rows"][1][1] == "n/a"
    assert forest.update_forest(seen, "", "light")["rows"][1][3] == "+1.0 pts"


def test_the_forest_says_that_what_happened_has_the_wrong_sign(seen):
    drawn = forest.update_forest(seen, "", "light")
    assert drawn["title"] == "What happened has the wrong sign for Settlement and Legal"
    assert forest.update_forest(seen, "?outcome=net_value", "dark")["rows"][1][1] == "−2.21 k"
    assert len(drawn["rows"]) == 3


def test_nothing_measured_leaves_cards_away_and_says_why(seen_with):
    seen = seen_with(None)
    assert effects.update_effects(seen)["look"] == levels.update_levels(seen)["look"] == "is-absent"
    assert forest.update_forest(seen, "", "light")["absent"] == NOT_YET
    assert groups.update_groups(seen, "", "light")["chart"]["absent"] == NOT_YET
    assert overlap.update_overlap(seen, "light")["look"] == "disclosure is-absent"
    assert rests.update_rests(seen) == ([], [], "is-absent")


def test_levels_say_that_what_recovers_most_need_not_leave_most(seen):
    told = levels.update_levels(seen)
    assert told["title"] == "Legal recovers most (46.0 %), Settlement leaves most (EUR 14.5 k a loan)"
    assert "EUR 650" in words(told["rows"][2])
    assert told["note"] == ""


def test_what_files_state_of_how_loans_ended_is_a_share_of_loans_not_of_balance(seen_with):
    told = [effect("recovered_share", "Legal", -0.05, 0.1, 0.02)]
    words_of_it = "recovered in full or in part, as Recovery_Status says. The file states no amounts"
    run = run_with(effects=told, levels=[], groups=[], outcome="recovered_share", outcome_words=words_of_it)
    assert text_effects.answer(run, "EUR", "").startswith("**Legal recovers 10.0 pts of the loans more**")
    assert "points of the loans" in text_effects.forest_subtitle("recovered_share", run.content)
    assert "points of the balance" in text_effects.forest_subtitle("recovery_rate", run.content)
    subtitle = text_effects.table_subtitle(run, "EUR")
    assert f"Recovery: {words_of_it}. Measured on" in subtitle
    assert "Net value is in EUR a loan." in text_effects.table_subtitle(run_with(), "EUR")


def test_one_strategy_alone_is_neither_most_nor_least(seen_with):
    alone = [each for each in run_with().content["levels"] if each["strategy"] == "Standard"]
    assert levels.update_levels(seen_with(run_with(levels=alone)))["title"] == "What a loan recovers, costs and leaves"


def test_what_recovers_most_is_not_told_apart_from_what_might_recover_as_much(seen_with):
    told = run_with().content["levels"]
    title = levels.update_levels(seen_with(run_with(levels=told)))["title"]
    assert title == "Legal recovers most (46.0 %), Settlement leaves most (EUR 14.5 k a loan)"
    wide = [each | {"se": 1_000.0} if each["outcome"] == "net_value" else each for each in told]
    title = levels.update_levels(seen_with(run_with(levels=wide)))["title"]
    assert title.endswith("Settlement leaves most (EUR 14.5 k a loan, not told apart from Standard and Legal)")


def test_without_costs_the_levels_say_why_there_is_no_net_value(seen_with):
    rates = [each for each in run_with().content["levels"] if each["outcome"] == "recovery_rate"]
    told = levels.update_levels(seen_with(run_with(levels=rates, net_refused="no costs were told")))
    assert told["note"] == "What it costs and leaves is n/a, because no costs were told."
    assert "n/a" in words(told["rows"][0])


def test_the_love_plot_holds_before_and_after_and_the_disclosure_says_who_is_not_alike(seen, seen_with):
    told = overlap.update_overlap(seen, "light")
    assert told["words"].startswith("Are the compared loans alike? Yes")
    assert {trace["name"] for trace in told["chart"]["figure"]["data"]} == {
        f"{name} {part}" for name in ("Settlement", "Legal") for part in ("before", "after")
    }
    apart = overlap.update_overlap(seen_with(run_with(effects=refused("x"))), "light")
    assert "Not those under Legal and Settlement" in apart["words"]
    nearly = [
        {**each, "ess": 275.0, "max_smd": 0.112} if each["strategy"] == "Legal" else each for each in seen.effects()
    ]
    assert (
        "Those under Legal but for what chance leaves"
        in overlap.update_overlap(seen_with(run_with(effects=nearly)), "light")["words"]
    )
    untold = [{**each, "max_smd": None} for each in refused("x")]
    assert overlap.update_overlap(seen_with(run_with(effects=untold)), "light")["words"] == text_overlap.SUMMARY


def test_the_panel_tells_the_limits_that_effects_are_refused_by():
    assert (verdict.LEAST_ESS, verdict.LEAST_ESS_SHARE) == (text_overlap.LEAST_ESS, text_overlap.LEAST_ESS_SHARE)
    assert (verdict.LARGEST_SMD, verdict.CHANCE_LEAVES) == (text_overlap.LIMIT, text_overlap.CHANCE_LEAVES)
    assert "under 50, or under 30 % of the strategy's loans" in text_overlap.TABLE_SUBTITLE


def test_what_changed_and_what_it_rests_on_are_told(seen, seen_with):
    facts, changed, look = rests.update_rests(seen)
    assert look == "card"
    assert "941 loans: their 12 months are not over" in words(facts)
    assert "Collection_Attempts" in words(facts)
    assert "brings less than it did" in words(changed)
    unchanged = [{**seen.content["changes"][0], "changed": False}]
    assert rests.update_rests(seen_with(run_with(changes=unchanged)))[1] == []


@pytest.mark.parametrize(
    ("search", "by", "n"), [("", "product", 7), ("?by=segment", "segment", 5), ("?by=nonsense", "product", 7)]
)
def test_groups_follow_the_grouping_asked_for(seen, search, by, n):
    told = groups.update_groups(seen, search, "light")
    assert f"by {by}" in told["chart"]["subtitle"]
    assert len(told["chart"]["rows"]) == n
    assert [each["label"] for each in told["options"]] == ["product", "segment"]


def test_a_group_that_harms_is_the_title_and_a_refused_one_says_why_in_the_table(seen):
    assert groups.update_groups(seen, "", "light")["chart"]["title"].startswith(
        "Legal brings less with Personal: −4.0 pts"
    )
    rows = groups.update_groups(seen, "?by=segment", "light")["chart"]["rows"]
    assert ["Small balance, early arrears", "Legal", "n/a", "n/a", "n/a", "11"] in [row[:6] for row in rows]


def test_curves_are_pooled_by_strategy_over_cohorts_that_reached_an_age(shared):
    told = curves.update_curves(shared.services, "", "light")
    assert told["title"].startswith("After 2 months: Standard")
    assert all(row[0] in ("Standard", "Settlement", "Legal") for row in told["rows"][1:])
    assert told["subtitle"].endswith("Not adjusted")


def test_curves_without_payments_say_why():
    assert (
        curves.update_curves(services_on(TUTORIAL), "", "light")["absent"] == "n/a, because this book has no payments."
    )


def test_tabs_say_what_was_found(seen, seen_with):
    found = [words(each) for each in update_findings(seen, [TRIAL])]
    assert found[0] == "What works Settlement: brings more; Legal: no effect"
    assert found[3] == "What to do next 2 suggestions, a policy may be tried"
    assert found[5] == "Trials 1 trial, not yet"
    assert words(update_findings(seen_with(None), [])[0]) == "What works Not measured yet"


def test_an_empty_book_shows_nothing(services_with):
    with pytest.raises(PreventUpdate):
        Shared(services_with(EMPTY)).seen()


def test_answers_stay_under_64_kb_and_150_components(seen):
    for drawn in (
        forest.update_forest(seen, "", "dark"),
        groups.update_groups(seen, "", "dark")["chart"],
        overlap.update_overlap(seen, "dark")["chart"],
    ):
        assert len(json.dumps(drawn)) < 64 * 1024
    told = effects.update_effects(seen)
    made = html.Div([*told["rows"], *told["why"], *told["heads"]])
    assert len(list(made._traverse())) <= 150
