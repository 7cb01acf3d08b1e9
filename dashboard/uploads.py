"""Bringing a file in: the browser sends it as the raw body of one request, which goes to disk as it arrives.

A form or dcc.Upload would keep it whole in memory, in the browser and here.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import dash
import flask
from flask import Response, request
from werkzeug.exceptions import ClientDisconnected

from core.workflows.jobs import UPLOAD_NAME, sweep_uploads
from dashboard.services import Services

UPLOAD_PATH = "/upload"
CHUNK_BYTES = 1 << 20
SPARE_BYTES = 64 << 20
"""Room that must be left on the disk."""

STORED_NAME = UPLOAD_NAME
LONGEST_NAME = 120


class Stream(Protocol):
    """What a body is read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived whole: its name in the uploads folder, its size and the SHA-256 of its bytes."""

    path: str
    bytes: int
    sha256: str


class NotReceived(Exception):
    """A body that was not kept: an HTTP status, what was found, what to do."""

    def __init__(self, status: int, found: str, remedy: str) -> None:
        super().__init__(status, found, remedy)
        self.status, self.found, self.remedy = status, found, remedy


def add_routes(app: dash.Dash, services: Services) -> None:
    """Put the upload on the app's server: GET says how large a file may be, PUT takes one."""
    server: flask.Flask = app.server
    largest = services.settings.max_upload_mb << 20

    @server.get(UPLOAD_PATH)
    def limits() -> Response:
        return flask.jsonify(largest_bytes=largest)

    @server.put(UPLOAD_PATH)
    def upload() -> Response:
        try:
            received = receive(request.stream, request.content_length, services.uploads, largest=largest)
        except NotReceived as refusal:
            answer = flask.jsonify(found=refusal.found, remedy=refusal.remedy)
            answer.status_code = refusal.status
            return answer
        remove_forgotten(services.uploads, received.path)
        name = clean_name(request.args.get("name", ""))
        return flask.jsonify(path=received.path, filename=name, bytes=received.bytes, sha256=received.sha256)


def receive(stream: Stream, length: int | None, folder: Path, *, largest: int) -> Received:
    """Write a body to a file of its own; nothing is left behind where it does not arrive whole.

    Args:
        stream: the body.
        length: how many bytes were announced; None where nothing was.
        folder: the uploads folder.
        largest: the most bytes a file may have.

    Raises:
        NotReceived: no length, too large, no room, cut short, or empty.
    """
    if length is None:
        raise NotReceived(411, "The request does not say how large the file is.", "Send it with a Content-Length.")
    if length > largest:
        raise _too_large(largest)
    if length == 0:
        raise NotReceived(400, "The file is empty.", "Choose a CSV file with a header and rows.")
    if shutil.disk_usage(folder).free < length + SPARE_BYTES:
        raise _no_room()
    target = folder / f"{uuid.uuid4().hex}.csv"
    try:
        size, sha256 = _write(stream, target, largest)
        if size != length:
            raise _cut_short(size, length)
    except ClientDisconnected:
        target.unlink(missing_ok=True)
        raise _cut_short(None, length) from None
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _no_room() from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Received(target.name, size, sha256)


def _write(stream: Stream, target: Path, largest: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > largest:
                raise _too_large(largest)
            digest.update(chunk)
            file.write(chunk)
    return size, digest.hexdigest()


def _too_large(largest: int) -> NotReceived:
    return NotReceived(
        413,
        f"The file is larger than {largest >> 20:,} MB.",
        "Split it, or raise RECOUP_MAX_UPLOAD_MB; the command line has no limit.",
    )


def _no_room() -> NotReceived:
    return NotReceived(507, "The disk of the server has no room for this file.", "Make room, or set RECOUP_DATA_DIR.")


def _cut_short(size: int | None, length: int) -> NotReceived:
    arrived = "" if size is None else f" after {size:,} of {length:,} bytes"
    return NotReceived(400, f"The connection broke{arrived}; nothing was kept.", "Send the file again.")


def remove_forgotten(folder: Path, newest: str) -> None:
    """Remove uploads a day older than the newest one."""
    sweep_uploads(folder, (folder / newest).stat().st_mtime)


def discard(folder: Path, name: str) -> None:
    """Remove one upload; a name that is none of ours is left alone."""
    if STORED_NAME.fullmatch(name):
        (folder / name).unlink(missing_ok=True)


def clean_name(name: str) -> str:
    """A file's own name without folders or control characters.

    >>> clean_name("C:\\\\books\\\\october.csv"), clean_name("")
    ('october.csv', 'upload.csv')
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:LONGEST_NAME].strip() or "upload.csv"
