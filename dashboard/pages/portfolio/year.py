"""The year so far: cash beside last year's and the budget, and what was written off."""

from __future__ import annotations

import math
from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.catalogue import definition
from core.metrics.cells import span
from core.metrics.comparison import year_before
from core.metrics.measure import Measure
from core.metrics.ripeness import partly
from core.metrics.targets import BUDGET, target_for
from core.metrics.year import budget_by_month, cash_by_month, year_measures
from dashboard import format as show
from dashboard import text_attention as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props, note_lines
from dashboard.figures.portfolio import marks
from dashboard.figures.year import year_lines
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of

YEAR = "portfolio-year"
LOST = ("written_off_month", "written_off_year")
_WHOLE = {"this year": "cash_year", "last year": "cash_year_before"}
"""The number a line ends at; the budget has none."""
HEIGHT = 250


def card() -> html.Section:
    """The chart, empty."""
    return chart_card(YEAR, height=HEIGHT, why=Why("cash_year"))


def lost_cards() -> html.Div:
    """What was written off, empty."""
    return html.Div([kpi_card(f"portfolio-{name}", definition(name).label) for name in LOST], className="kpis by-two")


def update_year(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The chart and the two figures from one reading."""
    view = view_of(services, search)
    measures = year_measures(view.reader, view.selection)
    lost = {name: _figure(name, measures[name], mode) for name in LOST}
    return {"chart": _chart(view, measures, mode), "lost": lost}


def _figure(name: str, now: Measure, mode: str | None) -> dict[str, Any]:
    meant = definition(name)
    props = kpi_props(now, label=meant.label, better=meant.better, mode=mode, formula=meant.formula)
    return props | ({"note": note_lines([f"n\u00a0=\u00a0{show.count(now.n, 'loans')}"])} if now.is_defined else {})


def _chart(view: View, measures: dict[str, Measure], mode: str | None) -> dict[str, Any]:
    cash, before = measures["cash_year"], measures["cash_year_before"]
    if not cash.is_defined:
        return chart_absent(title=say.year_title(cash, before), why=f"{show.UNDEFINED}, because {cash.why}.")
    day, earlier = view.as_of, year_before(view.as_of)
    this = cash_by_month(view.reader.cash(view.selection, ["month"]), day)
    part = partly(view.reader.book(view.selection.known_on), day, "payments")
    if part and before.is_defined:
        before = Measure.undefined(
            f"{part}, and a part of a year cannot be compared with more of one", unit=before.unit
        )
    last = this.head(0)
    if before.is_defined:
        last = cash_by_month(view.reader.cash(view.selection.at(earlier), ["month"]), earlier)
    budget, no_budget = _budget(view)
    title = say.year_title(cash, before)
    subtitle = say.year_subtitle(cash, before, float(budget["to_date"].iloc[-1]), no_budget)
    drawn = year_lines(this, last, budget, mode, height=HEIGHT)
    for line in drawn["data"]:
        newest = _WHOLE.get(line["name"])
        line["customdata"] = marks(_up_to(month, newest if month == line["customdata"][-1] else None) if newest else None
                                   for month in line["customdata"])  # fmt: skip
    return chart_props(
        drawn,
        title=title,
        subtitle=subtitle,
        summary=f"{title}. {subtitle}.",
        rows=_rows(this, last, budget),
        addresses=[_posted(month) for month in this["month"]],
    )


def _budget(view: View) -> tuple[pd.DataFrame, str]:
    """The budget of each month adding up, and why the year cannot be held against it; "" where it can."""
    targets = view.reader.targets(view.selection.known_on)
    why = target_for(targets, BUDGET, view.selection, view.as_of).why
    budget = budget_by_month(targets, view.as_of)
    if why:
        return budget.assign(to_date=math.nan), why
    return budget, say.NOT_EVERY_MONTH if math.isnan(budget["to_date"].iloc[-1]) else ""


def _up_to(month: str, newest: str | None) -> Why:
    """The cash of a year up to a month, as its line stands there; its newest point is the number of that name."""
    return Why(newest) if newest else Why("cash:cash", {"month": span(f"{month[:4]}-01-31", month)})


def _posted(month: str) -> Why:
    """The cash of one month, and its payments."""
    return Why("cash:cash", {"month": month})


def _rows(this: pd.DataFrame, last: pd.DataFrame, budget: pd.DataFrame) -> list[list[str]]:
    """Month by month: its cash, and what each line had come to."""
    sides = [this["cash"], this["to_date"], last["to_date"], budget["to_date"]]
    columns = [[show.money_exact(value) for value in side] or [show.UNDEFINED] * len(this) for side in sides]
    head = ["Month", "Cash", "This year to date", "Last year to date", "Budget to date"]
    return [head, *([show.month(month), *cells] for month, *cells in zip(this["month"], *columns, strict=True))]


def register(app: dash.Dash, services: Services) -> None:
    """Chart and figures listen to the view."""
    lost: dict[str, dict[str, Output]] = {name: kpi_outputs(f"portfolio-{name}") for name in LOST}

    @app.callback(output={"chart": chart_outputs(YEAR), "lost": lost}, inputs=VIEW)
    def year(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_year(services, search, mode)
