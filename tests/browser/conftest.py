"""A real server, a real worker, a real Chromium."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import BrowserContext, Page

from db.engine import open_store
from db.jobs import SqlJobQueue
from db.reader import SqlPortfolioReader
from tests.chromium import settled
from tests.command_line import run

ROOT = Path(__file__).resolve().parents[2]
WIDE = {"width": 1440, "height": 900}
PHONE_WIDTH = 390


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`run.py serve` in a process of its own."""

    folder: Path
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def db(self) -> str:
        return f"sqlite:///{self.folder / 'recoup.db'}"

    def start(self) -> Server:
        self.log = (self.folder / "server.log").open("ab")
        command = [sys.executable, "run.py", "serve", "--port", str(self.port), "--db", self.db, *self.arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except (URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise AssertionError(f"the server did not answer: {(self.folder / 'server.log').read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=120)
        self.log.close()

    def wait_for_the_sample(self, seconds: float = 600.0) -> None:
        """Until the server has filled its new store with the sample book by itself and shows it.

        The store is asked, not a command of its own each time: one more process at every look would slow the loading.
        """
        engine = open_store(self.db, create=False)
        deadline = time.monotonic() + seconds
        try:
            while SqlPortfolioReader(engine).book().name != "sample":
                assert time.monotonic() < deadline, f"no sample book: {(self.folder / 'server.log').read_text()}"
                time.sleep(0.5)
        finally:
            engine.dispose()

    def wait_until_idle(self, seconds: float = 600.0) -> None:
        """Until no job waits or runs: after the sample book is on show, its newest training follows."""
        engine = open_store(self.db, create=False)
        queue = SqlJobQueue(engine, lambda: datetime.now(UTC))
        deadline = time.monotonic() + seconds
        try:
            while any(not job.is_over for job in queue.recent()):
                assert time.monotonic() < deadline, f"still at work: {(self.folder / 'server.log').read_text()}"
                time.sleep(0.5)
            assert {job.status for job in queue.recent()} <= {"done"}, [job.message for job in queue.recent()]
        finally:
            engine.dispose()

    def command(self, *arguments: str) -> str:
        """Run another command of run.py on the same store, in this process: a process of its own would load for seconds."""
        done = run(*arguments, "--db", self.db, "--json")
        assert done.code in (0, 2), done.err
        return done.out


@dataclass
class Watched:
    """A page that keeps what went wrong in it: console errors, failed scripts, requests that left this machine."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.outside.append(url)

    def settle(self) -> None:
        """Wait until nothing is on its way and no chart is loading."""
        settled(self.page)

    def at_both_widths(self) -> Iterator[int]:
        """The page as a desk shows it, then as a phone does; what it asked is not asked again."""
        for width in (WIDE["width"], PHONE_WIDTH):
            self.page.set_viewport_size({"width": width, "height": WIDE["height"]})
            self.settle()
            yield width


Visit = Callable[..., Watched]


@pytest.fixture
def visit(profile: BrowserContext) -> Iterator[Visit]:
    """Opens a page of a size and a scheme, of somebody who was never here; all are closed at the end."""
    pages = []

    def new_page(width: int = WIDE["width"], height: int = WIDE["height"], **media: Any) -> Watched:
        page = profile.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        page.emulate_media(**media)
        return Watched(page)

    yield new_page
    for page in pages:
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.close()


@pytest.fixture
def watched(visit: Visit) -> Watched:
    return visit(height=1000)


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """First start of a new store: the server fills it with the sample book by itself, trainings included (the one fixture that
    pays for them)."""
    server = Server(tmp_path_factory.mktemp("sample")).start()
    try:
        server.wait_for_the_sample()
        server.wait_until_idle()
        yield server
    finally:
        server.stop()


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, ("--no-sample",)).start()
    yield server
    server.stop()
