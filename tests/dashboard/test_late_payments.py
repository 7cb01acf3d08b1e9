"""Pages where payments end before the figures do: what no file can have told is not drawn as zero, and what is known in part
says until when.

The moving book up to October 2026, with payments of each month on the 15th; BYSTANDER of the same book is LN99.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.metrics.answers import answer, rows_behind
from core.metrics.catalogue import definition
from core.metrics.promises import promise_measures
from core.metrics.summary import summary_before, summary_trend
from core.selection import Selection
from core.workflows.measures import families
from dashboard.pages.customers import sites
from dashboard.pages.explore.outcomes import outcomes_of
from dashboard.pages.portfolio import bridge, change, headline
from dashboard.pages.recovery import headline as recovery_headline
from dashboard.pages.recovery import liquidation, outlook, promises, to_date
from dashboard.pages.segments import profiles
from dashboard.pages.strategies import brought, over_time
from dashboard.remembered import Remembered
from dashboard.services import Services
from dashboard.state import view_of
from tests.dashboard.moving_book import actions, payments, snapshots
from tests.dashboard.work import services_of
from tests.fakes import FakePortfolioReader

NOVEMBER = date(2026, 11, 5)
WORDS = "payments are known up to 30 Sep 2026"
UNTOLD = f"{WORDS}: no file can have told those of Oct 2026"


def book(paid: date, acted: date = NOVEMBER) -> FakePortfolioReader:
    """As the files received by those days can have told it."""
    told = payments()
    return FakePortfolioReader(
        snapshots(), told[told["paid_on"] <= paid.isoformat()], actions(), payments_until=paid, actions_until=acted
    )


@pytest.fixture(scope="module")
def late() -> Services:
    """October's payments were not sent yet."""
    return services_of(book(date(2026, 9, 30)))


@pytest.fixture(scope="module")
def part() -> Services:
    """October is told up to the 17th: its payments of the 15th are in, its promises are due with grace on the 18th."""
    return services_of(book(date(2026, 10, 17)))


def test_the_funnel_leaves_the_paying_out_and_its_title_too(late, part):
    shown = promises.update_promises(late, "", "light")["funnel"]
    assert "Paying" not in [row[0][0] for row in shown["rows"]]
    assert shown["subtitle"].endswith(f"; {UNTOLD}, so their steps are left out")
    told = promises.update_promises(part, "", "light")["funnel"]
    assert told["rows"][-1][1:4] == ["4", "100.0 %", "workable"]
    assert told["subtitle"].endswith("; payments are known up to 17 Oct 2026")
    whole = promises.update_promises(services_of(book(NOVEMBER)), "", "light")["funnel"]
    assert "known" not in whole["subtitle"]


def test_promises_due_after_the_payments_end_are_not_judged_broken(late, part):
    for services, day in ((late, "30 Sep 2026"), (part, "17 Oct 2026")):
        shown = promises.update_promises(services, "", "light")["kept"]
        assert shown["rows"][-1][0][0] == "Sep 2026"
        assert shown["subtitle"].endswith(f"payments are known up to {day}, and no promise is judged after it")
    whole = promises.update_promises(services_of(book(date(2026, 10, 18))), "", "light")["kept"]
    assert whole["rows"][-1][0][0] == "Oct 2026"
    never = promises.update_promises(services_of(book(date(2025, 11, 1))), "", "light")["kept"]
    assert never["absent"] == "n/a, because this book has no payments."
    early = FakePortfolioReader(snapshots(), payments().head(1), actions(), payments_until=date(2025, 11, 29))
    unripe = promises.update_promises(services_of(early), "", "light")["kept"]
    assert unripe["absent"] == "n/a, because payments are known up to 29 Nov 2025, and the book begins on 30 Nov 2025."


def test_the_card_of_a_month_told_in_part_says_up_to_when_and_that_of_a_whole_month_does_not(part):
    told = headline.update_headline(part, "", "light")
    assert "payments are known up to 17 Oct 2026" in str(told["figures"]["cash_month"]["note"])
    assert "known up to" not in str(told["figures"]["outstanding"]["note"])
    whole = headline.update_headline(services_of(book(NOVEMBER)), "", "light")
    assert "known up to" not in str(whole["figures"]["cash_month"]["note"])


def test_months_without_a_file_have_no_bar_of_cash(late, part):
    shown = to_date.update_to_date(late, "", "light", 1)
    assert [row[0][0] for row in shown["cash"]["rows"][-2:]] == ["Aug 2026", "Sep 2026"]
    assert shown["cash"]["subtitle"].endswith(f"; {WORDS}")
    assert f"; {WORDS}. Not adjusted" in shown["trend"]["subtitle"]
    assert to_date.update_cash(part, "", "light")["rows"][-1][2] == "40.00"
    early = FakePortfolioReader(snapshots(), payments().head(1), actions(), payments_until=date(2025, 10, 31))
    none = to_date.update_cash(services_of(early), "", "light")
    assert none["absent"] == "n/a, because payments are known up to 31 Oct 2025."


def test_cash_is_not_forecast_from_months_it_is_not_known_of_and_arrears_are(late, part):
    for services, day in ((late, "30 Sep 2026"), (part, "17 Oct 2026")):
        shown = outlook.update_outlook(services, "", "light", Remembered())
        why = f"n/a, because payments are known up to {day}, and the forecast learns from the months up to 31 Oct 2026."
        assert (shown["cash"]["absent"], shown["arrears"]["absent"]) == (why, "")
    known = outlook.update_outlook(services_of(book(date(2026, 10, 31))), "", "light", Remembered())
    assert known["cash"]["absent"] == ""


def test_the_one_cohort_is_ten_months_old_and_not_eleven(late, part):
    ages = {}
    for name, services in (("late", late), ("part", part), ("whole", services_of(book(date(2026, 10, 31))))):
        ages[name] = [
            row[0] for row in liquidation.update_liquidation(services, "?size=month", "light")["curves"]["rows"]
        ][-1]
    assert {name: str(age if isinstance(age, str) else age[0]) for name, age in ages.items()} == {
        "late": "10", "part": "10", "whole": "11",
    }  # fmt: skip


def test_what_changed_compares_no_month_told_in_part(late, part):
    for services, day in ((late, "30 Sep 2026"), (part, "17 Oct 2026")):
        why = f"n/a, because payments are known up to {day}, and the months compared end on 31 Oct 2026."
        assert change.update_change(services, "", "light")["absent"] == why
        assert "came in" not in str(headline.update_headline(services, "", "light")["answer"])
    assert change.update_change(services_of(book(date(2026, 10, 31))), "?over=3", "light")["absent"] == ""


def test_the_bridge_says_where_payments_that_nobody_told_went(late, part):
    shown = bridge.update_bridge(late, "", "light")
    assert shown["subtitle"].endswith(f"; {UNTOLD}: what was paid is in Other")
    assert "Cash" not in [row[0] if isinstance(row[0], str) else row[0][0] for row in shown["rows"]]
    told = bridge.update_bridge(part, "", "light")
    assert told["subtitle"].endswith("; payments are known up to 17 Oct 2026: what was paid later is in Other")


def test_strategies_sites_and_segments_say_until_when_and_draw_no_empty_month(late):
    shown = over_time.update_time(late, "?over=cash", "light")
    assert shown["rows"][-1] == ["Sep 2026", "40.00"]
    assert shown["subtitle"].endswith(f"; Nov 2025 to Sep 2026; {WORDS}. Not adjusted")
    assert over_time.update_time(late, "?over=cost", "light")["rows"][-1] == ["Oct 2026", "6.00"]
    unworked = services_of(book(NOVEMBER, acted=date(2026, 8, 31)))
    assert over_time.update_time(unworked, "?over=cost", "light")["rows"][-1][0] == "Aug 2026"
    assert over_time.update_time(late, "?over=rate", "light")["subtitle"].endswith(f"; {WORDS}. Not adjusted")
    assert f"; {WORDS}; amounts in EUR" in brought.update_table(late, "")["subtitle"]
    assert f"; {WORDS}." in profiles.update_profiles(late, "", "light")["subtitle"]
    chart = sites.update_sites(services_of(_with_branches(date(2026, 9, 30))), "?by=branch", "light")["chart"]
    assert f"; {WORDS}. If all were alike" in chart["subtitle"]


def _with_branches(paid: date) -> FakePortfolioReader:
    told = payments()
    known = told[told["paid_on"] <= paid.isoformat()]
    return FakePortfolioReader(snapshots().assign(branch="Harbour"), known, actions(), payments_until=paid)


def test_the_key_figures_of_an_untold_month_are_refused_and_compared_with_nothing(late, part):
    figures = headline.update_headline(late, "", "light")["figures"]
    assert (figures["cash_month"]["value"], figures["net_recovery"]["value"]) == ("n/a", "n/a")
    assert UNTOLD in str(figures["cash_month"]["note"])
    assert figures["promises_kept_rate"]["value"] == "50.0 %"
    told = recovery_headline.update_headline(part, "", "light", Remembered())["figures"]["cash_month"]
    assert (told["value"], told["delta"]) == ("40", "")


def test_the_trend_of_kept_promises_ends_with_the_figure_of_the_day(late):
    for paid in (date(2026, 9, 30), date(2026, 10, 17), date(2026, 8, 20), NOVEMBER):
        reader = book(paid)
        trend = summary_trend(reader, Selection())["promises_kept_rate"]
        kept = promise_measures(reader, Selection())["promises_kept_rate"]
        assert trend.iloc[-1] == kept.value == 0.5
    early = FakePortfolioReader(snapshots(), payments().head(1), actions(), payments_until=date(2025, 11, 29))
    assert summary_trend(early, Selection())["promises_kept_rate"].isna().all()


def test_intensity_of_a_month_whose_actions_are_told_in_part_is_compared_with_none():
    september, october = Selection(as_of=date(2026, 9, 30)), Selection(as_of=date(2026, 10, 31))
    part = summary_before(book(NOVEMBER, acted=date(2026, 10, 12)), september, october)["intensity"]
    assert (part.is_defined, part.why) == (False, "actions are known up to 12 Oct 2026")
    assert summary_before(book(NOVEMBER), september, october)["intensity"].value == 1.0


def test_outcomes_are_judged_a_year_after_a_day_only_where_the_year_is_told():
    frame = snapshots()
    year_before = frame[frame["as_of"] == "2025-11-30"].assign(as_of="2025-10-31")
    both = [frame, year_before]

    def ended(paid: date):
        told = FakePortfolioReader(pd.concat(both, ignore_index=True), payments(), payments_until=paid)
        return outcomes_of(view_of(services_of(told), ""))

    assert ended(date(2026, 10, 30)).why == (
        "n/a, because no day of this book lies 12 months before 30 Oct 2026, up to which payments are known: it is too early."
    )
    assert "31 Oct 2025" in ended(date(2026, 10, 31)).about


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("promises_kept_rate", {"numerator": (10, 10.0), "denominator": (20, 20.0)}),
        ("promises_kept_value_rate", {"numerator": (20, 200.0), "denominator": (20, 300.0)}),
        ("npv", {"numerator": (40, 400.0), "less": (30, 60.0)}),
    ],
)
def test_the_rows_listed_behind_promises_and_present_values_are_of_the_window_that_was_told(late, name, sides):
    """Ten months of promises and payments: October's promises are no rows of a number that ends on 30 September."""
    reader, asked = late.reader(), Selection(as_of=date(2026, 10, 31))
    listed = {side: rows_behind(reader, asked, behind, {}) for side, behind in definition(name).sides.items()}
    assert {side: (page.n, page.total) for side, page in listed.items()} == sides
    assert all(page.frame.filter(["day", "acted_on", "due_on"]).max().max() <= "2026-09-30" for page in listed.values())
    number = answer(reader, asked, name, families=families(0.1))
    assert number.n == listed["denominator" if "denominator" in sides else "numerator"].n
