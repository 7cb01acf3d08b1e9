"""A short list of facts: word on the left, what is known on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import Output, html


def fact_list(title: str, facts: Sequence[tuple[str, str]]) -> html.Section:
    """The card; `facts` are (id, word). Fill it with `fact_outputs`."""
    rows = [html.Div([html.Dt(word), html.Dd("", id=id)]) for id, word in facts]
    return html.Section([html.H2(title), html.Dl(rows, className="facts")], className="card")


def fact_outputs(facts: Sequence[tuple[str, str]]) -> list[Output]:
    """Where the facts' text goes, in order."""
    return [Output(id, "children") for id, _ in facts]


def fact_rows(names: Sequence[tuple[str, str]], told: Mapping[str, str]) -> list[html.Div]:
    """The rows of a list that one callback fills whole, so that a page's layout stays small.

    Args:
        names: of each fact its key and its word, in order.
        told: what is known, by key; a fact without any stays empty.
    """
    return [html.Div([html.Dt(word), html.Dd(told.get(key, ""))]) for key, word in names]
