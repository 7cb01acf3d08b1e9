"""Tabs of a page: which one is open stands in the address, and only that one is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html

from dashboard import ids

KEY = "tab"
"""The open tab, in the address; without it the first one."""


@dataclass(frozen=True, slots=True)
class Tabs:
    """The tabs of one page.

    Attributes:
        page: prefix of their ids.
        label: what they are a choice of, read out.
        names: (key, words) of each, the first open where the address names none.
    """

    page: str
    label: str
    names: tuple[tuple[str, str], ...]

    def tab(self, key: str) -> str:
        """The id of the tab itself: `children` take its words, `hidden` whether it is left out."""
        return f"{self.page}-tab-{key}"

    def panel(self, key: str) -> str:
        """The id of what it opens."""
        return f"{self.page}-panel-{key}"

    def opened(self, key: str) -> str:
        """The store that changes whenever the open tab has something new to show."""
        return f"{self.page}-opened-{key}"

    @property
    def looked(self) -> str:
        """The store that changes whenever the page has something new to show, whichever tab is open."""
        return f"{self.page}-looked"

    def view(self, key: str) -> dict[str, Any]:
        """What the callbacks within a tab listen to, in place of `state.VIEW`, as arguments of `app.callback`: they run once
        the tab is open, and again only when what it shows has changed."""
        return _listens(self.opened(key))

    def whole(self) -> dict[str, Any]:
        """What the page's other callbacks listen to: as `state.VIEW`, but opening a tab is nothing to them."""
        return _listens(self.looked)

    def row(self) -> html.Div:
        """The tabs, without what they open; arrow keys move among them."""
        made = [self._tab(key, words) for key, words in self.names]
        tablist = html.Div(made, role="tablist", className="tabs", **{"aria-label": self.label})
        return html.Div([tablist, dcc.Store(id=self.looked)])

    def panels(self, contents: Sequence[Sequence[Any]]) -> list[html.Div]:
        """What they open, in their order."""
        return [
            html.Div(
                [*content, dcc.Store(id=self.opened(key))], id=self.panel(key), role="tabpanel", className="tab-panel is-absent",
                **{"aria-labelledby": self.tab(key)},
            )
            for (key, _), content in zip(self.names, contents, strict=True)
        ]  # fmt: skip

    def words(self, key: str, found: str) -> list[Any]:
        """The `children` of a tab: its question, and what was found."""
        return [html.B(dict(self.names)[key]), html.Span(found)]

    def _tab(self, key: str, words: str) -> html.Button:
        is_first = key == self.names[0][0]
        noted = {
            "role": "tab",
            "aria-selected": "false",
            "aria-controls": self.panel(key),
            "data-tab": "" if is_first else key,
        }
        return html.Button([html.B(words)], id=self.tab(key), className="tab", tabIndex=-1, **noted)

    def register(self, app: dash.Dash) -> None:
        """Keep tabs and address in step, in the browser."""
        keys = [key for key, _ in self.names]
        app.clientside_callback(
            ClientsideFunction("recoup_tabs", "open"),
            Output(self.looked, "data"),
            [Output(self.opened(key), "data") for key in keys],
            [Output(self.panel(key), "className") for key in keys],
            [Output(self.tab(key), "className") for key in keys],
            [Output(self.tab(key), "tabIndex") for key in keys],
            [Output(self.tab(key), "aria-selected") for key in keys],
            Input(ids.URL, "search"),
            Input(ids.THEME, "data"),
            Input(ids.REVISION, "data"),
            State(self.looked, "data"),
            [State(self.opened(key), "data") for key in keys],
        )


def _listens(store: str) -> dict[str, Any]:
    inputs = {
        "_changed": Input(store, "data"), "search": State(ids.URL, "search"), "mode": State(ids.THEME, "data"),
        "revision": State(ids.REVISION, "data"),
    }  # fmt: skip
    return {"inputs": inputs, "prevent_initial_call": True}
