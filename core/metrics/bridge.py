"""How did the stock get from its opening to its closing? Every cent of the way, line by line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.flows import FLOW_MONEY, NEW, STATES
from core.metrics.measure import Measure, amount
from core.metrics.portfolio import NO_PAYMENTS
from core.metrics.ripeness import noted, partly, untold
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated

CURRENT = BUCKETS[0]
WHOLE = "all"
IN_ARREARS = "arrears"
SCOPES: dict[str, tuple[str, ...]] = {WHOLE: BUCKETS, IN_ARREARS: ARREARS, **{each: (each,) for each in BUCKETS}}
"""The parts of the stock that have a bridge: name and buckets."""

LINES: tuple[str, ...] = (
    "opening",
    "new",  # arrived within the month
    "fell_behind",  # from Current into arrears
    "rolled_in",  # from another bucket in arrears; only by bucket
    "rolled_out",  # to another bucket in arrears; only by bucket
    "cured",  # from arrears to Current
    "cash",
    "waived",
    "interest_and_fees",
    "written_off",
    "sold",  # sold or recalled
    "gone",  # missing on the closing day
    "other",
    "reclassified",  # moved into or out of the groups chosen
    "closing",
)
_AMOUNTS: dict[str, tuple[str, int]] = {
    "cash": ("cash", -1),
    "waived": ("waived", -1),
    "interest_and_fees": ("interest", 1),
    "written_off": ("written_off", -1),
    "sold": ("sold", -1),
    "gone": ("gone", -1),
    "other": ("other", 1),
}
ENDS_AS: dict[str, tuple[str, ...]] = {
    "written_off": ("charged off",),
    "sold": ("sold", "recalled"),
    "gone": ("missing",),
}
"""The states of the loans that make a line."""


def bridge(flows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What made the stock of one month-end into that of the next, for the whole, the arrears, and each bucket?

    A loan's cash, waivers, interest and what was left of it when it left the book belong to the bucket it opened in;
    what moves between buckets is the balance it closes with.

    Args:
        flows: origin, state, loans and FLOW_MONEY of one month, one or more rows a pair; may be empty. No nulls.
        before: bucket, loans, balance (currency) on the opening day, under the same filters; buckets without stock
            may be absent.
        after: the same on the closing day.

    Returns:
        One row a scope and line, in the order of SCOPES and LINES, lines of nothing included: bucket ("all", "arrears",
        or a bucket), line, amount (currency, signed: opening + all lines between = closing, to the cent), loans (count).
        `loans` are those that made the move; on cash, waived, interest_and_fees and other all that opened in the
        scope, whether or not they have such an amount; on reclassified the net number, signed. The amounts of the
        buckets add up to those of "all", and those in arrears to "arrears", line by line where rolled_in and
        rolled_out are taken together.

    Raises:
        ValueError: the flows do not open with the stock of the opening day.

    References:
        The identity of a flow: core.metrics.flows.FLOW_MONEY.
    """
    cells = flows.groupby(["origin", "state"], as_index=False)[["loans", *FLOW_MONEY]].sum().to_dict("records")
    stocks = [frame.groupby("bucket")[["balance", "loans"]].sum().T.to_dict() for frame in (before, after)]
    rows = [
        (scope, line, *told)
        for scope, buckets in SCOPES.items()
        for line, told in _lines(scope, buckets, cells, *stocks).items()
    ]
    return pd.DataFrame(rows, columns=["bucket", "line", "amount", "loans"]).astype({"amount": float, "loans": "int64"})


def bridge_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """The bridge of the arrears over the newest whole month.

    Returns:
        bridge_<line> for every line of LINES but rolled_in and rolled_out, which only buckets have. Unit currency, signed
        as in `bridge`; n as its `loans`. Undefined, with the reason, where the book lacks either end of the month;
        cash and waivers also where no payments can have been told of the month (what was paid is then in bridge_other).
    """
    book = reader.book(selection.known_on)
    month = newest_whole_month(book, selection)
    lines = [line for line in LINES if line not in ("rolled_in", "rolled_out")]
    if month.why:
        return {f"bridge_{line}": Measure.undefined(month.why, unit="currency") for line in lines}
    flows = flows_of_month(reader, selection, month, ["origin", "state"])
    stocks = (reader.stock(selection.at(day), ["bucket"]) for day in (month.opening, month.closing))
    frame = bridge(flows, *stocks)
    rows = {row["line"]: row for row in frame[frame["bucket"] == IN_ARREARS].to_dict("records")}
    measures = {
        f"bridge_{line}": amount(rows[line]["amount"], n=abs(rows[line]["loans"]), why=_note(line, month))
        for line in lines
    }
    unpaid = unpaid_because(book, month)
    if unpaid:
        return measures | _without_payments(measures, unpaid)
    of_payments = ("bridge_cash", "bridge_waived", "bridge_other")
    return measures | {name: noted(measures[name], partly(book, month.closing, "payments")) for name in of_payments}


def unpaid_because(book: Book, month: WholeMonth) -> str:
    """Why no payment of a month can be known, so that what was paid is in the line "other"; "" where one can."""
    return untold(book, month.closing, "payments") if book.has_payments else NO_PAYMENTS


_Cell = Mapping[Hashable, Any]
_Sum = tuple[float, int]


def _lines(scope: str, buckets: Sequence[str], cells: Sequence[_Cell], before: _Cell, after: _Cell) -> dict[str, _Sum]:
    told: dict[str, _Sum] = dict.fromkeys(LINES, (0.0, 0))

    def add(line: str, value: float, loans: int) -> None:
        told[line] = (told[line][0] + value, told[line][1] + loans)

    for cell in cells:
        opens, closes = cell["origin"] in buckets, cell["state"] in buckets
        if opens:
            add("opening", cell["opening"], cell["loans"])
            for line, (column, sign) in _AMOUNTS.items():
                add(line, sign * cell[column], cell["loans"] if cell["state"] in ENDS_AS.get(line, STATES) else 0)
        if closes:
            add("closing", cell["closing"], cell["loans"])
        if opens != closes and cell["state"] in BUCKETS:
            add(_move(cell, closes), cell["closing"] if closes else -cell["closing"], cell["loans"])
    _check_opening(scope, _rounded(told["opening"]), _stock(before, buckets))
    closing, still = _stock(after, buckets), told["closing"]
    told |= {"reclassified": (closing[0] - still[0], closing[1] - still[1]), "closing": closing}
    return {line: _rounded(each) for line, each in told.items()}


def _move(cell: _Cell, comes: bool) -> str:
    """The line of a flow that crosses the edge of a scope."""
    if cell["origin"] == NEW:
        return "new"
    if cell["origin"] == CURRENT:
        return "fell_behind"
    if cell["state"] == CURRENT:
        return "cured"
    return "rolled_in" if comes else "rolled_out"


def _stock(stock: _Cell, buckets: Sequence[str]) -> _Sum:
    held = [stock[bucket] for bucket in buckets if bucket in stock]
    return _rounded((sum(each["balance"] for each in held), sum(each["loans"] for each in held)))


def _rounded(told: _Sum) -> _Sum:
    return round(float(told[0]), 2) + 0.0, int(told[1])


def _check_opening(scope: str, found: _Sum, stock: _Sum) -> None:
    if found != stock:
        raise ValueError(
            f"the flows of {scope} open with {found[0]:.2f} in {found[1]} loans, its stock with {stock[0]:.2f} in "
            f"{stock[1]}: read both on the same days, under the same filters"
        )


def _note(line: str, month: WholeMonth) -> str:
    if line in ("opening", "closing"):
        return f"on {dated(month.opening if line == 'opening' else month.closing)}"
    if line in ("cash", "waived", "interest_and_fees", "other"):
        return f"{month.words}, over all loans that opened in arrears"
    return month.words


def _without_payments(measures: dict[str, Measure], unpaid: str) -> dict[str, Measure]:
    other = measures["bridge_other"]
    why = f"{other.why}; {unpaid}: what was paid is in here"
    return {
        "bridge_cash": Measure.undefined(unpaid, unit="currency"),
        "bridge_waived": Measure.undefined(unpaid, unit="currency"),
        "bridge_other": amount(other.value, n=other.n, why=why),
    }
