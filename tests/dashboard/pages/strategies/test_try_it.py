"""The simulator: what the address asks for, what comes of it, and what it says where there is nothing to simulate on."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.strategies.catalogue import CATALOGUE, Limits
from core.workflows.simulate import limits_json, now_of, read_simulable, simulable
from dashboard.pages.strategies import policy, try_it
from dashboard.simulation import asked_for, bounds_of
from tests.dashboard.pages.strategies.test_works import words
from tests.strategy_book import RUN, evidence, run_with


@pytest.fixture
def on():
    return simulable(RUN, evidence(), None)


def test_an_address_without_keys_is_todays_rule_within_todays_limits(on):
    rule, limits = asked_for("", on)
    assert (rule.kind, rule.edges) == ("value", (0.5, 0.75))
    assert limits == on.limits


def test_every_slider_moves_its_limit(on):
    rule, limits = asked_for(
        "?rule=thresholds&share_legal=8&cost_legal=800&hours=120&budget=9000&edge_1=0.6&edge_2=0.4", on
    )
    assert (rule.kind, rule.edges) == ("thresholds", (0.4, 0.6))
    legal = limits.strategy("Legal")
    assert (legal.capacity_share, legal.cost) == (0.08, 800.0)
    assert (limits.officer_hours, limits.budget) == (120.0, 9000.0)


def test_the_right_end_is_no_limit(on):
    bounds = bounds_of(on)
    _, limits = asked_for(f"?share_legal=100&hours={bounds['hours']['max']}&budget={bounds['budget']['max']}", on)
    assert (limits.strategy("Legal").capacity_share, limits.officer_hours, limits.budget) == (None, None, None)


@pytest.mark.parametrize("wrong", ["soon", "nan", "inf", "1e999", "", "<script>", "--1"])
def test_what_is_no_number_is_as_today(on, wrong):
    assert asked_for(f"?share_legal={wrong}&budget={wrong}&cost_legal={wrong}", on)[1] == on.limits


@pytest.mark.parametrize(("given", "share"), [("-5", 0.0), ("5", 0.05)])
def test_what_is_out_of_bounds_is_brought_within(on, given, share):
    assert asked_for(f"?share_legal={given}", on)[1].strategy("Legal").capacity_share == share


def test_bounds_stand_on_todays_figures_exactly(on):
    for each in bounds_of(on).values():
        assert each["today"] <= each["max"]
        assert abs(each["today"] / each["step"] - round(each["today"] / each["step"])) < 1e-6
    odd = simulable(run_with(), evidence(), None)
    stated = simulable(
        RUN.__class__(
            **{
                **{name: getattr(RUN, name) for name in RUN.__slots__},
                "limits": {"strategies": {"Legal": {"cost": 123.45}}},
            }
        ),
        evidence(),
        None,
    )
    assert bounds_of(stated)["cost_legal"]["today"] == 123.45
    assert bounds_of(odd)["cost_legal"]["today"] == 650.0


def test_the_page_shows_rule_champion_reference_and_nothing_done(shared):
    told = try_it.update_try(shared, "", "light")
    assert "against today's rule" in told["title"]
    assert [words(row.children[0]) for row in told["rows"]][-1].startswith("This rule against it")
    assert words(told["rows"][-1]).count("n = 600") == 2
    assert "n/a" in words(told["rows"][3])
    assert told["moves"]["title"].endswith("%)")
    assert "For all of today's loans EUR" in told["note"]
    assert "Legal waits for a person under any rule" in told["note"]


def test_a_limit_moves_the_rule_and_its_price_is_said(shared):
    told = try_it.update_try(shared, "?share_settlement=10&cost_settlement=0", "light")
    assert "one more place for settlement is worth eur" in told["note"].lower()
    counts = {words(row.children[0]): words(row.children[1]) for row in told["rows"]}
    assert counts["Settlement, loans"] == "30"


def test_no_capacity_at_all_is_said_and_not_priced(shared):
    told = try_it.update_try(shared, "?share_legal=0", "light")
    assert "Legal has no place at all" in told["note"]
    assert {words(row.children[0]): words(row.children[1]) for row in told["rows"]}["Legal, loans"] == "0"


def test_a_threshold_rule_says_the_risks_it_reached(shared):
    told = try_it.update_try(shared, "?rule=thresholds", "light")
    assert told["title"] == "The same as today's rule"
    assert told["note"].startswith("Within the limits: Settlement from 0.50, Legal from 0.75")
    assert told["form"] == "sliders by-thresholds"


def test_nothing_to_simulate_on_says_why(shared_with):
    assert "Nothing was measured yet" in words(try_it.simulable_of(shared_with(None)))
    bare = {name: array for name, array in evidence().items() if not name.startswith("now_")}
    told = try_it.update_try(
        shared_with(run_with(policy={"refused": "fewer than 200 outcomes"}), known=bare), "", "light"
    )
    assert told["subtitle"].startswith("n/a, because there is nothing to simulate on: fewer than 200 outcomes.")
    assert told["rows"] == []
    assert try_it.update_bounds(shared_with(None)) == {}


def test_one_strategy_is_nothing_to_choose_between(shared_with):
    shared = shared_with(run_with(strategies=["Standard"]), known=dict(evidence().items()))
    assert "There is nothing to choose between" in try_it.simulable_of(shared)


def test_strategies_in_another_order_are_put_in_the_catalogues():
    order = [2, 0, 1]
    told = evidence()
    for name in ("now_rate", "held_rate", "gamma_rate"):
        told[name] = told[name][:, order]
    places = np.argsort(order)
    turned = simulable(
        run_with(strategies=["Legal", "Standard", "Settlement"]),
        {**told, "now_proposed": places[evidence()["now_proposed"]]},
        None,
    )
    plain = simulable(RUN, evidence(), None)
    assert np.array_equal(turned.work.rates, plain.work.rates)
    assert np.array_equal(turned.work.now, plain.work.now)


def test_the_limits_leave_as_the_command_line_reads_them(on):
    _, limits = asked_for("?share_legal=8&cost_legal=800&budget=9000", on)
    told = limits_json(limits)
    assert told == {"strategies": {"Legal": {"cost": 800.0, "capacity_share": 0.08}}, "budget": 9000.0}
    again = Limits.from_json(json.dumps(told))
    assert (again.strategy("Legal").cost, again.budget) == (800.0, 9000.0)
    assert limits_json(Limits(CATALOGUE)) == {"strategies": {}}


def test_the_limits_can_be_downloaded(shared):
    from dashboard.app import create_app

    client = create_app(shared.services).server.test_client()
    answer = client.get("/download/limits.json?share_legal=8")
    assert answer.get_json() == {"strategies": {"Legal": {"capacity_share": 0.08}}}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="limits.json"'


def test_without_a_run_the_download_refuses_in_words(client):
    answer = client.get("/download/limits.json")
    assert answer.status_code == 400
    assert "Nothing was measured yet" in answer.text


def test_reading_needs_a_run(shared_with):
    from core.errors import TooLittleData

    with pytest.raises(TooLittleData, match="Nothing was measured yet"):
        read_simulable(shared_with(None).services.reader())


def test_the_loans_of_the_day_are_kept_as_the_simulator_reads_them():
    loans = pd.DataFrame({
        "loan_ref": ["a", "b", "c"], "borrower_ref": ["x", None, "x"], "balance": [1.0, 2.0, 3.0], "risk_score": [0.1, np.nan, 0.9],
        "proposed": ["Legal", "No action", "Standard"],
    })  # fmt: skip
    told = now_of(loans, np.zeros((3, 2)), ("Standard", "Legal"))
    assert told["now_borrower"].tolist() == [0, 1, 0]
    assert told["now_proposed"].tolist() == [1, -1, 0]
    on = simulable(
        run_with(strategies=["Standard", "Legal"]),
        {**evidence(), **told, "held_rate": np.zeros((600, 2)), "gamma_rate": np.zeros((600, 2))},
        None,
    )
    assert on.names == ("Standard", "Legal")
    assert on.work.now.tolist() == [1, -1, 0]


def test_what_the_policys_card_may_not_give_is_not_given():
    card = {
        "strategies": [
            {"strategy": "Standard", "acts": True},
            {"strategy": "Settlement", "acts": False},
            {"strategy": "Legal", "acts": True},
        ]
    }
    on = simulable(run_with(policy={"id": 1, "status": "challenger", "card": card}), evidence(), None)
    assert on.work.acts == (True, False, True)


def test_what_the_limits_are_worth_is_told_from_todays_loans_where_the_card_does_not(shared_with):
    shared = shared_with(run_with(policy={"id": 4, "status": "challenger", "card": {}}))
    said = words(policy._facts(shared.seen(), *policy._today(shared)))
    assert "Settlement 97 %" in said
    assert "No limit binds" in said
    assert policy._today(shared_with(None)) == (None, None)
