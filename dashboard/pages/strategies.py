"""Strategies: what did each strategy get, bring back and cost?"""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import pandas as pd
from dash import Output, html

from core.metrics.costs import left_out
from core.metrics.portfolio import NO_COSTS, month_end
from core.metrics.recovery import recovery_history
from core.metrics.ripeness import SOURCES, Source, partly, untold
from core.metrics.strategies import in_own_order, outcome_mix, proposals, strategy_results
from core.selection import NOT_STATED
from core.strategies.catalogue import HOLD, STRATEGY_NAMES
from core.strategies.thresholds import CHAMPION_V0
from dashboard import format as show
from dashboard import text_strategies as say
from dashboard.address import Why
from dashboard.components.badges import badge, strategy_chip
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.facts import fact_list, fact_outputs
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.components.score_badge import score_words
from dashboard.components.switch import keep_in_url, switch
from dashboard.figures.strategies import outcome_bars, proposal_bars, segment_matrix, strategy_lines
from dashboard.page import Page
from dashboard.services import Services
from dashboard.state import VIEW, View, page_key, view_of
from dashboard.text_why import label_of

PAGE = Page("/strategies", "Strategies", "See", "What did each strategy get, bring back and cost?")

TOLD_BY: dict[str, tuple[Source, ...]] = {"cash": ("payments",), "cost": ("actions",)}
ORDER = (*STRATEGY_NAMES, HOLD)
HEADS = (
    "Strategy",
    "Given, loans",
    "Given, balance",
    "Recovered",
    "Rate",
    "of placements",
    "Cost",
    "Cost of cash",
    "Net",
)
VALUES = (("rate", "Recovery rate"), ("cost_share", "Cost of cash"), ("net", "Net"))
OVER = (("rate", "Rate"), ("cash", "Cash"), ("cost", "Cost"), ("given", "Given"))
NUMBERS = {
    "rate": "recovery_rate", "cash": "cash_to_date", "placed": "placed:loans", "cost": "cost_to_date",
    "cost_share": "cost_to_collect_to_date", "net": "net_recovery_to_date",
}  # fmt: skip
"""The number behind each column and cell, of a strategy or of a segment under it."""
SUMS_OF = {"cash": "cash:cash", "cost": "costs:cost"}
"""The sum behind a strategy's month."""
MATRIX, TIME, PROPOSED = "strategies-matrix", "strategies-time", "strategies-proposed"
FACTS = (
    ("strategies-policy", "Policy"), ("strategies-score", "Score behind it"), ("strategies-confirm", "Waiting for a person"),
    ("strategies-holds", "Nobody may work"),
)  # fmt: skip
HEIGHT, LOW, MOST_POINTS, MOST_SEGMENTS = 400, 250, 5000, 8


def layout() -> html.Div:
    """The page without numbers."""
    value = switch(f"{MATRIX}-show", "Show by segment", VALUES, "rate", key="show")
    over = switch(f"{TIME}-over", "Show over time", OVER, "rate", key="over")
    return page_layout(
        PAGE,
        [
            html.Div([badge(say.AS_IT_HAPPENED, "accent"), html.Span(say.WHY_NOT)], className="as-it-happened"),
            _table_card(),
            html.Div([chart_card(MATRIX, height=HEIGHT, controls=[value], why=Why("recovery_rate")),
                      chart_card(TIME, height=HEIGHT, controls=[over], why=Why("recovery_rate"))],
                     className="row-even"),
            html.Div([chart_card(PROPOSED, height=LOW, why=Why("loans")), fact_list("What proposes, and who decides", FACTS)], className="row-2"),
        ],
    )  # fmt: skip


def _table_card() -> html.Section:
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in HEADS]))
    table = html.Table([head, html.Tbody([], id="strategies-rows")], className="plain-table strategies")
    return html.Section(
        [
            html.H2("", id="strategies-table-title"),
            html.P("", id="strategies-table-subtitle", className="subtitle"),
            html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": "Strategies"}),
        ],
        className="card",
    )


def update_table(services: Services, search: str | None) -> dict[str, Any]:
    """The answer, and a row a strategy."""
    view = view_of(services, search)
    results = _results(view, ["strategy"])
    mix = outcome_mix(view.reader.outcomes(view.selection, ["strategy"]), order=ORDER)
    said = say.strategies_answer(
        results,
        has_payments=view.book.has_payments,
        has_costs=view.book.has_costs,
        currency=view.book.currency,
        mix=mix,
    )
    rows = [
        _row(row, has_payments=view.book.has_payments, has_costs=view.book.has_costs)
        for row in results.to_dict("records")
    ]
    return {
        "answer": sentence(said),
        "rows": rows,
        "title": f"What each strategy was given, brought back and cost by {show.day(view.as_of)}",
        "subtitle": _table_subtitle(view),
    }


def update_matrix(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Strategies by segment; without payments, the outcomes the file states by strategy."""
    view, value = view_of(services, search), page_key(search, "show", [name for name, _ in VALUES], "rate")
    if not view.book.has_payments:
        return _stated_outcomes(view, mode)
    if value != "rate" and not view.book.has_costs:
        return chart_absent(title="By segment", why=f"{show.UNDEFINED}, because {NO_COSTS}.")
    results = _by_segment(view)
    if results.empty:
        return chart_absent(
            title="By segment", why=f"{show.UNDEFINED}, because no loan of this selection was placed yet."
        )
    texts = [show.money(cell) if value == "net" else show.percent(cell) for cell in results[value]]
    counts = [f"n = {show.number(loans)}" for loans in results["placed_loans"]]
    rows = [["Segment", "Strategy", "Placements", "Rate", "Cash", "Cost", "Cost of cash", "Net"]]
    rows += [
        [row.segment, row.strategy, show.number(row.placed_loans), show.percent(row.rate), show.money_exact(row.cash),
         show.money_exact(row.cost), show.percent(row.cost_share), show.money_exact(row.net)]
        for row in results.itertuples()
    ]  # fmt: skip
    addresses = [
        Why(NUMBERS[value], {"segment": row.segment, "strategy": row.strategy}) if defined else None
        for row, defined in zip(results.itertuples(), results[value].notna(), strict=True)
    ]
    drawn = {"rate": "Cash / balance placed", "cost_share": "Cost / cash", "net": "Cash less cost"}[value]
    return chart_props(
        segment_matrix(
            results.assign(why=addresses), mode, value=value, texts=texts,
            counts=counts, height=HEIGHT,
        ),
        title=say.matrix_title(results, value),
        subtitle=f"{drawn} to date, by segment and strategy at placement; n = placements"
        f"{_until(view, *(('payments',) if value == 'rate' else SOURCES))}. Not adjusted",
        summary=f"{drawn}: " + ", ".join(f"{row.strategy} with {row.segment} {text}" for row, text in zip(results.itertuples(), texts, strict=True)) + ".",
        rows=rows,
        addresses=addresses,
    )  # fmt: skip


def update_time(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """Each strategy over the months."""
    view, over = view_of(services, search), page_key(search, "over", [name for name, _ in OVER], "rate")
    title = {
        "rate": "Recovery rate to date",
        "cash": "Cash a month",
        "cost": "Cost a month",
        "given": "Loans given a month",
    }[over]
    if over in ("rate", "cash") and not view.book.has_payments:
        return chart_absent(title=title, why=say.NO_PAYMENTS_WHY)
    if over == "cost" and not view.book.has_costs:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {NO_COSTS}.")
    ends = sorted({month_end(day) for day in view.book.days if day <= view.as_of})
    told = TOLD_BY.get(over, ())
    months = [end.isoformat() for end in ends if not untold(view.book, end, *told)]
    if not months:
        return chart_absent(title=title, why=f"{show.UNDEFINED}, because {partly(view.book, view.as_of, *told)}.")
    history = _history(view, over, months)
    if history.empty:
        return chart_absent(
            title=title, why=f"{show.UNDEFINED}, because no loan of this selection was given a strategy yet."
        )
    kind = {"rate": "share", "given": "count"}.get(over, "currency")
    said = {"share": show.percent, "count": show.number, "currency": show.money_exact}[kind]
    table = history.pivot(index="month", columns="strategy", values="value")[list(dict.fromkeys(history["strategy"]))]
    rows = [["Month", *map(str, table.columns)]]
    rows += [[show.month(str(month)), *(said(float(cell)) for cell in cells)] for month, *cells in table.itertuples()]
    newest = ", ".join(f"{name} {text}" for name, text in zip(table.columns, rows[-1][1:], strict=True))
    return chart_props(
        strategy_lines(
            history.assign(why=[_address(view, over, row.strategy, row.month) for row in history.itertuples()]), mode,
            value="value", kind=kind, height=HEIGHT,
        ),
        title=f"{title}: {newest}",
        subtitle=f"{_drawn(over)}; {show.month(months[0])} to {show.month(months[-1])}"
        f"{_until(view, *(('payments',) if over == 'rate' else told))}. Not adjusted",
        summary=f"{title} in {show.month(months[-1])}: {newest}.",
        rows=rows,
    )  # fmt: skip


def _address(view: View, over: str, strategy: str, month: str) -> Why | None:
    """What a point of the lines asks about. None for what was given, of which no rows are kept, and for the rate at a
    month-end whose day the book does not hold, unless that is the day looked at."""
    cell = {"strategy": strategy}
    if over in SUMS_OF:
        return Why(SUMS_OF[over], cell | {"month": month})
    if over == "given":
        return None
    if month >= view.as_of.isoformat():
        return Why(NUMBERS["rate"], cell)
    held = date.fromisoformat(month) in view.book.days
    return Why(NUMBERS["rate"], cell | {"as_of": month}) if held else None


def update_proposed(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """What is proposed now."""
    view = view_of(services, search)
    proposed = proposals(view.reader.stock(view.selection, ["proposed"]), ORDER)
    if proposed.empty or set(proposed["proposed"]) <= {NOT_STATED}:
        return chart_absent(
            title="Proposed now", why=f"{show.UNDEFINED}, because no loan of this selection has a proposal."
        )
    rows = [["Proposed", "Loans", "Share", "in arrears", "workable", "Outstanding"]]
    rows += [
        [row.proposed, show.number(row.loans), show.percent(row.share), show.number(row.arrears_loans),
         show.number(row.workable_loans), show.money_exact(row.balance)]
        for row in proposed.itertuples()
    ]  # fmt: skip
    addresses = [Why("loans", {"proposed": name}) for name in proposed["proposed"]]
    return chart_props(
        proposal_bars(proposed.assign(why=addresses), mode, height=LOW),
        title=say.proposed_title(proposed),
        subtitle=f"Open loans on {show.day(view.as_of)} by proposed strategy, n = {show.count(int(proposed['loans'].sum()), 'loans')}; "
        "a proposal, not a decision",
        summary="Proposed: " + ", ".join(f"{row[0]} {row[1]}" for row in rows[1:]) + ".",
        rows=rows,
        addresses=addresses,
    )


def update_facts(services: Services, search: str | None) -> tuple[Any, Any, str, str]:
    """The policy, the score behind it, how many wait for a person, how many nobody may work."""
    view = view_of(services, search)
    points, total = view.reader.loan_points(
        view.selection, ["source", "policy", "needs_confirmation", "proposed"], limit=MOST_POINTS
    )
    words, tone = score_words(points["source"].dropna().unique().tolist(), view.reader.champion())
    policies = [name for name in points["policy"].dropna().unique().tolist() if name != NOT_STATED]
    sample = (
        f", in a sample of {show.number(len(points))} of {show.count(total, 'loans')}" if total > len(points) else ""
    )
    waiting, held = int(points["needs_confirmation"].astype(bool).sum()), int((points["proposed"] == "Hold").sum())
    policy = (
        [badge(", ".join(policies), "accent"), f" {say.thresholds_words()}"]
        if policies == [CHAMPION_V0.name]
        else [", ".join(policies) or "none yet"]
    )
    return (
        policy,
        badge(words, tone),
        f"{show.count(waiting, 'loans')} proposed for Legal: nothing happens until a person confirms{sample}"
        if waiting
        else f"No loan waits{sample}",
        f"{show.count(held, 'loans')} on hold, their own or their borrower's{sample}"
        if held
        else f"No loan is on hold{sample}",
    )


def _results(view: View, by: list[str]) -> pd.DataFrame:
    reader, selection, book = view.reader, view.selection, view.book
    return strategy_results(
        reader.given(selection, by),
        reader.placed(selection, by),
        reader.cash(selection, by) if book.has_payments else None,
        reader.costs(selection, by) if book.has_costs else None,
        by,
        order=ORDER,
    )


def _by_segment(view: View) -> pd.DataFrame:
    """Results by segment and strategy, the book's segments in their own order, those that were placed."""
    results = _results(view, ["segment", "strategy"])
    order = {name: place for place, name in enumerate(view.reader.values("segment"))}
    results = results[(results["placed_loans"] > 0) & results["segment"].isin(list(order)[:MOST_SEGMENTS])]
    return results.assign(place=results["segment"].map(order)).sort_values("place", kind="stable").drop(columns="place")


def _history(view: View, over: str, months: list[str]) -> pd.DataFrame:
    """strategy, month, value over the months, strategies in their own order."""
    reader, selection, keys = view.reader, view.selection, ["strategy", "month"]
    if over == "rate":
        placed, cash = reader.placed(selection, ["cohort", "strategy"]), reader.cash(selection, ["month", "strategy"])
        history = recovery_history(placed, cash, months, ["strategy"]).rename(columns={"rate": "value"})
        return in_own_order(history[[*keys, "value"]], "strategy", ORDER)
    asked = {"cash": reader.cash, "cost": reader.costs, "given": reader.given}[over]
    frame = asked(selection, keys).rename(columns={"loans" if over == "given" else over: "value"})
    names = list(dict.fromkeys(frame["strategy"]))
    whole = pd.MultiIndex.from_product([names, months], names=keys)
    filled = frame.set_index(keys)["value"].reindex(whole).fillna(0.0).reset_index()
    return in_own_order(filled, "strategy", ORDER)


def _drawn(over: str) -> str:
    return {
        "rate": "Cash to date / balance placed to date, by the strategy a loan's recovery began under",
        "cash": "Cash net of reversals, by the strategy a loan's recovery began under",
        "cost": "Cost of actions on placed loans, by the strategy a loan's recovery began under",
        "given": f"Loans given the strategy in the month, once a loan and month; {say.NO_ROWS_OF_GIVEN}",
    }[over]


def _row(row: dict[str, Any], *, has_payments: bool, has_costs: bool) -> html.Tr:
    known = [
        ("cash", show.money(row["cash"]) if has_payments else show.UNDEFINED), ("rate", show.percent(row["rate"])),
        ("placed", show.number(row["placed_loans"])), ("cost", show.money(row["cost"]) if has_costs else show.UNDEFINED),
        ("cost_share", show.percent(row["cost_share"])), ("net", show.money(row["net"])),
    ]  # fmt: skip
    tone = {"className": "bad"} if row["net"] < 0 else {}
    return html.Tr(
        [
            html.Th(strategy_chip(row["strategy"]), scope="row"),
            html.Td(show.number(row["given_loans"])),
            html.Td(show.money(row["given_balance"])),
            *[
                html.Td(_opening(name, text, row["strategy"]), **(tone if name == "net" else {}))
                for name, text in known
            ],
        ]
    )


def _opening(name: str, text: str, strategy: str) -> html.Button | str:
    """A number of a strategy that opens the drawer; as plain text where it is none."""
    if text == show.UNDEFINED:
        return text
    why = Why(NUMBERS[name], {"strategy": strategy})
    return html.Button(
        text, className="number-link",
        **{"data-why": why.to_query(), "aria-haspopup": "dialog", "aria-label": f"{text}, why this number: {label_of(why)}"},
    )  # fmt: skip


def _table_subtitle(view: View) -> str:
    said = "To date. Cash and cost count for the strategy a loan's recovery began under"
    if not view.book.has_payments:
        costs = "" if view.book.has_costs else f" Cost is {show.UNDEFINED}, because {NO_COSTS}."
        return f"{said}. Recovered, rate, cost of cash and net are {say.NO_PAYMENTS_WHY}{costs}"
    said += _until(view, *SOURCES)
    if not view.book.has_costs:
        return f"{said}. Cost and net are {show.UNDEFINED}, because {NO_COSTS}."
    unit = f"; amounts in {view.book.currency}" if view.book.currency else ""
    early = left_out(view.reader.activity(view.selection, ["cohort"]))
    return f"{said}{unit}{early and '; ' + early}. A loan that changed its strategy was given to both; {say.NO_ROWS_OF_GIVEN}."


def _until(view: View, *sources: Source) -> str:
    """Up to when these are known, where that is before the day looked at."""
    part = partly(view.book, view.as_of, *sources)
    return f"; {part}" if part else ""


def _stated_outcomes(view: View, mode: str | None) -> dict[str, Any]:
    mix = outcome_mix(view.reader.outcomes(view.selection, ["strategy"]), order=ORDER)
    if mix.empty:
        return chart_absent(title="By segment", why=say.NO_PAYMENTS_WHY, choice=False)
    stated = int(mix["recovered_loans"].sum())
    amounts = f"{show.money(float(mix['recovered'].sum()), view.book.currency)} stated on {show.count(stated, 'loans')}"
    return chart_props(
        outcome_bars(mix, mode, by="strategy", height=HEIGHT),
        title=say.outcome_title(mix),
        subtitle=f"Share of loans by the outcome their file states ({say.NO_ROWS_OF_STATED}), n = {show.count(int(mix['loans'].sum()), 'loans')}; recovered amounts: "
        + (amounts if stated else f"{show.UNDEFINED}, because the file states none")
        + ". Not adjusted",
        summary="Stated outcomes by strategy: "
        + ", ".join(f"{row.strategy} {row.recovery_status} {show.percent(row.share)}" for row in mix.itertuples()) + ".",
        rows=say.outcome_rows(mix, "strategy"),
        choice=False,
    )  # fmt: skip


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    keep_in_url(app, f"{MATRIX}-show")
    keep_in_url(app, f"{TIME}-over")

    @app.callback(
        output={
            "answer": Output(answer_id(PAGE), "children"), "rows": Output("strategies-rows", "children"),
            "title": Output("strategies-table-title", "children"), "subtitle": Output("strategies-table-subtitle", "children"),
        },
        inputs=VIEW,
    )  # fmt: skip
    def table(search: str | None, **_: Any) -> dict[str, Any]:
        return update_table(services, search)

    @app.callback(output=chart_outputs(MATRIX), inputs=VIEW)
    def matrix(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_matrix(services, search, mode)

    @app.callback(output=chart_outputs(TIME), inputs=VIEW)
    def time(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_time(services, search, mode)

    @app.callback(output=chart_outputs(PROPOSED), inputs=VIEW)
    def proposed(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_proposed(services, search, mode)

    @app.callback(output=fact_outputs(FACTS), inputs=VIEW)
    def facts(search: str | None, **_: Any) -> tuple[Any, Any, str, str]:
        return update_facts(services, search)
