"""A trial, drawn: the difference at each look with its interval, and how far it must be from zero to be claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboard import format as show
from dashboard.figures.canvas import axis, figure
from dashboard.figures.intervals import band
from dashboard.theme import palette, tint

Look = Mapping[str, Any]
EDGE_DAYS = 8


def look_lines(
    looks: Sequence[Look], mode: str | None, *, height: int, money: bool, days: Sequence[str] = ()
) -> dict[str, Any]:
    """The difference to the champion as outcomes came in.

    Args:
        looks: on (ISO day), value, se, limit (standard errors from zero to claim a difference; None where none can be claimed yet),
            always_low, always_high, low, high (None where too few), words (hover).
        money: amounts a loan; else shares of the balance.
        days: all planned looks, ISO; the drawing reaches to the last.
    """
    colours = palette(mode)
    nan = float("nan")
    told = [look for look in looks if look.get("value") is not None]
    ends = [
        look[key]
        for look in told
        for key in ("value", "low", "high", "always_low", "always_high")
        if look.get(key) is not None
    ]
    divisor, unit = show.scale_of(max((abs(each) for each in ends), default=0.0)) if money else (0.01, "")
    at = [str(look["on"]) for look in told]

    def drawn(key: str) -> list[float]:
        return [nan if look.get(key) is None else float(look[key]) / divisor for look in told]

    limits = [
        nan if look.get("limit") is None or look.get("se") is None else look["limit"] * look["se"] / divisor
        for look in told
    ]
    values = drawn("value")
    arms = [
        [abs(end - value) if end == end else 0.0 for end, value in zip(drawn(key), values, strict=True)]
        for key in ("high", "low")
    ]
    traces: list[dict[str, Any]] = [band(at, drawn("always_low"), drawn("always_high"), tint(colours.accent, 0.12))]
    for sign in (1, -1):
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": "boundary", "x": at, "y": [None if each != each else sign * each for each in limits],
                "line": {"color": colours.bad, "width": 1.4, "dash": "dash"}, "hoverinfo": "skip",
            }
        )  # fmt: skip
    traces.append(
        {
            "type": "scatter", "mode": "lines+markers", "name": "difference", "x": at, "y": values,
            "line": {"color": colours.accent, "width": 2}, "marker": {"color": colours.accent, "size": 9},
            "error_y": {"type": "data", "symmetric": False, "array": arms[0], "arrayminus": arms[1], "thickness": 1.4, "width": 3, "color": colours.accent},
            "hovertext": [str(look.get("words", "")) for look in told], "hovertemplate": "%{hovertext}<extra></extra>",
        }
    )  # fmt: skip
    zero = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": colours.muted, "width": 1.3},
    }
    span = sorted({*at, *map(str, days)})
    more = {"range": [_days_off(span[0], -EDGE_DAYS), _days_off(span[-1], EDGE_DAYS)]} if len(span) > 1 else {}
    reach = max([abs(each) for each in [*ends] if each is not None] or [1.0]) / divisor * 1.15
    return figure(
        [trace for trace in traces if trace["x"]], mode, height=height, shapes=[zero],
        x=axis("day", mode, nticks=7, **more),
        y=axis("number" if money else "percent", mode, unit=unit, range=[-reach, reach], title="a loan" if money else "points of the balance", **({} if money else {"ticksuffix": ""})),
    )  # fmt: skip


def _days_off(day: str, days: int) -> str:
    return (date.fromisoformat(day[:10]) + timedelta(days)).isoformat()
