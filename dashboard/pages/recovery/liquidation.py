"""Liquidation: the curve of each placement cohort, all of them together, the target, and the rates at a few ages."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.cells import span
from core.metrics.definitions import reached
from core.metrics.portfolio import month_end
from core.metrics.recovery import CohortSize
from core.metrics.ripeness import ripe_day
from core.metrics.strategies import outcome_mix
from core.metrics.targets import liquidation_target
from core.metrics.vintages import MARKS, liquidation, pooled, vintage_table
from dashboard import format as show
from dashboard import text_recovery as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import switch
from dashboard.figures.recovery import cohort_table
from dashboard.figures.strategies import outcome_bars
from dashboard.figures.vintages import liquidation_curves
from dashboard.pages.recovery.points import marked, parts
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of
from dashboard.text_strategies import outcome_rows, outcome_title

CURVES, COHORTS = "recovery-curves", "recovery-cohorts"
CHARTS = {"curves": CURVES, "cohorts": COHORTS}
SIZES: tuple[CohortSize, ...] = ("quarter", "month")
CONTROLS = (f"{CURVES}-size",)
HEIGHT, MOST_COHORTS, MOST_CURVES = 420, 12, 24
OUTCOMES_BY = "product"


def cards() -> html.Div:
    """The two charts, empty."""
    size = switch(CONTROLS[0], "Cohorts by", [("quarter", "Quarters"), ("month", "Months")], SIZES[0], key="size")
    curves = chart_card(CURVES, height=HEIGHT, controls=[size], why=Why("liquidation_12m"))
    return html.Div([curves, chart_card(COHORTS, height=HEIGHT, why=Why("recovery_rate"))], className="row-2")


def update_liquidation(services: Services, search: str | None, mode: str | None) -> dict[str, dict[str, Any]]:
    """Curves and table from one reading; without payments, what the file says became of the loans."""
    view, size = view_of(services, search), page_key(search, "size", SIZES, SIZES[0])
    title, table = "Liquidation by placement cohort", "Cohorts at the same age"
    if not view.reader.book(view.selection.known_on).has_payments:
        absent = chart_absent(title=table, why=say.NO_PAYMENTS_WHY, choice=False)
        return {"curves": _stated_outcomes(view, mode), "cohorts": absent}
    placed = view.reader.placed(view.selection, ["cohort"])
    if placed.empty:
        why = f"{show.UNDEFINED}, because no loan of this selection was placed yet."
        return {name: chart_absent(title=words, why=why) for name, words in (("curves", title), ("cohorts", table))}
    cash = view.reader.cash(view.selection, ["cohort", "month"])
    ripe = ripe_day(view.book, view.as_of, "payments")
    curves = liquidation(placed, cash, ripe, "month" if size == "month" else "quarter")
    together = pooled(curves if size == "month" else liquidation(placed, cash, ripe))
    target = liquidation_target(view.reader.targets(view.selection.known_on))
    return {
        "curves": _curves(view, curves, together, target, size, mode),
        "cohorts": _table(view, curves, size, mode),
    }


def _curves(
    view: View, curves: pd.DataFrame, together: pd.DataFrame, target: pd.DataFrame, size: str, mode: str | None
) -> dict[str, Any]:
    names = list(dict.fromkeys(curves["cohort"]))
    shown = curves[curves["cohort"].isin(names[-MOST_CURVES:])]
    drawn = liquidation_curves(shown, together, target, mode, height=HEIGHT)
    left = len(names) - MOST_CURVES
    return chart_props(
        marked(drawn, lambda key: _of_key(view, key)),
        title=say.liquidation_title(together, target, part=bool(view.selection.filters)),
        subtitle=f"Cash / balance placed, by {size} of placement and months since; bold: all cohorts that old, with its 95 % "
        f"interval between months of placements; grey and dotted: not every loan is that old; {say.aim_words(target, part=bool(view.selection.filters))}"
        + (f"; the newest {MOST_CURVES} of {len(names)}" if left > 0 else "") + _before_the_book(view, names),
        summary=say.liquidation_summary(together),
        rows=say.pooled_rows(together, target),
        addresses=[_of_mark(view, int(age)) for age in together["age"]],
    )  # fmt: skip


def _table(view: View, curves: pd.DataFrame, size: str, mode: str | None) -> dict[str, Any]:
    table = vintage_table(curves)
    newest = curves.groupby("cohort", sort=True)["rate"].last()
    table["rate"] = [float(newest[name]) for name in table["cohort"]]
    not_yet = {
        f"{row['cohort']}|{mark}" for row in table.to_dict("records") for mark in MARKS if pd.isna(row[f"rate_{mark}"])
    }
    drawn = cohort_table(table.tail(MOST_COHORTS), mode, marks=MARKS, height=HEIGHT)
    return chart_props(
        marked(drawn, lambda key: None if key in not_yet else _of_key(view, key)),
        title=say.cohorts_title(table),
        subtitle=f"Recovered after so many months, by {size} of placement; grey where not every loan has run so long"
        + (f"; the newest {MOST_COHORTS} of {len(table)}" if len(table) > MOST_COHORTS else ""),
        summary=say.cohorts_summary(table),
        rows=say.cohort_rows(table, MARKS),
        addresses=[_address(view, name, None) for name in table["cohort"]],
    )  # fmt: skip


def _of_key(view: View, key: str) -> Why | None:
    cohort, age = parts(key)
    return _address(view, cohort, int(age) if age else None)


def _address(view: View, cohort: str, age: int | None) -> Why:
    """The liquidation of a cohort up to an age, or to date; of all cohorts together those that have reached it."""
    if cohort == "all":
        return _of_mark(view, age or 0)
    up_to = {} if age is None else {"age": span("", str(age))}
    return Why("liquidation_at", {"cohort": cohort_cell(cohort), **up_to})


def _of_mark(view: View, age: int) -> Why:
    """A named age is the metric of that name, with its interval."""
    if age in MARKS:
        return Why(f"liquidation_{age}m")
    return Why("liquidation_at", dict(reached(age, up_to_it=True)(ripe_day(view.book, view.as_of, "payments"))))


def cohort_cell(cohort: str) -> str:
    """A cohort as the rows name it: a month by its last day, a quarter as it is.

    >>> cohort_cell("2026-04"), cohort_cell("2026 Q2")
    ('2026-04-30', '2026 Q2')
    """
    return cohort if "Q" in cohort else month_end(date.fromisoformat(f"{cohort}-01")).isoformat()


def _newest_month(cohort: str) -> date:
    """The first day of a cohort's newest month."""
    year, _, quarter = cohort.partition(" Q")
    return date(int(year), 3 * int(quarter), 1) if quarter else date.fromisoformat(f"{cohort}-01")


def _before_the_book(view: View, names: list[str]) -> str:
    """A remark on cohorts placed before the book begins: cash from before it is not in it."""
    early = sum(month_end(_newest_month(name)) < view.book.days[0] for name in names)
    return (
        f"; {show.count(early, 'cohorts')} placed before the book begins hold only the cash it knows" if early else ""
    )


def _stated_outcomes(view: View, mode: str | None) -> dict[str, Any]:
    by = OUTCOMES_BY
    mix = outcome_mix(view.reader.outcomes(view.selection, [by]), by, order=view.reader.values(by))
    if mix.empty:
        return chart_absent(title="Liquidation by placement cohort", why=say.NO_PAYMENTS_WHY, choice=False)
    return chart_props(
        outcome_bars(mix, mode, by=by, height=HEIGHT),
        title=outcome_title(mix),
        subtitle=f"Share of loans by the outcome their file states; a liquidation curve is {say.NO_PAYMENTS_WHY[:-1]}; "
        f"n = {show.count(int(mix['loans'].sum()), 'loans')}",
        summary=f"Stated outcomes by {by}.",
        rows=outcome_rows(mix, by),
        choice=False,
    )


def register(app: dash.Dash, services: Services, remembered: Remembered) -> None:
    """One reading, two charts."""

    @app.callback(output={name: chart_outputs(card) for name, card in CHARTS.items()}, inputs=VIEW)
    def curves(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        made: dict[str, Any] = remembered.answer(
            services.reader().book(), ("curves", search, mode), lambda: update_liquidation(services, search, mode)
        )
        return made
