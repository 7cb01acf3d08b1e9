"""What becomes of the loans, month by month, under a given choice of strategies.

A loan takes one of four courses, drawn once from its willingness, its luck and its strategy: it pays nothing worth
naming, pays by instalments, cures, or pays a lump. Everything else follows from instalments due and money received.
All money is in whole hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.synthetic.assignment import LEGAL, SETTLEMENT
from core.synthetic.calendar import Calendar
from core.synthetic.chance import Chance
from core.synthetic.loans import days_past_due

NOTHING, INSTALMENTS, CURES, LUMP = range(4)
ABSENT, OPEN, PAID, CHARGED_OFF, SOLD, RECALLED, AFTER_CHARGE_OFF, GONE = range(8)

FALLING_PRODUCT, FALLING_MONTHS, FALLING_SHARE = "Auto", 5, 0.62
"""In the last months this share of what borrowers of that product would have paid is not paid."""
SHORTEST_BOOK_WITH_A_FALL = 12

BOUNCE_SHARE, LATE_SHARE = 0.017, 0.02
CHARGE_OFF_DAYS, CHARGE_OFF_CHANCE, COURT_PATIENCE_MONTHS = 180, 0.35, 12
SOLD_CHANCE, RECALLED_CHANCE = 0.012, 0.0015


@dataclass(frozen=True, slots=True)
class Path:
    """What happened, each array (month, loan): amounts in hundredths posted in that month, states at its end."""

    state: np.ndarray
    balance: np.ndarray
    arrears: np.ndarray
    dpd: np.ndarray
    missed: np.ndarray
    interest: np.ndarray
    cash: np.ndarray
    bounced: np.ndarray  # part of `cash` that is taken back later
    taken_back: np.ndarray  # reversals posted in that month
    waived: np.ndarray

    @classmethod
    def empty(cls, months: int, loans: int) -> Path:
        return cls(*(np.zeros((months, loans), dtype=np.int64) for _ in range(10)))


def course_probabilities(loans: pd.DataFrame, strategy: np.ndarray) -> np.ndarray:
    """Chance of each course (nothing, instalments, cures, lump), one row a loan."""
    will = (loans["willingness"] + loans["luck"]).to_numpy(dtype=float)
    secured = loans["secured"].to_numpy(dtype=bool)
    settled, court = strategy == SETTLEMENT, strategy == LEGAL
    overdue = (loans["dpd"].to_numpy(dtype=float) - 45) / 30
    missed = (loans["missed"].clip(upper=7).to_numpy(dtype=float) - 3.2) / 2
    strain = 0.5 * overdue + 0.4 * missed
    lump = (
        -0.55
        + 0.85 * will
        - 1.1 * strain
        + 2.05 * (settled & ~secured)
        + 2.60 * (court & secured)
        - 0.45 * (court & ~secured)
    )
    weights = np.exp(
        np.column_stack(
            [
                np.zeros_like(will),
                0.15 + 0.85 * will,
                0.15 + 1.05 * will - 1.1 * strain - 0.10 * court,
                lump,
            ]
        )
    )
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


class _Book:
    """The state of every loan while the months go by."""

    def __init__(
        self, loans: pd.DataFrame, strategy: np.ndarray, chance: Chance, calendar: Calendar, *, with_fall: bool
    ) -> None:
        count = len(loans)
        self.chance, self.calendar, self.strategy = chance, calendar, strategy
        self.placed = loans["placed"].to_numpy()
        self.emi = loans["emi"].to_numpy()
        self.monthly_rate = loans["interest_rate"].to_numpy(dtype=float) / 1200
        self.since_due = loans["days_since_due"].to_numpy()
        self.secured = loans["secured"].to_numpy(dtype=bool)
        self.collateral = loans["collateral_value"].to_numpy()
        self.falls = (loans["product"] == FALLING_PRODUCT).to_numpy() & with_fall
        self.start = loans
        steps = course_probabilities(loans, strategy).cumsum(axis=1)
        self.course = (chance.course[:, None] > steps[:, :-1]).sum(axis=1)
        self.lump_month = self._lump_months()
        self.cure_month = 1 + np.floor(-np.log1p(-0.98 * chance.when) * 1.6).astype(int)
        self.state = np.full(count, ABSENT)
        self.balance = np.zeros(count, dtype=np.int64)
        self.arrears = np.zeros(count, dtype=np.int64)
        self.missed = np.zeros(count, dtype=np.int64)
        self.returning = np.zeros(count, dtype=np.int64)
        self.last_paid = np.full(count, -99)
        self.cured = np.zeros(count, dtype=bool)
        self.relapsed = np.zeros(count, dtype=bool)

    def _lump_months(self) -> np.ndarray:
        soon = 1 + np.floor(9 * self.chance.when**1.5).astype(int)
        offered = 1 + np.floor(7 * self.chance.when**1.3).astype(int)
        sale = 4 + self.chance.delay + np.floor(7 * self.chance.when).astype(int)
        return np.select([self.strategy == SETTLEMENT, self.strategy == LEGAL], [offered, sale], soon)

    def admit(self, month: int) -> None:
        """Loans placed at this month-end enter as they stand."""
        new = self.placed == month
        self.state[new] = OPEN
        self.balance[new] = self.start["balance"].to_numpy()[new]
        self.arrears[new] = self.start["arrears"].to_numpy()[new]
        self.missed[new] = self.start["missed"].to_numpy()[new]

    def offered(self, month: int, age: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What each borrower pays this month: amount, whether it cures the loan, whether it is the lump."""
        luck = self.chance
        steady = np.where(self.relapsed, 0.35, np.where(self.cured, 0.95, 0.18))
        likely = np.select(
            [self.course == INSTALMENTS, self.course == CURES, self.course == LUMP],
            [0.64 * 0.985**age, steady, np.where(self.cured, 0.8, 0.15)],
            0.015,
        )
        likely = np.where(self.state == OPEN, likely, likely * 0.8) * self.calendar.season[month]
        instalments = np.select([luck.size[month] < 0.15, luck.size[month] > 0.9], [0.5, 2.0], 1.0)
        instalments = np.where(self.cured, 1.0, np.where(self.course == NOTHING, 0.3, instalments))
        amount = np.where(luck.pay[month] < likely, np.rint(self.emi * instalments), 0.0)
        cures = (self.course == CURES) & ~self.cured & (age >= self.cure_month)
        lump = (self.course == LUMP) & (age == self.lump_month)
        amount = np.where(cures, self.arrears + self.emi, amount)
        return np.where(lump, self._lump_amount(), amount), cures, lump

    def _lump_amount(self) -> np.ndarray:
        share = self.chance.share
        of_balance = np.where(share < 0.45, 1.0, 0.35 + 0.5 * share)
        of_balance = np.where(self.strategy == SETTLEMENT, 0.62 + 0.2 * share, of_balance)
        sale = np.minimum(self.balance, self.collateral * (0.7 + 0.2 * share))
        return np.rint(np.where((self.strategy == LEGAL) & self.secured, sale, self.balance * of_balance))

    def advance(self, month: int, path: Path) -> None:
        """One month: interest, reversals of the month before, payments, the state at its end; written to `path`."""
        luck, last_month = self.chance, len(self.calendar) - 1
        live = np.isin(self.state, (OPEN, CHARGED_OFF, AFTER_CHARGE_OFF))
        age = month - self.placed
        interest = np.where(self.state == OPEN, np.rint(self.balance * self.monthly_rate), 0).astype(np.int64)
        taken_back, self.returning = self.returning, np.zeros_like(self.returning)
        owed = self.balance + interest + taken_back
        amount, cures, lump = self.offered(month, age)
        fallen = self.falls & (month >= first_falling_month(len(self.calendar))) & (luck.fall[month] < FALLING_SHARE)
        pays = live & (luck.hold[month] == 0) & ~fallen
        cash = np.where(pays, np.minimum(amount, owed), 0).astype(np.int64)
        spills = luck.pay_day[month] + luck.bounce_lag_days[month] > self.calendar.days[month]
        bounces = (luck.bounce[month] < BOUNCE_SHARE) & (cash > 0) & (cash < owed) & ~cures & ~lump
        bounces &= ~spills | (month < last_month)
        bounced = np.where(bounces, cash, 0)
        self.returning = np.where(spills, bounced, 0)
        taken_back = taken_back + np.where(spills, 0, bounced)
        settles = lump & pays & (self.strategy == SETTLEMENT)
        waived = np.where(settles, owed - cash, 0)
        before = self.state.copy()
        self.balance = owed - cash - waived + np.where(spills, 0, bounced)
        self._count_instalments(before, cash - bounced + waived)
        self.cured |= (cures | lump) & pays
        self.relapsed |= self.cured & (self.course == CURES) & (luck.relapse[month] < 0.03)
        self.last_paid[cash > bounced] = month
        self._close(month, before)
        for name, values in (("interest", interest), ("cash", cash), ("bounced", bounced), ("waived", waived)):
            getattr(path, name)[month] = values
        path.taken_back[month] = taken_back

    def _count_instalments(self, before: np.ndarray, received: np.ndarray) -> None:
        due = np.maximum(self.arrears + self.emi - received, 0)
        due = np.minimum(due, self.balance)
        grown = (before == OPEN) & (due > self.arrears)
        self.missed = self.missed + grown
        self.arrears = np.where(before == OPEN, due, self.arrears)

    def _close(self, month: int, before: np.ndarray) -> None:
        leaving = np.isin(before, (PAID, SOLD, RECALLED))
        self.state[leaving] = GONE
        self.state[before == CHARGED_OFF] = AFTER_CHARGE_OFF
        still = before == OPEN
        self.state[still & (self.balance == 0)] = PAID
        still &= (self.balance > 0) & (self.returning == 0)
        hopeless = still & (self.days_past_due() >= CHARGE_OFF_DAYS) & (self.last_paid < month)
        in_court = (self.strategy == LEGAL) & (month - self.placed < COURT_PATIENCE_MONTHS)
        leave = self.chance.leave[month]
        written_off = hopeless & ~in_court & (leave < CHARGE_OFF_CHANCE)
        self.state[written_off] = CHARGED_OFF
        self.state[hopeless & ~in_court & ~written_off & (self.chance.sell[month] < SOLD_CHANCE)] = SOLD
        self.state[still & ~hopeless & (self.chance.sell[month] > 1 - RECALLED_CHANCE)] = RECALLED

    def days_past_due(self) -> np.ndarray:
        unpaid = -(-self.arrears // self.emi)
        return days_past_due(unpaid, self.since_due)


def first_falling_month(months: int) -> int:
    """Index of the first month in which the falling product falls; beyond the book where it is too short."""
    return months - FALLING_MONTHS if months >= SHORTEST_BOOK_WITH_A_FALL else months


def simulate(
    loans: pd.DataFrame, strategy: np.ndarray, chance: Chance, calendar: Calendar, *, with_fall: bool = True
) -> Path:
    """What becomes of the loans if each is under its `strategy` (an index into STRATEGIES) from placement on.

    `with_fall` False asks what would have happened had the falling product not fallen.
    """
    path = Path.empty(len(calendar), len(loans))
    book = _Book(loans, strategy, chance, calendar, with_fall=with_fall)
    for month in range(len(calendar)):
        book.advance(month, path)
        book.admit(month)
        path.state[month], path.balance[month] = book.state, book.balance
        path.arrears[month], path.missed[month] = book.arrears, book.missed
        path.dpd[month] = np.where(book.state == PAID, 0, book.days_past_due())
    return path
