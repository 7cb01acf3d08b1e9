"""Recovery: what is being recovered, and is it getting better?"""

from __future__ import annotations

from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.portfolio import measures_before, month_end, portfolio_measures, portfolio_trend
from core.metrics.recovery import (
    MARKS,
    SameAge,
    cash_by_month,
    cohort_recovery,
    recovery_history,
    same_age_by,
    same_age_change,
)
from core.metrics.strategies import outcome_mix
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_recovery as say
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.recovery import cash_bars, cohort_table, rate_lines, same_age_dots
from dashboard.figures.strategies import outcome_bars
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of
from dashboard.text import Better
from dashboard.text_strategies import outcome_rows, outcome_title
from dashboard.theme import palette, segment_colours, strategy_colour

PAGE = Page("/recovery", "Recovery", "See", "What is being recovered, and is it getting better?")

KPIS: tuple[tuple[str, str, Better], ...] = (
    ("recovery_rate", "Recovery rate to date", "up"), ("balance_placed", "Balance placed", "neither"),
    ("cash_to_date", "Cash to date", "up"), ("cash_month", "Cash this month", "up"),
)  # fmt: skip
BY = ("product", "region", "segment", "strategy")
SIZES = ("quarter", "month")
TREND, GROUPS, COHORTS, CASH = "recovery-trend", "recovery-groups", "recovery-cohorts", "recovery-cash"
HEIGHT, MOST_GROUPS, MOST_COHORTS = 330, 8, 12


def layout() -> html.Div:
    """The page without numbers."""
    cards = html.Div([kpi_card(f"recovery-{name}", label) for name, label, _ in KPIS], className="kpis recovery-kpis")
    by = switch(f"{TREND}-by", "Recovery by", [(name, name.capitalize()) for name in BY], BY[0], key="by")
    size = switch(f"{COHORTS}-size", "Cohorts by", [("quarter", "Quarters"), ("month", "Months")], SIZES[0], key="size")
    return page_layout(
        PAGE,
        [
            cards,
            html.Div([chart_card(TREND, height=HEIGHT, controls=[by]), chart_card(GROUPS, height=HEIGHT)], className="row-even"),
            html.Div([chart_card(COHORTS, height=HEIGHT + 30, controls=[size]), chart_card(CASH, height=HEIGHT + 30)],
                     className="row-even"),
        ],
    )  # fmt: skip


def update_answer(services: Services, search: str | None) -> list[Any]:
    """The answer in a sentence."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    rate = portfolio_measures(view.reader, view.selection)["recovery_rate"]
    same = _same_age(view, "quarter") if view.book.has_payments else None
    fallen = _by_group(view, by, same) if same else None
    return sentence(say.recovery_answer(rate, same, fallen, by, view.book.currency))


def update_figures(services: Services, search: str | None, mode: str | None) -> dict[str, dict[str, Any]]:
    """The four key figures, by name."""
    view = view_of(services, search)
    now = portfolio_measures(view.reader, view.selection)
    before = measures_before(view.reader, view.before, view.as_of) if view.before else {}
    trend = portfolio_trend(view.reader, view.selection)
    before_on = show.day_beside(view.before.as_of, view.as_of) if view.before and view.before.as_of else ""
    return {
        name: kpi_props(
            now[name], label=label, better=better, mode=mode, before=before.get(name), before_on=before_on,
            trend=[float(value) for value in trend[name]] if name in trend else [], formula=say.FORMULAS[name],
        )
        for name, label, better in KPIS
    }  # fmt: skip


def update_trend(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Recovery rate to date by month-end; without payments, what the file says became of the loans."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    if not view.book.has_payments:
        return _stated_outcomes(view, by, mode)
    months = _months(view)
    whole = recovery_history(
        view.reader.placed(view.selection, ["cohort"]), view.reader.cash(view.selection, ["month"]), months
    )
    if whole.empty:
        return chart_absent(
            title="Recovery rate to date", why=f"{show.UNDEFINED}, because no loan of this selection was placed yet."
        )
    groups = recovery_history(
        view.reader.placed(view.selection, ["cohort", by]),
        view.reader.cash(view.selection, ["month", by]),
        months,
        [by],
    )
    unstated = groups[(groups[by] == NOT_STATED) & (groups["month"] == months[-1])]["loans"].sum()
    groups, left_out = _largest(groups[groups[by] != NOT_STATED], by)
    if unstated:
        left_out += f"; {show.number(int(unstated))} without a {by} count in all only"
    latest = groups[groups["month"] == months[-1]]
    now = whole.iloc[-1]
    return chart_props(
        rate_lines(whole, groups, mode, by=by, colours=_colours(view, latest, by, mode), height=HEIGHT),
        title=say.trend_title(latest, by),
        subtitle=f"Cash to date / balance placed to date, by {by} at placement; all: {show.percent(now['rate'])}, "
        f"n = {show.count(int(now['loans']), 'placements')}{left_out}",
        summary=f"Recovery rate to date on {show.day(view.as_of)}: "
        + ", ".join(f"{name} {show.percent(rate)}" for name, rate in latest[[by, "rate"]].itertuples(index=False)) + ".",
        rows=_rate_rows(whole, latest, by),
    )  # fmt: skip


def update_groups(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Each group's newest cohort beside its earlier ones at the same age."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    title = f"Newest cohort against earlier ones, by {by}"
    if not view.book.has_payments:
        return chart_absent(title=title, why=say.NO_PAYMENTS_WHY)
    same = _same_age(view, "quarter")
    groups = _by_group(view, by, same)[:MOST_GROUPS] if same else pd.DataFrame()
    if same is None or groups.empty:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {say.NO_TWO_COHORTS}.")
    rows = [[by.capitalize(), f"{same.cohort}, {same.age} months", "n", "Earlier cohorts", "n", "Change"]]
    rows += [
        [str(row[0]), show.percent(row.rate), show.number(row.loans), show.percent(row.earlier_rate),
         show.number(row.earlier_loans), show.points(row.change)]
        for row in groups.itertuples(index=False)
    ]  # fmt: skip
    return chart_props(
        same_age_dots(groups, mode, by=by, height=HEIGHT),
        title=say.groups_title(groups, by),
        subtitle=f"Recovery after {same.age} months: filled, placed in {same.cohort}; ring, the "
        f"{show.count(same.earlier_cohorts, 'cohorts')} before (n of both). As it happened: who is in a group may have changed",
        summary=f"{title}: " + ", ".join(f"{row[0]} {row[-1]}" for row in rows[1:]) + ".",
        rows=rows,
    )


def update_cohorts(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Placement cohorts at the same ages."""
    view, size = view_of(services, search), page_key(search, "size", SIZES, SIZES[0])
    if not view.book.has_payments:
        return chart_absent(title="Recovery by placement cohort", why=say.NO_PAYMENTS_WHY, choice=False)
    cohorts = _cohorts(view, size)
    if cohorts.empty:
        return chart_absent(
            title="Recovery by placement cohort",
            why=f"{show.UNDEFINED}, because no loan of this selection was placed yet.",
        )
    shown = cohorts.tail(MOST_COHORTS)
    rows = [["Cohort", "Placed", "Loans", *(f"{mark} months" for mark in MARKS), "To date"]]
    rows += [
        [row.cohort, show.money_exact(row.balance), show.number(row.loans),
         *(show.percent(rate) if rate == rate else "not yet" for rate in (getattr(row, f"rate_{mark}") for mark in MARKS)),
         show.percent(row.rate)]
        for row in cohorts.itertuples()
    ]  # fmt: skip
    return chart_props(
        cohort_table(shown, mode, marks=MARKS, height=HEIGHT + 30),
        title=say.cohort_title(same_age_change(cohorts)),
        subtitle=f"Cash / balance placed, by {size} of placement; grey where not every loan has run so long"
        + (f"; the newest {len(shown)} of {len(cohorts)}" if len(shown) < len(cohorts) else "")
        + _before_the_book(view, cohorts),
        summary="Cohorts: " + "; ".join(f"{row[0]}: {row[-1]} to date" for row in rows[1:]) + ".",
        rows=rows,
    )


def update_cash(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Cash of each month, net of reversals."""
    view = view_of(services, search)
    if not view.book.has_payments:
        return chart_absent(title="Cash by month", why=say.NO_PAYMENTS_WHY)
    cash = cash_by_month(view.reader.cash(view.selection, ["month"]), _months(view))
    outside = view.reader.cash_outside(view.selection).iloc[0]
    moved = float(cash["moved"].abs().sum()) / 2
    rows = [["Month", "Payments", "Cash", "Reversals counted back"]]
    rows += [[show.month(row.month), show.number(row.payments), show.money_exact(row.cash), show.money_exact(row.cash_effective)]
             for row in cash.itertuples()]  # fmt: skip
    return chart_props(
        cash_bars(cash, mode, height=HEIGHT + 30),
        title=say.cash_title(cash),
        subtitle=f"Cash a month, reversals taken off when posted (they move {show.money(moved, view.book.currency)} between months); "
        f"n = {show.count(int(cash['payments'].sum()), 'payments')}; left out: {show.money(float(outside['cash']))} on loans "
        f"not placed, {show.count(int(outside['waivers']), 'waivers')}",
        summary="Cash by month: " + ", ".join(f"{row[0]} {row[2]}" for row in rows[1:]) + ".",
        rows=rows,
    )


def _months(view: View) -> list[str]:
    days = [day for day in view.book.days if day <= view.as_of]
    return sorted({month_end(day).isoformat() for day in days})


def _cohorts(view: View, size: str) -> pd.DataFrame:
    placed = view.reader.placed(view.selection, ["cohort"])
    cash = view.reader.cash(view.selection, ["cohort", "month"])
    return cohort_recovery(placed, cash, view.as_of, size="month" if size == "month" else "quarter")


def _same_age(view: View, size: str) -> SameAge | None:
    return same_age_change(_cohorts(view, size))


def _by_group(view: View, by: str, same: SameAge) -> pd.DataFrame:
    placed = view.reader.placed(view.selection, ["cohort", by])
    cash = view.reader.cash(view.selection, ["cohort", "month", by])
    groups = same_age_by(placed, cash, view.as_of, by, same)
    return groups[groups[by] != NOT_STATED].reset_index(drop=True)


def _largest(groups: pd.DataFrame, by: str) -> tuple[pd.DataFrame, str]:
    """The groups with the largest balance placed, and how many were left out, in words."""
    placed = groups.groupby(by)["balance"].max().sort_values(ascending=False, kind="stable")
    kept, left = placed.index[:MOST_GROUPS], len(placed) - MOST_GROUPS
    return groups[groups[by].isin(kept)], f"; {left} smaller groups not drawn" if left > 0 else ""


def _colours(view: View, latest: pd.DataFrame, by: str, mode: str | None) -> dict[str, str]:
    """Segments and strategies keep their colours; of other groups the best and the worst stand out."""
    if by == "strategy":
        return {name: strategy_colour(name, mode) for name in latest[by]}
    if by == "segment":
        known = segment_colours(view.reader.values("segment"), mode)
        return {name: known.get(name, palette(mode).faint) for name in latest[by]}
    colours = dict.fromkeys(latest[by], palette(mode).faint)
    ranked = latest[latest["rate"].notna()].sort_values("rate", kind="stable")[by].tolist()
    if len(ranked) > 1:
        colours |= {ranked[0]: palette(mode).bad, ranked[-1]: palette(mode).good}
    return colours


def _rate_rows(whole: pd.DataFrame, latest: pd.DataFrame, by: str) -> list[list[str]]:
    rows = [[by.capitalize(), "Recovery rate", "Cash to date", "Balance placed", "Placements"]]
    named = [(name, row) for name, row in zip(latest[by], latest.itertuples(), strict=True)]
    named.append(("all", next(whole.tail(1).itertuples())))
    return rows + [
        [
            str(name),
            show.percent(row.rate),
            show.money_exact(row.cash),
            show.money_exact(row.balance),
            show.number(row.loans),
        ]
        for name, row in named
    ]


def _before_the_book(view: View, cohorts: pd.DataFrame) -> str:
    """A remark on cohorts placed before the book begins: cash from before it is not in it."""
    early = int((cohorts["last"] < view.book.days[0].isoformat()).sum())
    return (
        f"; {show.count(early, 'cohorts')} placed before the book begins hold only the cash it knows" if early else ""
    )


def _stated_outcomes(view: View, by: str, mode: str | None) -> dict[str, Any]:
    mix = outcome_mix(view.reader.outcomes(view.selection, [by]), by, order=view.reader.values(by))
    if mix.empty:
        return chart_absent(title="Recovery rate to date", why=say.NO_PAYMENTS_WHY)
    return chart_props(
        outcome_bars(mix, mode, by=by, height=HEIGHT),
        title=outcome_title(mix),
        subtitle=f"Share of loans by the outcome their file states; a recovery rate is {say.NO_PAYMENTS_WHY[:-1]}; "
        f"n = {show.count(int(mix['loans'].sum()), 'loans')}",
        summary=f"Stated outcomes by {by}.",
        rows=outcome_rows(mix, by),
    )


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    keep_in_url(app, f"{TREND}-by")
    keep_in_url(app, f"{COHORTS}-size")

    @app.callback(output=Output(answer_id(PAGE), "children"), inputs=VIEW)
    def answer(search: str | None, **_: Any) -> list[Any]:
        return update_answer(services, search)

    @app.callback(output={name: kpi_outputs(f"recovery-{name}") for name, _, _ in KPIS}, inputs=VIEW)
    def figures(search: str | None, mode: str | None, **_: Any) -> dict[str, dict[str, Any]]:
        return update_figures(services, search, mode)

    @app.callback(output=chart_outputs(TREND), inputs=VIEW)
    def trend(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_trend(services, search, mode)

    @app.callback(output=chart_outputs(GROUPS), inputs=VIEW)
    def groups(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_groups(services, search, mode)

    @app.callback(output=chart_outputs(COHORTS), inputs=VIEW)
    def cohorts(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_cohorts(services, search, mode)

    @app.callback(output=chart_outputs(CASH), inputs=VIEW)
    def cash(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_cash(services, search, mode)
