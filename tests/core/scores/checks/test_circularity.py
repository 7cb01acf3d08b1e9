import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from core.scores.checks.circularity import Definition, defined_by
from core.scores.rows.target import non_recovery
from tests.core.scores.worlds import world
from tests.worlds.world import draw

RAW = ["age", "monthly_income", "loan_amount", "tenure_months", "interest_rate", "collateral_value", "balance", "emi",
       "missed_payments", "dpd"]  # fmt: skip
NOTHING_BARRED = frozenset[str]()


@pytest.fixture(scope="module")
def frame():
    return draw(600, 1).frame.assign(cash_12m=np.nan)


def stated(frame, flag):
    return non_recovery(frame.assign(recovery_status=np.where(flag, "Written Off", "Fully Recovered")))


def test_a_flag_of_clusters_over_raw_columns_is_told_from_them(frame):
    points = StandardScaler().fit_transform(frame[RAW].to_numpy(dtype=float))
    clusters = KMeans(4, n_init=3, random_state=0).fit_predict(points)
    worst = np.argsort([-frame["missed_payments"][clusters == each].mean() for each in range(4)])[:2]
    found = defined_by(stated(frame, np.isin(clusters, worst)), (), NOTHING_BARRED)
    assert found is not None
    assert found.auc >= 0.94
    assert {"Days_Past_Due", "Num_Missed_Payments"} & set(found.names)


def test_a_threshold_on_a_fact_or_two_is_told_from_just_these(frame):
    late = (frame["dpd"] > 90).to_numpy()
    found = defined_by(stated(frame, late), (), frozenset({"dpd"}))
    assert found.names == ("Days_Past_Due",)
    assert found.auc > 0.99
    assert f"can be told from Days_Past_Due alone (AUC {found.auc:.3f} on loans not learned from)" in found.why
    stretched = ((frame["emi"] + frame["other_emi"]) / frame["monthly_income"] > 0.5).to_numpy()
    both = defined_by(stated(frame, late & stretched), (), NOTHING_BARRED)
    assert set(both.names[:2]) == {"Days_Past_Due", "debt-to-income"}


@pytest.mark.parametrize("name", ["plain", "kinked"])
def test_an_outcome_that_facts_merely_predict_is_not(name):
    assert defined_by(non_recovery(draw(800, 2, name).frame), (), NOTHING_BARRED) is None


def test_where_payments_are_the_outcome_a_perfect_fact_is_a_leak_and_defines_nothing():
    leaking = world(loans=400)
    leaking["missed_payments"] = np.where(leaking["cash_12m"] == 0, 6, 0)
    assert defined_by(non_recovery(leaking), (), frozenset({"missed_payments"})) is None
    assert defined_by(non_recovery(leaking), (), NOTHING_BARRED).names == ("Num_Missed_Payments",)


def test_without_a_fact_that_varies_nothing_is_defined():
    still = stated(
        draw(200, 1).frame[["loan_ref", "borrower_ref", "as_of"]].assign(dpd=30, balance=1.0), [True, False] * 100
    )
    assert defined_by(still, (), NOTHING_BARRED) is None


def test_names_are_joined_as_people_say_them():
    assert "can be told from A, B and C alone (AUC 0.971 on" in Definition(("A", "B", "C"), 0.9714).why
