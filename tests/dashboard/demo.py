"""The dashboard on the small fake book, for looking at it: python -m tests.dashboard.demo PORT [sample|tutorial|empty]."""

from __future__ import annotations

import sys

from waitress import serve

from dashboard.app import create_app
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK, EMPTY, TUTORIAL

BOOKS = {"sample": BOOK, "tutorial": TUTORIAL, "empty": EMPTY}

if __name__ == "__main__":
    port = int(sys.argv[1])
    book = BOOKS[sys.argv[2] if len(sys.argv) > 2 else "sample"]
    serve(create_app(services_on(book)).server, host="127.0.0.1", port=port, threads=4)
