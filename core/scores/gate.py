"""Who may enter a model, and whether the model may be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import pandas as pd

from core.columns import Column, by_field
from core.records import Ruling
from core.scores.checks.admission import Admission, Gatekeeper, Quarantined
from core.scores.checks.lift import Lift, Rest
from core.scores.checks.protected import IS_PROTECTED, another_name_for, named_protected
from core.scores.checks.suspicion import fills_up_later, strength_alone
from core.scores.rows.features import SOURCES, extra_columns
from core.scores.rows.target import Target
from core.segments.features import Numbers, number

Verdict = Literal["usable", "no usable signal", "too little history"]

FEWEST_EVENTS = 50
HIGHEST_P = 0.005
SUSPICIOUS_AUC = 0.75
SUSPICIOUS_AUC_OF_KNOWN = 0.90
"""A column whose meaning Recoup defines is allowed to be strong; almost perfect is still too good to be true."""
SUSPICIOUS_LIFT = 0.05
NEAR_BOTH = (0.70, 0.03)
"""AUC alone and lift that together are as suspicious as either limit: with 500 rows both swing by some .02, and a column that
comes near both has two reasons to be asked about."""
FEWEST_TO_WEIGH = 20
"""With fewer of either outcome columns are judged by name and meaning alone; nothing is trained then anyway."""
WORTH_LIFTING = 0.53
"""A column that alone tells outcomes apart no better than this is not asked what it adds."""
FEWEST_IN_ARREARS = 30

AFTER_THE_OUTCOME = re.compile(
    r"recover|settle|writ(e|ten)[\s_.-]*off|charge[\s_.-]*off|attempt|legal|court|lawsuit|outcome|resolution"
    r"|collection[\s_.-]*(fee|method|status|result)|hardship|loan[\s_.-]*status|clos(ed|ure)|last[\s_.-]*(pymnt|payment)"
    r"|total[\s_.-]*(pymnt|rec|paid)|default",
    re.IGNORECASE,
)
"""Names that the field gives to what is written once the outcome is known."""

WRITTEN_AFTER = "It is written with the outcome, after the snapshot"
BY_NAME = "Its name belongs to what is written after the outcome"
FILLS_UP = "It stands still in open loans and varies in closed ones: it fills up with the outcome"
BY_MAP = "The mapping says it is known only after the outcome"


def admit(
    target: Target,
    known_at: Mapping[str, str],
    unstated: tuple[str, ...] = (),
    rulings: Mapping[str, Ruling] | None = None,
    called: Mapping[str, str] | None = None,
    *,
    questions: bool = True,
) -> Admission:
    """Decide which columns of a book a model may see.

    A column is quarantined when the contract or the analyst's map says it is written after the outcome; when an unknown
    column's name says so, or names a protected attribute; when it tells a protected attribute with an AUC of 0.95 or more;
    when it alone tells the outcomes apart with an AUC above 0.75 (0.90 for facts that Recoup defines); when it lifts the cross-validated AUC of the rest by more than 0.05; when it comes
    near both limits (above 0.70 alone and a lift above 0.03); or when it stands still in open loans and varies in closed ones.
    The rest of an unknown column is every fact that Recoup defines and every weaker unknown column that passed, so that
    two leaks cannot hide behind each other. A fact that Recoup defines and dates at the snapshot may be strong: above
    0.75 alone, or a lift above 0.05, it is questioned and used, because arrears are meant to carry a score.
    The treatment (Strategy, Collection_Method) is no feature and no leak: it is not listed.

    Args:
        target: rows and outcomes.
        known_at: unknown columns the analyst has placed in time: "snapshot" or "after".
        unstated: unknown columns nobody has placed; they stay out of the model, and are listed where a detector speaks.
        rulings: by column, what a person said of it last. Let in: what the contract or the map dates after the
            outcome, and what is protected, stays out all the same. Kept out: it stays out.
        called: by field of the contract, what the file calls it, where a map says so.
        questions: ask about strong facts that Recoup defines; they are used either way, and asking takes most of the time.
    """
    gate = Gatekeeper(target, rulings or {})
    barred = _barred_facts(gate)
    names = [name for name in (*known_at, *unstated) if name]
    to_weigh = questions or bool(names) or any(_told_after(target))
    rest = Rest(target, barred) if to_weigh and _can_weigh(target) else None
    gate.found[:0] = _written_after(target, rest, called or {})
    mine, theirs = extra_columns(target.rows, names), extra_columns(_in_arrears(target), names)
    admitted, unplaced, strength = [], [], {name: _alone(target, mine[name]) for name in names}
    by_strength = sorted(names, key=lambda name: (strength[name], name))
    may_enter = {*known_at, *(name for name in unstated if name in gate.rulings and gate.rulings[name].allowed)}
    for name in sorted(by_strength, key=lambda name: name not in may_enter):
        values = mine[name]
        final = _never(name, known_at.get(name, "snapshot"))
        final = final or (another_name_for(values, target.rows) if name in may_enter else "")
        lift = rest.lift(values) if rest and not final and strength[name] > WORTH_LIFTING else None
        why = final or _suspect(name, values, theirs[name], strength[name], lift)
        suspect = _quarantined(name, why, strength[name] if rest else None, lift)
        if name not in may_enter:
            if not final and not gate.turned_away(suspect, name):
                unplaced.append(name)
        elif not gate.turned_away(suspect, name, final=bool(final)):
            admitted.append(name)
            if rest:
                rest.keep(values)
    places = {name: place for place, name in enumerate(names)}
    return Admission(
        barred, tuple(sorted(admitted, key=places.__getitem__)),
        tuple(sorted(gate.found, key=lambda each: places.get(each.column, -1))), _questioned(target, rest, barred) if rest and questions else (),
        tuple(gate.allowed), tuple(sorted(unplaced)), _unused(target, barred, mine[admitted]),
    )  # fmt: skip


def _written_after(target: Target, rest: Rest | None, called: Mapping[str, str]) -> list[Quarantined]:
    """Columns the contract dates after the outcome, with what they would have given away."""
    found, columns = [], by_field("portfolio")
    for name in _told_after(target):
        values, header = target.rows[name], columns[name].header
        why = WRITTEN_AFTER + (f", and called {called[name]} in the file" if name in called else "")
        if rest is None:
            found.append(Quarantined(header, why))
            continue
        strength, lift = strength_alone(values, target.outcome), rest.lift(values)
        figures = f" (AUC alone {strength:.2f}; it lifts the rest from {lift.without:.2f} to {lift.added:.2f})"
        found.append(Quarantined(header, why + figures, strength, lift.by))
    return found


def _told_after(target: Target) -> list[str]:
    """Columns the contract dates after the outcome that say anything here; the outcome itself is none of them."""
    columns, rows = by_field("portfolio"), target.rows
    after = [name for name, column in columns.items() if column.known_at == "after" and name != target.column]
    return [name for name in after if name in rows and rows[name].notna().any()]


def _barred_facts(gate: Gatekeeper) -> frozenset[str]:
    """Facts of the snapshot that are almost perfect, fill up later, or were kept out by a person."""
    barred, columns, open_rows = set(), by_field("portfolio"), _in_arrears(gate.target)
    for name in dict.fromkeys(each for source in SOURCES for each in source.fields):
        header, suspect = columns[name].header, None
        if name in gate.target.rows:
            values = gate.target.rows[name]
            strength = _alone(gate.target, values)
            if strength > SUSPICIOUS_AUC_OF_KNOWN:
                suspect = Quarantined(header, _too_good(strength), strength)
            elif name in open_rows and fills_up_later(values, open_rows[name]):
                suspect = Quarantined(header, FILLS_UP, strength)
        if gate.turned_away(suspect, header):
            barred.add(name)
    return frozenset(barred)


def _questioned(target: Target, rest: Rest, barred: frozenset[str]) -> tuple[Quarantined, ...]:
    found, lifts = [], rest.lifts_of_known()
    columns: Mapping[str, Column] = by_field("portfolio")
    for source in SOURCES:
        lift = lifts.get(source.name)
        if lift is None or set(source.fields) & barred:
            continue
        alone = (
            strength_alone(target.rows[source.fields[0]], target.outcome)
            if len(source.fields) == 1
            else strength_alone(pd.Series(source.of(target.rows)), target.outcome)  # type: ignore[misc]
        )
        if alone > SUSPICIOUS_AUC or lift.by > SUSPICIOUS_LIFT:
            name = columns[source.fields[0]].header if len(source.fields) == 1 else source.name
            why = f"The score leans on it (AUC alone {alone:.2f}; it lifts the rest from {lift.without:.2f} to {lift.added:.2f}): make sure the file states it as of the snapshot"
            found.append(Quarantined(name, why, alone, lift.by))
    return tuple(found)


def _quarantined(name: str, why: str, alone: float | None, lift: Lift | None) -> Quarantined | None:
    return Quarantined(name, why, alone, lift.by if lift else None) if why else None


def _never(name: str, when: str) -> str:
    """Why nobody can let a column in, or ""."""
    if when != "snapshot":
        return BY_MAP
    return IS_PROTECTED if named_protected(name) else ""


def _suspect(name: str, values: pd.Series, open_values: pd.Series, strength: float, lift: Lift | None) -> str:
    if AFTER_THE_OUTCOME.search(name):
        return BY_NAME
    if strength > SUSPICIOUS_AUC:
        return _too_good(strength)
    if lift is not None and lift.by > SUSPICIOUS_LIFT:
        return f"It lifts the AUC of the rest from {lift.without:.2f} to {lift.added:.2f}: too much for a fact known beforehand"
    if lift is not None and strength > NEAR_BOTH[0] and lift.by > NEAR_BOTH[1]:
        return (
            f"Alone it has an AUC of {strength:.2f}, and it lifts that of the rest from {lift.without:.2f} to {lift.added:.2f}: "
            "both are near their limits, which is too much for a fact known beforehand"
        )
    return FILLS_UP if fills_up_later(values, open_values) else ""


def _unused(target: Target, barred: frozenset[str], admitted: pd.DataFrame) -> tuple[Quarantined, ...]:
    columns = by_field("portfolio")
    names = dict.fromkeys(each for source in SOURCES for each in source.fields if each not in barred)
    told = {columns[name].header: target.rows[name] for name in names if name in target.rows}
    found = []
    for header, values in [*told.items(), *((str(name), admitted[name]) for name in admitted)]:
        distinct = len(set(values.dropna().astype(str).str.strip()) - {""})
        if distinct < 2 and (distinct == 0 or values.notna().all()):
            found.append(Quarantined(header, "The same in every row" if distinct else "Stated in no row"))
    return tuple(found)


def _can_weigh(target: Target) -> bool:
    events = int(target.outcome.sum())
    return min(events, len(target.outcome) - events) >= FEWEST_TO_WEIGH


def _alone(target: Target, values: pd.Series) -> float:
    return strength_alone(values, target.outcome) if _can_weigh(target) else 0.5


def _too_good(strength: float) -> str:
    return f"Alone it tells the outcomes apart with an AUC of {strength:.2f}: too good to be known beforehand"


def _in_arrears(target: Target) -> pd.DataFrame:
    """Open loans as comparable with those learned from: the ones in arrears, where there are enough of them."""
    late = target.open_rows[number(target.open_rows, "dpd") >= 1]
    return late if len(late) >= FEWEST_IN_ARREARS else target.open_rows


def enough_events(outcome: Numbers) -> bool:
    """Both outcomes happened at least 50 times."""
    events = int(outcome.sum())
    return min(events, len(outcome) - events) >= FEWEST_EVENTS


def verdict(*, auc_low: float, p_value: float) -> Verdict:
    """Whether a model's score may order work: chance is rejected and the AUC's interval stays above 0.5."""
    return "usable" if p_value <= HIGHEST_P and auc_low > 0.5 else "no usable signal"
