import numpy as np

from core.segments.assign import assign
from core.segments.clustering import fit_segments
from core.segments.naming import BUCKET_NAMES, names_of
from core.segments.stability import matched
from tests.core.segments.blobs import grouped_book


def shuffled(content, order):
    return content | {"centroids": [content["centroids"][i] for i in order]}


def test_a_refit_keeps_ids_and_names_whatever_order_its_centroids_come_in():
    old = fit_segments(grouped_book(seed=1))
    names = ("first", "second", "third")
    new = shuffled(fit_segments(grouped_book(seed=2, each=160)), [2, 0, 1])
    content, kept = matched(new, old, names)
    assert content["ids"] == [1, 2, 3]
    assert kept == names
    book = grouped_book(seed=3)
    before, after = assign(old, names, book)["segment"], assign(content, kept, book)["segment"]
    assert (before == after).mean() == 1.0


def test_a_segment_that_continues_none_gets_a_new_id_and_its_own_name():
    old = fit_segments(grouped_book())
    moved = [list(centroid) for centroid in old["centroids"]]
    moved[1] = (np.asarray(moved[1]) + 5).tolist()
    content, names = matched(old | {"centroids": moved}, old, ("first", "second", "third"))
    assert content["ids"] == [1, 3, 4]
    assert names[:2] == ("first", "third")
    assert names[2] not in ("first", "second", "third")


def test_distances_are_measured_in_the_old_book_s_units():
    old = fit_segments(grouped_book())
    raw = np.asarray(old["centroids"]) * old["scale"] + old["centre"]
    centre, scale = np.asarray(old["centre"]) + 1, np.asarray(old["scale"]) * 3
    restated = old | {
        "centre": centre.tolist(),
        "scale": scale.tolist(),
        "centroids": ((raw - centre) / scale).tolist(),
    }
    assert matched(restated, old, ("a", "b", "c"))[1] == ("a", "b", "c")


def test_clusterings_that_share_no_ratio_continue_nothing():
    old = fit_segments(grouped_book())
    new = {
        "method": "k-means",
        "features": ["log_missed_payments"],
        "centre": [0.0],
        "scale": [1.0],
        "centroids": [[1.0], [-1.0]],
    }
    content, names = matched(new, old, ("a", "b", "c"))
    assert content["ids"] == [4, 5]
    assert names == ("Many missed payments", "Few missed payments")


def test_buckets_keep_their_names_and_take_none_from_a_clustering():
    old = fit_segments(grouped_book())
    buckets = {"method": "buckets", "ids": [1, 2, 3, 4, 5, 6], "features": []}
    assert matched(buckets, buckets, BUCKET_NAMES)[1] == BUCKET_NAMES
    assert matched(buckets, old, ("a", "b", "c"))[1] == BUCKET_NAMES
    assert matched(old, buckets, BUCKET_NAMES)[1] == names_of(old)
