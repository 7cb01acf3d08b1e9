"""Sentences about what moves a score, whether that is steady, and how the risk runs along single facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.records import Model
from dashboard import format as show
from dashboard.text_models import between
from dashboard.text_models_evidence import no_evidence
from dashboard.text_reasons import LOG_ODDS, family_words

Row = Mapping[str, Any]
STEADY_FROM = 0.85
NO_SHAPES = f"{show.UNDEFINED}, because no fact with values of its own (days past due, missed payments, promises, contacts) is read."
REASONS, SHAPES = "What moves the score", "How the risk runs"
FIELDS = {
    "dpd": "Days past due", "missed_payments": "Missed payments", "promise_kept_ratio": "Share of promises kept",
    "contact_rate": "Share of attempts that reach",
}  # fmt: skip
HEADS = FIELDS | {"promise_kept_ratio": "Promises kept", "contact_rate": "Attempts that reach"}
"""The same over a small drawing, where a phone leaves room for two words."""


def no_reasons(model: Model | None) -> str:
    """Why there is no importance to draw."""
    if model is not None and model.card.get("verdict") == "no usable signal":
        return f"{show.UNDEFINED}, because no usable signal was found: there is no model whose reasons could be told."
    return no_evidence(model)


def reasons_title(told: Row) -> str:
    """What moves it most, and whether a refit would name the same."""
    first = "; ".join(family_words(each["family"]) for each in told["families"][: told["top"]])
    return f"What moves the score most: {first}{_steadiness(told)}"


def _steadiness(told: Row) -> str:
    if told["overlap"] is None:
        return ""
    steady = (
        "steady"
        if told["overlap_ci"][0] >= STEADY_FROM
        else "not steady"
        if told["overlap_ci"][1] < STEADY_FROM
        else "roughly steady"
    )
    return f" ({steady} over refits)"


def reasons_subtitle(told: Row) -> str:
    """What is drawn, and the stability in figures."""
    said = f"Mean size of each family's contribution on {show.count(told['n'], 'loans')}, 95 % interval over {told['refits']} refits to redrawn borrowers. {LOG_ODDS}"
    if told["overlap"] is None:
        return f"{said} Only {show.count(len(told['families']), 'families')}: any three of them are the first three."
    return (
        f"{said} Of a loan's three strongest families a refit names {show.percent(told['overlap'], 0)} again "
        f"({show.percent(told['overlap_ci'][0], 0)} to {show.percent(told['overlap_ci'][1], 0)}; {show.percent(STEADY_FROM, 0)} is asked for)."
    )


def reasons_summary(told: Row) -> str:
    """The bars in words."""
    said = [f"{family_words(each['family'])} {show.number(each['size'], 2)}" for each in told["families"]]
    return f"Mean size in log-odds: {', '.join(said)}."


def reasons_rows(told: Row) -> list[list[str]]:
    """A row a family."""
    head = ["Family", "Mean size", "95 % interval", "Rank", "Ranks in refits", "Among the first three"]
    return [head] + [
        [
            family_words(each["family"]), show.number(each["size"], 3), between([each["low"], each["high"]]), str(each["rank"]),
            f"{min(each['ranks'])} to {max(each['ranks'])}", show.percent(each["top_share"], 0),
        ]
        for each in told["families"]
    ]  # fmt: skip


def shapes_title(told: Row) -> str:
    """How far the risk runs along the fact that moves it most."""
    widest = max(told["shape"], key=lambda shape: _spread(shape["points"]))
    first, last = widest["points"][0], widest["points"][-1]
    name = FIELDS[widest["field"]]
    return f"{name}: mean risk {show.percent(first['risk'], 0)} at {_value(first)}, {show.percent(last['risk'], 0)} at {_value(last)}"


def _spread(points: list[Row]) -> float:
    risks = [point["risk"] for point in points]
    return float(max(risks) - min(risks))


def _value(point: Row) -> str:
    return show.number(point["value"], 0 if point["value"] >= 1 or point["value"] == 0 else 1)


def shapes_subtitle() -> str:
    """What is drawn, and what it is not."""
    return (
        "Mean risk of the same loans, were all of them at that value and everything else as it is; band: 95 % over refits. "
        "The shape of the score, not the effect of changing the fact. Values fewer than 30 loans are near are left out."
    )


def shapes_summary(told: Row) -> str:
    """The lines in words."""
    said = []
    for shape in told["shape"]:
        points = ", ".join(f"{show.percent(point['risk'], 0)} at {_value(point)}" for point in shape["points"])
        said.append(f"{FIELDS[shape['field']]}: {points}.")
    return " ".join(said)


def shapes_rows(told: Row) -> list[list[str]]:
    """A row a point."""
    return [["Fact", "Value", "Mean risk", "95 % interval", "Loans near it"]] + [
        [FIELDS[shape["field"]], _value(point), show.percent(point["risk"]),
         f"{show.percent(point['low'])} to {show.percent(point['high'])}", show.number(point["n"])]
        for shape in told["shape"] for point in shape["points"]
    ]  # fmt: skip
