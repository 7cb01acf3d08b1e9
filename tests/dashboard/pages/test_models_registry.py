"""The page Models: who decides, the list and the log, a model's card, a training from the page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import Refused
from core.records import ModelEvent, Shadow
from core.scores.registry.limits import limits_of
from dashboard import text_models, text_models_registry
from dashboard.app import create_app
from dashboard.pages.models import card, contest, decide, registry, shadow, verdict, work
from dashboard.pages.models.seen import Shared
from dashboard.services import Services
from dashboard.training import start_training
from tests.dashboard.callback_body import body_of
from tests.dashboard.models_book import COMPARISON, NO_SIGNAL, WHOLE, model, reader_of
from tests.dashboard.work import services_of
from tests.fakes import FakeJobQueue

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
EVENTS = (
    ModelEvent(3, 2, "trained", "ana", "2026-11-20T09:00:00+00:00", "it fails against model 1", {}),
    ModelEvent(2, 1, "promoted", "bob", "2026-10-01T08:30:00+00:00", "the first usable model", {"auc": float("nan")}),
    ModelEvent(1, 1, "trained", "", "2026-10-01T08:00:00+00:00", "recorded before the log was kept", {}),
)


def services_with(*models, events=EVENTS) -> Services:
    reader = reader_of(*models)
    reader.told[:] = events
    return replace(services_of(reader), jobs=FakeJobQueue(lambda: NOW))


@pytest.fixture
def services() -> Services:
    return services_with(model(2, "challenger", WHOLE), model(1, "champion"))


def looked_at(services, number=""):
    shared = Shared(services)
    return shared, shared.seen(f"?model={number}")


def test_the_list_names_every_training_with_its_status_interval_and_n(services):
    told = registry.update_registry(*looked_at(services))
    assert told["title"] == "2 trainings, 1 waiting"
    assert [(row["model"], row["status"], row["auc"], row["interval"], row["n"]) for row in told["rows"]] == [
        ("2", "waits as challenger", "0.743", "0.711 to 0.775", "1,200"), ("1", "in use", "0.743", "0.711 to 0.775", "1,200"),
    ]  # fmt: skip
    looked = verdict.update_verdict(looked_at(services)[1])
    assert ([each["value"] for each in looked["choices"]], looked["chooser"]) == (["in-use", "2", "1"], "chooser")
    assert verdict.update_verdict(looked_at(services_with(model(1, "champion")))[1])["chooser"] == "is-absent"


def test_the_log_says_when_what_who_and_why(services):
    rows = registry.update_registry(*looked_at(services))["log"]
    assert rows[1] == {
        "day": "1 Oct 2026, 08:30 UTC", "model": "1", "what": "put in use", "who": "bob", "because": "the first usable model",
    }  # fmt: skip
    assert rows[2]["who"] == "not recorded"


def test_a_model_that_cannot_be_read_is_listed_as_that():
    told = registry.update_registry(*looked_at(services_with(model(1, "champion", artifact="{}"))))
    assert told["rows"][0]["status"] == "cannot be read"


def test_a_contest_shows_every_rule_with_figure_interval_n_and_outcome(services):
    told = contest.update_contest(looked_at(services, "2")[1])
    assert told["title"] == "Model 2 did not pass against model 1"
    assert "loans placed after the champion's last day; n = 400 loans, 90 not recovered" in told["subtitle"]
    assert [(row["figure"], row["interval"], row["n"], row["held"]) for row in told["rows"]] == [
        ("−0.0010", "−0.0040 to 0.0020", "400 (90)", "no"), ("+0.0010", "−0.0100 to 0.0120", "400 (90)", "yes"),
        ("+0.0100", "−0.0200 to 0.0400", "210 (55)", "yes"),
    ]  # fmt: skip
    assert "not be clearly worse for Gender F" in told["rows"][2]["rule"]


def test_without_a_contest_it_says_why(services):
    told = contest.update_contest(looked_at(services, "1")[1])
    assert (told["rows"], told["look"], told["card"]) == ([], "is-absent", "is-absent")
    assert told["title"] == "Model 1 was not held against another"
    assert told["subtitle"] == "No other model was in use when it was trained."
    older = model(
        1,
        "champion",
        WHOLE | {"comparison": {name: COMPARISON[name] for name in ("better", "gain", "gain_ci", "n", "on")}},
    )
    assert contest.update_contest(looked_at(services_with(older))[1])["rows"] == []
    assert contest.update_contest(looked_at(services_with())[1])["subtitle"] == "n/a, because nothing was trained yet."


def test_by_default_the_newest_that_waits_or_was_held_against_the_one_in_use_is_shown(services):
    told = contest.update_contest(looked_at(services)[1])
    assert (told["title"], told["look"], len(told["rows"])) == ("Model 2 did not pass against model 1", "", 3)
    won = {**COMPARISON, "passed": True}
    decided = services_with(
        model(3, "refused", NO_SIGNAL), model(2, "champion", WHOLE | {"comparison": won}), model(1, "retired")
    )
    assert contest.update_contest(looked_at(decided)[1])["title"] == "Model 2 passed against model 1"
    asked = contest.update_contest(looked_at(decided, "3")[1])
    assert asked["subtitle"] == "A refused model is not held against the one in use."


NOT_YET = {
    "passed": False, "on": "none", "against": 1, "since": "2025-10-31", "n": 0, "events": 0, "needed": 50,
    "next_placed": "2025-11-30", "next_loans": 184,
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "placed after 31 Oct 2025, and none has matured; the next 184 loans can be judged once payments up to 30 Nov 2026 are loaded."),
        ({"n": 1060, "events": 40, "next_placed": ""}, "placed after 31 Oct 2025, and 1,060 (40 not recovered) have matured. Until"),
        ({"since": ""}, "There is no contest: the card of model 1 does not say which loans it learned from."),
        ({"on": "all", "gain": -0.0162, "rules": COMPARISON["rules"]}, "which is better, so no figure is shown."),
    ],
)  # fmt: skip
def test_where_no_loans_are_new_to_both_the_challenger_waits_and_no_figure_is_shown(more, says):
    waiting = services_with(model(2, "challenger", WHOLE | {"comparison": NOT_YET | more}), model(1, "champion"))
    told = contest.update_contest(looked_at(waiting)[1])
    assert told["title"] == "Model 2 was not held against model 1 yet, and waits"
    assert says in told["subtitle"]
    assert (told["rows"], told["look"], told["card"]) == ([], "is-absent", "card chart")


@pytest.mark.parametrize(
    "because",
    [
        "the model in use cannot be read: The stored model is damaged",
        "the model in use reads Zone, which stays out of any model trained now",
    ],
)
def test_a_model_that_took_its_place_without_a_contest_says_why(because):
    placed = services_with(model(2, "champion", WHOLE | {"comparison": None, "because": because}))
    assert contest.update_contest(looked_at(placed)[1])["subtitle"] == f"There was no contest: {because}."


def test_the_card_says_what_it_learned_from_what_it_may_not_see_and_who_decided(services):
    told = card.update_card(*looked_at(services, "2"))
    assert told["window"] == "31 Jan 2024 to 30 Sep 2025"
    assert told["rows"] == f"1,200 loans of 1,100 borrowers; SHA-256 {'ab' * 32}"
    assert told["excluded"] == "7 loans: states no outcome"
    assert told["inputs"] == "days past due (log), CHANNEL"
    assert told["quarantined"].startswith("Legal_Action_Taken: It is written with the outcome")
    assert told["learned"].endswith("5 folds by borrower; calibrated by Platt's method")
    assert (told["trained"], told["placed"]) == ("ana, 20 Nov 2026", "never")
    assert (told["href"], told["link"]) == ("/download/model-2.json", "link")
    assert told["candidates"][0]["auc"] == "0.740 (± 0.010)"
    assert card.update_card(*looked_at(services))["placed"] == "bob, 1 Oct 2026: the first usable model"


def test_no_model_has_an_empty_card_and_no_download():
    told = card.update_card(*looked_at(services_with()))
    assert (told["title"], told["target"], told["link"]) == ("Model card", "", "is-absent")


def test_limits_are_those_of_the_figures():
    assert limits_of({}) == []
    one_day = limits_of(WHOLE | {"data": {"first_day": "2025-01-31", "last_day": "2025-01-31", "loans": 500}})
    assert one_day[0].startswith("It knows loans of one day only (31 Jan 2025)")
    assert one_day[1].startswith("It learned from 500 loans")
    assert "left under Standard" in one_day[2]
    stated = limits_of(NO_SIGNAL | {"outcome_column": "recovery_status"})
    assert stated[0].startswith("No later loans with outcomes")
    assert stated[-1].startswith("Its outcome is a status somebody wrote")


def test_a_card_is_taken_away_as_json_with_its_decisions_and_null_for_what_is_undefined(services):
    client = create_app(services).server.test_client()
    answer = client.get("/download/model-1.json")
    told = json.loads(answer.text, parse_constant=lambda name: pytest.fail(name))
    assert (told["model"], told["status"], told["card"]["auc"]) == (1, "champion", 0.743)
    assert [(each["what"], each["who"], each["figures"]) for each in told["decisions"]] == [
        ("promoted", "bob", {"auc": None}), ("trained", "", {}),
    ]  # fmt: skip
    assert answer.headers["Content-Disposition"] == 'attachment; filename="model-1.json"'
    missing = client.get("/download/model-9.json")
    assert (missing.status_code, missing.text) == (
        400,
        "There is no model 9. Look up its number in the list of models.\n",
    )


def test_a_training_is_queued_once_and_its_progress_is_read_from_the_queue(services):
    number = start_training(services)
    with pytest.raises(Refused, match="A training is on its way already"):
        start_training(services)
    assert work.WORK.told(services)["message"] == "Training on outcomes: waiting for the worker"
    services.jobs.claim("worker", 60)
    services.jobs.heartbeat(number, "worker", 0.4, "training", 60)
    running = work.WORK.told(services)
    assert (running["message"], running["share"], running["busy"], running["still"]) == (
        "Training on outcomes: training (40 %)", "0.4", True, False,
    )  # fmt: skip
    services.jobs.finish(number, "worker", "done", {"sentence": "No usable signal in this book: AUC 0.51."}, "done")
    over = work.WORK.told(services)
    assert (over["outcome"], over["busy"], over["still"]) == ("No usable signal in this book: AUC 0.51.", False, True)
    assert start_training(services) == number + 1


def test_before_any_job_nothing_is_told(services):
    assert work.WORK.told(services)["still"] is True
    services.jobs.add("ingest", {}, "ana")
    assert work.WORK.told(services)["message"] == ""


def test_a_promotion_needs_a_reason_and_one_of_the_list(services):
    assert decide.start_change(services, "2", "  ") == "Say why first: it stands in the log with your name."
    for forged in ("1", "9", "", "x"):
        with pytest.raises(Refused, match="That model cannot be put in use"):
            decide.start_change(services, forged, "why not")
    assert "has 501 letters, and 500 are kept; nothing was changed. Say it in 1 letter less." in decide.start_change(
        services, "2", "x" * 501
    )
    assert services.jobs.recent() == []
    assert decide.start_change(services, "2", " it fits ") == ""
    job = services.jobs.recent()[0]
    assert (job.kind, job.payload) == ("promote", {"model": 2, "because": "it fits", "in_use": 1})
    assert "wait until it is done" in decide.start_change(services, None, "complaints")


def test_a_rollback_is_queued_with_its_reason_and_names_what_returns(services):
    told = decide.update_choices(services, looked_at(services)[1])
    assert [each["value"] for each in told["options"]] == ["2"]
    assert (told["value"], told["none"], told["words"], told["no_back"], told["look"]) == (
        "2", False, "Nothing to roll back to", True, "card",
    )  # fmt: skip
    events = (ModelEvent(4, 2, "promoted", "ana", "2026-11-20T09:00:00+00:00", "", {}), *EVENTS)
    later = services_with(model(2, "champion"), model(1, "retired"), events=events)
    told = decide.update_choices(later, looked_at(later)[1])
    assert (told["words"], told["no_back"]) == ("Roll back to model 1", False)
    decide.start_change(later, None, "complaints")
    assert (later.jobs.recent()[0].kind, later.jobs.recent()[0].payload) == (
        "rollback",
        {"because": "complaints", "in_use": 2},
    )


def test_the_model_in_use_is_taken_out_of_use_with_a_reason(services):
    told = decide.update_choices(services, looked_at(services)[1])
    assert (told["out"], told["none_out"]) == ("Take model 1 out of use", False)
    assert decide.start_change(services, None, "it is wrong", out=True) == ""
    job = services.jobs.recent()[0]
    assert (job.kind, job.payload) == ("withdraw", {"because": "it is wrong", "in_use": 1})
    without = services_with(model(2, "challenger"))
    told = decide.update_choices(without, looked_at(without)[1])
    assert (told["out"], told["none_out"], told["look"]) == ("No model is in use", True, "card")
    alone = services_with(model(1, "champion"))
    assert decide.update_choices(alone, looked_at(alone)[1])["look"] == "card"


def test_models_in_the_shadow_say_how_far_they_agree_with_n_and_intervals(services):
    figures = {
        "n": 40, "rank_correlation": 0.91, "rank_ci": [0.83, 0.95], "other_band": {"loans": 4, "share": 0.1, "ci": [0.04, 0.231]},
        "other_strategy": {"loans": 6, "share": 0.15, "ci": [0.071, 0.291]},
    }  # fmt: skip
    empty = {"loans": 0, "share": None, "ci": None}
    nothing = {"n": 0, "rank_correlation": None, "rank_ci": None, "other_band": empty, "other_strategy": empty}
    shared, _ = looked_at(services)
    assert shadow.update_shadow(shared) == ("No model is in the shadow", [])
    reader = services.reader()
    gone = Shadow(2, 1, "2026-09-30", figures)
    reader.shadowing[:] = [Shadow(2, 1, "2026-10-31", figures), Shadow(3, None, "2026-10-31", nothing), gone]
    title, rows = shadow.update_shadow(shared)
    assert title == "Model 2 would put 15.0 % of the loans under another strategy"
    assert rows[0] == {
        "model": "2", "day": "31 Oct 2026", "against": "model 1", "n": "40", "rank": "0.910 (0.830 to 0.950)",
        "band": "10.0 % (4.0 % to 23.1 %)", "strategy": "15.0 % (7.1 % to 29.1 %)",
    }  # fmt: skip
    assert (rows[1]["against"], rows[1]["rank"], rows[1]["band"], len(rows)) == (
        "the rule score",
        "n/a (n/a)",
        "n/a",
        2,
    )


def test_a_recalibrated_model_says_of_which_it_is_and_where_it_ends():
    anew = {
        "from": 2,
        "loans": 400,
        "first_day": "2025-06-30",
        "last_day": "2025-09-30",
        "learned": {"last_day": "2024-06-30"},
    }
    made = model(3, "challenger", WHOLE | {"recalibrated": anew})
    assert text_models.kind_words(made) == "logistic regression, recalibrated from model 2"
    assert limits_of(made.card)[0] == (
        "Its probabilities were set anew on 400 loans of 30 Jun 2025 to 30 Sep 2025; it orders loans as model 2 does, which learned "
        "from loans up to 30 Jun 2024. Whether the new probabilities hold on later loans is not known."
    )
    rules = [
        {
            "rule": "promise",
            "of": "Region: North",
            "figure": -0.01,
            "ci": [-0.02, 0.0],
            "limit": 0.0,
            "n": 300,
            "events": 90,
            "passed": True,
        }
    ]
    met = {"passed": True, "on": "new", "against": 2, "n": 400, "events": 120, "rules": rules}
    (row,) = text_models_registry.contest_rows(model(3, "challenger", WHOLE | {"comparison": met}))
    assert (row["rule"], row["held"]) == (
        "not promise clearly worse for Region North: log-loss not higher by more than chance makes (its AUC is the same)", "yes",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [([], []), (["models-choice.value"], []), (["models-rollback.n_clicks"], ["rollback"]), (["models-withdraw.n_clicks"], ["withdraw"])],
)  # fmt: skip
def test_only_a_button_that_was_pressed_changes_what_is_in_use(services, pressed, asked):
    app = create_app(services)
    body = body_of(app, "models-changed.children", n_clicks=1, value="it is wrong") | {"changedPropIds": pressed}
    told = app.server.test_client().post("/_dash-update-component", json=body)
    assert told.status_code == (200 if asked else 204)
    assert [job.kind for job in services.jobs.recent()] == asked
