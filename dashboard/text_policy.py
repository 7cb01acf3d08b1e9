"""Sentences about what to do next: suggestions, the learned policy's worth, what the limits are worth, who may decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.records import Policy, StrategyEvent, StrategyRun
from core.strategies.catalogue import NO_ACTION
from core.workflows.held_against import THEN, THRESHOLDS
from core.workflows.policies import may_challenge
from core.workflows.policy_arms import WON
from dashboard import format as show
from dashboard.components.badges import Tone
from dashboard.text_effects import NOT_YET, OUTCOME, between, gain, is_told, size

if TYPE_CHECKING:
    from dashboard.pages.strategies.seen import Seen

REASON_LABEL = "Why? It stands in the log with your name"
SUGGESTIONS_NOTE = "From the effects by group: each names the loans, the money a loan with its interval, and n; what more room is worth is only expected. Accepting one logs it; nothing changes by itself."
VALUE_SUBTITLE = (
    "Mean gain a loan on loans it did not learn from, with its 95 % interval (doubly robust, cross-fitted); what a policy promises of "
    "itself is never shown"
)
AGAINST = {
    "champion": "the rule in use",
    "reference": "the reference for all",
    "history": "what officers did",
    "as it was": "what officers did",
}
FACTS = (
    ("status", "State"),
    ("may", "May it be tried?"),
    ("shares", "What it would do"),
    ("carries", "What carries it"),
    ("prices", "What the limits are worth"),
    ("test", "Then"),
)
LONGEST = 70


def suggestions_title(run: StrategyRun | None, told: Sequence[Mapping[str, Any]]) -> str:
    """How many suggestions there are."""
    if run is None:
        return f"What to do differently: {NOT_YET}"
    return (
        f"{show.count(len(told), 'suggestions')}"
        if told
        else "Nothing to suggest: no group carries the evidence for a change"
    )


def strength_words(suggestion: Mapping[str, Any]) -> str:
    """How strong the evidence is."""
    strength = str(suggestion.get("strength") or "").strip()
    return (
        strength
        if not strength or suggestion.get("kind") == "room" or "evidence" in strength
        else f"{strength} evidence"
    )


def strength_tone(suggestion: Mapping[str, Any]) -> Tone:
    """Its colour: accent where the evidence is strong."""
    return "accent" if str(suggestion.get("strength")) in ("strong", "randomised") else "neutral"


def standing(run: StrategyRun | None, events: Sequence[StrategyEvent]) -> dict[int, str]:
    """What was last said of each suggestion of the run, by its place from 1."""
    said: dict[int, str] = {}
    if run is None:
        return said
    subjects = {
        f"suggestion {place} of run {run.id}": place
        for place in range(1, len(run.content.get("suggestions") or ()) + 1)
    }
    for each in events:
        place = subjects.get(each.subject)
        if place is not None:
            word = "Accepted" if each.what == "accepted" else "Put off"
            said.setdefault(
                place, f"{word} by {each.who or 'nobody named'} on {show.day(each.at[:10])}: {each.because}"
            )
    return said


def short(words: str) -> str:
    """A suggestion short enough for a list."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} ..."


def value_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The learned policy's gains that are told, net value first: against, value, ci_low, ci_high, n, outcome, words."""
    rows = [
        dict(each)
        for each in content.get("evaluation") or ()
        if each.get("policy", "value") == "value" and is_told(each.get("value")) and is_told(each.get("ci_low"))
    ]
    money = [each for each in rows if each["outcome"] == "net_value"]
    return [each | {"words": against_words(each)} for each in money or rows]


def against_words(row: Mapping[str, Any]) -> str:
    """What a policy is held against."""
    whom = row.get("whom") or AGAINST.get(str(row["against"]), str(row["against"]))
    return f"{whom} ({THEN})" if (row["against"], whom) == ("champion", THRESHOLDS) else str(whom)


def value_title(content: Mapping[str, Any], currency: str) -> str:
    """Whether it is worth more than the rule in use."""
    rows = value_rows(content)
    first = next((row for row in rows if row["against"] == "champion"), rows[0] if rows else None)
    if first is None:
        return "What the learned policy is worth"
    signed = gain(first["value"], first["outcome"], currency)
    interval = between(first["ci_low"], first["ci_high"], first["outcome"])
    if first["ci_low"] > 0:
        return f"It would bring {size(first['value'], first['outcome'], currency)} a loan more than {first['words']} ({interval})"
    if first["ci_high"] < 0:
        return f"It would bring less than {first['words']}: {signed} a loan ({interval})"
    return f"No gain found against {first['words']}: {signed} a loan ({interval})"


def no_value(run: StrategyRun | None) -> str:
    """Why there is no value."""
    if run is None:
        return NOT_YET
    policy = run.content.get("policy") or {}
    return f"{show.UNDEFINED}, because no policy was learned{_refused(policy)}."


def _refused(policy: Mapping[str, Any]) -> str:
    """ ": " and why none was learned; core says "No policy was learned" first, for those who read it alone."""
    why = str(policy.get("refused") or "").removeprefix("No policy was learned").removeprefix(": ")
    return f": {why}" if why else ""


def value_summary(rows: Sequence[Mapping[str, Any]], currency: str) -> str:
    """The forest in words."""
    told = [
        f"against {row['words']} {gain(row['value'], row['outcome'], currency)} ({between(row['ci_low'], row['ci_high'], row['outcome'])}), "
        f"n {show.number(row['n'])}"
        for row in rows
    ]
    return f"Gain a loan {'; '.join(told)}."


def value_table(rows: Sequence[Mapping[str, Any]], currency: str) -> list[list[str]]:
    """The forest as a table."""
    return [["Against", "Outcome", "Gain a loan", "Standard error", "95 % interval", "n"]] + [
        [row["words"], OUTCOME.get(row["outcome"], row["outcome"]), gain(row["value"], row["outcome"], currency),
         size(row.get("se"), row["outcome"]), between(row["ci_low"], row["ci_high"], row["outcome"]), show.number(row["n"])]
        for row in rows
    ]  # fmt: skip


def to_be_tried(seen: Seen) -> Policy | None:
    """The newest challenger, where its evidence against what proposes now is enough for a trial."""
    waiting = next((each for each in seen.policies if each.status == "challenger"), None)
    return waiting if waiting is not None and may_challenge(waiting, seen.run, seen.in_use)[0] else None


def may_crown(seen: Seen) -> Policy | None:
    """The policy a person may put to work: the newest challenger, where its evidence against what proposes now allows it and it won its
    trial."""
    waiting = to_be_tried(seen)
    if waiting is None:
        return None
    return waiting if waiting.id in {each.figures.get("policy") for each in seen.events if each.what == WON} else None


def policy_title(seen: Seen) -> str:
    """Which rule proposes now."""
    return f"Policy {seen.in_use.id} proposes" if seen.in_use else "The thresholds propose"


def policy_facts(
    seen: Seen, shares: Mapping[str, Any] | None = None, prices: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """State, whether it may be tried and why, what it would do, and what the limits are worth.

    Args:
        shares: by strategy, of today's loans, where the policy's card does not tell. prices: likewise.
    """
    policy = seen.content.get("policy") or {}
    if seen.run is None:
        return {"status": NOT_YET}
    if policy.get("refused") or not policy:
        return {
            "status": f"No policy was learned{_refused(policy) or ': nothing to learn from'}",
            "may": "no",
            "test": TEST_FIRST,
        }
    card = policy.get("card") or {}
    kept = next((each for each in seen.policies if each.id == policy.get("id")), None)
    allowed, why = may_challenge(kept, seen.run, seen.in_use) if kept else (False, "it is not kept")
    return {
        "status": f"Policy {policy.get('id', 'not numbered')}: {policy.get('status', 'not recorded')}",
        "may": f"{'yes' if allowed else 'no'}: {why}",
        "shares": _shares(card.get("shares") or shares or {}), "prices": prices_words(card.get("prices") or prices, seen.currency),
        "carries": carries(card, seen.currency), "test": TEST_FIRST,
    }  # fmt: skip


def carries(card: Mapping[str, Any], currency: str) -> str:
    """Which strategies the evidence lets it give, and what the whole stands on; in words."""
    told, reference = [], card.get("reference") or "the first strategy"
    for each in card.get("strategies") or ():
        evidence = each.get("evidence") or {}
        if not evidence.get("n"):
            continue
        within = show.money(1.96 * evidence["error"], currency)
        of = f"{show.money(evidence['gain'], currency)} +/- {within} a loan more than {reference} is promised on {show.count(evidence['n'], 'loans')}"
        told.append(f"{each['strategy']}: {of}{'' if each.get('acts') else ', and it is not given'}")
    standing = card.get("standing")
    if not told or not standing:
        return "; ".join(told) or "not recorded"
    promised, everybody = (show.number(standing[name], 1) for name in ("promised", "for_everybody"))
    errors = f"in all it promises {promised} standard errors, and what the strategies did for everybody is {everybody} of its own"
    if standing["together"] < standing["asked"]:
        errors += f": together too little, so all stay on {reference}"
    return f"{'; '.join(told)}. {errors[:1].upper()}{errors[1:]}"


TEST_FIRST = "A trial proves it: proposals to one arm by the policy, to the other by the rule in use. Legal waits for a person under any policy."


def _shares(shares: Mapping[str, Any]) -> str:
    told = [
        f"{name} {show.percent(value, 0)}"
        for name, value in shares.items()
        if is_told(value) and (value or name != NO_ACTION)
    ]
    return f"{', '.join(told)} of the loans" if told else "not recorded"


def prices_words(prices: Mapping[str, Any] | None, currency: str) -> str:
    """What one more place, hour or unit of budget would bring, in words."""
    if prices is None:
        return "not recorded"
    told = []
    for name, value in prices.items():
        if value == math.inf:
            told.append(f"there is no {NONE_OF_IT.get(name, f'place for {name}')} at all")
        if not is_told(value):
            continue
        if name == "hour":
            told.append(_worth("one more officer hour", value, currency))
        elif name in ("budget", "money"):
            more = show.number(value, 2)
            told.append(
                f"one more unit of budget brings {more} beyond itself"
                if value > 0
                else "more budget would bring nothing"
            )
        else:
            told.append(_worth(f"one more place for {name}", value, currency))
    return "; ".join(told) or "No limit binds: more places, hours or money would bring nothing"


NONE_OF_IT = {"hour": "officer hour", "budget": "budget", "money": "budget"}


def _worth(what: str, value: float, currency: str) -> str:
    return f"{what} is worth {show.money(value, currency)}" if value > 0 else f"{what} would bring nothing"
