"""A key figure: value, change in sign, word and colour, evidence, trend, and why it is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Output, html

from core.metrics.catalogue import CATALOGUE
from core.metrics.measure import Measure
from core.metrics.ripeness import known_until
from dashboard import format as show
from dashboard import text
from dashboard.address import Why
from dashboard.components.drawer import why_button
from dashboard.figures.sparkline import sparkline
from dashboard.text import Better

PARTS = {
    "value": "children", "delta": "children", "tone": "className", "note": "children",
    "trend": "src", "summary": "alt", "trend_class": "className", "why": "children",
}  # fmt: skip
_HOME = {"tone": "delta", "summary": "trend", "trend_class": "trend"}


def kpi_card(card: str, label: str, metric: str | None = None, *, renamed: bool = False) -> html.Article:
    """The empty card. Fill it with `kpi_outputs(card)` and `kpi_props(...)`.

    Args:
        card: id prefix, "<page>-<figure>".
        label: the figure's name.
        metric: the figure in the catalogue, whose drawer "why this number" opens; by default the card's own word. A
            figure that is none there says why in the card.
        renamed: the card may show another figure of the catalogue in its place, by `kpi_name_outputs` and `kpi_name`.
    """
    named = {"id": f"{card}-label"} if renamed else {}
    return html.Article(
        [
            html.H2(label, className="kpi-label", **named),
            html.P("", id=f"{card}-value", className="kpi-value"),
            html.P(
                [html.Span("", id=f"{card}-delta"), " ", html.Span("", id=f"{card}-note", className="muted")],
                className="kpi-note",
            ),
            html.Img(id=f"{card}-trend", src="", alt="", className="spark is-absent"),
            _why(card, label, metric or card.partition("-")[2], renamed=renamed),
        ],
        className="card kpi",
    )


def _why(card: str, label: str, metric: str, *, renamed: bool) -> html.Div | html.Details:
    words = f"{card}-why"
    if metric not in CATALOGUE:
        return html.Details([html.Summary("why this number"), html.P("", id=words)], className="why")
    button = why_button(Why(metric).to_query(), label, described_by=words)
    if renamed:
        button.id = f"{card}-ask"
    return html.Div([button, html.P("", id=words, className="visually-hidden")], className="why")


def note_lines(lines: Sequence[Any]) -> list[html.Span]:
    """What stands under a figure, a line each."""
    return [html.Span(line, className="note-line") for line in lines]


def kpi_outputs(card: str) -> dict[str, Output]:
    """Where `kpi_props` go, by part."""
    return {part: Output(f"{card}-{_HOME.get(part, part)}", prop) for part, prop in PARTS.items()}


def kpi_name_outputs(card: str) -> dict[str, Output]:
    """Where `kpi_name` goes, for a card that is `renamed`."""
    ask = f"{card}-ask"
    return {
        "label": Output(f"{card}-label", "children"),
        "why": Output(ask, "data-why"),
        "read": Output(ask, "aria-label"),
    }


def kpi_name(metric: str) -> dict[str, str]:
    """The name of a figure of the catalogue, and what its button opens."""
    button = why_button(Why(metric).to_query(), CATALOGUE[metric].label)
    return {"label": CATALOGUE[metric].label, "why": getattr(button, "data-why"), "read": getattr(button, "aria-label")}


def kpi_props(
    now: Measure,
    *,
    label: str,
    better: Better,
    mode: str | None,
    before: Measure | None = None,
    before_on: str = "",
    aim: bool = False,
    trend: Sequence[float] = (),
    currency: str = "",
    formula: str = "",
) -> dict[str, Any]:
    """What the card shows.

    Args:
        now: the figure; undefined shows "n/a" and the reason in place of the change. One that the files can have told in
            part only says up to when on the card itself.
        label: its name, for the picture's text.
        better: which direction is good, or "neither".
        mode: "light" or "dark".
        before, before_on: the figure on the day compared with, and that day in words.
        aim: `before` is a target.
        trend: its values over the book's days, oldest first; NaN where undefined.
        formula: how it is defined, one sentence, said first in "why this number".
    """
    change = text.delta(now, before, better, aim=aim)
    evidence = f"n\u00a0=\u00a0{show.number(now.n)}"
    note = f"{'since ' + before_on + ', ' if change.text and before_on else ''}{evidence}"
    until = known_until(now.why)
    picture = sparkline(trend, mode)
    return {
        "value": show.measure(now, currency),
        "delta": change.text if now.is_defined else "",
        "tone": f"delta {change.tone}",
        "note": (f"{note}; {until}" if until else note) if now.is_defined else f"because {now.why}",
        "trend": picture,
        "summary": _trend_in_words(label, trend, now) if picture else "",
        "trend_class": "spark" if picture else "spark is-absent",
        "why": f"{formula} {text.why(now)}".strip(),
    }


def _trend_in_words(label: str, trend: Sequence[float], now: Measure) -> str:
    known = [value for value in trend if value == value]
    first, low, high, last = (
        show.percent(value) if now.unit == "share" else show.money(value)
        for value in (known[0], min(known), max(known), known[-1])
    )
    return f"{label} over {len(trend)} days of the book: from {first} to {last}, lowest {low}, highest {high}."
