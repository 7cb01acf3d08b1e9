"""A learned policy by hand: each strategy brings the same share of any loan's balance, so that what it proposes can be worked out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.records import Policy
from core.scores.scoring.evaluate import sha256_of
from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.observed import Fact
from core.strategies.policy.card import limits_of
from core.strategies.policy.design import fit_columns

INPUT = {"name": "balance (log)", "kind": "number", "median": 8.0, "has_missing": False}
ALLOWED = {"allowed": True, "why": "its lower bound is above 0"}
CERTAIN = 50.0


def stored(number: int, status: str = "challenger", **row: Any) -> Policy:
    """A policy by hand as a reader gives it. Args: row: what differs from `plain_policy` of Standard and Settlement."""
    made = plain_policy({"Standard": 0.1, "Settlement": 0.3}, costs={}, batches=[1]) | row
    return Policy(
        number, status, made["kind"], made["artifact"], made["sha256"], made["card"], None, "2026-11-02T10:00:00+00:00"
    )


def plain_policy(
    rates: Mapping[str, float], *, costs: Mapping[str, float], batches: Sequence[int], status: str = "challenger", **card: Any
) -> dict[str, Any]:  # fmt: skip
    """A row for `WriteUnit.put_policy`.

    Args:
        rates: by strategy, the reference first, from above 0 to below 1: the share of its balance every loan brings.
        costs: currency a loan, by strategy. card: more for its card; may_challenge allows it where nothing is said.
    """
    names, strategies = list(rates), tuple(replace(each, cost=costs.get(each.name, each.cost)) for each in CATALOGUE)
    columns = fit_columns(np.asarray([[7.0], [9.0]]), [Fact(INPUT["name"], "balance", False)])
    odds = [float(np.log(rate / (1 - rate))) for rate in rates.values()]
    levels = [number for each in odds[1:] for number in (each - odds[0], 0.0)]
    told = [odds[0], 0.0, *levels]
    certain = [CERTAIN, *[0.0] * (len(told) - 1)]
    policy = {
        "strategies": names, "facts": [{"name": INPUT["name"], "of": "balance", "is_number": True}],
        "columns": columns.to_json(), "highest": 1.0, "learned": [True] * len(names), "acts": [True] * len(names),
        "lines": [{"direct": told, "pays": told, "severity": certain}], "shares": [1.0], "root": [[0.0]] * len(told),
    }  # fmt: skip
    text = json.dumps({"policy": policy, "inputs": [INPUT]}, sort_keys=True)
    held = {"limits": limits_of(Limits(strategies)), "may_challenge": ALLOWED, **card}
    return {
        "kind": "value", "status": status, "artifact": text, "sha256": sha256_of(text), "card": held, "batches": list(batches), "run": None,
    }  # fmt: skip
