"""The sample book: a synthetic loan book in arrears whose truths are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from core.errors import Refused
from core.synthetic.assignment import draw_arms, draw_strategies
from core.synthetic.calendar import Calendar
from core.synthetic.chance import draw_chance
from core.synthetic.dynamics import Path, simulate
from core.synthetic.frames import actions_frame, payments_frame, portfolio_frame
from core.synthetic.loans import draw_loans
from core.synthetic.payments import payment_rows
from core.synthetic.truth import PlantedTruth, World, planted_truth
from core.synthetic.work import action_rows, draw_effort, running_ratios, steps_done

MOST_LOANS = 200_000


@dataclass(frozen=True, slots=True)
class SampleBook:
    """A synthetic book as files would tell it, and behind the scenes what made it.

    Attributes:
        calendar: its month-ends.
        portfolio: portfolio rows by month-end, canonical headers, money in currency units.
        payments, actions: rows by the day their file was received.
        truth: what was planted; never in a file.
        loans: one row a loan at placement (see `draw_loans`) with strategy and arm as indices; never in a file.
        path: what happened, month by loan, in hundredths; never in a file.
    """

    calendar: Calendar
    portfolio: dict[date, pd.DataFrame]
    payments: dict[date, pd.DataFrame]
    actions: dict[date, pd.DataFrame]
    truth: PlantedTruth
    loans: pd.DataFrame
    path: Path


def generate(seed: int, loans: int = 6000, months: int = 24, last_month_end: date = date(2026, 10, 31)) -> SampleBook:
    """A synthetic loan book, the same for the same arguments.

    Args:
        seed: any whole number from 0.
        loans: loans placed over the whole time, 20 to 200,000; a quarter of them on the first month-end.
        months: month-ends, 2 to 240.
        last_month_end: the newest of them.

    Raises:
        Refused: an argument is out of its range, or the day is no month-end.
    """
    if seed < 0:
        raise Refused(f"A seed of {seed} is not possible", remedy="Give a whole number from 0.")
    if not 20 <= loans <= MOST_LOANS:
        raise Refused(f"A sample book of {loans} loans is not possible", remedy=f"Ask for 20 to {MOST_LOANS:,} loans.")
    calendar = Calendar.ending(last_month_end, months)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(7)]
    at_placement = draw_loans(streams[0], loans, months)
    strategy = draw_strategies(streams[1], at_placement)
    arm = draw_arms(streams[2], at_placement, strategy)
    chance = draw_chance(streams[3], at_placement, months)
    effort = draw_effort(streams[4], months, loans)
    path = simulate(at_placement, strategy, chance, calendar)
    done = steps_done(at_placement, strategy, path, chance, effort)
    money = payment_rows(streams[5], at_placement, path, chance, calendar)
    work = action_rows(streams[6], at_placement, strategy, path, chance, calendar, done, effort)
    ratios = running_ratios(at_placement, work, months)
    shown = {
        day: portfolio_frame(at_placement, strategy, arm, path, chance, ratios, calendar, month)
        for month, day in enumerate(calendar.month_ends)
    }
    truth = planted_truth(World(at_placement, strategy, arm, chance, effort, calendar), money)
    return SampleBook(
        calendar, shown, _by_month(payments_frame(money), money["told"], calendar),
        _by_month(actions_frame(work), work["month"], calendar), truth,
        at_placement.assign(strategy=strategy, arm=arm), path,
    )  # fmt: skip


def _by_month(frame: pd.DataFrame, month: pd.Series, calendar: Calendar) -> dict[date, pd.DataFrame]:
    told = month.to_numpy()
    return {calendar.received_on(index): frame[told == index].reset_index(drop=True) for index in range(len(calendar))}
