"""What every PortfolioReader answers about the book of eight loans, worked by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused, UnknownBatch
from core.loan_fields import LOAN_FIELDS
from core.metrics.delinquency import BUCKETS
from core.metrics.portfolio import portfolio_measures, portfolio_trend
from core.metrics.year import year_measures
from core.selection import DIMENSIONS, Lasso, Selection
from tests import eight_loans
from tests.contract import book

NOW = Selection()
SUMS = (
    "stock",
    "stock_history",
    "placed",
    "cash",
    "cash_outside",
    "activity",
    "costs",
    "promises",
    "given",
    "outcomes",
)
OUTCOME_DAY = date(2026, 9, 30)


@pytest.fixture(scope="module", params=["fake", "sql"])
def reader(request, tmp_path_factory):
    return book.fake() if request.param == "fake" else book.adapter(tmp_path_factory.mktemp("book"))


def on_a_day_that_tells(question: str, as_of: date | None = None) -> Selection:
    return NOW.at(OUTCOME_DAY if question == "outcomes" else None if question == "promises" else as_of)


def records(frame: pd.DataFrame, *names: str) -> list[tuple]:
    return [tuple(row) for row in frame[list(names)].itertuples(index=False)]


def test_the_book_says_what_it_holds(reader):
    held = reader.book()
    assert held.days == (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31))
    assert (held.name, held.loans, held.currency, held.is_empty) == ("own", 8, "EUR", False)
    assert (held.has_payments, held.has_actions, held.has_costs, held.own_stored) == (True, True, True, True)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 10, 31), eight_loans.ON_31_OCTOBER), (date(2026, 9, 30), eight_loans.ON_30_SEPTEMBER)],
)
def test_the_headline_numbers_are_those_worked_by_hand(reader, day, expected):
    found = portfolio_measures(reader, NOW.at(day)) | year_measures(reader, NOW.at(day))
    assert {name: found[name].value for name in expected} == pytest.approx({n: told[0] for n, told in expected.items()})
    assert {name: found[name].n for name in expected} == {name: told[3] for name, told in expected.items()}


def test_the_trend_has_a_row_for_every_day(reader):
    trend = portfolio_trend(reader, NOW)
    assert trend["as_of"].tolist() == ["2026-08-31", "2026-09-30", "2026-10-31"]
    assert trend["outstanding"].tolist() == [9934.56, 19885.16, 19635.91]


def test_the_stock_is_of_open_loans_on_the_day_and_expects_only_where_a_score_did(reader):
    stock = reader.stock(NOW)
    assert records(stock, "loans", "arrears_loans", "workable_loans") == [(6, 4, 3)]
    assert stock["workable_balance"].tolist() == [7601.35]  # 5101.00 + 1900.25 + 600.10
    assert records(stock, "expected_loans", "expected_recovery") == [(5, 1350.75)]  # 100 + 900.5 + 100 + 250.25 + 0


def test_how_sure_expected_sums_are_is_told_of_loans_whose_expectation_a_model_told(reader):
    whole = reader.expected_spread(NOW)
    assert records(whole, "loans", "expected_recovery") == [(5, 1350.75)]
    squares = (100**2 + 900.5**2 + 100**2 + 250.25**2) / 4
    assert whole["variance"].tolist() == pytest.approx([squares])
    assert whole["expected_net"].tolist() == [1350.75 - 5]  # one less each
    by = reader.expected_spread(NOW, ["product"])
    assert int(by["loans"].sum()) == 5
    assert by["variance"].sum() == pytest.approx(squares)
    of_one = reader.expected_spread(Selection(as_of=NOW.as_of, filters={"product": ("Home",)}))
    assert of_one["variance"].tolist() == pytest.approx(by[by["product"] == "Home"]["variance"].tolist())
    with pytest.raises(SelectionRefused, match="colour"):
        reader.expected_spread(NOW, ["colour"])


def test_the_stock_by_product_has_a_row_for_each_that_is_there(reader):
    stock = reader.stock(NOW, ["product"])
    assert records(stock, "product", "loans", "balance") == [
        ("Auto", 2, 2500.35),
        ("Business", 1, 10000.00),
        ("Home", 2, 6335.56),
        ("Personal", 1, 800.00),
    ]


def test_an_absent_category_is_not_stated(reader):
    assert records(reader.stock(NOW, ["agency"]), "agency", "loans") == [("Acme", 2), ("not stated", 4)]
    assert reader.stock(NOW.only(agency="not stated"))["loans"].tolist() == [4]


@pytest.mark.parametrize("question", [name for name in SUMS if name != "outcomes"])
def test_a_sum_over_nothing_is_a_row_of_zeros_and_groups_over_nothing_are_absent(reader, question):
    nowhere = NOW.only(region="West")
    whole = getattr(reader, question)(nowhere).drop(columns="as_of", errors="ignore")
    assert len(whole) == (3 if question == "stock_history" else 1)
    assert (whole == 0).all(axis=None)
    assert len(getattr(reader, question)(nowhere, ["region"])) == 0


@pytest.mark.no_cover  # hundreds of sums: the tables worked by hand cover them
@pytest.mark.parametrize("question", SUMS)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_of_any_dimension_add_up_to_the_whole_however_it_is_filtered(reader, question, dimension):
    ask, chosen = getattr(reader, question), on_a_day_that_tells(question)
    whole = ask(chosen).drop(columns=["as_of", "recovery_status"], errors="ignore").sum()
    parts = ask(chosen, [dimension])
    assert parts[whole.index.tolist()].sum().round(2).to_dict() == whole.round(2).to_dict()
    one_by_one = [ask(chosen.only(**{dimension: value})) for value in parts[dimension].unique()]
    assert pd.concat(one_by_one)[whole.index.tolist()].sum().round(2).to_dict() == whole.round(2).to_dict()


@pytest.mark.no_cover  # hundreds of sums: the tables worked by hand cover them
@pytest.mark.parametrize("question", SUMS)
@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("as_of", [None, date(2026, 10, 15)])
def test_a_filter_that_keeps_everything_changes_nothing(reader, question, dimension, as_of):
    everybody = ("Ann", "Bob", "not stated")  # no cube knows owners: with this filter the rows answer
    ask, chosen = getattr(reader, question), on_a_day_that_tells(question, as_of)
    found = ask(chosen.only(collector=everybody), [dimension])
    pd.testing.assert_frame_equal(found, ask(chosen, [dimension]))
    assert len(found) > 0


def test_a_day_between_two_has_the_stock_of_the_day_before_and_the_cash_up_to_that_very_day(reader):
    october = NOW.at(date(2026, 10, 12))
    assert reader.stock(october)["balance"].tolist() == [19885.16]
    assert reader.cash(october)["cash"].tolist() == [650.00]  # P1 100 + P2 100 + P3 300 + P5 150, not yet P6
    assert reader.activity(october)["cost"].tolist() == [125.50]  # not a cent less: LN8's call was on the 8th
    assert reader.activity(NOW.at(date(2026, 10, 7)))["cost"].tolist() == [123.50]
    assert reader.placed(october)["balance"].tolist() == [17400.10]


def test_a_day_before_the_first_is_refused(reader):
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.stock(NOW.at(date(2026, 8, 30)))
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.cash(NOW.at(date(2026, 8, 30)))


@pytest.mark.parametrize("question", SUMS)
def test_an_unknown_group_is_refused(reader, question):
    with pytest.raises(SelectionRefused, match="'colour'"):
        getattr(reader, question)(NOW, ["colour"])


def test_cash_belongs_to_the_cohort_and_the_month_it_was_posted_in(reader):
    cash = reader.cash(NOW, ["cohort", "month"])
    assert records(cash, "cohort", "month", "cash", "cash_effective") == [
        ("2026-08-31", "2026-09-30", 400.00, 400.00),
        ("2026-08-31", "2026-10-31", 150.00, 150.00),
        ("2026-09-30", "2026-10-31", 1100.33, 1100.33),
    ]


def test_placements_carry_the_balance_and_the_attributes_they_had(reader):
    placed = reader.placed(NOW, ["cohort", "strategy"])
    assert records(placed, "cohort", "strategy", "loans", "balance") == [
        ("2026-08-31", "Legal", 2, 5400.00),
        ("2026-08-31", "Standard", 2, 1300.00),
        ("2026-09-30", "Settlement", 1, 700.10),
        ("2026-09-30", "Standard", 1, 10000.00),
        ("2026-10-31", "Settlement", 1, 1900.25),
    ]


def test_cash_without_a_placement_and_waivers_are_told_apart(reader):
    outside = reader.cash_outside(NOW)
    assert records(outside, "payments", "cash", "waivers", "waived") == [(2, 150.00, 1, 500.00)]  # LN3 and LN8; LN2
    by_month = reader.cash_outside(NOW, ["month", "product"])
    assert records(by_month, "month", "product", "payments", "cash", "waivers", "waived") == [
        ("2026-09-30", "Auto", 1, 100.00, 0, 0.00),
        ("2026-10-31", "Home", 1, 50.00, 1, 500.00),
    ]
    assert records(reader.cash_outside(NOW.only(product="Home")), "payments", "waivers") == [(1, 1)]
    assert records(reader.cash_outside(NOW.at(date(2026, 9, 30))), "payments", "waivers") == [(1, 0)]
    months = reader.cash_outside(NOW, ["month"])
    assert records(months, "month", "payments", "waivers") == [("2026-09-30", 1, 0), ("2026-10-31", 1, 1)]
    assert round(months["cash"].sum(), 2) == 150.00


def test_costs_are_of_placed_loans_by_their_attributes_at_placement_as_cash_is(reader):
    """LN2 was placed at 95 days past due and taken to court at 125; LN7's letter and LN8's call stand by."""
    costs = reader.costs(NOW, ["cohort", "month", "bucket"])
    assert records(costs, "cohort", "month", "bucket", "costed", "cost") == [
        ("2026-08-31", "2026-10-31", "1-29", 1, 2.00),
        ("2026-08-31", "2026-10-31", "90-119", 1, 120.00),
    ]
    at_placement, on_the_day = NOW.only(bucket="90-119"), NOW.only(bucket="120+")
    assert reader.costs(at_placement)["cost"].tolist() == [120.00]
    assert reader.costs(on_the_day)["cost"].tolist() == [0.00]
    assert reader.activity(on_the_day)["cost"].tolist() == [120.00]
    assert records(reader.costs(NOW.at(date(2026, 10, 5))), "costed", "cost") == [(1, 2.00)]


def test_under_any_filter_cost_and_cash_are_of_the_same_loans_and_what_is_left_out_is_named(reader):
    """Of Auto, LN7 was paid 100.00 and had a letter before it was placed; LN2 alone was 90-119 when it was placed."""
    auto = portfolio_measures(reader, NOW.only(product="Auto"))
    assert (auto["cost_to_date"].value, auto["cost_to_date"].n, auto["cost_to_date"].excluded) == (0.00, 0, 1)
    assert (
        auto["cost_to_collect_to_date"].why
        == "1 payment on loans that were not placed left out; waivers never count; left out: 1 action before a placement, cost 1.50"
    )
    assert (auto["net_recovery_to_date"].value, auto["net_recovery_to_date"].n) == (100.00, 1)
    stuck = portfolio_measures(reader, NOW.only(bucket="90-119"))
    assert (stuck["cost_month"].value, stuck["cash_month"].value, stuck["net_recovery"].value) == (
        120.00,
        0.00,
        -120.00,
    )
    assert (stuck["balance_placed"].value, stuck["cost_month"].excluded) == (5000.00, 0)


def test_activity_counts_contacts_promises_and_costs_by_month_and_strategy(reader):
    activity = reader.activity(NOW, ["month", "strategy"])
    names = ("month", "strategy", "actions", "contacts", "promises", "promised", "cost", "costed")
    assert records(activity, *names) == [
        ("2026-09-30", "Settlement", 1, 0, 0, 0.0, 1.50, 1),
        ("2026-10-31", "Legal", 1, 0, 0, 0.0, 120.00, 1),
        ("2026-10-31", "Standard", 1, 1, 0, 0.0, 2.00, 1),
        ("2026-10-31", "not stated", 1, 1, 1, 60.00, 2.00, 1),
    ]


def test_a_promise_counts_from_its_due_day_plus_grace_with_what_was_paid_towards_it(reader):
    names = ("month", "product", "promises", "promised", "kept", "kept_amount", "unstated", "cancelled")
    promises = reader.promises(NOW, ["month", "product"])  # LN8's 50.00 of 60.00, due on 20 October
    assert records(promises, *names) == [("2026-10-31", "Home", 1, 60.00, 0, 50.00, 0, 0)]
    assert reader.promises(NOW.at(date(2026, 10, 22)))["promises"].tolist() == [0]
    assert reader.promises(NOW.at(date(2026, 10, 23)))["promises"].tolist() == [1]


def test_a_loan_is_given_once_with_the_balance_of_that_day(reader):
    given = reader.given(NOW, ["strategy"])
    assert records(given, "strategy", "loans", "balance") == [
        ("Legal", 2, 5400.00),
        ("Settlement", 2, 2700.10),
        ("Standard", 3, 11300.00),
    ]
    assert records(reader.given(NOW, ["decided_by", "arm"]), "decided_by", "arm", "loans") == [
        ("file", "not stated", 6),
        ("trial", "B", 1),
    ]


def test_outcomes_are_those_stated_on_the_day_for_loans_of_every_status(reader):
    outcomes = reader.outcomes(NOW.at(OUTCOME_DAY))
    assert records(outcomes, "recovery_status", "loans", "balance", "recovered_loans", "recovered") == [
        ("Fully Recovered", 1, 0.00, 1, 300.00),
        ("Partially Recovered", 1, 700.10, 1, 25.10),
        ("Written Off", 1, 400.00, 0, 0.00),
    ]
    assert len(reader.outcomes(NOW)) == 0


def test_loans_come_in_order_with_ties_by_loan_and_absent_values_last(reader):
    page = reader.loans(NOW)
    assert page.frame["loan_ref"].tolist() == ["LN2", "LN7", "LN1", "LN6", "LN8", "LN3"]
    assert (page.total, page.next_key) == (6, None)
    assert page.frame.columns.tolist() == list(LOAN_FIELDS)


@pytest.mark.parametrize("sort", [name for name, field in LOAN_FIELDS.items() if field.sortable])
def test_pages_of_two_show_every_loan_once_in_the_order_of_one_page(reader, sort):
    found, key = [], None
    while True:
        page = reader.loans(NOW, sort=sort, after=key, limit=2)
        assert page.total == 6
        found += page.frame["loan_ref"].tolist()
        key = page.next_key
        if key is None:
            break
    assert found == reader.loans(NOW, sort=sort).frame["loan_ref"].tolist()
    assert sorted(found) == ["LN1", "LN2", "LN3", "LN6", "LN7", "LN8"]
    exported = pd.concat(list(reader.iter_loans(NOW, sort)))
    assert exported["loan_ref"].tolist() == found


def test_buckets_are_ordered_by_days_and_not_by_letters(reader):
    frame = reader.loans(NOW, sort="bucket").frame
    assert frame["bucket"].tolist() == ["120+", "30-59", "30-59", "1-29", "Current", "Current"]
    assert reader.loans(NOW, sort="band").frame["band"].tolist() == ["High", "Medium", "Medium", "Medium", "Low", "Low"]


def test_a_listed_loan_shows_its_score_owner_hold_and_last_contact(reader):
    rows = reader.loans(NOW).frame.set_index("loan_ref")
    legal, disputed, untouched = rows.loc["LN2"], rows.loc["LN6"], rows.loc["LN3"]
    assert (legal["proposed"], bool(legal["needs_confirmation"]), legal["reasons"]) == ("Legal", True, ["why LN2"])
    assert (legal["balance"], legal["dpd"], legal["collector"], legal["last_contact_on"]) == (
        5101.0,
        156,
        "Bob",
        "2026-10-06",
    )
    assert (disputed["hold"], legal["hold"]) == ("dispute", "not stated")
    assert pd.isna(untouched["last_contact_on"])
    assert pd.isna(untouched["expected_recovery"])
    assert rows.loc["LN8", "last_contact_result"] == "promise"


def test_unknown_sorts_and_foreign_keys_are_refused(reader):
    for sort in ("colour", "reasons"):
        with pytest.raises(SelectionRefused, match=f"sorted by '{sort}'"):
            reader.loans(NOW, sort=sort)
    key = reader.loans(NOW, limit=1).next_key
    for sort, wrong in (("balance", key), ("balance", "W10="), ("expected_recovery", "'; --")):
        with pytest.raises(SelectionRefused, match="page of the list cannot be found"):
            reader.loans(NOW, sort=sort, after=wrong)


@pytest.mark.parametrize(
    ("search", "found"), [("ln2", ["LN2"]), ("b6", ["LN6"]), ("L", 6), ("N2", []), ("%", []), ("ln_", [])]
)
def test_a_search_finds_the_beginning_of_a_loan_or_borrower_number(reader, search, found):
    page = reader.loans(Selection(search=search))
    assert page.total == (found if isinstance(found, int) else len(found))
    assert len(page.frame) == page.total
    if not isinstance(found, int):
        assert page.frame["loan_ref"].tolist() == found


def test_a_lasso_holds_the_loans_inside_it_and_no_neighbour_of_its_box(reader):
    triangle = Lasso("balance", "dpd", ((0, 0), (6000, 0), (0, 100)))
    page = reader.loans(Selection(lasso=triangle), sort="balance", limit=2)
    assert page.frame["loan_ref"].tolist()[0] == "LN3"  # (1900.25, 31); LN2 (5101, 156) is outside
    rest = reader.loans(Selection(lasso=triangle), sort="balance", after=page.next_key, limit=9)
    assert page.total == len(page.frame) + len(rest.frame)
    assert set(page.frame["loan_ref"]) | set(rest.frame["loan_ref"]) <= {"LN1", "LN3", "LN7", "LN8"}
    steep = Lasso("balance", "dpd", ((0, -1), (2000, -1), (0, 30)))
    held = pd.concat(list(reader.iter_loans(Selection(lasso=steep))))
    assert "LN3" not in set(held["loan_ref"])  # (1900.25, 31) lies in a wider box, not in the triangle
    assert reader.loan_points(Selection(lasso=steep), ["dpd"], limit=9)[1] == len(held) > 0


def test_filters_and_search_narrow_together(reader):
    assert reader.loans(Selection(filters={"collector": ("Ann",)}, search="LN")).total == 4
    assert reader.loans(NOW.only(collector="Ann", product="Auto")).frame["loan_ref"].tolist() == ["LN3"]


def test_points_are_the_same_on_every_call_and_their_number_is_told(reader):
    few, total = reader.loan_points(NOW, ["balance", "risk_score", "segment"], limit=3)
    assert (len(few), total) == (3, 6)
    assert few.columns.tolist() == ["loan_ref", "balance", "risk_score", "segment"]
    pd.testing.assert_frame_equal(few, reader.loan_points(NOW, ["balance", "risk_score", "segment"], limit=3)[0])
    everyone, _ = reader.loan_points(NOW, ["balance"], limit=100)
    assert dict(records(everyone, "loan_ref", "balance"))["LN7"] == 600.10
    assert set(few["loan_ref"]) < set(everyone["loan_ref"])


def test_points_of_an_unknown_field_are_refused(reader):
    with pytest.raises(SelectionRefused, match="'colour'"):
        reader.loan_points(NOW, ["colour"], limit=5)


def test_cash_between_two_days_takes_a_reversal_back_on_the_day_of_its_payment(reader):
    def cash(*loan_refs: str, after: date, until: date) -> list[tuple]:
        return records(reader.cash_between(loan_refs, after, until), "loan_ref", "cash")

    assert cash("LN7", after=date(2026, 10, 11), until=date(2026, 10, 13)) == [("LN7", 150.00)]  # not posted yet
    assert cash("LN7", after=date(2026, 10, 11), until=date(2026, 10, 14)) == [("LN7", 100.00)]
    assert cash("LN7", after=date(2026, 10, 12), until=date(2026, 10, 31)) == []
    assert cash("nobody", after=date(2026, 1, 1), until=date(2026, 12, 31)) == []


@pytest.mark.parametrize(("day", "effective"), [(12, 150.0), (13, 150.0), (14, 100.0), (31, 100.0)])
def test_a_reversal_counts_with_its_payment_from_the_day_it_is_posted(reader, day, effective):
    """LN7's 50.00 come back on the 14th; LN1's 100.00 of the 5th are the bystander."""
    cash = reader.cash(NOW.at(date(2026, 10, day)).only(product="Auto"), ["month"])
    assert cash["cash_effective"].sum() == effective
    page = reader.facts("cash", NOW.at(date(2026, 10, day)).only(product="Auto"), measure="cash_effective")
    assert (page.total, page.n) == (effective, 1 if effective == 150.0 else 2)


def test_the_payments_of_a_loan_are_newest_first_and_reversals_are_below_zero(reader):
    paid = reader.payments_of("LN7")
    assert records(paid, "paid_on", "amount", "payment_kind", "payment_ref") == [
        ("2026-10-14", -50.00, "reversal", "P6"),
        ("2026-10-12", 150.00, "cash", "P5"),
    ]
    assert len(reader.payments_of("nobody")) == 0


def test_values_come_in_the_order_a_reader_expects(reader):
    assert reader.values("bucket") == list(BUCKETS)
    assert reader.values("strategy") == ["Standard", "Settlement", "Legal", "not stated"]
    assert reader.values("proposed") == ["Standard", "Settlement", "Legal", "Hold"]
    assert reader.values("band") == ["Low", "Medium", "High"]
    assert reader.values("collector") == ["Ann", "Bob", "not stated"]
    assert reader.values("hold") == ["dispute", "not stated"]
    with pytest.raises(SelectionRefused, match="'colour'"):
        reader.values("colour")


def test_unknown_loans_are_told_in_the_order_given(reader):
    assert reader.unknown_loans(["LN9", "LN1", "LN0"]) == ["LN9", "LN0"]


def test_the_largest_balance_of_a_loan_is_that_of_any_of_its_days(reader):
    assert reader.largest_balances(["LN4", "LN9", "LN1"]) == {"LN1": 1000.0, "LN4": 300.0}
    assert reader.largest_balances([]) == {}


def test_snapshots_of_a_day_hold_loans_of_every_status_with_their_scores(reader):
    rows = pd.concat(list(reader.snapshots(date(2026, 9, 30)))).set_index("loan_ref")
    assert sorted(rows.index) == ["LN1", "LN2", "LN3", "LN4", "LN5", "LN6", "LN7", "LN8"]
    assert (rows.loc["LN4", "status"], rows.loc["LN5", "status"]) == ("paid", "charged off")
    assert (rows.loc["LN1", "borrower_ref"], rows.loc["LN1", "segment"], rows.loc["LN1", "arm"]) == (
        "B1",
        "steady",
        "B",
    )
    assert rows.loc["LN6", "hold"] == "dispute"
    assert pd.isna(rows.loc["LN8", "strategy"])
    assert rows["hold"].notna().sum() == 1  # an absent category is NaN here: "not stated" would read as a hold
    assert sum(len(block) for block in reader.snapshots(date(2020, 1, 1))) == 0


def test_training_rows_know_how_long_they_were_watched_and_no_outcome_before_twelve_months(reader):
    rows = reader.training_rows()
    assert len(rows) == 20
    assert rows.groupby("as_of")["months_seen"].first().to_dict() == {"2026-08-31": 2, "2026-09-30": 1, "2026-10-31": 0}
    assert rows["cash_12m"].isna().all()
    assert rows["recovery_status"].notna().sum() == 3
    assert {"borrower_ref", "batch_id", "extra", "recovery_status"} <= set(rows.columns)


def test_a_batch_that_is_not_there_is_refused(reader):
    with pytest.raises(UnknownBatch, match="no batch 99"):
        reader.batch(99)


def test_no_model_and_no_clustering_is_in_use(reader):
    assert (reader.champion(), reader.models(), reader.segmentation()) == (None, [], None)


def test_known_values_are_of_every_day_and_of_loans_that_closed(reader):
    assert reader.known_values("bucket", Selection()) == sorted(reader.values("bucket"))
    assert reader.known_values("branch", Selection()) == ["Harbour", "Hill"]
    assert reader.known_values("collector", Selection()) == ["Ann", "Bob", "not stated"]
    assert reader.known_values("hold", Selection()) == ["dispute", "not stated"]
    with pytest.raises(SelectionRefused):
        reader.known_values("colour", Selection())


def test_known_values_do_not_follow_the_day_or_the_filters(reader):
    asked = Selection(as_of=reader.book().days[0], filters={"product": ("Home",)})
    assert reader.known_values("product", asked) == reader.known_values("product", Selection())
