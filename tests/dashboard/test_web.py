"""The gate: what is answered, what is refused, and the headers on all of it."""

from __future__ import annotations

import json
from typing import Any

import flask.testing
import pytest

from dashboard import web
from dashboard.payloads import DEEPEST
from tests.dashboard.callback_body import body_of

POST = web.CALLBACK_PATH
LIVE = {"type": "Iframe", "namespace": "dash_html_components", "props": {"srcDoc": "<script>alert(1)</script>"}}


@pytest.fixture(autouse=True)
def first_request(client: flask.testing.FlaskClient) -> None:
    """Dash sets itself up on the first request."""
    client.get("/_dash-layout")


def test_a_page_of_ours_is_answered(app, client):
    answer = client.post(POST, json=body_of(app, search="?product=Auto", data="light"))
    assert answer.status_code == 200
    assert "Auto" not in answer.get_json()["response"]  # a bystander: the answer is keyed by id
    assert "in arrears" in json.dumps(answer.get_json())


@pytest.mark.parametrize(
    "path",
    ["/", "/_dash-layout", "/_dash-dependencies", "/assets/recoup.css", "/nowhere", "/health", web.BOOTSTRAP_PATH],
)
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path, buffered=True).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_refusals_carry_the_headers_too(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8050", "localhost:1", "[::1]:8050", "LOCALHOST"])
def test_this_machine_is_served_on_any_port(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.1", "", "[::1"]
)
def test_any_other_name_is_refused(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b"{", b'"text"', b"[" * 5000 + b"]" * 5000, b'{"output": ["x"]}']
)
def test_nonsense_is_refused(client, body):
    assert client.post(POST, data=body, content_type="application/json").status_code == 400


def test_a_body_that_is_not_json_by_type_or_method_is_refused(client):
    assert client.post(POST, data=b"{}", content_type="text/plain").status_code == 415
    assert client.get(POST).status_code == 405


def test_a_body_too_large_is_refused_before_it_is_read(app, client):
    assert client.post(POST, json=body_of(app, search="?search=" + "x" * web.LARGEST_CALLBACK_BYTES)).status_code == 413


@pytest.mark.parametrize(
    "change",
    [
        {"output": "nothing.children"}, {"outputs": None}, {"inputs": []}, {"inputs": None}, {"changedPropIds": "x"},
        {"changedPropIds": [{}]}, {"state": [{}]}, {"inputs": [1, 2, 3]},
    ],
)  # fmt: skip
def test_a_forged_callback_is_refused(app, client, change):
    assert client.post(POST, json={**body_of(app), **change}).status_code == 400


def test_another_pages_input_is_refused(app, client):
    forged = body_of(app)
    forged["inputs"][0]["id"] = "something-else"
    assert client.post(POST, json=forged).status_code == 400


@pytest.mark.parametrize("value", [LIVE, [LIVE], {"a": 1}, [[1]], [{"a": 1}]])
def test_a_component_or_structure_in_place_of_text_is_refused(app, client, value):
    assert client.post(POST, json=body_of(app, search=value)).status_code == 400


@pytest.mark.parametrize("value", [LIVE, {"deep": [{"deeper": LIVE}]}])
def test_a_component_hidden_in_stored_data_is_refused(app, client, value):
    assert client.post(POST, json=body_of(app, data=value)).status_code == 400


def test_nesting_without_end_is_refused(app, client):
    nested: Any = 1
    for _ in range(DEEPEST + 1):
        nested = [nested]
    assert client.post(POST, json=body_of(app, data=nested)).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403), ({"Origin": "http://localhost:9"}, 403), ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200), ({}, 200),
    ],
)  # fmt: skip
def test_changes_come_from_our_own_pages_only(app, client, headers, status):
    assert client.post(POST, json=body_of(app), headers=headers).status_code == status


def test_every_inline_script_of_the_page_is_in_the_policy(app, client):
    import base64
    import hashlib
    import re

    page = client.get("/")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page.text, re.DOTALL)
    executable = [script for script in scripts if script.strip() and not script.strip().startswith("{")]
    assert executable
    for script in executable:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


def test_the_page_asks_nobody_else_for_anything(client):
    text = client.get("/").text
    assert web.BOOTSTRAP_PATH in text
    assert "https://" not in text
    assert "cdn" not in text
    assert client.get(web.BOOTSTRAP_PATH, buffered=True).mimetype == "text/css"
