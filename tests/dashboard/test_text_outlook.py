"""What is said of the forecast's own record: how often it held, and a warning where that is too seldom or too little."""

from __future__ import annotations

import pandas as pd

from dashboard.text_recovery import outlook_subtitle, record


def of_cash(**held: tuple[int, int]) -> pd.DataFrame:
    """Forecasts of cash: `one=(9, 12)` is 9 of 12 that held one month ahead, `three` three months ahead."""
    steps = {"one": 1, "three": 3}
    rows = [("cash", steps[name], place < inside) for name, (inside, n) in held.items() for place in range(n)]
    return pd.DataFrame(rows, columns=["measure", "steps", "inside"])


def test_the_record_stands_with_n_and_interval_for_every_distance():
    assert record(of_cash(one=(11, 12), three=(6, 10))) == (
        "80 % of forecasts should hold what came; of earlier ones 11 of 12 did 1 month ahead (95 % interval of the share "
        "65 to 99 %); 6 of 10 did 3 months ahead (95 % interval of the share 31 to 83 %), not clearly fewer"
    )


def test_a_record_clearly_below_the_promise_warns_and_one_too_short_is_no_evidence():
    assert record(of_cash(one=(5, 12), three=(5, 5))).endswith(
        "5 of 12 did 1 month ahead (95 % interval of the share 19 to 68 %), **fewer than promised: the band is too "
        "narrow**; 5 of 5 did 3 months ahead, **too few to judge the band by**"
    )


def test_a_forecast_without_a_record_warns():
    said = outlook_subtitle("cash", of_cash(), 7, "no target is set")
    assert said.endswith(". **No earlier month can be forecast again, so the band is not tested**. n = 7 loans")
