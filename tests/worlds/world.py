"""A world: how loans come about, what would become of each under each strategy, and what officers did.

A world is drawn from its coefficients. Every loan has, under each strategy, a true probability of paying at all and a
true share of the balance it then pays; what is observed is one draw under the strategy it had. Officers chose by what
they saw, so that a comparison as it happened is confounded unless `randomised`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

STRATEGIES = ("Standard", "Settlement", "Legal")
PRODUCTS = ("Personal", "Auto", "Home", "Business")
EMPLOYMENT = ("Salaried", "Self-Employed", "Unemployed", "Retired")
UNDER = 0.05
"""A loan that pays a smaller share of its balance is not recovered."""


@dataclass(frozen=True)
class Coefficients:
    """How strongly each fact moves the log-odds of paying, and of the share paid.

    `kinks` adds thresholds and products of facts that no linear index carries; `by_category` moves the strategies'
    effects by product and employment instead of by smooth facts; `confounding` is how strongly officers sent the
    worst accounts to court; `hidden` the same for what nobody recorded; all loans with more days past due than `court_above` went to court.
    """

    intercept: float = 0.55
    dpd: float = -0.75
    missed: float = -0.35
    debt: float = -0.45
    income: float = 0.15
    cover: float = 0.50
    balance: float = -0.25
    kept: float = 0.55
    reach: float = 0.35
    product: tuple[float, ...] = (-0.20, 0.05, 0.25, -0.10)
    employment: tuple[float, ...] = (0.25, -0.05, -0.55, 0.10)
    kinks: float = 0.0
    settlement: float = 0.10
    legal: float = 0.25
    spread: float = 0.6
    by_category: float = 0.0
    confounding: float = 1.0
    hidden: float = 0.0
    randomised: bool = False
    court_above: float | None = None


COEFFICIENTS: dict[str, Coefficients] = {
    "plain": Coefficients(),
    "kinked": Coefficients(kinks=0.7, dpd=-0.6, debt=-0.3),
    "quiet": Coefficients(dpd=-0.45, missed=-0.25, debt=-0.6, cover=0.75, kept=0.7, reach=0.15, balance=-0.4),
    "by kind": Coefficients(dpd=-0.65, product=(-0.6, 0.1, 0.5, -0.2), employment=(0.45, 0.0, -0.8, 0.1), kinks=0.3),
}
"""Four sets: an even mix; thresholds and products of facts; behaviour over arrears; who they are over what they owe."""


@dataclass(frozen=True)
class Drawn:
    """Loans of a world.

    Attributes:
        frame: one row a loan in the fields of `PortfolioReader.training_rows`, outcome (cash_12m) included.
        truth: for each of STRATEGIES, p_<strategy> (probability of non-recovery), rate_<strategy> (mean share of the
            balance recovered) and chance_<strategy> (of having been given it, before `court_above`); the same row order.
    """

    frame: pd.DataFrame
    truth: pd.DataFrame


def draw(loans: int, seed: int, coefficients: Coefficients | str = "plain") -> Drawn:
    """Loans of a world, the same ones for the same seed."""
    told = COEFFICIENTS[coefficients] if isinstance(coefficients, str) else coefficients
    rng = np.random.default_rng([seed, loans])
    facts = _facts(rng, loans)
    hidden = rng.standard_normal(loans)
    pay, share = _indices(facts, told, hidden)
    effects = _effects(facts, told)
    chance = {name: _sigmoid(pay + effect) for name, effect in effects.items()}
    mean = {name: _sigmoid(share + 0.5 * effect) for name, effect in effects.items()}
    given = _chances(facts, told, pay, hidden)
    strategy = _strategy(rng, told, given)
    if told.court_above is not None:
        strategy = np.where(facts["dpd"] > told.court_above, "Legal", strategy)
    dice, size = rng.random(loans), rng.standard_normal(loans)
    outcome = np.zeros(loans)
    for name in STRATEGIES:
        rows = strategy == name
        pays = dice[rows] < chance[name][rows]
        outcome[rows] = np.where(pays, _severity(mean[name][rows], size[rows]), 0.0)
    frame = pd.DataFrame(facts).assign(
        loan_ref=[f"L{row:06d}" for row in range(loans)], borrower_ref=[f"B{row:06d}" for row in range(loans)],
        as_of="2024-06-30", status="open", hold=pd.Series([None] * loans, dtype=object), strategy=strategy,
        cash_12m=(outcome * facts["balance"]).round(2), months_seen=24,
    )  # fmt: skip
    draws = np.asarray([NormalDist().inv_cdf((place + 0.5) / 200) for place in range(200)])[:, None]
    truth = {}
    for name in STRATEGIES:
        paid = _severity(mean[name][None, :], draws)
        truth[f"p_{name}"] = 1 - chance[name] * (paid >= UNDER).mean(axis=0)
        truth[f"rate_{name}"] = chance[name] * paid.mean(axis=0)
    truth |= {f"chance_{name}": given[:, place] for place, name in enumerate(STRATEGIES)}
    return Drawn(frame, pd.DataFrame(truth))


def permuted(drawn: Drawn, seed: int) -> Drawn:
    """The same loans with outcomes dealt out anew: nothing predicts them."""
    order = np.random.default_rng([seed, 3]).permutation(len(drawn.frame))
    rate = (drawn.frame["cash_12m"] / drawn.frame["balance"]).to_numpy()[order]
    return replace(drawn, frame=drawn.frame.assign(cash_12m=(rate * drawn.frame["balance"]).round(2)))


def _facts(rng: np.random.Generator, loans: int) -> dict[str, np.ndarray]:
    product = rng.choice(PRODUCTS, loans, p=(0.45, 0.25, 0.15, 0.15))
    employment = rng.choice(EMPLOYMENT, loans, p=(0.55, 0.25, 0.12, 0.08))
    income = rng.lognormal(8.2, 0.45, loans) * np.where(employment == "Unemployed", 0.55, 1.0)
    granted = rng.lognormal(9.2, 0.7, loans) * np.where(product == "Home", 6.0, np.where(product == "Auto", 1.6, 1.0))
    balance = granted * rng.uniform(0.25, 1.0, loans)
    tenure = rng.choice([12, 24, 36, 48, 60, 120], loans)
    rate = rng.normal(14, 3, loans).clip(5, 26)
    emi = granted / tenure * (1 + rate / 100 * tenure / 24)
    emi = np.minimum(emi, income * 0.9)
    other = income * rng.beta(1.2, 6, loans)
    secured = rng.random(loans) < np.select([product == "Home", product == "Auto"], [0.95, 0.85], 0.15)
    dpd = np.ceil(rng.gamma(1.6, 45, loans)).clip(1, 540)
    missed = rng.poisson(0.5 + dpd / 45).clip(0, 24)
    kept = rng.beta(2.2, 2.0, loans)
    reach = (0.5 * rng.beta(2, 3, loans) + 0.5 * kept * rng.random(loans)).clip(0, 1)
    return {
        "age": rng.integers(21, 75, loans), "gender": rng.choice(["Female", "Male"], loans),
        "employment_type": employment, "monthly_income": income.round(2), "dependents": rng.poisson(1.4, loans),
        "loan_amount": granted.round(2), "tenure_months": tenure, "interest_rate": rate.round(2), "product": product,
        "collateral_value": np.where(secured, balance * rng.uniform(0.3, 1.8, loans), 0.0).round(2),
        "balance": balance.round(2), "emi": emi.round(2), "other_emi": other.round(2), "dpd": dpd.astype(int),
        "missed_payments": missed, "promise_kept_ratio": kept.round(3), "contact_rate": reach.round(3),
        "region": rng.choice(["North", "South", "East", "West"], loans),
    }  # fmt: skip


def _standard(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.mean()) / values.std())


def _indices(facts: dict[str, np.ndarray], told: Coefficients, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The log-odds of paying and of the share paid under Standard. Scales are fixed, so that samples are of one world."""
    days = (np.log1p(facts["dpd"]) - 4.0) / 0.9
    missed = (np.log1p(facts["missed_payments"]) - 1.0) / 0.6
    debt = (facts["emi"] + facts["other_emi"]) / facts["monthly_income"]
    budget = (np.log(debt.clip(0.02, 3)) + 1.0) / 0.7
    cover = np.minimum(facts["collateral_value"] / facts["balance"], 1.5) - 0.5
    size = (np.log(facts["balance"]) - 9.0) / 0.9
    kept = (facts["promise_kept_ratio"] - 0.52) / 0.22
    reach = (facts["contact_rate"] - 0.33) / 0.15
    income = (np.log(facts["monthly_income"]) - 8.1) / 0.5
    product = np.asarray(told.product)[[PRODUCTS.index(each) for each in facts["product"]]]
    work = np.asarray(told.employment)[[EMPLOYMENT.index(each) for each in facts["employment_type"]]]
    kinks = told.kinks * (
        -0.9 * (facts["dpd"] > 180) - 0.8 * ((debt > 0.6) & (facts["collateral_value"] == 0)) + 0.6 * (kept > 0.8) * (reach > 0)
        - 0.5 * np.maximum(budget, 0) * np.maximum(days, 0)
    )  # fmt: skip
    pay = (
        told.intercept + told.dpd * days + told.missed * missed + told.debt * budget + told.income * income
        + told.cover * cover + told.balance * size + told.kept * kept + told.reach * reach + product + work + kinks
        + told.hidden * hidden
    )  # fmt: skip
    return pay, -0.6 + 0.45 * pay + 0.5 * cover


def _effects(facts: dict[str, np.ndarray], told: Coefficients) -> dict[str, np.ndarray]:
    cover = np.minimum(facts["collateral_value"] / facts["balance"], 1.5) - 0.5
    kept = (facts["promise_kept_ratio"] - 0.52) / 0.22
    size = (np.log(facts["balance"]) - 9.0) / 0.9
    debt = (np.log(((facts["emi"] + facts["other_emi"]) / facts["monthly_income"]).clip(0.02, 3)) + 1.0) / 0.7
    kind = np.asarray([0.5, -0.2, -0.8, 0.6])[[PRODUCTS.index(each) for each in facts["product"]]]
    work = np.asarray([-0.5, 0.2, 0.9, -0.2])[[EMPLOYMENT.index(each) for each in facts["employment_type"]]]
    smooth = 1.0 - told.by_category
    return {
        "Standard": np.zeros(len(cover)),
        "Settlement": told.settlement + told.spread * (smooth * (0.6 * debt - 0.4 * kept) + told.by_category * work),
        "Legal": told.legal
        + told.spread * (smooth * (1.0 * cover + 0.3 * size - 0.5 * debt) - told.by_category * kind),
    }


def _chances(facts: dict[str, np.ndarray], told: Coefficients, pay: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """(n, 3) how likely each loan is to be given each strategy."""
    if told.randomised:
        return np.tile((0.6, 0.28, 0.12), (len(pay), 1))
    seen = pay - told.hidden * hidden
    worse = told.confounding * (0.5 - seen) - told.hidden * hidden
    settle, court = -0.9 + 0.5 * worse, -2.2 + 0.8 * worse + 0.4 * (facts["balance"] > 12_000)
    weights = np.exp(np.column_stack([np.zeros(len(pay)), settle, court]))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _strategy(rng: np.random.Generator, told: Coefficients, chances: np.ndarray) -> np.ndarray:
    if told.randomised:
        return rng.choice(STRATEGIES, len(chances), p=chances[0])
    edges = chances.cumsum(axis=1)
    return np.asarray(STRATEGIES)[(rng.random(len(chances))[:, None] > edges[:, :2]).sum(axis=1)]


def _severity(mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """A share in (0, 1.1): logit-normal around the mean's logit."""
    return np.asarray(1.1 * _sigmoid(np.log(mean / (1 - mean)) + 1.0 * size))


def _sigmoid(margin: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-margin)))
