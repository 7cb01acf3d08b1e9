from __future__ import annotations

import json

import pytest

from core.errors import FileRefused
from core.intake.map import NO_MAPPING, Mapping, Outcome, guess_kind, resolve

HEADER = ("loan id", "OUTSTANDING-LOAN.AMOUNT", "dpd", "Note")
WHOLE = {
    "columns": {"acct": "Loan_ID", "status": None},
    "constants": {"Days_Past_Due": "0"},
    "values": {"acct": {"x": "y"}},
    "outcome": {"column": "bad", "non_recovery": ["yes"]},
    "known_at": {"grade": "snapshot", "fees": "after"},
}


def mapping(**parts) -> Mapping:
    return Mapping.from_json(json.dumps(parts))


def test_headers_match_whatever_their_case_spaces_and_marks():
    resolution = resolve(HEADER, "portfolio")
    assert resolution.sources == {"loan_ref": "loan id", "balance": "OUTSTANDING-LOAN.AMOUNT", "dpd": "dpd"}
    assert resolution.extra == ("Note",)
    assert resolution.fields == ("loan_ref", "balance", "dpd")


def test_a_map_survives_its_json():
    whole = Mapping.from_json(json.dumps(WHOLE))
    assert whole.outcome == Outcome("bad", ("yes",))
    assert json.loads(whole.to_json()) == WHOLE
    assert Mapping.from_json(whole.to_json()) == whole


def test_an_empty_map_says_nothing():
    assert Mapping.from_json("{}") == NO_MAPPING
    assert NO_MAPPING.to_json() == "{}"


def test_numbers_in_a_map_are_taken_as_written():
    assert mapping(constants={"Days_Past_Due": 0}).constants == {"Days_Past_Due": "0"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{'a': 1}", "not JSON.*line 1, column 2"),
        ("[]", "not a JSON object.*list"),
        ('{"colums": {}}', "unknown keys.*colums"),
        ('{"columns": ["a"]}', "'columns' of the map is not a JSON object"),
        ('{"constants": {"a": null}}', "'constants' of the map must hold texts.*a: null"),
        ('{"values": {"a": {"b": true}}}', "'a' of the map must hold texts.*b: true"),
        ('{"known_at": {"a": "later"}}', "must be snapshot or after.*a: 'later'"),
        ('{"outcome": {"column": "a"}}', "needs a column and the list non_recovery"),
        ('{"outcome": {"column": "a", "non_recovery": []}}', "needs a column and the list non_recovery"),
    ],
)
def test_a_broken_map_is_refused_with_the_part_that_is_wrong(text, message):
    with pytest.raises(FileRefused, match=message):
        Mapping.from_json(text)


def test_a_missing_column_is_named_with_what_was_found_and_the_closest_guess():
    with pytest.raises(FileRefused) as refused:
        resolve(("Loan_ID", "Outstandng Amount", "Days Late"), "portfolio")
    said = str(refused.value)
    assert "needs Outstanding_Loan_Amount and Days_Past_Due" in said
    assert "has Loan_ID, Outstandng Amount, Days Late" in said
    assert "Outstanding_Loan_Amount: perhaps Outstandng Amount" in said
    assert '{"columns": {"your column": "Outstanding_Loan_Amount"}}' in said


def test_the_map_goes_before_names():
    resolution = resolve(
        ("Loan_ID", "acct", "balance", "late", "Note"),
        "portfolio",
        mapping(columns={"acct": "loan_ref", "late": "Days_Past_Due"}),
    )
    assert resolution.sources == {"loan_ref": "acct", "balance": "balance", "dpd": "late"}
    assert resolution.extra == ("Loan_ID", "Note")


def test_a_constant_feeds_a_column_the_file_lacks_and_silences_one_it_has():
    resolution = resolve(("Loan_ID", "balance", "dpd"), "portfolio", mapping(constants={"Days_Past_Due": "0"}))
    assert resolution.constants == {"dpd": "0"}
    assert resolution.extra == ("dpd",)
    assert resolution.fields == ("loan_ref", "balance", "dpd")


def test_a_column_mapped_to_null_is_kept_as_an_unknown_one():
    resolution = resolve((*HEADER, "status"), "portfolio", mapping(columns={"status": None}))
    assert "status" not in resolution.sources
    assert resolution.extra == ("Note", "status")


def test_values_may_be_named_by_their_column_or_ours():
    for name in ("dpd", "Days_Past_Due"):
        assert resolve(HEADER, "portfolio", mapping(values={name: {" Late ": "30"}})).values == {"dpd": {"late": "30"}}


def test_an_outcome_takes_its_column_out_of_the_unknown_ones():
    resolution = resolve((*HEADER, "bad"), "portfolio", mapping(outcome={"column": "bad", "non_recovery": ["yes"]}))
    assert resolution.extra == ("Note",)
    assert "recovery_status" in resolution.fields


def test_an_outcome_may_read_the_recovery_status_itself():
    outcome = {"column": "Recovery_Status", "non_recovery": ["lost"]}
    resolution = resolve((*HEADER, "Recovery_Status"), "portfolio", mapping(outcome=outcome))
    assert "recovery_status" not in resolution.sources


@pytest.mark.parametrize(
    ("header", "parts", "message"),
    [
        ((*HEADER, "Account No"), {}, r"Loan_ID: loan id and Account No\).*map the other to null"),
        (HEADER, {"columns": {"Note": "Loan_ID", "loan id": "Loan_ID"}}, "Loan_ID: loan id and Note"),
        (HEADER, {"columns": {"dpd": "DPD"}, "constants": {"Days_Past_Due": "0"}}, "dpd and a constant of the map"),
        (
            (*HEADER, "Recovery_Status"),
            {"outcome": {"column": "Note", "non_recovery": ["x"]}},
            "Recovery_Status: Recovery_Status and the outcome of the map",
        ),
    ],
)
def test_two_claims_to_one_column_are_refused(header, parts, message):
    with pytest.raises(FileRefused, match=message):
        resolve(header, "portfolio", mapping(**parts))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"columns": {"Note": "Outstanding_Amnt"}}, "does not have.*'Outstanding_Amnt', perhaps Outstanding"),
        ({"constants": {"Colour": "red"}}, "does not have.*'Colour'"),
        ({"columns": {"Notes": None}}, "not in the file.*'Notes', perhaps Note"),
        ({"known_at": {"grade": "after"}}, "not in the file.*'grade'"),
        ({"known_at": {"dpd": "after"}}, "for unknown columns only.*dpd"),
        ({"outcome": {"column": "bad", "non_recovery": ["x"]}}, "not in the file.*'bad'"),
        ({"values": {"Colour": {"a": "b"}}}, "not in the file.*'Colour'"),
        ({"values": {"Region": {"a": "b"}}}, "values for columns that feed nothing.*Region"),
        ({"values": {"Note": {"a": "b"}}}, "values for columns that feed nothing.*Note"),
    ],
)
def test_a_map_that_names_what_is_not_there_is_refused(parts, message):
    with pytest.raises(FileRefused, match=message):
        resolve(HEADER, "portfolio", mapping(**parts))


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (HEADER, "portfolio"),
        (("Loan_ID", "Paid_On", "Amount"), "payments"),
        (("Loan_ID", "date", "paid amount", "receipt"), "payments"),
        (("Loan_ID", "Acted_On", "Action", "Amount"), "actions"),
        (("Loan_ID", "date", "activity"), "actions"),
        (("something", "else"), "portfolio"),
    ],
)
def test_the_kind_is_guessed_from_the_required_columns(header, kind):
    assert guess_kind(header) == kind


def test_the_map_helps_the_guess():
    assert guess_kind(("acct", "when", "sum"), mapping(columns={"when": "Paid_On", "sum": "Amount"})) == "payments"
