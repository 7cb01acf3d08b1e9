import json

import pytest

from core.errors import Refused
from core.strategies.catalogue import CATALOGUE, STRATEGY_NAMES, Limits, resolve_strategy


@pytest.mark.parametrize(
    ("name", "strategy"),
    [
        ("Calls", "Standard"),
        ("reminder", "Standard"),
        ("Automated Follow-Ups", "Standard"),
        ("SETTLEMENT_OFFER", "Settlement"),
        ("repayment plan", "Settlement"),
        ("Legal Notice", "Legal"),
        ("Debt Collectors", "Legal"),
        ("intensive recovery team", "Legal"),
        ("legal", "Legal"),
        ("Field", None),
        ("", None),
    ],
)
def test_names_in_data_stand_for_strategies_and_unknown_ones_for_none(name, strategy):
    assert resolve_strategy(name) == strategy


def test_only_legal_waits_for_a_person():
    assert [strategy.name for strategy in CATALOGUE if strategy.needs_person] == ["Legal"]
    assert STRATEGY_NAMES == ("Standard", "Settlement", "Legal")


def test_limits_of_an_empty_object_are_the_catalogue_without_limits():
    limits = Limits.from_json("{}")
    assert limits == Limits()
    assert limits.strategy("Legal").capacity_count is None
    assert limits.budget is None


def test_limits_change_what_they_name_and_nothing_else():
    text = '{"strategies": {"legal": {"cost": 900, "capacity_count": 12, "fee_share": null}}, "budget": 5000}'
    limits = Limits.from_json(text)
    assert limits.strategy("Legal").cost == 900.0
    assert limits.strategy("Legal").capacity_count == 12
    assert limits.strategy("Legal").fee_share == 0.0
    assert limits.strategy("Legal").needs_person
    assert limits.strategy("Standard") == CATALOGUE[0]
    assert limits.budget == 5000.0


def test_a_strategy_that_does_not_exist_is_refused_by_name():
    with pytest.raises(Refused, match="no strategy 'Field'"):
        Limits().strategy("Field")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "not JSON"),
        ("[]", "the limits must be a JSON object"),
        ('{"strategies": {"Fly": {}}}', "strategy 'Fly' that does not exist"),
        ('{"strategies": {"Legal": 3}}', "Legal must be a JSON object"),
        ('{"strategies": [1]}', "strategies must be a JSON object"),
        ('{"officers": 3}', "a key that is not understood.*'officers'"),
        ('{"strategies": {"Legal": {"price": 3}}}', "Legal has a key that is not understood.*'price'"),
        ('{"strategies": {"Legal": {"fee_share": 1.5}}}', "Legal: fee_share is 1.5.*from 0 to 1"),
        ('{"strategies": {"Legal": {"cost": -1}}}', "cost is -1.*0 or more"),
        ('{"strategies": {"Legal": {"cost": "much"}}}', "cost is 'much'"),
        ('{"strategies": {"Legal": {"cost": true}}}', "cost is True"),
        ('{"strategies": {"Legal": {"capacity_count": 2.5}}}', "capacity_count is 2.5.*whole number"),
        ('{"budget": -5}', "budget is -5"),
    ],
)
def test_limits_that_cannot_be_followed_say_what_and_where(text, found):
    with pytest.raises(Refused, match=found):
        Limits.from_json(text)


def test_infinite_limits_are_refused():
    with pytest.raises(Refused, match="budget is inf"):
        Limits.from_json(json.dumps({"budget": float("inf")}))
