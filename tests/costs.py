"""What work costs in processor time, told beside a yardstick that is measured in turns with it: a slow or busy machine slows
both."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

ROUNDS = 9


def cpu_seconds(work: Callable[[], object]) -> float:
    """The processor time of one go."""
    started = time.process_time()
    work()
    return time.process_time() - started


def yardstick() -> None:
    """A fixed piece of work of the kinds that the product is made of: many small pandas steps, and some arithmetic."""
    numbers = np.arange(20_000)
    frame = pd.DataFrame(
        {"key": numbers % 37, "value": np.sqrt(numbers), "name": [f"L{each % 500}" for each in numbers]}
    )
    for _ in range(5):
        sums = frame.groupby("key", as_index=False)["value"].sum()
        joined = frame.assign(half=frame["value"] / 2).merge(sums, on="key")
        joined.sort_values("half")["name"].value_counts()
        np.sort(np.exp(-np.square(numbers / 20_000.0)))


def in_yardsticks(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor time of `work` over that of the yardstick: the least of `rounds` of each, taken in turns after one go of
    both that warms them up. The least is the least disturbed."""
    work()
    yardstick()
    pairs = [(cpu_seconds(work), cpu_seconds(yardstick)) for _ in range(rounds)]
    spent, measure = (min(each) for each in zip(*pairs, strict=True))
    return spent / measure
