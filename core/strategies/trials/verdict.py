"""Win, lose, not a win, not yet or invalid: what a trial says, in words, and until when it says nothing more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist
from typing import Literal

import numpy as np

from core.strategies.trials.balance import (
    MISMATCH,
    Apart,
    Mismatch,
    covariates_apart,
    moved_words,
    outcomes_missing,
    sample_ratio,
)
from core.strategies.trials.counters import Counted, from_loans
from core.strategies.trials.design import OUTCOMES, Plan
from core.strategies.trials.looks import LITTLE_HOPE, boundaries, chance_of_win
from core.strategies.trials.reading import Look, Reading, TrialRows, in_several, read
from core.strategies.trials.variance import FEWEST
from core.wording import agree, counted, dated

Kind = Literal["win", "lose", "not a win", "not yet", "invalid"]
KINDS: tuple[Kind, ...] = ("win", "lose", "not a win", "not yet", "invalid")
CROSSED_OVER = 0.01
"""With more than that share of borrowers in several arms a trial is invalid; fewer are left out and named."""


@dataclass(frozen=True, slots=True)
class ArmTold:
    """One arm so far: loans and borrowers in it, loans whose window has passed (due) and whose outcome is told (matured),
    their mean outcome and its standard error (NaN where not told, or where the trial is invalid)."""

    name: str
    loans: int
    borrowers: int
    due: int
    matured: int
    mean: float
    se: float


@dataclass(frozen=True, slots=True)
class Against:
    """One challenger against the champion: its own verdict with its words, the reading and the counter-metrics."""

    challenger: str
    kind: Kind
    words: tuple[str, ...]
    reading: Reading | None
    counters: tuple[Counted, ...]
    apart: tuple[Apart, ...]

    @property
    def deciding(self) -> Look | None:
        """The newest look taken: the deciding one where the trial is over."""
        return self.reading.looks[-1] if self.reading and self.reading.looks else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trial says.

    Attributes:
        kind: of the trial: "win" where any challenger wins, "lose" where all lose, "not yet" while any is open.
        words: sentences, the verdict first.
        arms: the arms so far, champion first.
        against: one a challenger; empty where invalid or nothing can be compared.
        mismatch: the test of shares; None where none are stated.
        next_look: the next planned look; None where the trial is over or invalid.
        decided_by: the last planned look, by which it is decided; None where it is over or invalid.
    """

    kind: Kind
    words: tuple[str, ...]
    arms: tuple[ArmTold, ...]
    against: tuple[Against, ...]
    mismatch: Mismatch | None
    next_look: date | None
    decided_by: date | None


def judge(plan: Plan, rows: TrialRows, *, told_until: date, shares_known: bool = True) -> Verdict:
    """The verdict of a trial as its outcomes are told up to a day.

    A win needs a boundary crossed upwards at a planned look and no counter-metric over its limit. Where the shares are
    not those of the plan, borrowers are in several arms, or outcomes are missing more often in one arm, the trial is
    invalid and no outcome is told.

    Args:
        plan: the trial.
        rows: its loans; may be empty.
        told_until: the day up to which outcomes are told (today, or where payments end).
        shares_known: False where nobody said with which chance arms were dealt out; then their shares cannot be checked.
    """
    chosen, left_out = _taking_part(plan, rows)
    arms = _arms(plan, chosen, told_until)
    mismatch = (
        sample_ratio([arm.borrowers for arm in arms], plan.shares, [arm.name for arm in plan.arms], f"{plan.unit}s")
        if shares_known
        else None
    )
    wrong = _invalid(plan, rows, chosen, mismatch, arms)
    if wrong:
        hidden = tuple(replace(arm, mean=math.nan, se=math.nan) for arm in arms)
        return Verdict("invalid", (wrong, *left_out), hidden, (), mismatch, None, None)
    if not shares_known:
        left_out = (
            *left_out,
            "No file says with which chance loans were given an arm, so the shares cannot be checked.",
        )
    if plan.derived:
        left_out = (*left_out, "Its plan was made from the file afterwards: looks and size were not fixed beforehand.")
    if waiting := _waiting(plan, arms, chosen, told_until):
        return Verdict("not yet", (waiting, *left_out), arms, (), mismatch, *_ahead(plan, told_until))
    against = tuple(_against(plan, chosen, place, told_until) for place in range(1, len(plan.arms)))
    kind = _together([each.kind for each in against])
    words = tuple(sentence for each in against for sentence in each.words)
    over = kind in ("win", "lose", "not a win")
    return Verdict(
        kind, (*words, *left_out), arms, against, mismatch, *((None, None) if over else _ahead(plan, told_until))
    )


def _taking_part(plan: Plan, rows: TrialRows) -> tuple[TrialRows, tuple[str, ...]]:
    """The loans that count, and what is said of the others."""
    first, last = np.datetime64(plan.starts_on, "D"), np.datetime64(plan.ends_on, "D")
    in_time = (rows.assigned_on >= first) & (rows.assigned_on <= last)
    several = in_several(plan, rows.rows(in_time & (rows.arm >= 0)))
    moved = np.isin(rows.borrower, several) if several else np.zeros(len(rows), dtype=bool)
    said = []
    if outside := int((~in_time).sum()):
        said.append(
            f"{counted(outside, 'loan')} assigned before or after the trial's days {agree(outside, 'is', 'are')} left out."
        )
    if several:
        said.append(f"{moved_words(len(several), len(np.unique(rows.borrower)))}; they are left out.")
    return rows.rows(in_time & ~moved & (rows.arm >= 0)), tuple(said)


def _arms(plan: Plan, rows: TrialRows, told_until: date) -> tuple[ArmTold, ...]:
    due, known, units = rows.due(plan, told_until), np.isfinite(rows.outcome), rows.units(plan)
    found = []
    for place, arm in enumerate(plan.arms):
        mine = rows.arm == place
        matured = mine & due & known
        values, people = rows.outcome[matured], units[matured]
        enough = len(np.unique(people)) >= FEWEST
        sums = (
            np.bincount(np.unique(people, return_inverse=True)[1], weights=values - values.mean()) if enough else None
        )
        size = len(np.unique(people))
        se = math.nan if sums is None else math.sqrt(float((sums**2).sum()) * size / (size - 1)) / len(values)
        mean = float(values.mean()) if enough else math.nan
        found.append(
            ArmTold(
                arm.name, int(mine.sum()), len(np.unique(units[mine])), int((mine & due).sum()), len(values), mean, se
            )
        )
    return tuple(found)


def _invalid(plan: Plan, rows: TrialRows, chosen: TrialRows, mismatch: Mismatch | None, arms: Sequence[ArmTold]) -> str:
    """Why nothing can be concluded, or ""."""
    if strange := int((rows.arm < 0).sum()):
        return f"Invalid: {counted(strange, 'loan')} {agree(strange, 'is', 'are')} in an arm that the plan does not know. Name every arm in the plan, or mend the file."
    several = in_several(plan, rows)
    if len(several) > CROSSED_OVER * len(np.unique(rows.borrower)):
        return (
            f"Invalid: {moved_words(len(several), len(np.unique(rows.borrower)))}. Assign by borrower and start anew."
        )
    if mismatch and mismatch.is_invalid:
        return f"Invalid: the shares do not match the plan. {mismatch.words} Find out where loans were lost or moved; no outcome is told."
    p = outcomes_missing([arm.due for arm in arms], [arm.due - arm.matured for arm in arms])
    if p < MISMATCH:
        lost = ", ".join(f"{arm.name} {arm.due - arm.matured:,} of {arm.due:,}" for arm in arms)
        return f"Invalid: outcomes are missing more often in one arm ({lost}). Bring those of all; no outcome is told."
    return ""


def _waiting(plan: Plan, arms: Sequence[ArmTold], rows: TrialRows, told_until: date) -> str:
    """Why there is nothing to compare yet, or ""."""
    if not len(rows):
        return f"Not yet: no loan takes part so far; {_starts(plan, told_until)}."
    empty = [arm.name for arm in arms if not arm.loans]
    if empty:
        return f"Not yet: nobody is in {' or '.join(empty)} so far, so there is nothing to compare."
    due, matured, loans = (sum(getattr(arm, name) for arm in arms) for name in ("due", "matured", "loans"))
    if matured and all(arm.matured >= FEWEST for arm in arms):
        return ""
    ahead = rows.assigned_on[~rows.due(plan, told_until)]
    following = (
        "" if not len(ahead) else f"; the next do on {dated(ahead.min().astype(date) + timedelta(plan.window_days))}"
    )
    untold = (
        f"; of {due - matured:,} more the window has passed, but no file tells their outcome" if due > matured else ""
    )
    need = f" An interval needs {FEWEST} borrowers in each arm." if matured else ""
    return f"Not yet: {matured:,} of {counted(loans, 'loan')} {agree(matured, 'has', 'have')} matured ({plan.window_days} days from assignment){following}{untold}.{need}"


def _against(plan: Plan, rows: TrialRows, place: int, told_until: date) -> Against:
    reading = read(plan, rows, place, told_until)
    pair = rows.rows(np.isin(rows.arm, (0, place)))
    side, units = pair.arm == place, pair.units(plan)
    counters = tuple(from_loans(one, pair.counters.get(one.name), side, units) for one in plan.counters)
    apart = tuple(covariates_apart(pair.covariates, pair.covariate_names, side, units))
    name, look = plan.arms[place].name, reading.looks[-1] if reading.looks else None
    blocked = [one for one in counters if one.blocks]
    kind = _kind(reading, look, bool(blocked))
    known = pair.outcome[np.isfinite(pair.outcome)]
    flat = len(known) > 0 and float(np.ptp(known)) == 0
    words = [_sentence(plan, name, kind, reading, look, blocked, told_until, flat)]
    words += [one.words for one in counters]
    words += [
        f"The arms differ in {one.name} before the trial ({one.smd:+.2f} standard deviations); the difference is adjusted for it."
        for one in apart
        if one.is_far
    ]
    return Against(name, kind, tuple(words), reading, counters, apart)


def _kind(reading: Reading, look: Look | None, blocked: bool) -> Kind:
    if look and look.side > 0:
        return "not a win" if blocked else "win"
    if look and look.side < 0:
        return "lose"
    return "not a win" if reading.is_over else "not yet"


def _sentence(
    plan: Plan,
    name: str,
    kind: Kind,
    reading: Reading,
    look: Look | None,
    blocked: Sequence[Counted],
    told_until: date,
    flat: bool,
) -> str:
    what = f"{OUTCOMES[plan.outcome]} within {plan.window_days} days"
    if look is None:
        if flat:
            said = "Not a win" if kind == "not a win" else "Not yet"
            return f"{said}: all outcomes of {name} and {plan.champion} are the same, so nothing tells them apart."
        if kind == "not yet":
            return f"Not yet: no planned look at {name} could be taken; {_next(plan, told_until)}."
        return f"Not a win: the trial is over, and too few loans matured to compare {name} with {plan.champion}."
    differs, low, high = (_figure(plan, each) for each in (look.told.value, look.low, look.high))
    unit = " points of the balance" if plan.outcome == "cash_over_balance" else ""
    between = f"{differs}{unit} (between {low} and {high} over all looks)"
    where = f"at look {look.number} of {plan.looks}, {dated(look.on)}, {look.told.loans[1]:,} against {look.told.loans[0]:,} loans"
    if kind == "win":
        return f"Win: {name} beats {plan.champion}: {what} differs by {between}, {where}."
    if kind == "lose":
        return f"Lose: {name} is worse than {plan.champion}: {what} differs by {between}, {where}."
    if blocked:
        return f"Not a win: {name} brings more ({what} {between}, {where}), but {blocked[0].words[0].lower()}{blocked[0].words[1:]}"
    if kind == "not a win":
        return f"Not a win: no difference found between {name} and {plan.champion}: {what} differs by {between}, {where}; the trial is over."
    so_far = f"so far {what} differs by {differs}{unit}" + ("" if math.isinf(look.limit) else f" ({low} to {high})")
    return f"Not yet: no boundary is crossed between {name} and {plan.champion}; {so_far}, {where}; {_next(plan, told_until)}.{_futile(plan, look)}"


def _figure(plan: Plan, value: float) -> str:
    """A difference with its sign: points where it is a share of the balance, else currency."""
    if plan.outcome == "cash_over_balance":
        return f"{100 * value:+.2f}"
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+,.2f}"


def _futile(plan: Plan, look: Look) -> str:
    """In words, where a win has become unlikely even if the effect hoped for were true. It binds nobody."""
    last = boundaries([look.fraction, 1.0], 1.0)[-1] if look.fraction < 1 else NormalDist().inv_cdf(0.975)
    whole_se = look.told.se * math.sqrt(min(1.0, look.fraction))
    hoped = plan.effect / whole_se if plan.effect else look.told.z / math.sqrt(look.fraction)
    chance = chance_of_win(look.told.z, min(1.0, look.fraction), hoped, last)
    if chance >= LITTLE_HOPE or look.fraction < 0.25:
        return ""
    given = f"even if the effect hoped for ({plan.effect:g}) is true" if plan.effect else "if things go on as they went"
    return f" Little hope: the chance of a win at the end is {chance:.2f} {given}; it may be stopped, or go on without harm to its error."


def _together(kinds: Sequence[Kind]) -> Kind:
    if "win" in kinds or "not yet" in kinds:
        return "win" if "win" in kinds else "not yet"
    return "lose" if set(kinds) == {"lose"} else "not a win"


def _ahead(plan: Plan, told_until: date) -> tuple[date | None, date | None]:
    ahead = [day for day in plan.look_days() if day > told_until]
    return (ahead[0], ahead[-1]) if ahead else (None, None)


def _next(plan: Plan, told_until: date) -> str:
    following, last = _ahead(plan, told_until)
    if following is None or last is None:
        return "no planned look is left"
    if following == last:
        return f"the last look is on {dated(last)}"
    return f"the next look is on {dated(following)}, and it is decided by {dated(last)}"


def _starts(plan: Plan, told_until: date) -> str:
    return (
        f"it starts on {dated(plan.starts_on)}"
        if plan.starts_on > told_until
        else f"it runs since {dated(plan.starts_on)}"
    )
