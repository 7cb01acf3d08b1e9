"""The borrowers are of a few kinds that overlap, and the segmentation finds about as many from the files alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from core.columns import by_header, plain
from core.segments.assign import assign
from core.segments.clustering import fit_segments
from core.segments.naming import names_of
from core.synthetic import SampleBook, generate
from core.synthetic.archetypes import ARCHETYPES, of_each, product_shares
from core.synthetic.chance import choose
from core.synthetic.loans import PRODUCTS


def open_loans(book: SampleBook, day: int) -> pd.DataFrame:
    """The rows of one month-end that shape segments, in fields: closed loans have no say."""
    known = by_header("portfolio")
    rows = list(book.portfolio.values())[day]
    rows = rows.rename(columns={header: known[plain(header)].field for header in rows})
    return rows[rows["status"] == "open"].reset_index(drop=True)


def evidence_of(found: dict[str, Any]) -> dict[str, float]:
    return next(each for each in found["evidence"] if each["k"] == len(found["ids"]))


@pytest.mark.parametrize("day", [0, -1], ids=["first day", "newest day"])
def test_the_segmentation_finds_the_kinds_of_borrowers(day: int, book: SampleBook) -> None:
    rows = open_loans(book, day)
    found = fit_segments(rows)
    assert found["method"] == "k-means"
    assert len(found["ids"]) in (4, 5)
    assert evidence_of(found)["ari"] >= 0.80
    assert evidence_of(found)["jaccard"] >= 0.75
    names = names_of(found)
    assert len(set(names)) == len(names)
    assert not any("(" in name for name in names)
    kind = book.loans.set_index("loan_ref")["archetype"]
    segment = assign(found, names, rows)["segment"]
    assert adjusted_rand_score(kind[rows["loan_ref"]], segment) > 0.6


@pytest.mark.parametrize("seed", [1, 42])
def test_other_seeds_have_the_same_structure(seed: int) -> None:
    found = fit_segments(open_loans(generate(seed), -1))
    assert found["method"] == "k-means"
    assert len(found["ids"]) in (4, 5)


def test_the_stated_number_of_kinds_is_that_of_the_borrowers(book: SampleBook) -> None:
    assert book.truth["Kinds of borrowers"].value == book.loans["archetype"].nunique() == 5


def test_loans_of_a_borrower_are_of_one_kind(book: SampleBook) -> None:
    assert (book.loans.groupby("borrower_ref")["archetype"].nunique() == 1).all()


def test_shares_and_chances_of_every_kind_sum_to_one() -> None:
    assert sum(kind.share for kind in ARCHETYPES) == pytest.approx(1)
    assert product_shares(list(PRODUCTS)).sum(axis=1) == pytest.approx(1)
    assert all(sum(kind.unpaid) == pytest.approx(1) for kind in ARCHETYPES)


def test_kinds_overlap_on_every_ratio_a_segment_is_made_of(book: SampleBook) -> None:
    loans = book.loans
    burden = (loans["emi"] + loans["other_emi"]) / loans["monthly_income"]
    for values in (burden, loans["balance"], loans["dpd"], loans["promise_kept"], loans["contact_rate"]):
        spread = values.groupby(loans["archetype"]).quantile([0.02, 0.98]).unstack()
        in_order = spread.sort_values(0.98)
        assert (in_order[0.98].iloc[:-1].to_numpy() > in_order[0.02].iloc[1:].to_numpy()).all()


def test_every_kind_meets_every_strategy(book: SampleBook) -> None:
    chosen = pd.crosstab(book.loans["archetype"], book.loans["strategy"], normalize="index")
    assert chosen.min(axis=None) > 0.05
    assert chosen.max(axis=None) < 0.75


def test_incomes_balances_and_burdens_are_of_sensible_size(book: SampleBook) -> None:
    loans = book.loans
    burden = (loans["emi"] + loans["other_emi"]) / loans["monthly_income"]
    assert 200_000 < loans["monthly_income"].median() < 300_000
    assert loans["monthly_income"].quantile([0.001, 0.999]).between(50_000, 1_200_000).all()
    assert 500_000 < loans["balance"].median() < 1_200_000
    assert loans["balance"].quantile([0.001, 0.999]).between(10_000, 15_000_000).all()
    assert burden.quantile(0.99) < 1.2


def test_a_row_draws_a_column_with_its_own_chances() -> None:
    rng = np.random.default_rng(0)
    certain = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert choose(rng, certain).tolist() == [1, 0, 2]
    assert 0.28 < (choose(rng, np.tile([0.7, 0.3], (5000, 1))) == 1).mean() < 0.32


def test_an_attribute_is_that_of_the_kind_of_each_row() -> None:
    assert of_each(np.array([3, 0]), "kept").tolist() == [ARCHETYPES[3].kept, ARCHETYPES[0].kept]
    assert of_each(np.array([1, 1, 2]), "unpaid").shape == (3, 4)
