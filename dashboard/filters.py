"""The row of filters: chips that open a list, kept in step with the address in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, html

from core.errors import Refused
from core.metrics.restatement import closed_packs
from core.ports import PortfolioReader
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import ids
from dashboard.services import Services
from dashboard.state import known_on_of
from dashboard.text_known import NOW, pack_words

CHIPS: tuple[tuple[str, str], ...] = (
    ("product", "Product"), ("region", "Region"), ("segment", "Segment"), ("bucket", "Arrears"), ("strategy", "Strategy"),
)  # fmt: skip
MORE: tuple[tuple[str, str], ...] = (
    ("band", "Risk band"), ("branch", "Branch"), ("agency", "Agency"), ("proposed", "Proposed strategy"),
)  # fmt: skip
DAY_LISTS: tuple[tuple[str, str, str], ...] = (
    ("as_of", "As of", "the newest day"), ("against", "Against", "the day before"), ("known_on", "Known on", NOW),
)  # fmt: skip
"""Each with its word and what holds where none is chosen."""
DAYS = tuple(name for name, _, _ in DAY_LISTS)
MOST_PACKS = 24
"""Closed packs whose knowledge is offered, newest first."""
ANY_DAY = "known-any"
DIMENSIONS = tuple(name for name, _ in (*CHIPS, *MORE))
CONTROLS = (*DAYS, *DIMENSIONS)


def filter_bar() -> html.Div:
    """The row, hidden on pages without filters."""
    more = [html.Fieldset([html.Legend(word), _checklist(name)], id=f"field-{name}") for name, word in MORE]
    chips = [
        _chip("days", "As of", [*[_day_list(*each) for each in DAY_LISTS], _any_day()]),
        *[
            _chip(name, word, [html.Fieldset([html.Legend(word, className="visually-hidden"), _checklist(name)])])
            for name, word in CHIPS
        ],
        _chip("more", "More filters", more),
        html.Button("Clear", id="clear-filters", className="link is-absent"),
    ]
    links = [
        html.Button("Copy link", id="copy-link", className="link"),
        html.A("Export", id=ids.EXPORT, href="/download/loans.csv", className="link", download=""),
    ]
    return html.Div(
        [html.Div(chips, className="chips"), html.Div(links, className="filter-links")],
        id=ids.FILTERS,
        className="filters is-absent",
        role="region",
        **{"aria-label": "Filters"},
    )


def _chip(name: str, word: str, content: Sequence[Any]) -> html.Details:
    label = html.Summary([word], id=f"label-{name}")
    return html.Details(
        [label, html.Div(list(content), className="popover-panel")], id=ids.chip_of(name), className="chip"
    )


def _checklist(name: str) -> dbc.Checklist:
    return dbc.Checklist(id=ids.filter_of(name), options=[], value=[], className="filter-list")


def _day_list(name: str, word: str, otherwise: str) -> html.Div:
    control = ids.filter_of(name)
    select = dbc.Select(id=control, options=[], value="", size="sm", placeholder=otherwise)
    return html.Div([html.Label(word, htmlFor=control), select], className="chooser")


def _any_day() -> html.Div:
    """Any day of knowledge, beside the packs in the list; it stands in the address as the list's does."""
    day = dbc.Input(id=ANY_DAY, type="date", value="", size="sm", debounce=True)
    return html.Div([html.Label("or on any day", htmlFor=ANY_DAY), day], className="chooser")


def update_options(services: Services, known_on: str | None = None) -> tuple[list[Any], ...]:
    """The days and the values each filter offers; a dimension that is never stated offers none.

    Args:
        known_on: the day of knowledge that is chosen, ISO; its days are offered. Where the book cannot be asked as
            known on it, the days of now are, and the page says why it cannot be shown.
    """
    reader, chosen = services.reader(), known_on_of(f"known_on={known_on or ''}")
    days = [_option(day) for day in reversed(_days_known(reader, chosen))]
    as_of = [{"value": "", "label": f"{days[0]['label']} (newest)" if days else "no day yet"}, *days[1:]]
    against = [{"value": "", "label": "the day before"}, *days]
    return (
        as_of,
        against,
        _known_choices(services, reader, chosen),
        *[_offered(reader.values(name)) for name in DIMENSIONS],
    )


def _option(day: date) -> dict[str, str]:
    return {"value": day.isoformat(), "label": show.day(day)}


def _days_known(reader: PortfolioReader, known_on: date | None) -> Sequence[date]:
    try:
        return reader.book(known_on).days
    except Refused:
        return reader.book().days


def _known_choices(services: Services, reader: PortfolioReader, chosen: date | None) -> list[dict[str, str]]:
    """Now, the closed packs, and the day that is chosen where it is none of theirs."""
    packs = closed_packs(reader.book().days, reader.known_days(), services.today(), services.settings.pack_days)
    offered = {closed: pack_words(day, closed) for day, closed in packs[:MOST_PACKS]}
    if chosen is not None:
        offered.setdefault(chosen, show.day(chosen))
    told = [{"value": day.isoformat(), "label": offered[day]} for day in sorted(offered, reverse=True)]
    return [{"value": "", "label": NOW}, *told]


def _offered(values: Sequence[str]) -> list[dict[str, str]]:
    if not [value for value in values if value != NOT_STATED]:
        return []
    return [{"value": value, "label": value} for value in values]


def register(app: dash.Dash, services: Services) -> None:
    """Options from the book; everything else happens in the browser."""

    @app.callback(
        [Output(ids.filter_of(name), "options") for name in CONTROLS],
        Input(ids.REVISION, "data"),
        Input(ids.filter_of("known_on"), "value"),
    )
    def options(_: int | str | None, known_on: str | None) -> tuple[list[Any], ...]:
        return update_options(services, known_on)

    app.clientside_callback(
        ClientsideFunction("recoup", "readFilters"),
        [Output(ids.filter_of(name), "value") for name in CONTROLS],
        Input(ids.URL, "search"),
        [State(ids.filter_of(name), "value") for name in CONTROLS],
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "writeFilters"),
        [Input(ids.filter_of(name), "value") for name in CONTROLS],
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "readAnyDay"),
        Output(ANY_DAY, "value"),
        Input(ids.URL, "search"),
        State(ANY_DAY, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "writeAnyDay"), Input(ANY_DAY, "value"), prevent_initial_call=True
    )
    labels = ("days", *[name for name, _ in CHIPS], "more")
    app.clientside_callback(
        ClientsideFunction("recoup", "labelChips"),
        [Output(f"label-{name}", "children") for name in labels],
        [Output(ids.chip_of(name), "className") for name in labels],
        [Output(f"field-{name}", "className") for name, _ in MORE],
        Output("clear-filters", "className"),
        Output(ids.BOOK_DAY, "children"),
        [Input(ids.filter_of(name), "value") for name in CONTROLS],
        [Input(ids.filter_of(name), "options") for name in CONTROLS],
    )
