"""One sample book at its default size for the whole session, and the same read back from its files alone."""

from __future__ import annotations

from io import StringIO

import pandas as pd
import pytest

from core.synthetic import SampleBook, SampleFile, generate, write_files

SEED = 7


@pytest.fixture(scope="session")
def book() -> SampleBook:
    return generate(SEED)


@pytest.fixture(scope="session")
def files(book: SampleBook) -> list[SampleFile]:
    return list(write_files(book))


@pytest.fixture(scope="session")
def told(files: list[SampleFile]) -> dict[str, pd.DataFrame]:
    """Every row of each kind as read from the files, with `month`, the number of the file's month."""
    received = sorted({file.received_on for file in files})
    rows: dict[str, list[pd.DataFrame]] = {"portfolio": [], "payments": [], "actions": []}
    for file in files:
        frame = pd.read_csv(StringIO(file.text), keep_default_na=False)
        rows[file.kind].append(frame.assign(month=received.index(file.received_on)))
    return {kind: pd.concat(frames, ignore_index=True) for kind, frames in rows.items()}
