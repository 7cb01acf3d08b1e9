"""Every headline number worked out again from the CSV files, slowly and plainly, without any of the product's code.

Money is whole hundredths. Days are ISO text, so that they compare as days. The definitions are those of DESIGN
sections 2 and 4, of CONTRIBUTING "Decisions" and of the docstring of `portfolio_measures`; the reading is another's.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Row = dict[str, str]

NOT_STATED = "not stated"
PERSON_HOLDS = {"bankruptcy", "deceased", "vulnerable", "cease"}
REACHED = {"right party", "promise", "refused", "accepted"}
COLUMN_OF = {
    "product": "Loan_Type",
    "region": "Region",
    "branch": "Branch",
    "agency": "Agency",
    "collector": "Collector",
    "hold": "Hold",
}


@dataclass(frozen=True)
class File:
    """One CSV file and how it came in; `batch` is the number the product gave it."""

    kind: str
    text: str
    as_of: str = ""
    scope: str = "full"
    batch: int = 0

    @property
    def rows(self) -> list[Row]:
        return list(csv.DictReader(io.StringIO(self.text)))


@dataclass(frozen=True)
class Snapshot:
    day: str
    row: Row
    carried: bool = False

    @property
    def balance(self) -> int:
        return cents(self.row["Outstanding_Loan_Amount"])

    @property
    def dpd(self) -> int:
        return int(self.row["Days_Past_Due"])

    @property
    def is_open(self) -> bool:
        return (self.row.get("Account_Status") or "open") == "open"


@dataclass(frozen=True)
class Episode:
    placed_on: str
    snapshot: Snapshot
    strategy: str


@dataclass
class Payment:
    loan: str
    paid_on: str
    amount: int
    kind: str
    ref: str
    reverses: str
    counts_on: str


def cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_exact())


def bucket_of(dpd: int) -> str:
    for low, name in ((120, "120+"), (90, "90-119"), (60, "60-89"), (30, "30-59"), (1, "1-29")):
        if dpd >= low:
            return name
    return "Current"


class Reference:
    """A book as its live files tell it, in the order they came in."""

    def __init__(self, files: list[File]) -> None:
        self.days = speaking_rows([file for file in files if file.kind == "portfolio"])
        self.history: dict[str, list[Snapshot]] = {}
        for day in sorted(self.days):
            for loan, snapshot in self.days[day].items():
                self.history.setdefault(loan, []).append(snapshot)
        self.assigned = {loan: assignments(history) for loan, history in self.history.items()}
        self.episodes = {loan: episodes(history, self.assigned[loan]) for loan, history in self.history.items()}
        self.payments = speaking_payments([file for file in files if file.kind == "payments"])
        self.actions = [row for file in files if file.kind == "actions" for row in file.rows]

    def metrics(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        """name to (value, numerator, denominator, n, excluded); value None where undefined. Money in hundredths."""
        answer = self._stock(max(day for day in self.days if day <= as_of), where)
        answer |= self._placed_and_cash(as_of, where)
        answer |= self._work(as_of, where)
        return answer | self._work_against_cash(answer)

    def _stock(self, day: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        held_persons = {
            snapshot.row["Borrower_ID"]
            for snapshot in self.days[day].values()
            if snapshot.row.get("Hold") in PERSON_HOLDS
        }
        loans = arrears = workable = balance = arrears_balance = 0
        for loan, snapshot in self.days[day].items():
            if not snapshot.is_open or not self._kept(loan, snapshot, where):
                continue
            loans += 1
            balance += snapshot.balance
            if snapshot.dpd < 1:
                continue
            arrears += 1
            arrears_balance += snapshot.balance
            if not snapshot.row.get("Hold") and snapshot.row["Borrower_ID"] not in held_persons:
                workable += 1
        return {
            "outstanding": (balance, balance, 1, loans, 0),
            "in_arrears": (arrears_balance, arrears_balance, 1, arrears, loans - arrears),
            "loans": (loans, loans, 1, loans, 0),
            "loans_in_arrears": (arrears, arrears, 1, arrears, 0),
            "workable": (workable, workable, 1, workable, arrears - workable),
        }

    def _placed_and_cash(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        count = placed = 0
        for loan, begun in self.episodes.items():
            for episode in begun:
                if episode.placed_on <= as_of and self._kept(loan, episode.snapshot, where, episode.strategy):
                    count += 1
                    placed += episode.snapshot.balance
        answer = {"balance_placed": (placed, placed, 1, count, 0)}
        if not self.payments:
            return answer
        cash = month_cash = number = month_number = excluded = 0
        for payment in self.payments:
            if payment.kind == "waiver" or payment.paid_on > as_of:
                continue
            one = 1 if payment.kind == "cash" else 0
            episode = self._episode_on(payment.loan, payment.counts_on)
            if episode is None:
                then = self._snapshot_near(payment.loan, payment.paid_on)
                excluded += one if self._kept(payment.loan, then, where) else 0
            elif self._kept(payment.loan, episode.snapshot, where, episode.strategy):
                cash += payment.amount
                number += one
                if payment.paid_on[:7] == as_of[:7]:
                    month_cash += payment.amount
                    month_number += one
        rate = cash / placed if placed else None
        return answer | {
            "cash_to_date": (cash, cash, 1, number, excluded),
            "cash_month": (month_cash, month_cash, 1, month_number, 0),
            "recovery_rate": (rate, cash, placed, count, excluded if placed else 0),
        }

    def _work(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        if not self.actions:
            return {}
        contacts = promises = cost = costed = month_cost = month_costed = 0
        for row in self.actions:
            if row["Acted_On"] > as_of:
                continue
            then = self._snapshot_near(row["Loan_ID"], row["Acted_On"])
            if not self._kept(row["Loan_ID"], then, where, row.get("Strategy") or None):
                continue
            spent = cents(row["Cost"]) if row["Cost"] else 0
            cost += spent
            costed += 1 if row["Cost"] else 0
            if row["Acted_On"][:7] == as_of[:7]:
                month_cost += spent
                month_costed += 1 if row["Cost"] else 0
                contacts += 1 if row["Result"].strip().lower() in REACHED else 0
                promises += 1 if row["Promise_Amount"] or row["Promise_Due"] else 0
        answer = {
            "contacts_month": (contacts, contacts, 1, contacts, 0),
            "promises_month": (promises, promises, 1, promises, 0),
        }
        if not any(row["Cost"] for row in self.actions):
            return answer
        return answer | {
            "cost_month": (month_cost, month_cost, 1, month_costed, 0),
            "cost_to_date": (cost, cost, 1, costed, 0),
        }

    @staticmethod
    def _work_against_cash(told: dict[str, tuple]) -> dict[str, tuple]:
        answer: dict[str, tuple] = {}
        for of_cash, of_cost, suffix in (
            ("cash_month", "cost_month", ""),
            ("cash_to_date", "cost_to_date", "_to_date"),
        ):
            if of_cash not in told or of_cost not in told:
                continue
            cash, cost = told[of_cash][0], told[of_cost][0]
            share = cost / cash if cash > 0 else None
            answer[f"cost_to_collect{suffix}"] = (share, cost, cash, told[of_cost][3], 0)
            answer[f"net_recovery{suffix}"] = (cash - cost, cash - cost, 1, told[of_cash][3], 0)
        return answer

    def _kept(
        self, loan: str, snapshot: Snapshot | None, where: dict[str, list[str]], strategy: str | None = None
    ) -> bool:
        for name, values in where.items():
            if name == "strategy":
                under = strategy if strategy is not None else self._strategy_on(loan, snapshot)
                found = under or NOT_STATED
            elif snapshot is None:
                found = NOT_STATED
            elif name == "bucket":
                found = bucket_of(snapshot.dpd)
            else:
                found = snapshot.row.get(COLUMN_OF[name]) or NOT_STATED
            if found not in values:
                return False
        return True

    def _strategy_on(self, loan: str, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return ""
        if snapshot.row.get("Strategy") and not snapshot.carried:
            return snapshot.row["Strategy"]
        in_force = [strategy for day, strategy in self.assigned[loan] if day <= snapshot.day]
        return in_force[-1] if in_force else ""

    def _episode_on(self, loan: str, day: str) -> Episode | None:
        begun = [episode for episode in self.episodes.get(loan, []) if episode.placed_on <= day]
        return begun[-1] if begun else None

    def _snapshot_near(self, loan: str, day: str) -> Snapshot | None:
        history = self.history.get(loan, [])
        before = [snapshot for snapshot in history if snapshot.day <= day]
        return before[-1] if before else (history[0] if history else None)


def speaking_rows(portfolios: list[File]) -> dict[str, dict[str, Snapshot]]:
    """By day and loan, the row that speaks: newest file first, a full one replaces its day, a partial one overlays it
    and, where no full one tells of the day, carries forward the open loans it leaves out."""
    by_day: dict[str, list[tuple[str, list[Row]]]] = {}
    for file in portfolios:
        rows_of: dict[str, list[Row]] = {}
        for row in file.rows:
            rows_of.setdefault(row.get("Snapshot_Date") or file.as_of, []).append(row)
        for day, rows in rows_of.items():
            by_day.setdefault(day, []).append((file.scope, rows))
    told: dict[str, dict[str, Snapshot]] = {}
    before: dict[str, Snapshot] = {}
    for day in sorted(by_day):
        present: dict[str, Snapshot] = {}
        if all(scope == "partial" for scope, _ in by_day[day]):
            present = {loan: Snapshot(day, known.row, True) for loan, known in before.items() if known.is_open}
        for scope, rows in by_day[day]:
            if scope == "full":
                present = {}
            present |= {row["Loan_ID"]: Snapshot(day, row) for row in rows}
        told[day] = before = present
    return told


def assignments(history: list[Snapshot]) -> list[tuple[str, str]]:
    """(day, strategy), oldest first: from the day stated where that can be true, else the day of the file."""
    found: list[tuple[str, str]] = []
    under, last_day = "", ""
    for snapshot in history:
        stated = snapshot.row.get("Strategy", "")
        if not stated or snapshot.carried:
            continue
        if stated != under:
            since = snapshot.row.get("Assigned_On", "")
            found.append((since if since and last_day < since <= snapshot.day else snapshot.day, stated))
        under, last_day = stated, snapshot.day
    return found


def episodes(history: list[Snapshot], assigned: list[tuple[str, str]]) -> list[Episode]:
    """A loan's recovery episodes, oldest first."""
    told = {
        snapshot.row["Placed_On"]
        for snapshot in history
        if snapshot.row.get("Placed_On") and snapshot.row["Placed_On"] <= snapshot.day
    }
    starts = set(told)
    last_late = ""
    for place, snapshot in enumerate(history):
        if snapshot.dpd < 1:
            continue
        anew = not last_late or current_months(history[:place], last_late, snapshot.day) >= 3
        if anew and not any(last_late < day <= snapshot.day for day in told):
            starts.add(snapshot.day)
        last_late = snapshot.day
    by_snapshot: dict[str, Episode] = {}
    for start in sorted(starts):
        first = next(snapshot for snapshot in history if snapshot.day >= start)
        by_snapshot[first.day] = Episode(start, first, strategy_of_episode(start, assigned))
    return [by_snapshot[day] for day in sorted(by_snapshot)]


def current_months(history: list[Snapshot], after: str, until: str) -> int:
    """How many months before that of `until` ended Current since the arrears of `after`."""
    last_of_month = {snapshot.day[:7]: snapshot for snapshot in history}
    return sum(
        1
        for month, snapshot in last_of_month.items()
        if snapshot.dpd == 0 and snapshot.day > after and month < until[:7]
    )


def strategy_of_episode(start: str, assigned: list[tuple[str, str]]) -> str:
    in_force = [strategy for day, strategy in assigned if day <= start]
    limit = (date.fromisoformat(start) + timedelta(days=90)).isoformat()
    soon = [strategy for day, strategy in assigned if start <= day <= limit]
    return in_force[-1] if in_force else (soon[0] if soon else "")


def speaking_payments(files: list[File]) -> list[Payment]:
    """Payments that count: with a number the newest row of it, without one every row."""
    numbered: dict[str, Payment] = {}
    others: list[Payment] = []
    for file in files:
        for row in file.rows:
            kind = row["Kind"] or "cash"
            amount = cents(row["Amount"]) * (-1 if kind == "reversal" else 1)
            ref, reverses = row["Payment_ID"], row["Reverses_Payment_ID"]
            payment = Payment(row["Loan_ID"], row["Paid_On"], amount, kind, ref, reverses, row["Paid_On"])
            if ref:
                numbered[ref] = payment
            else:
                others.append(payment)
    for payment in [*numbered.values(), *others]:
        original = numbered.get(payment.reverses)
        if payment.kind == "reversal" and original and original.loan == payment.loan and original.kind != "reversal":
            payment.counts_on = original.paid_on
            payment.kind = "waiver" if original.kind == "waiver" else "reversal"
    return [*numbered.values(), *others]
