"""A file that comes in at a terminal asks for a new measurement of strategies, as one that the worker loads does."""

from __future__ import annotations

import pytest

import run as recoup
from core.workflows.handlers import handlers
from core.workflows.worker import work_once
from db.engine import open_store
from db.writer import SqlPortfolioWriter
from tests.command_line import run
from tests.db.conftest import KNOWN_ON, NOON, loan, portfolio

HEAD = "Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\n"


@pytest.fixture
def store(tmp_path):
    """Two loans, measured once; without payments, any later portfolio file may bring outcomes."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        batch = unit.append(portfolio([loan("A"), loan("B")], as_of="2026-09-30"))
        unit.show("own")
    with writer.unit("own", kind="effects", known_on=KNOWN_ON, who="ana") as unit:
        content = {"n": 2, "reference": "Standard", "waiting": []}
        unit.put_strategy_run({"batches": [batch], "limits": {"budget": 5}, "content": content, "evidence": {}})
    engine.dispose()
    return url


def came(tmp_path, store, text, *words):
    path = tmp_path / "month.csv"
    path.write_text(HEAD + text)
    return run("ingest", str(path), "--db", store, "--as-of", "2026-10-31", *words)


def queued(store):
    return [
        (job.id, job.kind, dict(job.payload)) for job in recoup.Recoup(recoup.load_settings(db=store)).jobs.recent()
    ]


def test_a_file_at_a_terminal_asks_for_a_measurement_once_and_says_so(tmp_path, store):
    told = came(tmp_path, store, "A,900,40\nB,800,70\n")
    assert "Enough came in since strategies were measured: job 1 measures them again" in told.out
    assert queued(store) == [(1, "effects", {"book": "own", "reference": "Standard", "limits": '{"budget": 5}'})]
    again = came(tmp_path, store, "A,900,40\nB,700,70\n", "--json").json
    assert (again["status"], again["measure_job"]) == ("committed", None)
    assert len(queued(store)) == 1


def test_the_next_worker_takes_it_up(tmp_path, store):
    assert came(tmp_path, store, "A,900,40\nB,800,70\n", "--json").json["measure_job"] == 1
    ports = recoup.Recoup(recoup.load_settings(db=store))
    assert work_once(ports.jobs, handlers(ports), owner="a worker", report=lambda _: None)
    job = ports.jobs.job(1)
    assert job.is_over
    assert "no loan" in job.message.lower()  # two loans without an outcome: refused in words


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [("A,900,40\nB,800,70\n", ("--dry-run",), "dry-run"), ("A,900,-4\nB,800,70\n", (), "refused")],
)
def test_a_file_that_was_not_stored_asks_for_nothing(tmp_path, store, text, words, status):
    told = came(tmp_path, store, text, "--json", *words).json
    assert (told["status"], told["measure_job"]) == (status, None)
    assert queued(store) == []


def test_where_nothing_was_ever_measured_a_person_begins(tmp_path):
    told = came(tmp_path, f"sqlite:///{tmp_path / 'new.db'}", "A,900,40\nB,800,70\n", "--json").json
    assert (told["status"], told["measure_job"]) == ("committed", None)
