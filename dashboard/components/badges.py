"""Small labels: badges, strategies, notices and states that fill a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dash import html

Tone = Literal["neutral", "good", "bad", "accent"]


def badge(text: str, tone: Tone = "neutral", *, id: str | None = None) -> html.Span:
    """A word in a pill."""
    return html.Span(text, className=f"badge-pill {tone}", **({"id": id} if id else {}))


def strategy_chip(strategy: str) -> html.Span:
    """A strategy with its colour and its name."""
    known = strategy if strategy in ("Standard", "Settlement", "Legal") else "other"
    return html.Span([html.I(className=f"dot {known.lower()}"), strategy], className="strategy-chip")


def notice(text: str | Sequence[Any], tone: Tone = "neutral", *, id: str | None = None) -> html.Div:
    """A remark across the page."""
    return html.Div(text, className=f"notice {tone}", role="status", **({"id": id} if id else {}))


def state_card(title: Any, text: str | Sequence[Any], *actions: Any, id: str | None = None) -> html.Section:
    """What stands in place of content: nothing here yet, failed, not found. Says what to do next."""
    children = [html.H2(title), html.P(text), html.Div(list(actions), className="actions")]
    return html.Section(children, className="card state", **({"id": id} if id else {}))
