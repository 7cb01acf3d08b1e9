"""Sentences about whether a score still holds: who is compared, what moved, what came true, and what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.monitoring.alerts import Alert, standing
from core.monitoring.drift import ALPHA, FEWEST_LOANS, INPUTS_ALPHA, LOG, MATERIAL
from core.records import Model
from dashboard import format as show
from dashboard.text_attention import Told
from dashboard.text_models import figure, is_number

Row = Mapping[str, Any]
DECIMALS = 3
PSI = "PSI, the population stability index: how far the loans have moved between the ranges of a fact; 0 is not at all."
CALM = "Nothing stands out"
PAGE = "/models?tab=holds"
"""Where it is told: the page with its tab."""
RECALIBRATE = "Recalibrate: same order, new probabilities"
NOT_ADVISED = "No alert of the model in use advises it any more."
RULE_TO_DO = (
    "See whether the loans changed or only the file did. No model is in use, so nothing was learned that could fail."
)


def of_kind(rows: Sequence[Row], *kinds: str) -> list[Row]:
    """The standing findings of some kinds."""
    return [row for row in standing(rows) if row["what"] in kinds]


def nothing_watched(model: Model | None) -> str:
    """Why there is nothing to show of a model, or of the rule score where there is none."""
    if model is None:
        return (
            f"{show.UNDEFINED}, because no model is in use and fewer than 100 loans came into arrears in the newest month or in "
            "the year before it: they are compared with each portfolio file that comes."
        )
    if model.status == "refused":
        return f"{show.UNDEFINED}, because model {model.id} was refused and scores nothing."
    if model.status == "challenger":
        return f"{show.UNDEFINED}, because model {model.id} waits as challenger: a model is watched once it is in use."
    if not model.card.get("baseline"):
        return f"{show.UNDEFINED}, because model {model.id} was trained before this was kept. Train again to have it watched."
    return f"{show.UNDEFINED}, because no portfolio file came since it is in use. The next one is compared."


def alarms_title(found: Sequence[Alert], rows: Sequence[Row]) -> str:
    """How many things stand out, the worst named."""
    if not rows:
        return "What stands out"
    if not found:
        return CALM
    return f"{show.count(len(found), 'things')} to look at: {told(found[0]).finding}"


def alarms_subtitle(rows: Sequence[Row], model: Model | None) -> str:
    """What was looked at."""
    facts, judged = of_kind(rows, "score", "input"), of_kind(rows, "calibration")
    looked = [f"{show.count(len(facts), 'facts')} of the loans of {show.day(facts[0]['as_of'])}"] if facts else []
    looked += [f"{show.count(judged[0]['n'], 'matured loans')}"] if judged else []
    whose = "The rule score" if model is None else f"Model {model.id}"
    return f"{whose}, looked at with every file: {' and '.join(looked)}." if looked else ""


def told(alert: Alert) -> Told:
    """An alert as a person reads it: the finding, its evidence with n and interval."""
    n = f"n = {show.count(alert.n, 'loans')}"
    against = f"{n} of {show.day(alert.as_of)} against {show.number(alert.m)}"
    if alert.kind in ("vanished", "missing"):
        word = "is no longer stated" if alert.kind == "vanished" else "is stated less often"
        shares = f"Missing for {show.percent(alert.value)} of the loans, before for {show.percent(alert.before or 0.0)}; {against}."
        return Told(f"{_begin(alert.feature)} {word}", shares, PAGE, "See the drift")
    if alert.kind in ("input", "score"):
        moved = "The score has moved" if alert.kind == "score" else f"{_begin(alert.feature)} has moved"
        return Told(moved, f"PSI {figure(alert.value)}, more than chance would give; {against}.", PAGE, "See the drift")
    ends = f"({figure(alert.low)} to {figure(alert.high)})"
    if alert.kind == "ranking":
        said = f"AUC {figure(alert.value)} {ends}, at training {figure(alert.before)}; {n} matured."
        return Told("The score ranks worse than at training", said, PAGE, "See what came true")
    held = f"{figure(alert.value, 2)} ({figure(alert.low, 2)} to {figure(alert.high, 2)})"
    newest = " in the 12 newest months" if alert.kind != "calibration" else ""
    if alert.kind == "slope":
        finding = "The score is too sure of itself" if alert.value < 1 else "The score is not sure enough of itself"
        return Told(finding, f"Calibration slope {held}; {n} matured{newest}.", PAGE, "See what came true")
    word = "more" if alert.value > 1 else "fewer"
    said = f"Actual / expected {held}; {n} matured{newest}."
    return Told(
        f"{word.capitalize()} loans were not recovered than the score promised", said, PAGE, "See what came true"
    )


def within(alert: Alert) -> str:
    """What an alert found, within a sentence: a column's name keeps its letters."""
    finding, name = told(alert).finding, _plainly(alert.feature)
    return name + finding[len(name) :] if name else f"{finding[:1].lower()}{finding[1:]}"


def reason_of(alert: Alert) -> str:
    """An alert as the reason in the log of what was done about it."""
    return f"{within(alert)}: {told(alert).evidence.rstrip('.')}"


def recalibrating(job: int) -> str:
    """That it was asked for, and where to see how far it is."""
    return f"Asked for, job {job}: its progress stands under Train, above the tabs"


def attention_of(found: Sequence[Alert]) -> Told | None:
    """One line for the list of what needs attention: the worst alert of the score in use, and how many more there are."""
    if not found:
        return None
    worst = told(found[0])
    more = f" {show.count(len(found) - 1, 'more alerts')} on its page." if len(found) > 1 else ""
    is_named = found[0].feature != ""
    finding = f"The score in use: {worst.finding if is_named else worst.finding[:1].lower() + worst.finding[1:]}"
    return Told(finding, f"{worst.evidence} {found[0].to_do}{more}", PAGE, "See what to do")


def maturity_words(rows: Sequence[Row]) -> str:
    """How many of the scored loans have had their time, and when the next will have; never an early guess."""
    found = of_kind(rows, "maturity")
    if not found:
        return ""
    row, told_ = found[0], found[0]["details"]
    said = f"Of {show.count(row['n'], 'loans')} it scored when they came into arrears, {show.number(row['value'])} have had their 12 months."
    if not told_["waiting"] or told_["next_on"] is None:
        return said
    due = (
        f"{show.number(told_['next_loans'])} of them by {show.day(told_['next_on'])}, once payments are known that far"
    )
    known = f" (now up to {show.day(told_['known_until'])})" if told_["known_until"] else " (the book has none yet)"
    return f"{said} {show.number(told_['waiting'])} have not yet: {due}{known}."


def drift_title(facts: Sequence[Row]) -> str:
    """Whether the loans that came are like those learned from."""
    if not facts:
        return "Whether new loans are like those before"
    moved = [name_of(row) for row in facts if row["alarm"]]
    when = show.month(facts[0]["as_of"])
    if not moved:
        if all(not is_number(row["value"]) for row in facts):
            return f"Too few loans in {when} to compare"
        return f"The loans of {when} are like those before"
    named = ", ".join(moved[:3]) + (f" and {len(moved) - 3} more" if len(moved) > 3 else "")
    return f"The loans of {when} differ: {named}"


def drift_subtitle(facts: Sequence[Row], model: Model | None) -> str:
    """Who is compared with whom, and when a difference is an alarm."""
    if not facts:
        return nothing_watched(model)
    row = facts[0]
    of, day = row["details"], show.day(row["as_of"])
    since = (
        show.day(of["first_day"])
        if of["first_day"] == of["last_day"]
        else f"{show.day(of['first_day'])} to {show.day(of['last_day'])}"
    )
    learned = "loans it learned from" if model is not None else "that came in the year before"
    who = {
        "new": f"{show.count(row['n'], 'loans')} new in arrears on {day} against {show.number(row['m'])} {learned} ({since})",
        "stock": f"{show.count(row['n'], 'loans')} in work on {day}, for fewer than 100 are new, against {show.number(row['m'])} in work when it was trained ({since})",
        "all": f"{show.count(row['n'], 'loans')} of {day} against {show.number(row['m'])} {learned} ({since})",
    }[of["who"]]
    chance = (
        f"An alarm needs a PSI above {show.number(MATERIAL, 2)} that chance alone would give in {show.percent(ALPHA, 0)} of months "
        f"for the score, in {show.percent(INPUTS_ALPHA, 2)} for any of the inputs"
    )
    return f"{who}. {chance}. {PSI}"


def drift_rows(facts: Sequence[Row]) -> list[dict[str, str]]:
    """A row a fact: name, index, what it is held against, n, m, missing, verdict and the bin that moved most."""
    return [
        {
            "fact": name_of(row), "psi": figure(row["value"]), "bound": figure(row["bound"]), "n": show.number(row["n"]),
            "m": show.number(row["m"]), "missing": _missing(row["details"]), "verdict": verdict(row), "moved": _moved(row["details"]),
        }
        for row in facts
    ]  # fmt: skip


def name_of(row: Row) -> str:
    """The fact's name."""
    return "the score" if row["what"] == "score" else _plainly(str(row["feature"]))


def _plainly(feature: str) -> str:
    """An input's name without what only a model needs to know of it."""
    return feature.removeprefix("extra:").removesuffix(LOG)


def _begin(feature: str) -> str:
    name = _plainly(feature)
    return name[:1].upper() + name[1:]


def verdict(row: Row) -> str:
    """Whether the fact moved, in words."""
    if not is_number(row["value"]):
        return f"{show.UNDEFINED}, because fewer than {FEWEST_LOANS} loans are on a side"
    if row["alarm"]:
        return {"vanished": "no longer stated", "missing": "stated less often"}.get(row["details"]["kind"], "moved")
    if row["value"] > row["bound"]:
        if row["value"] <= MATERIAL:
            return "alike: too small to matter"
        return "alike: chance, among so many facts"
    return "alike"


def _missing(of: Row) -> str:
    now, before = of["missing"], of["missing_before"]
    if not is_number(now) or not is_number(before):
        return show.UNDEFINED
    return f"{show.percent(now)}, before {show.percent(before)}"


def _moved(of: Row) -> str:
    if not of["bins"]:
        return ""
    most = max(of["bins"], key=lambda each: each["part"])
    unseen = of.get("unseen") or 0.0
    new = f"; {show.percent(unseen)} state a level never seen before" if unseen else ""
    return f"{most['name']}: {show.percent(most['now'])}, before {show.percent(most['before'])}{new}"


def is_finite(value: Any) -> bool:
    """Whether a figure can be drawn."""
    return is_number(value) and math.isfinite(value)
