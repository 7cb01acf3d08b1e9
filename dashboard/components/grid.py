"""The data grid in Recoup's clothes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html


def grid(
    id: str,
    columns: Sequence[dict[str, Any]],
    *,
    label: str,
    height: int | None = None,
    empty: str = "Nothing to list.",
    **options: Any,
) -> dag.AgGrid:
    """A grid of rows that are already formatted text (or numbers with a `valueFormatter` of yours).

    Args:
        id: the grid's id; callbacks fill `rowData` or, with `rowModelType="infinite"`, `getRowsResponse`.
        columns: ag-grid column definitions; see `text_column` and `number_column`.
        label: what the grid lists, read out.
        height: px; None lets it grow with its rows (only for short lists).
        empty: what a list without rows says.
        options: further AgGrid arguments; `dashGridOptions` is merged over the defaults.
    """
    given = options.pop("dashGridOptions", {})
    layout = {} if height else {"domLayout": "autoHeight"}
    defaults = {
        **layout, "animateRows": False, "suppressCellFocus": False,
        "suppressCsvExport": True, "suppressExcelExport": True, "enableCellTextSelection": True, "ensureDomOrder": True,
        "localeText": {"noRowsToShow": empty},
    }  # fmt: skip
    return dag.AgGrid(
        id=id,
        columnDefs=list(columns),
        defaultColDef={
            "sortable": False,
            "resizable": False,
            "suppressHeaderMenuButton": True,
            "flex": 1,
            "minWidth": 90,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        dashGridOptions={**defaults, **given},
        style={"width": "100%", "height": f"{height}px" if height else None},
        className=f"recoup-grid {options.pop('className', '')}".strip(),
        **options,
    )


ABSENT = "is-absent"


def listing(made: dag.AgGrid) -> html.Div:
    """A grid that is not there while it has no rows: a callback fills its rows and, by `listing_look`, the class of
    `listing_id`. For lists whose card says itself that, and why, there is nothing."""
    return html.Div(made, id=listing_id(made.id), className=ABSENT)


def listing_id(grid_id: str) -> str:
    """The id of what holds a grid that may be absent."""
    return f"{grid_id}-listing"


def listing_look(rows: Sequence[Any]) -> str:
    """The class of what holds a grid: absent without rows."""
    return "" if rows else ABSENT


def text_column(field: str, header: str, **more: Any) -> dict[str, Any]:
    """A column of words, to the left."""
    return {"field": field, "headerName": header, **more}


def number_column(field: str, header: str, **more: Any) -> dict[str, Any]:
    """A column of numbers, to the right, in tabular figures."""
    return {
        "field": field,
        "headerName": header,
        "type": "rightAligned",
        "cellClass": ["ag-right-aligned-cell", "figure"],
        **more,
    }


def borrower_column(header: str = "Borrower", **more: Any) -> dict[str, Any]:
    """A column of borrowers' numbers (`borrower_ref`), each a link to all loans of that borrower."""
    return text_column("borrower_ref", header, cellRenderer="BorrowerLink", **more)
