"""Is the score as right about every group?"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import text_fairness as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models.seen import Seen, Shared
from dashboard.state import VIEW

CARD, HEIGHT = "models-fairness", 460


def card() -> html.Section:
    """The empty chart."""
    return chart_card(CARD, height=HEIGHT)


def update_fairness(seen: Seen, mode: str | None) -> dict[str, Any]:
    """Actual over promised losses by group."""
    told = seen.card.get("fairness")
    if not told:
        return chart_absent(title=say.CALIBRATION, why=say.no_audit(seen.shown))
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
        group_dots(dots, mode, lines=(1.0,), title="not recovered, actual / promised", height=HEIGHT),
        title=say.calibration_title(told),
        subtitle=say.calibration_subtitle(told),
        summary=say.summary_of(rows, 4),
        rows=rows,
    )


def register(app: dash.Dash, shared: Shared) -> None:
    """The chart follows the model looked at and the colours."""

    @app.callback(output=chart_outputs(CARD), inputs=VIEW)
    def fairness(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_fairness(shared.seen(search), mode)
