"""The sums of the calendar year worked out again: cash by its payments, write-offs loan by loan.

A metric is (value, numerator, denominator, n, excluded) with money in whole hundredths, or None where it is undefined.
"""

from __future__ import annotations

from tests.reference_files import month_end
from tests.reference_flows import Flows, Where
from tests.reference_moves import Metrics
from tests.reference_ripeness import is_untold


def year_metrics(flows: Flows, as_of: str, where: Where) -> Metrics:
    """Cash of this year and of the last up to the same day, and what was charged off in the month and the year."""
    book, first = flows.book, min(flows.book.days)
    answer: Metrics = {"cash_year": None, "cash_year_before": None, "written_off_month": None, "written_off_year": None}
    for name, until in (("cash_year", as_of), ("cash_year_before", a_year_earlier(as_of))):
        january = f"{until[:4]}-01-01"
        if book.payments and first < january and not is_untold(until, book.paid_until):
            posted = [each for _, each in book.recovered(where) if january <= each.paid_on <= until]
            cash = sum(each.amount for each in posted)
            answer[name] = (cash, cash, 1, sum(each.kind == "cash" for each in posted), 0)
    day = max((day for day in book.days if day <= as_of), default=as_of)
    closing = day if day == month_end(day) else month_end(day, -1)
    back = int(closing[5:7])
    ends = [month_end(closing, -each) for each in range(back + 1)]
    for name, wanted in (("written_off_month", ends[:2]), ("written_off_year", ends)):
        if all(end in book.days for end in wanted):
            lost = [flow for end in wanted[:-1] for flow in flows.of(end, where) if flow.state == "charged off"]
            amount = sum(flow.amounts["written_off"] for flow in lost)
            answer[name] = (amount, amount, 1, len(lost), 0)
    return answer


def a_year_earlier(day: str) -> str:
    """The same day a year before; the end of a month stays one."""
    earlier = f"{int(day[:4]) - 1}{day[4:]}"
    return month_end(f"{earlier[:7]}-01") if day == month_end(day) else earlier
