"""What several tests of the workflows share."""

from __future__ import annotations

import pytest

from tests.monitored import trained_book


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "trained.db"
    trained_book(path).dispose()
    return path
