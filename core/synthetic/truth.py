"""What was planted in the sample book, exactly, and how precisely an analyst could find it.

Effects are differences between what the very same loans, with the very same luck, would have paid under each
strategy: no estimate is involved. Standard errors are those of a regression given everything the officers saw.

References:
    Neyman (1923), "On the application of probability theory to agricultural experiments": potential outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.synthetic.archetypes import ARCHETYPES
from core.synthetic.assignment import LEGAL, SETTLEMENT, STANDARD, STRATEGIES
from core.synthetic.calendar import Calendar
from core.synthetic.chance import Chance
from core.synthetic.dynamics import FALLING_PRODUCT, Path, first_falling_month, simulate
from core.synthetic.precision import known_at_placement, mean_and_error, ranking_power, slopes
from core.synthetic.work import Effort, costs_by_month, steps_done

WINDOW_MONTHS = 12
NON_RECOVERY_SHARE = 0.05
SMALL_BALANCE = 400_000
"""In hundredths: below it an unsecured loan is small."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted truth.

    Attributes:
        name: what it is about.
        value: the exact value in this book; NaN where the book is too short to have it.
        se: standard error of an adjusted estimate from this book; NaN where the value is a plain count.
        unit: unit of the value.
        where: where in the files it can be found, and against what.
    """

    name: str
    value: float
    se: float
    unit: str
    where: str


@dataclass(frozen=True, slots=True)
class PlantedTruth:
    """Every planted truth, and per loan what it would have paid and cost under each strategy.

    `potential`: loan_ref, placed, matured, secured, small_unsecured, rate_<strategy> (12-month cash over the balance at
    placement, 0-1 and above) and net_<strategy> (12-month cash less cost, currency units).
    """

    findings: tuple[Planted, ...]
    potential: pd.DataFrame

    def __getitem__(self, name: str) -> Planted:
        return next(found for found in self.findings if found.name == name)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain JSON, NaN as null."""
        return [
            {
                "name": found.name,
                "value": None if math.isnan(found.value) else round(found.value, 6),
                "se": None if math.isnan(found.se) else round(found.se, 6),
                "unit": found.unit,
                "where": found.where,
            }
            for found in self.findings
        ]


@dataclass(frozen=True, slots=True)
class World:
    """Everything the generator knows about a book."""

    loans: pd.DataFrame
    strategy: np.ndarray
    arm: np.ndarray
    chance: Chance
    effort: Effort
    calendar: Calendar

    def under(self, strategy: np.ndarray, *, with_fall: bool = True) -> Path:
        """What would have happened under another choice of strategies."""
        return simulate(self.loans, strategy, self.chance, self.calendar, with_fall=with_fall)

    def window(self) -> np.ndarray:
        """The twelve months after each placement, (month, loan)."""
        age = np.arange(len(self.calendar))[:, None] - self.loans["placed"].to_numpy()
        return np.asarray((age >= 1) & (age <= WINDOW_MONTHS))


def planted_truth(world: World, money: pd.DataFrame) -> PlantedTruth:
    """What is true of a book; `money` are its payment rows (see `payment_rows`)."""
    potential = _potential(world)
    findings = [
        *_effects(world, potential),
        *_trial(world, potential),
        *_small_loans(world, potential),
        *_fall(world),
        *_ledger_counts(money),
        *_risk(world, potential),
        _kinds(),
    ]
    return PlantedTruth(tuple(findings), potential)


def _potential(world: World) -> pd.DataFrame:
    loans, window = world.loans, world.window()
    secured = loans["secured"].to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {
            "loan_ref": loans["loan_ref"],
            "placed": loans["placed"],
            "matured": loans["placed"] + WINDOW_MONTHS <= len(world.calendar) - 1,
            "secured": secured,
            "small_unsecured": ~secured & (loans["balance"] < SMALL_BALANCE).to_numpy(),
        }
    )
    for number, name in enumerate(STRATEGIES):
        strategy = np.full(len(loans), number)
        path = world.under(strategy)
        done = steps_done(loans, strategy, path, world.chance, world.effort)
        cash = ((path.cash - path.bounced) * window).sum(axis=0)
        cost = (costs_by_month(done, world.effort) * window).sum(axis=0)
        frame[f"rate_{name}"] = cash / loans["balance"].to_numpy()
        frame[f"net_{name}"] = (cash - cost) / 100
    return frame


def _as_it_was(potential: pd.DataFrame, what: str, strategy: np.ndarray) -> np.ndarray:
    return np.choose(strategy, [potential[f"{what}_{name}"].to_numpy() for name in STRATEGIES])


def _adjusted_errors(world: World, outcome: np.ndarray, rows: np.ndarray) -> np.ndarray:
    given = known_at_placement(world.loans[rows]).to_numpy()
    treated = np.column_stack([world.strategy[rows] == SETTLEMENT, world.strategy[rows] == LEGAL]).astype(float)
    return slopes(outcome[rows], treated, given)[1]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _effects(world: World, potential: pd.DataFrame) -> Iterator[Planted]:
    matured, secured = potential["matured"].to_numpy(), potential["secured"].to_numpy()
    seen = _as_it_was(potential, "rate", world.strategy)
    groups = {"all": matured, "unsecured": matured & ~secured, "secured": matured & secured}
    errors = {group: _adjusted_errors(world, seen, rows) for group, rows in groups.items()}
    where = "12-month cash over the balance at placement, loans placed 12 months before the end or earlier"
    for place, number in enumerate((SETTLEMENT, LEGAL)):
        name = STRATEGIES[number]
        gain = (potential[f"rate_{name}"] - potential["rate_Standard"]).to_numpy()
        for group, rows in groups.items():
            yield Planted(
                f"{name} against Standard, {group}", _mean(gain[rows]), float(errors[group][place]), "share", where
            )
        gap = _mean(gain[groups["secured"]]) - _mean(gain[groups["unsecured"]])
        error = math.hypot(errors["secured"][place], errors["unsecured"][place])
        yield Planted(f"{name} against Standard, secured less unsecured", gap, error, "share", where)
        given = mean_and_error(seen[matured & (world.strategy == number)])
        usual = mean_and_error(seen[matured & (world.strategy == STANDARD)])
        naive, error = given[0] - usual[0], math.hypot(given[1], usual[1])
        yield Planted(f"{name} against Standard, all, as it happened", naive, error, "share", f"{where}; not adjusted")


def _trial(world: World, potential: pd.DataFrame) -> Iterator[Planted]:
    matured = potential["matured"].to_numpy()
    seen = _as_it_was(potential, "rate", world.strategy)
    errors = [mean_and_error(seen[matured & (world.arm == number)])[1] for number in (0, 1)]
    yield Planted(
        "Reminder B against Reminder A", 0.0, math.hypot(*errors), "share",
        "the randomised test 'Reminder wording': loans placed under Standard in the 7th to 18th month",
    )  # fmt: skip


def _small_loans(world: World, potential: pd.DataFrame) -> Iterator[Planted]:
    rows = (potential["matured"] & potential["small_unsecured"]).to_numpy()
    net = _as_it_was(potential, "net", world.strategy)
    gain = (potential["net_Legal"] - potential["net_Standard"]).to_numpy()
    where = f"unsecured loans with less than {SMALL_BALANCE // 100:,} at placement: 12-month cash less cost of actions"
    error = float(_adjusted_errors(world, net, rows)[1])
    yield Planted(
        "Legal against Standard, small unsecured, net value", _mean(gain[rows]), error, "currency per loan", where
    )
    value, error = mean_and_error(net[rows & (world.strategy == LEGAL)])
    yield Planted("Legal, small unsecured, net value as it happened", value, error, "currency per loan", where)


def _fall(world: World) -> Iterator[Planted]:
    loans, months = world.loans, len(world.calendar)
    with_it, without = (world.under(world.strategy, with_fall=fall) for fall in (True, False))
    month, loan = np.nonzero(world.window())
    balance = loans["balance"].to_numpy()[loan]
    rate = (with_it.cash - with_it.bounced)[month, loan] / balance
    otherwise = (without.cash - without.bounced)[month, loan] / balance
    last = month >= first_falling_month(months)
    auto = (loans["product"] == FALLING_PRODUCT).to_numpy()[loan]
    age = pd.get_dummies(pd.Series(month - loans["placed"].to_numpy()[loan]), drop_first=True, dtype=float)
    treated = (last & auto).astype(float)[:, None]
    given = np.column_stack(
        [age, last, pd.get_dummies(loans["product"], drop_first=True, dtype=float).to_numpy()[loan]]
    )
    error = float(slopes(rate, treated, given, cluster=loan)[1][0]) if last.any() else math.nan
    value = _mean((rate - otherwise)[last & auto]) if last.any() else math.nan
    yield Planted(
        f"{FALLING_PRODUCT} in the last months", value, error, "share of placed balance a month",
        "monthly cash over the balance at placement in the 12 months after it: last five months against earlier ones, "
        "given the months since placement, against the other products",
    )  # fmt: skip


def _ledger_counts(money: pd.DataFrame) -> Iterator[Planted]:
    late, back = money[money["is_late"]], money[money["kind"] == "reversal"]
    for name, rows, where in (
        ("Late payments", late, "payments with Paid_On in the month before the one their file reports"),
        ("Reversed payments", back, "payments rows of kind reversal"),
    ):
        yield Planted(f"{name}, count", float(len(rows)), math.nan, "count", where)
        yield Planted(f"{name}, amount", float(rows["amount"].sum()) / 100, math.nan, "currency", where)


def _risk(world: World, potential: pd.DataFrame) -> Iterator[Planted]:
    matured, loans = potential["matured"].to_numpy(), world.loans
    lost = _as_it_was(potential, "rate", world.strategy)[matured] < NON_RECOVERY_SHARE
    where = "12-month cash under 5 % of the balance at placement"
    area, error = ranking_power(-loans["willingness"].to_numpy(dtype=float)[matured], lost)
    yield Planted("Non-recovery, area under the curve of what is known at placement", area, error, "share", where)
    given = known_at_placement(loans[matured]).to_numpy()
    people = np.column_stack([loans["age"][matured] / 10, loans["gender"][matured] == "Male"]).astype(float)
    errors = slopes(lost.astype(float), people, given)[1]
    yield Planted("Non-recovery by ten years of age", 0.0, float(errors[0]), "share", where)
    yield Planted("Non-recovery of men against women", 0.0, float(errors[1]), "share", where)


def _kinds() -> Planted:
    where = "overlapping groups of open loans in debt burden, balance, cover, arrears, promises kept and contact rate"
    return Planted("Kinds of borrowers", float(len(ARCHETYPES)), math.nan, "count", where)
