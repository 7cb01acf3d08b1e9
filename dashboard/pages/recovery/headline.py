"""The answer in a sentence and the six key figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.catalogue import definition
from core.metrics.forecast import Outlook, outlook_measures
from core.metrics.funnel import funnel_measures
from core.metrics.measure import Measure
from core.metrics.portfolio import measures_before, portfolio_measures, portfolio_trend
from core.metrics.promises import kept_by_month, promise_measures
from core.metrics.recovery import cohort_recovery
from core.metrics.ripeness import SOURCES, ripe_day, unripe
from core.metrics.roll import direction_trend, roll_measures
from core.metrics.same_age import SameAge, same_age_by, same_age_change
from core.metrics.targets import FORECASTS, Target
from core.metrics.vintages import liquidation_measures
from core.selection import NOT_STATED, Selection
from dashboard import text_compared as words
from dashboard import text_recovery as say
from dashboard.compared import Compared, compared_of
from dashboard.components.head import answer_id, sentence
from dashboard.components.kpi import kpi_card, kpi_name, kpi_name_outputs, kpi_outputs, kpi_props, note_lines
from dashboard.page import Page
from dashboard.pages.recovery.outlook import outlook_of
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of

NAMES = (
    "recovery_rate", "liquidation_12m", "cash_month", "cure_rate", "promises_kept_rate", "forecast_cash_next_month",
)  # fmt: skip
SHORT = {"liquidation_12m": "Back in 12 months", "forecast_cash_next_month": "Cash next month"}
"""Names that fit one line of a card; the drawer says them in full."""
COUNTED = {"cash_month": "paying_rate", "cure_rate": "cure_rate_loans"}
"""The figures that are told in loans where the page adds up loans: how many paid, how many were cured. The other rates
are of money, which no count of loans replaces; promises are counted either way."""
BY = ("product", "region", "segment", "strategy")


def cards() -> html.Div:
    """The six cards, empty."""
    made = [
        kpi_card(f"recovery-{name}", SHORT.get(name, definition(name).label), renamed=name in COUNTED) for name in NAMES
    ]
    return html.Div(made, className="kpis")


def update_headline(services: Services, search: str | None, mode: str | None, remembered: Remembered) -> dict[str, Any]:
    """The answer and the figures, each with its change or its target and how sure it is."""
    view = view_of(services, search)
    compared = compared_of(view, search)
    seen = outlook_of(view, remembered)
    now = portfolio_measures(view.reader, view.selection) | _measures(view, view.selection) | outlook_measures(seen)
    before, trends = _before(compared), _trends(view)
    ahead = _month_ahead(seen)
    figures, named = {}, {}
    for card in NAMES:
        name = COUNTED.get(card, card) if compared.counted else card
        target = compared.target(name, ahead if name in FORECASTS else None)
        figures[card] = _props(name, now[name], before.get(name), target, compared, mode, trends.get(name, []))
        if card in COUNTED:
            named[card] = kpi_name(name)
    answer = _answer(view, now["recovery_rate"], search)
    return {"answer": sentence(answer), "figures": figures, "named": named}


def _props(
    name: str,
    now: Measure,
    before: Measure | None,
    target: Target,
    compared: Compared,
    mode: str | None,
    trend: list[float],
) -> dict[str, Any]:
    meant, to_target = definition(name), compared.how == "target"
    props = kpi_props(
        now, label=meant.label, better=target.better if to_target else meant.better, mode=mode,
        before=target.beside(now) if to_target else before, before_on="" if to_target else compared.before_on, aim=to_target,
        trend=trend, formula=meant.formula,
    )  # fmt: skip
    if to_target and now.is_defined:
        beside = words.target_beside(now, target) if target.is_defined else words.no_target_words(target)
        props["note"] = f"{beside}, {props['note']}"
    line = words.target_line(now, target) if target.is_defined and not to_target else ""
    return props | {"note": note_lines(say.kpi_note(props["note"], now, line))}


def _month_ahead(seen: Outlook) -> date | None:
    """The month-end the forecast is of; None where there is no forecast."""
    return date.fromisoformat(str(seen.forecast["month"].iloc[0])) if len(seen.forecast) else None


def _measures(view: View, selection: Selection) -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    for family in (liquidation_measures, roll_measures, promise_measures, funnel_measures):
        found |= family(view.reader, selection)
    return found


def _before(compared: Compared) -> Mapping[str, Measure]:
    """The figures on the day compared with; a forecast is compared with nothing."""
    if compared.before is None:
        return {}
    view = compared.view
    return _measures(view, compared.before) | measures_before(view.reader, compared.before, view.as_of)


def _trends(view: View) -> dict[str, list[float]]:
    """Over the days or months of the book, oldest first."""
    days = portfolio_trend(view.reader, view.selection)
    flows = view.reader.flows(view.selection, ["month", "origin", "state"])
    cures = direction_trend(flows, "cure")
    return {
        "recovery_rate": _values(days["recovery_rate"]), "cash_month": _values(days["cash_month"]),
        "cure_rate": _values(cures["share"]), "promises_kept_rate": _kept(view),
    }  # fmt: skip


def _kept(view: View) -> list[float]:
    if unripe(view.book, view.as_of, *SOURCES):
        return []
    ripe = ripe_day(view.book, view.as_of, *SOURCES)
    return _values(kept_by_month(view.reader.promises(view.selection.at(ripe), ["month"]))["share"])


def _values(column: Iterable[float]) -> list[float]:
    return [float(value) for value in column]


def _answer(view: View, rate: Measure, search: str | None) -> str:
    by = page_key(search, "by", BY, BY[0])
    if not view.reader.book(view.selection.known_on).has_payments:
        return say.recovery_answer(rate, None, None, by, view.book.currency)
    same = same_age(view)
    return say.recovery_answer(rate, same, fallen_by(view, by, same) if same else None, by, view.book.currency)


def same_age(view: View) -> SameAge | None:
    """The newest quarter of placements against the earlier ones at the same age."""
    placed = view.reader.placed(view.selection, ["cohort"])
    cash = view.reader.cash(view.selection, ["cohort", "month"])
    return same_age_change(cohort_recovery(placed, cash, _ripe(view)))


def fallen_by(view: View, by: str, same: SameAge) -> pd.DataFrame:
    """The same comparison by group, without loans whose group is not stated."""
    placed = view.reader.placed(view.selection, ["cohort", by])
    cash = view.reader.cash(view.selection, ["cohort", "month", by])
    groups = same_age_by(placed, cash, _ripe(view), by, same)
    return groups[groups[by] != NOT_STATED].reset_index(drop=True)


def _ripe(view: View) -> date:
    return ripe_day(view.book, view.as_of, "payments")


def register(app: dash.Dash, services: Services, page: Page, remembered: Remembered) -> None:
    """One reading serves the sentence and the figures."""
    figures = {name: kpi_outputs(f"recovery-{name}") for name in NAMES}
    named = {name: kpi_name_outputs(f"recovery-{name}") for name in COUNTED}
    places = {"answer": Output(answer_id(page), "children"), "figures": figures, "named": named}

    @app.callback(output=places, inputs=VIEW)
    def headline(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        made: dict[str, Any] = remembered.answer(
            services.reader().book(),
            ("headline", search, mode),
            lambda: update_headline(services, search, mode, remembered),
        )
        return made
