"""The dashboard as a whole: pages, ids, graphs, sizes, failures."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dash
import pytest
from dash import dcc
from dash.development.base_component import Component

from core.errors import SelectionRefused
from dashboard import app as dashboard
from dashboard import ids
from dashboard.app import PAGES, create_app
from tests.dashboard.callback_body import body_of
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK, EMPTY

PATHS = [page.PAGE.path for page in PAGES]
MOST_COMPONENTS = 150
MOST_IN_A_LAYOUT = 300
"""Of a page's static layout, drawn once when it is opened."""


def components(root: Any) -> Iterator[Component]:
    if isinstance(root, Component):
        yield root
        yield from root._traverse()


def of_layout(root: Component) -> list[Component]:
    return [root, *(one for one in root._traverse() if isinstance(one, Component))]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_served(client, path):
    assert client.get(path).status_code == 200


def test_two_dashboards_live_in_one_process():
    first, second = create_app(services_on(BOOK)), create_app(services_on(EMPTY))
    assert first.server.test_client().get("/").status_code == 200
    assert second.server.test_client().get("/").status_code == 200
    assert first.callback_map.keys() == second.callback_map.keys()


def test_no_id_is_given_twice(app):
    names = Counter(
        json.dumps(one.id, sort_keys=True) for one in of_layout(app.validation_layout) if hasattr(one, "id")
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_every_callback_speaks_of_parts_that_exist(app, client):
    client.get("/_dash-layout")
    known = {json.dumps(one.id) for one in of_layout(app.validation_layout) if hasattr(one, "id")}
    for name, callback in app.callback_map.items():
        for part in (*callback["inputs"], *callback["state"]):
            if not part["id"].startswith("{"):
                assert json.dumps(part["id"]) in known, f"{name} listens to {part['id']}"


def test_no_graph_offers_to_send_its_data_away(app):
    graphs = [one for one in of_layout(app.validation_layout) if isinstance(one, dcc.Graph)]
    assert graphs
    for graph in graphs:
        assert graph.config["showSendToCloud"] is False
        assert graph.config["displaylogo"] is False


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_title_and_a_layout_of_modest_size(page):
    parts = of_layout(page.layout())
    assert [part.children for part in parts if type(part).__name__ == "H1"] == [page.PAGE.question]
    assert len(parts) <= MOST_IN_A_LAYOUT


def test_the_pages_stand_in_their_groups_without_gaps():
    assert list(dict.fromkeys(page.PAGE.group for page in PAGES)) == [
        group for group in ("See", "Work", "Prove", "Data") if group in {page.PAGE.group for page in PAGES}
    ]
    assert len(set(PATHS)) == len(PATHS)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    said: dict[str, Any] = {}
    monkeypatch.setattr(dashboard, "set_props", lambda id, props: said.update({id: props}))
    return said


def words(card: Component) -> str:
    return " ".join(str(part.children) for part in of_layout(card) if isinstance(getattr(part, "children", None), str))


def test_a_refusal_says_what_was_found_where_and_what_to_do(shown):
    dashboard.show_failure(SelectionRefused("'soon' is not a day", where=("as_of",), remedy="Write it as 2026-10-31."))
    assert "'soon' is not a day (as_of). Write it as 2026-10-31." in words(shown[ids.FAILURE]["children"])


def test_our_own_fault_is_logged_by_its_place_and_never_with_its_insides(shown, caplog):
    with caplog.at_level(logging.ERROR):
        dashboard.show_failure(ValueError("the secret inside"))
    assert "on our side" in words(shown[ids.FAILURE]["children"])
    assert "secret" not in words(shown[ids.FAILURE]["children"])
    assert "secret" not in caplog.text
    assert "ValueError" in caplog.text


def test_a_failing_callback_answers_with_the_card_and_not_with_a_500(app, client):
    client.get("/_dash-layout")
    body = body_of(app, search="?as_of=2020-01-01")
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert "The book holds no figures for 1 Jan 2020" in answer.text


def test_the_router_answers_a_page_in_one_small_layout(app, client):
    client.get("/_dash-layout")
    body = body_of(app, "_pages_content.children", pathname="/nowhere", search="")
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert "This page does not exist" in answer.text
    assert isinstance(app, dash.Dash)
