import math

import pytest

from core.monitoring.alerts import TO_DO, alerts, of_ranking, of_ratio, standing


def row(what, alarm, *, as_of="2026-06-30", feature="", value=0.3, **details):
    return {"as_of": as_of, "what": what, "feature": feature, "value": value, "n": 400, "m": 900, "bound": 0.1,
            "alarm": alarm, "details": details}  # fmt: skip


def test_alerts_stand_red_first_then_by_importance_each_with_what_to_do():
    rows = [
        row("score", 1, kind="score"), row("input", 1, feature="income", kind="input", value=0.2),
        row("input", 1, feature="debt", kind="input", value=0.4), row("calibration", 1, low=1.1, high=1.3),
        row("ranking", 2, value=0.6, low=0.5, high=0.7, before=0.75), row("input", 0, feature="still", kind="input"),
        row("input", 2, feature="emi", kind="vanished", missing=1.0, missing_before=0.02), row("maturity", 0),
    ]  # fmt: skip
    found = alerts(rows)
    assert [(each.kind, each.feature) for each in found] == [
        ("vanished", "emi"), ("ranking", ""), ("input", "debt"), ("input", "income"), ("score", ""), ("calibration", ""),
    ]  # fmt: skip
    assert [each.level for each in found] == ["red"] * 2 + ["amber"] * 4
    assert (found[0].value, found[0].before) == (1.0, 0.02)
    assert (found[1].low, found[1].high, found[1].before, found[1].n) == (0.5, 0.7, 0.75, 400)
    assert found[5].to_do == "Recalibrate first; train again only if the order of the loans fell too."


def test_a_drift_that_a_later_batch_no_longer_shows_does_not_stand():
    early = row("score", 1, as_of="2026-05-31", kind="score")
    assert alerts([early, row("score", 0, kind="score")]) == []
    assert [each.as_of for each in alerts([early, row("maturity", 0)])] == ["2026-05-31"]
    assert standing([early, row("score", 0)]) == [row("score", 0)]


@pytest.mark.parametrize(
    ("value", "low", "high", "level"),
    [(1.3, 1.1, 1.5, 2), (1.3, 0.9, 1.7, 0), (0.85, 0.75, 0.95, 1), (0.75, 0.6, 0.9, 2), (math.nan, 0.0, 0.0, 0)],
)
def test_an_actual_by_expected_is_judged_by_its_size_and_its_interval(value, low, high, level):
    assert of_ratio(value, low, high) == level


def test_a_fall_of_the_ranking_is_red_only_where_it_is_large_and_sure():
    assert [of_ranking(*each) for each in ((0.06, 0.01), (0.06, -0.01), (0.05, 0.02), (math.nan, math.nan))] == [
        2,
        0,
        0,
        0,
    ]


def test_every_kind_says_what_to_do():
    assert all(said.endswith(".") for said in TO_DO.values())
