"""How the arrears got from the opening of the month to its closing."""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.bridge import ENDS_AS, IN_ARREARS, SCOPES, WHOLE, bridge, unpaid_because
from core.metrics.catalogue import CATALOGUE
from core.metrics.cells import several
from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.flows import NEW
from core.metrics.loan_bridge import loan_bridge
from core.metrics.ripeness import partly
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.address import Why
from dashboard.compared import Compared, compared_of
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.bridge import CLOSING, EARNED, LEAST, OPENING, stock_bridge, words_of
from dashboard.figures.portfolio import marks, move_bars
from dashboard.services import Services
from dashboard.state import VIEW, view_of

BRIDGE = "portfolio-bridge"
HEIGHT = 340
TITLE = "How the arrears moved in the month"
GOOD = (*EARNED, "paid")
_NUMBERS = {"paid": "bridge_cash"}
_LOANS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    OPENING: (ARREARS, ()), "new": ((NEW,), ARREARS), "fell_behind": (BUCKETS[:1], ARREARS), "cured": (ARREARS, BUCKETS[:1]),
    "paid": (ARREARS, ("paid",)), **{line: (ARREARS, ends) for line, ends in ENDS_AS.items()},
}  # fmt: skip
"""Where the loans of a line came from and where they went; anywhere where that is left open."""


def card() -> html.Section:
    """The chart, empty."""
    return chart_card(BRIDGE, height=HEIGHT, why=Why("bridge_closing"))


def update_bridge(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The bridge of the newest whole month, by balance or by number of loans."""
    view = view_of(services, search)
    compared = compared_of(view, search)
    month = newest_whole_month(compared.book, view.selection)
    if month.why:
        return chart_absent(title=TITLE, why=f"{show.UNDEFINED}, because {month.why}.")
    frame = bridge_of(compared, month)
    lines = frame[frame["bucket"] == IN_ARREARS]
    totals = lines.set_index("line")["amount"]
    if not totals[[OPENING, CLOSING]].any() and not lines["amount"].abs().sum():
        return chart_absent(title=TITLE, why=f"{show.UNDEFINED}, because no loan of this selection was in arrears.")
    return _chart(compared, month, frame, lines, mode)


def bridge_of(compared: Compared, month: WholeMonth) -> pd.DataFrame:
    """The lines of every part of the stock: bucket, line, amount (currency or loans), loans."""
    reader, selection = compared.view.reader, compared.view.selection
    flows = flows_of_month(reader, selection, month, ["origin", "state"])
    stocks = (reader.stock(selection.at(day), ["bucket"]) for day in (month.opening, month.closing))
    frame = bridge(flows, *stocks)
    return loan_bridge(frame, flows) if compared.counted else frame


def _chart(
    compared: Compared, month: WholeMonth, frame: pd.DataFrame, lines: pd.DataFrame, mode: str | None
) -> dict[str, Any]:
    labelled = lines.assign(label=[words_of(line) for line in lines["line"]])
    days = (show.day_beside(month.opening, month.closing), show.day(month.closing))
    if compared.counted:
        drawn, noun = _counted(labelled, days, month, mode), "Loans 1+ days past due"
    else:
        drawn, noun = (
            stock_bridge(lines, mode, height=HEIGHT, opening=days[0], closing=days[1]),
            "Balance 1+ days past due",
        )
        moved = drawn["data"][0]
        moved["customdata"] = marks(address_of(line) for line in moved["customdata"])
    amounts = _amounts(frame)
    unpaid = unpaid_because(compared.book, month)
    late = unpaid or partly(compared.book, month.closing, "payments")
    part = f"; {late}: what was paid {'' if unpaid else 'later '}is in Other" if late else ""
    return chart_props(
        drawn,
        title=say.bridge_title(labelled, counted=compared.counted),
        subtitle=f"{noun}, {days[0]} to {days[1]}; opening and all lines come to the closing"
        f"{'' if compared.counted else ', to the cent'}{part}",
        summary=f"{TITLE}: "
        + ", ".join(f"{row.label} {show.number(row.amount)}" for row in labelled.itertuples())
        + ".",
        rows=_table(amounts, counted=compared.counted),
        addresses=[loans_of(str(line), month) if compared.counted else address_of(str(line)) for line in amounts.index],
    )


def _counted(lines: pd.DataFrame, days: tuple[str, str], month: WholeMonth, mode: str | None) -> dict[str, Any]:
    between = lines[~lines["line"].isin([OPENING, CLOSING]) & (lines["amount"].abs() >= LEAST)]
    ends = [
        f"<b>{when} {show.number(lines.iloc[place]['amount'])}</b> loans"
        for place, when in zip((0, -1), days, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "label": between["label"], "amount": between["amount"], "why": [loans_of(line, month) for line in between["line"]],
            "tone": [_tone(line, amount) for line, amount in between[["line", "amount"]].itertuples(index=False)],
            "hover": [show.count(int(loans), "loans") for loans in between["loans"]],
        }
    )  # fmt: skip
    return move_bars(
        rows, mode, height=HEIGHT, word=lambda amount: show.signed(show.number(amount)), head=ends[0], foot=ends[1]
    )


def _tone(line: str, amount: float) -> str:
    if amount > 0:
        return "bad"
    return "good" if line in GOOD else "muted"


def address_of(line: str) -> Why | None:
    """The number behind a line of the bridge; None where it has none of its own."""
    name = _NUMBERS.get(line, f"bridge_{line}")
    return Why(name) if name in CATALOGUE else None


def loans_of(line: str, month: WholeMonth) -> Why | None:
    """The loans behind a line of the bridge by number; None for those that changed groups, which no flow tells."""
    if line == CLOSING:
        return Why("loans_in_arrears", {"as_of": month.closing.isoformat()})
    if line not in _LOANS:
        return None
    origins, states = _LOANS[line]
    cell = {"month": month.closing.isoformat(), "origin": several(*origins)}
    return Why("flows:loans", cell | ({"state": several(*states)} if states else {}))


def _amounts(frame: pd.DataFrame) -> pd.DataFrame:
    """Lines down, the arrears and each bucket across; lines of nothing but zeros stay out, except the two ends."""
    scopes = [IN_ARREARS, *(scope for scope in SCOPES if scope not in (IN_ARREARS, WHOLE))]
    lines = list(dict.fromkeys(frame["line"]))
    amounts = frame.pivot(index="line", columns="bucket", values="amount").loc[lines, scopes]
    return amounts[(amounts != 0).any(axis=1) | amounts.index.isin([OPENING, CLOSING])]


def _table(amounts: pd.DataFrame, *, counted: bool) -> list[list[str]]:
    rows = [["Line", "In arrears", *map(str, amounts.columns[1:])]]
    for line, told in amounts.iterrows():
        cells = [show.number(value) if counted else show.money_exact(value) for value in told]
        rows.append([words_of(str(line)), *(cells if line in (OPENING, CLOSING) else map(show.signed, cells))])
    return rows


def register(app: dash.Dash, services: Services) -> None:
    """The chart listens to the view."""

    @app.callback(output=chart_outputs(BRIDGE), inputs=VIEW)
    def moved(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_bridge(services, search, mode)
