"""The money of the sample book as a bank would list it: cash, reversals, waivers, and when each was told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.synthetic.calendar import Calendar
from core.synthetic.chance import Chance
from core.synthetic.dynamics import LATE_SHARE, Path

CHANNELS = ("Direct debit", "Bank transfer", "Card", "Cash desk")
CHANNEL_SHARES = (0.38, 0.36, 0.20, 0.06)
PAID_BEFORE_PLACEMENT_SHARE = 0.06
"""Share of loans with half an instalment paid in the weeks before they were placed: cash of no placement."""


def payment_rows(
    rng: np.random.Generator, loans: pd.DataFrame, path: Path, chance: Chance, calendar: Calendar
) -> pd.DataFrame:
    """Every payment, reversal and waiver of the book.

    Returns:
        loan (row of `loans`), loan_ref, day (datetime64), month (index of the month it belongs to), told (index of
        the month whose file brings it), amount (hundredths, positive), kind, payment_ref, reverses_ref ("" if none),
        channel, effective (month of the payment a reversal takes back, else month), is_late;
        in order of day and loan.
    """
    cash = pd.concat(
        [_before_placement(rng, loans, chance, calendar), _cash(path, chance, calendar)], ignore_index=True
    )
    cash = cash.sort_values(["day", "loan"], kind="stable", ignore_index=True)
    cash["payment_ref"] = [f"P{number:07d}" for number in range(1, len(cash) + 1)]
    cash["channel"] = rng.choice(CHANNELS, len(cash), p=CHANNEL_SHARES)
    rows = pd.concat([cash, _reversals(cash, calendar), _waivers(path, chance, calendar)], ignore_index=True)
    rows = rows.sort_values(["day", "loan", "kind"], kind="stable", ignore_index=True)
    rows["loan_ref"] = loans["loan_ref"].to_numpy()[rows["loan"]]
    return rows


def _cash(path: Path, chance: Chance, calendar: Calendar) -> pd.DataFrame:
    month, loan = np.nonzero(path.cash)
    kept = path.bounced[month, loan] == 0
    late = kept & (chance.late[month, loan] < LATE_SHARE) & (month < len(calendar) - 1)
    lag = chance.bounce_lag_days[month, loan]
    frame = _rows(loan, month, _day(chance, calendar, month, loan), path.cash[month, loan], "cash")
    return frame.assign(told=month + late, is_late=late, lag=np.where(kept, 0, lag))


def _before_placement(
    rng: np.random.Generator, loans: pd.DataFrame, chance: Chance, calendar: Calendar
) -> pd.DataFrame:
    loan = np.flatnonzero(rng.random(len(loans)) < PAID_BEFORE_PLACEMENT_SHARE)
    month = loans["placed"].to_numpy()[loan]
    amount = loans["emi"].to_numpy()[loan] // 2
    return _rows(loan, month, _day(chance, calendar, month, loan), amount, "cash")


def _reversals(cash: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    taken = cash[cash["lag"] > 0]
    day = taken["day"].to_numpy() + taken["lag"].to_numpy().astype("timedelta64[D]")
    month = np.searchsorted(calendar.first_days, day, side="right") - 1
    frame = _rows(taken["loan"].to_numpy(), month, day, taken["amount"].to_numpy(), "reversal")
    refs = taken["payment_ref"].to_numpy()
    return frame.assign(
        payment_ref=[f"R{ref[1:]}" for ref in refs],
        reverses_ref=refs,
        channel=taken["channel"].to_numpy(),
        effective=taken["month"].to_numpy(),
    )


def _waivers(path: Path, chance: Chance, calendar: Calendar) -> pd.DataFrame:
    month, loan = np.nonzero(path.waived)
    frame = _rows(loan, month, _day(chance, calendar, month, loan), path.waived[month, loan], "waiver")
    return frame.assign(payment_ref=[f"W{number:07d}" for number in range(1, len(frame) + 1)], channel="Internal")


def _day(chance: Chance, calendar: Calendar, month: np.ndarray, loan: np.ndarray) -> np.ndarray:
    days = (chance.pay_day[month, loan] - 1).astype("timedelta64[D]")
    return np.asarray(calendar.first_days[month] + days)


def _rows(loan: np.ndarray, month: np.ndarray, day: np.ndarray, amount: np.ndarray, kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "loan": loan, "day": day.astype("datetime64[s]"), "month": month, "told": month, "amount": amount,
            "kind": kind, "payment_ref": "", "reverses_ref": "", "channel": "", "effective": month,
            "is_late": False, "lag": 0,
        }
    )  # fmt: skip
