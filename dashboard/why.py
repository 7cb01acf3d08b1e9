"""Why is this number what it is? The drawer's callbacks: an address in, words and rows out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import ClientsideFunction, Input, Output, State, html, no_update
from dash.exceptions import PreventUpdate

from core.errors import Refused, SelectionRefused, TooLittleData, trace_without_data
from core.metrics.answers import Family, answer, day_of, narrowed, rows_behind, scope_of, sum_of
from core.metrics.catalogue import definition
from core.metrics.definitions import Behind, Definition
from core.metrics.facts import fields_of
from core.metrics.measure import Measure
from core.records import FactPage
from core.selection import Selection
from core.workflows.filter_values import known_filters
from core.workflows.measures import families as every_family
from dashboard import format as show
from dashboard import ids
from dashboard import text_why as say
from dashboard.address import FACTS_PATH, Why
from dashboard.components.drawer import GRID, KEYS, explanation_outputs, rows_outputs
from dashboard.components.fact_rows import columns_of, rows_of
from dashboard.components.pager import place, turned
from dashboard.services import Services
from dashboard.state import View, view_of

PAGE_SIZE, EXPORT_SIZE = 50, 1_000
LOG = logging.getLogger("recoup.dashboard")


@dataclass(frozen=True, slots=True)
class Asked:
    """A number somebody asks about, in the view they look at. `meant` is None for a sum over facts, and `since` is the
    day after which files restated it, where that is asked."""

    view: View
    why: Why
    cell: Mapping[str, str]
    meant: Definition | None
    sides: Mapping[str, Behind]
    side: str
    since: date | None = None

    @property
    def behind(self) -> Behind:
        """The rows that are listed."""
        return self.sides[self.side]

    @property
    def scope(self) -> tuple[Selection, dict[str, str]]:
        """The selection and the columns under which they are read."""
        return scope_of(self.view.book, self.view.selection, self.behind, self.cell)

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of the rows; of those that restated a sum also what became of each."""
        return (*(("change",) if self.since else ()), *fields_of(self.behind.kind, self.behind.measure))

    def page(self, after: str | None, limit: int) -> FactPage:
        """A page of the rows."""
        reader, behind = self.view.reader, self.behind
        if self.since is None:
            return rows_behind(reader, self.view.selection, behind, self.cell, after=after, limit=limit)
        selection, cell = self.scope
        return reader.restated(
            behind.kind, selection, self.since, cell, measure=behind.measure, after=after, limit=limit
        )

    def blocks(self) -> Iterator[pd.DataFrame]:
        """Every row, in the same order."""
        selection, cell = self.scope
        if self.since is None:
            yield from self.view.reader.iter_facts(self.behind.kind, selection, cell, measure=self.behind.measure)
            return
        after: str | None = None
        while True:
            page = self.page(after, EXPORT_SIZE)
            yield page.frame
            after = page.next_key
            if after is None:
                return


def asked_of(services: Services, query: str | None) -> Asked | None:
    """What an address asks about; None where it asks about no number.

    Raises:
        TooLittleData: the book is empty.
        SelectionRefused: a number, cell, value or day there is not.
    """
    why = Why.from_query(query or "")
    if why is None:
        return None
    if services.reader().book().is_empty:
        raise TooLittleData(say.EMPTY, remedy=say.EMPTY_REMEDY)
    view = view_of(services, query)
    day, cell = day_of(why.cell)
    since, cell = day_of(cell, "since")
    if since is not None and why.is_metric:
        raise SelectionRefused(
            "Only a sum has rows that restated it", where=(why.number,), remedy="Open it from the line that says so."
        )
    if day is not None and day not in view.book.days:
        raise SelectionRefused(
            f"The book holds no figures for {show.day(day)}", where=("cell",), remedy="Open it from its chart."
        )
    view = replace(view, selection=replace(view.selection.at(day or view.as_of), lasso=None, search=""))
    known_filters(view.reader, narrowed(view.selection, cell)[0])
    meant = definition(why.number) if why.is_metric else None
    sides = meant.sides if meant else {"numerator": _sum_behind(why.number)}
    return Asked(view, why, cell, meant, sides, why.side if why.side in sides else "numerator", since)


def _sum_behind(number: str) -> Behind:
    kind, _, measure = number.partition(":")
    return Behind(kind, measure, say.SUMS[measure])


def update_drawer(
    services: Services,
    query: str | None,
    keys: Sequence[str | None] | None,
    step: int,
    families: Mapping[str, Family] | None = None,
) -> dict[str, Any]:
    """The words and one page of the rows; a turn of the page (`step` is not 0) leaves the words alone.

    Args:
        keys: as this function returned them.
        step: +1 for the next page, -1 for the one before, 0 for the first.
        families: what computes each family of metrics; by default all there are.
    """
    asked = asked_of(services, query)
    if asked is None:
        raise PreventUpdate
    known = turned(keys, step)
    if step:
        page, refused = _page(asked, known[-1])
        return {
            "words": dict.fromkeys(explanation_outputs(), no_update),
            "rows": {**_rows(asked, page, known), "note": refused or no_update},
        }
    page, refused = _page(asked, None)
    number = _number(asked, page, every_family(services.settings.discount_rate) if families is None else families)
    note = refused or say.rows_note(page, asked.behind, _expected(asked, number))
    return {"words": _explanation(asked, number), "rows": {**_rows(asked, page, known), "note": note}}


def _page(asked: Asked, after: str | None) -> tuple[FactPage, str]:
    """A page of the rows; where they cannot be read an empty one and why not: a metric is explained all the same."""
    try:
        return asked.page(after or None, PAGE_SIZE), ""
    except Refused as error:
        if asked.meant is None:
            raise
        return FactPage(pd.DataFrame(columns=list(asked.fields)), None, 0, 0.0), say.refusal(error)


def _number(asked: Asked, page: FactPage, families: Mapping[str, Family]) -> Measure:
    if asked.meant is None:
        return sum_of(page, asked.behind.kind, asked.behind.measure)
    return answer(asked.view.reader, asked.view.selection, asked.meant.name, asked.cell, families)


def _explanation(asked: Asked, number: Measure) -> dict[str, Any]:
    meant, kind, measure = asked.meant, asked.behind.kind, asked.behind.measure
    told = say.facts(number, meant, narrowed(asked.view.selection, asked.cell)[0], asked.view.book.currency)
    return {
        "title": say.label_of(asked.why),
        "value": show.measure(number),
        "because": say.undefined(number),
        "formula": meant.formula if meant else say.sum_formula(kind, measure, asked.since),
        "source": f"Defined in {meant.source}." if meant else "",
        "facts": [html.Div([html.Dt(word), html.Dd(text)]) for word, text in told],
        "sides": _side_buttons(asked),
        "state": "why-body",
        "rows_state": "",
        "csv": f"{FACTS_PATH}?{_rows_query(asked)}",
    }


def _side_buttons(asked: Asked) -> list[Any]:
    if len(asked.sides) < 2:
        return []
    return [
        html.Button(
            say.side_name(side, behind, asked.meant),
            className="why-side is-on" if side == asked.side else "why-side",
            **{"data-rows": side, "aria-pressed": "true" if side == asked.side else "false"},
        )
        for side, behind in asked.sides.items()
    ]


def _rows_query(asked: Asked) -> str:
    """The address of the rows that are listed, for the download: the view, the number and the side."""
    view = replace(asked.view.selection, against=None).to_query()
    return "&".join(part for part in (view, replace(asked.why, side=asked.side).to_query()) if part)


def _rows(asked: Asked, page: FactPage, known: Sequence[str | None]) -> dict[str, Any]:
    return {
        "columns": columns_of(asked.behind, asked.fields),
        "rows": rows_of(page.frame, asked.fields),
        "place": place(PAGE_SIZE * (len(known) - 1) + 1, len(page.frame), page.n),
        "previous": len(known) < 2,
        "next": page.next_key is None,
        "keys": [*known[1:], page.next_key or ""],
    }


def _expected(asked: Asked, number: Measure) -> float | None:
    """What the rows should come to; None where the number does not say."""
    if asked.meant is None or asked.meant.less is not None:
        return None
    if asked.meant.is_change:
        return dict(number.sums).get(asked.side)
    return number.denominator if asked.side == "denominator" else number.numerator


def say_why_not(error: Exception) -> dict[str, Any]:
    """In place of the number: what was found and what to do. A fault of ours goes to the log without anybody's data."""
    if isinstance(error, Refused):
        title, words = say.REFUSED, say.refusal(error)
    else:
        LOG.error("a callback failed\n%s", trace_without_data(error))
        title, words = say.FAULT, say.FAULT_WORDS
    nothing = {**dict.fromkeys(explanation_outputs(), ""), "facts": [], "sides": []}
    told = {**nothing, "title": title, "formula": words, "state": "why-body", "rows_state": "is-absent"}
    empty = {"note": "", "columns": [], "rows": [], "place": "", "previous": True, "next": True, "keys": []}
    return {"words": told, "rows": empty}


def register(app: dash.Dash, services: Services) -> None:
    """The address opens and fills the drawer; everything that needs no data happens in the browser."""
    app.clientside_callback(
        ClientsideFunction("drawer", "follow"),
        Output(ids.WHY, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        State(ids.WHY, "data"),
    )
    app.clientside_callback(ClientsideFunction("drawer", "open"), Output(ids.DRAWER, "is_open"), Input(ids.WHY, "data"))
    app.clientside_callback(
        ClientsideFunction("drawer", "closed"), Input(ids.DRAWER, "is_open"), prevent_initial_call=True
    )
    inputs = {
        "query": Input(ids.WHY, "data"),
        "revision": Input(ids.REVISION, "data"),
        "_previous": Input(f"{GRID}-previous", "n_clicks"),
        "_next": Input(f"{GRID}-next", "n_clicks"),
    }

    @app.callback(
        output={"words": explanation_outputs(), "rows": rows_outputs()},
        inputs=inputs,
        state={"keys": State(KEYS, "data")},
        on_error=say_why_not,
    )
    def fill(query: str | None, keys: list[str | None] | None, **_: Any) -> dict[str, Any]:
        step = {f"{GRID}-previous": -1, f"{GRID}-next": 1}.get(dash.ctx.triggered_id)
        return update_drawer(services, query, keys, step or 0)
