"""Batches: a file is brought, checked, loaded, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import html, no_update
from dash.exceptions import PreventUpdate

from core.errors import FileRefused, Refused
from core.records import Job, Model
from dashboard import text_batches as say
from dashboard.pages.batches import book, bring, listing, mapping, panel, update_answer, work
from dashboard.services import Services
from tests.dashboard.callback_body import body_of
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BATCH, BOOK, EMPTY, TUTORIAL, SmallBookReader

NAME = "0123456789abcdef0123456789abcdef.csv"
HEADER = ["Loan_ID", "Amount Owed", "DaysLate", "Colour"]
MAP = {"columns": {"Amount Owed": "Outstanding_Loan_Amount", "DaysLate": "Days_Past_Due"}}
CHECKED = {
    "status": "dry-run", "kind": "portfolio", "rows": 4, "accepted": 4, "rejected": 0, "refusal": None, "as_of": "2026-11-20",
    "as_of_assumed": True, "findings": ["1 column kept."], "header": HEADER, "rejects": [],
    "control_totals": {"rows": 4, "accepted": 4, "rejected": 0, "dropped": 0, "loans": 4, "borrowers": None,
                       "Outstanding_Loan_Amount": 100.5, "first_day": "2026-11-20", "last_day": "2026-11-20", "currency": "EUR"},
}  # fmt: skip
REJECT = {"line": 3, "column": "Days_Past_Due", "value": "soon", "reason": "is not a number"}
MIXED = {
    **CHECKED,
    "status": "refused",
    "accepted": 3,
    "rejected": 1,
    "rejects": [REJECT],
    "refusal": "1 of 4 rows break a rule.",
}


def said(children: Any) -> str:
    return "".join(str(piece.children) if isinstance(piece, html.B) else str(piece) for piece in children)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    (tmp_path / NAME).write_text("Loan_ID,Amount Owed,DaysLate,Colour\nA,1,2,red\n", encoding="utf-8")
    return services_on(BOOK, uploads=tmp_path)


def over(services: Services, kind: str, payload: dict[str, Any], result: dict[str, Any], status: str = "done") -> str:
    """A job that came to its end; the address that shows it."""
    number = services.jobs.add(kind, payload, "analyst")
    services.jobs.claim("worker", 60)
    services.jobs.finish(number, "worker", status, result, "said by the worker")
    return f"?job={number}"


def checked(services: Services, result: dict[str, Any], **payload: Any) -> str:
    told = {"path": NAME, "filename": "october.csv", **work.said(None, None, None), "mapping": None, "remembered": None}
    return over(services, "check", {**told, **payload}, result)


# --- bringing a file ----------------------------------------------------------------------------------------------


def test_a_file_that_arrived_is_checked_with_what_was_said_about_it(services):
    number = bring.start_check(
        services, {"path": NAME, "filename": "october.csv"}, "portfolio", "2026-10-31", "partial"
    )
    job = services.jobs.job(number)
    assert job.kind == "check"
    assert job.payload == {
        "path": NAME, "filename": "october.csv", "kind": "portfolio", "as_of": "2026-10-31", "scope": "partial", "received_on": None,
        "accept_good_rows": False, "accept_change": False, "book": "own", "mapping": None, "remembered": None,
    }  # fmt: skip


def test_what_was_said_about_such_a_file_before_is_said_again(services):
    reader = SmallBookReader(BOOK)
    reader._batches = [replace(BATCH, id=9, mapping=MAP)]
    number = bring.start_check(
        replace(services, reader=lambda: reader), {"path": NAME, "filename": "a.csv"}, work.GUESS, "", None
    )
    payload = services.jobs.job(number).payload
    assert json.loads(payload["mapping"]) == MAP
    assert (payload["remembered"], payload["kind"], payload["as_of"], payload["scope"]) == (9, None, None, "full")


def test_nothing_sent_starts_nothing(services):
    with pytest.raises(PreventUpdate):
        bring.start_check(services, None, None, None, None)


@pytest.mark.parametrize("path", ["f" * 32 + ".csv", "../recoup.db", "", "/etc/passwd"])
def test_a_file_that_is_not_among_the_uploads_is_refused(services, path):
    with pytest.raises(FileRefused, match=r"The upload of a\.csv is no longer here. Send the file again"):
        bring.start_check(services, {"path": path, "filename": "a.csv"}, None, None, None)


def test_a_kind_or_a_day_that_no_control_offers_is_refused():
    with pytest.raises(Refused, match="no kind of file called 'shoes'"):
        work.said("shoes", None, None)
    with pytest.raises(Refused, match="'31/10/2026' is not a day"):
        work.said(None, "31/10/2026", None)


# --- the job at hand -----------------------------------------------------------------------------------------------


def test_without_a_job_the_card_is_away(services):
    shown = work.update_job(services, "")
    assert shown["card"] == "is-absent"
    assert shown["still"] is True


@pytest.mark.parametrize("search", ["?job=99", "?job=abc", "?job=-1", f"?job={10**20}", "?job=²"])
def test_a_job_that_does_not_exist_shows_nothing(services, search):
    assert work.update_job(services, search)["card"] == "is-absent"


def test_a_running_job_is_found_without_its_number_and_shows_how_far_it_is(services):
    number = services.jobs.add("train", {}, "analyst")
    assert work.update_job(services, "")["message"] == "waiting for the worker"
    services.jobs.claim("worker", 60)
    services.jobs.heartbeat(number, "worker", 0.42, "training", 60)
    shown = work.update_job(services, "")
    assert (shown["title"], shown["message"], shown["share"]) == ("Training on outcomes", "training (42 %)", "0.42")
    assert (shown["still"], shown["cancel"], shown["bar"]) == (False, "button quiet", "job-bar")


def test_a_poll_while_the_job_runs_carries_only_how_far_it_is(services):
    services.jobs.add("train", {}, "analyst")
    shown = work.update_job(services, "", polled=True)
    assert {part for part, value in shown.items() if value is not no_update} == {"message", "share"}
    assert set(shown) == set(panel.PARTS)


def test_a_job_asked_to_stop_says_so(services):
    number = services.jobs.add("train", {}, "analyst")
    services.jobs.claim("worker", 60)
    services.jobs.cancel(number)
    assert work.update_job(services, "")["message"] == "stopping"


def test_a_checked_file_shows_its_totals_its_findings_and_the_way_on(services):
    shown = work.update_job(services, checked(services, CHECKED))
    assert shown["title"] == "Ready to load: october.csv"
    assert shown["outcome"] == "4 rows can be loaded, no row breaks a rule. Nothing is stored yet."
    rows = {row.children[0].children: row.children[1].children for row in shown["totals"]}
    assert rows["As of"] == "20 Nov 2026, assumed: neither the file nor you stated a day"
    assert rows["Sum of Outstanding_Loan_Amount"] == "100.50"
    assert "Borrowers" not in rows
    assert [note.children for note in shown["findings"]] == ["1 column kept."]
    assert (shown["load"], shown["good"], shown["discard"]) == ("button", "is-absent", "button quiet")
    assert shown["choice"] == "choice"


def test_the_choice_of_the_book_on_show_is_offered_only_while_the_sample_is(services_with):
    own = services_with(TUTORIAL)
    assert work.update_job(own, checked(own, CHECKED))["choice"] == "is-absent"


def test_a_mixed_file_shows_its_rejects_and_loads_good_rows_only_when_told(services):
    search = checked(services, MIXED)
    shown = work.update_job(services, search)
    assert shown["title"] == "Not ready to load: october.csv"
    assert (shown["outcome"], shown["outcome_class"]) == ("1 of 4 rows break a rule.", "notice bad")
    assert shown["rejects"] == [REJECT]
    assert shown["rejects_note"].startswith("1 fault, on 1 line;")
    assert (shown["load"], shown["good"], shown["good_words"]) == ("is-absent", "button", "Load the 3 good rows only")
    payload = services.jobs.job(work.start_load(services, search, good_rows_only=True, shown="sample")).payload
    assert (payload["accept_good_rows"], payload["show"], payload["path"]) == (True, False, NAME)


SHRUNK = {
    **CHECKED, "status": "refused", "asks": "accept_change",
    "refusal": "october.csv would take the book from 40 to 10: less than half. If it holds a part of the book, say --partial; "
    "if it is right, say --accept-change.",
}  # fmt: skip


def test_a_file_that_would_halve_the_book_asks_and_is_loaded_once_the_analyst_says_it_is_right(services):
    search = checked(services, SHRUNK, as_of="2026-10-31", accept_good_rows=True)
    shown = work.update_job(services, search)
    assert (shown["title"], shown["outcome_class"]) == ("Not ready to load: october.csv", "notice bad")
    assert shown["outcome"].endswith(
        "If it holds a part of the book, say so under 'A portfolio file holds' and check again; if it is right, load it as it is."
    )
    assert [shown[part] for part in ("anyway", "load", "good", "discard", "choice")] == [
        "button", "is-absent", "is-absent", "button quiet", "choice",
    ]  # fmt: skip
    job = services.jobs.job(work.start_load_anyway(services, search, "sample"))
    assert (job.kind, job.payload["accept_change"], job.payload["accept_good_rows"]) == ("ingest", True, True)
    assert (job.payload["show"], job.payload["as_of"]) == (False, "2026-10-31")


def test_the_question_is_asked_again_after_the_good_rows_were_loaded_and_only_there(services):
    payload = {"path": NAME, "filename": "october.csv", "accept_good_rows": True}
    asked = work.update_job(services, over(services, "ingest", payload, {**SHRUNK, "rejected": 1, "rejects": [REJECT]}))
    assert (asked["anyway"], asked["good"]) == ("button", "is-absent")
    assert work.update_job(services, checked(services, CHECKED))["anyway"] == "is-absent"
    assert work.update_job(services, checked(services, MIXED))["anyway"] == "is-absent"


def test_a_second_check_forgets_that_the_change_was_right(services):
    search = checked(services, SHRUNK, accept_change=True)
    again = services.jobs.job(work.start_again(services, search, None, None, "2026-10-31", "partial"))
    assert (again.payload["accept_change"], again.payload["scope"]) == (False, "partial")


def test_every_finding_is_on_the_page_however_many_there_are(services):
    findings = [f"Finding {number}." for number in range(30)]
    shown = work.update_job(services, checked(services, {**CHECKED, "findings": findings}))["findings"]
    assert len(shown) == 20
    assert " ".join(note.children for note in shown) == " ".join(findings)


def test_a_file_without_any_good_row_can_only_be_discarded(services):
    shown = work.update_job(services, checked(services, {**MIXED, "accepted": 0}))
    assert (shown["load"], shown["good"], shown["discard"]) == ("is-absent", "is-absent", "button quiet")


def test_loading_takes_the_file_as_it_was_checked_and_shows_the_own_book(services):
    search = checked(services, CHECKED, mapping=json.dumps(MAP), as_of="2026-10-31")
    job = services.jobs.job(work.start_load(services, search, good_rows_only=False, shown="own"))
    assert job.kind == "ingest"
    assert (job.payload["show"], job.payload["as_of"], json.loads(job.payload["mapping"])) == (True, "2026-10-31", MAP)


def test_a_missing_column_opens_the_mapping_and_says_what_to_do_on_the_page(services):
    refusal = 'A file of kind portfolio needs X. Check that the first line is the header, or map it: {"columns": {}}.'
    shown = work.update_job(
        services,
        checked(services, {**CHECKED, "status": "refused", "kind": None, "control_totals": {}, "refusal": refusal}),
    )
    assert shown["outcome"].endswith("or choose below which of its columns it is, and check again.")
    assert shown["mapping_open"] is True
    assert "missing: Outstanding_Loan_Amount, Days_Past_Due" in shown["mapping_note"]
    assert [row["ours"] for row in shown["mapping"]] == ["Loan_ID", mapping.KEPT, mapping.KEPT, mapping.KEPT]


def test_a_file_that_is_no_csv_has_nothing_to_map(services):
    refused = {
        "status": "refused",
        "kind": None,
        "refusal": "The file is a PDF, not a CSV.",
        "header": [],
        "control_totals": {},
    }
    shown = work.update_job(services, checked(services, refused))
    assert (shown["outcome"], shown["mapping_class"], shown["found"]) == (
        "The file is a PDF, not a CSV.",
        "is-absent",
        "is-absent",
    )


def test_checking_again_takes_the_columns_as_they_were_changed(services):
    search = checked(services, {**CHECKED, "kind": None}, mapping=json.dumps({"constants": {"Currency": "EUR"}}))
    rows = mapping.mapping_rows(HEADER, "portfolio", MAP)
    rows[3]["known"] = "at the snapshot"
    job = services.jobs.job(work.start_again(services, search, rows, "portfolio", "2026-10-31", "full"))
    assert json.loads(job.payload["mapping"]) == {
        "constants": {"Currency": "EUR"},
        **MAP,
        "known_at": {"Colour": "snapshot"},
    }
    assert (job.kind, job.payload["as_of"], job.payload["path"]) == ("check", "2026-10-31", NAME)


def test_discarding_removes_the_upload_and_leaves_no_job(services):
    search = checked(services, CHECKED)
    assert work.throw_away(services, search) == 0
    assert not (services.uploads / NAME).exists()


def test_buttons_of_a_job_that_is_no_checked_file_do_nothing(services):
    for search in ("", over(services, "train", {}, {"sentence": "x"})):
        for act in (work.throw_away, lambda *a: work.start_load(*a, good_rows_only=False, shown=None)):
            with pytest.raises(PreventUpdate):
                act(services, search)


def test_a_duplicate_is_no_fault_and_offers_nothing(services):
    duplicate = {**CHECKED, "status": "duplicate", "findings": ["The same file is batch 3 already."]}
    shown = work.update_job(services, checked(services, duplicate))
    assert (shown["title"], shown["outcome"]) == (
        "In the book already: october.csv",
        "The same file is batch 3 already.",
    )
    assert (shown["load"], shown["discard"], shown["mapping_class"]) == ("is-absent",) * 3


@pytest.mark.parametrize(
    ("kind", "payload", "result", "title", "outcome"),
    [
        ("ingest", {"filename": "a.csv"}, {"status": "committed", "batch": 4, "accepted": 3, "rejected": 1}, "Loaded: a.csv",
         "Batch 4: 3 rows stored and scored; 1 reject left out."),
        ("undo", {"batch": 3}, {"batch": 3}, "Undone: batch 3", "Batch 3 no longer counts"),
        ("redate", {"batch": 3}, {"batch": 4, "replaces": 3, "as_of": "2026-10-31"}, "As-of corrected: batch 3",
         "Batch 3 became batch 4, as of 31 Oct 2026."),
        ("train", {}, {"sentence": "No usable signal in this book."}, "Trained", "No usable signal in this book."),
        ("sample", {}, {"batches": 72}, "Sample book loaded", "72 batches loaded"),
    ],
)  # fmt: skip
def test_what_came_of_a_job_is_said_in_words(services, kind, payload, result, title, outcome):
    shown = work.update_job(services, over(services, kind, payload, result))
    assert shown["title"] == title
    assert shown["outcome"].startswith(outcome)
    assert (shown["outcome_class"], shown["done"], shown["still"]) == ("notice good", "link", True)


def test_a_job_that_failed_or_was_stopped_says_why(services):
    failed = over(services, "undo", {"batch": 9}, {"refusal": "There is no batch 9. Choose another."}, "failed")
    assert work.update_job(services, failed)["outcome"] == "There is no batch 9. Choose another."
    assert work.update_job(services, failed)["title"] == "Failed: undoing batch 9"
    stopped = over(services, "train", {}, {}, "cancelled")
    assert work.update_job(services, stopped)["title"] == "Stopped: training on outcomes"
    assert work.update_job(services, stopped)["outcome"] == "said by the worker"


def test_an_answer_holds_at_most_150_components(services):
    totals = {f"Column {number}": 1.0 for number in range(100)} | CHECKED["control_totals"]
    shown = work.update_job(services, checked(services, {**CHECKED, "control_totals": totals, "findings": ["x"] * 100}))
    assert 3 * len(shown["totals"]) + len(shown["findings"]) <= 150


# --- columns -------------------------------------------------------------------------------------------------------


def test_a_map_goes_out_and_comes_back_the_same():
    rows = mapping.mapping_rows(HEADER, "portfolio", MAP)
    assert [(row["ours"], row["by"]) for row in rows] == [
        ("Loan_ID", "name"), ("Outstanding_Loan_Amount", "map"), ("Days_Past_Due", "map"), (mapping.KEPT, ""),
    ]  # fmt: skip
    assert mapping.edited_map(rows, "portfolio", MAP) == MAP
    assert mapping.missing(rows, "portfolio") == []


def test_a_column_named_by_the_map_silences_the_one_that_merely_has_the_name():
    rows = mapping.mapping_rows(
        ["Loan_ID", "Balance", "Owed"], "portfolio", {"columns": {"Owed": "Outstanding_Loan_Amount"}}
    )
    assert [row["ours"] for row in rows] == ["Loan_ID", mapping.KEPT, "Outstanding_Loan_Amount"]


def test_a_column_taken_off_its_name_is_said_to_be_kept():
    rows = mapping.mapping_rows(["Loan_ID", "Balance"], "portfolio", {})
    rows[1]["ours"] = mapping.KEPT
    assert mapping.edited_map(rows, "portfolio", {}) == {"columns": {"Balance": None}}


def test_nothing_changed_is_no_map():
    assert mapping.as_text(mapping.edited_map(mapping.mapping_rows(HEADER, "portfolio", {}), "portfolio", {})) is None
    assert mapping.from_text(None) == {}


def test_a_map_is_remembered_only_where_every_column_it_names_is_there_and_the_batch_counts():
    outcome = {"outcome": {"column": "Ended", "non_recovery": ["no"]}}
    batches = [
        replace(BATCH, id=5, mapping=MAP, status="undone"),
        replace(BATCH, id=4, mapping=outcome),
        replace(BATCH, id=3),
        replace(BATCH, id=2, mapping=MAP),
    ]
    found = mapping.remembered(HEADER, batches)
    assert found is not None
    assert (found[0], found[1].id) == (MAP, 2)
    assert mapping.remembered([*HEADER, "Ended"], batches)[1].id == 4
    assert mapping.remembered(HEADER[:2], batches) is None


def test_the_header_of_a_file_that_is_no_csv_is_unknown(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"%PDF-1.7\x00")
    assert mapping.header_of(tmp_path / "a.csv") == ()
    assert mapping.header_of(tmp_path / "absent.csv") == ()


# --- the list ------------------------------------------------------------------------------------------------------


def with_batches(services: Services, *batches: Any) -> Services:
    reader = SmallBookReader(BOOK)
    reader._batches = list(batches)
    return replace(services, reader=lambda: reader)


def test_the_list_flags_an_assumed_day_and_says_what_was_undone(services):
    rows, note, style = listing.update_list(
        with_batches(
            services,
            replace(BATCH, id=4, as_of_assumed=True),
            replace(BATCH, id=3, kind="payments", as_of=None, first_day=date(2026, 10, 1)),
            replace(BATCH, id=2, status="undone", undone_on=date(2026, 11, 3)),
            replace(BATCH, id=1, as_of=None, first_day=None, last_day=None, status="refused"),
        )
    )
    assert [row["as_of"] for row in rows] == ["31 Oct 2026 (assumed)", "1 Oct to 31 Oct 2026", "31 Oct 2026", "n/a"]
    assert [row["status"] for row in rows] == ["committed", "committed", "undone 3 Nov 2026", "refused"]
    assert note.startswith("4 batches of the sample book, newest first")
    assert style["height"] == "184px"


def test_a_chosen_batch_offers_what_can_be_done_with_it(services):
    shown = listing.update_chosen(services, [{"id": 3}])
    assert (shown["panel"], shown["title"]) == ("chosen", "Batch 3: october.csv")
    assert (shown["undo"], shown["redate"], shown["day"]) == ("button quiet", "redate", "2026-10-31")
    assert (shown["rejects"], shown["href"]) == ("link", "/download/rejects-3.csv")
    assert shown["confirm"] == "is-absent"


def test_undo_says_what_will_happen_before_it_happens(services):
    shown = listing.update_chosen(services, [{"id": 3}], confirming=True)
    assert shown["confirm"] == "notice bad"
    assert shown["words"].startswith("Undo batch 3, october.csv: its 40 rows stop counting")
    assert services.jobs.recent() == []
    job = services.jobs.job(listing.start_undo(services, [{"id": 3}]))
    assert (job.kind, job.payload) == ("undo", {"batch": 3})


def test_an_undone_batch_can_only_give_its_rejects(services):
    shown = listing.update_chosen(with_batches(services, replace(BATCH, status="undone")), [{"id": 3}], confirming=True)
    assert (shown["undo"], shown["redate"], shown["confirm"], shown["rejects"]) == (
        "is-absent",
        "is-absent",
        "is-absent",
        "link",
    )


@pytest.mark.parametrize("selected", [None, [], [{"id": 99}], [{"id": "3"}], [{"id": True}], ["3"]])
def test_a_choice_that_is_none_shows_nothing(services, selected):
    assert listing.update_chosen(services, selected)["panel"] == "is-absent"


def test_the_day_of_a_batch_is_corrected_by_a_job(services):
    job = services.jobs.job(listing.start_redate(services, [{"id": 3}], "2026-09-30"))
    assert (job.kind, job.payload) == ("redate", {"batch": 3, "as_of": "2026-09-30"})


def test_a_correction_needs_a_day_that_is_another(services):
    with pytest.raises(Refused, match="No day was given"):
        listing.start_redate(services, [{"id": 3}], "")
    with pytest.raises(Refused, match="Batch 3 is as of 31 Oct 2026 already"):
        listing.start_redate(services, [{"id": 3}], "2026-10-31")


def test_an_assumed_day_can_be_confirmed_as_it_is(services):
    assumed = with_batches(services, replace(BATCH, as_of_assumed=True))
    assert listing.start_redate(assumed, [{"id": 3}], "2026-10-31") == 1


@pytest.mark.parametrize(
    "start", [listing.start_undo, lambda services, rows: listing.start_redate(services, rows, "2026-09-30")]
)
def test_without_a_choice_nothing_starts(services, start):
    with pytest.raises(PreventUpdate):
        start(services, [])


# --- the book ------------------------------------------------------------------------------------------------------


class Shelf:
    """A writer that notes which book was put on show."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    @contextmanager
    def unit(self, book: str, **_: Any) -> Iterator[Shelf]:
        yield self

    def show(self, book: str) -> None:
        self.shown.append(book)


@pytest.mark.parametrize(
    ("held", "button", "shown"),
    [
        (BOOK, "Remove the sample book", ["own"]),
        (replace(BOOK, own_stored=True), "Show my book", ["own"]),
        (replace(TUTORIAL, sample_hidden=True), "Restore the sample book", ["sample"]),
        (TUTORIAL, "Load the sample book", []),
        (EMPTY, "Load the sample book", []),
    ],
)
def test_one_click_removes_or_restores_the_sample_book(held, button, shown):
    shelf = Shelf()
    services = replace(services_on(held), writer=shelf)
    assert book.update_cards(services)[4] == button
    number = book.turn_sample(services)
    assert shelf.shown == shown
    assert (number is None) == bool(shown)
    assert [job.kind for job in services.jobs.recent()] == ([] if shown else ["sample"])


def test_the_book_on_show_is_not_changed_while_a_job_works_on_the_store(services):
    services.jobs.add("train", {}, "analyst")
    with pytest.raises(Refused, match="A job is at work: Training on outcomes"):
        book.turn_sample(services)


def test_an_empty_book_cannot_be_learned_from(services_with):
    with pytest.raises(Refused, match="nothing to learn from"):
        book.start_training(services_with(EMPTY))


def test_training_is_a_job_and_its_last_verdict_is_said(services):
    assert services.jobs.job(book.start_training(services)).kind == "train"
    assert book.update_cards(services)[:3] == (
        "rule, not validated on your data",
        "badge-pill neutral",
        "Nothing was trained on this book yet.",
    )
    card = {"verdict": "no usable signal", "auc": 0.51, "auc_ci": [0.47, 0.55], "n": 500}
    refused = Model(2, "logistic", "refused", "2026-11-20T10:00:00+00:00", "", card, "")
    assert (
        say.training_words(refused)
        == "Last training, 20 Nov 2026: no usable signal: AUC 0.510 (0.470 to 0.550) on 500 loans."
    )
    thin = replace(refused, card={"verdict": "too little history", "why": "Only 3 of 9 loans had the rarer outcome"})
    assert say.training_words(thin).endswith("too little history: Only 3 of 9 loans had the rarer outcome.")


def test_the_answer_says_what_the_book_is_made_of(services, services_with):
    assert said(update_answer(services)) == (
        "The sample book, synthetic, is made of 1 batch: 40 loans, newest figures 31 Oct 2026. 1 row was left out as a reject."
    )
    assert "a day that was assumed" in said(update_answer(services_with(TUTORIAL)))
    assert said(update_answer(services_with(EMPTY))).startswith("This store is empty.")
    assert "no loans now" in said([say.batches_answer(EMPTY, [replace(BATCH, status="undone")])])


def test_the_days_of_dated_rows_come_from_the_file():
    dated = {"as_of": None, "control_totals": {"first_day": "2026-10-01", "last_day": "2026-10-31"}}
    assert say.as_of_words(dated) == "1 Oct 2026 to 31 Oct 2026, from its rows"
    assert (
        say.as_of_words({"as_of": None, "control_totals": {"first_day": "2026-10-01", "last_day": "2026-10-01"}})
        == "1 Oct 2026"
    )
    assert say.as_of_words({}) == "n/a"
    assert say.as_of_words({"as_of": "2026-10-31"}) == "31 Oct 2026, as you stated"


def test_a_job_of_a_kind_nobody_knows_still_has_a_name():
    job = Job(1, "dance", {}, "running", 0.5, "", None, "a", 1, False, "", None, None)
    assert (say.job_title(job), say.job_message(job)) == ("dance", "working (50 %)")


@pytest.mark.parametrize(
    "part",
    [
        "batches-answer.children",
        "batches-job.className",
        "batches-list.rowData",
        "batches-chosen.className",
        "batches-score.children",
    ],
)
def test_the_page_answers_a_browser(app, client, part):
    answer = client.post("/_dash-update-component", json=body_of(app, part, search="", data=None))
    assert answer.status_code == 200
    assert len(answer.data) < 64 * 1024


def test_a_file_sent_by_a_browser_is_queued_and_a_made_up_one_is_refused(app, client):
    body = body_of(app, "batches-started.data", data={"path": "../../etc/passwd", "filename": "a.csv"}, value=None)
    answer = client.post("/_dash-update-component", json=body)
    assert "is no longer here" in answer.get_data(as_text=True)
