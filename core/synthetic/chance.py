"""The luck of the sample book, drawn once, so that a loan meets the same luck under every strategy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

HOLDS = ("", "dispute", "bankruptcy", "deceased", "vulnerable")
PERSON_HOLD_SHARES = (0.979, 0.0, 0.007, 0.003, 0.011)
DISPUTE_SHARE = 0.02
LONGEST_DISPUTE_MONTHS = 4


@dataclass(frozen=True, slots=True)
class Chance:
    """Uniform draws and days; two-dimensional ones are (month, loan)."""

    course: np.ndarray  # which course the loan takes, by loan
    when: np.ndarray  # in which month it does, by loan
    share: np.ndarray  # how large its lump is, by loan
    delay: np.ndarray  # months by which offers and court steps come later, 0-2, by loan
    pay: np.ndarray
    size: np.ndarray
    fall: np.ndarray
    bounce: np.ndarray
    late: np.ndarray
    leave: np.ndarray
    sell: np.ndarray
    relapse: np.ndarray
    pay_day: np.ndarray  # 1-27
    bounce_lag_days: np.ndarray  # 3-12
    hold: np.ndarray  # index into HOLDS


def draw_chance(rng: np.random.Generator, loans: pd.DataFrame, months: int) -> Chance:
    """All luck of a book of these loans over so many months."""
    count = len(loans)
    grid = (months, count)
    early = rng.integers(1, 9, grid)
    pay_day = np.where(rng.random(grid) < 0.4, early, rng.integers(1, 28, grid))
    return Chance(
        course=rng.random(count),
        when=rng.random(count),
        share=rng.random(count),
        delay=rng.integers(0, 3, count),
        pay=rng.random(grid),
        size=rng.random(grid),
        fall=rng.random(grid),
        bounce=rng.random(grid),
        late=rng.random(grid),
        leave=rng.random(grid),
        sell=rng.random(grid),
        relapse=rng.random(grid),
        pay_day=pay_day,
        bounce_lag_days=rng.integers(3, 13, grid),
        hold=_draw_holds(rng, loans, months),
    )


def choose(rng: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    """For each row of chances (which sum to 1) one of its columns, drawn with them."""
    steps = chances.cumsum(axis=1)[:, :-1]
    return np.asarray((rng.random(len(chances))[:, None] > steps).sum(axis=1))


def _draw_holds(rng: np.random.Generator, loans: pd.DataFrame, months: int) -> np.ndarray:
    borrowers = pd.factorize(loans["borrower_ref"])[0]
    person = rng.choice(len(HOLDS), borrowers.max() + 1, p=PERSON_HOLD_SHARES)[borrowers]
    person_from = rng.integers(0, months, borrowers.max() + 1)[borrowers]
    disputed = rng.random(len(loans)) < DISPUTE_SHARE
    dispute_from = loans["placed"].to_numpy() + rng.integers(0, 8, len(loans))
    dispute_until = dispute_from + rng.integers(2, LONGEST_DISPUTE_MONTHS + 1, len(loans))
    month = np.arange(months)[:, None]
    in_dispute = disputed & (month >= dispute_from) & (month < dispute_until)
    return np.where(month >= person_from, np.where(person > 0, person, in_dispute), in_dispute).astype(np.int8)
