"""Sentences about effects by group: for whom a strategy works, and where that cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.records import StrategyRun
from dashboard import format as show
from dashboard.text_effects import NOT_YET, OUTCOME, because, between, direction, gain, share_of, verdict_words

Row = Mapping[str, Any]
NAMES = {"bucket": "arrears", "band": "risk band", "employment_type": "employment"}


def grouping(name: str) -> str:
    """What a grouping is called."""
    return NAMES.get(name, name.replace("_", " "))


def no_groups(run: StrategyRun | None) -> str:
    """Why nothing is told by group."""
    return NOT_YET if run is None else f"{show.UNDEFINED}, because no group holds enough loans under two strategies."


def groups_title(rows: Sequence[Row], currency: str) -> str:
    """The clearest finding: where a strategy works, or where it harms."""
    worse = [row for row in rows if direction(row) == "less"]
    better = [row for row in rows if direction(row) == "more"]
    if worse:
        row = min(worse, key=lambda each: float(each["adjusted"]))
        return f"{row['strategy']} brings less with {row['group']}: {gain(row['adjusted'], row['outcome'], currency)} {_unit(row)}"
    if better:
        row = max(better, key=lambda each: float(each["adjusted"]))
        return f"{row['strategy']} brings most with {row['group']}: {gain(row['adjusted'], row['outcome'], currency)} {_unit(row)}"
    told = [row for row in rows if direction(row) != "unknown"]
    return "No effect was found in any group" if told else "No group can be compared from this history"


def groups_subtitle(by: str, outcome: str, content: Mapping[str, Any], left: int) -> str:
    """What is drawn, and what was left out of the drawing."""
    more = f"; {show.count(left, 'rows')} of small groups are in the table only" if left else ""
    return (
        f"Difference to {content['reference']} in {OUTCOME[outcome]} by {grouping(by)}: filled, drawn towards the mean of all groups by as much "
        f"as chance would set them apart, with its 95 % interval; hollow, what the group alone says{more}"
    )


def group_line(row: Row, currency: str) -> str:
    """A row in words."""
    if direction(row) == "unknown":
        return f"{row['strategy']} with {row['group']}: {show.UNDEFINED}, because {because(row)}"
    interval = between(row["ci_low"], row["ci_high"], row["outcome"])
    return f"{row['strategy']} with {row['group']}: {gain(row['adjusted'], row['outcome'], currency)} ({interval}), n {show.number(row['n'])}"


def group_rows(rows: Sequence[Row], currency: str) -> list[list[str]]:
    """The forest as a table, with why a number is not told."""
    heads = ["Group", "Strategy", "Alone", "Shrunk", "95 % interval", "n", "n of the reference", "Verdict"]
    return [heads] + [
        [row["group"], row["strategy"], gain(row.get("raw"), row["outcome"], currency), gain(row.get("adjusted"), row["outcome"], currency),
         between(row.get("ci_low"), row.get("ci_high"), row["outcome"]) or show.UNDEFINED, show.number(row["n"]),
         show.number(row["n_reference"]), verdict_words(row).replace("\n", ": ")]
        for row in rows
    ]  # fmt: skip


def _unit(row: Row) -> str:
    return share_of(row["outcome"])
