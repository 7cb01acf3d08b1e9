"""A stored model that is not whole, not ours or of another version is refused in words, before it scores anything."""

from __future__ import annotations

import json
import pickle

import pytest

from core.errors import Refused
from core.scores.scoring.evaluate import FORMAT, load_artifact, sha256_of
from tests.dashboard.models_book import ARTIFACT, CONTENT

INPUT = CONTENT["inputs"][0]
TREE = {
    "column": [0],
    "threshold": [3.0],
    "rows": [10],
    "left": [-1],
    "right": [-2],
    "leaf_rows": [5, 5],
    "value": [0.1, 0.2],
}
FOREST = {name: part for name, part in CONTENT.items() if name != "linear"} | {"trees": [TREE], "averaged": True}


def opened(content):
    text = content if isinstance(content, str) else json.dumps(content)
    return load_artifact(text, sha256_of(text))


def test_whole_models_open():
    assert opened(CONTENT).content["kind"] == "logistic"
    assert sorted(opened(FOREST).paths.value) == [0.1, 0.2]


@pytest.mark.parametrize("place", [0, len(ARTIFACT) // 2, len(ARTIFACT) - 1])
def test_one_flipped_byte_is_damage(place):
    flipped = ARTIFACT[:place] + chr(ord(ARTIFACT[place]) ^ 1) + ARTIFACT[place + 1 :]
    with pytest.raises(Refused, match="damaged: its content does not match its hash"):
        load_artifact(flipped, sha256_of(ARTIFACT))


@pytest.mark.parametrize(
    "text",
    [
        pickle.dumps({"a": 1}).decode("latin-1"),
        "",
        "null and void",
        ARTIFACT[:-5],
        ARTIFACT.replace("0.8", "NaN"),
        "[" * 5000,
    ],
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Refused, match="not readable as JSON"):
        opened(text)


@pytest.mark.parametrize(
    "content", [[], "{}", {"format": "recoup-model-0"}, CONTENT | {"format": f"{FORMAT}0"}, 3, None]
)
def test_other_json_and_other_versions_are_another_format(content):
    with pytest.raises(Refused, match="of another format"):
        opened(content)


def test_facts_that_nothing_knows_are_named():
    with pytest.raises(Refused, match=r"reads facts this version does not know \(moon phase\)"):
        opened(CONTENT | {"inputs": [INPUT | {"name": "moon phase"}]})


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": [INPUT, INPUT]}, {"inputs": None}, {"inputs": [{"name": 3}]}, {"calibration": {"method": "isotonic"}},
        {"calibration": None}, {"linear": {"mean": [1.0]}}, {"linear": CONTENT["linear"] | {"coefficients": ["x"]}},
        {"linear": CONTENT["linear"] | {"intercept": None}},
    ],
)  # fmt: skip
def test_parts_that_are_missing_or_do_not_fit_are_refused(change):
    with pytest.raises(Refused, match="The stored model is incomplete"):
        opened(CONTENT | change)


@pytest.mark.parametrize(
    "tree", [TREE | {"column": [7]}, TREE | {"value": []}, TREE | {"rows": [0]}, {}, None, TREE | {"left": ["a"]}]
)
def test_trees_that_do_not_hold_together_are_refused(tree):
    with pytest.raises(Refused, match="The stored model is incomplete"):
        opened(FOREST | {"trees": [tree]})


def test_a_model_of_neither_kind_is_refused():
    with pytest.raises(Refused, match="neither a linear part nor trees"):
        opened({name: part for name, part in CONTENT.items() if name != "linear"})
