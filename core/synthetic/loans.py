"""Who owes what in the sample book: borrowers, their loans, and what was known when each was placed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.synthetic.archetypes import ARCHETYPES, of_each, product_shares
from core.synthetic.chance import choose

DAYS_PER_INSTALMENT = 30.4375


@dataclass(frozen=True, slots=True)
class Product:
    """What loans of a kind look like: amounts in currency units, rates in percent a year, cover as a share of the balance."""

    median_amount: float
    spread: float
    tenures_months: tuple[int, ...]
    rate: tuple[float, float]
    cover: tuple[float, float] = (0.0, 0.0)

    @property
    def is_secured(self) -> bool:
        return self.cover[1] > 0


PRODUCTS: dict[str, Product] = {
    "Personal": Product(9_000, 0.45, (36, 48, 60), (8.0, 15.0)),
    "Home": Product(37_000, 0.40, (120, 144, 180), (3.5, 6.5), (0.9, 1.6)),
    "Auto": Product(14_500, 0.35, (60, 72, 84), (5.0, 9.0), (0.5, 1.1)),
    "Business": Product(20_000, 0.50, (48, 60, 84), (7.0, 12.0)),
    "Card": Product(4_500, 0.50, (36, 48), (16.0, 23.0)),
}
REGIONS: dict[str, tuple[str, ...]] = {
    "North": ("North Harbour", "North Park", "North Station", "North Gate"),
    "South": ("South Market", "South Mill", "South Bridge"),
    "East": ("East Dock", "East Field", "East Square", "East Hill"),
    "West": ("West End", "West Lake", "West Road"),
    "Central": ("Central Hall", "Central Plaza", "Central Arcade", "Central Court"),
}
REGION_SHARES = (0.24, 0.19, 0.20, 0.14, 0.23)
AGENCIES = ("In-house", "Meridian Collections", "Northgate Recovery", "Harbour Partners")
AGENCY_SHARES = (0.46, 0.22, 0.18, 0.14)
COLLECTORS = (
    "A. Novak", "B. Okafor", "C. Lindgren", "D. Marchetti", "E. Kowalska", "F. Haddad", "G. Petrov", "H. Tanaka",
    "I. Moreau", "J. Svensson", "K. Adeyemi", "L. Fischer", "M. Costa", "N. Dvorak", "O. Brennan", "P. Ilves",
    "Q. Varga", "R. Jansen", "S. Laurent", "T. Rossi",
)  # fmt: skip
EMPLOYMENT = ("Salaried", "Self-Employed", "Contract")
LOANS_PER_BORROWER = 1.154
MOST_LOANS_OF_A_BORROWER = 3
SHARE_IN_FIRST_MONTH = 0.31
INCOME_SPREAD = 0.30
OTHER_DEBT_EVIDENCE, PROMISE_EVIDENCE, CONTACT_EVIDENCE = 25.0, 10.0, 18.0


def draw_loans(rng: np.random.Generator, loans: int, months: int) -> pd.DataFrame:
    """One row a loan as it stood at its placement.

    Returns:
        loan_ref, borrower_ref, placed (index of its first month-end), the attributes of the borrower and the loan,
        dpd, missed and arrears at placement, and the latent columns of the generator: archetype (which of ARCHETYPES
        the borrower is; it acts through the other columns alone), willingness (the loan's recoverability, in logits,
        from columns that are in the files) and luck (in none of them).
        Money is in whole hundredths.
    """
    borrowers = _draw_borrowers(rng, max(1, round(loans / LOANS_PER_BORROWER)))
    frame = borrowers.iloc[_owners(rng, loans, len(borrowers))].reset_index(drop=True)
    frame["placed"] = _placement_months(rng, loans, months)
    frame = frame.sort_values("placed", kind="stable", ignore_index=True)
    frame.insert(0, "loan_ref", [f"L{number:06d}" for number in range(1, loans + 1)])
    names = list(PRODUCTS)
    frame["product"] = np.array(names)[choose(rng, product_shares(names)[frame["archetype"]])]
    frame["secured"] = frame["product"].map({name: product.is_secured for name, product in PRODUCTS.items()})
    _add_arrears(rng, frame)
    _add_terms(rng, frame)
    _add_conduct(rng, frame)
    _add_desk(rng, frame)
    frame["willingness"] = willingness(frame)
    frame["luck"] = rng.normal(0, 1.0, loans)
    return frame


def willingness(frame: pd.DataFrame) -> pd.Series:
    """How recoverable a loan is, in logits around 0, from what is known at placement; never from age or gender."""
    debt_to_income = ((frame["emi"] + frame["other_emi"]) / frame["monthly_income"]).clip(upper=1.5)
    cover = (frame["collateral_value"] / frame["balance"]).clip(upper=2.0)
    work = frame["employment_type"].map({"Salaried": 0.16, "Self-Employed": -0.10, "Contract": -0.25}).astype(float)
    return (
        -0.58 * (frame["dpd"] - 45) / 30
        - 0.46 * (frame["missed"].clip(upper=7) - 3.2) / 2
        + 0.15 * (frame["promise_kept"] - 0.5) / 0.22
        + 0.13 * (frame["contact_rate"] - 0.42) / 0.17
        - 0.20 * (debt_to_income - 0.35) / 0.2
        + 0.20 * (cover - 0.9) / 0.4 * frame["secured"]
        + work
    )


def _draw_borrowers(rng: np.random.Generator, count: int) -> pd.DataFrame:
    region = rng.choice(list(REGIONS), count, p=REGION_SHARES)
    archetype = rng.choice(len(ARCHETYPES), count, p=[kind.share for kind in ARCHETYPES])
    income = of_each(archetype, "income") * np.exp(rng.normal(0, INCOME_SPREAD, count))
    return pd.DataFrame(
        {
            "borrower_ref": [f"B{number:06d}" for number in range(1, count + 1)],
            "archetype": archetype,
            "age": np.clip(rng.normal(43, 12, count), 20, 79).astype(int),
            "gender": rng.choice(["Female", "Male"], count),
            "employment_type": rng.choice(EMPLOYMENT, count, p=[0.62, 0.22, 0.16]),
            "monthly_income": np.rint(income / 100).astype(int) * 100,
            "dependents": np.minimum(rng.poisson(1.2, count), 6),
            "region": region,
            "branch": [REGIONS[name][pick] for name, pick in zip(region, _branch_numbers(rng, region), strict=True)],
        }
    )


def _branch_numbers(rng: np.random.Generator, region: np.ndarray) -> list[int]:
    draws = rng.random(len(region))
    return [int(draw * len(REGIONS[name])) for name, draw in zip(region, draws, strict=True)]


def _owners(rng: np.random.Generator, loans: int, borrowers: int) -> np.ndarray:
    room = np.repeat(np.arange(borrowers), MOST_LOANS_OF_A_BORROWER - 1)
    further = rng.permutation(room)[: loans - borrowers]
    return rng.permutation(np.concatenate([np.arange(borrowers), further]))


def _placement_months(rng: np.random.Generator, loans: int, months: int) -> np.ndarray:
    at_once = max(1, round(loans * SHARE_IN_FIRST_MONTH))
    rising = np.linspace(0.9, 1.1, months - 1)
    later = rng.choice(np.arange(1, months), loans - at_once, p=rising / rising.sum())
    return np.concatenate([np.zeros(at_once, dtype=int), later])


def _add_arrears(rng: np.random.Generator, frame: pd.DataFrame) -> None:
    count = len(frame)
    unpaid = 1 + choose(rng, of_each(frame["archetype"].to_numpy(), "unpaid"))
    since_due = rng.integers(1, 30, count)
    frame["days_since_due"] = np.where(unpaid == 1, np.maximum(since_due, 5), since_due)
    frame["unpaid"] = unpaid
    frame["dpd"] = days_past_due(unpaid, frame["days_since_due"].to_numpy())


def days_past_due(unpaid: np.ndarray, days_since_due: np.ndarray) -> np.ndarray:
    """Days since the oldest unpaid instalment fell due, at a month-end.

    Args:
        unpaid: instalments not fully paid, counted up to whole ones; 0 where nothing is due.
        days_since_due: days between the latest due day and the month-end, 1-29.
    """
    earlier = np.rint(DAYS_PER_INSTALMENT * (unpaid - 1)).astype(int)
    return np.where(unpaid == 0, 0, days_since_due + earlier)


def _add_terms(rng: np.random.Generator, frame: pd.DataFrame) -> None:
    count = len(frame)
    archetype = frame["archetype"].to_numpy()
    income = (frame["monthly_income"] / 250_000).to_numpy() ** 0.5
    amount, tenure, rate, cover = np.zeros(count), np.zeros(count, dtype=int), np.zeros(count), np.zeros(count)
    for name, product in PRODUCTS.items():
        of_kind = (frame["product"] == name).to_numpy()
        n = int(of_kind.sum())
        amount[of_kind] = product.median_amount * np.exp(rng.normal(0, product.spread, n))
        tenure[of_kind] = rng.choice(product.tenures_months, n)
        rate[of_kind] = np.round(rng.uniform(*product.rate, n), 2)
        cover[of_kind] = rng.uniform(*product.cover, n)
    amount = np.maximum(np.rint(amount * of_each(archetype, "size") * income / 50) * 50, 500)
    monthly = rate / 1200
    growth = (1 + monthly) ** tenure
    emi = amount * monthly * growth / (growth - 1)
    paid = np.floor(rng.uniform(*of_each(archetype, "repaid").T) * tenure)
    left = amount * (growth - (1 + monthly) ** paid) / (growth - 1)
    frame["loan_amount"] = np.rint(amount * 100).astype(np.int64)
    frame["tenure_months"], frame["interest_rate"] = tenure, rate
    frame["emi"] = np.rint(emi * 100).astype(np.int64)
    frame["balance"] = np.rint(left * (1 + monthly * frame["unpaid"]) * 100).astype(np.int64)
    frame["collateral_value"] = np.rint(cover * frame["balance"] / 10_000).astype(np.int64) * 10_000
    other = _shares(rng, of_each(archetype, "other_debt"), OTHER_DEBT_EVIDENCE) * frame["monthly_income"]
    frame["other_emi"] = np.rint(other / 1_000).astype(np.int64) * 1_000
    frame["arrears"] = np.minimum(frame["emi"] * frame["unpaid"], frame["balance"])


def _add_conduct(rng: np.random.Generator, frame: pd.DataFrame) -> None:
    count = len(frame)
    archetype = frame["archetype"].to_numpy()
    reliability = rng.normal(0, 1, count)
    frame["missed"] = frame["unpaid"] + rng.poisson(of_each(archetype, "missed") * np.exp(-0.35 * reliability))
    frame["lean"] = reliability + rng.normal(0, 0.7, count)
    usual = of_each(archetype, "kept")
    kept = usual / (usual + (1 - usual) * np.exp(-0.4 * reliability))
    frame["promise_kept"] = np.round(_shares(rng, kept, PROMISE_EVIDENCE), 2)
    frame["contact_rate"] = np.round(_shares(rng, of_each(archetype, "reached"), CONTACT_EVIDENCE), 2)


def _shares(rng: np.random.Generator, mean: np.ndarray, evidence: float) -> np.ndarray:
    """Shares between 0 and 1 around a mean, spread as if each were seen in `evidence` cases."""
    return rng.beta(evidence * mean, evidence * (1 - mean))


def _add_desk(rng: np.random.Generator, frame: pd.DataFrame) -> None:
    count = len(frame)
    agency = rng.choice(len(AGENCIES), count, p=AGENCY_SHARES)
    desk = len(COLLECTORS) // len(AGENCIES)
    frame["agency"] = np.array(AGENCIES)[agency]
    frame["collector"] = np.array(COLLECTORS)[agency * desk + rng.integers(0, desk, count)]
