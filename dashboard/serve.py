"""Listen: the app behind waitress, with request bodies capped."""

from __future__ import annotations

import socket

import dash
import waitress

from core.errors import Refused

THREADS = 6
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def may_listen(host: str, port: int) -> None:
    """Nothing, where the app may listen there. Raises Refused for an address of other machines, or a port in use."""
    if host not in LOOPBACK:
        raise Refused(f"Recoup does not listen on {host} yet: it has no sign-in", remedy=f"Use {LOOPBACK[0]}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            found = f"Port {port} on {host} cannot be used: {error.strerror}"
            raise Refused(found, remedy="Stop what uses it, or choose another with --port.") from None


def listen(app: dash.Dash, host: str, port: int, *, largest_body_bytes: int) -> None:
    """Serve until interrupted. A body above the cap is answered with 413; a large one waits on disk, not in memory."""
    waitress.serve(
        app.server,
        host=host,
        port=port,
        threads=THREADS,
        max_request_body_size=largest_body_bytes,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
