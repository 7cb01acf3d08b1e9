"""Where the money stands, as bars from zero, and what moved it, as bars to both sides of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from dashboard import format as show
from dashboard.address import Why
from dashboard.figures.canvas import axis, figure, label_font, too_long
from dashboard.theme import palette

_SIDES = 1.75
_HEAD, _FOOT = 44, 34


def stuck_bars(
    groups: pd.DataFrame, mode: str | None, *, by: str, height: int, amount: str = "arrears_balance"
) -> dict[str, Any]:
    """Balance (or number of loans) in arrears by group, largest on top, with its share and how many loans.

    Args:
        groups: `by`, arrears_balance, share, arrears_loans, why (its number: Why or None); largest first.
        by: the column that names the groups.
        amount: "arrears_balance" or "arrears_loans".
    """
    counted = amount == "arrears_loans"
    divisor, unit = (1.0, "") if counted else show.scale_of(groups[amount].max())
    values = [float(value) / divisor for value in groups[amount]]
    words = [show.number(value) if counted else show.money(value) for value in groups[amount]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(groups[by]),
        "x": values,
        "marker": {"color": palette(mode).series, "cornerradius": 3},
        "width": _thickness(len(groups)),
        "text": [f"<b>{word}</b>" for word in words],
        "textposition": "outside",
        "textfont": label_font(mode, strong=True),
        "cliponaxis": False,
        "customdata": marks(groups["why"]),
        "hovertext": _evidence(groups),
        "hovertemplate": "<b>%{y}</b><br>%{text} in arrears<br>%{hovertext}<extra></extra>",
    }
    x = axis("number", mode, unit=unit, range=[0, max(values) * 1.28 or 1], nticks=4)
    y = axis(
        "category", mode, autorange="reversed", tickmode="array", tickvals=list(groups[by]), ticktext=_named(groups, by)
    )
    return figure([trace], mode, x=x, y=y, height=height)


def move_bars(
    rows: pd.DataFrame,
    mode: str | None,
    *,
    height: int,
    word: Callable[[float], str],
    head: str = "",
    foot: str = "",
) -> dict[str, Any]:
    """What moved a number, each movement as a bar on its side of zero, with the totals in words above and below.

    Args:
        rows: label, amount (signed), tone ("good", "bad" or "muted"), why (Why or None), hover (what the point says
            beside its name), in the order drawn.
        word: an amount as it is said at the end of its bar.
        head, foot: the total before and after, in words.
    """
    reach = float(rows["amount"].abs().max()) or 1.0
    colours = palette(mode)
    tones = {"good": colours.good, "bad": colours.bad, "muted": colours.muted}
    trace = {
        "type": "bar", "orientation": "h", "y": list(rows["label"]), "x": [float(amount) for amount in rows["amount"]],
        "marker": {"color": [tones[tone] for tone in rows["tone"]], "cornerradius": 2}, "width": 0.56,
        "text": [f"<b>{word(amount)}</b>" for amount in rows["amount"]], "textposition": "outside", "cliponaxis": False,
        "textfont": label_font(mode, strong=True), "customdata": marks(rows["why"]), "hovertext": list(rows["hover"]),
        "hovertemplate": "<b>%{y}</b><br>%{hovertext}<extra></extra>",
    }  # fmt: skip
    zero = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.faint, "width": 1},
    }
    ends = [_total(head, mode, y=1, yanchor="bottom", yshift=24), _total(foot, mode, y=0, yanchor="top", yshift=-8)]
    return figure(
        [trace], mode, height=height, shapes=[zero],
        x=axis("number", mode, range=[-reach * _SIDES, reach * _SIDES], visible=False),
        y=axis("category", mode, autorange="reversed", showticklabels=False), margin={"t": _HEAD, "b": _FOOT},
        annotations=[
            *_beside(rows, mode), *(end for end in ends if end["text"]), _side("← less", "right", mode), _side("more →", "left", mode),
        ],
    )  # fmt: skip


def marks(addresses: Any) -> list[str | None]:
    """What the points of a chart carry: the mark of each one's number, None where it has none."""
    return [why.mark() if isinstance(why, Why) else None for why in addresses]


def _beside(rows: pd.DataFrame, mode: str | None) -> list[dict[str, Any]]:
    """What moved, on the side of zero that its bar leaves free."""
    return [
        {"x": 0, "y": label, "xanchor": "right" if amount > 0 else "left", "xshift": -8 if amount > 0 else 8,
         "text": _wrapped(label), "showarrow": False, "align": "right" if amount > 0 else "left", "font": label_font(mode)}
        for label, amount in zip(rows["label"], rows["amount"], strict=True)
    ]  # fmt: skip


def _total(words: str, mode: str | None, **place: Any) -> dict[str, Any]:
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "yref": "paper", "showarrow": False, "align": "left", "text": words,
        "font": label_font(mode, strong=True) | {"weight": 400}, **place,
    }  # fmt: skip


def _side(words: str, anchor: str, mode: str | None) -> dict[str, Any]:
    return {
        "x": 0, "xanchor": anchor, "xshift": -8 if anchor == "right" else 8, "y": 1, "yref": "paper", "yanchor": "bottom",
        "text": words, "showarrow": False, "font": label_font(mode) | {"size": 11},
    }  # fmt: skip


def _named(groups: pd.DataFrame, by: str) -> list[str]:
    return [f"<b>{_short(str(name))}</b><br>{said}" for name, said in zip(groups[by], _evidence(groups), strict=True)]


def _evidence(groups: pd.DataFrame) -> list[str]:
    return [
        f"{show.percent(share, 0)}, {show.count(int(loans), 'loans')}"
        for share, loans in zip(groups["share"], groups["arrears_loans"], strict=True)
    ]


def _thickness(bars: int) -> float:
    """The share of its row a bar fills: few bars do not become blocks."""
    return min(0.56, 0.14 * bars)


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _wrapped(name: str) -> str:
    """A long name on two lines, broken after its first comma."""
    first, comma, rest = name.partition(", ")
    return f"{_short(first)},<br>{_short(rest)}" if comma and too_long([name]) else _short(name)
