"""The dashboard as one factory: pages, shell, gate, and what happens when a callback fails."""

from __future__ import annotations

import logging
from pathlib import Path
from types import ModuleType

import dash
from dash import html, set_props

from core.errors import Refused, trace_without_data
from dashboard import downloads, ids, shell, uploads, web, why
from dashboard.pages import (
    batches,
    customers,
    explore,
    models,
    not_found_404,
    portfolio,
    recovery,
    score,
    segments,
    strategies,
    targets,
)
from dashboard.services import Services

PAGES: tuple[ModuleType, ...] = (
    portfolio,
    recovery,
    customers,
    strategies,
    segments,
    score,
    models,
    explore,
    batches,
    targets,
)

ASSETS = Path(__file__).resolve().parents[1] / "assets"
LOG = logging.getLogger("recoup.dashboard")

INDEX = """<!DOCTYPE html>
<html lang="en" data-bs-theme="light">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<script src="/assets/theme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def create_app(services: Services) -> dash.Dash:
    """A dashboard on these services. Two of them can live in one process."""
    app = dash.Dash(
        "dashboard",
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=r"theme\\.js",
        title="Recoup",
        update_title="",
        index_string=INDEX,
        external_stylesheets=[web.BOOTSTRAP_PATH],
        include_pages_meta=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        on_error=show_failure,
        compress=True,
        enable_mcp=False,
    )
    pages = [page.PAGE for page in PAGES]
    dash.page_registry.clear()
    for module in PAGES:
        page = module.PAGE
        dash.register_page(
            module.__name__, path=page.path, name=page.name, title=f"{page.name} · Recoup", layout=module.layout()
        )
    dash.register_page(not_found_404.__name__, path="/404", title="Not found · Recoup", layout=not_found_404.layout())
    app.layout = shell.shell_layout(pages)
    app.validation_layout = html.Div([app.layout, *[entry["layout"] for entry in dash.page_registry.values()]])
    shell.register(app, services, pages)
    why.register(app, services)
    for module in PAGES:
        module.register(app, services)
    downloads.add_routes(app, services)
    uploads.add_routes(app, services)
    web.guard(app)
    return app


def show_failure(error: Exception) -> None:
    """Instead of a blank: what went wrong and what to do, above the page."""
    if isinstance(error, Refused):
        where = f" ({'; '.join(error.where[:3])})" if error.where else ""
        card = _failure_card(
            "This view cannot be shown", f"{error.found}{where}. {error.remedy}", "notice bad whole-view"
        )
    else:
        LOG.error("a callback failed\n%s", trace_without_data(error))
        card = _failure_card(
            "Something went wrong on our side",
            "The figures below may be incomplete. Reload the page; if it happens again, the log of the server says more.",
            "notice bad",
        )
    set_props(ids.FAILURE, {"children": card})


def _failure_card(title: str, text: str, look: str) -> html.Div:
    again = html.Button("Show the whole book", className="link clear-view")
    return html.Div([html.B(title), html.P(text), again], className=look)
