"""Everything the pages are given from outside, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.ports import JobQueue, PortfolioReader, PortfolioWriter
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What `run.py` wires and the pages use.

    Attributes:
        reader: a reader of the book on show, new for every callback and cheap to make.
        writer: for quick writes (which book is on show, confirmed decisions); anything long goes to `jobs`.
        jobs: the queue of the worker process.
        score_one: the answer for one borrower's form, field by field in the names of `core.columns`.
        today: the day it is.
        uploads: the folder where uploaded files wait for the worker.
        settings: what was set from outside.
    """

    reader: Callable[[], PortfolioReader]
    writer: PortfolioWriter
    jobs: JobQueue
    score_one: Callable[[Mapping[str, Any]], Any]
    today: Callable[[], date]
    uploads: Path
    settings: Settings
