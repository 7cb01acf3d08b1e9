"""Whether the score still holds, as the Models page and the list of what needs attention tell it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.errors import Refused
from core.monitoring.alerts import alerts
from dashboard import text_came_true, text_drift
from dashboard.pages import models as page
from dashboard.pages.models import alarms, came_true, drift, ranking, work
from dashboard.pages.models.seen import Shared
from dashboard.pages.models.watched import red_finding, watched
from dashboard.pages.portfolio import attention
from dashboard.training import start_recalibration
from tests.dashboard.models_book import CARD, NO_SIGNAL, model, reader_of
from tests.dashboard.pages.test_portfolio import said
from tests.dashboard.work import services_of
from tests.fakes import FakeJobQueue

HELD = CARD | {"baseline": {"new": {"n": 900}}}
DAY = "2026-10-31"
KNOWN = date(2026, 11, 3)


def fact(feature, psi, alarm=0, *, kind="input", n=400, missing=0.0, **more):
    bins = [
        {"name": "up to 3", "before": 0.5, "now": 0.5, "part": 0.0},
        {"name": "above 3", "before": 0.5, "now": 0.3, "part": psi},
    ]
    of = {"who": "new", "first_day": "2025-01-31", "last_day": "2025-06-30", "kind": kind, "p_value": 0.5, "missing": missing,
          "missing_before": 0.01, "unseen": 0.0, "bins": bins} | more  # fmt: skip
    return {"as_of": DAY, "what": "score" if feature == "score" else "input", "feature": "" if feature == "score" else feature,
            "value": psi, "n": n, "m": 900, "bound": 0.05, "alarm": alarm, "details": of}  # fmt: skip


def row(what, value, n, m, alarm, **details):
    return {"as_of": "2025-10-31", "what": what, "feature": "", "value": value, "n": n, "m": m, "bound": float("nan"),
            "alarm": alarm, "details": details}  # fmt: skip


def tenth(value, low, high):
    return {"from": 0.1, "to": 0.2, "actual": 12, "expected": 10.0, "n": 60, "value": value, "low": low, "high": high}


WAITS = {"waiting": 800, "next_on": "2026-11-30", "next_loans": 300, "known_until": "2026-10-31"}
MATURITY = row("maturity", 400.0, 1200, 0, 0, **WAITS)
RATIO = row(
    "recent", 1.25, 300, 75, 2, low=1.05, high=1.46, actual=75, expected=60.0, slope=0.9, slope_low=0.6, slope_high=1.2,
    intercept=0.3, intercept_low=0.1, intercept_high=0.5, other_strategies=100,
    deciles=[tenth(1.0, 0.5, 1.6), tenth(1.4, 1.1, 1.8)], first_day="2024-11-30", last_day="2025-10-31",
)  # fmt: skip
WHOLE = row(
    "calibration",
    1.02,
    900,
    184,
    0,
    **(RATIO["details"] | {"low": 0.9, "high": 1.14, "actual": 184, "expected": 180.0}),
)
COHORTS = [
    {"as_of": "2025-09-30", "n": 30, "events": 5, "auc": None, "auc_low": None, "auc_high": None, "ratio": 1.0, "ratio_low": 0.5, "ratio_high": 1.9},
    {"as_of": "2025-10-31", "n": 370, "events": 100, "auc": 0.66, "auc_low": 0.6, "auc_high": 0.72, "ratio": 1.2, "ratio_low": 1.0, "ratio_high": 1.4},
]  # fmt: skip
RANKING = row(
    "ranking", 0.66, 400, 900, 2, low=0.6, high=0.72, before=0.75, before_low=0.72, before_high=0.78, drop=0.09, drop_low=0.02,
    drop_high=0.16, cohorts=COHORTS,
)  # fmt: skip
FACTS = [
    fact("score", 0.03), fact("income (log)", 0.21, 1), fact("extra:SHOE", 5.0, 2, kind="vanished", missing=1.0),
    fact("tenure", 0.06), fact("product", 0.015), fact("interest rate", float("nan"), n=20),
]  # fmt: skip
ROWS = [*FACTS, MATURITY, WHOLE, RATIO, RANKING]


def book(*rows, status="champion", card=HELD):
    reader = reader_of(model(4, status, card))
    reader.found.put(rows, 4, 1, KNOWN)
    return reader


def shown(reader, search=""):
    _, whose, rows = watched(Shared(services_of(reader)), search)
    return whose, rows


def test_alerts_come_worst_first_with_their_figures_and_what_to_do():
    title, subtitle, listed, waits = alarms.update_alarms(*shown(book(*ROWS)))
    assert title == "4 things to look at: SHOE is no longer stated"
    assert subtitle == "Model 4, looked at with every file: 6 facts of the loans of 31 Oct 2026 and 900 matured loans."
    text = said(listed)
    assert "Missing for 100.0 % of the loans, before for 1.0 %; n = 400 loans of 31 Oct 2026 against 900." in text
    assert "AUC 0.660 (0.600 to 0.720), at training 0.750; n = 400 loans matured. The order of the loans fell" in text
    assert (
        "More loans were not recovered than the score promised redActual / expected 1.25 (1.05 to 1.46); n = 300 loans matured in the 12 newest months."
        in " ".join(text.split())
    )
    assert "Income has moved amberPSI" in " ".join(text.split())
    assert waits == (
        "Of 1,200 loans it scored when they came into arrears, 400 have had their 12 months. 800 have not yet: 300 of them by "
        "30 Nov 2026, once payments are known that far (now up to 31 Oct 2026)."
    )


CALM_RANKING = RANKING | {"alarm": 0}


def test_a_recalibration_is_offered_beside_the_alert_that_advises_it_and_queued_with_its_words():
    whose, rows = shown(book(MATURITY, WHOLE, RATIO, CALM_RANKING))
    alert = alarms.advised(whose, rows)
    assert (alert.kind, alert.value) == ("recent", 1.25)
    services = replace(services_of(book()), jobs=FakeJobQueue(lambda: datetime(2026, 11, 20, 9, tzinfo=UTC)))
    number = start_recalibration(services, text_drift.reason_of(alert))
    job = services.jobs.job(number)
    assert (job.kind, job.payload) == (
        "recalibrate",
        {"because": "more loans were not recovered than the score promised: Actual / expected 1.25 (1.05 to 1.46); n = 300 loans matured in the 12 newest months"},
    )  # fmt: skip
    assert f"job {number}" in text_drift.recalibrating(number)
    with pytest.raises(Refused, match="Another job about models is at work"):
        start_recalibration(services, "again")
    assert work.WORK.told(services)["message"].startswith("Setting the probabilities anew")
    assert work.WORK.told(services)["stop"] == "button quiet"


@pytest.mark.parametrize(
    "reader",
    [
        book(*ROWS),  # the order fell too: that asks for a training
        book(MATURITY, WHOLE, RATIO | {"alarm": 0}, CALM_RANKING),
        book(fact("score", 0.3, 1, kind="score")),
        book(MATURITY, WHOLE, RATIO, CALM_RANKING, status="challenger"),
        reader_of(),
    ],
)
def test_where_no_alert_of_the_model_in_use_advises_it_none_is_offered(reader):
    assert alarms.advised(*shown(reader)) is None


def test_where_nothing_stands_out_that_is_said_and_nothing_is_listed():
    title, _, listed, waits = alarms.update_alarms(*shown(book(fact("score", 0.01))))
    assert (title, said(listed), waits) == ("Nothing stands out", "Nothing stands out.", "")


def test_every_fact_has_its_index_its_bound_its_n_and_a_verdict():
    told = drift.update_drift(*shown(book(*ROWS)))
    assert told["title"] == "The loans of Oct 2026 differ: SHOE, income"
    assert told["subtitle"].startswith(
        "400 loans new in arrears on 31 Oct 2026 against 900 loans it learned from (31 Jan 2025 to 30 Jun 2025)."
    )
    assert told["subtitle"].endswith("how far the loans have moved between the ranges of a fact; 0 is not at all.")
    assert [(each["fact"], each["psi"], each["bound"], each["n"], each["verdict"]) for each in told["rows"]] == [
        ("the score", "0.030", "0.050", "400", "alike"),
        ("SHOE", "5.000", "0.050", "400", "no longer stated"),
        ("income", "0.210", "0.050", "400", "moved"),
        ("tenure", "0.060", "0.050", "400", "alike: chance, among so many facts"),
        ("product", "0.015", "0.050", "400", "alike"),
        ("interest rate", "n/a", "0.050", "20", "n/a, because fewer than 50 loans are on a side"),
    ]
    assert told["rows"][2]["moved"] == "above 3: 30.0 %, before 50.0 %"
    assert told["rows"][1]["missing"] == "100.0 %, before 1.0 %"
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    ("who", "words"),
    [("stock", "in work on 31 Oct 2026, for fewer than 100 are new"), ("all", "400 loans of 31 Oct 2026 against")],
)
def test_it_is_said_who_is_compared_with_whom(who, words):
    assert words in drift.update_drift(*shown(book(fact("score", 0.01, who=who))))["subtitle"]


def test_a_small_but_sure_shift_and_new_levels_are_said_in_words():
    small = fact("product", 0.015, bound=0.1) | {"bound": 0.01}
    assert text_drift.verdict(small) == "alike: too small to matter"
    assert text_drift.drift_rows([fact("product", 0.2, 1, unseen=0.3)])[0]["moved"].endswith(
        "; 30.0 % state a level never seen before"
    )
    assert text_drift.drift_title([fact("score", float("nan"), n=9)]) == "Too few loans in Oct 2026 to compare"


def test_what_came_true_is_drawn_by_tenth_with_intervals_and_the_whole_in_words():
    told = came_true.update_came_true(*shown(book(*ROWS)), "light")
    assert told["title"] == "25 % more were not recovered than the score promised"
    assert (
        "Loans of Nov 2024 to Oct 2025, the 12 newest months that matured: 75 not recovered of 300 loans, 60.0 promised: "
        "1.25 (1.05 to 1.46); slope 0.90 (0.60 to 1.20); intercept 0.30" in told["subtitle"]
    )
    assert " Of all months: 184 not recovered of 900 loans, 180.0 promised: 1.02 (0.90 to 1.14). " in told["subtitle"]
    assert told["subtitle"].endswith("100 loans under another strategy than the score is about are left out.")
    (dots,) = told["figure"]["data"]
    assert dots["y"] == [1.0, 1.4]
    assert dots["error_y"]["array"] == pytest.approx([0.6, 0.4])
    assert told["rows"][2][3:5] == ["1.40", "1.10 to 1.80"]
    assert told["summary"].endswith("In 1 of 2 tenths the interval of actual over expected leaves out 1.")


def test_findings_of_before_the_newest_months_were_told_apart_show_the_whole_and_alarm():
    alone = WHOLE | {"alarm": 1}
    told = came_true.update_came_true(*shown(book(alone)), "light")
    assert "intervals. Loans of Nov 2024 to Oct 2025: 184 not" in told["subtitle"]
    assert "Of all months" not in told["subtitle"]
    (alert,) = alerts([alone])
    assert "newest months" not in text_drift.told(alert).evidence


def test_where_no_more_than_twelve_months_have_matured_they_are_not_told_apart_from_all():
    recent = next(each for each in ROWS if each["what"] == "recent")
    others = [each for each in ROWS if each["what"] != "calibration"]
    told = came_true.update_came_true(*shown(book(*others, recent | {"what": "calibration"})), "light")
    assert "Loans of Nov 2024 to Oct 2025: 75 not recovered of 300 loans" in told["subtitle"]
    assert "months" not in told["subtitle"].split("slope")[1]


def test_a_slope_beyond_its_alarm_says_which_way_the_score_is_wrong():
    for value, words in ((0.6, "too sure of itself"), (1.5, "not sure enough of itself")):
        (alert,) = alerts([row("slope", value, 300, 75, 1, low=value - 0.1, high=value + 0.1)])
        told = text_drift.told(alert)
        assert told.finding == f"The score is {words}"
        assert told.evidence == (
            f"Calibration slope {value:.2f} ({value - 0.1:.2f} to {value + 0.1:.2f}); n = 300 loans matured in the 12 newest months."
        )


def test_ranking_is_drawn_by_month_beside_that_of_training_and_thin_months_only_stand_in_the_table():
    told = ranking.update_ranking(*shown(book(*ROWS)), "dark")
    assert told["title"] == "It ranks worse: AUC 0.660, at training 0.750"
    assert "since then −0.090 (−0.160 to −0.020)" in told["subtitle"]
    (dots,) = told["figure"]["data"]
    assert dots["x"] == ["Oct 2025"]
    assert told["figure"]["layout"]["shapes"][0]["y0"] == 0.75
    assert [each[1] for each in told["rows"]] == ["AUC", "n/a", "0.660"]


def test_what_has_not_matured_is_waited_for_with_the_day():
    waiting = row("maturity", 0.0, 800, 0, 0, **WAITS)
    for told in (
        came_true.update_came_true(*shown(book(waiting)), None),
        ranking.update_ranking(*shown(book(waiting)), None),
    ):
        assert told["absent"].startswith(
            "n/a, because none has matured. Of 800 loans it scored when they came into arrears, 0"
        )
        assert "by 30 Nov 2026" in told["absent"]


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (reader_of(), "no model is in use"),
        (reader_of(model(4, "refused", NO_SIGNAL)), "no model is in use"),
        (book(status="challenger"), "model 4 waits as challenger: a model is watched once it is in use."),
        (book(card=CARD), "model 4 was trained before this was kept"),
        (book(), "no portfolio file came since it is in use"),
    ],
)
def test_without_findings_it_says_why(reader, why):
    whose, rows = shown(reader)
    assert rows == []
    assert why in said(alarms.update_alarms(whose, rows)[2])
    told = drift.update_drift(whose, rows)
    assert (told["rows"], told["look"]) == ([], "is-absent")
    assert why in told["subtitle"]
    absent = came_true.update_came_true(whose, rows, None)["absent"]
    assert absent.startswith("n/a, because ")


def test_without_a_model_the_rule_scores_facts_are_shown_and_said_to_be_no_promise():
    reader = reader_of()
    reader.found.put([fact("score", 0.3, 1, kind="score")], None, 1, KNOWN)
    whose, rows = shown(reader)
    assert whose is None
    assert (
        "900 that came in the year before (31 Jan 2025 to 30 Jun 2025)" in drift.update_drift(whose, rows)["subtitle"]
    )
    assert said(alarms.update_alarms(whose, rows)[2]).endswith(text_drift.RULE_TO_DO)
    assert "promises no shares" in came_true.update_came_true(whose, rows, None)["absent"]


def test_one_line_of_what_needs_attention_leads_to_the_page():
    listed, _, _ = attention.update_attention(services_of(book(*ROWS)), "")
    text = " ".join(said(listed).split())
    assert "The score in use: SHOE is no longer stated" in text
    assert "3 more alerts on its page. See what to do" in text
    assert text.count("The score in use") == 1


def test_nothing_needs_attention_of_another_model_an_earlier_knowledge_or_a_day_to_come():
    assert "The score in use" not in said(
        attention.update_attention(services_of(reader_of(model(4, "champion", HELD))), "")[0]
    )
    assert alerts([]) == []
    assert text_drift.attention_of([]) is None
    reader = book(*ROWS)
    assert len(reader.monitoring(date(2026, 11, 2))) == 0


def test_ratios_within_their_interval_are_as_promised():
    within = RATIO | {"value": 1.1, "details": RATIO["details"] | {"low": 0.9, "high": 1.3}}
    assert text_came_true.ratio_title(within) == "As many were not recovered as the score promised, within its interval"
    fewer = RATIO | {"value": 0.7, "details": RATIO["details"] | {"low": 0.5, "high": 0.9}}
    assert text_came_true.ratio_title(fewer) == "30 % fewer were not recovered than the score promised"
    assert text_came_true.ranking_title(RANKING | {"value": None}).startswith("Too few of either outcome")
    assert text_came_true.ranking_title(RANKING | {"alarm": 0}) == "It still ranks: AUC 0.660 (0.600 to 0.720)"


def test_the_verdict_says_what_is_red_about_the_model_in_use_and_leaves_amber_to_its_tab():
    def verdict(*rows):
        shared = Shared(services_of(book(*rows)))
        seen = shared.seen("")
        return said(page.update_answer(seen, red_finding(shared, seen)))

    assert verdict(*FACTS).startswith(
        "Yes, with care. SHOE is no longer stated. Model 4 (logistic regression) orders the work"
    )
    assert verdict(fact("score", 0.03), fact("income (log)", 0.21, 1)).startswith("Yes. Model 4")
