"""Who somebody is, under whatever name a file gives it."""

import numpy as np
import pandas as pd
import pytest

from core.scores.checks.protected import another_name_for, named_protected

DRAW = np.random.default_rng(5)


@pytest.mark.parametrize(
    "name", ["SEX", "ApplicantSex", "geschlecht", "sexe", "género", "is_male", "Anrede", "customer_age", "CustomerAge", "customerage", "Alter",
             "edad", "Geburtsjahr", "yob", "PLZ", "Postleitzahl", "Zip", "pin code", "Code Postal", "nationality", "Staatsangehörigkeit",
             "country_of_origin", "mother tongue", "Familienstand", "estado civil", "health_disability", "Religion", "tribe", "First_Name"],
)  # fmt: skip
def test_names_of_who_somebody_is_in_the_languages_of_banks_files(name):
    assert named_protected(name)


@pytest.mark.parametrize(
    "name", ["Loan_Age", "age_of_vehicle", "AccountAge", "percentage_used", "mortgage_accounts", "Average_Balance", "Alteration", "title", "grade",
             "Sussex_branch", "tracer", "dependents", "language_of_contract_pdf", "pages", "relationship_months"],
)  # fmt: skip
def test_ordinary_names_are_left_alone(name):
    assert not named_protected(name)


def people(loans=400):
    return pd.DataFrame({"age": DRAW.integers(20, 70, loans), "gender": DRAW.choice(["Male", "Female"], loans)})


def test_a_column_that_is_gender_or_age_by_another_name_is_told_by_what_it_holds():
    rows = people()
    title = pd.Series(np.where(rows["gender"] == "Male", "Mr", "Ms"))
    assert another_name_for(title, rows) == (
        "It tells Gender with an AUC of 1.00: that protected attribute by another name, never an input"
    )
    cohort = pd.Series(2026 - rows["age"] + DRAW.integers(-1, 2, len(rows))).astype(str)
    assert "It tells Age with an AUC of" in another_name_for(cohort, rows)


def test_a_column_that_only_goes_with_age_is_left_to_the_audit_of_fairness():
    rows = people()
    years_at_work = pd.Series(np.clip(rows["age"] - 20 - DRAW.integers(0, 30, len(rows)), 0, None))
    assert another_name_for(years_at_work, rows) == ""


def test_nothing_is_asked_where_too_few_state_who_they_are():
    rows = people()
    rows.loc[39:, ["age", "gender"]] = None
    assert another_name_for(pd.Series(np.where(rows["gender"] == "Male", "Mr", "Ms")), rows) == ""
    assert another_name_for(pd.Series(["x"] * len(rows)), rows.drop(columns=["age", "gender"])) == ""
    assert another_name_for(pd.Series(["x"] * 400), people().assign(gender="Male", age=40)) == ""
