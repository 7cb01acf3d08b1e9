"""What would change the recommendation for a borrower: facts that can change, the smallest change first. NumPy only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np
import pandas as pd

from core.metrics.delinquency import OPEN
from core.records import Model
from core.scores.scoring.risk import Source, risk_of, risk_score_of
from core.segments.features import number
from core.strategies.catalogue import HOLD, NONE
from core.strategies.thresholds import CHAMPION_V0, propose

MOST_LOANS = 4
"""Loans of one borrower whose own facts are tried, those with the largest balances."""

MOVED = ("dpd", "collateral_value", "balance", "promise_kept_ratio", "contact_rate", "monthly_income")
"""Facts that are moved, and the balance that security is measured by."""

SHOWN = 3
DAYS_AN_INSTALMENT = 30
MOST_INSTALMENTS = 6
"""What a household can make up for within about half a year of paying double."""

AS_STORED = 1e-6
"""A stored score is the present score's where they differ by less: scores are kept to six decimals."""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact made different.

    Attributes:
        lever: what is moved; a borrower moves each lever once.
        effort: how much is asked, in steps: one instalment, .10 of promises or contacts, .05 of income, .25 of cover.
        what: the change in words.
        loan: the row it is about, None for every loan of the borrower.
        fields: the new values.
    """

    lever: str
    effort: float
    what: str
    loan: int | None
    fields: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Option:
    """Changes that, by this score, would lead to a lighter track: in words, to which, and the risk that decides then (0-1)."""

    changes: tuple[str, ...]
    track: str
    risk: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer for one borrower.

    Attributes:
        track: what is proposed now; risk: the score that decides it (0-1, NaN where there is none).
        source: rule or model.
        options: the smallest changes first; empty where nothing that can change would.
        tried: how many changes and pairs of changes were scored anew.
        why: why there is no option, "" where there is one.
    """

    track: str
    risk: float
    source: Source
    options: tuple[Option, ...]
    tried: int
    why: str


def what_if(frame: pd.DataFrame, *, champion: Model | None, proposed_by: str = "") -> WhatIf:
    """Search what would lead to a lighter track than the one proposed.

    Tried are facts that can still change, in the direction a borrower can move them: instalments caught up with (up to
    6; days past due fall by 30 each, the balance is left as it is), promises kept and contacts (up to .30 more), income
    documented (up to .20 more), security pledged (up to the whole balance). Never age, what is owed elsewhere, product,
    region, or history such as missed payments. A fact that is not stated is not moved. First single changes; where none is
    enough, pairs, and smaller steps of those pairs whose largest steps are. Every option is scored anew by the functions that score the book.

    Args:
        frame: all loans of one borrower on one day in the columns of `WriteUnit.to_score`.
            A stored risk_score, where a column tells one, must be the present score's; else there is no answer.
        champion: the model in use, None for the rule score.
        proposed_by: the name of a learned policy that proposes, which goes by what strategies bring and not by the score: then there
            is no answer. "" where the score decides.
    """
    frame = frame.reset_index(drop=True).assign(**{field: number(frame, field) for field in MOVED})
    frame, as_kept = _as_kept(frame, champion)
    risk, source = risk_of(frame, champion)
    now = _decided(frame, risk["risk_score"], 1)[0]
    why = _nothing_to_ask(now) if as_kept else "the score kept on this day is not the one in use now"
    if proposed_by:
        why = f"{proposed_by} proposes by what each strategy is expected to bring, not by the score: no change of it would tell"
    if why:
        return WhatIf(now.track, now.risk, source, (), 0, why)
    changes = list(_changes(frame))
    asked: Tries = [(change,) for change in changes]
    found, tried = _enough(frame, asked, now.track, champion), len(asked)
    if not found:
        asked = _pairs(_largest(changes))
        promising = {(one.lever, two.lever) for _, (one, two) in _enough(frame, asked, now.track, champion)}
        finer = [(one, two) for one, two in _pairs(changes) if (one.lever, two.lever) in promising]
        found, tried = _enough(frame, finer, now.track, champion), tried + len(asked) + len(finer)
    options = _verified(frame, _smallest(found), now.track, champion)
    why = "" if options else f"none of {tried:,} feasible changes and pairs of them would lead to a lighter track"
    return WhatIf(now.track, now.risk, source, options, tried, why)


@dataclass(frozen=True, slots=True)
class _Decision:
    track: str
    risk: float
    confirmed: bool


def _as_kept(frame: pd.DataFrame, champion: Model | None) -> tuple[pd.DataFrame, bool]:
    """The loans as the stored score read them, and whether the present score gives the stored one.

    Among the loans of a book an empty collateral means unsecured; among those of one borrower nobody could tell.
    """
    if "risk_score" not in frame:
        return frame, True
    kept = number(frame, "risk_score")
    for read in (frame, frame.assign(collateral_value=np.nan_to_num(number(frame, "collateral_value")))):
        if np.allclose(risk_score_of(read, champion), kept, rtol=0, atol=AS_STORED, equal_nan=True):
            return read, True
    return frame, False


def _nothing_to_ask(now: _Decision) -> str:
    if now.track in (HOLD, NONE):
        return "nobody works this borrower now"
    if now.confirmed:
        return f"{now.track} was decided by a person, and no fact changes that"
    if now.risk != now.risk:
        return "nothing the score reads is known"
    return "the lightest track is proposed already" if now.track == CHAMPION_V0.tracks[0] else ""


def _changes(frame: pd.DataFrame) -> Iterator[Change]:
    """Every single change, lever by lever, the smallest step first."""
    is_open = frame["status"].fillna(OPEN).eq(OPEN) & (frame["hold"].isna() | frame["hold"].eq(""))
    own = frame[is_open].sort_values("balance", ascending=False, kind="stable").head(MOST_LOANS)
    several = len(frame) > 1
    for row in own.index:
        name = f" on loan {frame['loan_ref'][row]}" if several else ""
        yield from _paid(row, float(number(frame, "dpd")[row]), name)
        yield from _pledged(row, frame, name)
    for field, words in (("promise_kept_ratio", "promises kept"), ("contact_rate", "attempts that reach the borrower")):
        yield from _shares(field, words, number(frame, field))
    yield from _income(number(frame, "monthly_income"))


def _paid(row: int, days: float, name: str) -> Iterator[Change]:
    if not days >= 1:
        return
    for count in range(1, min(MOST_INSTALMENTS, ceil(days / DAYS_AN_INSTALMENT)) + 1):
        left = max(0.0, days - DAYS_AN_INSTALMENT * count)
        instalments = "one instalment" if count == 1 else f"{count} instalments"
        till = f"{left:.0f} {'day' if left == 1 else 'days'} past due" if left else "nothing past due"
        yield Change(f"arrears{row}", count, f"{instalments} caught up with{name}, to {till}", row, {"dpd": left})


def _pledged(row: int, frame: pd.DataFrame, name: str) -> Iterator[Change]:
    value, balance = number(frame, "collateral_value")[row], number(frame, "balance")[row]
    if not (np.isfinite(value) and balance > 0):
        return
    for step in range(1, 5):
        cover = 0.25 * step
        if cover * balance > value:
            pledged = {"collateral_value": float(round(cover * balance, 2))}
            yield Change(
                f"security{row}", step, f"security of {cover:.2f} times the balance pledged{name}", row, pledged
            )


def _shares(field: str, words: str, values: np.ndarray) -> Iterator[Change]:
    known = values[np.isfinite(values)]
    if not len(known):
        return
    for step in range(1, 4):
        reached = min(1.0, float(known.max()) + 0.1 * step)
        if reached > known.max():
            yield Change(
                field, step, f"the share of {words} up from {known.max():.2f} to {reached:.2f}", None, {field: reached}
            )


def _income(values: np.ndarray) -> Iterator[Change]:
    known = values[np.isfinite(values) & (values > 0)]
    for step in range(1, 5) if len(known) else ():
        reached = float(round(known.max() * (1 + 0.05 * step), 2))
        yield Change("income", step, f"an income of {reached:,.0f} a month documented, instead of {known.max():,.0f}", None,
                     {"monthly_income": reached})  # fmt: skip


Tries = Sequence[tuple[Change, ...]]


def _largest(changes: Sequence[Change]) -> list[Change]:
    """The largest step of each lever."""
    return list({change.lever: change for change in changes}.values())


def _pairs(changes: Sequence[Change]) -> list[tuple[Change, ...]]:
    return [(one, two) for one, two in combinations(changes, 2) if one.lever != two.lever]


def _enough(
    frame: pd.DataFrame, tries: Tries, track: str, champion: Model | None
) -> list[tuple[float, tuple[Change, ...]]]:
    """Those that lead to a lighter track, with the effort they ask."""
    if not tries:
        return []
    told = _told(frame, tries)
    decided = _decided(told, risk_score_of(told, champion), len(tries))
    rank = CHAMPION_V0.tracks.index
    return [
        (sum(each.effort for each in changes), changes)
        for changes, then in zip(tries, decided, strict=True)
        if rank(then.track) < rank(track)
    ]


def _smallest(found: Sequence[tuple[float, tuple[Change, ...]]]) -> list[tuple[Change, ...]]:
    """The smallest of each set of levers, the least effort first."""
    best: dict[tuple[str, ...], tuple[float, tuple[Change, ...]]] = {}
    for effort, changes in sorted(found, key=lambda each: each[0]):
        best.setdefault(tuple(each.lever for each in changes), (effort, changes))
    return [changes for _, changes in list(best.values())[:SHOWN]]


def _verified(frame: pd.DataFrame, chosen: Tries, track: str, champion: Model | None) -> tuple[Option, ...]:
    """The chosen ones scored once more as a book is, contributions and all."""
    if not chosen:
        return ()
    told = _told(frame, chosen)
    risk, _ = risk_of(told, champion)
    decided = _decided(told, risk["risk_score"], len(chosen))
    return tuple(
        Option(tuple(each.what for each in changes), then.track, then.risk)
        for changes, then in zip(chosen, decided, strict=True)
        if then.track != track
    )


def _told(frame: pd.DataFrame, tries: Tries) -> pd.DataFrame:
    """The borrower's loans once for each of `tries`, changed."""
    many = pd.concat([frame] * len(tries), ignore_index=True)
    for turn, changes in enumerate(tries):
        start = turn * len(frame)
        for change in changes:
            rows = slice(start, start + len(frame) - 1) if change.loan is None else start + change.loan
            for field, value in change.fields.items():
                many.loc[rows, field] = value
    return many


def _decided(told: pd.DataFrame, risk: pd.Series, blocks: int) -> list[_Decision]:
    """What is proposed for each of `blocks` equal runs of rows, each a borrower of its own."""
    rows = len(told) // blocks
    asked = told.assign(
        risk_score=risk.to_numpy(), borrower_ref=np.repeat(np.arange(blocks), rows), loan_ref=np.arange(len(told))
    )
    proposal = propose(asked)
    ranks = proposal["proposed"].map({name: rank for rank, name in enumerate((NONE, HOLD, *CHAMPION_V0.tracks))})
    heaviest = ranks.to_numpy().reshape(blocks, rows).argmax(axis=1) + np.arange(blocks) * rows
    return [
        _Decision(str(row["proposed"]), float(row["risk"]), bool(row["by_person"]))
        for row in proposal.iloc[heaviest].to_dict("records")
    ]
