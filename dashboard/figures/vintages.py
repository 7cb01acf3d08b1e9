"""How much of what was placed came back, by age: a thin line a cohort, all of them together, and the target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font
from dashboard.figures.intervals import band, plain
from dashboard.figures.recovery import spread
from dashboard.theme import palette, tint

MOST_LABELS = 8
NARROW_PX = 200
"""The drawing's width on a phone: labels that would meet there are left out, the pointer names every line."""
_LETTER, _LINE, _GAP = 6.2, 15.0, 6
_AXES, _EDGE_PX = 60, 17


def liquidation_curves(
    curves: pd.DataFrame, pooled: pd.DataFrame, target: pd.DataFrame, mode: str | None, *, height: int
) -> dict[str, Any]:
    """Share of the placed balance recovered, by months since placement.

    Args:
        curves: cohort ("2026-04", or a name such as "2026 Q2"), age (months), loans, balance, rate (0-1, NaN where
            nothing was placed), reached (whether every loan of the cohort is that old), oldest cohort first and ages
            ascending.
        pooled: age, rate, cohorts, loans, balance, low, high (NaN where too few cohorts), ages ascending.
        target: age_months, value (0-1); without rows no target is drawn.
        height: px.

    Returns:
        The figure; ages a cohort has not wholly reached are grey and dotted. Without rows an empty one.
    """
    colours = palette(mode)
    cohorts = {str(name): rows for name, rows in curves.groupby("cohort", sort=False)}
    oldest_age = int(curves["age"].max()) if len(curves) else 0
    aim = target[(target["age_months"] <= oldest_age) & target["value"].notna()]
    newest = _newest(cohorts)
    traces = [
        band(pooled["age"].tolist(), pooled["low"] * 100, pooled["high"] * 100, tint(colours.muted, 0.16)),
        *_curves({name: rows for name, rows in cohorts.items() if name != newest}, False, mode),
        _aim(aim, mode),
        _pooled(pooled, mode),
        *_curves({name: rows for name, rows in cohorts.items() if name == newest}, True, mode),
    ]
    traces = [trace for trace in traces if trace["x"]]
    heights = [value for trace in traces for value in trace["y"] if value is not None]
    low, top = min([0.0, *heights]), max([0.0, *heights]) * 1.08 or 1.0
    ends = _ends(cohorts)
    crowd = [*_between(pooled["age"], pooled["rate"]), *_between(aim["age_months"], aim["value"])]
    inner = max(height - _AXES, 1)
    named = _apart(
        ends, newest if newest in ends else "", crowd, (NARROW_PX / (oldest_age or 1), inner * 100 / (top - low))
    )
    traces += [_end_dots({name: ends[name] for name in named}, newest, mode)] if named else []
    notes = [_end_label(name, ends[name], name == newest, below, mode) for name, below in named.items()]
    edge = _edge_labels(pooled, aim, (top - low) * _EDGE_PX / inner, mode)
    x = axis(
        "number", mode, title="Months since placement", range=[0, oldest_age or 1], dtick=_step(oldest_age), grid=False
    )
    return figure(
        traces, mode, x=x, y=axis("percent", mode, range=[low, top]), height=height, annotations=[*notes, *edge],
        margin={"r": 90 if edge else 20},
    )  # fmt: skip


def _newest(cohorts: Mapping[str, pd.DataFrame]) -> str:
    """The newest cohort with a line worth reading: three months wholly reached, else one; "" where there is none."""
    for least in (4, 2):
        for name in reversed(list(cohorts)):
            if int(cohorts[name]["reached"].sum()) >= least:
                return name
    return ""


def _ends(cohorts: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Each cohort's newest age that all its loans have reached, where that makes a line."""
    whole = {name: rows[rows["reached"] & rows["rate"].notna()] for name, rows in cohorts.items()}
    return {name: rows.iloc[-1] for name, rows in whole.items() if len(rows) and rows["age"].iloc[-1] > 0}


def _curves(cohorts: Mapping[str, pd.DataFrame], first: bool, mode: str | None) -> list[dict[str, Any]]:
    return [_curve(name, rows, first, mode, reached=part) for part in (False, True) for name, rows in cohorts.items()]


def _curve(name: str, rows: pd.DataFrame, first: bool, mode: str | None, *, reached: bool) -> dict[str, Any]:
    """The reached part of a cohort's line, or the part that goes on from there with loans missing."""
    colours = palette(mode)
    last = int(rows.loc[rows["reached"], "age"].max()) if rows["reached"].any() else -1
    part = rows[rows["age"] <= last] if reached else rows[rows["age"] >= last] if (~rows["reached"]).any() else rows[:0]
    line = {"color": colours.accent if first else tint(colours.series, 0.5), "width": 2.8 if first else 1.3}
    if not reached:
        line = {"color": colours.faint, "width": 1.3, "dash": "dot"}
    loans, balance = (int(rows["loans"].iloc[0]), float(rows["balance"].iloc[0]))
    note = "" if reached else "<br>not every loan is that old"
    return {
        "type": "scatter", "mode": "lines" if len(part) > 1 else "markers", "name": name,
        "x": part["age"].astype(int).tolist(), "y": _percents(part["rate"]), "line": line,
        "marker": {"color": line["color"], "size": 6},
        "customdata": [f"{name}|{age}" for age in part["age"].astype(int)],
        "hovertemplate": f"<b>{_called(name)}</b>, month %{{x}}: %{{y:.1f}} %<br>n {show.number(loans)}, {show.money(balance)} placed{note}"
        "<extra></extra>",
    }  # fmt: skip


def _pooled(pooled: pd.DataFrame, mode: str | None) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines" if len(pooled) > 1 else "markers", "name": "all",
        "x": pooled["age"].astype(int).tolist(), "y": _percents(pooled["rate"]),
        "line": {"color": palette(mode).ink, "width": 3.2}, "marker": {"color": palette(mode).ink, "size": 8},
        "customdata": [f"all|{age}" for age in pooled["age"].astype(int)],
        "hovertext": [
            f"<b>All cohorts that old</b>, month {int(row.age)}: {show.percent(row.rate)}"
            f"<br>n {show.number(int(row.loans))}, {show.count(int(row.cohorts), 'cohorts')}"
            + ("" if math.isnan(row.low) else f"<br>interval {show.percent(row.low)} to {show.percent(row.high)}")
            for row in pooled.itertuples()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _aim(aim: pd.DataFrame, mode: str | None) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines" if len(aim) > 1 else "markers", "name": "target",
        "x": aim["age_months"].tolist(), "y": _percents(aim["value"]),
        "line": {"color": palette(mode).muted, "width": 1.8, "dash": "dash"},
        "marker": {"color": palette(mode).muted, "symbol": "line-ew-open", "size": 12},
        "hovertemplate": "<b>Target</b>, month %{x}: %{y:.1f} %<extra></extra>",
    }  # fmt: skip


def _edge_labels(pooled: pd.DataFrame, aim: pd.DataFrame, gap: float, mode: str | None) -> list[dict[str, Any]]:
    """The names of the pooled curve and the target at the right edge, `gap` apart in percent."""
    known = pooled[pooled["rate"].notna()]
    lines = {"all": known["rate"], "target": aim["value"]}
    values = {name: float(rates.iloc[-1]) for name, rates in lines.items() if len(rates)}
    places = spread(values, gap)
    return [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": places[name], "showarrow": False,
         "text": f"{name} {show.percent(value, 0)}", "font": label_font(mode, strong=name == "all")}
        for name, value in values.items()
    ]  # fmt: skip


def _apart(
    ends: Mapping[str, pd.Series], newest: str, crowd: Sequence[tuple[float, float]], scale: tuple[float, float]
) -> dict[str, bool]:
    """Which cohorts' names can stand at their ends, below to the right (True) or above to the left (False).

    Args:
        ends: cohort to its newest reached age and rate.
        newest: the cohort that is named first and in any case; the others follow from the oldest on.
        crowd: places (age, rate) that no name may cover.
        scale: px of a month and of a rate of 1, as narrow as the drawing gets.
    """
    taken: list[tuple[float, float, float, float]] = []
    kept: dict[str, bool] = {}
    across, up = scale
    points = [(age * across, rate * up) for age, rate in crowd]
    for name in [*([newest] if newest else []), *(name for name in ends if name != newest)]:
        x, y = float(ends[name]["age"]) * across, float(ends[name]["rate"]) * up
        width = _LETTER * (len(_called(name)) + (5 if name == newest else 0)) + _GAP
        sides = {True: (x + 1, x + width, y - _LINE, y), False: (x - width, x - 1, y, y + _LINE)}
        free = [
            below for below, box in sides.items()
            if box[0] >= 0 and box[1] <= NARROW_PX and not any(_meet(box, other) for other in taken)
            and not any(box[0] < px < box[1] and box[2] < py < box[3] for px, py in points)
        ]  # fmt: skip
        side = free[0] if free else x + width <= NARROW_PX
        if len(kept) < MOST_LABELS and (free or name == newest):
            kept[name] = side
            taken.append(sides[side])
    return kept


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _between(ages: Sequence[float], rates: Sequence[float]) -> list[tuple[float, float]]:
    """A line's places at every quarter of a month."""
    known = [(float(age), float(rate)) for age, rate in zip(ages, rates, strict=True) if not math.isnan(rate)]
    return [
        (age + (later - age) * step / 4, rate + (risen - rate) * step / 4)
        for (age, rate), (later, risen) in pairwise(known) for step in range(5)
    ]  # fmt: skip


def _end_dots(ends: Mapping[str, pd.Series], newest: str, mode: str | None) -> dict[str, Any]:
    """Where the named lines end."""
    colours = palette(mode)
    return {
        "type": "scatter", "mode": "markers", "name": "ends", "x": [int(end["age"]) for end in ends.values()],
        "y": _percents([end["rate"] for end in ends.values()]), "hoverinfo": "skip",
        "marker": {"size": [7 if name == newest else 4 for name in ends], "opacity": 1, "line": {"width": 0},
                   "color": [colours.accent if name == newest else colours.series for name in ends]},
    }  # fmt: skip


def _end_label(name: str, end: pd.Series, first: bool, below: bool, mode: str | None) -> dict[str, Any]:
    colours = palette(mode)
    font = label_font(mode, strong=first) | {"size": 12 if first else 11}
    place = (
        {"xanchor": "left", "yanchor": "top", "xshift": 3}
        if below
        else {"xanchor": "right", "yanchor": "bottom", "xshift": -3}
    )
    return {
        "x": int(end["age"]), "y": float(end["rate"]) * 100, **place, "showarrow": False, "borderpad": 0,
        "text": f"{_called(name)} {show.percent(float(end['rate']), 0)}" if first else _called(name),
        "font": font | {"color": colours.accent} if first else font,
    }  # fmt: skip


def _percents(shares: Sequence[float]) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in plain(shares, 100)]


def _called(cohort: str) -> str:
    """A cohort of a month ("2026-04") reads as the month, any other by its name."""
    try:
        return show.month(date.fromisoformat(f"{cohort}-01"))
    except ValueError:
        return cohort


def _step(oldest_age: int) -> int:
    return 1 if oldest_age <= 6 else 3 if oldest_age <= 24 else 6 if oldest_age <= 48 else 12
