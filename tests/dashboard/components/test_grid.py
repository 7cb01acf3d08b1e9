"""The grid's defaults, and what an empty list says."""

from __future__ import annotations

from dashboard.components.grid import grid, number_column, text_column

COLUMNS = [text_column("loan", "Loan"), number_column("balance", "Balance")]


def test_a_list_without_rows_says_so_in_its_own_words():
    assert grid("g", COLUMNS, label="Sites").dashGridOptions["localeText"] == {"noRowsToShow": "Nothing to list."}
    said = grid("g", COLUMNS, label="Loans", empty="No loans match.").dashGridOptions["localeText"]
    assert said == {"noRowsToShow": "No loans match."}


def test_a_grid_grows_with_its_rows_unless_a_height_is_given():
    growing, fixed = grid("g", COLUMNS, label="Sites"), grid("g", COLUMNS, label="Sites", height=240)
    assert (growing.dashGridOptions["domLayout"], growing.style["height"]) == ("autoHeight", None)
    assert ("domLayout" in fixed.dashGridOptions, fixed.style["height"]) == (False, "240px")


def test_options_of_a_page_go_over_the_defaults():
    told = grid("g", COLUMNS, label="Sites", dashGridOptions={"animateRows": True}, className="wide")
    assert (told.dashGridOptions["animateRows"], told.className) == (True, "recoup-grid wide")
    assert told.dashGridOptions["suppressCsvExport"] is True
