import numpy as np
import pandas as pd
import pytest

from core.segments.assign import assign, unknown_ratios
from core.segments.clustering import fit_segments
from core.segments.naming import names_of
from tests.core.segments.blobs import grouped_book

CONTENT = {
    "method": "k-means",
    "features": ["log_balance", "log_dpd"],
    "medians": [np.log1p(1000.0), np.log1p(30.0)],
    "centre": [0.0, 0.0],
    "scale": [1.0, 1.0],
    "centroids": [[np.log1p(100.0), 0.0], [np.log1p(10000.0), np.log1p(90.0)]],
}
NAMES = ("small", "large")


def test_each_loan_goes_to_its_nearest_centroid():
    frame = pd.DataFrame({"balance": [100.0, 10000.0], "dpd": [0, 90]}, index=[5, 2])
    answer = assign(CONTENT, NAMES, frame)
    assert answer["segment"].tolist() == ["small", "large"]
    assert answer.index.tolist() == [5, 2]
    assert (answer["margin"] > 1000).all()


def test_the_margin_is_the_second_distance_over_the_first_less_one():
    content = CONTENT | {
        "features": ["log_balance"],
        "medians": [0.0],
        "centre": [0.0],
        "scale": [1.0],
        "centroids": [[0.0], [3.0]],
    }
    answer = assign(content, NAMES, pd.DataFrame({"balance": [np.expm1(1.0), np.expm1(1.5)]}))
    assert answer["margin"].tolist() == [1.0, 0.0]


def test_a_ratio_a_row_lacks_counts_as_the_median_of_the_fit():
    frame = pd.DataFrame({"balance": [100.0, 100.0], "dpd": [None, 30]})
    answer = assign(CONTENT, NAMES, frame)
    assert answer.loc[0].equals(answer.loc[1])
    assert unknown_ratios(CONTENT, frame.head(1)) == ["log_dpd"]
    assert unknown_ratios(CONTENT, frame.tail(1)) == []


def test_no_loans_give_no_segments():
    assert assign(CONTENT, NAMES, pd.DataFrame({"balance": [], "dpd": []})).empty


def test_a_loan_further_out_than_nearly_all_of_the_fit_is_unlike_anything_seen():
    book = grouped_book(each=120)
    content = fit_segments(book, redraws=2)
    told = assign(content, names_of(content), book)
    assert told["unlike"].mean() == pytest.approx(0.01, abs=0.005)
    strange = book.head(3).assign(balance=[1e12, book.loc[1, "balance"], 1.0])
    assert assign(content, names_of(content), strange)["unlike"].tolist() == [True, False, True]


def test_a_clustering_from_before_the_limit_was_kept_calls_nothing_unlike():
    assert not assign(CONTENT, NAMES, pd.DataFrame({"balance": [1e15], "dpd": [9]}))["unlike"].any()
