"""What a callback may be sent: the body of a request against what the pages declared.

Dash trusts the body: it turns a dict into a live component, runs with outputs nobody declared, and meets a list where
a text belongs with a traceback. Whatever is not of the declared shape is none of our pages' own and is refused here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import dash

DEEPEST = 20
LARGEST_INTEGER = 2**53
"""The largest whole number a browser can tell from the next."""

Shape = Callable[[Any], bool]


def is_text(value: Any) -> bool:
    """Text, or nothing."""
    return value is None or isinstance(value, str)


def is_whole(value: Any) -> bool:
    """A whole number, or nothing."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def is_scalar(value: Any) -> bool:
    """One value, or nothing."""
    return value is None or isinstance(value, (str, int, float, bool))


def is_scalars(value: Any) -> bool:
    """Some values, or nothing."""
    return value is None or (isinstance(value, list) and all(map(is_scalar, value)))


def is_address(value: Any) -> bool:
    """The path of a page, or nothing."""
    return value is None or (isinstance(value, str) and value.startswith("/"))


def is_record(value: Any) -> bool:
    """Named values, or nothing."""
    return value is None or (isinstance(value, dict) and all(map(is_scalar, value.values())))


def is_records(value: Any) -> bool:
    """Rows of named values, or nothing."""
    return value is None or (
        isinstance(value, list) and all(isinstance(row, dict) and all(map(is_scalar, row.values())) for row in value)
    )


def is_anything(value: Any) -> bool:
    """Whatever `is_data` lets through."""
    return True


SHAPES: dict[str, Shape] = {
    "search": is_text, "pathname": is_address, "n_clicks": is_whole, "n_intervals": is_whole,
    "selectedRows": is_records, "rowData": is_records, "cellValueChanged": is_anything, "selectedData": is_anything,
    "clickData": is_anything, "hoverData": is_anything, "relayoutData": is_anything, "getRowsRequest": is_anything,
    "cellClicked": is_anything, "cellRendererData": is_anything, "filterModel": is_anything, "columnState": is_anything,
    "data": is_anything,
}  # fmt: skip
"""What each property may hold; any other holds one value or a list of them."""

OF_COMPONENT: dict[tuple[str, str], Shape] = {
    ("Checklist", "value"): is_scalars, ("Select", "value"): is_text, ("RadioItems", "value"): is_text,
    ("Input", "value"): is_text, ("Textarea", "value"): is_text,
}  # fmt: skip

OF_ID: dict[tuple[str, str], Shape] = {
    ("theme", "data"): is_scalar, ("revision", "data"): is_scalar, ("batches-sent", "data"): is_record, ("targets-sent", "data"): is_record,
    ("segments-loans-keys", "data"): is_scalars, ("segments-refit-job", "data"): is_scalar, ("strategies-log-first", "data"): is_whole, ("segments-others-job", "data"): is_scalar, ("why", "data"): is_text, ("why-rows-keys", "data"): is_scalars,
}  # fmt: skip


class Payloads:
    """The callbacks of an app, and what each may be sent.

    Args:
        app: with its pages registered.
    """

    def __init__(self, app: dash.Dash) -> None:
        self._app = app
        self._components: dict[str, Any] | None = None

    def refusal(self, raw: bytes) -> str | None:
        """Why a body is none of ours; None where it is."""
        try:
            body = json.loads(raw, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return "The callback's body is not JSON."
        if not isinstance(body, dict) or not is_data(body, DEEPEST + 4) or not self._is_ours(body):
            return "There is no such callback. Reload the page."
        return None

    def _is_ours(self, body: Mapping[str, Any]) -> bool:
        output = body.get("output")
        known = self._app.callback_map.get(output) if isinstance(output, str) else None
        if known is None or "callback" not in known:
            return False
        return (
            (bool(known.get("no_output")) or _are_outputs(output, body.get("outputs")))
            and _are_changes(body.get("changedPropIds", []))
            and all(self._match(body.get(part, []), known.get(part, [])) for part in ("inputs", "state"))
        )

    def _match(self, given: Any, expected: list[Mapping[str, Any]]) -> bool:
        if not isinstance(given, list) or len(given) != len(expected):
            return False
        return all(self.is_argument(one, wanted) for one, wanted in zip(given, expected, strict=True))

    def is_argument(self, given: Any, wanted: Mapping[str, Any]) -> bool:
        """Whether an input or state is the one that was declared, and of a shape that belongs there."""
        if isinstance(given, list) and wanted["id"].startswith("{"):
            return all(isinstance(one, dict) and self.is_argument(one, wanted) for one in given)
        if not isinstance(given, dict) or given.get("property") != wanted["property"]:
            return False
        return _is_id(given.get("id"), wanted["id"]) and self._shape(wanted)(given.get("value"))

    def _shape(self, wanted: Mapping[str, Any]) -> Shape:
        name = (wanted["id"], wanted["property"])
        if name in OF_ID:
            return OF_ID[name]
        kind = (self._kind_of(wanted["id"]), wanted["property"])
        return OF_COMPONENT.get(kind) or SHAPES.get(wanted["property"]) or _is_scalar_or_some

    def _kind_of(self, component_id: str) -> str:
        if self._components is None:
            parts = self._app.validation_layout._traverse() if self._app.validation_layout is not None else ()
            self._components = {str(part.id): part for part in parts if getattr(part, "id", None) is not None}
        found = self._components.get(component_id)
        if type(found).__name__ == "Input" and getattr(found, "type", "text") == "number":
            return "number"
        return type(found).__name__


def is_data(value: Any, depth: int = DEEPEST) -> bool:
    """Whether a value is plain: no live component, no nesting without end, no number or text that cannot be kept."""
    if depth == 0:
        return False
    if isinstance(value, dict):
        if {"namespace", "props"} <= value.keys():
            return False
        return all(_is_writable(name) and is_data(one, depth - 1) for name, one in value.items())
    if isinstance(value, list):
        return all(is_data(one, depth - 1) for one in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -LARGEST_INTEGER <= value <= LARGEST_INTEGER
    return value is None or _is_writable(value)


def _is_writable(text: str) -> bool:
    """Half of a surrogate pair cannot be written anywhere."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_scalar_or_some(value: Any) -> bool:
    return is_scalar(value) or is_scalars(value)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _are_changes(changed: Any) -> bool:
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        return False
    ids = (name.rpartition(".")[0] for name in changed)
    return all(isinstance(_parsed(one), dict) for one in ids if one.startswith("{"))


def _are_outputs(output: str, given: Any) -> bool:
    """Whether `outputs` spells out `output`: "a.children", or "..a.children...b.data.."."""
    several = output.startswith("..") and output.endswith("..")
    places = output[2:-2].split("...") if several else [output]
    told = given if several else [given]
    return isinstance(told, list) and len(told) == len(places) and all(map(_is_output, told, places))


def _is_output(given: Any, place: str) -> bool:
    wanted, _, prop = place.rpartition(".")
    if isinstance(given, list):
        return wanted.startswith("{") and all(isinstance(one, dict) and _is_output(one, place) for one in given)
    if not isinstance(given, dict) or not isinstance(given.get("property"), str):
        return False
    return given["property"].partition("@")[0] == prop.partition("@")[0] and _is_id(given.get("id"), wanted)


def _is_id(given: Any, wanted: str) -> bool:
    """Whether an id is the declared one, or one of its family where ["ALL"] or ["MATCH"] stands for any."""
    if not wanted.startswith("{"):
        return bool(given == wanted)
    family = _parsed(wanted)
    if not isinstance(given, dict) or not isinstance(family, dict) or given.keys() != family.keys():
        return False
    return all(
        isinstance(given[name], (str, int)) if isinstance(part, list) else given[name] == part
        for name, part in family.items()
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
