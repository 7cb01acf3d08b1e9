"""Sentences about the model of the recovery rate: what it promised, what came, what it knows and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.records import Model
from core.scores.rate.intervals import FEWEST_IN_SUM, LOAN_LEVEL, SUM_LEVEL
from dashboard import format as show
from dashboard.text_models import between, figure
from dashboard.text_models_evidence import LEVEL, no_evidence

Row = Mapping[str, Any]
TITLE, FACTS_TITLE = "Expected recovery: what was promised and what came", "What the expected recovery rests on"
POOLED_BY = {
    "balance": "weighted by balance (which does better than loan by loan)",
    "loan": "each loan counting alike (which does better than weighted by balance)",
}
POOLED = "What earlier loans of the arrears bucket brought stands in its place, without an interval"


def rate_of(model: Model | None) -> Row | None:
    """The figures of a rate model that is used; None where there is none: `no_rate` says why."""
    told = None if model is None else model.card.get("rate")
    return told if told and told["used"] and "came" in told else None


def no_rate(model: Model | None) -> str:
    """Why there is no rate model to look at."""
    told = None if model is None else model.card.get("rate")
    if told and not told["used"]:
        return f"{show.UNDEFINED}, because {told['why']}. {POOLED}."
    if model is not None and model.card.get("verdict") == "no usable signal":
        return f"{show.UNDEFINED}, because no usable signal was found, and a rate is learned only beside a usable score. {POOLED}."
    return no_evidence(model)


def rate_title(told: Row) -> str:
    """What was promised and what came."""
    return (
        f"Expected recovery: {show.percent(told['promised'])} of the balance promised, {show.percent(told['came'])} came "
        f"({_shares(told['came_ci'])}), n = {show.count(told['n'], 'loans')}"
    )


def rate_subtitle(told: Row) -> str:
    """What is drawn, and whether the sum is off by more than chance."""
    low, high = told["actual_expected_ci"]
    judged = "no further from 1 than chance brings it" if low <= 1 <= high else "further from 1 than chance brings it"
    return (
        f"Loans in tenths by the 12-month rate promised to them, each asked of a model that did not learn from its borrower; mean rates, with "
        f"{LEVEL} (borrowers as the unit). Cash over expected cash is {figure(told['actual_expected'], 2)} "
        f"({between(told['actual_expected_ci'], 2)}): {judged}."
    )


def rate_summary(told: Row) -> str:
    """The dots in words."""
    tenths = told["deciles"]
    held = sum(each["low"] <= each["predicted"] <= each["high"] for each in tenths)
    first, last = tenths[0], tenths[-1]
    return (
        f"{rate_title(told)}. In {show.number(held)} of {show.number(len(tenths))} tenths the interval of what came holds what was promised. "
        f"The tenth promised least, {show.percent(first['predicted'])}, brought {show.percent(first['realised'])} "
        f"({_shares([first['low'], first['high']])}); the one promised most, {show.percent(last['predicted'])}, brought "
        f"{show.percent(last['realised'])} ({_shares([last['low'], last['high']])})."
    )


def rate_rows(told: Row) -> list[list[str]]:
    """A row a tenth (means over its loans), then all of them by balance."""
    rows = [["Tenth", "Promised", "Came", LEVEL, "n"]]
    rows += [
        [str(place), show.percent(each["predicted"]), show.percent(each["realised"]), _shares([each["low"], each["high"]]), show.number(each["n"])]
        for place, each in enumerate(told["deciles"], start=1)
    ]  # fmt: skip
    n = show.number(told["n"])
    rows.append(
        ["All, by balance", show.percent(told["promised"]), show.percent(told["came"]), _shares(told["came_ci"]), n]
    )
    return rows


def facts_title(told: Row) -> str:
    """How well single loans are told."""
    return f"Loan by loan the promise is off by {_points(told['mae'])} on average, R²\u00a0{figure(told['r2'], 2)} ({between(told['r2_ci'], 2)})"


def facts_subtitle(told: Row) -> str:
    """On what the figures were measured."""
    return (
        f"Out of fold: n = {show.count(told['n'], 'loans')}, {show.number(told['payers'])} of which paid. R²: the share of the differences "
        f"between loans that it explains, with {LEVEL}; 0 is a promise of the same rate to everybody."
    )


def facts(told: Row) -> dict[str, str]:
    """What it beats, which strategies it knows, how intervals are made and what they leave out; by the panel's names."""
    return {
        "beats": _beats(told), "known": _known(told), "unknown": _unknown(told), "held": _held(told),
        "loan": (
            f"The middle {show.percent(LOAN_LEVEL, 0)} of what the loans with such a promise brought, out of fold, in up to ten bins by promise: "
            "true whatever the outcomes look like."
        ),
        "sum": (
            f"{show.percent(SUM_LEVEL, 0)}, from {show.count(FEWEST_IN_SUM, 'loans')} on: how far outcomes of loans with such a promise lay from it, the "
            f"loans of one borrower taken together; then wider, because the rate itself is only known from {show.count(told['n'], 'loans')}: the more loans "
            "the day holds for each of those, the wider."
        ),
        "limits": (
            "What changes between then and now: the economy, the work done, who is placed. A strategy was not drawn by lot: the rate under it is what "
            "such loans brought, not what the strategy causes. Loans not past due, and proposals under a strategy it does not know, have no interval."
        ),
    }  # fmt: skip


def _beats(told: Row) -> str:
    return (
        f"Squared error lower by {figure(told['gain'], 4)} ({between(told['gain_ci'], 4)}) than that of what earlier loans of the same "
        f"arrears bucket brought, {POOLED_BY.get(told['pooled_by'], told['pooled_by'])}; n = {show.number(told['n'])}. The interval has to lie above 0."
    )


def _known(told: Row) -> str:
    if not told["strategies"]:
        return "None apart: loans are told as they were treated, whatever is proposed."
    return ", ".join(f"{name} (n = {show.number(count)})" for name, count in told["strategies"].items())


def _unknown(told: Row) -> str:
    """Each strategy with its reason, and what stands in its place."""
    if not told["not_told"]:
        return "None."
    said = "; ".join(f"{name}: {why}" for name, why in told["not_told"].items())
    return f"{said}." if not told["strategies"] else f"{said}. {POOLED}."


def _held(told: Row) -> str:
    above, below = show.count(told["counted_as_highest"], "loans"), show.count(told["counted_as_zero"], "loans")
    return (
        f"Learned as at most {show.percent(told['highest'])} of the balance ({above} brought more) and at least {show.percent(0, 0)} "
        f"({below} brought less); measured against what really came."
    )


def _points(share: float) -> str:
    return show.points(share).lstrip("+")


def _shares(interval: Any) -> str:
    low, high = interval
    return f"{show.percent(low)} to {show.percent(high)}"
