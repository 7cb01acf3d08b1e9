"""What a callback may be sent: ids, outputs and values of the declared shapes."""

from __future__ import annotations

import dash
import pytest

from dashboard.payloads import DEEPEST, LARGEST_INTEGER, OF_ID, Payloads, _are_changes, _are_outputs, is_data

LIVE = {"type": "Iframe", "namespace": "dash_html_components", "props": {}}


@pytest.fixture
def payloads(app: dash.Dash) -> Payloads:
    return Payloads(app)


def test_a_family_of_inputs_comes_as_a_list_and_each_of_them_is_checked(payloads):
    wanted = {"id": '{"card":["ALL"],"part":"rows"}', "property": "value"}
    one = {"id": {"card": "a", "part": "rows"}, "property": "value", "value": 1}
    assert payloads.is_argument([one, one], wanted)
    assert not payloads.is_argument([one, {**one, "value": LIVE}], wanted)
    assert not payloads.is_argument([one, {**one, "id": {"card": "a", "part": "table"}}], wanted)
    assert not payloads.is_argument([one, {**one, "id": {"card": {}, "part": "rows"}}], wanted)
    assert not payloads.is_argument([one], {"id": "plain", "property": "value"})


@pytest.mark.parametrize(
    ("component", "prop", "good", "bad"),
    [
        ("url", "search", ["", None, "?a=b"], [1, True, ["?"], {}]),
        ("url", "pathname", ["/x", None], ["x", "", 1]),
        ("batches-load", "n_clicks", [None, 3], [True, 1.5, "3", [3]]),
        ("filter-product", "value", [None, [], ["Auto"]], ["Auto", 3, [["Auto"]], [{}]]),
        ("batches-kind", "value", [None, "portfolio"], [1, ["portfolio"], {}]),
        ("score-age", "value", [None, "41"], [41, ["41"]]),
        ("strategies-choice", "value", [None, "1", "crown"], [1, ["1"], {}]),
        ("strategies-because", "value", [None, "why"], [1, ["why"], {}]),
        ("strategies-plan-loans", "value", [None, "1200"], [1200, ["1200"], {}]),
        ("strategies-plan-outcome", "value", [None, "net_value"], [1, ["x"], {}]),
        ("strategies-plan-register", "n_clicks", [None, 3], [True, "3", [3]]),
        ("batches-list", "selectedRows", [None, [], [{"id": 1}]], [{}, "x", [1], [None], [{"id": [1]}]]),
        ("why", "data", [None, "", "?why=loans"], [1, ["?"], {"why": "loans"}]),
        ("why-rows-keys", "data", [None, [], ["50", None]], ["x", {}, [[1]], [{}]]),
        ("batches-sent", "data", [None, {"path": "x"}], ["x", [1], {"path": {}}]),
    ],
)
def test_a_value_has_the_shape_its_control_gives_it(payloads, component, prop, good, bad):
    wanted = {"id": component, "property": prop}
    assert all(payloads.is_argument({**wanted, "value": value}, wanted) for value in good)
    assert not any(payloads.is_argument({**wanted, "value": value}, wanted) for value in bad)


def test_the_controls_named_by_id_are_still_there(app):
    declared = {
        (one["id"], one["property"]) for known in app.callback_map.values() for one in known["inputs"] + known["state"]
    }
    assert OF_ID.keys() <= declared


@pytest.mark.parametrize(
    "value", [LIVE, [[LIVE]], {"a": {"b": LIVE}}, float("inf"), LARGEST_INTEGER + 1, "\ud800", {"\ud800": 1}]
)
def test_what_no_page_sends_is_no_data(value):
    assert not is_data(value)


def test_data_is_as_deep_as_a_page_makes_it():
    value: object = 1
    for _ in range(DEEPEST - 1):
        value = [value]
    assert is_data(value)
    assert not is_data([value])
    assert is_data({"namespace": "x", "points": [{"x": 1.5, "y": None, "text": "ü 𝒳"}]})


def test_outputs_spell_out_the_callback_they_belong_to():
    one, two = {"id": "a", "property": "children"}, {"id": {"card": "x", "part": "rows"}, "property": "data@abc"}
    assert _are_outputs("a.children", one)
    assert _are_outputs('..a.children...{"card":["MATCH"],"part":"rows"}.data..', [one, two])
    for forged in ([one], one, [two, one], [one, two, two], None, [one, {**two, "property": "x"}]):
        assert not _are_outputs('..a.children...{"card":["MATCH"],"part":"rows"}.data..', forged)


def test_what_changed_is_named_as_dash_can_read_it():
    assert _are_changes([]) and _are_changes(["url.search", '{"card":"a","part":"rows"}.data'])  # noqa: PT018
    assert not any(_are_changes(forged) for forged in ("x", [1], ["{.x"], None))
