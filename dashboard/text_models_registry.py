"""Sentences about the registry: which models there are, who decided what, how one did against the other, a model's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.records import Model, ModelEvent, Shadow
from core.scores.registry.limits import limits_of
from core.scores.registry.promotion import was_held
from core.workflows.no_contest import no_contest_words
from dashboard import format as show
from dashboard.text_models import KINDS, between, figure, is_number, kind_words, target_words

STATUS = {
    "champion": "in use", "challenger": "waits as challenger", "refused": "refused", "retired": "retired",
}  # fmt: skip
WHAT = {
    "trained": "trained", "promoted": "put in use", "retired": "retired", "withdrawn": "withdrawn", "returned": "in use again",
}  # fmt: skip
ON = {
    "later": "loans later than all that either learned from", "new": "loans placed after the champion's last day",
}  # fmt: skip
RULES = {
    "better": "predict better: log-loss gain a loan, its interval above 0",
    "calibration": "promise as truly: calibration error larger by at most 0.005",
    "promise": "not promise clearly worse for {of}: log-loss not higher by more than chance makes (its AUC is the same)",
    "group": "not be clearly worse for {of}: AUC lower by at most 0.02, or no more than chance makes",
}  # fmt: skip
REASON_LABEL = "Why? It stands in the log with your name"
SHADOWED = (
    "A challenger, and for three months the model that was in use before, is scored beside the one in use whenever the newest day is. "
    "It orders no work."
)
NOT_RECORDED = "not recorded"
WITHOUT_CONTEST = ("the model in use cannot be read", "the model in use reads")
"""How the reason of a model begins that took a place without a contest."""
BY_HAND = "Until then a person may put it in use, with a reason; the log then says that there was no contest."


def registry_title(models: Sequence[Model]) -> str:
    """How many there are, and how many wait."""
    if not models:
        return "No model was trained yet"
    waiting = sum(each.status == "challenger" for each in models)
    told = f", {show.number(waiting)} waiting" if waiting else ""
    return f"{show.count(len(models), 'trainings')}{told}"


def model_rows(models: Sequence[Model], damaged: Mapping[int, str]) -> list[dict[str, str]]:
    """A row a model, newest first."""
    return [
        {
            "model": str(each.id), "status": "cannot be read" if damaged.get(each.id) else STATUS[each.status],
            "kind": kind_words(each), "day": show.day(each.trained_at[:10]) if each.trained_at else NOT_RECORDED,
            "verdict": str(each.card.get("verdict", "")), "auc": figure(each.card.get("auc")),
            "interval": between(each.card.get("auc_ci")), "n": _count(each.card.get("n")), "ece": figure(each.card.get("ece")),
        }
        for each in models
    ]  # fmt: skip


def log_rows(events: Sequence[ModelEvent]) -> list[dict[str, str]]:
    """A row a decision, newest first."""
    return [
        {
            "day": f"{show.day(each.at[:10])}, {each.at[11:16]} UTC", "model": str(each.model), "what": WHAT.get(each.what, each.what),
            "who": each.who or NOT_RECORDED, "because": each.because,
        }
        for each in events
    ]  # fmt: skip


def choices(models: Sequence[Model], default: str) -> list[dict[str, str]]:
    """What may be looked at: the one in use, else the newest; then each by its number."""
    first = [{"value": default, "label": "the one in use, else the newest"}]
    return first + [{"value": str(each.id), "label": f"{each.id}, {STATUS[each.status]}"} for each in models]


def candidates(models: Sequence[Model]) -> list[dict[str, str]]:
    """What a person may put in use."""
    able = [each for each in models if each.status in ("challenger", "retired")]
    return [{"value": str(each.id), "label": f"Model {each.id}, {STATUS[each.status]}"} for each in able]


def contest_title(model: Model | None) -> str:
    """Which contest."""
    if model is None:
        return "Against the model in use"
    comparison = model.card.get("comparison") or {}
    against = f" against model {comparison['against']}" if comparison.get("against") else ""
    if not was_held(comparison):
        waits = ", and waits" if model.status == "challenger" else ""
        return f"Model {model.id} was not held{against or ' against another'}{' yet' if against else ''}{waits}"
    verb = "passed" if comparison.get("passed", comparison.get("better")) else "did not pass"
    return f"Model {model.id} {verb}{against}"


def contest_subtitle(model: Model | None) -> str:
    """On which loans, how many, and why there was none."""
    if model is None:
        return f"{show.UNDEFINED}, because nothing was trained yet."
    comparison = model.card.get("comparison")
    if not was_held(comparison):
        return _no_contest(model)
    events = f", {show.number(comparison['events'])} not recovered" if "events" in comparison else ""
    return f"On {ON[comparison['on']]}; n = {show.count(comparison['n'], 'loans')}{events}. It had to pass all rules."


def contest_shown(model: Model | None) -> bool:
    """Whether a contest is told in a card: there was one, or the model waits for one."""
    return model is not None and (was_held(model.card.get("comparison")) or model.status == "challenger")


def _no_contest(model: Model) -> str:
    """Why a model met no other, in a sentence."""
    comparison = model.card.get("comparison") or {}
    if model.status == "refused":
        return "A refused model is not held against the one in use."
    because = str(model.card.get("because") or "")
    if not comparison and not because.startswith(WITHOUT_CONTEST):
        return "No other model was in use when it was trained."
    if not comparison:
        return f"There was no contest: {because}."
    if comparison.get("on") == "none":
        why = no_contest_words(comparison)
        return f"{why[:1].upper()}{why[1:]}. {BY_HAND if model.status == 'challenger' else ''}".strip()
    return (
        f"It was asked about the loans that model {comparison.get('against', 'in use')} had learned from: that says nothing about "
        "which is better, so no figure is shown. The next training asks about loans that are new to both."
    )


def contest_rows(model: Model | None) -> list[dict[str, str]]:
    """The rules of promotion with what was found."""
    comparison = model.card.get("comparison") if model else None
    if comparison is None or not was_held(comparison):
        return []
    return [
        {
            "rule": RULES[each["rule"]].format(of=each["of"].replace(": ", " ")), "figure": show.signed(figure(each["figure"], 4)),
            "interval": between(each["ci"], 4), "n": f"{show.number(each['n'])} ({show.number(each['events'])})",
            "held": "yes" if each["passed"] else "no",
        }
        for each in comparison.get("rules", [])
    ]  # fmt: skip


def shadow_title(shadows: Sequence[Shadow]) -> str:
    """How far the newest one in the shadow agrees."""
    if not shadows:
        return "No model is in the shadow"
    first = shadows[0]
    other = first.figures["other_strategy"]
    if other["share"] is None:
        return f"Model {first.model} in the shadow: no loan to compare on {show.day(first.as_of)}"
    return f"Model {first.model} would put {show.percent(other['share'])} of the loans under another strategy"


def shadow_rows(shadows: Sequence[Shadow]) -> list[dict[str, str]]:
    """A row a model and day, newest first."""
    return [
        {
            "model": str(each.model), "day": show.day(each.as_of),
            "against": "the rule score" if each.against is None else f"model {each.against}", "n": show.number(each.figures["n"]),
            "rank": f"{figure(each.figures['rank_correlation'])} ({between(each.figures['rank_ci'])})",
            "band": _differs(each.figures["other_band"]), "strategy": _differs(each.figures["other_strategy"]),
        }
        for each in shadows
    ]  # fmt: skip


def _differs(told: Mapping[str, Any]) -> str:
    if told["share"] is None:
        return show.UNDEFINED
    low, high = told["ci"]
    return f"{show.percent(told['share'])} ({show.percent(low)} to {show.percent(high)})"


def candidate_rows(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """The ways to learn that were compared."""
    return [
        {
            "kind": KINDS.get(kind, kind), "auc": f"{figure(each.get('auc'))} (± {figure(each.get('se'))})",
            "log_loss": figure(each.get("log_loss"), 4),
            "worse": f"{figure(each.get('worse_by'), 4)} (± {figure(each.get('worse_by_se'), 4)})", "n": _count(card.get("n")),
        }
        for kind, each in sorted((card.get("candidates") or {}).items(), key=lambda pair: float(pair[1].get("log_loss") or 0))
    ]  # fmt: skip


def card_facts(model: Model | None, events: Sequence[ModelEvent]) -> dict[str, str]:
    """The model card, fact by fact; "" where there is no model."""
    if model is None:
        return {}
    card, data = model.card, model.card.get("data") or {}
    own = [each for each in events if each.model == model.id]
    placed = next((each for each in own if each.what in ("promoted", "returned")), None)
    trained = next((each for each in own if each.what == "trained"), None)
    who = str(card.get("trained_by") or (trained.who if trained else "")) or NOT_RECORDED
    return {
        "target": target_words(card.get("target") or NOT_RECORDED), "window": _window(data),
        "rows": f"{_count(data.get('loans'))} loans of {_count(data.get('borrowers'))} borrowers; SHA-256 {data.get('sha256', NOT_RECORDED)}",
        "excluded": _listed(f"{show.count(each['loans'], 'loans')}: {each['why']}" for each in card.get("excluded") or []) or "none",
        "inputs": ", ".join(str(each).removeprefix("extra:") for each in card.get("inputs") or []) or "none",
        "quarantined": _listed(f"{each['column']}: {each['why']}" for each in card.get("quarantined") or []) or "none",
        "learned": _learned(model), "trained": f"{who}, {show.day(model.trained_at[:10]) if model.trained_at else NOT_RECORDED}",
        "placed": f"{placed.who or NOT_RECORDED}, {show.day(placed.at[:10])}: {placed.because}" if placed else "never",
        "artifact": f"SHA-256 {model.sha256}" if model.artifact else "none: a refused model is not kept",
        "limits": " ".join(limits_of(card)) or "none noted",
    }  # fmt: skip


def _learned(model: Model) -> str:
    card = model.card
    if not is_number(card.get("auc")):
        return str(card.get("why") or "nothing was learned")
    calibrated = {"none": "its probabilities needed no calibration", "platt": "calibrated by Platt's method",
                  "isotonic": "calibrated by isotonic regression"}.get(str(card.get("calibration")), "calibration not recorded")  # fmt: skip
    folds = f", {show.number(card['folds'])} folds by borrower" if card.get("folds") else ""
    return f"{kind_words(model)}, the simplest within one standard error of the best{folds}; {calibrated}"


def _window(data: Mapping[str, Any]) -> str:
    if not data.get("first_day"):
        return NOT_RECORDED
    first, last = show.day(data["first_day"]), show.day(data["last_day"])
    return first if first == last else f"{first} to {last}"


def _listed(parts: Any) -> str:
    return "; ".join(parts)


def _count(value: Any) -> str:
    return show.number(value) if is_number(value) else show.UNDEFINED
