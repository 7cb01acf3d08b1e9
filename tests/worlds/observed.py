"""Loans of a world as effects and policies are learned from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.strategies.catalogue import CATALOGUE
from core.strategies.observed import Fact, Observed
from tests.worlds.world import STRATEGIES, Drawn


def observed_of(drawn: Drawn, *, chance: dict[str, float] | None = None) -> Observed:
    """The facts a lender would have, with net value by the catalogue; `chance` states how loans were given strategies."""
    frame = drawn.frame
    debt = ((frame["emi"] + frame["other_emi"]) / frame["monthly_income"]).clip(0.02, 3)
    numbers = {
        "days past due (log)": np.log1p(frame["dpd"]), "missed payments (log)": np.log1p(frame["missed_payments"]),
        "debt to income (log)": np.log(debt), "income (log)": np.log(frame["monthly_income"]),
        "collateral cover": (frame["collateral_value"] / frame["balance"]).clip(0, 2),
        "balance (log)": np.log(frame["balance"]), "promises kept": frame["promise_kept_ratio"],
        "contact rate": frame["contact_rate"], "interest rate": frame["interest_rate"], "tenure": frame["tenure_months"],
        "amount (log)": np.log(frame["loan_amount"]),
    }  # fmt: skip
    facts = [np.asarray(values, dtype=float) for values in numbers.values()]
    columns = [Fact(name, name, True) for name in numbers]
    for name in ("product", "employment_type", "region"):
        for level in sorted(frame[name].unique())[1:]:
            facts.append((frame[name] == level).to_numpy(dtype=float))
            columns.append(Fact(f"{name}: {level}", name, False))
    strategies = [name for name in STRATEGIES if (frame["strategy"] == name).any()]
    strategy = frame["strategy"].map({name: place for place, name in enumerate(strategies)}).to_numpy(dtype=np.int64)
    balance, cash = frame["balance"].to_numpy(dtype=float), frame["cash_12m"].to_numpy(dtype=float)
    figures = {each.name: each for each in CATALOGUE}
    factor = np.asarray([figures[name].npv_factor * (1 - figures[name].fee_share) for name in strategies])
    cost = np.asarray([figures[name].cost for name in strategies])
    stated = np.asarray([(chance or {}).get(name, np.nan) for name in strategies])
    return Observed(
        facts=np.column_stack(facts), columns=tuple(columns), strategy=strategy, strategies=tuple(strategies),
        balance=balance, rate=cash / balance, net=factor[strategy] * cash - cost[strategy],
        cluster=pd.factorize(frame["borrower_ref"])[0].astype(np.int64), probability=stated[strategy],
        groups={"product": frame["product"].to_numpy(dtype=object)},
    )  # fmt: skip


def true_effects(drawn: Drawn, strategies: Sequence[str] = STRATEGIES) -> dict[str, float]:
    """The mean difference of the recovery rate to the first strategy, over the drawn loans."""
    first = drawn.truth[f"rate_{strategies[0]}"]
    return {name: float((drawn.truth[f"rate_{name}"] - first).mean()) for name in strategies[1:]}


def true_net_effects(drawn: Drawn, strategies: Sequence[str] = STRATEGIES) -> dict[str, float]:
    """The same of net value, currency a loan, by the catalogue's figures."""
    figures = {each.name: each for each in CATALOGUE}
    value = {
        name: figures[name].npv_factor * drawn.truth[f"rate_{name}"] * drawn.frame["balance"] - figures[name].cost
        for name in strategies
    }
    return {name: float((value[name] - value[strategies[0]]).mean()) for name in strategies[1:]}
