"""Services on the small book with a stored run about its strategies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.records import StrategyRun
from dashboard.pages.strategies.seen import Seen, Shared, seen_of
from dashboard.services import Services
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK
from tests.strategy_book import RUN, StrategyReader

NOTHING: dict[str, Any] = {"policies": (), "events": ()}


def services_of(run: StrategyRun | None = RUN, **more: Any) -> Services:
    reader = StrategyReader(run, **(more if run is not None else NOTHING | more))
    return replace(services_on(BOOK), reader=lambda: reader)


@pytest.fixture
def shared() -> Shared:
    return Shared(services_of())


@pytest.fixture
def shared_with() -> Callable[..., Shared]:
    return lambda run=RUN, **more: Shared(services_of(run, **more))


@pytest.fixture
def seen() -> Seen:
    return seen_of(services_of(), BOOK)


@pytest.fixture
def seen_with() -> Callable[..., Seen]:
    return lambda run=RUN, **more: seen_of(services_of(run, **more), BOOK)
