"""The sentences of the Portfolio page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from core.metrics.change import Explanation
from core.metrics.comparison import Window
from core.metrics.measure import Measure
from core.metrics.restatement import Restated, Restatement
from dashboard import format as show

WORDS = {
    "product": "product", "region": "region", "branch": "branch", "agency": "agency", "segment": "segment", "bucket": "bucket",
}  # fmt: skip
CALLED = {"in_arrears": "arrears", "cash_to_date": "cash", "balance_placed": "balance placed"}
COUNTER_HEADING = "What it costs the borrowers"
COUNTER_NOTE = "The figures above can be pushed up at their cost; these would show it."

NO_LOANS = f"{show.UNDEFINED}, because no loan is in this selection."

What = Literal["cash", "payers", "arrears", "late loans"]
VERBS: dict[What, tuple[str, str, str]] = {
    "cash": ("pays less", "pays more", "cash"),
    "payers": ("has fewer that pay", "has more that pay", "paying loans"),
    "arrears": ("is less in arrears", "is more in arrears", "arrears"),
    "late loans": ("has fewer late", "has more late", "loans in arrears"),
}
"""What a group does whose rate fell, what one does whose rate rose, and what the sum is called."""
PART_HOVERS = {
    "volume": "there is more or less of it all, at the earlier rates",
    "mix": "the groups' shares of it moved, at their earlier rates",
}


def portfolio_answer(
    now: Mapping[str, Measure],
    base: Mapping[str, Measure],
    *,
    moved: str,
    cause: str,
    to: str,
    restated: str,
    currency: str,
    counted: bool = False,
) -> str:
    """How we are doing, in a sentence: level, change, its cause, cash, and what later files did to the figures.

    Args:
        now: summary_measures of the day.
        base: what they are compared with: the earlier day's, or the targets; empty where there is nothing.
        moved: the change of the arrears in words, from `change_words` or `target_words`.
        cause: from `cause_words`; "" for none.
        to: what the cash is compared with, in words, to stand after its change: " on the target"; "" for none.
        restated: from `restated_words`.
        currency: said once, here.
        counted: the level is told in loans instead of balance.
    """
    names = ("loans", "loans_in_arrears") if counted else ("outstanding", "in_arrears")
    whole, late = (now[name].value for name in names)
    if not now["outstanding"].n:
        return "**No loan is in this selection.** Clear a filter to see the book."
    share = show.percent(late / whole, 0) if whole else show.UNDEFINED
    if counted:
        level = f"**{show.number(late)} of {show.count(int(whole), 'loans')} {'is' if whole == 1 else 'are'} in arrears** ({share})"
    else:
        level = f"**{show.money(late, currency)} of {show.money(whole)} is in arrears** ({share})"
    return f"{level}{moved}.{cause}{_cash(now['cash_month'], base.get('cash_month'), to)}{restated}"


def change_words(now: Measure, before: Measure, before_on: str, parts: pd.DataFrame) -> str:
    """By how much the arrears moved since an earlier day, and which group moved them most.

    Args:
        now, before: the balance in arrears, or the number of loans.
        before_on: the earlier day in words.
        parts: contributions by group to the change, largest first; empty where the cause is told otherwise.
    """
    change = now.value - before.value
    if abs(change) < 0.005:
        return f", as much as on {before_on}"
    counted = now.unit == "count"
    moved = f", {show.measure(replace(now, value=abs(change)))} {_fewer(change, counted)} than on {before_on}"
    pushing = parts[(parts["change"] > 0) == (change > 0)] if len(parts) > 1 else parts.head(0)
    if not len(pushing):
        return moved
    first = pushing.iloc[0]
    size = show.measure(replace(now, value=abs(first["change"])))
    return f"{moved}; **{first.iloc[0]} {'added' if change > 0 else 'took off'} {size}**"


def target_words(now: Measure, target: Measure) -> str:
    """How far the arrears are from their target."""
    if not target.is_defined:
        return f"; against a target it is {show.UNDEFINED}, because {target.why}"
    gap = now.value - target.value
    if abs(gap) < 0.005:
        return ", on its target"
    return f", {show.money(abs(gap))} {'above' if gap > 0 else 'below'} its target of {show.money(target.value)}"


def cause_words(told: Explanation | None, compared: Window) -> str:
    """The group whose loans pay differently beyond the usual swing between months; "" where there is none."""
    if told is None or not told.is_clear:
        return ""
    verb = VERBS["cash"][told.amount > 0]
    rates = f"{show.percent(told.rate_after)} of its arrears a month, against {show.percent(told.rate_before)}"
    return (
        f" **{told.group} {verb}: {show.money(abs(told.amount))} {'less' if told.amount < 0 else 'more'} cash"
        f" in {show.count(compared.months, 'months')}** than at its earlier rate ({rates})."
    )


def _cash(now: Measure, before: Measure | None, to: str) -> str:
    if not now.is_defined:
        return ""
    sentence = f" Cash this month is {show.money(now.value)}"
    if before is not None and before.is_defined and before.value:
        sentence += f", {show.signed(show.percent((now.value - before.value) / abs(before.value)))}{to}"
    return sentence + "."


def restated_words(told: Restatement) -> str:
    """What later files did to the day's figures, most first; "" where nothing changed."""
    if not told.changed:
        return ""
    first = told.changed[0]
    return f" Its {called(first)} was restated by {show.signed(show.money(first.change))} since its pack."


def called(sum_of: Restated) -> str:
    """A sum watched for restatements, in words."""
    return CALLED.get(sum_of.name, sum_of.name.replace("_", " "))


def restated_opening(told: Restatement) -> str:
    """What the restatement line begins with."""
    return f"Restated since the pack of {show.day(told.as_of)} (as known on {show.day(told.known_before)}): "


def since_then_opening(told: Restatement, *, pack: bool) -> str:
    """What the line of a day looked at with earlier knowledge begins with.

    Args:
        told: from the day of that knowledge up to now.
        pack: that day is the one on which the day's pack was closed.
    """
    since = f"since the pack of {show.day(told.as_of)}, closed on" if pack else f"for {show.day(told.as_of)} since"
    head = f"{since} {show.day(told.known_before)}"
    return f"Restated {head}: " if told.changed else f"Nothing was restated {head}."


def restated_amount(sum_of: Restated) -> str:
    """One sum that moved."""
    return f"{called(sum_of)} {show.signed(show.money_exact(sum_of.change))}"


def restated_part(sum_of: Restated, rows: int) -> str:
    """One sum that moved, and how many rows did it."""
    return f"{restated_amount(sum_of)} ({show.count(rows, 'rows')})"


def stuck_title(groups: pd.DataFrame, by: str, *, counted: bool = False) -> str:
    """Who holds most of the arrears."""
    first = groups.iloc[0]
    if len(groups) == 1:
        return f"All arrears stand in one {WORDS[by]}: {first[by]}"
    return f"{first[by]} holds {show.percent(first['share'], 0)} of the {'loans in ' if counted else ''}arrears"


def largest_title(loans: int, held: float, whole: float) -> str:
    """How much of the arrears the largest loans hold."""
    if not loans:
        return "The largest loans in arrears"
    share = f", {show.percent(held / whole)} of the arrears" if whole > 0 else ""
    verb = f"The {loans} largest loans in arrears hold" if loans > 1 else "The only loan in arrears holds"
    return f"{verb} {show.money(held)}{share}"


def performance_title(told: Explanation | None, what: What, by: str, compared: Window | None) -> str:
    """Which group's rate moved a sum most, in words and amounts, and whether that is more than the usual swing.

    Args:
        told: from `core.metrics.change.explain`.
        what: the sum.
        by: the dimension.
        compared: the months taken together; None for two days, whose swing cannot be judged.
    """
    less, more, noun = VERBS[what]
    if told is None:
        return f"No {WORDS[by]} changed its rate"
    size = _size(abs(told.amount), what)
    fewer = _fewer(told.amount, what in ("payers", "late loans"))
    title = f"{told.group} {more if told.amount > 0 else less}: {size} {fewer} {noun} than at its earlier rate"
    judged = compared is not None and what == "cash" and compared.months > 1
    if compared is not None and not judged:
        return f"{title}, not judged by the usual swing"
    return title if told.is_clear or not judged else f"{title}, within the usual swing"


def moved_title(parts: pd.DataFrame, what: What) -> str:
    """By how much a sum moved, and which group moved it most; for groups that have no rate."""
    change = float(parts["change"].sum())
    if abs(change) < 0.005:
        return "The arrears did not change"
    pushing = parts[(parts["change"] > 0) == (change > 0)]
    most = f", most in {pushing.loc[pushing['change'].abs().idxmax()].iloc[0]}" if len(parts) > 1 else ""
    noun = VERBS[what][2].capitalize()
    return f"{noun} {'rose' if change > 0 else 'fell'} by {_size(abs(change), what)}{most}"


def change_subtitle(parts: pd.DataFrame, what: What, by: str, sides: tuple[str, str], note: str) -> str:
    """What is drawn: the sum on both sides, and what the bars mean."""
    base = {"cash": "arrears to collect from", "payers": "loans to work", "arrears": "balance", "late loans": "loans"}[
        what
    ]
    return (
        f"{ends(parts, what, sides)}. Volume: more or less {base}; mix: other {WORDS[by]}s in it; "
        f"below, each {WORDS[by]} at another rate than before{note}"
    )


def ends(parts: pd.DataFrame, what: What, sides: tuple[str, str]) -> str:
    """A sum on both sides: "Cash 4.64 M in Nov 2025 to Apr 2026, 4.33 M in May to Oct 2026"."""
    before, after = (_size(parts[side].sum(), what) for side in ("before", "after"))
    return f"{VERBS[what][2].capitalize()} {before} {sides[0]}, {after} {sides[1]}"


def end(parts: pd.DataFrame, what: What, side: str, when: str) -> str:
    """One side of a change, to stand at its end of the drawing."""
    return f"<b>{_size(parts[side].sum(), what)}</b> {VERBS[what][2]} {when}"


def months_words(months: tuple[str, ...]) -> str:
    """Some months in a row: "May to Oct 2026"."""
    first, last = months[0], months[-1]
    if first == last:
        return show.month(last)
    named = show.month(first) if first[:4] != last[:4] else show.month(first).split()[0]
    return f"{named} to {show.month(last)}"


def bridge_title(lines: pd.DataFrame, *, counted: bool) -> str:
    """By how much the arrears moved in the month, and the largest movement each way.

    Args:
        lines: label, line, amount (signed), opening first and closing last.
    """
    change = float(lines.iloc[-1]["amount"] - lines.iloc[0]["amount"])
    what: What = "late loans" if counted else "arrears"
    noun = "Loans in arrears" if counted else "Arrears"
    head = (
        f"{noun} {'rose' if change > 0 else 'fell'} by {_size(abs(change), what)}"
        if abs(change) >= 0.005
        else f"{noun} did not change"
    )
    between = lines.iloc[1:-1]
    said = [
        f"{row['label'].lower()} {show.signed(_size(row['amount'], what))}"
        for row in (between.loc[between["amount"].idxmax()], between.loc[between["amount"].idxmin()])
        if abs(row["amount"]) >= 0.005
    ]
    return f"{head}: {', '.join(said)}" if said else head


def gap_title(gaps: pd.DataFrame) -> str:
    """How many targets are met, and the one missed most; where none can be met or missed, the one that is farthest.

    Args:
        gaps: label, relative (difference / target), met (True, False; None where there is nothing to meet or miss),
            whose (of whom the target is, in words), one row or more.
    """
    missed = gaps[[met is False for met in gaps["met"]]]
    judged = int(gaps["met"].notna().sum())
    if missed.empty and judged:
        only = gaps[gaps["met"].notna()].iloc[0]["label"]
        return f"All {show.count(judged, 'targets')} are met" if judged > 1 else f"{only}: on target"
    shown = gaps if missed.empty else missed
    first = shown.loc[shown["relative"].abs().idxmax()]
    if not first["relative"]:
        return f"{first['label']}: as much as {first['whose']}"
    side = "under" if first["relative"] < 0 else "over"
    return f"{first['label']}: {show.percent(abs(first['relative']))} {side} {first['whose']}"


def in_words(frame: pd.DataFrame, by: str, amount: str) -> str:
    """A chart as a list: "Auto 17.4 M, Home 9.1 M"."""
    signs = frame[amount].lt(0).any()
    pieces = [
        f"{name} {show.signed(show.money(value)) if signs else show.money(value)}"
        for name, value in zip(frame[by], frame[amount], strict=True)
    ]
    return ", ".join(pieces) + "."


def _size(value: float, what: What) -> str:
    return show.money(value) if what in ("cash", "arrears") else show.number(value)


def _fewer(change: float, counted: bool) -> str:
    return "more" if change > 0 else "fewer" if counted else "less"
