import pandas as pd
import pytest

from core.scores.rows import known
from core.scores.rows.features import SOURCES, Source, fit_inputs
from core.scores.rows.known import require_known_by_snapshot
from tests.core.scores.worlds import world


def test_what_a_book_gives_is_known_by_the_snapshot():
    rows = world(loans=200).assign(carried_from="2025-05-31")
    inputs = fit_inputs(rows, ["NOISE"])
    assert {"strategy", "extra:NOISE"} < {each["name"] for each in inputs}
    require_known_by_snapshot(inputs, ["NOISE"], rows)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("collection_attempts", "reads collection_attempts, which is known at 'after'"),
        ("collection_method", "reads collection_method, which is known at 'treatment'"),
        ("age", "reads age, which is no input"),
        ("region", "reads region, which is no input"),
    ],
)
def test_a_feature_that_reads_later_or_protected_columns_is_our_fault_and_is_stopped(monkeypatch, field, found):
    monkeypatch.setattr(known, "SOURCES", (*SOURCES, Source("odd", "odd", ("dpd", field))))
    with pytest.raises(ValueError, match=found):
        require_known_by_snapshot([{"name": "odd", "kind": "number"}], [], pd.DataFrame())


def test_an_unknown_column_the_gate_did_not_admit_is_stopped():
    with pytest.raises(ValueError, match="extra:LEAK reads a column the gate did not admit"):
        require_known_by_snapshot([{"name": "extra:LEAK", "kind": "category"}], ["NOISE"], pd.DataFrame())


def test_rows_that_carry_facts_of_a_later_day_are_stopped():
    rows = pd.DataFrame({"as_of": ["2025-05-31"] * 3, "carried_from": ["2025-04-30", None, "2025-06-30"]})
    with pytest.raises(ValueError, match="1 rows carry facts of a day after their snapshot"):
        require_known_by_snapshot([], [], rows)
