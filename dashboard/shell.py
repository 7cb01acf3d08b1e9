"""The frame around every page: navigation, book and day, filters, and what stands there when there is nothing to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from core.errors import HistoryUnsettled
from core.ports import PortfolioReader
from dashboard import filters, ids
from dashboard import format as show
from dashboard import text_known as say
from dashboard.components.badges import state_card
from dashboard.components.drawer import drawer
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import known_on_of

PULSE_SECONDS = 5
STALE_AFTER_DAYS = 45


def shell_layout(pages: Sequence[Page]) -> html.Div:
    """The static frame; every value in it is filled by a callback."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.THEME),
            dcc.Store(id=ids.REVISION),
            dcc.Store(id=ids.WHY),
            dcc.Store(id=ids.NAVIGATION, data=[_entry(page) for page in pages]),
            dcc.Interval(id=ids.PULSE, interval=PULSE_SECONDS * 1000),
            html.A("Skip to content", href="#content", className="skip-link"),
            _sidebar(pages),
            html.Main(
                [
                    html.Div([], id=ids.FAILURE, role="alert", className="failure"),
                    html.Div("", id=ids.STALE, role="status", className="notice stale"),
                    filters.filter_bar(),
                    _known_banner(),
                    _empty_store(),
                    html.Div(dash.page_container, className="page-slot"),
                ],
                id=ids.CONTENT,
                tabIndex=-1,
            ),
            drawer(),
        ],
        className="frame",
    )


def _entry(page: Page) -> dict[str, Any]:
    return {"id": f"nav-{page.key}", "path": page.path, "filters": page.filters}


def _sidebar(pages: Sequence[Page]) -> html.Header:
    groups = [
        html.Div(
            [html.P(group, className="nav-group", id=f"nav-group-{group.lower()}")]
            + [
                dcc.Link(page.name, href=page.path, id=f"nav-{page.key}", className="nav-entry")
                for page in pages
                if page.group == group
            ]
        )
        for group in dict.fromkeys(page.group for page in pages)
    ]
    foot = html.Div(
        [
            html.Span("", id=ids.BOOK_LABEL, className="badge-pill neutral"),
            html.P(
                [
                    html.Span("", id=ids.BOOK_DAY),
                    " ",
                    html.Button("change", id="change-day", className="link", **{"aria-label": "Change the day"}),
                ]
            ),
            html.Button("Dark", id="theme-switch", className="link", **{"aria-label": "Switch between light and dark"}),
        ],
        className="sidebar-foot",
    )
    menu = html.Button(
        "Menu",
        id="menu-button",
        className="menu-button",
        **{"aria-expanded": "false", "aria-controls": "sidebar-panel"},
    )
    return html.Header(
        [
            html.Div([dcc.Link(["Recoup", html.B(".")], href="/", className="wordmark"), menu], className="topbar"),
            html.Div(
                [html.Nav(groups, **{"aria-label": "Pages"}), foot], id="sidebar-panel", className="sidebar-panel"
            ),
        ],
        className="sidebar",
    )


def _known_banner() -> html.Div:
    return html.Div(
        [html.P("", id=ids.KNOWN_WORDS, role="status"), html.Button(say.BACK, className="link to-now")],
        id=ids.KNOWN,
        className="notice known is-absent",
    )


def _empty_store() -> html.Div:
    card = state_card(
        html.Span("Bring your first file", id=ids.EMPTY_TITLE),
        "This store holds no loans yet. A CSV of your loan book is enough: the loan's number, its balance and its days past due.",
        html.P("", id=ids.EMPTY_PROGRESS, className="progress-note", role="status"),
        dcc.Link("Go to Batches", href="/batches", className="button"),
    )
    return html.Div(card, id=ids.EMPTY, className="is-absent")


def update_pulse(services: Services, known: int | str | None) -> tuple[Any, Any, Any]:
    """The book's revision where it changed; over an empty store, what is filling it and how far that is.

    While files that came out of order are put in place, the revision is marked: once they are, pages look again.
    """
    reader = services.reader()
    book = reader.book()
    revision = _marked(reader, book.revision)
    title: Any = no_update
    progress: Any = no_update
    if book.is_empty:
        title, progress = _filling(services)
    elif revision == known:
        raise PreventUpdate
    return (revision if revision != known else no_update), title, progress


def _marked(reader: PortfolioReader, revision: int) -> int | str:
    try:
        reader.book(date.min)
    except HistoryUnsettled:
        return f"{revision}, unsettled"
    return revision


def _filling(services: Services) -> tuple[str, str]:
    running = [job for job in services.jobs.recent(5) if not job.is_over]
    if not running:
        return "Bring your first file", ""
    job = running[0]
    title = "The sample book is on its way" if job.kind == "sample" else "Your file is being worked on"
    return title, f"{job.message or 'Waiting for the worker'} ({show.percent(job.progress, 0)})"


def update_book(services: Services, path: str | None) -> tuple[str, str, str, str, str]:
    """The book's label, the classes that show the empty state or the content, and the remark on stale figures."""
    book = services.reader().book()
    if book.is_empty:
        away = path == "/batches"
        return (
            "No book yet",
            "is-absent" if away else "",
            "" if away else "store-is-empty",
            "",
            "notice stale is-absent",
        )
    label = "Sample book, synthetic" if book.is_sample else "Your book"
    age = (services.today() - book.days[-1]) // timedelta(days=1)
    if book.is_sample or age <= STALE_AFTER_DAYS:
        return label, "is-absent", "", "", "notice stale is-absent"
    remark = f"The newest figures are {age} days old ({show.day(book.days[-1])}). Bring a newer file on Batches."
    return label, "is-absent", "", remark, "notice stale"


def update_known(services: Services, pages: Sequence[Page], path: str | None, search: str | None) -> tuple[str, str]:
    """The banner's words and class: nothing where all that is known now is asked with."""
    known_on = known_on_of(search)
    page = next((page for page in pages if page.path == ((path or "/").rstrip("/") or "/")), None)
    if known_on is None or page is None or known_on > services.today():  # a day to come: the page refuses it
        return "", "notice known is-absent"
    learned = services.reader().known_days()
    words = say.known_words(known_on, page.key, follows=page.filters, newest=learned[-1] if learned else None)
    return words, "notice known"


def register(app: dash.Dash, services: Services, pages: Sequence[Page]) -> None:
    """The shell's callbacks."""
    entries = [f"nav-{page.key}" for page in pages]

    @app.callback(
        Output(ids.REVISION, "data"),
        Output(ids.EMPTY_TITLE, "children"),
        Output(ids.EMPTY_PROGRESS, "children"),
        Input(ids.PULSE, "n_intervals"),
        State(ids.REVISION, "data"),
    )
    def pulse(_: int | None, known: int | str | None) -> tuple[Any, Any, Any]:
        return update_pulse(services, known)

    @app.callback(
        Output(ids.BOOK_LABEL, "children"),
        Output(ids.EMPTY, "className"),
        Output(ids.CONTENT, "className"),
        Output(ids.STALE, "children"),
        Output(ids.STALE, "className"),
        Input(ids.REVISION, "data"),
        Input(ids.URL, "pathname"),
    )
    def book(_: int | None, path: str | None) -> tuple[str, str, str, str, str]:
        return update_book(services, path)

    @app.callback(
        Output(ids.KNOWN_WORDS, "children"),
        Output(ids.KNOWN, "className"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.REVISION, "data"),
    )
    def known(search: str | None, path: str | None, _: int | str | None) -> tuple[str, str]:
        return update_known(services, pages, path, search)

    app.clientside_callback(
        ClientsideFunction("recoup", "theme"),
        Output(ids.THEME, "data"),
        Output("theme-switch", "children"),
        Input("theme-switch", "n_clicks"),
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "navigate"),
        [Output(entry, "href") for entry in entries],
        [Output(entry, "className") for entry in entries],
        Output(ids.FILTERS, "className"),
        Output(ids.EXPORT, "href"),
        Output("change-day", "className"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        State(ids.NAVIGATION, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "clearFailure"),
        Output(ids.FAILURE, "children"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.REVISION, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "table"),
        Output(ids.table_of(dash.MATCH), "children"),
        Input(ids.rows_of(dash.MATCH), "data"),
        Input(ids.toggle_of(dash.MATCH), "n_clicks"),
    )
    filters.register(app, services)
