"""Could the model recognise who somebody is, and does any score move with it?"""

from __future__ import annotations

from typing import Any

from dashboard import text_fairness as say
from dashboard.components.chart import chart_absent, chart_props
from dashboard.figures.fairness import Dot, group_dots
from dashboard.pages.models.seen import Seen

HEIGHT = 460


def update_stand_ins(seen: Seen, mode: str | None) -> dict[str, Any]:
    """The proxy test by group, the flip test in the title."""
    told = seen.card.get("fairness")
    if not told:
        return chart_absent(title=say.STAND_INS, why=say.no_audit(seen.shown), choice=False)
    dots = []
    for attribute, each in say.proxies_of(told):
        label = say.label_of(attribute, each["group"])
        hover = say.ratio_hover(label, each["auc"], each["ci"], each["of"], "AUC")
        dots.append(Dot(label, each["auc"], *each["ci"], hover, each["review"]))
    if not dots:
        return chart_absent(title=say.STAND_INS, why=say.no_stand_ins())
    rows = say.stand_in_rows(told)
    return chart_props(
        group_dots(dots, mode, lines=(0.5, told["review_from"]), title="AUC", height=HEIGHT),
        title=say.stand_ins_title(told),
        subtitle=say.stand_ins_subtitle(told),
        summary=say.summary_of(rows, 3),
        rows=rows,
    )
