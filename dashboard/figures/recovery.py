"""Recovery to date as lines, cash as bars from zero, cohorts at the same ages as a table of tints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.figures.canvas import axis, figure, label_font, names_above, too_long
from dashboard.theme import palette, tint

WHOLE = "all"
NOT_YET = "not yet"
TO_DATE = "to<br>date"
LEAST_CHANGE = 0.0005
DOT_DEPTH = 0.3
NAME_ROOM = 26
_TABLE_ROOM = {"l": 78, "r": 2, "t": 40, "b": 4}
"""Stated, not measured by the drawing: a table that measures itself loses a quarter of a phone's width."""
_LONGEST_LABEL = 17


def rate_lines(
    whole: pd.DataFrame, groups: pd.DataFrame, mode: str | None, *, by: str, colours: Mapping[str, str], height: int
) -> dict[str, Any]:
    """Recovery rate to date by month-end, one line a group beside the whole, names at their ends.

    Args:
        whole: month (ISO), loans, balance, cash, rate (0-1, NaN until something was placed).
        groups: the same with `by`.
        colours: group to colour.

    Every point's customdata begins with "group|month".
    """
    lines = {str(name): rows for name, rows in groups.groupby(by, sort=False)} if len(groups) else {}
    traces = [_line(name, rows, colours[name], 1.8) for name, rows in lines.items()]
    traces.append(_line(WHOLE, whole, palette(mode).ink, 2.6, dash="dot" if lines else "solid"))
    ends = {name: _last(rows) for name, rows in {**lines, WHOLE: whole}.items()}
    known = {name: value for name, value in ends.items() if not math.isnan(value)}
    top = max((value for trace in traces for value in trace["y"] if value is not None), default=0.0) * 1.08 or 1.0
    places = spread(known, gap=top * 17 / max(height - 60, 1))
    words = _beginnings(list(known))
    labels = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": places[name] , "yref": "y", "showarrow": False,
            "text": f"{words[name]} {show.percent(value, 0)}",
            "font": {**label_font(mode, strong=True), "color": _readable({**colours, WHOLE: palette(mode).ink}[name], mode)},
        }
        for name, value in known.items()
    ]  # fmt: skip
    room = 18 + 7.6 * max((len(label["text"]) for label in labels), default=0)
    y = axis("percent", mode, range=[min(0.0, *(value for value in known.values()), 0.0), top])
    return figure(
        traces,
        mode,
        x=axis("day", mode, nticks=5, tickangle=0),
        y=y,
        height=height,
        annotations=labels,
        margin={"r": round(room)},
    )


def cash_bars(cash: pd.DataFrame, mode: str | None, *, height: int) -> dict[str, Any]:
    """Cash of each month as bars from zero, the newest in full colour.

    Args:
        cash: month (ISO), payments, cash, cash_effective (currency).

    Every bar's customdata begins with its month.
    """
    colours = palette(mode)
    divisor, unit = show.scale_of(float(cash["cash"].abs().max()) if len(cash) else 0.0)
    newest = len(cash) - 1
    trace = {
        "type": "bar",
        "x": [show.month(month) for month in cash["month"]],
        "y": [float(value) / divisor for value in cash["cash"]],
        "marker": {
            "color": [colours.series if place == newest else tint(colours.series, 0.55) for place in range(len(cash))],
            "cornerradius": 2,
        },
        "customdata": [
            [
                row.month,
                show.money_exact(row.cash),
                show.count(int(row.payments), "payments"),
                show.money_exact(row.cash_effective),
            ]
            for row in cash.itertuples()
        ],
        "hovertemplate": "<b>%{x}</b><br>%{customdata[1]}, %{customdata[2]}<br>reversals counted back: %{customdata[3]}<extra></extra>",
    }
    x = axis("category", mode, nticks=6, tickangle=0, tickmode="array", **_month_ticks(cash["month"].tolist()))
    return figure([trace], mode, x=x, y=axis("number", mode, unit=unit, rangemode="tozero"), height=height, bargap=0.25)


def cohort_table(cohorts: pd.DataFrame, mode: str | None, *, marks: Sequence[int], height: int) -> dict[str, Any]:
    """Cohorts by age: the deeper the tint, the more came back; grey where a cohort has not run so long.

    Args:
        cohorts: cohort, loans, rate (to date), rate_<mark> (NaN: not yet), oldest first.

    Every cell's customdata is "cohort|mark", without a mark for the rate to date.
    """
    colours = palette(mode)
    columns = [f"month<br>{mark}" for mark in marks] + [TO_DATE]
    names = [_cohort_label(row.cohort, int(row.loans), len(cohorts)) for row in cohorts.itertuples()]
    rates = [[float(getattr(row, f"rate_{mark}")) for mark in marks] for row in cohorts.itertuples()]
    known = [rate * 100 for row in rates for rate in row if not math.isnan(rate)]
    table = [
        [*((rate, f"{name}|{mark}", NOT_YET if math.isnan(rate) else "") for rate, mark in zip(row, marks, strict=True)),
         (float(to_date), f"{name}|", TO_DATE)]
        for name, row, to_date in zip(cohorts["cohort"], rates, cohorts["rate"], strict=True)
    ]  # fmt: skip
    scales = {
        "": (colours.ink, tint(colours.series, 0.06), tint(colours.series, 0.55)),
        NOT_YET: (colours.muted, colours.grid, colours.grid),
        TO_DATE: (colours.muted, tint(colours.series, 0.0), tint(colours.series, 0.0)),
    }
    traces = [
        _cells(table, kind, ink) | {"x": columns, "y": names, "zmin": 0, "zmax": max(known, default=1.0) or 1.0,
                                    "colorscale": [[0, low], [1, high]]}
        for kind, (ink, low, high) in scales.items()
    ]  # fmt: skip
    x = axis("category", mode, side="top", tickangle=0, tickfont={"color": colours.muted, "size": 11}, automargin=False)
    y = axis("category", mode, autorange="reversed", ticksuffix=" ", automargin=False,
             tickfont={"color": colours.ink, "size": 11 if len(cohorts) <= 9 else 10})  # fmt: skip
    return figure(traces, mode, x=x, y=y, height=height, margin=_TABLE_ROOM)


def _cells(table: Sequence[Sequence[tuple[float, str, str]]], kind: str, ink: str) -> dict[str, Any]:
    """The cells of one kind with their text; the others are gaps. A cell is its rate, its key and its kind."""
    return {
        "type": "heatmap", "showscale": False, "xgap": 2, "ygap": 2, "hoverinfo": "none", "hoverongaps": False,
        "texttemplate": "%{text}", "textfont": {"color": ink, "size": 11},
        "z": [[(0.0 if math.isnan(rate) else round(rate * 100, 2)) if of == kind else None for rate, _, of in row] for row in table],
        "text": [[_rate_text(rate, kind) if of == kind else "" for rate, _, of in row] for row in table],
        "customdata": [[key if of == kind else None for _, key, of in row] for row in table],
    }  # fmt: skip


def _rate_text(rate: float, kind: str) -> str:
    return NOT_YET if kind == NOT_YET else show.percent(rate)


def same_age_dots(groups: pd.DataFrame, mode: str | None, *, by: str, height: int) -> dict[str, Any]:
    """Each group's newest cohort (filled) beside its earlier cohorts (ring) at the same age.

    Args:
        groups: `by`, loans, rate, earlier_loans, earlier_rate, change (shares), is_clear (the change is beyond what cohorts
            do anyway; others have no colour of good or bad), largest fall first.

    Every dot's customdata begins with its group; a ring's with "group|before".
    """
    colours = palette(mode)
    tones = [
        _tone(float(change), mode) if clear else colours.muted
        for change, clear in zip(groups["change"], groups["is_clear"], strict=True)
    ]
    above = too_long(groups[by])
    counts = [f"n = {show.number(loans)} | {show.number(earlier)}"
              for loans, earlier in zip(groups["loans"], groups["earlier_loans"], strict=True)]  # fmt: skip
    names = [
        str(name) if above else f"<b>{name}</b><br>{count}" for name, count in zip(groups[by], counts, strict=True)
    ]
    said_above = {name: f"{name}<br>{count}" for name, count in zip(names, counts, strict=True)}
    notes = names_above(said_above, mode, rows=len(names), height=height - 40, depth=DOT_DEPTH)
    now, before = ([float(value) * 100 for value in groups[column]] for column in ("rate", "earlier_rate"))
    between = [
        {
            "type": "scatter", "mode": "lines", "x": [earlier, later], "y": [name, name], "hoverinfo": "skip",
            "line": {"color": tone, "width": 3},
        }
        for name, earlier, later, tone in zip(names, before, now, tones, strict=True)
    ]  # fmt: skip
    hover = [
        [str(name), str(name), show.percent(rate), show.percent(earlier), show.points(change)]
        for name, rate, earlier, change in groups[[by, "rate", "earlier_rate", "change"]].itertuples(index=False)
    ]
    said = (
        "<b>%{customdata[1]}</b><br>newest %{customdata[2]}, before %{customdata[3]}: %{customdata[4]}<extra></extra>"
    )
    ring = {
        "type": "scatter", "mode": "markers", "x": before, "y": names, "hovertemplate": said,
        "customdata": [[f"{row[0]}|before", *row[1:]] for row in hover],
        "marker": {"size": 11, "color": colours.surface, "line": {"color": colours.muted, "width": 1.5}},
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": now, "y": names, "customdata": hover, "hovertemplate": said,
        "marker": {"size": 11, "color": tones},
    }  # fmt: skip
    changes = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": name, "showarrow": False, "text": show.points(change),
            "font": {**label_font(mode, strong=True), "color": tone},
        }
        for name, change, tone in zip(names, groups["change"], tones, strict=True)
    ]  # fmt: skip
    top = max([0.0, *now, *before]) * 1.1 or 1.0
    x = axis("percent", mode, range=[min([0.0, *now, *before]), top], nticks=4, tickangle=0)
    y = axis("category", mode, autorange="reversed", ticksuffix=" ", showticklabels=not above)
    notes = [*changes, *(notes if above else [])]
    return figure(
        [*between, ring, dots],
        mode,
        x=x,
        y=y,
        height=height,
        annotations=notes,
        margin={"r": 80, "t": NAME_ROOM if above else 8},
    )


def spread(values: Mapping[str, float], gap: float) -> dict[str, float]:
    """Places for labels in the values' order (x 100), at least `gap` apart and as near to their values as that allows.

    >>> spread({"a": 0.10, "b": 0.101}, gap=2.0)
    {'a': 9.05, 'b': 11.05}
    """
    names = sorted(values, key=lambda name: values[name])
    clusters: list[tuple[float, list[str]]] = []
    for name in names:
        centre, members = values[name] * 100, [name]
        while clusters and clusters[-1][0] + gap * (len(clusters[-1][1]) + len(members)) / 2 > centre:
            below, fellows = clusters.pop()
            centre = (below * len(fellows) + centre * len(members)) / (len(fellows) + len(members))
            members = fellows + members
        clusters.append((centre, members))
    return {
        name: round(centre + gap * (place - (len(members) - 1) / 2), 6)
        for centre, members in clusters
        for place, name in enumerate(members)
    }


def _line(name: str, rows: pd.DataFrame, colour: str, width: float, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(rows) > 1 else "markers",
        "name": name,
        "x": rows["month"].tolist(),
        "y": [None if math.isnan(rate) else float(rate) * 100 for rate in rows["rate"]],
        "line": {"color": colour, "width": width, "dash": dash},
        "marker": {"color": colour, "size": 9},
        "connectgaps": False,
        "customdata": [
            [f"{name}|{row.month}", show.percent(row.rate), show.money(row.cash), show.money(row.balance), show.count(int(row.loans), "placements")]
            for row in rows.itertuples()
        ],
        "hovertemplate": f"<b>{name}</b>, %{{x}}<br>%{{customdata[1]}}: %{{customdata[2]}} of %{{customdata[3]}}"
        "<br>%{customdata[4]}<extra></extra>",
    }  # fmt: skip


def _readable(colour: str, mode: str | None) -> str:
    """The colour of a name beside its line: faint is for decoration only."""
    return palette(mode).muted if colour == palette(mode).faint else colour


def _tone(change: float, mode: str | None) -> str:
    """Good or bad, and neither where the change reads 0.0 points."""
    colours = palette(mode)
    if abs(change) < LEAST_CHANGE:
        return colours.muted
    return colours.bad if change < 0 else colours.good


def _last(rows: pd.DataFrame) -> float:
    return float(rows["rate"].iloc[-1]) if len(rows) else math.nan


def _month_ticks(months: Sequence[str]) -> dict[str, Any]:
    step = max(1, math.ceil(len(months) / 6))
    kept = list(months)[::-1][::step][::-1]
    return {
        "tickvals": [show.month(month) for month in kept],
        "ticktext": [show.month(month).replace(" ", "<br>") for month in kept],
    }


def _cohort_label(name: str, loans: int, rows: int) -> str:
    return f"<b>{name}</b><br>{show.count(loans, 'loans') if rows <= 9 else f'n {show.number(loans)}'}"


def _beginnings(names: Sequence[str]) -> dict[str, str]:
    """Names up to their first comma where that still tells them apart."""
    first = [name.split(",")[0] for name in names]
    return {name: _short(word if first.count(word) == 1 else name) for name, word in zip(names, first, strict=True)}


def _short(name: str, longest: int = _LONGEST_LABEL) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
