"""Run Recoup's command line inside the test process, as its own `main` would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

import run as recoup


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


def run(*arguments: str) -> Outcome:
    """Exit code and both streams of one command; an exception that is no refusal is raised."""
    result = CliRunner().invoke(recoup.cli, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)
