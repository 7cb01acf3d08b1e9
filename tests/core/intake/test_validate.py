from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from core.columns import COLUMNS
from core.errors import FileRefused
from core.intake.map import Mapping, resolve
from core.intake.validate import validate
from tests.core.intake.loading import AS_OF, HEADER, TODAY, load, portfolio, reasons

PAID = "Loan_ID,Paid_On,Amount"


def mapping(**parts) -> Mapping:
    return Mapping.from_json(json.dumps(parts))


def test_the_frame_has_the_fields_of_the_file_in_template_order_with_line_and_extra(tmp_path):
    checked = load(tmp_path, "Note,Age,dpd,balance,Loan_ID,Region,Contact_Rate\nx,41,5,10.5,L1,,0.5\n")
    assert list(checked.frame.columns) == [
        "loan_ref", "as_of", "balance", "dpd", "region", "age", "contact_rate", "line", "extra",
    ]  # fmt: skip
    assert checked.frame.iloc[0].tolist() == ["L1", "2026-10-31", 10.5, 5, None, 41, 0.5, 2, '{"Note": "x"}']
    assert [str(checked.frame[name].dtype) for name in ("balance", "dpd", "age", "contact_rate", "line")] == [
        "float64", "Int64", "Int64", "float64", "int64",
    ]  # fmt: skip
    assert checked.findings == ("1 unknown column was kept with the rows: Note.",)
    assert checked.days == {AS_OF}


def test_a_row_without_a_day_gets_the_batchs_and_a_stated_one_stays(tmp_path):
    content = f"{HEADER},Snapshot_Date\nL1,1,1,\nL2,1,1,2026-09-30\n"
    assert load(tmp_path, content).frame["as_of"].tolist() == ["2026-10-31", "2026-09-30"]
    assert load(tmp_path, content).days == {date(2026, 10, 31), date(2026, 9, 30)}
    undated = load(tmp_path, content, as_of=None)
    assert reasons(undated) == [(2, "Snapshot_Date", "is empty, and every row needs it")]


def test_no_blocks_at_all_are_0_rows():
    with pytest.raises(FileRefused, match="header and 0 rows"):
        validate([], resolve(HEADER.split(","), "portfolio"), as_of=AS_OF, today=TODAY)


def test_a_refused_day_is_not_replaced_by_the_batchs(tmp_path):
    checked = load(tmp_path, f"{HEADER},Snapshot_Date\nL1,1,1,someday\nL2,1,1,\n")
    assert reasons(checked) == [(2, "Snapshot_Date", "is not a date")]
    assert checked.frame["loan_ref"].tolist() == ["L2"]


def test_a_day_in_the_future_for_the_whole_batch_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"21 Nov 2026 is in the future.*up to 20 Nov 2026"):
        load(tmp_path, f"{HEADER}\nL1,1,1\n", as_of=TODAY + timedelta(days=1))


def test_required_cells_that_are_empty_are_refused_by_name(tmp_path):
    checked = load(tmp_path, f"{HEADER}\n,5,1\nL2,NA,1\nL3,5,\nL4,5,1\n")
    assert reasons(checked) == [
        (2, "Loan_ID", "is empty, and every row needs it"),
        (3, "Outstanding_Loan_Amount", "is empty, and every row needs it"),
        (4, "Days_Past_Due", "is empty, and every row needs it"),
    ]
    assert checked.rejects[1].value == "NA"


def test_a_row_with_several_faults_is_one_reject_that_names_them_all(tmp_path):
    checked = load(tmp_path, f"{HEADER},Age\nL1,soon,late,old\nL2,1,1,41\n")
    assert reasons(checked) == [(2, "Outstanding_Loan_Amount", "is not a number; also at fault: Days_Past_Due, Age")]
    assert checked.control_totals["rejected"] == 1


def test_messages_use_the_files_own_names(tmp_path):
    checked = load(tmp_path, "acct,balance,dpd\nL1,soon,1\n", mapping(columns={"acct": "Loan_ID"}))
    assert str(checked.rejects[0]) == "line 2, balance: 'soon' is not a number"


def test_rejects_are_in_file_order_with_ragged_rows_among_them(tmp_path):
    checked = load(tmp_path, f"{HEADER}\nL1,x,1\nL2,1\nL3,1,1\nL4,1,x\n")
    assert [reject.line for reject in checked.rejects] == [2, 3, 5]
    assert (checked.rows, checked.frame["line"].tolist()) == (4, [4])


def test_the_same_loan_twice_on_a_day_refuses_the_later_row(tmp_path):
    checked = load(
        tmp_path,
        f"{HEADER},Snapshot_Date\nL1,1,1,2026-09-30\nL1,1,1,2026-10-31\nL2,1,1,2026-09-30\nL1,2,2,2026-09-30\nL1,1,1,\n",
    )
    assert reasons(checked) == [
        (5, "Loan_ID", "occurs twice on 30 Sep 2026; the first is on line 2"),
        (6, "Loan_ID", "occurs twice on 31 Oct 2026; the first is on line 3"),
    ]
    assert checked.rejects[0].value == "L1"


def test_a_refused_row_does_not_make_the_next_one_a_repetition(tmp_path):
    checked = load(tmp_path, f"{HEADER}\nL1,soon,1\nL1,1,1\n")
    assert [reject.line for reject in checked.rejects] == [2]
    assert checked.frame["line"].tolist() == [3]


def test_markers_read_as_absent_are_told_but_not_in_ids(tmp_path):
    checked = portfolio(tmp_path, "Region", "NA", "North", "null", "")
    assert checked.frame["region"].tolist() == [None, "North", None, None]
    assert checked.findings == ("Region: 2 cells 'NA' and 'null' were read as absent.",)
    ids = portfolio(tmp_path, "Borrower_ID", "NA", "null", "")
    assert ids.frame["borrower_ref"].tolist() == ["NA", "null", None]
    assert ids.findings == ()


def test_map_values_and_constants_reach_the_rows(tmp_path):
    parts = mapping(values={"Region": {"n": "North"}}, constants={"Loan_Type": "Auto", "Days_Past_Due": "12"})
    checked = load(tmp_path, "Loan_ID,balance,Region\nL1,5,N \nL2,6,South\n", parts)
    assert checked.frame[["dpd", "product", "region"]].to_numpy().tolist() == [
        [12, "Auto", "North"],
        [12, "Auto", "South"],
    ]


def test_an_outcome_column_becomes_the_recovery_status(tmp_path):
    parts = mapping(outcome={"column": "bad", "non_recovery": ["Yes", "None"]})
    checked = load(tmp_path, f"{HEADER},bad\nL1,1,1,yes\nL2,1,1,no\nL3,1,1,\nL4,1,1,none\n", parts)
    assert checked.frame["recovery_status"].tolist() == ["Written Off", "Fully Recovered", None, "Written Off"]
    assert checked.frame["extra"].isna().all()
    never = load(tmp_path, f"{HEADER},bad\nL1,1,1,no\n", parts)
    assert never.findings == ("bad: no row has a value that means non-recovery.",)


def test_two_currencies_in_a_file_refuse_it(tmp_path):
    with pytest.raises(
        FileRefused,
        match=r"mixes currencies \(EUR on 2 rows, USD on 1 row\).*line 2, Currency: 'EUR'; line 3, Currency: 'usd'.*per currency",
    ):
        portfolio(tmp_path, "Currency", "EUR", "usd", "EUR")
    with pytest.raises(FileRefused, match=r"mixes currencies.*'₹ 5'; line 3, Outstanding_Loan_Amount: '€ 5'"):
        portfolio(tmp_path, "Outstanding_Loan_Amount", "₹ 5", "€ 5", "5")
    with pytest.raises(FileRefused, match=r"mixes currencies.*Currency: 'INR'"):
        load(tmp_path, f'{HEADER},Currency\nL1,"$5.00",1,INR\n')


def test_a_currency_column_of_payments_is_kept_as_it_came_and_yet_must_not_mix(tmp_path):
    rows = "L1,2026-10-01,5,EUR\nL2,2026-10-02,5,EUR\nL3,2026-10-03,5,\n"
    checked = load(tmp_path, f"{PAID},Currency\n{rows}")
    assert (checked.currencies, checked.control_totals["currency"]) == ({"EUR"}, "EUR")
    with pytest.raises(FileRefused, match=r"EUR on 2 rows, CHF on 1 row.*line 2, ccy: 'EUR'; line 5, ccy: 'chf'"):
        load(tmp_path, f"{PAID},ccy\n{rows}L4,2026-10-04,5,chf\n")
    assert load(tmp_path, f"{PAID},Currency\nL1,2026-10-01,5,points\n").currencies == frozenset()


def test_signs_that_agree_name_the_currency_where_they_mean_one(tmp_path):
    assert portfolio(tmp_path, "Outstanding_Loan_Amount", "₹ 5", "Rs. 6").control_totals["currency"] == "INR"
    assert portfolio(tmp_path, "Outstanding_Loan_Amount", "$5", "6").control_totals["currency"] == ""
    assert load(tmp_path, f"{HEADER},Currency\nL1,$5,1,usd\n").frame["currency"].tolist() == ["USD"]


def test_empty_lines_are_told(tmp_path):
    assert load(tmp_path, f"{HEADER}\nL1,1,1\n\n,,\n").findings == ("2 empty lines were left out.",)


def test_a_daily_column_in_a_portfolio_is_told(tmp_path):
    days = [date(2025, 1, 1) + timedelta(days=at) for at in range(401)]
    checked = portfolio(tmp_path, "Snapshot_Date", *(day.isoformat() for day in days))
    assert checked.findings == ("Snapshot_Date: 401 different days; a snapshot is usually a month-end.",)


def test_rounding_is_told_for_the_rows_that_are_kept(tmp_path):
    checked = load(tmp_path, f"{HEADER}\nL1,1.005,1\nL2,2.5,1\nL3,9.001,soon\n")
    assert checked.frame["balance"].tolist() == [1.0, 2.5]
    assert checked.findings == ("Outstanding_Loan_Amount: rounding to hundredths moved the sum by -0.005000.",)


def test_negative_payments_without_a_kind_are_reversals(tmp_path):
    checked = load(tmp_path, f"{PAID}\nL1,2026-10-01,100\nL1,2026-10-02,-40\nL2,2026-10-03,(5.25)\n")
    assert checked.frame["amount"].tolist() == [100.0, 40.0, 5.25]
    assert checked.frame["payment_kind"].tolist() == ["cash", "reversal", "reversal"]
    assert checked.findings == ("2 negative amounts without a kind were read as reversals.",)
    assert checked.days == frozenset()


def test_a_payment_file_without_kinds_or_negatives_has_no_kind(tmp_path):
    assert "payment_kind" not in load(tmp_path, f"{PAID}\nL1,2026-10-01,100\n").frame


def test_the_kind_and_the_sign_of_a_payment_must_agree(tmp_path):
    checked = load(
        tmp_path,
        f"{PAID},Kind,Payment_ID,Reverses_Payment_ID\n"
        "L1,2026-10-01,100,cash,P1,\nL1,2026-10-02,-40,reversal,P2,P1\nL1,2026-10-02,-40,cash,P3,\n"
        "L1,2026-10-02,0,reversal,P4,P1\nL1,2026-10-02,5,waiver,P5,P1\nL1,2026-10-02,5,,P6,P1\nL1,2026-10-02,5,,P7,\n",
    )
    assert reasons(checked) == [
        (3, "Amount", "is negative while the kind is reversal; write it positive, the kind says its direction"),
        (4, "Amount", "is negative while the kind is cash; write it positive, the kind says its direction"),
        (5, "Amount", "is zero, and a reversal must take something back"),
        (6, "Kind", "takes back a payment, so its kind must be reversal"),
    ]
    assert checked.frame[["payment_ref", "payment_kind"]].to_numpy().tolist() == [
        ["P1", "cash"], ["P6", "reversal"], ["P7", "cash"],
    ]  # fmt: skip


def test_the_same_payment_twice_counts_once_and_another_under_its_number_is_refused(tmp_path):
    checked = load(
        tmp_path,
        f"{PAID},Payment_ID,Note\nL1,2026-10-01,100,P1,a\nL1,2026-10-01,100.00,P1,a\nL2,2026-10-01,100,P1,a\n"
        "L1,2026-10-01,100,P1,b\nL3,2026-10-01,7,P2,a\n",
    )
    assert checked.frame["line"].tolist() == [2, 6]
    assert reasons(checked) == [(line, "Payment_ID", "was used on line 2 for another payment") for line in (4, 5)]
    assert (checked.rows, checked.control_totals["dropped"]) == (5, 1)
    assert "1 row repeats a Payment_ID with the same content and was left out." in checked.findings


def test_equal_payments_without_a_number_all_count_and_are_told(tmp_path):
    for header, end in ((PAID, ""), (f"{PAID},Payment_ID", ",")):
        checked = load(tmp_path, f"{header}\n" + f"L1,2026-10-01,100{end}\n" * 2)
        assert checked.control_totals["Amount"] == 200.0
        assert "1 row without a Payment_ID equals another row; each counts." in checked.findings


def test_a_promise_may_lie_ahead_and_an_action_may_not(tmp_path):
    checked = load(
        tmp_path,
        "Loan_ID,Acted_On,Action,Promise_Amount,Promise_Due\nL1,2026-11-20,call,50,2026-12-15\nL2,2026-11-21,call,,\n",
    )
    assert checked.kind == "actions"
    assert checked.frame["promise_due"].tolist() == ["2026-12-15"]
    assert reasons(checked) == [(3, "Acted_On", "is in the future: the file was received on 20 Nov 2026")]


def test_an_action_that_is_absent_is_refused(tmp_path):
    checked = load(tmp_path, "Loan_ID,Acted_On,Action\nL1,2026-11-20,n/a\nL1,2026-11-20,visit\n")
    assert reasons(checked) == [(2, "Action", "is empty, and every row needs it")]


def test_many_blocks_are_checked_as_one_file(tmp_path):
    content = f"{HEADER}\n" + "".join(f"L{at},{at}.25,{at % 90}\n" for at in range(500)) + "L0,1,1\n"
    whole, cut = load(tmp_path, content), load(tmp_path, content, block_bytes=700)
    assert whole.frame.equals(cut.frame)
    assert (whole.rejects, whole.control_totals) == (cut.rejects, cut.control_totals)
    assert reasons(cut) == [(502, "Loan_ID", "occurs twice on 31 Oct 2026; the first is on line 2")]


CELL = st.text("L10.,-()%$ /aNE\u202e'", max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(COLUMNS)), st.data())
def test_every_row_is_accepted_refused_or_left_out_whatever_it_holds(tmp_path_factory, kind, data):
    columns = COLUMNS[kind]
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(columns), max_size=len(columns)), min_size=1, max_size=5))
    lines = [";".join(column.header for column in columns), *(";".join(row) for row in rows)]
    try:
        checked = load(tmp_path_factory.mktemp("fuzz"), "\n".join(lines) + "\n", kind=kind)
    except FileRefused as refused:
        event(refused.found[:30])
        return
    totals = checked.control_totals
    assert totals["accepted"] + totals["rejected"] + totals["dropped"] == checked.rows <= len(rows)
    assert all(0 < reject.line <= len(rows) + 1 and reject.reason for reject in checked.rejects)
    required = [column.field for column in columns if column.required]
    assert checked.frame[required].notna().all().all()


def test_what_was_noticed_about_one_of_a_thing_is_said_in_the_singular(tmp_path):
    checked = load(tmp_path, f"{HEADER},Contact_Rate,Placed_On\nL1,1,1,NA,31/01/2026\n\nL2,1,1,80,01/29/2026\n")
    assert [finding.replace(";", ".").partition(".")[0] for finding in checked.findings] == [
        "Contact_Rate: read as percent, since 1 value is above 1", "Placed_On: 1 date is written day first and 1 month first",
        "Contact_Rate: 1 cell 'NA' was read as absent", "1 empty line was left out",
    ]  # fmt: skip
