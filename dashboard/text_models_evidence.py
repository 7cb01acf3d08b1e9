"""Sentences about a model's evidence: how well it tells outcomes apart, whether its probabilities hold, what it gathers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from core.records import Model
from dashboard import format as show
from dashboard.text_models import auc_words, between, figure, is_number

Row = Mapping[str, Any]
UNSEEN = "asked about loans of borrowers it did not learn from"
LEVEL = "95 % interval"


def no_evidence(model: Model | None) -> str:
    """Why a chart of evidence stands empty."""
    if model is None:
        return f"{show.UNDEFINED}, because nothing was trained on this book yet."
    if model.card.get("verdict") == "too little history":
        return f"{show.UNDEFINED}, because there was too little history to learn from."
    return f"{show.UNDEFINED}, because model {model.id} was trained before this was kept. Train again to see it."


def roc_title(card: Row) -> str:
    """Whether and how well outcomes are told apart."""
    if not is_number(card.get("auc")):
        return "How well the outcomes are told apart"
    if card["auc_ci"][0] <= 0.5:
        return f"No better than chance can explain: {auc_words(card)}"
    return f"It tells the outcomes apart: {auc_words(card)}"


def roc_subtitle(evidence: Row) -> str:
    """What is drawn."""
    return (
        f"Share of the not recovered found against share of the recovered flagged with them, as the bar is lowered; {UNSEEN}. "
        f"{_n(evidence)}."
    )


def roc_summary(card: Row, evidence: Row) -> str:
    """The curve in words."""
    ks = evidence["roc"]["ks"]
    return (
        f"{auc_words(card)}: of two loans, one recovered and one not, it holds the right one riskier {show.number(100 * card['auc'], 0)} times in "
        f"100, where guessing does 50 times. Gini {figure(2 * card['auc'] - 1)}. The largest gap between the curve and chance is "
        f"{figure(ks['value'])} ({between(ks['ci'])}): there {show.percent(ks['at'][1])} of the not recovered loans and "
        f"{show.percent(ks['at'][0])} of the recovered ones are flagged. {_n(evidence)}."
    )


def roc_rows(card: Row, evidence: Row) -> list[list[str]]:
    """The figures of discrimination, then the curve at every tenth."""
    n, ks = show.number(evidence["n"]), evidence["roc"]["ks"]
    ends = card.get("auc_ci") or [float("nan")] * 2
    gini = [2 * end - 1 for end in ends]
    rows = [["Figure", "Value", LEVEL, "n"], ["AUC", figure(card.get("auc")), between(ends), n]]
    rows.append(["Gini (2 AUC - 1)", figure(2 * card["auc"] - 1), between(gini), n])
    rows.append(["KS", figure(ks["value"]), between(ks["ci"]), n])
    if card.get("out_of_time"):
        later = card["out_of_time"]
        rows.append(
            [
                f"AUC from {show.day(later['first_day'])} on",
                figure(later["auc"]),
                between(later["auc_ci"]),
                show.number(later["n"]),
            ]
        )
    return rows


def calibration_title(calibration: Row) -> str:
    """Whether the gaps are more than chance makes."""
    gap, chance = calibration["ece"], calibration["ece_of_chance"]
    within = gap <= chance["high"]
    judged = "no more than chance makes" if within else "more than chance makes"
    return f"Promised and observed differ by {show.points(gap).lstrip('+')} on average: {judged}"


def calibration_subtitle(calibration: Row) -> str:
    """What is drawn and how much chance makes of it."""
    chance = calibration["ece_of_chance"]
    return (
        f"Loans in tenths by probability of non-recovery, promised and observed, with Wilson's {LEVEL}. A perfectly calibrated "
        f"score would show {show.points(chance['mean']).lstrip('+')} on average and up to {show.points(chance['high']).lstrip('+')} in 19 of 20 "
        f"books of n = {show.count(calibration['n'], 'loans')}."
    )


def calibration_summary(calibration: Row) -> str:
    """The dots in words."""
    outside = [each for each in calibration["bins"] if not each["low"] <= each["predicted"] <= each["high"]]
    slope = (
        f" The calibration slope is {figure(calibration['slope'])} ({between(calibration['slope_ci'])}); 1 is right."
    )
    return (
        f"{calibration_title(calibration)}. In {show.number(len(calibration['bins']) - len(outside))} of "
        f"{show.number(len(calibration['bins']))} tenths the interval of what was observed holds what was promised.{slope}"
    )


def calibration_rows(calibration: Row) -> list[list[str]]:
    """A row a bin, then the calibration error and slope."""
    rows = [["Tenth", "Promised", "Observed", LEVEL, "n", "Not recovered"]]
    for place, each in enumerate(calibration["bins"], start=1):
        rows.append([str(place), show.percent(each["predicted"]), show.percent(each["observed"]), _shares(each["low"], each["high"]),
                     show.number(each["n"]), show.number(each["events"])])  # fmt: skip
    chance, n = calibration["ece_of_chance"], show.number(calibration["n"])
    rows.append(
        [
            "Calibration error",
            "",
            show.percent(calibration["ece"]),
            f"chance alone: up to {show.percent(chance['high'])}",
            n,
            "",
        ]
    )
    rows.append(["Calibration slope", "1", figure(calibration["slope"]), between(calibration["slope_ci"]), n, ""])
    return rows


def lift_title(deciles: Sequence[Row]) -> str:
    """How much worse the riskiest tenth is."""
    first = deciles[0]
    if first["lift_ci"][0] <= 1:
        return "The riskiest tenth is not clearly worse than all loans"
    return f"The riskiest tenth is not recovered {show.number(first['lift'], 1)} times as often as all loans"


def lift_subtitle(evidence: Row) -> str:
    """What is drawn."""
    return (
        f"Share not recovered in tenths of the loans by score, riskiest first, with Wilson's {LEVEL}. {_n(evidence)}."
    )


def lift_summary(deciles: Sequence[Row]) -> str:
    """The bars in words, and how often their order is broken."""
    first, last = deciles[0], deciles[-1]
    broken = sum(later["share"] > earlier["share"] for earlier, later in pairwise(deciles))
    order = (
        "falls from each tenth to the next"
        if not broken
        else f"rises {show.count(broken, 'times')} from one tenth to the next"
    )
    return (
        f"Not recovered: {show.percent(first['share'])} ({_shares(first['low'], first['high'])}) of the riskiest tenth, "
        f"{show.percent(last['share'])} ({_shares(last['low'], last['high'])}) of the safest. The share {order}."
    )


def lift_rows(deciles: Sequence[Row]) -> list[list[str]]:
    """A row a tenth."""
    rows = [["Tenth", "Not recovered", LEVEL, "Lift", f"Lift, {LEVEL}", "n", "Events"]]
    for place, each in enumerate(deciles, start=1):
        rows.append([str(place), show.percent(each["share"]), _shares(each["low"], each["high"]), figure(each["lift"], 2),
                     between(each["lift_ci"], 2), show.number(each["n"]), show.number(each["events"])])  # fmt: skip
    return rows


def gains_title(deciles: Sequence[Row]) -> str:
    """What the riskiest fifth holds."""
    fifth = deciles[1]
    return (
        f"The riskiest {show.percent(fifth['loans_share'], 0)} of the loans hold {show.percent(fifth['captured'], 0)} "
        f"of the not recovered ones"
    )


def gains_subtitle(evidence: Row) -> str:
    """What is drawn."""
    return f"Share of all not recovered loans among the riskiest, as more are taken, with Wilson's {LEVEL}. {_n(evidence)}."


def gains_rows(deciles: Sequence[Row]) -> list[list[str]]:
    """A row a tenth."""
    rows = [["Riskiest loans", "Of the not recovered", LEVEL, "n"]]
    taken = 0
    for each in deciles:
        taken += each["n"]
        rows.append(
            [
                show.percent(each["loans_share"], 0),
                show.percent(each["captured"]),
                _shares(*each["captured_ci"]),
                show.number(taken),
            ]
        )
    return rows


def _n(evidence: Row) -> str:
    return f"n = {show.count(evidence['n'], 'loans')}, {show.number(evidence['events'])} not recovered"


def _shares(low: float, high: float) -> str:
    return f"{show.percent(low)} to {show.percent(high)}"
