"""What a trial is going to be, written down before it begins: arms, who takes part, what counts, when it is read."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from core.errors import Refused
from core.wording import counted

Outcome = Literal["cash_over_balance", "net_value"]
OUTCOMES: dict[Outcome, str] = {
    "cash_over_balance": "cash over balance",
    "net_value": "net value a loan",
}
COUNTERS: dict[str, str] = {
    "complaints": "share of loans with a complaint",
    "broken_promises": "share of loans with a broken promise or plan",
    "contacts": "contacts a loan",
}
"""What a win may not be bought with: the word in a plan, and in a sentence."""

HOLDOUT_ARM = "Holdout"
"""Where borrowers stand that no trial touches; no arm may have its name."""
WINDOW_DAYS, HOLDOUT, MONTHS = 90, 0.05, 12
MOST_ARMS, MOST_LOOKS, LONGEST_NAME, MOST_LOANS, MOST_DAYS = 6, 60, 120, 10**9, 36_525
LAST_YEAR = date.max.year - 10
"""A plan that ends later has looks on days the calendar does not have."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to treat a loan: its share of those who take part (0-1), and the strategy or the treatment in words."""

    name: str
    share: float
    what: str = ""


@dataclass(frozen=True, slots=True)
class Eligible:
    """Who may take part. An empty tuple and None mean no limit; DPD from `dpd_from` up to and with `dpd_to`."""

    strategies: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    dpd_from: int | None = 1
    dpd_to: int | None = None

    def words(self) -> str:
        """Who takes part, for a sentence.

        >>> Eligible(strategies=("Standard",), dpd_to=89).words()
        'loans under Standard, 1 to 89 days past due'
        """
        under = f" under {_either(self.strategies)}" if self.strategies else ""
        kinds = f" of product {_either(self.products)}" if self.products else ""
        groups = f" in segment {_either(self.segments)}" if self.segments else ""
        low, high = self.dpd_from, self.dpd_to
        days = f"{low or 0} to {high}" if high is not None else f"{low} or more" if low else ""
        return f"loans{under}{kinds}{groups}" + (f", {days} days past due" if days else "")


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-metric: by how much more than the champion the challenger may have of it, in its own unit."""

    name: str
    limit: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A trial as it was planned.

    Attributes:
        name: names the trial in files and on screen; the same name and borrower give the same arm for ever.
        arms: the champion first, then one or more challengers.
        starts_on, ends_on: first and last day on which loans are assigned.
        planned_n: loans an arm of the smallest share when the last look is taken.
        eligible: who may take part.
        outcome, window_days: what is compared: the outcome within that many days of the assignment.
        looks: how often it is read; evenly spread months after the first outcomes can have matured.
        counters: what a win may not be bought with.
        holdout: share of borrowers in no trial at all, the same ones for every trial.
        dpd_edges, balance_edges: where stage and balance bands of the strata begin.
        effect: the difference hoped for, in the outcome's unit; None where none was stated. Futility is told against it.
        unit: what was dealt out: "borrower" (all loans of one in one arm) or "loan" (files from elsewhere may do so).
        why, who: kept with the plan.
        derived: made from a file's columns, after the fact.
    """

    name: str
    arms: tuple[Arm, ...]
    starts_on: date
    ends_on: date
    planned_n: int
    eligible: Eligible = field(default_factory=Eligible)
    outcome: Outcome = "cash_over_balance"
    window_days: int = WINDOW_DAYS
    looks: int = MONTHS
    counters: tuple[Counter, ...] = ()
    holdout: float = HOLDOUT
    dpd_edges: tuple[float, ...] = (30.0, 90.0)
    balance_edges: tuple[float, ...] = ()
    effect: float | None = None
    unit: Literal["borrower", "loan"] = "borrower"
    why: str = ""
    who: str = ""
    derived: bool = False

    @property
    def shares(self) -> tuple[float, ...]:
        return tuple(arm.share for arm in self.arms)

    @property
    def champion(self) -> str:
        return self.arms[0].name

    @property
    def challengers(self) -> tuple[str, ...]:
        return tuple(arm.name for arm in self.arms[1:])

    def look_days(self) -> tuple[date, ...]:
        """The days of the looks: the last one when the last loan's window has passed, the others evenly before it.

        With monthly assignments from January to December and twelve looks these are twelve months in a row, each with
        the loans of one month more.
        """
        first, last = self.starts_on + timedelta(self.window_days), self.ends_on + timedelta(self.window_days)
        span = (last - first).days
        return tuple(first + timedelta(round(span * (place + 1) / self.looks)) for place in range(self.looks))

    def planned_of(self, arm: int) -> float:
        """Loans planned for an arm when the last look is taken."""
        return self.planned_n * self.arms[arm].share / min(self.shares)

    def as_json(self) -> dict[str, Any]:
        """The plan as plain JSON values."""
        return asdict(self) | {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}


def plan_of(said: Mapping[str, Any]) -> Plan:
    """A plan from JSON values: those of `Plan.as_json`, or as a person writes them.

    Required are name, arms (name, share, what), starts_on and planned_n; ends_on is a year after the start by default.

    Raises:
        Refused: a key that is unknown or missing, a value of the wrong kind, or a plan that cannot be carried out.
    """
    remedy = "A plan has " + ", ".join(Plan.__dataclass_fields__) + "; see README."
    unknown = [f"'{key}'" for key in said if key not in Plan.__dataclass_fields__]
    missing = [f"'{key}'" for key in ("name", "arms", "starts_on", "planned_n") if key not in said]
    if unknown or missing:
        what = "unknown keys" if unknown else "keys missing"
        raise Refused(f"The plan has {what}", where=unknown or missing, remedy=remedy)
    try:
        starts_on = date.fromisoformat(str(said["starts_on"]))
        ends_on = date.fromisoformat(str(said["ends_on"])) if said.get("ends_on") else _a_year_after(starts_on)
        given = dict(said) | {
            "name": _name(said["name"]), "starts_on": starts_on, "ends_on": ends_on,
            "arms": tuple(Arm(**_arm(arm)) for arm in said["arms"]),
            "planned_n": int(said["planned_n"]),
            "eligible": Eligible(**_eligible(said.get("eligible") or {})),
            "counters": tuple(Counter(str(one["name"]), float(one["limit"])) for one in said.get("counters") or ()),
            **{key: tuple(float(edge) for edge in said[key]) for key in ("dpd_edges", "balance_edges") if key in said},
            **{key: int(said[key]) for key in ("window_days", "looks") if key in said},
            "holdout": float(said.get("holdout", HOLDOUT)),
            "effect": None if said.get("effect") is None else float(said["effect"]),
        }  # fmt: skip
        return checked(Plan(**given))
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise Refused(f"The plan cannot be read: {error}", remedy=remedy) from None


def checked(plan: Plan) -> Plan:
    """The plan, if it can be carried out.

    Raises:
        Refused: everything that is wrong with it, and what to do.
    """
    wrong = [words for fails, words in _rules(plan) if fails]
    if wrong:
        raise Refused(f"The trial '{plan.name}' cannot be run as planned", where=wrong, remedy="Mend the plan.")
    return plan


def _rules(plan: Plan) -> list[tuple[bool, str]]:
    names, shares = [arm.name for arm in plan.arms], plan.shares
    counted_twice = len({name.casefold() for name in names}) < len(names)
    right = all(math.isfinite(share) and 0 < share < 1 for share in shares)
    return [
        (not 0 < len(plan.name) <= LONGEST_NAME, f"a name has 1 to {LONGEST_NAME} characters, this one {len(plan.name)}"),
        (len(names) < 2, f"it has {counted(len(names), 'arm')}: there is nothing to compare with"),
        (len(names) > MOST_ARMS, f"it has {len(names)} arms, more than {MOST_ARMS}"),
        (counted_twice or not all(name.strip() for name in names), "every arm needs a name of its own"),
        (any(len(name) > LONGEST_NAME for name in names), f"the name of an arm has more than {LONGEST_NAME} characters"),
        (HOLDOUT_ARM.casefold() in map(str.casefold, names), f"an arm is called {HOLDOUT_ARM}, as those are whom no trial touches"),
        (not all(each.isprintable() for each in (plan.name, *names)), "a name holds a character that cannot be printed"),
        (not right, "every arm needs a share above 0 and below 1"),
        (right and abs(sum(shares) - 1) > 1e-6, f"the shares of its arms add up to {sum(shares):.4g}, not to 1"),
        (not 0 <= plan.holdout <= 0.5, f"a holdout of {plan.holdout:g} is not between 0 and 0.5"),
        (plan.unit not in ("borrower", "loan"), f"the unit dealt out is '{plan.unit}': borrower or loan"),
        (plan.outcome not in OUTCOMES, f"outcome '{plan.outcome}' is none of {', '.join(OUTCOMES)}"),
        (not 7 <= plan.window_days <= 730, f"a window of {plan.window_days} days is not between 7 and 730"),
        (not 1 <= plan.looks <= MOST_LOOKS, f"{plan.looks} looks are not between 1 and {MOST_LOOKS}"),
        (plan.planned_n < 50, f"{counted(plan.planned_n, 'loan')} an arm carry no interval: 50 at least"),
        (plan.planned_n > MOST_LOANS, f"more than {MOST_LOANS:,} loans an arm are planned"),
        (plan.ends_on.year > LAST_YEAR, f"it ends on {plan.ends_on}, after the year {LAST_YEAR}"),
        *[(not 0 <= day <= MOST_DAYS, f"{day} days past due are not between 0 and {MOST_DAYS:,}") for day in _days(plan.eligible)],
        (plan.ends_on <= plan.starts_on, f"it ends on {plan.ends_on}, not after its start on {plan.starts_on}"),
        *[(one.name not in COUNTERS, f"counter-metric '{one.name}' is none of {', '.join(COUNTERS)}") for one in plan.counters],
        *[(not math.isfinite(one.limit) or one.limit < 0, f"the limit of {one.name} is {one.limit}: 0 or more") for one in plan.counters],
        (len({one.name for one in plan.counters}) < len(plan.counters), "a counter-metric is named twice"),
        *[(sorted(set(edges)) != list(edges) or not all(map(math.isfinite, edges)), "the edges of bands rise, and end")
          for edges in (plan.dpd_edges, plan.balance_edges)],
        (plan.effect is not None and not 0 < plan.effect < math.inf, f"the effect hoped for is {plan.effect}: a number above 0"),
    ]  # fmt: skip


def derived_plan(
    name: str,
    arms: Sequence[str],
    shares: Sequence[float] | None,
    *,
    first: date,
    last: date,
    smallest: int,
    unit: Literal["borrower", "loan"] = "borrower",
) -> Plan:
    """A plan for a trial that is known from files only: its shares are the stated probabilities, its size what there is.

    Its looks are the months in which loans were assigned. Nothing of it was fixed beforehand, which `derived` says.

    Args:
        name: of the trial as the file has it.
        arms: in the order in which they are compared; the first stands as champion.
        shares: the mean stated probability of each, or None where the file states none: equal shares are taken.
        first, last: first and last day of assignment.
        smallest: loans of the smallest arm.
        unit: what was dealt out.
    """
    given = [1 / len(arms)] * len(arms) if shares is None else [share / sum(shares) for share in shares]
    last = max(last, first + timedelta(1))
    months = max(1, round((last - first).days / 30.4 + 1))
    return Plan(
        name, tuple(Arm(arm, share) for arm, share in zip(arms, given, strict=True)), first, last, max(50, smallest),
        looks=min(months, MOST_LOOKS), holdout=0.0, derived=True, unit=unit,
        eligible=Eligible(dpd_from=None), why="Known from the columns Trial, Arm, Assigned_On and Assignment_Probability",
    )  # fmt: skip


def registered(plan: Plan, *, who: str, why: str) -> Plan:
    """The plan with who stands for it and why. Raises Refused without a reason: it is what the verdict is read against."""
    if not why.strip():
        raise Refused("A trial is registered with its reason", remedy="Say why: what is hoped for, and what follows.")
    return replace(plan, who=who, why=why.strip())


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _name(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError(f"a name is text, not {said!r}")
    return said.strip()


def _days(eligible: Eligible) -> list[int]:
    return [day for day in (eligible.dpd_from, eligible.dpd_to) if day is not None]


def _arm(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": _name(said["name"]), "share": float(said["share"]), "what": str(said.get("what", ""))}


def _eligible(said: Mapping[str, Any]) -> dict[str, Any]:
    if alone := [key for key in ("strategies", "segments", "products") if isinstance(said.get(key), str)]:
        raise TypeError(f"{alone[0]} is a list of names: write [{said[alone[0]]!r}]")
    lists = {
        key: tuple(str(value) for value in said[key]) for key in ("strategies", "segments", "products") if key in said
    }
    days = {key: None if said[key] is None else int(said[key]) for key in ("dpd_from", "dpd_to") if key in said}
    unknown = set(said) - set(lists) - set(days)
    if unknown:
        raise ValueError(f"eligible has the unknown key '{sorted(unknown)[0]}'")
    return {**lists, **days}


def _a_year_after(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, calendar.monthrange(day.year + 1, day.month)[1])) - timedelta(1)
