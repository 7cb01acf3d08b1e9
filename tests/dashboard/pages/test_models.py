"""The page Models: the verdict first, and what stands under it."""

from __future__ import annotations

import numpy as np
import pytest
from dash.exceptions import PreventUpdate

from core.scores.measures.evidence import evidence_of
from core.scores.measures.logit import sigmoid
from dashboard.pages import models as page
from dashboard.pages.models import calibration, discrimination, gains, lift, verdict
from dashboard.pages.models.seen import Shared
from dashboard.text_models import target_words
from tests.dashboard.models_book import CARD, NO_SIGNAL, THIN, model, reader_of
from tests.dashboard.work import book_of, forty_loans, services_of


def seen(*models, search=""):
    return Shared(services_of(reader_of(*models))).seen(search)


def answer(*models):
    return "".join(part if isinstance(part, str) else part.children for part in page.update_answer(seen(*models)))


def test_before_any_training_the_rule_score_orders_the_work_and_says_what_it_is():
    said = answer()
    assert said.startswith("Nothing was trained on this book yet. The rule score orders the work")
    assert "not validated on your data, and no probability" in said


def test_a_usable_model_is_told_with_its_interval_its_n_and_the_later_loans():
    assert answer(model(4, "champion"), model(3, "refused", NO_SIGNAL)) == (
        "Yes. Model 4 (logistic regression) orders the work, with AUC 0.743 (0.711 to 0.775) on 1,200 loans, 300 of them "
        "not recovered; AUC 0.731 (0.680 to 0.782) on 400 loans later than it learned from."
    )


def test_a_refused_attempt_says_what_it_measured_and_that_the_rule_orders_the_work():
    said = answer(model(1, "refused", NO_SIGNAL))
    assert said.startswith(
        "No usable signal in this file. The best that could be learned has AUC 0.510 (0.470 to 0.550)"
    )
    assert said.endswith("The rule score orders the work: it is not validated on your data, and no probability.")


def test_too_little_history_says_how_little():
    assert answer(model(1, "refused", THIN)).startswith(
        "Too little history to learn from. Only 49 of 300 loans had the rarer outcome; 50 are needed. The rule score"
    )


def test_a_waiting_challenger_and_a_later_refusal_are_told_beside_the_champion():
    assert answer(model(2, "challenger"), model(1, "champion")).endswith("Model 2 waits as its challenger.")
    assert answer(model(2, "refused", NO_SIGNAL), model(1, "champion")).endswith(
        "A later attempt (model 2) was refused: no usable signal."
    )


def test_a_damaged_model_is_said_to_be_damaged_and_not_trusted():
    broken = model(1, "champion", sha256="0" * 64)
    assert answer(broken).startswith(
        "No. The stored model is damaged: its content does not match its hash. The rule score"
    )


def test_models_without_one_in_use_are_no_verdict_of_trust():
    gone = "No model is in use: the one that was has been taken out of use. The rule score"
    assert answer(model(1, "retired")).startswith(gone)
    assert answer(model(2, "challenger"), model(1, "retired")).startswith(gone)
    assert answer(model(2, "challenger")).startswith("No model is in use: none was put in use yet. The rule score")


def test_the_model_asked_for_is_shown_else_the_one_in_use_else_the_newest():
    three = (model(3, "refused", NO_SIGNAL), model(2, "challenger"), model(1, "champion"))
    assert seen(*three).shown.id == 1
    assert seen(*three, search="?model=2").shown.id == 2
    assert seen(*three, search="?model=99").shown.id == 1
    assert seen(*three[:1]).shown.id == 3
    assert seen().shown is None


def test_an_empty_book_leaves_the_page_to_the_shell():
    with pytest.raises(PreventUpdate):
        Shared(services_of(book_of(forty_loans()[:0]))).seen("")


def test_every_rule_of_the_gate_stands_with_its_figure_interval_and_n():
    rows = verdict.update_verdict(seen(model(1, "champion")))["rows"]
    assert [(row["figure"], row["interval"], row["n"], row["held"]) for row in rows] == [
        ("300", "", "1,200", "yes"),
        ("0.743", "0.711 to 0.775", "1,200", "yes"),
        ("0.0005", "", "0 of 1,999 shuffles", "yes"),
        ("0.731", "0.680 to 0.782", "400", "yes"),
    ]


@pytest.mark.parametrize(("p", "said"), [(1 / 201, "0.005"), (0.0054, "0.0054"), (0.0005, "0.0005"), (1.0, "1.000")])
def test_a_p_has_the_decimals_of_its_rule_and_one_more_where_it_tells_them_apart(p, said):
    rows = verdict.update_verdict(seen(model(1, "champion", CARD | {"p_value": p})))["rows"]
    assert (rows[2]["figure"], rows[2]["rule"]) == (said, "be no work of chance: p at most 0.005")


@pytest.mark.parametrize(
    ("p", "said"), [(1 / 201, ("", "0 of 200 shuffles")), (0.0054, ("", "1,200")), (10 / 2001, ("", "1,200"))]
)
def test_a_p_of_no_shuffle_as_good_says_how_many_there_were_and_another_does_not_guess(p, said):
    row = verdict.update_verdict(seen(model(1, "champion", CARD | {"p_value": p})))["rows"][2]
    assert (row["interval"], row["n"]) == said


def test_what_is_learned_is_said_with_its_share_in_per_cent():
    assert target_words(CARD["target"]) == "cash within 12 months under 5 % of the balance"
    assert target_words("Recovery_Status is Written Off") == "Recovery_Status is Written Off"
    assert target_words(CARD["target"]) in verdict.update_verdict(seen(model(1, "champion")))["subtitle"]


def test_a_rule_that_did_not_hold_says_no_and_one_that_was_not_asked_says_why():
    rows = verdict.update_verdict(seen(model(1, "refused", NO_SIGNAL)))["rows"]
    assert [row["held"] for row in rows] == ["yes", "no", "no", "not asked: the days do not allow it"]
    thin = verdict.update_verdict(seen(model(1, "refused", THIN)))
    assert [(row["figure"], row["held"]) for row in thin["rows"]] == [("49", "no")]
    assert (thin["badge"], thin["title"]) == ("rule score in use", "Model 1, refused")


def test_a_model_that_is_not_in_use_does_not_wear_the_badge_of_the_one_that_is():
    two = (model(2, "challenger"), model(1, "champion"))
    assert verdict.update_verdict(seen(*two))["badge"] == "validated, in use"
    assert verdict.update_verdict(seen(*two, search="?model=2"))["badge"] == "not in use"


def test_nothing_undefined_reaches_the_page_as_a_number():
    card = CARD | {"auc": float("nan"), "auc_ci": [float("nan")] * 2}
    shown = verdict.update_verdict(seen(model(1, "champion", card)))
    assert "nan" not in str(shown)


@pytest.fixture(scope="module")
def evidence():
    """Of 600 loans of known probability."""
    draw = np.random.default_rng(5)
    margin = -0.8 + 1.2 * draw.normal(size=600)
    outcome = (draw.random(600) < sigmoid(margin)).astype(float)
    return evidence_of(outcome, margin, sigmoid(margin))


CHARTS = {
    calibration: calibration.update_calibration, discrimination: discrimination.update_discrimination,
    gains: gains.update_gains, lift: lift.update_lift,
}  # fmt: skip


def test_an_auc_is_told_in_plain_words(evidence):
    shown = CHARTS[discrimination](seen(model(1, "champion", CARD | {"evidence": evidence})), "light")
    assert shown["summary"].startswith(
        "AUC 0.743 (0.711 to 0.775): of two loans, one recovered and one not, it holds the right one riskier 74 times in 100, where guessing does 50 times."
    )


@pytest.mark.parametrize("panel", CHARTS, ids=lambda panel: panel.CARD)
def test_every_chart_has_a_title_words_and_a_table_with_n_and_intervals(panel, evidence):
    shown = CHARTS[panel](seen(model(1, "champion", CARD | {"evidence": evidence})), "light")
    assert shown["title"]
    assert "n = 600 loans" in shown["subtitle"]
    header, *rows = shown["rows"]
    assert {"95 % interval", "n"} <= set(header)
    assert rows
    assert all(len(row) == len(header) for row in rows)
    assert "nan" not in str(shown["rows"]) + shown["title"] + shown["summary"]


@pytest.mark.parametrize("panel", CHARTS, ids=lambda panel: panel.CARD)
def test_a_chart_without_evidence_says_why(panel):
    update = CHARTS[panel]
    assert update(seen(), "light")["absent"] == "n/a, because nothing was trained on this book yet."
    assert "too little history" in update(seen(model(1, "refused", THIN)), "dark")["absent"]
    assert "Train again" in update(seen(model(1, "champion")), "dark")["absent"]


def test_titles_claim_only_what_the_intervals_carry(evidence):
    weak = CARD | {"evidence": evidence, "auc_ci": [0.49, 0.6]}
    assert discrimination.update_discrimination(seen(model(1, "refused", weak)), "light")["title"].startswith(
        "No better than chance can explain"
    )
    level = [row | {"lift_ci": [0.8, 1.4]} for row in evidence["deciles"]]
    flat = CARD | {"evidence": evidence | {"deciles": level}}
    assert "not clearly worse" in lift.update_lift(seen(model(1, "champion", flat)), "light")["title"]
    off = evidence | {"calibration": evidence["calibration"] | {"ece": 0.5}}
    shown = calibration.update_calibration(seen(model(1, "champion", CARD | {"evidence": off})), "light")
    assert shown["title"] == "Promised and observed differ by 50.0 pts on average: more than chance makes"
