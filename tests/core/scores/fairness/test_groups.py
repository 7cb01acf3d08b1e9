import json

import numpy as np
import pandas as pd

from core.columns import PORTFOLIO
from core.scores.fairness.groups import attributes_of, flipped

ROWS = pd.DataFrame(
    {
        "age": [25, 29, 30, 44, 45, 60, np.nan],
        "gender": ["F", "F", "M", "M", "M", None, "M"],
        "region": ["N", "N", "S", "S", "S", "S", "S"],
        "employment_type": ["Salaried"] * 7,
        "balance": [1.0] * 7,
        "extra": [json.dumps({"MARRIAGE": str(1 + row % 2), "ZIP_CODE": str(row), "LIMIT": "5"}) for row in range(6)] + [None],
    }
)  # fmt: skip


def test_people_are_grouped_by_what_is_protected_and_by_two_things_to_look_at():
    found = {each.name: each for each in attributes_of(ROWS)}
    assert set(found) == {"Age", "Gender", "MARRIAGE", "ZIP_CODE", "Region"}  # one employment is no comparison
    assert found["Age"].group.tolist() == [
        "under 30",
        "under 30",
        "30 to 44",
        "30 to 44",
        "45 to 59",
        "60 or more",
        None,
    ]
    assert found["Gender"].groups == ("M", "F")
    assert (found["Gender"].role, found["Region"].role) == ("protected", "looked at")
    assert found["MARRIAGE"].group.tolist() == ["1", "2", "1", "2", "1", "2", None]


def test_an_attribute_of_too_many_groups_is_left_out():
    many = ROWS.assign(extra=None, region=[f"R{row}" for row in range(7)])
    assert "Region" in {each.name for each in attributes_of(many)}
    wide = pd.concat([many, many.assign(region=[f"Q{row}" for row in range(7)])], ignore_index=True)
    assert "Region" not in {each.name for each in attributes_of(wide)}


def test_flipping_tells_every_protected_attribute_otherwise_and_nothing_else():
    told, fields = flipped(ROWS)
    assert fields == [*(each.header for each in PORTFOLIO if each.protected), "MARRIAGE", "ZIP_CODE"]
    assert told["age"].tolist()[:6] == [50, 54, 55, 69, 70, 35]
    assert told["gender"].tolist() == ["M", "M", "another", "another", "another", "stated", "another"]
    assert json.loads(told["extra"][0]) == {"MARRIAGE": "not 1", "ZIP_CODE": "not 0", "LIMIT": "5"}
    assert pd.isna(told["extra"][6])
    assert told[["region", "employment_type", "balance"]].equals(ROWS[["region", "employment_type", "balance"]])
