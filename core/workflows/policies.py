"""What a person decides about strategies: which suggestion is taken, which policy proposes. Who and why is logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.errors import Refused
from core.ports import PortfolioReader, PortfolioWriter, WriteUnit
from core.records import Policy, StrategyEvent, StrategyRun
from core.wording import counted
from core.workflows.held_against import THRESHOLDS, answer_to
from core.workflows.policy_arms import WON
from core.workflows.promote import reason_of
from core.workflows.proposing import damage_of
from core.workflows.refresh import scored_as_in_use, settle_segments

STRATEGY_DECISIONS = ("accept-suggestion", "refuse-suggestion", "crown-policy", "rollback-policy")
"""What a person may decide; jobs of these kinds carry it out. Putting a policy in use is asked for by number."""


NO_DECISION = ("measured", "learned", WON, "retired")
"""What the log keeps beside decisions: the worker's own doing, and what followed from a decision."""


def decided(
    what: str, said: Mapping[str, Any], *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str
) -> dict[str, Any]:
    """Carry out one of STRATEGY_DECISIONS.

    Args:
        said: because; for a suggestion, run (the number of the measurement the person saw) and suggestion (its place, from 1); for a
            promotion, policy; for the way back, policy where the person saw which one proposes.

    Returns:
        what, subject and sentence; of a policy its number and status.

    Raises:
        Refused: no reason; there is no such suggestion or policy, another measurement speaks by now, or the policy may not be put in
            use yet. Nothing is changed.
    """
    because = reason_of(str(said.get("because") or ""))
    given: dict[str, Any] = {"reader": reader, "writer": writer, "today": today, "who": who, "because": because}
    if what == "crown-policy":
        return crown(int(said["policy"]), **given)
    if what == "rollback-policy":
        return rollback(int(said["policy"]) if said.get("policy") is not None else None, **given)
    return answer_suggestion(what == "accept-suggestion", int(said["run"]), int(said["suggestion"]), **given)


def answer_suggestion(
    accepted: bool, run_id: int, place: int, *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date,
    who: str,
) -> dict[str, Any]:  # fmt: skip
    """Keep what a person answered to a suggestion; no loan changes its strategy by it. Raises Refused."""
    run = reader.strategy_run()
    if run is None or run.id != run_id:
        by_now = "no measurement stands" if run is None else f"measurement {run.id} speaks"
        raise Refused(f"By now {by_now}, not {run_id}", remedy="Look at the suggestions again; nothing was changed.")
    suggestions = run.content.get("suggestions") or []
    if not 0 < place <= len(suggestions):
        raise Refused(f"Measurement {run_id} has no suggestion {place}", remedy="Look at the suggestions again.")
    told, subject = dict(suggestions[place - 1]), f"suggestion {place} of run {run_id}"
    what = "accepted" if accepted else "refused"
    last = next((each for each in reader.strategy_events() if each.subject == subject), None)
    if last is not None and (last.what, last.who, last.because) == (what, who, because):
        return {
            "what": what,
            "subject": subject,
            "sentence": f"{subject.capitalize()} is {what} already, for that reason",
        }
    with writer.unit(reader.book().name, kind="decision", known_on=today, who=who, note=f"{subject} {what}") as unit:
        unit.log_strategy(what, subject, because=because, figures=told)
    then = " No loan changes by itself: give the loans their strategy in the list of loans." if accepted else ""
    return {"what": what, "subject": subject, "sentence": f"{subject.capitalize()} is {what}: {told['words']}.{then}"}


def crown(
    policy_id: int, *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str
) -> dict[str, Any]:
    """Put a learned policy in use: only with evidence on loans it did not learn from, and a trial that it won.

    Raises:
        Refused: no such policy, its evidence does not carry it, or it won no trial; what is missing and what to do.
    """
    policy = next((each for each in reader.policies() if each.id == policy_id), None)
    if policy is None:
        raise Refused(f"There is no policy {policy_id}", remedy="Look up its number in the list of policies.")
    if policy.status != "champion":
        _refuse_unproven(policy, reader)
    figures = {name: policy.card.get(name) for name in ("evaluation", "may_challenge")}
    with writer.unit(
        reader.book().name, kind="decision", known_on=today, who=who, note=f"policy {policy_id} promoted"
    ) as unit:
        unit.crown_policy(policy_id, because=because, figures=figures)
        rescored = _rescored(unit)
    told = f"Policy {policy_id} proposes strategies from now on; {counted(rescored, 'loan')} proposed anew. It may be taken out of use at any time."
    return {
        "what": "promoted",
        "subject": f"policy {policy_id}",
        "policy": policy_id,
        "status": "champion",
        "sentence": told,
    }


def rollback(
    policy_id: int | None = None, *, because: str, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str
) -> dict[str, Any]:  # fmt: skip
    """Take the policy in use out of use: the thresholds propose.

    Args:
        policy_id: the one that is to go; None for whichever is in use.

    Raises:
        Refused: none is in use, or another than that one.
    """
    policy = reader.policy_in_use()
    if policy is None:
        raise Refused("No learned policy is in use", remedy="Nothing to do: the thresholds propose already.")
    if policy_id not in (None, policy.id):
        raise Refused(
            f"By now policy {policy.id} is in use, not {policy_id}",
            remedy="Look at the policies again and decide anew; nothing was changed.",
        )
    with writer.unit(
        reader.book().name, kind="decision", known_on=today, who=who, note=f"policy {policy.id} withdrawn"
    ) as unit:
        unit.withdraw_policy(policy.id, because=because)
        rescored = _rescored(unit)
    told = f"Policy {policy.id} is out of use: the thresholds propose strategies again; {counted(rescored, 'loan')} proposed anew."
    return {
        "what": "withdrawn",
        "subject": f"policy {policy.id}",
        "policy": policy.id,
        "status": "retired",
        "sentence": told,
    }


def _rescored(unit: WriteUnit) -> int:
    """Score the newest day anew, so that it says what is proposed from now on; returns how many loans."""
    days, champion = unit.book_days(), unit.champion()
    if not days:
        return 0
    frame = unit.all_on(days[-1])
    scores = scored_as_in_use(unit, frame, champion)
    unit.put_scores(scores, champion.id if champion and (scores["source"] == "model").all() else None)
    settle_segments(unit)
    return len(scores)


def _refuse_unproven(policy: Policy, reader: PortfolioReader) -> None:
    """Raises Refused where a policy may not be put in use yet."""
    if policy.status == "refused":
        raise Refused(
            f"Policy {policy.id} was refused when it was learned", remedy="Measure what works again; the thresholds propose."
        )  # fmt: skip
    if damage := damage_of(policy):
        raise Refused(
            damage, remedy="Measure what works again: a new policy is learned with it; the thresholds propose."
        )
    allowed, why = may_challenge(policy, reader.strategy_run(), reader.policy_in_use())
    if not allowed:
        raise Refused(
            f"Policy {policy.id} may not be put in use: {why.rstrip('.')}",
            remedy="Wait for more outcomes and measure again; what proposes now goes on meanwhile.",
        )
    if not won_trial(policy.id, reader):
        raise Refused(
            f"Policy {policy.id} has won no trial yet",
            remedy="Start a trial of it against what is done now; its evidence from history is enough for that.",
        )


def may_challenge(policy: Policy, run: StrategyRun | None, in_use: Policy | None = None) -> tuple[bool, str]:
    """Whether the evidence on loans it did not learn from carries a policy against what proposes now, and why (not).

    Args:
        run: the newest measurement, which tells of the policy learned in it. in_use: the learned policy that proposes; None for the
            thresholds, which also propose where that one is stored damaged.
    """
    card = policy.card
    if "may_challenge" not in card and run is not None and (run.content.get("policy") or {}).get("id") == policy.id:
        card = run.content
    told = card.get("may_challenge")
    if told is None:
        return False, "nothing was held against the strategies in use on loans it did not learn from"
    if in_use is None or in_use.id != policy.id:
        now = None if in_use is None or damage_of(in_use) else in_use.id
        held = card.get("challenges") or [{"against": None, "whom": THRESHOLDS, **told}]
        told = answer_to(held, now)
        if told is None:
            whom = " and ".join(str(each["whom"]) for each in held)
            return False, f"it was held against {whom}, never against policy {now}, which proposes now"
    return bool(told["allowed"]), str(told["why"])


def won_trial(policy_id: int, reader: PortfolioReader) -> bool:
    """Whether the log knows of a trial that this policy won."""
    return any(each.what == WON and each.figures.get("policy") == policy_id for each in reader.strategy_events())


def is_decision(event: StrategyEvent) -> bool:
    """Whether somebody decided it; else it was measured or learned, or followed from a decision."""
    return event.what not in NO_DECISION


def listed(reader: PortfolioReader) -> tuple[dict[str, Any], str]:
    """Every policy with its status, and the log of decisions, newest first: as JSON and for a person at a terminal.

    Returns:
        policies (policy, status, kind, run, trained_at, may_challenge, won), in_use (its number or None), events (what, subject, who,
        at, because).
    """
    run, in_use = reader.strategy_run(), reader.policy_in_use()
    policies, lines = [], []
    for each in reader.policies():
        allowed, why = may_challenge(each, run, in_use)
        policies.append({
            "policy": each.id, "status": each.status, "kind": each.kind, "run": each.run, "trained_at": each.trained_at,
            "may_challenge": {"allowed": allowed, "why": why}, "won": won_trial(each.id, reader),
        })  # fmt: skip
        lines.append(f"{each.id}: {each.status}, {each.kind}{', won its trial' if policies[-1]['won'] else ''}. {why}")
    events = [
        {"what": each.what, "subject": each.subject, "who": each.who, "at": each.at, "because": each.because}
        for each in reader.strategy_events()
    ]
    lines = lines or ["No policy was learned on this book."]
    lines.append("The thresholds propose strategies." if in_use is None else f"Policy {in_use.id} proposes strategies.")
    lines += [
        f"{each.at[:10]}, {each.who}: {each.subject} {each.what}" + (f": {each.because}" if each.because else "")
        for each in reader.strategy_events()
        if is_decision(each)
    ]
    told = {"policies": policies, "in_use": None if in_use is None else in_use.id, "events": events}
    return told, "\n".join(lines)
