"""The rows behind every sum of a PortfolioReader, about the book of eight loans, worked by hand."""

from __future__ import annotations

import base64
from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.facts import FACT_FIELDS
from core.metrics.promises import promise_measures
from core.selection import Selection
from tests.contract import book
from tests.fake_facts import MEASURES

NOW = Selection()
KINDS = ("stock", "placed", "cash", "activity", "costs", "promises")
CELLS = {
    "stock": ("product", "region", "bucket", "segment", "collector"),
    "placed": ("product", "strategy", "cohort", "branch"),
    "cash": ("product", "strategy", "cohort", "month", "collector"),
    "activity": ("region", "strategy", "month", "agency"),
    "costs": ("region", "strategy", "bucket", "cohort", "month"),
    "promises": ("product", "month", "collector"),
}
EVERY_MEASURE = [(kind, measure) for kind in KINDS for measure in MEASURES[kind]]
EVERY_CELL = [(kind, group) for kind in KINDS for group in CELLS[kind]]


@pytest.fixture(scope="module", params=["fake", "sql"])
def reader(request, tmp_path_factory):
    return book.fake() if request.param == "fake" else book.adapter(tmp_path_factory.mktemp("book"))


def records(frame: pd.DataFrame, *names: str) -> list[tuple]:
    rows = frame[list(names)].astype(object)
    return [tuple(row) for row in rows.where(rows.notna(), None).itertuples(index=False)]


def test_the_cash_of_a_month_is_its_payments_newest_first_and_a_reversal_is_below_zero(reader):
    page = reader.facts("cash", NOW, {"month": "2026-10-31"}, measure="cash")
    names = ("loan_ref", "day", "cash", "cash_effective", "payment_kind", "payment_ref", "cohort")
    assert records(page.frame, *names) == [  # without LN2's waiver, and LN8's cash, which belongs to no placement
        ("LN6", "2026-10-30", 1000.33, None, "cash", "P10", "2026-09-30"),
        ("LN5", "2026-10-20", 50.00, None, "cash", "P4", "2026-08-31"),
        ("LN7", "2026-10-14", -50.00, None, "reversal", "P6", "2026-09-30"),
        ("LN7", "2026-10-12", 150.00, None, "cash", "P5", "2026-09-30"),
        ("LN1", "2026-10-05", 100.00, None, "cash", "P2", "2026-08-31"),
    ]
    assert (page.n, page.total, page.next_key) == (5, 1250.33, None)


def test_effective_cash_counts_a_reversal_on_the_day_of_its_payment(reader):
    page = reader.facts("cash", NOW.only(product="Auto"), measure="cash_effective")
    assert records(page.frame, "day", "cash", "cash_effective", "payment_ref") == [
        ("2026-10-12", None, -50.00, "P6"),
        ("2026-10-12", None, 150.00, "P5"),
    ]
    assert (page.n, page.total) == (2, 100.00)


def test_cash_payments_are_counted_without_their_reversals(reader):
    page = reader.facts("cash", NOW.only(product="Auto"), measure="payments")
    assert (page.frame["payment_ref"].tolist(), page.n, page.total) == (["P5"], 1, 1.0)


def test_an_action_shows_its_cost_and_promise_where_there_was_one(reader):
    page = reader.facts("activity", NOW)
    assert records(page.frame, "loan_ref", "acted_on", "action", "channel", "result", "cost", "promised") == [
        ("LN8", "2026-10-08", "call", "phone", "promise", 2.00, 60.00),
        ("LN2", "2026-10-06", "court filing", "court", "not stated", 120.00, None),
        ("LN1", "2026-10-02", "call", "phone", "right party", 2.00, None),
        ("LN7", "2026-09-25", "letter", "post", "no answer", 1.50, None),
    ]
    assert (page.n, page.total) == (4, 4.0)


def test_a_promise_shows_what_became_of_it(reader):
    page = reader.facts("promises", NOW, {"month": "2026-10-31"})
    assert records(page.frame, "loan_ref", "promised_on", "due_on", "promised", "kept", "kept_amount") == [
        ("LN8", "2026-10-08", "2026-10-20", 60.00, 0.0, 50.00)
    ]
    assert reader.facts("promises", NOW.at(date(2026, 10, 22))).n == 0


def test_stock_rows_are_those_of_the_day_with_borrower_and_days_past_due(reader):
    page = reader.facts("stock", NOW.at(date(2026, 10, 15)), {"region": "North"}, measure="arrears_balance")
    assert records(page.frame, "loan_ref", "borrower_ref", "as_of", "balance", "dpd", "bucket") == [
        ("LN1", "B1", "2026-09-30", 900.00, 40, "30-59")
    ]
    assert (page.n, page.total) == (1, 900.00)


@pytest.mark.parametrize(("kind", "measure"), EVERY_MEASURE)
@pytest.mark.parametrize("as_of", [None, date(2026, 9, 30), date(2026, 10, 12)])
def test_the_rows_of_a_measure_come_to_the_answer_of_the_question(reader, kind, measure, as_of):
    page = reader.facts(kind, NOW.at(as_of), measure=measure)
    assert page.total == getattr(reader, kind)(NOW.at(as_of))[measure].iloc[0]
    assert page.n == len(page.frame)
    if measure in page.frame:
        assert page.frame[measure].sum().round(2) == page.total


@pytest.mark.parametrize(("kind", "group"), EVERY_CELL)
def test_the_rows_of_the_cells_come_to_the_groups_of_the_question(reader, kind, group):
    measure = MEASURES[kind][1]
    told = getattr(reader, kind)(NOW, [group])
    found = {value: reader.facts(kind, NOW, {group: value}, measure=measure).total for value in told[group]}
    assert found == dict(zip(told[group], told[measure].astype(float), strict=True))
    assert reader.facts(kind, NOW, {group: "elsewhere"}).n == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_the_fields_of_its_kind_also_where_there_is_none(reader, kind):
    for selection in (NOW, NOW.only(region="West")):
        page = reader.facts(kind, selection)
        assert page.frame.columns.tolist() == list(FACT_FIELDS[kind])
    assert (page.n, page.total, page.next_key, len(page.frame)) == (0, 0.0, None, 0)


@pytest.mark.parametrize(("kind", "measure"), [*((kind, "") for kind in KINDS), ("cash", "cash_effective")])
def test_pages_of_one_and_the_export_show_every_row_once_in_the_same_order(reader, kind, measure):
    whole, found, key = reader.facts(kind, NOW, measure=measure), [], None
    while True:
        page = reader.facts(kind, NOW, measure=measure, after=key, limit=1)
        assert (page.n, page.total) == (whole.n, whole.total)
        found.append(page.frame)
        key = page.next_key
        if key is None:
            break
    pd.testing.assert_frame_equal(pd.concat(found, ignore_index=True), whole.frame)
    exported = pd.concat(list(reader.iter_facts(kind, NOW, measure=measure)), ignore_index=True)
    pd.testing.assert_frame_equal(exported, whole.frame)


def test_filters_narrow_the_rows(reader):
    assert reader.facts("placed", NOW.only(product="Auto")).frame["loan_ref"].tolist() == ["LN3", "LN7"]
    assert reader.facts("placed", NOW.only(product="Auto"), {"cohort": "2026-09-30"}).total == 700.10


def test_a_quarter_of_placements_is_its_three_months(reader):
    months = [reader.facts("placed", NOW, {"cohort": month}) for month in ("2026-07-31", "2026-08-31", "2026-09-30")]
    quarter = reader.facts("placed", NOW, {"cohort": "2026 Q3"})
    assert quarter.n == sum(page.n for page in months) > months[-1].n > 0
    assert quarter.total == round(sum(page.total for page in months), 2)
    assert reader.facts("placed", NOW, {"cohort": "2026 Q5"}).n == 0


@pytest.mark.parametrize(
    ("kind", "cell", "measure", "found"),
    [
        ("weather", {}, "", "weather"),
        ("stock", {"month": "2026-10-31"}, "", "month"),
        ("placed", {"loan_ref": "LN1"}, "", "loan_ref"),
        ("cash", {"colour": "red"}, "", "colour"),
        ("cash", {}, "balance", "balance"),
        ("promises", {"cohort": "2026-10-31"}, "", "cohort"),
    ],
)
def test_an_unknown_kind_cell_or_measure_is_refused_with_what_there_is(reader, kind, cell, measure, found):
    for ask in (lambda: reader.facts(kind, NOW, cell, measure=measure),
                lambda: list(reader.iter_facts(kind, NOW, cell, measure=measure)),
                lambda: reader.restated(kind, NOW, date(2026, 11, 20), cell, measure=measure)):  # fmt: skip
        with pytest.raises(SelectionRefused, match=f"'{found}'.* Use one of "):
            ask()


def test_a_key_of_another_list_is_refused(reader):
    key = reader.facts("placed", NOW, limit=1).next_key
    huge = base64.urlsafe_b64encode(b'["placed", "2026-10-31", 99999999999999999999]').decode()
    for kind, wrong in (
        ("cash", key),
        ("cash", "W10="),
        ("placed", "'; --"),
        ("placed", "WyJwbGFjZWQiLCAxLCAxXQ=="),
        ("placed", huge),
    ):
        with pytest.raises(SelectionRefused, match="page of the list cannot be found"):
            reader.facts(kind, NOW, after=wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_restated_since_the_day_the_last_file_came(reader, kind):
    page = reader.restated(kind, NOW, date(2026, 11, 20))
    assert page.frame.columns.tolist() == [*FACT_FIELDS[kind], "change"]
    assert (page.n, page.total, page.next_key, len(page.frame)) == (0, 0.0, None, 0)


def test_promises_are_measured_with_their_evidence(reader):
    found = promise_measures(reader, NOW)
    rate, value, waiting = (found[f"promises_{name}"] for name in ("kept_rate", "kept_value_rate", "open"))
    assert (rate.value, rate.numerator, rate.denominator, rate.n, rate.of) == (0.0, 0.0, 1.0, 1, "promises")
    assert (value.value, value.numerator, value.denominator, value.n) == (50 / 60, 50.0, 60.0, 1)
    assert (waiting.value, waiting.n) == (0.0, 0)
    before = promise_measures(reader, NOW.at(date(2026, 10, 22)))
    assert before["promises_open"].value == 1.0
    assert before["promises_kept_rate"].why == "no promise fell due in the twelve months"
