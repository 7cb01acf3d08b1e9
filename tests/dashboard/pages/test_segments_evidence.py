"""Segments: how sure they are, how loans moved, how other ways did, and the refit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from core.records import Segmentation
from core.selection import Selection
from dashboard import format as show
from dashboard import text_segments as say
from dashboard.components.table import table_heads, table_rows
from dashboard.pages.segments import listing, moves, others, sureness
from tests.contract.book import fake
from tests.dashboard.pages.test_segments import words_of
from tests.dashboard.work import book_of, forty_loans, services_of
from tests.fakes import FakeJobQueue

EVIDENCE = [
    {"k": 2, "ari": 0.91, "jaccard": 0.93, "smallest_share": 0.31, "silhouette": 0.25, "holds": True},
    {"k": 3, "ari": 0.71, "jaccard": 0.6, "smallest_share": 0.2, "silhouette": None, "holds": False},
]
FITTED = Segmentation(
    1, None,
    {"method": "k-means", "n": 40, "evidence": EVIDENCE, "evidence_n": 40, "redraws": 20, "loans_on": "2026-10-31", "missing": {"log_dpd": 3, "contact_rate": 0},
     "chosen_by": "the largest number of segments that holds still"},
    ("steady", "stretched"), fitted_at="2026-11-02T08:00:00Z", who="ana", reason="the book has grown",
)  # fmt: skip
WAY = {"name": "K-means", "groups": 2, "noise": 0.0, "ari": 0.9, "jaccard": 0.8, "silhouette": 0.2, "largest": 0.6,
       "explained": 0.3, "explained_low": 0.25, "explained_high": 0.35, "explained_n": 900}  # fmt: skip
COMPARISON = {"ways": [WAY, WAY | {"name": "DBSCAN", "groups": 1, "silhouette": None, "explained": None}], "n": 900,
              "redraws": 10, "k": 2, "on": "outcomes", "verdict": ["Because."]}  # fmt: skip


def services(segmentation=FITTED, jobs=None):
    reader = fake()
    reader._segmentation = segmentation
    return replace(services_of(reader), jobs=jobs or FakeJobQueue(lambda: datetime(2026, 11, 20, tzinfo=UTC)))


def test_borderline_unlike_and_held_back_loans_are_counted_with_their_interval():
    shown = sureness.update_sureness(services(), "")
    rows = {words_of(row.children[0]): [words_of(cell) for cell in row.children[1:]] for row in shown["rows"]}
    assert list(rows) == ["steady", "stretched", "All"]
    assert rows["steady"][:2] == ["4", "1 25.0 % (4.6 % to 69.9 %)"]
    assert len(rows["steady"]) == len(sureness.HEADS) - 1
    assert rows["All"][0] == "6"
    assert rows["All"][1].startswith("2 33.3 %")
    assert rows["All"][2].startswith("1 16.7 %")
    assert rows["All"][3].startswith("1 16.7 %")
    assert shown["title"] == "33 % of the loans are borderline, 16.7 % unlike anything seen"
    assert say.sure_title(200, 20, 0) == "10 % of the loans are borderline, none unlike anything seen"
    assert "Borderline: the second nearest segment is at most 10 % further away" in shown["subtitle"]


def test_the_fit_says_who_when_why_and_how_still_it_holds():
    lines = say.fit_sentences(FITTED)
    assert lines[0] == (
        "Fitted on 2 Nov 2026 by ana to 40 open loans as of 31 Oct 2026, because: the book has grown. "
        "Why 2 segments: the largest number of segments that holds still."
    )
    assert "Drawn again 20 times from 40 loans, they hold still: adjusted Rand index 0.91" in lines[1]
    assert "silhouette 0.25. Rand index: how alike two groupings of the same loans are" in lines[1]
    assert lines[2] == "Other numbers of segments, index and Jaccard: 3: 0.71 and 0.60."
    assert lines[3].endswith("lacking most often: dpd, 3 loans.")
    older = replace(FITTED, content={name: told for name, told in FITTED.content.items() if name != "loans_on"})
    assert say.fit_sentences(older)[0].startswith(
        "Fitted on 2 Nov 2026 by ana to 40 open loans of a day that was not kept, because"
    )
    shaky = replace(FITTED, content=FITTED.content | {"evidence": [EVIDENCE[0] | {"ari": 0.75}]})
    assert "hold less still than we ask" in say.fit_sentences(shaky)[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"method": "buckets", "n": 60, "evidence": EVIDENCE[1:]}, "No number of segments held still enough"),
        ({"method": "buckets", "n": 60, "evidence": []}, "do not vary enough to find segments"),
    ],
)
def test_a_book_cut_by_arrears_and_balance_is_told_why(content, said):
    assert said in " ".join(say.fit_sentences(replace(FITTED, content=content, names=tuple("abcdef"))))
    assert "there is no margin" in say.sure_subtitle(replace(FITTED, content=content), 6)


def test_a_book_without_segments_is_told_so():
    loans = forty_loans(segment=None)
    shown = sureness.update_sureness(replace(services(), reader=lambda: book_of(loans)), "")
    assert shown["rows"] == []
    assert shown["subtitle"] == "n/a, because this book has no segments yet."
    assert words_of(shown["fit"]) == "How still they hold is n/a, because this book has no segments yet."


def test_rows_of_the_matrix_sum_to_one_with_new_and_left_loans():
    shown = moves.update_moves(services(), "")
    heads = [words_of(head) for head in shown["heads"]]
    assert heads[:4] == ["From", "n", "1 steady", "2 stretched"]
    assert set(heads[4:]) <= {"paid", "charged off", "sold", "recalled", "missing"}
    for row in shown["rows"]:
        assert [cell.to_plotly_json()["props"]["data-label"] for cell in row.children[1:]] == heads[1:]
        cells = [words_of(cell) for cell in row.children[2:]]
        assert sum(float(cell[:-2]) for cell in cells if cell != "·") == pytest.approx(100, abs=0.3)
    assert "rows sum to 100 %" in shown["subtitle"]
    assert "Stayed:" in shown["subtitle"]


def test_moves_by_hand():
    matrix = pd.DataFrame(
        [("A", "A", 6, 600.0, 1), ("A", "B", 3, 300.0, 0), ("A", "paid", 1, 100.0, 0), ("B", "B", 10, 50.0, 2), ("new", "B", 4, 9.0, 0)],
        columns=["origin", "became", "loans", "balance", "held_back"],
    ).assign(month="2026-10-31")  # fmt: skip
    heads, rows = say.matrix_cells(matrix, ["A", "B"], by_balance=False)
    assert heads == ["From", "n", "1\nA", "2\nB", "paid"]
    assert rows == [
        ["1 A", "10", "60.0 %", "30.0 %", "10.0 %"], ["2 B", "10", "·", "100.0 %", "·"], ["New arrivals", "4", "·", "100.0 %", "·"],
    ]  # fmt: skip
    assert say.matrix_cells(matrix, ["A", "B"], by_balance=True)[1][0][:3] == ["1 A", "1.00 k", "60.0 %"]
    told = say.moves_subtitle(matrix, by_balance=False)
    assert "3 loans changed their segment; 3 more would have and were held back" in told
    assert "Stayed: 80.0 % (58.4 % to 91.9 %, n 20)." in told
    assert say.moves_title(matrix) == "80 % of the loans stayed in their segment in Oct 2026"


def test_where_all_loans_are_new_arrivals_no_share_stayed_and_nothing_breaks():
    matrix = pd.DataFrame(
        [("new", "A", 4, 9.0, 0)], columns=["origin", "became", "loans", "balance", "held_back"]
    ).assign(month="2026-10-31")
    for by_balance in (False, True):
        told = say.moves_subtitle(matrix, by_balance=by_balance)
        assert "0 loans changed their segment" in told
        assert "Stayed" not in told
    assert say.moves_title(matrix) == "How loans moved between segments"


def test_cells_without_a_loan_are_marked_for_a_phone_to_leave_out():
    (row,) = table_rows(
        [["1 A", "10", say.NONE, f"5{say.BELOW}50.0 %{say.BELOW}(24 % to 76 %)"]],
        ["From", "n", f"1{say.BELOW}A", "paid"],
    )
    assert [getattr(cell, "className", None) for cell in row.children] == [None, None, "is-none", None]
    assert [words_of(small) for small in row.children[3].children[1:]] == ["50.0 %", "(24 % to 76 %)"]
    assert row.children[2].to_plotly_json()["props"]["data-label"] == "1 A"
    assert words_of(table_heads([f"1{say.BELOW}A"])) == "1 A"


def test_moves_onto_newly_fitted_segments_are_not_told_as_the_loans_own():
    held = services()
    month = held.reader().segment_moves(Selection(), by=["month"])["month"].max()
    told = {}
    for day in (date.fromisoformat(month), date.fromisoformat(month) - timedelta(days=31), None):
        anew = services(replace(FITTED, batch_id=7))
        anew.reader().batch = lambda number, day=day: SimpleNamespace(last_day=day)
        told[day] = moves.update_moves(anew, "")
    (fresh, *others_told) = told.values()
    assert fresh["title"].endswith(", over a new fit")
    assert fresh["subtitle"].endswith(say.MOVED_BY_THE_FIT)
    assert {shown["subtitle"] for shown in others_told} == {moves.update_moves(held, "")["subtitle"]}
    assert not any(shown["title"].endswith("fit") for shown in others_told)


def test_a_book_of_one_day_has_no_moves():
    shown = moves.update_moves(replace(services(), reader=lambda: book_of(forty_loans())), "")
    assert shown["rows"] == []
    assert shown["subtitle"] == "n/a, because this book has only one day."
    assert say.moves_absent(3) == "n/a, because no two adjacent month-ends lie up to this day."


def test_the_comparison_stands_with_its_n_and_verdict():
    shown = others.update_others(services(replace(FITTED, comparison=COMPARISON)), "")
    first, second = ([words_of(cell) for cell in row.children] for row in shown["rows"])
    assert first == ["K-means", "2", "60 %", "0.0 %", "0.90", "0.80", "0.20", "30.0 % (25.0 % to 35.0 %)", "900"]
    assert second[6:] == ["n/a", "n/a", ""]
    assert len(first) == len(say.WAYS)
    assert "On 900 loans whose outcome of 12 months is known" in shown["subtitle"]
    assert (
        shown["subtitle"]
        .removesuffix(f" {say.TERMS}")
        .endswith("not the loans the segments were fitted to, so K-means has other figures here than above.")
    )
    of_today = others.update_others(services(replace(FITTED, comparison=COMPARISON | {"on": "newest"})), "")
    assert "other figures" not in of_today["subtitle"]
    assert of_today["subtitle"].endswith("from −1 to 1.")
    assert words_of(shown["verdict"]) == "Because."
    assert shown["table"] == ""


def test_without_a_comparison_no_table_stands_empty():
    shown = others.update_others(services(), "")
    assert shown["subtitle"].startswith("Not compared yet")
    assert (shown["table"], shown["rows"]) == ("is-absent", [])


def test_a_refit_is_queued_with_its_reason_and_followed_to_its_end():
    held = services()
    number, words = sureness.start_refit(held, " it has  grown ")
    assert (held.jobs.job(number).kind, held.jobs.job(number).payload) == ("refit", {"reason": "it has grown"})
    assert words == "Queued."
    assert sureness.update_job(held, number) == ("Fitting the segments again: 0 %", False, False)
    held.jobs.claim("me", 60)
    held.jobs.finish(number, "me", "done", {"sentence": "3 segments."}, "done")
    assert sureness.update_job(held, number) == ("3 segments.", True, True)
    assert sureness.update_job(held, None) == ("", True, False)
    assert sureness.update_job(held, "forged") == ("", True, False)


def test_a_refit_or_comparison_that_cannot_be_is_refused_before_it_is_queued():
    held = services()
    assert sureness.start_refit(held, "no")[0] is None
    assert "Say in 5 to 200 letters why" in sureness.start_refit(held, None)[1]
    empty = replace(held, reader=lambda: book_of(pd.DataFrame()))
    assert "no loan in this book" in sureness.start_refit(empty, "because I say so")[1]
    assert others.start_comparison(services(None)) == (
        None,
        "Nothing to compare, because this book has no segments yet.",
    )
    number, _ = others.start_comparison(held)
    assert [job.kind for job in held.jobs.recent()] == ["compare segments"]
    held.jobs.claim("me", 60)
    held.jobs.finish(number, "me", "failed", {}, "it went wrong")
    assert sureness.update_job(held, number) == ("Nothing was changed: it went wrong", True, False)


def test_the_list_says_who_is_borderline_and_who_is_unlike_the_rest():
    rows = {row["loan_ref"]: row["segment"] for row in listing.update_list(services(), "", [], 0)["rows"]}
    assert rows["LN2"] == "stretched (borderline, unlike anything seen)"
    assert rows["LN3"] == "steady (borderline)"
    assert rows["LN1"] == "steady"


def test_many_loans_unlike_the_fit_say_that_the_book_has_moved_on():
    assert say.moved_on(0, 0) == say.moved_on(1_000, 10) == say.moved_on(20, 2) == []
    assert say.moved_on(1_000, 200) == [
        f"{show.percent(0.2, 0)} of the loans are unlike those the segments were fitted to: the book has moved on. "
        "Fit them again: say why below, and press the button. Segments that are found again keep their names."
    ]
