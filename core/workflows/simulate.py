"""Simulate a rule on the book on show: what the newest run stored, as `core.strategies.policy.simulate` takes it. NumPy only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import TooLittleData
from core.ports import PortfolioReader
from core.records import Policy, StrategyRun
from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.simulate import Past, Rule, Simulated, Work, simulate
from core.strategies.thresholds import CHAMPION_V0
from core.workflows.proposing import learned_limits

NOW = ("now_borrower", "now_balance", "now_risk", "now_rate", "now_proposed")
HELD = ("balance", "risk", "cluster", "held_rate", "gamma_rate")


@dataclass(frozen=True, slots=True)
class Simulable:
    """What a rule is simulated on.

    Attributes:
        run: the number of the run it comes from.
        names: strategies, in the order of the catalogue; those the run measured.
        work: the loans of the newest day. past: those whose outcome is known.
        limits: what the run was made with: the lender's figures, else the costs told of its loans, else the catalogue's.
        champion: the rule in use.
    """

    run: int
    names: tuple[str, ...]
    work: Work
    past: Past
    limits: Limits
    champion: Rule


def read_simulable(reader: PortfolioReader) -> Simulable:
    """Read what the newest run stored for the simulator.

    Raises:
        TooLittleData: nothing was measured yet, fewer than two of the catalogue's strategies were, or the run stored no
            loans to simulate on.
    """
    run = reader.strategy_run()
    if run is None:
        raise TooLittleData("Nothing was measured yet", remedy="Measure what works first.")
    told = reader.strategy_evidence(run.id)
    missing = [name for name in (*NOW, *HELD) if name not in told]
    if missing or not len(told["now_balance"]):
        policy = run.content.get("policy") or {}
        why = (
            policy.get("refused") or "no loan of the newest day can be worked"
            if not missing
            else policy.get("refused") or "no policy was learned"
        )
        raise TooLittleData(f"There is nothing to simulate on: {why}", remedy="Load more outcomes, then measure again.")
    return simulable(run, told, reader.policy_in_use())


def simulable(run: StrategyRun, told: Mapping[str, np.ndarray], in_use: Policy | None) -> Simulable:
    """The arrays of a run in the catalogue's order of strategies.

    Raises:
        TooLittleData: fewer than two of the catalogue's strategies were measured.
    """
    measured = list(run.content["strategies"])
    names = tuple(each.name for each in CATALOGUE if each.name in measured)
    if len(names) < 2:
        raise TooLittleData(
            f"Only {', '.join(names) or 'none'} of the catalogue's strategies was measured",
            remedy="There is nothing to choose between.",
        )
    order = [measured.index(name) for name in names]
    place = np.full(len(measured) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(names))
    proposed = np.asarray(told["now_proposed"], dtype=np.int64)
    _, unit = np.unique(told["now_borrower"], return_inverse=True)
    work = Work(
        unit.astype(np.int64), _numbers(told["now_balance"]), _numbers(told["now_risk"]), _numbers(told["now_rate"])[:, order],
        place[np.where(proposed < 0, len(measured), proposed)], _acts(run, names),
    )  # fmt: skip
    past = Past(
        _numbers(told["balance"]), _numbers(told["risk"]), np.asarray(told["cluster"]).astype(np.int64),
        _numbers(told["held_rate"])[:, order], _numbers(told["gamma_rate"])[:, order],
    )  # fmt: skip
    stated = _limits(run)
    limits = Limits(tuple(stated.strategy(name) for name in names), stated.officer_hours, stated.budget)
    champion = (
        Rule("thresholds", CHAMPION_V0.edges[: len(names) - 1])
        if in_use is None or in_use.kind != "value"
        else Rule("value")
    )
    return Simulable(run.id, names, work, past, limits, champion)


def _limits(run: StrategyRun) -> Limits:
    """What the run's policy was learned with, else what the lender stated, else the catalogue."""
    card = (run.content.get("policy") or {}).get("card") or {}
    if card.get("limits"):
        return learned_limits(card)
    return Limits.from_json(json.dumps(run.limits)) if run.limits else Limits()


def _acts(run: StrategyRun, names: tuple[str, ...]) -> tuple[bool, ...]:
    """Which strategies the learned policy may give, by its card; () where that is not told."""
    card = (run.content.get("policy") or {}).get("card") or {}
    told = {
        each["strategy"]: bool(each["acts"])
        for each in card.get("strategies") or ()
        if isinstance(each, Mapping) and "acts" in each
    }
    return tuple(told.get(name, False) for name in names) if told else ()


def now_of(loans: pd.DataFrame, rates: np.ndarray, strategies: Sequence[str]) -> dict[str, np.ndarray]:
    """What a run keeps of the loans that may be worked on the newest day, for `read_simulable`.

    Args:
        loans: loan_ref, borrower_ref (None where a loan stands alone), balance, risk_score (NaN where unknown), proposed.
        rates: (m, K) share of the balance each strategy is expected to bring; NaN where it cannot be told.
        strategies: names, in the order of the columns.
    """
    alone = "loan " + loans["loan_ref"].astype(str)
    who = ("borrower " + loans["borrower_ref"].astype(str)).where(loans["borrower_ref"].notna(), alone)
    place = {name: index for index, name in enumerate(strategies)}
    proposed = [place.get(str(name), -1) for name in loans["proposed"]]
    return {
        "now_borrower": pd.factorize(who)[0].astype(np.int64), "now_balance": loans["balance"].to_numpy(dtype=float),
        "now_risk": loans["risk_score"].to_numpy(dtype=float), "now_rate": np.asarray(rates, dtype=float),
        "now_proposed": np.asarray(proposed, dtype=np.int64),
    }  # fmt: skip


def simulated(on: Simulable, limits: Limits, rule: Rule) -> Simulated:
    """What a rule would do within these limits."""
    return simulate(on.work, on.past, limits, rule, on.champion, on.limits)


def limits_json(limits: Limits) -> dict[str, Any]:
    """Limits as `--limits` reads them: what differs from the catalogue, and every limit."""
    shipped = {each.name: each for each in CATALOGUE}
    strategies: dict[str, Any] = {}
    for each in limits.strategies:
        figures = {
            name: getattr(each, name)
            for name in ("cost", "fee_share", "npv_factor", "hours", "capacity_share", "capacity_count")
            if getattr(each, name) is not None and getattr(each, name) != getattr(shipped[each.name], name)
        }
        if figures:
            strategies[each.name] = figures
    whole = {"officer_hours": limits.officer_hours, "budget": limits.budget}
    return {"strategies": strategies, **{name: value for name, value in whole.items() if value is not None}}


def _numbers(array: Any) -> np.ndarray:
    return np.asarray(array, dtype=np.float64)
