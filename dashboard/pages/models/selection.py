"""Whom do the proposals fall on, and is that more than a difference in risk?"""

from __future__ import annotations

from typing import Any

from dashboard import text_fairness as say
from dashboard.components.chart import chart_absent, chart_props
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models.seen import Seen

HEIGHT = 460


def update_selection(seen: Seen, mode: str | None) -> dict[str, Any]:
    """How often Legal is proposed, over the largest group, plain and among loans of like risk."""
    told = seen.card.get("fairness")
    if not told:
        return chart_absent(title=say.SELECTION, why=say.no_audit(seen.shown), choice=False)
    if not told["attributes"]:
        return chart_absent(title=say.SELECTION, why=say.no_groups(told))
    dots = []
    for label, group, _ in say.groups_of(told):
        legal = say.chosen(group, "Legal")
        if legal is None or legal["ratio"] is None:
            continue
        hover = say.ratio_hover(label, legal["ratio"], legal["ratio_ci"], group["n"], "share over the largest group's")
        beside = None if legal["within"] is None else (legal["within"], *legal["within_ci"])
        dots.append(Dot(label, legal["ratio"], *legal["ratio_ci"], hover, legal["apart"], beside))
    if not dots:
        return chart_absent(title=say.SELECTION, why=say.no_selection())
    rows = say.selection_rows(told)
    legal_rows = [rows[0], *(row for row in rows[1:] if row[1:3] == ["Legal", "this score"])]
    return chart_props(
        group_dots(dots, mode, lines=(1.0,), title="", height=HEIGHT, logarithmic=True),
        title=say.selection_title(told),
        subtitle=say.selection_subtitle(told),
        summary=say.summary_of(legal_rows, 6),
        rows=rows,
    )
