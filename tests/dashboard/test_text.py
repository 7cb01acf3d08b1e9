"""Changes, reasons and evidence in words."""

from __future__ import annotations

from core.metrics.intervals import with_wilson
from core.metrics.measure import Measure, amount, ratio
from dashboard.text import Delta, because, delta, why

NOTHING = Measure.undefined("this book has no payments", unit="currency")


def test_an_amount_changes_in_percent_and_says_whether_that_is_good():
    assert delta(amount(110, n=1), amount(100, n=1), "down") == Delta("+10.0 % worse", "bad")
    assert delta(amount(90, n=1), amount(100, n=1), "down") == Delta("−10.0 % better", "good")
    assert delta(amount(90, n=1), amount(100, n=1), "neither") == Delta("−10.0 % down", "muted")


def test_a_loss_that_shrinks_is_an_improvement():
    assert delta(amount(-50, n=1), amount(-100, n=1), "up") == Delta("+50.0 % better", "good")


def share(part: float, n: int) -> Measure:
    """A share of balance: without an interval."""
    return ratio(part, n, n=n, when_zero="")


def kept(part: float, n: int) -> Measure:
    """A share of counted things: with one."""
    return with_wilson(ratio(part * n, n, n=n, when_zero=""))


def test_a_share_without_an_interval_moves_in_points_and_is_not_judged():
    assert delta(share(28, 100), share(31, 100), "up") == Delta("−3.0 pts, not judged: no interval", "muted")
    assert delta(share(28, 100), kept(0.31, 100_000), "up") == Delta("−3.0 pts, not judged: no interval", "muted")
    assert delta(share(28, 100), share(31, 100), "neither") == Delta("−3.0 pts down", "muted")
    many = Measure(2.0, 200, 100, 100, "ratio"), Measure(1.0, 100, 100, 100, "ratio")
    assert delta(*many, "down") == Delta("+100.0 %, not judged: no interval", "muted")


def test_on_which_side_of_a_target_a_share_lies_is_a_fact():
    assert delta(share(28, 100), share(31, 100), "up", aim=True) == Delta("−3.0 pts worse", "bad")
    assert delta(kept(0.52, 100), share(50, 100), "up", aim=True) == Delta("+2.0 pts better", "good")


def test_a_change_within_its_interval_has_no_direction():
    assert delta(kept(0.52, 100), kept(0.5, 100), "up") == Delta("+2.0 pts, no clear difference", "muted")
    assert delta(kept(0.52, 100_000), kept(0.5, 100_000), "up") == Delta("+2.0 pts better", "good")


def test_from_zero_the_change_is_the_amount_itself():
    assert delta(amount(1_500, n=1), amount(0, n=0), "up") == Delta("+1.50 k better", "good")


def test_no_change_and_no_comparison_are_told_apart():
    assert delta(amount(100, n=1), amount(100, n=1), "up") == Delta("no change", "muted")
    assert delta(amount(100, n=1), None, "up") == Delta("", "muted")
    assert delta(amount(100, n=1), NOTHING, "up") == Delta("", "muted")


def test_an_undefined_measure_gives_its_reason():
    assert because(NOTHING) == "n/a, because this book has no payments"
    assert because(Measure.undefined("", unit="share")) == "n/a"
    assert because(amount(1, n=1)) == ""
    assert why(NOTHING) == "n/a, because this book has no payments."


def test_why_shows_the_division_n_and_what_was_left_out():
    answer = ratio(30, 120, n=7, of="placements", excluded=2, why="waivers never count", when_zero="")
    assert why(answer) == "30.00 / 120.00 = 25.0 %; n = 7 placements; 2 placements left out; waivers never count."
    assert why(amount(30, n=1)) == "30.00; n = 1 loan."
    assert why(Measure(5, 5, 1.0, 5, "count")) == "5; n = 5 loans."
