"""Sentences about what strategies caused: the verdict, a row an effect, how it was come by, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.records import StrategyRun
from dashboard import format as show
from dashboard.components.table import BELOW

Effect = Mapping[str, Any]
"""One effect as core.workflows.effects stores it."""

OUTCOME = {"recovery_rate": "recovery rate", "net_value": "net value", "recovered_share": "share recovered"}
HEADS = ("Strategy", "As it happened", "Caused", "95 % interval", "If a fact is missing", "n", "Verdict")
NOT_YET = f"{show.UNDEFINED}, because nothing was measured yet."
ONE_ONLY = "Only one strategy was used on the loans whose outcome is known: there is nothing to compare it with."
HOW = {
    "randomised": "by chance: a trial gave the loans their strategies",
    "adjusted": "adjusted for what was known when the strategy began",
    "not comparable": "not comparable from this history",
}  # fmt: skip
NO_FILTERS = "Measured on the whole book: the filters of the page change nothing here."


def is_told(value: Any) -> bool:
    """Whether a number was found at all."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def because(effect: Effect, otherwise: str = "too few loans are alike") -> str:
    """Why an effect cannot be told, ready to stand within a sentence."""
    return str(effect.get("why") or otherwise).strip().rstrip(".")


def main_outcome(effects: Sequence[Effect]) -> str:
    """The outcome the page speaks of first: net value where any of it can be told, else the other one; "" without effects."""
    told = {each["outcome"] for each in effects if direction(each) != "unknown"}
    return next((name for name in ("net_value", *OUTCOME) if name in told), effects[0]["outcome"] if effects else "")


def is_money(outcome: str) -> bool:
    """Whether an outcome is an amount a loan; else it is a share of the balance, or of the loans."""
    return outcome == "net_value"


def gain(value: Any, outcome: str, currency: str = "") -> str:
    """A difference: "+5.9 pts", or an amount a loan with its sign; "n/a" where it was refused."""
    if not is_told(value):
        return show.UNDEFINED
    if not is_money(outcome):
        return show.points(value)
    return f"{currency} {show.signed(show.money(value))}".strip()


def share_of(outcome: str) -> str:
    """Of what an outcome is told: "a loan" for amounts, else what its points are points of."""
    return "a loan" if is_money(outcome) else "of the loans" if outcome == "recovered_share" else "of the balance"


def size(value: Any, outcome: str, currency: str = "") -> str:
    """How large a difference is, without its sign."""
    if not is_told(value):
        return show.UNDEFINED
    return show.money(abs(value), currency) if is_money(outcome) else show.points(abs(value)).removeprefix("+")


def level(value: Any, outcome: str, currency: str = "") -> str:
    """A mean: "46.0 %", or an amount a loan."""
    if not is_told(value):
        return show.UNDEFINED
    return show.money(value, currency) if is_money(outcome) else show.percent(value)


def between(low: Any, high: Any, outcome: str) -> str:
    """An interval of differences; "" where there is none."""
    return f"{gain(low, outcome)} to {gain(high, outcome)}" if is_told(low) and is_told(high) else ""


def direction(effect: Effect) -> str:
    """more, less, none (the interval holds 0) or unknown (refused)."""
    low, high = effect.get("ci_low"), effect.get("ci_high")
    if effect.get("verdict") == "not comparable" or not (is_told(low) and is_told(high)):
        return "unknown"
    assert low is not None
    assert high is not None
    return "more" if low > 0 else "less" if high < 0 else "none"


def is_fragile(effect: Effect) -> bool:
    """Whether a fact that nobody recorded, as strong as the bound allows, could have made all of it."""
    low, high = effect.get("bound_low"), effect.get("bound_high")
    return direction(effect) in ("more", "less") and is_told(low) and is_told(high) and low <= 0 <= high  # type: ignore[operator]


def verdict_words(effect: Effect) -> str:
    """The verdict of a row: what it does, and how sure that is."""
    found = direction(effect)
    if found == "unknown":
        return f"Not comparable{BELOW}{because(effect)}"
    words = {"more": "Brings more", "less": "Brings less", "none": "No effect found"}[found]
    note = "from a trial" if effect["verdict"] == "randomised" else "adjusted"
    if is_fragile(effect):
        note = f"{note}; a fact nobody recorded could explain it"
    return f"{words}{BELOW}{note}"


def answer(run: StrategyRun | None, currency: str, happened: str) -> str:
    """The page's answer: what works, in one or two sentences; what happened where nothing was measured.

    Args:
        happened: what the strategies brought back, in a sentence (see text_strategies.strategies_answer).
    """
    if run is None:
        return f"{happened} What they caused was not measured yet."
    effects = run.content.get("effects") or []
    if not effects:
        return f"{ONE_ONLY} {happened}" if len(run.content.get("strategies") or ()) < 2 else happened
    last = main_outcome(effects)
    told = [
        _of_strategy(each, effects, last, currency, run.content["reference"])
        for each in effects
        if each["outcome"] == last
    ]
    n = show.count(int(run.content.get("n") or 0), "loans")
    return f"{' '.join(told)} From {n} whose outcome is known."


def _of_strategy(effect: Effect, effects: Sequence[Effect], outcome: str, currency: str, reference: str) -> str:
    name, found = effect["strategy"], direction(effect)
    if found == "unknown":
        return f"**{name} cannot be compared** with {reference}: {because(effect)}."
    much = size(effect["adjusted"], outcome, currency)
    interval = between(effect["ci_low"], effect["ci_high"], outcome)
    what = share_of(outcome)
    if found == "none":
        more = _recovers(effects, name) if is_money(outcome) else ""
        return f"**{name}: no effect found** on {OUTCOME[outcome]} ({interval}){more}."
    fragile = ", unless a fact nobody recorded explains it" if is_fragile(effect) else ""
    if is_money(outcome) and found == "less":
        return f"**{name} loses {much} {what}** against {reference} ({interval}){fragile}."
    verb, word = "earns" if is_money(outcome) else "recovers", found
    return f"**{name} {verb} {much} {what} {word}** than {reference} would ({interval}){fragile}."


def _recovers(effects: Sequence[Effect], strategy: str) -> str:
    """That it recovers more although it earns nothing more, where that is so."""
    for each in effects:
        if (each["outcome"], each["strategy"]) == ("recovery_rate", strategy) and direction(each) == "more":
            return f", although it recovers {size(each['adjusted'], 'recovery_rate')} more of the balance"
    return ""


def effect_cells(effect: Effect, currency: str) -> list[str]:
    """The cells of a row: all but the strategy's own name."""
    outcome = effect["outcome"]
    naive = between(effect.get("naive_low"), effect.get("naive_high"), outcome)
    told = direction(effect) != "unknown"
    why = "" if told else f"{BELOW}see the verdict"
    return [
        f"{gain(effect.get('naive'), outcome, currency)}{BELOW}{naive}" if naive else gain(effect.get("naive"), outcome, currency),
        gain(effect.get("adjusted"), outcome, currency) + why if told else show.UNDEFINED + why,
        between(effect.get("ci_low"), effect.get("ci_high"), outcome) if told else show.UNDEFINED,
        (between(effect.get("bound_low"), effect.get("bound_high"), outcome) or show.UNDEFINED) if told else show.UNDEFINED,
        f"{show.number(effect['n'])}{BELOW}of {show.number(effect['n'] + effect['n_reference'])}",
        verdict_words(effect),
    ]  # fmt: skip


def table_title(run: StrategyRun | None) -> str:
    """What the table holds."""
    reference = run.content.get("reference", "the reference") if run else "the reference"
    return f"What each strategy brought, and what it caused, against {reference}"


def table_subtitle(run: StrategyRun | None, currency: str) -> str:
    """The units, and what is left out."""
    if run is None:
        return NOT_YET
    content = run.content
    unit = f" Net value is in {currency} a loan." if currency else " Net value is in currency a loan."
    words = str(content.get("outcome_words") or "cash over the balance").rstrip(".")
    return (
        f"Mean difference a loan to {content['reference']}, one loan one vote. Recovery: {words}."
        f"{'' if content.get('outcome') == 'recovered_share' else unit} {NO_FILTERS}"
    )


def forest_title(effects: Sequence[Effect], reference: str) -> str:
    """The finding of the forest: which signs turned."""
    turned = [
        each["strategy"] for each in effects
        if direction(each) in ("more", "less") and is_told(each.get("naive")) and each["naive"] * each["adjusted"] < 0
    ]  # fmt: skip
    if turned:
        return f"What happened has the wrong sign for {' and '.join(turned)}"
    refused = [each["strategy"] for each in effects if direction(each) == "unknown"]
    if effects and len(refused) == len(effects):
        return "Nothing can be compared from this history"
    return f"What happened and what was caused, against {reference}"


def forest_subtitle(outcome: str, content: Mapping[str, Any]) -> str:
    """What is drawn."""
    unit = "currency a loan" if is_money(outcome) else f"points {share_of(outcome)}"
    return (
        f"Difference to {content['reference']} in {OUTCOME[outcome]}, {unit}: hollow as it happened, filled what was caused with its 95 % "
        "interval; the thin outer line is how far a fact nobody recorded could move it"
    )


def effect_line(effect: Effect, currency: str = "") -> str:
    """An effect in words, for who cannot see the chart."""
    if direction(effect) == "unknown":
        return f"{effect['strategy']} {show.UNDEFINED}, because {because(effect)}"
    outcome = effect["outcome"]
    return (
        f"{effect['strategy']} {gain(effect.get('naive'), outcome, currency)} as it happened, {gain(effect['adjusted'], outcome, currency)} "
        f"caused ({between(effect['ci_low'], effect['ci_high'], outcome)}), n {show.number(effect['n'])}"
    )


def chart_rows(effects: Sequence[Effect]) -> list[list[str]]:
    """The forest as a table."""
    heads = [
        "Strategy",
        "As it happened",
        "In risk bands",
        "Caused",
        "95 % interval",
        "With a missing fact",
        "n",
        "Effective n",
        "Verdict",
    ]
    return [heads] + [
        [each["strategy"], gain(each.get("naive"), each["outcome"]), gain(each.get("stratified"), each["outcome"]),
         gain(each.get("adjusted"), each["outcome"]), between(each.get("ci_low"), each.get("ci_high"), each["outcome"]) or show.UNDEFINED,
         between(each.get("bound_low"), each.get("bound_high"), each["outcome"]) or show.UNDEFINED, show.number(each["n"]),
         _number(each.get("ess")), verdict_words(each).replace(BELOW, ": ")]
        for each in effects
    ]  # fmt: skip


def _number(value: Any, decimals: int = 0) -> str:
    return show.number(value, decimals) if is_told(value) else show.UNDEFINED
