"""A measure carries what it takes to audit it."""

import math

from core.metrics.measure import Measure, amount, ratio


def test_a_ratio_keeps_its_parts():
    rate = ratio(30.0, 120.0, n=4, when_zero="nothing placed")
    assert (rate.value, rate.numerator, rate.denominator, rate.n, rate.unit) == (0.25, 30.0, 120.0, 4, "share")
    assert rate.is_defined


def test_a_ratio_over_nothing_is_undefined_with_its_reason_and_never_zero():
    rate = ratio(30.0, 0.0, n=0, when_zero="nothing placed")
    assert math.isnan(rate.value)
    assert not rate.is_defined
    assert rate.why == "nothing placed"
    assert rate.as_json() == {
        "value": None,
        "numerator": 30.0,
        "denominator": 0.0,
        "n": 0,
        "of": "loans",
        "excluded": 0,
        "excluded_of": "loans",
        "unit": "share",
        "why": "nothing placed",
        "low": None,
        "high": None,
        "interval": "",
    }


def test_what_was_left_out_may_be_of_another_kind_than_what_counts():
    rate = ratio(1.0, 2.0, n=3, of="placements", excluded=4, excluded_of="payments", when_zero="")
    assert (rate.as_json()["excluded"], rate.as_json()["excluded_of"], rate.left_out_of) == (4, "payments", "payments")
    assert ratio(1.0, 2.0, n=3, of="cures", excluded=4, when_zero="").as_json()["excluded_of"] == "cures"


def test_a_share_of_less_than_nothing_is_undefined_too_and_keeps_its_parts():
    share = ratio(12.0, -50.0, n=3, when_zero="no cash came in")
    assert not share.is_defined
    assert (share.numerator, share.denominator, share.why) == (12.0, -50.0, "no cash came in")


def test_a_rate_above_one_stays_as_it_is():
    assert ratio(150.0, 100.0, n=1, when_zero="").value == 1.5


def test_an_amount_is_exact_to_the_cent():
    assert amount(0.1 + 0.2, n=2).value == 0.3


def test_an_undefined_measure_has_no_value_in_json():
    assert Measure.undefined("no payments", unit="currency").as_json()["value"] is None
