"""Is the score fair: as right about every group, falling on them alike, and unable to recognise anybody?"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_fairness as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models.seen import Listens, Seen, Shared
from dashboard.pages.models.selection import update_selection
from dashboard.pages.models.stand_ins import update_stand_ins
from dashboard.state import page_key

CARD, HEIGHT = "models-fairness", 460
VIEW_SHOWN, KEY = f"{CARD}-view", "fair"
VIEWS = {"right": "Calibration", "falls": "Proposals", "recognised": "Stand-ins"}


def card() -> html.Section:
    """The empty chart."""
    view = switch(VIEW_SHOWN, "Look at", list(VIEWS.items()), "right", key=KEY)
    return chart_card(CARD, height=HEIGHT, controls=[view])


def update_fairness(seen: Seen, mode: str | None) -> dict[str, Any]:
    """Actual over promised losses by group."""
    told = seen.card.get("fairness")
    if not told:
        return chart_absent(title=say.CALIBRATION, why=say.no_audit(seen.shown), choice=False)
    if not told["attributes"]:
        return chart_absent(title=say.CALIBRATION, why=say.no_groups(told))
    dots = [
        Dot(label, held["ratio"], *held["ci"], say.ratio_hover(label, held["ratio"], held["ci"], group["n"], "actual / promised"), held["apart"])
        for label, group, _ in say.groups_of(told) if (held := group["calibration"])
    ]  # fmt: skip
    if not dots:
        return chart_absent(title=say.CALIBRATION, why=say.no_calibration(told))
    rows = say.calibration_rows(told)
    return chart_props(
        group_dots(dots, mode, lines=(1.0,), title="", height=HEIGHT),
        title=say.calibration_title(told),
        subtitle=say.calibration_subtitle(told),
        summary=say.summary_of(rows, 4),
        rows=rows,
    )


def update_view(seen: Seen, view: str, mode: str | None) -> dict[str, Any]:
    """The view asked for; the first where none is."""
    updates = {"falls": update_selection, "recognised": update_stand_ins}
    return updates.get(view, update_fairness)(seen, mode)


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The chart follows the model looked at, the view and the colours."""
    keep_in_url(app, VIEW_SHOWN)

    @app.callback(output=chart_outputs(CARD), **view)
    def fairness(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_view(shared.seen(search), page_key(search, KEY, list(VIEWS), "right"), mode)
