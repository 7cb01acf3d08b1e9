"""The gate in front of every route, and the headers behind it.

A callback's body is read here once, before Dash sees it: a request that is not one of our pages' own is answered
with 400, 403 or 413 and never reaches a callback.
"""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

import dash
import flask
import flask_bootstrap
from dash.exceptions import DependencyException
from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from core.errors import trace_without_data
from dashboard.payloads import Payloads

CALLBACK_PATH = "/_dash-update-component"
LOG = logging.getLogger("recoup.dashboard")
BOOTSTRAP_PATH = "/vendor/bootstrap.min.css"
LARGEST_CALLBACK_BYTES = 256 * 1024
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def guard(app: dash.Dash) -> None:
    """Put the gate, the headers and the stylesheet's route on the app's server."""
    server: flask.Flask = app.server
    payloads = Payloads(app)
    server.register_error_handler(Exception, _fault)

    @server.before_request
    def gate() -> None:
        _check_host()
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            _check_origin()
        if request.path == CALLBACK_PATH:
            _check_callback(payloads)

    @server.after_request
    def headers(response: Response) -> Response:
        policy = POLICY.format(hashes=" ".join(app.csp_hashes()))
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    @server.get(BOOTSTRAP_PATH)
    def bootstrap() -> Response:
        folder = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css"
        return flask.send_from_directory(folder, "bootstrap.min.css", max_age=86_400)

    @server.get("/health")
    def health() -> Response:
        return flask.jsonify(status="ok")


def _check_host() -> None:
    """Only names of this machine: a page elsewhere must not reach us through its own name (DNS rebinding)."""
    try:
        name = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        name = None
    if name not in LOCAL_HOSTS:
        abort(400, "This server answers to 127.0.0.1 and localhost only.")


def _check_origin() -> None:
    """Changes come from our own pages, or from a tool that is no browser."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "This request comes from another site.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        abort(403, "This request comes from another site.")


def _check_callback(payloads: Payloads) -> None:
    if request.method != "POST":
        abort(405)
    request.max_content_length = LARGEST_CALLBACK_BYTES
    if (request.content_length or 0) > LARGEST_CALLBACK_BYTES:
        abort(413, f"A callback carries {LARGEST_CALLBACK_BYTES // 1024} KiB at most.")
    if request.mimetype != "application/json":
        abort(415)
    refusal = payloads.refusal(request.get_data())
    if refusal is not None:
        abort(400, refusal)


def _fault(error: Exception) -> ResponseReturnValue:
    """An HTTP error as it is; a fault of ours in the log without anybody's data, and a plain word to the browser."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, DependencyException):
        return NotFound()
    LOG.error("a request failed\n%s", trace_without_data(error))
    return Response("Something went wrong on our side; the log of the server says where.\n", 500, mimetype="text/plain")
