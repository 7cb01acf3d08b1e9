"""A plain table whose heads and rows a callback fills; on a phone each row is a list of its cells with their heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

BELOW = "\n"
"""What follows it in a cell or head stands small below."""
NONE = "·"
"""There is none of it; a phone leaves such cells out."""


def empty_table(id: str, label: str, heads: Sequence[str] = (), *, kind: str = "") -> html.Div:
    """A table that scrolls within its card; its heads stand, or are filled as `<id>-heads`."""
    row = html.Tr(table_heads(heads), id=f"{id}-heads")
    table = html.Table([html.Thead(row), html.Tbody([], id=id)], className=f"plain-table stacks {kind}".strip())
    return html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": label})


def table_rows(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> list[html.Tr]:
    """Rows as components, the first cell of each its head; what follows BELOW stands small below, a line each.

    Args:
        rows: the cells of each row, as many as `heads`.
        heads: what each column is; a phone, which has no room for columns, shows them beside the cells.
    """
    return [html.Tr([html.Th(first, scope="row"), *map(cell, map(_lines, rest), heads[1:])]) for first, *rest in rows]


def cell(parts: Any, head: str) -> html.Td:
    """A cell that knows its column's head."""
    return html.Td(
        parts, className="is-none" if parts in ([NONE], [""]) else None, **{"data-label": head.replace(BELOW, " ")}
    )


def table_heads(heads: Sequence[str]) -> list[html.Th]:
    """The cells of the head; what follows BELOW stands small below."""
    return [html.Th(_lines(word), scope="col") for word in heads]


def _lines(text: str) -> list[Any]:
    first, *rest = text.split(BELOW)
    return [first, *map(html.Small, rest)]
