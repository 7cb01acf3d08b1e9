"""What to do next: suggestions, the policy's worth, decisions with who and why; the measurement and its progress; the log."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.errors import Refused
from dashboard import text_policy as say
from dashboard import text_strategies_tabs as tabs
from dashboard.pages.strategies import decide, decided, findings, policy, suggestions, work
from dashboard.strategy_work import BUSY, SAY_WHY, start_measuring
from dashboard.text_policy import prices_words
from tests.dashboard.pages.strategies.test_works import words
from tests.plain_policy import stored
from tests.strategy_book import EVENT, POLICY, run_with

WIN = replace(EVENT, what="won", subject=f"policy {POLICY.id}", figures={"policy": POLICY.id, "trial": "Value"})


def jobs_of(services):
    return [(job.kind, dict(job.payload), job.who) for job in services.jobs.recent(10)]


def test_suggestions_stand_in_words_with_what_was_said_of_them(seen):
    title, rows = suggestions.update_suggestions(seen)
    assert title == "2 suggestions"
    assert "Stop Legal on Personal loans" in words(rows[0])
    assert "Accepted by ben on 3 Nov 2026: Court fees rose in May" in words(rows[0])
    assert "Accepted" not in words(rows[1])


def test_more_room_is_badged_as_expected_and_never_as_evidence(seen_with):
    room = {"kind": "room", "words": "Make room for Legal", "strength": "expected, not measured", "n": 40}
    _, rows = suggestions.update_suggestions(seen_with(run_with(suggestions=[room]), events=()))
    assert words(rows[0]) == "Make room for Legal expected, not measured"


def test_what_was_said_of_another_run_does_not_count(seen_with):
    _, rows = suggestions.update_suggestions(seen_with(events=(replace(EVENT, subject="suggestion 1 of run 2"),)))
    assert "Accepted" not in words(rows)


def test_nothing_to_suggest_is_said(seen_with):
    assert suggestions.update_suggestions(seen_with(run_with(suggestions=[])))[0].startswith("Nothing to suggest")
    assert "nothing was measured yet" in suggestions.update_suggestions(seen_with(None))[0]
    assert decide.update_choices(seen_with(None))["look"] == "is-absent"


def test_the_policy_is_shown_by_its_held_out_gain_and_what_limits_are_worth(seen):
    drawn = policy.update_policy(seen, "light")
    assert drawn["title"] == "It would bring EUR 1.82 k a loan more than the rule in use (+1.02 k to +2.62 k)"
    facts = words(policy._facts(seen))
    assert "one more place for Legal is worth EUR 3.85 k" in facts
    assert "yes: its lower bound against the champion is above 0" in facts
    assert "Settlement: EUR 1.90 k +/- EUR 412 a loan more than Standard is promised on 410 loans" in facts


def test_what_carries_the_policy_is_told_by_strategy_and_as_a_whole():
    strategies = [
        {"strategy": "Standard", "acts": True, "evidence": None},
        {"strategy": "Settlement", "acts": True, "evidence": {"gain": 300.0, "error": 100.0, "n": 40}},
        {"strategy": "Legal", "acts": False, "evidence": {"gain": 20.0, "error": 100.0, "n": 9}},
        {"strategy": "Visit", "acts": True, "evidence": {"gain": None, "error": None, "n": 0}},
    ]
    standing = {"promised": 2.9, "for_everybody": -0.4, "together": 2.5, "asked": 0.6}
    card = {"reference": "Standard", "strategies": strategies, "standing": standing}
    told = say.carries(card, "EUR")
    assert told.startswith(
        "Settlement: EUR 300 +/- EUR 196 a loan more than Standard is promised on 40 loans; Legal: EUR 20"
    )
    assert "on 9 loans, and it is not given. In all it promises 2.9 standard errors, and what" in told
    assert "Visit" not in told
    assert "all stay" not in told
    assert say.carries(card | {"standing": standing | {"together": 0.5}}, "EUR").endswith(
        "together too little, so all stay on Standard"
    )
    assert say.carries({}, "EUR") == "not recorded"


def test_a_refused_policy_says_why_and_offers_nothing(seen_with):
    seen = seen_with(
        run_with(
            policy={"refused": "fewer than 200 outcomes"},
            evaluation=[],
            may_challenge={"allowed": False, "why": "none"},
        ),
        policies=(),
    )
    assert (
        policy.update_policy(seen, "light")["absent"] == "n/a, because no policy was learned: fewer than 200 outcomes."
    )
    assert "No policy was learned: fewer than 200 outcomes" in words(policy._facts(seen))
    assert [each["value"] for each in decide.update_choices(seen)["options"]] == ["1", "2"]


def test_no_gain_is_called_no_gain(seen_with):
    row = {**run_with().content["evaluation"][0], "value": 100.0, "ci_low": -50.0, "ci_high": 250.0}
    assert policy.update_policy(seen_with(run_with(evaluation=[row])), "light")["title"].startswith(
        "No gain found against the rule in use: EUR +100 a loan"
    )


def test_limits_of_nothing_are_said_to_be_so():
    told = prices_words({"Legal": math.inf, "hour": math.inf, "budget": math.nan}, "EUR")
    assert told == "there is no place for Legal at all; there is no officer hour at all"
    assert prices_words({"hour": math.nan}, "EUR").startswith("No limit binds")


def test_a_refusal_is_said_once(seen_with):
    refusal = {"refused": "No policy was learned: Only Standard was given to 30 borrowers or more"}
    seen = seen_with(run_with(policy=refusal, evaluation=[]), policies=())
    told = "o policy was learned: Only Standard was given to 30 borrowers or more"
    assert policy.update_policy(seen, "light")["absent"] == f"n/a, because n{told}."
    assert f"State N{told} May" in words(policy._facts(seen))


def test_a_policy_is_put_to_work_only_after_the_trial_it_won(seen_with):
    values = [each["value"] for each in decide.update_choices(seen_with(events=(EVENT,)))["options"]]
    assert values == ["1", "2"]
    other = replace(WIN, figures={"policy": POLICY.id + 1})
    assert decide.update_choices(seen_with(events=(other,)))["options"][-1]["value"] == "2"
    assert decide.update_choices(seen_with(events=(WIN,)))["options"][-1]["value"] == "crown"


@pytest.mark.parametrize(
    ("about", "yes", "kind", "payload"),
    [
        ("1", True, "accept-suggestion", {"run": 3, "suggestion": 1, "because": "Fees rose"}),
        ("2", False, "refuse-suggestion", {"run": 3, "suggestion": 2, "because": "Fees rose"}),
        ("crown", True, "crown-policy", {"policy": 4, "because": "Fees rose"}),
    ],
)
def test_a_decision_is_queued_with_who_and_why(shared_with, about, yes, kind, payload):
    shared = shared_with(events=(WIN,))
    assert decide.say_of(shared.services, shared.seen(), about, " Fees  rose ", yes=yes) == ""
    assert jobs_of(shared.services) == [(kind, payload, "analyst")]


def test_a_policy_in_use_can_be_taken_back_and_not_now_changes_nothing(shared_with):
    shared = shared_with(policies=(replace(POLICY, status="champion"),))
    seen = shared.seen()
    assert decide.say_of(shared.services, seen, "back", "It drifted", yes=False).startswith("Nothing changes")
    assert decide.say_of(shared.services, seen, "back", "It drifted", yes=True) == ""
    assert jobs_of(shared.services) == [("rollback-policy", {"policy": POLICY.id, "because": "It drifted"}, "analyst")]


def test_a_decision_without_a_reason_or_beside_another_one_is_not_queued(shared):
    services, seen = shared.services, shared.seen()
    assert decide.say_of(services, seen, "1", "  ", yes=True) == SAY_WHY
    assert "letters" in decide.say_of(services, seen, "1", "x" * 501, yes=True)
    start_measuring(services)
    assert decide.say_of(services, seen, "1", "why", yes=True) == BUSY
    assert len(jobs_of(services)) == 1


@pytest.mark.parametrize("about", ["7", "", None, "back", "-1", "1; drop"])
def test_what_is_not_in_the_list_cannot_be_decided(shared, about):
    with pytest.raises(Refused, match="nothing of that kind to decide"):
        decide.say_of(shared.services, shared.seen(), about, "why", yes=True)


def test_measuring_is_queued_once_and_refused_on_an_empty_book(shared, services_with):
    from tests.dashboard.small_book import EMPTY

    assert start_measuring(shared.services) == 1
    with pytest.raises(Refused, match="on its way already"):
        start_measuring(shared.services)
    with pytest.raises(Refused, match="nothing to measure yet"):
        start_measuring(services_with(EMPTY))


def test_a_running_measurement_shows_its_progress_and_closes_the_button(shared):
    jobs = shared.services.jobs
    start_measuring(shared.services)
    claimed = jobs.claim("me", 60.0)
    jobs.heartbeat(claimed.id, "me", 0.4, "effects of strategies", 60.0)
    now = work.WORK.told(shared.services)
    assert (now["busy"], now["still"], now["share"]) == (True, False, "0.4")
    assert now["message"] == "Measuring what works: effects of strategies (40 %)"
    jobs.finish(claimed.id, "me", "done", {"sentence": "Measured on 5,320 loans."}, "")
    over = work.WORK.told(shared.services)
    assert (over["busy"], over["outcome"], over["tone"]) == (False, "Measured on 5,320 loans.", "notice good")


def test_what_came_since_is_counted_and_a_first_measurement_is_offered(shared_with):
    shared = shared_with(replace(run_with(), batches=()))
    said, word = work.update_state(shared.services, shared.seen())
    assert "1 file came since" in words(said)
    assert word == "Measure again"
    first = shared_with(None)
    assert work.update_state(first.services, first.seen())[1] == "Measure what works"


def cells(drawn):
    return [[words(cell) for cell in row.children] for row in drawn["rows"]]


def test_the_log_says_who_what_when_why_and_on_which_figures(seen, seen_with):
    drawn = decided.update_log(seen)
    assert drawn["title"] == "1 decision, the newest on 3 Nov 2026 by ben"
    (row,) = cells(drawn)
    assert row[:5] == [
        "3 Nov 2026, 09:12 UTC", "Suggestion accepted", "suggestion 1 of run 3", "ben", "Court fees rose in May",
    ]  # fmt: skip
    assert "it costs more than it returns" in row[5]
    said = (
        replace(EVENT, what="refused"),
        replace(EVENT, what="refused", subject="policy 2", figures={"n": 12, "share": 0.5}),
    )
    put_off = cells(decided.update_log(seen_with(events=said)))
    assert [row[1] for row in put_off] == ["Suggestion put off", "Policy refused"]
    assert put_off[1][5] == "n 12, share 0.50"
    empty = decided.update_log(seen_with(events=()))
    assert (empty["title"], empty["heads"], empty["rows"], empty["place"]) == ("Nothing was decided yet", [], [], "")


def test_the_page_says_against_which_rule_a_policy_was_held(seen_with):
    first = run_with().content["evaluation"][0]
    rows = [
        {**first, "whom": "policy 3 (in use when measured)"},
        {**first, "against": "thresholds", "whom": "the thresholds", "value": 2000.0},
    ]
    drawn = policy.update_policy(seen_with(run_with(evaluation=rows)), "light")
    assert "more than policy 3 (in use when measured) (" in drawn["title"]
    assert [row[0] for row in drawn["rows"][1:]] == ["policy 3 (in use when measured)", "the thresholds"]
    alone = policy.update_policy(seen_with(run_with(evaluation=[{**first, "whom": "the thresholds"}])), "light")
    assert "more than the thresholds (in use when measured) (" in alone["title"]


def test_a_policy_held_against_the_thresholds_only_is_not_offered_where_another_is_in_use(seen_with):
    assert say.may_crown(seen_with(policies=(POLICY,), events=(WIN,))) == POLICY
    assert say.may_crown(seen_with(policies=(POLICY, stored(3, "champion")), events=(WIN,))) is None
    told = [
        words(findings.update_findings(seen_with(policies=kept), []))
        for kept in ((POLICY,), (POLICY, stored(3, "champion")))
    ]
    assert ["a policy may be tried" in each for each in told] == [True, False]


def test_what_was_measured_or_followed_stands_in_the_log_and_is_no_decision(seen_with):
    ours = [replace(EVENT, what=what, who="the worker") for what in ("measured", "learned", "won", "retired")]
    told = seen_with(events=(*ours, EVENT, replace(EVENT, what="promoted")))
    drawn = decided.update_log(told)
    assert drawn["title"] == "2 decisions, the newest on 3 Nov 2026 by ben"
    assert len(drawn["rows"]) == 6
    assert tabs.decided(told.events) == "2 decisions"
    assert tabs.decided(ours) == "Nothing yet"
    assert decided.update_log(seen_with(events=tuple(ours)))["title"] == "Nothing was decided yet"


def test_a_long_log_is_turned_page_by_page_and_every_line_is_reached_once(seen_with):
    events = tuple(replace(EVENT, subject=f"policy {place}") for place in range(40))
    told, drawn, subjects = seen_with(events=events), None, []
    for place, (is_first, is_last) in (("1 to 18 of 40", (True, False)), ("19 to 36 of 40", (False, False)), ("37 to 40 of 40", (False, True))):  # fmt: skip
        drawn = decided.update_log(told, drawn and drawn["first"], 1 if drawn else 0)
        assert (drawn["place"], drawn["previous"], drawn["next"]) == (place, is_first, is_last)
        subjects += [row[2] for row in cells(drawn)]
    assert subjects == [each.subject for each in events]
    assert decided.update_log(told, 36, -1)["place"] == "19 to 36 of 40"
    assert decided.update_log(told, 36)["place"] == "1 to 18 of 40"


def test_on_a_phone_every_cell_of_the_log_knows_its_head(seen):
    (row,) = decided.update_log(seen)["rows"]
    assert [getattr(cell, "data-label") for cell in row.children[1:]] == ["What", "Of what", "Who", "Why", "Resting on"]


def test_what_the_rule_in_use_gains_is_not_shown_as_the_policys(seen_with):
    other = {**run_with().content["evaluation"][1], "policy": "champion"}
    drawn = policy.update_policy(seen_with(run_with(evaluation=[run_with().content["evaluation"][0], other])), "light")
    assert [row[0] for row in drawn["rows"][1:]] == ["the rule in use"]
