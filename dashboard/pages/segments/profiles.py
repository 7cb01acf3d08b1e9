"""What each segment is: how many, how much, how risky, what came back, what is proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
import pandas as pd
from dash import Output, dcc, html

from core.metrics.ripeness import partly
from core.metrics.sites import site_comparison
from core.scores.scoring.bands import band_of
from core.selection import NOT_STATED
from core.strategies.catalogue import HOLD, NO_ACTION, NONE
from dashboard import format as show
from dashboard.components.badges import strategy_chip
from dashboard.components.head import answer_id, sentence
from dashboard.components.score_badge import risk, score_words
from dashboard.components.table import cell
from dashboard.page import Page
from dashboard.pages.segments.evidence import TABS
from dashboard.pages.segments.scatter import MOST_POINTS
from dashboard.services import Services
from dashboard.state import View, view_of
from dashboard.theme import segment_colours

HEADS = ("Segment", "Loans", "Balance", "Risk", "Recovered", "Proposed")
MOST_ROWS = 9


def card(below: html.Div) -> html.Section:
    """The empty card, with the part that stands below the profiles."""
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in HEADS]))
    table = html.Table([head, html.Tbody([], id="segments-profiles")], className="plain-table stacks profiles")
    scroll = html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": "Segment profiles"})
    return html.Section(
        [html.H2("Segments"), html.P("", id="segments-profiles-subtitle", className="subtitle"), scroll, below],
        className="card",
    )


def profile_frame(view: View) -> pd.DataFrame:
    """One row a segment: loans, balance, arrears_balance, workable_loans, expected_loans and expected_recovery (of those that
    can be worked), risk, source, placed, recovered (share, NaN where nothing was placed), proposed, proposed_share; largest
    balance first."""
    chosen = replace(view.selection, lasso=None, search="")
    stock = view.reader.stock(chosen, by=["segment"]).set_index("segment")
    points, _ = view.reader.loan_points(chosen, ["segment", "risk_score", "source"], limit=MOST_POINTS)
    stock["risk"] = points.groupby("segment")["risk_score"].mean()
    stock["source"] = points.groupby("segment")["source"].agg(
        lambda told: told.iloc[0] if told.nunique() == 1 else "mixed"
    )
    proposals = view.reader.stock(chosen, by=["segment", "proposed"])
    proposals["no_track"] = proposals["proposed"].isin((HOLD, NONE))
    by_rank = proposals.sort_values(["no_track", "loans"], ascending=[True, False])
    usual = by_rank.drop_duplicates("segment").set_index("segment")
    for name, of_workable in expected_of_workable(proposals).items():
        stock[name] = of_workable.reindex(stock.index).fillna(0)
    stock["proposed"] = usual["proposed"]
    stock["proposed_share"] = usual["loans"] / stock["loans"]
    placed = view.reader.placed(chosen, by=["segment"]).set_index("segment")
    stock["placed"] = placed["loans"].reindex(stock.index).fillna(0)
    cash = view.reader.cash(chosen, by=["segment"]).set_index("segment")["cash"]
    owed = placed["balance"].where(placed["balance"] > 0).reindex(stock.index)
    stock["recovered"] = cash.reindex(stock.index).fillna(0) / owed if view.book.has_payments else float("nan")
    sites = site_comparison(view.reader.recovery_spread(chosen.at(view.as_of), ["segment"]), "segment").set_index(
        "segment"
    )
    for name in ("low", "high"):
        stock[name] = sites[name].reindex(stock.index)
    return stock.sort_values("balance", ascending=False).reset_index()


def expected_of_workable(by_proposal: pd.DataFrame) -> pd.DataFrame:
    """expected_loans and expected_recovery by segment, of the loans that can be worked: a loan on hold is expected to pay too,
    and nobody may work it.

    Args:
        by_proposal: segment, proposed, expected_loans, expected_recovery, a row a segment and proposal.
    """
    free = by_proposal[by_proposal["proposed"] != HOLD]
    return free.groupby("segment", observed=True)[["expected_loans", "expected_recovery"]].sum()


def update_profiles(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The rows, what they are, the answer and the badge."""
    view = view_of(services, search)
    profiles = profile_frame(view)
    sources = profiles["source"].dropna().unique().tolist()
    words, tone = score_words(["rule", "model"] if "mixed" in sources else sources, view.reader.champion())
    colours = segment_colours(view.reader.values("segment"), mode)
    return {
        "rows": [_row(row, colours, view, search) for row in profiles.head(MOST_ROWS).to_dict("records")],
        "subtitle": _subtitle(view, profiles),
        "answer": sentence(_answer(view, profiles)),
        "badge": words,
        "badge_class": f"badge-pill {tone}",
    }


def _row(row: dict[str, Any], colours: dict[str, str], view: View, search: str | None) -> html.Tr:
    name = row["segment"]
    mark = html.I(className="dot", style={"background": colours.get(name, "var(--faint)")})
    only = view.selection.only(segment=name) if name != NOT_STATED else view.selection
    link = dcc.Link(
        name, href=f"/segments?{replace(only, lasso=None, search='').to_query()}", title=f"Show only {name}"
    )
    known = row["recovered"] == row["recovered"]
    level = band_of(pd.Series([row["risk"]])).iloc[0]
    return html.Tr(
        [
            html.Th(html.Div([mark, link], className="profile-name"), scope="row"),
            cell(show.number(row["loans"]), HEADS[1]),
            cell(show.money(row["balance"]), HEADS[2]),
            cell([level or show.UNDEFINED, html.Small(risk(row["risk"], row["source"]) if level else "")], HEADS[3]),
            cell([show.percent(row["recovered"], 0), *map(html.Small, _evidence(row) if known else [])], HEADS[4]),
            cell([strategy_chip(row["proposed"]), html.Small(show.percent(row["proposed_share"], 0))], HEADS[5]),
        ]
    )


def _evidence(row: dict[str, Any]) -> list[str]:
    """The 95 % interval of a recovery rate where its placements carry one, and how many they are."""
    n = f"n {show.number(row['placed'])}"
    held = row["low"] == row["low"]
    return [f"{show.percent(row['low'], 0)} to {show.percent(row['high'], 0)}", n] if held else [n]


def _subtitle(view: View, profiles: pd.DataFrame) -> str:
    told = f"Recovered: cash so far of the balance placed, by the segment at placement, {show.percent(0.95, 0)} interval, n placements."
    if not view.book.has_payments:
        told = f"Recovered is {show.UNDEFINED}, because this book has no payments."
    elif part := partly(view.book, view.as_of, "payments"):
        told = f"{told[:-1]}; {part}."
    loans = int(profiles["loans"].sum())
    sampled = f" over {show.number(MOST_POINTS)} of {show.count(loans, 'loans')}" if loans > MOST_POINTS else ""
    aside = " The lasso does not narrow this table." if view.selection.lasso else ""
    return f"Risk: mean score{sampled}, and its band. {told} Proposed: the usual strategy and its share.{aside}"


def _answer(view: View, profiles: pd.DataFrame) -> str:
    loans = int(profiles["loans"].sum()) if len(profiles) else 0
    if not loans:
        return "No loan matches these filters."
    named = profiles[profiles["segment"] != NOT_STATED]
    if named.empty:
        why = "because no score has placed them in one yet"
        return (
            f"**{show.count(loans, 'loans')}**; their segments are {show.UNDEFINED}, {why}. {_to_work(view, profiles)}"
        )
    return f"**{show.count(loans, 'loans')} in {show.count(len(named), 'segments')}.** {_largest(named)} {_to_work(view, named)}"


def _largest(profiles: pd.DataFrame) -> str:
    measure, words = (
        ("arrears_balance", "balance in arrears") if profiles["arrears_balance"].sum() > 0 else ("balance", "balance")
    )
    first = profiles.sort_values(measure, ascending=False).iloc[0]
    return f"**{first['segment']}** holds {show.percent(first[measure] / profiles[measure].sum(), 0)} of the {words}."


def _to_work(view: View, profiles: pd.DataFrame) -> str:
    workable = int(profiles["workable_loans"].sum())
    if not workable:
        return "None of them can be worked: none is in arrears, open and free of a hold."
    start = f"{show.count(workable, 'loans')} can be worked"
    promising = profiles[profiles["expected_loans"] > 0].sort_values("expected_recovery", ascending=False)
    if promising.empty:
        return f"{start}; which should bring most is {show.UNDEFINED}, because {no_expectation(view)}."
    best = promising.iloc[0]
    return (
        f"{start}; **{best['segment']}** should bring most: {show.money(best['expected_recovery'])}"
        f" expected from {show.count(int(best['expected_loans']), 'loans')}."
    )


def no_expectation(view: View, *, idle: bool = False) -> str:
    """Why nothing is expected of any loan.

    Args:
        idle: no action is proposed for any of them; so it is where the view asks for those only.
    """
    if idle or tuple(view.selection.filters.get("proposed", ())) == (NO_ACTION,):
        return "no action is proposed for them, and nothing is told of loans that are not worked"
    if not view.book.has_payments:
        return "this book has no payments"
    return "this book has too few placements like them that are 12 months old"


def register(app: dash.Dash, services: Services, page: Page) -> None:
    """Profiles, answer and badge, from one read."""
    outputs = {
        "rows": Output("segments-profiles", "children"),
        "subtitle": Output("segments-profiles-subtitle", "children"),
        "answer": Output(answer_id(page), "children"),
        "badge": Output("segments-badge", "children"),
        "badge_class": Output("segments-badge", "className"),
    }

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_profiles(services, search, mode)
