"""The book of eight loans with owners, strategies and scores: as frames for the fake, and as a store for the adapter."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from core.columns import Kind, by_header, plain
from core.errors import Reject
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests import eight_loans
from tests.db.conftest import NOON, actions, payments, portfolio, put
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

OWNERS = """loan_ref,branch,agency,collector,strategy,trial,arm
LN1,Harbour,,Ann,Standard,Wording,B
LN2,Hill,Acme,Bob,Legal,,
LN3,Harbour,,Ann,Settlement,,
LN4,Hill,Acme,,Standard,,
LN5,Harbour,,Bob,Legal,,
LN6,Hill,,Ann,Standard,,
LN7,Harbour,Acme,Bob,Settlement,,
LN8,Harbour,,Ann,,,
"""
OUTCOMES = """loan_ref,as_of,recovery_status,recovered_amount
LN4,2026-09-30,Fully Recovered,300.00
LN5,2026-09-30,Written Off,
LN7,2026-09-30,Partially Recovered,25.10
"""
SCORES = """loan_ref,segment,risk_score,band,expected_recovery,proposed
LN1,steady,0.20,Low,100.00,Standard
LN2,stretched,0.90,High,900.50,Legal
LN3,steady,0.60,Medium,,Settlement
LN4,steady,0.30,Low,10.00,Standard
LN5,stretched,0.95,High,,Legal
LN6,stretched,0.55,Medium,100.00,Hold
LN7,steady,0.65,Medium,250.25,Settlement
LN8,steady,0.10,Low,0.00,Standard
"""


def _read(kind: Kind, text: str) -> pd.DataFrame:
    """A literal CSV in the store's fields: numbers as numbers, everything else as text, None where absent."""
    known = by_header(kind)
    frame = pd.read_csv(StringIO(text), dtype=object)
    frame = frame.rename(columns={header: known[plain(header)].field for header in frame.columns})
    frame = frame.astype(object).where(frame.notna(), None)
    numbers = [name for name in ("balance", "amount", "cost", "promise_amount", "recovered_amount") if name in frame]
    return frame.astype(dict.fromkeys(numbers, float) | ({"dpd": int} if "dpd" in frame else {}))


def _table(text: str) -> pd.DataFrame:
    frame = pd.read_csv(StringIO(text))
    return frame.astype(dict.fromkeys(frame.select_dtypes("str").columns, object))


def snapshots() -> pd.DataFrame:
    """Every portfolio row, without scores."""
    days = [
        _read("portfolio", f"{eight_loans._HEADER}\n{rows}").assign(as_of=day.isoformat())
        for day, rows in eight_loans.PORTFOLIOS.items()
    ]
    rows = pd.concat(days, ignore_index=True).merge(_table(OWNERS), on="loan_ref", how="left")
    rows = rows.merge(_table(OUTCOMES), on=["loan_ref", "as_of"], how="left")
    texts = rows.drop(columns=["balance", "dpd", "recovered_amount"]).astype(object)
    return rows.assign(**{name: texts[name].where(texts[name].notna(), None) for name in texts})


def scores_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The score of each row, the same on every day but for LN3, which is held back on the newest."""
    told = frame[["loan_ref"]].merge(_table(SCORES), on="loan_ref", how="left").set_axis(frame.index)
    return told.assign(
        source="rule",
        segment_margin=[0.05 if loan_ref in ("LN2", "LN3") else 0.5 for loan_ref in told["loan_ref"]],
        segment_nearest=[
            "stretched" if (ref, day) == ("LN3", "2026-10-31") else segment
            for ref, day, segment in zip(told["loan_ref"], frame["as_of"], told["segment"], strict=True)
        ],
        segment_unlike=told["loan_ref"] == "LN2",
        expected_rate=0.25,
        expected_net=told["expected_recovery"] - 1,
        expected_source=told["expected_recovery"].map(lambda amount: None if pd.isna(amount) else "model"),
        expected_low=told["expected_recovery"] / 2,
        expected_high=told["expected_recovery"] * 2,
        expected_variance=told["expected_recovery"] ** 2 / 4,
        policy="test",
        needs_confirmation=told["proposed"] == "Legal",
        reasons=[[f"why {loan_ref}"] for loan_ref in told["loan_ref"]],
        contributions=[f'{{"base":0,"margin":0.5,"parts":{{"{loan_ref}":0.5}}}}' for loan_ref in told["loan_ref"]],
    )


def fake() -> FakePortfolioReader:
    """The book in the fake."""
    rows = snapshots()
    scored = pd.concat([rows, scores_of(rows).drop(columns="loan_ref")], axis=1)
    return FakePortfolioReader(scored, _read("payments", eight_loans.PAYMENTS), _read("actions", eight_loans.ACTIONS))


def store(folder: Path) -> Engine:
    """The book in a store, through the writer; a batch of the sample book and a refused file stand by."""
    engine = new_store(folder / "book.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    rows = snapshots()

    def scores(frame: pd.DataFrame) -> pd.DataFrame:
        return scores_of(frame).drop(columns="loan_ref").assign(snapshot_id=frame["snapshot_id"])

    for day, of_day in rows.groupby("as_of"):
        put(writer, portfolio(of_day.to_dict("records"), as_of=str(day)), score=scores)
    put(writer, payments(_read("payments", eight_loans.PAYMENTS).to_dict("records")))
    put(writer, actions(_read("actions", eight_loans.ACTIONS).to_dict("records")))
    bystander = [{"loan_ref": "LN1", "balance": 77777.0, "dpd": 99, "product": "Boat", "region": "Sea"}]
    put(writer, portfolio(bystander, as_of="2026-10-31"), book="sample")
    with writer.unit("own", kind="show", known_on=NOON.date(), who="ana") as unit:
        unit.show("own")
    wrong = [Reject(3, "Days_Past_Due", "soon", "is not a number"), Reject(2, "Amount", "", "is missing")]
    writer.record_refusal("own", portfolio([], as_of="2026-10-31", rejects=wrong), "ana")
    return engine


def adapter(folder: Path) -> SqlPortfolioReader:
    """The book behind the real adapter."""
    return SqlPortfolioReader(store(folder))
