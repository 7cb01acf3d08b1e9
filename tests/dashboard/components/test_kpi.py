"""A key figure: its leaves, and what it says when it is undefined."""

from __future__ import annotations

import math

from core.metrics.measure import Measure, amount, ratio
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props


def test_the_props_fit_the_outputs_and_the_outputs_the_card():
    outputs = kpi_outputs("portfolio-cash")
    props = kpi_props(amount(1, n=1), label="Cash", better="up", mode="light")
    assert props.keys() == outputs.keys()
    made = {part.id: part for part in kpi_card("portfolio-cash", "Cash")._traverse() if hasattr(part, "id")}
    for output in outputs.values():
        assert output.component_property in made[output.component_id].available_properties


def test_a_figure_shows_value_change_n_trend_and_why():
    props = kpi_props(
        amount(2_910_000, n=412, of="payments"), label="Cash", better="up", mode="light", before=amount(3_095_745, n=400),
        before_on="30 Sep", trend=[3.0e6, math.nan, 2.91e6], formula="Cash of the month.",
    )  # fmt: skip
    assert props["value"] == "2.91 M"
    assert (props["delta"], props["tone"]) == ("−6.0 % worse", "delta bad")
    assert props["note"] == "since 30 Sep, n\u00a0=\u00a0412"
    assert props["trend"].startswith("data:image/svg+xml;base64,")
    assert props["summary"] == "Cash over 3 days of the book: from 3.00 M to 2.91 M, lowest 2.91 M, highest 3.00 M."
    assert props["why"] == "Cash of the month. 2,910,000.00; n = 412 payments."


def test_a_month_told_in_part_says_so_on_the_card_itself():
    part = amount(40.0, n=3, of="payments", why="waivers never count; payments are known up to 12 Oct 2026")
    assert kpi_props(part, label="Cash", better="up", mode="light")["note"] == (
        "n\u00a0=\u00a03; payments are known up to 12 Oct 2026"
    )
    whole = amount(40.0, n=3, of="payments", why="waivers never count")
    assert kpi_props(whole, label="Cash", better="up", mode="light")["note"] == "n\u00a0=\u00a03"


def test_a_share_tells_its_trend_in_percent():
    props = kpi_props(ratio(1, 4, n=4, when_zero=""), label="Rate", better="up", mode="dark", trend=[0.2, 0.25])
    assert "from 20.0 % to 25.0 %" in props["summary"]


def test_an_undefined_figure_says_why_and_draws_nothing():
    gone = Measure.undefined("this book has no payments", unit="share")
    props = kpi_props(
        gone, label="Rate", better="up", mode="light", before=gone, before_on="30 Sep", trend=[math.nan, math.nan]
    )
    assert (props["value"], props["note"], props["delta"]) == ("n/a", "because this book has no payments", "")
    assert (props["trend"], props["trend_class"], props["summary"]) == ("", "spark is-absent", "")


def parts_of(card, kind):
    return [part for part in card._traverse() if type(part).__name__ == kind]


def test_a_figure_of_the_catalogue_opens_its_drawer_and_tells_the_same_in_words():
    card = kpi_card("portfolio-cash_month", "Cash this month")
    (button,) = parts_of(card, "Button")
    assert getattr(button, "data-why") == "why=cash_month"
    assert getattr(button, "aria-label") == "why this number: Cash this month"
    assert getattr(button, "aria-describedby") == "portfolio-cash_month-why"
    assert parts_of(card, "Details") == []
    (button,) = parts_of(kpi_card("roll-first", "Rolled", metric="roll_forward_rate"), "Button")
    assert getattr(button, "data-why") == "why=roll_forward_rate"


def test_a_figure_the_catalogue_does_not_know_says_why_in_the_card():
    card = kpi_card("strategies-luck", "Luck")
    assert parts_of(card, "Button") == []
    assert len(parts_of(card, "Details")) == 1
