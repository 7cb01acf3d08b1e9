"""The parts of a score and what would change it, as they are read: direction and size in words, never colour alone."""

from __future__ import annotations

from dataclasses import replace

from core.scores.scoring.explain import Contributions
from core.scores.scoring.what_if import Option, WhatIf
from dashboard import text_reasons as say
from dashboard.components.reasons import part_list, what_if_list

TOLD = Contributions(-0.5, 0.38, {"size": 0.001, "arrears": 0.98, "security": -0.2, "GRADE": 0.1, "strategy": 0.0})


def rows(children):
    return [[each.children for each in item.children] for item in children[0].children]


def test_the_largest_part_comes_first_with_its_bar_to_the_side_it_pulls():
    listed = rows(part_list(TOLD, "model"))
    assert [(name, words) for name, _, words in listed] == [
        ("Arrears and payment history", "+0.98 raises the risk strongly"),
        ("Security and kind of loan", "−0.20 lowers the risk"),
        ("GRADE", "+0.10 raises the risk slightly"),
        ("Size, term and rate", "changes nothing"),
        ("Left under Standard, as the score assumes", "changes nothing"),
    ]
    bars = [bar for _, bar, _ in listed]
    assert [bar.style["width"] for bar in bars] == ["50%", "10%", "5%", "0%", "0%"]
    assert [bar.className.split()[1] for bar in bars[:2]] == ["raises", "lowers"]
    assert "begins at −0.50" in part_list(TOLD, "model")[1].children
    assert "to 0.38" in part_list(TOLD, "model")[1].children


def test_a_rule_adds_points_and_says_that_it_is_a_rule():
    told = part_list(Contributions(0.0, 0.845, {"days past due": 0.2975, "collateral cover": 0.2}), "rule")
    assert rows(told)[0][0] == "Days past due"
    assert rows(told)[0][2] == "adds 29.8"
    assert rows(told)[0][1].style == {"width": "100%"}
    assert told[1].children == "Points of the score; together 84.5 of 100. A rule, not validated on your data."


def test_a_score_without_parts_says_why():
    assert part_list(None, "model")[0].children == say.NO_PARTS


def test_changes_are_said_by_this_score_and_promise_nothing():
    option = Option(("2 instalments caught up with, to 30 days past due",), "Settlement", 0.7225)
    told = what_if_list(WhatIf("Legal", 0.8465, "model", (option,), 11, ""))
    assert told[0].children[0].children == (
        "With 2 instalments caught up with, to 30 days past due: Settlement instead of Legal (score 0.72 instead of 0.85)."
    )
    assert told[1].children == say.WHAT_IF_NOTE
    cleared = Option(("one instalment caught up with, to nothing past due",), "Standard", float("nan"))
    assert "nothing would be left to work" in say.option_words(cleared, WhatIf("Legal", 0.8, "rule", (cleared,), 3, ""))


def test_a_score_just_under_an_edge_is_not_rounded_onto_it():
    option = Option(("an income of 62,400 a month documented, instead of 52,000",), "Standard", 0.4961)
    told = WhatIf("Settlement", 0.52, "model", (option,), 11, "")
    assert say.option_words(option, told).endswith("(score 0.496 instead of 0.52).")
    assert say.option_words(option, replace(told, source="rule")).endswith("(score 49.6 of 100 instead of 52 of 100).")


def test_that_nothing_would_is_an_answer():
    told = WhatIf(
        "Legal", 1.0, "rule", (), 87, "none of 87 feasible changes and pairs of them would lead to a lighter track"
    )
    assert (
        what_if_list(told)[0].children == "None of 87 feasible changes and pairs of them would lead to a lighter track."
    )
    assert what_if_list(None) == []
