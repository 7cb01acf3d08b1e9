import json

import numpy as np
import pandas as pd
import pytest

from core.segments import comparison
from core.segments.clustering import fit_segments
from core.segments.comparison import DENSITY, K_MEANS, MIXTURE, TUTORIAL, WARD, compared
from tests.core.segments.blobs import grouped_book
from tests.worlds.world import draw


def by_name(told):
    return {each["name"]: each for each in told["ways"]}


@pytest.fixture(scope="module")
def book():
    return grouped_book(each=70)


@pytest.fixture(scope="module")
def content(book):
    return fit_segments(book, redraws=3)


@pytest.fixture(scope="module")
def told(book, content):
    recovery = np.array([0.2, 0.5, 0.8])[book["group"]] + np.random.default_rng(2).normal(0, 0.05, len(book))
    recovery[:5] = np.nan
    return compared(book, content, recovery)


def test_every_way_is_measured_on_the_same_loans_and_stored_as_plain_json(told):
    assert list(by_name(told)) == [K_MEANS, WARD, MIXTURE, DENSITY, TUTORIAL]
    assert (told["n"], told["redraws"], told["k"]) == (210, 10, 3)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_groups_put_in_are_found_by_all_and_explain_what_was_put_in(told):
    for name in (K_MEANS, WARD, MIXTURE, DENSITY):
        way = by_name(told)[name]
        assert way["groups"] == 3
        assert way["ari"] > 0.9
        assert way["jaccard"] > 0.85
        assert way["explained"] > 0.85
        assert way["explained_low"] < way["explained"] < way["explained_high"]
        assert way["explained_n"] == 205
    assert by_name(told)[K_MEANS]["explained"] == pytest.approx(0.06 / 0.0625, abs=0.03)
    assert by_name(told)[K_MEANS]["largest"] == pytest.approx(1 / 3, abs=0.01)
    assert by_name(told)[DENSITY]["noise"] < 0.1


def test_credit_data_without_gaps_leaves_density_one_group_and_the_verdict_says_so(monkeypatch):
    monkeypatch.setattr(comparison, "REDRAWS", 2)
    monkeypatch.setattr(comparison, "MOST_LOANS", 500)
    world = draw(700, 5, "plain")
    content = fit_segments(world.frame, redraws=3)
    told = compared(world.frame, content, (world.frame["cash_12m"] / world.frame["balance"]).to_numpy())
    density, ours = by_name(told)[DENSITY], by_name(told)[K_MEANS]
    assert told["n"] == 500
    assert density["groups"] == 1
    assert density["silhouette"] is None
    assert density["explained"] < 0.05 < ours["explained"]
    assert "DBSCAN found no gap in density: one group and some noise, so it cannot tell loans apart." in told["verdict"]


def test_without_outcomes_nothing_is_said_of_recovery(book, content, monkeypatch):
    monkeypatch.setattr(comparison, "REDRAWS", 1)
    told = compared(book, content, np.full(len(book), np.nan))
    assert {each["explained"] for each in told["ways"]} == {None}
    assert {each["explained_n"] for each in told["ways"]} == {0}
    assert any("not known: too few outcomes" in line for line in told["verdict"])


def test_books_without_segments_and_identical_loans_are_compared_without_accident(monkeypatch):
    monkeypatch.setattr(comparison, "REDRAWS", 2)
    same = pd.DataFrame({"balance": [5.0] * 60, "dpd": [30] * 60})
    told = compared(same, fit_segments(same), np.full(60, 0.5))
    assert {each["groups"] for each in told["ways"]} == {1}
    assert all(each["explained"] is None and each["silhouette"] is None for each in told["ways"])


def test_a_way_that_holds_stiller_by_both_measures_is_named():
    ours = {"name": K_MEANS, "groups": 3, "ari": 0.8, "jaccard": 0.8, "explained": 0.3, "explained_high": 0.35}
    still = ours | {"name": WARD, "ari": 0.9, "jaccard": 0.9, "explained": 0.2, "explained_low": 0.1}
    half = ours | {"name": MIXTURE, "ari": 0.9, "jaccard": 0.7, "explained": 0.5, "explained_low": 0.4}
    one = ours | {"name": DENSITY, "groups": 1, "ari": 1.0, "jaccard": 1.0, "explained": None}
    said = comparison._verdict([ours, still, half, one])
    assert said[0] == "Here Hierarchical (Ward) held stiller over redraws of the loans than K-means."
    assert said[2] == "Gaussian mixture explained clearly more of recovery."
