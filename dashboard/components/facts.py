"""A short list of facts: word on the left, what is known on the right."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Output, html


def fact_list(title: str, facts: Sequence[tuple[str, str]]) -> html.Section:
    """The card; `facts` are (id, word). Fill it with `fact_outputs`."""
    rows = [html.Div([html.Dt(word), html.Dd("", id=id)]) for id, word in facts]
    return html.Section([html.H2(title), html.Dl(rows, className="facts")], className="card")


def fact_outputs(facts: Sequence[tuple[str, str]]) -> list[Output]:
    """Where the facts' text goes, in order."""
    return [Output(id, "children") for id, _ in facts]
