"""Listen: the app behind waitress, with request bodies capped."""

from __future__ import annotations

import dash
import waitress

THREADS = 6


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
