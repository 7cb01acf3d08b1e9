"""Five hundred loans with random histories over fourteen month-ends, from a seed, as the files a lender would send.

Loans arrive and leave with and without a status, come back, cure, fall back, are put on hold, change product, branch and
strategy; borrowers hold several. Payments come with reversals (named or not), waivers and corrections, promises with and
without due days, actions with every result. One month-end is missing, one month has two snapshots inside it, some files
are partial, and they are loaded in an order that is not the one in which they were received.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.reference_files import File

SEED = 20261031
LOANS = 500
MISSING = "2025-11-30"
DAYS = ("2025-09-30", "2025-10-31", MISSING, "2025-12-31", "2026-01-31", "2026-02-14", "2026-02-28", "2026-03-31", "2026-04-30",
        "2026-05-31", "2026-06-30", "2026-07-10", "2026-07-20", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31")  # fmt: skip
LAST = DAYS[-1]
PARTIAL = {"2026-02-14", "2026-07-20"}
PORTFOLIO = ("Loan_ID", "Borrower_ID", "Outstanding_Loan_Amount", "Days_Past_Due", "Account_Status", "Hold", "Loan_Type",
             "Region", "Branch", "Strategy", "Assigned_On", "Placed_On", "Monthly_EMI")  # fmt: skip
PAYMENTS = ("Loan_ID", "Paid_On", "Amount", "Payment_ID", "Reverses_Payment_ID", "Kind")
ACTIONS = ("Loan_ID", "Acted_On", "Action", "Cost", "Result", "Strategy", "Promise_Amount", "Promise_Due")
RESULTS = ("right party", "Right Party", "no answer", "no answer", "promise", "promise", "refused", "accepted", "third party",
           "wrong party", "voicemail", "promise cancelled", "")  # fmt: skip
STRATEGIES = ("", "", "Standard", "Settlement", "Legal")


@dataclass
class Loan:
    """One loan as it goes through the months; money in hundredths."""

    ref: str
    borrower: str
    product: str
    branch: str
    balance: int
    dpd: int
    emi: int
    placed_on: str
    arrives: int
    hold: str = ""
    strategy: str = ""
    assigned_on: str = ""
    status: str = "open"
    gone_after: int = 99
    away: tuple[int, ...] = ()
    paid: list[tuple[str, int]] = field(default_factory=list)
    promised: list[tuple[str, int]] = field(default_factory=list)


def histories(seed: int = SEED, loans: int = LOANS) -> list[File]:
    """The files in an order of loading that is not the order of receipt."""
    chance = random.Random(seed)
    book = [_born(chance, number) for number in range(loans)]
    actions = _actions(chance, book)
    payments = _payments(chance, book)
    snapshots = {day: _portfolio(chance, book, place) for place, day in enumerate(DAYS)}
    files = [
        File("portfolio", _text(PORTFOLIO, _some(chance, rows, day)), day, "partial" if day in PARTIAL else "full",
             received_on=_later(day, chance.randint(2, 9)))
        for day, rows in snapshots.items() if day != MISSING
    ]  # fmt: skip
    files += _corrections(chance, snapshots)
    files += _by_quarter("payments", PAYMENTS, payments, 1)
    files += [_corrected_payments(chance, payments)]
    files += _by_quarter("actions", ACTIONS, actions, 1)
    chance.shuffle(files)
    return files


def _born(chance: random.Random, number: int) -> Loan:
    begins = chance.choice([0] * 7 + [1, 2, 4, 7, 9, 12, 15, 16])
    placed = chance.choice([""] * 8 + ["2024-05-20", "2024-08-31", "2025-03-15", "2026-03-03"])
    return Loan(
        ref=f"L{number:03}",
        borrower="" if chance.random() < 0.05 else f"B{chance.randrange(LOANS * 2 // 3):03}",
        product=chance.choice(["Auto", "Auto", "Home", ""]),
        branch=chance.choice(["North 1", "North 2", "South 1"]),
        balance=chance.randint(5_000, 3_000_000),
        dpd=chance.choice([0, 0, 0, 5, 30, 61, 95, 150]),
        emi=0 if chance.random() < 0.2 else chance.randint(2_000, 60_000),
        placed_on=placed,
        arrives=begins,
        strategy=chance.choice(STRATEGIES),
        gone_after=chance.choice([99] * 12 + list(range(begins + 1, begins + 5))),
        away=(chance.randrange(begins + 1, begins + 8),) if chance.random() < 0.05 else (),
    )


def _portfolio(chance: random.Random, book: list[Loan], place: int) -> list[tuple[object, ...]]:
    """The rows of one day; the loans move on to it."""
    rows = []
    for loan in book:
        if place < loan.arrives or (place > loan.gone_after and loan.status == "open") or place in loan.away:
            continue
        if loan.status != "open" and chance.random() < 0.5:
            continue  # a loan that has left is told of a while, then no more
        if place > loan.arrives and loan.status == "open":
            _move_on(chance, loan, place)
        rows.append(_row(loan))
    return rows


def _move_on(chance: random.Random, loan: Loan, place: int) -> None:
    before, day = DAYS[place - 1], DAYS[place]
    paid = sum(amount for on, amount in loan.paid if before < on <= day)
    drift = chance.choice([0, 0, 0, loan.balance // 80, loan.balance // 80, -chance.randint(1, 5_000)])
    loan.balance = max(0, loan.balance - paid + drift)
    step = chance.random()
    if loan.dpd == 0:
        loan.dpd = chance.choice([1, 12, 29]) if step < 0.12 else 0
    elif step < 0.22:
        loan.dpd = 0
    elif step < 0.35:
        loan.dpd = max(1, loan.dpd - 30)
    elif step < 0.85:
        loan.dpd += 30
    if loan.balance == 0 or chance.random() < 0.012:
        loan.status = "paid"
    elif loan.dpd > 90 and chance.random() < 0.08:
        loan.status = chance.choice(["charged off", "charged off", "sold", "recalled"])
    if loan.status != "open" and chance.random() < 0.7:
        loan.balance = 0
    if chance.random() < 0.06:
        loan.hold = chance.choice(["", "", "dispute", "vulnerable", "deceased"])
    if chance.random() < 0.04:
        loan.product, loan.branch = chance.choice(["Auto", "Home", ""]), chance.choice(["North 1", "South 1"])
    if chance.random() < 0.15:
        loan.strategy = chance.choice(STRATEGIES)
        loan.assigned_on = chance.choice(["", day, _later(day, -12)])


def _row(loan: Loan) -> tuple[object, ...]:
    return (loan.ref, loan.borrower, _money(loan.balance), loan.dpd, loan.status, loan.hold, loan.product, loan.branch.split()[0],
            loan.branch, loan.strategy, loan.assigned_on if loan.strategy else "", _placed_on(loan),
            _money(loan.emi) if loan.emi else "")  # fmt: skip


def _placed_on(loan: Loan) -> str:
    return loan.placed_on if loan.placed_on <= DAYS[loan.arrives] else ""


def _some(chance: random.Random, rows: list[tuple[object, ...]], day: str) -> list[tuple[object, ...]]:
    return [row for row in rows if chance.random() < 0.4] if day in PARTIAL else rows


def _corrections(chance: random.Random, snapshots: dict[str, list[tuple[object, ...]]]) -> list[File]:
    """A month sent again in full two months later, a part of another, and a part received before its month's full file."""
    january = [row for row in snapshots["2026-01-31"] if chance.random() < 0.97]
    january = [(*row[:2], "77.10", *row[3:]) if chance.random() < 0.05 else row for row in january]
    may = [
        (*row[:3], chance.choice([0, 40, 130]), *row[4:]) for row in snapshots["2026-05-31"] if chance.random() < 0.1
    ]
    march = [row for row in snapshots["2026-03-31"] if chance.random() < 0.1]
    return [
        File("portfolio", _text(PORTFOLIO, january), "2026-01-31", received_on="2026-04-02"),
        File("portfolio", _text(PORTFOLIO, may), "2026-05-31", "partial", received_on="2026-09-15"),
        File("portfolio", _text(PORTFOLIO, march), "2026-03-31", "partial", received_on="2026-04-01"),
    ]


def _payments(chance: random.Random, book: list[Loan]) -> list[tuple[object, ...]]:
    """Payments of all loans, reversals and waivers among them; what counts is taken off the loans as they move on."""
    rows: list[tuple[object, ...]] = []
    for loan in book:
        names: list[str] = []
        for day in (_day(chance) for _ in range(chance.choice([0, 1, 3, 6, 9]))):
            amount = chance.randint(500, 40_000)
            number = f"{loan.ref}-{len(rows)}" if chance.random() < 0.9 else ""
            kind = chance.choice(["cash"] * 7 + ["", "waiver"])
            rows.append((loan.ref, day, _money(amount), number, "", kind))
            loan.paid.append((day, amount))
            names += [number] if number else []
        for due, amount in loan.promised:
            day = _later(due, chance.choice([-2, 0, 3, 3, 4]))
            if day <= LAST and chance.random() < 0.6:
                part = chance.choice([amount, amount, amount * 99 // 100, amount * 99 // 100 - 1, amount // 2])
                rows.append((loan.ref, day, _money(part), f"K{len(rows)}", "", "cash"))
                loan.paid.append((day, part))
                names.append(f"K{len(rows) - 1}")
        if names and chance.random() < 0.25:
            named = chance.choice([chance.choice(names), chance.choice(names), "", "nobody's"])
            day, amount = _day(chance), chance.randint(100, 30_000)
            rows.append((loan.ref, day, _money(amount), f"R{loan.ref}", named, "reversal"))
    strangers = [("L900", _day(chance), "12.00", f"S{number}", "", "cash") for number in range(3)]
    return rows + strangers


def _corrected_payments(chance: random.Random, payments: list[tuple[object, ...]]) -> File:
    """An extract of some payments again, a few with another amount or day."""
    again = [row for row in payments if row[3] and str(row[1]) < "2026-05-01" and chance.random() < 0.15]
    rows = [
        (row[0], chance.choice([row[1], row[1], "2026-05-04"]), chance.choice([row[2], "55.55"]), *row[3:])
        for row in again
    ]
    return File("payments", _text(PAYMENTS, rows), received_on="2026-06-20")


def _actions(chance: random.Random, book: list[Loan]) -> list[tuple[object, ...]]:
    """Actions of all loans, promises among them; what was promised is kept on the loans, for payments to follow."""
    rows: list[tuple[object, ...]] = []
    for loan in [*book, replace(book[0], ref="L901", promised=[])]:
        for day in (_day(chance) for _ in range(chance.choice([0, 2, 5, 8, 12]))):
            result = chance.choice(RESULTS)
            promised, due = "", ""
            if result == "promise" or chance.random() < 0.03:
                amount = chance.choice([0] + [5_000, 12_550, 30_000] * 4)
                promised = _money(amount) if chance.random() < 0.9 else ""
                due = _later(day, chance.choice([-2] + [0, 5, 20, 40] * 3)) if chance.random() < 0.9 else ""
                if promised and due:
                    loan.promised.append((due, amount))
            cost = chance.choice(["", "0.00", "1.25", "2.00", "120.00"])
            rows.append((loan.ref, day, "call", cost, result, chance.choice(["", "", "", "Legal"]), promised, due))
            if promised and chance.random() < 0.2:
                rows.append(
                    (
                        loan.ref,
                        min(LAST, _later(day, chance.choice([0, 3, 9]))),
                        "call",
                        "",
                        "Promise cancelled",
                        "",
                        "",
                        "",
                    )
                )
    return rows


def _by_quarter(kind: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], day: int) -> list[File]:
    """One file a quarter of the year, received six days after its end."""
    files = []
    for until in ("2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30", "2026-10-31"):
        own = [row for row in rows if str(row[day]) <= until]
        rows = [row for row in rows if str(row[day]) > until]
        files.append(File(kind, _text(columns, own), received_on=_later(until, 6)))
    return files


def _day(chance: random.Random) -> str:
    return _later("2025-09-25", chance.randint(0, (date.fromisoformat(LAST) - date(2025, 9, 25)).days))


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _money(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


def _text(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
