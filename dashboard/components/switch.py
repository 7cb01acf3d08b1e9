"""Controls of a page: one choice among few, as a row of words, or a list; both kept in the address."""

from __future__ import annotations

from collections.abc import Sequence

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, dcc, html

from dashboard import ids


def switch(
    id: str, label: str, choices: Sequence[tuple[str, str]], value: str, *, key: str, shown: bool = False
) -> html.Fieldset:
    """One of few: (value, word) pairs in a row, kept as `key` in the address. `label` is read out, and `shown` or not."""
    options = [{"value": name, "label": word} for name, word in choices]
    buttons = dbc.RadioItems(
        id=id, options=options, value=value, inline=True, className="switch",
        inputClassName="switch-input", labelClassName="switch-word", labelCheckedClassName="is-on",
    )  # fmt: skip
    legend = html.Legend(label, className="muted" if shown else "visually-hidden")
    return html.Fieldset([legend, buttons, _note(id, key, value)], className="switch-set")


def chooser(id: str, label: str, choices: Sequence[tuple[str, str]], value: str, *, key: str) -> html.Div:
    """One of many: a label with a list, kept as `key` in the address."""
    options = [{"value": name, "label": word} for name, word in choices]
    select = dbc.Select(id=id, options=options, value=value, size="sm")
    return html.Div([html.Label(label, htmlFor=id), select, _note(id, key, value)], className="chooser")


def keep_in_url(app: dash.Dash, control: str) -> None:
    """Keep the `value` of a switch or chooser and the address in step; its first value is not written.

    Page callbacks listen to the address (`state.page_key`), not to the control.
    """
    app.clientside_callback(
        ClientsideFunction("recoup", "readKey"),
        Output(control, "value"),
        Input(ids.URL, "search"),
        State(control, "value"),
        State(f"{control}-key", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("recoup", "writeKey"),
        Input(control, "value"),
        State(f"{control}-key", "data"),
        prevent_initial_call=True,
    )


def _note(control: str, key: str, default: str) -> dcc.Store:
    return dcc.Store(id=f"{control}-key", data={"key": key, "default": default})
