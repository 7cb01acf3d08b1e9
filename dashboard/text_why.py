"""The words of the drawer "why this number"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import isclose, isfinite

from core.errors import Refused
from core.metrics.answers import NOUNS
from core.metrics.catalogue import definition
from core.metrics.cells import BETWEEN, SETS, SEVERAL, SPANS
from core.metrics.definitions import Behind, Definition
from core.metrics.delinquency import BUCKETS
from core.metrics.measure import Measure, Unit
from core.metrics.recovery import cohort_months
from core.records import FactPage
from core.selection import Selection
from dashboard import format as show
from dashboard.address import Why
from dashboard.text import because

UNITS: dict[Unit, str] = {
    "currency": "money", "share": "a share of one, shown in percent", "count": "a number of things",
    "currency per loan": "money a loan", "ratio": "one number by another",
}  # fmt: skip
BETTER = {"up": "higher is better", "down": "lower is better", "neither": "neither direction is better"}
KINDS = {
    "stock": "open loans on the day", "placed": "placements up to the day", "cash": "payments and reversals on placed loans up to the day",
    "activity": "actions up to the day", "costs": "actions on placed loans, with a stated cost, up to the day", "flows": "loans between adjacent month-ends", "promises": "promises that came due by the day",
}  # fmt: skip
SUMS = {
    "loans": "Loans", "balance": "Balance", "arrears_loans": "Loans in arrears", "arrears_balance": "Balance in arrears",
    "workable_loans": "Workable loans", "workable_balance": "Workable balance", "expected_loans": "Loans with an expectation",
    "expected_recovery": "Expected recovery", "payments": "Payments", "cash": "Cash", "cash_effective": "Cash by month of payment",
    "actions": "Actions", "contacts": "Contacts", "promises": "Promises", "promised": "Amount promised", "cost": "Cost",
    "costed": "Actions with a cost", "kept": "Kept promises", "kept_amount": "Amount kept", "unstated": "Promises that state no day or amount",
    "cancelled": "Cancelled promises", "workable": "Workable loans", "attempts": "Actions on workable loans", "worked": "Worked loans",
    "contacted": "Loans contacted", "reached": "Loans reached", "paying": "Paying loans", "cured": "Cured loans",
    "seen_3": "Cures followed three months", "sustained_3": "Cures sustained three months", "seen_6": "Cures followed six months",
    "redefaulted_6": "Cures that fell back", "dated": "Loans with a stated instalment", "opening": "Opening balance",
    "closing": "Closing balance", "waived": "Waived", "interest": "Interest and fees", "written_off": "Written off", "sold": "Sold or recalled",
    "gone": "Missing from the file", "other": "Other changes", "due": "Instalments due",
}  # fmt: skip
"""What each sum over facts is called; `flows` counts loans where `activity` counts promises."""
FIELDS = {
    "loan_ref": "Loan", "borrower_ref": "Borrower", "as_of": "Day", "balance": "Balance", "dpd": "Days past due", "bucket": "Arrears",
    "hold": "Hold", "product": "Product", "region": "Region", "segment": "Segment", "strategy": "Strategy", "band": "Risk band",
    "placed_on": "Placed on", "cohort": "Placed in", "day": "Paid on", "cash": "Cash", "cash_effective": "Cash by month of payment",
    "payment_kind": "Kind", "payment_ref": "Payment", "batch_id": "File", "acted_on": "Done on", "action": "Action", "channel": "Channel",
    "result": "Result", "cost": "Cost", "promised": "Promised", "month": "Month to", "origin": "From", "state": "To", "opening": "Opening",
    "closing": "Closing", "waived": "Waived", "interest": "Interest, fees", "written_off": "Written off", "sold": "Sold", "gone": "Missing",
    "other": "Other", "promised_on": "Promised on", "due_on": "Due on", "kept": "Kept", "kept_amount": "Amount kept", "branch": "Branch",
    "agency": "Agency", "collector": "Owner", "proposed": "Proposed", "decided_by": "Decided by",
    "change": "What became of it", "since": "Restated since", "move": "Moved", "age": "Age, months", "workable": "Workable",
    "attempts": "Actions", "due": "Instalment due", "after": "Later", "before": "Earlier", "by": "By",
}  # fmt: skip
"""What a column of the rows, or of a cell, is called."""

MOVES = {
    "forward": "to a worse bucket or charged off", "stay": "stayed in their bucket", "back": "to a better bucket, short of Current",
    "cure": "to Current or paid", "left": "sold, recalled or missing",
}  # fmt: skip
_GROUPS = {
    ("origin", SEVERAL.join(BUCKETS)): "open before", ("origin", SEVERAL.join(BUCKETS[1:])): "in arrears before",
    ("state", SEVERAL.join(BUCKETS[1:])): "in arrears after",
}  # fmt: skip
_DAYS = {"as_of": "", "since": "restated since ", "before": "against "}
BY_WORDS = {"origin": "arrears"}
WORKABLE = {"yes": "workable", "no": "on hold"}
_SIDES = {"numerator": "Numerator", "denominator": "Denominator", "less": "Less"}
_CHANGED = {
    "numerator": ("later", "numerator"), "denominator": ("later", "denominator"), "numerator_before": ("earlier", "numerator"),
    "denominator_before": ("earlier", "denominator"),
}  # fmt: skip
"""Of a change, which side of the comparison a set of rows is, and of its rate."""
_ORDER = ("after", "before")
"""Columns of a cell that are said first."""


def sum_formula(kind: str, measure: str, since: date | None = None) -> str:
    """How a sum over facts is computed, or what files received after a day changed about it."""
    if since is not None:
        return f"{SUMS[measure]} over {KINDS[kind]}: what files received after {show.day(since)} added, less what they took off."
    return f"{SUMS[measure]}, added up over {KINDS[kind]}."


def label_of(why: Why) -> str:
    """What a number is called, its cell included: "Cash, Sep 2026"."""
    name = definition(why.number).label if why.is_metric else SUMS[why.number.partition(":")[2]]
    return name + narrowing(why.cell)


def narrowing(cell: Mapping[str, str]) -> str:
    """A cell in words, to stand after a name: ", Sep 2026, Auto"; "" for none."""
    ordered = sorted(cell.items(), key=lambda pair: (pair[0] in _ORDER, pair[0]))
    return "".join(f", {_cell_value(column, value)}" for column, value in ordered)


def _cell_value(column: str, value: str) -> str:
    first, between, last = value.partition(BETWEEN)
    if between and column in (*SPANS, *_ORDER):
        return ("against " if column == "before" else "") + _span_words(column, first, last)
    if column == "by":
        return f"by {BY_WORDS.get(value) or FIELDS.get(value, value).lower()}"
    if (column, value) in _GROUPS:
        return _GROUPS[column, value]
    if column in SETS and SEVERAL in value:
        value = " or ".join(value.split(SEVERAL))
    if column == "move":
        return MOVES.get(value, value)
    if column in ("age", "workable"):
        return f"in month {value}" if column == "age" else WORKABLE.get(value, value)
    try:
        if column in ("month", "cohort"):
            return f"{'placed in ' if column == 'cohort' else ''}{show.month(value)}"
        if column in _DAYS:
            return f"{_DAYS[column]}{show.day(value)}"
    except ValueError:
        return f"placed in {value}" if len(cohort_months(value)) > 1 else value
    return {"origin": "from ", "state": "to "}.get(column, "") + value


def _span_words(column: str, first: str, last: str) -> str:
    """A span in words: "Jan 2026 to Mar 2026", "placed by Oct 2025", "up to month 12"."""
    if column == "age":
        return (
            f"months {first or 0} to {last}"
            if last and first
            else f"up to month {last}"
            if last
            else f"from month {first}"
        )
    try:
        ends = [show.month(end) if end else "" for end in (first, last)]
    except ValueError:
        ends = [first, last]
    placed = "placed " if column == "cohort" else ""
    if not all(ends):
        return f"{placed}by {ends[1]}" if ends[1] else f"{placed}from {ends[0]}"
    return f"{placed}{'in ' if placed else ''}{ends[0]}" + ("" if first == last else f" to {ends[1]}")


def exact(value: float, unit: Unit) -> str:
    """A number to its last digit that means something."""
    if unit == "count":
        return show.number(value)
    if unit == "share":
        return show.percent(value, 2)
    return show.money_exact(value)


def side_name(side: str, behind: Behind, meant: Definition | None) -> str:
    """What a set of rows is called on its button: "Cash (numerator)"."""
    if meant is not None and meant.is_change:
        when, of_rate = _CHANGED[side]
        return f"{behind.label}, {when}" + (f" ({of_rate})" if meant.denominator else "")
    is_ratio = meant is not None and meant.denominator is not None
    if behind.computed:
        return f"{behind.label} (rows behind {behind.computed[:1].lower()}{behind.computed[1:]})"
    return f"{behind.label} ({_SIDES[side].lower()})" if is_ratio and side in _SIDES else behind.label


def facts(number: Measure, meant: Definition | None, selection: Selection, currency: str) -> list[tuple[str, str]]:
    """What it takes to audit a number: (word, what is known) in the order of reading."""
    told = [*_parts(number, meant), ("n", show.count(number.n, number.of) if number.is_defined or number.n else "none")]
    if number.is_defined:
        told.append(("Left out", show.count(number.excluded, number.left_out_of) if number.excluded else "nothing"))
        told += [("Note", number.why)] if number.why else []
        told.append(("Interval", _interval(number)))
    told.append(("Unit", UNITS[number.unit] + (f", {currency}" if currency and "currency" in number.unit else "")))
    if meant is not None:
        told.append(("Direction", BETTER[meant.better]))
    told.append(("As of", show.day(selection.as_of) if selection.as_of else show.UNDEFINED))
    told.append(("Known on", _known(selection.known_on)))
    if selection.filters:
        told.append(
            ("Only", "; ".join(f"{FIELDS[name]} {', '.join(kept)}" for name, kept in selection.filters.items()))
        )
    return told


def _parts(number: Measure, meant: Definition | None) -> list[tuple[str, str]]:
    if meant is not None and meant.is_change:
        return _changed(number, meant)
    if meant is None or meant.denominator is None:
        return [("To the hundredth", exact(number.value, number.unit))] if number.is_defined else []
    sides = ((meant.numerator, number.numerator), (meant.denominator, number.denominator))
    words = ("Numerator", "Denominator")
    return [
        (word, f"{behind.called}: {exact(value, behind.unit)}{', computed' if behind.computed else ''}")
        for word, (behind, value) in zip(words, sides, strict=True)
    ]


def _changed(number: Measure, meant: Definition) -> list[tuple[str, str]]:
    """A change to the hundredth, the sums of both sides compared and, where it has them, their rates."""
    if not number.is_defined:
        return []
    told, sums = [("To the hundredth", exact(number.value, number.unit))], dict(number.sums)
    for when, above, below in (
        ("Later", "numerator", "denominator"),
        ("Earlier", "numerator_before", "denominator_before"),
    ):
        for side in (above, below):
            if side in sums:
                behind = meant.every_side[side]
                told.append(
                    (
                        f"{when}, {_CHANGED[side][1]}" if below in sums else when,
                        f"{behind.label}: {exact(sums[side], behind.unit)}",
                    )
                )
        if sums.get(below):
            told.append((f"{when}, rate", show.percent(sums[above] / sums[below], 2)))
    return told


def _interval(number: Measure) -> str:
    if not (isfinite(number.low) and isfinite(number.high)):
        return "none is computed"
    low, high = (show.measure(replace(number, value=value)) for value in (number.low, number.high))
    return f"{low} to {high}" + (f", {number.interval}" if number.interval else "")


def _known(known_on: date | None) -> str:
    return f"what was received by {show.day(known_on)}" if known_on else "all that has been received by now"


def undefined(number: Measure) -> str:
    """Why a number is n/a; "" where it is not."""
    told = because(number)
    return f"{told}." if told else ""


def rows_note(page: FactPage, behind: Behind, expected: float | None) -> str:
    """How many rows there are, what they come to, and whether that is the number.

    Args:
        expected: what they should come to, of either sign; None where nothing tells.
    """
    if not page.n:
        return f"No row stands behind it: {KINDS[behind.kind]}, none in this view."
    comes_to = exact(page.total, behind.unit)
    noun = "loan-months" if behind.kind == "flows" and behind.window else NOUNS[behind.kind]
    rows = f"{show.count(page.n, noun)}, newest first"
    if behind.computed:
        told = "" if expected is None or not isfinite(expected) else f" ({exact(expected, behind.unit)})"
        return f"{rows}; {behind.label.lower()} comes to {comes_to}. {behind.computed}{told} is computed from these rows: {behind.how}."
    opening = f"{rows}; {behind.label.lower()} comes to {comes_to}"
    if expected is None or not isfinite(expected):
        return f"{opening}."
    if isclose(abs(page.total), abs(expected), abs_tol=0.005):
        turned = page.total * expected < 0
        return f"{opening}, as in the number{', with the other sign' if turned else ''}."
    return f"{opening}; the number was computed from {exact(expected, behind.unit)}, {exact(abs(expected) - abs(page.total), behind.unit)} apart."


def refusal(error: Refused) -> str:
    """Why nothing can be shown, and what to do."""
    where = f" ({'; '.join(error.where[:3])})" if error.where else ""
    return f"{error.found}{where}. {error.remedy}"


REFUSED = "This number cannot be shown"
FAULT = "Something went wrong on our side"
FAULT_WORDS = "Close this and try again; if it happens again, the log of the server says more."
EMPTY = "There is no number to explain yet"
EMPTY_REMEDY = "Bring a file on Batches first."
