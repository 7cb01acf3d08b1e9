"""What each tab found, on the tab itself."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output

from dashboard import text_strategies_tabs as say
from dashboard.components.tabs import Tabs
from dashboard.pages.strategies.seen import Seen, Shared
from dashboard.pages.strategies.trials import trials_of
from dashboard.text_policy import to_be_tried

TABS = Tabs("strategies", "What is known about strategies", say.TABS)
KEYS = [key for key, _ in say.TABS]


def update_findings(seen: Seen, trials: list[Any]) -> list[list[Any]]:
    """Of every tab, in their order, its words."""
    found = {
        "works": say.works(seen.run), "whom": say.whom(seen.content), "brought": say.BROUGHT,
        "next": say.following(seen.run, seen.content, may_be_tried=to_be_tried(seen) is not None),
        "try": say.TRY, "trials": say.trials(trials), "decided": say.decided(seen.events),
    }  # fmt: skip
    return [TABS.words(key, found[key]) for key in KEYS]


def register(app: dash.Dash, shared: Shared) -> None:
    """The findings follow the book."""
    TABS.register(app)

    @app.callback([Output(TABS.tab(key), "children") for key in KEYS], **TABS.whole())
    def findings(**_: Any) -> list[list[Any]]:
        return update_findings(shared.seen(), trials_of(shared))
