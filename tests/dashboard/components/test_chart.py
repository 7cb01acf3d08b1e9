"""The chart card: its parts, and its state without a chart."""

from __future__ import annotations

import json

from dash import dcc

from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props, graph


def test_props_outputs_and_card_fit_each_other():
    made = {json.dumps(part.id): part for part in chart_card("x")._traverse() if hasattr(part, "id")}
    drawn = chart_props({"data": [], "layout": {}}, title="A", subtitle="B", summary="C", rows=[["D"]])
    absent = chart_absent(title="A", why="n/a, because nothing")
    assert drawn.keys() == absent.keys() == chart_outputs("x").keys()
    for output in chart_outputs("x").values():
        assert output.component_property in made[json.dumps(output.component_id)].available_properties


def test_a_chart_the_data_cannot_carry_says_why_and_has_no_table():
    absent = chart_absent(title="Cash", why="n/a, because this book has no payments.")
    assert absent["absent"] == absent["summary"] == "n/a, because this book has no payments."
    assert absent["rows"] == []
    assert "no-drawing" in absent["drawing"]


def test_only_a_drawing_made_for_selecting_keeps_the_lasso():
    plain, lasso = graph("a"), graph("b", lasso=True)
    assert isinstance(plain, dcc.Graph)
    assert "lasso2d" in plain.config["modeBarButtonsToRemove"]
    assert "lasso2d" not in lasso.config["modeBarButtonsToRemove"]
    for made in (plain, lasso):
        assert made.config["showSendToCloud"] is False
        assert "toImage" in made.config["modeBarButtonsToRemove"]


def test_every_chart_has_words_and_a_table_beside_it():
    parts = [part for part in chart_card("x", controls=["switch"])._traverse() if hasattr(part, "className")]
    classes = {getattr(part, "className", "") for part in parts}
    assert {"visually-hidden", "as-table"} <= classes


def test_a_chart_with_a_number_has_its_button_at_the_top_right():
    (button,) = [part for part in chart_card("x", why=Why("cash_month"))._traverse() if type(part).__name__ == "Button"]
    assert getattr(button, "data-why") == "why=cash_month"
    assert getattr(button, "aria-label") == "why this number: Cash this month"
    assert getattr(button, "aria-describedby") == "x-title"
    assert not [part for part in chart_card("x")._traverse() if type(part).__name__ == "Button"]


def test_the_rows_of_the_table_carry_the_address_of_their_point():
    rows = [["Product", "Cash"], ["Auto", "10"], ["Home", "20"], ["Total", "30"]]
    auto = Why("cash:cash", {"product": "Auto"})
    drawn = chart_props({}, title="", subtitle="", summary="", rows=rows, addresses=[auto, None])
    assert drawn["rows"] == [rows[0], [["Auto", "why=cash%3Acash&cell=product~Auto"], "10"], *rows[2:]]
    assert chart_props({}, title="", subtitle="", summary="", rows=rows)["rows"] == rows
