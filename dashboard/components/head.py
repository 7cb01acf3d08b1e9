"""The head of a page: its question, and the answer in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.page import Page


def page_layout(page: Page, content: Sequence[Any]) -> html.Div:
    """A whole page: head, then content; the row of filters slips in between."""
    body = html.Div(list(content), className="page-body")
    return html.Div([page_head(page.question, answer_id(page)), body], className="page", id=f"{page.key}-page")


def page_head(question: str, answer: str) -> html.Header:
    """The question as the page's one h1, and the place of the answer sentence."""
    return html.Header(
        [html.H1(question), html.P("", id=answer, className="answer", **{"aria-live": "polite"})], className="page-head"
    )


def answer_id(page: Page) -> str:
    """The id whose `children` take `sentence(...)`."""
    return f"{page.key}-answer"


def sentence(text: str) -> list[Any]:
    """Text with **decisive words** as children, those words bold.

    >>> sentence("Cash **fell** again")
    ['Cash ', B('fell'), ' again']
    """
    pieces = re.split(r"\*\*(.+?)\*\*", text)
    return [html.B(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece]
