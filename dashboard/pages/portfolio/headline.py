"""The answer in a sentence, the eight key figures, and the three that would show their price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
import pandas as pd
from dash import Output, dcc, html

from core.metrics.catalogue import definition
from core.metrics.change import contributions, explain
from core.metrics.comparison import cash_over, unpaid_because, widest_window
from core.metrics.measure import Measure
from core.metrics.restatement import restatement
from core.metrics.ripeness import known_until
from core.metrics.summary import COUNTER_FIGURES, KEY_FIGURES, summary_before, summary_measures, summary_trend
from core.metrics.targets import NO_TARGET, TARGET_METRICS, Target
from dashboard import format as show
from dashboard import text_compared as words
from dashboard import text_portfolio as say
from dashboard.compared import Compared, compared_of
from dashboard.components.head import answer_id, sentence
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props, note_lines
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import VIEW, view_of

COUNTED = {"outstanding": "loans", "in_arrears": "loans_in_arrears"}
"""The figures that are shown as a number of loans where the page adds up loans."""
FIGURES = (*KEY_FIGURES, *COUNTED.values(), *COUNTER_FIGURES)
CARDS = "portfolio-figures"
CAUSE_BY = "product"
TARGETS_PATH = "/targets"


def cards() -> html.Div:
    """The eight key figures, empty."""
    both = [each for name in KEY_FIGURES for each in (name, COUNTED.get(name)) if each]
    return html.Div([_card(name) for name in both], id=CARDS, className=_look(counted=False))


def _look(*, counted: bool) -> str:
    """Which cards of the stock are shown."""
    return f"kpis by-four {'by-loans' if counted else 'by-balance'}"


def counter_cards() -> html.Section:
    """The three counter-figures, empty, in a quieter row."""
    head = html.Div(
        [html.H2(say.COUNTER_HEADING, id="portfolio-counter"), html.P(say.COUNTER_NOTE, className="subtitle")],
        className="counter-head",
    )
    row = html.Div([_card(name) for name in COUNTER_FIGURES], className="kpis counter")
    return html.Section([head, row], **{"aria-labelledby": "portfolio-counter"})


def _card(name: str) -> html.Article:
    card = kpi_card(f"portfolio-{name}", definition(name).label)
    if name in COUNTED or name in COUNTED.values():
        card.className += " of-loans" if name in COUNTED.values() else " of-balance"
    return card


def update_headline(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The answer and the figures: one reading of both days serves them all."""
    view = view_of(services, search)
    compared = compared_of(view, search)
    now = summary_measures(view.reader, view.selection)
    before = summary_before(view.reader, compared.before, view.selection) if compared.before else {}
    targets = {name: compared.target(name) for name in FIGURES}
    aims = {name: target.beside(now[name]) for name, target in targets.items()}
    base = aims if compared.how == "target" else before
    trend = summary_trend(view.reader, view.selection)
    figures = {name: _props(name, now[name], base, targets[name], compared, mode, trend) for name in FIGURES}
    restated = restatement(view.reader, view.selection, view.today, services.settings.pack_days)
    cause, moved = _moved(compared, now, base)
    words = say.portfolio_answer(
        now, base, moved=moved, cause=cause, to=" on its target" if compared.how == "target" else "",
        restated=say.restated_words(restated), currency=view.book.currency, counted=compared.counted,
    )  # fmt: skip
    return {"answer": sentence(words), "figures": figures, "cards": _look(counted=compared.counted)}


def _props(
    name: str,
    now: Measure,
    base: Mapping[str, Measure],
    target: Target,
    compared: Compared,
    mode: str | None,
    trend: pd.DataFrame,
) -> dict[str, Any]:
    meant = definition(name)
    better = target.better if compared.how == "target" else meant.better
    props = kpi_props(
        now, label=meant.label, better=better, mode=mode, before=base.get(name), aim=compared.how == "target", formula=meant.formula,
        trend=[float(value) for value in trend[name]] if name in trend else [],
    )  # fmt: skip
    return props | ({"note": _note(now, target, compared, bool(props["delta"]))} if now.is_defined else {})


def _note(now: Measure, target: Target, compared: Compared, told: bool) -> list[Any]:
    """What the change is against, the evidence, the interval, until when it is known and the target, a line each."""
    n = f"n\u00a0=\u00a0{show.number(now.n)}"
    beside = _beside(now, target, compared, told)
    lines: list[list[Any]] = [[*beside, ", ", n] if beside else [n]]
    if sure := show.interval(now):
        lines.append([sure])
    if until := known_until(now.why):
        lines.append([until])
    if compared.how != "target" and target.is_defined:
        lines.append([words.target_line(now, target)])
    return note_lines(lines)


def _beside(now: Measure, target: Target, compared: Compared, told: bool) -> list[Any]:
    if compared.how != "target":
        return [f"since {compared.before_on}"] if told and compared.before_on else []
    if target.is_defined:
        return [words.target_beside(now, target)]
    why = words.no_target_words(target)
    return [dcc.Link(why, href=TARGETS_PATH)] if target.why == NO_TARGET else [why]


def _moved(compared: Compared, now: Mapping[str, Measure], base: Mapping[str, Measure]) -> tuple[str, str]:
    """The cause of the change in cash, and the change of the arrears, in words."""
    view, late = compared.view, COUNTED["in_arrears"] if compared.counted else "in_arrears"
    if compared.how == "target":
        return "", say.target_words(now[late], base[late])
    if compared.before is None:
        return f" The comparison is {show.UNDEFINED}, because {compared.why}.", ""
    months = widest_window(compared.book, view.selection, compared.against)
    cause = ""
    if not (months.why or unpaid_because(compared.book, months)):
        flows = view.reader.flows(view.selection, ["month", "origin", CAUSE_BY])
        cause = say.cause_words(explain(cash_over(flows, months, CAUSE_BY)), months)
    stocks = (view.reader.stock(selection, [CAUSE_BY]) for selection in (compared.before, view.selection))
    parts = contributions(*stocks, CAUSE_BY, "arrears_loans" if compared.counted else "arrears_balance")
    moved = say.change_words(now[late], base[late], compared.before_on, parts.head(0) if cause else parts)
    return cause, moved


def target_gaps(compared: Compared, now: Mapping[str, Measure]) -> pd.DataFrame:
    """Each figure that is held against a target, and how far it is from it.

    Returns:
        name, label, relative (difference / size of the target), met (True, False, or None where there is nothing to
        meet or miss), whose (of whom the target is, in words), measure (text of the number) and goal (text of the
        target), in the order of FIGURES.
    """
    rows = []
    for name in (name for name in FIGURES if name in TARGET_METRICS):
        target = compared.target(name)
        if not (target.is_defined and now[name].is_defined and target.value):
            continue
        relative = (now[name].value - target.value) / abs(target.value)
        whose = words.target_name(target) if target.of_whole_book else "its target"
        told = (show.measure(now[name]), show.measure(target.beside(now[name])))
        rows.append((name, definition(name).label, relative, target.met_by(now[name]), whose, *told))
    columns = ["name", "label", "relative", "met", "whose", "measure", "goal"]
    return pd.DataFrame(rows, columns=columns).astype({"met": object})


def no_gaps_because(compared: Compared) -> str:
    """Why no figure is held against a target."""
    reasons = [compared.target(name).why for name in FIGURES if name in TARGET_METRICS]
    return next((why for why in reasons if why not in ("", NO_TARGET)), NO_TARGET)


def register(app: dash.Dash, services: Services, page: Page) -> None:
    """One reading, the answer and eleven cards."""
    figures = {name: kpi_outputs(f"portfolio-{name}") for name in FIGURES}

    places = {"answer": Output(answer_id(page), "children"), "figures": figures, "cards": Output(CARDS, "className")}

    @app.callback(output=places, inputs=VIEW)
    def headline(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_headline(services, search, mode)
