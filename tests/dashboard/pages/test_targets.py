"""The page Targets: what is shown, what an edit does, and a file from its check to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.intake.target_values import metric_named
from dashboard.pages import targets as page
from dashboard.pages.targets import ages, bring, months
from dashboard.services import Services
from tests.contract.book import fake
from tests.dashboard.work import services_of
from tests.fakes import FakePortfolioReader, FakeTargetWriter

COMING, PAST = "", "?months=past"
SENT = {"path": "0" * 32 + ".csv", "filename": "plan.csv"}
GOOD = "Metric,Month,Age_Months,Value\ncash_month,2026-11,,1200.50\nliquidation,,6,30 %\n"


@pytest.fixture
def services(tmp_path) -> Services:
    """The page on the eight loans, whose newest day is 31 October 2026."""
    book = fake()
    return replace(services_of(book, writer=FakeTargetWriter(own=book)), uploads=tmp_path)


@pytest.fixture
def empty() -> Services:
    book = FakePortfolioReader(pd.DataFrame())
    return services_of(book, writer=FakeTargetWriter(own=book))


def put(services: Services, *rows: tuple) -> None:
    frame = pd.DataFrame(rows, columns=["metric", "month", "age_months", "value"])
    services.writer.put_targets("own", frame, "ana", date(2026, 11, 1))


def told(services: Services) -> list[tuple]:
    found = services.reader().targets()[["metric", "month", "age_months", "value", "who"]]
    return list(found.astype(object).where(found.notna(), None).itertuples(index=False, name=None))


def change(metric: str, month: str, value: object, before: object = "") -> dict:
    return {
        "rowIndex": 1,
        "rowId": month,
        "data": {"month": month, metric: value},
        "colId": metric,
        "value": value,
        "oldValue": before,
    }


def of_age(age: str, value: object, before: object = "") -> dict:
    return {"data": {"age": age, "value": value}, "colId": "value", "value": value, "oldValue": before}


def send(services: Services, text: str) -> Path:
    path = services.uploads / SENT["path"]
    path.write_text(text)
    return path


def flat(children: list) -> str:
    return "".join(part if isinstance(part, str) else part.children for part in children)


def test_the_answer_counts_the_targets_and_finds_the_months_without_a_budget(services):
    assert flat(page.update_answer(services)).startswith("No target is set yet")
    put(services, ("cash_month", "2026-10-31", None, 5.0), ("cash_month", "2026-09-30", None, 5.0))
    assert (
        flat(page.update_answer(services))
        == "2 targets are set. The monthly budget is missing for Nov 2026 and 11 later months."
    )
    put(services, ("cash_month", None, None, 5.0))
    assert (
        flat(page.update_answer(services))
        == "3 targets are set. The monthly budget is set for every month up to Oct 2027."
    )


def test_the_table_holds_the_newest_month_and_the_twelve_to_come_or_the_newest_twelve(services):
    coming, past = (months.update_table(services, part)["rows"] for part in (COMING, PAST))
    assert [len(coming), len(past)] == [14, 13]
    assert [row["label"] for row in coming[:3]] == ["Every month", "Oct 2026", "Nov 2026"]
    assert (coming[-1]["month"], past[1]["month"], past[-1]["month"]) == ("2027-10-31", "2025-11-30", "2026-10-31")
    assert months.update_table(services, PAST)["title"] == "Targets by month, Nov 2025 to Oct 2026"


@pytest.mark.parametrize(("newest", "first"), [(date(2026, 12, 31), "2026-01-31"), (date(2026, 1, 15), "2025-02-28")])
def test_the_past_begins_eleven_months_before_the_newest(newest, first):
    past = months.months_shown(newest, "past")
    assert (past[0].isoformat(), len(past)) == (first, 12)


def test_what_is_set_stands_in_its_cell_and_nowhere_else(services):
    put(services, ("cash_month", "2026-11-30", None, 1200.5), ("penetration", None, None, 0.8), ("liquidation", None, 6, 0.3),
        ("cash_month", "2024-01-31", None, 9.0))  # fmt: skip
    table = months.update_table(services, COMING)
    cells = {
        (row["month"], name): text
        for row in table["rows"]
        for name, text in row.items()
        if text and name not in ("month", "label")
    }
    assert cells == {("2026-11-30", "cash_month"): "1,200.50", ("always", "penetration"): "80 %"}
    assert table["note"].endswith("Amounts in EUR. 1 target of other months is set too; the CSV holds them.")
    rows, note = ages.update_table(services)
    assert {row["age"]: row["value"] for row in rows if row["value"]} == {"6": "30 %"}
    assert note.endswith("begins with nothing in the month of placement.")


def test_an_age_that_only_a_file_set_has_its_row_too(services):
    put(services, ("liquidation", None, 4, 0.2))
    assert [row["label"] for row in ages.rows_of(services.reader().targets())][:3] == [
        "3 months",
        "4 months",
        "6 months",
    ]


def test_a_typed_target_is_set_at_once_with_the_name_of_who_set_it(services):
    said, tone, rows = months.update_cells(services, COMING, [change("cash_month", "2026-11-30", " 1,200.5 ")])
    assert (said, tone) == ("Cash this month, Nov 2026: set by analyst.", "notice good")
    assert told(services) == [("cash_month", "2026-11-30", None, 1200.5, "analyst")]
    assert next(row for row in rows if row["month"] == "2026-11-30")["cash_month"] == "1,200.50"
    said, tone, rows = ages.update_cells(services, [of_age("6", "12,5 %")])
    assert (said, told(services)[1]) == (
        "Liquidation at 6 months: set by analyst.",
        ("liquidation", None, 6.0, 0.125, "analyst"),
    )
    assert rows[1] == {"age": "6", "label": "6 months", "value": "12.5 %"}


def test_a_wrong_value_is_refused_in_words_and_the_cell_is_as_it_was(services):
    put(services, ("cash_month", None, None, 5.0))
    said, tone, rows = months.update_cells(services, COMING, [change("cash_month", "always", "soon", "5")])
    assert (said, tone) == (
        "Cash this month, Every month: “soon” is not a number; write 125000 or 1250.50. The cell is as it was.",
        "notice bad",
    )
    assert rows[0]["cash_month"] == "5"
    said, tone, rows = ages.update_cells(services, [of_age("3", "30")])
    assert "is above 1" in said
    assert (tone, rows[0]["value"], len(told(services))) == ("notice bad", "", 1)


def test_several_cells_at_once_are_set_all_or_none(services):
    good, wrong = change("cash_month", "2026-11-30", "5"), change("penetration", "always", "180 %")
    assert months.update_cells(services, COMING, [good, wrong])[1] == "notice bad"
    assert told(services) == []
    assert (
        months.update_cells(services, COMING, [good, change("penetration", "always", 0.8)])[0]
        == "2 targets: set by analyst."
    )
    assert len(told(services)) == 2


@pytest.mark.parametrize("emptied", ["", None, "  "])
def test_an_emptied_cell_takes_its_target_away(services, emptied):
    put(services, ("cash_month", None, None, 5.0))
    said, tone, _ = months.update_cells(services, COMING, [change("cash_month", "always", emptied, "5")])
    assert (said, tone, told(services)) == ("Cash this month, Every month: taken away by analyst.", "notice good", [])


@pytest.mark.parametrize(
    "changes", [None, [], [change("cash_month", "always", None, "")], [change("cash_month", "always", "5", "5")]]
)
def test_a_cell_that_was_opened_and_left_as_it_was_writes_nothing(services, changes):
    with pytest.raises(PreventUpdate):
        months.update_cells(services, COMING, changes)


@pytest.mark.parametrize(
    "forged",
    ["text", {"data": None, "colId": "cash_month", "value": "5"}, change("liquidation", "always", "5 %"), change("month", "always", "5"),
     change("cash_month", "2031-01-31", "5"), change("cash_month", "2025-11-30", "5"), change("cash_month", "always", ["5"])],
)  # fmt: skip
def test_a_cell_that_the_table_does_not_have_is_refused(services, forged):
    with pytest.raises(Refused, match=r"no such cell in the table of targets\. Reload the page"):
        months.update_cells(services, COMING, [forged])
    assert told(services) == []


@pytest.mark.parametrize("forged", [of_age("7", "5 %"), of_age("-1", "5 %"), {**of_age("6", "5 %"), "colId": "label"}])
def test_an_age_that_the_table_does_not_have_is_refused(services, forged):
    with pytest.raises(Refused, match="no such cell in the table of targets"):
        ages.update_cells(services, [forged])


def test_an_empty_store_has_no_table_and_takes_no_target(empty):
    assert page.update_answer(empty) == []
    assert months.update_table(empty, COMING) == {"rows": [], "title": "", "note": ""}
    with pytest.raises(Refused, match="no such cell"):
        months.update_cells(empty, COMING, [change("cash_month", "always", "5")])
    assert empty.reader().targets().empty


def test_a_good_file_is_checked_first_and_set_when_a_person_says_so(services):
    path = send(services, GOOD)
    checked = bring.update_check(services, SENT)
    assert checked["outcome"] == "plan.csv is in order: 2 targets. Nothing is set before you say so."
    assert (checked["set"], checked["rejects_class"], told(services), path.exists()) == (
        "button",
        "is-absent",
        [],
        True,
    )
    done = bring.set_targets(services, SENT)
    assert (done["outcome"], done["tone"], done["set"]) == (
        "2 targets of plan.csv set by analyst.",
        "notice good",
        "is-absent",
    )
    assert [row[0] for row in told(services)] == ["cash_month", "liquidation"]
    assert not path.exists()


def test_a_file_with_a_fault_cannot_be_set_and_every_fault_is_listed(services):
    path = send(services, GOOD + "profit,,,5\ncash_month,soon,,x\n")
    checked = bring.update_check(services, SENT)
    assert (checked["tone"], checked["set"], checked["discard"]) == ("notice bad", "is-absent", "button quiet")
    assert [(row["line"], row["column"], row["value"]) for row in checked["rejects"]] == [
        (4, "Metric", "profit"), (5, "Month", "soon"), (5, "Value", "x"),
    ]  # fmt: skip
    forged = bring.set_targets(services, SENT)
    assert (forged["tone"], forged["outcome"].startswith("2 of 4 rows"), told(services)) == ("notice bad", True, [])
    assert not path.exists()


def test_a_file_that_is_none_of_targets_is_refused_in_words_and_not_kept(services):
    path = send(services, "a,b\n1,2\n")
    checked = bring.update_check(services, SENT)
    assert checked["outcome"].startswith("A file of targets needs the column Metric and Value")
    assert (checked["tone"], path.exists()) == ("notice bad", False)


def test_an_assumption_is_told_with_the_check(services):
    send(services, "Metric,Value,Note\ncash_month,5,hm\n")
    assert bring.update_check(services, SENT)["findings"] == "Columns left out: Note."


def test_a_discarded_file_is_forgotten(services):
    path = send(services, GOOD)
    assert bring.drop_file(services, SENT) == bring.NOTHING
    assert not path.exists()
    assert (
        bring.set_targets(services, SENT)["outcome"] == "The upload of plan.csv is no longer here. Send the file again."
    )
    assert told(services) == []


@pytest.mark.parametrize("sent", [{"path": "../../etc/passwd", "filename": "x.csv"}, {}, {"path": 5}])
def test_only_a_file_that_was_uploaded_is_read_or_removed(services, sent):
    bystander = services.uploads / "book.db"
    bystander.write_text("kept")
    assert "is no longer here" in bring.set_targets(services, sent)["outcome"]
    bring.drop_file(services, {**sent, "path": "book.db"})
    assert bystander.read_text() == "kept"


def test_nothing_was_sent_at_first(services):
    with pytest.raises(PreventUpdate):
        bring.update_check(services, None)


def test_every_head_of_the_tables_is_a_metric_that_a_file_may_name():
    parts = [part for part in page.layout()._traverse() if getattr(part, "id", "") in (months.GRID, ages.GRID)]
    columns = [column for part in parts for column in part.columnDefs if column.get("editable")]
    named = [metric_named(column["headerName"]) for column in columns]
    assert [metric.name for metric in named if metric] == [*(metric.name for metric in months.METRICS), "liquidation"]
