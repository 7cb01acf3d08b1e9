"""The panels of reasons on the page Models: importance with its stability, and the shape of the risk."""

from __future__ import annotations

import pytest

from dashboard import text_models_reasons as say
from dashboard.pages.models import reasons, shapes
from tests.dashboard.models_book import CARD, NO_SIGNAL, model
from tests.dashboard.pages.test_models import seen

FAMILIES = [
    {"family": "arrears", "size": 0.7, "low": 0.5, "high": 0.9, "rank": 1, "ranks": [1] * 10, "top_share": 1.0},
    {"family": "engagement", "size": 0.5, "low": 0.4, "high": 0.6, "rank": 2, "ranks": [2] * 10, "top_share": 1.0},
    {"family": "security", "size": 0.3, "low": 0.1, "high": 0.5, "rank": 3, "ranks": [3, 4] * 5, "top_share": 0.5},
    {"family": "GRADE", "size": 0.29, "low": 0.1, "high": 0.48, "rank": 4, "ranks": [4, 3] * 5, "top_share": 0.5},
]
SHAPE = [
    {"field": "dpd", "family": "arrears", "points": [
        {"value": 1, "n": 57, "risk": 0.04, "low": 0.0, "high": 0.08}, {"value": 90, "n": 115, "risk": 0.57, "low": 0.52, "high": 0.62}]},
    {"field": "contact_rate", "family": "engagement", "points": [
        {"value": 0.1, "n": 40, "risk": 0.5, "low": 0.4, "high": 0.6}, {"value": 0.9, "n": 41, "risk": 0.3, "low": 0.2, "high": 0.4}]},
]  # fmt: skip
TOLD = {
    "n": 1200,
    "refits": 10,
    "top": 3,
    "families": FAMILIES,
    "overlap": 0.93,
    "overlap_ci": [0.91, 0.95],
    "shape": SHAPE,
}


def card(**changes):
    return CARD | {"importance": TOLD | changes}


def test_the_reasons_are_ranked_and_their_steadiness_is_said_with_its_interval():
    shown = reasons.update_reasons(seen(model(1, "champion", card())), "light")
    assert shown["title"] == (
        "What moves the score most: Arrears and payment history; Promises and contacts; Security and kind of loan (steady over refits)"
    )
    assert "names 93 % again (91 % to 95 %; 85 % is asked for)" in shown["subtitle"]
    assert "1,200 loans" in shown["subtitle"]
    bars = shown["figure"]["data"][0]
    assert bars["x"] == [0.7, 0.5, 0.3, 0.29]
    assert bars["error_x"]["array"] == pytest.approx([0.2, 0.1, 0.2, 0.19])
    assert shown["figure"]["layout"]["yaxis"]["categoryarray"][-1] == "Arrears and payment history"
    assert shown["rows"][3] == ["Security and kind of loan", "0.300", "0.100 to 0.500", "3", "3 to 4", "50 %"]
    assert shown["rows"][4][0] == "GRADE"


@pytest.mark.parametrize(
    ("ends", "said"), [([0.7, 0.8], "not steady over refits"), ([0.8, 0.9], "roughly steady over refits")]
)
def test_reasons_that_change_from_refit_to_refit_are_called_so(ends, said):
    assert said in say.reasons_title(TOLD | {"overlap": 0.8, "overlap_ci": ends})


def test_of_three_families_any_three_are_the_first():
    told = TOLD | {"families": FAMILIES[:3], "overlap": None, "overlap_ci": None}
    assert "refits)" not in say.reasons_title(told)
    assert "Only 3 families" in say.reasons_subtitle(told)
    assert "half a point more turns a chance of 50 % into 62 %." in say.reasons_subtitle(told)


def test_the_risk_runs_along_each_fact_with_its_band_and_n():
    shown = shapes.update_shapes(seen(model(1, "champion", card())), "dark")
    assert shown["title"] == "Days past due: mean risk 4 % at 1, 57 % at 90"
    assert "not the effect of changing the fact" in shown["subtitle"]
    lines = [trace for trace in shown["figure"]["data"] if trace["mode"] == "lines+markers"]
    assert [line["yaxis"] for line in lines] == ["y", "y2"]
    assert lines[0]["y"] == pytest.approx([4.0, 57.0])
    assert "115 loans near it" in lines[0]["hovertext"][1]
    assert shown["figure"]["layout"]["xaxis2"]["domain"][0] > 0.5
    assert shown["rows"][3] == ["Share of attempts that reach", "0.1", "50.0 %", "40.0 % to 60.0 %", "40"]


@pytest.mark.parametrize("update", [reasons.update_reasons, shapes.update_shapes])
def test_what_cannot_be_told_says_why(update):
    assert "nothing was trained" in update(seen(), "light")["absent"]
    assert "no usable signal was found" in update(seen(model(1, "refused", NO_SIGNAL)), "light")["absent"]
    assert "Train again" in update(seen(model(1, "champion")), "light")["absent"]


def test_a_model_without_such_facts_has_no_shape():
    assert shapes.update_shapes(seen(model(1, "champion", card(shape=[]))), "light")["absent"] == say.NO_SHAPES
