"""Every headline number worked out again from the CSV files, slowly and plainly, without any of the product's code.

The definitions are those of DESIGN sections 2 and 4, of CONTRIBUTING "Decisions" and of the docstring of
`portfolio_measures`; the reading is another's. See `tests.reference_files` for units.
"""

from __future__ import annotations

from typing import Any

from tests.reference_files import (
    Episode,
    File,
    Payment,
    Row,
    Snapshot,
    assignments,
    bucket_of,
    cents,
    episodes,
    remembered,
    speaking_payments,
    speaking_rows,
)
from tests.reference_ripeness import is_untold, told_until

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


OF_CASH = ("cash_month", "cost_to_collect", "net_recovery")
OF_WORK = ("cost_month", "contacts_month", "promises_month", "cost_to_collect", "net_recovery")
"""Numbers of a month that are nobody's knowledge where no payments, or no actions, can have been told of it."""


class Reference:
    """A book as its files tell it, in the order they are given: see `tests.reference_files.files_known_on`."""

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
        self.paid_until, self.acted_until = (told_until(files, kind) for kind in ("payments", "actions"))
        self.held = {day: held_persons(snapshots) for day, snapshots in self.days.items()}

    def metrics(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple | None]:
        """name to (value, numerator, denominator, n, excluded); None, or a value of None, where undefined. Money in
        hundredths."""
        answer = self._stock(as_of, where)
        answer |= self._placed_and_cash(as_of, where)
        answer |= self._work(as_of, where)
        answer |= self._work_against_cash(answer)
        untold = [name for name in OF_CASH if is_untold(as_of, self.paid_until)]
        untold += [name for name in OF_WORK if is_untold(as_of, self.acted_until)]
        return answer | dict.fromkeys(untold)

    @remembered
    def stock(self, as_of: str, where: dict[str, list[str]]) -> dict[str, Snapshot]:
        """The open loans of the newest day up to `as_of`."""
        day = max((day for day in self.days if day <= as_of), default="")
        return {
            loan: snapshot
            for loan, snapshot in self.days.get(day, {}).items()
            if snapshot.is_open and self.kept(loan, snapshot, where)
        }

    def is_workable(self, loan: str, snapshot: Snapshot) -> bool:
        """Open, in arrears and not on hold, and its borrower not on a hold about the person."""
        held = snapshot.row.get("Hold") or person(loan, snapshot) in self.held[snapshot.day]
        return snapshot.is_open and snapshot.dpd >= 1 and not held

    @remembered
    def placed(self, as_of: str, where: dict[str, list[str]]) -> list[tuple[str, Episode]]:
        """Every episode begun, with its loan."""
        return [
            (loan, episode)
            for loan, begun in self.episodes.items()
            for episode in begun
            if episode.placed_on <= as_of and self.kept(loan, episode.snapshot, where, episode.strategy)
        ]

    @remembered
    def recovered(self, where: dict[str, list[str]]) -> list[tuple[Episode, Payment]]:
        """Every payment and reversal that belongs to an episode, whenever it was made; waivers left out."""
        found = []
        for payment in self.payments:
            episode = self.episode_on(payment.loan, payment.counts_on)
            if (
                episode
                and payment.kind != "waiver"
                and self.kept(payment.loan, episode.snapshot, where, episode.strategy)
            ):
                found.append((episode, payment))
        return found

    @remembered
    def work(self, as_of: str, where: dict[str, list[str]]) -> list[Row]:
        """Every action up to a day, on loans of which nobody told included."""
        return [
            row
            for row in self.actions
            if row["Acted_On"] <= as_of
            and self.kept(
                row["Loan_ID"], self.snapshot_near(row["Loan_ID"], row["Acted_On"]), where, row.get("Strategy") or None
            )
        ]

    @remembered
    def spent(self, as_of: str, where: dict[str, list[str]]) -> list[tuple[Episode, Row]]:
        """Every action up to a day with a cost that belongs to an episode, chosen as the cash of that episode is."""
        found = []
        for row in self.actions:
            episode = self.episode_on(row["Loan_ID"], row["Acted_On"])
            counts = row["Cost"] and row["Acted_On"] <= as_of and episode
            if counts and self.kept(row["Loan_ID"], episode.snapshot, where, episode.strategy):
                found.append((episode, row))
        return found

    def _stock(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple | None]:
        open_loans = self.stock(as_of, where)
        late = {loan: snapshot for loan, snapshot in open_loans.items() if snapshot.dpd >= 1}
        loans, arrears = len(open_loans), len(late)
        workable = sum(self.is_workable(loan, snapshot) for loan, snapshot in late.items())
        balance = sum(snapshot.balance for snapshot in open_loans.values())
        arrears_balance = sum(snapshot.balance for snapshot in late.values())
        return {
            "outstanding": (balance, balance, 1, loans, 0),
            "in_arrears": (arrears_balance, arrears_balance, 1, arrears, loans - arrears),
            "loans": (loans, loans, 1, loans, 0),
            "loans_in_arrears": (arrears, arrears, 1, arrears, 0),
            "workable": (workable, workable, 1, workable, arrears - workable),
            "on_hold_share": ((arrears - workable) / arrears, arrears - workable, arrears, arrears, 0)
            if late
            else None,
        }

    def _placed_and_cash(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        begun = self.placed(as_of, where)
        count, placed = len(begun), sum(episode.snapshot.balance for _, episode in begun)
        answer = {"balance_placed": (placed, placed, 1, count, 0)}
        if not self.payments:
            return answer
        posted = [payment for _, payment in self.recovered(where) if payment.paid_on <= as_of]
        of_month = [payment for payment in posted if payment.paid_on[:7] == as_of[:7]]
        cash, month_cash = (sum(payment.amount for payment in each) for each in (posted, of_month))
        number, month_number = (sum(payment.kind == "cash" for payment in each) for each in (posted, of_month))
        outside = [
            payment
            for payment in self.payments
            if payment.kind == "cash"
            and payment.paid_on <= as_of
            and self.episode_on(payment.loan, payment.counts_on) is None
            and self.kept(payment.loan, self.snapshot_near(payment.loan, payment.paid_on), where)
        ]
        excluded, of_this = len(outside), sum(payment.paid_on[:7] == as_of[:7] for payment in outside)
        rate = cash / placed if placed else None
        return answer | {
            "cash_to_date": (cash, cash, 1, number, excluded),
            "cash_month": (month_cash, month_cash, 1, month_number, of_this),
            "recovery_rate": (rate, cash, placed, count, excluded if placed else 0),
        }

    def _work(self, as_of: str, where: dict[str, list[str]]) -> dict[str, tuple]:
        if not self.actions:
            return {}
        done = self.work(as_of, where)
        of_month = [row for row in done if row["Acted_On"][:7] == as_of[:7]]
        contacts = sum(row["Result"].strip().lower() in REACHED for row in of_month)
        promises = sum(is_promise(row) for row in of_month)
        answer = {
            "contacts_month": (contacts, contacts, 1, contacts, 0),
            "promises_month": (promises, promises, 1, promises, 0),
        }
        if not self.has_costs:
            return answer
        spent = [row for _, row in self.spent(as_of, where)]
        early = [row for row in done if row["Cost"] and self.episode_on(row["Loan_ID"], row["Acted_On"]) is None]
        month, month_early = ([row for row in each if row["Acted_On"][:7] == as_of[:7]] for each in (spent, early))
        cost, month_cost = (sum(cost_of(row) for row in each) for each in (spent, month))
        return answer | {
            "cost_month": (
                month_cost,
                month_cost,
                1,
                len(month),
                len(month_early) + sum(not row["Cost"] for row in of_month),
            ),
            "cost_to_date": (cost, cost, 1, len(spent), len(early) + sum(not row["Cost"] for row in done)),
        }

    @property
    def has_costs(self) -> bool:
        return any(row["Cost"] for row in self.actions)

    @staticmethod
    def _work_against_cash(told: dict[str, Any]) -> dict[str, tuple]:
        answer: dict[str, tuple] = {}
        for of_cash, of_cost, suffix in (
            ("cash_month", "cost_month", ""),
            ("cash_to_date", "cost_to_date", "_to_date"),
        ):
            if of_cash not in told or of_cost not in told:
                continue
            cash, cost = told[of_cash][0], told[of_cost][0]
            share = cost / cash if cash > 0 else None
            answer[f"cost_to_collect{suffix}"] = (
                share, cost, cash, told[of_cost][3], 0 if share is None else told[of_cash][4],
            )  # fmt: skip
            answer[f"net_recovery{suffix}"] = (cash - cost, cash - cost, 1, told[of_cash][3], told[of_cash][4])
        return answer

    def kept(
        self, loan: str, snapshot: Snapshot | None, where: dict[str, list[str]], strategy: str | None = None
    ) -> bool:
        for name, values in where.items():
            if name == "strategy":
                under = strategy if strategy is not None else self.strategy_on(loan, snapshot)
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

    def strategy_on(self, loan: str, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return ""
        if snapshot.row.get("Strategy") and not snapshot.carried:
            return snapshot.row["Strategy"]
        in_force = [strategy for day, strategy in self.assigned[loan] if day <= snapshot.day]
        return in_force[-1] if in_force else ""

    def episode_on(self, loan: str, day: str) -> Episode | None:
        begun = [episode for episode in self.episodes.get(loan, []) if episode.placed_on <= day]
        return begun[-1] if begun else None

    def snapshot_near(self, loan: str, day: str) -> Snapshot | None:
        history = self.history.get(loan, [])
        before = [snapshot for snapshot in history if snapshot.day <= day]
        return before[-1] if before else (history[0] if history else None)


def person(loan: str, snapshot: Snapshot) -> str:
    """Who owes it; a loan whose file names nobody has a borrower of its own."""
    return snapshot.row.get("Borrower_ID") or f"the borrower of {loan}"


def held_persons(snapshots: dict[str, Snapshot]) -> set[str]:
    """Borrowers that nobody may contact, from the snapshots of one day."""
    return {person(loan, snapshot) for loan, snapshot in snapshots.items() if snapshot.row.get("Hold") in PERSON_HOLDS}


def is_promise(row: Row) -> bool:
    return bool(row["Promise_Amount"] or row["Promise_Due"])


def cost_of(row: Row) -> int:
    return cents(row["Cost"]) if row["Cost"] else 0
