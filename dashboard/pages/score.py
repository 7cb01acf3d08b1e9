"""Score a borrower: what would we do with this one, and why?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, html, no_update

from core.columns import by_field
from core.errors import Refused
from core.scores.rate.intervals import LOAN_LEVEL
from core.scores.rate.use import MODEL
from core.scores.scoring.bands import HIGH_FROM, MEDIUM_FROM
from core.strategies.catalogue import CATALOGUE, NO_ACTION
from core.workflows.proposing import value_policy_of
from dashboard import format as show
from dashboard.components.badges import strategy_chip
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.components.reasons import part_list, what_if_list
from dashboard.components.score_badge import risk, score_words
from dashboard.page import Page
from dashboard.services import Services
from dashboard.text_reasons import PARTS_TITLE, WHAT_IF_TITLE

PAGE = Page("/score", "Score a borrower", "Work", "What should we do with this borrower, and why?", filters=False)
WAIT_MS = 250
BORDERLINE = 0.10
HINT = "Fill in what you know: the answer appears at once, and names what it had to leave out."
WAITING = "Nothing is filled in yet."
COLUMNS = by_field("portfolio")
WRITTEN = re.compile(r"[0-9]+(\.[0-9]+)?|[0-9]{1,3}([,\s'][0-9]{3})+(\.[0-9]+)?|[0-9]+,[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: its name in core.columns, its label, its unit in words and an example."""

    name: str
    label: str
    unit: str
    example: str


FIELDS: tuple[Field, ...] = (
    Field("balance", "Outstanding", "amount still owed", "420000"),
    Field("dpd", "Days past due", "days", "64"),
    Field("missed_payments", "Missed payments", "instalments so far", "3"),
    Field("emi", "Instalment", "amount a month", "14500"),
    Field("monthly_income", "Monthly income", "amount a month", "52000"),
    Field("loan_amount", "Loan amount", "amount granted", "600000"),
    Field("collateral_value", "Collateral value", "amount; 0 if unsecured", "0"),
    Field("tenure_months", "Loan tenure", "months", "48"),
    Field("interest_rate", "Interest rate", "percent a year", "11.5"),
    Field("age", "Age", "years; for the record, not used", "41"),
)
LABELS = {COLUMNS[field.name].header: field.label.lower() for field in FIELDS}


def layout() -> html.Div:
    """The form on the left, the answer on the right."""
    buttons = [
        html.Button("Fill in an example", id="score-example", className="button quiet"),
        html.Button("Clear", id="score-clear", className="button quiet"),
    ]
    form = html.Section(
        [
            html.H2("The borrower"),
            html.P(
                "Leave blank what is not known. Nothing typed here is stored or put in the address.",
                className="subtitle",
            ),
            html.Div([_control(field) for field in FIELDS], className="score-form"),
            html.Div(buttons, className="actions"),
        ],
        className="card",
    )
    return page_layout(PAGE, [html.Div([form, _answer_card()], className="row-even score-row")])


def _control(field: Field) -> html.Div:
    name = f"score-{field.name}"
    box = dbc.Input(
        id=name, type="text", value="", debounce=WAIT_MS, maxlength=24, inputmode="decimal", autocomplete="off"
    )
    note = html.Span(field.unit, id=f"{name}-note", className="field-note")
    return html.Div(
        [
            html.Label([field.label, note], htmlFor=name),
            box,
            html.P("", id=f"{name}-error", className="bad", role="alert"),
        ]
    )


def _answer_card() -> html.Section:
    facts = [
        ("Strategy", "strategy"), ("Segment", "segment"), ("Expected recovery", "expected"), ("Score from", "source"),
        ("Left out", "left-out"),
    ]  # fmt: skip
    marks = [
        html.Span(className="risk-mark", style={"left": show.percent(edge).replace(" ", "")})
        for edge in (MEDIUM_FROM, HIGH_FROM)
    ]
    meter = html.Div(
        [html.Div(id="score-bar", className="risk-fill"), *marks], className="risk-meter", id="score-meter", role="img"
    )
    rows = [row for word, part in facts for row in (html.Dt(word), html.Dd(html.Span("", id=f"score-{part}")))]
    told = [
        html.P("", id="score-value", className="kpi-value"), meter, html.P("", id="score-edges", className="subtitle"),
        html.Dl(rows, className="score-facts"), html.H3("Why"), html.Ul([], id="score-why", className="reasons"),
        html.H3(PARTS_TITLE), html.Div([], id="score-parts"), html.H3(WHAT_IF_TITLE), html.Div([], id="score-what-if"),
    ]  # fmt: skip
    return html.Section(
        [html.H2("The answer"), html.Div(told, id="score-told", className="is-absent"), html.P(WAITING, id="score-hint", className="muted")],
        className="card", id="score-card",
    )  # fmt: skip


def read(field: str, text: str | None) -> tuple[float | None, str]:
    """What stands in a field: its number (None where blank or wrong), and what is wrong with it ("" if nothing)."""
    given = (text or "").strip()
    if not given:
        return None, ""
    column = COLUMNS[field]
    if not WRITTEN.fullmatch(given):
        return None, f"'{given}' is no number. Write it like 12500 or 12500.50."
    plain = re.sub(r"[\s']", "", given)
    is_decimal_comma = bool(re.fullmatch(r"[0-9]+,[0-9]{1,2}", plain))
    value = float(plain.replace(",", "." if is_decimal_comma else ""))
    if column.dtype == "integer" and value != int(value):
        return None, "Write a whole number."
    low, high = column.low or 0.0, column.high
    if value < low or (high is not None and value > high):
        return None, f"Write a number from {show.number(low)} to {show.number(high or low)}."
    return value, ""


def update_score(services: Services, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """The answer and the remarks beside the fields.

    Args:
        texts: what stands in each field of FIELDS.
    """
    found = {field.name: read(field.name, texts.get(field.name)) for field in FIELDS}
    errors = [found[field.name][1] for field in FIELDS]
    marks = {"errors": errors, "invalid": [bool(error) for error in errors]}
    given = {name: value for name, (value, _) in found.items() if value is not None}
    if any(errors):
        return {**marks, **_nothing("Mend the marked fields to see the answer.")}
    if not given.keys() - {"age"}:
        return {**marks, **_nothing(WAITING, HINT)}
    try:
        answer = services.score_one(given)
    except Refused as refusal:
        return {**marks, **_nothing(str(refusal))}
    return {**marks, **_told(answer, given, services)}


NOTHING_DONE = "Every strategy is expected to cost more than it brings"
PARTS = ("told_class", "hint", "value", "bar", "meter", "edges", "strategy", "segment", "expected", "source", "source_class",
         "left_out", "why", "parts", "what_if", "answer")  # fmt: skip


def _nothing(hint: str, answer: str = "") -> dict[str, Any]:
    return {**dict.fromkeys(PARTS, no_update), "told_class": "is-absent", "hint": hint, "answer": answer or hint}


def _told(answer: Any, given: Mapping[str, float], services: Services) -> dict[str, Any]:
    words, tone = score_words([answer.source], services.reader().champion())
    amount = risk(answer.risk_score, answer.source)
    level = (
        f"{amount}, {answer.band.lower()} risk"
        if answer.band
        else f"{show.UNDEFINED}, because nothing the score reads was given"
    )
    width = show.percent(0 if answer.risk_score != answer.risk_score else answer.risk_score, 0).replace(" ", "")
    return {
        "told_class": "",
        "hint": "",
        "value": level,
        "bar": {"width": width},
        "meter": f"Risk score {level}",
        "edges": f"Below {risk(MEDIUM_FROM, answer.source)} low, from {risk(HIGH_FROM, answer.source)} high.",
        "strategy": _strategy(answer),
        "segment": _segment(answer),
        "expected": _expected(answer, given, has_payments=services.reader().book().has_payments),
        "source": words,
        "source_class": f"badge-pill {tone}",
        "left_out": _left_out(answer),
        "why": [html.Li(reason) for reason in answer.why],
        "parts": part_list(answer.contributions, answer.source),
        "what_if": what_if_list(answer.what_if),
        "answer": sentence(_sentence(answer, level)),
    }


def _strategy(answer: Any) -> list[Any]:
    what = {NO_ACTION: NOTHING_DONE, **{strategy.name: strategy.what for strategy in CATALOGUE}}.get(
        answer.strategy, ""
    )
    person = (
        [html.Span("needs a person's confirmation", className="badge-pill bad")] if answer.needs_confirmation else []
    )
    return [
        strategy_chip(answer.strategy),
        " ",
        *person,
        html.Small(f"{what}. Policy: {answer.policy}." if what else answer.policy),
    ]


def _segment(answer: Any) -> list[Any]:
    if answer.segment is None:
        return [f"{show.UNDEFINED}, because this book has no segments yet"]
    notes = [
        *(["Borderline: nearly as close to another segment."] if answer.segment_margin <= BORDERLINE else []),
        *(["Unlike anything seen: it fits no segment well."] if answer.segment_unlike else []),
    ]
    return [answer.segment, html.Small(" ".join(notes))] if notes else [answer.segment]


def _expected(answer: Any, given: Mapping[str, float], *, has_payments: bool) -> str:
    if "balance" not in given:
        return f"{show.UNDEFINED}, because the outstanding amount was not given"
    if not has_payments:
        return f"{show.UNDEFINED}, because this book has no payments"
    if answer.strategy == NO_ACTION:
        return f"{show.UNDEFINED}, because nothing is told of loans that are not worked"
    if answer.expected_recovery != answer.expected_recovery:
        return f"{show.UNDEFINED}, because the book holds too few placements like this one that are 12 months old"
    amount = f"{show.money(answer.expected_recovery)}, {show.percent(answer.expected_rate, 0)} of the outstanding amount in 12 months"
    if answer.expected_source != MODEL:
        return f"{amount}; what earlier loans in the same arrears bucket brought, which says no interval"
    low, high = show.money(answer.expected_low), show.money(answer.expected_high)
    return f"{amount}; {show.percent(LOAN_LEVEL, 0)} of loans like it bring {low} to {high}"


def _left_out(answer: Any) -> str:
    absent = [LABELS.get(header, header.replace("_", " ")) for header in answer.left_out]
    record = [LABELS.get(header, header.replace("_", " ")) for header in answer.for_the_record]
    parts = [f"Not given: {', '.join(absent)}." if absent else "Nothing: every field that is read was given."]
    parts += [f"Given, but nothing reads it: {', '.join(record)}."] if record else []
    return " ".join(parts)


def _sentence(answer: Any, level: str) -> str:
    person = ", once a person confirms it" if answer.needs_confirmation else ""
    if answer.strategy == NO_ACTION:
        return f"**No action** is proposed: {NOTHING_DONE[0].lower()}{NOTHING_DONE[1:]}. Risk {level}."
    if answer.strategy in {strategy.name for strategy in CATALOGUE}:
        by_risk = not value_policy_of([answer.policy])
        return f"**{answer.strategy}** is proposed{person}{':' if by_risk else f' by {answer.policy.lower()};'} risk {level}."
    return f"Nothing is proposed: risk {level}."


def register(app: dash.Dash, services: Services) -> None:
    """Score on every change; fill in or clear the form."""
    single = {
        "told_class": Output("score-told", "className"), "hint": Output("score-hint", "children"),
        "value": Output("score-value", "children"), "bar": Output("score-bar", "style"),
        "meter": Output("score-meter", "aria-label"), "edges": Output("score-edges", "children"),
        "strategy": Output("score-strategy", "children"),
        "segment": Output("score-segment", "children"), "expected": Output("score-expected", "children"),
        "source": Output("score-source", "children"), "source_class": Output("score-source", "className"),
        "left_out": Output("score-left-out", "children"), "why": Output("score-why", "children"),
        "parts": Output("score-parts", "children"), "what_if": Output("score-what-if", "children"),
        "answer": Output(answer_id(PAGE), "children"),
    }  # fmt: skip
    outputs = {
        **single,
        "errors": [Output(f"score-{field.name}-error", "children") for field in FIELDS],
        "invalid": [Output(f"score-{field.name}", "invalid") for field in FIELDS],
    }

    @app.callback(output=outputs, inputs={field.name: Input(f"score-{field.name}", "value") for field in FIELDS})
    def score(**texts: str | None) -> dict[str, Any]:
        return update_score(services, texts)

    @app.callback(
        [Output(f"score-{field.name}", "value") for field in FIELDS],
        Input("score-example", "n_clicks"), Input("score-clear", "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    def fill(_example: int | None, _clear: int | None) -> list[str]:
        return [field.example if dash.ctx.triggered_id == "score-example" else "" for field in FIELDS]
