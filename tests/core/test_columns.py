from __future__ import annotations

import pytest

from core.columns import COLUMNS, KINDS, by_field, by_header, plain


def test_headers_are_compared_without_case_spaces_and_marks():
    assert plain(" Days_Past-Due. ") == plain("days past due") == "dayspastdue"
    assert plain("Days_Past_Due_2") != plain("Days_Past_Due")


@pytest.mark.parametrize("kind", KINDS)
def test_no_column_is_hidden_by_another(kind):
    known = by_header(kind)
    for column in COLUMNS[kind]:
        assert known[plain(column.header)] is column
        assert known[plain(column.field)] is column


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_is_claimed_by_two_columns(kind):
    claims = [(plain(name), column.field) for column in COLUMNS[kind] for name in (column.header, *column.aliases)]
    owners = {name: {field for said, field in claims if said == name} for name, _ in claims}
    assert {name: fields for name, fields in owners.items() if len(fields) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_fields_come_in_template_order_and_bounds_make_sense(kind):
    columns = by_field(kind)
    assert list(columns) == [column.field for column in COLUMNS[kind]]
    for column in columns.values():
        assert column.low is None or column.high is None or column.low < column.high
        assert all(spelling == spelling.lower() for spelling, _ in column.values)


def test_what_is_required_is_what_the_design_says():
    required = {kind: [column.header for column in COLUMNS[kind] if column.required] for kind in KINDS}
    assert required == {
        "portfolio": ["Loan_ID", "Outstanding_Loan_Amount", "Days_Past_Due"],
        "payments": ["Loan_ID", "Paid_On", "Amount"],
        "actions": ["Loan_ID", "Acted_On", "Action"],
    }


def test_what_came_after_the_outcome_and_who_the_borrower_is_never_feed_a_score():
    columns = by_field("portfolio")
    after = {name for name, column in columns.items() if column.known_at == "after"}
    assert {"recovered_amount", "recovery_status", "collection_attempts", "legal_action_taken"} <= after
    assert columns["collection_method"].known_at == columns["strategy"].known_at == "treatment"
    assert {name for name, column in columns.items() if column.protected} == {"age", "gender"}
