"""What the desk did: reminders, calls, visits, offers and court steps, with their cost and result.

An action never changes what is paid (the strategy does, through the loan's course); results and promises are drawn
to agree with the payments of the month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.synthetic.assignment import STRATEGIES
from core.synthetic.calendar import Calendar
from core.synthetic.chance import Chance
from core.synthetic.dynamics import OPEN, Path


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of action: chance of it in a month under each strategy, its cost in hundredths, and in which months
    after placement it falls due (empty: any)."""

    action: str
    channel: str
    likely: tuple[float, float, float]
    cost: tuple[int, int]
    months: tuple[int, ...] = ()


WELCOME = Step("letter", "mail", (1.0, 1.0, 1.0), (120, 180))
STEPS: tuple[Step, ...] = (
    Step("reminder", "sms", (0.95, 0.60, 0.0), (40, 90)),
    Step("call", "phone", (0.55, 0.55, 0.25), (200, 600)),
    Step("call", "phone", (0.35, 0.40, 0.12), (200, 600)),
    Step("call", "phone", (0.18, 0.20, 0.05), (200, 600)),
    Step("visit", "field", (0.02, 0.08, 0.22), (3_000, 7_000)),
    Step("settlement offer", "mail", (0.0, 1.0, 0.0), (5_000, 7_500), (1, 4, 7, 10)),
    Step("legal notice", "mail", (0.0, 0.0, 1.0), (6_000, 12_000), (1,)),
    Step("court filing", "court", (0.0, 0.0, 1.0), (45_000, 90_000), (2,)),
    Step("court hearing", "court", (0.0, 0.0, 1.0), (18_000, 35_000), (5, 8, 11)),
)
SPOKEN = ("call", "visit")


@dataclass(frozen=True, slots=True)
class Effort:
    """The desk's own luck: (step, month, loan) uniforms, and costs in hundredths."""

    done: np.ndarray
    cost: np.ndarray


def draw_effort(rng: np.random.Generator, months: int, loans: int) -> Effort:
    """The luck of every step, the same under every strategy."""
    low = np.array([step.cost[0] for step in STEPS])[:, None, None]
    high = np.array([step.cost[1] for step in STEPS])[:, None, None]
    shape = (len(STEPS), months, loans)
    return Effort(rng.random(shape), rng.integers(low, high + 1, shape))


def steps_done(loans: pd.DataFrame, strategy: np.ndarray, path: Path, chance: Chance, effort: Effort) -> np.ndarray:
    """Which steps were done, (step, month, loan): on loans open, in arrears and on no hold at the month's start."""
    months = len(path.state)
    age = np.arange(months)[:, None] - loans["placed"].to_numpy()
    worked = np.zeros(path.state.shape, dtype=bool)
    worked[1:] = (path.state[:-1] == OPEN) & (path.dpd[:-1] > 0) & (chance.hold[1:] == 0)
    done = np.zeros(effort.done.shape, dtype=bool)
    for number, step in enumerate(STEPS):
        due = np.isin(age - chance.delay, step.months) if step.months else age >= 1
        done[number] = worked & due & (effort.done[number] < np.array(step.likely)[strategy])
    return done


def costs_by_month(done: np.ndarray, effort: Effort) -> np.ndarray:
    """Cost of the steps done in hundredths, (month, loan); the letter at placement is not a choice and not in it."""
    return np.asarray((done * effort.cost).sum(axis=0))


def action_rows(
    rng: np.random.Generator, loans: pd.DataFrame, strategy: np.ndarray, path: Path, chance: Chance,
    calendar: Calendar, done: np.ndarray, effort: Effort,
) -> pd.DataFrame:  # fmt: skip
    """Every action of the book.

    Returns:
        loan, loan_ref, month, day, action, channel, cost (hundredths), result ("" where none is expected),
        strategy, promised (hundredths, 0 if no promise), promise_due (NaT if none), promise_kept,
        in order of day and loan.
    """
    number, month, loan = np.nonzero(done)
    names = np.array([step.action for step in STEPS])[number]
    channels = np.array([step.channel for step in STEPS])[number]
    day_of_month = rng.integers(1, 28, len(loan))
    rows = pd.DataFrame(
        {
            "loan": loan, "month": month, "day_of_month": day_of_month, "action": names, "channel": channels,
            "cost": effort.cost[number, month, loan],
        }
    )  # fmt: skip
    rows = pd.concat([rows, _welcomes(rng, loans)], ignore_index=True)
    _add_results(rng, rows, loans, path, chance)
    first = calendar.first_days[rows["month"].to_numpy()]
    rows["day"] = (first + (rows["day_of_month"].to_numpy() - 1).astype("timedelta64[D]")).astype("datetime64[s]")
    due = rows["day"].to_numpy() + rows["due_in_days"].to_numpy().astype("timedelta64[D]")
    rows["promise_due"] = np.where(rows["promised"] > 0, due, np.datetime64("NaT", "s"))
    rows["loan_ref"] = loans["loan_ref"].to_numpy()[rows["loan"]]
    rows["strategy"] = np.array(STRATEGIES)[strategy[rows["loan"]]]
    return rows.sort_values(["day", "loan"], kind="stable", ignore_index=True)


def _welcomes(rng: np.random.Generator, loans: pd.DataFrame) -> pd.DataFrame:
    count = len(loans)
    return pd.DataFrame(
        {
            "loan": np.arange(count), "month": loans["placed"].to_numpy(), "day_of_month": rng.integers(20, 28, count),
            "action": WELCOME.action, "channel": WELCOME.channel,
            "cost": rng.integers(WELCOME.cost[0], WELCOME.cost[1] + 1, count),
        }
    )  # fmt: skip


def _add_results(rng: np.random.Generator, rows: pd.DataFrame, loans: pd.DataFrame, path: Path, chance: Chance) -> None:
    loan, month = rows["loan"].to_numpy(), rows["month"].to_numpy()
    count = len(rows)
    spoken = rows["action"].isin(SPOKEN).to_numpy()
    reached = spoken & (rng.random(count) < loans["contact_rate"].to_numpy(dtype=float)[loan])
    until_paid = chance.pay_day[month, loan] - rows["day_of_month"].to_numpy()
    paid = path.cash[month, loan] - path.bounced[month, loan]
    pays_soon = (paid > 0) & (until_paid >= 0) & (until_paid <= 14)
    kept = reached & pays_soon & (rng.random(count) < 0.75)
    broken = reached & (paid == 0) & (rng.random(count) < 0.20)
    rows["promised"] = np.select([kept, broken], [paid, loans["emi"].to_numpy()[loan]], 0)
    rows["due_in_days"] = np.where(kept, until_paid + rng.integers(0, 3, count), rng.integers(5, 15, count))
    rows["promise_kept"] = kept
    other = np.where(rng.random(count) < 0.35, "refused", "right party")
    silent = np.where(rng.random(count) < 0.08, "wrong number", "no answer")
    rows["result"] = np.select([kept | broken, reached, spoken], ["promise", other, silent], "")
    offers = (rows["action"] == "settlement offer").to_numpy()
    accepted = np.where(path.waived[month, loan] > 0, "accepted", "no answer")
    rows["result"] = np.where(offers, accepted, rows["result"])


def running_ratios(loans: pd.DataFrame, rows: pd.DataFrame, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Promise-kept and contact ratios known at each month-end, (month, loan), from the history before placement
    (worth four promises and ten attempts) and what happened since."""
    where = (rows["month"].to_numpy(), rows["loan"].to_numpy())
    spoken = rows["action"].isin(SPOKEN).to_numpy()
    reached = spoken & rows["result"].isin(["promise", "refused", "right party"]).to_numpy()
    made, kept = (rows["promised"] > 0).to_numpy(), rows["promise_kept"].to_numpy()
    counts = []
    for flags in (made, kept, spoken, reached):
        total = np.zeros((months, len(loans)))
        np.add.at(total, where, flags)
        counts.append(total.cumsum(axis=0))
    promise = (4 * loans["promise_kept"].to_numpy() + counts[1]) / (4 + counts[0])
    contact = (10 * loans["contact_rate"].to_numpy() + counts[3]) / (10 + counts[2])
    return np.round(promise, 2), np.round(contact, 2)
