"""The body a browser sends for a callback."""

from __future__ import annotations

import json
from typing import Any

import dash


def body_of(app: dash.Dash, part: str = "portfolio-answer.children", **values: Any) -> dict[str, Any]:
    """The body for the callback that fills `part`, with values by property ("search", "data")."""
    output = next(name for name in app.callback_map if part in name)
    known = app.callback_map[output]
    arguments = {
        kind: [{**wanted, "value": values.get(wanted["property"])} for wanted in known[kind]]
        for kind in ("inputs", "state")
    }
    places = [_place(*place.rsplit(".", 1)) for place in output.strip(".").split("...")]
    outputs = places if output.startswith("..") else places[0]
    return {"output": output, "outputs": outputs, "changedPropIds": [], **arguments}


def _place(name: str, part: str) -> dict[str, Any]:
    """An output; an id of several words is written as JSON."""
    return {"id": json.loads(name) if name.startswith("{") else name, "property": part}
