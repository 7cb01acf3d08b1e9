"""What the loans should bring, as Portfolio tells it."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from core.scores.rate.sums import Expected
from dashboard import text_expected as say
from dashboard.components.table import BELOW
from dashboard.pages.portfolio.expected import update_expected
from tests.dashboard.models_book import CARD, model
from tests.dashboard.pages.test_portfolio import said
from tests.dashboard.work import forty_loans, services_of
from tests.fakes import FakePortfolioReader

WHOLE = Expected("", 1_200, 5e6, 1_200, 1e6, 9e5, 1.1e6, 8e5, 7e5, 9e5)
MODEL = model(4, "champion", CARD)


def test_the_sum_stands_with_its_interval_n_and_whose_it_is():
    assert say.title(WHOLE, "EUR").startswith("Expected in 12 months: ")
    assert "95\u00a0%: " in say.title(WHOLE, "EUR").replace("95 %", "95\u00a0%")
    words = say.subtitle(WHOLE, MODEL, left_aside=False)
    assert words.startswith("1,200 loans that can be worked, 1,200 of them with an expectation, told by model 4")
    assert "planning assumptions." in words
    assert "lasso" not in words
    assert say.subtitle(WHOLE, MODEL, left_aside=True).endswith("The lasso and the search are left aside.")
    assert "Net: after the catalogue's costs, fees" in words
    assert "Net: after the costs that policy 7 was learned with, fees" in say.subtitle(WHOLE, MODEL, False, 7)
    cells = say.row("proposed", replace(WHOLE, group="Legal"), "EUR")
    assert cells[0] == "Legal\nproposed"
    assert cells[3].endswith(", n = 1,200")
    assert len(cells) == len(say.HEADS)


def test_where_there_is_no_interval_the_row_and_the_remark_say_why():
    few = replace(WHOLE, told=12, why="it takes 30 loans")
    assert "no interval: it takes 30 loans" in say.row("product", replace(few, group="Auto"), "EUR")[3]
    assert say.row("", few, "EUR")[4].startswith("n/a")
    assert "No interval, because it takes 30 loans." in say.subtitle(few, MODEL, left_aside=False)
    assert "(" not in say.title(few, "EUR")


def test_loans_with_no_action_proposed_are_not_missing_their_expectation():
    idle = Expected("No action", 40, 9e3, 0, nan, nan, nan, nan, nan, nan, "no loan of it has an expectation")
    told = say.row("proposed", idle, "EUR")
    assert told[3].split(BELOW) == ["n/a", "nothing is told of loans that are not worked"]
    assert "no loan of it has an expectation" in say.row("product", idle, "EUR")[3]


def test_a_book_that_expects_nothing_says_so_and_shows_no_rows():
    told = update_expected(services_of(FakePortfolioReader(forty_loans())), "")
    assert told["rows"] == []
    assert told["subtitle"].startswith("n/a, because no loan of it has an expectation")
    assert said(told["rows"]) == ""
