"""Files to take away."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from urllib.parse import quote

import flask
import numpy as np
import pandas as pd
import pytest

from core.columns import KINDS, by_header, plain
from core.intake.targets import read_targets
from core.loan_fields import LOAN_FIELDS
from core.selection import Lasso, Selection
from dashboard import downloads
from dashboard.app import create_app
from dashboard.downloads import HEADERS
from tests.contract.book import fake
from tests.contract.test_knowledge import fake_history
from tests.dashboard.facts_book import FactsReader
from tests.dashboard.work import book_of, forty_loans, services_of

BASE = "http://127.0.0.1"
_OCTOBER = Selection(as_of=date(2026, 10, 31))


def client_of(reader=None) -> flask.testing.FlaskClient:
    return create_app(services_of(reader)).server.test_client()


@pytest.fixture(scope="module")
def client() -> flask.testing.FlaskClient:
    return client_of()


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.get_data(as_text=True))))


def test_the_scored_file_holds_every_loan_of_the_view_once_in_its_order(client):
    answer = client.get("/download/loans.csv", base_url=BASE)
    found = rows(answer)
    assert [row["Loan_ID"] for row in found] == ["LN2", "LN7", "LN1", "LN6", "LN8", "LN3"]  # written in blocks of two
    assert found[0]["Risk_Score"] == "0.9"
    assert found[0]["Needs_Confirmation"] == "yes"
    assert found[0]["Reasons"].startswith("why LN2; Net value takes ")
    assert found[0]["Reasons"].endswith("(the catalogue's planning figures)")
    assert (found[5]["Expected_Net_Value"], found[5]["Reasons"]) == ("", "why LN3")
    assert (found[5]["Expected_Recovery"], found[0]["Hold"], found[3]["Hold"]) == ("", "", "dispute")
    assert {row["Snapshot_Date"] for row in found} == {"2026-10-31"}
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loans-2026-10-31.csv"'


def test_the_address_of_the_view_narrows_the_file(client):
    lasso = Lasso("balance", "dpd", ((1500, 25), (2500, 25), (2500, 40), (1500, 40)))
    query = f"?product=Auto&x=dpd&sort=balance&lasso={quote(lasso.to_text())}"
    assert [row["Loan_ID"] for row in rows(client.get(f"/download/loans.csv{query}", base_url=BASE))] == ["LN3"]
    by_balance = rows(client.get("/download/loans.csv?sort=balance&as_of=2026-09-30", base_url=BASE))
    assert next(row["Loan_ID"] for row in by_balance) == "LN6"
    assert by_balance[0]["Snapshot_Date"] == "2026-09-30"
    assert rows(client.get("/download/loans.csv?sort=reasons", base_url=BASE))[0]["Loan_ID"] == "LN2"


def test_no_loan_leaves_the_header_alone(client):
    text = client.get("/download/loans.csv?product=not+stated", base_url=BASE).get_data(as_text=True)
    assert text.count("\n") == 1
    assert text.startswith('"Loan_ID","Borrower_ID","Snapshot_Date"')


def test_a_cell_that_could_run_as_a_formula_is_guarded():
    loans = forty_loans().head(1).assign(product="=HYPERLINK(1)", loan_ref="@SUM")
    found = rows(client_of(book_of(loans)).get("/download/loans.csv", base_url=BASE))
    assert (found[0]["Loan_Type"], found[0]["Loan_ID"]) == ("'=HYPERLINK(1)", "'@SUM")


@pytest.mark.parametrize(
    ("query", "says"),
    [("lasso=zz", "The lasso in this address cannot be read"), ("as_of=soon", "'soon' is not a day"),
     ("as_of=2020-01-01", "1 Jan 2020")],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_answered_in_words(client, query, says):
    answer = client.get(f"/download/loans.csv?{query}", base_url=BASE)
    assert answer.status_code == 400
    assert says in answer.get_data(as_text=True)
    assert answer.mimetype == "text/plain"


def test_an_empty_store_has_nothing_to_export():
    answer = client_of(book_of(forty_loans().head(0))).get("/download/loans.csv", base_url=BASE)
    assert answer.status_code == 400
    assert answer.get_data(as_text=True) == "There are no loans to export yet. Bring a file on Batches first.\n"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_template_whose_headers_recoup_knows(client, kind):
    answer = client.get(f"/download/template-{kind}.csv", base_url=BASE)
    headers = next(csv.reader(StringIO(answer.get_data(as_text=True))))
    assert all(plain(header) in by_header(kind) for header in headers)


def test_an_unknown_kind_or_batch_is_not_found(client):
    assert client.get("/download/template-loans.csv", base_url=BASE).status_code == 404
    for number in ("77", str(2**40)):
        answer = client.get(f"/download/rejects-{number}.csv", base_url=BASE)
        assert answer.status_code == 404
        assert f"There is no batch {number}" in answer.get_data(as_text=True)


def test_rejects_come_with_line_column_value_and_reason():
    class OneRefused:
        id = 4

    reader = fake()
    reader.batch = lambda number: OneRefused()
    reader.rejects = lambda number: pd.DataFrame(
        {"line": [3], "column": ["Days_Past_Due"], "value": ["=soon"], "reason": ["is not a number"]}
    )
    answer = client_of(reader).get("/download/rejects-4.csv", base_url=BASE)
    assert rows(answer) == [{"Line": "3", "Column": "Days_Past_Due", "Value": "'=soon", "Reason": "is not a number"}]


def test_every_field_of_a_loan_list_has_one_header():
    assert list(HEADERS) == list(LOAN_FIELDS)
    assert len(set(HEADERS.values())) == len(HEADERS)


# --- the rows behind a number -------------------------------------------------------------------------------------------

FACTS = "/download/rows.csv"


@pytest.fixture(scope="module")
def facts_client() -> flask.testing.FlaskClient:
    return client_of(FactsReader())


def test_every_row_behind_a_number_leaves_once_in_its_order(facts_client):
    answer = facts_client.get(f"{FACTS}?why=outstanding", base_url=BASE)
    found = rows(answer)
    assert [row["Loan_ID"] for row in found] == [f"LN-{number:03d}" for number in range(40)]  # in blocks of seven
    assert sum(float(row["Outstanding_Loan_Amount"]) for row in found) == pytest.approx(2_350_195.0)
    assert {row["Hold"] for row in found} == {"", "dispute"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="outstanding-numerator-2026-10-31.csv"'


def test_the_file_follows_the_view_the_cell_and_the_side(facts_client):
    query = "why=recovery_rate&cell=product~Auto&rows=denominator&as_of=2026-09-30&region=North"
    answer = facts_client.get(f"{FACTS}?{query}", base_url=BASE)
    found = rows(answer)
    assert found
    assert {(row["Loan_Type"], row["Region"]) for row in found} == {("Auto", "North")}
    assert max(row["Placed_On"] for row in found) <= "2026-09-30"
    assert "recovery_rate-denominator-2026-09-30.csv" in answer.headers["Content-Disposition"]
    month = facts_client.get(f"{FACTS}?why=cash:cash&cell=month~2026-09-30", base_url=BASE)
    assert {row["Day"] for row in rows(month)} == {"2026-09-15"}
    assert "cash-cash-numerator-2026-10-31.csv" in month.headers["Content-Disposition"]


def test_no_row_leaves_the_header_of_its_kind(facts_client):
    text = facts_client.get(f"{FACTS}?why=cash_month&product=not+stated", base_url=BASE).get_data(as_text=True)
    assert text.startswith('"Loan_ID","Day","Cohort","Cash"')
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [("", "This address names no number"), ("why=nonsense", "There is no number called 'nonsense'"),
     ("why=cash:cash&cell=origin~new", "'origin' is not known here"), ("why=flows:opening", "The rows of flows cannot be read now"),
     ("why=outstanding&cell=as_of~soon", "'soon' is not a day")],
)  # fmt: skip
def test_rows_that_cannot_be_read_are_refused_in_words(facts_client, query, says):
    answer = facts_client.get(f"{FACTS}?{query}", base_url=BASE)
    assert answer.status_code == 400
    assert says in answer.get_data(as_text=True)


def test_a_row_that_could_run_as_a_formula_is_guarded():
    reader = FactsReader()
    blocks = [
        block.assign(product="=HYPERLINK(1)") for block in reader.iter_facts("stock", _OCTOBER, measure="balance")
    ]
    reader.iter_facts = lambda *_, **__: iter(blocks)
    found = rows(client_of(reader).get(f"{FACTS}?why=outstanding", base_url=BASE))
    assert {row["Loan_Type"] for row in found} == {"'=HYPERLINK(1)"}


def test_the_targets_that_are_set_come_as_a_file_that_sets_the_same_again(tmp_path):
    book = fake()
    given = [
        ("cash_month", "2026-11-30", None, 1200.5),
        ("recovery_rate", None, None, 1.05),
        ("liquidation", None, 6, 0.325),
    ]
    given.append(("net_recovery", "2026-12-31", None, -20.0))
    frame = pd.DataFrame(given, columns=["metric", "month", "age_months", "value"])
    book.set_targets.put(frame, "=ana", date(2026, 11, 20))
    answer = client_of(book).get("/download/targets.csv", base_url=BASE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="targets-2026-11-20.csv"'
    assert rows(answer)[1] == {
        "Metric": "liquidation", "Month": "", "Age_Months": "6", "Value": "32.5 %", "Set_On": "2026-11-20", "Who": "'=ana",
    }  # fmt: skip
    path = tmp_path / "targets.csv"
    path.write_bytes(answer.data)
    again = read_targets(path, currency="EUR")
    assert (again.rejects, again.findings) == ((), ())
    pd.testing.assert_frame_equal(again.frame, book.targets()[["metric", "month", "age_months", "value"]])


def test_without_a_target_the_file_is_its_header():
    assert client_of().get("/download/targets.csv", base_url=BASE).get_data(as_text=True) == (
        '"Metric","Month","Age_Months","Value","Set_On","Who"\n'
    )


def test_the_scored_file_follows_the_day_of_knowledge_and_is_named_after_it():
    asked = client_of(fake_history())
    for known_on, expected in (
        ("2026-11-04", {"A": "100", "B": "50", "Z": "7"}),
        ("2026-11-09", {"A": "110", "B": "50", "Z": "7"}),
    ):
        answer = asked.get(f"/download/loans.csv?as_of=2026-09-30&known_on={known_on}", base_url=BASE)
        found = {row["Loan_ID"]: row["Outstanding_Loan_Amount"].removesuffix(".0") for row in rows(answer)}
        assert found == expected
        assert f'"loans-2026-09-30-known-{known_on}.csv"' in answer.headers["Content-Disposition"]
    newest = asked.get("/download/loans.csv?known_on=2026-11-01", base_url=BASE)
    assert {row["Snapshot_Date"] for row in rows(newest)} == {"2026-09-30"}


def test_the_rows_behind_a_number_follow_the_day_of_knowledge():
    asked = client_of(fake_history())
    address = "/download/rows.csv?why=stock%3Abalance&known_on=2026-11-01"
    answer = asked.get(address, base_url=BASE)
    assert sorted(row["Loan_ID"] for row in rows(answer)) == ["A", "B", "Z"]
    assert '2026-09-30-known-2026-11-01.csv"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("known_on", "unsettled", "says"),
    [("2026-10-01", False, "Nothing was known of this book on 1 Oct 2026"), ("soon", False, "'soon' is not a day"),
     ("2026-11-21", False, "Nobody can know yet what will be known on 21 Nov 2026"),
     ("2026-11-01", True, "Ask again in a moment")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["loans.csv?sort=balance", "rows.csv?why=stock%3Abalance"])
def test_a_day_of_knowledge_that_cannot_be_asked_is_answered_in_words(path, known_on, unsettled, says):
    answer = client_of(fake_history(unsettled=unsettled)).get(f"/download/{path}&known_on={known_on}", base_url=BASE)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert says in answer.get_data(as_text=True)


def test_an_export_with_a_value_the_book_never_held_is_refused(client):
    answer = client.get("/download/loans.csv?product=Boat", base_url=BASE)
    assert (answer.status_code, "no product 'Boat'" in answer.get_data(as_text=True)) == (400, True)


def test_the_costs_named_are_those_of_the_policy_that_proposed():
    bases = {"": {"Legal": "the catalogue's"}, "Value policy 1": {"Legal": "as it learned"}}
    block = pd.DataFrame({
        "reasons": [["a"], ["b"], ["c"], ["d"]], "policy": ["Value policy 1", "Thresholds 0.50 / 0.75", "Value policy 1", "Value policy 1"],
        "proposed": ["Legal", "Legal", "Hold", "Legal"], "expected_net": [1.0, 2.0, 3.0, np.nan],
    })  # fmt: skip
    assert list(downloads._reasons(block, bases)) == [
        (["a"], ["as it learned"]), (["b"], ["the catalogue's"]), (["c"], []), (["d"], []),
    ]  # fmt: skip
