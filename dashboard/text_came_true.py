"""Sentences about what came true of the scores given: shares, ranking, and what has not matured yet."""

from __future__ import annotations

from collections.abc import Sequence

from core.records import Model
from dashboard import format as show
from dashboard.text_drift import Row, maturity_words, nothing_watched, of_kind
from dashboard.text_models import figure, is_number


def not_yet(rows: Sequence[Row], model: Model | None) -> str:
    """Why there is nothing that came true to show."""
    found = of_kind(rows, "maturity")
    if model is None:
        return f"{show.UNDEFINED}, because the rule score promises no shares that could come true."
    if not found:
        return (
            nothing_watched(model)
            if not rows
            else f"{show.UNDEFINED}, because it has scored no loan new in arrears yet."
        )
    return f"{show.UNDEFINED}, because none has matured. {maturity_words(rows)}"


def ratio_title(row: Row) -> str:
    """Whether as many were not recovered as promised, of the months that `row` is about."""
    of = row["details"]
    if not is_number(row["value"]):
        return "What came true"
    if of["low"] <= 1 <= of["high"]:
        return "As many were not recovered as the score promised, within its interval"
    share = show.percent(abs(row["value"] - 1), 0)
    return f"{share} {'more' if row['value'] > 1 else 'fewer'} were not recovered than the score promised"


def ratio_subtitle(row: Row, whole_row: Row | None) -> str:
    """The 12 newest months, the slope, and who is left out; beside it the whole, where older loans matured too."""
    of = row["details"]
    is_all = whole_row is not None and whole_row["n"] == row["n"]  # no more than 12 months have matured
    every = "" if whole_row is None or is_all else f" Of all months: {_held(whole_row)}."
    newest = ", the 12 newest months that matured" if row["what"] == "recent" and not is_all else ""
    months = f"Loans of {show.month(of['first_day'])} to {show.month(of['last_day'])}{newest}: "
    whole = months + _held(row)
    slope = f"slope {figure(of['slope'], 2)} ({figure(of['slope_low'], 2)} to {figure(of['slope_high'], 2)})"
    intercept = f"intercept {figure(of['intercept'], 2)} ({figure(of['intercept_low'], 2)} to {figure(of['intercept_high'], 2)})"
    apart = (
        f" {show.count(of['other_strategies'], 'loans')} under another strategy than the score is about are left out."
        if of["other_strategies"]
        else ""
    )
    return f"By tenth of the score given then, with {show.percent(0.95, 0)} intervals. {whole}; {slope}; {intercept}.{every}{apart}"


def _held(row: Row) -> str:
    """Actual, promised and their ratio with interval and n."""
    of = row["details"]
    return (
        f"{show.number(of['actual'])} not recovered of {show.count(row['n'], 'loans')}, {show.number(of['expected'], 1)} promised: "
        f"{figure(row['value'], 2)} ({figure(of['low'], 2)} to {figure(of['high'], 2)})"
    )


def ratio_rows(row: Row) -> list[list[str]]:
    """The tenths as a table."""
    head = ["Score", "Not recovered", "Promised", "Actual / expected", "95 % interval".replace(" %", "\u00a0%"), "n"]
    return [
        head,
        *(
            [
                f"{show.percent(each['from'])} to {show.percent(each['to'])}", show.number(each["actual"]),
                show.number(each["expected"], 1), figure(each["value"], 2),
                f"{figure(each['low'], 2)} to {figure(each['high'], 2)}", show.number(each["n"]),
            ]
            for each in row["details"]["deciles"]
        ),
    ]  # fmt: skip


def ratio_summary(row: Row) -> str:
    """The chart in words."""
    parts = row["details"]["deciles"]
    outside = [each for each in parts if not each["low"] <= 1 <= each["high"]]
    return f"{ratio_title(row)}. In {len(outside)} of {len(parts)} tenths the interval of actual over expected leaves out 1."


def ranking_title(row: Row) -> str:
    """Whether the score still ranks."""
    of = row["details"]
    if not is_number(row["value"]):
        return "Too few of either outcome have matured to tell how it ranks"
    if row["alarm"]:
        return f"It ranks worse: AUC {figure(row['value'])}, at training {figure(of['before'])}"
    return f"It still ranks: AUC {figure(row['value'])} ({figure(of['low'])} to {figure(of['high'])})"


def ranking_subtitle(row: Row) -> str:
    """What is drawn, and what it is held against."""
    of = row["details"]
    before = f"{figure(of['before'])} ({figure(of['before_low'])} to {figure(of['before_high'])})"
    change = (
        [show.signed(figure(-of[name])) for name in ("drop", "drop_high", "drop_low")] if is_number(of["drop"]) else []
    )
    fell = f", since then {change[0]} ({change[1]} to {change[2]})" if change else ""
    return (
        f"AUC by the month the loans came into arrears, with DeLong's {show.percent(0.95, 0)} intervals, a borrower's loans together; at training {before} on "
        f"{show.count(row['m'], 'loans')}{fell}; n = {show.count(row['n'], 'matured loans')}."
    )


def ranking_rows(row: Row) -> list[list[str]]:
    """The months as a table."""
    head = ["Month", "AUC", "95\u00a0% interval", "Actual / expected", "n", "Not recovered"]
    return [
        head,
        *(
            [
                show.month(each["as_of"]), figure(each["auc"]), f"{figure(each['auc_low'])} to {figure(each['auc_high'])}",
                f"{figure(each['ratio'], 2)} ({figure(each['ratio_low'], 2)} to {figure(each['ratio_high'], 2)})",
                show.number(each["n"]), show.number(each["events"]),
            ]
            for each in row["details"]["cohorts"]
        ),
    ]  # fmt: skip


def ranking_summary(row: Row) -> str:
    """The chart in words."""
    told_ = [each for each in row["details"]["cohorts"] if is_number(each["auc"])]
    return f"{ranking_title(row)}. {show.count(len(told_), 'months')} hold enough of either outcome to be drawn."
