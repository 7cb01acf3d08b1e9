"""Sentences about trials: what is tested, how it stands, until when; and what a planned one could find."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Refused
from core.records import Policy
from core.strategies.trials.looks import inflation
from core.strategies.trials.power import Test, detectable_difference
from dashboard import format as show
from dashboard.components.badges import Tone
from dashboard.components.table import BELOW
from dashboard.text_effects import between, gain, is_told, level, size

Told = Mapping[str, Any]
"""A trial as core.workflows.trials.trials_told tells it."""
VERDICTS: dict[str, tuple[str, Tone]] = {
    "win": ("win", "good"), "lose": ("lose", "bad"), "not a win": ("not a win", "neutral"), "not yet": ("not yet", "accent"),
    "invalid": ("invalid", "bad"),
}  # fmt: skip
OUTCOMES = (("cash_over_balance", "Cash over balance, 90 days"), ("net_value", "Net value a loan, 90 days"))
ARM_HEADS = ("Arm", "Share", "Loans", "Outcome told", "Mean", "95 % interval")
NONE_YET = "No trial yet: plan one below. Only chance can tell what nobody recorded."
LOOKS = 12
MOST_NAME = 60


def is_money(told: Told) -> bool:
    """Whether the trial's outcome is an amount."""
    return bool(told["plan"].get("outcome") == "net_value")


def _outcome(told: Told) -> str:
    return "net_value" if is_money(told) else "recovery_rate"


def list_title(trials: Sequence[Told]) -> str:
    """How many trials there are."""
    return show.count(len(trials), "trials") if trials else NONE_YET


def verdict(told: Told) -> tuple[str, Tone]:
    """The verdict as a badge."""
    return VERDICTS.get(str(told.get("verdict")), (str(told.get("verdict") or "running"), "neutral"))


def choice(told: Told) -> str:
    """A trial in the list to choose from."""
    return f"{told['name']}: {verdict(told)[0]} ({told['status']})"


def standing(told: Told) -> str:
    """What is tested, on whom, and until when it runs."""
    plan = told["plan"]
    names = " against ".join(str(arm["name"]) for arm in told["arms"])
    told_until = f"; outcomes are told up to {show.day(told['told_until'])}" if told.get("told_until") else ""
    then = (
        f"; next look {show.day(told['next_look'])}, decided by {show.day(told['decided_by'])}"
        if told.get("next_look") and told.get("decided_by")
        else ""
    )
    who = (
        f"; registered by {told['who']}: {told['why']}"
        if told.get("who")
        else "; no plan was registered: its columns came with the files"
    )
    return f"{names}, {plan.get('eligible_words') or 'all loans'}; {plan.get('outcome_words') or 'outcome'}{told_until}{then}{who}."


def arm_rows(told: Told, currency: str) -> list[list[str]]:
    """A row an arm, the champion first."""
    outcome = _outcome(told)
    return [
        [f"{arm['name']}{BELOW}{arm['what']}" if arm.get("what") and arm["what"] != arm["name"] else str(arm["name"]),
         show.percent(arm["share"], 0) if is_told(arm.get("share")) else show.UNDEFINED, show.number(arm["loans"]), show.number(arm["matured"]),
         level(arm.get("mean"), outcome, currency),
         f"{level(arm['low'], outcome)} to {level(arm['high'], outcome)}" if is_told(arm.get("low")) and is_told(arm.get("high")) else show.UNDEFINED]
        for arm in told["arms"]
    ]  # fmt: skip


def look_title(told: Told, against: Mapping[str, Any], currency: str) -> str:
    """How the newest look stands."""
    newest = against.get("difference") or against.get("now")
    name = against["challenger"]
    if newest is None or not is_told(newest.get("value")):
        return f"{name}: no look yet"
    interval = between(newest.get("low"), newest.get("high"), _outcome(told)) or "too early for an interval"
    return f"{name}: {gain(newest['value'], _outcome(told), currency)} {'a loan' if is_money(told) else 'of the balance'} ({interval})"


LOOK_SUBTITLE = (
    "Difference to the champion at each look with its interval; beyond the dashed lines it is claimed (O'Brien-Fleming), the pale band holds on "
    "whatever day one looks"
)


def look_words(look: Mapping[str, Any], told: Told) -> str:
    """A look in words."""
    outcome = _outcome(told)
    loans = " and ".join(show.number(each) for each in look.get("loans") or ())
    at = f"look {look['number']}, " if look.get("number") else ""
    z = f", {show.number(look['z'], 2)} standard errors" if is_told(look.get("z")) else ""
    needs = (
        f" of {show.number(look['limit'], 2)} needed" if is_told(look.get("limit")) else "; nothing can be claimed yet"
    )
    return f"{at}{show.day(look['on'])}: {gain(look.get('value'), outcome)} ({between(look.get('low'), look.get('high'), outcome) or 'no interval'}){z}{needs}; loans {loans}"


def look_rows(looks: Sequence[Mapping[str, Any]], told: Told) -> list[list[str]]:
    """The looks as a table."""
    outcome = _outcome(told)
    rows = [["Look", "On", "Difference", "Interval", "Always-valid interval", "Standard errors", "Needed", "Loans"]]
    for look in looks:
        rows.append(
            [str(look.get("number") or "now"), show.day(look["on"]), gain(look.get("value"), outcome), between(look.get("low"), look.get("high"), outcome) or show.UNDEFINED,
             between(look.get("always_low"), look.get("always_high"), outcome) or show.UNDEFINED,
             show.number(look["z"], 2) if is_told(look.get("z")) else show.UNDEFINED, show.number(look["limit"], 2) if is_told(look.get("limit")) else "not yet",
             " and ".join(show.number(each) for each in look.get("loans") or ())]
        )  # fmt: skip
    return rows


def concerns(told: Told, against: Mapping[str, Any]) -> list[str]:
    """Whether chance dealt as planned, what a win may not be bought with, and where the arms differed before."""
    said = [str(told["shares"]["words"])] if told.get("shares") else []
    said += [str(each["words"]) for each in against.get("counters") or () if each.get("words")]
    far = [str(each["name"]) for each in against.get("apart") or () if each.get("is_far")]
    return said + ([f"Before the trial the arms already differed in {', '.join(far)}."] if far else [])


def effect_found(content: Mapping[str, Any], outcome: str, loans: str | None, share: str | None, currency: str) -> str:
    """What a trial of that size could find, from how much the outcomes of the book vary.

    Args:
        content: of the newest run; {} where there is none: the answer is then in standard deviations.
        outcome: cash_over_balance or net_value.
        loans: the loans of the smaller arm, as typed. share: of the challenger in percent, as typed.
    """
    n, part = whole(loans), whole(share)
    if n is None or part is None or n < 2 or not 0 < part < 100:
        return "Write how many loans, and a share between 0 and 100."
    ratio = part / (100 - part)
    champion = n / min(ratio, 1.0)
    found = detectable_difference(1.0, champion, Test(ratio=ratio, inflation=inflation(LOOKS)))
    name = "net_value" if outcome == "net_value" else "recovery_rate"
    spread = deviation(content, name)
    told = f"{show.number(found, 2)} standard deviations" if spread is None else size(found * spread, name, currency)
    whole_trial = math.ceil(champion + champion * ratio)
    basis = "" if spread is None else ", if 90 days vary as the measured outcomes did"
    return (
        f"With {show.number(whole_trial)} loans in all and a look a month it finds a difference of {told} or more with a chance of "
        f"{show.percent(0.8, 0)}{basis}."
    )


def deviation(content: Mapping[str, Any], outcome: str) -> float | None:
    """The standard deviation of an outcome under the reference, from its mean's interval; None where it was not measured."""
    for each in content.get("levels") or ():
        known = is_told(each.get("naive_low")) and is_told(each.get("naive_high")) and each.get("n")
        if each["outcome"] == outcome and each["strategy"] == content.get("reference") and known:
            return float((each["naive_high"] - each["naive_low"]) / (2 * 1.96) * math.sqrt(each["n"]))
    return None


def whole(text: str | None) -> int | None:
    """A whole number as a person types it; None where it is none."""
    plain = (text or "").replace(",", "").replace(" ", "").strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 9 else None


def policy_arm(policy: Policy) -> str:
    """What a learned policy is called where it may be an arm."""
    return f"Policy {policy.id}: what it proposes, loan by loan"


def plan_of_form(
    name: str | None,
    challenger: str | None,
    outcome: str | None,
    loans: str | None,
    share: str | None,
    start: str | None,
) -> dict[str, Any]:
    """The plan a form asks for, as core.strategies.trials.design reads it.

    Args:
        challenger: a strategy's name, or "policy 3" for what that policy proposes.

    Raises:
        Refused: a field is blank or no number; what is wrong beyond that the plan's own rules say.
    """
    n, part = whole(loans), whole(share)
    title = " ".join((name or "").split())
    if not title or len(title) > MOST_NAME:
        raise Refused(
            "The trial needs a name", remedy=f"Write 1 to {MOST_NAME} characters; it decides the arms for ever."
        )
    if n is None or part is None or not 0 < part < 100:
        raise Refused(
            "The trial needs a number of loans and a share", remedy="Write whole numbers, the share between 0 and 100."
        )
    return {
        "name": title, "starts_on": (start or "").strip(), "planned_n": n, "outcome": outcome or OUTCOMES[0][0],
        "arms": [
            {"name": "As now", "share": round(1 - part / 100, 6), "what": ""},
            {"name": str(challenger).capitalize(), "share": part / 100, "what": str(challenger)},
        ],
        "counters": [{"name": "complaints", "limit": 0.01}, {"name": "broken_promises", "limit": 0.05}], "looks": LOOKS,
    }  # fmt: skip
