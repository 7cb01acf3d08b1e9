"""What changed and why: volume, mix and performance, in amounts that add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import dash
import pandas as pd
from dash import Output, html

from core.metrics.cells import span
from core.metrics.change import PARTS, explain, mix_and_performance
from core.metrics.comparison import WINDOWS, Window, cash_over, payers_over, unpaid_because, widest_window, window
from core.metrics.summary import summary_measures
from core.metrics.targets import NO_TARGET
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.address import Why
from dashboard.compared import Compared, compared_of
from dashboard.components.chart import chart_absent, chart_card, chart_outputs, chart_props
from dashboard.components.drawer import why_button
from dashboard.components.switch import switch
from dashboard.figures.portfolio import move_bars
from dashboard.pages.portfolio.folding import choices, folded
from dashboard.pages.portfolio.headline import no_gaps_because, target_gaps
from dashboard.services import Services
from dashboard.state import VIEW, page_key, view_of
from dashboard.text_why import label_of

CHANGE = "portfolio-change"
CHANGE_BY = ("product", "region", "segment", "bucket")
OF = ("cash", "arrears")
OVER = tuple(str(months) for months in WINDOWS)
GAP_TONES = {True: "good", False: "bad", None: "muted"}
CONTROLS = (f"{CHANGE}-of", f"{CHANGE}-over", f"{CHANGE}-by")
WHY = f"{CHANGE}-why"
HEIGHT, MOST_GROUPS = 340, 6
TITLE = "What changed, and why"


class Sum(NamedTuple):
    """A sum that changed.

    `what` names it for the words; `parts` are its groups (see core.metrics.change); `sides` say when, to stand after
    an amount; `cell` says it in an address; `compared` are the months of a flow, None for the stock of two days.
    """

    what: say.What
    parts: pd.DataFrame
    sides: tuple[str, str]
    compared: Window | None
    note: str
    cell: Mapping[str, str]


def card() -> html.Section:
    """The chart, empty."""
    of = switch(CONTROLS[0], "Change of", [("cash", "Cash"), ("arrears", "Arrears")], OF[0], key="of")
    words = [(months, f"{months} months" if months != "1" else "1 month") for months in OVER]
    over = switch(CONTROLS[1], "Months taken together", words, OVER[0], key="over")
    by = switch(CONTROLS[2], "Change by", choices(CHANGE_BY), CHANGE_BY[0], key="change")
    return chart_card(CHANGE, height=HEIGHT, controls=[of, over, by], why=html.Span([], id=WHY))


def update_change(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """The change between the two sides of the comparison, or how far the figures are from their targets."""
    return {"why": "", **_update(services, search, mode)}


def _update(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    view, by = view_of(services, search), page_key(search, "change", CHANGE_BY, CHANGE_BY[0])
    compared = compared_of(view, search)
    if compared.how == "target":
        return _against_targets(compared, mode)
    if page_key(search, "of", OF, OF[0]) == "arrears":
        if compared.before is None:
            return chart_absent(title=TITLE, why=f"{show.UNDEFINED}, because {compared.why}.", choice=False)
        found = stock_sum(compared, by)
    else:
        months = _months(compared, page_key(search, "over", OVER, ""))
        why = unpaid_because(compared.book, months) or months.why
        if why:
            return chart_absent(title=TITLE, why=f"{show.UNDEFINED}, because {why}.")
        found = cash_sum(compared, by, months)
    if not len(found.parts):
        return chart_absent(title=TITLE, why=say.NO_LOANS)
    return _chart(found, by, mode)


def cash_sum(compared: Compared, by: str, months: Window) -> Sum:
    """The cash on loans in arrears, or the loans among them that paid, over some months against as many others."""
    column = "origin" if by == "bucket" else by
    flows = compared.view.reader.flows(compared.view.selection, list(dict.fromkeys(["month", "origin", column])))
    parts = (payers_over if compared.counted else cash_over)(flows, months, column).rename(columns={column: by})
    sides = (f"in {say.months_words(months.before)}", f"in {say.months_words(months.after)}")
    short = (
        months.months < WINDOWS[0]
        and months.months == widest_window(compared.book, compared.view.selection, compared.against).months
    )
    note = "; the book is too short for more months" if short else ""
    cell = {"after": span(months.after[0], months.after[-1]), "before": span(months.before[0], months.before[-1])}
    return Sum("payers" if compared.counted else "cash", parts, sides, months, note, cell)


def stock_sum(compared: Compared, by: str) -> Sum:
    """The balance, or the number of loans, in arrears on the two days."""
    assert compared.before is not None
    assert compared.before.as_of is not None
    before, after = (compared.view.reader.stock(each, [by]) for each in (compared.before, compared.view.selection))
    base, amount = ("loans", "arrears_loans") if compared.counted else ("balance", "arrears_balance")
    parts = mix_and_performance(before, after, by, base, amount)
    sides = (f"on {compared.before_on}", f"on {show.day(compared.view.as_of)}")
    cell = {"before": compared.before.as_of.isoformat()}
    return Sum("late loans" if compared.counted else "arrears", parts, sides, None, "", cell)


def _months(compared: Compared, asked: str) -> Window:
    """The months asked for; where none are, as many as the book can compare."""
    if not asked:
        return widest_window(compared.book, compared.view.selection, compared.against)
    return window(compared.book, compared.view.selection, int(asked), compared.against)


def _chart(found: Sum, by: str, mode: str | None) -> dict[str, Any]:
    parts, what = found.parts, found.what
    rows = move_rows(found, by)
    title = say.performance_title(explain(parts), what, by, found.compared)
    if _by_rate(found, by):
        subtitle = say.change_subtitle(parts, what, by, found.sides, found.note)
    else:
        title = say.moved_title(parts, what)
        subtitle = f"{say.ends(parts, what, found.sides)}; the bars add up to the change"
    head, foot = (say.end(parts, what, side, when) for side, when in zip(("before", "after"), found.sides, strict=True))
    word = _word(found)
    whole = _whole(found, by, "change")
    button = why_button(whole.to_query(), label_of(whole), described_by=f"{CHANGE}-title")
    return {"why": button} | chart_props(
        move_bars(rows, mode, height=HEIGHT, word=word, head=head, foot=foot),
        title=title,
        subtitle=subtitle,
        summary=f"{title}. " + ", ".join(f"{row.label} {word(row.amount)}" for row in rows.itertuples()) + ".",
        rows=_table(found, by),
        addresses=[_address(found, by, name) for name in parts[by]],
    )


def _by_rate(found: Sum, by: str) -> bool:
    """Whether groups have a rate that may move: a bucket is in arrears or it is not."""
    return by != "bucket" or found.compared is not None


def move_rows(found: Sum, by: str) -> pd.DataFrame:
    """The bars: volume and mix of all groups, then each group's performance; they add up to the change.

    Where groups have no rate of their own (the arrears by bucket), each group's change.
    """
    parts, word = found.parts, _word(found)
    more_is_good = found.what in ("cash", "payers")
    column = "performance" if _by_rate(found, by) else "change"
    ordered = parts.sort_values(column, key=abs, ascending=False, kind="stable")
    shown = folded(ordered[ordered[column] != 0], by, [column], MOST_GROUPS)
    known = set(parts[by])
    rows: list[tuple[str, float, str, Why | None, str]] = []
    if _by_rate(found, by):
        rows = [
            (
                name.capitalize(),
                round(float(parts[name].sum()), 2),
                "muted",
                _whole(found, by, name),
                say.PART_HOVERS[name],
            )
            for name in PARTS[:2]
        ]
    for name, amount in shown.itertuples(index=False):
        tone = "good" if (amount > 0) == more_is_good else "bad"
        why = _address(found, by, name) if name in known else None
        hover = f"{word(amount)}{_rates(parts, by, name)}"
        rows.append((str(name), round(float(amount), 2), tone, why, hover))
    return pd.DataFrame(rows, columns=["label", "amount", "tone", "why", "hover"])


def _rates(parts: pd.DataFrame, by: str, name: str) -> str:
    row = parts[parts[by] == name]
    if row.empty:
        return ""
    before, after = (show.percent(float(row[f"rate_{side}"].iloc[0])) for side in ("before", "after"))
    return f"<br>rate {before} to {after}"


def _word(found: Sum) -> Callable[[float], str]:
    counted = found.what in ("payers", "late loans")
    return lambda amount: show.signed(show.number(amount) if counted else show.money(amount))


def _whole(found: Sum, by: str, part: str) -> Why:
    """A part of the change of all groups together."""
    return Why(f"{found.what.replace(' ', '_')}_{part}", {"by": _column(found, by), **found.cell})


def _address(found: Sum, by: str, name: str) -> Why:
    """What a group's bar says: its performance, or its change where groups have no rate."""
    part = "performance" if _by_rate(found, by) else "change"
    return Why(f"{found.what.replace(' ', '_')}_{part}", {_column(found, by): str(name), **found.cell})


def _column(found: Sum, by: str) -> str:
    return "origin" if by == "bucket" and found.compared else by


def _table(found: Sum, by: str) -> list[list[str]]:
    counted = found.what in ("payers", "late loans")
    exact: Callable[[float], str] = show.number if counted else show.money_exact
    rows = [
        [
            by.capitalize(),
            *(f"{when[:1].upper()}{when[1:]}" for when in found.sides),
            "Change",
            *(name.capitalize() for name in PARTS),
            "Rate before",
            "Rate after",
        ]
    ]
    for row in found.parts.to_dict("records"):
        moved = [show.signed(exact(row[name])) for name in ("change", *PARTS)]
        rates = [show.percent(row["rate_before"]), show.percent(row["rate_after"])]
        rows.append([str(row[by]), exact(row["before"]), exact(row["after"]), *moved, *rates])
    total = found.parts[["before", "after", "change", *PARTS, "base_before", "base_after"]].sum()
    rates = [
        show.percent(total[side] / total[f"base_{side}"]) if total[f"base_{side}"] else show.UNDEFINED
        for side in ("before", "after")
    ]
    moved = [show.signed(exact(total[name])) for name in ("change", *PARTS)]
    return [*rows, ["Total", exact(total["before"]), exact(total["after"]), *moved, *rates]]


def _against_targets(compared: Compared, mode: str | None) -> dict[str, Any]:
    """How far each figure that has a target is from it, as a share of the target."""
    title = "How far the figures are from their targets"
    now = summary_measures(compared.view.reader, compared.view.selection)
    gaps = target_gaps(compared, now)
    if gaps.empty:
        reason = no_gaps_because(compared)
        remedy = f" for {show.month(compared.view.as_of)}. Set one on Targets." if reason == NO_TARGET else "."
        why = f"{show.UNDEFINED}, because {reason}{remedy}"
        return chart_absent(title=title, why=why, choice=False)
    rows = pd.DataFrame(
        {
            "label": gaps["label"], "amount": gaps["relative"], "tone": [GAP_TONES[met] for met in gaps["met"]],
            "why": [Why(name) for name in gaps["name"]],
            "hover": [f"{told}, target {goal}" for told, goal in zip(gaps["measure"], gaps["goal"], strict=True)],
        }
    )  # fmt: skip
    named = [[row.label, row.measure, row.goal, show.signed(show.percent(row.relative))] for row in gaps.itertuples()]
    return chart_props(
        move_bars(rows, mode, height=HEIGHT, word=lambda share: show.signed(show.percent(share))),
        title=say.gap_title(gaps),
        subtitle=f"Number less target, as a share of the target; {show.month(compared.view.as_of)}",
        summary=f"{title}: " + ", ".join(f"{row[0]} {row[3]}" for row in named) + ".",
        rows=[["Figure", show.month(compared.view.as_of), "Target", "Difference"], *named],
        addresses=list(rows["why"]),
        choice=False,
    )


def register(app: dash.Dash, services: Services) -> None:
    """The chart listens to the view."""

    @app.callback(output={**chart_outputs(CHANGE), "why": Output(WHY, "children")}, inputs=VIEW)
    def change(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_change(services, search, mode)
