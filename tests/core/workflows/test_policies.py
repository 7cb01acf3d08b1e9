"""What a person decides about strategies: carried out with a reason, refused in words where the evidence is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.errors import Refused
from core.workflows.policies import STRATEGY_DECISIONS, decided, listed
from tests.dashboard.small_book import BATCH
from tests.dashboard.work import forty_loans
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader

DAY = date(2026, 11, 20)
SUGGESTION = {"words": "Stop Legal for unsecured loans under 4,000: it costs more than it returns", "value": -310.0}
YES, NO = (
    {"allowed": True, "why": "its lower bound is above 0"},
    {"allowed": False, "why": "its lower bound is below 0"},
)


class Desk:
    """A book with one measurement and whoever decides."""

    def __init__(self):
        self.reader = FakePortfolioReader(forty_loans(), batches=[replace(BATCH, id=1)])
        self.writer = FakeModelWriter(self.reader)
        self.run = self.measure()

    def measure(self, **content):
        with self.writer.unit("own", kind="effects", known_on=DAY, who="ana") as unit:
            told = {"suggestions": [SUGGESTION], **content}
            return unit.put_strategy_run({"batches": [1], "limits": {}, "content": told, "evidence": {}})

    def policy(self, status="challenger", **card):
        row = {
            "kind": "value",
            "status": status,
            "sha256": "",
            "card": card,
            "artifact": "{}",
            "batches": [1],
            "run": None,
        }
        with self.writer.unit("own", kind="effects", known_on=DAY, who="ana") as unit:
            return unit.put_policy(row)

    def win(self, policy):
        with self.writer.unit("own", kind="decision", known_on=DAY, who="ana") as unit:
            unit.log_strategy("won", "trial 1", figures={"policy": policy})

    def decide(self, what, who="ben", **said):
        return decided(what, said, reader=self.reader, writer=self.writer, today=DAY, who=who)

    @property
    def log(self):
        return self.reader.strategy_events()


@pytest.fixture
def desk(monkeypatch):
    """Its policies are cards without a whole artifact: what may be decided is asked here, what is stored in test_learned_policy."""
    monkeypatch.setattr("core.workflows.policies.damage_of", lambda policy: "")
    return Desk()


@pytest.mark.parametrize(("what", "word"), [("accept-suggestion", "accepted"), ("refuse-suggestion", "refused")])
def test_an_answer_to_a_suggestion_is_kept_with_who_why_and_its_figures(desk, what, word):
    told = desk.decide(what, run=desk.run, suggestion=1, because="the  fees\nrose")
    event = desk.log[0]
    assert (event.what, event.subject, event.who, event.because) == (
        word,
        f"suggestion 1 of run {desk.run}",
        "ben",
        "the fees rose",
    )
    assert event.figures == SUGGESTION
    assert told["sentence"].startswith(f"Suggestion 1 of run {desk.run} is {word}: Stop Legal for unsecured loans")
    assert ("No loan changes by itself" in told["sentence"]) == (word == "accepted")


def test_the_same_answer_given_again_is_not_kept_twice_and_another_one_is(desk):
    for because in ("the fees rose", "the fees rose", "the court moved", "the fees rose"):
        told = desk.decide("accept-suggestion", run=desk.run, suggestion=1, because=because)
    assert [each.because for each in desk.log] == ["the fees rose", "the court moved", "the fees rose"]
    again = desk.decide("accept-suggestion", run=desk.run, suggestion=1, because="the fees rose")
    assert told["sentence"] != again["sentence"]
    assert again["sentence"].endswith("is accepted already, for that reason")


def test_a_suggestion_of_a_measurement_that_speaks_no_more_is_refused(desk):
    newer = desk.measure()
    with pytest.raises(Refused, match=f"By now measurement {newer} speaks, not {desk.run}"):
        desk.decide("accept-suggestion", run=desk.run, suggestion=1, because="yes")
    assert desk.log == []


@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_suggestion_that_is_not_there_is_refused(desk, place):
    with pytest.raises(Refused, match=f"Measurement {desk.run} has no suggestion {place}"):
        desk.decide("accept-suggestion", run=desk.run, suggestion=place, because="yes")


@pytest.mark.parametrize("what", STRATEGY_DECISIONS)
@pytest.mark.parametrize("because", ["", "  ", None])
def test_nothing_is_decided_without_a_reason(desk, what, because):
    with pytest.raises(Refused, match="Nothing says why"):
        desk.decide(what, run=desk.run, suggestion=1, policy=1, because=because)


def test_a_reason_that_is_too_long_is_refused_whole(desk):
    with pytest.raises(Refused, match="500 are kept; nothing was changed"):
        desk.decide("accept-suggestion", run=desk.run, suggestion=1, because="x" * 501)


def test_a_policy_with_evidence_and_a_won_trial_is_put_in_use(desk):
    number = desk.policy(may_challenge=YES)
    desk.win(number)
    told = desk.decide("crown-policy", policy=number, because="it won in the north")
    assert desk.reader.policy_in_use().id == number
    assert told["status"] == "champion"
    assert desk.log[0].because == "it won in the north"
    assert desk.log[0].figures["may_challenge"] == YES


def test_without_a_bound_above_what_is_done_no_trial_helps(desk):
    number = desk.policy(may_challenge=NO)
    desk.win(number)
    with pytest.raises(Refused, match=f"Policy {number} may not be put in use: its lower bound is below 0"):
        desk.decide("crown-policy", policy=number, because="I like it")
    assert desk.reader.policy_in_use() is None


def test_without_a_won_trial_no_bound_helps(desk):
    number, other = desk.policy(may_challenge=YES), desk.policy(may_challenge=YES)
    desk.win(other)
    with pytest.raises(Refused, match=f"Policy {number} has won no trial yet.*Start a trial"):
        desk.decide("crown-policy", policy=number, because="I like it")


def test_a_policy_nobody_evaluated_a_refused_and_an_unknown_one_are_refused(desk):
    bare, refused = desk.policy(), desk.policy("refused")
    for number, why in (
        (bare, "nothing was held against"),
        (refused, "was refused when it was learned"),
        (99, "There is no policy 99"),
    ):
        with pytest.raises(Refused, match=why):
            desk.decide("crown-policy", policy=number, because="I like it")


def test_the_evidence_may_stand_in_the_measurement_it_was_learned_in(desk):
    number = desk.policy()
    desk.measure(policy={"id": number}, may_challenge=YES)
    desk.win(number)
    desk.decide("crown-policy", policy=number, because="yes")
    assert desk.reader.policy_in_use().id == number
    with pytest.raises(Refused, match=f"Policy {number} is in use already"):
        desk.decide("crown-policy", policy=number, because="again")


def test_going_back_to_the_thresholds_is_always_possible_with_a_reason(desk):
    number = desk.policy(may_challenge=YES)
    desk.win(number)
    desk.decide("crown-policy", policy=number, because="yes")
    told = desk.decide("rollback-policy", because="complaints rose")
    assert (
        told["sentence"]
        == f"Policy {number} is out of use: the thresholds propose strategies again; 40 loans proposed anew."
    )
    assert desk.reader.policy_in_use() is None
    with pytest.raises(Refused, match="No learned policy is in use"):
        desk.decide("rollback-policy", because="complaints rose")


def test_the_list_says_what_proposes_and_what_a_policy_lacks(desk):
    assert listed(desk.reader)[1] == "No policy was learned on this book.\nThe thresholds propose strategies."
    number = desk.policy(may_challenge=YES)
    told, words = listed(desk.reader)
    assert (told["in_use"], told["policies"][0]["won"]) == (None, False)
    assert words.splitlines()[0] == f"{number}: challenger, value. its lower bound is above 0"
    desk.win(number)
    desk.decide("crown-policy", policy=number, because="yes")
    told, words = listed(desk.reader)
    assert (told["in_use"], told["policies"][0]["won"]) == (number, True)
    assert told["events"][0]["because"] == "yes"
    assert words.splitlines()[1:] == [
        f"Policy {number} proposes strategies.",
        f"2026-11-20, ben: policy {number} promoted: yes",
    ]
    assert words.startswith(f"{number}: champion, value, won its trial. ")
