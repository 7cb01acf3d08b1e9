"""What later files changed about a reported day: said in a line, and its rows in the drawer and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import flask
import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.facts import FACT_FIELDS
from core.records import Book, FactPage
from core.selection import Selection
from dashboard import why
from dashboard.downloads import fact_rows
from dashboard.pages.portfolio import headline, restated
from tests.dashboard.pages.test_portfolio import said
from tests.dashboard.small_book import BOOK, DAYS, TUTORIAL, SmallBookReader

CLOSED = date(2026, 11, 10)
LATE = [("LN-004", 120.25), ("LN-007", 30.0), ("LN-020", -15.5)]
SINCE = "why=cash%3Acash&cell=as_of~2026-10-31&cell=since~2026-11-10"


class LateReader(SmallBookReader):
    """The small book; three rows of October's cash came after its pack was closed on 10 November."""

    asked: list[tuple[str, date, str]]

    def __init__(self, record: Book = BOOK) -> None:
        super().__init__(record)
        self.asked = []

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        told = super().cash(selection, by)
        if not by and selection.known_on and selection.known_on <= CLOSED and selection.as_of == DAYS[-1]:
            return told.assign(cash=told["cash"] - sum(amount for _, amount in LATE))
        return told

    def restated(
        self, kind: str, selection: Selection, known_before: date, cell: Mapping[str, str] = {}, *,
        measure: str = "", after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        self.asked.append((kind, known_before, measure))
        start = int(after or 0)
        rows = pd.DataFrame([{"loan_ref": ref, "day": "2026-10-20", "cash": amount} for ref, amount in LATE])
        rows = rows.assign(change=["added", "added", "taken off"]).reindex(columns=[*FACT_FIELDS[kind], "change"])
        key = str(start + limit) if start + limit < len(rows) else None
        return FactPage(rows[start : start + limit], key, len(rows), float(rows["cash"].sum()))


@pytest.fixture
def reader():
    return LateReader()


@pytest.fixture
def late(services, reader):
    return replace(services, reader=lambda: reader)


def test_the_line_says_how_much_since_when_and_how_many_rows(late, reader):
    (line,) = restated.update_restated(late, "")
    assert said(line) == "Restated since the pack of 31 Oct 2026 (as known on 10 Nov 2026): cash +134.75 (3 rows)"
    button = line.children[-1]
    assert button.to_plotly_json()["props"]["data-why"] == SINCE
    assert reader.asked == [("cash", CLOSED, "cash")]


def test_the_day_compared_with_has_its_own_line(late):
    (line,) = restated.update_restated(late, "?as_of=2026-09-30&against=2026-10-31")
    assert said(line).startswith("Restated since the pack of 31 Oct 2026")


def test_nothing_is_said_where_nothing_changed_or_the_pack_is_open(services, services_with, late):
    assert restated.update_restated(services, "") == []
    assert restated.update_restated(services_with(TUTORIAL), "") == []
    assert restated.update_restated(late, "?as_of=2026-09-30") == []


def test_a_chosen_pack_says_by_how_much_it_was_restated_since_and_leads_to_the_rows(late):
    (line,) = restated.update_restated(late, "?known_on=2026-11-10&product=Auto")
    assert said(line) == "Restated since the pack of 31 Oct 2026, closed on 10 Nov 2026: cash +134.75"
    link = line.children[-1]
    assert link.href == f"/?as_of=2026-10-31&against=2026-09-30&product=Auto&{SINCE}"  # as known now
    asked = why.asked_of(late, link.href.partition("?")[2])
    assert (asked.view.selection.known_on, asked.since) == (None, CLOSED)


def test_a_pack_that_nothing_restated_says_so_and_any_other_day_is_no_pack(services, late):
    (line,) = restated.update_restated(services, "?known_on=2026-11-10")
    assert said(line) == "Nothing was restated since the pack of 31 Oct 2026, closed on 10 Nov 2026."
    first, *_ = restated.update_restated(late, "?known_on=2026-11-05")
    assert said(first) == "Restated for 31 Oct 2026 since 5 Nov 2026: cash +134.75"


def test_with_the_knowledge_of_today_there_is_nothing_learned_since(late):
    lines = [said(line) for line in restated.update_restated(late, "?known_on=2026-11-20")]
    assert lines == ["Restated since the pack of 31 Oct 2026 (as known on 10 Nov 2026): cash +134.75 (3 rows)"]


def test_the_answer_ends_with_the_restatement(late, services):
    words = said(headline.update_headline(late, "", "light")["answer"])
    assert words.endswith(" Its cash was restated by +135 since its pack.")
    assert "restated" not in said(headline.update_headline(services, "", "light")["answer"])


def test_the_drawer_lists_the_rows_that_did_it(late):
    made = why.update_drawer(late, f"?{SINCE}", None, 0)
    words, rows = made["words"], made["rows"]
    assert words["title"] == "Cash, 31 Oct 2026, restated since 10 Nov 2026"
    assert words["value"] == "135"
    assert "what files received after 10 Nov 2026 added, less what they took off" in words["formula"]
    assert [(row["loan_ref"], row["cash"], row["change"]) for row in rows["rows"]] == [
        ("LN-004", "120.25", "added"), ("LN-007", "30.00", "added"), ("LN-020", "−15.50", "taken off"),
    ]  # fmt: skip
    assert [column["field"] for column in rows["columns"]][:3] == ["loan_ref", "cash", "change"]
    assert rows["note"] == "3 payments, newest first; cash comes to 134.75."


def test_all_of_them_can_be_taken_away(late, monkeypatch):
    monkeypatch.setattr(why, "EXPORT_SIZE", 2)
    with flask.Flask("downloads").test_request_context():
        text = fact_rows(late, SINCE).get_data(as_text=True)
    header, *lines = text.strip().splitlines()
    assert header.startswith('"Change","Loan_ID"')
    assert [line.split(",")[1] for line in lines] == ['"LN-004"', '"LN-007"', '"LN-020"']


def test_only_sums_are_restated_row_by_row(late):
    with pytest.raises(SelectionRefused, match="Only a sum has rows that restated it"):
        why.asked_of(late, "?why=cash_month&cell=since~2026-11-10")
    with pytest.raises(SelectionRefused, match="is not a day"):
        why.asked_of(late, "?why=cash%3Acash&cell=since~soon")
