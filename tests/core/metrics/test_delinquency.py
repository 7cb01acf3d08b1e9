"""Days past due fall into the bucket of the scheme in force."""

import pytest

from core.metrics.delinquency import BUCKETS, INDIA_SMA, STANDARD, bucket_of


def test_the_edges_of_each_bucket_belong_to_the_later_one():
    days = [0, 1, 29, 30, 59, 60, 89, 90, 119, 120, 20000]
    assert bucket_of(days).tolist() == [
        "Current",
        "1-29",
        "1-29",
        "30-59",
        "30-59",
        "60-89",
        "60-89",
        "90-119",
        "90-119",
        "120+",
        "120+",
    ]


def test_day_thirty_lands_elsewhere_under_the_indian_scheme():
    assert STANDARD.of([30, 60, 90]).tolist() == ["30-59", "60-89", "90-119"]
    assert INDIA_SMA.of([30, 60, 90]).tolist() == ["1-30", "31-60", "61-90"]


def test_no_loans_give_no_buckets():
    assert bucket_of([]).tolist() == []


def test_negative_days_are_refused():
    with pytest.raises(ValueError, match="cannot be negative: found -1"):
        bucket_of([3, -1])


def test_the_labels_are_in_the_order_of_severity():
    assert BUCKETS == ("Current", "1-29", "30-59", "60-89", "90-119", "120+")
