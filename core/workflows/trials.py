"""Trials from plan to verdict: checked, registered with who and why, assigned, read, decided."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.errors import Refused
from core.ports import PortfolioReader, PortfolioWriter
from core.records import Trial
from core.strategies.catalogue import CATALOGUE, resolve_strategy
from core.strategies.trials.assignment import assign, balance_edges
from core.strategies.trials.design import HOLDOUT_ARM, OUTCOMES, Plan, plan_of, registered
from core.strategies.trials.looks import inflation
from core.strategies.trials.power import Test, detectable_difference
from core.strategies.trials.reading import Look
from core.strategies.trials.verdict import Against, Verdict, judge
from core.strategies.workable import state_of
from core.wording import counted, dated
from core.workflows.policy_arms import WON, proposals_of_arms, require_policies, winners
from core.workflows.trial_rows import plan_from, rows_of

Z = 1.959964
LATE_DAYS = 31
"""Payments that end so long before today are said to."""


def trials_told(reader: PortfolioReader, today: date) -> list[dict[str, Any]]:
    """Every trial of the book on show, newest first, with what it says as outcomes are told by now; plain JSON values.

    One mapping a trial; a number that is not told is None, every day is ISO text:

    - name; status: "planned" (its days have not come), "running", "decided", "stopped", or "from files" (no plan was
      registered; `plan` is made from the files' columns); who, at, why: of its registration ("" from files).
    - plan: `Plan.as_json` with eligible_words ("loans under Standard, ...") and outcome_words ("cash over balance"); the
      outcome is in shares of the balance (cash_over_balance) or currency a loan (net_value).
    - told_until: up to when outcomes are told (None: no payments at all).
    - verdict: "win", "lose", "not a win", "not yet", "invalid"; words: sentences, the verdict first.
    - arms, champion first: name, what, share (planned), loans, borrowers, due (window passed), matured (outcome told),
      mean, se, low, high (95 %; None where too few, and everywhere where the trial is invalid).
    - against, one a challenger ([] where nothing can be compared): challenger, verdict, words;
      difference: the newest look taken (the deciding one where it is over; None before the first);
      now: the same for the newest told day (None where too few), for watching;
      looks: those taken so far. Each of these is number (0: no planned look), on, fraction (of the planned information),
      value, se, z, limit (|z| to cross; None: nothing can be claimed yet), low, high (interval of planned looks),
      always_low, always_high (always-valid interval), crossed (1, -1, 0), loans ([champion, challenger]), r2 (share of
      variance the facts took away), plain (the difference of plain means).
      counters: name, champion, challenger, value, low, high, limit, standing ("kept", "open", "over", "not known"), words.
      apart: facts before the trial: name, champion, challenger, smd, z, is_far.
    - shares: p, how, words, is_invalid, counts, expected, or None where no chances are stated.
    - look_days: all planned looks; next_look, decided_by: None where it is over or invalid.
    - decided: what a person decided: {status, who, at, because, verdict}, or None.
    """
    registered_ones = {trial.name: trial for trial in reader.trials()}
    from_files = [name for name in reader.trial_names() if name not in registered_ones]
    return [trial_told(reader, name, today) for name in (*registered_ones, *sorted(from_files))]


def trial_told(reader: PortfolioReader, name: str, today: date) -> dict[str, Any]:
    """One trial as in `trials_told`. Raises Refused for a name that no plan and no file has."""
    stored = next((trial for trial in reader.trials() if trial.name == name), None)
    if stored is None and name not in reader.trial_names():
        known = [trial.name for trial in reader.trials()] + list(reader.trial_names())
        raise Refused(
            f"There is no trial '{name}'", where=[f"'{each}'" for each in known], remedy="List them with `trial list`."
        )
    plan, verdict, until = _judged(reader, name, stored, today)
    plan_words = {"eligible_words": plan.eligible.words(), "outcome_words": OUTCOMES[plan.outcome]}
    told: dict[str, Any] = _plain({
        "name": name, "status": _status(stored, plan, today), "who": plan.who, "at": stored.at if stored else "",
        "why": plan.why, "plan": plan.as_json() | plan_words, "told_until": until,
        "verdict": verdict.kind, "words": [*verdict.words, *_late(until, today), *_costs(reader, plan)],
        "arms": [
            asdict(arm) | {"what": planned.what, "share": planned.share, "low": arm.mean - Z * arm.se, "high": arm.mean + Z * arm.se}
            for arm, planned in zip(verdict.arms, plan.arms, strict=True)
        ],
        "against": [_against(each) for each in verdict.against],
        "shares": asdict(verdict.mismatch) | {"is_invalid": verdict.mismatch.is_invalid} if verdict.mismatch else None,
        "look_days": list(plan.look_days()), "next_look": verdict.next_look, "decided_by": verdict.decided_by,
        "decided": None if stored is None or stored.status not in ("decided", "stopped") else
        {"status": stored.status, "who": stored.decided_by, "at": stored.decided_at, "because": stored.because,
         "verdict": stored.verdict.get("verdict")},
    })  # fmt: skip
    return told


def _judged(reader: PortfolioReader, name: str, stored: Trial | None, today: date) -> tuple[Plan, Verdict, date | None]:
    until = reader.outcomes_until()
    known = min(today, until) if until else None
    shares_known = True
    if stored is None:
        frame = reader.trial_rows(name, window_days=90)
        plan, shares_known = plan_from(name, frame)
    else:
        plan = plan_of(stored.plan)
        frame = reader.trial_rows(name, window_days=plan.window_days)
    rows = rows_of(plan, frame, reader.book())
    return plan, judge(plan, rows, told_until=known or today, shares_known=shares_known), known


def _status(stored: Trial | None, plan: Plan, today: date) -> str:
    if stored is None:
        return "from files"
    return "planned" if stored.status == "running" and plan.starts_on > today else stored.status


def _late(until: date | None, today: date) -> list[str]:
    if until is None:
        return ["No file tells payments: bring them, for they are the outcome."]
    if today - until > timedelta(LATE_DAYS):
        return [f"Payments are known up to {dated(until)}; what came after is in no look yet."]
    return []


def _costs(reader: PortfolioReader, plan: Plan) -> list[str]:
    if plan.outcome == "net_value" and not reader.book().has_costs:
        return [
            "No file tells costs, so net value is not known: bring actions with Cost, or compare cash over balance."
        ]
    return []


def _against(each: Against) -> dict[str, Any]:
    looks = [_look(look) for look in each.reading.looks] if each.reading else []
    now = each.reading.now if each.reading else None
    return {
        "challenger": each.challenger, "verdict": each.kind, "words": list(each.words),
        "difference": looks[-1] if looks else None, "now": _look(now) if now else None, "looks": looks,
        "counters": [asdict(one) for one in each.counters],
        "apart": [asdict(one) | {"is_far": one.is_far} for one in each.apart],
    }  # fmt: skip


def _look(look: Look) -> dict[str, Any]:
    told = look.told
    return {
        "number": look.number, "on": look.on, "fraction": look.fraction, "value": told.value, "se": told.se, "z": told.z,
        "limit": look.limit, "low": look.low, "high": look.high, "always_low": look.always_low,
        "always_high": look.always_high, "crossed": look.side, "loans": list(told.loans), "r2": told.r2, "plain": told.plain,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """JSON values: days as ISO text, what is not told (NaN, infinite) as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def register_trial(
    said: Mapping[str, Any], *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, why: str = ""
) -> dict[str, Any]:
    """Check a plan, store it with who and why, and say what it can find.

    Balance bands that the plan leaves out are made from today's eligible loans, and kept with it.

    Raises:
        Refused: a plan that cannot be carried out; a name that is taken; a start in the past; no reason; nobody eligible;
            an arm names a policy that is not there or is damaged.
    """
    plan = registered(plan_of(said), who=who, why=why or str(said.get("why", "")))
    taken = {trial.name.casefold() for trial in reader.trials()} | {name.casefold() for name in reader.trial_names()}
    if plan.name.casefold() in taken:
        raise Refused(
            f"There is a trial '{plan.name}' already", remedy="Give this one another name: it decides the arms."
        )
    if plan.starts_on < today:
        raise Refused(
            f"The trial would have begun on {dated(plan.starts_on)}, before it is registered",
            remedy="Start it today or later: a plan made afterwards proves nothing.",
        )
    require_policies(reader, plan)
    loans = _assigned_today(reader, plan)
    if loans.empty:
        raise Refused(f"Nobody is eligible: no workable {plan.eligible.words()}", remedy="Widen who may take part.")
    if not plan.balance_edges:
        plan = replace(plan, balance_edges=balance_edges(loans["balance"].tolist()))
    book = reader.book()
    with writer.unit(book.name, kind="trial", known_on=today, who=who, note=f"trial {plan.name}") as unit:
        unit.put_trial(plan.as_json())
        unit.log_strategy(
            "trial registered", f"trial {plan.name}", because=plan.why, figures={"planned_n": plan.planned_n}
        )
    finds = detectable_difference(1.0, plan.planned_of(0), _test(plan))
    words = (
        f"Trial '{plan.name}' is registered: {' against '.join(arm.name for arm in plan.arms)}, {plan.eligible.words()}, "
        f"{counted(plan.planned_n, 'loan')} an arm, {counted(plan.looks, 'look')} until {dated(plan.look_days()[-1])}. With power "
        f"0.80 it finds a difference of {finds:.3f} standard deviations of the outcome."
    )
    return {
        "name": plan.name,
        "plan": _plain(plan.as_json()),
        "eligible_today": len(loans),
        "detectable_sd": finds,
        "sentence": words,
    }


def register_file(text: str, **given: Any) -> dict[str, Any]:
    """As `register_trial`, of a plan as JSON text. Raises Refused where it is none."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Refused(
            f"The plan is no JSON: {error}", remedy="Write it as an object: name, arms, starts_on, planned_n."
        ) from None
    if not isinstance(said, dict):
        raise Refused("The plan is no JSON object", remedy="Write it as an object: name, arms, starts_on, planned_n.")
    return register_trial(said, **given)


def _test(plan: Plan) -> Test:
    ratio = min(plan.shares[1:]) / plan.shares[0]
    return Test(challengers=len(plan.arms) - 1, ratio=ratio, inflation=inflation(plan.looks))


def _assigned_today(reader: PortfolioReader, plan: Plan) -> pd.DataFrame:
    """The arms of the newest day's eligible loans, with strategy and balance."""
    days = reader.book().days
    if not days:
        raise Refused("This book has no loans yet", remedy="Load a portfolio file.")
    frame = pd.concat(list(reader.snapshots(days[-1])), ignore_index=True)
    frame = frame.assign(workable=state_of(frame)["workable"] & (frame["dpd"] >= 1))
    if "segment" not in frame:
        frame["segment"] = np.nan
    told = assign(plan, frame)
    return told.merge(frame[["loan_ref", "strategy", "balance"]], on="loan_ref", how="left")


def assignments_of(reader: PortfolioReader, name: str, today: date) -> pd.DataFrame:
    """Who comes into a trial today: the newest day's eligible loans that are in none of its arms yet.

    Returns:
        Loan_ID, Borrower_ID, Trial, Arm, What, Strategy (that the arm means for the loan), Assigned_On,
        Assignment_Probability, Stratum, Needs_Confirmation; borrowers of the holdout stand there with the arm "Holdout",
        for whom nothing changes.

    Raises:
        Refused: no such registered trial, or it is over, or its days are not now.
    """
    stored, plan = _registered(reader, name)
    if stored.status != "running":
        raise Refused(f"The trial '{name}' is {stored.status}", remedy="Nobody comes into it any more.")
    if not plan.starts_on <= today <= plan.ends_on:
        raise Refused(
            f"The trial '{name}' takes loans from {dated(plan.starts_on)} to {dated(plan.ends_on)}, and today is {dated(today)}",
            remedy="Assign on one of its days.",
        )
    told = _assigned_today(reader, plan)
    told = told[~told["loan_ref"].isin(set(reader.trial_rows(name, window_days=plan.window_days)["loan_ref"]))]
    by_policy = proposals_of_arms(reader, plan, told)
    what = {arm.name: arm.what for arm in plan.arms}
    means = {arm: resolve_strategy(words) for arm, words in what.items() if words}
    current = told["strategy"].where(told["strategy"].notna(), CATALOGUE[0].name)
    strategy = told["arm"].map(means)
    strategy = by_policy.where(by_policy.notna(), strategy.where(strategy.notna(), current))
    person = {each.name for each in CATALOGUE if each.needs_person}
    return pd.DataFrame({
        "Loan_ID": told["loan_ref"], "Borrower_ID": told["borrower_ref"], "Trial": name, "Arm": told["arm"],
        "What": told["arm"].map(what).fillna("nothing changes"), "Strategy": strategy, "Assigned_On": today.isoformat(),
        "Assignment_Probability": told["probability"], "Stratum": told["stratum"],
        "Needs_Confirmation": strategy.isin(person) & (strategy != current),
    }).reset_index(drop=True)  # fmt: skip


def assign_trial(
    name: str, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, confirmed: bool
) -> tuple[pd.DataFrame, str]:
    """The assignments of today, stored where a person confirms them: the loans are then under their arm's strategy.

    Returns:
        `assignments_of`, and a sentence.
    """
    from core.workflows.refresh import score_unit

    told = assignments_of(reader, name, today)
    taking = told[told["Arm"] != HOLDOUT_ARM]
    counts = ", ".join(f"{arm} {n:,}" for arm, n in told["Arm"].value_counts().sort_index().items())
    if not confirmed or taking.empty:
        return (
            told,
            f"{counted(len(taking), 'loan')} would come into '{name}' today ({counts or 'nobody'}); nothing is stored.",
        )
    book = reader.book()
    with writer.unit(book.name, kind="decision", known_on=today, who=who, note=f"trial {name}") as unit:
        unit.assign_trial(
            name, taking.rename(columns={"Loan_ID": "loan_ref", "Arm": "arm", "Strategy": "strategy", "Assignment_Probability": "probability"})[["loan_ref", "arm", "strategy", "probability"]], today
        )  # fmt: skip
        unit.log_strategy("trial assigned", f"trial {name}", because=f"{counted(len(taking), 'loan')}: {counts}")
        score_unit(unit, batch_id=None, newest_before=None, may_fit=False)
    return told, f"{counted(len(taking), 'loan')} came into '{name}' today ({counts}), confirmed by {who}."


def decide_trial(
    name: str,
    *,
    reader: PortfolioReader,
    writer: PortfolioWriter,
    today: date,
    who: str,
    because: str,
    stop: bool = False,
) -> dict[str, Any]:
    """Close a trial with its verdict of today and a reason; nobody comes into it any more.

    Raises:
        Refused: no such registered trial, it is closed already, no reason, or it is not over and `stop` was not said.
    """
    stored, plan = _registered(reader, name)
    if stored.status != "running":
        raise Refused(f"The trial '{name}' is {stored.status} already", remedy="Nothing to do.")
    if not because.strip():
        raise Refused("A trial is closed with a reason", remedy="Say why.")
    told = trial_told(reader, name, today)
    if told["verdict"] == "not yet" and not stop:
        raise Refused(
            f"The trial '{name}' is not over: {told['words'][0]}", remedy="Wait, or stop it without a verdict (--stop)."
        )
    status: Literal["stopped", "decided"] = "stopped" if stop else "decided"
    with writer.unit(reader.book().name, kind="trial", known_on=today, who=who, note=f"trial {name} {status}") as unit:
        unit.decide_trial(
            name, status, {key: told[key] for key in ("verdict", "words", "against", "arms")}, because.strip()
        )
        unit.log_strategy(
            f"trial {status}", f"trial {name}", because=because.strip(), figures={"verdict": told["verdict"]}
        )
        for number in winners(plan, told):
            unit.log_strategy(
                WON, f"policy {number}", because=because.strip(), figures={"policy": number, "trial": name}
            )
    return {
        "name": name,
        "status": status,
        "verdict": told["verdict"],
        "sentence": f"Trial '{name}' is {status}: {told['words'][0]}",
    }


def _registered(reader: PortfolioReader, name: str) -> tuple[Trial, Plan]:
    stored = next((trial for trial in reader.trials() if trial.name == name), None)
    if stored is None:
        raise Refused(f"There is no registered trial '{name}'", remedy="Register its plan first (`trial plan FILE`).")
    return stored, plan_of(stored.plan)


def listed(reader: PortfolioReader, today: date) -> tuple[dict[str, Any], str]:
    """All trials as JSON and as text."""
    told = trials_told(reader, today)
    lines = [f"{each['name']} ({each['status']}): {each['words'][0]}" for each in told]
    return {"trials": told}, "\n".join(lines) or "There is no trial: register one with `trial plan FILE`."


def told_in_words(reader: PortfolioReader, name: str, today: date) -> tuple[dict[str, Any], str]:
    """One trial as JSON and as text: its words, its arms, the next look."""
    told = trial_told(reader, name, today)
    arms = [
        f"{arm['name']}: {counted(arm['loans'], 'loan')}, {arm['matured']:,} matured"
        + ("" if arm["mean"] is None else f", mean {arm['mean']:.4g}")
        for arm in told["arms"]
    ]
    ahead = (
        []
        if told["next_look"] is None
        else [f"Next look {dated(told['next_look'])}, decided by {dated(told['decided_by'])}."]
    )
    return told, "\n".join([*told["words"], *arms, *ahead])
