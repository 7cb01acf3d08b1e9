"""The panels of fairness on the page Models, on audits of books whose unfairness was planted."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from core.scores.fairness.audit import fairness_of
from dashboard import text_fairness as say
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models import fairness, selection, stand_ins
from tests.core.scores.fairness.test_audit import book
from tests.dashboard.models_book import CARD, NO_SIGNAL, model
from tests.dashboard.pages.test_models import seen

UPDATES = (fairness.update_fairness, selection.update_selection, stand_ins.update_stand_ins)


@pytest.fixture(scope="module")
def fair():
    return fairness_of(*book())


@pytest.fixture(scope="module")
def unfair():
    return fairness_of(*book(seed=2, proxy=2.0, harsh=0.25))


def shown(update, told, **changes):
    return update(seen(model(1, "champion", CARD | {"fairness": told | changes})), "light")


def traces(drawn):
    return {trace["name"]: trace for trace in drawn["figure"]["data"]}


def test_a_fair_score_is_called_as_right_about_everybody_and_small_groups_are_named(fair):
    told = shown(fairness.update_fairness, fair)
    assert told["title"] == "As right about every group as chance allows"
    assert "Gender: Other (n = 10)" in told["subtitle"]
    assert "apart" not in traces(told)
    assert "Gender: Female" in traces(told)["as the others"]["y"]
    row = next(row for row in told["rows"] if row[0] == "Gender: Female")
    assert float(row[4]) == pytest.approx(float(row[2]) / float(row[3].replace(",", "")), abs=0.001)
    assert not any("Other" in row[0] for row in told["rows"])


def test_a_harsh_score_is_said_of_whom_and_which_way_and_marked_by_shape_too(unfair):
    told = shown(fairness.update_fairness, unfair)
    assert "Gender: Female (fewer losses than promised)" in told["title"]
    odd = traces(told)["apart"]
    assert odd["marker"]["symbol"] == "diamond"
    assert "Gender: Female" in odd["y"]


def test_who_is_sent_to_legal_more_often_is_said_as_a_screening_figure(fair, unfair):
    told = shown(selection.update_selection, unfair)
    legal = say.chosen(next(group for label, group, _ in say.groups_of(unfair) if label == "Gender: Female"), "Legal")
    assert told["title"].startswith(f"Legal is proposed {legal['ratio']:.1f} times as often for Gender: Female, ")
    assert "among loans of like risk" in told["title"]
    assert "no legal verdict" in told["subtitle"]
    assert "among loans of like risk" in traces(told)
    row = next(row for row in told["rows"] if row[:3] == ["Gender: Female", "Legal", "this score"])
    assert float(row[6]) > 1.3
    assert next(row for row in told["rows"] if row[0] == "Gender: Male")[6] == "compared with"
    assert {row[2] for row in told["rows"][1:]} == {"this score", "as it happened"}
    assert (
        shown(selection.update_selection, fair)["title"]
        == "Legal is proposed for no group more often than chance allows"
    )


def test_the_flip_test_is_told_first_and_a_group_that_can_be_recognised_asks_for_a_review(fair, unfair):
    told = shown(stand_ins.update_stand_ins, fair)
    assert told["title"] == "Told another age and gender, no score and no proposal changes; no group is recognised"
    assert "0 scores and 0 proposals of 1,200 loans changed" in told["subtitle"]
    told = shown(stand_ins.update_stand_ins, unfair)
    assert told["title"].endswith("Gender: Male, Gender: Female can be recognised: review")
    assert len(told["figure"]["layout"]["shapes"]) == 2  # guessing, and where a review begins
    moved = shown(stand_ins.update_stand_ins, fair, flip=fair["flip"] | {"score_changes": 3, "proposal_changes": 1})
    assert "4 scores or proposals change" in moved["title"]


@pytest.mark.parametrize("update", UPDATES)
def test_what_cannot_be_told_says_why(update, fair):
    assert "nothing was trained" in update(seen(), "light")["absent"]
    assert "Train again" in update(seen(model(1, "refused", NO_SIGNAL)), "light")["absent"]
    assert "n/a, because" in shown(update, fair, attributes=[])["absent"]


def test_a_rule_has_no_calibration_but_its_proposals_are_audited(fair):
    bare = [each | {"groups": [group | {"calibration": None} if not group["refused"] else group for group in each["groups"]]}
            for each in fair["attributes"]]  # fmt: skip
    told = shown(fairness.update_fairness, fair, source="rule", attributes=bare)
    assert "no probability" in told["absent"]
    assert "by the rule score" in shown(selection.update_selection, fair, source="rule")["subtitle"]


def test_the_view_asked_for_is_shown_and_each_tells_the_flip_test(fair):
    looked = seen(model(1, "champion", CARD | {"fairness": fair}))
    titles = [fairness.update_view(looked, view, "light")["title"] for view in fairness.VIEWS]
    assert titles[0].startswith("As right about")
    assert titles[1].startswith("Legal is proposed")
    assert titles[2].startswith("Told another age and gender")
    for view in fairness.VIEWS:
        assert "Flip test" in fairness.update_view(looked, view, "light")["subtitle"]


def test_whom_proposals_fall_on_more_often_is_said_where_only_calibration_is_drawn(fair, unfair):
    harsh = shown(fairness.update_fairness, unfair)["subtitle"]
    assert re.search(r" Legal is proposed \d\.\d times as often for Gender: Female, .*: look at Proposals\.$", harsh)
    assert "Legal is proposed" not in shown(fairness.update_fairness, fair)["subtitle"]


def test_an_input_itself_is_not_asked_for_as_a_stand_in(fair):
    itself = {"name": "Employment_Type", "groups": [], "proxy": [], "proxy_why": "it is an input itself"}
    told = say.stand_ins_subtitle(fair | {"attributes": [*fair["attributes"], itself]})
    assert told.endswith("Not asked of employment type: it is an input itself.")


def test_dots_stand_top_down_with_their_intervals():
    drawn = group_dots([Dot("A", 1.5, 1.2, 2.0, "a", True), Dot("B", 1.0, 0.9, 1.3, "b", beside=(1.1, 0.8, 1.4))], "light",
                       lines=(1.0,), title="ratio", height=300, logarithmic=True)  # fmt: skip
    assert drawn["layout"]["yaxis"]["categoryarray"] == ["B", "A"]
    assert drawn["layout"]["xaxis"]["type"] == "log"
    beside, plain, odd = drawn["data"]
    assert (beside["marker"]["symbol"], plain["y"], odd["y"]) == ("circle-open", ["B"], ["A"])
    assert odd["error_x"]["array"] == [0.5]
    assert plain["error_x"]["arrayminus"] == pytest.approx([0.1])


def test_ages_stand_from_the_youngest_on_in_every_view_and_table(fair):
    ages = ["under 30", "30 to 44", "45 to 59", "60 or more"]
    told = deepcopy(fair)
    for attribute in told["attributes"]:
        if attribute["name"] == "Age":
            attribute["groups"].sort(key=lambda group: group["n"])
            attribute["proxy"].reverse()
    looked = seen(model(1, "champion", CARD | {"fairness": told}))
    for view in fairness.VIEWS:
        drawn = fairness.update_view(looked, view, "light")
        listed = list(dict.fromkeys(row[0] for row in drawn["rows"][1:] if row[0].startswith("Age")))
        assert listed == [f"Age: {each}" for each in ages if f"Age: {each}" in listed]
        assert len(listed) >= 3
        down = drawn["figure"]["layout"]["yaxis"]["categoryarray"][::-1]
        placed = [each for each in down if each.startswith("Age")]
        assert placed == [each for each in listed if each in placed]
