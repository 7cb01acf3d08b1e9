"""What a file no longer states of what the score in use reads."""

import pandas as pd

from core.records import Model
from core.workflows.vanished import vanished

CARD = {
    "inputs": [
        "days past due (log)",
        "debt-to-income",
        "collateral cover",
        "product",
        "extra:grade",
        "extra:zone",
        "strategy",
    ],
    "unused": [{"column": "Other_EMI", "why": "Stated in no row"}],
}
MODEL = Model(7, "logistic", "champion", "", "", CARD, "")
WHOLE = pd.DataFrame(
    {"dpd": [1, 2], "balance": [5.0, 6.0], "monthly_income": [10.0, None], "emi": [1.0, 2.0], "collateral_value": [None, None], "product": ["Auto", None],
     "extra": ['{"grade": "A", "zone": "1"}', None]}
)  # fmt: skip


def test_a_file_that_states_every_column_in_some_row_says_nothing_nor_does_a_book_without_a_model():
    assert vanished(WHOLE, MODEL) == []  # Collateral_Value is there: empty is unsecured. Other_EMI never was
    assert vanished(WHOLE.drop(columns=["emi", "product"]), None) == []
    assert vanished(WHOLE.iloc[:0], MODEL) == []


def test_columns_that_are_gone_or_empty_in_every_row_are_named_with_what_is_done_instead():
    frame = WHOLE.drop(columns=["emi", "collateral_value"]).assign(
        product=None, extra='{"grade": "", "zone": "2"}', region="South"
    )
    [said] = vanished(frame, MODEL)
    assert said.startswith(
        "Stated in no row of this file, though the score in use (model 7) reads it: Monthly_EMI, Collateral_Value, Loan_Type, grade. "
    )
    assert "scored as if they were typical there" in said
    [said] = vanished(WHOLE.drop(columns="extra"), MODEL)
    assert "reads it: grade, zone. These loans" in said


def test_unknown_columns_are_unpacked_once_however_many_the_score_reads(monkeypatch):
    asked = []
    monkeypatch.setattr("core.workflows.vanished._extras", lambda texts: asked.append(len(texts)) or {"grade", "zone"})
    assert vanished(WHOLE, MODEL) == []
    assert asked == [2]
