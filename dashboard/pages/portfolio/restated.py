"""What later files changed about days that were reported already, with the rows that did it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, dcc, html

from core.metrics.restatement import Restated, Restatement, restatement
from core.selection import Selection
from dashboard import text_portfolio as say
from dashboard.address import Why
from dashboard.compared import compared_of
from dashboard.components.drawer import why_button
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of

LINE, PATH = "portfolio-restated", "/"


def line() -> html.Div:
    """The line, empty."""
    return html.Div([], id=LINE, className="notice restated", role="status")


def update_restated(services: Services, search: str | None) -> list[Any]:
    """One line for the day and one for the day compared with; nothing where nothing changed. With the knowledge of an
    earlier day, one more for what was learned since: of a chosen pack, by how much it was restated."""
    view = view_of(services, search)
    before = compared_of(view, search).before
    told = (
        restatement(view.reader, selection, view.today, services.settings.pack_days)
        for selection in (view.selection, before)
        if selection is not None
    )
    return [*_since_then(services, view), *[_line(view, each) for each in told if each.changed]]


def _since_then(services: Services, view: View) -> list[html.P]:
    """What was learned about the day of the view since the day of knowledge it looks with; a link leads to the rows."""
    known_on = view.selection.known_on
    if known_on is None or known_on >= view.today:
        return []
    days = (known_on - view.as_of).days
    told = restatement(view.reader, view.selection.knowing(None), view.today, days)
    pack = days == services.settings.pack_days
    if told.why:
        return []
    children: list[Any] = [say.since_then_opening(told, pack=pack)]
    for place, each in enumerate(told.changed):
        why = Why(f"{each.kind}:{each.measure}", _cell(told)).to_query()
        href = f"{PATH}?{view.selection.knowing(None).to_query()}&{why}"
        children += [", " if place else "", dcc.Link(say.restated_amount(each), href=href, className="link")]
    return [html.P(children)]


def _cell(told: Restatement) -> dict[str, str]:
    return {"as_of": told.as_of.isoformat(), "since": told.known_before.isoformat()}


def _line(view: View, told: Restatement) -> html.P:
    children: list[Any] = [say.restated_opening(told)]
    for place, each in enumerate(told.changed):
        children += [", " if place else "", _rows_button(view, told, each)]
    return html.P(children)


def _rows_button(view: View, told: Restatement, moved: Restated) -> html.Button:
    """What opens the drawer on the rows that restated a sum."""
    selection: Selection = view.selection.at(told.as_of)
    page = view.reader.restated(moved.kind, selection, told.known_before, measure=moved.measure, limit=1)
    button = why_button(Why(f"{moved.kind}:{moved.measure}", _cell(told)).to_query(), say.called(moved))
    button.children, button.className = say.restated_part(moved, page.n), "link"
    return button


def register(app: dash.Dash, services: Services) -> None:
    """The line listens to the view."""

    @app.callback(Output(LINE, "children"), inputs=VIEW)
    def restated(search: str | None, **_: Any) -> list[Any]:
        return update_restated(services, search)
