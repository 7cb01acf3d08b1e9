"""An effect that changed is told with its interval; one that did not is not."""

import numpy as np
import pytest

from core.strategies.refinement.changes import changes, newest_from

NAMES = ("Standard", "Legal")


def history(n: int = 2_000, *, then: float = 100.0, now: float = 100.0, seed: int = 1):
    """Scores of loans, half of them newer, where Legal gains `then` before and `now` since."""
    rng = np.random.default_rng(seed)
    newer = np.arange(n) >= n // 2
    gamma = rng.normal(0, 300, (n, 2))
    gamma[:, 1] += np.where(newer, now, then)
    return {"net_value": gamma}, (rng.random(n) < 0.5).astype(int), NAMES, np.arange(n), newer, "2025-07-31"


def test_an_effect_that_fell_is_named_with_both_figures_and_since_when():
    [told] = changes(*history(then=500, now=-200), [("net_value", "Legal")])
    assert told.changed
    assert told.difference.low < -700 < told.difference.high
    assert told.words.startswith("Legal brings less than it did: its effect on the net value a loan was +")
    assert "before Jul 2025" in told.words
    assert told.to_json()["changed"] is True


def test_an_effect_that_rose_says_more():
    [told] = changes(*history(then=0, now=400), [("net_value", "Legal")])
    assert told.words.startswith("Legal brings more than it did")


def test_an_effect_that_stayed_is_seldom_called_changed_however_many_are_looked_at():
    alarms = []
    for seed in range(150):
        gammas, strategy, names, cluster, newer, since = history(600, seed=seed)
        other = np.random.default_rng([seed, 1]).normal(0, 300, (600, 2))
        both = {**gammas, "recovery_rate": other}
        told = changes(
            both, strategy, names, cluster, newer, since, [("net_value", "Legal"), ("recovery_rate", "Legal")]
        )
        alarms.append(any(each.changed for each in told))
    assert np.mean(alarms) <= 0.10


def test_an_effect_that_stayed_is_said_to_have_stayed():
    [told] = changes(*history(), [("net_value", "Legal")])
    assert not told.changed
    assert told.words.startswith("Legal does what it did, as far as can be told")


@pytest.mark.parametrize("few", [True, False])
def test_with_few_loans_on_a_side_nothing_is_said(few):
    gammas, strategy, names, cluster, newer, since = history(400)
    strategy = np.where(newer & (np.cumsum(newer) > (20 if few else 200)), 0, 1 - newer * 0) if few else strategy
    told = changes(gammas, strategy, names, cluster, newer, since, [("net_value", "Legal")])
    assert len(told) == (0 if few else 1)


def test_what_cannot_be_compared_has_no_change():
    assert changes(*history(), []) == ()


def test_the_newest_loans_are_at_least_three_in_ten_and_never_all():
    assert newest_from(["2025-01-31"] * 2 + ["2025-02-28"] * 8) == "2025-02-28"
    assert newest_from(["2025-01-31"] * 9 + ["2025-02-28"]) == "2025-02-28"
    assert newest_from(["2025-01-31"] * 5) is None
    assert newest_from([]) is None
