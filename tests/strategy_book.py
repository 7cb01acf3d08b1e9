"""A run about strategies as the worker stores it, for the page that shows it: the shape of core.workflows.effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.records import Book, Policy, StrategyEvent, StrategyRun
from tests.dashboard.small_book import BOOK, SmallBookReader

STRATEGIES = ("Standard", "Settlement", "Legal")


def effect(outcome: str, strategy: str, naive: float, adjusted: float | None, se: float, **more: Any) -> dict[str, Any]:
    """One effect; an adjusted one of None is refused."""
    bound = 1.1 * se
    low, high = (None, None) if adjusted is None else (adjusted - 1.96 * se, adjusted + 1.96 * se)
    return {
        "outcome": outcome, "strategy": strategy, "naive": naive, "naive_low": naive - 1.5 * se, "naive_high": naive + 1.5 * se,
        "stratified": None if adjusted is None else 0.6 * adjusted, "stratified_low": low, "stratified_high": high,
        "adjusted": adjusted, "se": None if adjusted is None else se, "ci_low": low, "ci_high": high,
        "sensitivity_bound": None if adjusted is None else bound,
        "bound_low": None if low is None else low - bound, "bound_high": None if high is None else high + bound,
        "robustness_value": 0.041, "benchmark": {"fact": "days past due", "strength": 0.03}, "n": 812, "n_reference": 3104,
        "ess": 402.0, "max_weight": 31.0, "near_zero_share": 0.02, "max_smd_before": 0.54, "max_smd": 0.061,
        "smd_fact": "days past due (log)", "estimand": "all loans observed", "verdict": "adjusted", "why": "", **more,
    }  # fmt: skip


NOT_COMPARABLE = {
    "verdict": "not comparable", "ess": 41.0, "max_smd": 0.31, "robustness_value": None,
    "why": "only 41 of 212 loans under Legal have comparable loans under Standard; run a test",
}  # fmt: skip
EFFECTS = [
    effect("recovery_rate", "Settlement", -0.107, 0.021, 0.008, n=1404),
    effect("recovery_rate", "Legal", -0.158, 0.059, 0.012),
    effect("net_value", "Settlement", -2210.0, 1240.0, 410.0, n=1404),
    effect("net_value", "Legal", -3905.0, -310.0, 520.0),
]
LEVELS = [
    {"outcome": outcome, "strategy": strategy, "n": n, "naive": naive, "adjusted": value, "se": se,
     "ci_low": value - 1.96 * se, "ci_high": value + 1.96 * se, **({"cost": cost} if outcome == "net_value" else {})}
    for outcome, strategy, n, naive, value, se, cost in (
        ("recovery_rate", "Standard", 3104, 0.44, 0.401, 0.005, 0), ("recovery_rate", "Settlement", 1404, 0.33, 0.422, 0.007, 0),
        ("recovery_rate", "Legal", 812, 0.28, 0.46, 0.011, 0), ("net_value", "Standard", 3104, 14000.0, 13260.0, 210.0, 20.0),
        ("net_value", "Settlement", 1404, 11790.0, 14500.0, 330.0, 80.0), ("net_value", "Legal", 812, 10095.0, 12950.0, 480.0, 650.0),
    )
]  # fmt: skip
GROUPS = [
    {"by": by, "group": group, "outcome": outcome, "strategy": strategy, "n": n, "n_reference": 4 * n,
     "raw": None if refused else scale * value * 1.4, "adjusted": None if refused else scale * value,
     "ci_low": None if refused else scale * (value - 0.03), "ci_high": None if refused else scale * (value + 0.03),
     "verdict": "not comparable" if refused else "adjusted",
     "why": f"only {n} loans of this group were under {strategy}" if refused else ""}
    for outcome, scale in (("recovery_rate", 1.0), ("net_value", 30_000.0))
    for by, group, strategy, n, value, refused in (
        ("product", "Auto", "Settlement", 410, 0.03, False), ("product", "Home", "Settlement", 388, 0.012, False),
        ("product", "Personal", "Settlement", 606, 0.02, False), ("product", "Auto", "Legal", 300, 0.08, False),
        ("product", "Home", "Legal", 420, 0.11, False), ("product", "Personal", "Legal", 92, -0.04, False),
        ("segment", "Small balance, early arrears", "Settlement", 700, 0.02, False),
        ("segment", "Large balance, long overdue", "Settlement", 704, 0.03, False),
        ("segment", "Small balance, early arrears", "Legal", 11, 0.0, True),
        ("segment", "Large balance, long overdue", "Legal", 801, 0.07, False),
    )
]  # fmt: skip
BALANCE = [
    {"fact": fact, "strategy": strategy, "before": before, "after": after}
    for strategy, sign in (("Settlement", 0.5), ("Legal", 1.0))
    for fact, before, after in (
        ("days past due (log)", 0.54 * sign, 0.061 * sign), ("missed payments", 0.41 * sign, -0.03 * sign),
        ("balance (log)", 0.22 * sign, 0.02), ("collateral cover", -0.18 * sign, 0.01), ("product: Auto", 0.05, 0.004),
    )
]  # fmt: skip
SUGGESTION = {
    "kind": "stop", "action": "stop", "strategy": "Legal", "where": {"product": "Personal"}, "n": 92, "value": -412.0,
    "ci_low": -700.0, "ci_high": -124.0, "strength": "strong",
    "words": "Stop Legal on Personal loans: it costs more than it returns, 412 a loan (124 to 700), n = 92.",
}  # fmt: skip
SUGGESTIONS = [
    SUGGESTION,
    {**SUGGESTION, "kind": "more", "action": "more", "strategy": "Settlement", "where": {"product": "Auto"}, "n": 410, "value": 930.0,
     "ci_low": 310.0, "ci_high": 1550.0, "strength": "fair",
     "words": "Offer Settlement on Auto loans sooner: 930 more a loan (310 to 1,550), n = 410."},
]  # fmt: skip
EVALUATION = [
    {"policy": "value", "against": against, "outcome": "net_value", "value": value, "se": se, "ci_low": value - 1.96 * se,
     "ci_high": value + 1.96 * se, "n": 2660}
    for against, value, se in (("champion", 1820.0, 410.0), ("Standard for all", 2450.0, 390.0), ("as it was", 2010.0, 430.0))
]  # fmt: skip
CHANGES = [
    {"strategy": "Legal", "outcome": "net_value", "before": 900.0, "now": -310.0, "difference": -1210.0, "ci_low": -2100.0,
     "ci_high": -320.0, "words": "Legal brings less than it did: 1,210 a loan less (320 to 2,100) for loans placed since Mar 2025."},
]  # fmt: skip
CONTENT: dict[str, Any] = {
    "reference": "Standard", "strategies": list(STRATEGIES), "n": 5320, "first_day": "2024-01-31", "last_day": "2025-10-31",
    "window_months": 12, "outcome_words": "cash within 12 months", "sha256": "cd" * 32,
    "excluded": [{"why": "their 12 months are not over", "loans": 941}, {"why": "their facts were taken after the strategy had begun", "loans": 38}],
    "changed_later": 211, "facts": ["days past due", "missed payments", "balance", "product"],
    "refused_facts": [{"column": "Collection_Attempts", "why": "it is written after the strategy has begun"}],
    "effects": EFFECTS, "levels": LEVELS, "groups": GROUPS, "balance": BALANCE,
    "policy": {"id": 4, "status": "challenger", "card": {
        "reference": "Standard",
        "strategies": [{"strategy": name, "acts": True, "evidence": {"gain": 1900.0, "error": 210.0, "n": 410} if place else None}
                       for place, name in enumerate(STRATEGIES)],
        "standing": {"promised": 9.1, "for_everybody": 1.4, "together": 10.1, "asked": 0.6},
        "prices": {"Legal": 3852.7, "Settlement": 735.5, "hour": None, "budget": None},
        "shares": {"Standard": 0.62, "Settlement": 0.30, "Legal": 0.08}}},
    "evaluation": EVALUATION, "may_challenge": {"allowed": True, "why": "its lower bound against the champion is above 0"},
    "suggestions": SUGGESTIONS, "changes": CHANGES, "seconds": {"effects": 21.0, "policy": 17.5},
}  # fmt: skip
RUN = StrategyRun(3, "2026-11-02", "2026-11-02T10:00:00+00:00", "ana", (1, 2, 3), {}, CONTENT)
POLICY = Policy(4, "challenger", "value", "{}", "ab" * 32, CONTENT["policy"]["card"], 3, "2026-11-02T10:00:30+00:00")
EVENT = StrategyEvent(
    7, "accepted", "suggestion 1 of run 3", "ben", "2026-11-03T09:12:00+00:00", "Court fees rose in May", SUGGESTION
)  # fmt: skip


def run_with(**content: Any) -> StrategyRun:
    """The run with other content."""
    return replace(RUN, content={**CONTENT, **content})


def refused(why: str) -> list[dict[str, Any]]:
    """Effects none of which can be told."""
    return [
        effect(each["outcome"], each["strategy"], each["naive"], None, each["se"], **{**NOT_COMPARABLE, "why": why})
        for each in EFFECTS
    ]


def evidence(n: int = 600, seed: int = 5) -> dict[str, np.ndarray]:
    """Loans whose outcome is known: the larger the balance, the more Legal brings beyond Standard."""
    rng = np.random.default_rng(seed)
    balance = np.exp(rng.normal(9.5, 0.8, n))
    truth = np.column_stack([np.full(n, 0.35), np.full(n, 0.37), 0.30 + 0.06 * (np.log(balance) - 9.5)])
    return {
        "loan_id": np.arange(n), "strategy": rng.integers(0, 3, n), "balance": balance, "risk": rng.random(n),
        "held_rate": truth, "gamma_rate": truth + rng.normal(0, 0.2, (n, 3)), "cluster": np.arange(n) // 2,
        **_now(rng, n // 2),
    }  # fmt: skip


def _now(rng: np.random.Generator, m: int) -> dict[str, np.ndarray]:
    """The loans of the newest day, two a borrower."""
    balance, risk = np.exp(rng.normal(9.5, 0.8, m)), rng.random(m)
    rate = np.column_stack([np.full(m, 0.35), np.full(m, 0.37), 0.30 + 0.06 * (np.log(balance) - 9.5)])
    return {
        "now_borrower": np.arange(m) // 2, "now_balance": balance, "now_risk": risk, "now_rate": rate,
        "now_proposed": np.searchsorted([0.5, 0.75], risk, side="right"),
    }  # fmt: skip


class StrategyReader(SmallBookReader):
    """The small book with what is known of its strategies."""

    def __init__(
        self, run: StrategyRun | None = RUN, *, record: Book = BOOK, policies: tuple[Policy, ...] = (POLICY,),
        events: tuple[StrategyEvent, ...] = (EVENT,), known: Mapping[str, np.ndarray] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(record)
        self._run, self._policies, self._events = run, policies, events
        self._evidence = evidence() if known is None else known

    def strategy_run(self) -> StrategyRun | None:
        return self._run

    def strategy_evidence(self, run: int) -> Mapping[str, np.ndarray]:
        return self._evidence

    def policies(self) -> list[Policy]:
        return list(self._policies)

    def policy_in_use(self) -> Policy | None:
        return next((each for each in self._policies if each.status == "champion"), None)

    def strategy_events(self) -> list[StrategyEvent]:
        return list(self._events)


def look(number: int, on: str, value: float, se: float, **more: Any) -> dict[str, Any]:
    """One look of a trial."""
    return {
        "number": number, "on": on, "fraction": number / 12, "value": value, "se": se, "z": value / se, "limit": 2.8, "low": value - 2.8 * se,
        "high": value + 2.8 * se, "always_low": value - 3.3 * se, "always_high": value + 3.3 * se, "crossed": 0, "loans": [400 * number, 390 * number],
        "r2": 0.2, "plain": value, **more,
    }  # fmt: skip


TRIAL: dict[str, Any] = {
    "name": "Reminder wording", "status": "running", "who": "ana", "at": "2026-05-01T08:00:00+00:00", "why": "Softer words", "told_until": "2026-10-31",
    "plan": {"outcome": "cash_over_balance", "eligible_words": "loans under Standard", "outcome_words": "cash over balance", "planned_n": 4800},
    "verdict": "not yet", "words": ["Not yet: the difference is within its boundary.", "Next look in November."],
    "arms": [
        {"name": "As now", "what": "", "share": 0.5, "loans": 2400, "borrowers": 2300, "due": 1300, "matured": 1200, "mean": 0.125, "se": 0.01, "low": 0.105, "high": 0.145},
        {"name": "Softer", "what": "Softer words", "share": 0.5, "loans": 2390, "borrowers": 2288, "due": 1290, "matured": 1190, "mean": 0.139, "se": 0.01, "low": None, "high": None},
    ],
    "against": [{
        "challenger": "Softer", "verdict": "not yet", "words": ["within its boundary"], "difference": look(3, "2026-10-01", 0.014, 0.011),
        "now": look(0, "2026-10-31", 0.013, 0.010, limit=None), "looks": [look(1, "2026-08-01", 0.02, 0.02, limit=None), look(2, "2026-09-01", 0.018, 0.014), look(3, "2026-10-01", 0.014, 0.011)],
        "counters": [{"name": "complaints", "words": "Complaints: 0.1 points more, within the limit."}], "apart": [{"name": "balance", "is_far": True}],
    }],
    "shares": {"p": 0.7, "how": "chi-square", "words": "Borrowers by arm: as planned (p 0.700).", "is_invalid": False, "counts": [2300, 2288], "expected": [2294, 2294]},
    "look_days": ["2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01"], "next_look": "2026-11-01", "decided_by": "2027-05-01", "decided": None,
}  # fmt: skip
