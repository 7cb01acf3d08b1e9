"""What made a score, as a list of small bars, and what would change what is recommended."""

from __future__ import annotations

from typing import Any

from dash import html

from core.scores.scoring.explain import Contributions
from core.scores.scoring.what_if import WhatIf
from dashboard import format as show
from dashboard import text_reasons as say


def part_list(told: Contributions | None, source: str) -> list[Any]:
    """The parts of a score, the largest first: name, a bar to the side it pulls, and direction and size in words.

    Args:
        told: what made the score, None where it is not known.
        source: rule or model.
    """
    if told is None:
        return [html.P(say.NO_PARTS, className="muted")]
    largest = max((abs(size) for size in told.parts.values()), default=0.0)
    ordered = sorted(told.parts.items(), key=lambda each: -abs(each[1]))
    return [
        html.Ul([_part(family, size, largest, source) for family, size in ordered], className=f"parts of-{source}"),
        html.P(say.sum_words(told, source), className="subtitle"),
    ]


def _part(family: str, size: float, largest: float, source: str) -> html.Li:
    width = 0.0 if not largest else abs(size) / largest
    bar = html.Span(
        className="part-fill raises" if size > 0 else "part-fill lowers", style={"width": f"{show.percent(width * (1 if source == 'rule' else 0.5), 0)}".replace(" ", "")},
    )  # fmt: skip
    return html.Li(
        [
            html.Span(say.family_words(family), className="part-name"),
            html.Span(bar, className="part-bar", **{"aria-hidden": "true"}),
            html.Span(say.part_words(size, source), className="part-size"),
        ]
    )


def what_if_list(told: WhatIf | None) -> list[Any]:
    """The smallest changes that would lead to a lighter track, or why there is none to name."""
    if told is None:
        return []
    if not told.options:
        return [html.P(say.why_no_option(told), className="muted")]
    return [
        html.Ul([html.Li(say.option_words(option, told)) for option in told.options], className="reasons"),
        html.P(say.WHAT_IF_NOTE, className="subtitle"),
    ]
