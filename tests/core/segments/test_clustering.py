import json

import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.segments import clustering
from core.segments.assign import assign
from core.segments.clustering import fit_segments
from core.segments.naming import BUCKET_NAMES, names_of
from tests.core.segments.blobs import grouped_book


@pytest.fixture(scope="module")
def content():
    return fit_segments(grouped_book())


def test_three_groups_put_in_are_three_segments_found(content):
    book = grouped_book()
    assert content["method"] == "k-means"
    assert content["ids"] == [1, 2, 3]
    segment = assign(content, names_of(content), book)["segment"]
    assert pd.crosstab(book["group"], segment).gt(0).sum().sum() == 3


def test_the_evidence_holds_stability_size_and_silhouette_for_every_k(content):
    assert [each["k"] for each in content["evidence"]] == [2, 3, 4, 5, 6]
    three = content["evidence"][1]
    assert three["ari"] == 1.0
    assert three["smallest_share"] == pytest.approx(1 / 3, abs=1e-4)
    assert three["silhouette"] > 0.5


def test_the_same_book_gives_the_same_segments_again(content):
    assert fit_segments(grouped_book()) == content


def test_what_is_stored_is_plain_json(content):
    assert json.loads(json.dumps(content)) == content


def test_a_k_asked_for_is_kept_only_where_it_is_stable(monkeypatch):
    book = grouped_book()
    monkeypatch.setattr(clustering, "KEPT_WITHIN", 0.0)
    assert len(fit_segments(book, k=5)["ids"]) == 3
    monkeypatch.setattr(clustering, "KEPT_WITHIN", 0.2)
    monkeypatch.setattr(clustering, "STABLE_FROM", 0.3)
    monkeypatch.setattr(clustering, "RECOGNISED_FROM", 0.3)
    kept = fit_segments(book, k=5)
    assert len(kept["ids"]) == 5
    assert "as many as before" in kept["chosen_by"]


def test_fewer_than_fifty_loans_are_too_few():
    with pytest.raises(TooLittleData, match="50 loans and this day has 49"):
        fit_segments(grouped_book().head(49))


def test_a_book_without_groups_is_cut_by_arrears_and_balance():
    book = pd.DataFrame({"dpd": [0, 30, 90] * 20, "balance": [1.0] * 60})
    content = fit_segments(book)
    assert content["method"] == "buckets"
    assert names_of(content) == BUCKET_NAMES
    answer = assign(content, names_of(content), pd.DataFrame({"dpd": [0, 89, 90], "balance": [1.0, 1.0, 2.0]}))
    assert answer["segment"].tolist() == [BUCKET_NAMES[0], BUCKET_NAMES[2], BUCKET_NAMES[5]]
    assert answer["margin"].isna().all()


def test_missing_values_count_as_the_median_and_are_noted():
    book = grouped_book()
    book.loc[:9, "promise_kept_ratio"] = np.nan
    content = fit_segments(book)
    assert content["missing"]["promise_kept_ratio"] == 10
    assert content["missing"]["log_dpd"] == 0
    at = content["features"].index("promise_kept_ratio")
    assert content["medians"][at] == book["promise_kept_ratio"].median()


def test_a_large_book_is_judged_on_a_sample_of_it(monkeypatch):
    monkeypatch.setattr(clustering, "LOANS_FOR_EVIDENCE", 90)
    content = fit_segments(grouped_book())
    assert content["n"] == 240
    assert len(content["ids"]) == 3


def test_where_no_k_holds_still_the_book_is_cut_by_arrears_and_balance(monkeypatch):
    monkeypatch.setattr(clustering, "STABLE_FROM", 1.01)
    content = fit_segments(grouped_book())
    assert content["method"] == "buckets"
    assert [each["k"] for each in content["evidence"]] == [2, 3, 4, 5, 6]
