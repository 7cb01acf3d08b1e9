"""What every PortfolioReader answers about flows, borrowers and the spread of recovery, worked by hand on eight loans."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.loan_fields import LOAN_FIELDS
from core.metrics.flows import FLOW_COUNTS, FLOW_MEASURES, FLOW_MONEY
from core.selection import DIMENSIONS, Selection
from tests.contract import book

NOW = Selection()
SUMS = ("flows", "borrowers", "recovery_spread")
SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"


@pytest.fixture(scope="module", params=["fake", "sql"])
def reader(request, tmp_path_factory):
    return book.fake() if request.param == "fake" else book.adapter(tmp_path_factory.mktemp("book"))


def records(frame: pd.DataFrame, *names: str) -> list[tuple]:
    return [tuple(row) for row in frame[list(names)].itertuples(index=False)]


def test_each_loan_goes_from_its_bucket_to_its_state_and_new_loans_come_from_nowhere(reader):
    flows = reader.flows(NOW, ["month", "origin", "state"])
    assert flows.columns.tolist() == ["month", "origin", "state", *FLOW_MEASURES]
    assert records(flows, "month", "origin", "state", "loans", "opening", "closing") == [
        (SEPTEMBER, "1-29", "30-59", 1, 1000.00, 900.00),  # LN1
        (SEPTEMBER, "120+", "charged off", 1, 400.00, 0.00),  # LN5
        (SEPTEMBER, "60-89", "paid", 1, 300.00, 0.00),  # LN4
        (SEPTEMBER, "90-119", "120+", 1, 5000.00, 5050.50),  # LN2
        (SEPTEMBER, "Current", "Current", 2, 3234.56, 3234.56),  # LN3, LN8
        (SEPTEMBER, "new", "1-29", 2, 0.00, 10700.10),  # LN6, LN7
        (OCTOBER, "1-29", "1-29", 1, 700.10, 600.10),  # LN7
        (OCTOBER, "1-29", "30-59", 1, 10000.00, 10000.00),  # LN6
        (OCTOBER, "120+", "120+", 1, 5050.50, 5101.00),  # LN2
        (OCTOBER, "30-59", "Current", 1, 900.00, 800.00),  # LN1
        (OCTOBER, "Current", "30-59", 1, 2000.00, 1900.25),  # LN3
        (OCTOBER, "Current", "Current", 1, 1234.56, 1234.56),  # LN8
    ]


def test_what_moved_the_balance_is_told_and_closes_to_the_cent(reader):
    flows = reader.flows(NOW, ["month"])
    names = ("month", "opening", "cash", "waived", "interest", "written_off", "sold", "gone", "other")
    assert records(flows, *names) == [
        (SEPTEMBER, 9934.56, 500.00, 0.00, 150.50, 400.00, 0.00, 0.00, 0.00),  # interest: LN2 50.50, LN3 100.00
        # cash 100 + 1000.33 + 150 - 50 + 50; interest LN2 550.50, LN6 1000.33, LN8 50.00; other LN3
        (OCTOBER, 19885.16, 1250.33, 500.00, 1600.83, 0.00, 0.00, 0.00, -99.75),
    ]
    for row in reader.flows(NOW, ["month", "origin", "product"]).to_dict("records"):
        if row["origin"] != "new":
            left = row["written_off"] + row["sold"] + row["gone"] - row["other"]
            moved = row["opening"] - row["cash"] - row["waived"] + row["interest"] - left
            assert moved == pytest.approx(row["closing"], abs=1e-9)


def test_the_closing_of_a_month_is_the_stock_of_its_end_and_the_opening_of_the_next(reader):
    by_month = reader.flows(NOW, ["month"]).set_index("month")
    stock = reader.stock_history(NOW).set_index("as_of")["balance"]
    assert by_month["opening"].tolist() == stock.iloc[:2].tolist()
    assert by_month["closing"].tolist() == stock.iloc[1:].tolist()


def test_work_and_payment_are_counted_on_loans_that_could_be_worked(reader):
    names = ("workable", "attempts", "worked", "contacted", "reached", "promised", "paying", "cured")
    assert records(reader.flows(NOW, ["month"]), "month", *names) == [
        (SEPTEMBER, 4, 0, 0, 0, 0, 0, 2, 0),  # the letter to LN7 came before it was stock; LN1 and LN4 paid
        (OCTOBER, 3, 2, 2, 1, 1, 0, 2, 1),  # not LN6 (dispute), nor the promise of LN8 (never in arrears)
    ]


def test_only_months_that_are_over_by_the_day_are_told(reader):
    assert reader.flows(NOW.at(date(2026, 10, 30)), ["month"])["month"].tolist() == [SEPTEMBER]
    nothing = reader.flows(NOW.at(date(2026, 8, 31)))
    assert (nothing == 0).all(axis=None)
    assert len(nothing) == 1


def test_arrivals_have_the_attributes_of_their_first_day_and_all_others_those_of_the_opening(reader):
    by_bucket = records(reader.flows(NOW.only(product="Auto"), ["month", "bucket"]), "month", "bucket", "closing")
    assert by_bucket == [
        (SEPTEMBER, "1-29", 700.10),
        (SEPTEMBER, "Current", 2000.00),
        (OCTOBER, "1-29", 600.10),
        (OCTOBER, "Current", 1900.25),  # 30-59 by the end
    ]


def test_borrowers_count_once_in_each_group_they_have_a_loan_in(reader):
    assert records(reader.borrowers(NOW), "borrowers", "arrears_borrowers") == [(6, 4)]
    assert records(reader.borrowers(NOW, ["product"]), "product", "borrowers", "arrears_borrowers") == [
        ("Auto", 2, 2),
        ("Business", 1, 1),
        ("Home", 2, 1),
        ("Personal", 1, 0),
    ]
    assert records(reader.borrowers(NOW.at(date(2026, 9, 12))), "borrowers", "arrears_borrowers") == [(6, 4)]
    assert records(reader.borrowers(NOW.only(collector="Ann"), ["region"]), "region", "borrowers") == [
        ("North", 3),
        ("South", 1),
    ]


def test_the_spread_of_recovery_is_over_episodes_and_what_was_paid_on_each_by_the_day(reader):
    spread = reader.recovery_spread(NOW)
    assert records(spread, "loans", "balance", "cash") == [(7, 19300.35, 1650.33)]
    paid = {1000.00: 200.00, 5000.00: 0, 300.00: 300.00, 400.00: 50.00, 10000.00: 1000.33, 700.10: 100.00, 1900.25: 0}
    assert spread["balance_sq"].tolist() == pytest.approx([sum(balance**2 for balance in paid)])
    assert spread["cash_sq"].tolist() == pytest.approx([sum(cash**2 for cash in paid.values())])
    assert spread["balance_cash"].tolist() == pytest.approx([sum(balance * cash for balance, cash in paid.items())])
    before = reader.recovery_spread(NOW.at(date(2026, 10, 12)), ["product"])
    assert records(before, "product", "loans", "cash") == [
        ("Auto", 1, 150.00),  # P5, not yet its reversal P6; LN3 was placed at the end of the month
        ("Business", 1, 0.00),
        ("Home", 1, 0.00),
        ("Personal", 3, 500.00),
    ]


def test_the_spread_adds_up_to_what_was_placed_and_paid(reader):
    spread = reader.recovery_spread(NOW, ["strategy", "bucket"])
    placed, cash = reader.placed(NOW, ["strategy", "bucket"]), reader.cash(NOW, ["strategy", "bucket"])
    assert records(spread, "strategy", "bucket", "loans", "balance") == records(
        placed, "strategy", "bucket", "loans", "balance"
    )
    assert spread["cash"].sum() == pytest.approx(cash["cash"].sum())


def test_every_loan_of_a_borrower_is_shown_whatever_its_status_and_whatever_is_filtered(reader):
    found = reader.borrower_loans("B4", NOW.at(date(2026, 9, 30)).only(region="North"))
    assert found.columns.tolist() == [*LOAN_FIELDS, "status", "placed_on"]
    assert records(found, "loan_ref", "status", "placed_on", "balance", "hold") == [
        ("LN4", "paid", "2026-08-31", 0.00, "not stated")
    ]
    assert records(reader.borrower_loans("B6", NOW), "loan_ref", "hold", "proposed") == [("LN6", "dispute", "Hold")]
    assert reader.borrower_loans("B8", NOW)["placed_on"].isna().tolist() == [True]
    assert reader.borrower_loans("B8", NOW)["last_contact_result"].tolist() == ["promise"]
    assert len(reader.borrower_loans("B4", NOW)) == 0  # it has left the book
    assert len(reader.borrower_loans("nobody", NOW)) == 0
    assert reader.borrower_loans("nobody", NOW).columns.tolist() == [*LOAN_FIELDS, "status", "placed_on"]


def test_work_belongs_to_the_episode_that_had_begun_and_to_none_before_the_first(reader):
    activity = reader.activity(NOW, ["cohort", "month"])
    assert records(activity, "cohort", "month", "actions", "cost") == [
        ("2026-08-31", OCTOBER, 2, 122.00),  # LN1, LN2
        ("none", SEPTEMBER, 1, 1.50),  # LN7's letter, five days before it was placed
        ("none", OCTOBER, 1, 2.00),  # LN8
    ]
    cut_short = reader.activity(NOW.at(date(2026, 10, 5)), ["cohort"])
    assert records(cut_short, "cohort", "actions") == [("2026-08-31", 1), ("none", 1)]


@pytest.mark.no_cover  # many sums: the tables worked by hand cover them
@pytest.mark.parametrize("question", ["flows", "recovery_spread"])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_of_any_dimension_add_up_to_the_whole_however_it_is_filtered(reader, question, dimension):
    ask = getattr(reader, question)
    whole = ask(NOW).iloc[0].round(2).to_dict()
    parts = ask(NOW, [dimension])
    assert parts[list(whole)].sum().round(2).to_dict() == whole
    one_by_one = pd.concat([ask(NOW.only(**{dimension: value})) for value in parts[dimension]])
    assert one_by_one.sum().round(2).to_dict() == whole


@pytest.mark.no_cover  # many sums: the tables worked by hand cover them
@pytest.mark.parametrize("question", SUMS)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_filter_that_keeps_everything_changes_nothing(reader, question, dimension):
    everybody = ("Ann", "Bob", "not stated")  # no cube knows owners: with this filter the rows answer
    for by in ([dimension], list({dimension: 1, "product": 1}), []):
        found = getattr(reader, question)(NOW.only(collector=everybody), by)
        pd.testing.assert_frame_equal(found, getattr(reader, question)(NOW, by))
        assert len(found) > 0


@pytest.mark.parametrize("question", SUMS)
def test_a_sum_over_nothing_is_a_row_of_zeros_and_groups_over_nothing_are_absent(reader, question):
    nowhere = NOW.only(region="West")
    whole = getattr(reader, question)(nowhere)
    assert len(whole) == 1
    assert (whole == 0).all(axis=None)
    assert len(getattr(reader, question)(nowhere, ["region"])) == 0


def test_counts_are_whole_and_amounts_are_not(reader):
    types = reader.flows(NOW).dtypes.astype(str).to_dict()
    assert {types[name] for name in FLOW_COUNTS} == {"int64"}
    assert {types[name] for name in FLOW_MONEY} == {"float64"}


@pytest.mark.parametrize("question", [*SUMS, "activity"])
def test_an_unknown_group_is_refused(reader, question):
    with pytest.raises(SelectionRefused, match="'colour'"):
        getattr(reader, question)(NOW, ["colour"])


@pytest.mark.parametrize("question", ["borrowers", "recovery_spread"])
def test_what_flows_are_grouped_by_is_no_group_elsewhere(reader, question):
    with pytest.raises(SelectionRefused, match="'origin'"):
        getattr(reader, question)(NOW, ["origin"])


def test_a_day_before_the_first_is_refused(reader):
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.flows(NOW.at(date(2026, 8, 30)))
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.borrower_loans("B1", NOW.at(date(2026, 8, 30)))
