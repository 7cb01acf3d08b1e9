"""Recovery to date: the rate by group over the months, the newest cohort by group, and cash by month. Folded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import dash
import pandas as pd
from dash import Input, html
from dash.exceptions import PreventUpdate

from core.metrics.cells import span
from core.metrics.portfolio import month_end
from core.metrics.recovery import cash_by_month, cohort_months, recovery_history
from core.metrics.ripeness import partly, untold
from core.metrics.same_age import SameAge
from core.metrics.sites import site_comparison
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard import text_recovery as say
from dashboard.address import Why
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.switch import switch
from dashboard.figures.recovery import WHOLE, cash_bars, rate_lines, same_age_dots
from dashboard.pages.recovery.headline import BY, fallen_by, same_age
from dashboard.pages.recovery.liquidation import cohort_cell
from dashboard.pages.recovery.points import marked, parts
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of
from dashboard.text_apart import CHANCE, apart_title
from dashboard.theme import palette, segment_colours, strategy_colour

TREND, GROUPS, CASH = "recovery-trend", "recovery-groups", "recovery-cash"
CHARTS = {"trend": TREND, "groups": GROUPS, "cash": CASH}
CONTROLS = (f"{TREND}-by",)
OPEN = "recovery-more"
HEIGHT, MOST_GROUPS = 330, 8


def fold() -> html.Details:
    """The three charts behind one line; they are read when it is first opened."""
    by = switch(CONTROLS[0], "Recovery by", [(name, name.capitalize()) for name in BY], BY[0], key="by")
    trend = chart_card(TREND, height=HEIGHT, controls=[by], why=Why("recovery_rate"))
    cards = [
        html.Div([trend, chart_card(GROUPS, height=HEIGHT, why=Why("recovery_rate"))], className="row-even"),
        chart_card(CASH, height=HEIGHT, why=Why("cash_month")),
    ]
    line = html.Summary("Rates to date by group, and cash by month", id=OPEN)
    return html.Details([line, html.Div(cards, className="part")], className="more-charts")


def update_to_date(
    services: Services, search: str | None, mode: str | None, opened: int | None
) -> dict[str, dict[str, Any]]:
    """The three charts, once somebody asked for them.

    Raises:
        PreventUpdate: the line was never opened.
    """
    if not opened:
        raise PreventUpdate
    return {
        "trend": update_trend(services, search, mode),
        "groups": update_groups(services, search, mode),
        "cash": update_cash(services, search, mode),
    }


def update_trend(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Recovery rate to date by month-end."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    if not _has_payments(view):
        return chart_absent(title="Recovery rate to date", why=say.NO_PAYMENTS_WHY, choice=False)
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
    compared = site_comparison(view.reader.recovery_spread(view.selection.at(view.as_of), [by]), by)
    colours = _colours(view, compared, by, mode)
    return chart_props(
        marked(
            rate_lines(whole, groups, mode, by=by, colours=colours, height=HEIGHT),
            lambda key: _rate_address(view, by, *parts(key)),
        ),
        title=apart_title(compared, by),
        subtitle=f"Cash to date / balance placed to date, by {by} at placement; all: {show.percent(now['rate'])}, "
        f"n = {show.count(int(now['loans']), 'placements')}{left_out}{_beside(view)}. "
        f"Not adjusted: older placements have had longer to pay. {CHANCE}",
        summary=f"Recovery rate to date on {show.day(view.as_of)}: "
        + ", ".join(f"{name} {show.percent(rate)}" for name, rate in latest[[by, "rate"]].itertuples(index=False)) + ".",
        rows=_rate_rows(whole, latest, by),
        addresses=[_rate_address(view, by, name, months[-1]) for name in [*latest[by], WHOLE]],
    )  # fmt: skip


def update_groups(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Each group's newest cohort beside its earlier ones at the same age."""
    view, by = view_of(services, search), page_key(search, "by", BY, BY[0])
    title = f"Newest cohort against earlier ones, by {by}"
    if not _has_payments(view):
        return chart_absent(title=title, why=say.NO_PAYMENTS_WHY)
    same = same_age(view)
    groups = fallen_by(view, by, same)[:MOST_GROUPS] if same else pd.DataFrame()
    if same is None or groups.empty:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {say.NO_TWO_COHORTS}.")
    rows = [[by.capitalize(), f"{same.cohort}, {same.age} months", "n", "Earlier cohorts", "n", "Change"]]
    rows += [
        [str(row[0]), show.percent(row.rate), show.number(row.loans), show.percent(row.earlier_rate),
         show.number(row.earlier_loans), show.points(row.change)]
        for row in groups.itertuples(index=False)
    ]  # fmt: skip
    return chart_props(
        marked(same_age_dots(groups, mode, by=by, height=HEIGHT), lambda key: _same_age_address(same, by, key)),
        title=say.groups_title(groups, by),
        subtitle=f"Recovery after {same.age} months: filled, placed in {same.cohort}; ring, the "
        f"{show.count(same.earlier_cohorts, 'cohorts')} before (n of both). As it happened: who is in a group may have changed",
        summary=f"{title}: " + ", ".join(f"{row[0]} {row[-1]}" for row in rows[1:]) + ".",
        rows=rows,
        addresses=[_same_age_address(same, by, name) for name in groups[by]],
    )


def update_cash(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Cash of each month, net of reversals."""
    view = view_of(services, search)
    if not _has_payments(view):
        return chart_absent(title="Cash by month", why=say.NO_PAYMENTS_WHY)
    months = [month for month in _months(view) if not untold(view.book, date.fromisoformat(month), "payments")]
    if not months:
        return chart_absent(title="Cash by month", why=f"{show.UNDEFINED}, because {_partly(view)}.")
    cash = cash_by_month(view.reader.cash(view.selection, ["month"]), months)
    outside = view.reader.cash_outside(view.selection).iloc[0]
    moved = float(cash["moved"].abs().sum()) / 2
    rows = [["Month", "Payments", "Cash", "Reversals counted back"]]
    rows += [[show.month(row.month), show.number(row.payments), show.money_exact(row.cash), show.money_exact(row.cash_effective)]
             for row in cash.itertuples()]  # fmt: skip
    return chart_props(
        marked(cash_bars(cash, mode, height=HEIGHT), lambda month: Why("cash:cash", {"month": month})),
        title=say.cash_title(cash),
        subtitle=f"Cash a month, reversals taken off when posted (they move {show.money(moved, view.book.currency)} between months); "
        f"n = {show.count(int(cash['payments'].sum()), 'payments')}; left out: {show.money(float(outside['cash']))} on loans "
        f"not placed, {show.count(int(outside['waivers']), 'waivers')}{_beside(view)}",
        summary="Cash by month: " + ", ".join(f"{row[0]} {row[2]}" for row in rows[1:]) + ".",
        rows=rows,
        addresses=[Why("cash:cash", {"month": month}) for month in cash["month"]],
    )


def _months(view: View) -> list[str]:
    days = [day for day in view.reader.book(view.selection.known_on).days if day <= view.as_of]
    return sorted({month_end(day).isoformat() for day in days})


def _partly(view: View) -> str:
    """Up to when payments are known, where that is before the day looked at."""
    return partly(view.book, view.as_of, "payments")


def _beside(view: View) -> str:
    return f"; {_partly(view)}" if _partly(view) else ""


def _largest(groups: pd.DataFrame, by: str) -> tuple[pd.DataFrame, str]:
    """The groups with the largest balance placed, and how many were left out, in words."""
    placed = groups.groupby(by)["balance"].max().sort_values(ascending=False, kind="stable")
    kept, left = placed.index[:MOST_GROUPS], len(placed) - MOST_GROUPS
    return groups[groups[by].isin(kept)], f"; {left} smaller groups not drawn" if left > 0 else ""


def _colours(view: View, compared: pd.DataFrame, by: str, mode: str | None) -> dict[str, str]:
    """Segments and strategies keep their colours; of other groups those that differ by more than chance stand out."""
    names = compared[by].astype(str)
    if by == "strategy":
        return {name: strategy_colour(name, mode) for name in names}
    if by == "segment":
        known = segment_colours(view.reader.values("segment"), mode)
        return {name: known.get(name, palette(mode).faint) for name in names}
    tones = {True: palette(mode).accent, False: palette(mode).faint}
    return {name: tones[bool(differs)] for name, differs in zip(names, compared["differs"], strict=True)}


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


def _has_payments(view: View) -> bool:
    return view.reader.book(view.selection.known_on).has_payments


def _rate_address(view: View, by: str, name: str, month: str) -> Why | None:
    """The rate of a group at a month-end, or to date where that is not over; None where the book does not hold its day."""
    group = {} if name == WHOLE else {by: name}
    if month >= view.as_of.isoformat():
        return Why("recovery_rate", group)
    held = date.fromisoformat(month) in view.book.days
    return Why("recovery_rate", group | {"as_of": month}) if held else None


def _same_age_address(same: SameAge, by: str, key: str) -> Why:
    """A group's newest cohort at the age compared; behind "|before" the cohorts before it together."""
    name, is_before = key.removesuffix("|before"), key.endswith("|before")
    newest = cohort_cell(same.cohort)
    first = date.fromisoformat(cohort_months(newest)[0]).replace(day=1)
    cohort = span("", (first - timedelta(days=1)).isoformat()) if is_before else newest
    return Why("liquidation_at", {by: name, "cohort": cohort, "age": span("", str(same.age))})


def register(app: dash.Dash, services: Services) -> None:
    """Nothing is read before the line is opened."""
    inputs = {**VIEW, "opened": Input(OPEN, "n_clicks")}

    @app.callback(output={name: chart_outputs(card) for name, card in CHARTS.items()}, inputs=inputs)
    def to_date(search: str | None, mode: str | None, opened: int | None, **_: Any) -> dict[str, Any]:
        return update_to_date(services, search, mode, opened)
