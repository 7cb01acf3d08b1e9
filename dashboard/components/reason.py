"""Where a person says why: the longest length is stated, letters are counted while typing, and nothing is cut."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html

from core.workflows.reasons import LONGEST_REASON
from dashboard import format as show


def reason_field(id: str, label: str, *, longest: int = LONGEST_REASON) -> html.Div:
    """A labelled line; what is too long is told beside it, and refused with `core.workflows.reasons.whole_reason`."""
    limit = html.Small(
        f"at most {show.count(longest, 'letters')}", className="reason-count", **{"data-most": str(longest)}
    )
    return html.Div(
        [
            html.Label([label, " ", limit], htmlFor=id),
            dbc.Input(id=id, type="text", value="", size="sm", autocomplete="off"),
        ],
        className="chooser reason",
    )
