"""A small book full of traps, from a seed: files out of order, two snapshots in a month, partial files over full ones,
loans that cure and come back, borrowers with several loans of which one is on hold, stated placements, payments told
twice with another amount, reversals before their payment, promises of every kind, and payments and work on loans nobody
knows."""

from __future__ import annotations

import csv
import io
import random

from tests.reference_files import File

DAYS = ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-07-15", "2026-07-31", "2026-10-31")
LOANS = tuple(f"L{number:02}" for number in range(24))
PORTFOLIO = ("Loan_ID", "Borrower_ID", "Outstanding_Loan_Amount", "Days_Past_Due", "Account_Status", "Hold", "Loan_Type",
             "Region", "Strategy", "Assigned_On", "Placed_On", "Monthly_EMI")  # fmt: skip
PAYMENTS = ("Loan_ID", "Paid_On", "Amount", "Payment_ID", "Reverses_Payment_ID", "Kind")
ACTIONS = ("Loan_ID", "Acted_On", "Action", "Cost", "Result", "Strategy", "Promise_Amount", "Promise_Due")


def rough_files(chance: random.Random) -> list[File]:
    """The files of a rough book, in an order nobody would choose."""
    files = [_portfolio(chance, day, "full") for day in DAYS if chance.random() < 0.8]
    files += [_portfolio(chance, chance.choice(DAYS), "partial") for _ in range(3)]
    files += [_portfolio(chance, chance.choice(DAYS), "full")]
    files += [_payments(chance) for _ in range(2)] + [_actions(chance)]
    chance.shuffle(files)
    return files


def _text(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _portfolio(chance: random.Random, day: str, scope: str) -> File:
    share = 0.9 if scope == "full" else 0.4
    rows = [_loan(chance, loan, day) for loan in LOANS if chance.random() < share]
    return File("portfolio", _text(PORTFOLIO, rows), day, scope)


def _loan(chance: random.Random, loan: str, day: str) -> tuple[object, ...]:
    number = int(loan[1:])
    late = chance.choice([0, 0, 0, 0, 1, 29, 30, 95, 300])
    status = chance.choice(["open"] * 9 + ["paid", "charged off"])
    hold = chance.choice([""] * 12 + ["dispute", "vulnerable", "deceased"])
    strategy = chance.choice(["", "", "Standard", "Settlement", "Legal"])
    assigned = chance.choice(["", "", "2026-03-10", day])
    placed = chance.choice([""] * 12 + ["2025-12-20", "2026-04-10", "2026-07-18"])
    balance = f"{chance.randint(1, 10_000_000) / 100:.2f}"
    product = chance.choice(["", "Auto", "Auto", "Home"])
    emi = ("", "12.50", "300.00")[(number + int(day[5:7])) % 3]
    return (loan, f"B{number // 3}", balance, late, status, hold, product, "North", strategy, assigned, placed, emi)


def _payments(chance: random.Random) -> File:
    rows: list[tuple[object, ...]] = []
    for ref in chance.sample(range(90), 45):
        loan = f"L{ref % 26:02}"  # L24 and L25 are in no portfolio
        amount = f"{chance.randint(1, 100_000) / 100:.2f}"
        if ref >= 70:
            rows.append((loan, _day(chance), amount, f"P{ref}", f"P{ref - 26}", "reversal"))
        elif ref >= 60:
            rows.append((loan, _day(chance), amount, f"P{ref}", "", "waiver"))
        else:
            rows.append((loan, _day(chance), amount, f"P{ref}" if ref % 5 else "", "", "cash"))
    return File("payments", _text(PAYMENTS, rows))


def _actions(chance: random.Random) -> File:
    rows: list[tuple[object, ...]] = []
    for place in range(60):
        result = chance.choice(["right party", "no answer", "Promise", "refused", ""])
        promised, due = "", ""
        if result == "Promise":
            promised = ("12.50", "900.00", "12.50", "")[place % 4]
            due = ("2026-11-05", "2026-04-05", "2026-08-01")[place % 3]
        elif place % 2:
            result = {"refused": "Cancelled", "": "third party"}.get(result, result)
        cost = chance.choice(["", "0.00", "1.25", "120.00"])
        strategy = chance.choice(["", "", "Legal"])
        rows.append((f"L{chance.randrange(26):02}", _day(chance), "call", cost, result, strategy, promised, due))
    return File("actions", _text(ACTIONS, rows))


def _day(chance: random.Random) -> str:
    return f"2026-{chance.randint(1, 10):02}-{chance.randint(1, 28):02}"
