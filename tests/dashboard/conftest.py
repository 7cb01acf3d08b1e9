"""Services on a small fake book, and a client that speaks to the app as a browser would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import dash
import flask.testing
import pytest

from core.records import Book
from core.settings import Settings
from dashboard.app import create_app
from dashboard.services import Services
from tests.dashboard.small_book import BOOK, SmallBookReader
from tests.fakes import FakeJobQueue


@lru_cache
def reader_on(book: Book) -> SmallBookReader:
    return SmallBookReader(book)


def services_on(book: Book, uploads: Path = Path("/nonexistent")) -> Services:
    return Services(
        reader=lambda: reader_on(book),
        writer=None,  # type: ignore[arg-type]
        jobs=FakeJobQueue(lambda: datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
        score_one=lambda form: None,
        today=lambda: date(2026, 11, 20),
        uploads=uploads,
        settings=Settings(),
    )


@pytest.fixture
def services() -> Services:
    return services_on(BOOK)


@pytest.fixture
def services_with() -> Callable[[Book], Services]:
    return services_on


@pytest.fixture(scope="session")
def app() -> dash.Dash:
    return create_app(services_on(BOOK))


@pytest.fixture(scope="session")
def client(app: dash.Dash) -> flask.testing.FlaskClient:
    return app.server.test_client()
