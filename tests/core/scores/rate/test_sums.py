"""What a selection's loans should bring, on sums worked by hand."""

from __future__ import annotations

from datetime import date
from math import isnan, sqrt

import pandas as pd
import pytest

from core.records import Model
from core.scores.rate.sums import PER_UNIT, expected_sums
from core.selection import Selection

DAY = Selection(as_of=date(2026, 10, 31))
MODEL = Model(4, "logistic", "champion", "", "", {"rate": {"n": 100}}, "")
SUMMED = ["workable_loans", "workable_balance", "expected_loans", "expected_recovery"]
STOCK = pd.DataFrame(
    [("Auto", "Standard", 60, 6000.0, 60, 1800.0), ("Auto", "Legal", 40, 9000.0, 40, 2700.0), ("Auto", "Hold", 0, 0.0, 7, 7777.0),
     ("Home", "Standard", 10, 1000.0, 10, 500.0)],
    columns=["product", "proposed", *SUMMED],
)  # fmt: skip
SPREAD = pd.DataFrame(
    [("Auto", "Standard", 60, 1800.0, 1000.0, 10_000.0), ("Auto", "Legal", 40, 2700.0, 1500.0, 40_000.0),
     ("Auto", "Hold", 7, 7777.0, 7777.0, 9e9), ("Home", "Standard", 10, 500.0, 400.0, 2_500.0)],
    columns=["product", "proposed", "loans", "expected_recovery", "expected_net", "variance"],
)  # fmt: skip
WIDER = sqrt(1 + 117 / 100)  # 117 loans told that day, those on hold too, against 100 learned from


class Sums:
    """A store that answers with these sums."""

    def __init__(self, stock=STOCK, spread=SPREAD, model=MODEL):
        self.told, self.sure, self.model, self.asked = stock, spread, model, []

    def champion(self):
        return self.model

    def stock(self, selection, by):
        return self.told

    def expected_spread(self, selection, by=()):
        self.asked.append((dict(selection.filters), tuple(by)))
        return self.sure


def test_the_whole_and_each_group_by_hand_without_loans_on_hold():
    sums = expected_sums(Sums(), DAY, ["product"])
    (whole,) = sums[""]
    assert (whole.loans, whole.balance, whole.told, whole.recovery, whole.net) == (110, 16_000.0, 110, 5_000.0, 2_900.0)
    half = 1.959964 * sqrt(52_500) * WIDER
    assert (whole.low, whole.high) == pytest.approx((5_000 - half, 5_000 + half))
    of_net = 1.959964 * sqrt(12_500 * PER_UNIT["Standard"] ** 2 + 40_000 * PER_UNIT["Legal"] ** 2) * WIDER
    assert (whole.net_low, whole.net_high) == pytest.approx((2_900 - of_net, 2_900 + of_net))
    auto, home = sums["product"]
    assert (auto.group, auto.recovery, auto.net, auto.why) == ("Auto", 4_500.0, 2_500.0, "")
    assert auto.high - auto.recovery == pytest.approx(1.959964 * sqrt(50_000) * WIDER)
    assert (home.group, home.recovery, home.why) == ("Home", 500.0, "it takes 30 loans")
    assert isnan(home.low)
    assert isnan(home.net_high)


def test_under_a_filter_the_error_of_the_rate_is_still_that_of_the_whole_day():
    reader = Sums()
    expected_sums(reader, DAY.only(product=("Auto",)), ["product"])
    assert reader.asked == [({"product": ("Auto",)}, ("product", "proposed")), ({}, ())]


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (Sums(model=None), "no model in use tells the rate"),
        (
            Sums(spread=SPREAD.assign(loans=[55, 40, 7, 10])),
            "5 loans of 110 are told by what comparable placements brought",
        ),
        (Sums(stock=STOCK.assign(expected_loans=0, expected_recovery=0.0)), "no loan of it has an expectation"),
    ],
)
def test_where_there_is_no_interval_it_says_why(reader, why):
    (whole,) = expected_sums(reader, DAY, ["product"])[""]
    assert whole.why.startswith(why)
    assert isnan(whole.low)
    assert isnan(whole.net)
