"""An app behind waitress on a free port of this machine, as `run.py serve` puts it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask
import waitress


@contextmanager
def served(app: flask.Flask, **options: Any) -> Iterator[int]:
    """Serve until the end of the block; gives the port. `options` are waitress's."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.trigger.pull_trigger(
        lambda: _close(server)
    )  # by its own loop, which would trip over a socket closed under it
    thread.join(timeout=5)
    server.task_dispatcher.shutdown()


def _close(server: Any) -> None:
    """The server and what browsers keep open to it, for which its loop would wait."""
    server.close()
    for channel in list(server.active_channels.values()):
        channel.handle_close()
