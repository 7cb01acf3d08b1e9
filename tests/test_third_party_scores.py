"""Scores on files other people made, through the command line: what is quarantined, what is refused, what is reached.

The whole figures, all 30,000 cards included, are printed by `python -m tests.bench_third_party`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.scores import training
from core.scores.checks.circularity import defined_by
from core.scores.gate import admit
from core.scores.learning.candidates import CANDIDATES
from core.scores.learning.crossfit import out_of_fold
from core.scores.measures.discrimination import auc, auc_interval
from core.scores.rows.features import fit_inputs
from core.scores.rows.target import non_recovery
from tests.bench_third_party import trained
from tests.command_line import run
from tests.core.intake.loading import load_file
from tests.core.intake.test_third_party import mapping, third_party

pytestmark = pytest.mark.shared
CARDS = 5_000


@third_party("loan-recovery.csv")
def test_the_tutorials_file_has_no_usable_signal_and_the_rule_score_orders_the_work(path, tmp_path):
    db = f"sqlite:///{tmp_path / 'book.db'}"
    said = trained(path, None, db)
    assert (said["verdict"], said["status"], said["score_in_use"]) == ("no usable signal", "refused", "rule score")
    assert (said["n"], said["events"]) == (500, 50)
    assert said["auc_ci"][0] < 0.5
    assert said["p_value"] > 0.1
    leaks = {each["column"]: each for each in said["quarantined"]}
    assert set(leaks) == {"Collection_Attempts", "Legal_Action_Taken"}
    assert leaks["Collection_Attempts"]["auc_alone"] == pytest.approx(0.743, abs=0.001)
    assert leaks["Legal_Action_Taken"]["auc_alone"] == pytest.approx(0.740, abs=0.002)
    assert all(0.18 <= each["lift"] <= 0.25 for each in leaks.values())
    assert "The rule score orders the work" in said["sentence"]
    out = tmp_path / "todo.csv"
    assert run("recommend", "--db", db, "--out", str(out)).code == 0
    with out.open(encoding="utf-8-sig") as file:
        assert {row["Score_Source"] for row in csv.DictReader(file)} == {"rule"}


@third_party("loan-recovery.csv")
def test_nobody_lets_the_tutorials_leaks_in(path, tmp_path):
    db = f"sqlite:///{tmp_path / 'book.db'}"
    assert run("ingest", str(path), "--db", db, "--as-of", "2026-10-31", "--json").json["status"] == "committed"
    refused = run("train", "--db", db, "--allow", "Collection_Attempts", "--because", "it looks useful")
    assert (refused.code, refused.out) == (2, "")
    assert "Collection_Attempts cannot be let in: it is written with the outcome, after the snapshot" in refused.err


@third_party("lendingclub_1000.csv")
def test_what_lending_club_wrote_after_the_outcome_is_quarantined(path, tmp_path):
    said = trained(path, "lendingclub", f"sqlite:///{tmp_path / 'book.db'}")
    stopped = {each["column"]: each for each in said["quarantined"]}
    assert "recoveries" in stopped["Recovered_Amount"]["why"]
    assert {
        "collection_recovery_fee",
        "total_pymnt",
        "total_rec_prncp",
        "last_pymnt_amnt",
        "debt_settlement_flag",
    } <= set(stopped)
    settlement = {
        "settlement_amount",
        "settlement_date",
        "settlement_percentage",
        "settlement_status",
        "settlement_term",
    }
    assert settlement <= set(stopped)
    assert stopped["last_fico_range_high"]["auc_alone"] > 0.9
    assert not {"grade", "dti", "Interest_Rate"} & set(stopped)
    assert 0.6 < said["auc"] < 0.75


@third_party("uci_credit_card_30000.csv")
def test_a_part_of_the_taiwanese_cards_reaches_what_all_of_them_do_and_marriage_stays_out(path, tmp_path):
    part: Path = tmp_path / "cards.csv"
    with path.open() as whole:
        part.write_text("".join(line for line, _ in zip(whole, range(CARDS + 1), strict=False)))
    mapped = mapping("uci_credit_card")
    frame = load_file(part, mapped).frame.assign(as_of="2026-10-31", borrower_ref=None)
    target = non_recovery(frame, status_is_outcome=True)
    admission = admit(target, mapped.known_at)
    assert [each.column for each in admission.quarantined] == ["MARRIAGE"]
    assert set(admission.extras) == set(mapped.known_at) - {"MARRIAGE"}
    assert defined_by(target, admission.extras, admission.barred_fields) is None
    sample = training._sample(fit_inputs(target.rows, admission.extras), target.rows, target)
    boosted = out_of_fold(next(each for each in CANDIDATES if each.kind == "gradient_boosting"), sample)
    low, high = auc_interval(target.outcome, boosted.reference)
    assert auc(target.outcome, boosted.reference) > 0.75
    assert low > 0.73
    assert high > 0.76
