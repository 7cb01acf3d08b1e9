"""The funnel of the work of the newest whole month, and whether the promises of each month were kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import html

from core.metrics.cells import several
from core.metrics.delinquency import BUCKETS
from core.metrics.funnel import STEPS, funnel, unsaid
from core.metrics.promises import NO_ACTIONS, kept_by_month
from core.metrics.ripeness import partly, ripe_day, unripe
from core.metrics.targets import target_for
from core.metrics.whole_month import WholeMonth, flows_of_month, newest_whole_month
from dashboard import format as show
from dashboard import text_recovery as words
from dashboard import text_recovery_moves as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.funnel import funnel_bars
from dashboard.figures.monthly import monthly_shares
from dashboard.pages.recovery.points import marked, parts
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of

FUNNEL, KEPT = "recovery-funnel", "recovery-kept"
CHARTS = {"funnel": FUNNEL, "kept": KEPT}
HEIGHT, MOST_MONTHS = 360, 24
PANELS = {"kept": "Kept, by month due"}


def cards() -> html.Div:
    """The two charts, empty."""
    steps = chart_card(FUNNEL, height=HEIGHT, why=Why("penetration"))
    return html.Div([steps, chart_card(KEPT, height=HEIGHT, why=Why("promises_kept_rate"))], className="row-even")


def update_promises(services: Services, search: str | None, mode: str | None) -> dict[str, dict[str, Any]]:
    """How far the work reached, and what became of the promises."""
    view = view_of(services, search)
    return {"funnel": _funnel(view, mode), "kept": _kept(view, mode)}


def _funnel(view: View, mode: str | None) -> dict[str, Any]:
    book = view.reader.book(view.selection.known_on)
    month = newest_whole_month(book, view.selection)
    title = "From the book to those who pay"
    if month.why:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {month.why}.")
    flows = flows_of_month(view.reader, view.selection, month, ["origin"])
    steps = funnel(flows, actions=not unsaid(book, month, "actions"), payments=not unsaid(book, month, "payments"))
    if not steps["loans"].iloc[0]:
        why = f"no loan of this selection was open on {show.day(month.opening)}"
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {why}.")
    return chart_props(
        marked(funnel_bars(steps, mode, height=HEIGHT), lambda step: _step_address(step, month)),
        title=say.funnel_title(steps),
        subtitle=say.funnel_subtitle(month, book),
        summary=say.funnel_summary(steps),
        rows=say.funnel_rows(steps),
        addresses=[_step_address(step, month) for step in steps["step"]],
    )


def _step_address(step: str, month: WholeMonth) -> Why:
    """The loans of a step, as its bar counts them; the shares between steps are figures of their own."""
    cell = {"month": month.closing.isoformat(), "origin": several(*BUCKETS)}
    return Why(f"flows:{STEPS[step][0]}", cell)


def _kept(view: View, mode: str | None) -> dict[str, Any]:
    book = view.reader.book(view.selection.known_on)
    title = "Promises kept"
    if not book.has_actions or not book.has_payments:
        why = NO_ACTIONS if not book.has_actions else words.NO_PAYMENTS
    else:
        why = unripe(book, view.as_of, "payments", "actions")
    if why:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {why}.")
    ripe = ripe_day(book, view.as_of, "payments", "actions")
    months = view.reader.promises(view.selection.at(ripe), ["month"])
    history = kept_by_month(months).tail(MOST_MONTHS).reset_index(drop=True)
    if history.empty:
        why = f"no promise of this selection fell due by {show.day(ripe)}"
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {why}.")
    target = _target(view, history["month"].tolist())
    drawn = monthly_shares(history.assign(name="kept"), mode, names=PANELS, height=HEIGHT, target=target)
    return chart_props(
        marked(drawn, lambda key: Why("promises_kept_rate", {"month": parts(key)[1]})),
        title=say.kept_title(history),
        subtitle=say.kept_subtitle(
            months, target, part=bool(view.selection.filters), known=partly(book, view.as_of, "payments", "actions")
        ),
        summary=say.kept_summary(history),
        rows=say.kept_rows(history),
        addresses=[Why("promises_kept_rate", {"month": month}) for month in history["month"]],
    )


def _target(view: View, months: list[str]) -> pd.DataFrame:
    """The target of each month (month, value), the month of the view as of its day; absent where there is none."""
    targets = view.reader.targets(view.selection.known_on)
    days = {month: min(date.fromisoformat(month), view.as_of) for month in months}
    told = {month: target_for(targets, "promises_kept_rate", view.selection, day) for month, day in days.items()}
    return pd.DataFrame(
        [(month, target.value) for month, target in told.items() if target.is_defined], columns=["month", "value"]
    )


def register(app: dash.Dash, services: Services, remembered: Remembered) -> None:
    """One callback, two charts."""

    @app.callback(output={name: chart_outputs(card) for name, card in CHARTS.items()}, inputs=VIEW)
    def work(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        made: dict[str, Any] = remembered.answer(
            services.reader().book(), ("work", search, mode), lambda: update_promises(services, search, mode)
        )
        return made
