"""What of a selection is more than one number: curves, matrices, bridges and comparisons, as `metrics --json` tells them.

Each table is the frame that a page draws, made by the same function, so that the two cannot differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from core.metrics import comparison
from core.metrics.bridge import bridge, unpaid_because
from core.metrics.cure import cure_history
from core.metrics.early_warning import early_warning, early_warning_measures
from core.metrics.forecast import Outlook, outlook
from core.metrics.forecast_record import LEVEL, coverage
from core.metrics.funnel import funnel, unsaid
from core.metrics.measure import Measure
from core.metrics.portfolio import NO_PAYMENTS, NOTHING_PLACED
from core.metrics.promises import NO_ACTIONS, kept_by_month
from core.metrics.recovery import cohort_recovery
from core.metrics.restatement import restatement
from core.metrics.ripeness import partly, ripe_day, unripe
from core.metrics.roll import Weight, roll_matrix, roll_trend
from core.metrics.sites import NOT_ADJUSTED, site_recovery
from core.metrics.summary import COUNTER_FIGURES, KEY_FIGURES, summary_before, summary_measures
from core.metrics.targets import liquidation_target, target_for
from core.metrics.vintages import liquidation, pooled, vintage_table
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated
from core.workflows.filter_values import known_filters

NOTHING = "there is nothing of this selection to list"
COUNTED = ("loans", "loans_in_arrears")
"""Compared beside the figures of the summary, so that both amounts are there by number too."""
CAUSES = ("product", "region", "strategy")
"""What a change of cash is split by: dimensions whose flows are kept added up."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, a remark that must be read with them, and why there are none ("" where there are)."""

    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    note: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """note, why and rows: one object a row, null where a number is undefined."""
        rows = [{str(name): _plain(value) for name, value in row.items()} for row in self.rows.to_dict("records")]
        return {"note": self.note, "why": self.why, "rows": rows}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question: the selection with its day, the book as known then, and the day it is asked on."""

    reader: PortfolioReader
    selection: Selection
    book: Book
    month: WholeMonth
    today: date
    pack_days: int

    @property
    def day(self) -> date:
        assert self.selection.as_of is not None
        return self.selection.as_of


def tables(reader: PortfolioReader, selection: Selection, today: date, pack_days: int) -> dict[str, Table]:
    """Every table of a selection.

    Args:
        selection: with its `as_of` stated.
        today: the day of the question.
        pack_days: days after a month-end on which its pack closes.

    Returns:
        cohorts, liquidation (rates of ages that not every loan of a cohort has reached are undefined), pooled_liquidation
        (with its target), vintages: by placement month. roll_matrix, roll_matrix_loans, roll_trend; bridge (by bucket),
        cures, funnel, promises: of flows and promises. what_changed_<dimension> for CAUSES: volume, mix and performance.
        forecast, forecast_record; early_warning. branch, agency, collector: not adjusted. compared: the figures of the
        summary beside last month, last year and their target. restated: since the pack of the day.

    Raises:
        SelectionRefused: a filter on a value that the book does not know.
    """
    selection, book = known_filters(reader, selection), reader.book(selection.known_on)
    ask = _Asked(reader, selection, book, newest_whole_month(book, selection), today, pack_days)
    seen = outlook(reader, selection)
    made: dict[str, Callable[[_Asked], Table]] = {
        "roll_matrix": partial(_rolls, weight="opening"),
        "roll_matrix_loans": partial(_rolls, weight="loans"),
        "roll_trend": _roll_trend,
        "bridge": _bridge,
        "cures": _cures,
        "funnel": _funnel,
        "promises": _promises,
        **{f"what_changed_{by}": partial(_changed, by=by) for by in CAUSES},
        "early_warning": _warned,
        **{by: partial(_sites, by=by) for by in ("branch", "agency", "collector")},
        "compared": _compared,
        "restated": _restated,
    }
    told = _liquidation(ask) | _forecast(seen) | {name: make(ask) for name, make in made.items()}
    return {
        name: table if len(table.rows) or table.why else replace(table, why=NOTHING) for name, table in told.items()
    }


def tables_as_json(reader: PortfolioReader, selection: Selection, today: date, pack_days: int) -> dict[str, Any]:
    """The tables of `tables` by name, as JSON knows them."""
    return {name: table.as_json() for name, table in tables(reader, selection, today, pack_days).items()}


def _liquidation(ask: _Asked) -> dict[str, Table]:
    names = ("cohorts", "liquidation", "pooled_liquidation", "vintages")
    placed = ask.reader.placed(ask.selection, ["cohort"])
    why = NO_PAYMENTS if not ask.book.has_payments else NOTHING_PLACED if placed.empty else ""
    if why:
        return {name: Table(why=why) for name in names}
    cash, ripe = ask.reader.cash(ask.selection, ["cohort", "month"]), ripe_day(ask.book, ask.day, "payments")
    curves = liquidation(placed, cash, ripe)
    together = pooled(curves).merge(
        liquidation_target(ask.reader.targets(ask.selection.known_on)).rename(columns={"value": "target"}),
        how="left", left_on="age", right_on="age_months",
    )  # fmt: skip
    made = (
        cohort_recovery(placed, cash, ripe, size="month"),
        curves.assign(rate=curves["rate"].where(curves["reached"].astype(bool))),
        together.drop(columns="age_months"),
        vintage_table(curves),
    )
    note = partly(ask.book, ask.day, "payments")
    return {name: Table(rows, note) for name, rows in zip(names, made, strict=True)}


def _rolls(ask: _Asked, weight: Weight) -> Table:
    flows = flows_of_month(ask.reader, ask.selection, ask.month, ["origin", "state"])
    return Table(why=ask.month.why) if ask.month.why else Table(roll_matrix(flows, weight), ask.month.words)


def _roll_trend(ask: _Asked) -> Table:
    flows = ask.reader.flows(ask.selection, ["month", "origin", "state"])
    return Table(roll_trend(flows), why="" if len(flows) else ask.month.why)


def _bridge(ask: _Asked) -> Table:
    if ask.month.why:
        return Table(why=ask.month.why)
    flows = flows_of_month(ask.reader, ask.selection, ask.month, ["origin", "state"])
    stocks = (ask.reader.stock(ask.selection.at(day), ["bucket"]) for day in (ask.month.opening, ask.month.closing))
    rows, unpaid = bridge(flows, *stocks), unpaid_because(ask.book, ask.month)
    if not unpaid:
        return Table(rows, ask.month.words)
    rows["amount"] = rows["amount"].mask(rows["line"].isin(["cash", "waived"]))
    return Table(rows, f"{ask.month.words}; {unpaid}: what was paid is in the line other")


def _cures(ask: _Asked) -> Table:
    flows = ask.reader.flows(ask.selection, ["month", "origin", "state"])
    return Table(cure_history(flows, ask.month.closing), why="" if len(flows) else ask.month.why)


def _funnel(ask: _Asked) -> Table:
    if ask.month.why:
        return Table(why=ask.month.why)
    flows = flows_of_month(ask.reader, ask.selection, ask.month, ["origin"])
    unknown = {source: unsaid(ask.book, ask.month, source) for source in ("actions", "payments")}
    steps = funnel(flows, actions=not unknown["actions"], payments=not unknown["payments"])
    return Table(steps, "; ".join(filter(None, [ask.month.words, *unknown.values()])))


def _promises(ask: _Asked) -> Table:
    why = NO_ACTIONS if not ask.book.has_actions else NO_PAYMENTS if not ask.book.has_payments else ""
    why = why or unripe(ask.book, ask.day, "payments", "actions")
    if why:
        return Table(why=why)
    ripe = ripe_day(ask.book, ask.day, "payments", "actions")
    note = partly(ask.book, ask.day, "payments", "actions")
    return Table(kept_by_month(ask.reader.promises(ask.selection.at(ripe), ["month"])), note)


def _changed(ask: _Asked, by: str) -> Table:
    months = comparison.widest_window(ask.book, ask.selection, "month")
    why = months.why or comparison.unpaid_because(ask.book, months)
    if why:
        return Table(why=why)
    flows = ask.reader.flows(ask.selection, ["month", "origin", by])
    note = f"{dated(months.after[0])} to {dated(months.after[-1])} against {dated(months.before[0])} to {dated(months.before[-1])}"
    return Table(comparison.cash_over(flows, months, by), f"cash on loans in arrears, months ended {note}")


def _forecast(seen: Outlook) -> dict[str, Table]:
    if seen.why:
        return {name: Table(why=seen.why) for name in ("forecast", "forecast_record")}
    known = seen.forecast[seen.forecast["measure"] != "cash"] if seen.cash_why else seen.forecast
    band = f"from {seen.words}, {LEVEL * 100:.0f} in 100"
    note = f"{band}; no cash: {seen.cash_why}" if seen.cash_why else band
    record = coverage(seen.tested)
    return {
        "forecast": Table(known, note),
        "forecast_record": Table(record, "forecasts made again at earlier month-ends"),
    }


def _warned(ask: _Asked) -> Table:
    told = early_warning_measures(ask.reader, ask.selection)["rolling_next_month"]
    return Table(early_warning(ask.reader, ask.selection), told.why) if told.is_defined else Table(why=told.why)


def _sites(ask: _Asked, by: str) -> Table:
    note = partly(ask.book, ask.day, "payments")
    return Table(site_recovery(ask.reader, ask.selection, by), f"{NOT_ADJUSTED} {note}".strip())


def _compared(ask: _Asked) -> Table:
    """Each figure now, on the day before in the book, a year before, and its target."""
    now = summary_measures(ask.reader, ask.selection)
    days = {how: comparison.day_compared(ask.book, ask.selection, how) for how in ("month", "year")}
    earlier = {
        how: summary_before(ask.reader, ask.selection.at(day), ask.selection) if day else {}
        for how, day in days.items()
    }
    targets = ask.reader.targets(ask.selection.known_on)
    rows = [
        {
            "metric": name, "unit": now[name].unit, "now": now[name].value,
            "month_before": _value(earlier["month"].get(name)), "year_before": _value(earlier["year"].get(name)),
            "target": target_for(targets, name, ask.selection, ask.day, ask.book).value,
        }
        for name in (*KEY_FIGURES, *COUNTER_FIGURES, *COUNTED)
    ]  # fmt: skip
    told = [f"the book holds no day {words}" for how, words in _EARLIER.items() if days[how] is None]
    held = [f"{how} before: {dated(day)}" for how, day in days.items() if day]
    return Table(pd.DataFrame(rows), "; ".join([*held, *told]))


_EARLIER = {"month": "before this one", "year": "a year before"}


def _restated(ask: _Asked) -> Table:
    told = restatement(ask.reader, ask.selection, ask.today, ask.pack_days)
    rows = [{"metric": each.name, "then": each.then, "now": each.now, "change": each.change} for each in told.sums]
    return Table(
        pd.DataFrame(rows), f"since the pack of {dated(told.as_of)}, closed on {dated(told.known_before)}", told.why
    )


def _value(measure: Measure | None) -> float:
    return measure.value if measure else math.nan


def _plain(value: Any) -> Any:
    """A cell as JSON knows it: numpy's kinds as Python's, what is undefined as None."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)) else value
