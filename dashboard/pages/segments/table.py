"""A plain table whose heads and rows a callback fills."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.text_segments import BELOW


def empty_table(id: str, label: str, heads: Sequence[str] = (), *, kind: str = "") -> html.Div:
    """A table that scrolls within its card; its heads stand, or are filled as `<id>-heads`."""
    row = html.Tr([html.Th(word, scope="col") for word in heads], id=f"{id}-heads")
    table = html.Table([html.Thead(row), html.Tbody([], id=id)], className=f"plain-table {kind}".strip())
    return html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": label})


def table_rows(rows: Sequence[Sequence[str]]) -> list[html.Tr]:
    """Rows as components, the first cell of each its head; what follows BELOW stands small below."""
    return [html.Tr([html.Th(first, scope="row"), *map(_cell, rest)]) for first, *rest in rows]


def _cell(text: str) -> html.Td:
    figure, _, small = text.partition(BELOW)
    return html.Td([figure, html.Small(small)] if small else figure)


def table_heads(heads: Sequence[str]) -> list[html.Th]:
    """The cells of the head."""
    return [html.Th(word, scope="col") for word in heads]
