"""A simulation in the address: which rule within which limits. The form writes it, the page and the download read it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from flask import Response

from core.selection import MOST_FIELDS
from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.simulate import Rule
from core.strategies.thresholds import CHAMPION_V0
from core.workflows.simulate import Simulable, limits_json, read_simulable
from dashboard.services import Services
from dashboard.state import page_key

RULE = "rule"
RULES: tuple[tuple[str, str], ...] = (("value", "By value"), ("thresholds", "By risk thresholds"))


@dataclass(frozen=True, slots=True)
class Slider:
    """One slider: its key in the address, its words, its unit (share, risk, money, hours) and its strategy, if any.

    At the right end of a share, of hours and of budget there is no limit.
    """

    key: str
    words: str
    unit: str
    strategy: str = ""


SLIDERS: tuple[Slider, ...] = (
    Slider("share_settlement", "Places for Settlement", "share", "Settlement"),
    Slider("share_legal", "Places for Legal", "share", "Legal"),
    Slider("hours", "Officer hours", "hours"),
    Slider("budget", "Budget", "money"),
    *(Slider(f"cost_{each.name.lower()}", f"{each.name} costs", "money", each.name) for each in CATALOGUE),
    Slider("edge_1", "Settlement from a risk of", "risk"),
    Slider("edge_2", "Legal from a risk of", "risk"),
)
STEPS = 200


def bounds_of(on: Simulable) -> dict[str, dict[str, Any]]:
    """Of each slider where it ends, its step, where it stands today, and its unit; left at its end where there is no limit today."""
    limits, loans = on.limits, len(on.work.balance)
    hours = math.ceil(loans * max(each.hours for each in limits.strategies)) or 1
    cost = loans * max(each.cost for each in limits.strategies) or 1.0
    told: dict[str, dict[str, Any]] = {}
    for each in SLIDERS:
        if each.strategy and each.strategy not in on.names:
            continue
        if each.unit == "risk":
            edge = CHAMPION_V0.edges[int(each.key[-1]) - 1]
            told[each.key] = {"max": 1.0, "step": 0.01, "today": edge, "unit": "risk"}
        elif each.unit == "share":
            strategy = limits.strategy(each.strategy)
            share = strategy.capacity_share
            if strategy.capacity_count is not None:
                share = min(1.0 if share is None else share, strategy.capacity_count / max(loans, 1))
            told[each.key] = {
                "max": 100,
                "step": 0.5,
                "today": 100 if share is None else round(100 * share * 2) / 2,
                "unit": "share",
            }
        elif each.key.startswith("cost_"):
            today = limits.strategy(each.strategy).cost
            step = _step(max(4 * today, 10.0))
            while step > 0.01 and abs(today / step - round(today / step)) > 1e-6:
                step = _step(step * STEPS * 0.3)  # the next round step below
            end = step * math.ceil(max(4 * today, 10.0) / step)
            told[each.key] = {"max": round(end, 6), "step": step, "today": round(today, 6), "unit": "money"}
        else:
            most, today = (hours, limits.officer_hours) if each.key == "hours" else (cost, limits.budget)
            step = _step(most)
            end = step * STEPS
            told[each.key] = {
                "max": end,
                "step": step,
                "today": end if today is None else min(end, round(today / step) * step),
                "unit": each.unit,
            }
    return told


def asked_for(search: str | None, on: Simulable) -> tuple[Rule, Limits]:
    """The rule and the limits an address asks for; what it does not say, or says wrongly, is as today."""
    query = parse_qs((search or "").lstrip("?"), max_num_fields=MOST_FIELDS)
    bounds = bounds_of(on)
    said = {key: _value(query.get(key, [""])[-1], each) for key, each in bounds.items()}
    strategies = []
    for each in on.limits.strategies:
        made, low = each, each.name.lower()
        cost, share = said.get(f"cost_{low}"), said.get(f"share_{low}")
        made = made if cost is None else replace(made, cost=cost)
        if share is not None:
            made = replace(made, capacity_count=None, capacity_share=None if share >= 100 else share / 100)
        strategies.append(made)
    hours, budget = (
        stated if said[key] is None else None if said[key] >= bounds[key]["max"] else said[key]
        for key, stated in (("hours", on.limits.officer_hours), ("budget", on.limits.budget))
    )
    kind = page_key(search, RULE, [name for name, _ in RULES], RULES[0][0])
    edges = [said[key] if said[key] is not None else bounds[key]["today"] for key in ("edge_1", "edge_2")]
    rising = tuple(sorted(edges))[: len(on.names) - 1]
    return Rule("thresholds" if kind == "thresholds" else "value", rising), Limits(tuple(strategies), hours, budget)


def limits_file(services: Services, query: str) -> Response:
    """The limits of a simulation as the command line reads them.

    Raises:
        TooLittleData: there is nothing to simulate on.
    """
    _, limits = asked_for(query, read_simulable(services.reader()))
    text = json.dumps(limits_json(limits), indent=2, allow_nan=False) + "\n"
    headers = {"Content-Disposition": 'attachment; filename="limits.json"', "Cache-Control": "no-store"}
    return Response(text, mimetype="application/json", headers=headers)


def _value(text: str, bound: Mapping[str, Any]) -> float | None:
    """A number within the bounds; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return min(max(value, 0.0), float(bound["max"])) if math.isfinite(value) else None


def _step(most: float) -> float:
    """A round step of which STEPS reach `most`: 1, 2 or 5 times a power of ten.

    >>> _step(2600.0), _step(80.0)
    (20.0, 0.5)
    """
    wanted = most / STEPS
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(float(f"{times * power:.12g}") for times in (1, 2, 5, 10) if times * power >= wanted * 0.999999)
