"""What `train --json` says of other people's files, whole: `python -m tests.bench_third_party [loan-recovery lendingclub uci]`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.command_line import run
from tests.tutorial import shared_files

MAPS = Path(__file__).resolve().parent / "maps"
FILES = {
    "loan-recovery": ("loan-recovery.csv", None),
    "lendingclub": ("lendingclub_1000.csv", "lendingclub"),
    "uci": ("uci_credit_card_30000.csv", "uci_credit_card"),
}


def trained(path: Path, map_name: str | None, db: str) -> dict:
    """The JSON of a training on one file, in a store of its own."""
    mapped = ["--map", str(MAPS / f"{map_name}.json")] if map_name else []
    arguments = ["--db", db, "--json", "--as-of", "2026-10-31", "--accept-good-rows", *mapped]
    loaded = run("ingest", str(path), *arguments)
    assert loaded.json["status"] == "committed", loaded.json
    return run("train", "--db", db, "--json").json


def main() -> None:
    for name in sys.argv[1:] or FILES:
        filename, map_name = FILES[name]
        for path in shared_files(filename):
            began = time.process_time()
            with tempfile.TemporaryDirectory() as folder:
                said = trained(path, map_name, f"sqlite:///{folder}/book.db")
            print(f"{filename} ({time.process_time() - began:.0f} s of CPU)")
            print(json.dumps({key: value for key, value in said.items() if key not in ("unused",)}, indent=1))


if __name__ == "__main__":
    main()
