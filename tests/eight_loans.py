"""A book of eight loans small enough to be worked by hand, as the CSV files a bank would send.

Month-ends August to October 2026, in euro. LN8 is the bystander: never in arrears, so its cash is nobody's recovery.
LN3's first payment comes before it was placed, LN7's reversal takes half a payment back, LN2's waiver is no cash,
LN6 is on hold, LN4 is paid and LN5 charged off in September, and both leave the stock.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

_HEADER = "Loan_ID,Borrower_ID,Outstanding_Loan_Amount,Days_Past_Due,Loan_Type,Region,Account_Status,Hold,Currency"

PORTFOLIOS = {
    date(2026, 8, 31): """LN1,B1,1000.00,10,Personal,North,open,,EUR
LN2,B2,5000.00,95,Home,South,open,,EUR
LN3,B3,2000.00,0,Auto,North,open,,EUR
LN4,B4,300.00,60,Personal,South,open,,EUR
LN5,B5,400.00,130,Personal,North,open,,EUR
LN8,B8,1234.56,0,Home,North,open,,EUR
""",
    date(2026, 9, 30): """LN1,B1,900.00,40,Personal,North,open,,EUR
LN2,B2,5050.50,125,Home,South,open,,EUR
LN3,B3,2000.00,0,Auto,North,open,,EUR
LN4,B4,0.00,0,Personal,South,paid,,EUR
LN5,B5,400.00,160,Personal,North,charged off,,EUR
LN6,B6,10000.00,5,Business,South,open,dispute,EUR
LN7,B7,700.10,20,Auto,South,open,,EUR
LN8,B8,1234.56,0,Home,North,open,,EUR
""",
    date(2026, 10, 31): """LN1,B1,800.00,0,Personal,North,open,,EUR
LN2,B2,5101.00,156,Home,South,open,,EUR
LN3,B3,1900.25,31,Auto,North,open,,EUR
LN6,B6,10000.00,36,Business,South,open,dispute,EUR
LN7,B7,600.10,20,Auto,South,open,,EUR
LN8,B8,1234.56,0,Home,North,open,,EUR
""",
}

PAYMENTS = """Loan_ID,Paid_On,Amount,Payment_ID,Kind,Reverses_Payment_ID
LN1,2026-09-10,100.00,P1,cash,
LN1,2026-10-05,100.00,P2,cash,
LN4,2026-09-15,300.00,P3,cash,
LN5,2026-10-20,50.00,P4,cash,
LN7,2026-10-12,150.00,P5,cash,
LN7,2026-10-14,50.00,P6,reversal,P5
LN2,2026-10-03,500.00,P7,waiver,
LN8,2026-10-09,50.00,P8,cash,
LN3,2026-09-20,100.00,P9,cash,
LN6,2026-10-30,1000.33,P10,cash,
"""

ACTIONS = """Loan_ID,Acted_On,Action,Channel,Cost,Result,Promise_Amount,Promise_Due
LN1,2026-10-02,call,phone,2.00,right party,,
LN2,2026-10-06,court filing,court,120.00,,,
LN7,2026-09-25,letter,post,1.50,no answer,,
LN8,2026-10-08,call,phone,2.00,promise,60.00,2026-10-20
"""

ON_31_OCTOBER = {
    # name: (value, numerator, denominator, n)
    "outstanding": (19635.91, 19635.91, 1, 6),  # 800.00 + 5101.00 + 1900.25 + 10000.00 + 600.10 + 1234.56
    "in_arrears": (17601.35, 17601.35, 1, 4),  # 5101.00 + 1900.25 + 10000.00 + 600.10
    "loans": (6, 6, 1, 6),
    "loans_in_arrears": (4, 4, 1, 4),
    "workable": (3, 3, 1, 3),  # without LN6
    "balance_placed": (19300.35, 19300.35, 1, 7),  # Aug 1000 + 5000 + 300 + 400, Sep 10000 + 700.10, Oct 1900.25
    "cash_to_date": (
        1650.33,
        1650.33,
        1,
        6,
    ),  # six payments; a reversal is none  # 100 + 100 + 300 + 50 + 150 - 50 + 1000.33
    "recovery_rate": (1650.33 / 19300.35, 1650.33, 19300.35, 7),
    "cash_month": (1250.33, 1250.33, 1, 4),  # 100 + 50 + 150 - 50 + 1000.33
    "cost_month": (122.00, 122.00, 1, 2),  # LN1 and LN2; LN8 was never placed
    "cost_to_collect": (122.00 / 1250.33, 122.00, 1250.33, 2),
    "net_recovery": (1128.33, 1128.33, 1, 4),  # 1250.33 - 122.00
    "cost_to_date": (122.00, 122.00, 1, 2),  # LN7's letter came five days before it was placed
    "cost_to_collect_to_date": (122.00 / 1650.33, 122.00, 1650.33, 2),
    "net_recovery_to_date": (1528.33, 1528.33, 1, 6),
    "written_off_month": (0.00, 0.00, 1, 0),
    "contacts_month": (2, 2, 1, 2),
    "promises_month": (1, 1, 1, 1),
}

ON_30_SEPTEMBER = {
    "outstanding": (19885.16, 19885.16, 1, 6),  # 900 + 5050.50 + 2000 + 10000 + 700.10 + 1234.56
    "in_arrears": (16650.60, 16650.60, 1, 4),  # 900 + 5050.50 + 10000 + 700.10
    "balance_placed": (17400.10, 17400.10, 1, 6),
    "cash_to_date": (400.00, 400.00, 1, 2),
    "cash_month": (400.00, 400.00, 1, 2),
    "recovery_rate": (400.00 / 17400.10, 400.00, 17400.10, 6),
    "cost_month": (0.00, 0.00, 1, 0),  # LN7's letter came before its placement
    "cost_to_collect": (0.00, 0.00, 400.00, 0),
    "written_off_month": (400.00, 400.00, 1, 1),  # LN5; its 50.00 of October come after
}


def write(folder: Path) -> list[tuple[Path, str, date | None]]:
    """The book's files with their kind and as-of, in the order they would arrive."""
    files: list[tuple[Path, str, date | None]] = []
    for day, rows in PORTFOLIOS.items():
        path = folder / f"{day.isoformat()}-portfolio.csv"
        path.write_text(f"{_HEADER}\n{rows}", encoding="utf-8")
        files.append((path, "portfolio", day))
    for kind, text in (("payments", PAYMENTS), ("actions", ACTIONS)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        files.append((path, kind, None))
    return files
