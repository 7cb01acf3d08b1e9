"""Books that cannot carry segments get buckets or a refusal, never an accident."""

import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.segments.assign import assign
from core.segments.clustering import fit_segments
from core.segments.naming import BUCKET_NAMES, names_of
from tests.core.segments.blobs import grouped_book

RNG = np.random.default_rng(4)


def placed(content, book):
    told = assign(content, names_of(content), book)
    assert told["segment"].notna().all()
    return told


def test_twenty_rows_are_refused_with_what_was_found():
    with pytest.raises(TooLittleData, match="50 loans and this day has 20"):
        fit_segments(grouped_book().head(20))


@pytest.mark.parametrize(
    "told",
    [
        {"balance": 5.0, "dpd": 30},
        {"balance": np.nan, "dpd": np.nan},
        {"balance": 5.0, "dpd": 30, "emi": np.nan, "monthly_income": np.nan, "contact_rate": 0.5},
    ],
    ids=["identical loans", "nothing stated", "constant ratios"],
)
def test_loans_that_do_not_differ_are_cut_by_arrears_and_balance(told):
    book = pd.DataFrame({name: [value] * 80 for name, value in told.items()})
    content = fit_segments(book, redraws=2)
    assert content["method"] == "buckets"
    assert "fewer than two ratios vary" in content["chosen_by"]
    assert placed(content, book)["segment"].isin(BUCKET_NAMES).all()


def test_fewer_different_loans_than_segments_tried_are_no_accident():
    kinds = pd.DataFrame({"balance": [100.0, 900.0, 100.0], "dpd": [10, 200, 200]})
    book = kinds.iloc[np.arange(90) % 3].reset_index(drop=True)
    content = fit_segments(book, redraws=4)
    assert [each["k"] for each in content["evidence"]] == [2]
    placed(content, book)


def test_ratios_missing_for_all_but_a_few_do_not_carry_an_axis_by_them():
    book = grouped_book().assign(contact_rate=np.nan)
    book.loc[:2, "contact_rate"] = [0.1, 0.5, 0.9]
    content = fit_segments(book, redraws=2)
    assert "contact_rate" not in content["features"]
    assert content["missing"]["contact_rate"] == 237
    placed(content, book)


def test_figures_out_of_all_bounds_do_not_make_a_segment_of_their_own():
    book = grouped_book()
    wild = book.copy()
    wild.loc[[0, 1], ["balance", "emi"]] = 1e15
    content = fit_segments(wild, redraws=4)
    assert min(each["smallest_share"] for each in content["evidence"][:2]) > 0.1
    told = placed(content, wild)
    assert told["unlike"].loc[[0, 1]].all()


def test_noise_without_groups_still_gives_a_complete_answer():
    book = pd.DataFrame({"balance": RNG.lognormal(8, 1, 60), "dpd": RNG.integers(0, 200, 60)})
    content = fit_segments(book, redraws=4)
    assert len(names_of(content)) == len(set(names_of(content))) == len(content["ids"])
    placed(content, book)
