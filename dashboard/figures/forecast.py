"""What is expected next: the months as they were, the forecast with its band, and how earlier forecasts did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band, plain, spelled, with_gaps
from dashboard.figures.recovery import spread
from dashboard.theme import palette, tint

LEVEL = 0.80
_MARGIN, _LABEL_PX, _AXES, _HEAD = 72, 36, 68, 26


def forecast_fan(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    mode: str | None,
    *,
    height: int,
    budget: pd.DataFrame | None = None,
    aim: str = "budget",
    earlier: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """One amount by month-end: actual, forecast with its 80 % band, budget as steps, earlier forecasts as rings.

    Args:
        history: month (month-end, ISO), value (currency, NaN where unknown).
        forecast: month, value, low, high (currency), of the same measure.
        budget: month, value; None or without rows where none is set.
        aim: what the budget is called.
        earlier: forecasts made one month before: month, value, low, high, inside (whether the actual fell into the
            band). A miss is a cross in the colour of bad.
        height: px.

    Returns:
        The figure, from zero; a month that is missing breaks the line.
    """
    colours = palette(mode)
    past, steps = with_gaps(history), with_gaps(budget) if budget is not None else history[:0]
    tried = earlier if earlier is not None else forecast.assign(inside=True)[:0]
    amounts = [*past["value"], *forecast["high"], *steps["value"], *tried["value"], *tried["high"]]
    divisor, unit = show.scale_of(max((abs(value) for value in amounts if not math.isnan(value)), default=0.0))
    last = past[past["value"].notna()].tail(1)
    joined = _joined(last, forecast)
    months = joined["month"].tolist()
    traces = [
        band(months, joined["low"] / divisor, joined["high"] / divisor, tint(colours.accent, 0.16)),
        _line(aim, steps, divisor, {"color": colours.muted, "width": 1.6, "dash": "dash", "shape": "hvh"}),
        *_tried(tried, divisor, mode),
        _line("actual", past, divisor, {"color": colours.ink, "width": 2.4}),
        _line("forecast", joined, divisor, {"color": colours.accent, "width": 2.4, "dash": "dot"}),
    ]  # fmt: skip
    traces = [trace for trace in traces if trace["x"]]
    heights = [value for trace in traces for value in [*trace["y"], *_ends(trace)] if value is not None]
    low, top = min([0.0, *heights]), max([0.0, *heights]) * 1.1 or 1.0
    ends = {name: float(rows["value"].iloc[-1]) for name, rows in (("forecast", forecast), (aim, steps)) if len(rows)}
    names = _names(
        {name: value / divisor for name, value in ends.items()}, ends, (top - low) / max(height - _AXES, 1), mode
    )
    side = "right" if len(past) > len(forecast) else "left"
    now = [_now(row, side, mode) for _, row in last.iterrows()]
    return figure(
        traces, mode, x=axis("day", mode, nticks=6, tickangle=0), y=axis("number", mode, unit=unit, range=[low, top]),
        height=height, annotations=[*names, *(head for _, head in now)], shapes=[line for line, _ in now],
        margin={"r": _MARGIN if ends else 20, "t": _HEAD},
    )  # fmt: skip


def _joined(last: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """The forecast, opening from the newest actual month where there is one."""
    if last.empty or forecast.empty:
        return forecast
    return pd.concat([last.assign(low=last["value"], high=last["value"]), forecast])


def _names(
    places: Mapping[str, float], amounts: Mapping[str, float], pixel: float, mode: str | None
) -> list[dict[str, Any]]:
    """Names with their amounts at the ends of lines; `pixel` is one in units of the axis."""
    colours = palette(mode)
    apart = spread({name: place / 100 for name, place in places.items()}, gap=pixel * _LABEL_PX)
    return [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": apart[name], "showarrow": False, "align": "left",
         "text": f"<b>{name}</b><br>{show.money(amount)}",
         "font": label_font(mode) | {"color": colours.accent if name == "forecast" else colours.muted}}
        for name, amount in amounts.items()
    ]  # fmt: skip


def _line(name: str, rows: pd.DataFrame, divisor: float, line: dict[str, Any]) -> dict[str, Any]:
    spans = rows[["low", "high"]].itertuples(index=False) if "low" in rows else [(math.nan, math.nan)] * len(rows)
    return {
        "type": "scatter", "mode": "lines" if len(rows) > 1 else "markers", "name": name, "x": rows["month"].tolist(),
        "y": plain(rows["value"], 1 / divisor), "line": line, "marker": {"color": line["color"], "size": 8},
        "connectgaps": False, "customdata": [f"{name}|{month}" for month in rows["month"]],
        "hovertext": [
            f"<b>{show.month(month)}</b>, {name}<br>{show.money(value)}{'' if low == high else spelled(low, high, LEVEL, money=True)}"
            for month, value, (low, high) in zip(rows["month"], rows["value"], spans, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _tried(tried: pd.DataFrame, divisor: float, mode: str | None) -> list[dict[str, Any]]:
    """Earlier forecasts with their bands: rings that held, crosses that missed."""
    colours = palette(mode)
    kinds = (("held", True, "circle-open", colours.muted), ("missed", False, "x-thin-open", colours.bad))
    traces = []
    for name, inside, symbol, colour in kinds:
        rows = tried[tried["inside"].astype(bool) == inside]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "name": name, "x": rows["month"].tolist(),
                "y": plain(rows["value"], 1 / divisor),
                "marker": {"symbol": symbol, "size": 8, "color": colour, "line": {"width": 1.8}},
                "error_y": {"type": "data", "symmetric": False, "thickness": 1, "width": 0, "color": tint(colour, 0.55),
                            "array": plain((rows["high"] - rows["value"]).tolist(), 1 / divisor),
                            "arrayminus": plain((rows["value"] - rows["low"]).tolist(), 1 / divisor)},
                "customdata": [f"earlier|{month}" for month in rows["month"]],
                "hovertext": [
                    f"<b>{show.month(row.month)}</b>, forecast a month before: {name}<br>{show.money(row.value)}"
                    f"{spelled(row.low, row.high, LEVEL, money=True)}" for row in rows.itertuples()
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )  # fmt: skip
    return traces


def _ends(trace: dict[str, Any]) -> list[float]:
    """The upper ends of a trace's error bars."""
    bars = trace.get("error_y", {}).get("array", [])
    return [
        value + more for value, more in zip(trace["y"], bars, strict=False) if value is not None and more is not None
    ]


def _now(row: pd.Series, side: str, mode: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The line behind the newest actual month, and its name over the drawing."""
    at = {"type": "line", "x0": row["month"], "x1": row["month"], "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    head = {
        "x": row["month"], "xanchor": side, "xshift": 4 if side == "right" else -4, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4, "showarrow": False,
        "text": f"<b>{show.month(row['month'])}</b> {show.money(row['value'])}", "font": label_font(mode, strong=True) | {"weight": 400},
    }  # fmt: skip
    return at | {"line": {"color": palette(mode).faint, "width": 1, "dash": "dot"}}, head
