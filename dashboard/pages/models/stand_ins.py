"""Could the model recognise who somebody is, and does any score move with it?"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_fairness as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models.seen import Seen, Shared
from dashboard.state import VIEW

CARD, HEIGHT = "models-stand-ins", 400


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_stand_ins(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The proxy test by group, the flip test in the title."""
    told = seen.card.get("fairness")
    if not told:
        return chart_absent(title=say.STAND_INS, why=say.no_audit(seen.shown))
    dots = []
    for attribute in told["attributes"]:
        for each in attribute["proxy"]:
            label = say.label_of(attribute, each["group"])
            hover = say.ratio_hover(label, each["auc"], each["ci"], each["of"], "AUC")
            dots.append(Dot(label, each["auc"], *each["ci"], hover, each["review"]))
    if not dots:
        return chart_absent(title=say.STAND_INS, why=say.no_stand_ins())
    rows = say.stand_in_rows(told)
    return chart_props(
        group_dots(dots, mode, lines=(0.5, told["review_from"]), title="AUC of recognising the group", height=HEIGHT),
        title=say.stand_ins_title(told),
        subtitle=say.stand_ins_subtitle(told),
        summary=say.summary_of(rows, 3),
        rows=rows,
    )


def register(app: dash.Dash, shared: Shared) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), inputs=VIEW)
    def stand_ins(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_stand_ins(shared.seen(search), mode)
