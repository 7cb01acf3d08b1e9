"""The kinds of borrowers in the sample book: overlapping groups in which income, debt, conduct and arrears go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Archetype:
    """What borrowers of a kind have in common; everything else about them is drawn as for anyone.

    Attributes:
        name: what the kind is called; never in a file.
        share: of the borrowers.
        products: chance of each product for their loans.
        size: typical amount granted, relative to the product's median.
        repaid: lowest and highest share of the term behind them at placement.
        income: median, in hundredths a month.
        other_debt: mean share of income owed elsewhere.
        unpaid: chance of one, two, three or four unpaid instalments at placement.
        kept, reached: mean share of promises kept and of attempts that reach them.
        missed: mean of further instalments missed earlier.
    """

    name: str
    share: float
    products: dict[str, float]
    size: float
    repaid: tuple[float, float]
    income: int
    other_debt: float
    unpaid: tuple[float, float, float, float]
    kept: float
    reached: float
    missed: float


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype(
        name="stretched", share=0.18, products={"Personal": 0.60, "Business": 0.40}, size=1.5, repaid=(0.03, 0.40),
        income=190_000, other_debt=0.46, unpaid=(0.35, 0.35, 0.20, 0.10), kept=0.36, reached=0.50, missed=1.4,
    ),
    Archetype(
        name="secured", share=0.28, products={"Home": 0.46, "Auto": 0.54}, size=1.15, repaid=(0.03, 0.40),
        income=290_000, other_debt=0.10, unpaid=(0.26, 0.42, 0.24, 0.08), kept=0.50, reached=0.42, missed=1.0,
    ),
    Archetype(
        name="small and early", share=0.19, products={"Card": 0.75, "Personal": 0.25}, size=0.50, repaid=(0.10, 0.70),
        income=230_000, other_debt=0.10, unpaid=(0.62, 0.24, 0.10, 0.04), kept=0.48, reached=0.40, missed=1.0,
    ),
    Archetype(
        name="forgetful", share=0.16, products={"Personal": 0.45, "Auto": 0.20, "Business": 0.10, "Card": 0.25}, size=1.0,
        repaid=(0.05, 0.55), income=390_000, other_debt=0.06, unpaid=(0.70, 0.22, 0.06, 0.02), kept=0.82, reached=0.74,
        missed=0.5,
    ),
    Archetype(
        name="out of reach", share=0.19, products={"Personal": 0.40, "Auto": 0.25, "Card": 0.25, "Business": 0.10},
        size=0.9, repaid=(0.05, 0.55), income=230_000, other_debt=0.10, unpaid=(0.05, 0.18, 0.35, 0.42), kept=0.22,
        reached=0.12, missed=1.8,
    ),
)  # fmt: skip


def of_each(archetype: np.ndarray, attribute: str) -> np.ndarray:
    """An attribute of the kind each row is of, as an array with one row (or several columns) a row of `archetype`."""
    return np.asarray(np.array([getattr(kind, attribute) for kind in ARCHETYPES])[archetype])


def product_shares(names: list[str]) -> np.ndarray:
    """Chance of each product, one row an archetype, columns in the order of `names`; rows sum to 1."""
    return np.array([[kind.products.get(name, 0.0) for name in names] for kind in ARCHETYPES])
