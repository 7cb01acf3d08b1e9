"""Whether the compared loans are alike: effective numbers and weights, and the differences before and after, as a love plot."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_overlap as say
from dashboard.components.chart import chart_absent, chart_props, filled_card
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.figures.effects import love_plot
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD, HEIGHT, TABLE, WORDS = "strategies-balance", 420, "strategies-overlap", "strategies-overlap-words"


def card() -> html.Details:
    """Closed: what a person opens who doubts the adjustment."""
    return html.Details(
        [html.Summary(say.SUMMARY, id=WORDS), html.Div([], id=CARD, className="row-even")],
        className="disclosure is-absent",
        id=f"{TABLE}-card",
    )


def update_overlap(seen: Seen, mode: str | None) -> dict[str, Any]:
    """Table and plot; away where nothing was measured."""
    rows = say.overlap_rows(seen.effects())
    balance = say.ordered(seen.content.get("balance") or ())
    drawn = (
        chart_props(
            love_plot(balance, mode, height=HEIGHT), title=say.balance_title(balance), subtitle=say.BALANCE_SUBTITLE,
            summary=say.balance_title(balance), rows=say.balance_rows(balance),
        )
        if balance
        else chart_absent(title="How alike the compared loans are", why=say.NO_BALANCE)
    )  # fmt: skip
    return {
        "rows": rows, "chart": drawn, "words": say.summary(seen.effects()), "look": "disclosure" if rows else "disclosure is-absent",
    }  # fmt: skip


def _cards(told: dict[str, Any]) -> list[Any]:
    table = empty_table(TABLE, say.TABLE_TITLE, kind="overlap")
    head, body = table.children.children
    head.children.children, body.children = table_heads(say.HEADS), table_rows(told["rows"], say.HEADS)
    made = html.Section(
        [html.H2(say.TABLE_TITLE), html.P(say.TABLE_SUBTITLE, className="subtitle"), table], className="card"
    )
    return [made, filled_card(CARD, told["chart"], height=HEIGHT)]


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """Table and plot follow the run."""
    places = [Output(CARD, "children"), Output(WORDS, "children"), Output(f"{TABLE}-card", "className")]

    @app.callback(*places, **view)
    def overlap(mode: str | None, **_: Any) -> tuple[list[Any], str, str]:
        told = update_overlap(shared.seen(), mode)
        return _cards(told), told["words"], told["look"]
