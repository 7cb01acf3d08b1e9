"""Actual against expected of all that matured and of the 12 newest months, on outcomes laid out by hand."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.monitoring.alerts import alerts
from core.records import Model
from core.workflows.came_true import came_true

MODEL = Model(3, "logistic", "champion", "", "", {"data": {"last_day": "2022-12-31"}, "baseline": {}}, "{}")


class Scored:
    """A store that answers with these loans only."""

    def __init__(self, *months):
        self.rows = pd.concat([pd.DataFrame(each) for each in months], ignore_index=True)

    def scored_outcomes(self, model_id, *, after, stated):
        assert (model_id, after, stated) == (3, "2022-12-31", False)
        return self.rows.assign(borrower=np.arange(len(self.rows)), strategy=None), date(2025, 6, 30)


def month(day, lost, of, risk):
    """`of` loans of a day, promised `risk` each, `lost` of them not recovered; a lost one brought nothing, others all."""
    cash = [0.0] * lost + [100.0] * (of - lost)
    return {"as_of": day, "balance": 100.0, "risk_score": risk, "cash_12m": cash}


def told(unit):
    rows = came_true(unit, MODEL)
    json.dumps(rows)
    return {row["what"]: row for row in rows}, [each.kind for each in alerts(rows)]


def test_a_present_shift_does_not_hide_behind_old_months():
    waiting = {"as_of": "2025-01-31", "balance": 100.0, "risk_score": [0.9] * 50, "cash_12m": np.nan}  # no outcome yet
    found, kinds = told(Scored(
        month("2023-05-31", 280, 1_000, 0.3), month("2023-06-30", 260, 1_000, 0.3), month("2023-07-31", 100, 300, 0.3),
        month("2024-06-30", 50, 100, 0.3), waiting,
    ))  # fmt: skip
    whole, recent = found["calibration"], found["recent"]
    assert (whole["n"], whole["m"], whole["value"], whole["alarm"]) == (2_400, 690, pytest.approx(690 / 720), 0)
    assert (recent["n"], recent["m"], recent["value"]) == (400, 150, pytest.approx(150 / 120))
    assert (recent["details"]["first_day"], recent["details"]["last_day"]) == ("2023-07-31", "2024-06-30")
    assert recent["details"]["low"] > 1
    assert recent["alarm"] == 2
    assert kinds == ["recent"]
    assert (found["maturity"]["value"], found["maturity"]["n"]) == (2_400, 2_450)


def test_what_was_wrong_once_and_is_right_now_asks_for_nothing():
    found, kinds = told(Scored(month("2023-01-31", 900, 1_500, 0.3), month("2024-06-30", 120, 400, 0.3)))
    assert found["calibration"]["details"]["low"] > 1.2
    assert found["recent"]["value"] == pytest.approx(1.0)
    assert kinds == []


def test_a_score_that_is_too_sure_of_itself_is_told_by_its_slope():
    # promised 5 and 95 %, came 25 and 75 %: as many as promised in all, slope log 3 / log 19 = .373
    found, kinds = told(Scored(month("2024-05-31", 50, 200, 0.05), month("2024-06-30", 150, 200, 0.95)))
    assert found["recent"]["value"] == pytest.approx(1.0)
    assert found["slope"]["value"] == pytest.approx(np.log(3) / np.log(19), abs=1e-6)
    assert found["slope"]["details"]["high"] < 0.8
    assert kinds == ["slope"]


def test_where_none_has_matured_only_that_is_said():
    found, kinds = told(Scored({"as_of": ["2025-01-31"], "balance": 100.0, "risk_score": 0.2, "cash_12m": np.nan}))
    assert found.keys() == {"maturity"}
    assert found["maturity"]["details"]["next_on"] == "2026-01-31"
    assert kinds == []


def test_an_outcome_that_a_file_states_waits_for_no_payments():
    class Stating(Scored):
        def scored_outcomes(self, model_id, *, after, stated):
            return self.rows.assign(borrower=np.arange(len(self.rows)), strategy=None), None

    stated = {
        "as_of": ["2024-06-30"] * 60,
        "balance": 100.0,
        "risk_score": 0.3,
        "recovery_status": ["Written Off"] * 20 + ["Paid"] * 40,
    }
    model = Model(3, "logistic", "champion", "", "", {**MODEL.card, "outcome_column": "recovery_status"}, "{}")
    [ripe] = [row for row in came_true(Stating(stated), model) if row["what"] == "maturity"]
    assert (ripe["value"], ripe["n"], ripe["details"]["waiting"], ripe["details"]["next_on"]) == (60, 60, 0, None)
