"""Small parts: head, badges, grid, switch, facts."""

from __future__ import annotations

import dash
import pytest
from dash import html

from dashboard.components.badges import badge, notice, state_card, strategy_chip
from dashboard.components.facts import fact_list, fact_outputs
from dashboard.components.grid import grid, number_column, text_column
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.components.switch import chooser, keep_in_url, switch
from dashboard.page import Page

PAGE = Page("/segments", "Segments", "Work", "Who are they?")


def of_type(root, kind):
    return [part for part in root._traverse() if type(part).__name__ == kind]


def test_a_page_has_its_question_then_its_answer_then_its_content():
    page = page_layout(PAGE, [html.P("content")])
    assert page.id == "segments-page"
    assert [part.children for part in of_type(page, "H1")] == ["Who are they?"]
    assert [part.id for part in of_type(page, "P") if hasattr(part, "id")] == [answer_id(PAGE)] == ["segments-answer"]
    assert Page("/", "Portfolio", "See", "?").key == "portfolio"


def test_decisive_words_become_bold_and_nothing_else_is_read_into_text():
    pieces = sentence("**Auto** fell; <b>not bold</b> * 2 **again**")
    assert [piece.children if isinstance(piece, html.B) else piece for piece in pieces] == [
        "Auto", " fell; <b>not bold</b> * 2 ", "again",
    ]  # fmt: skip
    assert sentence("plain") == ["plain"]


@pytest.mark.parametrize(("name", "look"), [("Legal", "dot legal"), ("Letters", "dot other")])
def test_a_strategy_shows_its_name_beside_its_colour(name, look):
    dot, word = strategy_chip(name).children
    assert (dot.className, word) == (look, name)


def test_labels_carry_their_tone_and_id():
    assert badge("new", "good", id="b").className == "badge-pill good"
    assert not hasattr(badge("new"), "id")
    assert notice("look", "bad", id="n").id == "n"
    assert of_type(state_card("Empty", "Nothing yet", html.A("go")), "H2")[0].children == "Empty"


def test_the_grid_exports_nothing_by_itself_and_takes_what_a_page_adds():
    made = grid(
        "x",
        [text_column("a", "A"), number_column("b", "B")],
        label="loans",
        height=200,
        dashGridOptions={"pagination": True},
    )
    assert made.dashGridOptions["suppressCsvExport"] is True
    assert made.dashGridOptions["pagination"] is True
    assert "domLayout" not in made.dashGridOptions
    assert grid("y", [], label="few").dashGridOptions["domLayout"] == "autoHeight"
    assert made.columnDefs[1]["type"] == "rightAligned"


def test_controls_carry_their_key_and_first_value_for_the_address():
    for made in (
        switch("p-by", "By", [("a", "A"), ("b", "B")], "a", key="by"),
        chooser("p-by", "By", [("a", "A")], "a", key="by"),
    ):
        (note,) = of_type(made, "Store")
        assert (note.id, note.data) == ("p-by-key", {"key": "by", "default": "a"})


def test_a_kept_control_reads_the_address_and_writes_it_without_a_circle():
    app = dash.Dash("probe")
    keep_in_url(app, "p-by")
    outputs = [callback["output"] for callback in app._callback_list]
    assert outputs[0] == "p-by.value"
    assert not any("url" in output for output in outputs)


def test_facts_are_filled_in_their_order():
    facts = (("a", "Newest"), ("b", "Received"))
    assert [part.id for part in of_type(fact_list("Fresh", facts), "Dd")] == ["a", "b"]
    assert [output.component_id for output in fact_outputs(facts)] == ["a", "b"]
