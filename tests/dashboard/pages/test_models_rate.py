"""The panels of the recovery rate on the page Models: promised against come, and what the promise rests on."""

from __future__ import annotations

import json

import pytest

from dashboard import text_models_rate as say
from dashboard.pages.models import rate, rate_facts
from tests.dashboard.models_book import CARD, NO_SIGNAL, RATE, THIN, model
from tests.dashboard.pages.test_models import seen


def card(**changes):
    return CARD | {"rate": RATE | changes}


def drawn(**changes):
    return rate.update_rate(seen(model(1, "champion", card(**changes))), "light")


def told(**changes):
    return rate_facts.update_facts(seen(model(1, "champion", card(**changes))))


def test_the_title_says_what_was_promised_and_what_came_with_its_interval_and_n():
    assert drawn()["title"] == (
        "Expected recovery: 31.2 % of the balance promised, 30.1 % came (28.0 % to 32.2 %), n = 1,200 loans"
    )
    assert (
        "Cash over expected cash is 0.96 (0.90 to 1.03): no further from 1 than chance brings it."
        in drawn()["subtitle"]
    )
    off = drawn(actual_expected=0.8, actual_expected_ci=[0.72, 0.88])
    assert "0.80 (0.72 to 0.88): further from 1 than chance brings it" in off["subtitle"]


def test_every_tenth_is_a_dot_with_its_interval_its_n_and_a_row():
    shown = drawn()
    dots = next(each for each in shown["figure"]["data"] if each["name"] == "came")
    assert dots["x"] == pytest.approx([4, 110])
    assert dots["y"] == pytest.approx([3, 104])
    assert dots["error_y"]["array"] == pytest.approx([6, 10])
    assert dots["error_y"]["arrayminus"] == pytest.approx([4, 8])
    assert dots["hovertext"][0].endswith("95 % interval −1.0 % to 9.0 %<br>n = 600")
    assert shown["rows"] == [
        ["Tenth", "Promised", "Came", "95 % interval", "n"],
        ["1", "4.0 %", "3.0 %", "−1.0 % to 9.0 %", "600"],
        ["2", "110.0 %", "104.0 %", "96.0 % to 114.0 %", "600"],
        ["All, by balance", "31.2 %", "30.1 %", "28.0 % to 32.2 %", "1,200"],
    ]
    assert "In 2 of 2 tenths" in shown["summary"]
    missed = [RATE["deciles"][0], RATE["deciles"][1] | {"predicted": 1.5}]
    assert "In 1 of 2 tenths" in drawn(deciles=missed)["summary"]


def test_rates_above_the_balance_and_intervals_below_nothing_stay_inside_the_drawing():
    layout = drawn()["figure"]["layout"]
    assert layout["yaxis"]["range"] == pytest.approx([-1.12, 127.68])
    assert layout["xaxis"]["range"] == pytest.approx([0, 127.68])
    json.dumps(layout, allow_nan=False)


def test_the_facts_say_what_is_known_what_is_not_and_why():
    shown = told()
    assert shown["title"] == "Loan by loan the promise is off by 24.1 pts on average, R²\u00a00.21 (0.18 to 0.25)"
    assert "n = 1,200 loans, 840 of which paid" in shown["subtitle"]
    assert shown["beats"].startswith(
        "Squared error lower by 0.0123 (0.0080 to 0.0166) than that of what earlier loans of the same "
        "arrears bucket brought, weighted by balance (which does better than loan by loan)"
    )
    assert shown["known"] == "Standard (n = 1,000), Legal (n = 120)"
    assert shown["unknown"].startswith(
        "Settlement: 12 loans were under it; 30 are needed, and as many under the reference. What earlier loans"
    )
    assert (
        "at most 130.0 % of the balance (6 loans brought more) and at least 0 % (1 loan brought less)" in shown["held"]
    )
    assert shown["loan"].startswith("The middle 80 % of what the loans")
    assert shown["sum"].startswith("95 %, from 30 loans on")
    assert "only known from 1,200 loans: the more loans the day holds for each of those, the wider." in shown["sum"]
    assert shown["limits"].startswith("What changes between then and now")
    assert shown["look"] == "card"


def test_a_book_that_cannot_tell_strategies_apart_says_loans_are_told_as_they_were_treated():
    shown = told(strategies={}, not_told={"Legal": "0 loans were under it; 30 are needed"})
    assert shown["known"].startswith("None apart: loans are told as they were treated")
    assert shown["unknown"] == "Legal: 0 loans were under it; 30 are needed."
    assert told(not_told={})["unknown"] == "None."


REFUSED = {
    "used": False,
    "why": "only 150 loans with amounts, 40 of which paid; 200 and 50 are needed",
    "n": 150,
    "payers": 40,
}


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (model(1, "champion", CARD | {"rate": REFUSED}), "n/a, because only 150 loans with amounts, 40 of which paid; 200 and 50 are needed. What earlier"),
        (model(1, "champion", card(used=False, why="it does not clearly beat the pooled rate")), "n/a, because it does not clearly beat the pooled rate. What"),
        (model(1, "refused", NO_SIGNAL | {"rate": None}), "n/a, because no usable signal was found"),
        (model(1, "refused", THIN), "n/a, because there was too little history"),
        (model(1, "champion", CARD), "n/a, because model 1 was trained before this was kept"),
        (None, "n/a, because nothing was trained"),
    ],
)  # fmt: skip
def test_without_a_rate_model_both_panels_say_why_and_show_no_figure(shown, why):
    looked = seen(*([shown] if shown else []))
    chart, facts = rate.update_rate(looked, "dark"), rate_facts.update_facts(looked)
    assert (chart["title"], facts["title"], facts["look"]) == (say.TITLE, say.FACTS_TITLE, "is-absent")
    assert chart["absent"] == facts["subtitle"]
    assert chart["absent"].startswith(why)
    assert (chart["rows"], chart["figure"]["data"]) == ([], [])
    assert not any(facts[name] for name, _ in rate_facts.FACTS)
