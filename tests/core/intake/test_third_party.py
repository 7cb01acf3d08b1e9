"""Files other people made, where they lie beside the checkout, and the lookalike of the tutorials' file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.intake.map import Mapping
from tests.core.intake.loading import load_file
from tests.tutorial import files, shared_files

MAPS = Path(__file__).resolve().parents[2] / "maps"


def third_party(name: str) -> pytest.MarkDecorator:
    """Run on that file; where it is not beside this checkout, be listed as skipped with that reason."""
    absent = pytest.param(None, marks=pytest.mark.skip(f"{name} is not beside this checkout"))
    return pytest.mark.parametrize("path", shared_files(name) or [absent], ids=[Path(name).stem])


def mapping(name: str) -> Mapping:
    return Mapping.from_json((MAPS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_tutorials_file_loads_as_it_is(tmp_path):
    for path in files(tmp_path):
        checked = load_file(path)
        assert (checked.rows, len(checked.frame), checked.rejects) == (500, 500, ())
        assert checked.control_totals["borrowers"] == checked.control_totals["loans"] == 500
        assert checked.frame["extra"].isna().all()
        assert any("rounding to hundredths moved the sum" in finding for finding in checked.findings)


@third_party("loan-recovery.csv")
def test_the_real_tutorial_file_has_380_loans_in_arrears(path):
    checked = load_file(path)
    assert int((checked.frame["dpd"] > 0).sum()) == 380
    assert checked.control_totals["Outstanding_Loan_Amount"] == 281362988.37
    assert checked.frame["recovery_status"].value_counts()["Written Off"] == 50


@third_party("collections_channels_10000.csv")
def test_the_channels_file_needs_no_map_and_reconciles(path):
    checked = load_file(path)
    assert (len(checked.frame), checked.rejects) == (10_000, ())
    assert checked.control_totals["Outstanding_Loan_Amount"] == 866_063_830
    assert checked.control_totals["Recovered_Amount"] == 115_004_815
    assert sum('"last_contact_channel": "None"' in extra for extra in checked.frame["extra"]) == 927


@third_party("uci_credit_card_30000.csv")
def test_the_uci_file_loads_with_its_map_but_for_accounts_in_credit(path):
    checked = load_file(path, mapping("uci_credit_card"))
    assert (len(checked.frame), len(checked.rejects)) == (29_410, 590)
    assert {(reject.column, reject.reason) for reject in checked.rejects} == {("BILL_AMT1", "is below 0")}
    assert checked.control_totals["currency"] == "TWD"
    assert (checked.frame["recovery_status"] == "Written Off").mean() == pytest.approx(0.2219, abs=5e-5)


@third_party("lendingclub_1000.csv")
def test_the_lending_club_file_loads_with_its_map(path):
    checked = load_file(path, mapping("lendingclub"))
    assert (len(checked.frame), checked.rejects) == (1_000, ())
    assert checked.frame["recovery_status"].value_counts().to_dict() == {"Fully Recovered": 792, "Written Off": 208}
    assert checked.frame["tenure_months"].value_counts().to_dict() == {36.0: 721, 60.0: 279}
    assert int((checked.frame["recovered_amount"] > 0).sum()) == 139


@third_party("debt_collection_relational/payments.csv")
def test_the_relational_payments_load_with_iso_dates(path):
    checked = load_file(path, mapping("relational_payments"))
    assert (checked.kind, len(checked.frame), checked.rejects) == ("payments", 2_000, ())
    assert checked.frame.loc[0, ["loan_ref", "paid_on", "amount"]].tolist() == ["219", "2023-11-09", 625.0]


@third_party("debt_collection_relational/collection_attempts.csv")
def test_the_relational_attempts_load_with_iso_dates(path):
    checked = load_file(path, mapping("relational_attempts"))
    assert (checked.kind, len(checked.frame), checked.rejects) == ("actions", 3_000, ())
    assert checked.frame.loc[0, ["acted_on", "result"]].tolist() == ["2023-07-12", "Success"]


@third_party("debt_collection_relational/Debtors_Debt.csv")
def test_the_relational_debts_load_with_the_day_first(path):
    checked = load_file(path, mapping("relational_attempts"), kind="actions")
    assert (len(checked.frame), checked.rejects) == (1_000, ())
    assert checked.frame["acted_on"].tolist()[:3] == ["2023-11-03", "2023-04-06", "2023-12-28"]
    assert not any("assumed" in finding for finding in checked.findings)
