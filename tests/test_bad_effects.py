"""Histories that cannot tell what works, through the command line: each gets its verdict in words, and no number it cannot carry."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tests.command_line import run
from tests.worlds.world import Coefficients, draw

HEADERS = {
    "loan_ref": "Loan_ID", "borrower_ref": "Borrower_ID", "balance": "Outstanding_Loan_Amount", "dpd": "Days_Past_Due",
    "monthly_income": "Monthly_Income", "emi": "Monthly_EMI", "collateral_value": "Collateral_Value",
    "missed_payments": "Num_Missed_Payments", "product": "Loan_Type", "strategy": "Strategy", "cash_12m": "Recovered_Amount",
}  # fmt: skip
NUMBERS = ("adjusted", "se", "ci_low", "ci_high", "sensitivity_bound", "bound_low", "bound_high")


def book(loans: int = 240, **columns) -> pd.DataFrame:
    """A file of loans that states strategy, what was recovered and what it cost."""
    drawn = draw(loans, 5, Coefficients(confounding=0.3)).frame
    return drawn[list(HEADERS)].rename(columns=HEADERS).assign(Strategy_Cost=30, Months_Observed=12, **columns)


def told(frame: pd.DataFrame, tmp_path, *more: str):
    path, db = tmp_path / "book.csv", f"sqlite:///{tmp_path / 'book.db'}"
    frame.to_csv(path, index=False)
    loaded = run("ingest", str(path), "--db", db, "--as-of", "2026-01-31", "--json").json
    assert loaded["status"] == "committed", loaded
    return run("effects", "--db", db, "--json", *more)


def effects(outcome, name="recovery_rate"):
    assert outcome.code == 0, outcome.err
    return {each["strategy"]: each for each in outcome.json["effects"] if each["outcome"] == name}


def refused(each: dict) -> str:
    """Why, after checking that no number came with it."""
    assert each["verdict"] == "not comparable"
    assert {each[name] for name in NUMBERS} == {None}
    return each["why"]


def test_one_strategy_only(tmp_path):
    found = effects(told(book(120, Strategy="Standard"), tmp_path))
    assert set(found) == {"Settlement", "Legal"}
    assert all("No loan with an outcome was given" in refused(each) for each in found.values())


def test_a_strategy_with_ten_loans(tmp_path):
    few = np.where(np.arange(240) < 10, "Legal", "Standard")
    each = effects(told(book(Strategy=few), tmp_path))["Legal"]
    assert refused(each).startswith("10 loans")
    assert (each["n"], each["n_reference"], each["naive"]) == (10, 230, None)


def test_all_outcomes_zero(tmp_path):
    half = np.where(np.arange(240) % 2, "Legal", "Standard")
    assert "Every loan has the same outcome (0)" in refused(
        effects(told(book(Recovered_Amount=0, Strategy=half), tmp_path))["Legal"]
    )


def test_costs_missing(tmp_path):
    outcome = told(book().drop(columns="Strategy_Cost"), tmp_path)
    for each in effects(outcome, "net_value").values():
        assert "no costs are told: load actions with Cost, state Strategy_Cost, or give them with --limits" in refused(
            each
        )
    assert outcome.json["suggestions"] == []


@pytest.mark.parametrize(("months", "code"), [(6, 2), (12, 0)])
def test_outcomes_that_are_not_mature(tmp_path, months, code):
    outcome = told(
        book(100, Strategy=np.where(np.arange(100) % 2, "Legal", "Standard")).assign(Months_Observed=months), tmp_path
    )
    assert outcome.code == code
    if code:
        assert outcome.json["refusal"].startswith(
            "100 loans were worked under a strategy, and the outcome of none is known yet"
        )


def test_a_book_that_states_no_strategy(tmp_path):
    outcome = told(book(50).drop(columns="Strategy"), tmp_path)
    assert outcome.code == 2
    assert "No loan of this book was worked under a strategy" in outcome.err
    assert "Load a portfolio that states Strategy" in outcome.err


def test_capacity_of_zero_is_a_limit_like_any_other(tmp_path):
    limits = tmp_path / "limits.json"
    limits.write_text(json.dumps({"strategies": {"Legal": {"capacity_count": 0}}, "budget": 0}))
    outcome = told(book(), tmp_path, "--limits", str(limits))
    assert outcome.code == 0
    assert effects(outcome)


def test_limits_and_references_that_do_not_exist(tmp_path):
    limits = tmp_path / "limits.json"
    limits.write_text('{"strategies": {"Field": {}}}')
    outcome = told(book(60), tmp_path, "--limits", str(limits))
    assert outcome.code == 2
    assert "'Field' that does not exist" in outcome.json["refusal"]
    outcome = run("effects", "--db", f"sqlite:///{tmp_path / 'book.db'}", "--json", "--reference", "smoke signals")
    assert outcome.code == 2
    assert "No loan with an outcome was under 'smoke signals'" in outcome.json["refusal"]


def test_a_store_without_a_book(tmp_path):
    outcome = run("effects", "--db", f"sqlite:///{tmp_path / 'none.db'}", "--json")
    assert outcome.code == 2
    assert "No loan of this book was worked under a strategy" in outcome.json["refusal"]


def test_what_is_stored_is_what_the_page_shows(tmp_path):
    db = f"sqlite:///{tmp_path / 'book.db'}"
    assert told(book(), tmp_path).json["run"] is None
    stored = run("effects", "--db", db, "--json", "--store").json
    assert stored["run"] == 1
    from run import Recoup, load_settings

    assert Recoup(load_settings(db=db)).reader().strategy_run().content["effects"] == stored["effects"]
