"""Sentences about overlap: how alike the compared loans are, and how much the weights rest on few of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.text_effects import Effect, is_told

LEAST_ESS, LEAST_ESS_SHARE, LIMIT, CHANCE_LEAVES = 50, 0.30, 0.1, 1.2
"""As `core.strategies.effects.verdict` has them, which no page may import; a test holds them equal."""
MOST_FACTS = 14
SUMMARY = "Are the compared loans alike?"
TABLE_TITLE = "How many loans the comparison really rests on"
TABLE_SUBTITLE = (
    "Loans are weighted so that each strategy's look like all of them. The effective n is how many unweighted loans would tell as much; "
    f"under {LEAST_ESS}, or under {show.percent(LEAST_ESS_SHARE, 0)} of the strategy's loans, nothing is compared."
)
HEADS = ("Strategy", "n", "Effective n", "Largest weight", "Next to no chance", "Most apart, before to after")
BALANCE_SUBTITLE = (
    "Standardised difference of each fact between a strategy's loans and the reference's: hollow before, filled after weighting; right of "
    "the dashed line (0.1) only what chance leaves is let pass, more where few loans count"
)
NO_BALANCE = f"{show.UNDEFINED}, because no fact was adjusted for."


def overlap_rows(effects: Sequence[Effect]) -> list[list[str]]:
    """A row a strategy, of the first outcome it was measured on."""
    first: dict[str, Effect] = {}
    for each in effects:
        first.setdefault(each["strategy"], each)
    return [
        [name, show.number(each["n"]), _number(each.get("ess")), _number(each.get("max_weight"), 1), _share(each.get("near_zero_share")),
         f"{_number(each.get('max_smd_before'), 2)} to {_number(each.get('max_smd'), 2)}"]
        for name, each in first.items()
    ]  # fmt: skip


def summary(effects: Sequence[Effect]) -> str:
    """The words on the closed disclosure: alike, not, or but for what chance leaves among the few loans that count."""
    known = [each for each in effects if is_told(each.get("max_smd")) and each["max_smd"] > LIMIT]
    apart = sorted({each["strategy"] for each in known if each["max_smd"] > _let_pass(each)})
    nearly = sorted({each["strategy"] for each in known} - set(apart))
    if not any(is_told(each.get("max_smd")) for each in effects):
        return SUMMARY
    if nearly and not apart:
        return f"{SUMMARY} Those under {' and '.join(nearly)} but for what chance leaves: effective numbers, weights, differences"
    if apart:
        return f"{SUMMARY} Not those under {' and '.join(apart)}: effective numbers, weights, differences"
    return f"{SUMMARY} Yes, after weighting: effective numbers, weights, differences"


def _let_pass(effect: Effect) -> float:
    """Up to which difference the loans of a comparison count as alike; none that was refused lets more than LIMIT pass."""
    if effect["verdict"] == "not comparable" or not is_told(effect.get("ess")):
        return LIMIT
    return LIMIT + CHANCE_LEAVES / math.sqrt(max(effect["ess"], 1.0))


def ordered(balance: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The facts that differed most before, the largest first, at most MOST_FACTS of them."""
    known = [row for row in balance if is_told(row.get("before")) and is_told(row.get("after"))]
    largest: dict[str, float] = {}
    for row in known:
        largest[row["fact"]] = max(largest.get(row["fact"], 0.0), abs(row["before"]), abs(row["after"]))
    names = sorted(largest, key=lambda name: -largest[name])[:MOST_FACTS]
    return [row for name in names for row in known if row["fact"] == name]


def balance_title(balance: Sequence[Mapping[str, Any]]) -> str:
    """How far apart they were, and are."""
    before, after = (max(balance, key=lambda row: abs(row[part])) for part in ("before", "after"))
    return (
        f"Most apart before: {before['fact']} ({show.number(abs(before['before']), 2)}); after: {after['fact']} "
        f"({show.number(abs(after['after']), 2)})"
    )


def balance_rows(balance: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The plot as a table."""
    return [["Fact", "Strategy", "Before", "After"]] + [
        [row["fact"], row["strategy"], show.number(row["before"], 3), show.number(row["after"], 3)] for row in balance
    ]


def _number(value: Any, decimals: int = 0) -> str:
    return show.number(value, decimals) if is_told(value) else show.UNDEFINED


def _share(value: Any) -> str:
    return show.percent(value) if is_told(value) else show.UNDEFINED
