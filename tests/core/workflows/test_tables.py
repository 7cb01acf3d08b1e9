"""Every table of `metrics --json`: the same numbers as the measures, undefined where they are, and with the reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from core.errors import SelectionRefused
from core.selection import Selection
from core.workflows.measures import families, measured
from core.workflows.tables import CAUSES, Table, tables, tables_as_json
from tests.dashboard.small_book import BOOK, DAYS, SmallBookReader

TODAY = date(2026, 11, 21)
NAMES = {
    "cohorts", "liquidation", "pooled_liquidation", "vintages", "roll_matrix", "roll_matrix_loans", "roll_trend", "bridge",
    "cures", "funnel", "promises", "forecast", "forecast_record", "early_warning", "branch", "agency", "collector",
    "compared", "restated", *(f"what_changed_{by}" for by in CAUSES),
}  # fmt: skip


def made(reader: SmallBookReader | None = None, **asked) -> dict[str, Table]:
    return tables(reader or SmallBookReader(), Selection(as_of=DAYS[-1], **asked), TODAY, 10)


@pytest.fixture(scope="module")
def small() -> dict[str, Table]:
    return made()


@pytest.fixture(scope="module")
def measures():
    return measured(SmallBookReader(), Selection(), families(0.1), TODAY).measures


def test_every_table_is_there_as_json_with_rows_or_a_reason(small):
    assert set(small) == NAMES
    told = json.loads(
        json.dumps(tables_as_json(SmallBookReader(), Selection(as_of=DAYS[-1]), TODAY, 10), allow_nan=False)
    )
    for name, table in told.items():
        assert set(table) == {"note", "why", "rows"}, name
        assert bool(table["rows"]) != bool(table["why"]), name
    assert told["promises"]["why"] == "there is nothing of this selection to list"


def test_the_bridge_of_the_arrears_is_that_of_the_measures(small, measures):
    rows = small["bridge"].rows
    arrears = rows[rows["bucket"] == "arrears"].set_index("line")["amount"]
    told = {name.removeprefix("bridge_"): each.value for name, each in measures.items() if name.startswith("bridge_")}
    assert {line: arrears[line] for line in told} == told
    for _, of_bucket in rows.groupby("bucket"):
        lines = of_bucket.set_index("line")["amount"]
        assert lines.drop("closing").sum() == pytest.approx(lines["closing"], abs=0.005)


def test_the_rows_of_the_roll_matrix_add_up_to_one(small):
    for name in ("roll_matrix", "roll_matrix_loans"):
        shares = small[name].rows.groupby("origin")["share"].sum()
        assert len(shares)
        assert shares.tolist() == pytest.approx([1.0] * len(shares))


def test_a_rate_at_an_age_not_every_loan_has_reached_is_masked():
    within = DAYS[-1].replace(day=20)
    curves = tables(SmallBookReader(), Selection(as_of=within), TODAY, 10)["liquidation"].rows
    reached = curves["reached"].astype(bool)
    assert set(reached) == {True, False}
    assert curves.loc[~reached, "rate"].isna().all()
    assert curves.loc[reached, "rate"].notna().all()


def test_the_figures_compared_are_the_measures_beside_the_day_before(small, measures):
    rows = small["compared"].rows.set_index("metric")
    before = measured(SmallBookReader(), Selection(as_of=DAYS[-2]), families(0.1), TODAY).measures
    assert (rows.at["outstanding", "now"], rows.at["loans", "now"]) == (
        measures["outstanding"].value,
        measures["loans"].value,
    )
    assert rows.at["in_arrears", "month_before"] == before["in_arrears"].value
    assert "month before: 30 Sep 2026" in small["compared"].note


def test_sites_are_said_not_to_be_adjusted(small):
    assert all(
        small[by].note.startswith("Not adjusted for what they were given") for by in ("branch", "agency", "collector")
    )


def test_a_table_that_cannot_be_told_says_why():
    told = made(SmallBookReader(replace(BOOK, has_payments=False, has_actions=False)))
    assert told["liquidation"].why == "this book has no payments"
    assert told["promises"].why == "this book has no actions"
    assert told["bridge"].rows.set_index("line").loc[["cash", "waived"], "amount"].isna().all()
    assert "what was paid is in the line other" in told["bridge"].note
    assert set(told["funnel"].rows["step"]) == {"inventory", "workable"}


def test_a_day_without_both_ends_of_its_month_has_no_matrix_and_says_so():
    told = tables(SmallBookReader(), Selection(as_of=DAYS[0]), TODAY, 10)
    for name in ("roll_matrix", "bridge", "funnel", "cures"):
        assert "a month is known by both its ends" in told[name].why, name
        assert told[name].as_json()["rows"] == []
    assert told["early_warning"].why == "no month up to the day has both its ends in the book"


def test_what_is_about_to_roll_adds_up_to_its_measure(small, measures):
    told = measures["rolling_next_month"]
    assert small["early_warning"].rows["expected_balance"].sum() == pytest.approx(told.value, abs=0.05)
    assert small["early_warning"].note == told.why


def test_a_value_the_book_never_held_is_refused():
    with pytest.raises(SelectionRefused, match="Spaceship"):
        made(filters={"product": ("Spaceship",)})
