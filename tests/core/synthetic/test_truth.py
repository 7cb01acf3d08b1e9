"""What was planted is there, exactly as stated, and an analyst finds it from the files alone."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.synthetic import SampleBook, generate
from tests.core.synthetic.analyst import adjusted, covariates, difference, monthly_cash, placements, regressed

FOUND = 4.0
"""Standard errors at which a planted truth counts as large enough to be found."""


@pytest.fixture(scope="module")
def at(told: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return placements(told)


@pytest.fixture(scope="module")
def matured(at: pd.DataFrame) -> pd.DataFrame:
    return at[at["matured"]]


def of_type(matured: pd.DataFrame, group: str) -> pd.DataFrame:
    return matured if group == "all" else matured[matured["secured"] == (group == "secured")]


@pytest.mark.parametrize(
    ("strategy", "group"),
    [("Settlement", "all"), ("Settlement", "unsecured"), ("Legal", "all"), ("Legal", "secured")],
)
def test_an_effect_is_found_and_its_stated_value_lies_within_three_errors(
    strategy: str, group: str, matured: pd.DataFrame, book: SampleBook
) -> None:
    planted = book.truth[f"{strategy} against Standard, {group}"]
    rows = of_type(matured, group)
    estimate, error = adjusted(rows, rows["rate"], strategy)
    assert planted.value / planted.se >= FOUND
    assert estimate / error >= FOUND
    assert abs(estimate - planted.value) < 3 * error


@pytest.mark.parametrize(("strategy", "group"), [("Settlement", "secured"), ("Legal", "unsecured")])
def test_where_a_strategy_does_not_help_none_is_stated_and_none_is_found(
    strategy: str, group: str, matured: pd.DataFrame, book: SampleBook
) -> None:
    planted = book.truth[f"{strategy} against Standard, {group}"]
    rows = of_type(matured, group)
    estimate, error = adjusted(rows, rows["rate"], strategy)
    assert -0.06 < planted.value < 0
    assert estimate < 2 * error
    assert abs(estimate - planted.value) < 3 * error


@pytest.mark.parametrize(("strategy", "direction"), [("Legal", 1), ("Settlement", -1)])
def test_effects_differ_by_account_type(strategy: str, direction: int, matured: pd.DataFrame, book: SampleBook) -> None:
    planted = book.truth[f"{strategy} against Standard, secured less unsecured"]
    found = {
        group: adjusted(rows, rows["rate"], strategy)
        for group in ("secured", "unsecured")
        for rows in [of_type(matured, group)]
    }
    gap = found["secured"][0] - found["unsecured"][0]
    error = math.hypot(found["secured"][1], found["unsecured"][1])
    assert direction * planted.value / planted.se >= FOUND
    assert direction * gap / error >= FOUND
    assert abs(gap - planted.value) < 3 * error


def test_as_it_happened_court_looks_worse_than_reminders_though_it_is_better(
    matured: pd.DataFrame, book: SampleBook
) -> None:
    by = matured.groupby("Strategy")["rate"]
    naive, error = difference(by.get_group("Legal"), by.get_group("Standard"))
    assert naive / error <= -FOUND
    assert book.truth["Legal against Standard, all"].value > 0
    assert book.truth["Legal against Standard, all, as it happened"].value == pytest.approx(naive, abs=1e-6)


def test_officers_saw_severity_and_nothing_hidden(matured: pd.DataFrame) -> None:
    worst = matured["Days_Past_Due"] >= 90
    in_court = matured["Strategy"] == "Legal"
    assert in_court[worst].mean() > 2 * in_court[~worst].mean() > 0.1
    assert in_court[worst].mean() < 0.7


def test_the_second_wording_does_nothing(matured: pd.DataFrame, at: pd.DataFrame, book: SampleBook) -> None:
    arms = matured[matured["Trial"] != ""].groupby("Arm")["rate"]
    estimate, error = difference(arms.get_group("Reminder B"), arms.get_group("Reminder A"))
    planted = book.truth["Reminder B against Reminder A"]
    assert planted.value == 0
    assert planted.se == pytest.approx(error, rel=0.01)
    assert abs(estimate) < 2.5 * error
    assert len(at[at["Trial"] != ""]) > 1000


def test_court_costs_more_than_it_returns_on_small_unsecured_loans(matured: pd.DataFrame, book: SampleBook) -> None:
    small = matured[~matured["secured"] & (matured["balance"] < 4000)]
    net = small["cash"] - small["cost"]
    planted = book.truth["Legal against Standard, small unsecured, net value"]
    estimate, error = regressed(small, net, "Legal")
    assert planted.value / planted.se <= -FOUND
    assert estimate / error <= -FOUND
    assert abs(estimate - planted.value) < 3 * error
    in_court = net[small["Strategy"] == "Legal"]
    alone = book.truth["Legal, small unsecured, net value as it happened"]
    assert alone.value == pytest.approx(in_court.mean(), abs=0.01)
    assert in_court.mean() / in_court.sem() <= -FOUND


def test_auto_pays_less_in_the_last_five_months(
    told: dict[str, pd.DataFrame], at: pd.DataFrame, book: SampleBook
) -> None:
    cash = monthly_cash(told).groupby(["Loan_ID", "month"])["value"].sum()
    loans = at[["month", "balance", "Loan_Type"]].rename(columns={"month": "placed"})
    grid = loans.reset_index().merge(pd.DataFrame({"month": range(9, 24)}), how="cross")
    grid = grid[(grid["month"] - grid["placed"]).between(1, 12)]
    paid = cash.reindex(pd.MultiIndex.from_frame(grid[["Loan_ID", "month"]])).fillna(0.0).to_numpy()
    grid = grid.assign(rate=paid / grid["balance"], last=grid["month"] >= 19, auto=grid["Loan_Type"] == "Auto")
    cell = {
        (auto, last): rows.groupby("Loan_ID")["rate"].mean() for (auto, last), rows in grid.groupby(["auto", "last"])
    }
    auto, auto_error = difference(cell[True, True], cell[True, False])
    other, other_error = difference(cell[False, True], cell[False, False])
    planted = book.truth["Auto in the last months"]
    error = math.hypot(auto_error, other_error)
    assert planted.value / planted.se <= -FOUND
    assert (auto - other) / error <= -FOUND
    assert abs(auto - other - planted.value) < 3 * error


def test_late_and_reversed_payments_are_as_many_as_stated(told: dict[str, pd.DataFrame], book: SampleBook) -> None:
    payments, truth = told["payments"], book.truth
    ends = pd.to_datetime(payments["Paid_On"]) + pd.offsets.MonthEnd(0)
    own_month = ends.dt.strftime("%Y-%m-%d").map(
        {str(day): month for month, day in enumerate(book.calendar.month_ends)}
    )
    late = payments[own_month < payments["month"]]
    assert (own_month <= payments["month"]).all()
    assert (payments["month"] - own_month).max() == 1
    assert len(late) == truth["Late payments, count"].value
    assert late["Amount"].sum() == pytest.approx(truth["Late payments, amount"].value, abs=0.01)
    back = payments[payments["Kind"] == "reversal"]
    assert len(back) == truth["Reversed payments, count"].value
    assert back["Amount"].sum() == pytest.approx(truth["Reversed payments, amount"].value, abs=0.01)
    cash = (payments["Kind"] == "cash").sum()
    assert 0.01 < len(late) / cash < 0.03
    assert 0.01 < len(back) / cash < 0.02


def test_an_honest_model_ranks_non_recovery_and_age_and_gender_add_nothing(
    matured: pd.DataFrame, book: SampleBook
) -> None:
    lost = (matured["rate"] < 0.05).to_numpy()
    people = pd.DataFrame({"age": matured["Age"], "man": (matured["Gender"] == "Male").astype(float)})
    areas = [
        _area(known, lost, matured["Borrower_ID"])
        for known in (covariates(matured), pd.concat([covariates(matured), people], axis=1))
    ]
    planted = book.truth["Non-recovery, area under the curve of what is known at placement"]
    assert 0.74 <= areas[0] <= 0.82
    assert planted.value == pytest.approx(areas[0], abs=3 * planted.se)
    assert abs(areas[1] - areas[0]) < 0.005
    assert abs(roc_auc_score(lost, people["age"]) - 0.5) < 0.03
    assert abs(roc_auc_score(lost, people["man"]) - 0.5) < 0.03


def _area(known: pd.DataFrame, lost: np.ndarray, borrowers: pd.Series) -> float:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    risk = cross_val_predict(model, known, lost, groups=borrowers, cv=GroupKFold(5), method="predict_proba")
    return float(roc_auc_score(lost, risk[:, 1]))


def test_the_files_tell_the_very_rates_the_truth_was_taken_from(at: pd.DataFrame, book: SampleBook) -> None:
    potential = book.truth.potential.set_index("loan_ref").loc[at.index]
    under = np.select([at["Strategy"] == "Legal", at["Strategy"] == "Settlement"],
                      [potential["rate_Legal"], potential["rate_Settlement"]], potential["rate_Standard"])  # fmt: skip
    assert np.abs(at["rate"] - under).max() < 1e-6
    assert (potential["matured"] == at["matured"]).all()


def test_recovery_within_a_year_is_plausible(matured: pd.DataFrame) -> None:
    assert 0.25 <= matured["cash"].sum() / matured["balance"].sum() <= 0.40
    assert 0.2 < (matured["rate"] < 0.05).mean() < 0.45


def test_the_truth_can_be_written_as_json_with_null_for_what_a_short_book_cannot_have(book: SampleBook) -> None:
    assert json.loads(json.dumps(book.truth.to_json()))[0].keys() == {"name", "value", "se", "unit", "where"}
    short = {found["name"]: found for found in generate(1, loans=60, months=6).truth.to_json()}
    assert short["Legal against Standard, all"]["value"] is None
    assert short["Auto in the last months"]["value"] is None
    assert short["Late payments, count"]["value"] >= 0
    assert "NaN" not in json.dumps(list(short.values()))
