"""kill -9, a full disk, a damaged file, eight of the same at once: the store is whole, the refusal is clear, nobody's data is in a log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

import run as recoup
from core.errors import Refused, StoreRefused
from core.settings import Settings
from core.workflows import handlers
from core.workflows import ingest as ingest_workflow
from core.workflows import worker as worker_loop
from core.workflows.jobs import UPLOAD_KEPT_SECONDS, sweep_uploads
from core.workflows.worker import work, work_once
from db.cubes.all import recount
from db.engine import open_store, reading, writing
from tests.command_line import run

ROOT = Path(__file__).resolve().parents[1]
UPLOAD = "0123456789abcdef" * 2 + ".csv"
CANARY = "Zuleika Canarybird"


def book(loans: int, first: int = 0) -> str:
    """A portfolio of so many loans in arrears."""
    rows = (
        f"LN{place},B{place // 2},{1000 + place}.25,{place % 170},2026-10-31,Auto,{('North', 'South')[place % 2]}"
        for place in range(first, first + loans)
    )
    header = "Loan_ID,Borrower_ID,Outstanding_Loan_Amount,Days_Past_Due,Snapshot_Date,Loan_Type,Region"
    return "\n".join((header, *rows)) + "\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[recoup.Recoup]:
    """A store with forty loans in it, as one process has it open."""
    db = f"sqlite:///{tmp_path / 'store.db'}"
    assert run("ingest", written(tmp_path, book(40), "first.csv"), "--partial", "--db", db).code == 0
    opened = recoup.Recoup(Settings(db=db))
    yield opened
    opened.engine.dispose()


def written(folder: Path, text: str, name: str = "book.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def assert_whole(engine: Engine, *, batches: int, loans: int) -> None:
    """So many batches and loans, no partial one, and every cube the sum of its rows."""
    with reading(engine) as connection:
        count = connection.exec_driver_sql
        assert count("PRAGMA integrity_check").scalar() == "ok"
        assert count("SELECT count(*) FROM batches WHERE status = 'committed'").scalar() == batches
        assert count("SELECT count(*) FROM snapshots WHERE live = 1").scalar() == loans
        assert count("SELECT sum(accepted) FROM batches WHERE status = 'committed'").scalar() == loans
        assert count("SELECT count(*) FROM scores WHERE live = 1").scalar() == loans
        for name, differences in recount(connection).items():
            assert differences.empty, name


@pytest.fixture
def worker(store: recoup.Recoup) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker in a process of its own. Each must end when it is told to; none outlives the test, however it ends."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "run.py", "worker", "--db", store.settings.db]
        quiet = subprocess.DEVNULL
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet))
        return started[-1]

    try:
        yield start
        for process in started:
            process.terminate()
            process.wait(timeout=60)
    finally:
        for process in started:
            process.kill()
            process.wait()


def until(true: Callable[[], bool], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


# --- kill -9 ----------------------------------------------------------------------------------------------------------

STAGES = ("reading", "checking rows", "storing", "scoring", "saving")
LOANS_PER_FILE = 800
KILLED = """
import os, random, signal, sys, threading
from pathlib import Path
sys.path.insert(0, {root!r})
import run
import core.workflows.score, db.writer, db.reader, db.engine
from core.settings import Settings
from core.workflows import handlers
from core.workflows.ingest import IngestRequest
chance = random.Random(20261120)
for turn, path in enumerate({paths!r}):
    after, stage = chance.uniform(0.0, 0.15), {stages!r}[turn % 5]
    child = os.fork()
    if child == 0:
        def die(share, at):
            if at == stage:
                threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
                threading.Event().wait(after * 0.9)
        wired = run.Recoup(Settings(db={db!r}))
        handlers.ingest_file(wired, IngestRequest(path=Path(path), filename="b.csv", scope="partial"), "ana", die)
        os.kill(os.getpid(), signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_ten_kills_in_mid_ingest_leave_no_partial_batch(store, tmp_path):
    """Each kill falls at a random moment of a stage of its own; a process of its own per kill, forked for speed."""
    firsts = range(40, 40 + 10 * LOANS_PER_FILE, LOANS_PER_FILE)
    paths = [written(tmp_path, book(LOANS_PER_FILE, first), f"b{first}.csv") for first in firsts]
    code = KILLED.format(root=str(ROOT), db=store.settings.db, stages=STAGES, paths=paths)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * 10
    with reading(store.engine) as connection:
        committed = connection.exec_driver_sql("SELECT count(*) FROM batches WHERE status = 'committed'").scalar()
    assert committed < 11  # not every kill came too late
    assert_whole(store.engine, batches=committed, loans=40 + (committed - 1) * LOANS_PER_FILE)
    again = [run("ingest", path, "--partial", "--db", store.settings.db, "--json").json["status"] for path in paths]
    assert again.count("duplicate") == committed - 1
    assert again.count("committed") == 11 - committed
    assert_whole(store.engine, batches=11, loans=40 + 10 * LOANS_PER_FILE)


def test_a_killed_worker_is_replaced_and_its_job_ends_well(store, worker):
    """The lease of the dead is let run out by hand: it is a minute."""
    written(store.data_dir, book(3000, first=40), UPLOAD)
    payload = {"path": UPLOAD, "filename": "b.csv", "scope": "partial"}
    number = store.jobs.add("ingest", payload, "ana")
    first = worker()
    until(lambda: store.jobs.job(number).status == "running")
    first.kill()
    first.wait()
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE jobs SET lease_until = 0 WHERE status = 'running'")
    worker()
    until(lambda: store.jobs.job(number).is_over)
    job = store.jobs.job(number)
    assert (job.status, job.attempts) == ("done", 2)
    assert job.result["status"] in ("committed", "duplicate")
    assert_whole(store.engine, batches=2, loans=3040)
    assert not (store.data_dir / UPLOAD).exists()


def test_the_server_starts_another_worker_where_one_was_killed(monkeypatch, capfd):
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
        return started[-1]

    monkeypatch.setattr(worker_loop, "PAUSE_SECONDS", 0.01)
    over = threading.Event()
    keeper = threading.Thread(target=worker_loop.keep_running, args=(start, over, recoup._to_log))
    keeper.start()
    until(lambda: len(started) == 1)
    started[0].kill()
    until(lambda: len(started) == 2)
    over.set()
    keeper.join(timeout=120)
    assert [worker.poll() for worker in started] == [-signal.SIGKILL, -signal.SIGTERM]
    assert "another is started" in capfd.readouterr().err


# --- at once ----------------------------------------------------------------------------------------------------------


def bring(store: recoup.Recoup, path: str) -> tuple[str, int | None]:
    """Ingest as a process of its own would: with connections of its own."""
    mine = recoup.Recoup(store.settings)
    request = ingest_workflow.IngestRequest(path=Path(path), filename="b.csv", scope="partial")
    report = handlers.ingest_file(mine, request, "ana", lambda *_: None)
    mine.engine.dispose()
    return report.status, report.batch


def test_the_same_file_eight_times_at_once_is_stored_once(store, tmp_path):
    path = written(tmp_path, book(200, first=40))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: bring(store, path), range(8)))
    assert sorted(told) == [("committed", 2)] + [("duplicate", 2)] * 7
    assert_whole(store.engine, batches=2, loans=240)


def test_files_about_other_loans_at_once_are_all_stored(store, tmp_path):
    paths = [written(tmp_path, book(150, first), f"b{first}.csv") for first in (40, 190, 340)]
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda path: bring(store, path), paths))
    assert sorted(told) == [("committed", 2), ("committed", 3), ("committed", 4)]
    assert_whole(store.engine, batches=4, loans=490)


def test_another_writer_that_never_lets_go_is_named(store, monkeypatch):
    event.listen(store.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 20"))
    store.engine.dispose()  # from now on we wait 20 ms, not 30 seconds
    with writing(open_store(store.settings.db)), pytest.raises(StoreRefused, match="Another program has been writing"):
        handlers.undo_batch(store, 1, "ana")
    assert_whole(store.engine, batches=1, loans=40)


# --- the disk ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every store opened from now on may not grow by more than four pages."""
    from db import engine as room

    def on_connect(raw: object, record: object, known: Callable[..., None] = room._on_connect) -> None:
        known(raw, record)
        pages = raw.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        raw.execute(f"PRAGMA max_page_count = {pages + 4}")  # type: ignore[attr-defined]

    monkeypatch.setattr(room, "_on_connect", on_connect)


def test_a_full_disk_is_a_clear_refusal_and_nothing_is_stored(store, tmp_path, full_disk):
    path = written(tmp_path, book(3000, first=40))
    outcome = run("ingest", path, "--partial", "--db", store.settings.db, "--json")
    assert (outcome.code, outcome.json["status"]) == (2, "refused")
    assert re.fullmatch(
        r"Refused: The disk has no room left for .*store\.db; nothing was stored\. Make room, then try again\.\n",
        outcome.err,
    )
    assert_whole(store.engine, batches=1, loans=40)
    assert run("metrics", "--db", store.settings.db, "--json").json["metrics"]["loans"]["value"] == 40


def test_a_job_on_a_full_disk_fails_with_that_said_and_the_app_still_answers(store, tmp_path, full_disk):
    from dashboard.app import create_app
    from tests.dashboard.callback_body import body_of

    written(store.data_dir, book(3000, first=40), UPLOAD)
    number = store.jobs.add("ingest", {"path": UPLOAD, "filename": "b.csv", "accept_change": True}, "ana")
    tight = recoup.Recoup(store.settings)
    assert work_once(tight.jobs, handlers.handlers(tight), owner="w", report=pytest.fail)
    job = store.jobs.job(number)
    assert (job.status, "The disk has no room left" in job.message) == ("failed", True)
    app = create_app(recoup.services(tight))
    client = app.server.test_client()
    client.get("/_dash-layout")
    assert "40 loans" in client.post("/_dash-update-component", json=body_of(app, "batches-answer.children")).text
    assert_whole(store.engine, batches=1, loans=40)
    tight.engine.dispose()


def test_the_worker_outlives_a_store_that_fails_between_jobs(monkeypatch):
    said: list[str] = []
    stop = threading.Event()

    class Failing:
        tries = 0

        def claim(self, *_: object) -> None:
            self.tries += 1
            if self.tries == 3:
                stop.set()
                return
            raise (
                StoreRefused("The disk has no room left", remedy="Make room.") if self.tries == 1 else OSError(CANARY)
            )

    monkeypatch.setattr("core.workflows.worker.SHY_SECONDS", 0.01)
    work(Failing(), {}, owner="w", report=said.append, stop=stop, busy=OSError, idle_seconds=0.01)
    assert said[0] == "The disk has no room left. Make room."
    assert "OSError" in said[1]
    assert CANARY not in said[1]


@pytest.mark.parametrize(
    ("place", "junk", "says"),
    [(0, b"garbage garbage!", "is not a database"), (20, b"\xa5" * 60, "is damaged"), (12_288, b"\x5a" * 65_536, "is damaged|cannot be used")],
    ids=["the first bytes", "the header", "pages"],
)  # fmt: skip
def test_a_damaged_file_is_refused_and_left_as_it_is(store, tmp_path, place, junk, says):
    with store.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    file = tmp_path / "store.db"
    with file.open("r+b") as opened:
        opened.seek(place)
        opened.write(junk)
    before = file.read_bytes()
    for verb in (("metrics",), ("ingest", written(tmp_path, book(5)))):
        outcome = run(*verb, "--db", store.settings.db)
        assert outcome.code == 2
        assert re.search(says, outcome.err), outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert file.read_bytes() == before


def test_folders_that_cannot_be_written_are_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    opened = recoup.Recoup(Settings(db=f"sqlite:///{tmp_path / 'store.db'}", data_dir=str(blocked / "uploads")))
    with pytest.raises(Refused, match=r"folder for uploads .* cannot be made: Not a directory"):
        _ = opened.data_dir
    opened = recoup.Recoup(Settings(db=f"sqlite:///{tmp_path / 'store.db'}", data_dir=str(tmp_path)))
    assert opened.engine
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(Refused, match=r"folder for uploads .* may not be written"):
        _ = opened.data_dir
    assert run("metrics", "--db", f"sqlite:///{tmp_path / 'store.db'}").code == 2


def test_what_cannot_be_written_beside_the_book_costs_neither_the_book_nor_a_traceback(tmp_path, monkeypatch):
    db = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.rejects.csv").mkdir()  # where the rejects would go
    path = written(tmp_path, book(3) + "LN9,B9,soon,1,2026-10-31,Auto,North\n")
    outcome = run("ingest", path, "--accept-good-rows", "--db", db, "--json")
    assert (outcome.code, outcome.json["status"], outcome.json["rejects_file"]) == (0, "committed", None)
    assert "The rejects could not be written" in outcome.err
    sample = run("sample", "--loans", "100", "--months", "6", "--out", f"{path}/inside")
    assert sample.code == 2
    assert "cannot be written: Not a directory" in sample.err


# --- stopping, leftovers, logs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_cancelled_while_it_runs_changes_nothing(store, monkeypatch, stage):
    """As if the heartbeat had brought the wish to stop just when the job reports `stage`."""
    from core.errors import JobCancelled

    written(store.data_dir, book(300, first=40), UPLOAD)
    number = store.jobs.add("ingest", {"path": UPLOAD, "filename": "b.csv", "scope": "partial"}, "ana")
    real = handlers.ingest_file

    def stopped(wired, request, who, progress):
        def tell(share: float, now_at: str) -> None:
            progress(share, now_at)
            if now_at == stage:
                raise JobCancelled

        return real(wired, request, who, tell)

    monkeypatch.setattr(handlers, "ingest_file", stopped)
    assert work_once(store.jobs, handlers.handlers(store), owner="w", report=pytest.fail)
    assert store.jobs.job(number).status == "cancelled"
    assert_whole(store.engine, batches=1, loans=40)
    assert (store.data_dir / UPLOAD).exists()


def test_a_wish_to_stop_that_comes_after_the_commit_is_too_late_and_not_a_lie(store, monkeypatch):
    written(store.data_dir, book(300, first=40), UPLOAD)
    number = store.jobs.add("ingest", {"path": UPLOAD, "filename": "b.csv", "scope": "partial"}, "ana")
    real = handlers.ingest_file

    def late(wired, request, who, progress):
        def tell(share: float, now_at: str) -> None:
            if share == 1:
                store.jobs.cancel(number)
                progress(share, now_at)
                time.sleep(0.3)  # a heartbeat brings the wish
            progress(share, now_at)

        return real(wired, request, who, tell)

    monkeypatch.setattr(handlers, "ingest_file", late)
    assert work_once(store.jobs, handlers.handlers(store), owner="w", report=pytest.fail)
    assert store.jobs.job(number).status == "done"
    assert_whole(store.engine, batches=2, loans=340)


def test_leftover_uploads_go_after_a_day_when_a_worker_starts(tmp_path):
    old, new, other = tmp_path / UPLOAD, tmp_path / f"{'a' * 32}.csv", tmp_path / "keep.csv"
    for path in (old, new, other):
        path.write_text("x")
    present = new.stat().st_mtime
    for path in (old, other):
        os.utime(path, (present - UPLOAD_KEPT_SECONDS - 5, present - UPLOAD_KEPT_SECONDS - 5))
    (tmp_path / f"{'b' * 32}.csv").symlink_to(other)
    assert sweep_uploads(tmp_path, present) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([new.name, other.name, f"{'b' * 32}.csv"])


def test_a_worker_sweeps_before_it_works(store, worker):
    old = Path(written(store.data_dir, "x", UPLOAD))
    os.utime(old, (1, 1))
    worker()
    until(lambda: not old.exists())


def test_no_log_and_no_job_tells_whose_loan_it_was_when_recoup_fails(store, monkeypatch, capsys):
    written(store.data_dir, book(5, first=40).replace("North", CANARY), UPLOAD)
    number = store.jobs.add("ingest", {"path": UPLOAD, "filename": "b.csv", "accept_change": True}, "ana")

    def fault(*_: object, **__: object) -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as first:
            raise ValueError(f"cannot convert {CANARY}") from first

    monkeypatch.setattr(ingest_workflow, "score_unit", fault)
    logged: list[str] = []
    assert work_once(store.jobs, handlers.handlers(store), owner="w", report=logged.append)
    job = store.jobs.job(number)
    assert job.status == "failed"
    assert "KeyError" in logged[0]
    assert "ValueError" in logged[0]
    assert CANARY not in logged[0] + job.message + str(job.result)
    command = ["run.py", "ingest", str(store.data_dir / UPLOAD), "--accept-change", "--db", store.settings.db]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        recoup.main()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "A fault in Recoup; what was not finished was not stored." in told.err
    assert CANARY not in told.err + told.out
    assert_whole(store.engine, batches=1, loans=40)
