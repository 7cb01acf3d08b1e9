"""The roll matrix of the newest whole month, one of its cells over the months, and whether cures last."""

from __future__ import annotations

from typing import Any, Literal

import dash
import pandas as pd
from dash import ClientsideFunction, Input, Output, html

from core.metrics.cure import CURED, REDEFAULTED, SUSTAINED, cure_history
from core.metrics.delinquency import BUCKETS
from core.metrics.flows import STATES
from core.metrics.roll import direction_shares, roll_matrix, roll_trend
from core.metrics.whole_month import WholeMonth, newest_whole_month
from dashboard import format as show
from dashboard import text_recovery_moves as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.drawer import why_button
from dashboard.components.switch import chooser
from dashboard.figures import roll as draw
from dashboard.figures.monthly import monthly_shares
from dashboard.figures.roll_narrow import directions_by_bucket, roll_table
from dashboard.pages.recovery.points import marked, parts
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, page_key, view_of
from dashboard.text_why import label_of

HEAT, MOVE, CURES = "recovery-heat", "recovery-move", "recovery-cures"
CHARTS = {"heat": HEAT, "move": MOVE, "cures": CURES}
MOVE_WHY = f"{MOVE}-why"
NARROW = f"{HEAT}-narrow"
CONTROLS = (f"{MOVE}-cell",)
WEIGHTS: dict[str, draw.Weight] = {"balance": "opening", "loans": "loans"}
"""What is added up in the shares, by the page's switch."""
CELLS = {f"{origin}{draw.BETWEEN}{state}": f"{origin} to {state}" for origin in BUCKETS for state in STATES}
FIRST_CELL = "30-59|60-89"
HEIGHT, MOST_MONTHS = 360, 24
CURE_RATES = {CURED: "cure_rate_loans", SUSTAINED: "sustained_cure_rate", REDEFAULTED: "redefault_rate"}
PANELS = {
    CURED: "Cured in the month",
    SUSTAINED: "Still cured three months on",
    REDEFAULTED: "Fell back within six months",
}

Moves = tuple[pd.DataFrame, WholeMonth]


def cards() -> html.Div:
    """The matrix and a cell's trend, empty."""
    cell = chooser(CONTROLS[0], "From and to", list(CELLS.items()), FIRST_CELL, key="roll")
    heat = chart_card(HEAT, height=HEIGHT, why=Why("roll_forward_rate"), narrow=html.Div([], id=NARROW))
    move = chart_card(MOVE, height=HEIGHT, controls=[cell], why=html.Span([], id=MOVE_WHY))
    return html.Div([heat, move], className="row-2")


def cure_card() -> html.Section:
    """The chart of cures, empty."""
    return chart_card(CURES, height=HEIGHT, why=Why("sustained_cure_rate"))


def update_rolls(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Matrix, trend of a cell and cures from one reading of the flows."""
    view = view_of(services, search)
    weight = WEIGHTS[page_key(search, "as", list(WEIGHTS), "balance")]
    cell = page_key(search, "roll", list(CELLS), FIRST_CELL)
    month = newest_whole_month(view.reader.book(view.selection.known_on), view.selection)
    flows = view.reader.flows(view.selection, ["month", "origin", "state"])
    stock = flows[flows["origin"].isin(list(BUCKETS)) & (flows["month"] <= month.closing.isoformat())]
    return {
        "heat": _heat((stock, month), weight, cell, mode) | {"narrow": _narrow((stock, month), weight, mode)},
        "move": _move((stock, month), weight, cell, mode),
        "cures": _cures((stock, month), mode),
        "why": [_cell_button((stock, month), weight, cell)],
    }


def _heat(moves: Moves, weight: draw.Weight, cell: str, mode: str | None) -> dict[str, Any]:
    flows, month = moves
    of_month = flows[flows["month"] == month.closing.isoformat()]
    if month.why or of_month.empty:
        return chart_absent(title="Roll matrix", why=f"{show.UNDEFINED}, because {_why_none(month)}.")
    matrix = roll_matrix(of_month, weight)
    told = matrix[matrix["numerator"] > 0]
    return chart_props(
        draw.roll_heat(matrix, mode, weight=weight, selected=cell, height=HEIGHT),
        title=say.heat_title(direction_shares(of_month, weight)),
        subtitle=say.heat_subtitle(matrix, month, weight),
        summary=say.heat_summary(matrix, month),
        rows=say.heat_rows(told, weight),
        addresses=[_flow(weight, row.origin, row.state, month.closing.isoformat()) for row in told.itertuples()],
    )


def _narrow(moves: Moves, weight: draw.Weight, mode: str | None) -> list[Any]:
    """The matrix as a phone shows it; nothing where there is none."""
    flows, month = moves
    shares = directions_by_bucket(flows[flows["month"] == month.closing.isoformat()], weight)
    return [roll_table(shares, mode)] if len(shares) and not month.why else []


def _move(moves: Moves, weight: draw.Weight, cell: str, mode: str | None) -> dict[str, Any]:
    flows, month = moves
    origin, _, state = cell.partition(draw.BETWEEN)
    trend = roll_trend(flows, weight)
    trend = trend[(trend["origin"] == origin) & (trend["state"] == state)].tail(MOST_MONTHS).reset_index(drop=True)
    if trend["share"].notna().sum() == 0:
        why = month.why if flows.empty and month.why else f"no loan was {origin} at a month's opening"
        return chart_absent(title=CELLS[cell], why=f"{show.UNDEFINED}, because {why}.", choice=bool(len(flows)))
    return chart_props(
        marked(draw.roll_trend(trend, mode, height=HEIGHT), lambda key: _flow(weight, *key.split(draw.BETWEEN))),
        title=say.move_title(CELLS[cell], trend),
        subtitle=say.move_subtitle(origin, weight),
        summary=say.move_summary(CELLS[cell], trend),
        rows=say.move_rows(trend, weight),
        addresses=[_flow(weight, origin, state, month) for month in trend["month"]],
    )


def _cures(moves: Moves, mode: str | None) -> dict[str, Any]:
    flows, month = moves
    history = cure_history(flows, month.closing)
    history = history[history["month"].isin(sorted(history["month"].unique())[-MOST_MONTHS:])]
    if history.empty:
        return chart_absent(title="Cures", why=f"{show.UNDEFINED}, because {_why_none(month, 'in arrears')}.")
    drawn = monthly_shares(history, mode, names=PANELS, height=HEIGHT)
    months = sorted(history["month"].unique(), reverse=True)
    return chart_props(
        marked(drawn, lambda key: _cure_address(*parts(key))),
        title=say.cure_title(history),
        subtitle="Loans, by month of the cure, each with its 95 % interval: cured of those in arrears at the month's opening; "
        "of the cured, Current or paid three months on; 30 or more days past due within six. Months too young to tell are left out",
        summary=say.cure_summary(history),
        rows=say.cure_rows(history, months, PANELS),
        addresses=[_cure_address(CURED, day) for day in months],
    )


def _why_none(month: WholeMonth, which: str = "open") -> str:
    return month.why or f"no loan of this selection was {which} on {show.day(month.opening)}"


def _flow(weight: Literal["opening", "loans"], origin: str, state: str, month: str) -> Why:
    number = "roll_share" if weight == "opening" else "roll_share_loans"
    return Why(number, {"origin": origin, "state": state, "month": month})


def _cure_address(name: str, month: str) -> Why:
    """The share of a month's loans in arrears that was cured, and of its cures what became of them."""
    return Why(CURE_RATES[name], {"month": month})


def _cell_button(moves: Moves, weight: draw.Weight, cell: str) -> Any:
    flows, month = moves
    origin, _, state = cell.partition(draw.BETWEEN)
    if month.why or flows.empty:
        return ""
    why = _flow(weight, origin, state, month.closing.isoformat())
    return why_button(why.to_query(), label_of(why), described_by=f"{MOVE}-title")


def register(app: dash.Dash, services: Services, remembered: Remembered) -> None:
    """A cell of the matrix chosen by pointer is the chooser's, whose value the address keeps."""
    app.clientside_callback(
        ClientsideFunction("recovery", "chooseCell"), Input(f"{HEAT}-graph", "clickData"), prevent_initial_call=True
    )

    outputs = {name: chart_outputs(card) for name, card in CHARTS.items()}
    outputs["heat"]["narrow"] = Output(NARROW, "children")

    @app.callback(output={**outputs, "why": Output(MOVE_WHY, "children")}, inputs=VIEW)
    def rolls(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        made: dict[str, Any] = remembered.answer(
            services.reader().book(), ("rolls", search, mode), lambda: update_rolls(services, search, mode)
        )
        return made
