"""The scatter: loans over two facts of one's choice; a lasso picks a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, html

from core.lasso import inside
from core.selection import AXES, Lasso
from dashboard import format as show
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import chooser, switch
from dashboard.figures import segments as figures
from dashboard.figures.segments import Scale
from dashboard.pages.segments.evidence import TABS
from dashboard.services import Services
from dashboard.state import View, page_key, view_of

CARD = "segments-scatter"
CONTROLS = ("segments-x", "segments-y", "segments-colour", "segments-scale")
MOST_POINTS = 5_000
WORDS = {
    "balance": "Outstanding", "dpd": "Days past due", "monthly_income": "Monthly income", "loan_amount": "Loan amount",
    "interest_rate": "Interest rate, percent a year", "tenure_months": "Tenure, months",
    "collateral_value": "Collateral value", "emi": "Instalment a month", "missed_payments": "Missed payments",
    "risk_score": "Risk score, 0 to 1",
}  # fmt: skip
LOG_MONEY = ("balance", "monthly_income", "loan_amount", "emi")
MONEY = (*LOG_MONEY, "collateral_value")
COLOURS = (("segment", "Segment"), ("band", "Risk"), ("proposed", "Strategy"))
COLOUR_WORDS = {"segment": "segment", "band": "risk band", "proposed": "proposed strategy"}
SCALES = (("log", "Log"), ("linear", "Linear"))
DEFAULTS = {"x": "monthly_income", "y": "balance", "colour": "segment", "scale": "log"}


def card() -> html.Section:
    """The card with its choices."""
    axes = [(name, WORDS[name]) for name in AXES]
    controls = html.Div(
        [
            chooser("segments-x", "Across", axes, DEFAULTS["x"], key="x"),
            chooser("segments-y", "Up", axes, DEFAULTS["y"], key="y"),
            switch("segments-colour", "Colour by", COLOURS, DEFAULTS["colour"], key="colour"),
            switch("segments-scale", "Scale of money", SCALES, DEFAULTS["scale"], key="scale"),
            html.Button("Clear lasso", id="segments-clear-lasso", className="link is-absent"),
        ],
        className="scatter-controls",
    )
    made = chart_card(CARD, height=figures.HEIGHT, lasso=True)
    made.children = [
        made.children[0],
        controls,
        html.Ul([], id="segments-legend", className="legend"),
        *made.children[1:],
    ]
    return made


def update_scatter(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The chart, its words and its marks: chart parts plus `legend` and `clear`."""
    view = view_of(services, search)
    x, y = (_scale(search, key) for key in ("x", "y"))
    colour = page_key(search, "colour", [name for name, _ in COLOURS], DEFAULTS["colour"])
    everything = replace(view.selection, lasso=None, search="")
    fields = list(dict.fromkeys([x.field, y.field, colour]))
    points, total = view.reader.loan_points(everything, fields, limit=MOST_POINTS)
    clear = "link" if view.selection.lasso else "link is-absent"
    known = figures.drawable(points.assign(group=points[colour].astype(str)), x, y)
    if known.empty:
        why = f"n/a, because {_why_empty(view, total, x, y)}."
        return {**chart_absent(title=f"{x.title} and {y.title.lower()}", why=why), "legend": [], "clear": clear}
    groups = _in_order(view, colour, set(known["group"]))
    colours = figures.group_colours(colour, groups, view.reader.values("segment"), mode)
    lasso = view.selection.lasso
    drawing = figures.scatter(
        known, mode, x=x, y=y, groups=groups, colours=colours, lasso=lasso, shaded=total > len(points)
    )
    rows = figures.group_table(known, x, y, groups)
    legend = [_legend_entry(name, colours[name], place) for place, name in enumerate(groups)]
    props = chart_props(
        drawing, title=_title(x, y, lasso, known), subtitle=_subtitle(len(points), total, len(known), x, y, colour),
        summary=_summary(rows, x, y), rows=rows,
    )  # fmt: skip
    return {**props, "legend": legend, "clear": clear}


def _scale(search: str | None, key: str) -> Scale:
    name = page_key(search, key, AXES, DEFAULTS[key])
    log = page_key(search, "scale", [value for value, _ in SCALES], DEFAULTS["scale"]) == "log"
    return Scale(name, WORDS[name], money=name in MONEY, log=log and name in LOG_MONEY)


def _in_order(view: View, colour: str, present: set[str]) -> list[str]:
    known = view.reader.values(colour)
    return [name for name in known if name in present] + sorted(present.difference(known))


def _why_empty(view: View, total: int, x: Scale, y: Scale) -> str:
    if total == 0:
        return "no loan matches these filters"
    return f"no loan here states both {x.title.lower()} and {y.title.lower()}"


def _title(x: Scale, y: Scale, lasso: Lasso | None, known: Any) -> str:
    axes = f"{x.title} and {y.title.lower()}"
    if lasso is None:
        return axes
    if (lasso.x, lasso.y) != (x.field, y.field):
        return f"{axes}; the lasso lies over {WORDS[lasso.x].lower()} and {WORDS[lasso.y].lower()}"
    held = int(inside(lasso, known[x.field], known[y.field]).sum())
    return f"{axes}: {show.count(held, 'loans')} drawn in the lasso"


def _subtitle(asked: int, total: int, drawn: int, x: Scale, y: Scale, colour: str) -> str:
    sample = ", always the same ones; the shade shows how dense they lie" if asked < total else ""
    absent = asked - drawn
    rule = " or not above zero" if x.log or y.log else ""
    left_out = f" {show.number(absent)} left out: a figure is not stated{rule}." if absent else ""
    of_all = f"{show.number(drawn)} of {show.count(total, 'loans')} drawn{sample}."
    return f"{of_all}{left_out} Colour: {COLOUR_WORDS[colour]}. Draw a lasso to make a list."


def _summary(rows: list[list[str]], x: Scale, y: Scale) -> str:
    groups = "; ".join(
        f"{name}: {loans} loans, median {x.title.lower()} {over}, {y.title.lower()} {up}"
        for name, loans, over, up in rows[1:]
    )
    return f"Scatter of {x.title.lower()} against {y.title.lower()}. {groups}."


def _legend_entry(name: str, colour: str, place: int) -> html.Li:
    symbol = figures.SYMBOLS[place % len(figures.SYMBOLS)]
    return html.Li([html.I(className=f"mark {symbol}", style={"background": colour}), name])


def register(app: dash.Dash, services: Services) -> None:
    """Draw, and turn a lasso into the address, in the browser."""
    outputs = {
        **chart_outputs(CARD),
        "legend": Output("segments-legend", "children"),
        "clear": Output("segments-clear-lasso", "className"),
    }

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_scatter(services, search, mode)

    app.clientside_callback(
        ClientsideFunction("segments", "keepLasso"),
        Input(f"{CARD}-graph", "selectedData"),
        State(f"{CARD}-graph", "figure"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("segments", "clearLasso"),
        Input("segments-clear-lasso", "n_clicks"),
        prevent_initial_call=True,
    )
