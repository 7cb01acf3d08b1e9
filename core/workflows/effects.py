"""Measure what works: from the book's rows to effects, a policy held against what is done, and suggestions, stored as one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.selection import Selection
from core.strategies.catalogue import Limits
from core.strategies.workable import state_of
from core.wording import counted, dated
from core.workflows.observed import Taken, taken
from core.workflows.proposing import rates_of
from core.workflows.simulate import now_of

if TYPE_CHECKING:
    from core.strategies.effects.measured import Measured
    from core.strategies.observed import Numbers
    from core.workflows.effects_policy import Learned

Clock = Callable[[], float]
STOPPED: Clock = lambda: 0.0  # noqa: E731
KINDS = ("portfolio", "payments", "actions")
"""What is measured on: states and strategies, cash, costs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked to be measured.

    Attributes:
        reference: the strategy others are compared with; None for Standard.
        limits: the lender's figures; stated: the JSON they were given as, {} for none.
    """

    reference: str | None = None
    limits: Limits = field(default_factory=Limits)
    stated: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Asked:
        """As the command line and a job say it: reference, and limits (the JSON of `--limits` as text); either may be absent or None.
        Raises Refused for limits that cannot be read."""
        text = said.get("limits")
        if not text:
            return cls(said.get("reference"))
        return cls(said.get("reference"), Limits.from_json(text), json.loads(text))


@dataclass(frozen=True, slots=True)
class Found:
    """One measurement, not stored: what it says, what it was taken from, and from which batches; the policy it taught and what that
    says each loan would bring under each strategy (core.workflows.effects_policy), None where none was learned; and today's loans with
    what the policy expects of them, as the simulator keeps them, {} where there are none."""

    content: dict[str, Any]
    taken: Taken
    measured: Measured
    batches: tuple[int, ...]
    policy: Mapping[str, Any] | None = None
    held_rate: Numbers | None = None
    now: Mapping[str, Any] = field(default_factory=dict)


def measure(reader: PortfolioReader, asked: Asked, progress: Progress, clock: Clock = STOPPED) -> Found:
    """What strategies caused, by the book as it stands; nothing is stored.

    Args:
        clock: seconds, of whatever beginning: how long the parts took is told by it.

    Raises:
        TooLittleData: no loan was worked under a strategy, or none has an outcome yet.
        Refused: no loan with an outcome was under the reference.
    """
    from core.strategies.effects.measure import measure_effects
    from core.strategies.refinement.suggestions import suggested
    from core.workflows.effects_content import changes_told, content_of
    from core.workflows.effects_policy import learned, told_limits
    from core.workflows.held_against import in_use_of

    seconds, book = dict[str, float](), reader.book()
    batches = [
        each for each in reader.batches(limit=1_000_000) if each.status == "committed" and each.book == book.name
    ]
    progress(0.01, "reading what was done and what came of it")
    with _timed(clock, seconds, "rows"):
        took = taken(
            reader.treated_rows(), loans=book.loans, batches=batches, rulings=reader.rulings(), limits=asked.limits,
            segmentation=reader.segmentation(), reference=asked.reference,
        )  # fmt: skip
    with _timed(clock, seconds, "effects"):
        measured = measure_effects(took.observed, progress=_part(progress, 0.10, 0.50))
    with _timed(clock, seconds, "policy"):
        step = _part(progress, 0.60, 0.33)
        policy = learned(took, measured, asked.limits, workable_of(reader), step, in_use_of(reader))
    before = reader.strategy_run()
    now = {} if policy.row is None else _now(reader, policy.row["artifact"], took.observed.strategies)
    suggestions = [each.to_json() for each in suggested(took.observed, measured.groups)]
    content = content_of(took, measured) | {
        "suggestions": [
            *suggestions, *room_of(policy, now, took.observed.strategies, told_limits(took, asked.limits), book.days)
        ],
        "changes": changes_told(took, measured, None if before is None else before.content),
        "policy": policy.as_json(), "evaluation": policy.evaluation, "may_challenge": policy.may_challenge,
        "challenges": policy.challenges, "seconds": seconds,
    }  # fmt: skip
    numbers = tuple(sorted(each.id for each in batches if each.kind in KINDS))
    return Found(content, took, measured, numbers, policy.row, policy.held_rate, now)


def workable_of(reader: PortfolioReader) -> int:
    """Loans that may be worked on the newest day: whom the lender's limits are for."""
    return int(reader.stock(Selection())["workable_loans"].iloc[0]) if reader.book().days else 0


def look(reader: PortfolioReader, asked: Asked, progress: Progress, clock: Clock = STOPPED) -> dict[str, Any]:
    """A measurement for whoever asked, not stored: its content and a sentence. Raises as `measure`."""
    content = measure(reader, asked, progress, clock).content
    progress(1.0, "measured")
    return content | {"sentence": sentence(content)}


def run(
    reader: PortfolioReader, writer: PortfolioWriter, asked: Asked, *, today: date, who: str, progress: Progress, clock: Clock = STOPPED
) -> dict[str, Any]:  # fmt: skip
    """Measure, learn a policy, hold it against what is done, and store all of it as one run.

    Returns:
        The run's content with run (its number), and a sentence.

    Raises:
        Refused: as `measure`; or a batch was undone while it ran. Nothing is stored then.
    """
    from core.workflows.effects_content import evidence_of

    found = measure(reader, asked, progress, clock)
    content, book = dict(found.content), reader.book().name
    evidence = evidence_of(found.taken, found.measured, found.held_rate)
    evidence |= found.now
    progress(0.95, "storing")
    with writer.unit(book, kind="effects", known_on=today, who=who, note="measured what works") as unit:
        policy = None
        if found.policy is not None:
            policy = unit.put_policy({**found.policy, "batches": found.batches, "run": None})
            content["policy"] = {"id": policy, "status": found.policy["status"], "card": found.policy["card"]}
        told = {"batches": found.batches, "limits": dict(asked.stated), "content": content, "evidence": evidence}
        number = unit.put_strategy_run({**told, "policy": policy})
        unit.log_strategy("measured", f"run {number}", because=sentence(content))
    progress(1.0, "measured")
    return {**content, "run": number, "sentence": sentence(content)}


def _now(reader: PortfolioReader, artifact: str, strategies: Sequence[str]) -> dict[str, Any]:
    """The loans that may be worked on the newest day with what the policy expects of them, for the simulator."""
    days = reader.book().days
    if not days:
        return {}
    frame = pd.concat(list(reader.snapshots(days[-1])), ignore_index=True)
    frame = frame[state_of(frame)["workable"].to_numpy() & (frame["balance"] > 0).to_numpy()]
    if frame.empty:
        return {}
    rates = rates_of(json.loads(artifact), frame).reindex(columns=list(strategies))
    return now_of(frame, rates.to_numpy(dtype=float), strategies)


def room_of(
    policy: Learned, now: Mapping[str, Any], names: Sequence[str], limits: Limits, days: Sequence[date]
) -> list[dict[str, Any]]:
    """The limit that should be wider, as a suggestion; none unless the policy's evidence carries it against what proposes now.

    Args:
        now: today's loans, as `core.workflows.simulate.now_of` keeps them; {} for none. names: the strategies of its rates.
        limits: with the figures of these strategies. days: of the book.
    """
    from core.strategies.policy.decide import decide
    from core.strategies.refinement.room import room_wanted

    if policy.row is None or not now or not policy.may_challenge["allowed"]:
        return []
    artifact = json.loads(policy.row["artifact"])["policy"]
    acting = [name for name, acts in zip(artifact["strategies"], artifact["acts"], strict=True) if acts]
    strategies, n = tuple(limits.strategy(name) for name in names), len(now["now_balance"])
    told = decide(
        now["now_rate"],
        now["now_balance"],
        now["now_borrower"],
        strategies,
        limits,
        workable=n,
        acts=np.isin(names, acting),
    ).allocation
    room = room_wanted(told, strategies, limits, workable=n, day=days[-1].isoformat())
    return [] if room is None else [room.to_json()]


def sentence(content: Mapping[str, Any]) -> str:
    """What a measurement found, in a sentence or two."""
    known = [each for each in content["effects"] if each["adjusted"] is not None]
    told = f"Measured on {counted(content['n'], 'loan')} first worked under a strategy from {dated(content['first_day'])} to {dated(content['last_day'])}"
    if not known:
        return f"{told}: nothing can be compared. {content['effects'][0]['why']}"
    said = f"{told}: {counted(len(known), 'comparison')} of {len(content['effects'])} can be made."
    return f"{said} {content['suggestions'][0]['words']}." if content["suggestions"] else said


def in_short(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a job says of a measurement; the whole of it is in its run."""
    return {name: result[name] for name in ("run", "n", "sentence", "seconds")}


@contextmanager
def _timed(clock: Clock, seconds: dict[str, float], name: str) -> Iterator[None]:
    start = clock()
    yield
    seconds[name] = round(clock() - start, 2)


def _part(progress: Progress, start: float, length: float) -> Progress:
    return lambda share, words: progress(start + length * share, words)
